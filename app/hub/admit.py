"""Whether the hub lets an op work: admitted, quarantined (kept until a supervisor decides), or rejected as unreadable."""

import re
from dataclasses import dataclass

from app import ops as operations
from app.access import Actor
from app.auth.people import actor_of
from app.generic import Create, Patch, Retire
from app.hub.collect import gone
from app.hub.grants import Place, granted_then
from app.hub.hub import DeviceRow, RefusedError
from app.ops import Envelope, MalformedError, NewerOpError, Op
from app.sync.protocol import ALL, HUB_TOO_OLD, QUARANTINED, REJECTED, SentOp
from app.sync.reducer import said
from app.tx import Tx

#: No quantity, amount or instant is larger; two that were would not add up in 64 bits any more, for anybody.
LARGEST = 10**15
_LONG_NUMBER = re.compile(rb"\d{16}")
#: Why an op is kept apart that speaks of a record which was collected.
GONE = "the record was deleted for good"
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
        if not self._grants_site(envelope.site, one):
            return QUARANTINED, "site not granted to the device"
        if self._is_gone(op):
            return QUARANTINED, GONE
        try:
            needed = op.needs(operations.spec_of(op))
        except Exception as error:  # noqa: BLE001 - whatever a hostile op trips over is its own fault
            return REJECTED, said(error)
        if envelope.actor is None:
            return "", ""  # the device's own local administrator: the device vouches for it
        actor = self._person(envelope.actor)
        if actor is None:
            return QUARANTINED, "account unknown or closed"
        if not actor.may(needed):
            return QUARANTINED, "not allowed to this account"
        return "", ""

    def allows(self, decider: bytes | None, op: Op) -> bool:
        """Whether a person may let in an op that was kept back: only who may do such a thing; None: the hub's own command."""
        if decider is None:
            return True
        actor = self._person(decider)
        return actor is not None and actor.may(op.needs(operations.spec_of(op)))

    def _grants_site(self, site: bytes | None, one: Judged | None) -> bool:
        scope = self._device.scope
        if ALL in scope or site is None or f"site:{site.hex()}" in scope:
            return True
        if one is None or not one.chain or not self._device.grant:
            return False
        return granted_then(
            self._tx, self._device, f"site:{site.hex()}", Place(one.chain, one.sent.seq), one.at
        )

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
