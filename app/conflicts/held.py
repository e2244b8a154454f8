"""Work that the hub keeps back (隔离): a supervisor sees what it is and lets it in or refuses it; nothing is dropped."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from app.access import Actor, Permission
from app.changes import Done
from app.conflicts.words import (
    device_name,
    kind_word,
    label_of_field,
    person_name,
    reason_word,
    shown,
    value_of,
)
from app.desk import Desk
from app.errors import Objection
from app.fields import to_json
from app.names import label_of
from app.ops import Id, MissingRowError, Op, Subject, operation
from app.stocktake.approval import ABOVE_LIMIT, BY_COUNTER
from app.tx import Reader, Tx
from app.words import N_
from db.models import SYNCED

HELD = "held_op"
ACCEPTED, REFUSED = "accepted", "refused"
DEFAULT_ZONE = "Asia/Shanghai"
#: What is not let in, whoever asks: it is done anew by somebody who may.
ANEW = frozenset({ABOVE_LIMIT, BY_COUNTER})
#: A changed field: what it was based on, and the new value.
PAIR = 2


@operation("quarantine.decide", Permission.SETTLE_CONFLICTS, {"sync"})
class Decide(Op, frozen=True, kw_only=True):
    """A supervisor lets an entry in that the hub kept back, or refuses it. The hub then does it as any entry that comes now."""

    held: Id
    accepted: bool
    remark: str = ""

    def check(self, read: Reader, actor: Actor) -> Iterator[Objection]:
        row = read.get(HELD, self.held)
        if row is None or row["decision"]:
            yield Objection("settled", N_("Somebody has decided about this meanwhile. Look at it again."))
        elif self.accepted and not _may(actor, row["needs"]):
            yield Objection("denied", N_("Your role does not allow what this entry does. Ask who may."))
        elif self.accepted and row["reason"] in ANEW:
            text = N_("Another person approves this stocktake on its own page. Refuse this entry here.")
            yield Objection("anew", text)
        elif not self.accepted and not self.remark.strip():
            yield Objection("remark", N_("Please give the reason."), field="remark")

    def apply(self, tx: Tx) -> None:
        row, decision = tx.get(HELD, self.held), ACCEPTED if self.accepted else REFUSED
        if row is None:
            raise MissingRowError("a decision about an entry that is not here")
        if not row["decision"]:
            done = {"decision": decision, "decided_by": tx.op.actor, "decided_at": tx.op.wall}
            tx.update(HELD, self.held, done | {"remark": self.remark.strip() or None})
        elif row["decision"] != decision:
            tx.conflict(HELD, row, "decision", None, decision)

    def subject(self) -> Subject:
        return HELD, self.held


def _may(actor: Actor, needed: str | None) -> bool:
    return not needed or needed in {str(one) for one in actor.permissions}


@dataclass(frozen=True)
class Held:
    """An entry that the hub keeps back, as a supervisor reads it."""

    id: bytes
    op_id: bytes
    at: int
    who: str
    device: str
    what: str
    about: str
    why: str
    content: str
    allowed: bool


def held(read: Reader, actor: Actor) -> list[Held]:
    """The entries that wait for a decision, the oldest first; only for who may decide."""
    if not actor.may(Permission.SETTLE_CONFLICTS):
        return []
    found = read.rows(
        "SELECT h.id, h.op_id, h.created_at, h.created_by, h.kind, h.tbl, h.row_id, h.reason, h.content, h.needs, "
        "(SELECT a.device FROM audit a WHERE a.tbl = 'held_op' AND a.row_id = h.id AND a.verb = 'insert'), h.site_id "
        "FROM held_op h WHERE h.decision IS NULL AND h.deleted = 0 ORDER BY h.created_at, h.id"
    )
    return [
        _held(read, actor, row)
        for row in found
        if not actor.sites or row[11] is None or row[11] in actor.sites
    ]


def _held(read: Reader, actor: Actor, row: tuple[Any, ...]) -> Held:
    row_id, op_id, at, who, kind, table, subject, reason, content, needs, device, _site = row
    known = table in SYNCED and isinstance(subject, bytes)
    about = " ".join(label_of(read, str(table), subject).split()) if known else ""
    return Held(
        row_id, op_id, at, person_name(read, who), device_name(read, str(device or "")),
        kind_word(str(kind), table), about, reason_word(str(reason)), _readable(read, str(table or ""), str(content or "")), _may(actor, needs),
    )  # fmt: skip


def _readable(read: Reader, table: str, content: str) -> str:
    """What an entry holds, a line for each field; as it came where it is no form that we know."""
    try:
        op = msgspec.json.decode(content, type=dict[str, Any])
        rows = [row.get("fields") or row.get("values") or {} for row in op.get("rows", [op])]
        lines = [_line(read, table, name, value) for row in rows for name, value in row.items()]
    except (msgspec.MsgspecError, AttributeError, TypeError, ValueError):
        return content
    moved = [f"{op['source']} → {op['target']}"] if {"source", "target"} <= op.keys() else []
    return "\n".join(moved + lines) or content


def _line(read: Reader, table: str, name: str, value: Any) -> str:
    def said(one: Any) -> str:
        return shown(read, table, name, value_of(table, name, to_json(one)), DEFAULT_ZONE) or "—"

    text = (
        f"{said(value[0])} → {said(value[1])}"
        if isinstance(value, list) and len(value) == PAIR
        else said(value)
    )
    return f"{label_of_field(table, name)}: {text}"


def decide(desk: Desk, entry: bytes, *, accepted: bool, remark: str = "") -> Done:
    """Let an entry in, or refuse it with the reason. Raises AppError with a sentence where that cannot be."""
    return desk.perform(Decide(held=entry, accepted=accepted, remark=remark))
