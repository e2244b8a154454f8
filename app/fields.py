"""The declared fields, read: types for the decoder, sentences for the person who types, words for whoever reads."""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache, lru_cache
from typing import Annotated, Any

import msgspec

from app import values
from app.errors import AppError, Objection
from app.words import N_, _
from db.models import BY_TABLE, SYNCED, About, Field, fields_of

__all__ = [
    "About",
    "Field",
    "about",
    "check_row",
    "clean_row",
    "fields_of",
    "labels_of",
    "parse",
    "show",
    "typed",
]

#: Ops change these tables alone, never the laptop's own.
_SYNCED = frozenset(SYNCED)
_INTEGERS = frozenset({"qty", "measure", "money", "price", "rate", "int", "instant"})


def about(table: str) -> About:
    """The declaration of a table. Raises KeyError for an unknown one."""
    found = BY_TABLE[table].about
    if found is None:
        raise KeyError(table)
    return found


def typed(field: Field) -> Any:
    """The Python type that a decoder demands of a field's value."""
    if field.kind in _INTEGERS:
        made: Any = Annotated[int, msgspec.Meta(ge=-values.INT64, le=values.INT64)]
    elif field.kind == "flag":
        made = Annotated[int, msgspec.Meta(ge=0, le=1)]
    elif field.kind == "ref":
        made = Annotated[bytes, msgspec.Meta(min_length=16, max_length=16)]
    elif field.kind == "bytes":
        made = Annotated[bytes, msgspec.Meta(max_length=32_768)]
    else:
        made = Annotated[str, msgspec.Meta(max_length=65_536)]
    return made if field.required else made | None


@lru_cache(maxsize=256)
def _row_type(table: str) -> type[msgspec.Struct]:
    members = [
        (name, typed(field) | msgspec.UnsetType, msgspec.UNSET) for name, field in fields_of(table).items()
    ]
    return msgspec.defstruct(f"Row_{table}", members, forbid_unknown_fields=True)


def clean_row(table: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a row in their physical form, whatever decoder they came from.

    Raises msgspec.ValidationError for an unknown table or field, a wrong type, or a text with NUL: the op is malformed.
    """
    if table not in _SYNCED:
        raise msgspec.ValidationError(f"unknown table {table!r}")
    cleaned = dict(row)
    made = msgspec.convert(cleaned, _row_type(table))
    for name in _binary(table) & cleaned.keys():
        cleaned[name] = getattr(made, name)
    if "\0" in "".join([value for value in cleaned.values() if isinstance(value, str)]):
        raise msgspec.ValidationError("NUL in a text")
    return cleaned


@cache
def _binary(table: str) -> frozenset[str]:
    """The fields that a decoder may give as text."""
    return frozenset(name for name, field in fields_of(table).items() if field.kind in ("ref", "bytes"))


def check_row(table: str, row: Mapping[str, Any], *, complete: bool) -> Iterator[Objection]:
    """What a person must mend in a row before it is recorded; `complete`: required fields must be there."""
    for name in _required(table) if complete else ():
        if row.get(name) in (None, ""):
            yield _missing(table, name)
    limited = _limited(table)
    for name, value in row.items():
        if value is None or value == "":
            if not complete and name in _required(table):
                yield _missing(table, name)
        elif (fits := limited.get(name)) and not fits(value):
            yield from _check(name, fields_of(table)[name], value)


@cache
def _required(table: str) -> frozenset[str]:
    return frozenset(
        name for name, field in fields_of(table).items() if field.required and field.kind != "flag"
    )


@cache
def _limited(table: str) -> dict[str, Callable[[Any], bool]]:
    """The fields whose values can be wrong although their type is right; each with a quick look that says which are surely right."""
    return {
        name: _quick_look(field)
        for name, field in fields_of(table).items()
        if field.size or field.kind == "choice" or field.low is not None or field.high is not None
    }


def _quick_look(field: Field) -> Callable[[Any], bool]:
    if field.kind == "choice":
        return tuple(code for code, _word in field.choices).__contains__
    if size := field.size:
        return lambda value: isinstance(value, str) and len(value) <= size
    low, high = (
        (-values.INT64 if field.low is None else field.low),
        (values.INT64 if field.high is None else field.high),
    )
    return lambda value: isinstance(value, int) and low <= value <= high


def _missing(table: str, name: str) -> Objection:
    label = fields_of(table)[name].label
    return Objection("required", N_("{field}: please fill this in."), {"field": label}, field=name)


def _check(name: str, field: Field, value: Any) -> Iterator[Objection]:
    if isinstance(value, str):
        if field.kind == "choice" and all(value != code for code, _word in field.choices):
            said = {"field": field.label, "value": value}
            yield Objection("choice", N_("{field}: “{value}” is not one of the choices."), said, field=name)
        if field.size and len(value) > field.size:
            long: dict[str, Any] = {"field": field.label, "size": field.size}
            yield Objection("long", N_("{field}: at most {size} characters."), long, field=name)
    elif isinstance(value, int):
        if field.low is not None and value < field.low:
            said = {"field": field.label, "limit": show(field, field.low)}
            yield Objection("low", N_("{field}: at least {limit}."), said, field=name)
        if field.high is not None and value > field.high:
            said = {"field": field.label, "limit": show(field, field.high)}
            yield Objection("high", N_("{field}: at most {limit}."), said, field=name)


def parse(field: Field, text: str) -> Any:
    """A typed or imported text in the field's physical form; None for an empty one.

    References stay as the text typed: who reads it resolves them. Raises AppError with a sentence.
    """
    text = values.clean(text)
    if not text:
        return None
    if field.kind in _PARSERS:
        return _PARSERS[field.kind](text)
    if field.kind == "flag":
        return _parse_flag(text)
    if field.kind == "choice":
        return _parse_choice(field, text)
    if field.kind == "many":
        return _parse_many(field, text)
    return text


def _parse_int(text: str) -> int:
    return values.parse_scaled(text, 1)


_PARSERS: dict[str, Callable[[str], Any]] = {
    "qty": values.parse_quantity,
    "measure": values.parse_quantity,
    "money": values.parse_money,
    "price": values.parse_price,
    "rate": values.parse_rate,
    "int": _parse_int,
    "day": values.parse_date,
}
_YES = frozenset({"1", "true", "yes", "y", "是", "有", "√", "✓"})
_NO = frozenset({"0", "false", "no", "n", "否", "无", "×"})


def _parse_flag(text: str) -> int:
    plain = text.casefold()
    if plain in _YES or plain in _NO:
        return int(plain in _YES)
    raise AppError(N_("“{text}” is neither yes nor no. Type 1 or 0."), text=values.quoted(text))


def _parse_choice(field: Field, text: str) -> str:
    plain = text.casefold()
    for code, word in field.choices:
        if plain in {code.casefold(), word.casefold(), _(word).casefold()}:
            return code
    allowed = ", ".join(_(word) for _code, word in field.choices)
    raise AppError(
        N_("“{text}” is not one of the choices: {allowed}."), text=values.quoted(text), allowed=allowed
    )


def _parse_many(field: Field, text: str) -> str:
    parts = [p.strip() for p in re.split(r"[;；|+、]", text) if p.strip()]
    chosen = [_parse_choice(field, p) for p in parts] if field.choices else parts
    return to_json(chosen)


def to_json(value: Any) -> str:
    """Canonical JSON text: sorted keys, no blanks, ids as hex."""
    return msgspec.json.encode(value, order="sorted", enc_hook=None).decode()


def from_json(text: str | None) -> Any:
    """The value of a JSON text; None for an empty one."""
    return msgspec.json.decode(text) if text else None


def fingerprint(table: str, row: Mapping[str, Any]) -> bytes:
    """What a record says, in 16 bytes: equal where all of its filled-in fields are."""
    said = {name: row[name] for name in fields_of(table) if row.get(name) is not None}
    return hashlib.sha256(msgspec.json.encode(said, order="sorted")).digest()[:16]


def show(field: Field, value: Any) -> str:
    """A value as a person reads it, without its unit; references are shown by their queries."""
    if value is None:
        return ""
    if field.kind in _SHOWERS:
        return _SHOWERS[field.kind](value)
    if field.kind == "flag":
        return _("Yes") if value else _("No")
    if field.kind == "choice":
        return _(dict(field.choices).get(value, str(value)))
    if field.kind == "many":
        words = dict(field.choices)
        return ", ".join(_(words.get(str(v), str(v))) for v in from_json(value) or ())
    if isinstance(value, bytes):
        return value.hex()[:8]
    return str(value)


_SHOWERS: dict[str, Callable[[Any], str]] = {
    "qty": values.show_quantity,
    "measure": values.show_quantity,
    "money": values.show_money,
    "price": values.show_price,
    "rate": values.show_rate,
    "instant": values.show_instant,
}


def labels_of(table: str) -> dict[str, str]:
    """Field name -> label in the spoken language."""
    return {name: _(field.label) for name, field in fields_of(table).items()}
