"""ABC by the value of what is used, VED by a person, and what both say together (R-4.4-e, f)."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.changes import Done
from app.desk import Desk
from app.errors import AppError
from app.generic import MAX_ROWS, Patch, PatchRow
from app.inventory.reorder import A_TO, B_TO, abc
from app.inventory.signs import USED
from app.names import named
from app.tx import Reader
from app.words import N_

ABC, VED = ("A", "B", "C"), ("V", "E", "D")
#: The ways to say what a year's use is worth.
BASES = {"register": N_("Use a year of the register"), "ledger": N_("Issues of the last 12 months")}
DAY = 86_400_000


@dataclass(frozen=True)
class Change:
    """A part whose class would change."""

    part_id: bytes
    part_no: str
    name: str
    value: int
    before: str
    after: str


def use_values(read: Reader, site: bytes | None, basis: str, now: int) -> dict[bytes, int]:
    """Part -> the value of a year's use in hundredths, of the active parts in view."""
    here, params = (" AND s.site_id = ?", [site]) if site else ("", [])
    used, more = "p.annual_usage", []
    if basis == "ledger":
        mine = " AND +m.site_id = ?" if site else ""
        used = (
            "(SELECT max(sum(CASE m.type WHEN 'issue' THEN m.qty ELSE -m.qty END), 0) FROM stock_movement m "
            f"WHERE m.part_id = p.id AND {USED} AND m.happened_at >= ?{mine})"
        )
        more = [now - 365 * DAY, *params]
    rows = read.rows(
        f"SELECT p.id, coalesce(({used} * p.unit_price + 50000) / 100000, 0) FROM part p WHERE p.deleted = 0 "
        f"AND p.status = 'active' AND EXISTS (SELECT 1 FROM part_stock s WHERE s.part_id = p.id{here})",
        *more,
        *params,
    )
    return dict(rows)


def changes(
    read: Reader,
    site: bytes | None,
    now: int,
    *,
    basis: str = "register",
    limits: tuple[Decimal, Decimal] = (A_TO, B_TO),
) -> list[Change]:
    """The parts whose ABC class does not follow from the value of their use, the dearest first."""
    if not 0 < limits[0] < limits[1] <= 1:
        raise AppError(N_("The limit of A must be below that of B, and both between 0 and 100 %."))
    worth = use_values(read, site, basis, now)
    wanted = abc(worth.items(), limits)
    rows = read.rows(
        f"SELECT p.id, p.part_no, {named('p')}, coalesce(p.abc_class, '') FROM part p WHERE p.deleted = 0"
    )
    found = [
        Change(part, number, name, worth[part], before, wanted[part])
        for part, number, name, before in rows
        if part in wanted and before != wanted[part]
    ]
    return sorted(found, key=lambda change: (-change.value, change.part_no))


def reclassify(desk: Desk, chosen: Sequence[Change]) -> Done:
    """The parts get their computed classes, in one action."""
    rows = [
        PatchRow(change.part_id, {"abc_class": (change.before or None, change.after)}) for change in chosen
    ]
    if not rows:
        raise AppError(N_("Every part has the class that follows from its use."))
    ops = [Patch("part", tuple(rows[start : start + MAX_ROWS])) for start in range(0, len(rows), MAX_ROWS)]
    return desk.perform(*ops)
