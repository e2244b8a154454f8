"""Transfers between sites (调拨在途): out here, in there, by one transfer; what has not arrived is in transit.

The transfer itself lies in the common bucket, so that the receiving site sees what is on its way although it does not hold the
sender's movements. It carries the price at which the parts left, the average known then; at that price they arrive.
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
from app.inventory import booking
from app.inventory.away import ON_THE_WAY, on_the_way
from app.names import named, person
from app.ops import Envelope, Id, Inverse, Op, Subject, operation
from app.tx import Reader, Tx
from app.words import N_
from db.ids import new_id

#: The series of transfer numbers.
SERIES = "TF"
#: Days after which a transfer that has not arrived is an alert.
LATE_DAYS = 7


@dataclass(frozen=True)
class TransitRow:
    """Parts on the way; `open` has not arrived, `value` in ten-millionths of the currency."""

    id: bytes
    code: str
    from_site: str
    to_site: str
    to_id: bytes
    part_id: bytes
    part_no: str
    name: str
    unit: str
    qty: int
    open: int
    unit_price: int | None
    sent_at: int
    sent_by: str
    reason: str

    @property
    def value(self) -> int:
        return self.open * (self.unit_price or 0)

    def days(self, now: int) -> int:
        """Whole days on the way."""
        return max(0, (now - self.sent_at) // 86_400_000)


@operation("transfer.send", Permission.MOVE_STOCK, {"stock", "alerts"})
class SendTransfer(Op, frozen=True, kw_only=True):
    """Parts leave for another site."""

    id: Id
    number: str
    from_site: Id
    to_site: Id
    part: Id
    qty: int
    sent_at: int
    unit_price: int | None = None
    batch: str | None = None
    serial: str | None = None
    reason: str | None = None

    def check(self, read: Reader, actor: Actor) -> Iterator[Objection]:
        if self.from_site == self.to_site:
            yield Objection(
                "transfer.same", N_("They are at this site already. Choose another one."), field="to_site"
            )

    def apply(self, tx: Tx) -> None:
        tx.insert(
            "stock_transfer",
            self.id,
            {
                "code": self.number, "from_site": self.from_site, "to_site": self.to_site, "part_id": self.part,
                "batch": self.batch, "serial": self.serial, "qty": self.qty, "unit_price": self.unit_price,
                "sent_at": self.sent_at, "sent_by": tx.op.actor, "reason": self.reason,
            },
        )  # fmt: skip

    def inverse(self, read: Reader, envelope: Envelope) -> Inverse:
        return Inverse([])  # the reversal of its movement calls it back

    def subject(self) -> Subject:
        return "stock_transfer", self.id


@operation("transfer.event", Permission.MOVE_STOCK, {"stock", "alerts"})
class TransferEvent(Op, frozen=True, kw_only=True):
    """Parts of a transfer arrive, or are given up as lost on the way; `undone` takes the latter back."""

    transfer: Id
    kind: str
    qty: int
    at: int
    reason: str | None = None

    def check(self, read: Reader, actor: Actor) -> Iterator[Objection]:
        out = on_the_way(read, self.transfer)
        if self.qty <= 0:
            yield Objection("stock.none", N_("The quantity must be more than nothing."), field="qty")
        elif self.kind != "undone" and self.qty > out:
            text = N_("Only {quantity} of this transfer are on the way. Book it anyway?")
            said = {"quantity": values.show_quantity(out)}
            yield Objection("transfer.more", text, said, may_override=True, field="qty")
        if self.kind == "missing" and not (self.reason or "").strip():
            yield Objection("remark", N_("Please give the reason."), field="reason")

    def apply(self, tx: Tx) -> None:
        row = {
            "transfer_id": self.transfer, "kind": self.kind, "qty": self.qty, "at": self.at,
            "by_id": tx.op.actor, "reason": self.reason,
        }  # fmt: skip
        tx.insert("stock_transfer_event", tx.made("event"), row)

    def inverse(self, read: Reader, envelope: Envelope) -> Inverse:
        """Of an arrival the reversal of its movement says it; what was given up is on the way again."""
        back = (
            [msgspec.structs.replace(self, kind="undone", at=envelope.wall)] if self.kind == "missing" else []
        )
        return Inverse(back)

    def subject(self) -> Subject:
        return "stock_transfer", self.transfer


def send_to_site(
    desk: Desk,
    part: bytes,
    source: bytes,
    to_site: bytes,
    qty: int,
    *,
    batch: str | None = None,
    serial: str | None = None,
    reason: str = "",
    anyway: str = "",
) -> Done:
    """Parts leave for another site (调拨出库)."""
    move = booking.move_op(desk, "transfer_out", part, source, qty, batch=batch)
    send = SendTransfer(
        id=new_id(), number=desk.number(SERIES), from_site=move.site, to_site=to_site, part=part, qty=qty,
        sent_at=desk.now(), unit_price=move.unit_price, batch=batch, serial=serial, reason=reason.strip() or None,
    )  # fmt: skip
    out = msgspec.structs.replace(move, transfer=send.id, serial=serial, reason=reason.strip() or None)
    return desk.perform(send, out, reason=anyway)


def arrive(
    desk: Desk, transfer: bytes, place: bytes, qty: int, *, reason: str = "", anyway: str = ""
) -> Done:
    """Parts of a transfer arrive in a bin of the site they were sent to (调拨入库)."""
    row = _row(desk, transfer)
    price = booking.Price(row["unit_price"])
    move = booking.move_op(desk, "transfer_in", row["part_id"], place, qty, batch=row["batch"], price=price)
    if move.site != row["to_site"]:
        raise AppError(N_("This transfer goes to another site. Choose a bin there."))
    event = TransferEvent(
        transfer=transfer, kind="arrived", qty=qty, at=desk.now(), reason=reason.strip() or None
    )
    into = msgspec.structs.replace(
        move, transfer=transfer, serial=row["serial"], reason=reason.strip() or None
    )
    return desk.perform(event, into, reason=anyway)


def give_up(desk: Desk, transfer: bytes, qty: int, *, reason: str) -> Done:
    """Parts were lost on the way (在途丢失), with the reason."""
    return desk.perform(
        TransferEvent(
            transfer=transfer, kind="missing", qty=qty, at=desk.now(), reason=reason.strip() or None
        )
    )


def in_transit(read: Reader, site: bytes | None) -> list[TransitRow]:
    """What is on the way from or to a site, the longest first."""
    here, params = (" AND (t.from_site = ? OR t.to_site = ?)", [site, site]) if site else ("", [])
    return read.as_(
        TransitRow,
        f"SELECT t.id, t.code, {_site('t.from_site')}, {_site('t.to_site')}, t.to_site, t.part_id, p.part_no, {named('p')}, "
        f"p.unit, t.qty, {ON_THE_WAY}, t.unit_price, t.sent_at, coalesce({person('t.sent_by')}, ''), coalesce(t.reason, '') "
        f"FROM stock_transfer t JOIN part p ON p.id = t.part_id WHERE t.deleted = 0 AND {ON_THE_WAY} > 0{here} "
        "ORDER BY t.sent_at, t.code",
        *params,
    )


def _site(column: str) -> str:
    return f"coalesce((SELECT {named('s')} FROM site s WHERE s.id = {column}), '')"


def _row(desk: Desk, transfer: bytes) -> dict[str, Any]:
    with desk.read() as read:
        row = read.get("stock_transfer", transfer)
    if row is None:
        raise AppError(N_("This transfer is not here any more. Look it up again."))
    return row
