"""What people do about a conflict."""

from collections.abc import Mapping
from typing import Any

from app.changes import Done
from app.conflicts.ops import WHOLE, Decision, Settle
from app.conflicts.queries import Case
from app.conflicts.words import value_of
from app.desk import Desk
from app.errors import AppError
from app.fields import fields_of
from app.generic import MERGED
from app.words import N_

NOTHING = N_("Type the value that is right, or choose one of the two.")


def settle(desk: Desk, case: Case, decision: Decision, values: Mapping[str, Any] | None = None) -> Done:
    """Decide about a conflict; `values`: the fields' right values where neither of the two is (decision "other")."""
    line = case.line
    with desk.read() as read:
        now = read.get(line.table, line.row_id) or {}
        rows = {row["field"]: row for row in (read.get("conflict", one) for one in line.ids) if row}
    if decision == "other" and any(name not in (values or {}) for name in rows):
        raise AppError(NOTHING)
    pairs = {
        name: (now.get(name), _wanted(line.table, row, decision, now, values or {}))
        for name, row in rows.items()
    }
    op = Settle(
        table=line.table,
        row_id=line.row_id,
        conflicts=line.ids,
        decision=decision,
        fields=pairs,
        back=bool(now.get("deleted")) and decision != "theirs" and not WHOLE & pairs.keys(),
    )
    return desk.perform(op)


def _wanted(
    table: str, row: Mapping[str, Any], decision: Decision, now: Mapping[str, Any], values: Mapping[str, Any]
) -> Any:
    name = str(row["field"])
    if decision == "mine":
        return value_of(table, name, row["mine"])
    if name == MERGED:
        return value_of(table, name, row["theirs"])
    return values[name] if decision == "other" else now.get(name)


def other_values(case: Case) -> bool:
    """Whether a third value can be typed: a seal or a picture cannot, nor a state that no step leads to."""
    fields = fields_of(case.line.table)
    return not case.state and all(name in fields and fields[name].kind != "bytes" for name in case.names)
