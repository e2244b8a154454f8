"""The equipment register (设备台账) as lists, trees and cards."""

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.equipment.life import BEGAN, RETIREMENT, USED
from app.equipment.machine import AFTER, BEFORE
from app.names import named
from app.search import IN_SEARCH, match
from app.tx import Reader
from app.work.machines import OPEN_FAULTS, OPEN_ORDERS

_ORDERS = ", ".join(f"'{state}'" for state in OPEN_ORDERS)
_FAULTS = ", ".join(f"'{state}'" for state in OPEN_FAULTS)
_FROM = "FROM equipment e LEFT JOIN equipment_class c ON c.id = e.class_id LEFT JOIN location l ON l.id = e.location_id"
_HAS_FAULT = f"EXISTS (SELECT 1 FROM fault f WHERE f.equipment_id = e.id AND f.deleted = 0 AND f.status IN ({_FAULTS}))"
#: A place and all places in it; a machine and all of its parts. UNION ends rings that two laptops may have made.
_PLACES = (
    "e.location_id IN (WITH RECURSIVE w(id) AS (SELECT ? UNION SELECT k.id FROM location k JOIN w "
    "ON k.parent_id = w.id) SELECT id FROM w)"
)
_PARTS = (
    "e.id IN (WITH RECURSIVE w(id) AS (SELECT ? UNION SELECT k.id FROM equipment k JOIN w "
    "ON k.parent_id = w.id) SELECT id FROM w)"
)
_WHERE = {
    "status": "e.status = ?",
    "class": "e.class_id = ?",
    "criticality": "e.criticality = ?",
    "site": "e.site_id = ?",
    "responsible": "e.responsible_id = ?",
    "place": _PLACES,
    "machine": _PARTS,
}
_SWITCHES = {
    "open_faults": _HAS_FAULT,
    "ending": "e.id IN (SELECT subject_id FROM alert WHERE rule = 'equipment.retire' AND cleared_at IS NULL)",
}


@dataclass(frozen=True)
class MachineRow:
    """A line of the register."""

    n: int
    id: bytes
    code: str
    name: str
    place: str
    class_name: str
    status: str
    criticality: str
    life_used: int | None
    retires_on: str | None
    warranty_until: str | None
    ending: int


def _orders(sort: str, today: str) -> tuple[str, list[Any]]:
    plain = {
        "code": "e.code",
        "name": named("e"),
        "place": named("l"),
        "class_name": named("c"),
        "status": "e.status",
        "criticality": "e.criticality",
        "retires_on": RETIREMENT,
        "warranty_until": "e.warranty_until",
    }
    return (USED, [today]) if sort == "life_used" else (plain.get(sort, "e.code"), [])


def machine_ids(
    read: Reader, sort: str, filters: Mapping[str, Any], text: str, *, descending: bool, today: str
) -> "array[int]":
    """The row numbers of the machines that fit, in order of display."""
    terms, params = ["e.deleted = 0"], []
    for name, value in filters.items():
        if name in _SWITCHES:
            terms.append(_SWITCHES[name])
        elif value is not None:
            terms.append(_WHERE[name])
            params.append(value)
    if text.strip():
        terms.append(f"e.{IN_SEARCH}")
        params += ["equipment", match(text) or '""']
    key, more = _orders(sort, today)
    way = "DESC" if descending else "ASC"
    found = read.rows(
        f"SELECT e.n {_FROM} WHERE {' AND '.join(terms)} ORDER BY {key} IS NULL, {key} {way}, e.code",
        *params, *more, *more,
    )  # fmt: skip
    return array("q", (n for (n,) in found))


def machine_rows(read: Reader, ids: Sequence[int], today: str) -> list[MachineRow | None]:
    """The lines of these row numbers, as many and in the same order; None for one that has gone."""
    marks = ", ".join("?" * len(ids))
    found = read.as_(
        MachineRow,
        f"SELECT e.n, e.id, e.code, {named('e')}, {named('l')}, {named('c')}, e.status, e.criticality, {USED}, "
        f"{RETIREMENT}, e.warranty_until, {_SWITCHES['ending']} {_FROM} WHERE e.n IN ({marks})",
        today, *ids,
    )  # fmt: skip
    by_n = {row.n: row for row in found}
    return [by_n.get(n) for n in ids]


def machine_total(read: Reader, site: bytes | None) -> tuple[int, int]:
    """How many machines there are, and how many of them at the site in view."""
    found = read.rows("SELECT count(*), coalesce(sum(site_id = ?), 0) FROM equipment WHERE deleted = 0", site)
    return found[0][0], found[0][1]


@dataclass(frozen=True)
class TreeNode:
    """A place or a machine in the tree at the left: id, parent, kind, name, and how many machines it holds."""

    id: bytes
    parent: bytes | None
    kind: str
    name: str
    count: int


def place_tree(read: Reader, site: bytes | None) -> list[TreeNode]:
    """The places of a site (all sites: None), parents first, with the machines in each and in what is inside it."""
    rows = read.rows(
        f"SELECT l.id, l.parent_id, l.location_type, {named('l')}, (SELECT count(*) FROM equipment e "
        "WHERE e.location_id = l.id AND e.deleted = 0) FROM location l WHERE l.deleted = 0 AND l.location_type <> 'bin' "
        "AND (? IS NULL OR l.site_id = ?) ORDER BY l.code",
        site, site,
    )  # fmt: skip
    return _tree(rows)


def part_tree(read: Reader, site: bytes | None) -> list[TreeNode]:
    """The machines that have parts or are parts of others, parents first, with the number of their parts."""
    rows = read.rows(
        f"SELECT e.id, e.parent_id, 'machine', {named('e')}, (SELECT count(*) FROM equipment k WHERE k.parent_id = e.id "
        "AND k.deleted = 0) FROM equipment e WHERE e.deleted = 0 AND (? IS NULL OR e.site_id = ?) AND (e.parent_id IS "
        "NOT NULL OR EXISTS (SELECT 1 FROM equipment k WHERE k.parent_id = e.id AND k.deleted = 0)) ORDER BY e.code",
        site, site,
    )  # fmt: skip
    return _tree(rows)


def _tree(rows: Sequence[tuple[Any, ...]]) -> list[TreeNode]:
    """Depth first, sums from below; what hangs in a ring is shown as a root once."""
    known = {row[0]: row for row in rows}
    below: dict[bytes | None, list[bytes]] = {}
    for row in rows:
        below.setdefault(row[1] if row[1] in known else None, []).append(row[0])
    made: list[TreeNode] = []
    seen: set[bytes] = set()

    def add(row_id: bytes, parent: bytes | None) -> int:
        seen.add(row_id)
        _id, _parent, kind, name, own = known[row_id]
        place = len(made)
        made.append(TreeNode(row_id, parent, kind, name, own))
        total: int = own + sum(add(child, row_id) for child in below.get(row_id, ()) if child not in seen)
        made[place] = TreeNode(row_id, parent, kind, name, total)
        return total

    for root in (*below.get(None, ()), *known):
        if root not in seen:
            add(root, None)
    return made


@dataclass(frozen=True)
class Card:
    """What the inspector and the detail window say of a machine; `row` holds its fields."""

    row: dict[str, Any]
    name: str
    class_name: str
    place: str
    path: str
    parent_code: str | None
    supplier: str | None
    responsible: str | None
    life_used: int | None
    retires_on: str | None
    runs_since: str | None
    hours_read_at: int | None
    open_orders: int
    open_faults: int
    documents: int


def card(read: Reader, equipment: bytes, today: str) -> Card | None:
    """Everything about one machine."""
    row = read.get("equipment", equipment)
    if row is None:
        return None
    found = read.rows(
        f"SELECT {named('e')}, {named('c')}, {named('l')}, (SELECT code FROM equipment WHERE id = e.parent_id), "
        f"(SELECT name FROM supplier WHERE id = e.supplier_id), (SELECT {named('s')} FROM staff s WHERE s.id = e.responsible_id), "
        f"{USED}, {RETIREMENT}, {BEGAN}, (SELECT max(read_at) FROM meter_reading m WHERE m.equipment_id = e.id AND m.meter = 'run_hours'), "
        f"(SELECT count(*) FROM work_order o WHERE o.equipment_id = e.id AND o.deleted = 0 AND o.status IN ({_ORDERS})), "
        f"(SELECT count(*) FROM fault f WHERE f.equipment_id = e.id AND f.deleted = 0 AND f.status IN ({_FAULTS})), "
        "(SELECT count(*) FROM attachment a WHERE a.owner_table = 'equipment' AND a.owner_id = e.id AND a.deleted = 0) "
        f"{_FROM} WHERE e.id = ?",
        today, equipment,
    )  # fmt: skip
    name, class_name, place, parent, *others = found[0]
    return Card(row, name, class_name, place, path_of(read, row["location_id"]), parent, *others)


def path_of(read: Reader, place: bytes | None) -> str:
    """Where a place lies: `Floor 2 / Hall A / Row 01`, without the building."""
    names: list[str] = []
    seen: set[bytes] = set()
    while place and place not in seen:
        seen.add(place)
        sql = f"SELECT {named('l')}, l.parent_id, l.location_type FROM location l WHERE l.id = ?"
        found = read.row(sql, place)
        if found is None:
            break
        name, place, kind = found
        if kind != "building" or not names:
            names.insert(0, name)
    return " / ".join(names)


@dataclass(frozen=True)
class Related:
    """A machine that depends on another one, or that it depends on."""

    id: bytes
    code: str
    name: str
    status: str
    criticality: str


def children(read: Reader, equipment: bytes) -> list[Related]:
    """The machines that are part of this one (what is affected when it stops)."""
    return read.as_(
        Related,
        f"SELECT e.id, e.code, {named('e')}, e.status, e.criticality FROM equipment e "
        "WHERE e.parent_id = ? AND e.deleted = 0 ORDER BY e.code",
        equipment,
    )


def spare_parts(read: Reader, equipment: bytes) -> list[tuple[bytes, str, str, int | None, str | None]]:
    """The parts that fit the machine's class: id, number, name, on hand at its site, state."""
    found = read.rows(
        f"SELECT p.id, p.part_no, {named('p')}, s.on_hand, s.state FROM equipment e "
        "JOIN equipment_class c ON c.id = e.class_id JOIN part p, json_each(p.applicable) a "
        "LEFT JOIN part_stock s ON s.part_id = p.id AND s.site_id = e.site_id "
        "WHERE e.id = ? AND a.value = c.code AND p.deleted = 0 ORDER BY p.part_no",
        equipment,
    )
    return [(row[0], row[1], row[2], row[3], row[4]) for row in found]


def is_working(status: str) -> bool:
    """Whether a machine in this state can be in use."""
    return status not in (*BEFORE, *AFTER)


def classes(read: Reader) -> list[tuple[bytes, str]]:
    """The equipment classes by name, for a filter."""
    rows = read.rows(f"SELECT c.id, {named('c')} FROM equipment_class c WHERE c.deleted = 0 ORDER BY 2")
    return [(row[0], row[1]) for row in rows]


def number_of(read: Reader, equipment: bytes) -> int | None:
    """The row number of a machine."""
    found = read.value("SELECT n FROM equipment WHERE id = ?", equipment)
    return None if found is None else int(found)
