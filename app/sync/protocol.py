"""The messages between laptop and hub: JSON, packed with zstd, signed by who sends them.

Every request proves the history that its sender has seen (`Point`); what the hub cannot do is a `Refusal` with a code.
"""

import hashlib
from io import BytesIO
from typing import Annotated, Any, TypeVar

import msgspec
import zstandard

from app.ops import Id

VERSION = 1
MAX_OPS = 500
MAX_PUSH = 1024 * 1024
#: Limits of what is taken in: a packed request, and a request or an answer unpacked.
MAX_PACKED = 4 * 1024 * 1024
MAX_REQUEST = 8 * 1024 * 1024
MAX_ANSWER = 256 * 1024 * 1024
MAX_KNOWN = 5000
MAX_PAGE = 2000
MAX_SECRETS = 1000
#: Numbers that a laptop may hold of one series at a time.
MAX_BLOCK = 500

GAP, FORK, HISTORY, REVOKED, STRANGER = "GAP", "FORK", "HISTORY", "REVOKED", "STRANGER"
BUSY, TOO_LARGE, BAD_CODE, NOT_EMPTY, MALFORMED = "BUSY", "TOO_LARGE", "BAD_CODE", "NOT_EMPTY", "MALFORMED"
HUB_TOO_OLD, CLIENT_TOO_OLD = "HUB_TOO_OLD", "CLIENT_TOO_OLD"
SCOPE_CHANGED, RESYNC_REQUIRED = "SCOPE_CHANGED", "RESYNC_REQUIRED"
#: The hub cannot write: its disk is full or broken.
STUCK = "STUCK"

APPLIED, CONFLICT, QUARANTINED, REJECTED = "applied", "conflict", "quarantined", "rejected"
#: Outcomes after which nothing of an op is in the hub's rows.
WITHOUT_EFFECT = frozenset({QUARANTINED, REJECTED})
#: The bucket of a device that may see everything.
ALL = "*"

Hash = Annotated[bytes, msgspec.Meta(min_length=32, max_length=32)]
Count = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
START = bytes(32)


class Message(msgspec.Struct, frozen=True, tag_field="type", tag=str.lower):
    """Something that is sent."""


class Point(msgspec.Struct, frozen=True, array_like=True):
    """A point of the hub's history: whoever names it has seen everything up to there."""

    epoch: Id
    seq: Count
    hash: Hash


class ChainHead(msgspec.Struct, frozen=True, array_like=True):
    """How far one chain of a device has come."""

    chain: Id
    seq: Count
    hash: Hash


class Receipt(msgspec.Struct, frozen=True, array_like=True):
    """What the hub decided about an op."""

    op_id: Id
    outcome: str
    hub_seq: Count
    reason: str = ""


class SentOp(msgspec.Struct, frozen=True, omit_defaults=True):
    """An op on its way: its exact bytes stand in the message as they are (`blob` where they are no JSON)."""

    op_id: Id
    seq: Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]
    hash: Hash
    body: msgspec.Raw = msgspec.Raw(b"null")
    blob: bytes = b""

    @property
    def bytes(self) -> bytes:
        """The bytes that were hashed."""
        return self.blob or bytes(self.body)


class Enrol(Message, frozen=True):
    """A laptop asks to take part; the code proves that it was invited, the signature that it has the key."""

    code: Annotated[str, msgspec.Meta(max_length=64)]
    public_key: Hash
    machine: Annotated[str, msgspec.Meta(max_length=120)]
    device_code: Annotated[str, msgspec.Meta(max_length=8)]
    founding: bool


class Enrolled(Message, frozen=True):
    """The laptop takes part; `hub_key` signs all that the hub says."""

    device_id: Id
    hub_id: Id
    hub_key: Hash
    epoch: Id
    scope: list[str]
    device_code: str
    #: Whom batch files for the hub are sealed for (age).
    recipient: str = ""


class Checkpoint(msgspec.Struct, frozen=True, array_like=True):
    """A point of its history that the hub has signed: once a day, and where it was restored from a backup.

    A laptop keeps them, and so notices a hub whose history was rewritten. `former` is the epoch that a restore ended.
    """

    at: int
    epoch: Id
    seq: Count
    hash: Hash
    former: bytes
    signature: bytes

    def signed(self, hub_id: bytes) -> bytes:
        """The bytes that the hub signs."""
        numbers = self.at.to_bytes(8, "big", signed=True) + self.seq.to_bytes(8, "big")
        return b"sitewright checkpoint\0" + hub_id + numbers + self.epoch + self.hash + self.former


MAX_MARKS = 20


class Hello(Message, frozen=True):
    """The laptop names the chains that it wants to send from."""

    proof: Point
    chains: Annotated[list[Id], msgspec.Meta(max_length=1000)]
    wall: int
    version: Annotated[str, msgspec.Meta(max_length=40)]
    schema_v: int
    #: How far each chain goes here: what was made before the laptop hears of a changed scope.
    heads: Annotated[list[ChainHead], msgspec.Meta(max_length=1000)] = []
    #: How far each bucket was taken in: deleted rows are kept for the slowest.
    cursors: Annotated[dict[str, Count], msgspec.Meta(max_length=1000)] = {}
    #: The newest checkpoint that it keeps, and points of kept ones that the hub must still have.
    checkpoint_at: int = 0
    marks: Annotated[list[Count], msgspec.Meta(max_length=MAX_MARKS)] = []


class Welcome(Message, frozen=True):
    """How far the hub has each chain, and what it thinks of the laptop's clock."""

    hub_id: Id
    chains: list[ChainHead]
    offset: int
    durable_seq: Count
    #: The buckets of the laptop, and the version of this grant.
    scope: list[str] = []
    grant: Count = 0
    #: Stands for the verifiers of passwords that this laptop should have.
    verifiers: Count = 0
    #: Deleted rows up to this point of the history are no longer kept by anybody.
    collected: Count = 0
    #: Checkpoints since the newest one that the laptop keeps, and the hub's hash at each of its marks (empty: past the end).
    checkpoints: list[Checkpoint] = []
    links: list[bytes] = []
    #: Where the hub's history stands: a laptop that has all of it need not ask for news. None: it is not said.
    head: Count | None = None


class Push(Message, frozen=True):
    """Ops of one chain, in order, without a hole."""

    proof: Point
    chain: Id
    ops: Annotated[list[SentOp], msgspec.Meta(max_length=MAX_OPS)]


class Known(Message, frozen=True):
    """Which of these ops does the hub have? Without a proof: the laptop begins the hub's history anew."""

    proof: Point | None
    op_ids: Annotated[list[Id], msgspec.Meta(max_length=MAX_KNOWN)]


class Receipts(Message, frozen=True):
    """What the hub decided, and the point of its history that holds it."""

    hub_id: Id
    receipts: list[Receipt]
    point: Point


class Pull(Message, frozen=True):
    """What is new in the buckets since these cursors?"""

    proof: Point
    cursors: Annotated[dict[str, Count], msgspec.Meta(max_length=1000)]
    limit: Annotated[int, msgspec.Meta(ge=1, le=MAX_PAGE)] = MAX_PAGE
    #: The version of the scope that the laptop knows; None: it does not say.
    grant: Count | None = None
    schema_v: int = 1


class Rows(msgspec.Struct, frozen=True, array_like=True):
    """Rows of one table: names of the columns, then their values."""

    table: str
    columns: list[str]
    rows: list[list[Any]]


class Page(Message, frozen=True):
    """The latest state of the rows that changed up to `point`, who changed them, and what became of the own ops."""

    rows: list[Rows]
    left: list[tuple[str, bytes]]
    audit: Rows
    receipts: list[Receipt]
    cursors: dict[str, Count]
    more: bool
    point: Point
    #: So many decisions of the hub lie behind this page.
    ahead: Count = 0
    #: Up to this point a verified backup of the hub reaches.
    durable_seq: Count = 0


class AskDigest(Message, frozen=True):
    """What should the rows of the device's buckets (or of one) add up to at the hub's head?"""

    proof: Point
    bucket: Annotated[str, msgspec.Meta(max_length=80)] = ""


class Digest(Message, frozen=True):
    """Table -> count and sum of the 64-bit hashes of its rows, as of `point`."""

    tables: dict[str, tuple[Count, Annotated[int, msgspec.Meta(ge=0)]]]
    point: Point
    #: Rows of different schemas have different columns and are not compared.
    schema_v: int = 1


class Secret(msgspec.Struct, frozen=True, array_like=True):
    """The verifier of a password: Argon2id text, never the password; `version` is the hub's (0: not there yet)."""

    user_id: Id
    verifier: Annotated[str, msgspec.Meta(max_length=400, pattern=r"^\$argon2id\$")]
    version: Count
    #: Who set it; None: the laptop's own local administrator.
    by: Id | None = None


class Auth(Message, frozen=True):
    """New passwords go to the hub, and those of everybody who may sign in on this laptop come back."""

    proof: Point
    secrets: Annotated[list[Secret], msgspec.Meta(max_length=MAX_SECRETS)]


class Verifiers(Message, frozen=True):
    """The verifiers of the accounts that may sign in on this laptop, and the number that stands for all of them."""

    verifiers: Count
    secrets: list[Secret]


class Reserve(Message, frozen=True):
    """Numbers of a series are wanted ahead of going offline; `used`: up to which this laptop has seen them used."""

    proof: Point
    series: Annotated[str, msgspec.Meta(min_length=1, max_length=32)]
    count: Annotated[int, msgspec.Meta(ge=1, le=MAX_BLOCK)]
    used: Count = 0


class Block(Message, frozen=True):
    """These numbers belong to this laptop alone until they run out."""

    series: str
    first: Count
    last: Count
    expires_at: Count


class Refusal(Message, frozen=True):
    """The hub says no: a code, a number that goes with it (the expected seq, seconds to wait), the epoch for HISTORY."""

    code: str
    number: int = 0
    reason: str = ""


Request = Enrol | Hello | Push | Known | Pull | AskDigest | Auth | Reserve
Answer = Enrolled | Welcome | Receipts | Page | Digest | Verifiers | Block | Refusal
CALLS: dict[str, type[Message]] = {
    "enrol": Enrol,
    "hello": Hello,
    "ops": Push,
    "known": Known,
    "pull": Pull,
    "digest": AskDigest,
    "auth": Auth,
    "reserve": Reserve,
}
CALL_OF = {cls: call for call, cls in CALLS.items()}


class BadBytesError(Exception):
    """These bytes are no message of ours."""


Some = TypeVar("Some")
_encoder = msgspec.json.Encoder()


def pack(message: Message) -> bytes:
    """The bytes of a message."""
    return _pack(_encoder.encode(message))


def _pack(plain: bytes) -> bytes:
    return zstandard.ZstdCompressor(level=3).compress(plain)


def unpack(packed: bytes, kind: type[Some], limit: int = MAX_ANSWER) -> Some:
    """The message in these bytes. Raises BadBytesError; no more than `limit` bytes are ever unpacked."""
    try:
        reader = zstandard.ZstdDecompressor(max_window_size=2**23).stream_reader(BytesIO(packed))
        plain = reader.read(limit + 1)
        if len(plain) > limit:
            raise BadBytesError("too large")
        return msgspec.json.decode(plain, type=kind)
    except (zstandard.ZstdError, msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise BadBytesError(str(error)) from error


def request_bytes(call: str, packed: bytes) -> bytes:
    """What a laptop signs."""
    return b"sitewright request\0" + call.encode() + b"\0" + packed


def answer_bytes(signed_request: bytes, packed: bytes) -> bytes:
    """What the hub signs: its answer to exactly this request, so that no old answer passes for a new one."""
    return b"sitewright answer\0" + hashlib.sha256(signed_request).digest() + packed


def next_link(previous: bytes, op_id: bytes, outcome: str) -> bytes:
    """The hub's history: SHA256(previous, op_id, outcome) for every op that it has decided about."""
    return hashlib.sha256(previous + op_id + outcome.encode()).digest()
