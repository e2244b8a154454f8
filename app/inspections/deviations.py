"""A deviation becomes work (R-2.1-e): the fault and work order of a failing answer, and their withdrawal when it was a slip."""

from typing import Any

from app.desk import Desk
from app.generic import Transition
from app.inspections.ops import Answer, Raise
from app.inspections.rules import Item, limits_said, value_said
from app.ops import Op
from app.tx import Reader
from app.words import _
from app.work.actions import PRIORITY
from db.ids import made_id

#: Severity by the machine's criticality.
SEVERITY = {"A": 2, "B": 3, "C": 4}

_FREE = {"fault": ("discovered", "reported"), "work_order": ("planned", "assigned")}
_TAKEN_BACK = {"fault": "withdrawn", "work_order": "cancelled"}


def work_ids(task_id: bytes, item_id: bytes, again: int = 0) -> tuple[bytes, bytes]:
    """The ids of the fault and order of an item, alike on every laptop; `again` counts those that were withdrawn."""
    more = (again,) if again else ()
    return made_id("fault", task_id, item_id, *more), made_id("order", task_id, item_id, *more)


def _current(read: Reader, task_id: bytes, item_id: bytes) -> tuple[int, dict[str, Any] | None]:
    """The fault of an item that was not withdrawn, and how many were before it."""
    again = 0
    while (fault := read.get("fault", work_ids(task_id, item_id, again)[0])) is not None:
        if fault["status"] != "withdrawn":
            return again, fault
        again += 1
    return again, None


def raise_work(
    read: Reader, desk: Desk, task: dict[str, Any], item: Item, answer: Answer
) -> tuple[list[Op], list[str]]:
    """The op that raises fault and order with everything filled in, and their numbers; nothing where they stand already."""
    again, fault = _current(read, task["id"], item.id)
    if fault:
        return [], []
    fault_id, order_id = work_ids(task["id"], item.id, again)
    equipment = read.get("equipment", answer.equipment_id)
    place = item.location_id or (equipment and equipment["location_id"]) or task["location_id"]
    severity = SEVERITY.get(equipment["criticality"], 3) if equipment else 3
    value = value_said(item, answer.value_num, answer.value_text)
    where = {"site_id": task["site_id"], "equipment_id": answer.equipment_id, "location_id": place}
    fault_row = where | {
        "code": desk.number("FT"),
        "task_id": task["id"],
        "item_id": item.id,
        "fault_class": "system",
        "severity": severity,
        "symptom": _("{item}: {value}").format(item=item.text, value=value)[:400],
        "reading": value[:200],
        "limits": limits_said(item)[:80] or None,
        "occurred_at": answer.measured_at,
        "occurred_estimated": 1,
        "discovered_at": answer.measured_at,
        "reported_at": answer.measured_at,
        "status": "reported",
    }
    order_row = where | {
        "code": desk.number("WO"),
        "kind": "inspection",
        "title": fault_row["symptom"][:200],
        "fault_id": fault_id,
        "objective": _objective(task, item, value, answer.remark),
        "priority": PRIORITY[severity],
        "status": "planned",
    }
    raised = Raise(fault_id=fault_id, order_id=order_id, fault=_filled(fault_row), order=_filled(order_row))
    return [raised], [str(fault_row["code"]), str(order_row["code"])]


def _filled(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value is not None}


def _objective(task: dict[str, Any], item: Item, value: str, remark: str | None) -> str:
    """The deviation in words, so that whoever takes the order need not look for the round."""
    lines = [
        _("Found on round {code}").format(code=task["code"]),
        _("{item}: {value}").format(item=item.text, value=value),
    ]
    if limits := limits_said(item):
        lines.append(_("Allowed: {limits}").format(limits=limits))
    if remark:
        lines.append(remark)
    return "\n".join(lines)[:4000]


def take_back_work(read: Reader, task: dict[str, Any], item: Item) -> tuple[list[Op], list[str], list[str]]:
    """The ops that withdraw what a slip has raised; what somebody has taken up stays and is told."""
    again, fault = _current(read, task["id"], item.id)
    if fault is None:
        return [], [], []
    order = read.get("work_order", work_ids(task["id"], item.id, again)[1])
    rows = [(table, row) for table, row in (("work_order", order), ("fault", fault)) if row]
    codes = [str(row["code"]) for _table, row in reversed(rows)]
    if any(row["status"] not in (*_FREE[table], _TAKEN_BACK[table]) for table, row in rows):
        return [], [], codes
    remark = _("The answer of “{item}” was corrected").format(item=item.text)
    moves: list[Op] = [
        Transition(table=table, id=row["id"], source=row["status"], target=_TAKEN_BACK[table], remark=remark)
        for table, row in rows
        if row["status"] != _TAKEN_BACK[table]
    ]
    return moves, codes, []
