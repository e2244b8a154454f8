"""Time line: what happened to a thing, newest first, with who and which record."""

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.kit import icons, theme

ROW, DISC = 46, 22
GREY = ("caption", "text_3")


class Event(NamedTuple):
    """One row: sign, level, what, when (as words), and who and which record in grey."""

    icon: str
    level: str
    text: str
    time: str
    more: str = ""


class TimeLine(QWidget):
    """Events under each other, tied by a line; a click or Enter on a row opens its record."""

    opened = Signal(int)

    def __init__(self, events: Sequence[Event] = (), *, clickable: bool = False) -> None:
        super().__init__()
        self._clickable = clickable
        self._row = 0
        if clickable:
            self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set(events)

    def set(self, events: Sequence[Event]) -> None:
        """Shows other events."""
        self._events = list(events)
        self._row = 0
        self.setAccessibleName("\n".join(f"{e.time} {e.text} {e.more}" for e in self._events))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(300, max(len(self._events) * ROW, 1))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for row, shown in enumerate(self._events):
            if event.rect().intersects(QRect(0, row * ROW, self.width(), ROW)):
                self._paint_row(painter, row, shown)
        if self.hasFocus() and self._events:
            painter.setPen(QPen(theme.color("focus"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(
                QRectF(DISC + 5, self._row * ROW + 1, self.width() - DISC - 6, ROW - 3), 4, 4
            )

    def _paint_row(self, painter: QPainter, row: int, shown: Event) -> None:
        top = row * ROW
        if row + 1 < len(self._events):
            painter.fillRect(QRect(DISC // 2, top + DISC + 4, 1, ROW - DISC - 2), theme.color("border"))
        look = theme.LEVELS[shown.level]
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color(look.soft))
        painter.drawEllipse(QPointF(DISC / 2, top + DISC / 2 + 2), DISC / 2, DISC / 2)
        icons.paint(painter, QRectF(4, top + 6, 14, 14), shown.icon, theme.color(look.sign))
        small = QFontMetrics(theme.font("caption"))
        time_width = small.horizontalAdvance(shown.time)
        words = QRect(DISC + 10, top, self.width() - DISC - 10, 22)
        _text(painter, words, GREY, shown.time, right=True)
        _text(painter, words.adjusted(0, 0, -time_width - 10, 0), ("dense", "text"), shown.text)
        _text(painter, words.translated(0, 20), GREY, shown.more)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        row = int(event.position().y()) // ROW
        if self._clickable and event.button() == Qt.MouseButton.LeftButton and 0 <= row < len(self._events):
            self._row = row
            self.opened.emit(row)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
        if self._clickable and self._events and step:
            self._row = max(0, min(self._row + step, len(self._events) - 1))
            self.update()
        elif self._clickable and self._events and event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.opened.emit(self._row)
        else:
            super().keyPressEvent(event)


def _text(painter: QPainter, rect: QRect, style: tuple[str, str], text: str, *, right: bool = False) -> None:
    role, tone = style
    painter.setFont(theme.font(role))
    painter.setPen(theme.color(tone))
    fit = QFontMetrics(painter.font()).elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
    side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
    painter.drawText(rect, side | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, fit)
