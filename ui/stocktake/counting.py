"""The counting page: the whole window for one thing - scan the bin, scan the part, type how many, Enter."""

from functools import partial
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.changes import Done
from app.desk import Desk
from app.errors import Refused
from app.stocktake.lines import Line
from app.stocktake.session import Session
from app.words import _
from ui.inventory.band import Band, Result
from ui.inventory.tables import amount
from ui.kit import theme
from ui.kit.buttons import button
from ui.kit.labels import ElidedLabel, SignLabel, key_hint, line
from ui.kit.table import Table
from ui.kit.tasks import Tasks
from ui.stocktake.bars import CountTop
from ui.stocktake.results import entered, in_hand
from ui.stocktake.tables import LineSource, line_columns

PAUSE = 150  # ms in which changes of the lines are gathered
_CHOICES = {Qt.Key.Key_F6: "replace", Qt.Key.Key_F7: "add"}


class CountPage(QWidget):
    """One person counting; every line is recorded at once, several laptops may count the same stock-take."""

    left = Signal()
    """The person goes back to the window with the rail."""

    said = Signal(str, object)
    """A line for the toast, and what takes the step back."""

    def __init__(self, desk: Desk, tasks: Tasks, count: bytes) -> None:
        super().__init__()
        self._desk, self._tasks = desk, tasks
        self.session = Session(desk, count)
        self._done: list[Done] = []
        self._asked: tuple[str, int] | None = None
        self._busy = False
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(PAUSE)
        self._soon.timeout.connect(self._reload)
        self.band = Band()
        self.source = LineSource()
        self.table = Table(line_columns(blind=self.session.blind, whole=False), self.source)
        self.table.opened.connect(self._on_row)
        self.entry = QLineEdit()
        self.entry.setFont(theme.font("item"))
        self.entry.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.entry.setPlaceholderText(_("Code or quantity"))
        self.entry.returnPressed.connect(self.on_enter)
        self.entry.installEventFilter(self)
        self._prompt = ElidedLabel("", "item")
        self.top = CountTop(desk, count)
        self.top.left.connect(self.left)
        self.top.mode.clicked.connect(self.switch_mode)
        self.top.empty.clicked.connect(self.nothing_left)
        self.top.undo.clicked.connect(self.undo)
        self._lay_out()
        self.setFocusProxy(self.entry)
        self.setMinimumSize(480, 300)
        self.band.set(Result("neutral", "scan-line", _("Ready"), self.session.prompt()))
        self._show()

    # layout

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.top)
        column.addWidget(line())
        column.addWidget(self.band, 2)
        row = QHBoxLayout()
        row.setContentsMargins(36, 10, 20, 10)
        row.setSpacing(16)
        row.addWidget(SignLabel("scan-line", "accent", 32))
        row.addWidget(self._prompt, 1)
        self.choices = [button(_("Replace (F6)"), scale="large"), button(_("Add (F7)"), scale="large")]
        for made, how in zip(self.choices, _CHOICES.values(), strict=True):
            made.clicked.connect(partial(self._on_choice, how))
            made.hide()
            row.addWidget(made)
        self.entry.setFixedWidth(260)
        row.addWidget(self.entry)
        column.addLayout(row)
        self._hints = QWidget()
        hints = QHBoxLayout(self._hints)
        hints.setContentsMargins(36, 0, 20, 8)
        hints.setSpacing(16)
        for keys, words in self.keys():
            hints.addWidget(key_hint(keys, words))
        hints.addStretch()
        column.addWidget(self._hints)
        column.addWidget(self.table, 5)

    # what is shown

    def _show(self) -> None:
        """Bin, progress, prompt and lines as they are now."""
        session, lines = self.session, self.session.lines
        place = session.place
        self._prompt.setText(session.prompt())
        self._offer()
        rest = place is not None and any(not row.counts for row in lines.of_bin(place.id))
        self.top.show_session(session, rest=rest, undo=bool(self._done))
        self.source.put(session.shown())
        self.table.refresh()

    def _reload(self) -> None:
        self.session.reload()
        self._show()

    def refresh(self, topics: set[str]) -> None:
        """Something has changed in the store, here or at another desk; many scans are shown at once."""
        if topics & {"stock", "inventory"} and not self._soon.isActive():
            self._soon.start()

    # scans and keys

    def on_scan(self, text: str) -> bool:
        """The scanner has read something; every code is ours here, good or bad."""
        self.entry.clear()
        self._use(text)
        return True

    def on_enter(self) -> None:
        """Enter: a number is the quantity of the part in hand, anything else is a code."""
        text = self.entry.text().strip()
        self.entry.clear()
        if not text or self._busy:
            return
        quantity = self.session.quantity(text)
        if quantity is None:
            self._use(text)
        else:
            self.enter(quantity)

    def _use(self, text: str) -> None:
        self._asked = None
        taken = self.session.take(text)
        if taken.kind == "refused":
            self._refuse(taken.sentence)
        elif taken.kind == "one" and self.session.hand:
            self._add_one(self.session.hand)
        elif taken.kind == "part":
            self._show_hand()
        elif self.session.place:
            place = self.session.place
            self.band.set(
                Result("info", "map-pin", _("Bin"), f"{place.code} {place.title}", self.session.prompt())
            )
        self._show()
        self.entry.setFocus()

    def _on_row(self, number: int) -> None:
        """A line was opened in the list: it is in hand, to be counted by keyboard."""
        row = self.source.lines.get(number)
        if row is not None:
            if self.session.place is None or self.session.place.id != row.bin_id:
                self.session.drop()
                self.session.take(row.bin)
            self.session.pick(row)
            self._show_hand()
            self._prompt.setText(self.session.prompt())
            self.entry.setFocus()

    def _show_hand(self) -> None:
        if self.session.hand:
            self.band.set(in_hand(self.session, self.session.hand))

    def _refuse(self, sentence: str) -> None:
        QApplication.beep()
        self.band.set(Result("danger", "octagon-x", _("Nothing was counted"), sentence))

    # counting

    def enter(self, quantity: int, anyway: str = "") -> None:
        """The part in hand is so many; what was asked about is answered by a second Enter or by F6 and F7."""
        session, hand = self.session, self.session.hand
        if self._asked and self._asked == ("fraction", quantity):
            anyway = _("confirmed")
        self._asked = None
        self._busy = True
        self._tasks.run(
            lambda: session.enter(quantity, anyway),
            lambda done: self._on_entered(done, hand),
            lambda error: self._on_refused(error, quantity),
            owner=self,
            ended=self._on_ended,
        )

    def _on_ended(self) -> None:
        self._busy = False

    def _on_entered(self, done: Done, hand: Line | None) -> None:
        self._done.append(done)
        self.session.drop()
        self._reload()
        if hand:
            self.band.set(entered(self.session, hand))

    def _add_one(self, hand: Line) -> None:
        """One more; scans are recorded one after the other, however fast they come."""
        session, key = self.session, hand.key
        session.drop()

        def work() -> tuple[Done, int]:
            return session.add_one(key), session.counted_of(key)

        self._tasks.run(work, lambda found: self._on_one(found, hand), self._on_lost, owner=self)

    def _on_one(self, found: tuple[Done, int], hand: Line) -> None:
        done, counted = found
        self._done.append(done)
        more = f"{hand.part_no}   {hand.bin}"
        self.band.set(Result("ok", "plus", _("Counted"), hand.name, more, amount(counted, hand.unit)))
        self.refresh({"stock"})

    def _on_lost(self, error: Exception) -> None:
        self._refuse(str(error))

    def _on_refused(self, error: Exception, quantity: int) -> None:
        codes = {found.code for found in error.objections} if isinstance(error, Refused) else set()
        if codes == {"count.again"}:
            self._ask_again(str(error), quantity)
        elif isinstance(error, Refused) and error.may_override:
            QApplication.beep()
            self._asked = ("fraction", quantity)
            self.band.set(
                Result("warn", "triangle-alert", _("Type it again to confirm, Esc drops it"), str(error))
            )
        else:
            self._refuse(str(error))

    def _ask_again(self, sentence: str, quantity: int) -> None:
        QApplication.beep()
        self._asked = ("again", quantity)
        self.band.set(
            Result(
                "warn",
                "history",
                _("F6 replaces it, F7 adds to it, Esc keeps it"),
                sentence,
                "",
                amount(quantity),
            )
        )
        self._offer()

    def _on_choice(self, how: str) -> None:
        self.answer(how)
        self.entry.setFocus()

    def _offer(self) -> None:
        for made in self.choices:
            made.setVisible(self._asked is not None and self._asked[0] == "again")

    def answer(self, how: str) -> None:
        """F6 or F7: what is to be done with the earlier count of this line."""
        if self._asked and self._asked[0] == "again":
            self.session.how = how
            self.enter(self._asked[1])

    def nothing_left(self) -> None:
        """What was expected in this bin and not found is nothing."""
        session = self.session
        if session.place and not session.blind:
            self._tasks.run(session.nothing_left, self._on_emptied, self._on_lost, owner=self)

    def _on_emptied(self, done: Done) -> None:
        self._done.append(done)
        word = _("The rest of the bin is empty")
        self.band.set(
            Result("ok", "circle-check", word, self.session.place.code if self.session.place else "")
        )
        self._reload()

    def switch_mode(self) -> None:
        """F2: type quantities, or count one by every scan."""
        self.session.drop()
        self.session.each = not self.session.each
        word = _("Each scan counts one") if self.session.each else _("Scan, then type the quantity")
        self.band.set(
            Result("neutral", "plus" if self.session.each else "keyboard", word, self.session.prompt())
        )
        self._show()
        self.entry.setFocus()

    def undo(self) -> None:
        """Take back what was counted last at this desk."""
        if self._done:
            done, desk = self._done.pop(), self._desk
            self._tasks.run(lambda: desk.undo(done.action_id), self._on_undone, self._on_lost, owner=self)

    def _on_undone(self, _done: Done) -> None:
        self.session.drop()
        self.band.set(
            Result(
                "neutral",
                "undo-2",
                _("Taken back"),
                _("The last count was taken back."),
                self.session.prompt(),
            )
        )
        self._reload()

    def _drop(self) -> None:
        """Esc: drop the part in hand; without one, leave."""
        if self.session.hand or self._asked or self.entry.text():
            self.entry.clear()
            self._asked = None
            self.session.drop()
            self.band.set(
                Result("neutral", "scan-line", _("Dropped, nothing was counted"), self.session.prompt())
            )
            self._show()
            self.entry.setFocus()
        else:
            self.left.emit()

    def keys(self) -> list[tuple[str, str]]:
        """The keys of this page."""
        found = [
            ("F2", _("each scan +1")),
            ("F3", _("type a code")),
            ("Enter", _("count it")),
            ("Ctrl Z", _("undo last")),
            ("Esc", _("drop, leave")),
        ]
        if not self.session.blind:
            found.insert(3, ("F4", _("rest is empty")))
        return found

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        slots: dict[Qt.Key, Any] = {
            Qt.Key.Key_Escape: self._drop, Qt.Key.Key_F2: self.switch_mode, Qt.Key.Key_F3: self.entry.setFocus,
            Qt.Key.Key_F4: self.nothing_left,
        }  # fmt: skip
        if key in _CHOICES:
            self.answer(_CHOICES[key])
        elif _is_undo(event):
            self.undo()
        elif key in slots:
            slots[key]()
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # An empty entry would take Ctrl Z for its own text.
        pressed = isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress
        if pressed and isinstance(event, QKeyEvent) and not self.entry.text():
            if _is_undo(event):
                self.undo()
                return True
            if event.key() == Qt.Key.Key_Down:
                self.table.view.setFocus()
                return True
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), theme.color("surface"))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        low, narrow = self.height() < 560, self.width() < 1000
        self._hints.setVisible(not low)
        self.table.setVisible(self.height() >= 420)
        self.table.set_compact(narrow)
        self.top.set_width(self.width())
        self._prompt.setFont(theme.font("section" if narrow else "item"))
        self.entry.setFixedWidth(180 if narrow else 260)


def _is_undo(event: QKeyEvent) -> bool:
    return event.key() == Qt.Key.Key_Z and event.modifiers() == Qt.KeyboardModifier.ControlModifier
