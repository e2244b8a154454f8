"""Bringing a site file or a hub's database to the program's schema, never past it; a file never without a copy (rule 20)."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from db.functions import make_functions
from db.guard import make_guards
from db.migrations import HEAD
from db.pool import Pool

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine


class NewerSchemaError(Exception):
    """The file was written by a newer program; it was not touched."""


#: The advisory lock under which hubs that start at the same time bring their database to the schema one after the other.
_MIGRATING = 0x5157_0001
_EXISTS = {
    "sqlite": "SELECT 1 FROM sqlite_master WHERE name='alembic_version'",
    "postgresql": "SELECT 1 FROM pg_class WHERE oid = to_regclass('alembic_version')",
}


def version_of(connection: Connection) -> str | None:
    """The schema version of a database; None for an empty one."""
    known = connection.exec_driver_sql(_EXISTS[connection.dialect.name]).first()
    row = connection.exec_driver_sql("SELECT version_num FROM alembic_version").first() if known else None
    return str(row[0]) if row else None


def _known_version(connection: Connection) -> str | None:
    found = version_of(connection)
    if found is not None and found > HEAD:
        raise NewerSchemaError(found)
    return found


def config(connection: Connection) -> Any:
    """Alembic's configuration around an open connection."""
    from alembic.config import Config

    made = Config()
    made.set_main_option("script_location", str(Path(str(files("db"))) / "migrations"))
    made.attributes["connection"] = connection
    return made


def migrate(engine: Engine | Pool, copy_to: Path | None = None) -> str | None:
    """Bring the file to HEAD; an older one is first copied to `copy_to`. Returns the version it had.

    Raises NewerSchemaError, before anything is written, when the file is newer than the program.
    """
    if isinstance(engine, Pool) and engine.is_current():
        return HEAD
    with engine.connect() as connection:
        found = _known_version(connection)
        if found == HEAD:
            return found
        if found is not None and copy_to is not None:
            connection.exec_driver_sql("VACUUM INTO ?", (str(copy_to),))
        _run(connection)
    return found


def migrate_server(engine: Engine, then: Callable[[Connection], None]) -> str | None:
    """Bring a PostgreSQL database to HEAD and do what else is to be done before it is used, all in one transaction.

    Hubs that start together wait for each other. Raises NewerSchemaError, before anything is written.
    """
    from alembic import command

    with engine.connect() as connection:
        connection.exec_driver_sql("BEGIN")
        try:
            connection.exec_driver_sql("SET LOCAL lock_timeout = 0")
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MIGRATING})")
            found = _known_version(connection)
            if found != HEAD:
                connection.exec_driver_sql("SELECT set_config('sw.op', 'migrate', true)")
                command.upgrade(config(connection), HEAD)
                make_guards(connection)
                make_functions(connection)
            then(connection)
            connection.exec_driver_sql("COMMIT")
        except BaseException:
            connection.exec_driver_sql("ROLLBACK")
            raise
    return found


def _run(connection: Connection) -> None:
    from alembic import command

    connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
    connection.exec_driver_sql("BEGIN IMMEDIATE")
    try:
        if connection.exec_driver_sql("SELECT 1 FROM sqlite_master WHERE name='sync_ctx'").first():
            connection.exec_driver_sql("INSERT INTO sync_ctx VALUES ('migrate')")
        command.upgrade(config(connection), HEAD)
        connection.exec_driver_sql("DELETE FROM sync_ctx")
        make_guards(connection)
        _demand_whole(connection)
        connection.exec_driver_sql("COMMIT")
    except BaseException:
        if in_transaction(connection):
            connection.exec_driver_sql("ROLLBACK")
        raise
    finally:
        connection.exec_driver_sql("PRAGMA foreign_keys=ON")


def _demand_whole(connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if broken:
        raise RuntimeError(f"migration broke a reference: {broken}")


def in_transaction(connection: Connection) -> bool:
    """Whether SQLite itself still holds a transaction open (a failed COMMIT leaves it so)."""
    return bool(getattr(connection.connection.driver_connection, "in_transaction", False))
