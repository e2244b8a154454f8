"""The connections to a site file: a few that are used again and again. SQLAlchemy, a quarter of the start, is loaded for migrations only."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from db.migrations import HEAD

if TYPE_CHECKING:
    from sqlalchemy import Connection

#: How long a writer waits for another program.
WAIT_MS = 5000
#: How many connections stay open while nobody uses them.
KEPT = 6


def connect(path: Path) -> sqlite3.Connection:
    """A connection to a site file; transactions are begun by hand (`BEGIN IMMEDIATE` for the one writer)."""
    made = sqlite3.connect(
        path, timeout=WAIT_MS / 1000, isolation_level=None, check_same_thread=False, cached_statements=512
    )
    prepare(made)
    return made


def prepare(connection: sqlite3.Connection, _record: object = None) -> None:
    """WAL mode with full durability (design: trust, section 1)."""
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "temp_store=MEMORY",
        "cache_size=-16000",
        "trusted_schema=OFF",
    ):
        connection.execute(f"PRAGMA {pragma}")


class Pooled:
    """A connection on loan; `close` gives it back."""

    def __init__(self, pool: Pool, connection: sqlite3.Connection, generation: int) -> None:
        self._pool, self.driver_connection, self._generation = pool, connection, generation

    def close(self) -> None:
        """Give the connection back; what was begun and not ended is undone."""
        self._pool.take_back(self.driver_connection, self._generation)


class Pool:
    """Any number of threads may borrow connections."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._idle: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        self._generation = 0
        self._said: Callable[[str], object] | None = None

    def raw_connection(self) -> Pooled:
        """Borrow a connection. Raises sqlite3.Error where the file cannot be opened."""
        with self._lock:
            found, generation = self._idle.pop() if self._idle else None, self._generation
        if found is None:
            found = connect(self._path)
            found.set_trace_callback(self._said)
        return Pooled(self, found, generation)

    def take_back(self, connection: sqlite3.Connection, generation: int) -> None:
        """A loan has ended."""
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        with self._lock:
            keeps = generation == self._generation and len(self._idle) < KEPT
            if keeps:
                self._idle.append(connection)
        if not keeps:
            connection.close()

    def dispose(self) -> None:
        """Close what nobody uses; what is on loan is closed when it comes back. The next loan opens the file again."""
        with self._lock:
            idle, self._idle = self._idle, []
            self._generation += 1
        for connection in idle:
            connection.close()

    def trace(self, said: Callable[[str], object] | None) -> None:
        """Be told each statement that is sent from now on (what a page asks is counted)."""
        self._said = said
        with self._lock:
            for connection in self._idle:
                connection.set_trace_callback(said)

    def is_current(self) -> bool:
        """Whether the file has the program's schema already, so that nothing needs to be migrated."""
        pooled = self.raw_connection()
        try:
            run = pooled.driver_connection.execute
            if run("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone() is None:
                return False
            return bool(run("SELECT version_num FROM alembic_version").fetchone() == (HEAD,))
        finally:
            pooled.close()

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """A connection of SQLAlchemy, for what makes and compares schemas."""
        from db.engine import sqlite_engine

        engine = sqlite_engine(self._path)
        try:
            with engine.connect() as connection:
                yield connection
        finally:
            engine.dispose()
