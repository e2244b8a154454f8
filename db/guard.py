"""Guard triggers: no write to a synced table outside an op (operations.md, rule 19)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from db.models import SYNCED

if TYPE_CHECKING:
    from sqlalchemy import Connection

VERBS = ("INSERT", "UPDATE", "DELETE")


def trigger_name(table: str, verb: str) -> str:
    """The name of the guard of a table against one verb."""
    return f"guard_{table}_{verb.lower()}"


def make_guards(connection: Connection) -> None:
    """(Re)make all guards from the metadata; alembic's batch mode drops those of a rebuilt table."""
    if connection.dialect.name == "postgresql":
        _guard_server(connection)
        return
    for table in SYNCED:
        for verb in VERBS:
            name = trigger_name(table, verb)
            connection.exec_driver_sql(f'DROP TRIGGER IF EXISTS "{name}"')
            connection.exec_driver_sql(
                f'CREATE TRIGGER "{name}" BEFORE {verb} ON "{table}" WHEN NOT EXISTS (SELECT 1 FROM sync_ctx) '
                f"BEGIN SELECT RAISE(ABORT, 'guard: {table} changes only by operations'); END"
            )


_FUNCTION = """
CREATE OR REPLACE FUNCTION guard_synced() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF coalesce(current_setting('sw.op', true), '') = '' THEN
    RAISE EXCEPTION 'guard: %% changes only by operations', TG_TABLE_NAME;
  END IF;
  RETURN NULL;
END $$"""


def _guard_server(connection: Connection) -> None:
    """Statement triggers: the setting ends with its transaction, so no connection can keep the door open."""
    connection.exec_driver_sql(_FUNCTION)
    for table in SYNCED:
        connection.exec_driver_sql(f'DROP TRIGGER IF EXISTS "guard_{table}" ON "{table}"')
        connection.exec_driver_sql(
            f'CREATE TRIGGER "guard_{table}" BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON "{table}" '
            "FOR EACH STATEMENT EXECUTE FUNCTION guard_synced()"
        )
