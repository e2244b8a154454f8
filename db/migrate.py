"""Bringing a site file to the program's schema, never past it and never without a copy (rule 20)."""

from importlib.resources import files
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine

from db.guard import make_guards
from db.migrations import HEAD


class NewerSchemaError(Exception):
    """The file was written by a newer program; it was not touched."""


def version_of(connection: Connection) -> str | None:
    """The schema version of a file; None for an empty one."""
    known = connection.exec_driver_sql("SELECT 1 FROM sqlite_master WHERE name='alembic_version'").first()
    row = connection.exec_driver_sql("SELECT version_num FROM alembic_version").first() if known else None
    return str(row[0]) if row else None


def config(connection: Connection) -> Any:
    """Alembic's configuration around an open connection."""
    from alembic.config import Config

    made = Config()
    made.set_main_option("script_location", str(Path(str(files("db"))) / "migrations"))
    made.attributes["connection"] = connection
    return made


def migrate(engine: Engine, copy_to: Path | None = None) -> str | None:
    """Bring the file to HEAD; an older one is first copied to `copy_to`. Returns the version it had.

    Raises NewerSchemaError, before anything is written, when the file is newer than the program.
    """
    with engine.connect() as connection:
        found = version_of(connection)
        if found == HEAD:
            return found
        if found is not None and found > HEAD:
            raise NewerSchemaError(found)
        if found is not None and copy_to is not None:
            connection.exec_driver_sql("VACUUM INTO ?", (str(copy_to),))
        _run(connection)
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
