"""Where a test's hub keeps its rows: a file, or a database of its own on the tests' PostgreSQL server."""

import shutil
import sqlite3
from contextlib import closing
from itertools import count
from pathlib import Path

import psycopg

from app.hub.hub import Hub

_numbers = count(1)


class FileStore:
    """A SQLite file."""

    def __init__(self, path: Path) -> None:
        self.address = path

    def copy(self, _hub: Hub) -> Path:
        """A backup of the hub as it is now."""
        made = self.address.with_name(f"hub-copy-{next(_numbers)}.db")
        with closing(sqlite3.connect(self.address)) as connection:
            connection.execute("VACUUM INTO ?", (str(made),))
        return made

    def put_back(self, made: Path) -> None:
        """The hub is as it was when the backup was made; nobody may have it open."""
        for suffix in ("-wal", "-shm"):
            self.address.with_name(self.address.name + suffix).unlink(missing_ok=True)
        shutil.copy(made, self.address)

    def by_hand(self, sql: str, *params: object) -> None:
        """A statement of somebody who knows SQL and no rules."""
        with closing(sqlite3.connect(self.address)) as connection:
            connection.execute(sql.replace("%s", "?"), params)
            connection.commit()


class ServerStore:
    """A PostgreSQL database, made from a template in which the tables are."""

    def __init__(self, server: str, template: str = "template1") -> None:
        self.server = server
        self.name = f"hub_{next(_numbers)}"
        self._copies = [self.name]
        self._door(f"CREATE DATABASE {self.name} TEMPLATE {template}")

    @property
    def address(self) -> str:
        return self.server.format(database=self.name)

    def connect(self) -> psycopg.Connection:
        """A session of somebody else."""
        return psycopg.connect(self.address.replace("+psycopg", ""), autocommit=True)

    def copy(self, hub: Hub) -> str:
        hub.close()  # it opens again by itself; a database that is in use cannot be copied
        made = f"{self.name}_{next(_numbers)}"
        self._copies.append(made)
        self._door(f"CREATE DATABASE {made} TEMPLATE {self.name}")
        return made

    def put_back(self, made: str) -> None:
        self._door(f"DROP DATABASE {self.name} WITH (FORCE)")
        self._door(f"CREATE DATABASE {self.name} TEMPLATE {made}")

    def by_hand(self, sql: str, *params: object) -> None:
        with self.connect() as connection:
            connection.execute(sql, params)

    def drop(self) -> None:
        """Nothing of it stays on the server."""
        for name in self._copies:
            self._door(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def _door(self, sql: str) -> None:
        door = self.server.format(database="postgres").replace("+psycopg", "")
        with psycopg.connect(door, autocommit=True) as connection:
            connection.execute(sql)


def template(server: str) -> str:
    """The name of a database in which a hub's tables are, and no hub yet."""
    made = ServerStore(server)
    Hub(made.address).close()
    made.by_hand("DELETE FROM meta")
    made.by_hand("DELETE FROM hub_secret")
    return made.name
