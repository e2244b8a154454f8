"""Other sites for this laptop (sync.md, section 3.8): what is no longer granted goes, what was recorded here stays and is sent."""

import sqlite3
from collections.abc import Sequence

import msgspec

from app.sync.protocol import ALL
from app.sync.rebase import drop_orphans
from app.tx import Reader
from db.models import SYNCED


def known_grant(read: Reader) -> int | None:
    """The version of the scope that this laptop has taken in; None before the first."""
    found = read.value("SELECT value FROM meta WHERE key = 'hub_grant'")
    return None if found is None else int(found)


def take_scope(connection: sqlite3.Connection, scope: Sequence[str], grant: int) -> bool:
    """Hold the rows of these buckets and no others; whether rows went. Added buckets are read from their beginning.

    Ops, drafts and files are never touched: what waits is sent, and the hub decides about it.
    """
    cursors = dict(connection.execute("SELECT bucket, seq FROM cursor").fetchall())
    removed = cursors.keys() - set(scope)
    went = False
    if connection.execute("SELECT 1 FROM inbox LIMIT 1").fetchone() or (cursors and ALL in scope and removed):
        went = _leave(connection, scope) if ALL not in scope else False
        read_anew(connection)
    elif removed:
        went = _leave(connection, scope)
        connection.execute("DELETE FROM cursor")
        kept = {b: cursors.get(b, cursors.get(ALL)) for b in scope}
        connection.executemany(
            "INSERT INTO cursor (bucket, seq, stale) VALUES (?, ?, 0)",
            [(bucket, seq) for bucket, seq in kept.items() if seq is not None],
        )
    connection.executemany(
        "INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        [("hub_grant", str(grant)), ("hub_scope", " ".join(scope))],
    )
    return went


def read_anew(connection: sqlite3.Connection, buckets: Sequence[str] = (ALL,)) -> None:
    """Let the next pull read all rows of these buckets, and drop at its end those that the hub does not have."""
    connection.execute("DELETE FROM inbox")
    if ALL in buckets:
        connection.execute("DELETE FROM cursor")
    connection.executemany("DELETE FROM cursor WHERE bucket = ?", [(bucket,) for bucket in buckets])
    connection.execute(
        "INSERT INTO meta VALUES ('hub_resync', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        (" ".join(buckets),),
    )


def _leave(connection: sqlite3.Connection, scope: Sequence[str]) -> bool:
    """Drop every row that lies outside these buckets, with its shadow and its history."""
    outside = f"bucket NOT IN ({', '.join('?' * len(scope))})"
    connection.execute("PRAGMA defer_foreign_keys = ON")
    spots = set()
    for table in SYNCED:
        found = connection.execute(f'SELECT id FROM "{table}" WHERE {outside}', tuple(scope)).fetchall()
        gone = [row for row in found if not _ours_at_hub(connection, table, row[0], scope)]
        connection.executemany(f'DELETE FROM "{table}" WHERE id = ?', gone)
        spots |= {(table, row_id) for (row_id,) in gone}
    drop_orphans(connection, spots)
    connection.execute("PRAGMA defer_foreign_keys = OFF")
    connection.executemany("DELETE FROM srv_shadow WHERE tbl = ? AND id = ?", spots)
    _forget_outside(connection, scope)
    connection.execute(f"DELETE FROM audit WHERE {outside}", tuple(scope))
    return bool(spots)


def _forget_outside(connection: sqlite3.Connection, scope: Sequence[str]) -> None:
    """Where only a pending op brought a row into these buckets, there is no row to go back to if the hub refuses it."""
    found = connection.execute('SELECT tbl, id, "row" FROM srv_shadow WHERE "row" IS NOT NULL').fetchall()
    connection.executemany(
        'UPDATE srv_shadow SET "row" = NULL WHERE tbl = ? AND id = ?',
        [
            (table, row_id)
            for table, row_id, kept in found
            if msgspec.msgpack.decode(kept)["bucket"] not in scope
        ],
    )


def _ours_at_hub(connection: sqlite3.Connection, table: str, row_id: bytes, scope: Sequence[str]) -> bool:
    """Whether only a pending op took the row out of these buckets: the hub may refuse it."""
    kept = connection.execute(
        'SELECT "row" FROM srv_shadow WHERE tbl = ? AND id = ?', (table, row_id)
    ).fetchone()
    return bool(kept and kept[0]) and msgspec.msgpack.decode(kept[0])["bucket"] in scope
