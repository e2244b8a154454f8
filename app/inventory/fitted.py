"""Parts lists of machines (设备备件清单): what a machine, or every machine of its class, holds; and what replaces a part."""

from dataclasses import dataclass

from app.changes import Done
from app.desk import Desk
from app.errors import AppError
from app.generic import Retire, create, patch
from app.names import named
from app.tx import Reader
from app.words import N_
from db.ids import new_id


@dataclass(frozen=True)
class FittedPart:
    """A part of a machine: how many of it, where it sits, and what the sites in view have; `by_class` for all of a class."""

    n: int
    id: bytes
    part_id: bytes
    part_no: str
    name: str
    unit: str
    qty: int
    position: str
    by_class: bool
    available: int


@dataclass(frozen=True)
class FittedIn:
    """A machine or a class of machines that holds a part."""

    id: bytes
    table: str
    record: bytes
    code: str
    name: str
    qty: int
    position: str


def parts_of_machine(read: Reader, equipment: bytes, site: bytes | None = None) -> list[FittedPart]:
    """The parts list of a machine; its own line stands before that of its class."""
    here, params = (" AND s.site_id = ?", [site]) if site else ("", [])
    rows = read.as_(
        FittedPart,
        f"SELECT f.n, f.id, p.id, p.part_no, {named('p')}, p.unit, f.qty, coalesce(f.position, ''), f.equipment_id IS NULL, "
        f"coalesce((SELECT sum(s.on_hand - s.reserved) FROM part_stock s WHERE s.part_id = p.id{here}), 0) "
        "FROM equipment_part f JOIN part p ON p.id = f.part_id JOIN equipment e ON e.id = ? WHERE f.deleted = 0 AND "
        "(f.equipment_id = e.id OR f.equipment_id IS NULL AND f.class_id = e.class_id) "
        "ORDER BY f.equipment_id IS NULL, p.part_no, f.n",
        *params, equipment,
    )  # fmt: skip
    own = {row.part_id for row in rows if not row.by_class}
    return [row for row in rows if not row.by_class or row.part_id not in own]


def machines_of_part(read: Reader, part: bytes) -> list[FittedIn]:
    """Where a part is fitted: machines first, then classes."""
    return read.as_(
        FittedIn,
        f"SELECT f.id, CASE WHEN e.id IS NULL THEN 'equipment_class' ELSE 'equipment' END, coalesce(e.id, c.id), "
        f"coalesce(e.code, c.code, ''), coalesce({named('e')}, {named('c')}, ''), f.qty, coalesce(f.position, '') "
        "FROM equipment_part f LEFT JOIN equipment e ON e.id = f.equipment_id LEFT JOIN equipment_class c ON c.id = f.class_id "
        "WHERE f.part_id = ? AND f.deleted = 0 ORDER BY e.id IS NULL, 4",
        part,
    )


def fit_part(
    desk: Desk,
    part: bytes,
    qty: int,
    *,
    equipment: bytes | None = None,
    class_id: bytes | None = None,
    position: str = "",
) -> Done | None:
    """A machine (or every machine of a class) holds so many of a part; a second time changes how many."""
    if (equipment is None) == (class_id is None):
        raise AppError(N_("Say what it belongs to: a machine, or a class of machines."))
    if qty <= 0:
        raise AppError(N_("The quantity must be more than nothing."))
    with desk.read() as read:
        known = read.value(
            "SELECT id FROM equipment_part WHERE part_id = ? AND equipment_id IS ? AND class_id IS ? "
            "AND coalesce(position, '') = ? AND deleted = 0",
            part, equipment, class_id, position,
        )  # fmt: skip
        old = read.get("equipment_part", known)
    if old:
        op = patch("equipment_part", old, qty=qty)
        return desk.perform(op) if op else None
    row = {
        "part_id": part,
        "equipment_id": equipment,
        "class_id": class_id,
        "qty": qty,
        "position": position or None,
    }
    return desk.perform(create("equipment_part", new_id(), **row))


def unfit_part(desk: Desk, line: bytes) -> Done:
    """A part belongs to this machine or class no more."""
    return desk.perform(Retire("equipment_part", (line,)))


def successor(read: Reader, part: bytes | None) -> tuple[bytes, str] | None:
    """The part that is used and ordered in the place of another one, at the end of the chain: id, and number with name."""
    seen, now = {part}, read.get("part", part)
    while now and (following := now["replaced_by_id"]) and following not in seen:
        seen.add(following)
        now = read.get("part", following)
    if now is None or now["id"] == part or now["deleted"]:
        return None
    name = read.value(f"SELECT {named('p')} FROM part p WHERE p.id = ?", now["id"])
    return now["id"], f"{now['part_no']} {name}"
