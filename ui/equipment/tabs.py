"""Tabs of an inspector: words in a row, a bar under the one that is open."""

from collections.abc import Sequence

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.kit import theme

GAP = 20


class Tabs(QWidget):
    """Left and Right move, a click chooses."""

    chosen = Signal(str)
    """The key of the tab."""

    def __init__(self, tabs: Sequence[tuple[str, str]], current: str) -> None:
        super().__init__()
        self._tabs = list(tabs)
        self.current = current
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._say()

    def _say(self) -> None:
        self.setAccessibleName(dict(self._tabs)[self.current])
        self.update()

    def choose(self, key: str) -> None:
        """Open a tab."""
        if key != self.current:
            self.current = key
            self._say()
            self.chosen.emit(key)

    def places(self) -> list[tuple[str, str, QRect]]:
        """Key, words and place of each tab; the gap shrinks where words are long."""
        metrics = QFontMetrics(theme.font("body"))
        widths = [metrics.horizontalAdvance(words) + 4 for _key, words in self._tabs]
        room = self.width() - sum(widths)
        gap = max(6, min(GAP, room // max(len(widths) - 1, 1)))
        made, x = [], 0
        for (key, words), width in zip(self._tabs, widths, strict=True):
            made.append((key, words, QRect(x, 0, width, self.height() - 1)))
            x += width + gap
        return made

    def sizeHint(self) -> QSize:
        return QSize(280, 36)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        for key, words, place in self.places():
            here = key == self.current
            painter.setFont(theme.font("body"))
            painter.setPen(theme.color("text" if here else "text_2"))
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextSingleLine, words)
            if here:
                painter.fillRect(place.x(), self.height() - 2, place.width(), 2, theme.color("accent"))
                if self.hasFocus():
                    painter.setPen(QPen(theme.color("focus"), 2))
                    painter.drawRect(place.adjusted(0, 3, 0, -4))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        for key, _words, place in self.places():
            if place.adjusted(-6, 0, 6, 0).contains(event.position().toPoint()):
                self.choose(key)
                return

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        keys = [key for key, _words in self._tabs]
        place = keys.index(self.current) + step
        if step and 0 <= place < len(keys):
            self.choose(keys[place])
        elif not step:
            super().keyPressEvent(event)
