"""Pieces with serial numbers (序列号件): where each is now, and its life from receipt to scrap (R-4.4-k)."""

from dataclasses import dataclass

from app.inventory.ledger import MovementRow, movement_rows
from app.inventory.signs import signed
from app.names import named
from app.tx import Reader
from app.words import N_

#: Where a piece is, by its last movement.
PLACES = {
    "stock": N_("in stock"),
    "fitted": N_("fitted"),
    "issued": N_("issued"),
    "lent": N_("lent"),
    "scrapped": N_("scrapped"),
    "supplier": N_("back at the supplier"),
    "moving": N_("on the way"),
    "lost": N_("missing"),
}


@dataclass(frozen=True)
class Unit:
    """A piece: its number, where it is, the bin or machine or borrower, its batch, until when it keeps, since when."""

    serial: str
    place: str
    where: str
    batch: str
    expires: str
    since: int


def units_of(read: Reader, part: bytes) -> list[Unit]:
    """All pieces of a part that the ledger knows, those in stock first."""
    rows = read.rows(
        "SELECT m.serial, m.type, m.purchase_line_id IS NOT NULL, m.reversal_of_id IS NOT NULL, coalesce(m.batch, ''), "
        "m.happened_at, coalesce((SELECT code FROM location WHERE id = m.bin_id), ''), "
        f"coalesce((SELECT e.code || ' ' || {named('e')} FROM equipment e WHERE e.id = m.equipment_id), ''), "
        "coalesce((SELECT w.code FROM work_order w WHERE w.id = m.work_order_id), m.reason, ''), "
        f"(SELECT sum({signed('x')}) FROM stock_movement x WHERE x.part_id = m.part_id AND x.serial = m.serial), "
        "coalesce((SELECT min(x.expires_on) FROM stock_movement x WHERE x.part_id = m.part_id AND x.serial = m.serial), '') "
        "FROM stock_movement m WHERE m.part_id = ?1 AND m.serial IS NOT NULL AND m.n = (SELECT o.n FROM stock_movement o "
        "WHERE o.part_id = ?1 AND o.serial = m.serial ORDER BY o.happened_at DESC, o.n DESC LIMIT 1) ORDER BY m.serial",
        part,
    )
    found = []
    for serial, kind, bought, undone, batch, at, bin_code, machine, what_for, there, expires in rows:
        place = (
            "stock" if there > 0 else _place(kind, bought=bool(bought), undone=bool(undone), machine=machine)
        )
        found.append(
            Unit(serial, place, bin_code if place == "stock" else machine or what_for, batch, expires, at)
        )
    return sorted(found, key=lambda unit: (unit.place != "stock", unit.serial))


def _place(kind: str, *, bought: bool, undone: bool, machine: str) -> str:
    if bought or undone:
        return "supplier" if bought else "lost"
    if kind == "issue":
        return "fitted" if machine else "issued"
    return {"loan_out": "lent", "scrap": "scrapped", "transfer_out": "moving"}.get(kind, "lost")


def life_of(read: Reader, part: bytes, serial: str) -> list[MovementRow]:
    """Everything that happened to a piece, the oldest first."""
    sql = "SELECT n FROM stock_movement WHERE part_id = ? AND serial = ? ORDER BY happened_at, n"
    return [row for row in movement_rows(read, [n for (n,) in read.rows(sql, part, serial)]) if row]
