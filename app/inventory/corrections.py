"""Pointing a booking to another order or quantity: one action that reverses it and books it anew; both stay in the ledger."""

from typing import Any

import msgspec

from app import values
from app.changes import Done
from app.desk import Desk
from app.errors import AppError
from app.inventory.away import between_sites
from app.inventory.booking import SERIES, reversal_of
from app.inventory.ledger import MovementRow, movement_rows
from app.inventory.ops import MoveStock
from app.ops import Op
from app.tx import Reader
from app.words import N_
from db.ids import new_id

#: So many of the newest bookings may be corrected at the station.
LAST = 200
_FOR = frozenset({"issue", "return"})
_SHOWN = frozenset({"issue", "return", "receipt", "transfer_out", "scrap"})


def correctable(read: Reader, site: bytes | None) -> list[MovementRow]:
    """The last bookings that still stand, newest first; of a transfer the half that left."""
    here, params = (" AND m.site_id = ?", [site]) if site else ("", [])
    marks = ", ".join("?" * len(_SHOWN))
    ids = read.rows(
        f"SELECT m.n FROM stock_movement m WHERE m.type IN ({marks}) AND m.reversal_of_id IS NULL AND NOT EXISTS "
        "(SELECT 1 FROM stock_movement r WHERE r.reversal_of_id = m.id) AND NOT EXISTS "
        f"(SELECT 1 FROM stock_transfer t WHERE t.id = m.transfer_id){here} ORDER BY m.n DESC LIMIT ?",
        *sorted(_SHOWN), *params, LAST,
    )  # fmt: skip
    return [row for row in movement_rows(read, [n for (n,) in ids]) if row]


def may_point(row: MovementRow) -> bool:
    """Whether the booking is for an order or a machine."""
    return row.type in _FOR


def correct_booking(
    desk: Desk,
    movement: bytes,
    *,
    qty: int | None = None,
    purpose: bytes | None = None,
    reason: str = "",
    anyway: str = "",
) -> Done:
    """Book a movement anew with another quantity, or for another order or machine. Raises AppError, Refused."""
    with desk.read() as read:
        halves = _halves(read, movement)
        target = _target(read, purpose)
    first = halves[0]
    same_goal = not target or all(first[f"{name}_id"] == value for name, value in target.items())
    if (qty is None or qty == first["qty"]) and same_goal:
        raise AppError(N_("Nothing was changed: choose another quantity, order or machine."))
    if target and first["type"] not in _FOR:
        raise AppError(N_("Only what was issued or returned is for an order or a machine."))
    reversals = [reversal_of(desk, half, reason) for half in halves]
    told = {"transfer": new_id() if first["transfer_id"] else None} | target
    pairs = zip(reversals, halves, strict=True)
    ops: list[Op] = [*reversals, *(_anew(desk, op, half, qty or half["qty"], told) for op, half in pairs)]
    return desk.perform(*ops, reason=anyway)


def _halves(read: Reader, movement: bytes) -> list[dict[str, Any]]:
    found = read.get("stock_movement", movement)
    if found is None:
        raise AppError(N_("This movement is not in the ledger."))
    if found["reversal_of_id"] or read.value(
        "SELECT 1 FROM stock_movement WHERE reversal_of_id = ?", movement
    ):
        raise AppError(N_("This movement has been reversed already."))
    if between_sites(read, found["transfer_id"]):
        raise AppError(N_("This went to another site. Take it back, then send what is right."))
    others = read.rows(
        "SELECT id FROM stock_movement WHERE transfer_id = ? AND id <> ? AND reversal_of_id IS NULL ORDER BY n",
        found["transfer_id"], movement,
    )  # fmt: skip
    return [found, *(row for (other,) in others if (row := read.get("stock_movement", other)))]


def _target(read: Reader, purpose: bytes | None) -> dict[str, bytes | None]:
    """Order and machine of the new purpose; empty where it stays."""
    if purpose is None:
        return {}
    order = read.get("work_order", purpose)
    if order is not None:
        return {"work_order": purpose, "equipment": order["equipment_id"]}
    return {"work_order": None, "equipment": purpose}


def _anew(desk: Desk, reversal: MoveStock, row: dict[str, Any], qty: int, told: dict[str, Any]) -> MoveStock:
    """The booking as it should have been; what was booked on an earlier day is booked anew today."""
    today = values.day_of(row["happened_at"], desk.timezone) == desk.today()
    return msgspec.structs.replace(
        reversal, number=desk.number(SERIES), type=row["type"], qty=qty, reversal_of=None,
        happened_at=row["happened_at"] if today else desk.now(), reason=reversal.reason or row["reason"],
        slip=row["slip_no"], taken_how=row["taken_how"], instead_of=row["id"], taken_back=reversal.number, **told,
    )  # fmt: skip
