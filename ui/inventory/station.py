"""The scan station: the whole window for one thing - scan, quantity, Enter (LOOK.md, section 5; R-4.4-g).

A scan is understood at once, written to the queue on the disk, and booked by the worker in its order; a busy database only
makes it wait. What could not be used stays in sight until somebody has dealt with it.
"""

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QVBoxLayout

from app.desk import Desk
from app.errors import AppError
from app.inventory.scan_queue import Booking, Failed
from app.inventory.scans import Meaning
from app.labels.bindings import may_bind
from app.settings import STATION_MINUTES, STATION_SOUND, Settings
from app.values import parse_quantity
from app.words import _
from ui.inventory import station_results as results
from ui.inventory.band import Result
from ui.inventory.booking import KINDS
from ui.inventory.scan_page import ready
from ui.inventory.station_bars import ContextBar, StationTop
from ui.inventory.station_booker import Booked
from ui.inventory.station_choice import ChoiceBar
from ui.inventory.station_parts import open_count
from ui.inventory.station_undo import UndoableScans
from ui.kit.labels import line
from ui.kit.tasks import Tasks
from ui.kit.wedge import Wedge

_LOOK_MS = 5000


class ScanStation(UndoableScans):
    """Scan a part, scan what it is for, type how many, Enter; or let every scan book one."""

    count_wanted = Signal(bytes)
    """A stocktake is to be counted."""

    page_wanted = Signal(str)
    """Another page by its key."""

    report_requested = Signal(str, object)
    """A printed sheet by its name."""

    def __init__(
        self,
        desk: Desk,
        tasks: Tasks,
        settings: Settings | None = None,
        wedge: Wedge | None = None,
        text: str = "",
    ) -> None:
        super().__init__(desk, tasks, wedge)
        if settings:
            self.station.minutes = settings.get(STATION_MINUTES)
            self.sounds.enabled = settings.get(STATION_SOUND) == "on"
        self._clock = QTimer(self, interval=_LOOK_MS)
        self._clock.timeout.connect(self._on_time)
        self._clock.start()
        self.top, self.context = StationTop(desk), ContextBar()
        self.choice_bar = ChoiceBar()
        #: The code that means several records, and the foreign code that waited for one of them.
        self._choosing = ("", "")
        self._connect()
        self._lay_out()
        self.show_result(ready(self.station.prompt()))
        self._show()
        if text:
            self.use(text)

    def _connect(self) -> None:
        top, failed = self.top, self.failed_bar
        top.left.connect(self.left)
        top.chosen.connect(self._on_action)
        top.undo_wanted.connect(self.undo)
        top.correct_wanted.connect(self.correct)
        top.each_wanted.connect(self.switch_mode)
        top.sheet_wanted.connect(lambda: self.report_requested.emit("action-sheet", {}))
        failed.bind_wanted.connect(self.open_binding)
        failed.book_wanted.connect(self.book_anyway)
        failed.skip_wanted.connect(self._on_skip)
        self.left_bar.book_wanted.connect(self.book_leftover)
        self.left_bar.skip_wanted.connect(self._on_skip_leftover)
        self.log.opened.connect(self.correct)
        self.choice_bar.chosen.connect(self._on_choice)
        self.add_undo_keys()
        booker = self.booker
        booker.booked.connect(self._on_booked)
        booker.delayed.connect(self._on_delayed)
        booker.refused.connect(self._on_refused)
        booker.undone.connect(self._on_undone)
        booker.failed.connect(self._on_failed)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for part in (self.top, line(), self.context, line(), self.left_bar):
            column.addWidget(part)
        column.addWidget(self.band, 3)
        column.addWidget(self.choice_bar)
        column.addWidget(self.failed_bar)
        column.addLayout(self.prompt_row())
        column.addWidget(self.hint_row())
        column.addWidget(self.log, 4)

    # what is shown

    def _show(self) -> None:
        """Prompt, context bar, actions and what waits, as they are now."""
        self.prompt.setText(self.station.prompt())
        self.top.show_station(self.station, undo=self.booker.can_undo())
        self.context.show_station(self.station)
        self.failed_bar.show_failed(self.queue.failed)
        self.left_bar.show_left(self.booker.leftover)

    def refresh(self, topics: set[str]) -> None:
        """Something has changed in the store."""
        if topics & {"stock", "inventory"}:
            self.log.reload()

    def _on_time(self) -> None:
        """Some minutes have passed: the order is forgotten, so that the next part does not go to it."""
        if self.station.expire():
            self._neutral("clock-alert", _("The order was cleared: nothing was scanned for a while"))

    # scans and keys

    def on_enter(self) -> None:
        """Enter: a number is the quantity and books, nothing books, anything else is a code."""
        text, asked = self.entry.text().strip(), self._asked
        self.entry.clear()
        if asked and self.station.part is None and (not text or self._new_quantity(asked, text)):
            self.book_anyway(asked)
        elif text and not self.station.take_quantity(text):
            self.use(text)
        elif self.station.part and not self.station.wanted():
            self.book()
        elif self.station.part and text:
            self._show_part()
        else:
            self._show()

    def _new_quantity(self, asked: Failed, text: str) -> bool:
        """A number after a question is another quantity for the booking that was refused."""
        try:
            quantity = parse_quantity(text) if len(text) <= 7 else 0
        except AppError:
            return False
        if quantity and asked.booking:
            asked.booking.qty, asked.may = quantity, True
        return bool(quantity and asked.booking)

    def use(self, text: str) -> None:
        """A code: what it changed is shown, what is complete is queued."""
        station = self.station
        self._asked = None
        self._leave_choice()
        waiting, station.binding = station.binding, ""
        try:
            problem = station.take(text)
        except AppError as error:
            problem = str(error)
        if station.choices:
            self._ask_which(text, waiting)
            return
        self._used(text, waiting, problem)

    def _used(self, text: str, waiting: str, problem: str) -> None:
        """What a code has changed: bound, queued, obeyed, shown, refused."""
        station = self.station
        if waiting and not problem:
            self._bind(waiting)
            return
        self._queue_ready()
        if problem:
            self._refuse(problem, text, station.foreign)
        elif station.order:
            self._obey(station.order)
        elif station.part:
            self._show_part()
        elif station.changed == "context":
            context = next(reversed(station.contexts.values()))
            self._understood(f"{context.code} {context.title}")
        elif station.changed in {"action", "quantity"}:
            self._understood(self.context.words().split("; ", maxsplit=1)[0], refresh=True)
        self._show()

    def _ask_which(self, text: str, waiting: str) -> None:
        """Several records behind one code: a person says which, by a number key."""
        self._choosing = (text, waiting)
        self.choice_bar.ask(self.station.choices)
        self._make_room()
        word, more = _("One code, several records"), _("Press the number of the right one")
        self.show_result(Result("warn", "qr-code", word, text[:60], more))
        self._show()

    def _leave_choice(self) -> None:
        """A scan that nobody chose for leads to nothing: it stays in sight."""
        (text, waiting), choices = self._choosing, self.choice_bar.choices
        self._choosing = ("", "")
        self.choice_bar.ask(())
        self._make_room()
        if choices:
            self.station.binding = waiting
            sentence = _("{code} means several records, and none was chosen. Scan it again, or skip it.")
            self._fail(Failed(text=text[:200], sentence=sentence.format(code=text[:40]), at=self._desk.now()))

    def _make_room(self) -> None:
        """In a low window the list to choose from takes the place of the band."""
        self.band.setVisible(self.height() >= 560 or not self.choice_bar.choices)

    def _on_choice(self, found: Meaning) -> None:
        text, waiting = self._choosing
        self._choosing = ("", "")
        self.choice_bar.ask(())
        self._make_room()
        try:
            problem = self.station.take_meaning(found)
        except AppError as error:
            problem = str(error)
        self._used(text, waiting, problem)
        self.entry.setFocus()

    def key_in_empty(self, event: QKeyEvent) -> bool:
        """A number key chooses, while there is something to choose from."""
        text = event.text()
        if self.choice_bar.choices and text.isascii() and text.isdigit():
            return self.choice_bar.press(int(text))
        return super().key_in_empty(event)

    def _understood(self, name: str, *, refresh: bool = False) -> None:
        if refresh:
            self._show()
            name = self.context.words().split("; ", maxsplit=1)[0]
        self.show_result(Result("info", "circle-check", _("Understood"), name, self.station.prompt()))

    def _obey(self, order: str) -> None:
        """A code of the sheet of actions."""
        acts: Mapping[str, Callable[[], object]] = {
            "book": self.book, "undo": self.undo, "cancel": self._let_go, "clear": self.clear, "count": self._count,
        }  # fmt: skip
        acts.get(order, self._show)()

    def _count(self) -> None:
        found = open_count(self._desk)
        if found:
            self.count_wanted.emit(found)
        else:
            self.page_wanted.emit("stocktake")

    def _show_part(self) -> None:
        """The part in hand, not booked yet."""
        self.show_result(results.in_hand(self.station))
        self._show()

    # booking

    def book(self) -> None:
        """Book what is in hand."""
        if self.station.part is None or self.station.wanted():
            self._refuse(self.station.prompt(), "")
            return
        if problem := self.station.finish():
            self._refuse(problem, "")
        self._queue_ready()
        self._show()

    def _queue_ready(self) -> None:
        """What is complete goes to the disk, then to the worker."""
        ready_now, self.station.ready = self.station.ready, []
        for booking in ready_now:
            try:
                self.booker.add(booking)
            except AppError as error:
                self._refuse(str(error), booking.part_no)
                continue
            self.show_result(results.taken(booking, len(self.booker.waiting())))

    def _on_booked(self, found: Booked) -> None:
        if self.station.part:
            self.sounds.play("good")  # the band shows the next part already
        else:
            self.show_result(results.booked(found))
        self._show()
        if not self.booker.waiting():
            self.log.reload()

    def _on_delayed(self, booking: Booking, waiting: int) -> None:
        self.show_result(results.delayed(booking, waiting))

    def _on_refused(self, failed: Failed) -> None:
        self.log.refuse(failed)
        if failed.may and not self.station.part:
            self._asked = failed
            word = _("Not booked yet: Enter books anyway, Esc drops it")
            self.show_result(Result("warn", "triangle-alert", word, failed.sentence, failed.text))
        else:
            self.show_result(
                Result("danger", "octagon-x", _("Nothing was booked"), failed.sentence, failed.text)
            )
        self._show()

    def _on_action(self, action: str) -> None:
        self.station.choose(action)
        self._asked = None
        self._neutral(KINDS[action].icon, _(KINDS[action].title))
        self.entry.setFocus()

    def switch_mode(self) -> None:
        """F2: type quantities, or book one by every scan."""
        self.station.drop()
        self.station.each = not self.station.each
        word = _("Each scan books one") if self.station.each else _("Scan, then type the quantity")
        self._neutral("plus" if self.station.each else "keyboard", word)
        self.entry.setFocus()

    def clear(self) -> None:
        """F9: forget order, machine, bin and person."""
        self.station.clear()
        self._neutral("circle-slash", _("The order is cleared"))

    def _let_go(self) -> None:
        """Drop the part in hand, or the booking that was asked about; nothing else."""
        if self._asked and not self.station.part:
            self.queue.dealt(self._asked, _("Dropped at the question"))
            self.keep_reason([self._asked], _("Dropped at the question"))
        self._asked = None
        self.entry.clear()
        self.station.drop()
        self._neutral("scan-line", _("Dropped, nothing was booked"))

    def drop(self) -> None:
        """Esc: drop what is in hand; without anything, leave."""
        if self.choice_bar.choices:
            self._leave_choice()
            self._neutral("scan-line", _("Dropped, nothing was booked"))
        elif self.station.part or self.station.binding or self.entry.text() or self._asked:
            self._let_go()
        else:
            self.left.emit()

    def slots(self) -> Mapping[Qt.Key, Callable[[], object]]:
        """The keys of the station."""
        return {
            Qt.Key.Key_F2: self.switch_mode, Qt.Key.Key_F4: self.bind, Qt.Key.Key_F6: self.correct,
            Qt.Key.Key_F7: self.book_anyway, Qt.Key.Key_F8: self._on_skip, Qt.Key.Key_F9: self.clear,
        }  # fmt: skip

    def keys(self) -> list[tuple[str, str]]:
        """The keys of this page."""
        binding = [("F4", _("bind a foreign code"))] if may_bind(self._desk) else []
        return [
            ("Enter", _("book")), ("F2", _("each scan +1")), *binding, ("F6", _("correct")),
            ("F9", _("clear order")), ("Ctrl Z", _("undo last")), ("Alt 1…0", _("take back a line")), ("Esc", _("drop, leave")),
        ]  # fmt: skip

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.log.setVisible(self.height() >= 460)
        self._make_room()
        self.top.set_narrow(self.width() < 1000)
