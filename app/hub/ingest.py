"""Ops come in: one transaction for each request, one receipt for each op, whatever it is (sync.md, section 3.4).

lock the chain -> place each op in it -> read, admit, apply -> settle -> counter -> stamps and receipts -> commit
"""

from dataclasses import replace

import msgspec

from app import ops as operations
from app.fields import from_json
from app.hub.admit import Grants, Judged, read_op
from app.hub.enrol import chain_head
from app.hub.hub import DeviceRow, Hub, RefusedError, demand_history, device_row, head_of
from app.settle import settle
from app.sync.protocol import (
    FORK,
    GAP,
    WITHOUT_EFFECT,
    Known,
    Point,
    Push,
    Receipt,
    Receipts,
    SentOp,
    next_link,
)
from app.sync.reducer import WAITS, apply_alone, is_poison
from app.tx import Reader, Tx, bucket_of
from db.driver import Connection

_RECEIPT = "SELECT outcome, hub_seq, reason FROM op WHERE op_id = ?"
_OP = (
    "INSERT INTO op (op_id, chain_id, seq, hash, kind, schema_v, entity, row_id, site, body, hlc, wall, mono, actor, "
    "action_id, acked, outcome, reason, hub_seq) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, 2, ?, ?, ?)"
)
_WAITING = (
    "SELECT o.op_id, o.seq, o.hash, o.body, c.device_id, o.chain_id, p.received_at FROM op o JOIN hub_chain_head c ON c.chain_id = o.chain_id "
    "JOIN hub_position p ON p.chain_id = o.chain_id AND p.seq = o.seq "
    "WHERE o.outcome = 'quarantined' AND o.reason = ? ORDER BY o.hub_seq LIMIT 200"
)


def ingest(hub: Hub, device: DeviceRow, push: Push) -> Receipts:
    """Take in ops of one chain. Raises RefusedError (HISTORY, GAP, FORK): then nothing of the push was kept."""
    with hub.writing("ingest") as connection:
        read = Reader(connection)
        demand_history(read, push.proof)
        placed = _place(read, device, push)
        now = hub.clock.now()
        fresh = {
            op.op_id: replace(read_op(op), chain=push.chain, at=now)
            for op in placed
            if not _known(read, op.op_id)
        }
        judged, tx = _apply(connection, device, list(fresh.values()))
        if tx.touched:
            judged += _let_in(tx)
        settle(connection, tx.touched, hub.clock.now())
        point = _keep(hub, connection, push, judged)
        _advance(hub, connection, device, push, placed)
        receipts = [receipt_of(read, op.op_id) for op in push.ops]
    return Receipts(hub.hub_id, [found for found in receipts if found], point)


def known(hub: Hub, _device: DeviceRow, asked: Known) -> Receipts:
    """Which of these ops the hub has, with what it decided."""
    with hub.reading() as read:
        point = demand_history(read, asked.proof) if asked.proof else head_of(read)
        receipts = [receipt_of(read, op_id) for op_id in asked.op_ids]
    return Receipts(hub.hub_id, [found for found in receipts if found], point)


def receipt_of(read: Reader, op_id: bytes) -> Receipt | None:
    """What was decided about an op; None for one that never came."""
    found = read.row(_RECEIPT, op_id)
    return Receipt(op_id, found[0], found[1], found[2] or "") if found else None


def _known(read: Reader, op_id: bytes) -> bool:
    return read.value("SELECT 1 FROM op WHERE op_id = ?", op_id) is not None


def _place(read: Reader, device: DeviceRow, push: Push) -> list[SentOp]:
    """The ops that extend the chain; those before its head must be the very same that stand there."""
    owner, seq, link = chain_head(read, push.chain)
    if owner is not None and owner != device.device_id:
        raise RefusedError(FORK)
    placed = []
    for op in push.ops:
        if op.seq <= seq:
            if not _stands(read, push.chain, op):
                raise RefusedError(FORK)
            continue
        if op.seq > seq + 1:
            raise RefusedError(GAP, seq + 1)
        if operations.link(link, op.op_id, op.bytes) != op.hash:
            raise RefusedError(FORK)
        seq, link = op.seq, op.hash
        placed.append(op)
    return placed


def _stands(read: Reader, chain: bytes, op: SentOp) -> bool:
    """Whether exactly this op stands at its place in the chain."""
    found = read.value("SELECT hash FROM hub_position WHERE chain_id = ? AND seq = ?", chain, op.seq)
    return bool(found == op.hash)


def _apply(connection: Connection, device: DeviceRow, fresh: list[Judged]) -> tuple[list[Judged], Tx]:
    """Apply a batch as sets; where one op spoils it, all of it again one by one."""
    connection.execute("SAVEPOINT batch")
    try:
        judged, tx = _judge_all(connection, device, fresh, alone=False)
    except Exception as error:
        if not is_poison(error):
            raise
        connection.execute("ROLLBACK TO batch")
        judged, tx = _judge_all(connection, device, fresh, alone=True)
    connection.execute("RELEASE batch")
    return judged, tx


def _judge_all(
    connection: Connection, device: DeviceRow, fresh: list[Judged], *, alone: bool
) -> tuple[list[Judged], Tx]:
    tx = Tx(connection, device=device.code, keep_shadow=False)
    grants = Grants(tx, device)
    judged = [_judge(tx, grants, one, alone=alone) for one in fresh]
    tx.flush()
    return judged, tx


def _judge(tx: Tx, grants: Grants, one: Judged, *, alone: bool) -> Judged:
    if one.envelope is None or one.op is None:
        return one
    outcome, reason = grants.admit(one.envelope, one.op, one)
    if not outcome and alone:
        outcome, reason = apply_alone(tx, one.envelope, one.op)
    elif not outcome:
        tx.begin(one.envelope)
        one.op.apply(tx)
        outcome = tx.outcome
    return replace(one, outcome=outcome, reason=reason)


def _let_in(tx: Tx) -> list[Judged]:
    """Try the ops again that wait for a record: it may have come now."""
    found = []
    for op_id, seq, link, body, device_id, chain, at in tx.rows(_WAITING, WAITS):
        device = device_row(tx, device_id)
        one = replace(read_op(SentOp(op_id, seq, link, blob=body)), chain=chain, at=at)
        if device is None or one.envelope is None:
            continue
        own = Tx(tx.connection, device=device.code, keep_shadow=False)
        one = _judge(own, Grants(own, device), one, alone=True)
        if one.outcome not in WITHOUT_EFFECT:
            found.append(replace(one, again=True))
            for table, ids in own.touched.items():
                tx.touched.setdefault(table, set()).update(ids)
    return found


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
        return (*place, "?", 0, None, None, None, sent.bytes, 0, now, None, sent.op_id, *end)
    entity, row_id = _subject(one)
    return (
        *place, said.kind, said.schema_v, entity, row_id, said.site, sent.bytes, said.hlc, said.wall, said.actor,
        said.action_id, *end,
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
    for op_id, seq in stamps.items():
        for table, row_id, bucket, changes in read.rows(
            "SELECT tbl, row_id, bucket, changes FROM audit WHERE op_id = ? ORDER BY n", op_id
        ):
            newest.setdefault(table, {})[row_id] = seq
            former = _former_bucket(table, changes)
            if former is not None and former != bucket:
                left.append((seq, former, table, row_id))
    run = read.connection.executemany
    for table, rows in newest.items():
        run(f'UPDATE "{table}" SET hub_seq = ? WHERE id = ?', [(seq, row_id) for row_id, seq in rows.items()])
    run(
        "INSERT INTO hub_left (hub_seq, bucket, tbl, row_id) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING", left
    )


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
