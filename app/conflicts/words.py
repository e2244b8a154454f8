"""Values and ops in the words of the person who decides."""

from base64 import b64decode
from binascii import Error
from typing import Any

import msgspec

from app.conflicts.kinds import KINDS, REASONS
from app.fields import Field, about, clean_row, fields_of, from_json, show
from app.generic import DELETED, MERGED
from app.names import label_of, person
from app.tx import Reader
from app.values import show_instant
from app.words import N_, _
from db.models import BY_TABLE, SYNCED

NOBODY = N_("Local administrator")
#: A conflict about a record as a whole.
WHOLE = {DELETED: N_("The record itself"), MERGED: N_("Merged with")}
_HEX_SHA = 64


def value_of(table: str, name: str, text: str | None) -> Any:
    """A value of a conflict row in its physical form."""
    value = from_json(text)
    field = fields_of(table).get(name)
    if field and field.kind == "bytes" and isinstance(value, str):
        return bytes.fromhex(value) if len(value) == _HEX_SHA else _bytes(value)
    if value is None or field is None:
        return value
    try:
        return clean_row(table, {name: value})[name]
    except msgspec.ValidationError:  # of a newer program: shown as it came
        return value


def _bytes(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except Error:
        return text.encode()


def label_of_field(table: str, name: str) -> str:
    """The label of a field; its name where an older or newer program declared it."""
    field = fields_of(table).get(name)
    return _(field.label) if field else _(WHOLE.get(name, name))


def shown(read: Reader, table: str, name: str, value: Any, timezone: str) -> str:
    """A value as a person reads it: references by name, times at the site, numbers with their unit."""
    field = fields_of(table).get(name)
    if name == DELETED:
        return _("Deleted") if value else _("Stays")
    if name == MERGED and isinstance(value, str):
        return _record(read, table, bytes.fromhex(value))
    if value is None or field is None:
        return "" if value is None else str(value)
    if field.kind == "ref":
        return _reference(read, field, value)
    if field.kind == "instant":
        return show_instant(value, timezone)
    if field.kind == "bytes":
        return f"#{value.hex()[:8]}"
    text = show(field, value)
    return f"{text} {_(field.unit)}" if field.unit and text else text


def _record(read: Reader, table: str, row_id: bytes) -> str:
    return " ".join(label_of(read, table, row_id).split()) or f"#{row_id.hex()[-8:]}"


def _reference(read: Reader, field: Field, value: bytes) -> str:
    if field.target == "user_account":
        return person_name(read, value)
    if field.target not in SYNCED or not about(field.target).key:
        return f"#{value.hex()[-8:]}"
    code, _gap, name = label_of(read, field.target, value).partition("  ")
    return (name if field.target == "staff" else f"{code} {name}".rstrip()) or code or f"#{value.hex()[-8:]}"


def person_name(read: Reader, account: bytes | None) -> str:
    """Who holds an account."""
    found = read.value(f"SELECT {person('?')}", account) if account else None
    return found or (_(NOBODY) if account is None else f"#{account.hex()[-8:]}")


def device_name(read: Reader, code: str) -> str:
    """What a computer is called; its code where it has no name here."""
    return read.value("SELECT name FROM device WHERE code = ? AND deleted = 0", code) or code


def kind_word(kind: str, table: str | None) -> str:
    """What an op did, in a few words: “Machine: changed”."""
    word = KINDS.get(kind)
    if kind in {"create", "patch", "transition", "retire", "merge"} and table in BY_TABLE:
        one = _(about(table).one) if table in SYNCED else table
        return _("{record}: {deed}").format(record=one, deed=_(word) if word else kind)
    return _(word) if word else kind


def reason_word(reason: str | None) -> str:
    """Why the hub kept an op back."""
    if not reason:
        return ""
    found = REASONS.get(reason)
    return _(found) if found else reason
