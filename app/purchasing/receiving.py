"""What the receiving desk knows between two scans: the order, the line, how much, into which bin (R-4.4-i, g).

order, then a part, then Enter: the rest of its line goes into the part's usual bin. The order stays for the next part.
A part that is kept by batches asks for the batch, one with a shelf life for the day on its pack, one with serial numbers for
the number of every piece.
"""

import re
from dataclasses import dataclass, field
from datetime import date, timedelta

import msgspec

from app import values
from app.changes import Done
from app.desk import Desk
from app.errors import AppError
from app.inventory.booking import Price, bin_of, move_op
from app.inventory.idle import months_after
from app.inventory.ops import MoveStock
from app.inventory.purchases import priced_at_home
from app.inventory.scans import Meaning, resolve_scan
from app.purchasing.lists import LineRow, OrderCard, lines_of, order_card
from app.words import N_, _

_LONGEST_QUANTITY, _LONGEST_TEXT = 9, 40
#: A day as it stands on packs: 2027-11 means the end of that month, 271130 and 20271130 the day.
_MONTH, _DIGITS = re.compile(r"(20\d\d)\D(\d{1,2})\D?"), re.compile(r"(?:20)?(\d\d)(\d\d)(\d\d)")


@dataclass
class Receiving:
    """The sequence of scans. `take` gives a sentence where a scan cannot be used, else ""."""

    desk: Desk
    card: OrderCard | None = None
    line: LineRow | None = None
    qty: int = 0
    bin: bytes | None = None
    bin_code: str = ""
    batch: str = ""
    #: The end of the shelf life as ISO text, once it was typed or agreed to.
    expires: str = ""
    serials: list[str] = field(default_factory=list)
    #: What a unit really costs, in the currency of the order, where that is not what was ordered.
    price: int | None = None

    def open(self, order: bytes) -> str:
        """Go to an order; a sentence says why nothing can be received for it."""
        with self.desk.read() as read:
            card = order_card(read, order, self.desk.today())
        if card is None:
            return _("This purchase order is not in the register any more. Look it up again.")
        if card.order.status in {"draft", "submitted", "approved"}:
            text = _("{order} is not ordered yet. Place the order first.")
            return text.format(order=card.order.code)
        self.drop()
        self.card = card
        return ""

    def reload(self) -> None:
        """Read the order again after a booking or a change by others."""
        if self.card:
            with self.desk.read() as read:
                self.card = order_card(read, self.card.row["id"], self.desk.today())

    def drop(self) -> None:
        """Forget the line in hand; the order stays."""
        self.line, self.qty, self.bin, self.bin_code, self.batch = None, 0, None, "", ""
        self.expires, self.serials, self.price = "", [], None

    # scans

    def take(self, text: str) -> str:
        """Use a scanned or typed code; a sentence says why it could not be used."""
        found = resolve_scan(self.desk, text)
        wanted = self.wanted()
        if wanted in {"batch", "serial", "expiry"} and found.kind not in {"part", "bin", "purchase_order"}:
            return self.take_text(text)
        if found.sentence:
            return found.sentence
        if found.kind == "purchase_order":
            return self.open(found.id) if self.line is None else self._pending()
        if found.kind == "part":
            return self._take_part(found)
        if found.kind == "bin":
            self.bin, self.bin_code = found.id, found.code
            return ""
        text = _("{code} {title} has no place here: scan an order, a part or a bin.")
        return text.format(code=found.code, title=found.title)

    def _pending(self) -> str:
        text = _("{part} is not booked yet. Press Enter to book it, or Esc to drop it.")
        return text.format(part=f"{self.line.part_no} {self.line.name}" if self.line else "")

    def _take_part(self, found: Meaning) -> str:
        if self.line:
            return "" if self.line.part_id == found.id else self._pending()
        if self.card is None and (problem := self._find_order(found)):
            return problem
        if self.card is None:
            return self.prompt()
        lines = [line for line in self.card.lines if line.part_id == found.id]
        if not lines:
            text = _("{order} does not bring {part}. Scan the order that does.")
            return text.format(order=self.card.order.code, part=f"{found.code} {found.title}")
        self.choose(next((line for line in lines if line.rest), lines[0]))
        return ""

    def _find_order(self, found: Meaning) -> str:
        """The one order that brings a part, where no order was scanned."""
        here, params = (" AND +l.site_id = ?", [self.desk.site.id]) if self.desk.site else ("", [])
        with self.desk.read() as read:
            orders = read.rows(
                "SELECT DISTINCT o.id FROM purchase_line l JOIN purchase_order o ON o.id = l.order_id WHERE l.part_id = ? "
                f"AND l.deleted = 0 AND o.deleted = 0 AND o.status IN ('ordered', 'part_received'){here}",
                found.id, *params,
            )  # fmt: skip
        part = f"{found.code} {found.title}"
        if not orders:
            return _("No order brings {part}. Receive it without an order at the scan station.").format(
                part=part
            )
        if len(orders) > 1:
            return _("{count} orders bring {part}. Scan the number of the order.").format(
                count=len(orders), part=part
            )
        return self.open(orders[0][0])

    def choose(self, line: LineRow) -> None:
        """Take a line in hand: its rest, into the bin where the part lies."""
        self.drop()
        self.line, self.qty = line, line.rest
        with self.desk.read() as read:
            try:
                self.bin = bin_of(read, self.desk, line.part_id)
            except AppError:
                return
            self.bin_code = (read.get("location", self.bin) or {}).get("code", "")

    def take_text(self, text: str) -> str:
        """The batch, the day on the pack or the serial number that is asked for; a sentence says what is wrong with it."""
        text = values.clean(text)
        if not text or len(text) > _LONGEST_TEXT:
            return _("This is too long for a number: {limit} characters at most.").format(limit=_LONGEST_TEXT)
        match self.wanted():
            case "batch":
                self.batch = text
            case "expiry":
                try:
                    self.expires = day_on_pack(text)
                except AppError as error:
                    return str(error)
            case _:
                if text in self.serials:
                    return _("Serial number {serial} was read already.").format(serial=text)
                self.serials.append(text)
        return ""

    def proposed_expiry(self) -> str:
        """The end of the shelf life if it began today."""
        months = self.line.shelf_months if self.line else None
        return months_after(self.desk.today(), months) if months else ""

    def enough(self) -> bool:
        """Enter on the empty field: the proposed day is right, or no further serial number comes. Whether that was meant."""
        match self.wanted():
            case "expiry":
                self.expires = self.proposed_expiry()
            case "serial" if self.serials:
                self.qty = len(self.serials) * values.THOUSAND
            case _:
                return False
        return True

    def take_quantity(self, text: str) -> bool:
        """A typed number is the quantity of the line in hand; anything else is a code."""
        if (
            self.line is None
            or len(text) > _LONGEST_QUANTITY
            or self.wanted() in {"batch", "expiry", "serial"}
        ):
            return False
        try:
            self.qty = values.parse_quantity(text)
        except AppError:
            return False
        return True

    # what comes next

    def wanted(self) -> str:
        """What is still missing: order, line, batch, expiry, bin, quantity, serial, or nothing."""
        if self.card is None:
            return "order"
        if self.line is None:
            return "line"
        if self.line.batches and not self.batch:
            return "batch"
        if self.line.shelf_months and not self.expires:
            return "expiry"
        if self.bin is None:
            return "bin"
        if not self.qty:
            return "qty"
        return "serial" if self.line.serials and len(self.serials) * values.THOUSAND < self.qty else ""

    def prompt(self) -> str:
        """What to do now, in words."""
        return _(_PROMPTS[self.wanted()]).format(
            day=self.proposed_expiry(), done=len(self.serials), total=self.qty // values.THOUSAND
        )

    def book(self, anyway: str = "") -> Done:
        """Receive what is in hand. Raises AppError, or Refused where a rule objects."""
        if self.line is None or self.wanted():
            raise AppError(_PROMPTS[self.wanted()])
        return self.desk.perform(*self._ops(), reason=anyway)

    def _ops(self) -> list[MoveStock]:
        """One movement, or one for each serial number, as one action."""
        assert self.line
        line, more = self.line, {"purchase_line": self.line.id, "expires": self.expires or None}
        with self.desk.read() as read:
            row = read.get("purchase_line", line.id) or {}
            paid = priced_at_home(read, row, line.price if self.price is None else self.price)
        price = None if paid is None else Price(paid, line.tax, line.rate)
        units: list[tuple[int, str | None]] = [(values.THOUSAND, serial) for serial in self.serials]
        assert self.bin
        made = (
            (
                move_op(
                    self.desk, "receipt", line.part_id, self.bin, qty, batch=self.batch or None, price=price
                ),
                serial,
            )
            for qty, serial in units or [(self.qty, None)]
        )
        return [msgspec.structs.replace(op, serial=serial, **more) for op, serial in made]

    def after(self) -> LineRow | None:
        """The line in hand as it stands now."""
        if self.card is None or self.line is None:
            return None
        with self.desk.read() as read:
            lines = lines_of(read, self.card.row["id"])
        return next((line for line in lines if line.id == self.line.id), None)


def day_on_pack(text: str) -> str:
    """The day until which a pack keeps, as ISO text: 2027-11-30, 20271130, 271130; 2027-11 is the end of that month."""
    if match := _MONTH.fullmatch(text):
        year, month = int(match[1]), int(match[2])
        if 1 <= month <= 12:
            return (date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).isoformat()
    if match := _DIGITS.fullmatch(text):
        text = "20{}-{}-{}".format(*match.groups())
    return values.parse_date(text)


_PROMPTS = {
    "order": N_("Scan or type the number of the order, or the part"),
    "line": N_("Scan the label of the next part"),
    "batch": N_("Type the batch number of the delivery"),
    "expiry": N_("Type until when it keeps; Enter: {day}"),
    "serial": N_("Scan the serial number of the next piece ({done} of {total})"),
    "bin": N_("Now scan the bin it goes into"),
    "qty": N_("The line is complete. Type how many came beyond it"),
    "": N_("Enter receives it; type another quantity first if fewer came"),
}
