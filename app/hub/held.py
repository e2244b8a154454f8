"""Ops that the hub keeps back: told to the supervisors as rows, and done when one of them lets them in."""

from collections.abc import Callable
from dataclasses import replace

import msgspec

from app import ops as operations
from app.audit import PROTECTED
from app.conflicts.held import ACCEPTED, HELD
from app.hub.admit import Grants, Judged, read_op
from app.hub.hub import DeviceRow, device_row
from app.ops import Envelope, Id
from app.sync.protocol import ALL, QUARANTINED, SentOp
from app.sync.reducer import apply_alone
from app.tx import Tx
from db.ids import made_id
from db.models import SYNCED

#: So much of an entry travels to be read; the whole of it stays at the hub.
SHOWN = 3500


def hold(tx: Tx, one: Judged, reason: str) -> None:
    """Tell the supervisors of an op that is kept back: who, what, why, and what is in it."""
    if one.envelope is None or one.op is None:
        return
    tx.begin(one.envelope)
    row_id = tx.made("held")
    if tx.has(HELD, row_id):
        return
    table, subject = _about(one)
    values = {
        "site_id": one.envelope.site or _site_of(tx, one, table, subject), "op_id": one.envelope.op_id, "kind": one.envelope.kind, "tbl": table,
        "row_id": subject, "needs": _needs(one), "reason": reason, "content": _content(one, table),
    }  # fmt: skip
    tx.insert(HELD, row_id, {name: value for name, value in values.items() if value is not None})


def _site_of(tx: Tx, one: Judged, table: str | None, subject: bytes | None) -> bytes | None:
    """The site that an op is about which names none: what is in it is for the supervisors there only."""
    rows = getattr(one.op, "rows", ())
    first = rows[0] if isinstance(rows, tuple) and rows else None
    row = tx.get(table, subject or getattr(first, "id", None)) if table in SYNCED else None
    said = getattr(one.op, "site", None) or (getattr(first, "values", None) or {}).get("site_id")
    try:
        return (row or {}).get("site_id") or msgspec.convert(said, Id | None, strict=False)
    except msgspec.ValidationError:
        return None


def _about(one: Judged) -> tuple[str | None, bytes | None]:
    try:
        return (one.op and one.op.subject()) or (getattr(one.op, "table", None), None)
    except Exception:  # noqa: BLE001 - a hostile op may be too odd to say
        return None, None


def _needs(one: Judged) -> str | None:
    try:
        needed = one.op and one.op.needs(operations.spec_of(one.op))
    except Exception:  # noqa: BLE001 - a hostile op may be too odd to say
        return None
    return str(needed) if needed else None


def _content(one: Judged, table: str | None) -> str | None:
    """The entry to be read; nothing of tables that few may see."""
    if one.envelope is None or table in PROTECTED:
        return None
    return bytes(one.envelope.op).decode("utf-8", "replace")[:SHOWN].replace("\0", "")


_DECIDED = (
    "SELECT o.op_id, o.seq, o.hash, o.body, c.device_id, h.decided_by, "
    "(SELECT d.device_id FROM audit a JOIN op b ON b.op_id = a.op_id JOIN hub_chain_head d ON d.chain_id = b.chain_id "
    "WHERE a.tbl = 'held_op' AND a.row_id = h.id AND a.kind = 'quarantine.decide' ORDER BY b.hub_seq DESC LIMIT 1) "
    "FROM held_op h JOIN op o ON o.op_id = h.op_id "
    "JOIN hub_chain_head c ON c.chain_id = o.chain_id "
    "WHERE h.decision = ? AND h.deleted = 0 AND o.outcome = 'quarantined' ORDER BY o.hub_seq LIMIT 200"
)


def _door(tx: Tx, decided_at: bytes | None, here: DeviceRow) -> DeviceRow | None:
    """Where it was decided: a decision of this very push is not in the table yet, and the hub itself is no laptop."""
    if decided_at is None:
        return here
    hub = made_id("hub device", bytes.fromhex(tx.value("SELECT value FROM meta WHERE key = 'hub_id'")))
    own = DeviceRow(hub, b"", "", (ALL,), revoked=False)
    return own if decided_at == hub else device_row(tx, decided_at)


def accepted(tx: Tx, here: DeviceRow, then: Callable[[Tx], object] | None = None) -> list[Judged]:
    """Do the ops that a supervisor let in, as of now: they merge with what has come meanwhile (fault 35).

    Nobody lets in what the laptop of the decision may not do itself: an entry is not brought in by who was refused with it.
    """
    found = []
    for op_id, seq, link, body, device_id, decider, decided_at in tx.rows(_DECIDED, ACCEPTED):
        device, one = device_row(tx, device_id), read_op(SentOp(op_id, seq, link, blob=body))
        if device is None or one.envelope is None or one.op is None:
            continue
        door = _door(tx, decided_at, here)
        grants = Grants(tx, door) if door else None
        if grants is None or (theirs := grants.allows(decider, one)) is None:
            continue
        own = Tx(tx.connection, device=device.code, keep_shadow=False)

        def end(own: Tx = own, one: Judged = one, grants: Grants = grants, theirs: Envelope = theirs) -> None:
            grants.demand_inside(own, one, theirs)
            if then:
                then(own)

        outcome, reason = apply_alone(own, one.envelope, one.op, end)
        if outcome != QUARANTINED:
            found.append(replace(one, outcome=outcome, reason=reason, again=True))
            for table, ids in own.touched.items():
                tx.touched.setdefault(table, set()).update(ids)
    return found
