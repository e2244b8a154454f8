"""The seam below the SQL: what the program asks of a database connection, fulfilled by sqlite3 and by db.postgres.

SQL is written once, with `?` for a parameter, valid on both databases; errors are those of the sqlite3 module on both.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from itertools import count
from typing import Any, Protocol

_scratches = count(1)
#: How often a working set on PostgreSQL is emptied before its file is, too.
CLEARED = 50


class Cursor(Protocol):
    """What a statement gave."""

    @property
    def description(self) -> Any: ...

    @property
    def rowcount(self) -> int: ...

    def fetchone(self) -> Any: ...

    def fetchall(self) -> list[Any]: ...

    def __iter__(self) -> Iterator[Any]: ...


class Connection(Protocol):
    """A connection in autocommit: transactions are begun and ended by `transaction` or by hand."""

    @property
    def in_transaction(self) -> bool: ...

    def execute(self, sql: str, parameters: Any = ..., /) -> Cursor: ...

    def executemany(self, sql: str, parameters: Iterable[Any], /) -> Cursor: ...


class CollisionError(sqlite3.OperationalError):
    """Two transactions came into each other's way (serialization, deadlock, one id twice): do it again from the start."""


class TakenError(sqlite3.IntegrityError):
    """A row of this id is there. Where somebody else has just made it, a second try sees that row."""


class UnreachableError(sqlite3.OperationalError):
    """The database server does not answer, refuses, or went away in the middle."""


class ServerFullError(sqlite3.OperationalError):
    """The server's disk or memory is full."""


def is_postgres(connection: Connection) -> bool:
    """Whether rows must be locked and functions asked as PostgreSQL does it."""
    return not isinstance(connection, sqlite3.Connection)


def locked_row(connection: Connection) -> str:
    """The end of a SELECT that reads a row which the same transaction may change.

    SQLite has one writer. FOR UPDATE would wait for rows that only refer to this one, FOR NO KEY UPDATE does not.
    """
    return " FOR NO KEY UPDATE" if is_postgres(connection) else ""


def shared_row(connection: Connection) -> str:
    """The end of a SELECT of a row that must stay as it is until the transaction ends: many may hold it, who changes it waits."""
    return " FOR SHARE" if is_postgres(connection) else ""


def skip_locked(connection: Connection, alias: str) -> str:
    """The end of a SELECT of rows to work on, leaving those that somebody else is working on."""
    return f" FOR NO KEY UPDATE OF {alias} SKIP LOCKED" if is_postgres(connection) else ""


def scratch(connection: Connection, name: str, *columns: str, text: Sequence[str] = ()) -> None:
    """An empty temporary table of ids (and texts) that belongs to this connection; its columns are its key."""
    postgres = is_postgres(connection)
    connection.execute(_scratch_sql(postgres, name, columns, tuple(text)))
    # Emptying at every COMMIT takes milliseconds, so rows are deleted; what that leaves behind is cleared now and then.
    clears = postgres and next(_scratches) % CLEARED == 0
    connection.execute(f"TRUNCATE temp.{name}" if clears else f"DELETE FROM temp.{name}")


@lru_cache
def _scratch_sql(postgres: bool, name: str, columns: tuple[str, ...], text: tuple[str, ...]) -> str:
    kinds, end = (('text COLLATE "C"', "bytea"), "") if postgres else (("TEXT", "BLOB"), "WITHOUT ROWID")
    listed = ", ".join(f"{column} {kinds[column not in text]} NOT NULL" for column in columns)
    return f"CREATE TEMP TABLE IF NOT EXISTS {name} ({listed}, PRIMARY KEY ({', '.join(columns)})) {end}"


@contextmanager
def transaction(connection: Connection, context: str | None = None) -> Iterator[None]:
    """One transaction that writes; a context (op, pull, ingest, migrate) opens the synced tables (rule 19)."""
    if connection.in_transaction:
        raise RuntimeError("a write inside a write: do it after the first, or in the same action")
    postgres = is_postgres(connection)
    try:
        connection.execute("BEGIN" if postgres else "BEGIN IMMEDIATE")
        if context and postgres:
            connection.execute("SELECT set_config('sw.op', ?, true)", (context,))
        elif context:
            connection.execute("INSERT INTO sync_ctx VALUES (?)", (context,))
        yield
        if context and not postgres:
            connection.execute("DELETE FROM sync_ctx")
        connection.execute("COMMIT")
    except BaseException:
        roll_back(connection)
        raise


def roll_back(connection: Connection) -> None:
    """End a transaction that failed; a failed COMMIT leaves SQLite's open, a lost server ends its own."""
    if connection.in_transaction:
        connection.execute("ROLLBACK")


@contextmanager
def moment(connection: Connection) -> Iterator[None]:
    """One moment of the database: everything read inside belongs together."""
    postgres = is_postgres(connection)
    connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" if postgres else "BEGIN")
    try:
        yield
    finally:
        roll_back(connection)
