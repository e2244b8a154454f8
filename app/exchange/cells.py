"""One cell becomes a value, or a problem that says how to mend it."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from app import values
from app.errors import AppError, Objection
from app.exchange.targets import Column, value_words
from app.fields import Field, parse, to_json
from app.values import clean
from app.words import LANGUAGES, N_, _, speaking

ERROR, NOTE = "error", "note"
#: Prices and quantities are read to this many times their precision, then rounded.
_FINER = 10_000


@dataclass(frozen=True)
class Problem:
    """What is wrong with a cell: where it stands, what it says, why, and how to mend it."""

    row: int
    column: str
    value: str
    level: str
    message: str
    mend: str
    params: dict[str, Any]

    @property
    def said(self) -> str:
        """The problem in the spoken language."""
        return str(AppError(self.message, **self.params))

    @property
    def advice(self) -> str:
        """How to mend it, in the spoken language."""
        return str(AppError(self.mend, **self.params))


_MENDS = {
    "text": N_("Type the text again in the file."),
    "code": N_("Type the text again in the file."),
    "qty": N_("Write digits only, for example 12.5."),
    "measure": N_("Write digits only, for example 12.5."),
    "money": N_("Write digits only, for example 12.50."),
    "price": N_("Write digits only, for example 12.50."),
    "int": N_("Write a whole number, for example 12."),
    "day": N_("Write a date like 2026-11-22."),
    "flag": N_("Write 1 or 0, yes or no."),
    "choice": N_("Use one of the choices."),
    "many": N_("Use one of the choices."),
    "ref": N_("Correct the code, import that record first, or let missing ones be created."),
}
_ROUND = N_("Round it to {places} decimals in the file.")
_FOR_CODES = {
    "required": N_("Fill in the cell, or give one value for all rows."),
    "long": N_("Shorten the text."),
    "choice": N_("Use one of the choices."),
    "low": N_("Write a larger number."),
    "high": N_("Write a smaller number."),
}


def from_error(row: int, column: str, value: str, error: AppError, kind: str) -> Problem:
    """What parsing a cell had to say."""
    mend = _ROUND if "places" in error.params else _MENDS.get(kind, _MENDS["text"])
    return Problem(row, column, value, ERROR, error.message, mend, error.params)


def from_objection(row: int, column: str, value: str, found: Objection) -> Problem:
    """What the declared limits had to say."""
    return Problem(
        row, column, value, ERROR, found.message, _FOR_CODES.get(found.code, _MENDS["text"]), found.params
    )


def value_of(column: Column, table: str, text: str, shift_days: int = 0) -> Any:
    """The text of a cell in the field's physical form; references stay text. Raises AppError."""
    declared = column.field
    if declared.kind == "choice":
        return _choice(table, column.column, declared, text)
    if declared.kind == "many" and declared.choices:
        words = [w for w in _split(text) if w]
        return to_json([_choice(table, column.column, declared, word) for word in words])
    if declared.kind == "many":
        return to_json([clean(w) for w in _split(text) if w])
    if declared.kind == "day":
        return _day(text, shift_days)
    if declared.kind == "price":
        return _rounded(text.strip().lstrip("¥￥$€"), values.PRICE)
    if declared.kind == "qty":
        return _rounded(text, values.THOUSAND)
    return parse(declared, text)


@dataclass(frozen=True)
class Rounded:
    """A price or quantity that had more decimals than the books keep."""

    value: int


def _rounded(text: str, scale: int) -> int | Rounded:
    fine = values.parse_scaled(text, scale * _FINER)
    value = (fine + _FINER // 2) // _FINER
    return value if value * _FINER == fine else Rounded(value)


def _split(text: str) -> list[str]:
    for sign in ";；|、+":
        text = text.replace(sign, "\n")
    return [part.strip() for part in text.split("\n")]


def _day(text: str, shift_days: int) -> str:
    """A date; a time of day after it is dropped only where it says midnight or a moment."""
    from datetime import date, timedelta

    plain = text.strip()
    if len(plain) > 10 and plain[10] in "T ":
        plain = plain[:10]
    iso = values.parse_date(plain)
    return (date.fromisoformat(iso) + timedelta(days=shift_days)).isoformat() if shift_days else iso


@cache
def _choice_words(choices: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """Every way to write a choice: its code, and its word in all languages."""
    found = {code.casefold(): code for code, _word in choices}
    for language in LANGUAGES:
        with speaking(language):
            for code, word in choices:
                found.setdefault(_(word).casefold(), code)
    return found


def _choice(table: str, name: str, declared: Field, text: str) -> str:
    plain = clean(text).casefold()
    code = _choice_words(declared.choices).get(plain) or value_words().get((table, name, plain))
    if code is None:
        allowed = ", ".join(_(word) for _code, word in declared.choices)
        raise AppError(N_("“{text}” is not one of the choices: {allowed}."), text=text, allowed=allowed)
    return code
