"""The ways back from a booking at the station: the last scan, any of the last ten, or a correction of one of the last 200."""

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut

from app.changes import Done
from app.inventory.booking import reverse_movement
from app.inventory.scan_queue import Booking
from app.values import day_of
from app.words import _
from ui.inventory.band import Result
from ui.inventory.correct import CorrectDialog
from ui.inventory.station_failed import FailedScans
from ui.inventory.station_log import LAST, Line
from ui.inventory.station_parts import Question
from ui.inventory.tables import amount
from ui.kit.forms import FormField


class UndoableScans(FailedScans):
    """What was booked can be taken back, line by line."""

    def add_undo_keys(self) -> None:
        """Alt and a number for a line of the list, Ctrl Backspace for the one that is selected."""
        for place in range(1, LAST + 1):
            self._on_key(f"Alt+{place % 10}", partial(self.take_back_place, place))
        self._on_key("Ctrl+Backspace", self._on_take_back_current)
        self.log.back_wanted.connect(self.take_back)

    def _on_key(self, keys: str, slot: object) -> None:
        made = QShortcut(QKeySequence(keys), self)
        made.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        made.activated.connect(slot)

    def undo(self) -> None:
        """Take back the last scan: out of the hand, out of the queue, or out of the ledger."""
        if self.station.part or self._asked:
            self._let_go()
        elif self.booker.can_undo():
            self.booker.undo()
        else:
            self._neutral("undo-2", _("There is nothing to take back."))

    def _let_go(self) -> None:
        raise NotImplementedError

    def _on_undone(self, booking: Booking) -> None:
        quantity = amount(booking.qty, booking.unit)
        self._neutral("undo-2", _("Taken back"), f"{booking.part_no} {booking.name}  {quantity}")
        self.log.reload()

    def take_back_place(self, place: int) -> None:
        """Take back the line of this number."""
        if line := self.log.line(place):
            self.take_back(line)
        else:
            self._neutral("undo-2", _("Nothing to take back in line {number}").format(number=place))

    def _on_take_back_current(self) -> None:
        if line := self.log.current_line():
            self.take_back(line)

    def take_back(self, line: Line) -> None:
        """Take back one booking: of today at once, later with a reason."""
        reason = ""
        if day_of(line.booked_at, self._desk.timezone) != self._desk.today():
            title = _("Take back {what}?").format(what=f"{line.part} {line.qty}")
            fields = [FormField("reason", _("Reason"), required=True)]
            filled = self.ask(Question(self.window(), title, fields, _("Take it back")))
            if not filled:
                return
            reason = filled["reason"]
        desk, movement = self._desk, line.movement

        def on_done(_done: Done) -> None:
            self.booker.forget(movement)
            words = f"{line.part} {line.qty}"
            self.show_result(Result("neutral", "undo-2", _("Taken back"), words, self.station.prompt()))
            self._show()
            self.log.reload()

        self._tasks.run(
            lambda: reverse_movement(desk, movement, reason=reason), on_done, self._on_failed, owner=self
        )

    def correct(self, number: int = 0) -> None:
        """F6, or Enter on a line: point a booking to another order or quantity, or take it back."""
        dialog = CorrectDialog(
            self.window(), self._desk, self._tasks, number=max(0, number), wedge=self._wedge
        )
        dialog.corrected.connect(self._on_corrected)
        dialog.open()

    def _on_corrected(self, words: str) -> None:
        self.show_result(Result("ok", "pencil", _("Corrected"), words, self.station.prompt()))
        self._show()
        self.log.reload()
