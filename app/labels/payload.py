"""What a QR code on a label says: kind and code of the object as digits that any scanner on any keyboard can type.

`T + body + CC`: T is the kind (1 equipment … 6 work order, 7 action, 8 badge, 9 blank), the body holds three characters of the code at a time in base 46 as
five digits (two left over: four digits, one: two), CC are the check digits of ISO 7064 MOD 97-10. Letters would be swapped by a
QWERTZ host, minus and slash by most others; ten digits come through or can be undone.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from app.errors import AppError
from app.labels.keyboards import readings
from app.words import N_, _

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-./_ +#:*&"
LONGEST_CODE = 40
LONGEST_SCAN = 256
EAN_LENGTHS = frozenset({8, 12, 13, 14})

_VALUE = {sign: value for value, sign in enumerate(ALPHABET)}
_DIGITS = {3: 5, 2: 4, 1: 2}
_SIGNS = {digits: signs for signs, digits in _DIGITS.items()}
_LONGEST_PAYLOAD = 1 + (LONGEST_CODE + 2) // 3 * 5 + 2
_UPPER = str.maketrans("abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
# Scanners may announce the symbology (AIM identifier) and structured data holds separators: neither is an attack.
_AIM = re.compile(r"^\][A-Za-z][0-9A-Za-z]")
_SEPARATORS = frozenset("\t\n\r\x02\x03\x04\x1c\x1d\x1e\x1f\ufeff")


class Kind(StrEnum):
    """The kinds of things that carry a label; the order is the digit in the QR code and never changes."""

    EQ = "EQ"
    LC = "LC"
    PT = "PT"
    BN = "BN"
    DC = "DC"
    WO = "WO"
    #: A code of the printed sheet of actions (领用、撤销 …), a person's badge, a pre-printed blank that is bound later.
    AC = "AC"
    ST = "ST"
    BL = "BL"

    @property
    def digit(self) -> int:
        return list(Kind).index(self) + 1

    @property
    def word(self) -> str:
        """The kind in the spoken language, as printed on the label."""
        return _(_WORDS[self])


_WORDS = {
    Kind.EQ: N_("Equipment"),
    Kind.LC: N_("Location"),
    Kind.PT: N_("Spare part"),
    Kind.BN: N_("Bin"),
    Kind.DC: N_("Document"),
    Kind.WO: N_("Work order"),
    Kind.AC: N_("Action"),
    Kind.ST: N_("Badge"),
    Kind.BL: N_("Blank label"),
}


_KINDS = tuple(Kind)


@dataclass(frozen=True, slots=True)
class Payload:
    """The object that a label names; the code is in capitals, look it up in any case."""

    kind: Kind
    code: str


class Sort(StrEnum):
    """What kind of thing was scanned."""

    OURS = "ours"
    EAN = "ean"
    FOREIGN = "foreign"
    HOSTILE = "hostile"


@dataclass(frozen=True, slots=True)
class Scan:
    """A scanned text, cleaned so that it can be shown, and what it may mean.

    One in 140 makers' numbers also looks like a label of ours: when `ean` is given, look for a part with that barcode first,
    then for the object of `payload`.
    """

    text: str
    sort: Sort
    payload: Payload | None = None
    ean: str | None = None


def encode(kind: Kind, code: str, *, case_matters: bool = False) -> str:
    """The digits for the QR code; small letters become capitals unless another object differs only in case."""
    body = _fitting(code, case_matters=case_matters)
    groups = (body[start : start + 3] for start in range(0, len(body), 3))
    number = f"{kind.digit}{''.join(f'{_number(group):0{_DIGITS[len(group)]}}' for group in groups)}"
    return f"{number}{98 - int(number) * 100 % 97:02}"


def decode(text: str) -> Payload | None:
    """The object that a scanned text names, if its check digits fit in exactly one way of reading it."""
    return _decode(_cleaned(text)) if len(text) <= LONGEST_SCAN else None


def read_scan(text: str) -> Scan:
    """Say what was scanned: a label of ours, a maker's barcode, something else, or something to keep away from. Never raises."""
    cleaned = _cleaned(text[:LONGEST_SCAN])
    if len(text) > LONGEST_SCAN:
        return Scan(cleaned, Sort.HOSTILE)
    payload, ean = _decode(cleaned), _ean(cleaned)
    if payload or ean:
        return Scan(cleaned, Sort.OURS if payload else Sort.EAN, payload, ean)
    hidden = any(_is_hidden(sign) and sign not in _SEPARATORS for sign in text)
    return Scan(cleaned, Sort.HOSTILE if hidden else Sort.FOREIGN)


def differing_in_case(codes: Iterable[str]) -> frozenset[str]:
    """The codes that a label cannot tell apart, since they differ only in small and capital letters."""
    distinct = set(codes)
    folded = Counter(code.translate(_UPPER) for code in distinct)
    return frozenset(code for code in distinct if folded[code.translate(_UPPER)] > 1)


def _fitting(code: str, *, case_matters: bool) -> str:
    if not code.strip():
        raise AppError(N_("This object has no code yet. Give it a code before you print its label."))
    if len(code) > LONGEST_CODE:
        message = N_(
            "The code {code} is too long for a label: at most {limit} characters. Give the object a shorter code."
        )
        raise AppError(message, code=code, limit=LONGEST_CODE)
    body = code.translate(_UPPER)
    strange = "".join(dict.fromkeys(sign for sign in body if sign not in _VALUE))
    if strange:
        message = N_(
            "The code {code} cannot go on a label because of these characters: {characters}. "
            "Use letters A to Z, digits, spaces and - . / _ + # : * &"
        )
        raise AppError(message, code=code, characters=" ".join(strange))
    if case_matters and body != code:
        message = N_(
            "Another object's code differs from {code} only in small and capital letters. Change one of the two codes."
        )
        raise AppError(message, code=code)
    return body


def _number(group: str) -> int:
    total = 0
    for sign in group:
        total = total * len(ALPHABET) + _VALUE[sign]
    return total


def _signs(number: int, count: int) -> str | None:
    signs = ""
    for _place in range(count):
        number, value = divmod(number, len(ALPHABET))
        signs = ALPHABET[value] + signs
    return None if number else signs


def _cleaned(text: str) -> str:
    """The text without control characters, half-width, without the scanner's announcement."""
    shown = "".join(sign for sign in text if not _is_hidden(sign))
    return _AIM.sub("", unicodedata.normalize("NFKC", shown).strip())


@cache
def _is_hidden(sign: str) -> bool:
    return unicodedata.category(sign) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def _decode(text: str) -> Payload | None:
    if len(text) > _LONGEST_PAYLOAD:
        return None
    found = set(filter(None, map(_from_digits, readings(text))))
    found.update(filter(None, [_from_letters(text.translate(_UPPER))]))
    return found.pop() if len(found) == 1 else None


def _from_digits(number: str) -> Payload | None:
    kind = _kind(number)
    if (
        kind is None
        or len(number) > _LONGEST_PAYLOAD
        or int(number) % 97 != 1
        or not 2 <= int(number[-2:]) <= 98
    ):
        return None
    parts = list(_parts(number[1:-2]))
    if not parts or None in parts:
        return None
    code = "".join(filter(None, parts))
    return Payload(kind, code) if code.strip() and len(code) <= LONGEST_CODE else None


def _parts(body: str) -> Iterator[str | None]:
    for start in range(0, len(body), 5):
        digits = body[start : start + 5]
        count = _SIGNS.get(len(digits))
        yield _signs(int(digits), count) if count else None


def _kind(number: str) -> Kind | None:
    return _KINDS[int(number[0]) - 1] if len(number) > 4 and number[0] in "123456789" else None


def _from_letters(text: str) -> Payload | None:
    """The A form of labels that were printed with letters: kind, code, check sign."""
    if text[:2] not in _KINDS or not 4 <= len(text) <= LONGEST_CODE + 3 or not set(text) <= _VALUE.keys():
        return None
    code = text[2:-1]
    return Payload(Kind(text[:2]), code) if code.strip() and check_sign(text[:-1]) == text[-1] else None


def check_sign(text: str) -> str:
    """The check sign of the A form: the hybrid system of ISO 7064 with the moduli 47 and 46."""
    size = len(ALPHABET)
    carry = size
    for sign in text:
        carry = ((carry + _VALUE[sign]) % size or size) * 2 % (size + 1)
    return ALPHABET[(size + 1 - carry) % size]


def _ean(text: str) -> str | None:
    found = {number for number in readings(text) if len(number) in EAN_LENGTHS and _ean_fits(number)}
    return found.pop() if len(found) == 1 else None


def _ean_fits(number: str) -> bool:
    if not number.strip("0"):
        return False
    return sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(number))) % 10 == 0
