"""The hub as a device of its own (operations.md, rule 10): what it decides by itself goes through the same door as any op."""

from collections.abc import Sequence

from app import ops as operations
from app.clock import Clock
from app.hub.enrol import chain_head
from app.hub.hub import DeviceRow, Hub, RefusedError, head_of
from app.hub.ingest import ingest
from app.ops import Envelope, Op
from app.sync.protocol import ALL, FORK, GAP, MAX_OPS, Push, Receipt, SentOp
from db.ids import made_id, new_id

CODE = "HUB"
TRIES = 5


def own_device(hub: Hub) -> DeviceRow:
    """The hub as a device: it holds everything and has no key that a laptop could use."""
    return DeviceRow(made_id("hub device", hub.hub_id), b"", CODE, (ALL,), revoked=False)


def perform(hub: Hub, *ops: Op) -> list[Receipt]:
    """Do ops in the hub's own name, in its own chain, by the same ingest; one action. Returns what was decided about each."""
    action, receipts = new_id(), []
    for start in range(0, len(ops), MAX_OPS):
        receipts += _sent(hub, ops[start : start + MAX_OPS], action)
    return receipts


def _sent(hub: Hub, ops: Sequence[Op], action: bytes) -> list[Receipt]:
    for turn in range(TRIES):
        try:
            return ingest(hub, own_device(hub), _push(hub, ops, action)).receipts
        except (
            RefusedError
        ) as refused:  # another process of this hub was first: the chain has grown meanwhile
            if refused.refusal.code not in {FORK, GAP} or turn == TRIES - 1:
                raise
    return []


def _push(hub: Hub, ops: Sequence[Op], action: bytes) -> Push:
    chain = made_id("hub chain", hub.hub_id)
    with hub.reading() as read:
        _owner, seq, link = chain_head(read, chain)
        last = read.value("SELECT max(hlc) FROM op WHERE chain_id = ?", chain) or 0
        proof = head_of(read)
    sent, wall = [], hub.clock.now()
    for op in ops:
        last = Clock.tick(last, wall)
        op_id, spec = new_id(), operations.spec_of(op)
        body = operations.encode(
            Envelope(op_id, spec.kind, operations.SCHEMA_VERSION, None, None, wall, last, action, (), operations.encode_op(op))
        )  # fmt: skip
        seq, link = seq + 1, operations.link(link, op_id, body)
        sent.append(SentOp(op_id, seq, link, blob=body))
    return Push(proof, chain, sent)
