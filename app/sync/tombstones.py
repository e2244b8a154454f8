"""Deleted rows that the hub has collected go here by the same rule (app.hub.collect)."""

import sqlite3

from db.models import BY_TABLE, SYNCED

_HEADS = frozenset(c.parent for cls in BY_TABLE.values() for c in cls.columns.values() if c.parent)
#: No head of an aggregate: its parts refer to it.
COLLECTABLE = tuple(table for table in SYNCED if table not in _HEADS)
_PENDING = 'NOT EXISTS (SELECT 1 FROM srv_shadow s WHERE s.tbl = ? AND s.id = "{table}".id)'


def collect_here(connection: sqlite3.Connection, until: int) -> dict[str, set[bytes]]:
    """Remove the deleted rows up to a point of the hub's history that no pending op touches; which."""
    gone: dict[str, set[bytes]] = {}
    for table in COLLECTABLE:
        where = f"deleted = 1 AND hub_seq <= ? AND {_PENDING.format(table=table)}"
        found = connection.execute(f'SELECT id FROM "{table}" WHERE {where}', (until, table)).fetchall()
        if found:
            connection.executemany(f'DELETE FROM "{table}" WHERE id = ?', found)
            gone[table] = {row_id for (row_id,) in found}
    return gone
