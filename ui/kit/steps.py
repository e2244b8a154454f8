"""Steps bar: where one stands in a fixed order of steps."""

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.words import _
from ui.kit import icons, theme

DISC, GAP, LINE = 26, 8, 46
AT_MOST = 7


def folded(words: list[str], current: int) -> list[tuple[int, str]]:
    """The steps that are shown: at most seven, the middle folded into an ellipsis (step -1)."""
    steps = list(enumerate(words))
    if len(steps) <= AT_MOST:
        return steps
    kept = {0, len(steps) - 1, *range(current - 1, current + 2)}
    start = max(0, min(current - 1, len(steps) - 4))
    kept |= set(range(start, start + 3))
    shown: list[tuple[int, str]] = []
    for number, word in steps:
        if number in kept:
            shown.append((number, word))
        elif shown[-1][0] != -1:
            shown.append((-1, "…"))
    return shown


class StepsBar(QWidget):
    """Done = tick, now = filled number and bold word, later = empty number; the words always stand there."""

    def __init__(self, words: list[str], current: int = 0) -> None:
        super().__init__()
        self._words = words
        self._current = current
        self.setSizePolicy(QSizePolicy.Policy.MinimumExpanding, QSizePolicy.Policy.Fixed)
        self.set_current(current)

    def set_current(self, current: int) -> None:
        """Moves to a step; one past the last means that all is done."""
        self._current = current
        word = self._words[current] if current < len(self._words) else _("Done")
        self.setAccessibleName(f"{min(current + 1, len(self._words))}/{len(self._words)} {word}")
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        shown = folded(self._words, self._current)
        bold = QFontMetrics(theme.font("body_strong"))
        words = sum(bold.horizontalAdvance(word) for _number, word in shown)
        return QSize(words + len(shown) * (DISC + 2 * GAP) + (len(shown) - 1) * (LINE + GAP), 34)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        x, middle = 0, self.height() / 2
        for place, (number, word) in enumerate(folded(self._words, self._current)):
            if place:
                done = 0 <= number <= self._current
                painter.setPen(QPen(theme.color("accent" if done else "border_strong"), 2 if done else 1))
                painter.drawLine(QPointF(x, middle), QPointF(x + LINE, middle))
                x += LINE + 12
            x += self._paint_step(painter, x, number, word) + 12

    def _paint_step(self, painter: QPainter, x: int, number: int, word: str) -> int:
        now, done = number == self._current, 0 <= number < self._current
        font = theme.font("body_strong" if now else "body")
        disc = 0 if number < 0 else DISC
        if disc:
            self._paint_disc(
                painter, QRectF(x + 1, (self.height() - DISC) / 2 + 1, DISC - 2, DISC - 2), number
            )
        painter.setFont(font)
        painter.setPen(theme.color("text" if now else "text_2" if done else "text_3"))
        width = QFontMetrics(font).horizontalAdvance(word)
        start = x + disc + (GAP if disc else 0)
        painter.drawText(QRect(start, 0, width + 2, self.height()), Qt.AlignmentFlag.AlignVCenter, word)
        return start + width - x

    def _paint_disc(self, painter: QPainter, disc: QRectF, number: int) -> None:
        now, done = number == self._current, number < self._current
        rim = "accent" if now or done else "border_strong"
        painter.setPen(QPen(theme.color(rim), 1.5))
        painter.setBrush(
            theme.color("accent") if now else theme.color("accent_soft") if done else Qt.BrushStyle.NoBrush
        )
        painter.drawEllipse(disc)
        if done:
            icons.paint(painter, disc.adjusted(5, 5, -5, -5), "check", theme.color("accent"))
            return
        font = theme.font("body_strong" if now else "body")
        painter.setFont(font)
        painter.setPen(theme.color("on_accent" if now else "text_3"))
        painter.drawText(disc, Qt.AlignmentFlag.AlignCenter, str(number + 1))
