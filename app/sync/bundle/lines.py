"""The lines inside a batch file: the messages of the protocol as JSON, one a line, and files as their bytes behind a line."""

from typing import Annotated, Any

import msgspec

from app.ops import Id
from app.sync.protocol import (
    Count,
    Enrol,
    Enrolled,
    Hash,
    Hello,
    Message,
    Page,
    Point,
    Pull,
    Push,
    Receipts,
    Verifiers,
    Welcome,
)

OPS, RETURN, JOIN, JOINED = "ops", "return", "join request", "join answer"
#: Letters of the hash that stand for one decision of the hub in a return file.
MARK = 8


class Missing(msgspec.Struct, frozen=True, array_like=True):
    """Records of a chain that have not come, while later ones have: both ends included."""

    chain: Id
    first: Count
    last: Count


class Returned(Message, frozen=True):
    """How the hub's answer fits to what the laptop has: for which state of the laptop it was made."""

    #: The point that the laptop named; whether it belongs to the hub's history. If not, the pages are everything that there is.
    proof: Point
    proven: bool
    #: The cursors that the pages begin from.
    since: dict[str, Count]
    #: Where the hub's history stood; and the first bytes of its hash at each decision before, from `marks_from` on.
    point: Point
    marks_from: Count = 0
    marks: bytes = b""
    #: Files of the laptop that the hub has now.
    kept: list[Hash] = msgspec.field(default_factory=list)
    missing: list[Missing] = msgspec.field(default_factory=list)
    revoked: bool = False

    def holds(self, point: Point) -> bool:
        """Whether a point lies on the history that the hub's answer comes from."""
        if point.epoch != self.point.epoch or point.seq > self.point.seq:
            return False
        if point.seq == 0 or point == self.point or (self.proven and point == self.proof):
            return True
        place = (point.seq - self.marks_from) * MARK
        return 0 <= place < len(self.marks) and self.marks[place : place + MARK] == point.hash[:MARK]


class Content(Message, frozen=True):
    """So many bytes of a file follow, and the end of the line."""

    sha256: Hash
    size: Annotated[int, msgspec.Meta(ge=0, le=2**40)]


class End(Message, frozen=True):
    """Nothing follows: so many lines stood before."""

    lines: Count


Line = (
    Hello | Pull | Push | Enrol | Enrolled | Welcome | Receipts | Page | Verifiers | Returned | Content | End
)
_decoder: Any = msgspec.json.Decoder(Line)
_encoder = msgspec.json.Encoder()


def line_of(message: Message) -> bytes:
    """A message as one line, whatever white space an op of a stranger has."""
    line = _encoder.encode(message)
    if b"\n" in line and isinstance(message, Push):
        ops = [msgspec.structs.replace(op, body=msgspec.Raw(b"null"), blob=op.bytes) for op in message.ops]
        line = _encoder.encode(msgspec.structs.replace(message, ops=ops))
    return line + b"\n"


def message_of(line: bytes) -> Message:
    """The message of a line. Raises msgspec.MsgspecError, UnicodeError or RecursionError."""
    found: Message = _decoder.decode(line)
    return found


__all__ = [
    "JOIN",
    "JOINED",
    "MARK",
    "OPS",
    "RETURN",
    "Content",
    "End",
    "Line",
    "Missing",
    "Returned",
    "line_of",
    "message_of",
]
