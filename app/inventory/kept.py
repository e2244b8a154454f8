"""What a part, a bin or a supplier is still needed for, so that stock is never hidden, and which of them are not one and the same."""

from collections.abc import Iterator, Mapping
from typing import Any

from app import values
from app.alerts.rules import Rule, declare
from app.alerts.situations import Situation, keep
from app.changes import ALERTS
from app.errors import Objection
from app.follow import follows, needs_row, pairs_row
from app.inventory.signs import signed
from app.settle import settles
from app.tx import Derive, Reader, Tx
from app.words import N_

_BINS_OF = f"""
SELECT l.code, sum({signed("m")}) FROM stock_movement m LEFT JOIN location l ON l.id = m.bin_id
WHERE m.part_id = ? GROUP BY m.bin_id, l.code HAVING sum({signed("m")}) <> 0 ORDER BY 2 DESC, 1"""
_PARTS_IN = f"""
SELECT p.part_no, sum({signed("m")}) FROM stock_movement m LEFT JOIN part p ON p.id = m.part_id
WHERE m.bin_id = ? GROUP BY m.part_id, p.part_no HAVING sum({signed("m")}) <> 0 ORDER BY 2 DESC, 1"""
_ORDERED = (
    "SELECT o.code FROM purchase_line l JOIN purchase_order o ON o.id = l.order_id WHERE l.{column} = ? AND l.deleted = 0 "
    "AND o.deleted = 0 AND o.status NOT IN ('received', 'closed', 'cancelled') ORDER BY o.code"
)
_OF_SUPPLIER = (
    "SELECT code FROM purchase_order WHERE supplier_id = ? AND deleted = 0 "
    "AND status NOT IN ('received', 'closed', 'cancelled') ORDER BY code"
)


@needs_row("part")
def part_is_needed(read: Reader, part: bytes) -> Iterator[Objection]:
    """A part that lies somewhere or is on order stays in the register."""
    code = (read.get("part", part) or {}).get("part_no")
    if found := read.row(_BINS_OF, part):
        text = N_(
            "{part} still has stock: {quantity} in {bin}. Book it out first, or set the part to obsolete."
        )
        said = {"part": code, "quantity": values.show_quantity(int(found[1])), "bin": found[0] or "?"}
        yield Objection("part.stock", text, said)
    if order := read.value(_ORDERED.format(column="part_id"), part):
        text = N_("{part} is on the purchase order {order}. Cancel that first, or set the part to obsolete.")
        yield Objection("part.ordered", text, {"part": code, "order": order})


@needs_row("location")
def bin_is_needed(read: Reader, place: bytes) -> Iterator[Objection]:
    """A bin in which something lies stays."""
    if found := read.row(_PARTS_IN, place):
        text = N_("{place} holds stock: {quantity} of {part}. Transfer it to another bin first.")
        row = read.get("location", place) or {}
        said = {
            "place": row.get("code"),
            "part": found[0] or "?",
            "quantity": values.show_quantity(int(found[1])),
        }
        yield Objection("place.stock", text, said)


@needs_row("supplier")
def supplier_is_needed(read: Reader, supplier: bytes) -> Iterator[Objection]:
    """A supplier with an order that runs stays."""
    if order := read.value(_OF_SUPPLIER, supplier):
        text = N_("{supplier} has the purchase order {order}. Finish or cancel it first.")
        row = read.get("supplier", supplier) or {}
        yield Objection("supplier.ordered", text, {"supplier": row.get("code"), "order": order})


@pairs_row("part")
def parts_are_unlike(read: Reader, old: bytes, kept: bytes) -> Iterator[Objection]:
    """Two parts that are counted in different units, or of which one is a kit, are not one."""
    one, other = read.get("part", old) or {}, read.get("part", kept) or {}
    said = {name: row.get(field) for name, row, field in _named(one, other)}
    if one.get("unit") != other.get("unit"):
        text = N_(
            "{old} is kept in {old_unit}, {kept} in {kept_unit}: their quantities cannot be added up. "
            "Give both the same unit first."
        )
        yield Objection("merge.unit", text, said)
    elif (one.get("kind") == "kit") != (other.get("kind") == "kit"):
        text = N_("One of {old} and {kept} is a kit, the other is not: they cannot be merged.")
        yield Objection("merge.kit", text, said)


def _named(one: Mapping[str, Any], other: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any], str]]:
    for name, row in (("old", one), ("kept", other)):
        yield name, row, "part_no"
        yield f"{name}_unit", row, "unit"


@pairs_row("location")
def places_are_unlike(read: Reader, old: bytes, kept: bytes) -> Iterator[Objection]:
    """Two places at different sites are not one: the stock would change its site without a transfer."""
    one, other = read.get("location", old) or {}, read.get("location", kept) or {}
    if one.get("site_id") != other.get("site_id"):
        text = N_("{old} and {kept} are at different sites: they cannot be merged. Transfer the stock.")
        yield Objection("merge.site", text, {"old": one.get("code"), "kept": other.get("code")})


def weigh_unit(read: Reader, part: bytes, new: Mapping[str, Any]) -> Iterator[Objection]:
    """The unit of a part that has moved: its quantities stay as they are, so it must be the same unit by another name."""
    row = read.get("part", part)
    if row is None or row["unit"] == new["unit"]:
        return
    if read.value("SELECT 1 FROM stock_movement WHERE part_id = ? LIMIT 1", part):
        text = N_(
            "{part} has stock movements in {old}; their figures stay as they are. "
            "Is {new} only another name for the same unit?"
        )
        said = {"part": row["part_no"], "old": row["unit"], "new": new["unit"]}
        yield Objection("part.unit", text, said, may_override=True, field="unit")


@follows("part", {"unit"}, weigh_unit)
def keep_figures(_tx: Tx, _part: bytes) -> None:
    """Nothing goes along: quantities are numbers of the unit, whatever it is called."""


GONE = declare(
    Rule(
        "part.gone",
        N_("Stock of a deleted part"),
        N_("{name}: {quantity} {unit} in stock, but the part was deleted"),
        N_("One laptop deleted the part while another one booked it."),
        N_("Bring the part back from its history, or book the stock out."),
    )
)
_TOUCHED = "SELECT id FROM temp.touched WHERE tbl = '{table}'"
#: Deleted parts that were touched, or that a touched movement is of; a part that was just brought back, too.
_CONCERNED = f"""
SELECT p.id FROM part p WHERE p.id IN ({_TOUCHED.format(table="part")})
UNION SELECT p.id FROM stock_movement m JOIN part p ON p.id = m.part_id
  WHERE p.deleted = 1 AND m.id IN ({_TOUCHED.format(table="stock_movement")})"""
_HIDDEN = """
SELECT p.id, s.site_id, p.part_no, p.name, p.unit, s.on_hand, s.last_move_at FROM part p JOIN part_stock s ON s.part_id = p.id
WHERE p.id = ? AND p.deleted = 1 AND s.on_hand <> 0 ORDER BY s.site_id"""


@settles("deleted parts", {"part", "stock_movement"}, ALERTS, order=68)
def warn_of_hidden(derive: Derive) -> bool:
    """One alert for each site at which something lies of a part that was deleted."""
    parts = {part for (part,) in derive.rows(_CONCERNED)}
    if not parts:
        return False
    found = [
        Situation(
            GONE.code, (part, site), 2, "part", part, site, at or 0,
            {"name": f"{code} {name}", "unit": unit, "quantity": values.show_quantity(on_hand)},
        )
        for one in sorted(parts)
        for part, site, code, name, unit, on_hand, at in derive.rows(_HIDDEN, one)
    ]  # fmt: skip
    return keep(derive, GONE.code, found, subjects=parts)
