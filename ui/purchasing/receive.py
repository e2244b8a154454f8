"""The receiving desk: the whole window for one delivery - scan the order, scan a part, Enter (R-4.4-i)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from app import values
from app.access import Permission
from app.changes import Done
from app.desk import Desk
from app.errors import Refused
from app.inventory.signs import is_piece
from app.purchasing.currency import unit_price
from app.purchasing.lists import LineRow
from app.purchasing.receiving import Receiving
from app.signs import sign
from app.words import _
from ui.inventory.band import Result
from ui.inventory.scan_page import ScanPage, ready
from ui.inventory.tables import FixedSource, amount, change, short_bin
from ui.kit.buttons import button, icon_button
from ui.kit.chips import Chip
from ui.kit.empty import EmptyState
from ui.kit.labels import ElidedLabel, label, line
from ui.kit.table import Table
from ui.kit.tasks import Tasks
from ui.labels.dialog import LabelDialog
from ui.purchasing.dialogs import ask_paid
from ui.purchasing.tables import line_columns


@dataclass(frozen=True)
class _Booked:
    """What was received: the action, the line before and after, and how much."""

    done: Done
    line: LineRow | None
    qty: int


_WIDE = 900


class ReceivingDesk(ScanPage):
    """Scan the order, scan a part: Enter receives the rest of its line."""

    report_requested = Signal(str, object)
    """A report by its name, with its parameters."""

    def __init__(self, desk: Desk, tasks: Tasks, order: bytes | None = None) -> None:
        super().__init__(_("Code or quantity"))
        self._desk, self._tasks = desk, tasks
        self.receiving = Receiving(desk)
        self._done: list[Done] = []
        #: Part -> how many labels what came of it asks for.
        self._came: dict[bytes, int] = {}
        self._asked = self._busy = False
        empty = EmptyState("nothing_to_do", _("No order is open yet"), self.receiving.prompt())
        self.table = Table(line_columns(), FixedSource(self._lines), empty=empty)
        self.table.count.hide()
        self.table.opened.connect(self._on_opened)
        self._lay_out()
        self.show_result(ready(self.receiving.prompt()))
        if order and (problem := self.receiving.open(order)):
            self._refuse(problem)
        self._show()

    def _lines(self) -> list[LineRow]:
        return self.receiving.card.lines if self.receiving.card else []

    # layout

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._top())
        column.addWidget(line())
        column.addWidget(self.band, 3)
        column.addLayout(self.prompt_row())
        column.addWidget(self.hint_row())
        column.addWidget(self.table, 4)

    def _top(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(8, 8, 16, 8)
        row.setSpacing(10)
        back = icon_button("chevron-left", _("Back (Esc)"))
        back.clicked.connect(self.left)
        self._order = label(_("Receive goods"), "section")
        self._supplier = ElidedLabel("", "body", "text_2")
        self._state = Chip("", "neutral")
        self.slip = button(_("Receipt slip"), "printer")
        self.slip.clicked.connect(self.print_page)
        self.labels = button(_("Labels"), "qr-code")
        self.labels.clicked.connect(self.print_labels)
        self.labels.hide()
        self.price = button(_("Other price"), "pencil")
        self.price.setToolTip(_("The delivery note says another price than the order (F2)"))
        self.price.clicked.connect(self.ask_price)
        self._undo = button(_("Undo last"), "undo-2")
        self._undo.clicked.connect(self.undo)
        self._words = {made: made.text().strip() for made in (self.labels, self.slip, self.price, self._undo)}
        for made, words in self._words.items():
            made.setToolTip(made.toolTip() or words)
            made.setAccessibleName(words)
        for part in (back, self._order, self._state):
            row.addWidget(part)
        row.addWidget(self._supplier, 1)
        row.addWidget(self.labels)
        row.addWidget(self.slip)
        row.addWidget(self.price)
        row.addWidget(self._undo)
        return row

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        for made, words in self._words.items():  # a small window leaves the signs alone
            made.setText(f" {words}" if self.width() >= _WIDE else "")

    # what is shown

    def _show(self) -> None:
        """Order, prompt and lines as they are now."""
        card = self.receiving.card
        self._order.setText(card.order.code if card else _("Receive goods"))
        self._supplier.setText(card.order.supplier if card else "")
        self._state.setVisible(card is not None)
        if card:
            look = sign(card.order.status)
            self._state.set(look.text, look.level, look.icon)
        self.slip.setVisible(bool(card and card.receipts) and self._desk.may(Permission.PRINT_REPORTS))
        self._undo.setEnabled(bool(self._done))
        self.price.setVisible(self.receiving.line is not None)
        self.prompt.setText(self.receiving.prompt())
        self.table.refresh()
        if self.receiving.line:
            self.table.select([self.receiving.line.n])

    def refresh(self, topics: set[str]) -> None:
        """Something has changed in the store, perhaps by somebody else."""
        if topics & {"stock", "inventory"} and self.receiving.card:
            self.receiving.reload()
            self._show()

    # scans and keys

    def on_enter(self) -> None:
        """Enter: a number is the quantity, nothing receives, anything else is a code (or the batch that is asked for)."""
        text, now = self.entry.text().strip(), self.receiving
        self.entry.clear()
        if self._busy:
            return
        if text and self._asked and not now.take_quantity(text):
            self.book(text)
        elif text and now.wanted() in {"batch", "expiry", "serial"}:
            self.use(text)
            self._book_units()
        elif not text and now.enough():
            self._show_line()
            self._book_units()
        elif text and now.take_quantity(text):
            self._asked = False
            self._show_line()
        elif text:
            self._asked = False
            self.use(text)
        elif now.line and not now.wanted():
            self.book()
        self._show()

    def _book_units(self) -> None:
        """With the last serial number everything is said: it is received."""
        if self.receiving.serials and not self.receiving.wanted():
            self.book()

    def use(self, text: str) -> None:
        """A code was scanned or typed."""
        self._asked = False
        problem = self.receiving.take(text)
        if problem:
            self._refuse(problem)
        elif self.receiving.line:
            self._show_line()
        elif card := self.receiving.card:
            left = sum(1 for found in card.lines if found.rest)
            more = _("{count} of {total} lines are still to come").format(count=left, total=len(card.lines))
            self.show_result(Result("info", "shopping-cart", card.order.code, card.order.supplier, more))
        self._show()

    def _show_line(self) -> None:
        """The line in hand, not received yet."""
        now = self.receiving
        if now.line is None:
            return
        unit = now.line.unit
        where = "   →   ".join(
            filter(None, [now.line.part_no, short_bin(now.bin_code), now.batch, now.expires, self._paid()])
        )
        word = _("Not received yet: {next}").format(next=now.prompt())
        self.show_result(Result("info", "package", word, f"{now.line.name} {now.line.spec}".strip(), where,
                         change(now.qty), _("To come"), amount(now.line.rest, unit)))  # fmt: skip

    def _paid(self) -> str:
        """The price that was typed in the place of the ordered one."""
        now = self.receiving
        return unit_price(now.price, now.card.order.currency) if now.card else ""

    def ask_price(self) -> None:
        """F2: the delivery note says another price than the order."""
        now = self.receiving
        if now.line is None or now.card is None or self._busy:
            return
        paid = ask_paid(self, now.line, now.card.order.currency, now.price)
        if paid is not None:
            now.price = paid
            self._show_line()
        self.entry.setFocus()

    def _refuse(self, sentence: str) -> None:
        """Nothing was received, and what to do: in red, with a sound."""
        self.show_result(Result("danger", "octagon-x", _("Nothing was booked"), sentence))

    def _on_opened(self, number: int) -> None:
        """Enter on a line of the list takes it in hand, as a scan would."""
        found = next((one for one in self._lines() if one.n == number), None)
        if found and not self._busy:
            self._asked = False
            self.receiving.choose(found)
            self._show_line()
            self._show()
            self.entry.setFocus()

    # booking

    def book(self, why: str = "") -> None:
        """Receive what is in hand; a second Enter receives what was asked about, with the reason that was typed."""
        now, anyway = self.receiving, (why or _("confirmed")) if self._asked else ""
        qty = now.qty

        def work() -> _Booked:
            done = now.book(anyway)
            after = now.after()
            now.reload()
            return _Booked(done, after, qty)

        self._busy = True
        self._tasks.run(work, self._on_booked, self._on_refused, owner=self, ended=self._on_ended)

    def _on_ended(self) -> None:
        self._busy = False

    def _on_booked(self, found: _Booked) -> None:
        self._done.append(found.done)
        self._count_labels(found)
        after, place = found.line, self.receiving.bin_code
        if after:
            more = f"{after.part_no}   →   {short_bin(place)}"
            over = (
                _("Over-delivered: {quantity}").format(quantity=amount(after.over, after.unit))
                if after.over
                else ""
            )
            self.show_result(Result("ok", "circle-check", _("Received into stock"), after.name, more, change(found.qty), _("To come"),
                             amount(after.rest, after.unit), over, "warn" if over else "ok"))  # fmt: skip
        self._asked = False
        self.receiving.drop()
        self._show()

    def _count_labels(self, found: _Booked) -> None:
        """One label for each piece that came, one for the lot of what is measured."""
        if line := found.line:
            pieces = found.qty // values.THOUSAND if is_piece(line.unit) else 1
            self._came[line.part_id] = self._came.get(line.part_id, 0) + pieces
            self.labels.setVisible(self._desk.may(Permission.PRINT_LABELS))

    def print_labels(self) -> None:
        """Labels of what was received here, as many as pieces came."""
        if self._came:
            self.dialog = LabelDialog(
                self, self._desk, self._tasks, "part", list(self._came), counts=dict(self._came)
            )
            self.dialog.printed.connect(lambda words: self.said.emit(words, None))
            self.dialog.open()

    def _on_refused(self, error: Exception) -> None:
        if isinstance(error, Refused) and error.may_override:
            self._asked = True
            part = self.receiving.line
            self.show_result(Result("warn", "triangle-alert", _("Not booked yet: type why, Enter books it anyway, Esc drops it"), str(error),
                             part.part_no if part else ""))  # fmt: skip
        else:
            self._refuse(str(error))

    def undo(self) -> None:
        """Take back what was received last at this desk."""
        if self._done and not self._busy:
            done, desk = self._done.pop(), self._desk
            self._tasks.run(
                lambda: desk.undo(done.action_id), self._on_undone, self._on_undo_failed, owner=self
            )

    def _on_undone(self, _done: Done) -> None:
        self.receiving.drop()
        self.receiving.reload()
        text = _("The last booking was taken back.")
        self.show_result(Result("neutral", "undo-2", _("Taken back"), text, self.receiving.prompt()))
        self._show()

    def _on_undo_failed(self, error: Exception) -> None:
        self._refuse(str(error))
        self._show()

    def drop(self) -> None:
        """Esc: drop the line in hand; without one, leave."""
        if self.receiving.line or self.entry.text():
            self.entry.clear()
            self._asked = False
            self.receiving.drop()
            self.show_result(
                Result("neutral", "scan-line", _("Dropped, nothing was booked"), self.receiving.prompt())
            )
            self._show()
        else:
            self.left.emit()

    def print_page(self) -> None:
        """Ctrl P: the slip of what came today."""
        card = self.receiving.card
        if card and self._desk.may(Permission.PRINT_REPORTS):
            self.report_requested.emit("receipt-list", {"code": card.order.code, "day": self._desk.today()})

    def slots(self) -> Mapping[Qt.Key, Callable[[], object]]:
        """The keys of the receiving desk."""
        return {Qt.Key.Key_F2: self.ask_price}

    def keys(self) -> list[tuple[str, str]]:
        """The keys of this page."""
        return [
            ("F3", _("type a code")),
            ("Enter", _("receive")),
            ("F2", _("other price")),
            ("Ctrl Z", _("undo last")),
            ("Ctrl P", _("receipt slip")),
            ("Esc", _("drop, leave")),
        ]
