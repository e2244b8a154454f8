"""A pad to sign on: with a pen, a finger or the mouse. What was written becomes a picture."""

from itertools import pairwise

from PySide6.QtCore import QBuffer, QEvent, QIODevice, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QTabletEvent,
    QTouchEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.words import _
from ui.kit import theme

SIZE = QSize(480, 180)
#: The picture is drawn twice as fine as the pad, so that it prints sharp.
FINE = 2
LARGEST = 2000
INK = 2.4
_EDGE = 24


class SignaturePad(QWidget):
    """Strokes on a sheet; Delete or `clear` wipes it."""

    changed = Signal()
    """Something was written, or wiped."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(280, 110)
        self.setAttribute(Qt.WidgetAttribute.WA_AcceptTouchEvents)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setAccessibleName(_("Signature"))
        #: Points with the weight of the pen, stroke by stroke.
        self.strokes: list[list[tuple[QPointF, float]]] = []
        self._down = False

    def sizeHint(self) -> QSize:
        return SIZE

    def is_empty(self) -> bool:
        """Whether nothing was written; a dot is no signature."""
        return not any(len(stroke) > 1 for stroke in self.strokes)

    def clear(self) -> None:
        """A clean sheet."""
        self.strokes.clear()
        self._down = False
        self.changed.emit()
        self.update()

    def png(self) -> bytes:
        """What was written, black on white and cut to its ink; empty where nothing was."""
        if self.is_empty():
            return b""
        spots = [point for stroke in self.strokes for point, _weight in stroke]
        left, top = min(p.x() for p in spots) - 6, min(p.y() for p in spots) - 6
        wide, high = max(p.x() for p in spots) + 6 - left, max(p.y() for p in spots) + 6 - top
        fine = min(FINE, LARGEST / max(wide, high))
        image = QImage(QSize(round(wide * fine), round(high * fine)), QImage.Format.Format_Grayscale8)
        image.fill(Qt.GlobalColor.white)
        with QPainter(image) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.scale(fine, fine)
            painter.translate(-left, -top)
            self._draw(painter, QColor("black"))
        kept = QBuffer()
        kept.open(QIODevice.OpenModeFlag.WriteOnly)
        image.save(kept, "PNG")  # type: ignore[call-overload]  # the stubs want the format as bytes
        return bytes(kept.data().data())

    # pen, finger, mouse

    def _begin(self, point: QPointF, weight: float = 1.0) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self._down = True
        self.strokes.append([(point, weight)])
        self.update()

    def _go_on(self, point: QPointF, weight: float = 1.0) -> None:
        if self._down and (point - self.strokes[-1][-1][0]).manhattanLength() >= 1:
            self.strokes[-1].append((QPointF(point), weight))
            self.update()

    def _end(self) -> None:
        if self._down:
            self._down = False
            self.changed.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._begin(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._go_on(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._go_on(event.position())
        self._end()

    def tabletEvent(self, event: QTabletEvent) -> None:
        weight = 0.5 + event.pressure()
        if event.type() == QEvent.Type.TabletPress:
            self._begin(event.position(), weight)
        elif event.type() == QEvent.Type.TabletMove:
            self._go_on(event.position(), weight)
        else:
            self._end()
        event.accept()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QTouchEvent) and event.points():
            self._touched(event)
            return True
        return super().event(event)

    def _touched(self, event: QTouchEvent) -> None:
        point = event.points()[0].position()  # a second finger is the ball of the hand
        if event.type() == QEvent.Type.TouchBegin:
            self._begin(point)
        elif event.type() == QEvent.Type.TouchUpdate:
            self._go_on(point)
        else:
            self._end()
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Delete, Qt.Key.Key_Backspace}:
            self.clear()
        else:
            super().keyPressEvent(event)

    # the sheet

    def _draw(self, painter: QPainter, ink: QColor) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for stroke in self.strokes:
            weight = sum(found for _point, found in stroke) / len(stroke)
            cap, join = Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin
            painter.setPen(QPen(ink, INK * weight, Qt.PenStyle.SolidLine, cap, join))
            painter.drawPath(_smooth([point for point, _weight in stroke]))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        focus = self.hasFocus()
        painter.setPen(QPen(theme.color("focus" if focus else "border_strong"), 2 if focus else 1))
        painter.setBrush(theme.color("surface_alt"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)
        painter.setPen(QPen(theme.color("border_strong"), 1, Qt.PenStyle.DashLine))
        line = self.height() * 3 // 4
        painter.drawLine(_EDGE, line, self.width() - _EDGE, line)
        if not self.strokes:
            painter.setPen(theme.color("text_3"))
            painter.setFont(theme.font("body"))
            middle = Qt.AlignmentFlag.AlignCenter
            painter.drawText(self.rect(), middle, _("Sign here: pen, finger or mouse"))
        self._draw(painter, theme.color("text"))


def _smooth(points: list[QPointF]) -> QPainterPath:
    """A stroke through the middles of its points, without corners."""
    path = QPainterPath(points[0])
    for before, now in pairwise(points):
        path.quadTo(before, (before + now) / 2)
    path.lineTo(points[-1])
    return path
