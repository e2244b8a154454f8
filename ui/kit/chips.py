"""Status: sign + word, on a soft ground as a chip or bare in a table."""

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.signs import sign
from ui.kit import icons, theme

GAP = 6
PADDING = 7
SIGN = 14
BARE_SIGN = 16


def _measured(text: str, font: QFont) -> int:
    return QFontMetrics(font).horizontalAdvance(text) + 1  # it rounds down, and the word would elide


def chip_width(word: str) -> int:
    """The room a chip takes."""
    return 2 * PADDING + SIGN + GAP + _measured(word, theme.font("dense"))


def paint_chip(painter: QPainter, rect: QRect, word: str, level: str, icon: str | None = None) -> None:
    """Draws a chip at the left of the rectangle: soft ground, sign, word."""
    look = theme.LEVELS[level]
    width = min(chip_width(word), rect.width())
    height = min(theme.size("height.chip"), rect.height())
    ground = QRect(rect.x(), rect.y() + (rect.height() - height) // 2, width, height)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color(look.soft))
    radius = theme.size("radius.chip")
    painter.drawRoundedRect(QRectF(ground), radius, radius)
    painter.setFont(theme.font("dense"))
    inner = ground.adjusted(PADDING, 0, -PADDING, 0)
    _sign_and_word(painter, inner, word, _with(look, icon), SIGN)
    painter.restore()


def paint_status(
    painter: QPainter, rect: QRect, word: str, level: str, icon: str | None = None, *, bare: bool = True
) -> None:
    """Draws a state in a table cell: bare sign + word; with bare=False on a chip's ground."""
    if not bare:
        paint_chip(painter, rect, word, level, icon)
        return
    _sign_and_word(painter, rect, word, _with(theme.LEVELS[level], icon), BARE_SIGN)


def _with(look: theme.Level, icon: str | None) -> theme.Level:
    return look._replace(icon=icon) if icon else look


def _sign_and_word(painter: QPainter, rect: QRect, word: str, look: theme.Level, side: int) -> None:
    painter.save()
    top = rect.y() + (rect.height() - side) // 2
    icons.paint(painter, QRect(rect.x(), top, side, side), look.icon, theme.color(look.sign))
    painter.setPen(theme.color(look.text))
    place = rect.adjusted(side + GAP, 0, 0, 0)
    shown = QFontMetrics(painter.font()).elidedText(word, Qt.TextElideMode.ElideRight, place.width())
    painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, shown)
    painter.restore()


class Chip(QWidget):
    """A state by itself: sign + word, on the soft ground of its level or bare."""

    def __init__(self, word: str, level: str, icon: str | None = None, *, bare: bool = False) -> None:
        super().__init__()
        self._bare = bare
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set(word, level, icon)

    @classmethod
    def of(cls, code: str, *, bare: bool = False) -> "Chip":
        """The chip of a state of app.signs."""
        found = sign(code)
        return cls(found.text, found.level, found.icon, bare=bare)

    def set(self, word: str, level: str, icon: str | None = None) -> None:
        """Shows another state."""
        self.word, self.level, self.icon = word, level, icon
        self.setAccessibleName(word)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        if not self._bare:
            return QSize(chip_width(self.word), theme.size("height.chip"))
        return QSize(BARE_SIGN + GAP + _measured(self.word, theme.font("body")) + 1, 22)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(theme.font("body"))
        paint_status(painter, self.rect(), self.word, self.level, self.icon, bare=self._bare)
