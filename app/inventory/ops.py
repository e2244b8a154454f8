"""The one op that moves stock. A quantity is only ever the sum of its movements; mistakes are reversed, never edited."""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from app import values
from app.access import Actor, Permission
from app.errors import Objection
from app.fields import check_row
from app.inventory.away import follow_taking_back, weigh_taking_back
from app.inventory.purchases import follow_receipts, weigh_delivery
from app.inventory.signs import OPPOSITE, is_piece, signed
from app.inventory.stores import warehouse_above
from app.inventory.value import MOST, cents, net_value
from app.ops import Envelope, Inverse, MissingRowError, Op, Spec, Subject, operation
from app.tx import Reader, Tx
from app.words import N_
from db.models.inventory import MOVEMENT_SIGNS

#: More than this of one part in one go is a slip of the finger (a million units, in thousandths).
ABSURD = 10**9
#: Work orders that nothing more is issued to without a word.
OVER = frozenset({"closed", "cancelled"})
_TAKEN = frozenset({"issue", "return"})
_LEAVES = frozenset({"issue", "loan_out", "transfer_out"})
#: The other half of a transfer that left the part in its bin: the bin was hung elsewhere.
_WITH_ITS_BIN = "SELECT 1 FROM stock_movement WHERE transfer_id = ? AND bin_id = ? AND type = ? AND reversal_of_id IS NULL"


class Signed(msgspec.Struct, frozen=True, kw_only=True):
    """The signature of the receiver: the PNG by its content, and small."""

    sha256: bytes
    size: int
    small: bytes


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
    expires: str | None = None
    unit_price: int | None = None
    price_tax: str | None = None
    tax_rate: int | None = None
    work_order: bytes | None = None
    equipment: bytes | None = None
    purchase_line: bytes | None = None
    count: bytes | None = None
    transfer: bytes | None = None
    #: The bin at the other end of a transfer within the site: both halves count from one day.
    facing: bytes | None = None
    loan: bytes | None = None
    taken_by: bytes | None = None
    taken_how: str | None = None
    reason: str | None = None
    entry: str | None = None
    slip: str | None = None
    reversal_of: bytes | None = None
    #: The reversal that was itself taken back: this movement brings back exactly what that one took.
    again_of: bytes | None = None
    #: Of a correction, or of what is booked again: the booking that this one stands for, and the number of the reversal of that.
    instead_of: bytes | None = None
    taken_back: str | None = None
    signed: Signed | None = None

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
            said = [
                *check_row("stock_movement", self._written(), complete=False),
                *weigh_quantity(self, part),
            ]
            yield from said
            if all(one.may_override for one in said):  # what cannot be is not compared with the stock as well
                yield from self._check_way(read, part)

    def _written(self) -> dict[str, Any]:
        """What was typed or scanned, by the fields of the ledger."""
        written = {"batch": self.batch, "serial": self.serial, "reason": self.reason, "slip_no": self.slip}
        return {name: said for name, said in written.items() if said} | {"unit_price": self.unit_price or 0}

    def _check_way(self, read: Reader, part: dict[str, Any]) -> Iterator[Objection]:
        """A reversal only has to be the first, and so has what brings a reversal's movement back; else the rules hold."""
        if self.reversal_of:
            yield from self._check_reversal(read)
        elif not self.again_of:
            yield from self._check_rules(read, part)
        elif self._is_again(read, self.again_of):
            yield Objection("stock.again", N_("This movement has been booked again already."))

    def _is_again(self, read: Reader, reversal: bytes) -> bool:
        sql = "SELECT 1 FROM stock_movement WHERE part_id = ? AND again_of_id = ?"
        return read.value(sql, self.part, reversal) is not None

    def _check_reversal(self, read: Reader) -> Iterator[Objection]:
        if self.reversal_of and reversal_in(read, self.reversal_of):
            yield Objection("stock.reversed", N_("This movement has been reversed already."))
        elif self.transfer and read.value(_WITH_ITS_BIN, self.transfer, self.bin, self.type):
            text = N_("This stock moved with its bin. Hang the bin elsewhere, and the stock follows.")
            yield Objection("stock.hung", text)
        yield from weigh_taking_back(read, self)
        yield from self._check_late(read)

    def _check_late(self, read: Reader) -> Iterator[Objection]:
        """Within its day a movement is taken back by one key; later the reason must be said."""
        booked = read.row(
            "SELECT m.created_at, coalesce(t.timezone, 'Asia/Shanghai') FROM stock_movement m "
            "LEFT JOIN site t ON t.id = m.site_id WHERE m.id = ?",
            self.reversal_of,
        )
        if booked and not (self.reason or "").strip():
            day, today = (values.day_of(at, booked[1]) for at in (booked[0], self.happened_at))
            if day != today:
                text = N_("This movement was booked on {day}. Say why it is taken back.")
                yield Objection("stock.late", text, {"day": day}, field="reason")

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
        if self.type == "issue" and self.work_order:
            yield from self._check_order(read, self.work_order)
        if self.purchase_line:
            yield from weigh_delivery(read, self.purchase_line, self.part, self.type, self.qty)
        if self.type == "transfer_in" and self.transfer and self._stays(read):
            yield Objection(
                "stock.same", N_("It lies in this bin already. Choose another bin."), field="bin_id"
            )
        if self.serial:
            yield from self._check_serial(read)
        if self.batch and self.type in _LEAVES and not self.purchase_line:
            yield from self._check_expired(read)
        if MOVEMENT_SIGNS[self.type] < 0:
            yield from self._check_enough(read)

    def _check_expired(self, read: Reader) -> Iterator[Objection]:
        sql = "SELECT min(expires_on) FROM stock_movement WHERE part_id = ? AND batch = ?"
        until = read.value(sql, self.part, self.batch)
        if until and until < values.day_of(self.happened_at):
            text = N_("Batch {batch} kept until {day}. Issue it anyway?")
            said = {"batch": self.batch, "day": until}
            yield Objection("stock.expired", text, said, may_override=True, field="batch")

    def _check_order(self, read: Reader, order: bytes) -> Iterator[Objection]:
        row = read.get("work_order", order)
        if row and row["status"] in OVER:
            text = N_("Work order {order} is closed. Issue to it anyway?")
            yield Objection("stock.order", text, {"order": row["code"]}, may_override=True, field="purpose")

    def _check_serial(self, read: Reader) -> Iterator[Objection]:
        if self.qty != values.THOUSAND:
            yield Objection(
                "stock.one", N_("A serial number belongs to one piece: book them one by one."), field="qty"
            )
        there = read.value(
            f"SELECT coalesce(sum({signed()}), 0) FROM stock_movement WHERE part_id = ? AND serial = ?",
            self.part, self.serial,
        )  # fmt: skip
        said = {"serial": self.serial}
        if MOVEMENT_SIGNS[self.type] < 0 and there <= 0:
            text = N_("By the books, serial number {serial} is not in stock. Book it anyway?")
            yield Objection("stock.serial", text, said, may_override=True, field="serial")
        elif MOVEMENT_SIGNS[self.type] > 0 and there > 0:
            text = N_("By the books, serial number {serial} is in stock already. Book it anyway?")
            yield Objection("stock.serial", text, said, may_override=True, field="serial")

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
        if self._comes_twice(tx):
            return
        do_move(tx, tx.op.op_id, self)
        if self.purchase_line:
            follow_receipts(tx, self.purchase_line)
        if self.transfer and (self.reversal_of or self.again_of):
            follow_taking_back(tx, self)
        if self.signed:
            self._keep_signature(tx, self.signed)

    def _comes_twice(self, tx: Tx) -> bool:
        """Two people took one movement back, or brought one back, neither knowing of the other: it counts once."""
        if self.instead_of and self._came_second(tx, self.instead_of):
            return True
        known = self.reversal_of or self.again_of
        if (
            known and tx.get("stock_movement", known) is None
        ):  # read with a lock: two reversals of it follow each other
            raise MissingRowError("what an unknown movement did cannot be taken back, nor brought back")
        if self.reversal_of:
            return reversal_in(tx, self.reversal_of) is not None
        return bool(self.again_of and self._is_again(tx, self.again_of))

    def _came_second(self, tx: Tx, booking: bytes) -> bool:
        """Somebody else corrected the booking, or took it back: that stands, and a correction waits for a person."""
        first = tx.get("stock_movement", reversal_in(tx, booking))
        if first is None or first["movement_no"] == self.taken_back:
            return False
        if not (self.reversal_of or self.again_of):
            tx.conflict("stock_movement", tx.get("stock_movement", booking) or first, "qty", None, self.qty)
        return True

    def _keep_signature(self, tx: Tx, signed: Signed) -> None:
        # It bears the id of its op, as every attachment does: by that the hub knows whose file it is.
        tx.insert(
            "attachment",
            tx.op.op_id,
            {
                "owner_table": "stock_movement", "owner_id": tx.op.op_id, "site_id": self.site, "kind": "signature",
                "sha256": signed.sha256, "size": signed.size, "mime": "image/png", "thumbnail": signed.small,
                "taken_at": self.happened_at,
            },
        )  # fmt: skip

    def inverse(self, read: Reader, envelope: Envelope) -> Inverse:
        if read.get("stock_movement", envelope.op_id) is None:  # somebody else's booking counted in its place
            return Inverse([], (("stock_movement", envelope.op_id),))
        if self.reversal_of:
            return self._booked_again(read, envelope)
        if reversal_in(read, envelope.op_id):
            return Inverse([], (("stock_movement", envelope.op_id),))
        return Inverse([self.reversed_as(envelope.op_id, self.number + "-R", envelope.wall)])

    def _booked_again(self, read: Reader, envelope: Envelope) -> Inverse:
        """A reversal is taken back by booking what it took once more, as it was; once."""
        first = read.get("stock_movement", self.reversal_of)
        if first is None or self._is_again(read, envelope.op_id):
            return Inverse([], (("stock_movement", envelope.op_id),))
        again = msgspec.structs.replace(
            self, number=self.number + "-R", type=first["type"], happened_at=envelope.wall, reversal_of=None,
            again_of=envelope.op_id, reason=first["reason"], expires=first["expires_on"], entry=first["entry"],
            slip=first["slip_no"], taken_how=first["taken_how"], instead_of=self.reversal_of, taken_back=self.number,
        )  # fmt: skip
        return Inverse([again])

    def reversed_as(self, movement: bytes, number: str, at: int) -> "MoveStock":
        """The movement that takes this one (booked as `movement`) back: the opposite type, the same quantity."""
        return msgspec.structs.replace(
            self, number=number, type=OPPOSITE[self.type], happened_at=at, reversal_of=movement,
            again_of=None, signed=None, slip=None, entry=None, taken_how=None,
        )  # fmt: skip

    def subject(self) -> Subject:
        return "part", self.part


def weigh_quantity(move: MoveStock, part: dict[str, Any]) -> Iterator[Objection]:
    """What is to be said of the quantity and the price of a movement, whatever else it does."""
    if move.qty <= 0:
        yield Objection("stock.none", N_("The quantity must be more than nothing."), field="qty")
    elif move.qty > ABSURD:
        text = N_("{quantity} cannot be right. Type the quantity again.")
        yield Objection("stock.absurd", text, {"quantity": values.show_quantity(move.qty)}, field="qty")
    elif abs(move.qty * (move.unit_price or 0)) >= MOST:
        text = N_("{price} cannot be right. Type the price again.")
        said = {"price": values.show_price(move.unit_price)}
        yield Objection("stock.price", text, said, field="unit_price")
    elif move.qty % values.THOUSAND and is_piece(part["unit"]) and not move.reversal_of:
        text = N_("{part} is counted in whole pieces. Book {quantity} anyway?")
        said = {"part": part["part_no"], "quantity": values.show_quantity(move.qty)}
        yield Objection("stock.fraction", text, said, may_override=True, field="qty")


def reversal_in(read: Reader, movement: bytes) -> bytes | None:
    """The movement that took this one back; None while it stands."""
    found: bytes | None = read.value("SELECT id FROM stock_movement WHERE reversal_of_id = ?", movement)
    return found


def do_move(tx: Tx, movement: bytes, move: MoveStock, event: str = "event") -> None:
    """Write a movement, and in the life of its machine what it cost: a part that comes back takes its cost back (R-1.5-b)."""
    record(tx, movement, move)
    if not move.equipment or move.type not in _TAKEN:
        return
    cost = cents(net_value(move.qty, move.unit_price, move.price_tax, move.tax_rate))
    tx.insert(
        "equipment_event",
        tx.made(event),
        {
            "equipment_id": move.equipment, "site_id": move.site, "event_type": "part_change",
            "at": move.happened_at, "actor_id": tx.op.actor, "ref_table": "stock_movement",
            "ref_id": movement, "text": move.reason, "cost": cost if move.type == "issue" else -cost,
        },
    )  # fmt: skip


def record(tx: Tx, movement: bytes, move: MoveStock) -> None:
    """Write a movement in the books of the warehouse that its bin hangs in as it is applied."""
    tx.hold("site", move.site)
    places = (move.bin, move.facing) if move.facing else (move.bin,)
    here = [warehouse_above(tx, tx.kept(place), move.site) for place in places]
    book(tx, movement, move, here[0], posting(tx, move.site, here, move.happened_at))


def book(tx: Tx, movement: bytes, move: MoveStock, warehouse: bytes | None, posted: int | None) -> None:
    """Write a movement in the books of a warehouse; `posted` is where it counts, if its month is closed."""
    tx.insert(
        "stock_movement",
        movement,
        {
            "movement_no": move.number, "type": move.type, "part_id": move.part, "site_id": move.site,
            "bin_id": move.bin, "warehouse_id": warehouse, "batch": move.batch, "serial": move.serial,
            "expires_on": move.expires, "qty": move.qty, "unit_price": move.unit_price,
            "price_tax": move.price_tax, "tax_rate": move.tax_rate,
            "work_order_id": move.work_order, "equipment_id": move.equipment,
            "purchase_line_id": move.purchase_line, "count_id": move.count, "transfer_id": move.transfer,
            "loan_id": move.loan, "happened_at": move.happened_at, "posted_at": posted,
            "entry": move.entry, "slip_no": move.slip, "by_id": tx.op.actor, "taken_by_id": move.taken_by,
            "taken_how": move.taken_how, "reason": move.reason, "reversal_of_id": move.reversal_of,
            "again_of_id": move.again_of,
        },
    )  # fmt: skip


def posting(tx: Tx, site: bytes, warehouses: Iterable[bytes | None], happened_at: int) -> int | None:
    """From when a movement counts: None for its own time, else the first moment that is open in all of its warehouses.

    So both halves of a transfer count from one day, and the sum over the warehouses of a site is right on every day.
    """
    ends = [found for one in warehouses if (found := closed_until(tx, site, one)) is not None]
    return max(ends) if ends and max(ends) > happened_at else None


def closed_until(tx: Tx, site: bytes, warehouse: bytes | None) -> int | None:
    """Up to which moment a warehouse is closed; None where no month is. The caller holds the site.

    A closing and a movement at the same moment follow each other: the movement is on the sheet, or counts after it.
    """
    found = tx.asked(
        "stock_closing",
        "SELECT max(ends_at) FROM stock_closing WHERE site_id = ? AND warehouse_id IS NOT DISTINCT FROM ? "
        "AND reopened_at IS NULL AND deleted = 0",
        site,
        warehouse,
    )
    return None if found is None else int(found)


def balance(read: Reader, part: bytes, place: bytes, batch: str | None = None) -> int:
    """What lies in a bin by its movements, also those of the action that is just being done."""
    return int(
        read.value(
            f"SELECT coalesce(sum({signed()}), 0) FROM stock_movement "
            "WHERE part_id = ? AND bin_id = ? AND coalesce(batch, '') = ?",
            part, place, batch or "",
        )
    )  # fmt: skip
