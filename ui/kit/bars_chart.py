"""Bars: how much of each, upright over time or lying down the longest first, each with its words and its figure."""

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.words import _
from ui.kit import theme

ROW, COLUMN_HEIGHT, FOOT, HEAD = 26, 200, 24, 20
WIDEST = 46


class BarOf(NamedTuple):
    """One bar: its words, its value in any unit, and the value as it is said."""

    words: str
    value: int
    said: str


class BarChart(QWidget):
    """Bars of one colour from a common line; values below nothing are shown as nothing with their figure."""

    def __init__(self, bars: Sequence[BarOf] = (), *, upright: bool = False) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set(bars, upright=upright)

    def set(self, bars: Sequence[BarOf], *, upright: bool = False) -> None:
        """Other bars."""
        self.bars, self._upright = list(bars), upright
        self.setAccessibleName("; ".join(f"{bar.words} {bar.said}" for bar in self.bars) or _("No data"))
        self.setFixedHeight(self.sizeHint().height())
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(320, COLUMN_HEIGHT if self._upright else max(len(self.bars), 1) * ROW + 8)

    def _share(self, bar: BarOf) -> float:
        most = max((one.value for one in self.bars), default=0)
        return max(bar.value, 0) / most if most > 0 else 0.0

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.font("caption"))
        if not any(bar.value for bar in self.bars):
            painter.setPen(theme.color("text_3"))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, _("No data"))
        elif self._upright:
            self._columns(painter)
        else:
            self._rows(painter)

    def _columns(self, painter: QPainter) -> None:
        metrics = painter.fontMetrics()
        step = self.width() / len(self.bars)
        wide, plot = min(step * 0.6, WIDEST), self.height() - FOOT - HEAD
        words = max(metrics.horizontalAdvance(bar.words) for bar in self.bars) + 8
        said = max(metrics.horizontalAdvance(bar.said) for bar in self.bars) + 6
        every = max(1, -int(-words // step))
        last, top = len(self.bars) - 1, max(bar.value for bar in self.bars)
        painter.fillRect(QRectF(0, HEAD + plot, self.width(), 1), theme.color("border_strong"))
        for n, bar in enumerate(self.bars):
            middle, high = (n + 0.5) * step, self._share(bar) * plot
            painter.fillRect(
                QRectF(middle - wide / 2, HEAD + plot - high, wide, high), theme.color("chart_1")
            )
            painter.setPen(theme.color("text_2"))
            if bar.value and (said <= step or bar.value == top):
                place = QRectF(middle - said / 2, HEAD + plot - high - 17, said, 16)
                place.moveLeft(max(0.0, min(place.x(), self.width() - said)))
                painter.drawText(place, Qt.AlignmentFlag.AlignCenter, bar.said)
            if (last - n) % every == 0:
                below = QRectF(middle - words / 2, HEAD + plot + 5, words, 17)
                below.moveLeft(max(0.0, min(below.x(), self.width() - words)))
                painter.drawText(below, Qt.AlignmentFlag.AlignCenter, bar.words)

    def _rows(self, painter: QPainter) -> None:
        metrics = QFontMetrics(theme.font("dense"))
        painter.setFont(theme.font("dense"))
        words = min(
            max(metrics.horizontalAdvance(bar.words) for bar in self.bars) + 16, self.width() * 2 // 5
        )
        said = max(metrics.horizontalAdvance(bar.said) for bar in self.bars) + 12
        room = max(self.width() - words - said, 20)
        left, middle = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignVCenter
        for n, bar in enumerate(self.bars):
            top, long = 4 + n * ROW, self._share(bar) * room
            shown = metrics.elidedText(bar.words, Qt.TextElideMode.ElideRight, words - 12)
            painter.setPen(theme.color("text"))
            painter.drawText(QRectF(0, top, words, ROW), left | middle, shown)
            painter.fillRect(QRectF(words, top + 5, max(long, 1), ROW - 10), theme.color("chart_1"))
            painter.setPen(theme.color("text_2"))
            painter.drawText(QRectF(words + long + 8, top, said, ROW), left | middle, bar.said)
