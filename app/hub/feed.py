"""Rows go out: the latest state of what changed in the device's buckets, by pages that never end inside an op."""

from collections.abc import Iterable, Iterator, Mapping

from app.hub.collect import DAY, behind, collected_to
from app.hub.hub import DeviceRow, Hub, RefusedError, demand_history, link_at
from app.ops import OLDEST_SCHEMA, SCHEMA_VERSION
from app.sync.protocol import (
    ALL,
    CLIENT_TOO_OLD,
    RESYNC_REQUIRED,
    SCOPE_CHANGED,
    AskDigest,
    Digest,
    Page,
    Point,
    Pull,
    Receipt,
    Rows,
)
from app.sync.rebase import parents_of
from app.sync.wire import AUDIT, added_up, listed, rows_of, sent_columns
from app.tx import Reader
from db.models import SYNCED

#: A page ends before its ops weigh more than this.
PAGE_BYTES = 2 * 1024 * 1024
#: So long the feed tells who changed what.
AUDIT_DAYS = 90
_OPS = (
    "SELECT o.hub_seq, (SELECT count(*) FROM audit a WHERE a.op_id = o.op_id), length(o.body) FROM op o "
    "WHERE o.hub_seq > ? ORDER BY o.hub_seq LIMIT ?"
)
_AUDIT = (
    f"SELECT {', '.join('a.' + name for name in AUDIT)} FROM op o JOIN audit a ON a.op_id = o.op_id "
    "WHERE o.hub_seq > ? AND o.hub_seq <= ? {where} ORDER BY o.hub_seq, a.n"
)
_RECEIPTS = (
    "SELECT o.op_id, o.outcome, o.hub_seq, coalesce(o.reason, '') FROM op o WHERE o.hub_seq > ? AND o.hub_seq <= ? "
    "AND EXISTS (SELECT 1 FROM hub_position p JOIN hub_chain_head c ON c.chain_id = p.chain_id "
    "WHERE p.op_id = o.op_id AND c.device_id = ?)"
)


def pull(hub: Hub, device: DeviceRow, asked: Pull) -> Page:
    """The next page for a laptop. Raises RefusedError(HISTORY) where it has seen another history."""
    with hub.reading() as read:
        head = demand_history(read, asked.proof)
        _demand_fit(read, device, asked)
        told = seq_before(read, head.seq, hub.clock.now() - AUDIT_DAYS * DAY)
        cursors = {bucket: min(asked.cursors.get(bucket, 0), head.seq) for bucket in device.scope}
        low = min(cursors.values(), default=head.seq)
        end = _end_of_page(read, low, asked.limit, head.seq)
        spans = _spans(cursors, end)
        return Page(
            rows=[rows for table in SYNCED if (rows := _rows(read, table, spans, end)).rows],
            left=_left(read, spans, end, device.scope),
            audit=Rows("audit", list(AUDIT), [list(row) for row in _audit(read, spans, end, told)]),
            receipts=[Receipt(*row) for row in read.rows(_RECEIPTS, low, end, device.device_id)],
            cursors=dict.fromkeys(cursors, end) | {b: seq for b, seq in cursors.items() if seq > end},
            more=end < head.seq,
            point=Point(head.epoch, end, link_at(read, end) or head.hash),
            ahead=head.seq - end,
        )


def _demand_fit(read: Reader, device: DeviceRow, asked: Pull) -> None:
    """Raise RefusedError where the laptop knows another scope, is too old, or missed deletions that are no longer told."""
    if asked.grant is not None and asked.grant != device.grant:
        raise RefusedError(SCOPE_CHANGED, device.grant)
    if asked.schema_v < OLDEST_SCHEMA:
        raise RefusedError(CLIENT_TOO_OLD, OLDEST_SCHEMA)
    if behind(read, asked.cursors, device.scope):
        raise RefusedError(RESYNC_REQUIRED, collected_to(read))


def seq_before(read: Reader, head: int, at: int) -> int:
    """The last decision about an op that had come before a moment; 0 for none (a young hub: one look)."""
    low, high = 0, head
    if head and _came(read, 1) >= at:
        return 0
    while low < high:
        middle = (low + high + 1) // 2
        if _came(read, middle) < at:
            low = middle
        else:
            high = middle - 1
    return low


def _came(read: Reader, seq: int) -> int:
    """When the op of a decision came first; 0 where that is not known."""
    return int(
        read.value(
            "SELECT min(p.received_at) FROM hub_history h JOIN hub_position p ON p.op_id = h.op_id WHERE h.hub_seq = ?",
            seq,
        )
        or 0
    )


def _end_of_page(read: Reader, low: int, limit: int, head: int) -> int:
    """The last op of the page that begins after `low`: at least one op, then as many as fit."""
    end, rows, size = low, 0, 0
    for seq, changed, weight in read.rows(_OPS, low, limit):
        rows, size = rows + changed, size + (weight or 0)
        if end > low and (rows > limit or size > PAGE_BYTES):
            return end
        end = int(seq)
    return end if end > low else head


def _spans(cursors: Mapping[str, int], end: int) -> list[tuple[int, tuple[str, ...]]]:
    """(cursor, its buckets): buckets that were granted later lie behind the others."""
    found: dict[int, list[str]] = {}
    for bucket, cursor in cursors.items():
        if cursor < end:
            found.setdefault(cursor, []).append(bucket)
    return [(cursor, tuple(buckets)) for cursor, buckets in sorted(found.items())]


def _inside(buckets: tuple[str, ...], column: str) -> tuple[str, tuple[str, ...]]:
    """SQL that keeps what lies in these buckets."""
    if ALL in buckets:
        return "", ()
    return f"AND {column} IN ({', '.join('?' * len(buckets))})", buckets


def _rows(read: Reader, table: str, spans: Iterable[tuple[int, tuple[str, ...]]], end: int) -> Rows:
    found: list[list[object]] = []
    for cursor, buckets in spans:
        where, params = _inside(buckets, "bucket")
        sql = f'SELECT {listed(table)} FROM "{table}" WHERE hub_seq > ? AND hub_seq <= ? {where} ORDER BY hub_seq, n'
        found += (list(row) for row in read.rows(sql, cursor, end, *params))
    return Rows(table, list(sent_columns(table)), found)


def _audit(
    read: Reader, spans: Iterable[tuple[int, tuple[str, ...]]], end: int, told: int
) -> Iterator[tuple[object, ...]]:
    """Who changed what, of the last months; what is older is asked online."""
    for cursor, buckets in spans:
        where, params = _inside(buckets, "a.bucket")
        yield from read.rows(_AUDIT.format(where=where), max(cursor, told), end, *params)


def _left(
    read: Reader, spans: Iterable[tuple[int, tuple[str, ...]]], end: int, scope: tuple[str, ...]
) -> list[tuple[str, bytes]]:
    """Rows that went to a bucket which the laptop does not hold; where it does, the row itself came or comes."""
    found: list[tuple[str, bytes]] = []
    for cursor, buckets in spans:
        if ALL not in buckets:
            where, params = _inside(buckets, "bucket")
            sql = f"SELECT tbl, row_id FROM hub_left WHERE hub_seq > ? AND hub_seq <= ? {where} ORDER BY n"
            found += [(table, row_id) for table, row_id in read.rows(sql, cursor, end, *params)]
    inside, params = _inside(scope, "bucket")
    return [
        (table, row_id)
        for table, row_id in found
        if read.value(f'SELECT 1 FROM "{table}" WHERE id = ? {inside}', row_id, *params) is None
    ]


def digest(hub: Hub, device: DeviceRow, asked: AskDigest) -> Digest:
    """What the rows of the device's buckets, or of one of them, add up to now."""
    buckets = (asked.bucket,) if asked.bucket in device.scope else device.scope
    with hub.reading() as read:
        head = demand_history(read, asked.proof)
        tables = {}
        for table in SYNCED:
            where, params = _held(table, buckets, device.scope)
            tables[table] = added_up(table, rows_of(read, table, f"true {where}", *params))
    return Digest({table: found for table, found in tables.items() if found[0]}, head, SCHEMA_VERSION)


def _held(table: str, buckets: tuple[str, ...], scope: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """SQL for the rows that a laptop can hold: a part only together with the head of its aggregate."""
    where, params = _inside(buckets, "bucket")
    for _child, column, parent in parents_of([table]):
        inside, more = _inside(scope, "p.bucket")
        if inside:
            where += f' AND EXISTS (SELECT 1 FROM "{parent}" p WHERE p.id = "{table}"."{column}" {inside})'
            params += more
    return where, params
