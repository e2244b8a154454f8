"""Loans (借出/借入): lent and borrowed parts and tools with a due date; returned, extended, or turned into an issue.

What is lent leaves the bin and stays ours: it comes back at the value it went out at. What is borrowed is not ours and is in no
bin; kept, it is received at a price and issued at once. A tool whose calibration has run out is not lent without a reason.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from app import values
from app.access import Actor, Permission
from app.changes import Done
from app.desk import Desk
from app.errors import AppError, Objection
from app.generic import Retire
from app.inventory import booking
from app.inventory.away import STILL_OUT, out_of
from app.inventory.ops import MoveStock
from app.names import named, person
from app.ops import Envelope, Id, Inverse, Op, Subject, operation
from app.tx import Reader, Tx
from app.words import N_
from db.ids import made_id, new_id

#: The series of loan numbers.
SERIES = "LN"
#: Days before the end of a calibration at which it is said.
CALIBRATION_AHEAD = 30
#: Until when it is lent, extensions included.
DUE = (
    "coalesce((SELECT e.due_on FROM loan_event e WHERE e.loan_id = l.id AND e.kind = 'extended' AND e.deleted = 0 "
    "ORDER BY e.at DESC, e.id DESC LIMIT 1), l.due_on)"
)


@dataclass(frozen=True)
class Terms:
    """Who has it, a colleague or a firm or department; until when, as an ISO date; and what for."""

    due_on: str
    staff: bytes | None = None
    party: str = ""
    reason: str = ""


@dataclass(frozen=True)
class LoanRow:
    """A loan as the list shows it; `out` is what has not come back."""

    id: bytes
    code: str
    direction: str
    part_id: bytes
    part_no: str
    name: str
    unit: str
    serial: str
    qty: int
    out: int
    who: str
    lent_at: int
    due_on: str
    booked_by: str
    reason: str
    site_id: bytes
    calibrated_until: str

    def state(self, today: str) -> str:
        """closed, overdue or out."""
        return "closed" if self.out <= 0 else "overdue" if self.due_on < today else "out"


@operation("loan.open", Permission.MOVE_STOCK, {"stock", "alerts"})
class OpenLoan(Op, frozen=True, kw_only=True):
    """A part or tool is lent or borrowed."""

    id: Id
    number: str
    site: Id
    direction: str
    part: Id
    qty: int
    lent_at: int
    due_on: str
    bin: bytes | None = None
    serial: str | None = None
    staff: bytes | None = None
    party: str | None = None
    reason: str | None = None
    today: str = ""

    def check(self, read: Reader, actor: Actor) -> Iterator[Objection]:
        if self.qty <= 0:
            yield Objection("stock.none", N_("The quantity must be more than nothing."), field="qty")
        if not self.staff and not (self.party or "").strip():
            yield Objection(
                "loan.who", N_("Say who has it: a colleague, a firm or a department."), field="who"
            )
        if self.due_on < self.today:
            yield Objection("loan.due", N_("The due date lies in the past."), field="due_on")
        if self.direction == "out":
            yield from self._check_calibration(read)

    def _check_calibration(self, read: Reader) -> Iterator[Objection]:
        until = calibrated_until(read, self.part, self.serial)
        if until and until < self.today:
            text = N_("The calibration of this tool ended on {day}. Lend it anyway?")
            yield Objection("loan.calibration", text, {"day": until}, may_override=True)

    def apply(self, tx: Tx) -> None:
        tx.insert(
            "loan",
            self.id,
            {
                "code": self.number, "site_id": self.site, "direction": self.direction, "part_id": self.part,
                "bin_id": self.bin, "serial": self.serial, "qty": self.qty,
                "staff_id": self.staff, "party": self.party, "lent_at": self.lent_at, "due_on": self.due_on,
                "by_id": tx.op.actor, "reason": self.reason,
            },
        )  # fmt: skip

    def inverse(self, read: Reader, envelope: Envelope) -> Inverse:
        """The loan never was; once something became of it, it stays."""
        followed = read.value("SELECT 1 FROM loan_event WHERE loan_id = ? AND deleted = 0", self.id)
        return Inverse([], (("loan", self.id),)) if followed else Inverse([Retire("loan", (self.id,))])

    def subject(self) -> Subject:
        return "loan", self.id


@operation("loan.event", Permission.MOVE_STOCK, {"stock", "alerts"})
class LoanEvent(Op, frozen=True, kw_only=True):
    """A loan comes back, is kept, or is extended; in parts if need be."""

    loan: Id
    site: Id
    kind: str
    qty: int
    at: int
    due_on: str | None = None
    reason: str | None = None

    def check(self, read: Reader, actor: Actor) -> Iterator[Objection]:
        out = out_of(read, self.loan)
        if self.kind != "extended" and not 0 < self.qty <= out:
            text = N_("Of this loan {quantity} are still out.")
            yield Objection("loan.more", text, {"quantity": values.show_quantity(out)}, field="qty")

    def apply(self, tx: Tx) -> None:
        tx.insert(
            "loan_event",
            tx.made("event"),
            {
                "loan_id": self.loan, "site_id": self.site, "kind": self.kind, "qty": self.qty,
                "due_on": self.due_on, "at": self.at, "by_id": tx.op.actor, "reason": self.reason,
            },
        )  # fmt: skip

    def inverse(self, read: Reader, envelope: Envelope) -> Inverse:
        return Inverse([Retire("loan_event", (made_id(envelope.op_id, "event"),))])

    def subject(self) -> Subject:
        return "loan", self.loan


@operation("tool.calibrate", Permission.EDIT_PARTS, {"inventory", "alerts"})
class Calibrate(Op, frozen=True, kw_only=True):
    """A tool was calibrated: until when that holds."""

    part: Id
    done_on: str
    valid_until: str
    serial: str | None = None
    certificate: str | None = None

    def check(self, read: Reader, actor: Actor) -> Iterator[Objection]:
        if self.valid_until <= self.done_on:
            yield Objection(
                "calibration", N_("It is valid until a day after the calibration."), field="valid_until"
            )

    def apply(self, tx: Tx) -> None:
        row = {
            "part_id": self.part, "serial": self.serial, "done_on": self.done_on,
            "valid_until": self.valid_until, "certificate": self.certificate,
        }  # fmt: skip
        tx.insert("tool_calibration", tx.made("calibration"), row)

    def subject(self) -> Subject:
        return "part", self.part


def lend(
    desk: Desk,
    part: bytes,
    place: bytes | None,
    qty: int,
    terms: Terms,
    *,
    serial: str | None = None,
    anyway: str = "",
) -> Done:
    """A part or tool leaves the store and is to come back (借出)."""
    with desk.read() as read:
        place = place or booking.bin_of(read, desk, part)
    move = booking.move_op(desk, "loan_out", part, place, qty)
    loan = msgspec.structs.replace(_opened(desk, "out", move, terms), bin=place, serial=serial)
    told = msgspec.structs.replace(
        move, loan=loan.id, serial=serial, taken_by=terms.staff, reason=terms.reason.strip() or None
    )
    return desk.perform(loan, told, reason=anyway)


def borrow(desk: Desk, part: bytes, qty: int, terms: Terms, *, serial: str | None = None) -> Done:
    """A part or tool of somebody else is here for a while (借入); it is in no bin and in no value of ours."""
    if desk.site is None:
        raise AppError(N_("Choose one site first."))
    lying = Lying(part, desk.site.id, qty)
    return desk.perform(msgspec.structs.replace(_opened(desk, "in", lying, terms), serial=serial))


def give_back(desk: Desk, loan: bytes, qty: int, *, reason: str = "") -> Done:
    """It comes back (归还), or goes back where it was borrowed."""
    row = _row(desk, loan)
    event = _event(desk, row, "returned", qty, reason=reason)
    back = _moved(desk, row, "loan_back", qty, reason) if row["direction"] == "out" else None
    return desk.perform(event, back)


def keep(
    desk: Desk,
    loan: bytes,
    qty: int,
    *,
    reason: str,
    work_order: bytes | None = None,
    place: bytes | None = None,
    unit_price: int | None = None,
) -> Done:
    """It does not come back: lent, it is issued (转领用); borrowed, it is received at a price and issued at once."""
    row = _row(desk, loan)
    event = _event(desk, row, "kept", qty, reason=reason)
    if row["direction"] == "out":
        first = _moved(desk, row, "loan_back", qty, reason)
    else:
        with desk.read() as read:
            place = place or booking.bin_of(read, desk, row["part_id"])
        price = booking.Price(unit_price) if unit_price is not None else None
        first = booking.move_op(desk, "receipt", row["part_id"], place, qty, price=price)
        first = msgspec.structs.replace(first, serial=row["serial"], reason=reason)
    issue = msgspec.structs.replace(
        first, type="issue", number=desk.number(booking.SERIES), loan=None, work_order=work_order,
        taken_by=row["staff_id"], reason=reason,
    )  # fmt: skip
    return desk.perform(event, first, issue)


def extend(desk: Desk, loan: bytes, due_on: str, *, reason: str) -> Done:
    """It may stay longer (续借)."""
    return desk.perform(_event(desk, _row(desk, loan), "extended", 0, due_on=due_on, reason=reason))


def calibrate(
    desk: Desk, part: bytes, done_on: str, valid_until: str, *, serial: str = "", certificate: str = ""
) -> Done:
    """Record the calibration of a tool (检定校准)."""
    op = Calibrate(
        part=part, done_on=done_on, valid_until=valid_until, serial=serial.strip() or None,
        certificate=certificate.strip() or None,
    )  # fmt: skip
    return desk.perform(op)


def loans(read: Reader, site: bytes | None, *, closed: bool = False) -> list[LoanRow]:
    """What is lent and borrowed, the longest due first; with `closed` also what has come back."""
    here, params = (" AND l.site_id = ?", [site]) if site else ("", [])
    still = "" if closed else f" AND {STILL_OUT} > 0"
    return read.as_(
        LoanRow,
        f"SELECT l.id, l.code, l.direction, l.part_id, p.part_no, {named('p')}, p.unit, coalesce(l.serial, ''), l.qty, "
        f"{STILL_OUT}, coalesce((SELECT {named('t')} FROM staff t WHERE t.id = l.staff_id), l.party, ''), l.lent_at, {DUE}, "
        f"coalesce({person('l.by_id')}, ''), coalesce(l.reason, ''), l.site_id, coalesce({_UNTIL}, '') "
        f"FROM loan l JOIN part p ON p.id = l.part_id WHERE l.deleted = 0{here}{still} ORDER BY 13, l.code",
        *params,
    )


_UNTIL = (
    "(SELECT max(c.valid_until) FROM tool_calibration c WHERE c.part_id = l.part_id "
    "AND coalesce(c.serial, '') = coalesce(l.serial, '') AND c.deleted = 0)"
)


def calibrated_until(read: Reader, part: bytes, serial: str | None) -> str | None:
    """Until when a tool is calibrated; None where nothing is recorded of it."""
    found = read.value(
        "SELECT max(valid_until) FROM tool_calibration WHERE part_id = ? AND coalesce(serial, '') = ? AND deleted = 0",
        part, serial or "",
    )  # fmt: skip
    return str(found) if found else None


@dataclass(frozen=True)
class Lying:
    """What is borrowed, and where it is."""

    part: bytes
    site: bytes
    qty: int


def _opened(desk: Desk, direction: str, what: Lying | MoveStock, terms: Terms) -> OpenLoan:
    return OpenLoan(
        id=new_id(), number=desk.number(SERIES), site=what.site, direction=direction, part=what.part,
        qty=what.qty, lent_at=desk.now(), due_on=terms.due_on, staff=terms.staff,
        party=terms.party.strip() or None, reason=terms.reason.strip() or None, today=desk.today(),
    )  # fmt: skip


def _row(desk: Desk, loan: bytes) -> dict[str, Any]:
    with desk.read() as read:
        row = read.get("loan", loan)
    if row is None:
        raise AppError(N_("This loan is not here any more. Look it up again."))
    return row


def _event(
    desk: Desk, row: dict[str, Any], kind: str, qty: int, *, due_on: str | None = None, reason: str = ""
) -> LoanEvent:
    return LoanEvent(
        loan=row["id"], site=row["site_id"], kind=kind, qty=qty, at=desk.now(), due_on=due_on,
        reason=reason.strip() or None,
    )  # fmt: skip


def _moved(desk: Desk, row: dict[str, Any], kind: str, qty: int, reason: str) -> MoveStock:
    part, place = row["part_id"], row["bin_id"]
    move = booking.move_op(desk, kind, part, place, qty)
    return msgspec.structs.replace(move, loan=row["id"], serial=row["serial"], reason=reason.strip() or None)
