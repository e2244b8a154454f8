"""Rows of the synced tables and of the audit trail as they travel: every column by name, bytes as base64 text."""

import hashlib
from base64 import b64decode
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

import msgspec

from app.fields import from_json, to_json
from app.sync.protocol import BadBytesError, Rows
from app.tx import Reader, columns_of, is_synced
from db.models import table as table_of
from db.models.base import BLOB, HASH, ID

AUDIT = (
    "op_id",
    "action_id",
    "at",
    "actor",
    "device",
    "kind",
    "tbl",
    "row_id",
    "verb",
    "changes",
    "bucket",
    "doubt",
)
_BYTES = frozenset({ID, HASH, BLOB})
_encoder = msgspec.json.Encoder()


@cache
def sent_columns(table: str) -> tuple[str, ...]:
    """The columns of a synced table that travel: all but the local row number."""
    return tuple(name for name in columns_of(table) if name != "n")


@cache
def listed(table: str, alias: str = "") -> str:
    """Those columns as SQL."""
    return ", ".join(f'{alias}"{name}"' for name in sent_columns(table))


def received(sent: Rows) -> Iterator[dict[str, Any]]:
    """The rows that came, as column -> value; columns of a newer hub are kept in `extra`. Raises BadBytesError."""
    if sent.table != "audit" and not is_synced(sent.table):
        raise BadBytesError(f"unknown table {sent.table!r}")
    types = {name: column.type for name, column in table_of(sent.table).columns.items()}
    known = [(place, name) for place, name in enumerate(sent.columns) if name in types and name != "n"]
    newer = [(place, name) for place, name in enumerate(sent.columns) if name not in types]
    try:
        for row in sent.rows:
            found = {name: _value(types[name], row[place]) for place, name in known}
            if newer and "extra" in types:
                found["extra"] = _with_newer(found.get("extra"), {name: row[place] for place, name in newer})
            yield found
    except (IndexError, ValueError, TypeError) as error:
        raise BadBytesError(str(error)) from error


def _with_newer(extra: str | None, newer: dict[str, Any]) -> str | None:
    """What this program has no column for stays with the row until an update; patches name fields, so it is never damaged."""
    kept = (from_json(extra) or {}) | {name: value for name, value in newer.items() if value is not None}
    return to_json(kept) if kept else None


def _value(kind: str, value: Any) -> Any:
    return b64decode(value, validate=True) if kind in _BYTES and value is not None else value


def added_up(table: str, rows: Iterable[Mapping[str, Any]]) -> tuple[int, int]:
    """Count of rows and the sum of their 64-bit hashes: equal on both sides where the rows are."""
    count = total = 0
    columns = sent_columns(table)
    for row in rows:
        digest = hashlib.sha256(_encoder.encode([row[name] for name in columns])).digest()
        count, total = count + 1, (total + int.from_bytes(digest[:8], "big")) & (2**64 - 1)
    return count, total


def rows_of(read: Reader, table: str, where: str = "true", *params: Any) -> Iterator[dict[str, Any]]:
    """The rows of a synced table as they travel."""
    return read.dicts(f'SELECT {listed(table)} FROM "{table}" WHERE {where}', *params)
