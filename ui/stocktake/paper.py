"""Typing in a count sheet that was filled in by hand: quantity, Enter, quantity, Enter - the next line is always in hand."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from app import values
from app.changes import Done
from app.desk import Desk
from app.errors import AppError
from app.stocktake.counting import Paper
from app.stocktake.lines import Line
from app.stocktake.paper import PaperSession
from app.words import _
from ui.inventory.band import Result
from ui.inventory.tables import amount
from ui.kit.chips import Chip
from ui.kit.dialogs import FormDialog
from ui.kit.forms import FormField
from ui.kit.tasks import Tasks
from ui.stocktake.counting import CountPage


def ask_paper(parent: QWidget, desk: Desk) -> Paper | None:
    """When it was counted and by whom, as the sheet says; None if the person thinks better of it."""

    def check(filled: Mapping[str, str]) -> dict[str, str]:
        try:
            at = values.parse_instant(filled["time"], desk.timezone)
        except AppError as error:
            return {"time": str(error)}
        ahead = _("The time of the count lies ahead. Type when it was counted.")
        return {"time": ahead} if at > desk.now() else {}

    filled = FormDialog.ask(
        parent, _("Type in a count sheet"),
        [FormField("time", _("Counted at"), required=True, placeholder=values.show_instant(desk.now(), desk.timezone)),
         FormField("by", _("Counted by"), required=True)],
        {}, check=check, do=_("Type in the lines"),
        text=_("The counts are compared with the books of that time and marked as typed in later by you."),
    )  # fmt: skip
    return (
        Paper(values.parse_instant(filled["time"], desk.timezone), filled["by"].strip()) if filled else None
    )


class PaperPage(CountPage):
    """The lines of a sheet, one after the other; every one is recorded at once."""

    def __init__(self, desk: Desk, tasks: Tasks, count: bytes, paper: Paper) -> None:
        self.sheet = PaperSession(desk, count, paper=paper)
        super().__init__(desk, tasks, count, self.sheet)
        for part in (self.top.mode, self.top.empty):
            part.hide()
        said = _("Typed in later: {time}, {by}")
        at = values.show_instant(paper.at, desk.timezone)
        self.top.add_mark(Chip(said.format(time=at, by=paper.by), "info", "keyboard"))
        self.sheet.go_on()
        self._show_line()

    def _show_line(self) -> None:
        """The line in hand, or that the sheet is done."""
        hand = self.session.hand
        if hand is None:
            done = _("{done} of {total}").format(
                done=len(self.session.lines.counted), total=len(self.session.lines.rows)
            )
            self.show_result(
                Result("ok", "circle-check", _("The sheet is done"), done, self.session.prompt())
            )
        else:
            self._show_hand()
            self.table.select([hand.n])
        self._show()

    def _show_hand(self) -> None:
        hand = self.session.hand
        if hand is None:
            return
        more = "   ".join(filter(None, (hand.part_no, hand.bin, hand.spec, hand.batch)))
        if hand.last:
            words = _("Counted already: {quantity} {unit} {by}").format(
                quantity=amount(hand.last.counted), unit=hand.unit, by=hand.last.by
            )
            self.show_result(Result("warn", "package", words.rstrip(), hand.name, more))
        else:
            place = _("Line {number} of {total}").format(number=hand.n, total=len(self.session.lines.rows))
            self.show_result(Result("info", "package", place, hand.name, more))

    def on_enter(self) -> None:
        """Enter: a number is the quantity of the line in hand; nothing leaves it out; anything else is a code."""
        if self.entry.text().strip() or self._busy:
            super().on_enter()
        elif self.session.hand and not self._asked:
            self.sheet.leave_out()
            self.sheet.go_on()
            self._show_line()

    def _on_entered(self, done: Done, hand: Line | None) -> None:
        self._done.append(done)
        self.session.reload()
        self.session.hand = hand
        self.sheet.go_on()
        self._show_line()

    def switch_mode(self) -> None:
        """A sheet is typed in by quantities only."""

    def nothing_left(self) -> None:
        """What stands on no sheet was not counted."""

    def keys(self) -> list[tuple[str, str]]:
        """The keys of this page."""
        return [
            ("Enter", _("next line")),
            ("F3", _("type a code")),
            ("Ctrl Z", _("undo last")),
            ("Esc", _("drop, leave")),
        ]

    def slots(self) -> Mapping[Qt.Key, Callable[[], object]]:
        """F6 and F7 answer what is asked."""
        return {key: slot for key, slot in super().slots().items() if key in {Qt.Key.Key_F6, Qt.Key.Key_F7}}

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.top.empty.hide()
