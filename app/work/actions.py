"""What people do with faults and work orders: the use cases, each one action."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.changes import Done
from app.desk import Desk
from app.errors import AppError, Objection, Refused
from app.fields import fields_of
from app.generic import create, move_on, patch
from app.ops import Op
from app.training.assign import may_be_assigned
from app.words import N_
from app.work.machines import FAULTS, ORDERS
from db.ids import new_id

_HOUR = 3_600_000
#: How long an order may take when nobody says otherwise, by its priority.
TIME_TO_DO = {"urgent": 4 * _HOUR, "important": 24 * _HOUR, "general": 72 * _HOUR, "low": 168 * _HOUR}
#: What a fault of a severity (1 is worst) makes of its order.
PRIORITY = {1: "urgent", 2: "important", 3: "general", 4: "low"}
#: The times of a fault in the order in which they happen.
FAULT_TIMES = ("occurred_at", "discovered_at", "reported_at", "response_at", "restored_at")


@dataclass(frozen=True)
class Reported:
    """The answer to a report: the fault's id and number, and those of its work order if one was made."""

    fault: bytes
    code: str
    order: bytes | None
    order_code: str | None
    done: Done


def times_in_order(row: Mapping[str, Any]) -> Iterator[Objection]:
    """Occurrence, discovery, report, response, restoring: none may lie before the one before it (R-5.4-a)."""
    last, label = None, ""
    for name in FAULT_TIMES:
        at = row.get(name)
        if at is None:
            continue
        field = fields_of("fault")[name].label
        if last is not None and at < last:
            text = N_("{field} lies before {other}. Correct one of them.")
            yield Objection("order", text, {"field": field, "other": label}, field=name)
        last, label = at, field


def report_fault(desk: Desk, values: Mapping[str, Any], *, with_order: bool = True) -> Reported:
    """Report a fault by hand, with the work order that puts it right or without."""
    now = desk.now()
    known = {k: v for k, v in values.items() if v is not None}
    machine = _machine(desk, known.get("equipment_id"))
    site = known.get("site_id") or (machine or {}).get("site_id") or (desk.site.id if desk.site else None)
    defaults = {
        "site_id": site,
        "location_id": (machine or {}).get("location_id"),
        "fault_class": "system",
        "severity": 3,
        "occurred_at": now,
        "occurred_estimated": 0,
        "discovered_at": now,
        "reported_at": now,
        "status": "reported",
    }
    row = defaults | known
    if found := list(times_in_order(row)):
        raise Refused(found)
    fault, code = new_id(), desk.number("FT")
    ops: list[Op] = [create("fault", fault, code=code, **row)]
    order = new_id() if with_order else None
    order_code = desk.number("WO") if with_order else None
    if order:
        ops.append(_order_for(order, order_code or "", fault, row))
    return Reported(fault, code, order, order_code, desk.perform(*ops))


def _machine(desk: Desk, equipment: bytes | None) -> dict[str, Any] | None:
    with desk.read() as read:
        return read.get("equipment", equipment)


def _order_for(order: bytes, code: str, fault: bytes, row: Mapping[str, Any]) -> Op:
    return create(
        "work_order",
        order,
        code=code,
        site_id=row["site_id"],
        kind="corrective",
        title=row["symptom"][:200],
        fault_id=fault,
        equipment_id=row.get("equipment_id"),
        location_id=row.get("location_id"),
        priority=PRIORITY[row["severity"]],
        status="planned",
    )


def plan_order(desk: Desk, values: Mapping[str, Any]) -> tuple[bytes, str]:
    """A new work order: its id and number."""
    machine = _machine(desk, values.get("equipment_id"))
    site = values.get("site_id") or (machine or {}).get("site_id") or (desk.site.id if desk.site else None)
    defaults = {"site_id": site, "kind": "corrective", "priority": "general", "status": "planned"}
    known = defaults | {k: v for k, v in values.items() if v is not None}
    if machine:
        known.setdefault("location_id", machine["location_id"])
    order, code = new_id(), desk.number("WO")
    desk.perform(create("work_order", order, code=code, **known))
    return order, code


def _row(desk: Desk, table: str, row_id: bytes) -> dict[str, Any]:
    with desk.read() as read:
        row = read.get(table, row_id)
    if row is None:
        raise AppError(N_("This record does not exist here. It may have come from another site."))
    return row


def proposed(desk: Desk, order: Mapping[str, Any]) -> dict[str, Any]:
    """What an assignment begins with where the plan is silent: scope, from now, until the priority's time."""
    start = order["planned_start"] or desk.now()
    return {
        "scope": order["scope"] or order["title"],
        "planned_start": start,
        "planned_end": order["planned_end"] or start + TIME_TO_DO[order["priority"]],
    }


def may_take(desk: Desk, order: Mapping[str, Any], staff: bytes) -> list[Objection]:
    """What speaks against giving an order to a person: missing training, certificates, experience (R-2.2-b)."""
    machine = _machine(desk, order["equipment_id"])
    with desk.read() as read:
        return may_be_assigned(
            read, staff, desk.today(), equipment_class=machine["class_id"] if machine else None
        )


def assign(desk: Desk, order: bytes, assignee: bytes, **plan: Any) -> Done:
    """Give a planned order to a person; what the plan lacks is proposed."""
    row = _row(desk, "work_order", order)
    return proceed(desk, order, "assigned", assignee_id=assignee, **(proposed(desk, row) | plan))


def proceed(desk: Desk, order: bytes, target: str, remark: str = "", **values: Any) -> Done:
    """Move a work order on (SM-02), with what the step must have."""
    row = _row(desk, "work_order", order)
    if target == "done":
        values.setdefault("done_at", desk.now())
    return desk.perform(move_on(ORDERS, row, target, remark, **values))


def start(desk: Desk, order: bytes) -> Done:
    """Begin the work, or go on after a wait or an adjustment."""
    return proceed(desk, order, "in_progress")


def hold(desk: Desk, order: bytes, reason: str, remark: str = "") -> Done:
    """The work waits: for parts, for access, for the customer."""
    return proceed(desk, order, "on_hold", remark, hold_reason=reason)


def adjust(desk: Desk, order: bytes, what: str) -> Done:
    """The plan no longer fits: what changes and why."""
    return proceed(desk, order, "adjusting", adjustment=what)


def finish(desk: Desk, order: bytes, what: str, hours: int) -> Done:
    """The work is done: what was done, and the labour hours (thousandths)."""
    return proceed(desk, order, "done", done_text=what, hours=hours)


def verify(desk: Desk, order: bytes, *, passed: bool, remark: str = "") -> Done:
    """The supervisor's check: passed, or back to work with the reason."""
    return proceed(desk, order, "verified" if passed else "in_progress", remark)


def close(desk: Desk, order: bytes, summary: str) -> Done:
    """Close with a summary: result, problems, suggestion (R-2.2-f)."""
    return proceed(desk, order, "closed", summary=summary)


def cancel(desk: Desk, order: bytes, reason: str) -> Done:
    """Cancel an order that nobody works on."""
    return proceed(desk, order, "cancelled", reason)


def edit_order(desk: Desk, order: bytes, values: Mapping[str, Any]) -> Done | None:
    """Change the plan of an order. None: nothing changed."""
    changed = patch("work_order", _row(desk, "work_order", order), **_without_status(values))
    return desk.perform(changed) if changed else None


def edit_fault(desk: Desk, fault: bytes, values: Mapping[str, Any]) -> Done | None:
    """Change what is known of a fault. None: nothing changed."""
    row = _row(desk, "fault", fault)
    if found := list(times_in_order(row | dict(values))):
        raise Refused(found)
    changed = patch("fault", row, **_without_status(values))
    return desk.perform(changed) if changed else None


def _without_status(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name != "status"}


def move_fault(desk: Desk, fault: bytes, target: str, remark: str = "", **values: Any) -> Done:
    """Move a fault on (SM-09), with what the step must have; times that happen now are filled in."""
    row = _row(desk, "fault", fault)
    stamps = {"reported": "reported_at", "analysing": "response_at"}
    if (stamp := stamps.get(target)) and row[stamp] is None:
        values.setdefault(stamp, desk.now())
    if found := list(times_in_order(row | values)):
        raise Refused(found)
    return desk.perform(move_on(FAULTS, row, target, remark, **values))
