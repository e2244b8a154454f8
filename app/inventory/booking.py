"""What the storekeeper does: issue, receive, return, transfer, adjust, scrap, and take a slip of the finger back (R-4.4-b, g)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from app.access import Permission
from app.changes import Done
from app.desk import Desk
from app.errors import AppError
from app.inventory.away import between_sites
from app.inventory.ops import MoveStock
from app.inventory.purchases import price_at_home
from app.inventory.signs import OPPOSITE
from app.inventory.stores import warehouse_above
from app.inventory.value import State, average
from app.tx import Reader
from app.words import N_
from db.ids import new_id

#: The series of movement numbers.
SERIES = "SM"


@dataclass(frozen=True)
class Price:
    """A unit price in ten-thousandths, whether it holds the tax (net, gross), and the rate in thousandths of a per cent."""

    price: int | None
    tax: str | None = None
    rate: int | None = None

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "Price":
        """The price that a row of a register or an order names."""
        return cls(row["unit_price"], row["price_tax"], row["tax_rate"])


def issue_part(
    desk: Desk,
    part: bytes,
    place: bytes | None,
    qty: int,
    *,
    work_order: bytes | None = None,
    equipment: bytes | None = None,
    taken_by: bytes | None = None,
    reason: str = "",
    batch: str | None = None,
    anyway: str = "",
) -> Done:
    """A part leaves the store (领用) for a work order, a machine or a reason; `anyway` overrides what may be overridden."""
    op = taken_op(desk, "issue", part, place, qty, batch=batch, work_order=work_order, equipment=equipment)
    entry = None if desk.may(Permission.MOVE_STOCK) else "self"
    taken_by = taken_by or (desk.actor.staff_id if entry else None)
    return _book(desk, op, anyway, taken_by=taken_by, reason=reason, entry=entry)


def return_part(
    desk: Desk,
    part: bytes,
    place: bytes | None,
    qty: int,
    *,
    work_order: bytes | None = None,
    equipment: bytes | None = None,
    taken_by: bytes | None = None,
    reason: str = "",
    batch: str | None = None,
    serial: str | None = None,
    anyway: str = "",
) -> Done:
    """A part that was not used comes back (退库); the cost of the order and the machine falls with it."""
    op = taken_op(desk, "return", part, place, qty, batch=batch, work_order=work_order, equipment=equipment)
    return _book(desk, op, anyway, taken_by=taken_by, reason=reason, serial=serial)


def taken_op(
    desk: Desk,
    kind: str,
    part: bytes,
    place: bytes | None,
    qty: int,
    *,
    batch: str | None = None,
    work_order: bytes | None = None,
    equipment: bytes | None = None,
) -> MoveStock:
    """The movement of a part that is issued or returned: its bin, its oldest batch and the machine of its order filled in."""
    with desk.read() as read:
        place = place or bin_of(read, desk, part)
        machine = equipment or (read.get("work_order", work_order) or {}).get("equipment_id")
        if kind == "issue":
            batch = batch or _oldest(read, part, place, qty)
    return move_op(desk, kind, part, place, qty, batch=batch, work_order=work_order, equipment=machine)


def receive_part(
    desk: Desk,
    part: bytes,
    place: bytes | None,
    qty: int,
    *,
    purchase_line: bytes | None = None,
    unit_price: int | None = None,
    price_tax: str | None = None,
    tax_rate: int | None = None,
    batch: str | None = None,
    serial: str | None = None,
    reason: str = "",
    anyway: str = "",
) -> Done:
    """Parts arrive (入库), for a line of a purchase order, which then moves on, or without one."""
    with desk.read() as read:
        place = place or bin_of(read, desk, part)
        line = read.get("purchase_line", purchase_line)
        price = _ordered_at(read, line) if line else None
    if unit_price is not None:
        price = Price(unit_price, price_tax, tax_rate)
    op = move_op(desk, "receipt", part, place, qty, batch=batch, price=price)
    return _book(desk, op, anyway, purchase_line=purchase_line, serial=serial, reason=reason)


def send_back(
    desk: Desk,
    purchase_line: bytes,
    place: bytes | None,
    qty: int,
    *,
    reason: str,
    batch: str | None = None,
    serial: str | None = None,
    anyway: str = "",
) -> Done:
    """Parts go back to their supplier (退货), with the reason: less of the line has been received from now on."""
    _demand(reason)
    with desk.read() as read:
        line = read.get("purchase_line", purchase_line)
        if line is None:
            raise AppError(N_("This line is not in the purchase order any more. Look at it again."))
        place = place or bin_of(read, desk, line["part_id"])
        batch = batch or _oldest(read, line["part_id"], place, qty)
        price = _ordered_at(read, line)
    op = move_op(desk, "issue", line["part_id"], place, qty, batch=batch, price=price)
    return _book(desk, op, anyway, purchase_line=purchase_line, serial=serial, reason=reason)


def _ordered_at(read: Reader, line: Mapping[str, Any]) -> Price | None:
    """The price of a purchase line in the site's currency; None where the order says none."""
    price = price_at_home(read, line)
    return None if price is None else Price(price, line["price_tax"], line["tax_rate"])


def transfer_part(
    desk: Desk,
    part: bytes,
    source: bytes,
    target: bytes,
    qty: int,
    *,
    batch: str | None = None,
    reason: str = "",
    anyway: str = "",
) -> Done:
    """Parts move to another bin or another site (调拨): two movements of one transfer, one action."""
    told = {"transfer": new_id(), "reason": reason or None}
    out = _told(move_op(desk, "transfer_out", part, source, qty, batch=batch), facing=target, **told)
    price = Price(out.unit_price, out.price_tax, out.tax_rate)
    into = move_op(desk, "transfer_in", part, target, qty, batch=batch, price=price)
    return desk.perform(out, _told(into, facing=source, **told), reason=anyway)


def adjust_stock(
    desk: Desk,
    part: bytes,
    place: bytes,
    difference: int,
    *,
    reason: str,
    batch: str | None = None,
    count: bytes | None = None,
    anyway: str = "",
) -> Done:
    """The books follow what lies there (盘盈盘亏): a gain or a loss, with its reason."""
    _demand(reason)
    kind = "adjust_gain" if difference > 0 else "adjust_loss"
    op = move_op(desk, kind, part, place, abs(difference), batch=batch)
    return _book(desk, op, anyway, count=count, reason=reason)


def scrap_part(
    desk: Desk,
    part: bytes,
    place: bytes,
    qty: int,
    *,
    reason: str,
    batch: str | None = None,
    serial: str | None = None,
    anyway: str = "",
) -> Done:
    """Parts that are spoiled leave the books (报废), with the reason."""
    _demand(reason)
    op = move_op(desk, "scrap", part, place, qty, batch=batch)
    return _book(desk, op, anyway, reason=reason, serial=serial)


def reverse_movement(desk: Desk, movement: bytes, *, reason: str = "") -> Done:
    """Take a movement back by its opposite (冲销); of a transfer, both halves."""
    with desk.read() as read:
        found = read.get("stock_movement", movement)
        if found is None:
            raise AppError(N_("This movement is not in the ledger."))
        if found["reversal_of_id"]:
            raise AppError(N_("A reversal cannot be reversed. Book the movement again instead."))
        halves = [found]
        if found["transfer_id"] and not between_sites(read, found["transfer_id"]):
            others = read.rows(
                "SELECT id FROM stock_movement WHERE transfer_id = ? AND id <> ? AND reversal_of_id IS NULL",
                found["transfer_id"], movement,
            )  # fmt: skip
            halves += [row for (other,) in others if (row := read.get("stock_movement", other))]
    return desk.perform(*(reversal_of(desk, half, reason) for half in halves))


def reversal_of(desk: Desk, row: dict[str, Any], reason: str) -> MoveStock:
    """The opposite of a movement, now: it counts in the open month whatever month the first one was in."""
    with desk.read() as read:
        facing = _facing(read, row)
    return MoveStock(
        number=desk.number(SERIES), type=OPPOSITE[row["type"]], part=row["part_id"], site=row["site_id"],
        bin=row["bin_id"], qty=row["qty"], happened_at=desk.now(), batch=row["batch"], serial=row["serial"],
        unit_price=row["unit_price"], price_tax=row["price_tax"], tax_rate=row["tax_rate"],
        work_order=row["work_order_id"], equipment=row["equipment_id"],
        purchase_line=row["purchase_line_id"], count=row["count_id"], transfer=row["transfer_id"], facing=facing,
        loan=row["loan_id"], taken_by=row["taken_by_id"], reason=reason or None, reversal_of=row["id"],
    )  # fmt: skip


def _facing(read: Reader, row: Mapping[str, Any]) -> bytes | None:
    """The bin at the other end of a transfer within the site; None where there is none."""
    found = row["transfer_id"] and read.value(
        "SELECT bin_id FROM stock_movement WHERE transfer_id = ? AND site_id = ? AND type <> ? "
        "AND reversal_of_id IS NULL ORDER BY n",
        row["transfer_id"], row["site_id"], row["type"],
    )  # fmt: skip
    return found if isinstance(found, bytes) else None


def bin_of(read: Reader, desk: Desk, part: bytes) -> bytes:
    """The bin that a part is taken from or put into: where most of it lies, or its usual one. Raises AppError."""
    here, params = (" AND +site_id = ?", [desk.site.id]) if desk.site else ("", [])
    found = read.value(
        f"SELECT bin_id FROM stock_level WHERE part_id = ? AND on_hand > 0{here} ORDER BY on_hand DESC LIMIT 1",
        part, *params,
    ) or read.value(
        f"SELECT bin_id FROM stock_policy WHERE part_id = ? AND bin_id IS NOT NULL AND deleted = 0{here} LIMIT 1",
        part, *params,
    )  # fmt: skip
    if not isinstance(found, bytes):
        raise AppError(N_("Choose the bin: this part has none yet."))
    return found


def _oldest(read: Reader, part: bytes, place: bytes, qty: int) -> str | None:
    """The batch to take first: the one that came first and is enough; None where there are no batches."""
    found = read.value(
        "SELECT l.batch FROM stock_level l WHERE l.part_id = ? AND l.bin_id = ? AND l.batch <> '' AND l.on_hand >= ? "
        "ORDER BY (SELECT min(happened_at) FROM stock_movement m WHERE m.part_id = l.part_id "
        "AND m.bin_id = l.bin_id AND m.batch = l.batch), l.batch LIMIT 1",
        part, place, qty,
    )  # fmt: skip
    return str(found) if found else None


def move_op(
    desk: Desk,
    kind: str,
    part: bytes,
    place: bytes,
    qty: int,
    *,
    batch: str | None = None,
    price: Price | None = None,
    work_order: bytes | None = None,
    equipment: bytes | None = None,
) -> MoveStock:
    """The movement at this moment, at the bin's site and at its price; it gets its number last."""
    with desk.read() as read:
        bin_row, row = read.get("location", place), read.get("part", part)
        if bin_row is None or row is None:
            raise AppError(N_("This part or bin is not in the register any more. Look it up again."))
        price = price or _price(read, kind, row, bin_row)
    return MoveStock(
        number=desk.number(SERIES), type=kind, part=part, site=bin_row["site_id"], bin=place, qty=qty,
        happened_at=desk.now(), batch=batch, unit_price=price.price, price_tax=price.tax, tax_rate=price.rate,
        work_order=work_order, equipment=equipment,
    )  # fmt: skip


def _price(read: Reader, kind: str, part: dict[str, Any], place: dict[str, Any]) -> Price:
    """What comes is at the register's price, what goes at the average of its store as it is known here."""
    if kind not in {"receipt", "opening"} and (mean := mean_price(read, part["id"], place)) is not None:
        return Price(mean)
    return Price(part["unit_price"], part["price_tax"], part["tax_rate"])


def mean_price(read: Reader, part: bytes, place: Mapping[str, Any]) -> int | None:
    """The moving average of a part in the store of a bin, without tax; None where no price was ever booked."""
    store = warehouse_above(read, place["id"], place["site_id"]) or place["site_id"]
    found = read.row(
        "SELECT on_hand, worth, base_qty, base_worth FROM stock_worth WHERE part_id = ? AND site_id = ? AND store_id = ?",
        part, place["site_id"], store,
    )  # fmt: skip
    return (average(State(*found)) or None) if found else None


def _demand(reason: str) -> None:
    if not reason.strip():
        raise AppError(N_("Please give the reason."))


def _book(desk: Desk, op: MoveStock, anyway: str, *, reason: str = "", **told: Any) -> Done:
    """Do one movement with what was told of it besides."""
    return desk.perform(_told(op, reason=reason or None, **told), reason=anyway)


def _told(op: MoveStock, **more: Any) -> MoveStock:
    return msgspec.structs.replace(op, **more)
