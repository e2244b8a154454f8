"""Parts taken without the storekeeper (待仓管确认), several parts on one slip (领用单), and paper slips typed in later (补录)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec

from app.access import Actor, Permission
from app.changes import Done
from app.desk import Desk
from app.errors import AppError, Objection
from app.inventory import booking
from app.inventory.ops import MoveStock
from app.inventory.slips import Receiver, Slip, Taken, book_slip
from app.names import named, person
from app.ops import Id, Op, Subject, operation
from app.tx import Reader, Tx
from app.words import N_

__all__ = ["Taken", "WaitingRow", "confirm_taken", "correct_taken", "issue_slip", "refuse_taken", "waiting"]


@dataclass(frozen=True)
class WaitingRow:
    """A withdrawal that the storekeeper has not looked at yet."""

    movement_id: bytes
    number: str
    part_id: bytes
    part_no: str
    name: str
    unit: str
    bin: str
    qty: int
    happened_at: int
    what_for: str
    taken_by: str
    booked_by: str
    on_hand: int
    photo: bytes | None


@operation("stock.check", Permission.MOVE_STOCK, {"stock"})
class CheckTaken(Op, frozen=True, kw_only=True):
    """The storekeeper says of a withdrawal that it is right, that it was another quantity, or that it never was."""

    movement: Id
    site: Id
    decision: str
    at: int
    qty: int | None = None
    reason: str | None = None

    def check(self, read: Reader, actor: Actor) -> Iterator[Objection]:
        if read.value("SELECT 1 FROM movement_check WHERE movement_id = ?", self.movement):
            yield Objection("moved", N_("Somebody has moved this record on meanwhile. Look at it again."))
        if self.decision != "confirmed" and not (self.reason or "").strip():
            yield Objection("remark", N_("Please give the reason."), field="reason")

    def apply(self, tx: Tx) -> None:
        tx.insert(
            "movement_check",
            tx.made("check"),
            {
                "movement_id": self.movement, "site_id": self.site, "decision": self.decision, "at": self.at,
                "by_id": tx.op.actor, "qty": self.qty, "reason": self.reason,
            },
        )  # fmt: skip

    def subject(self) -> Subject:
        return "stock_movement", self.movement


def issue_slip(
    desk: Desk,
    lines: Sequence[Taken],
    *,
    work_order: bytes | None = None,
    equipment: bytes | None = None,
    taken_by: bytes | None = None,
    taken_how: str = "named",
    reason: str = "",
    happened_at: int | None = None,
    paper: str | None = None,
    anyway: str = "",
) -> tuple[Done, str]:
    """Parts leave the store on one slip; with it the slip's number.

    `paper` is the number of a slip that was written by hand and is typed in now, at `happened_at` its true time. Who may take
    parts but not keep the store takes them himself: that counts at once and waits for the storekeeper.
    """
    slip = Slip(
        lines, work_order=work_order, equipment=equipment, receiver=Receiver(taken_by, taken_how), reason=reason,
        happened_at=happened_at, paper=paper,
    )  # fmt: skip
    return book_slip(desk, slip, anyway)


def waiting(read: Reader, site: bytes | None, limit: int = 200) -> list[WaitingRow]:
    """The withdrawals that wait for the storekeeper, the oldest first."""
    here, params = (" AND m.site_id = ?", [site]) if site else ("", [])
    return read.as_(
        WaitingRow,
        f"SELECT m.id, m.movement_no, m.part_id, p.part_no, {named('p')}, p.unit, coalesce(l.code, ''), m.qty, m.happened_at, "
        "coalesce((SELECT code FROM work_order WHERE id = m.work_order_id), (SELECT code FROM equipment WHERE id = "
        "m.equipment_id), m.reason, ''), "
        f"coalesce((SELECT {named('t')} FROM staff t WHERE t.id = m.taken_by_id), ''), coalesce({person('m.by_id')}, ''), "
        "coalesce((SELECT sum(on_hand) FROM stock_level v WHERE v.part_id = m.part_id AND v.bin_id = m.bin_id), 0), "
        "(SELECT thumbnail FROM attachment a WHERE a.owner_table = 'stock_movement' AND a.owner_id = m.id LIMIT 1) "
        "FROM stock_movement m JOIN part p ON p.id = m.part_id LEFT JOIN location l ON l.id = m.bin_id "
        "WHERE m.entry = 'self' AND m.reversal_of_id IS NULL AND NOT EXISTS (SELECT 1 FROM movement_check c "
        f"WHERE c.movement_id = m.id) AND NOT EXISTS (SELECT 1 FROM stock_movement r WHERE r.reversal_of_id = m.id){here} "
        "ORDER BY m.happened_at, m.n LIMIT ?",
        *params, limit,
    )  # fmt: skip


def confirm_taken(desk: Desk, movement: bytes) -> Done:
    """The storekeeper finds a withdrawal right."""
    return desk.perform(_checked(desk, movement, "confirmed"))


def correct_taken(desk: Desk, movement: bytes, qty: int, *, reason: str, anyway: str = "") -> Done:
    """It was another quantity: the movement is reversed, the right one booked; both stay in sight."""
    with desk.read() as read:
        row = read.get("stock_movement", movement) or {}
    reversal = _reversal(desk, movement, reason)
    right = msgspec.structs.replace(
        reversal, number=desk.number(booking.SERIES), type=row["type"], qty=qty, reversal_of=None,
        happened_at=row["happened_at"], reason=reason, slip=row["slip_no"], taken_how=row["taken_how"],
    )  # fmt: skip
    return desk.perform(_checked(desk, movement, "corrected", qty, reason), reversal, right, reason=anyway)


def refuse_taken(desk: Desk, movement: bytes, *, reason: str) -> Done:
    """The part was not taken: the movement is reversed."""
    return desk.perform(_checked(desk, movement, "refused", None, reason), _reversal(desk, movement, reason))


def _reversal(desk: Desk, movement: bytes, reason: str) -> MoveStock:
    with desk.read() as read:
        row = read.get("stock_movement", movement)
    if row is None:
        raise AppError(N_("This movement is not in the ledger."))
    return booking.reversal_of(desk, row, reason)


def _checked(
    desk: Desk, movement: bytes, decision: str, qty: int | None = None, reason: str = ""
) -> CheckTaken:
    with desk.read() as read:
        row = read.get("stock_movement", movement)
    if row is None:
        raise AppError(N_("This movement is not in the ledger."))
    return CheckTaken(
        movement=movement,
        site=row["site_id"],
        decision=decision,
        at=desk.now(),
        qty=qty,
        reason=reason.strip() or None,
    )
