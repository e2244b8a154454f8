"""Ops come in: one transaction for each request, one receipt for each op, whatever it is (sync.md, section 3.4).

lock the chain -> place each op in it -> read, admit, apply -> lock the counter -> settle -> number, stamp -> commit

The counter row is locked after the reducers, so pushes meet only at their end, and settled behind it: whoever settles sees
what all before have committed. On SQLite the whole transaction is alone anyway.
"""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import msgspec

from app import ops as operations
from app.fields import from_json
from app.hub.admit import Judged, read_op, targets
from app.hub.enrol import chain_head
from app.hub.hub import DeviceRow, Hub, RefusedError, demand_history, head_of
from app.hub.judge import judge_all, let_in, salvaged, tried_again
from app.settle import settle
from app.store import NO_HASH
from app.sync.protocol import (
    FORK,
    GAP,
    MAX_OPS,
    WITHOUT_EFFECT,
    Known,
    Point,
    Push,
    Receipt,
    Receipts,
    SentOp,
    next_link,
)
from app.sync.reducer import is_poison
from app.tx import Reader, Tx, bucket_of
from db.driver import Connection, locked_row
from db.models import SYNCED

log = logging.getLogger(__name__)

_RECEIPTS = "SELECT op_id, outcome, hub_seq, coalesce(reason, '') FROM op WHERE op_id IN ({marks})"
_OP = (
    "INSERT INTO op (op_id, chain_id, seq, hash, kind, schema_v, entity, row_id, site, body, hlc, wall, mono, actor, "
    "action_id, acked, outcome, reason, hub_seq) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_OWN = (
    "SELECT o.op_id FROM op o JOIN hub_position p ON p.op_id = o.op_id JOIN hub_chain_head c ON c.chain_id = p.chain_id "
    "WHERE c.device_id = ? AND o.reason IS NOT NULL"
)
_CHANGED = "SELECT op_id, tbl, row_id, bucket, changes FROM audit WHERE op_id IN ({marks}) ORDER BY n"
#: A movement keeps the place at which it came, whatever changes its row later: its value is reckoned in that order.
_PLACED = (
    "UPDATE stock_movement SET hub_place = v.column1 FROM (VALUES {values}) AS v "
    "WHERE stock_movement.id = v.column2 AND stock_movement.hub_place IS NULL"
)
#: So many rows of one op have places of their own.
MOST_PLACES = 2**20


def ingest(hub: Hub, device: DeviceRow, push: Push) -> Receipts:
    """Take in ops of one chain. Raises RefusedError (HISTORY, GAP, FORK): then nothing of the push was kept."""
    with hub.writing("ingest") as connection:
        read = Reader(connection)
        demand_history(read, push.proof)
        _lock_chain(connection, device, push.chain)
        placed = _place(read, device, push)
        now, there = hub.clock.now(), _known(read, [op.op_id for op in placed])
        fresh = {
            op.op_id: replace(read_op(op), chain=push.chain, at=now) for op in placed if op.op_id not in there
        }
        _lock_rows(connection, fresh.values())
        judged = _done(connection, device, list(fresh.values()), now)
        point = _keep(hub, connection, push, judged)
        _advance(hub, connection, device, push, placed)
        receipts = receipts_of(read, [op.op_id for op in push.ops])
    return Receipts(hub.hub_id, receipts, point)


def known(hub: Hub, device: DeviceRow, asked: Known) -> Receipts:
    """Which of these ops the hub has, with what it decided; why, only of those that this laptop brought."""
    with hub.reading() as read:
        point = demand_history(read, asked.proof) if asked.proof else head_of(read)
        receipts = receipts_of(read, asked.op_ids)
        own = (
            {row[0] for row in read.rows(_OWN, device.device_id)}
            if any(one.reason for one in receipts)
            else set()
        )
    told = [one if one.op_id in own else msgspec.structs.replace(one, reason="") for one in receipts]
    return Receipts(hub.hub_id, told, point)


def receipts_of(read: Reader, op_ids: list[bytes]) -> list[Receipt]:
    """What was decided about ops, in their order; those that never came are left out."""
    found = {row[0]: Receipt(*row) for row in _among(read, _RECEIPTS, op_ids)}
    return [found[op_id] for op_id in op_ids if op_id in found]


def _known(read: Reader, op_ids: list[bytes]) -> set[bytes]:
    return {row[0] for row in _among(read, "SELECT op_id FROM op WHERE op_id IN ({marks})", op_ids)}


def _among(read: Reader, sql: str, ids: list[bytes]) -> Iterator[tuple[Any, ...]]:
    """The rows of a query over ids, some hundreds at a time."""
    for start in range(0, len(ids), MAX_OPS):
        some = ids[start : start + MAX_OPS]
        yield from read.rows(sql.format(marks=", ".join("?" * len(some))), *some)


def _lock_chain(connection: Connection, device: DeviceRow, chain: bytes) -> None:
    """Let two pushes of one chain follow each other, the very first two as well; a refusal takes the row back."""
    if lock := locked_row(connection):
        connection.execute(
            "INSERT INTO hub_chain_head (chain_id, device_id, seq, hash) VALUES (?, ?, 0, ?) ON CONFLICT DO NOTHING",
            (chain, device.device_id, NO_HASH),
        )
        connection.execute(f"SELECT seq FROM hub_chain_head WHERE chain_id = ?{lock}", (chain,))


def _lock_rows(connection: Connection, fresh: Iterable[Judged]) -> None:
    """Lock the rows that the ops are about, table by table in the order of their ids, so that nobody waits in a ring."""
    lock = locked_row(connection)
    if not lock:
        return
    wanted = {spot for one in fresh if one.op is not None for spot in targets(one.op)}
    for table in SYNCED:
        ids = sorted(row_id for name, row_id in wanted if name == table)
        if ids:
            marks = ", ".join("?" * len(ids))
            connection.execute(f'SELECT id FROM "{table}" WHERE id IN ({marks}) ORDER BY id{lock}', ids)


def _place(read: Reader, device: DeviceRow, push: Push) -> list[SentOp]:
    """The ops that extend the chain; those before its head must be the very same that stand there."""
    owner, seq, link = chain_head(read, push.chain)
    if owner is not None and owner != device.device_id:
        raise RefusedError(FORK)
    if not _stands(read, push.chain, [op for op in push.ops if op.seq <= seq]):
        raise RefusedError(FORK)
    placed = []
    for op in push.ops:
        if op.seq <= seq:
            continue
        if op.seq > seq + 1:
            raise RefusedError(GAP, seq + 1)
        if operations.link(link, op.op_id, op.bytes) != op.hash:
            raise RefusedError(FORK)
        seq, link = op.seq, op.hash
        placed.append(op)
    return placed


def _stands(read: Reader, chain: bytes, ops: list[SentOp]) -> bool:
    """Whether exactly these ops stand at their places in the chain."""
    if not ops:
        return True
    seqs = [op.seq for op in ops]
    found = dict(
        read.rows(
            "SELECT seq, hash FROM hub_position WHERE chain_id = ? AND seq BETWEEN ? AND ?",
            chain, min(seqs), max(seqs),
        )
    )  # fmt: skip
    return all(found.get(op.seq) == op.hash for op in ops)


def _done(connection: Connection, device: DeviceRow, fresh: list[Judged], now: int) -> list[Judged]:
    """Do the ops and work out the figures; the counter is locked in between, what is let in now comes along."""
    connection.execute("SAVEPOINT figures")
    try:
        judged, tx = _apply(connection, device, fresh)
        connection.execute(f"SELECT value FROM hub_counter WHERE id = 1{locked_row(connection)}")
        judged = tried_again(tx, device, judged)
        judged += let_in(tx, device)
        settle(connection, tx.touched, now)
    except Exception as error:
        if not is_poison(error):
            raise
        log.warning("figures that cannot be worked out: the op that spoils them is looked for", exc_info=True)
        connection.execute("ROLLBACK TO figures")
        connection.execute(f"SELECT value FROM hub_counter WHERE id = 1{locked_row(connection)}")
        judged = salvaged(connection, device, fresh, now)
    connection.execute("RELEASE figures")
    return judged


def _apply(connection: Connection, device: DeviceRow, fresh: list[Judged]) -> tuple[list[Judged], Tx]:
    """Apply a batch as sets; where one op spoils it, all of it again one by one."""
    connection.execute("SAVEPOINT batch")
    try:
        judged, tx = judge_all(connection, device, fresh, alone=False)
    except Exception as error:
        if not is_poison(error):
            raise
        connection.execute("ROLLBACK TO batch")
        judged, tx = judge_all(connection, device, fresh, alone=True)
    connection.execute("RELEASE batch")
    return judged, tx


def _keep(hub: Hub, connection: Connection, push: Push, judged: list[Judged]) -> Point:
    """Number the ops, stamp what they changed, and write the counter, which holds the head of the history."""
    read = Reader(connection)
    head = head_of(read)
    seq, link = head.seq, head.hash
    rows, again, history, stamps = [], [], [], {}
    for one in judged:
        seq, link = seq + 1, next_link(link, one.sent.op_id, one.outcome)
        history.append((seq, one.sent.op_id, one.outcome, link))
        if one.again:
            again.append((one.outcome, seq, one.sent.op_id))
        else:
            rows.append(_op_row(hub, push.chain, one, seq))
        stamps[one.sent.op_id] = seq
    connection.execute("UPDATE hub_counter SET value = ?, hash = ? WHERE id = 1", (seq, link))
    connection.executemany(
        "INSERT INTO hub_history (hub_seq, op_id, outcome, hash) VALUES (?, ?, ?, ?)", history
    )
    connection.executemany(_OP, rows)
    connection.executemany("UPDATE op SET outcome = ?, reason = NULL, hub_seq = ? WHERE op_id = ?", again)
    _stamp(read, stamps)
    return Point(head.epoch, seq, link)


def _op_row(hub: Hub, chain: bytes, one: Judged, seq: int) -> tuple[object, ...]:
    sent, said = one.sent, one.envelope
    place = (sent.op_id, chain, sent.seq, sent.hash)
    end = (one.outcome, one.reason or None, seq)
    if said is None or one.op is None:
        now = hub.clock.now()
        return (*place, "?", 0, None, None, None, sent.bytes, 0, now, 0, None, sent.op_id, 2, *end)
    entity, row_id = _subject(one)
    return (
        *place, said.kind, said.schema_v, entity, row_id, said.site, sent.bytes, said.hlc, said.wall, 0, said.actor,
        said.action_id, 2, *end,
    )  # fmt: skip


def _subject(one: Judged) -> tuple[str | None, bytes | None]:
    """What the op says it is about; a rejected one may be too odd to say."""
    try:
        return (one.op and one.op.subject()) or (None, None)
    except Exception:
        if one.outcome not in WITHOUT_EFFECT:
            raise
        return None, None


def _stamp(read: Reader, stamps: dict[bytes, int]) -> None:
    """Give each changed row the number of the last op that changed it; note the buckets that rows have left."""
    newest: dict[str, dict[bytes, int]] = {}
    left = []
    for op_id, table, row_id, bucket, changes in _among(read, _CHANGED, list(stamps)):
        rows, seq = newest.setdefault(table, {}), stamps[op_id]
        rows[row_id] = max(seq, rows.get(row_id, 0))
        former = _former_bucket(table, changes)
        if former is not None and former != bucket:
            left.append((seq, former, table, row_id))
    for table, rows in newest.items():
        number_rows(read.connection, table, rows)
        if table == "stock_movement":
            _put_in_order(read.connection, rows)
    read.connection.executemany(
        "INSERT INTO hub_left (hub_seq, bucket, tbl, row_id) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING", left
    )


def number_rows(connection: Connection, table: str, seqs: dict[bytes, int]) -> None:
    """Give rows their place in the history, as sets."""
    sql = f'UPDATE "{table}" SET hub_seq = v.column1 FROM (VALUES {{values}}) AS v WHERE "{table}".id = v.column2'
    _write(connection, sql, [(seq, row_id) for row_id, seq in seqs.items()])


def _put_in_order(connection: Connection, seqs: dict[bytes, int]) -> None:
    """Give new movements their place in the order of values: that of their op, and in it as they were booked."""
    places = [(seq * MOST_PLACES + row, row_id) for row, (row_id, seq) in enumerate(seqs.items())]
    _write(connection, _PLACED, places)


def _write(connection: Connection, sql: str, pairs: list[tuple[int, bytes]]) -> None:
    for start in range(0, len(pairs), MAX_OPS):
        some = pairs[start : start + MAX_OPS]
        values = ", ".join(["(?, ?)"] * len(some))
        connection.execute(sql.format(values=values), [value for pair in some for value in pair])


def _former_bucket(table: str, changes: str | None) -> str | None:
    """The bucket that a row had before a change of its site; None where the site did not change."""
    if not changes or '"site_id"' not in changes:
        return None
    pair = from_json(changes).get("site_id")
    if not pair:
        return None
    former = msgspec.convert(pair[0], bytes | None, strict=False)
    return bucket_of(table, {"site_id": former})


def _advance(hub: Hub, connection: Connection, device: DeviceRow, push: Push, placed: list[SentOp]) -> None:
    """Move the head of the chain past what was placed, known ops included."""
    if not placed:
        return
    now, last = hub.clock.now(), placed[-1]
    connection.executemany(
        "INSERT INTO hub_position (chain_id, seq, hash, op_id, received_at) VALUES (?, ?, ?, ?, ?)",
        [(push.chain, op.seq, op.hash, op.op_id, now) for op in placed],
    )
    connection.execute(
        "INSERT INTO hub_chain_head (chain_id, device_id, seq, hash) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (chain_id) DO UPDATE SET seq = excluded.seq, hash = excluded.hash",
        (push.chain, device.device_id, last.seq, last.hash),
    )
