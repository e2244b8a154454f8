"""Operations: one user action, typed and frozen (operations.md, sections 1-3).

Envelope   who, when, where, which action; its exact bytes are the body that is hashed, kept and sent
Op         what happened; `check` speaks before it exists, `apply` is what history says
Spec       the op's kind (wire format for ever), the permission it needs, the topics it touches
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, cast

import msgspec

from app.access import Actor, Permission
from app.errors import Objection

if TYPE_CHECKING:
    from app.tx import Reader, Tx

SCHEMA_VERSION = 1
#: The oldest schema whose ops are still understood (app.sync.upcast).
OLDEST_SCHEMA = 1
MAX_BODY = 256 * 1024

#: What an op overrides that was made while the clock stood before the newest record: its time is to be confirmed.
CLOCK = "clock"

Subject = tuple[str, bytes]
Id = Annotated[bytes, msgspec.Meta(min_length=16, max_length=16)]


class Op(msgspec.Struct, frozen=True, omit_defaults=True):
    """One user action as data. Subclasses are declared with `@operation`."""

    def check(self, read: "Reader", actor: Actor) -> Iterable[Objection]:
        """What is to be said to the person before the op exists; the laptop's reader alone."""
        return ()

    def prepared(self, read: "Reader") -> "Op":
        """The op with what it must carry of the state that the person saw; called once, before it is weighed and kept."""
        return self

    def apply(self, tx: "Tx") -> None:
        """Write what happened: deterministic, from the op and the synced tables alone; never refuses a fact."""
        raise NotImplementedError(type(self).__name__)

    def inverse(self, read: "Reader", envelope: "Envelope") -> "Inverse | None":
        """The ops that take this one back, or None where that makes no sense."""
        return None

    def subject(self) -> Subject | None:
        """The record that the op is about, for the log."""
        return None

    def needs(self, spec: "Spec") -> Permission | None:
        """The permission demanded; generic ops ask their table."""
        return spec.needs


@dataclass(frozen=True)
class Inverse:
    """What takes an op back; rows that others have changed since stay and are listed."""

    ops: Sequence[Op]
    skipped: tuple[Subject, ...] = ()


@dataclass(frozen=True)
class Spec:
    """What is known of a kind of op without an instance."""

    kind: str
    cls: type[Op]
    needs: Permission | None
    topics: frozenset[str]


class Override(msgspec.Struct, frozen=True, array_like=True):
    """An objection that a person overrode, with the reason."""

    code: str
    reason: str


class Envelope(msgspec.Struct, frozen=True):
    """The message around an op. Field order is the wire order."""

    op_id: Id
    kind: str
    schema_v: int
    actor: Id | None
    site: Id | None
    wall: int
    hlc: int
    action_id: Id
    overrides: tuple[Override, ...]
    op: msgspec.Raw


class MalformedError(Exception):
    """A body that is no op of ours: rejected, with a reason, without blocking the queue."""


class NewerOpError(MalformedError):
    """An op of a schema that a later program made: it must wait for that program, not be refused."""


class MissingRowError(msgspec.ValidationError):
    """An op on a record that is not here: at a hub it waits until the record comes (a laptop sends it after a restore)."""


BY_KIND: dict[str, Spec] = {}
BY_CLASS: dict[type[Op], Spec] = {}
OpClass = TypeVar("OpClass", bound=type[Op])


def operation(
    kind: str, needs: Permission | None, topics: Iterable[str] = ()
) -> Callable[[OpClass], OpClass]:
    """Declare a class as the op of a kind: `<feature>.<verb>` in full words, never changed again."""

    def declare(cls: OpClass) -> OpClass:
        if kind in BY_KIND:
            raise ValueError(f"two ops of kind {kind}")
        spec = Spec(kind, cls, needs, frozenset(topics))
        BY_KIND[kind] = BY_CLASS[cls] = spec
        return cls

    return declare


def spec_of(op: Op) -> Spec:
    """The declaration of an op."""
    return BY_CLASS[type(op)]


#: A NUL as JSON writes it, found fast; then: its backslash is not itself escaped.
_NUL_MARK = re.compile(rb"\\u0000")
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
_LONG_NUMBER = re.compile(rb"\d{19}")
_encoder = msgspec.json.Encoder()
_envelope_decoder = msgspec.json.Decoder(Envelope)
_op_decoders: dict[type[Op], msgspec.json.Decoder[Any]] = {}


def encode_op(op: Op) -> msgspec.Raw:
    """The op's own bytes inside the envelope."""
    return msgspec.Raw(_encoder.encode(op))


def encode(envelope: Envelope) -> bytes:
    """The exact bytes of the envelope: stored, hashed and sent as they are."""
    return _encoder.encode(envelope)


def decode(body: bytes) -> tuple[Envelope, Op]:
    """The envelope and op of a body. Raises MalformedError for anything that is none of ours."""
    if len(body) > MAX_BODY:
        raise MalformedError("too long")
    if holds_nul(body):
        raise MalformedError("NUL in a text")
    try:
        envelope = _envelope_decoder.decode(body)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise MalformedError(str(error)) from error
    if envelope.schema_v > SCHEMA_VERSION:
        raise NewerOpError(f"schema {envelope.schema_v}")
    kind, raw = current_form(envelope)
    spec = BY_KIND.get(kind)
    if spec is None:
        raise MalformedError(f"unknown kind {kind!r}")
    op = read_op(spec.cls, raw)
    if _LONG_NUMBER.search(body):
        demand_small((envelope.schema_v, envelope.wall, envelope.hlc, op))
    return envelope, op


#: (kind, schema) -> what brings an op of that schema to the next one: its kind and its fields there.
Upcast = Callable[[dict[str, Any]], tuple[str, dict[str, Any]]]
UPCASTS: dict[tuple[str, int], Upcast] = {}


def current_form(envelope: Envelope) -> tuple[str, msgspec.Raw]:
    """The kind and bytes of an op in today's schema, whatever schema it was recorded in. Raises MalformedError."""
    kind, raw = envelope.kind, envelope.op
    if envelope.schema_v == SCHEMA_VERSION or not UPCASTS:
        return kind, raw
    for version in range(envelope.schema_v, SCHEMA_VERSION):
        if up := UPCASTS.get((kind, version)):
            try:
                kind, fields = up(msgspec.json.decode(raw, type=dict[str, Any]))
            except (msgspec.MsgspecError, UnicodeError, RecursionError, KeyError, TypeError) as error:
                raise MalformedError(f"{kind}: {error}") from error
            raw = msgspec.Raw(_encoder.encode(fields))
    return kind, raw


def read_op(cls: type[Op], raw: msgspec.Raw) -> Op:
    """An op from its own bytes. Raises MalformedError where they are none of this class."""
    decoder = _op_decoders.get(cls) or _op_decoders.setdefault(cls, msgspec.json.Decoder(cls))
    try:
        return cast("Op", decoder.decode(raw))
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise MalformedError(str(error)) from error


def holds_nul(body: bytes | msgspec.Raw) -> bool:
    """Whether a text in these bytes holds a NUL, which PostgreSQL cannot store."""
    return _NUL_MARK.search(body) is not None and _NUL.search(body) is not None


def demand_small(value: Any, limit: int = 2**63) -> None:
    """Raise MalformedError where a number does not fit: by default the 64 bits of both databases."""
    if isinstance(value, int) and not -limit <= value < limit:
        raise MalformedError("a number is too large")
    if isinstance(value, msgspec.Struct):
        value = [getattr(value, name) for name in value.__struct_fields__]
    if isinstance(value, dict):
        value = [*value.values()]
    if isinstance(value, list | tuple):
        for part in value:
            demand_small(part, limit)


def link(previous: bytes, op_id: bytes, body: bytes) -> bytes:
    """The hash of an op in its chain: SHA256(previous, op_id, SHA256(body)); a blanked body still verifies."""
    return hashlib.sha256(previous + op_id + hashlib.sha256(body).digest()).digest()
