"""Whether the hub lets an op work: admitted, quarantined (kept until a supervisor decides), or rejected as unreadable."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from app import ops as operations
from app.access import Actor, Permission
from app.auth.people import actor_of
from app.generic import Create, Merge, Patch, Retire, Transition
from app.hub.collect import gone
from app.hub.grants import Place, granted_then
from app.hub.hub import DeviceRow, RefusedError
from app.ops import Envelope, MalformedError, NewerOpError, Op
from app.sync.protocol import ALL, HUB_TOO_OLD, QUARANTINED, REJECTED, SentOp
from app.sync.reducer import KeptApartError, said
from app.tx import Tx

#: No quantity, amount or instant is larger; two that were would not add up in 64 bits any more, for anybody.
LARGEST = 10**15
_LONG_NUMBER = re.compile(rb"\d{16}")
#: Why an op is kept apart that speaks of a record which was collected.
GONE = "the record was deleted for good"
#: Why an op is kept apart that goes beyond what its laptop, or its author, was given.
NOT_OF_DEVICE = "site not granted to the device"
NOT_OF_ACCOUNT = "site not granted to the account"
NOT_RIGHTS = "rights from a laptop of some sites"
_ACCESS = frozenset({"user_account", "role", "user_site_scope"})


@dataclass(frozen=True)
class Judged:
    """An op as the hub reads it; `outcome` is set where it will not be applied."""

    sent: SentOp
    envelope: Envelope | None
    op: Op | None
    outcome: str = ""
    reason: str = ""
    #: It was quarantined and is decided about once more.
    again: bool = False
    #: The chain that brought it, and when it came.
    chain: bytes = b""
    at: int = 0


def read_op(sent: SentOp) -> Judged:
    """Decode an op; what cannot be read is rejected and does not stop those behind it."""
    try:
        envelope, op = operations.decode(sent.bytes)
        if _LONG_NUMBER.search(envelope.op):
            operations.demand_small(op, LARGEST)
    except NewerOpError as error:
        raise RefusedError(HUB_TOO_OLD, operations.SCHEMA_VERSION) from error
    except MalformedError as error:
        return Judged(sent, None, None, REJECTED, said(error))
    if envelope.op_id != sent.op_id:
        return Judged(sent, None, None, REJECTED, "the body speaks of another op")
    return Judged(sent, envelope, op)


def _spots(op: Op) -> list[tuple[str, bytes]]:
    """The records that an op names."""
    try:
        found = [spot] if (spot := op.subject()) else []
    except Exception:  # noqa: BLE001 - a hostile op may be too odd to say
        return []
    if isinstance(op, Create | Patch):
        return [(op.table, row.id) for row in op.rows]
    return [(op.table, row_id) for row_id in op.ids] if isinstance(op, Retire) else found


def targets(op: Op) -> Iterator[tuple[str, bytes]]:
    """The rows that an op is about to change."""
    match op:
        case Patch():
            yield from ((op.table, row.id) for row in op.rows)
        case Retire():
            yield from ((op.table, row_id) for row_id in op.ids)
        case Merge():
            yield from ((op.table, op.old), (op.table, op.kept))
        case Transition():
            yield op.table, op.id
        case _:
            return  # facts insert; what else reads a row locks it then, and a ring is broken by trying again


class Grants:
    """Who may do what, as the hub has it now; ops of the same push that change this are heeded."""

    def __init__(self, tx: Tx, device: DeviceRow) -> None:
        self._tx = tx
        self._device = device
        self._people: dict[bytes, Actor | None] = {}
        self._nothing_gone: bool | None = None

    def admit(self, envelope: Envelope, op: Op, one: Judged | None = None) -> tuple[str, str]:
        """An outcome and a reason where the op is kept but not applied; two empty texts where it is admitted."""
        if self._device.revoked:
            return QUARANTINED, "device revoked"
        if envelope.site and not self._holds(f"site:{envelope.site.hex()}", one):
            return QUARANTINED, NOT_OF_DEVICE
        if self._is_gone(op):
            return QUARANTINED, GONE
        try:
            needed = op.needs(operations.spec_of(op))
        except Exception as error:  # noqa: BLE001 - whatever a hostile op trips over is its own fault
            return REJECTED, said(error)
        reason = self._bars(envelope, needed) or self._strays(envelope, self._targeted(op), one)
        return (QUARANTINED, reason) if reason else ("", "")

    def _bars(self, envelope: Envelope, needed: Permission | None) -> str:
        """Why the author may not do this; the device vouches for its local administrator (decision 0015)."""
        if needed == Permission.ADMINISTER and ALL not in self._device.scope:
            return NOT_RIGHTS
        if envelope.actor is None:
            return ""
        actor = self._person(envelope.actor)
        if actor is None:
            return "account unknown or closed"
        if not actor.may(needed):
            return "not allowed to this account"
        mine = {f"site:{site.hex()}" for site in actor.sites}
        apart = mine and ALL not in self._device.scope and not mine & set(self._device.scope)
        here = f"site:{envelope.site.hex()}" if envelope.site else None
        return NOT_OF_ACCOUNT if apart or (mine and here and here not in mine) else ""

    def _targeted(self, op: Op) -> set[str]:
        """The buckets of the rows that an op names to be changed."""
        if ALL in self._device.scope:
            return set()
        found = (
            self._tx.value(f'SELECT bucket FROM "{table}" WHERE id = ?', row) for table, row in targets(op)
        )
        return {bucket for bucket in found if bucket}

    def _strays(self, envelope: Envelope, buckets: set[str], one: Judged | None) -> str:
        """Why rows of these buckets may not be written by this author on this device; empty where they may."""
        actor = self._person(envelope.actor) if envelope.actor else None
        for bucket in buckets - {"global"}:
            if not self._holds(bucket, one):
                return NOT_OF_DEVICE
            if actor and actor.sites and bucket.partition(":")[2] not in {site.hex() for site in actor.sites}:
                return NOT_OF_ACCOUNT
        return ""

    def demand_inside(self, tx: Tx, one: Judged, envelope: Envelope) -> None:
        """Raise KeptApartError where an op that was applied has written rows of other sites."""
        if tx.reached and (reason := self._strays(envelope, tx.reached, one)):
            raise KeptApartError(reason)

    def allows(self, decider: bytes | None, one: Judged) -> Envelope | None:
        """The envelope as of who lets in an op that was kept back, if they may do such a thing, on this device; else None."""
        if one.envelope is None or one.op is None:
            return None
        theirs = msgspec.structs.replace(one.envelope, actor=decider)
        return theirs if self.admit(theirs, one.op) == ("", "") else None

    def _holds(self, bucket: str, one: Judged | None) -> bool:
        """Whether the laptop holds a bucket, or held it when it recorded the op."""
        scope = self._device.scope
        if ALL in scope or bucket in scope:
            return True
        if one is None or not one.chain or not self._device.grant:
            return False
        return granted_then(self._tx, self._device, bucket, Place(one.chain, one.sent.seq), one.at)

    def _is_gone(self, op: Op) -> bool:
        """Whether it speaks of a row that was deleted so long ago that it is no longer kept: nothing brings it back."""
        if self._nothing_gone is None:
            self._nothing_gone = self._tx.value("SELECT 1 FROM hub_gone LIMIT 1") is None
        return not self._nothing_gone and any(gone(self._tx, *spot) for spot in _spots(op))

    def _person(self, user_id: bytes) -> Actor | None:
        if self._tx.touched.keys() & _ACCESS:
            self._people.clear()
        if user_id not in self._people:
            active = self._tx.value("SELECT active FROM user_account WHERE id = ? AND deleted = 0", user_id)
            self._people[user_id] = actor_of(self._tx, user_id) if active else None
        return self._people[user_id]
