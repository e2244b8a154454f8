"""Reading rows, and the transaction that an op's `apply` writes through.

Everything goes through the driver with SQL text cached per table and columns: no ORM in the write path (operations.md, rule 15).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeVar

import msgspec

from app.aliases import ref_columns
from app.fields import about, to_json
from app.follow import follow
from app.ops import CLOCK, Envelope, MissingRowError
from db.driver import Connection, locked_row, scratch, shared_row
from db.ids import made_id
from db.models import BY_TABLE
from db.models import table as table_of
from db.models.base import Synced

Row = TypeVar("Row")
Value = Any


class Reader:
    """Rows of the site file as tuples, dicts or frozen dataclasses; `?` stands for a parameter."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @property
    def connection(self) -> Connection:
        """The driver's own connection, for what reads the file as a whole."""
        return self._connection

    def rows(self, sql: str, *params: Value) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        return self._connection.execute(sql, params).fetchall()

    def row(self, sql: str, *params: Value) -> tuple[Any, ...] | None:
        """The first row, or None."""
        found: tuple[Any, ...] | None = self._connection.execute(sql, params).fetchone()
        return found

    def value(self, sql: str, *params: Value) -> Any:
        """The first column of the first row, or None."""
        found = self.row(sql, *params)
        return found[0] if found else None

    def as_(self, cls: type[Row], sql: str, *params: Value) -> list[Row]:
        """The rows as frozen dataclasses, columns in the order of the fields."""
        return [cls(*found) for found in self._connection.execute(sql, params)]

    def dicts(self, sql: str, *params: Value) -> Iterator[dict[str, Any]]:
        """The rows one by one as column -> value (an export, however long)."""
        cursor = self._connection.execute(sql, params)
        names = [column[0] for column in cursor.description]
        for found in cursor:
            yield dict(zip(names, found, strict=True))

    def get(self, table: str, row_id: bytes | None) -> dict[str, Any] | None:
        """One row by its id as column -> value."""
        return self._get(table, row_id)

    def _get(self, table: str, row_id: bytes | None, lock: str = "") -> dict[str, Any] | None:
        if row_id is None:
            return None
        cursor = self._connection.execute(f'SELECT * FROM "{_known(table)}" WHERE id = ?{lock}', (row_id,))
        found = cursor.fetchone()
        return dict(zip((c[0] for c in cursor.description), found, strict=True)) if found else None

    def find(self, table: str, **where: Value) -> bytes | None:
        """The id of the first live row whose columns equal these values."""
        terms = " AND ".join(f'"{column}" = ?' for column in where)
        found = self.value(
            f'SELECT id FROM "{_known(table)}" WHERE {terms} AND deleted = 0 ORDER BY n', *where.values()
        )
        return found if isinstance(found, bytes) else None


def _known(table: str) -> str:
    if table not in BY_TABLE:
        raise KeyError(table)
    return table


@lru_cache(maxsize=512)
def _insert_sql(table: str, columns: tuple[str, ...]) -> str:
    names = ", ".join(f'"{c}"' for c in columns)
    return f'INSERT INTO "{table}" ({names}) VALUES ({", ".join("?" * len(columns))})'


@lru_cache(maxsize=512)
def _update_sql(table: str, columns: tuple[str, ...]) -> str:
    return f'UPDATE "{table}" SET {", ".join(f"{chr(34)}{c}{chr(34)} = ?" for c in columns)} WHERE id = ?'


_AUDIT = _insert_sql(
    "audit",
    (
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
    ),
)
_SYSTEM = ("id", "created_at", "created_by", "updated_at", "updated_by", "bucket", "deleted")


@lru_cache(maxsize=128)
def _bucket_rule(table: str) -> str:
    return about(table).bucket


def bucket_of(table: str, values: Mapping[str, Any]) -> str:
    """The sync bucket of a row: global, or that of its site."""
    rule = _bucket_rule(table)
    site = values.get("site_id")
    return "global" if rule == "global" or site is None else f"{rule}:{site.hex()}"


class Tx(Reader):
    """What `apply` sees: the synced tables and the envelope of the op, nothing else.

    Inserts are buffered and sent as sets; any read flushes first. The created and updated columns, the bucket, the audit
    row and the shadow are filled here, never by an op.
    """

    def __init__(self, connection: Connection, *, device: str, keep_shadow: bool) -> None:
        super().__init__(connection)
        self._device = device
        self._keep_shadow = keep_shadow
        self._lock = locked_row(connection)
        self._envelope: Envelope | None = None
        self._inserts: dict[str, list[tuple[Any, ...]]] = {}
        self._asked: dict[str, dict[tuple[Value, ...], Value]] = {}
        self.touched: dict[str, set[bytes]] = {}
        self.outcome = "applied"
        self._into: set[str] = set()
        self._moved: set[str] = set()
        self._merged: dict[bytes, bytes] | None = None

    def begin(self, envelope: Envelope) -> None:
        """From here on the writes belong to this op."""
        self._envelope = envelope
        self.outcome = "applied"
        self._into, self._moved = set(), set()

    @property
    def reached(self) -> set[str]:
        """The buckets that this op wrote into: of new rows, and of changed ones before the change.

        Not those that it moved a record of its own bucket to, nor of rows that only follow a merge of what they name.
        """
        return self._into - self._moved

    @property
    def op(self) -> Envelope:
        """The envelope of the op that is being applied."""
        if self._envelope is None:
            raise RuntimeError("no op is being applied")
        return self._envelope

    def made(self, role: str) -> bytes:
        """The id of a row that `apply` makes, alike on every machine."""
        return made_id(self.op.op_id, role)

    def insert(self, table: str, row_id: bytes, values: Mapping[str, Any]) -> None:
        """A new row of a synced table; what it names is named by the records that were kept."""
        values = self._meant(table, values)
        op, bucket = self.op, bucket_of(table, values)
        self._into.add(bucket)
        columns = (*_SYSTEM, *values)
        row = (row_id, op.wall, op.actor, op.wall, op.actor, bucket, 0, *values.values())
        self._buffer(_insert_sql(table, columns), row)
        self._note(table, row_id, "insert", None, bucket)
        if table == "code_alias" and values.get("old_id") and self._merged is not None:
            self._merged[values["old_id"]] = values["target_id"]

    def update(self, table: str, row_id: bytes, values: Mapping[str, Any], *, verb: str = "update") -> None:
        """Set fields of a row that exists; the audit row keeps old and new."""
        old = self.get(table, row_id)
        if old is None:
            raise MissingRowError(f"an update of an unknown row of {table}")
        row_id, values = old["id"], self._meant(table, values)
        changes = {k: [old[k], v] for k, v in values.items() if old[k] != v}
        if not changes:
            return
        self._shadow(table, row_id, old)
        bucket = bucket_of(table, old | dict(values))
        if verb != "merge":
            self._into.add(old["bucket"])
        if bucket != old["bucket"]:
            self._moved.add(bucket)
        columns = {k: v for k, v in values.items() if k in changes}
        columns |= {"updated_at": self.op.wall, "updated_by": self.op.actor, "bucket": bucket}
        self._connection.execute(_update_sql(table, tuple(columns)), (*columns.values(), row_id))
        self._note(table, row_id, verb, to_json(changes), bucket, shadowed=True)
        follow(self, table, row_id, changes)

    def retire(self, table: str, row_id: bytes, *, deleted: bool = True) -> None:
        """Mark a row as deleted (or bring it back); rows never vanish."""
        old = self.get(table, row_id)
        if old is None:
            raise MissingRowError(f"retiring an unknown row of {table}")
        if bool(old["deleted"]) != deleted:
            self.update(table, row_id, {"deleted": int(deleted)}, verb="retire" if deleted else "restore")

    def has(self, table: str, row_id: bytes) -> bool:
        """Whether a row of this id exists (deleted ones too)."""
        return self.value(f'SELECT 1 FROM "{_known(table)}" WHERE id = ?', row_id) is not None

    def those_of(self, table: str, ids: Sequence[bytes]) -> set[bytes]:
        """Which of these ids exist already (deleted ones too)."""
        marks = ", ".join("?" * len(ids))
        return {
            found for (found,) in self.rows(f'SELECT id FROM "{_known(table)}" WHERE id IN ({marks})', *ids)
        }

    def conflict(self, table: str, row: Mapping[str, Any], field: str, base: Any, mine: Any) -> None:
        """Keep both values of a field until a person settles it (sync.md, line 8)."""
        self.outcome = "conflict"
        self.insert(
            "conflict",
            self.made(f"conflict:{field}"),
            {
                "site_id": row.get("site_id"),
                "tbl": table,
                "row_id": row["id"],
                "field": field,
                "op_id": self.op.op_id,
                "base": to_json(base),
                "theirs": to_json(row.get(field)),
                "mine": to_json(mine),
            },
        )

    def touch(self, table: str, row_id: bytes) -> None:
        """Let `settle` look at a row again although it did not change."""
        self.touched.setdefault(table, set()).add(row_id)

    def flush(self) -> None:
        """Send the buffered rows."""
        if self._inserts:
            pending, self._inserts = self._inserts, {}
            for sql, rows in pending.items():
                self._connection.executemany(sql, rows)

    def forget(self) -> None:
        """Drop the buffered rows: the op that wrote them is rolled back."""
        self._inserts.clear()
        self._asked.clear()
        self._merged = None

    def asked(self, table: str, sql: str, *params: Value) -> Value:
        """A value of one table, read again only after this transaction wrote to it: what many facts ask does not cost each a query."""
        known = self._asked.setdefault(table, {})
        if (sql, *params) not in known:
            if any(f'"{table}"' in insert for insert in self._inserts):
                self.flush()
            found = super().row(sql, *params)
            known[sql, *params] = found[0] if found else None
        return known[sql, *params]

    def hold(self, table: str, row_id: bytes, *, alone: bool = False) -> None:
        """Until this transaction ends, whoever holds the same row alone waits (SQLite has one writer anyway).

        Facts that depend on what one op decides hold the row together, the op that decides holds it `alone`.
        """
        if self._lock:
            lock = self._lock if alone else shared_row(self._connection)
            self.asked(table, f'SELECT 1 FROM "{_known(table)}" WHERE id = ?{lock}', row_id)

    def rows(self, sql: str, *params: Value) -> list[tuple[Any, ...]]:
        self.flush()
        return super().rows(sql, *params)

    def row(self, sql: str, *params: Value) -> tuple[Any, ...] | None:
        self.flush()
        return super().row(sql, *params)

    def as_(self, cls: type[Row], sql: str, *params: Value) -> list[Row]:
        self.flush()
        return super().as_(cls, sql, *params)

    def get(self, table: str, row_id: bytes | None) -> dict[str, Any] | None:
        """One row; of a record that was merged away the one that is kept."""
        return self.exactly(table, row_id and self.kept(row_id))

    def exactly(self, table: str, row_id: bytes | None) -> dict[str, Any] | None:
        """The row of just this id, merged away or not."""
        self.flush()
        return self._get(table, row_id, self._lock)

    def kept(self, row_id: bytes) -> bytes:
        """The record that an id means: itself, or the one that it was merged into."""
        if self._merged is None:
            sql = "SELECT old_id, target_id FROM code_alias WHERE old_id IS NOT NULL AND deleted = 0"
            self._merged = dict(super().rows(sql))
        seen = set()
        while row_id in self._merged and row_id not in seen:
            seen.add(row_id)
            row_id = self._merged[row_id]
        return row_id

    def _meant(self, table: str, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """The values with every reference to a merged record turned to the one that is kept."""
        names = [name for name in ref_columns(table) if isinstance(values.get(name), bytes)]
        turned = {name: kept for name in names if (kept := self.kept(values[name])) != values[name]}
        return {**values, **turned} if turned else values

    def _buffer(self, sql: str, row: tuple[Any, ...]) -> None:
        self._inserts.setdefault(sql, []).append(row)

    def _note(
        self,
        table: str,
        row_id: bytes,
        verb: str,
        changes: str | None,
        bucket: str,
        *,
        shadowed: bool = False,
    ) -> None:
        op = self.op
        self._asked.pop(table, None)
        self.touched.setdefault(table, set()).add(row_id)
        audit = (
            op.op_id,
            op.action_id,
            op.wall,
            op.actor,
            self._device,
            op.kind,
            table,
            row_id,
            verb,
            changes,
            bucket,
            CLOCK if any(one.code == CLOCK for one in op.overrides) else None,
        )
        self._buffer(_AUDIT, audit)
        if not shadowed:
            self._shadow(table, row_id, None)

    def _shadow(self, table: str, row_id: bytes, row: Mapping[str, Any] | None) -> None:
        """With no hub every row's hub state is absent, so nothing need be kept (docs/decisions)."""
        if self._keep_shadow:
            self._buffer(
                'INSERT INTO srv_shadow (tbl, id, "row") VALUES (?, ?, ?) ON CONFLICT (tbl, id) DO NOTHING',
                (table, row_id, None if row is None else msgspec.msgpack.encode(dict(row))),
            )


class Derive(Reader):
    """What `settle` sees: all tables, the touched rows in the temporary table `touched (tbl, id)`, and the time."""

    def __init__(self, connection: Connection, touched: Mapping[str, set[bytes]], now: int) -> None:
        super().__init__(connection)
        self.touched = touched
        self.now = now

    def run(self, sql: str, *params: Value) -> int:
        """Execute a statement on derived rows; the count of rows it changed."""
        return self._connection.execute(sql, params).rowcount

    def scratch(self, name: str, *columns: str) -> None:
        """Make `temp.<name>`, an empty table of ids: a settler's working set."""
        scratch(self._connection, name, *columns)

    def run_many(self, sql: str, rows: Iterable[Sequence[Value]]) -> None:
        """Execute a statement for each row."""
        if listed := list(rows):
            self._connection.executemany(sql, listed)


def is_synced(table: str) -> bool:
    """Whether the rows of a table travel."""
    return table in BY_TABLE and issubclass(BY_TABLE[table], Synced)


def columns_of(table: str) -> tuple[str, ...]:
    """All columns of a table."""
    return tuple(table_of(table).columns)
