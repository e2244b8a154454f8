"""The results of a session in one table: score, Enter, next; an empty score is somebody who was not there."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from app.errors import AppError
from app.signs import sign
from app.training import actions
from app.training.actions import Outcome
from app.training.ops import MOST_SCORE
from app.training.sessions import SessionView, Taken
from app.values import day_of, show_quantity
from app.words import _, pgettext
from ui.kit.chips import Chip
from ui.kit.editors import NumberEditor, TextEditor
from ui.kit.forms import FormField
from ui.kit.labels import ElidedLabel, label
from ui.training.dialogs import Place
from ui.training.forms import WriteDialog


class ScoreEditor(NumberEditor):
    """A score; Enter and the arrows go up and down the column."""

    moved = Signal(int)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Return: 1, Qt.Key.Key_Enter: 1, Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
        if event.key() in step:
            self.moved.emit(step[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)


class Lines(QWidget):
    """A line for each participant: name, score, what follows from it, remark."""

    reached = Signal(object)
    """The score that has the focus now: it is to be in sight."""

    filled = Signal()
    """Enter was pressed in the last score."""

    def __init__(self, people: Sequence[Taken], pass_score: int) -> None:
        super().__init__()
        self._people, self._mark = list(people), pass_score
        self.scores: list[ScoreEditor] = []
        self._remarks: list[TextEditor] = []
        self._chips: list[Chip] = []
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 8, 0)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(6)
        grid.setColumnMinimumWidth(0, 150)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(3, 1)
        for column, words in enumerate(
            (_("Staff member"), _("Score"), pgettext("training", "Result"), _("Remarks"))
        ):
            grid.addWidget(label(words, "caption", "text_2"), 0, column)
        for row, who in enumerate(self._people):
            self._add(grid, row, who)

    def _add(self, grid: QGridLayout, row: int, who: Taken) -> None:
        score, remark, chip = ScoreEditor(), TextEditor(), Chip("", "neutral")
        score.setFixedWidth(90)
        score.setAccessibleName(f"{who.name} {_('Score')}")
        remark.setAccessibleName(f"{who.name} {_('Remarks')}")
        score.edited.connect(lambda: self._judge(row))
        score.moved.connect(lambda step: self._go(row + step))
        for column, part in enumerate(
            (ElidedLabel(f"{who.staff_no} {who.name}", "dense"), score, chip, remark)
        ):
            grid.addWidget(part, row + 1, column)
        self.scores.append(score)
        self._remarks.append(remark)
        self._chips.append(chip)
        if who.record_id is not None:  # a result is a fact: it is corrected by another one
            score.set_value(who.score)
            score.setReadOnly(True)
            remark.setReadOnly(True)
        self._judge(row)

    def _judge(self, row: int) -> None:
        found = self._read(row)
        if isinstance(found, str):
            self._chips[row].set(_("Not a score"), "danger")
        elif found is None:
            self._chips[row].set(_("Absent"), "neutral", "circle-slash")
        elif found >= self._mark:
            self._chips[row].set(_("Passed"), "ok")
        else:
            self._chips[row].set(sign("not_passed").text, "danger")

    def _read(self, row: int) -> int | str | None:
        """The score of a line, None while empty, or the sentence that says what is wrong with it."""
        try:
            value: int | None = self.scores[row].value()
        except AppError as error:
            return str(error)
        if value is not None and not 0 <= value <= MOST_SCORE:
            return _("A score lies between 0 and 100.")
        return value

    def _go(self, row: int) -> None:
        if row >= len(self.scores):
            self.filled.emit()
        elif row >= 0:
            self.scores[row].setFocus()
            self.scores[row].selectAll()
            self.reached.emit(self.scores[row])

    def focus_first(self) -> None:
        """Go to the first score that is not yet recorded."""
        first = next((n for n, who in enumerate(self._people) if who.record_id is None), None)
        if first is not None:
            self._go(first)

    def problem(self) -> str:
        """What is wrong with the first line that cannot be taken."""
        for row, who in enumerate(self._people):
            found = self._read(row)
            if isinstance(found, str):
                self._go(row)
                return f"{who.name}: {found}"
        return ""

    def outcomes(self) -> list[Outcome]:
        """The new results."""
        made = []
        for row, who in enumerate(self._people):
            score = self._read(row)
            if who.record_id is None and isinstance(score, int):
                made.append(Outcome(who.staff_id, score, remark=self._remarks[row].value()))
        return made


class ResultsDialog(WriteDialog):
    """Enter the results of a session by keyboard, then record them all in one action."""

    def __init__(self, at: Place, view: SessionView, people: Sequence[Taken]) -> None:
        desk = at.desk
        fields = [
            FormField("train_date", _("Date"), "date", required=True),
            FormField("hours", _("Hours"), "number", "h", required=True),
        ]
        day = min(day_of(view.start, desk.timezone), desk.today())
        super().__init__(
            at.parent,
            _("Results of {session}").format(session=view.code),
            fields,
            {"train_date": day, "hours": view.hours},
            tasks=at.tasks,
            work=lambda typed: actions.enter_results(
                desk, view.id, typed["outcomes"], typed["train_date"], hours=typed["hours"]
            ),
            done=at.done,
            do=_("Record results"),
            text=f"{view.course_code} {view.course}·"
            + _("pass mark {mark}").format(mark=show_quantity(view.pass_score)),
        )
        self.lines = Lines(people, view.pass_score)
        self.lines.filled.connect(self.save.setFocus)
        self.lines.reached.connect(self.scroller.ensureWidgetVisible)
        self.add_below(label(_("Empty score: was not there."), "caption", "text_3"), self.lines)
        self.lines.focus_first()

    def values(self) -> dict[str, Any]:
        return super().values() | {"outcomes": self.lines.outcomes()}

    def on_save(self) -> None:
        problem = self.lines.problem()
        if problem:
            self._note.set(problem, "danger")
            self._note.show()
        else:
            super().on_save()
