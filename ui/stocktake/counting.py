"""The counting page: the whole window for one thing - scan the bin, scan the part, type how many, Enter."""

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QVBoxLayout

from app.changes import Done
from app.desk import Desk
from app.errors import Refused
from app.stocktake.lines import Line
from app.stocktake.session import Session
from app.words import _
from ui.inventory.band import Result
from ui.inventory.scan_page import ScanPage, ready
from ui.inventory.tables import amount
from ui.kit.buttons import button
from ui.kit.labels import line
from ui.kit.table import Table
from ui.kit.tasks import Tasks
from ui.stocktake.bars import CountTop
from ui.stocktake.results import entered, in_hand
from ui.stocktake.tables import LineSource, line_columns

PAUSE = 150  # ms in which changes of the lines are gathered
_CHOICES = {Qt.Key.Key_F6: "replace", Qt.Key.Key_F7: "add"}


class CountPage(ScanPage):
    """One person counting; every line is recorded at once, several laptops may count the same stock-take."""

    def __init__(self, desk: Desk, tasks: Tasks, count: bytes, session: Session | None = None) -> None:
        super().__init__(_("Code or quantity"))
        self._desk, self._tasks = desk, tasks
        self.session = session or Session(desk, count)
        self._done: list[Done] = []
        self._asked: tuple[str, int] | None = None
        self._busy = False
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(PAUSE)
        self._soon.timeout.connect(self._reload)
        self.source = LineSource()
        self.table = Table(line_columns(blind=self.session.blind, whole=False), self.source)
        self.table.opened.connect(self._on_row)
        self.top = CountTop(desk, count)
        self.top.left.connect(self.left)
        self.top.mode.clicked.connect(self.switch_mode)
        self.top.empty.clicked.connect(self.nothing_left)
        self.top.undo.clicked.connect(self.undo)
        self._lay_out()
        self.show_result(ready(self.session.prompt()))
        self._show()

    # layout

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.top)
        column.addWidget(line())
        column.addWidget(self.band, 2)
        self.choices = [button(_("Replace (F6)"), scale="large"), button(_("Add (F7)"), scale="large")]
        for made, how in zip(self.choices, _CHOICES.values(), strict=True):
            made.clicked.connect(partial(self._on_choice, how))
            made.hide()
        column.addLayout(self.prompt_row(*self.choices))
        column.addWidget(self.hint_row())
        column.addWidget(self.table, 5)

    # what is shown

    def _show(self) -> None:
        """Bin, progress, prompt and lines as they are now."""
        session, lines = self.session, self.session.lines
        place = session.place
        self.prompt.setText(session.prompt())
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

    def on_enter(self) -> None:
        """Enter: a number is the quantity of the part in hand, anything else is a code."""
        text = self.entry.text().strip()
        self.entry.clear()
        if not text or self._busy:
            return
        quantity = self.session.quantity(text)
        if quantity is None:
            self.use(text)
        else:
            self.enter(quantity)

    def use(self, text: str) -> None:
        """A code was scanned or typed."""
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
            self.show_result(
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
            self.prompt.setText(self.session.prompt())
            self.entry.setFocus()

    def _show_hand(self) -> None:
        if self.session.hand:
            self.show_result(in_hand(self.session, self.session.hand))

    def _refuse(self, sentence: str) -> None:
        self.show_result(Result("danger", "octagon-x", _("Nothing was counted"), sentence))

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
            self.show_result(entered(self.session, hand))

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
        self.show_result(Result("ok", "plus", _("Counted"), hand.name, more, amount(counted, hand.unit)))
        self.refresh({"stock"})

    def _on_lost(self, error: Exception) -> None:
        self._refuse(str(error))

    def _on_refused(self, error: Exception, quantity: int) -> None:
        codes = {found.code for found in error.objections} if isinstance(error, Refused) else set()
        if codes == {"count.again"}:
            self._ask_again(str(error), quantity)
        elif isinstance(error, Refused) and error.may_override:
            self._asked = ("fraction", quantity)
            self.show_result(
                Result("warn", "triangle-alert", _("Type it again to confirm, Esc drops it"), str(error))
            )
        else:
            self._refuse(str(error))

    def _ask_again(self, sentence: str, quantity: int) -> None:
        self._asked = ("again", quantity)
        self.show_result(
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
        self.show_result(
            Result("ok", "circle-check", word, self.session.place.code if self.session.place else "")
        )
        self._reload()

    def switch_mode(self) -> None:
        """F2: type quantities, or count one by every scan."""
        self.session.drop()
        self.session.each = not self.session.each
        word = _("Each scan counts one") if self.session.each else _("Scan, then type the quantity")
        self.show_result(
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
        self.show_result(
            Result(
                "neutral",
                "undo-2",
                _("Taken back"),
                _("The last count was taken back."),
                self.session.prompt(),
            )
        )
        self._reload()

    def drop(self) -> None:
        """Esc: drop the part in hand; without one, leave."""
        if self.session.hand or self._asked or self.entry.text():
            self.entry.clear()
            self._asked = None
            self.session.drop()
            self.show_result(
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

    def slots(self) -> Mapping[Qt.Key, Callable[[], object]]:
        """The keys of the counting page."""
        return {
            Qt.Key.Key_F2: self.switch_mode, Qt.Key.Key_F4: self.nothing_left,
            **{key: partial(self.answer, how) for key, how in _CHOICES.items()},
        }  # fmt: skip

    def key_in_empty(self, event: QKeyEvent) -> bool:
        """Down goes to the lines."""
        if event.key() == Qt.Key.Key_Down:
            self.table.view.setFocus()
            return True
        return super().key_in_empty(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.table.setVisible(self.height() >= 420)
        self.table.set_compact(self.width() < 1000)
        self.top.set_width(self.width())
