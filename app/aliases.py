"""Two records that are one (合并): whatever named the one that is given up names the kept one from then on, on every side.

The columns that refer to a record are read from the declarations; a new table is followed without a word here.
"""

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

from app.fields import about, fields_of, from_json, to_json
from app.follow import follow
from db.models import SYNCED

if TYPE_CHECKING:
    from app.tx import Reader, Tx

#: Registers whose records people merge; the business key of each may come twice (sync.md, line 10).
MERGEABLE = ("part", "equipment", "location", "staff", "supplier")
#: Columns that name a record of any table, with the column that says of which.
_ANY = (
    ("attachment", "owner_id", "owner_table"),
    ("code_alias", "target_id", "target_table"),
    ("qr_label", "target_id", ""),
    ("equipment_event", "ref_id", "ref_table"),
    ("step_note", "owner_id", "owner_table"),
)
#: Columns that name a record as it was at the time, also after it was merged: its books were kept, its closed months stand.
_AS_IT_WAS = frozenset({"old_id", "warehouse_id"})
#: Tables whose rows are a report that was signed: they say for ever what they said.
_SIGNED = frozenset({"stock_closing_line"})
#: Lists of business keys: table, column, the table whose keys they are.
_LISTS = (("inspection_plan", "equipment", "equipment"), ("inspection_task", "equipment", "equipment"))


@cache
def ref_columns(table: str) -> tuple[str, ...]:
    """The columns of a table that hold the id of another record."""
    fields = {} if table in _SIGNED else fields_of(table)
    return tuple(name for name, field in fields.items() if field.kind == "ref" and name not in _AS_IT_WAS)


@cache
def named_in(table: str) -> tuple[tuple[str, str, str], ...]:
    """Where records of a table are named: table, column, and the column that names the table ("" where it is fixed)."""
    fixed = tuple(
        (other, name, "")
        for other in SYNCED
        for name in ref_columns(other)
        if fields_of(other)[name].target == table
    )
    return fixed + _ANY


def references(read: "Reader", table: str, row_id: bytes) -> Iterator[tuple[str, str, bytes]]:
    """Every row that names a record: table, column, id."""
    for other, column, kind in named_in(table):
        also, params = (f' AND "{kind}" = ?', (table,)) if kind else ("", ())
        sql = f'SELECT id FROM "{other}" WHERE "{column}" = ?{also} ORDER BY id'
        for (found,) in read.rows(sql, row_id, *params):
            yield other, column, found


def closes_ring(read: "Reader", table: str, row_id: bytes, column: str, parent: bytes | None) -> bool:
    """Whether a record would come to lie under itself (设备树、位置树)."""
    seen: set[bytes] = set()
    while parent is not None and parent not in seen:
        if parent == row_id:
            return True
        seen.add(parent)
        parent = read.value(f'SELECT "{column}" FROM "{table}" WHERE id = ?', parent)
    return False


def ring_columns(table: str) -> tuple[str, ...]:
    """The columns by which records of a table lie under one another."""
    return tuple(name for name in ref_columns(table) if fields_of(table)[name].target == table)


def merge_rows(tx: "Tx", table: str, old: bytes, kept: bytes) -> None:
    """Give one record up for another: everything that names it moves, its code stays as an alias that still scans."""
    row, stays = tx.exactly(table, old) or {}, tx.exactly(table, kept) or {}
    for column in ring_columns(table):
        if closes_ring(tx, table, old, column, kept):  # the kept one lies under the other: it takes its place
            tx.update(table, kept, {column: row[column]}, verb="merge")
    for other, column, found in list(references(tx, table, old)):
        tx.update(other, found, {column: kept}, verb="merge")
    key = about(table).key
    _rename_in_lists(tx, table, row[key], stays[key])
    tx.update(table, old, {"deleted": 1}, verb="merge")
    if stays["deleted"]:
        tx.retire(table, kept, deleted=False)
    follow(tx, table, kept)
    tx.insert(
        "code_alias",
        tx.made(f"merged:{old.hex()}"),
        {"code": row[key], "target_table": table, "target_id": kept, "old_id": old},
    )
    tx.touch(table, kept)


def _rename_in_lists(tx: "Tx", table: str, old: str, kept: str) -> None:
    for other, column, of in _LISTS:
        if of != table or old == kept:
            continue
        for row_id, text in tx.rows(
            f'SELECT id, "{column}" FROM "{other}" WHERE "{column}" LIKE ? ORDER BY id', f'%"{old}"%'
        ):
            codes: list[Any] = [kept if code == old else code for code in from_json(text) or []]
            tx.update(other, row_id, {column: to_json(list(dict.fromkeys(codes)))}, verb="merge")
