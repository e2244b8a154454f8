"""From a line of a list, or a label, to the round itself: asks for the reason when it is late, begins it, shows it."""

from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from app.desk import Desk
from app.inspections import actions
from app.inspections.lists import RoundLine
from app.inspections.scan import FoundRound, task_for_scan
from app.words import _
from ui.inspections.round_page import RoundPage
from ui.kit.dialogs import FormDialog
from ui.kit.forms import FormField
from ui.kit.tasks import Tasks


class RoundOpener(QObject):
    """Opens rounds for whoever shows pages; `opened` brings the page of the round."""

    opened = Signal(object)

    def __init__(self, desk: Desk, tasks: Tasks, parent: QWidget, *, keypad: str = "auto") -> None:
        super().__init__(parent)
        self._desk, self._tasks, self._parent, self._keypad = desk, tasks, parent, keypad

    def open(self, line: RoundLine, scanned_label: str = "") -> None:
        """Begin a round or go on with it."""
        reason = ""
        if line.status == "missed":
            answer = self._ask_reason(line)
            if answer is None:
                return
            reason = answer
        work = partial(
            actions.start_round, self._desk, line.id, late_reason=reason, scanned_label=scanned_label
        )
        self._tasks.run(work, self._show, owner=self)

    def scan(self, text: str) -> None:
        """Open the round that is due where this label hangs; a sentence says when there is none."""
        self._tasks.run(partial(task_for_scan, self._desk, text), self._on_found, owner=self)

    def _on_found(self, found: FoundRound | None) -> None:
        if found is not None:
            self.open(found.line, found.label)

    def _show(self, task_id: bytes) -> None:
        self.opened.emit(RoundPage(self._desk, self._tasks, task_id, keypad=self._keypad))

    def _ask_reason(self, line: RoundLine) -> str | None:
        values = FormDialog.ask(
            self._parent,
            _("Do “{name}” late").format(name=line.name),
            [FormField("reason", _("Reason for being late"), "lines", required=True)],
            do=_("Start"),
            text=_("Its window has passed: it counts as missed until it is submitted."),
        )
        return None if values is None else str(values["reason"])
