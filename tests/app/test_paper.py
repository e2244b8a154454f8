"""Whether a printer has the paper of a page: a decision over what the printer says of itself."""

import pytest

from app.paper import (
    Offer,
    Paper,
    Used,
    gone,
    instead,
    lack_of,
    lack_text,
    lack_title,
    middle_text,
    page_name,
)
from app.words import speaking

A3, A4, A5 = Paper("A3", 297, 420), Paper("A4", 210, 297), Paper("A5", 148, 210)
LETTER = Paper("Letter", 215.9, 279.4)
ENVELOPE = Paper("Envelope C6", 114, 162)
ON_A4, ON_LETTER, ROLL = (210.0, 297.0), (215.9, 279.4), (60.0, 40.0)
OFFICE = Offer("HP", (A5, A4, ENVELOPE), A4)


@pytest.mark.parametrize("page", [ON_A4, (297, 210), (209.2, 297.8), (148, 210)])
def test_a_paper_that_is_there_is_taken_either_way_round(page):
    assert lack_of(OFFICE, [page]) is None


def test_a_printer_that_says_nothing_may_have_anything():
    assert lack_of(Offer("x"), [ON_A4, ROLL, (841, 1189)]) is None


@pytest.mark.parametrize(
    ("page", "lacks"),
    [
        (ROLL, False),
        ((40, 60), False),
        ((104, 400), False),
        ((110, 70), False),
        ((110, 120), True),
        ((5, 5), True),
    ],
)
def test_a_printer_of_rolls_takes_sizes_of_ones_own(page, lacks):
    rolls = Offer("TSC", (Paper("4x6", 101.6, 152.4),), own=((20, 10), (104, 1000)))
    assert (lack_of(rolls, [page]) is not None) == lacks


def test_the_usual_paper_that_holds_the_page_goes_before_a_smaller_one():
    assert instead(OFFICE, ROLL) == A4
    assert instead(Offer("x", (A3, A4, A5)), ROLL) == A5
    assert instead(OFFICE, ON_A4) is None


def test_the_usual_paper_or_else_what_loses_least_where_none_holds_the_page():
    assert instead(Offer("x", (A5, LETTER)), ON_A4) == LETTER
    assert instead(Offer("x", (A5, A4, LETTER), A5), (297, 420)) == A5


def test_the_first_page_that_lacks_its_paper_is_told():
    lack = lack_of(OFFICE, [ON_A4, (297, 420), ROLL])
    assert (lack.printer, lack.page, lack.paper, lack.lost) == ("HP", (297, 420), A4, (43.5, 61.5))


def test_a_page_that_lies_across_loses_by_its_own_sides():
    lack = lack_of(Offer("x", (LETTER,)), [(297, 210)])
    assert lack.lost == (pytest.approx(8.8), 0)


@pytest.mark.parametrize(
    ("used", "what"),
    [
        (None, ""),
        (Used("", 0, 0), ""),
        (Used("HP", 1, 0), ""),
        (Used("HP", 4, 0), "tray"),
        (Used("Canon", 1, 0), "printer"),
    ],
)
def test_what_is_gone_since_the_last_time(used, what):
    assert gone(used, ["HP"], Offer("HP", (A4,), trays=frozenset({1, 2}))) == what


def test_trays_that_are_not_told_are_there():
    assert gone(Used("HP", 4, 0), ["HP"], Offer("HP")) == ""


@pytest.mark.parametrize(
    ("page", "name"),
    [
        (ON_A4, "A4"),
        ((420, 297), "A3"),
        (ON_LETTER, "Letter"),
        (ROLL, "60 × 40 mm"),
        ((38.1, 21.17), "38.1 × 21.17 mm"),
    ],
)
def test_papers_have_their_names(page, name):
    assert said(page_name(page)) == name


def said(text):
    """Without the blanks that keep a number and its unit on one line."""
    return text.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize("spoken", ["en", "zh_CN"])
def test_what_a_person_reads(spoken):
    many = tuple(Paper(f"P{n}", 100 + n, 200) for n in range(8))
    with speaking(spoken):
        roll, sheet = lack_of(OFFICE, [ROLL]), lack_of(Offer("OKI", (LETTER,)), [ON_A4])
        across, both = lack_of(Offer("x", (A4,)), [(300, 210)]), lack_of(Offer("x", (A5,)), [ON_A4])
        assert "HP" in lack_title(roll)
        assert "60 × 40 mm" in said(lack_title(roll))
        assert all(name in lack_text(roll) for name in ("A5", "A4", "Envelope C6"))
        first_of_many = lack_text(lack_of(Offer("x", many), [ROLL]))
        assert ("P3" in first_of_many, "P4" in first_of_many) == (True, False)
        assert "8.8 mm" in said(middle_text(sheet))
        assert "1.5 mm" in said(middle_text(across))
        assert all(part in said(middle_text(both)) for part in ("31 mm", "43.5 mm"))
        assert " mm" not in said(middle_text(roll))
