"""The live picture: an aim frame in the middle, a box around each code, and a number to choose by where there are several."""

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.camera import Found
from app.words import _
from ui.kit import icons, theme

#: The aim frame, as a part of the picture's height.
AIM = 0.56


class LivePicture(QWidget):
    """What the camera sees; a code that a person clicks is chosen."""

    chosen = Signal(object)
    """The `Found` that was clicked."""

    def __init__(self) -> None:
        super().__init__()
        self._picture = QImage()
        self._codes: Sequence[Found] = ()
        self._lit = ""
        self.words = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(180)

    def sizeHint(self) -> QSize:
        return QSize(400, 225)

    def show_frame(self, picture: QImage, codes: Sequence[Found] = ()) -> None:
        """The newest picture and the codes in it."""
        self._picture, self._codes, self.words = picture, codes, ""
        self.update()

    def show_words(self, words: str) -> None:
        """No picture: a sentence says why."""
        self._picture, self._codes, self.words = QImage(), (), words
        self.update()

    def light(self, level: str) -> None:
        """The frame in the colour of "ok" or "danger"; "" takes it away."""
        self._lit = level
        self.update()

    def aimed_at(self, codes: Sequence[Found]) -> list[Found]:
        """Those of the codes that lie in the aim frame."""
        aim = self._aim(QRectF(0, 0, self._picture.width(), self._picture.height()))
        return [code for code in codes if aim.contains(QPointF(*code.middle))]

    @staticmethod
    def _aim(area: QRectF) -> QRectF:
        side = area.height() * AIM
        square = QRectF(0, 0, min(side * 1.5, area.width() * 0.8), side)
        square.moveCenter(area.center())
        return square

    def _place(self) -> QRectF:
        """Where the picture is painted: whole, in the middle."""
        size = QSize(self._picture.width(), self._picture.height()).scaled(
            self.size(), Qt.AspectRatioMode.KeepAspectRatio
        )
        place = QRect(QPoint(0, 0), size)
        place.moveCenter(self.rect().center())
        return QRectF(place)

    def _shape(self, code: Found, place: QRectF) -> QPolygonF:
        scale = place.width() / max(self._picture.width(), 1)
        return QPolygonF([QPointF(place.x() + x * scale, place.y() + y * scale) for x, y in code.corners])

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.fillRect(self.rect(), theme.color("sunken"))
        if self._picture.isNull():
            self._paint_words(painter)
        else:
            self._paint_picture(painter)
        if self._lit:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.color(theme.LEVELS[self._lit].sign), 8))
            painter.drawRect(self.rect().adjusted(3, 3, -4, -4))

    def _paint_words(self, painter: QPainter) -> None:
        middle = self.rect().center()
        icons.paint(painter, QRect(middle.x() - 16, middle.y() - 52, 32, 32), "camera", theme.color("text_3"))
        painter.setFont(theme.font("body"))
        painter.setPen(theme.color("text_2"))
        flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
        painter.drawText(self.rect().adjusted(24, self.height() // 2 - 4, -24, 0), flags, self.words)

    def _paint_picture(self, painter: QPainter) -> None:
        place = self._place()
        painter.drawImage(place, self._picture)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        self._paint_aim(painter, self._aim(place))
        for number, code in enumerate(self._codes, 1):
            shape = self._shape(code, place)
            painter.setPen(QPen(theme.color("accent"), 3))
            painter.drawPolygon(shape)
            if len(self._codes) > 1:
                self._paint_number(painter, shape.boundingRect(), number)

    @staticmethod
    def _paint_aim(painter: QPainter, aim: QRectF) -> None:
        """Four corners; white with a dark edge is seen on any ground."""
        arm = aim.height() / 5
        for width, colour in ((5, Qt.GlobalColor.black), (3, Qt.GlobalColor.white)):
            painter.setPen(QPen(colour, width))
            for corner, right, down in (
                (aim.topLeft(), 1, 1),
                (aim.topRight(), -1, 1),
                (aim.bottomLeft(), 1, -1),
                (aim.bottomRight(), -1, -1),
            ):
                painter.drawLine(corner, corner + QPointF(arm * right, 0))
                painter.drawLine(corner, corner + QPointF(0, arm * down))

    @staticmethod
    def _paint_number(painter: QPainter, code: QRectF, number: int) -> None:
        """A number at the code's corner; on a small code a small one, that covers no other."""
        side = max(12.0, min(24.0, code.height() / 2))
        badge = QRectF(code.x() - side / 3, code.y() - side / 3, side, side)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("accent"))
        painter.drawEllipse(badge)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(theme.color("on_accent"))
        font = theme.font("body_strong")
        font.setPixelSize(round(side * 0.6))
        painter.setFont(font)
        painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, str(number))

    def numbered(self, number: int) -> Found | None:
        """The code with this number, where there are several."""
        return self._codes[number - 1] if 1 <= number <= len(self._codes) and len(self._codes) > 1 else None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = self._place()
        for code in self._codes:
            if self._shape(code, place).containsPoint(event.position(), Qt.FillRule.WindingFill):
                self.chosen.emit(code)
                return

    def accessible_words(self) -> str:
        """What a screen reader says of the picture."""
        return self.words or _("The camera's picture")
