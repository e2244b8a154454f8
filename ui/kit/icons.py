"""The signs: line icons drawn at paint time, sharp at every scale, in the colour of the scheme."""

import functools
from importlib.resources import files

from PySide6.QtCore import QByteArray, QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from ui.kit import theme, tokens


@functools.cache
def _source(name: str) -> str:
    return (files("resources") / "icons" / f"{name}.svg").read_text("utf-8")


def svg(name: str, color: QColor, stroke: float) -> bytes:
    """The file of a sign in one colour and with one width of stroke."""
    text = _source(name).replace("currentColor", color.name())
    return text.replace('stroke-width="2"', f'stroke-width="{stroke}"').encode()


@functools.lru_cache(512)
def _renderer(name: str, argb: int, stroke: float) -> QSvgRenderer:
    return QSvgRenderer(QByteArray(svg(name, QColor.fromRgba(argb), stroke)))


def paint(painter: QPainter, rect: QRect | QRectF, name: str, color: QColor) -> None:
    """Draws a sign in the middle of the rectangle, as large as fits."""
    side = min(rect.width(), rect.height())
    square = QRectF(0, 0, side, side)
    square.moveCenter(QRectF(rect).center())
    square.moveTopLeft(QPointF(round(square.x()), round(square.y())))
    _renderer(name, color.rgba(), tokens.stroke(side)).render(painter, square)


class SignEngine(QIconEngine):
    """Draws one sign for a QIcon when it is needed: no pixmap to blur, no colour to grow stale."""

    def __init__(self, name: str, role: str, size: int) -> None:
        super().__init__()
        self._name = name
        self._role = role
        self._size = size

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        role = "text_disabled" if mode == QIcon.Mode.Disabled else self._role
        paint(painter, rect, self._name, theme.color(role))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return self.scaledPixmap(size, mode, state, 1.0)

    def scaledPixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float) -> QPixmap:
        made = QPixmap(size * scale)
        made.setDevicePixelRatio(scale)
        made.fill(Qt.GlobalColor.transparent)
        painter = QPainter(made)
        self.paint(painter, QRect(QPoint(0, 0), size), mode, state)
        painter.end()
        return made

    def actualSize(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QSize:
        return size

    def availableSizes(
        self, mode: QIcon.Mode = QIcon.Mode.Normal, state: QIcon.State = QIcon.State.Off
    ) -> list[QSize]:
        return [QSize(self._size, self._size)]

    def clone(self) -> QIconEngine:
        return SignEngine(self._name, self._role, self._size)


def icon(name: str, role: str = "text", size: int = 18) -> QIcon:
    """A sign as a QIcon in the colour of a role; grey where it is disabled."""
    return QIcon(SignEngine(name, role, size))
