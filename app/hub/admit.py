"""Whether the hub lets an op work: admitted, quarantined (kept until a supervisor decides), or rejected as unreadable."""

import re
from dataclasses import dataclass

from app import ops as operations
from app.access import Actor
from app.auth.people import actor_of
from app.hub.hub import DeviceRow
from app.ops import Envelope, MalformedError, Op
from app.sync.protocol import ALL, QUARANTINED, REJECTED, SentOp
from app.sync.reducer import said
from app.tx import Tx

#: No quantity, amount or instant is larger; two that were would not add up in 64 bits any more, for anybody.
LARGEST = 10**15
_LONG_NUMBER = re.compile(rb"\d{16}")
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


def read_op(sent: SentOp) -> Judged:
    """Decode an op; what cannot be read is rejected and does not stop those behind it."""
    try:
        envelope, op = operations.decode(sent.bytes)
        if _LONG_NUMBER.search(envelope.op):
            operations.demand_small(op, LARGEST)
    except MalformedError as error:
        return Judged(sent, None, None, REJECTED, said(error))
    if envelope.op_id != sent.op_id:
        return Judged(sent, None, None, REJECTED, "the body speaks of another op")
    return Judged(sent, envelope, op)


class Grants:
    """Who may do what, as the hub has it now; ops of the same push that change this are heeded."""

    def __init__(self, tx: Tx, device: DeviceRow) -> None:
        self._tx = tx
        self._device = device
        self._people: dict[bytes, Actor | None] = {}

    def admit(self, envelope: Envelope, op: Op) -> tuple[str, str]:
        """An outcome and a reason where the op is kept but not applied; two empty texts where it is admitted."""
        if self._device.revoked:
            return QUARANTINED, "device revoked"
        if not self._grants_site(envelope.site):
            return QUARANTINED, "site not granted to the device"
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

    def _grants_site(self, site: bytes | None) -> bool:
        scope = self._device.scope
        return ALL in scope or site is None or f"site:{site.hex()}" in scope

    def _person(self, user_id: bytes) -> Actor | None:
        if self._tx.touched.keys() & _ACCESS:
            self._people.clear()
        if user_id not in self._people:
            active = self._tx.value("SELECT active FROM user_account WHERE id = ? AND deleted = 0", user_id)
            self._people[user_id] = actor_of(self._tx, user_id) if active else None
        return self._people[user_id]
