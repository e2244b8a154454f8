"""Work orders and faults as lists and cards, and how they went, step by step."""

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.fields import from_json
from app.names import named, person
from app.search import IN_SEARCH, match
from app.tx import Reader
from app.work.machines import OPEN_FAULTS, OPEN_ORDERS
from app.workflow import machine_of


def _list(states: Sequence[str]) -> str:
    return ", ".join(f"'{state}'" for state in states)


_OPEN = _list(OPEN_ORDERS)
_OPEN_FAULTS = _list(OPEN_FAULTS)
_URGENT = "CASE o.priority WHEN 'urgent' THEN 0 WHEN 'important' THEN 1 WHEN 'general' THEN 2 ELSE 3 END"
_FROM = "FROM work_order o LEFT JOIN equipment e ON e.id = o.equipment_id LEFT JOIN staff s ON s.id = o.assignee_id"


@dataclass(frozen=True)
class OrderRow:
    """A line of the list of work orders."""

    n: int
    id: bytes
    code: str
    title: str
    kind: str
    priority: str
    status: str
    hold_reason: str | None
    equipment_code: str | None
    equipment_name: str | None
    place: str | None
    assignee: str | None
    planned_end: int | None
    created_at: int
    overdue: int


def _order_columns() -> str:
    place = f"(SELECT {named('l')} FROM location l WHERE l.id = o.location_id)"
    return (
        f"o.n, o.id, o.code, o.title, o.kind, o.priority, o.status, o.hold_reason, e.code, {named('e')}, {place}, "
        f"{named('s')}, o.planned_end, o.created_at, coalesce(o.planned_end < ? AND o.status IN ({_OPEN}), 0)"
    )


_WHERE = {
    "status": "o.status = ?",
    "kind": "o.kind = ?",
    "priority": "o.priority = ?",
    "assignee": "o.assignee_id = ?",
    "equipment": "o.equipment_id = ?",
    "site": "o.site_id = ?",
}
_SORTS = {
    "code": "o.code",
    "title": "o.title",
    "priority": _URGENT,
    "status": "o.status",
    "equipment_code": "e.code",
    "assignee": "s.name",
    "planned_end": "o.planned_end",
    "created_at": "o.created_at",
}


def order_ids(
    read: Reader, sort: str, filters: Mapping[str, Any], text: str, *, descending: bool, now: int
) -> "array[int]":
    """The row numbers of the orders that fit. Without `sort`: open ones first, overdue before urgent before new."""
    terms: list[str] = ["o.deleted = 0"]
    params: list[Any] = []
    for name, value in filters.items():
        if name == "open":
            terms.append(f"o.status IN ({_OPEN})")
        elif name == "overdue":
            terms.append(f"o.status IN ({_OPEN}) AND o.planned_end < ?")
            params.append(now)
        elif value is not None:
            terms.append(_WHERE[name])
            params.append(value)
    if text.strip():
        terms.append(f"o.{IN_SEARCH}")
        params += ["work_order", match(text) or '""']
    way = "DESC" if descending else "ASC"
    key = _SORTS.get(sort)
    order = (
        f"{key} IS NULL, {key} {way}, o.n"
        if key
        else f"o.status NOT IN ({_OPEN}), coalesce(o.planned_end, {2**62}) >= {int(now)}, {_URGENT}, o.planned_end, o.n DESC"
    )
    found = read.rows(f"SELECT o.n {_FROM} WHERE {' AND '.join(terms)} ORDER BY {order}", *params)
    return array("q", (n for (n,) in found))


def order_rows(read: Reader, ids: Sequence[int], now: int) -> list[OrderRow | None]:
    """The lines of these row numbers, as many and in the same order."""
    marks = ", ".join("?" * len(ids))
    found = read.as_(OrderRow, f"SELECT {_order_columns()} {_FROM} WHERE o.n IN ({marks})", now, *ids)
    by_n = {row.n: row for row in found}
    return [by_n.get(n) for n in ids]


def my_orders(read: Reader, staff_id: bytes | None, now: int = 0, limit: int = 50) -> list[OrderRow]:
    """The orders that wait for this person, the most urgent first (for the first page of technicians)."""
    if staff_id is None:
        return []
    return read.as_(
        OrderRow,
        f"SELECT {_order_columns()} {_FROM} WHERE o.deleted = 0 AND o.assignee_id = ? AND o.status IN "
        f"({_list(OPEN_ORDERS[:-1])}) ORDER BY coalesce(o.planned_end, {2**62}) >= ?, {_URGENT}, o.planned_end, o.n LIMIT ?",
        now, staff_id, now, limit,
    )  # fmt: skip


def open_orders(read: Reader, site: bytes | None, now: int) -> tuple[int, int, int]:
    """Open orders, overdue ones, and the days that the worst is late."""
    found = read.rows(
        f"SELECT count(*), coalesce(sum(planned_end < ?1), 0), coalesce(max(CASE WHEN planned_end < ?1 THEN "
        f"(?1 - planned_end) / 86400000 END), 0) FROM work_order WHERE deleted = 0 AND status IN ({_OPEN}) "
        "AND (?2 IS NULL OR site_id = ?2)",
        now, site,
    )  # fmt: skip
    return found[0][0], found[0][1], found[0][2]


@dataclass(frozen=True)
class FaultRow:
    """A line of the list of faults."""

    n: int
    id: bytes
    code: str
    symptom: str
    fault_class: str
    severity: int
    status: str
    equipment_code: str | None
    equipment_name: str | None
    place: str | None
    occurred_at: int
    order_code: str | None


_FAULT_FROM = "FROM fault f LEFT JOIN equipment e ON e.id = f.equipment_id"
_FAULT_SORTS = {
    "code": "f.code",
    "symptom": "f.symptom",
    "severity": "f.severity",
    "status": "f.status",
    "equipment_code": "e.code",
    "occurred_at": "f.occurred_at",
}
_FAULT_WHERE = {
    "status": "f.status = ?",
    "fault_class": "f.fault_class = ?",
    "severity": "f.severity = ?",
    "equipment": "f.equipment_id = ?",
    "site": "f.site_id = ?",
}


def fault_ids(
    read: Reader, sort: str, filters: Mapping[str, Any], text: str, *, descending: bool
) -> "array[int]":
    """The row numbers of the faults that fit. Without `sort`: open ones first, the worst and newest first."""
    terms: list[str] = ["f.deleted = 0"]
    params: list[Any] = []
    for name, value in filters.items():
        if name == "open":
            terms.append(f"f.status IN ({_OPEN_FAULTS})")
        elif value is not None:
            terms.append(_FAULT_WHERE[name])
            params.append(value)
    if text.strip():
        terms.append(f"f.{IN_SEARCH}")
        params += ["fault", match(text) or '""']
    way = "DESC" if descending else "ASC"
    key = _FAULT_SORTS.get(sort)
    order = (
        f"{key} IS NULL, {key} {way}, f.n"
        if key
        else f"f.status NOT IN ({_OPEN_FAULTS}), f.severity, f.n DESC"
    )
    found = read.rows(f"SELECT f.n {_FAULT_FROM} WHERE {' AND '.join(terms)} ORDER BY {order}", *params)
    return array("q", (n for (n,) in found))


def fault_rows(read: Reader, ids: Sequence[int]) -> list[FaultRow | None]:
    """The lines of these row numbers, as many and in the same order."""
    marks = ", ".join("?" * len(ids))
    found = read.as_(
        FaultRow,
        f"SELECT f.n, f.id, f.code, f.symptom, f.fault_class, f.severity, f.status, e.code, {named('e')}, "
        f"(SELECT {named('l')} FROM location l WHERE l.id = f.location_id), f.occurred_at, "
        "(SELECT code FROM work_order o WHERE o.fault_id = f.id AND o.deleted = 0 ORDER BY o.n LIMIT 1) "
        f"{_FAULT_FROM} WHERE f.n IN ({marks})",
        *ids,
    )
    by_n = {row.n: row for row in found}
    return [by_n.get(n) for n in ids]


def open_faults(read: Reader, site: bytes | None) -> tuple[int, int]:
    """Open faults, and how many of them are of severity 1 or 2."""
    found = read.rows(
        f"SELECT count(*), coalesce(sum(severity <= 2), 0) FROM fault WHERE deleted = 0 AND status IN ({_OPEN_FAULTS}) "
        "AND (?1 IS NULL OR site_id = ?1)",
        site,
    )
    return found[0][0], found[0][1]


@dataclass(frozen=True)
class WorkCard:
    """A work order or a fault with the names of what it points to; `row` holds its fields."""

    table: str
    row: dict[str, Any]
    equipment_code: str | None
    equipment_name: str | None
    place: str | None
    assignee: str | None
    other: bytes | None
    other_code: str | None


def order_card(read: Reader, order: bytes) -> WorkCard | None:
    """A work order; `other` is the fault that it puts right."""
    return _card(read, "work_order", order, "(SELECT {column} FROM fault x WHERE x.id = t.fault_id)")


def fault_card(read: Reader, fault: bytes) -> WorkCard | None:
    """A fault; `other` is its first work order."""
    other = (
        "(SELECT {column} FROM work_order x WHERE x.fault_id = t.id AND x.deleted = 0 ORDER BY x.n LIMIT 1)"
    )
    return _card(read, "fault", fault, other)


def _card(read: Reader, table: str, row_id: bytes, other: str) -> WorkCard | None:
    row = read.get(table, row_id)
    if row is None:
        return None
    who = (
        f"(SELECT {named('s')} FROM staff s WHERE s.id = t.assignee_id)" if table == "work_order" else "NULL"
    )
    found = read.rows(
        f"SELECT e.code, {named('e')}, (SELECT {named('l')} FROM location l WHERE l.id = t.location_id), {who}, "
        f"{other.format(column='x.id')}, {other.format(column='x.code')} "
        f"FROM {table} t LEFT JOIN equipment e ON e.id = t.equipment_id WHERE t.id = ?",
        row_id,
    )
    return WorkCard(table, row, *found[0])


@dataclass(frozen=True)
class StepTaken:
    """A step of a record: from, to (None: it was made), when, by whom, and what was remarked."""

    source: str | None
    target: str
    at: int
    who: str | None
    remark: str


def steps_taken(read: Reader, table: str, row_id: bytes) -> list[StepTaken]:
    """How a record went through its states, the first first: person and time for each step (R-1.3-a)."""
    column = machine_of(table).column
    made: list[StepTaken] = []
    for verb, changes, at, who, remark in read.rows(
        f"SELECT a.verb, a.changes, a.at, {person('a.actor')}, (SELECT s.text FROM audit x JOIN step_note s ON s.id = x.row_id "
        "WHERE x.op_id = a.op_id AND x.tbl = 'step_note' AND s.owner_id = a.row_id) "
        "FROM audit a WHERE a.tbl = ? AND a.row_id = ? ORDER BY a.n",
        table, row_id,
    ):  # fmt: skip
        change = (from_json(changes) or {}).get(column)
        if change:
            made.append(StepTaken(change[0], change[1], at, who, remark or ""))
        elif verb == "insert":
            made.append(StepTaken(None, "", at, who, ""))
    if made and made[0].source is None:
        first = made[1].source if len(made) > 1 else (read.get(table, row_id) or {}).get(column)
        made[0] = StepTaken(None, first or "", made[0].at, made[0].who, "")
    return made


@dataclass(frozen=True)
class PartUsed:
    """A part that an order took: how many (thousandths, less what came back) and what that cost (hundredths)."""

    part: bytes
    part_no: str
    name: str
    unit: str
    qty: int
    cost: int


def parts_used(read: Reader, order: bytes) -> list[PartUsed]:
    """The parts that were issued to a work order, and their cost."""
    sign = "CASE m.type WHEN 'issue' THEN 1 WHEN 'return' THEN -1 ELSE 0 END * m.qty"
    return read.as_(
        PartUsed,
        f"SELECT p.id, p.part_no, {named('p')}, p.unit, sum({sign}), "
        f"(sum({sign} * coalesce(m.unit_price, p.unit_price, 0)) + 50000) / 100000 "
        "FROM stock_movement m JOIN part p ON p.id = m.part_id WHERE m.work_order_id = ? AND m.deleted = 0 "
        "GROUP BY p.id ORDER BY p.part_no",
        order,
    )


def number_of(read: Reader, table: str, row_id: bytes) -> int | None:
    """The row number of a work order or a fault, for whoever opens one by its id."""
    if table not in {"work_order", "fault"}:
        raise KeyError(table)
    found = read.value(f"SELECT n FROM {table} WHERE id = ?", row_id)
    return None if found is None else int(found)
