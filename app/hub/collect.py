"""Deleted rows go for good once every laptop has heard of them (sync.md, section 3.9).

A row is collected by one rule on both sides, so that hub and laptops stay equal: it is marked as deleted, its last change lies
at or before `collected`, and its table is no head of an aggregate. Its id stays here: no late op brings it back.
"""

import logging

from app.hub.hub import Hub, head_of
from app.sync.protocol import ALL
from app.sync.tombstones import COLLECTABLE
from app.tx import Reader

log = logging.getLogger(__name__)
DAY = 86_400_000
#: A laptop that was away for longer must read its rows anew; what it recorded is taken in all the same.
AWAY_DAYS = 180


def collected_to(read: Reader) -> int:
    """The point of the history up to which deleted rows are gone."""
    return int(read.value("SELECT value FROM meta WHERE key = 'hub_collected'") or 0)


def collect(hub: Hub) -> int:
    """Remove the deleted rows that nobody needs any more; how many."""
    with hub.writing("ingest") as connection:
        read = Reader(connection)
        until = _horizon(read, hub.clock.now() - AWAY_DAYS * DAY)
        if until <= collected_to(read):
            return 0
        count = sum(_collect(read, table, until) for table in COLLECTABLE)
        connection.execute(
            "INSERT INTO meta VALUES ('hub_collected', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            (str(until),),
        )
    if count:
        log.info("%d deleted rows were collected, up to %d", count, until)
    return count


def _horizon(read: Reader, since: int) -> int:
    """The least cursor of the laptops that were here since then, and no decision that is younger than that."""
    slowest = read.value(
        "SELECT min(coalesce(cursor_seq, 0)) FROM hub_device WHERE revoked_at IS NULL "
        "AND coalesce(seen_at, enrolled_at) >= ?",
        since,
    )
    from app.hub.feed import seq_before

    old = seq_before(read, head_of(read).seq, since)
    return old if slowest is None else min(old, slowest)


def _collect(read: Reader, table: str, until: int) -> int:
    run = read.connection.execute
    where = f'FROM "{table}" WHERE deleted = 1 AND hub_seq <= ?'
    run(
        f"INSERT INTO hub_gone (tbl, row_id, bucket, hub_seq) SELECT ?, id, bucket, hub_seq {where} ON CONFLICT DO NOTHING",
        (table, until),
    )
    return run(f"DELETE {where}", (until,)).rowcount


def gone(read: Reader, table: str, row_id: bytes) -> bool:
    """Whether a row was deleted so long ago that it was collected."""
    return read.value("SELECT 1 FROM hub_gone WHERE tbl = ? AND row_id = ?", table, row_id) is not None


def behind(read: Reader, cursors: dict[str, int], scope: tuple[str, ...]) -> bool:
    """Whether a laptop must read its rows anew: it has some, and missed deletions that are no longer told."""
    limit = collected_to(read)
    return any(0 < cursors.get(bucket, 0) < limit for bucket in (scope or (ALL,)))
