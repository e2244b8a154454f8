"""Learning a scanner from its test sheet, and the sheets themselves read back by a second library."""

import json
from dataclasses import dataclass

import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from paper import printed

from app.labels import sheets
from app.labels.actions import ACTIONS, QUANTITIES, action_of, quantity_of
from app.labels.payload import Kind, decode, encode, read_scan
from app.labels.scanner import (
    DIGITS,
    GAP,
    LETTERS,
    LONG,
    SHEET,
    SIGNS,
    WIDEST,
    Reading,
    Scanner,
    findings,
    learn,
    scanner_of,
    sheet_code_of,
)
from app.words import use


@dataclass(frozen=True)
class Layout:
    """What a scanner with US keys types on a host with another layout."""

    name: str
    us: str
    host: str

    def typed(self, text: str, *, caps: bool = False) -> str:
        text = text.swapcase() if caps else text
        return text.translate(dict(zip(map(ord, self.us), self.host, strict=True)))


US = Layout("us", "", "")
QWERTZ = Layout(
    "qwertz",
    "yzYZ-=[];'/_+{}:\"?@#^&*()<>",
    'zyZYß´ü+öä-?`Ü*ÖÄ_"§&/(`)=;:'[: len("yzYZ-=[];'/_+{}:\"?@#^&*()<>")],
)
AZERTY = Layout(
    "azerty",
    "1234567890aqzwmAQZWM-;:/_,.?!@#$%&*()",
    "&é\"'(-è_çàqawz,QAWZ?)mM!°;:§1234579 0"[:37],
)


def arrives(layout: Layout, **how) -> dict[str, Reading]:
    return {name: Reading(layout.typed(code, **how), (4.0,) * (len(code) - 1), 1) for name, code in SHEET}


@pytest.mark.parametrize("layout", [US, QWERTZ, AZERTY], ids=lambda layout: layout.name)
@pytest.mark.parametrize("caps", [False, True])
def test_the_codes_of_the_sheet_are_known_however_they_arrive(layout, caps):
    read = arrives(layout, caps=caps)
    assert {name: sheet_code_of(one) for name, one in read.items() if name != "signs"} == {
        name: name for name in ("digits", "letters", "long")
    }
    assert sheet_code_of(Reading("6901234567892")) == ""
    assert sheet_code_of(Reading(encode(Kind.PT, "HVAC-015"))) == ""


def test_a_german_laptop_is_learnt_and_undone():
    read = {name: one for name, one in arrives(QWERTZ).items() if name != "signs"}
    scanner = learn(read)
    assert scanner.layout == "qwertz"
    assert scanner.meant("Zylinder".translate(str.maketrans("yzYZ", "zyZY"))) == "Zylinder"
    assert scanner_of(scanner.kept()) == scanner


def test_capslock_is_said_and_not_learnt():
    use("en")
    read = arrives(US, caps=True)
    scanner = learn(read)
    assert not scanner.undo
    assert any("CapsLock is on" in one.sentence for one in findings(read, scanner))


@given(st.permutations(LETTERS))
def test_any_layout_that_keeps_letters_apart_is_undone(keys):
    table = str.maketrans(LETTERS, "".join(keys))
    arrived = LETTERS.translate(table)
    scanner = learn({"letters": Reading(arrived)})
    meant = "HVAC-015 Filter"
    if (
        arrived.swapcase() != LETTERS
        and sum(a.isupper() != b.isupper() for a, b in zip(arrived, LETTERS, strict=True)) <= 26
    ):
        assert scanner.meant(meant.translate(table)) == meant


@given(st.text(max_size=60), st.dictionaries(st.characters(), st.characters(), max_size=5))
def test_our_own_digits_are_never_changed_by_what_was_learnt(text, undo):
    scanner = Scanner(undo=undo)
    scanner.meant(text)
    code = encode(Kind.PT, "HVAC-015")
    assert scanner.meant(code) == code
    assert decode(scanner.meant(AZERTY.typed(code))) == decode(code)


def test_lost_signs_are_said_in_words():
    use("en")
    read = {"letters": Reading("N" + LETTERS[2:])} | {"digits": Reading(DIGITS, ends=2)}
    said = [one.sentence for one in findings(read, learn(read))]
    assert any("lost between scanner and laptop" in text for text in said)
    assert any("2 keys follow each code" in text for text in said)


def test_the_speed_decides_the_gap():
    fast = learn({"long": Reading(LONG, (5.0,) * 40)})
    slow = learn({"long": Reading(LONG, (38.0,) * 40)})
    slower = learn({"long": Reading(LONG, (400.0,) * 40)})
    assert (fast.gap, fast.least) == (GAP, 4)
    assert 38 < slow.gap <= WIDEST
    assert slow.least == 8
    assert slower.gap == WIDEST


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"gap": "x"}', '{"gap": 1e9}', '{"undo": 3}', "\ud800", '{"gap": -1}']
)
def test_a_broken_setting_gives_the_defaults(text):
    assert scanner_of(text).gap == GAP


def test_actions_are_read_back():
    for action in ACTIONS:
        assert action_of(read_scan(action.digits).payload.code) == action
    assert action_of("NO-SUCH") is None
    for code in ("QTY-", "QTY-0", "QTY-99999", "QTY-１", "QTY--1", "qty-3"):
        assert quantity_of(code) == 0


def decoded(path) -> set[str]:
    return {code.text for page in printed(path, 200) for code in zxingcpp.read_barcodes(page)}


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_every_code_of_the_action_sheet_reads_back(sample_desk, tmp_path, language):
    use(language)
    path = tmp_path / "动作码.pdf"
    sheets.action_sheet(sample_desk, path)
    found = decoded(path)
    assert {action.digits for action in ACTIONS} <= found
    assert {encode(Kind.AC, f"QTY-{count}") for count in QUANTITIES} <= found
    with sample_desk.read() as read:
        (number,) = read.row(
            "SELECT staff_no FROM staff WHERE deleted = 0 AND status = 'active' ORDER BY staff_no LIMIT 1"
        )
    assert encode(Kind.ST, number) in found
    assert not any(json.dumps(text) != f'"{text}"' or not text.isdigit() for text in found)


def test_the_test_sheet_and_blanks_read_back(desk, tmp_path):
    sheets.test_sheet(tmp_path / "a.pdf")
    assert decoded(tmp_path / "a.pdf") == {DIGITS, LETTERS, SIGNS, LONG}
    numbers = sheets.blank_sheet(desk, 40, tmp_path / "b.pdf")
    assert decoded(tmp_path / "b.pdf") == {encode(Kind.BL, number) for number in numbers}
    again = sheets.blank_sheet(desk, 40, tmp_path / "c.pdf")
    assert not set(numbers) & set(again)
