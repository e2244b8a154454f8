"""Proving the records by the log: every op is applied again, into memory, and the outcome compared row by row.

What was changed behind the door (a tool, a flipped byte, a forged audit row) shows, since the log itself is chained.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing

from app import ops as operations
from app.fields import about
from app.profile import Profile
from app.tx import Tx, columns_of
from app.words import _
from db.models import BY_TABLE, SYNCED

#: Local, or given by the hub: not in the log.
_NOT_IN_LOG = frozenset({"n", "hub_seq"})


def differences(profile: Profile) -> Iterator[str]:
    """A sentence for each table whose rows are not those that the log makes. Nothing to say where a hub gave rows, too."""
    if "hub_id" in profile.meta:
        return
    with closing(sqlite3.connect(":memory:", isolation_level=None, uri=True)) as memory:
        memory.execute("ATTACH ? AS kept", (profile.database.absolute().as_uri() + "?mode=ro",))
        memory.execute("BEGIN")
        _make_tables(memory)
        wrong = _apply_all(memory, profile)
        if wrong is None:
            return
        if wrong:
            yield _("The outcome noted for {count} records of the log is wrong.").format(count=wrong)
        for table in (*SYNCED, "audit"):
            count = _different(memory, table)
            if count and table == "audit":
                yield _("{count} rows of the audit trail are not what the log says.").format(count=count)
            elif count:
                yield _(
                    "{count} rows of {table} are not what the log says: they were changed behind it."
                ).format(count=count, table=_(about(table).title))


def _make_tables(memory: sqlite3.Connection) -> None:
    wanted = frozenset(BY_TABLE) - {"op"}
    made = memory.execute(
        "SELECT name, tbl_name, sql FROM kept.sqlite_master WHERE type IN ('table', 'index') AND sql IS NOT NULL "
        "ORDER BY type DESC"
    )
    for _name, table, sql in made.fetchall():
        if table in wanted:
            memory.execute(sql)


def _apply_all(memory: sqlite3.Connection, profile: Profile) -> int | None:
    """Apply the whole log; how many outcomes differ. None where a body was blanked and nothing can be proved."""
    tx, wrong = Tx(memory, device=profile.store.device, keep_shadow=False), 0
    for body, outcome in memory.execute("SELECT body, outcome FROM kept.op ORDER BY n"):
        if body is None:
            return None
        envelope, op = operations.decode(body)
        tx.begin(envelope)
        op.apply(tx)
        wrong += outcome != tx.outcome
    tx.flush()
    return wrong


def _different(memory: sqlite3.Connection, table: str) -> int:
    names = ", ".join(f't."{name}"' for name in columns_of(table) if name not in _NOT_IN_LOG)
    ours, theirs = f'SELECT {names} FROM main."{table}" t', f'SELECT {names} FROM kept."{table}" t'
    return max(
        int(memory.execute(f"SELECT count(*) FROM ({one} EXCEPT {other})").fetchone()[0])
        for one, other in ((ours, theirs), (theirs, ours))
    )
