"""What the round page is made of: bands, large choices, the keypad, the strip at a deviation."""

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QEnterEvent, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QGridLayout, QPushButton, QSizePolicy, QWidget

from app.words import _
from ui.kit import icons, theme
from ui.kit.buttons import button


class Band(QWidget):
    """A strip of surface with hairlines at some of its sides ("t", "b", "r", "l")."""

    def __init__(self, lines: str = "", ground: str = "surface") -> None:
        super().__init__()
        self._lines, self._ground = lines, ground

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.color(self._ground))
        edge, width, height = theme.color("border"), self.width(), self.height()
        sides = {
            "t": QRect(0, 0, width, 1),
            "b": QRect(0, height - 1, width, 1),
            "r": QRect(width - 1, 0, 1, height),
            "l": QRect(0, 0, 1, height),
        }
        for side in self._lines:
            painter.fillRect(sides[side], edge)


class BigChoice(QAbstractButton):
    """One answer of 88 pixels: sign, word, what it sets going, and its key; the failing one shows its octagon from the start."""

    def __init__(self, word: str, level: str, key: str, note: str = "") -> None:
        super().__init__()
        self.word, self.level, self.key, self.note = word, level, key, note
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(theme.size("height.choice_touch"))
        self.setAccessibleName(f"{word} {note}".strip())

    def sizeHint(self) -> QSize:
        return QSize(self._words() + 130, theme.size("height.choice_touch"))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._words() + 110, theme.size("height.choice_touch"))

    def _words(self) -> int:
        wide = QFontMetrics(theme.font("section")).horizontalAdvance(self.word)
        return max(wide, QFontMetrics(theme.font("dense")).horizontalAdvance(self.note))

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, look = QPainter(self), theme.LEVELS[self.level]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        chosen = self.isChecked()
        ground = look.soft if chosen else "hover" if self.underMouse() else "surface"
        painter.setBrush(theme.color(ground))
        painter.setPen(QPen(theme.color(look.sign if chosen else "border_strong"), 2 if chosen else 1))
        inset = 1.0 if chosen else 0.5
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(inset, inset, -inset, -inset), 6, 6)
        sign = "circle-slash" if self.level == "neutral" else look.icon
        icons.paint(painter, QRect(20, (self.height() - 28) // 2, 28, 28), sign, theme.color(look.sign))
        self._paint_words(painter, look.text if chosen and self.level == "danger" else "text")
        self._paint_key(painter)

    def _paint_words(self, painter: QPainter, tone: str) -> None:
        place = QRect(62, 0, self.width() - 62 - 52, self.height())
        painter.setFont(theme.font("section"))
        painter.setPen(theme.color(tone))
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
        upper = place.adjusted(0, 0, 0, -22) if self.note else place
        painter.drawText(upper, flags, _fit(painter, self.word, place.width()))
        if self.note:
            painter.setFont(theme.font("dense"))
            painter.setPen(theme.color("text_2"))
            painter.drawText(place.adjusted(0, 26, 0, 0), flags, _fit(painter, self.note, place.width()))

    def _paint_key(self, painter: QPainter) -> None:
        cap = QRectF(self.width() - 38.5, self.height() / 2 - 9.5, 23, 19)
        painter.setBrush(theme.color("surface_alt"))
        painter.setPen(theme.color("border"))
        painter.drawRoundedRect(cap, 3, 3)
        small = theme.font("caption")
        small.setPixelSize(11)
        painter.setFont(small)
        painter.setPen(theme.color("text_2"))
        painter.drawText(cap, Qt.AlignmentFlag.AlignCenter, self.key)


def _fit(painter: QPainter, text: str, width: int) -> str:
    return painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, width)


class Keypad(QWidget):
    """Digits for gloves: minus, point, delete and its own Enter."""

    pressed = Signal(str)
    """A character, "back" or "enter"."""

    ROWS = (("7", "8", "9"), ("4", "5", "6"), ("1", "2", "3"), ("−", "0", "."))

    def __init__(self) -> None:
        super().__init__()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(8)
        for row, keys in enumerate(self.ROWS):
            for column, key in enumerate(keys):
                grid.addWidget(self._key(key, "-" if key == "−" else key), row, column)
        back = self._key("⌫", "back")
        back.setAccessibleName(_("Delete"))
        grid.addWidget(back, 4, 0)
        enter = self._key(_("Enter"), "enter", wide=True)
        grid.addWidget(enter, 4, 1, 1, 2)

    def _key(self, word: str, said: str, *, wide: bool = False) -> QPushButton:
        made = button(word, scale="touch")
        made.setFixedSize(156 if wide else 74, theme.size("height.keypad_key"))
        # The key keeps its size against the padding of a large button.
        made.setProperty("keypad", True)
        font = theme.font("body")
        font.setPixelSize(18 if wide else 24)
        made.setFont(font)
        made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        made.setStyleSheet("QPushButton { padding: 0; min-height: 70px; }")
        made.clicked.connect(lambda: self.pressed.emit(said))
        return made


class DeviationStrip(QWidget):
    """What is wrong with a value, and what its confirmation sets going: two lines on the level's soft ground."""

    def __init__(self) -> None:
        super().__init__()
        self.level, self.title, self.more = "danger", "", ""
        self.setFixedHeight(62)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_words(self, title: str, more: str, level: str = "danger") -> None:
        """The two lines; an empty title hides the strip."""
        self.title, self.more, self.level = title, more, level
        self.setAccessibleName(f"{title} {more}")
        self.setToolTip(more)
        self.setVisible(bool(title))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, look = QPainter(self), theme.LEVELS[self.level]
        painter.fillRect(self.rect(), theme.color(look.soft))
        painter.fillRect(
            0, 0, theme.size("border_width.selected_edge"), self.height(), theme.color(look.sign)
        )
        icons.paint(painter, QRect(18, (self.height() - 28) // 2, 28, 28), look.icon, theme.color(look.sign))
        place = QRect(59, 6, self.width() - 70, 28)
        painter.setFont(theme.font("section"))
        painter.setPen(theme.color(look.text))
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
        painter.drawText(place, flags, _fit(painter, self.title, place.width()))
        painter.setFont(theme.font("dense"))
        painter.setPen(theme.color("text"))
        painter.drawText(place.translated(0, 24), flags, _fit(painter, self.more, place.width()))


class BigProgress(QWidget):
    """How far a round is: good ones green, failing ones red; the figures stand beside it."""

    def __init__(self) -> None:
        super().__init__()
        self._parts = (0, 0, 0)
        self.setFixedHeight(8)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set(self, done: int, failed: int, total: int) -> None:
        """`failed` are among those that are done."""
        self._parts = (done, failed, max(total, 1))
        self.setAccessibleName(f"{done}/{total}")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        done, failed, total = self._parts
        whole = QRectF(self.rect())
        painter.setBrush(theme.color("sunken" if theme.scheme() == "light" else "border"))
        painter.drawRoundedRect(whole, 4, 4)
        good, bad = whole.width() * (done - failed) / total, whole.width() * failed / total
        painter.setClipRect(QRectF(0, 0, good + bad, whole.height()))
        painter.setBrush(theme.color("danger_sign"))
        painter.drawRoundedRect(whole, 4, 4)
        painter.setClipRect(QRectF(QPointF(0, 0), QPointF(good, whole.height())))
        painter.setBrush(theme.color("ok_sign"))
        painter.drawRoundedRect(whole, 4, 4)
