import random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.errors import AppError
from app.labels.keyboards import readings
from app.labels.payload import (
    ALPHABET,
    LONGEST_CODE,
    LONGEST_SCAN,
    Kind,
    Payload,
    Sort,
    check_sign,
    decode,
    differing_in_case,
    encode,
    read_scan,
)
from app.words import speaking

codes = st.text(ALPHABET, min_size=1, max_size=LONGEST_CODE).filter(str.strip)
kinds = st.sampled_from(Kind)


@pytest.mark.parametrize(
    ("kind", "code", "digits"),
    [
        (Kind.EQ, "DC1-SRV-001", "1280617749167252000153"),
        (Kind.EQ, "SRV-001", "160521761760198"),
    ],
)
def test_the_digits_of_the_design(kind, code, digits):
    assert encode(kind, code) == digits
    assert decode(digits) == Payload(kind, code)


@pytest.mark.parametrize(
    ("length", "digits"), [(8, 17), (10, 20), (12, 23), (14, 27), (16, 30), (18, 33), (20, 37)]
)
def test_the_number_of_digits_follows_from_the_length_of_the_code(length, digits):
    assert len(encode(Kind.WO, "W" * length)) == digits


@given(kinds, codes)
@example(Kind.DC, "&" * LONGEST_CODE)
@example(Kind.BN, "0")
@example(Kind.EQ, " A ")
def test_every_code_comes_back(kind, code):
    assert decode(encode(kind, code)) == Payload(kind, code)


@given(kinds, codes)
def test_the_form_with_letters_comes_back_in_any_case(kind, code):
    text = f"{kind}{code}"
    text += check_sign(text)
    if text == text.strip():
        assert decode(text.lower()) == Payload(kind, code)


@given(kinds, codes)
def test_a_full_width_or_foreign_keyboard_makes_no_difference(kind, code):
    digits = encode(kind, code)
    for row in (
        "à&é\"'(-è_ç",
        "à&é\"'(§è!ç",
        "é+ěščřžýáí",
        "é+ľščťžýáí",
        "ö123456789",
        "0ąčęėįšųū9",
        "“ąčęėįšųū„",
        "ÉΩ"[:1] + "+ĚŠČŘŽÝÁÍ",
        "٠١٢٣٤٥٦٧٨٩",
        "۰۱۲۳۴۵۶۷۸۹",
        "०१२३४५६७८९",
        "０１２３４５６７８９",
    ):
        typed = digits.translate(str.maketrans("0123456789", row))
        assert decode(typed) == Payload(kind, code), row


def test_single_wrong_digits_and_swapped_neighbours_are_refused():
    for code in ("DC1-SRV-001", "SRV-001", "GEN-01", "MT1-ESC-001", "A"):
        digits = encode(Kind.PT, code)
        for place, right in enumerate(digits):
            for wrong in set("0123456789") - {right}:
                assert decode(digits[:place] + wrong + digits[place + 1 :]) is None
        for place in range(len(digits) - 1):
            swapped = digits[:place] + digits[place + 1] + digits[place] + digits[place + 2 :]
            assert swapped == digits or decode(swapped) is None


def test_a_wrong_sign_in_the_form_with_letters_is_refused():
    text = "EQDC1-SRV-001"
    text += check_sign(text)
    for place in range(2, len(text)):
        for wrong in set(ALPHABET) - {text[place]}:
            assert decode(text[:place] + wrong + text[place + 1 :]) is None


def test_few_random_numbers_pass():
    chance = random.Random(7)
    passed = sum(decode(f"{chance.randrange(10**13):013}") is not None for _ in range(20_000))
    assert passed < 20_000 * 0.01


@pytest.mark.parametrize(
    "text", ["", "1", "197", "EQ", "0" * 20, "9" * 22, "1" + "99999" * 3 + "00", "DC1-SRV-001"]
)
def test_what_is_not_ours(text):
    assert decode(text) is None


def test_a_number_for_a_code_of_more_than_the_limit_is_refused():
    body = "1" + "28061" * 14
    digits = f"{body}{98 - int(body) * 100 % 97:02}"
    assert decode(digits) is None
    assert read_scan(digits).sort is Sort.FOREIGN


def test_small_letters_become_capitals_unless_another_code_differs_only_in_case():
    assert encode(Kind.PT, "srv-001") == encode(Kind.PT, "SRV-001")
    with speaking("en"), pytest.raises(AppError, match="small and capital"):
        encode(Kind.PT, "srv-001", case_matters=True)
    assert encode(Kind.PT, "SRV-001", case_matters=True)
    assert differing_in_case(["a-1", "A-1", "B-2", "b-3", "b-3"]) == {"a-1", "A-1"}


@pytest.mark.parametrize(
    ("code", "named"), [("泵-01", "泵"), ("A@1", "@"), ("Å1", "Å"), ("ß", "ß"), ("A\n1", "\n")]
)
def test_a_code_that_cannot_go_on_a_label_names_the_characters(code, named):
    with pytest.raises(AppError) as refused:
        encode(Kind.EQ, code)
    assert refused.value.params["characters"] == named
    assert named in str(refused.value)


@pytest.mark.parametrize("code", ["", "  ", "X" * (LONGEST_CODE + 1)])
def test_an_empty_or_endless_code_is_refused(code):
    with pytest.raises(AppError):
        encode(Kind.EQ, code)


@pytest.mark.parametrize(
    "text", ["6901234567892", "96385074", "036000291452", "10614141543219", "]E06901234567892\r\n"]
)
def test_makers_barcodes(text):
    scan = read_scan(text)
    assert scan.sort is Sort.EAN
    assert scan.ean
    assert scan.payload is None


@pytest.mark.parametrize(
    "text", ["6901234567893", "00000000", "690123456789", "DC1-SRV-001", "https://example.com/a?b=1"]
)
def test_foreign_texts_are_kept_to_be_looked_up(text):
    scan = read_scan(f"\x02{text}\r\n")
    assert (scan.sort, scan.text, scan.ean, scan.payload) == (Sort.FOREIGN, text, None, None)


def test_a_maker_s_number_that_looks_like_ours_says_both():
    numbers = (encode(Kind.PT, f"{value:06}") for value in range(1000))
    both = next(filter(lambda scan: scan.ean, map(read_scan, numbers)))
    assert both.sort is Sort.OURS
    assert both.ean == both.text
    assert both.payload is not None


@pytest.mark.parametrize(
    "text", ["A\x00B", "A\u202eB", "\x1b[2J", "A\ud800", "x" * (LONGEST_SCAN + 1), "1" * 100_000]
)
def test_hostile_texts_are_told_apart_and_cleaned(text):
    scan = read_scan(text)
    assert scan.sort is Sort.HOSTILE
    assert len(scan.text) <= LONGEST_SCAN
    assert scan.text.encode().isascii()
    assert scan.text.isprintable()


@given(st.text())
def test_a_scan_never_raises(text):
    scan = read_scan(text)
    assert scan.text.isprintable() or " " in scan.text or not scan.text.isascii()
    assert (scan.sort is Sort.OURS) == (scan.payload is not None)


@given(st.text("0123456789&é\"'(-è_çà+ěščřžýáíäö", max_size=80))
def test_readings_are_numbers(text):
    assert all(number.isascii() and number.isdigit() for number in readings(text))
