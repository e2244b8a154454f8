"""Guard triggers: no write to a synced table outside an op (operations.md, rule 19)."""

from sqlalchemy import Connection

from db.models import SYNCED

VERBS = ("INSERT", "UPDATE", "DELETE")


def trigger_name(table: str, verb: str) -> str:
    """The name of the guard of a table against one verb."""
    return f"guard_{table}_{verb.lower()}"


def make_guards(connection: Connection) -> None:
    """(Re)make all guards from the metadata; alembic's batch mode drops those of a rebuilt table."""
    for table in SYNCED:
        for verb in VERBS:
            name = trigger_name(table, verb)
            connection.exec_driver_sql(f'DROP TRIGGER IF EXISTS "{name}"')
            connection.exec_driver_sql(
                f'CREATE TRIGGER "{name}" BEFORE {verb} ON "{table}" WHEN NOT EXISTS (SELECT 1 FROM sync_ctx) '
                f"BEGIN SELECT RAISE(ABORT, 'guard: {table} changes only by operations'); END"
            )
