"""Bars: stock against its reorder point and maximum, and progress."""

from typing import NamedTuple

from PySide6.QtCore import QLineF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.values import show_quantity
from app.words import _
from ui.kit import theme

WIDTH, HEIGHT = 170, 8


class Stock(NamedTuple):
    """One part's figures, all in thousandths; None = not set. `level` is that of its state (app.signs)."""

    available: int
    reserved: int = 0
    on_order: int = 0
    reorder: int | None = None
    maximum: int | None = None
    level: str = "ok"

    @property
    def scale(self) -> float:
        """What the whole bar stands for: 115 % of the maximum, or of what there is if no maximum is set."""
        top = self.maximum or max(2 * (self.reorder or 0), self.available + self.reserved + self.on_order, 1)
        return top * 1.15

    @property
    def said(self) -> str:
        """The bar in words, for the tooltip and the screen reader."""
        parts = [_("available {n}").format(n=show_quantity(self.available))]
        if self.reserved:
            parts.append(_("reserved {n}").format(n=show_quantity(self.reserved)))
        if self.on_order:
            parts.append(_("on order {n}").format(n=show_quantity(self.on_order)))
        if self.reorder is not None:
            parts.append(_("reorder point {n}").format(n=show_quantity(self.reorder)))
        if self.maximum is not None:
            parts.append(_("maximum {n}").format(n=show_quantity(self.maximum)))
        return _(", ").join(parts)


def paint_stock(painter: QPainter, rect: QRect, stock: Stock) -> None:
    """Draws the bar in the middle of the rectangle's height: solid, hatched, dashed; thick and thin tick."""
    top = rect.y() + (rect.height() - HEIGHT) // 2
    bar = QRectF(rect.x(), top, rect.width(), HEIGHT)
    places = [0.0]
    for amount in (stock.available, stock.reserved, stock.on_order):
        places.append(min(places[-1] + max(amount, 0) / stock.scale * bar.width(), bar.width()))
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    shape = QPainterPath()
    shape.addRoundedRect(bar, theme.size("radius.bar"), theme.size("radius.bar"))
    painter.setClipPath(shape)
    painter.fillRect(bar, theme.color("sunken" if theme.scheme() == "light" else "border"))
    sign = theme.color("accent" if stock.level == "ok" else theme.LEVELS[stock.level].sign)
    painter.fillRect(QRectF(bar.x(), top, places[1], HEIGHT), sign)
    _hatch(painter, QRectF(bar.x() + places[1], top, places[2] - places[1], HEIGHT))
    painter.setClipping(False)
    _outline(painter, QRectF(bar.x() + places[2], top, places[3] - places[2], HEIGHT))
    painter.restore()
    for value, width, tone, reach in ((stock.maximum, 1, "border_strong", 2), (stock.reorder, 2, "text", 4)):
        if value is not None:
            x = round(bar.x() + min(value / stock.scale, 1.0) * bar.width()) - width // 2
            painter.fillRect(QRect(x, top - reach, width, HEIGHT + 2 * reach), theme.color(tone))


def _hatch(painter: QPainter, part: QRectF) -> None:
    if part.width() < 1:
        return
    painter.save()
    painter.setClipRect(part, Qt.ClipOperation.IntersectClip)
    painter.setPen(QPen(theme.color("text_2"), 1.4))
    x = part.x() - HEIGHT
    while x < part.right():
        painter.drawLine(QLineF(x, part.bottom(), x + HEIGHT, part.y()))
        x += 4
    painter.restore()


def _outline(painter: QPainter, part: QRectF) -> None:
    if part.width() < 2:
        return
    pen = QPen(theme.color("text_2"), 1)
    pen.setDashPattern([3, 2])
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(part.adjusted(0.5, 0.5, -0.5, -0.5), 2, 2)


class StockBar(QWidget):
    """The stock of one part as a bar; the number stands elsewhere."""

    def __init__(self, stock: Stock) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set(stock)

    def set(self, stock: Stock) -> None:
        """Shows other figures."""
        self._stock = stock
        self.setToolTip(stock.said)
        self.setAccessibleName(stock.said)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(WIDTH, 18)

    def paintEvent(self, event: QPaintEvent) -> None:
        paint_stock(QPainter(self), self.rect(), self._stock)


class ProgressBar(QWidget):
    """How much is done, and how much of it failed; the figures stand in words next to it."""

    def __init__(self, done: int = 0, total: int = 0, failed: int = 0) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set(done, total, failed)

    def set(self, done: int, total: int, failed: int = 0) -> None:
        """`failed` are among those that are done."""
        self._parts = (done, total, failed)
        self.setAccessibleName(f"{done}/{total}")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(100, 6)

    def paintEvent(self, event: QPaintEvent) -> None:
        done, total, failed = self._parts
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        shape = QPainterPath()
        shape.addRoundedRect(QRectF(self.rect()), 3, 3)
        painter.setClipPath(shape)
        painter.fillRect(self.rect(), theme.color("sunken" if theme.scheme() == "light" else "border"))
        if total <= 0:
            return
        good, bad = (done - failed) / total * self.width(), failed / total * self.width()
        painter.fillRect(QRectF(0, 0, good, self.height()), theme.color("accent"))
        painter.fillRect(QRectF(good, 0, bad, self.height()), theme.color("danger_sign"))
