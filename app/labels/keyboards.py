"""What a scanner's digits become when it believes in US keys and the host has another keyboard layout."""

import unicodedata
from functools import cache

# The ten digit keys in the order 1234567890 without shift; digits in a row are themselves.
_ROWS = (
    "&é\"'(-è_çà",  # fr
    "&é\"'(§è!çà",  # be
    "+ěščřžýáíé",  # cz
    "+ľščťžýáíé",  # sk
    "123456789ö",  # hu
    "ąčęėįšųū90",  # lt, Windows
    "ąčęėįšųū„“",  # lt, X
)
_KEYS = "1234567890"
_TABLES = tuple({ord(typed): digit for typed, digit in zip(row, _KEYS, strict=True)} for row in _ROWS)


def readings(text: str) -> frozenset[str]:
    """The strings of digits that the scanner may have meant by what arrived, in any writing system or layout."""
    plain = "".join(map(_digit, text.lower()))
    if _is_number(plain):
        return frozenset({plain})
    typed = (plain.translate(table) for table in _TABLES)
    return frozenset(number for number in typed if _is_number(number))


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


@cache
def _digit(sign: str) -> str:
    """Arabic and Indic digits, as 0 to 9; every other sign as it is."""
    value = unicodedata.decimal(sign, None)
    return sign if value is None else str(value)
