"""The wide band of the scan station: what has just happened, to be read from two metres."""

from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRect, QSize, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.kit import icons, theme
from ui.kit.tokens import TOKENS

EDGE = 12
#: So many drawn texts are kept; a slanted last sign may reach a little beyond its width.
_STAMPS, _OVERHANG = 48, 8
#: A refused scan is a saturated red with white words in the dark, too: it is read from two metres.
_ALARM, _ON_ALARM = "alarm", "on_alarm"
_FLAGS = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
_WRAPPED = Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap


@dataclass(frozen=True)
class Result:
    """What the band says: level and sign, the word, the name, a line more; at the right the quantity and what is left."""

    level: str
    icon: str
    word: str
    name: str = ""
    more: str = ""
    quantity: str = ""
    left_word: str = ""
    left: str = ""
    #: State of the stock after the booking (app.signs), where it asks for something.
    warning: str = ""
    warning_level: str = "ok"


class Band(QWidget):
    """Paints a result; in low windows at half the size."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)  # nothing behind it need be painted first
        self.result = Result("neutral", "scan-line", "")
        #: Texts that come again and again, drawn: large signs are slow to shape.
        self._stamps: dict[tuple[object, ...], QPixmap] = {}
        self._fonts: dict[tuple[int, bool], QFont] = {}
        self._widths: dict[tuple[str, int, bool], int] = {}
        self._drawn: tuple[tuple[object, ...], QPixmap] = ((), QPixmap())

    def set(self, result: Result) -> None:
        """Say something else."""
        self.result = result
        self.setAccessibleName(
            " ".join(filter(None, [result.word, result.name, result.more, result.quantity]))
        )
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(640, 300)

    def minimumSizeHint(self) -> QSize:
        return QSize(320, 104)

    def _font(self, pixels: int, *, bold: bool) -> QFont:
        size = max(round(pixels * min(self.height() / 300, 1.0)), 12)
        if (size, bold) not in self._fonts:  # a scan asks for six, and making one takes as long as a look-up
            made = theme.font("station" if bold else "body")
            made.setPixelSize(size)
            self._fonts[size, bold] = made
        return self._fonts[size, bold]

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, shown = QPainter(self), self.result
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        bad = shown.level == "danger"
        look = theme.LEVELS[shown.level]
        painter.fillRect(self.rect(), _tone(_ALARM if bad else look.soft))
        painter.fillRect(0, 0, EDGE, self.height(), _tone(_ON_ALARM if bad else look.sign))
        scale = min(self.height() / 300, 1.0)
        side, left = round(96 * scale), EDGE + round(44 * scale)
        middle = QRect(left, (self.height() - side) // 2, side, side)
        self._sign(painter, middle, shown.icon, _ON_ALARM if bad else look.sign)
        right = self._figures(painter, bad=bad)
        self._words(painter, left + side + round(36 * scale), right, bad=bad)

    def _sign(self, painter: QPainter, place: QRect, icon: str, tone: str) -> None:
        """The large sign, drawn once: a scan shows it a hundred times."""
        colour, ratio = _tone(tone), self.devicePixelRatioF()
        key = (icon, colour.rgba(), place.width(), ratio)
        if key != self._drawn[0]:
            drawn = QPixmap(QSizeF(place.size() * ratio).toSize())
            drawn.setDevicePixelRatio(ratio)
            drawn.fill(Qt.GlobalColor.transparent)
            with QPainter(drawn) as inner:
                inner.setRenderHint(QPainter.RenderHint.Antialiasing)
                icons.paint(inner, QRect(QPoint(), place.size()), icon, colour)
            self._drawn = (key, drawn)
        painter.drawPixmap(place.topLeft(), self._drawn[1])

    def _stamp(self, painter: QPainter, place: QRect, text: str, font: QFont, tone: str) -> None:
        """A text that many scans have in common, at the left of its place, drawn once."""
        ratio = self.devicePixelRatioF()
        key = (text, font.pixelSize(), font.bold(), theme.scheme(), tone, ratio)
        drawn = self._stamps.get(key)
        if drawn is None:
            metrics = QFontMetrics(font)
            size = QSize(metrics.horizontalAdvance(text) + _OVERHANG, metrics.height())
            drawn = QPixmap(QSizeF(size * ratio).toSize())
            drawn.setDevicePixelRatio(ratio)
            drawn.fill(Qt.GlobalColor.transparent)
            with QPainter(drawn) as inner:
                inner.setRenderHint(QPainter.RenderHint.Antialiasing)  # large signs are drawn as outlines
                inner.setFont(font)
                inner.setPen(_tone(tone))
                inner.drawText(QRect(QPoint(), size), _FLAGS, text)
            if len(self._stamps) >= _STAMPS:
                self._stamps.pop(next(iter(self._stamps)))
            self._stamps[key] = drawn
        high = round(drawn.height() / ratio)
        painter.drawPixmap(place.x(), place.y() + (place.height() - high) // 2, drawn)

    def _words(self, painter: QPainter, left: int, right: int, *, bad: bool) -> None:
        shown, look = self.result, theme.LEVELS[self.result.level]
        lines = (
            (shown.word, 34, True, _ON_ALARM if bad else look.text),
            (shown.name, 56, True, _ON_ALARM if bad else "text"),
            (shown.more, 24, False, _ON_ALARM if bad else "text_2"),
        )
        fonts = [QFont(self._font(pixels, bold=bold)) for _text, pixels, bold, _tone in lines]  # made smaller
        heights = [
            _fit(line[0], font, right - left) if line[0] else 0
            for line, font in zip(lines, fonts, strict=True)
        ]
        top = (self.height() - sum(heights)) // 2
        for (text, _size, _bold, tone), font, height in zip(lines, fonts, heights, strict=True):
            place, one_line = QRect(left, top, right - left, height), height <= QFontMetrics(font).height()
            if text is shown.word and one_line:
                self._stamp(painter, place, text, font, tone)
            else:
                painter.setFont(font)
                painter.setPen(_tone(tone))
                painter.drawText(place, _FLAGS if one_line else _WRAPPED, text)
            top += height

    def _figures(self, painter: QPainter, *, bad: bool) -> int:
        """The quantity and what is left; gives the place where the words must end."""
        shown = self.result
        right = self.width() - 40
        if not shown.quantity:
            return right
        big, small, word = self._font(112, bold=True), self._font(48, bold=True), self._font(22, bold=False)
        column = max(
            self._wide(small, shown.left),
            self._wide(word, shown.left_word),
            self._wide(word, shown.warning) + 34,
        )
        x, high = right - column, QFontMetrics(small).height()
        line = QFontMetrics(word).height()
        top = (self.height() - high - 2 * line) // 2
        self._stamp(
            painter, QRect(x, top, column, line), shown.left_word, word, _ON_ALARM if bad else "text_2"
        )
        look = theme.LEVELS[shown.warning_level]
        tone = "text" if shown.warning_level == "ok" else look.text
        self._stamp(painter, QRect(x, top + line, column, high), shown.left, small, tone)
        if shown.warning:
            self._warning(painter, QRect(x, top + line + high, column, line), word)
        width = self._wide(big, shown.quantity)
        self._stamp(painter, QRect(x - 28 - width, 0, width, self.height()), shown.quantity, big, "text")
        return x - 28 - width - 16

    def _wide(self, font: QFont, text: str) -> int:
        """The width of a figure or of its words, which come again and again."""
        key = (text, font.pixelSize(), font.bold())
        if key not in self._widths:
            if len(self._widths) >= _STAMPS:
                self._widths.pop(next(iter(self._widths)))
            self._widths[key] = QFontMetrics(font).horizontalAdvance(text)
        return self._widths[key]

    def _warning(self, painter: QPainter, place: QRect, font: QFont) -> None:
        look = theme.LEVELS[self.result.warning_level]
        side = min(24, place.height())
        sign = QRect(place.x(), place.y() + (place.height() - side) // 2, side, side)
        icons.paint(painter, sign, look.icon, theme.color(look.sign))
        painter.setFont(font)
        painter.setPen(theme.color(look.text))
        painter.drawText(place.adjusted(side + 8, 0, 0, 0), _FLAGS, self.result.warning)


def _tone(name: str) -> QColor:
    """A colour of the scheme; the alarm is the same in both."""
    fixed = {_ALARM: "danger_sign", _ON_ALARM: "on_accent"}
    return QColor(TOKENS["color"]["light"][fixed[name]]) if name in fixed else theme.color(name)


def _fit(text: str, font: QFont, width: int) -> int:
    """The height that a text takes: in one line, smaller if need be; a sentence rather in two than too small to read."""
    full = font.pixelSize()
    metrics = QFontMetrics(font)
    if "\n" not in text and metrics.horizontalAdvance(text) < width:
        return metrics.height()
    for lines, least in ((1, full * 3 // 5), (2, full // 3), (3, 12)):
        for size in range(full, max(least, 12) - 1, -1):
            font.setPixelSize(size)
            metrics = QFontMetrics(font)
            height = metrics.boundingRect(QRect(0, 0, width, 10_000), _WRAPPED, text).height()
            if height <= lines * metrics.lineSpacing() + 1:
                return height
    return height
