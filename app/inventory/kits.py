"""Kits (套件): several parts that are issued together; a kit itself lies nowhere, there are as many as its parts allow."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.changes import Done
from app.desk import Desk
from app.errors import AppError, Objection, Refused
from app.generic import Retire, create, patch
from app.inventory.slips import Taken
from app.inventory.taking import issue_slip
from app.names import named
from app.ops import Op
from app.tx import Reader
from app.values import THOUSAND, show_quantity
from app.words import N_
from db.ids import made_id


@dataclass(frozen=True)
class KitLine:
    """A part of a kit: how many of it one kit holds, and how many can be had; in thousandths."""

    n: int
    id: bytes
    part_id: bytes
    part_no: str
    name: str
    unit: str
    qty: int
    available: int

    @property
    def kits(self) -> int:
        """For how many kits this part is enough."""
        return max(self.available, 0) // self.qty


def kit_lines(read: Reader, kit: bytes, site: bytes | None) -> list[KitLine]:
    """What a kit is made of, with what the sites in view have of it; of two parts that were merged since, the sum."""
    here, params = (" AND s.site_id = ?", [site]) if site else ("", [])
    return read.as_(
        KitLine,
        f"SELECT min(k.n), min(k.id), p.id, p.part_no, {named('p')}, p.unit, sum(k.qty), coalesce((SELECT sum(s.on_hand - s.reserved) "
        f"FROM part_stock s WHERE s.part_id = p.id{here}), 0) FROM kit_part k JOIN part p ON p.id = k.part_id "
        "WHERE k.kit_id = ? AND k.deleted = 0 GROUP BY p.id ORDER BY p.part_no",
        *params, kit,
    )  # fmt: skip


def kits_of(lines: Sequence[KitLine]) -> int:
    """How many whole kits can be issued: as many as the scarcest part allows."""
    return min((line.kits for line in lines), default=0)


def keep_kit(desk: Desk, kit: bytes, wanted: Mapping[bytes, int]) -> Done | None:
    """A kit is made of these parts and quantities from now on; None where it is already."""
    with desk.read() as read:
        if objections := list(_weigh(read, kit, wanted)):
            raise Refused(objections)
        ops = list(_changes(read, kit, wanted))
    return desk.perform(*ops) if ops else None


def _changes(read: Reader, kit: bytes, wanted: Mapping[bytes, int]) -> Iterator[Op]:
    rows = read.rows("SELECT id, part_id FROM kit_part WHERE kit_id = ? AND deleted = 0 ORDER BY id", kit)
    first = {part: row for row, part in reversed(rows)}
    for row, part in rows:
        old = read.get("kit_part", row)
        if part not in wanted or first[part] != row:
            yield Retire("kit_part", (row,))
        elif old and (op := patch("kit_part", old, qty=wanted[part])):
            yield op
    for part in wanted.keys() - {part for _row, part in rows}:
        line = made_id("kit", kit, part)  # alike on two laptops that put the same part into it
        known = read.get("kit_part", line)
        if known is None:
            yield create("kit_part", line, kit_id=kit, part_id=part, qty=wanted[part])
            continue
        yield Retire("kit_part", (line,), back=True)
        if op := patch("kit_part", known, qty=wanted[part]):
            yield op


def _weigh(read: Reader, kit: bytes, wanted: Mapping[bytes, int]) -> Iterator[Objection]:
    for part, qty in wanted.items():
        row = read.get("part", part)
        said = {"part": row["part_no"] if row else "", "quantity": show_quantity(qty)}
        if row is None or row["deleted"]:
            yield Objection("part", N_("This spare part is not in the register."))
        elif row["kind"] == "kit" or part == kit:
            yield Objection("kit", N_("{part} is a kit itself: put its parts into this one."), said)
        elif qty <= 0:
            yield Objection("none", N_("{part}: a kit cannot hold {quantity} of it."), said)


def issue_kit(
    desk: Desk,
    kit: bytes,
    count: int,
    *,
    work_order: bytes | None = None,
    equipment: bytes | None = None,
    taken_by: bytes | None = None,
    reason: str = "",
    anyway: str = "",
) -> tuple[Done, str]:
    """Issue so many kits (whole ones): every part of it on one slip, as one action; with it the slip's number."""
    with desk.read() as read:
        lines = kit_lines(read, kit, desk.site.id if desk.site else None)
    if not lines:
        raise AppError(N_("This kit has no parts yet. Put some into it first."))
    if count <= 0:
        raise AppError(N_("The quantity must be more than nothing."))
    if (there := kits_of(lines)) < count and not anyway:
        scarce = min(lines, key=lambda line: line.kits)
        text = N_("Only {there} kits can be issued: {part} is short. Issue {count} anyway?")
        said = {"there": there, "part": f"{scarce.part_no} {scarce.name}", "count": count}
        raise Refused([Objection("kit.short", text, said, may_override=True, field="qty")])
    taken = [Taken(line.part_id, None, line.qty * count) for line in lines]
    return issue_slip(
        desk,
        taken,
        work_order=work_order,
        equipment=equipment,
        taken_by=taken_by,
        reason=reason,
        anyway=anyway,
    )


def whole(qty: int) -> int:
    """A typed quantity as a number of kits. Raises AppError for half of one."""
    if qty % THOUSAND:
        raise AppError(N_("Kits are issued whole: {quantity} is none."), quantity=show_quantity(qty))
    return qty // THOUSAND
