"""A filled form of the store becomes its booking."""

from typing import Any

from app.changes import Done
from app.desk import Desk
from app.errors import AppError
from app.inventory import booking, finders
from app.inventory.taking import Taken, issue_slip
from app.photos import attach_photo, read_photo
from app.words import N_


def book(desk: Desk, kind: str, filled: dict[str, Any], anyway: str = "") -> tuple[Done, int]:
    """Do the booking of a filled form; with it what is on hand of the part afterwards."""
    part, place, qty = filled["part_id"], filled["bin_id"], filled["qty"]
    photo = filled.get("photo")
    if photo:
        read_photo(photo, desk.timezone)  # what is no photo is said before anything is booked
    reason = filled.get("reason") or ""
    match kind:
        case "issue" | "return":
            done = _take_or_return(desk, kind, filled, anyway)
        case "receipt":
            done = booking.receive_part(
                desk, part, place, qty, purchase_line=filled.get("line"), unit_price=filled.get("unit_price"),
                price_tax=filled.get("price_tax"), tax_rate=filled.get("tax_rate"), serial=filled.get("serial") or None,
                batch=filled.get("batch") or None, reason=reason, anyway=anyway,
            )  # fmt: skip
        case "transfer":
            done = booking.transfer_part(
                desk, part, place, filled["target"], qty, reason=reason, anyway=anyway
            )
        case "adjust":
            with desk.read() as read:
                difference = qty - finders.on_hand_in(read, part, place)
            if not difference:
                raise AppError(N_("The books say the same: there is nothing to correct."))
            done = booking.adjust_stock(desk, part, place, difference, reason=reason, anyway=anyway)
        case _:
            serial = filled.get("serial") or None
            done = booking.scrap_part(desk, part, place, qty, reason=reason, serial=serial, anyway=anyway)
    if photo:
        attach_photo(desk, photo, "stock_movement", done.op_ids[0])
    with desk.read() as read:
        return done, finders.on_hand(read, part)


def _take_or_return(desk: Desk, kind: str, filled: dict[str, Any], anyway: str) -> Done:
    purpose = filled.get("purpose")
    with desk.read() as read:
        order = purpose if purpose and finders.is_order(read, purpose) else None
    machine, reason = None if order else purpose, filled.get("reason") or ""
    serial = filled.get("serial") or None
    if kind == "issue":
        line = Taken(filled["part_id"], filled["bin_id"], filled["qty"], serial=serial)
        done, _slip = issue_slip(
            desk, [line], work_order=order, equipment=machine, taken_by=filled.get("taken_by"),
            taken_how=filled.get("taken_how") or "named", reason=reason, anyway=anyway,
        )  # fmt: skip
        return done
    return booking.return_part(
        desk, filled["part_id"], filled["bin_id"], filled["qty"], work_order=order, equipment=machine,
        taken_by=filled.get("taken_by"), reason=reason, serial=serial, anyway=anyway,
    )  # fmt: skip
