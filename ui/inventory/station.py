"""The scan station: the whole window for one thing - scan, quantity, Enter (LOOK.md, section 5; R-4.4-g).

A scan is understood at once, written to the queue on the disk, and booked by the worker in its order; a busy database only
makes it wait. What could not be used stays in sight until somebody has dealt with it.
"""

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout

from app.desk import Desk
from app.inventory.station import CLEARED
from app.labels.bindings import may_bind
from app.settings import STATION_MINUTES, STATION_SOUND, Settings
from app.words import _
from ui.inventory import station_results as results
from ui.inventory.booking import KINDS
from ui.inventory.scan_page import ready
from ui.inventory.station_bars import StationTop
from ui.inventory.station_codes import CodeScans
from ui.inventory.station_parts import open_count
from ui.kit.labels import line
from ui.kit.tasks import Tasks
from ui.kit.wedge import Wedge

_LOOK_MS = 5000


class ScanStation(CodeScans):
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
        self.top = StationTop(desk)
        self._connect()
        self._lay_out()
        self.show_result(ready(_(KINDS[self.station.action].title)))
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
        column.addWidget(self.log, 5)

    # what is shown

    def _show(self) -> None:
        """Prompt, context bar, actions and what waits, as they are now."""
        part = self.station.part
        # The band may say something else: the part in hand is named beside what it still needs.
        named = f"{part.part_no}  " if part and self.band.result.icon != results.HELD else ""
        asked = _("Enter books it anyway, a number is another quantity, Esc drops it")
        self.prompt.setText(asked if self._asked and not part else named + self.station.prompt())
        self.top.show_station(self.station, undo=self.booker.can_undo())
        self.context.show_station(self.station)
        self.failed_bar.show_failed(self.queue.failed)
        self.left_bar.show_left(self.booker.leftover, self._desk.timezone)

    def refresh(self, topics: set[str]) -> None:
        """Something has changed in the store."""
        if topics & {"stock", "inventory"}:
            self.log.reload()

    def _on_time(self) -> None:
        """Some minutes have passed: the order is forgotten, so that the next part does not go to it."""
        if self.station.expire():
            self._neutral("clock-alert", _(CLEARED))

    # orders and keys

    def _obey(self, order: str) -> None:
        """A code of the sheet of actions."""
        acts: Mapping[str, Callable[[], object]] = {
            "book": self.book, "undo": self.undo, "cancel": self._let_go, "clear": self.clear, "count": self._count,
            "skip": self.skip_at_once, "anyway": self.book_anyway, "bind": self.bind,
        }  # fmt: skip
        acts.get(order, self._show)()

    def _count(self) -> None:
        found = open_count(self._desk)
        if found:
            self.count_wanted.emit(found)
        else:
            self.page_wanted.emit("stocktake")

    def _on_action(self, action: str) -> None:
        self.station.choose(action)
        self._asked = None
        self._turned(KINDS[action].icon, _(KINDS[action].title))

    def _turned(self, icon: str, word: str) -> None:
        """Something else holds from now on; a part that is still in hand is shown with it."""
        if self._queue_ready():
            self._neutral(icon, word)
        self._show()
        self.entry.setFocus()

    def switch_mode(self) -> None:
        """F2: type quantities, or book one by every scan."""
        self.station.each = not self.station.each
        word = _("Each scan books one") if self.station.each else _("Scan, then type the quantity")
        self._turned("plus" if self.station.each else "keyboard", word)

    def clear(self) -> None:
        """F9: forget order, machine, bin and person; the part in hand stays."""
        self.station.clear()
        self._turned("circle-slash", _("The order is cleared"))

    def _let_go(self) -> None:
        """Drop the part in hand, or the booking that was asked about; nothing else."""
        if self._asked and not self.station.part:
            self.log.skipped(self._asked, _("Dropped at the question"))
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
        self.context.set_narrow(self.width() < 1000)
        self.context.show_station(self.station)
