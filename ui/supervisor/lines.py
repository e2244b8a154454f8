"""A few rows in a card of the first page: what, who, state, when; each opens its record."""

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app.signs import Sign
from ui.kit import theme
from ui.kit.bars import Stock, paint_stock
from ui.kit.chips import paint_status
from ui.kit.labels import plain_tip

ROW, HEAD, PAD = 36, 32, 14


class Line(NamedTuple):
    """A row: the record that it opens, its words, who or where (or a stock bar), state, and what stands at the right."""

    table: str
    id: bytes
    words: str
    middle: str | Stock
    state: Sign
    right: str = ""


class Lines(QWidget):
    """Rows under a header; a click or Enter opens the record."""

    opened = Signal(str, object)

    def __init__(self, heads: tuple[str, str, str, str], lines: Sequence[Line], empty: str) -> None:
        super().__init__()
        self.lines = list(lines)
        self._heads, self._empty, self._row = heads, empty, 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if lines else Qt.FocusPolicy.NoFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor if lines else Qt.CursorShape.ArrowCursor)
        self._wanted = self._measured()
        said = (f"{line.words} {line.state.text} {line.right}" for line in self.lines)
        self.setAccessibleName("\n".join(said) or empty)

    def _measured(self) -> tuple[int, int, int]:
        """The widths that the three columns after the first ask for, the gap included."""
        body, caption = (QFontMetrics(theme.font(name)).horizontalAdvance for name in ("body", "caption"))
        heads = [caption(words) for words in self._heads[1:]]
        middle = [130 if isinstance(n.middle, Stock) else body(n.middle) for n in self.lines]
        state = [body(n.state.text) + 24 for n in self.lines]
        right = [body(n.right) for n in self.lines]
        wanted = [max([head, *found]) for head, found in zip(heads, (middle, state, right), strict=True)]
        return min(wanted[0] + 22, 152), wanted[1] + 20, wanted[2] and wanted[2] + 12

    def event(self, event: QEvent) -> bool:
        """A row that is cut short says itself whole under the pointer."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            row = (event.pos().y() - HEAD) // ROW
            known = 0 <= row < len(self.lines)
            said = f"{self.lines[row].words}\n{self.lines[row].state.text}" if known else ""
            QToolTip.showText(event.globalPos(), plain_tip(said) if said else "", self)
            return True
        return super().event(event)

    def sizeHint(self) -> QSize:
        return QSize(420, HEAD + ROW * max(len(self.lines), 1) if self.lines else 44)

    def places(self, top: int, height: int) -> tuple[QRect, QRect, QRect, QRect]:
        """Where the four parts of a row stand; the first takes what is left, narrow cards drop the second."""
        width = self.width() - 2 * PAD
        wanted = self._wanted
        right = wanted[2]
        state = min(wanted[1], max(150, width * 35 // 100))
        middle = min(wanted[0], width // 4) if width >= 440 else 0
        first = width - right - state - middle
        spots, x = [], PAD
        for share in (first, middle, state, right):
            spots.append(QRect(x, top, max(share - 10, 0), height))
            x += share
        return spots[0], spots[1], spots[2], spots[3].adjusted(0, 0, 10, 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if not self.lines:
            painter.setFont(theme.font("dense"))
            painter.setPen(theme.color("text_2"))
            painter.drawText(self.rect().adjusted(16, 0, -16, -8), Qt.AlignmentFlag.AlignVCenter, self._empty)
            return
        painter.fillRect(0, 0, self.width(), HEAD, theme.color("surface_alt"))
        painter.setFont(theme.font("caption"))
        painter.setPen(theme.color("text_2"))
        for number, (place, words) in enumerate(zip(self.places(0, HEAD), self._heads, strict=True)):
            _text(painter, place, words, right=number == 3)
        for number, line in enumerate(self.lines):
            self._paint_line(painter, HEAD + number * ROW, line)
        if self.hasFocus():
            painter.setPen(QPen(theme.color("focus"), 2))
            painter.drawRect(2, HEAD + self._row * ROW + 1, self.width() - 4, ROW - 3)

    def _paint_line(self, painter: QPainter, top: int, line: Line) -> None:
        painter.fillRect(0, top + ROW - 1, self.width(), 1, theme.color("border"))
        words, middle, state, right = self.places(top, ROW - 1)
        painter.setFont(theme.font("body"))
        painter.setPen(theme.color("text"))
        _text(painter, words, line.words)
        if isinstance(line.middle, Stock):
            if middle.width():
                paint_stock(painter, middle, line.middle)
        else:
            painter.setPen(theme.color("text_2"))
            _text(painter, middle, line.middle)
        paint_status(painter, state, line.state.text, line.state.level, line.state.icon)
        painter.setPen(theme.color("text_2"))
        _text(painter, right, line.right, right=True)

    def _open(self) -> None:
        line = self.lines[self._row]
        self.opened.emit(line.table, line.id)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        row = (int(event.position().y()) - HEAD) // ROW
        if event.button() == Qt.MouseButton.LeftButton and 0 <= row < len(self.lines):
            self._row = row
            self._open()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
        if step and 0 <= self._row + step < len(self.lines):
            self._row += step
            self.update()
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and self.lines:
            self._open()
        else:
            super().keyPressEvent(event)


def _text(painter: QPainter, place: QRect, words: str, *, right: bool = False) -> None:
    side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
    shown = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, place.width())
    painter.drawText(place, side | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, shown)
