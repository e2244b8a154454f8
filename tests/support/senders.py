"""Laptops without a site file: a key, a chain, and ops of their own making, for many pushes at once."""

from collections.abc import Iterable
from typing import Any

import msgspec
from fleet import BIN, PART, SITE

from app import ops as operations
from app.hub.enrol import invite
from app.hub.feed import pull
from app.hub.hub import DeviceRow, Hub, head_of
from app.hub.ingest import ingest
from app.inventory.ops import MoveStock
from app.ops import Envelope, Op
from app.store import NO_HASH
from app.sync.keys import key_of_bytes, new_key
from app.sync.protocol import (
    START,
    Enrol,
    Enrolled,
    Page,
    Point,
    Pull,
    Push,
    Receipts,
    Refusal,
    SentOp,
    pack,
    request_bytes,
    unpack,
)
from app.sync.transport import Frame
from db.ids import new_id

NOW = 1_795_318_860_000


class Sender:
    """One laptop that takes part."""

    def __init__(self, hub: Hub, code: str) -> None:
        self.hub, self.code = hub, code
        self.key = key_of_bytes(new_key())
        self.chain, self.seq, self.link = new_id(), 0, NO_HASH
        invitation = invite(hub, "http://hub")
        asked = Enrol(invitation.code, self.key.public, code, code, founding=False)
        made = self._said("enrol", asked, Enrolled, bytes(16))
        self.device = made.device_id
        with hub.reading() as read:
            self.epoch = head_of(read).epoch

    def row(self, scope: str = "*") -> DeviceRow:
        return DeviceRow(self.device, self.key.public, self.code, (scope,), revoked=False)

    def sent(self, ops: Iterable[Op]) -> list[SentOp]:
        """Ops as the next ones of the chain."""
        made = []
        for op in ops:
            op_id = new_id()
            body = operations.encode(
                Envelope(
                    op_id=op_id, kind=operations.spec_of(op).kind, schema_v=operations.SCHEMA_VERSION, actor=None,
                    site=SITE, wall=NOW, hlc=NOW << 16, action_id=op_id, overrides=(), op=operations.encode_op(op),
                )
            )  # fmt: skip
            self.seq, self.link = self.seq + 1, operations.link(self.link, op_id, body)
            made.append(SentOp(op_id, self.seq, self.link, msgspec.Raw(body)))
        return made

    def push(self, ops: Iterable[Op]) -> Push:
        return Push(Point(self.epoch, 0, START), self.chain, self.sent(ops))

    def asked(self, push: Push, hub: Hub | None = None) -> Receipts | Refusal:
        """The hub's answer to a push, through its signed door."""
        return self._said("ops", push, Receipts | Refusal, self.device, hub)

    def take(self, push: Push) -> Receipts:
        """The push behind the door."""
        return ingest(self.hub, self.row(), push)

    def page(self, cursor: int) -> Page:
        return pull(self.hub, self.row(), Pull(Point(self.epoch, 0, START), {"*": cursor}))

    def frame(self, call: str, message: Any) -> Frame:
        packed = pack(message)
        return Frame(packed, self.key.sign(request_bytes(call, packed)), self.device)

    def _said(self, call: str, message: Any, kind: Any, device: bytes, hub: Hub | None = None) -> Any:
        packed = pack(message)
        request = Frame(packed, self.key.sign(request_bytes(call, packed)), device)
        return unpack((hub or self.hub).handle(call, request).body, kind)


def moved(number: str, quantity: int = 1, part: bytes = PART) -> MoveStock:
    """A receipt of some pieces of a part."""
    return MoveStock(
        number=number, type="receipt", part=part, site=SITE, bin=BIN, qty=quantity * 1000, happened_at=NOW, reason="test",
        unit_price=100,
    )  # fmt: skip


__all__ = ["Refusal", "Sender", "moved"]
