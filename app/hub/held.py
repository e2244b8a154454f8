"""Ops that the hub keeps back: told to the supervisors as rows, and done when one of them lets them in."""

from dataclasses import replace

from app import ops as operations
from app.audit import PROTECTED
from app.conflicts.held import ACCEPTED, HELD
from app.hub.admit import Grants, Judged, read_op
from app.hub.hub import device_row
from app.sync.protocol import WITHOUT_EFFECT, SentOp
from app.sync.reducer import apply_alone
from app.tx import Tx

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
        "site_id": one.envelope.site, "op_id": one.envelope.op_id, "kind": one.envelope.kind, "tbl": table,
        "row_id": subject, "needs": _needs(one), "reason": reason, "content": _content(one, table),
    }  # fmt: skip
    tx.insert(HELD, row_id, {name: value for name, value in values.items() if value is not None})


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
    "SELECT o.op_id, o.seq, o.hash, o.body, c.device_id, h.decided_by FROM held_op h JOIN op o ON o.op_id = h.op_id "
    "JOIN hub_chain_head c ON c.chain_id = o.chain_id "
    "WHERE h.decision = ? AND h.deleted = 0 AND o.outcome = 'quarantined' ORDER BY o.hub_seq LIMIT 200"
)


def accepted(tx: Tx) -> list[Judged]:
    """Do the ops that a supervisor let in, as of now: they merge with what has come meanwhile (fault 35)."""
    found = []
    for op_id, seq, link, body, device_id, decider in tx.rows(_DECIDED, ACCEPTED):
        device, one = device_row(tx, device_id), read_op(SentOp(op_id, seq, link, blob=body))
        if device is None or one.envelope is None or one.op is None:
            continue
        if not Grants(tx, device).allows(decider, one.op):
            continue
        own = Tx(tx.connection, device=device.code, keep_shadow=False)
        outcome, reason = apply_alone(own, one.envelope, one.op)
        if outcome not in WITHOUT_EFFECT:
            found.append(replace(one, outcome=outcome, reason=reason, again=True))
            for table, ids in own.touched.items():
                tx.touched.setdefault(table, set()).update(ids)
    return found
