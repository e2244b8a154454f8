"""The one op that moves stock. A quantity is only ever the sum of its movements; mistakes are reversed, never edited."""

from collections.abc import Iterator
from typing import Any

import msgspec

from app import values
from app.access import Actor, Permission
from app.errors import Objection
from app.inventory.purchases import follow_receipts, weigh_delivery
from app.inventory.signs import OPPOSITE, is_piece, signed
from app.ops import Envelope, Inverse, Op, Spec, Subject, operation
from app.tx import Reader, Tx
from app.words import N_
from db.models.inventory import MOVEMENT_SIGNS

#: More than this of one part in one go is a slip of the finger (a million units, in thousandths).
ABSURD = 10**9
_TAKEN = frozenset({"issue", "return"})


@operation("stock.move", Permission.TAKE_PARTS, {"stock", "alerts"})
class MoveStock(Op, frozen=True, kw_only=True):
    """A quantity of a part comes into a bin or leaves it; the op's id is the movement's."""

    number: str
    type: str
    part: bytes
    site: bytes
    bin: bytes
    qty: int
    happened_at: int
    batch: str | None = None
    serial: str | None = None
    unit_price: int | None = None
    work_order: bytes | None = None
    equipment: bytes | None = None
    purchase_line: bytes | None = None
    count: bytes | None = None
    transfer: bytes | None = None
    taken_by: bytes | None = None
    reason: str | None = None
    reversal_of: bytes | None = None

    def needs(self, spec: Spec) -> Permission:
        taken = self.type in _TAKEN and not self.purchase_line
        return Permission.TAKE_PARTS if taken else Permission.MOVE_STOCK

    def check(self, read: Reader, actor: Actor) -> Iterator[Objection]:
        part, place = read.get("part", self.part), read.get("location", self.bin)
        if part is None:
            yield Objection("stock.part", N_("This spare part is not in the register."), field="part_id")
        if place is None or place["site_id"] != self.site:
            yield Objection(
                "stock.bin", N_("This bin is not at this site. Choose another one."), field="bin_id"
            )
        if self.type not in MOVEMENT_SIGNS:
            yield Objection("stock.type", N_("This kind of movement is unknown."), field="type")
        elif part is not None and place is not None:
            yield from self._check_quantity(part)
            yield from self._check_reversal(read) if self.reversal_of else self._check_rules(read, part)

    def _check_quantity(self, part: dict[str, Any]) -> Iterator[Objection]:
        if self.qty <= 0:
            yield Objection("stock.none", N_("The quantity must be more than nothing."), field="qty")
        elif self.qty > ABSURD:
            text = N_("{quantity} cannot be right. Type the quantity again.")
            yield Objection("stock.absurd", text, {"quantity": values.show_quantity(self.qty)}, field="qty")
        elif self.qty % values.THOUSAND and is_piece(part["unit"]) and not self.reversal_of:
            text = N_("{part} is counted in whole pieces. Book {quantity} anyway?")
            said = {"part": part["part_no"], "quantity": values.show_quantity(self.qty)}
            yield Objection("stock.fraction", text, said, may_override=True, field="qty")

    def _check_reversal(self, read: Reader) -> Iterator[Objection]:
        if read.value("SELECT 1 FROM stock_movement WHERE reversal_of_id = ?", self.reversal_of):
            yield Objection("stock.reversed", N_("This movement has been reversed already."))

    def _check_rules(self, read: Reader, part: dict[str, Any]) -> Iterator[Objection]:
        if part["status"] == "obsolete":
            text = N_("{part} is obsolete. Book it anyway?")
            yield Objection(
                "stock.obsolete", text, {"part": part["part_no"]}, may_override=True, field="part_id"
            )
        if self.type == "issue" and not (self.work_order or self.equipment or (self.reason or "").strip()):
            yield Objection(
                "stock.purpose",
                N_("Say what it is for: a work order, a machine or a reason."),
                field="reason",
            )
        if self.purchase_line:
            yield from weigh_delivery(read, self.purchase_line, self.part, self.type, self.qty)
        if self.type == "transfer_in" and self.transfer and self._stays(read):
            yield Objection(
                "stock.same", N_("It lies in this bin already. Choose another bin."), field="bin_id"
            )
        if MOVEMENT_SIGNS[self.type] < 0:
            yield from self._check_enough(read)

    def _check_enough(self, read: Reader) -> Iterator[Objection]:
        on_hand = balance(read, self.part, self.bin, self.batch)
        if self.qty > on_hand:
            text = N_("Only {quantity} on hand in this bin. Book it anyway?")
            said = {"quantity": values.show_quantity(on_hand)}
            yield Objection("stock.short", text, said, may_override=True, field="qty")

    def _stays(self, read: Reader) -> bool:
        return bool(
            read.value(
                "SELECT 1 FROM stock_movement WHERE transfer_id = ? AND bin_id = ? AND type = 'transfer_out'",
                self.transfer, self.bin,
            )
        )  # fmt: skip

    def apply(self, tx: Tx) -> None:
        tx.insert(
            "stock_movement",
            tx.op.op_id,
            {
                "movement_no": self.number, "type": self.type, "part_id": self.part, "site_id": self.site,
                "bin_id": self.bin, "batch": self.batch, "serial": self.serial, "qty": self.qty,
                "unit_price": self.unit_price, "work_order_id": self.work_order,
                "equipment_id": self.equipment, "purchase_line_id": self.purchase_line,
                "count_id": self.count, "transfer_id": self.transfer, "happened_at": self.happened_at,
                "by_id": tx.op.actor, "taken_by_id": self.taken_by, "reason": self.reason,
                "reversal_of_id": self.reversal_of,
            },
        )  # fmt: skip
        if self.purchase_line:
            follow_receipts(tx, self.purchase_line)
        if self.equipment and self.type in _TAKEN:
            self._tell_machine(tx)

    def _tell_machine(self, tx: Tx) -> None:
        # A part that comes back takes its cost back, too (R-1.5-b).
        cost = values.line_value(self.qty, self.unit_price)
        tx.insert(
            "equipment_event",
            tx.made("event"),
            {
                "equipment_id": self.equipment, "site_id": self.site, "event_type": "part_change",
                "at": self.happened_at, "actor_id": tx.op.actor, "ref_table": "stock_movement",
                "ref_id": tx.op.op_id, "text": self.reason, "cost": cost if self.type == "issue" else -cost,
            },
        )  # fmt: skip

    def inverse(self, read: Reader, envelope: Envelope) -> Inverse:
        done = read.value("SELECT 1 FROM stock_movement WHERE reversal_of_id = ?", envelope.op_id)
        if done or self.reversal_of:
            return Inverse([], (("stock_movement", envelope.op_id),))
        return Inverse([self.reversed_as(envelope.op_id, self.number + "-R", envelope.wall)])

    def reversed_as(self, movement: bytes, number: str, at: int) -> "MoveStock":
        """The movement that takes this one (booked as `movement`) back: the opposite type, the same quantity."""
        return msgspec.structs.replace(
            self, number=number, type=OPPOSITE[self.type], happened_at=at, reversal_of=movement
        )

    def subject(self) -> Subject:
        return "part", self.part


def balance(read: Reader, part: bytes, place: bytes, batch: str | None = None) -> int:
    """What lies in a bin by its movements, also those of the action that is just being done."""
    return int(
        read.value(
            f"SELECT coalesce(sum({signed()}), 0) FROM stock_movement "
            "WHERE part_id = ? AND bin_id = ? AND coalesce(batch, '') = ?",
            part, place, batch or "",
        )
    )  # fmt: skip
