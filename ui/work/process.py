"""The step bar of a record, standing: each step of its process chain with who and when (R-1.3-a)."""

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app import values
from app.words import _
from app.work import StepTaken
from app.workflow import Machine
from ui.kit import icons, theme

ROW, DISC = 40, 22


class Stage(NamedTuple):
    """One step: its word, who and when (empty while it is ahead), and whether it is done, now or later."""

    words: str
    who: str
    time: str
    state: str


def stages(machine: Machine, taken: Sequence[StepTaken], now: str, timezone: str) -> list[Stage]:
    """The main line with the latest visit of each state; a state beside the line stands where it branched off."""
    latest = {step.target: step for step in taken}
    line = list(machine.line)
    if now not in line:
        place = max((line.index(s.target) for s in taken if s.target in line), default=0)
        line[place + 1 : place + 1] = [now]
    here = line.index(now)
    made = []
    for place, state in enumerate(line):
        step = latest.get(state) if place <= here else None
        time = values.show_instant(step.at, timezone)[5:] if step else ""
        said = "now" if place == here else "done" if place < here else "later"
        made.append(Stage(machine.word(state), (step.who or "") if step else "", time, said))
    return made


class ProcessBar(QWidget):
    """Steps under each other: tick and word, who, when; the step that it stands at is filled."""

    def __init__(self, shown: Sequence[Stage]) -> None:
        super().__init__()
        self._stages = list(shown)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        current = next((n for n, s in enumerate(shown, 1) if s.state == "now"), len(shown))
        said = "; ".join(
            " ".join(filter(None, [s.words, s.who, s.time])) for s in shown if s.state != "later"
        )
        self.setAccessibleName(f"{current}/{len(shown)} {said}")

    def sizeHint(self) -> QSize:
        return QSize(200, len(self._stages) * ROW - 8)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for place, stage in enumerate(self._stages):
            top = place * ROW
            if place + 1 < len(self._stages):
                passed = stage.state == "done"
                painter.setPen(QPen(theme.color("accent" if passed else "border_strong"), 2 if passed else 1))
                painter.drawLine(DISC // 2 + 1, top + DISC + 3, DISC // 2 + 1, top + ROW - 1)
            self._disc(painter, QRectF(2, top + 1, DISC - 2, DISC - 2), place, stage.state)
            self._words(painter, top, stage)

    @staticmethod
    def _disc(painter: QPainter, disc: QRectF, place: int, state: str) -> None:
        painter.setPen(QPen(theme.color("border_strong" if state == "later" else "accent"), 1.5))
        grounds = {"now": "accent", "done": "accent_soft"}
        painter.setBrush(theme.color(grounds[state]) if state in grounds else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(disc)
        if state == "done":
            icons.paint(painter, disc.adjusted(4, 4, -4, -4), "check", theme.color("accent"))
            return
        painter.setFont(theme.font("caption"))
        painter.setPen(theme.color("on_accent" if state == "now" else "text_3"))
        painter.drawText(disc, Qt.AlignmentFlag.AlignCenter, str(place + 1))

    def _words(self, painter: QPainter, top: int, stage: Stage) -> None:
        room = QRect(DISC + 10, top, self.width() - DISC - 10, DISC)
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
        painter.setFont(theme.font("body_strong" if stage.state == "now" else "dense"))
        painter.setPen(theme.color("text_3" if stage.state == "later" else "text"))
        painter.drawText(room, flags, stage.words)
        room.setLeft(room.left() + painter.fontMetrics().horizontalAdvance(stage.words) + 12)
        painter.setFont(theme.font("caption"))
        painter.setPen(theme.color("text_2"))
        when = painter.fontMetrics().horizontalAdvance(f"  {stage.time}")
        who = painter.fontMetrics().elidedText(
            stage.who, Qt.TextElideMode.ElideRight, max(room.width() - when, 0)
        )
        painter.drawText(
            room, flags | Qt.AlignmentFlag.AlignRight, "  ".join(filter(None, [who, stage.time]))
        )


def said_step(words: str) -> str:
    """The toast after a move."""
    return _("Now: {state}").format(state=words)
