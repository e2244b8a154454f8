"""Somebody with the key of a laptop that takes part, who sends what he likes."""

import time
from itertools import count

import msgspec
from fleet import (
    BIN,
    HERE_ALONE,
    PART,
    SITE,
    Fleet,
)

from app import ops as operations
from app.hub.enrol import invite
from app.inventory.ops import MoveStock
from app.ops import Envelope, Op
from app.store import NO_HASH
from app.sync.keys import Key, key_of_bytes, new_key
from app.sync.protocol import (
    START,
    Block,
    Digest,
    Enrol,
    Enrolled,
    Message,
    Page,
    Point,
    Push,
    Receipt,
    Receipts,
    Refusal,
    SentOp,
    Verifiers,
    Welcome,
    pack,
    request_bytes,
    unpack,
)
from app.sync.transport import Frame
from db.ids import new_id

numbers = count(1)
ANSWERS = Enrolled | Welcome | Receipts | Page | Digest | Verifiers | Block | Refusal
OLD, NEW = "Kestrel-river-7", "Heron-meadow-8"
#: Tables whose rows lie in the bucket of their site.
OF_A_SITE = {"equipment", "location", "stock_movement"}
#: A machine at the other site.
THEIRS = new_id()


class Enemy:
    """Somebody with the key of an enrolled laptop, who sends what he likes."""

    def __init__(self, fleet: Fleet, scope: str = HERE_ALONE, code: str = "EVL") -> None:
        self.fleet, self.hub, self.wall = fleet, fleet.hub, fleet.clock.now()
        self.key = key_of_bytes(new_key())
        asked = Enrol(
            invite(self.hub, "http://hub", scope=scope).code, self.key.public, "m", code, founding=False
        )
        self.device, self.name = bytes(16), ""
        answer = self.ask("enrol", asked)
        assert isinstance(answer, Enrolled)
        self.device, self.name, self.proof = (
            answer.device_id,
            answer.device_code,
            Point(answer.epoch, 0, START),
        )
        self.chain, self.seq, self.link = new_id(), 0, NO_HASH

    def frame(self, call: str, packed: bytes, key: Key | None = None, device: bytes | None = None) -> Frame:
        return Frame(packed, (key or self.key).sign(request_bytes(call, packed)), device or self.device)

    def ask(self, call: str, message: Message | bytes) -> Message:
        """The hub's answer; it takes less than two seconds, whatever was asked."""
        packed = message if isinstance(message, bytes) else pack(message)
        began = time.monotonic()
        answer = self.hub.handle(call, self.frame(call, packed))
        assert time.monotonic() - began < 2
        return unpack(answer.body, ANSWERS)

    def sent(self, op: Op | bytes, kind: str = "", **said: object) -> SentOp:
        op_id = new_id()
        raw = msgspec.Raw(op) if isinstance(op, bytes) else operations.encode_op(op)
        plain = {
            "op_id": op_id, "kind": kind or operations.spec_of(op).kind, "schema_v": 1, "actor": None, "site": SITE,
            "wall": self.wall, "hlc": self.wall << 16, "action_id": op_id, "overrides": (), "op": raw,
        } | said  # fmt: skip
        body = operations.encode(Envelope(**plain))
        return self.placed(op_id, body)

    def placed(self, op_id: bytes, body: bytes) -> SentOp:
        self.seq, self.link = self.seq + 1, operations.link(self.link, op_id, body)
        return SentOp(op_id, self.seq, self.link, blob=body)

    def push(self, *ops: SentOp) -> list[Receipt]:
        answer = self.ask("ops", Push(self.proof, self.chain, list(ops)))
        assert isinstance(answer, Receipts), answer
        return answer.receipts

    def tries(self, op: Op | bytes, kind: str = "", **said: object) -> str:
        """What the hub decides about one op."""
        return self.push(self.sent(op, kind, **said))[0].outcome

    def row(self, table: str, row_id: bytes) -> dict:
        with self.hub.reading() as read:
            return read.get(table, row_id) or {}

    def value(self, sql: str, *params: object) -> object:
        with self.hub.reading() as read:
            return read.value(sql, *params)


def movement(**more: object) -> MoveStock:
    plain = {
        "number": f"X-{next(numbers)}", "type": "receipt", "part": PART, "site": SITE, "bin": BIN, "qty": 1000,
        "happened_at": 1_795_318_860_000, "reason": "x", "unit_price": 100,
    }  # fmt: skip
    return MoveStock(**plain | more)
