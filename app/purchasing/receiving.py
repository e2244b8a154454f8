"""What the receiving desk knows between two scans: the order, the line, how much, into which bin (R-4.4-i, g).

order, then a part, then Enter: the rest of its line goes into the part's usual bin. The order stays for the next part.
"""

from dataclasses import dataclass

from app import values
from app.changes import Done
from app.desk import Desk
from app.errors import AppError
from app.inventory.booking import bin_of, receive_part
from app.inventory.scans import Meaning, resolve_scan
from app.purchasing.lists import LineRow, OrderCard, lines_of, order_card
from app.words import N_, _

_LONGEST_QUANTITY = 9


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

    # scans

    def take(self, text: str) -> str:
        """Use a scanned or typed code; a sentence says why it could not be used."""
        found = resolve_scan(self.desk, text)
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

    def take_quantity(self, text: str) -> bool:
        """A typed number is the quantity of the line in hand; anything else is a code."""
        if self.line is None or len(text) > _LONGEST_QUANTITY:
            return False
        try:
            self.qty = values.parse_quantity(text)
        except AppError:
            return False
        return True

    # what comes next

    def wanted(self) -> str:
        """What is still missing: order, line, batch, bin, quantity, or nothing."""
        if self.card is None:
            return "order"
        if self.line is None:
            return "line"
        if self.line.batches and not self.batch:
            return "batch"
        if self.bin is None:
            return "bin"
        return "" if self.qty else "qty"

    def prompt(self) -> str:
        """What to do now, in words."""
        return _(_PROMPTS[self.wanted()])

    def book(self, anyway: str = "") -> Done:
        """Receive what is in hand. Raises AppError, or Refused where a rule objects."""
        if self.line is None or self.wanted():
            raise AppError(_PROMPTS[self.wanted()])
        return receive_part(
            self.desk, self.line.part_id, self.bin, self.qty, purchase_line=self.line.id,
            unit_price=self.line.price, batch=self.batch or None, anyway=anyway,
        )  # fmt: skip

    def after(self) -> LineRow | None:
        """The line in hand as it stands now."""
        if self.card is None or self.line is None:
            return None
        with self.desk.read() as read:
            lines = lines_of(read, self.card.row["id"])
        return next((line for line in lines if line.id == self.line.id), None)


_PROMPTS = {
    "order": N_("Scan or type the number of the order, or the part"),
    "line": N_("Scan the label of the next part"),
    "batch": N_("Type the batch number of the delivery"),
    "bin": N_("Now scan the bin it goes into"),
    "qty": N_("The line is complete. Type how many came beyond it"),
    "": N_("Enter receives it; type another quantity first if fewer came"),
}
