"""Proving that the rows here are the hub's: by digests of every bucket at one point of the history (sync.md, section 3.5)."""

import logging
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from app.ops import SCHEMA_VERSION
from app.profile import Profile
from app.sync.line import Line, line_to
from app.sync.log import cursors_of, proof_of, remember
from app.sync.protocol import ALL, AskDigest, Digest
from app.sync.transport import Lost, Transport
from app.sync.wire import added_up, rows_of
from app.tx import Reader
from app.words import N_
from db.models import SYNCED

log = logging.getLogger(__name__)
DAY, HOUR = 86_400_000, 3_600_000


def differing_tables(profile: Profile, hub: "str | Transport | None" = None) -> list[str]:
    """The tables whose rows are not the hub's, by digests at the same point; none: all are equal. Raises Lost."""
    with line_to(profile, hub) as line:
        return differing(profile, line)


def differing(profile: Profile, line: Line, bucket: str = "") -> list[str]:
    """The tables whose rows (of one bucket) are not the hub's. The digest is of the own rows, never the hub's word."""
    with profile.store.read() as read:
        theirs = line.ask(AskDigest(proof_of(read), bucket), Digest)
        if theirs.schema_v != SCHEMA_VERSION:
            return []
        if any(seq != theirs.point.seq for seq in cursors_of(read).values()):
            raise Lost(N_("The hub has news meanwhile. Sync again, then compare."))
        mine = {t: found for t in SYNCED if (found := added_up(t, _hub_rows(read, t, bucket)))[0]}
    wrong = sorted(t for t in mine.keys() | theirs.tables.keys() if mine.get(t) != theirs.tables.get(t))
    for table in wrong:
        log.error(
            "%s differs in bucket %s: here %s, there %s",
            table,
            bucket,
            mine.get(table),
            theirs.tables.get(table),
        )
    return wrong


def prove_daily(profile: Profile, line: Line, repair: Callable[[str], None]) -> list[str]:
    """Once a day: compare every bucket; one that differs is read anew, at most once an hour, then reported. No loop."""
    now = profile.clock.now()
    with profile.store.read() as read:
        last = int(read.value("SELECT value FROM meta WHERE key = 'hub_proved_at'") or 0)
        buckets = sorted(cursors_of(read))
    if 0 <= now - last < DAY:
        return []
    wrong: list[str] = []
    try:
        for bucket in buckets:
            if differing(profile, line, bucket) and _may_repair(profile, bucket, now):
                repair(bucket)
            wrong += differing(profile, line, bucket)
    except Lost:
        return []  # the hub has news already: the next exchange compares
    with profile.store.local() as connection:
        remember(connection, hub_proved_at=str(now), hub_differs=" ".join(sorted(set(wrong))))
    return sorted(set(wrong))


def _may_repair(profile: Profile, bucket: str, now: int) -> bool:
    key = f"hub_repaired {bucket}"
    with profile.store.local() as connection:
        found = connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        if found and 0 <= now - int(found[0]) < HOUR:
            return False
        remember(connection, **{key: str(now)})
    return True


def _hub_rows(read: Reader, table: str, bucket: str = "") -> Iterator[dict[str, Any]]:
    """The rows as the hub has them: those that no pending op touches, and the shadows of the others."""
    whole = bucket in {"", ALL}
    yield from rows_of(
        read,
        table,
        f'NOT EXISTS (SELECT 1 FROM srv_shadow s WHERE s.tbl = ? AND s.id = "{table}".id)'
        + ("" if whole else " AND bucket = ?"),
        table,
        *(() if whole else (bucket,)),
    )
    for (kept,) in read.rows('SELECT "row" FROM srv_shadow WHERE tbl = ? AND "row" IS NOT NULL', table):
        row = msgspec.msgpack.decode(kept)
        if whole or row["bucket"] == bucket:
            yield row
