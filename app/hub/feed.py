"""Rows go out: the latest state of what changed in the device's buckets, by pages that never end inside an op."""

from collections.abc import Iterable, Iterator, Mapping

from app.hub.hub import DeviceRow, Hub, demand_history, link_at
from app.sync.protocol import ALL, AskDigest, Digest, Page, Point, Pull, Receipt, Rows
from app.sync.wire import AUDIT, added_up, listed, rows_of, sent_columns
from app.tx import Reader
from db.models import SYNCED

#: A page ends before its ops weigh more than this.
PAGE_BYTES = 2 * 1024 * 1024
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
        cursors = {bucket: min(asked.cursors.get(bucket, 0), head.seq) for bucket in device.scope}
        low = min(cursors.values(), default=head.seq)
        end = _end_of_page(read, low, asked.limit, head.seq)
        spans = _spans(cursors, end)
        return Page(
            rows=[rows for table in SYNCED if (rows := _rows(read, table, spans, end)).rows],
            left=_left(read, spans, end),
            audit=Rows("audit", list(AUDIT), [list(row) for row in _audit(read, spans, end)]),
            receipts=[Receipt(*row) for row in read.rows(_RECEIPTS, low, end, device.device_id)],
            cursors=dict.fromkeys(cursors, end) | {b: seq for b, seq in cursors.items() if seq > end},
            more=end < head.seq,
            point=Point(head.epoch, end, link_at(read, end) or head.hash),
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
    read: Reader, spans: Iterable[tuple[int, tuple[str, ...]]], end: int
) -> Iterator[tuple[object, ...]]:
    for cursor, buckets in spans:
        where, params = _inside(buckets, "a.bucket")
        yield from read.rows(_AUDIT.format(where=where), cursor, end, *params)


def _left(read: Reader, spans: Iterable[tuple[int, tuple[str, ...]]], end: int) -> list[tuple[str, bytes]]:
    """Rows that went to another bucket; a laptop that sees that one finds them among the rows."""
    found: list[tuple[str, bytes]] = []
    for cursor, buckets in spans:
        if ALL not in buckets:
            where, params = _inside(buckets, "bucket")
            sql = f"SELECT tbl, row_id FROM hub_left WHERE hub_seq > ? AND hub_seq <= ? {where} ORDER BY n"
            found += [(table, row_id) for table, row_id in read.rows(sql, cursor, end, *params)]
    return found


def digest(hub: Hub, device: DeviceRow, asked: AskDigest) -> Digest:
    """What the rows of the device's buckets add up to now."""
    where, params = _inside(device.scope, "bucket")
    with hub.reading() as read:
        head = demand_history(read, asked.proof)
        tables = {t: added_up(t, rows_of(read, t, f"true {where}", *params)) for t in SYNCED}
    return Digest({table: found for table, found in tables.items() if found[0]}, head)
