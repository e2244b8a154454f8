"""A bin that is hung into another warehouse takes what lies in it along: out of the old books at their average, into the new ones.

What was booked before stays with the old warehouse, closed months of it included. The transfer is booked where the change of
the place is applied, so also what another laptop put into the bin meanwhile comes along.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from app.errors import Objection
from app.follow import follows
from app.inventory.ops import MoveStock, book, posting
from app.inventory.stores import Stray, strays, warehouse_above
from app.tx import Reader, Tx
from app.words import N_

#: What is said before stock changes its books with its bin.
STOCK = "place.stock"


def weigh_place(read: Reader, place: bytes, new: Mapping[str, Any]) -> Iterator[Objection]:
    """Stock in a bin is transferred, not hung elsewhere; who moves a whole shelf says why."""
    row = read.get("location", place)
    if row is None:
        return
    now = row | dict(new)
    if now["site_id"] != row["site_id"]:
        yield from _leaves_site(read, row)
        return
    itself = now["location_type"] == "warehouse"
    above = place if itself else warehouse_above(read, now["parent_id"], row["site_id"])
    if found := strays(read, place, row["site_id"], above):
        text = N_(
            "{place} holds stock ({count} items) that is in the books of another warehouse. "
            "Transfer the stock first, or say why it moves with its bin."
        )
        said = {"place": row["code"], "count": len(found)}
        yield Objection(STOCK, text, said, may_override=True, field="parent_id")


def _leaves_site(read: Reader, row: Mapping[str, Any]) -> Iterator[Objection]:
    if read.value("SELECT 1 FROM stock_level WHERE bin_id = ? AND on_hand <> 0", row["id"]):
        text = N_("{place} holds stock. Send it to the other site first.")
        yield Objection(STOCK, text, {"place": row["code"]}, field="site_id")


@follows("location", {"parent_id", "location_type", "site_id"}, weigh_place)
def take_along(tx: Tx, place: bytes) -> None:
    """Bring the books of the warehouses in line with where the bins at or below a place hang now."""
    row = tx.exactly("location", place)
    if row is None:
        return
    tx.hold("site", row["site_id"], alone=True)
    above = warehouse_above(tx, place, row["site_id"])
    for stray in strays(tx, place, row["site_id"], above):
        _move_over(tx, row["site_id"], stray, above)


def _move_over(tx: Tx, site: bytes, stray: Stray, above: bytes | None) -> None:
    """Out of one store and into the other, in the same bin; a balance below nothing goes the other way."""
    role = b"".join((stray.part, stray.bin, stray.warehouse or b"")).hex() + stray.batch + "/" + stray.serial
    ways = [("transfer_out", stray.warehouse), ("transfer_in", above)]
    if stray.qty < 0:
        ways = [("transfer_out", above), ("transfer_in", stray.warehouse)]
    posted = posting(tx, site, {stray.warehouse, above}, tx.op.wall)
    reason = next((one.reason for one in tx.op.overrides if one.code == STOCK), None)
    for kind, warehouse in ways:
        movement = tx.made(f"{kind}:{role}")
        move = MoveStock(
            number=f"TR-{movement.hex()[-8:].upper()}", type=kind, part=stray.part, site=site, bin=stray.bin,
            qty=abs(stray.qty), happened_at=tx.op.wall, batch=stray.batch or None, serial=stray.serial or None,
            expires=stray.expires if kind == "transfer_in" else None, transfer=tx.made(f"hung:{role}"), reason=reason,
        )  # fmt: skip
        book(tx, movement, move, warehouse, posted)
