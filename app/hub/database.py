"""Where a hub keeps its rows: a SQLite file, or a PostgreSQL database that several hub processes share."""

import hashlib
import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol, cast
from urllib.parse import urlsplit

import platformdirs
from sqlalchemy import Connection as Schema
from sqlalchemy import Engine

from app.errors import AppError
from app.hub.tables import make_missing, make_tables
from app.sync.keys import Key, key_at, key_of_bytes, new_key
from app.trouble import translated
from app.words import N_
from db.driver import Connection, UnreachableError, is_postgres
from db.drives import on_network_drive
from db.engine import sqlite_engine
from db.migrate import NewerSchemaError, migrate, migrate_server

NEWER = N_("The hub's database was written by a newer Sitewright. Install the newest version.")
SERVER = re.compile(r"postgres(ql)?(\+\w+)?:")


class Database(Protocol):
    """What a hub asks of the place of its rows."""

    #: The file; None where there is a server.
    path: Path | None
    #: The folder of photos and documents where none is named.
    files: Path
    #: Where backups go unless another folder is named: beside the database; better is another disk.
    backups: Path

    def connected(self) -> Any:
        """A context in which a connection of the pool is ours."""

    def key(self) -> Key:
        """The hub's key pair, made where there is none."""

    def close(self) -> None:
        """Give the connections up."""


def open_database(address: str | Path) -> Database:
    """The database of an address, at the program's schema. Raises AppError with what is to be done."""
    if isinstance(address, str) and SERVER.match(address):
        return _Server(address)
    return _File(Path(address))


class _Pooled:
    _engine: Engine

    @contextmanager
    def connected(self) -> Iterator[Connection]:
        pooled = self._engine.raw_connection()
        try:
            yield self._seam(pooled.driver_connection)
        except UnreachableError:
            pooled.invalidate()
            raise
        finally:
            pooled.close()

    def _seam(self, raw: Any) -> Connection:
        return cast("sqlite3.Connection", raw)

    def close(self) -> None:
        self._engine.dispose()


class _File(_Pooled):
    def __init__(self, path: Path) -> None:
        if on_network_drive(path.parent):
            raise AppError(
                N_(
                    "The folder {folder} lies on a network drive, where a site file breaks. Choose a local one."
                ),
                folder=str(path.parent),
            )
        self.path: Path | None = path
        self.files, self.backups = (path.with_name(path.name + end) for end in (".files", ".backups"))
        self._key = path.with_name(path.name + ".key")
        path.parent.mkdir(parents=True, exist_ok=True)
        self._engine = sqlite_engine(path)
        try:
            with translated():
                migrate(self._engine)
                make_tables(self._engine)
        except NewerSchemaError:
            self._engine.dispose()
            raise AppError(NEWER) from None

    def key(self) -> Key:
        """In a file of its own, so that a copied database cannot sign."""
        return key_at(self._key)


def kept_for(address: str) -> Path:
    """Where a hub whose rows lie on a server keeps files and backups unless folders are named: in its user's data, by the database."""
    parts = urlsplit(address)
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", parts.path.strip("/")) or "hub"
    where = hashlib.sha256(f"{parts.hostname}:{parts.port}{parts.path}?{parts.query}".encode()).hexdigest()
    name = f"{name}-{where[:8]}"  # one user may have hubs on two servers: one never clears away the other's backups
    return Path(platformdirs.user_data_dir("sitewright", appauthor=False)) / "hubs" / name


class _Server(_Pooled):
    path: Path | None = None

    def __init__(self, address: str) -> None:
        folder = kept_for(address)
        self.files, self.backups = folder / "files", folder / "backups"
        try:
            from db.postgres import postgres_engine, wrapped
        except ImportError:
            raise AppError(
                N_('A hub on PostgreSQL needs psycopg. Type: pip install "sitewright[postgres]"')
            ) from None
        self._wrapped = wrapped
        self._engine = postgres_engine(address)
        try:
            migrate_server(self._engine, _prepare)
        except NewerSchemaError:
            self._engine.dispose()
            raise AppError(NEWER) from None
        except UnreachableError as error:
            self._engine.dispose()
            raise _unreachable(address, str(error)) from error
        except BaseException:
            self._engine.dispose()
            raise

    def _seam(self, raw: Any) -> Connection:
        return self._wrapped(raw)

    def key(self) -> Key:
        """In the database: all processes of the hub sign with it, on whatever machine they run."""
        with self.connected() as connection:
            connection.execute(
                "INSERT INTO hub_secret (name, value) VALUES ('key', ?) ON CONFLICT (name) DO NOTHING",
                (new_key(),),
            )
            found = connection.execute("SELECT value FROM hub_secret WHERE name = 'key'").fetchone()[0]
        return key_of_bytes(found)


def _prepare(connection: Schema) -> None:
    encoding = connection.exec_driver_sql("SHOW server_encoding").scalar()
    if encoding != "UTF8":
        raise AppError(
            N_("The database is encoded in {encoding}. Make one in UTF8: createdb -E UTF8 -T template0 NAME"),
            encoding=encoding,
        )
    make_missing(connection)


def _unreachable(address: str, said: str) -> AppError:
    """What to do where no connection comes about; the server's own words stand behind it, a password never does."""
    parts = urlsplit(address)
    where = parts.hostname or os.environ.get("PGHOST") or "localhost"
    text = said.strip().splitlines()[-1] if said.strip() else ""
    lower = said.lower()
    if "password" in lower or "authentication" in lower or "role " in lower:
        return AppError(
            N_("PostgreSQL on {where} refuses the user or the password: {said}"), where=where, said=text
        )
    if "does not exist" in lower and "database" in lower:
        return AppError(
            N_("There is no such database on {where}. Make it with createdb: {said}"), where=where, said=text
        )
    if "invalid" in lower and ("connection option" in lower or "uri" in lower or "port" in lower):
        return AppError(N_("The address of the database cannot be read: {said}"), said=text)
    return AppError(
        N_("PostgreSQL on {where} does not answer. Start it, or correct --database: {said}"),
        where=where,
        said=text,
    )


__all__ = ["SERVER", "Database", "is_postgres", "open_database"]
