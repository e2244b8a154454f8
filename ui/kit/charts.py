"""Charts: one measured value over time with its limits, and the small trend of a tile."""

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QLineF, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPainterPath, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.values import show_quantity
from app.words import _
from ui.kit import theme


class Point(NamedTuple):
    """One value (thousandths; None = not measured: the line breaks) with the word under it."""

    label: str
    value: int | None


class Trend(NamedTuple):
    """What a trend chart shows; limits in thousandths, None = open on that side."""

    points: Sequence[Point]
    low: int | None = None
    high: int | None = None
    low_word: str = ""
    high_word: str = ""

    def fails(self, value: int) -> bool:
        """Whether a value is out of its limits."""
        return (self.low is not None and value < self.low) or (self.high is not None and value > self.high)

    def span(self) -> tuple[float, float]:
        """Lowest and highest value to be drawn, with some air."""
        known = [p.value for p in self.points if p.value is not None]
        known += [limit for limit in (self.low, self.high) if limit is not None]
        if not known:
            return 0.0, 1.0
        low, high = min(known), max(known)
        air = (high - low) * 0.15 or max(abs(high) * 0.1, 1.0)
        return low - air, high + air


class TrendChart(QWidget):
    """Line of 2 px, the allowed range a pale band, limits dashed and labelled, a failing value a red diamond."""

    TOP, FOOT = 24, 26

    def __init__(self, trend: Trend) -> None:
        super().__init__()
        self.setMinimumSize(180, 120)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.set(trend)

    def set(self, trend: Trend) -> None:
        """Shows another trend."""
        self._trend = trend
        said = [f"{p.label} {show_quantity(p.value) or _('No data')}" for p in trend.points]
        self.setAccessibleName(_(", ").join(said))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(320, 200)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not any(p.value is not None for p in self._trend.points):
            painter.setFont(theme.font("body"))
            painter.setPen(theme.color("text_3"))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, _("No data"))
            return
        plot = self._plot()
        self._paint_limits(painter, plot)
        places = self._places(plot)
        self._paint_line(painter, places)
        self._paint_points(painter, places)
        self._paint_labels(painter, plot)

    def _limits(self) -> list[tuple[int, str]]:
        trend = self._trend
        pairs = (
            (trend.high, trend.high_word or _("upper limit")),
            (trend.low, trend.low_word or _("lower limit")),
        )
        return [(limit, f"{word} {show_quantity(limit)}") for limit, word in pairs if limit is not None]

    def _plot(self) -> QRectF:
        metrics = QFontMetrics(theme.font("caption"))
        right = max([metrics.horizontalAdvance(word) + 8 for _limit, word in self._limits()], default=12)
        left = max((metrics.horizontalAdvance(p.label) for p in self._trend.points), default=0) // 2 + 4
        return QRectF(self.rect()).adjusted(left, self.TOP, -max(right + 4, left), -self.FOOT)

    def _height(self, plot: QRectF, value: float) -> float:
        low, high = self._trend.span()
        return plot.bottom() - (value - low) / (high - low) * plot.height()

    def _places(self, plot: QRectF) -> list[QPointF | None]:
        points = self._trend.points
        step = plot.width() / max(len(points) - 1, 1)
        return [
            None if p.value is None else QPointF(plot.x() + i * step, self._height(plot, p.value))
            for i, p in enumerate(points)
        ]

    def _paint_limits(self, painter: QPainter, plot: QRectF) -> None:
        trend = self._trend
        if not self._limits():
            return
        top = plot.top() if trend.high is None else self._height(plot, trend.high)
        bottom = plot.bottom() if trend.low is None else self._height(plot, trend.low)
        painter.fillRect(QRectF(plot.x(), top, plot.width(), bottom - top), theme.color("chart_band"))
        painter.setFont(theme.font("caption"))
        for limit, word in self._limits():
            y = self._height(plot, limit)
            pen = QPen(theme.color("danger_sign"), 1)
            pen.setDashPattern([5, 3])
            painter.setPen(pen)
            painter.drawLine(QLineF(plot.left(), y, plot.right(), y))
            painter.setPen(theme.color("text_2"))
            place = QRectF(plot.right() + 6, y - 10, self.width() - plot.right() - 6, 20)
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, word)

    def _paint_line(self, painter: QPainter, places: list[QPointF | None]) -> None:
        path, pen_down = QPainterPath(), False
        for place in places:
            if place is None:
                pen_down = False
            elif pen_down:
                path.lineTo(place)
            else:
                path.moveTo(place)
                pen_down = True
        painter.setPen(QPen(theme.color("chart_1"), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(path)

    def _paint_points(self, painter: QPainter, places: list[QPointF | None]) -> None:
        for point, place in zip(self._trend.points, places, strict=True):
            if place is None or point.value is None:
                continue
            failed = self._trend.fails(point.value)
            painter.setPen(QPen(theme.color("surface"), 1.5))
            painter.setBrush(theme.color("danger_sign" if failed else "chart_1"))
            if not failed:
                painter.drawEllipse(place, 4, 4)
                continue
            corners = [QPointF(0, -6), QPointF(6, 0), QPointF(0, 6), QPointF(-6, 0)]
            painter.drawPolygon(QPolygonF([place + corner for corner in corners]))
            self._paint_number(painter, place, point.value)

    def _paint_number(self, painter: QPainter, place: QPointF, value: int) -> None:
        high = self._trend.high is not None and value > self._trend.high
        box = QRectF(place.x() - 40, place.y() - 27 if high else place.y() + 8, 80, 18)
        box.moveLeft(max(0.0, min(box.x(), self.width() - 80.0)))
        font = theme.font("caption")
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(theme.color("danger_text"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, show_quantity(value))

    def _paint_labels(self, painter: QPainter, plot: QRectF) -> None:
        points = self._trend.points
        metrics = QFontMetrics(theme.font("caption"))
        step = plot.width() / max(len(points) - 1, 1)
        widest = max(metrics.horizontalAdvance(p.label) for p in points) + 16
        every = max(1, -int(-widest // step)) if step else 1
        painter.setFont(theme.font("caption"))
        painter.setPen(theme.color("text_3"))
        for i in range((len(points) - 1) % every, len(points), every):
            centre = plot.x() + i * step
            left = max(0.0, min(centre - widest / 2, self.width() - widest))
            painter.drawText(
                QRectF(left, plot.bottom() + 6, widest, 18), Qt.AlignmentFlag.AlignCenter, points[i].label
            )


def paint_spark(painter: QPainter, rect: QRect, values: Sequence[float | None], level: str = "") -> None:
    """Draws the small trend of a tile: a line without axes, its last point marked."""
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return
    low, span = min(known), (max(known) - min(known)) or 1
    plot = QRectF(rect).adjusted(3, 4, -4, -4)
    step = plot.width() / (len(values) - 1)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    path, last, pen_down = QPainterPath(), QPointF(), False
    for i, value in enumerate(values):
        if value is None:
            pen_down = False
            continue
        last = QPointF(plot.x() + i * step, plot.bottom() - (value - low) / span * plot.height())
        path.lineTo(last) if pen_down else path.moveTo(last)
        pen_down = True
    painter.setPen(QPen(theme.color("chart_1"), 2))
    painter.drawPath(path)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color(theme.LEVELS[level].sign if level else "chart_1"))
    painter.drawEllipse(last, 3, 3)
    painter.restore()


class Spark(QWidget):
    """The small trend of a tile, 84 x 36."""

    def __init__(self, values: Sequence[float | None], level: str = "") -> None:
        super().__init__()
        self.setFixedSize(84, 36)
        self._values, self._level = values, level

    def paintEvent(self, event: QPaintEvent) -> None:
        paint_spark(QPainter(self), self.rect(), self._values, self._level)
