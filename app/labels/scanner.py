"""What is known of the scanner of this laptop: the keyboard layout it is heard through, its suffix and its speed (扫码枪).

A test sheet is scanned once; from what arrives, compared with what was printed, the table that undoes the layout is learnt.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import msgspec

from app.labels.keyboards import readings
from app.labels.payload import Kind, encode
from app.words import N_, _, ngettext

#: Codes of the test sheet. Letters come apart from signs: a dead key spoils only its own code.
DIGITS = encode(Kind.AC, "TEST-1234567890")
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
SIGNS = "SW-./:_+#*&%=?@(){}[]\";,'!$<>"
LONG = encode(Kind.AC, "TEST-" + "1234567890" * 3)
SHEET = (("digits", DIGITS), ("letters", LETTERS), ("signs", SIGNS), ("long", LONG))
#: A gap between two keys of a burst, in milliseconds: what a person never undercuts, and the slowest scanner that is understood.
GAP, WIDEST = 30, 80
#: A scanner that is slower than the gap must be told from a person by more keys in a row.
LEAST, LEAST_SLOW = 4, 8


class Reading(msgspec.Struct, frozen=True):
    """A burst as it arrived: the text, the milliseconds between its keys, how many suffix keys, whether control keys were in it."""

    text: str
    steps: tuple[float, ...] = ()
    ends: int = 0
    controls: int = 0


class Scanner(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a test has learnt; the defaults suit a scanner with US keys on a Chinese or English laptop."""

    undo: dict[str, str] = msgspec.field(default_factory=dict)
    gap: float = GAP
    layout: str = "us"
    suffixes: int = 1
    prefix: str = ""

    @property
    def least(self) -> int:
        """How many keys in a row are a scan."""
        return LEAST if self.gap <= GAP else LEAST_SLOW

    def meant(self, text: str) -> str:
        """What the scanner meant by what arrived; our own labels need no table."""
        text = text.removeprefix(self.prefix) if self.prefix else text
        if not self.undo or readings(text):
            return text
        return "".join(self.undo.get(sign, sign) for sign in text)

    def kept(self) -> str:
        """The text for the settings of the laptop."""
        return msgspec.json.encode(self).decode()


def scanner_of(text: str) -> Scanner:
    """The scanner of a settings text; the defaults where there is none, or a broken one."""
    try:
        found = msgspec.json.decode(text or "{}", type=Scanner)
    except (msgspec.MsgspecError, UnicodeError):
        return Scanner()
    return found if GAP <= found.gap <= WIDEST else msgspec.structs.replace(found, gap=GAP)


@dataclass(frozen=True)
class Finding:
    """One line of the result of a test: level and sentence."""

    level: str
    sentence: str


def sheet_code_of(reading: Reading) -> str:
    """Which code of the test sheet a reading is, however its signs were twisted; "" for none."""
    text = reading.text
    numbers = readings(text)
    for name, code in SHEET:
        if name in {"digits", "long"} and any(code in number or number.endswith(code) for number in numbers):
            return name
    if len(text) == len(LETTERS) and len(set(text)) > 40:
        return "letters"
    twisted = text[:2].upper() in {"SW", "SZ"}
    return "signs" if twisted and len(SIGNS) - 6 <= len(text) <= len(SIGNS) + 6 else ""


def learn(read: Mapping[str, Reading]) -> Scanner:
    """The scanner as the readings of the sheet's codes show it."""
    undo: dict[str, str] = {}
    for name, code in SHEET[1:3]:
        if name in read:
            undo |= _table(read[name].text, code)
    steps = sorted(step for one in read.values() for step in one.steps)
    slow = steps[min(len(steps) - 1, len(steps) * 99 // 100)] if steps else 0.0
    gap = min(max(float(GAP), slow * 1.6), float(WIDEST))
    ends = max((one.ends for one in read.values()), default=1)
    return Scanner(
        undo={k: v for k, v in undo.items() if k != v}, gap=round(gap, 1), layout=_layout(read), suffixes=ends
    )


def _table(arrived: str, meant: str) -> dict[str, str]:
    """What arrived -> what was meant; only where each sign came as one, and no two as the same. CapsLock changes by the hour: it is not learnt."""
    if len(arrived) != len(meant):
        return {}
    if _swapped(arrived, meant):
        arrived = arrived.swapcase()
    table = dict(zip(arrived, meant, strict=True))
    return table if len(table) == len(set(meant)) else {}


def _swapped(arrived: str, meant: str) -> bool:
    cased = [(a, m) for a, m in zip(arrived, meant, strict=False) if m.isalpha() and a.isalpha()]
    return bool(cased) and sum(a.isupper() != m.isupper() for a, m in cased) > len(cased) // 2


def _layout(read: Mapping[str, Reading]) -> str:
    """The layout of the laptop in a word: us, qwertz, azerty, or other."""
    text = read["letters"].text.lower() if "letters" in read else ""
    digits = read["digits"].text if "digits" in read else ""
    if text[:1] == "q" or (digits and not digits.isdigit() and not digits.isalpha() and "&" in digits):
        return "azerty"
    if text[24:26] == "zy":
        return "qwertz"
    plain = not text or text[:26] == LETTERS[:26].lower()
    signs = "signs" not in read or _same(read["signs"].text, SIGNS)
    return "us" if plain and signs and (not digits or digits.isascii()) else "other"


def _same(arrived: str, meant: str) -> bool:
    return meant in {arrived, arrived.swapcase()}


_LAYOUTS = {
    "us": N_("US or Chinese keyboard"),
    "qwertz": N_("German keyboard (QWERTZ)"),
    "azerty": N_("French keyboard (AZERTY)"),
    "other": N_("another keyboard layout"),
}


def findings(read: Mapping[str, Reading], scanner: Scanner) -> Iterator[Finding]:
    """The result of a test in words."""
    if not read:
        return
    yield Finding("ok" if "digits" in read else "neutral", _("Our own labels are read, whatever the layout and CapsLock.")
                  if "digits" in read else _("Scan the first code of the sheet."))  # fmt: skip
    yield Finding(
        "ok" if scanner.layout == "us" else "info",
        _("The laptop has: {layout}.").format(layout=_(_LAYOUTS[scanner.layout])),
    )
    yield from _about_letters(read, scanner)
    yield from _about_keys(read, scanner)


def _about_letters(read: Mapping[str, Reading], scanner: Scanner) -> Iterator[Finding]:
    tested = [(name, code) for name, code in SHEET[1:3] if name in read]
    if any(_swapped(read[name].text, code) for name, code in tested):
        yield Finding(
            "warn",
            _(
                "CapsLock is on: foreign codes arrive with small and capital letters changed. They are found all the same."
            ),
        )
    spoilt = [
        name
        for name, code in tested
        if not _same(read[name].text, code) and not _table(read[name].text, code)
    ]
    if spoilt:
        text = _("Letters or signs are lost between scanner and laptop. Set the scanner to the layout of the laptop, "
                 "or turn the Chinese input off while scanning foreign codes.")  # fmt: skip
        yield Finding("danger", text)
    elif scanner.undo:
        count = len(scanner.undo)
        text = ngettext(
            "{count} sign arrives changed; it is put right from now on.",
            "{count} signs arrive changed; they are put right from now on.",
            count,
        )
        yield Finding("ok", text.format(count=count))
    elif tested:
        yield Finding("ok", _("Letters and signs arrive as they were printed."))


def _about_keys(read: Mapping[str, Reading], scanner: Scanner) -> Iterator[Finding]:
    words = {
        0: _("No Enter follows a code; the end is told by the pause."),
        1: _("One Enter or Tab follows each code."),
    }
    many = _("{count} keys follow each code; those after the first are dropped.").format(
        count=scanner.suffixes
    )
    yield Finding("ok", words.get(scanner.suffixes, many))
    steps = sorted(step for one in read.values() for step in one.steps)
    if steps:
        text = _("A key every {ms} ms.").format(ms=f"{steps[len(steps) // 2]:.0f}")
        slow = scanner.gap > GAP
        more = _(
            "It is slow: codes of fewer than {count} signs are taken for typing. A cable or a nearer receiver helps."
        )
        yield Finding(
            "warn" if slow else "ok", f"{text} {more.format(count=scanner.least)}" if slow else text
        )
    if scanner.gap > GAP and not scanner.suffixes:
        text = _(
            "It is slow and sends nothing after a code: it cannot be told from typing. Set the scanner to send Enter."
        )
        yield Finding("danger", text)
    if any(one.controls for one in read.values()):
        yield Finding(
            "warn",
            _(
                "The scanner sends control keys. They are kept away from the program; turn them off in the scanner."
            ),
        )
