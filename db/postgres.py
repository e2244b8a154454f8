"""PostgreSQL behind the seam of db.driver: psycopg 3, driven as sqlite3 is. Imported only by a hub that runs on it."""

import logging
import re
import sqlite3
from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from typing import Any, cast

import psycopg
from psycopg import pq
from psycopg.types.numeric import Int8BinaryDumper, NumericBinaryLoader, NumericLoader
from sqlalchemy import Engine, create_engine
from sqlalchemy.pool import QueuePool

from db.driver import CollisionError, ServerFullError, TakenError, UnreachableError

#: A hub process serves its requests on forty threads; half of them wait for the counter, not for a connection.
POOL = 20
#: A statement that waits longer for a row is given up, and its request tried again (milliseconds).
LOCK_WAIT = 10_000
PREPARED = 200
_SETTINGS = {
    "client_min_messages": "warning",
    "lock_timeout": str(LOCK_WAIT),
    "idle_in_transaction_session_timeout": "60000",
    "timezone": "UTC",
    "jit": "off",  # compiling takes longer than any statement of ours
}
# What psycopg warns of while it ends a failed statement is raised as an error, too.
logging.getLogger("psycopg").setLevel(logging.ERROR)
_TOKENS = re.compile(r"""'[^']*'|"[^"]*"|\?(\d+)?|\btemp\.""")
_INSERT = re.compile(r"INSERT INTO (\S+) \(([^()]*)\) VALUES \(([?, ]+)\)(.*)", re.DOTALL)


def postgres_engine(address: str) -> Engine:
    """An engine on a PostgreSQL database, by an address of libpq or SQLAlchemy."""
    target = re.sub(r"^postgres(ql)?(\+\w+)?:", "postgresql:", address)

    def connect() -> psycopg.Connection[Any]:
        try:
            return _connect(target)
        except psycopg.Error as error:
            raise UnreachableError(str(error)) from error

    return create_engine(
        "postgresql+psycopg://",
        creator=connect,
        poolclass=QueuePool,
        pool_size=POOL,
        max_overflow=POOL,
        pool_pre_ping=True,
        isolation_level="AUTOCOMMIT",
    )


def _connect(target: str) -> psycopg.Connection[Any]:
    options = " ".join(f"-c {name}={value}" for name, value in _SETTINGS.items())
    given = psycopg.conninfo.conninfo_to_dict(target)
    made: psycopg.Connection[Any] = psycopg.connect(
        target,
        autocommit=True,
        options=f"{given.get('options') or ''} {options}".strip(),
        connect_timeout=int(given.get("connect_timeout") or 10),
        application_name=given.get("application_name") or "sitewright",
        client_encoding="utf8",
    )
    made.prepared_max = PREPARED
    for kind, dumper in ((int, Int8BinaryDumper), (bool, _Flag)):
        made.adapters.register_dumper(kind, dumper)
    for loader in (_Whole, _WholeBinary):
        made.adapters.register_loader("numeric", loader)
    return made


class _Flag(Int8BinaryDumper):
    """Yes and no are 1 and 0, as in SQLite."""

    def dump(self, obj: Any) -> Any:
        return super().dump(int(obj))


def _whole(value: Decimal) -> Any:
    return int(value) if value == value.to_integral_value() else value


class _Whole(NumericLoader):
    """The sum of whole numbers is a whole number."""

    def load(self, data: Any) -> Any:
        return _whole(super().load(data))


class _WholeBinary(NumericBinaryLoader):
    def load(self, data: Any) -> Any:
        return _whole(super().load(data))


@lru_cache(maxsize=2048)
def native(sql: str) -> str:
    """SQL with `?` (or `?1`) as PostgreSQL takes it; temporary tables lie in pg_temp."""
    count = 0

    def replaced(found: re.Match[str]) -> str:
        nonlocal count
        part = found.group()
        if part[0] in "'\"":
            return part
        if part == "temp.":
            return "pg_temp."
        if found.group(1):
            return f"${found.group(1)}"
        count += 1
        return f"${count}"

    return _TOKENS.sub(replaced, sql)


@lru_cache(maxsize=512)
def _insertion(sql: str) -> tuple[str, str, str] | None:
    """(table, columns, what follows the values) of an INSERT of plain parameters."""
    found = _INSERT.fullmatch(sql)
    return (native(found[1]), found[2], found[4].strip()) if found else None


class PgConnection:
    """A connection to PostgreSQL that looks like one of sqlite3: `?`, tuples, bytes, its errors."""

    def __init__(self, raw: psycopg.Connection[Any]) -> None:
        self.raw = raw

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open, a failed one included."""
        return self.raw.info.transaction_status not in {
            pq.TransactionStatus.IDLE,
            pq.TransactionStatus.UNKNOWN,
        }

    def execute(self, sql: str, parameters: Sequence[Any] = (), /) -> "psycopg.RawCursor[Any]":
        """Run one statement."""
        cursor = psycopg.RawCursor(self.raw)
        try:
            return cursor.execute(native(sql).encode(), parameters or None, binary=True)
        except psycopg.Error as error:
            raise translate(error) from error

    def executemany(self, sql: str, parameters: Iterable[Any], /) -> "psycopg.RawCursor[Any]":
        """Run a statement for each row; plain inserts go as sets."""
        cursor = psycopg.RawCursor(self.raw)
        try:
            if found := _insertion(sql):
                self._insert(cursor, *found, rows=list(parameters))
            else:
                cursor.executemany(native(sql).encode(), parameters)
        except psycopg.Error as error:
            raise translate(error) from error
        return cursor

    def _insert(
        self, cursor: "psycopg.RawCursor[Any]", table: str, columns: str, end: str, *, rows: list[Any]
    ) -> None:
        if not end and len(rows) > 1:
            with cursor.copy(f"COPY {table} ({columns}) FROM STDIN".encode()) as copy:
                for row in rows:
                    copy.write_row(row)
            return
        width = columns.count(",") + 1
        waiting = iter(rows)
        while some := list(islice(waiting, 30_000 // width)):
            values = ", ".join(
                f"({', '.join(f'${at + n}' for n in range(1, width + 1))})"
                for at in range(0, len(some) * width, width)
            )
            sql = f"INSERT INTO {table} ({columns}) VALUES {values} {end}"
            cursor.execute(sql.encode(), [value for row in some for value in row])


def wrapped(raw: Any) -> PgConnection:
    """The seam around a connection of the pool."""
    return PgConnection(cast("psycopg.Connection[Any]", raw))


_COLLISIONS = frozenset({"40001", "40P01", "55P03"})
_FULL = ("53100", "53200", "54000")


def translate(error: psycopg.Error) -> sqlite3.Error:
    """The error of sqlite3 that says the same: of the op (integrity, data), a collision, or the database's fault."""
    state, text = error.sqlstate or "", str(error)
    if state in _COLLISIONS:
        return CollisionError(text)
    if state == "23505":
        return TakenError(text)
    if state == "23503":
        return sqlite3.IntegrityError(f"FOREIGN KEY: {text}")
    if state.startswith("23") or state == "P0001":  # P0001: our guards
        return sqlite3.IntegrityError(text)
    if state.startswith("22") or state == "42804" or isinstance(error, psycopg.DataError):
        return sqlite3.DataError(text)
    if state in _FULL:
        return ServerFullError(text)
    if state.startswith(("08", "28", "3D", "53", "57", "25")):
        return UnreachableError(text)
    if not state and isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
        return UnreachableError(text)
    if not state and isinstance(error, psycopg.ProgrammingError):
        return sqlite3.ProgrammingError(text)  # a value that no column takes
    return sqlite3.OperationalError(text)
