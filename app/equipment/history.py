"""The history of a machine (设备履历) as one time line.

A union over what was done where it was done: entries of its own, rounds, faults, work orders, parts, meters, uses. Nothing is
copied, so nothing can differ from its source, and none of the sources lets a past row be edited away.
"""

from dataclasses import dataclass
from typing import Any

from app import values
from app.equipment.machine import LIFE
from app.fields import fields_of, from_json, show
from app.names import named, person
from app.tx import Reader
from app.words import _, ngettext

KINDS = ("state_change", "fault", "maintenance", "inspection", "part_change", "meter", "use", "other")


@dataclass(frozen=True)
class Entry:
    """One thing that happened to a machine; `kind` is the filter, `what` the exact event."""

    at: int
    kind: str
    what: str
    code: str | None
    text: str | None
    source: str | None
    target: str | None
    number: int | None
    failed: int | None
    who: str | None
    table: str | None
    ref: bytes | None
    cost: int | None
    n: int


_OTHER = (
    "CASE WHEN h.event_type IN ('state_change', 'maintenance', 'fault') THEN h.event_type ELSE 'other' END"
)


#: What was taken for a machine, or for an order about it; two questions, so that each finds its index.
_TAKEN = (
    "SELECT n FROM stock_movement WHERE equipment_id = ?1 UNION ALL SELECT k.n FROM work_order w "
    "JOIN stock_movement k ON k.work_order_id = w.id WHERE w.equipment_id = ?1 AND +k.equipment_id IS NULL"
)


def _parts() -> dict[str, str]:
    staff = f"(SELECT {named('s')} FROM staff s WHERE s.id = "
    return {
        "own": f"SELECT h.at, {_OTHER}, h.event_type, NULL, h.text, h.from_state, h.to_state, NULL, NULL, "
        f"{person('h.actor_id')}, h.ref_table, h.ref_id, h.cost, h.n FROM equipment_event h "
        "WHERE h.equipment_id = ?1 AND h.deleted = 0 AND h.ref_table IS NOT 'stock_movement'",  # it is told by its movement
        "fault": "SELECT f.occurred_at, 'fault', 'fault', f.code, f.symptom, NULL, f.status, f.severity, NULL, "
        f"{person('f.created_by')}, 'fault', f.id, NULL, f.n FROM fault f WHERE f.equipment_id = ?1 AND f.deleted = 0",
        "order": "SELECT coalesce(o.done_at, o.created_at), 'maintenance', 'work_order', o.code, o.title, NULL, o.status, "
        f"o.hours, NULL, {staff}o.assignee_id), 'work_order', o.id, NULL, o.n FROM work_order o "
        "WHERE o.equipment_id = ?1 AND o.deleted = 0",
        "round": f"SELECT max(r.at), 'inspection', 'inspection', t.code, {named('i')}, NULL, NULL, count(*), "
        f"sum(r.state = 'fail'), {person('r.measured_by')}, 'inspection_task', t.id, NULL, t.n FROM "
        "(SELECT task_id, item_id, state, measured_by, max(measured_at) AS at FROM inspection_result "
        "WHERE equipment_id = ?1 AND deleted = 0 GROUP BY task_id, item_id) r JOIN inspection_task t ON t.id = r.task_id "
        "JOIN inspection_template i ON i.id = t.template_id GROUP BY t.id",
        "reading": f"SELECT r.measured_at, 'inspection', 'reading', t.code, {named('i')}, r.value_text, "
        "json_array(r.limit_low, r.limit_high, r.unit), r.value_num, NULL, "
        f"{person('r.measured_by')}, 'inspection_task', t.id, NULL, r.n FROM inspection_result r "
        "JOIN inspection_item i ON i.id = r.item_id JOIN inspection_task t ON t.id = r.task_id "
        "WHERE r.equipment_id = ?1 AND r.deleted = 0 AND r.state = 'fail' AND NOT EXISTS (SELECT 1 FROM inspection_result z "
        "WHERE z.task_id = r.task_id AND +z.item_id = r.item_id AND (z.measured_at, z.n) > (r.measured_at, r.n))",
        "parts": f"SELECT m.happened_at, 'part_change', m.type, p.part_no, {named('p')}, p.unit, o.code, m.qty, NULL, "
        f"{person('m.created_by')}, 'part', p.id, (m.qty * coalesce(m.unit_price, p.unit_price, 0) + 50000) / 100000, m.n "
        "FROM stock_movement m JOIN part p ON p.id = m.part_id LEFT JOIN work_order o ON o.id = m.work_order_id "
        f"WHERE m.type IN ('issue', 'return') AND m.n IN ({_TAKEN})",
        "meter": f"SELECT m.read_at, 'meter', 'meter', m.meter, NULL, NULL, NULL, m.value, m.replaced, {staff}m.reader_id), "
        "NULL, NULL, NULL, m.n FROM meter_reading m WHERE m.equipment_id = ?1 AND m.deleted = 0",
        "use": f"SELECT u.started_at, 'use', 'use', NULL, u.purpose, NULL, NULL, u.hours, NULL, {staff}u.operator_id), "
        "NULL, NULL, NULL, u.n FROM equipment_use u WHERE u.equipment_id = ?1 AND u.deleted = 0",
    }


def history(
    read: Reader, equipment: bytes, *, kind: str | None = None, limit: int = 200, offset: int = 0
) -> list[Entry]:
    """What happened to a machine, newest first; `kind` is one of KINDS."""
    union = " UNION ALL ".join(f"SELECT * FROM ({part})" for part in _parts().values())
    names = "at, kind, what, code, text, source, target, number, failed, who, tbl, ref, cost, n"
    return read.as_(
        Entry,
        f"WITH h({names}) AS ({union}) SELECT * FROM h WHERE ?2 IS NULL OR kind = ?2 "
        "ORDER BY at DESC, n DESC LIMIT ?3 OFFSET ?4",
        equipment, kind, limit, offset,
    )  # fmt: skip


def said(entry: Entry) -> tuple[str, str]:
    """An entry in words: what happened, and which record and who."""
    what, more = _SAYERS.get(entry.what, _say_event)(entry)
    return what, " · ".join(filter(None, [*more, entry.who]))


def _say_state(entry: Entry) -> tuple[str, list[str | None]]:
    words = [LIFE.word(state) if state else "—" for state in (entry.source, entry.target)]
    return _("Status: {old} → {new}").format(old=words[0], new=words[1]), [entry.text]


def _say_move(entry: Entry) -> tuple[str, list[str | None]]:
    return _("Moved: {old} → {new}").format(old=entry.source or "—", new=entry.target or "—"), [entry.text]


def _say_event(entry: Entry) -> tuple[str, list[str | None]]:
    kinds = dict(fields_of("equipment_event")["event_type"].choices)
    cost = f"¥{values.show_money(entry.cost)}" if entry.cost else None
    return entry.text or _(kinds.get(entry.what, entry.what)), [_(kinds.get(entry.what, entry.what)), cost]


def _say_fault(entry: Entry) -> tuple[str, list[str | None]]:
    return entry.text or "", [entry.code, _state("fault", entry.target)]


def _say_order(entry: Entry) -> tuple[str, list[str | None]]:
    hours = _("{hours} h").format(hours=values.show_quantity(entry.number)) if entry.number else None
    return entry.text or "", [entry.code, _state("work_order", entry.target), hours]


def _say_round(entry: Entry) -> tuple[str, list[str | None]]:
    bad = entry.failed or 0
    word = (
        ngettext("{count} item failed", "{count} items failed", bad).format(count=bad) if bad else _("Passed")
    )
    count = entry.number or 0
    items = ngettext("{count} item", "{count} items", count).format(count=count)
    return f"{entry.text} · {word}", [entry.code, items]


def _say_reading(entry: Entry) -> tuple[str, list[str | None]]:
    low, high, unit = from_json(entry.target)
    tail = f" {unit}" if unit else ""
    value = entry.source or "" if entry.number is None else values.show_quantity(entry.number) + tail
    limits = None
    if low is not None or high is not None:
        ends = (values.show_quantity(low) or "…", (values.show_quantity(high) or "…") + tail)
        limits = _("allowed {low} – {high}").format(low=ends[0], high=ends[1])
    return f"{entry.text} {value}", [entry.code, limits]


def _say_part(entry: Entry) -> tuple[str, list[str | None]]:
    amount = f"{values.show_quantity(entry.number)} {entry.source or ''}".strip()
    text = (
        _("Part taken: {part} × {amount}") if entry.what == "issue" else _("Part returned: {part} × {amount}")
    )
    cost = f"¥{values.show_money(entry.cost)}" if entry.cost else None
    return text.format(part=entry.text, amount=amount), [entry.code, entry.target, cost]


def _say_meter(entry: Entry) -> tuple[str, list[str | None]]:
    meter = show(fields_of("meter_reading")["meter"], entry.code)
    swapped = _("meter replaced") if entry.failed else None
    return f"{meter}: {values.show_quantity(entry.number)}", [_("Meter reading"), swapped]


def _say_use(entry: Entry) -> tuple[str, list[str | None]]:
    hours = _("{hours} h").format(hours=values.show_quantity(entry.number)) if entry.number else None
    return entry.text or _("In use"), [_("Usage log"), hours]


def _state(table: str, code: str | None) -> str:
    return show(fields_of(table)["status"], code)


_SAYERS: dict[str, Any] = {
    "state_change": _say_state,
    "move": _say_move,
    "fault": _say_fault,
    "work_order": _say_order,
    "inspection": _say_round,
    "reading": _say_reading,
    "issue": _say_part,
    "return": _say_part,
    "meter": _say_meter,
    "use": _say_use,
}
