"""Two small charts of the supplier's record: on time and complete by quarter, and how a price went."""

from collections.abc import Callable, Sequence
from datetime import date
from itertools import pairwise

from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app import values
from app.purchasing.currency import unit_price
from app.purchasing.record import Quarter
from app.purchasing.trend import ORDERED, QUOTED, RECEIVED, PricePoint
from app.words import N_, _
from ui.kit import theme

#: Where a price comes from, in words.
KINDS = {QUOTED: N_("quoted"), ORDERED: N_("ordered"), RECEIVED: N_("received")}
_WHOLE = 1000
_LEGEND, _FOOT = 22, 20


class _Chart(QWidget):
    """What both have in common: a legend above, the plot, words below the axis."""

    HEIGHT = 148

    def __init__(self) -> None:
        super().__init__()
        self.setMinimumHeight(self.HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(300, self.HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.font("caption"))
        self._paint(painter)

    def _paint(self, painter: QPainter) -> None:
        raise NotImplementedError

    def _legend(self, painter: QPainter, entries: Sequence[tuple[str, Callable[[QPointF], object]]]) -> None:
        """Sign and word, side by side."""
        metrics, x = QFontMetrics(painter.font()), 0.0
        for words, sign in entries:
            sign(QPointF(x + 8, _LEGEND / 2 - 3))
            painter.setPen(theme.color("text_2"))
            wide = metrics.horizontalAdvance(words) + 4
            painter.drawText(QRectF(x + 20, 0, wide, _LEGEND - 6), Qt.AlignmentFlag.AlignVCenter, words)
            x += wide + 32

    def _grid(self, painter: QPainter, plot: QRectF, lines: Sequence[tuple[float, str]]) -> None:
        """Hairlines with their words at the left of the plot."""
        for y, words in lines:
            painter.setPen(QPen(theme.color("chart_grid"), 1))
            painter.drawLine(QLineF(plot.left(), y, plot.right(), y))
            painter.setPen(theme.color("text_3"))
            place = QRectF(0, y - 9, plot.left() - 6, 18)
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, words)


class QuarterChart(_Chart):
    """The lines that were due in each quarter: how many in a hundred came on time, and how much of them came."""

    def __init__(self, quarters: Sequence[Quarter]) -> None:
        super().__init__()
        self._quarters = quarters
        text = _("{quarter}: on time {on_time}, complete {complete}, {count} lines")
        said = [
            text.format(
                quarter=one.label,
                on_time=percent(one.on_time),
                complete=percent(one.complete),
                count=one.lines,
            )
            for one in quarters
            if one.lines
        ]
        self.setAccessibleName("\n".join(said))
        self.setToolTip("\n".join(said))

    def _paint(self, painter: QPainter) -> None:
        self._legend(
            painter,
            [
                (_("On time"), lambda at: self._square(painter, at, "chart_1")),
                (_("Complete"), lambda at: self._square(painter, at, "chart_2")),
            ],
        )
        plot = QRectF(self.rect()).adjusted(44, _LEGEND + 6, 0, -_FOOT)
        heights = [(plot.bottom() - plot.height() * part / 100, f"{part} %") for part in (0, 50, 100)]
        self._grid(painter, plot, heights)
        wide = plot.width() / max(len(self._quarters), 1)
        for place, quarter in enumerate(self._quarters):
            left = plot.left() + place * wide
            self._bars(painter, plot, left, wide, quarter)
            painter.setPen(theme.color("text_3"))
            year, _space, number = quarter.label.partition(" ")
            words = year if number == "Q1" else number
            painter.drawText(
                QRectF(left, plot.bottom() + 2, wide, _FOOT - 2), Qt.AlignmentFlag.AlignCenter, words
            )

    @staticmethod
    def _square(painter: QPainter, at: QPointF, tone: str) -> None:
        painter.fillRect(QRectF(at.x() - 5, at.y() - 5, 10, 10), theme.color(tone))

    @staticmethod
    def _bars(painter: QPainter, plot: QRectF, left: float, wide: float, quarter: Quarter) -> None:
        bar = min(wide / 2 - 3, 11)
        for share, tone, at in (
            (quarter.on_time, "chart_1", wide / 2 - bar - 0.5), (quarter.complete, "chart_2", wide / 2 + 0.5),
        ):  # fmt: skip
            if share is not None:  # none on time is a mark of two pixels, nothing due is nothing
                high = max(plot.height() * share / _WHOLE, 2)
                painter.fillRect(QRectF(left + at, plot.bottom() - high, bar, high), theme.color(tone))


class PriceChart(_Chart):
    """A price over the time: what was quoted as a dashed step, what was ordered and received as points on a line."""

    HEIGHT = 168

    def __init__(self, points: Sequence[PricePoint]) -> None:
        super().__init__()
        self._points = points
        said = [
            "  ".join(
                filter(None, [one.day, unit_price(one.price, one.currency), _(KINDS[one.kind]), one.order])
            )
            for one in points
        ]
        self.setAccessibleName("\n".join(said))
        self.setToolTip("\n".join(said[-12:]))

    def _paint(self, painter: QPainter) -> None:
        signs = [
            (_(word), lambda at, kind=kind: self._mark(painter, at, kind))
            for kind, word in KINDS.items()
            if any(point.kind == kind for point in self._points)
        ]
        self._legend(painter, signs)
        low, high = min(one.price for one in self._points), max(one.price for one in self._points)
        words = {price: unit_price(price, self._points[0].currency) for price in (low, high)}
        left = max(map(QFontMetrics(painter.font()).horizontalAdvance, words.values())) + 10
        plot = QRectF(self.rect()).adjusted(left, _LEGEND + 10, -8, -_FOOT - 4)
        self._grid(painter, plot, [(self._height(plot, price), said) for price, said in words.items()])
        places = self._places(plot)
        self._paint_quotes(painter, plot, places)
        self._paint_paid(painter, places)
        self._paint_days(painter, plot)

    def _height(self, plot: QRectF, price: int) -> float:
        low, high = min(one.price for one in self._points), max(one.price for one in self._points)
        return (
            plot.center().y() if low == high else plot.bottom() - (price - low) / (high - low) * plot.height()
        )

    def _places(self, plot: QRectF) -> list[QPointF]:
        days = [date.fromisoformat(one.day).toordinal() for one in self._points]
        span = max(days[-1] - days[0], 1)
        lone = days[0] == days[-1]
        return [
            QPointF(
                plot.center().x() if lone else plot.left() + (day - days[0]) / span * plot.width(),
                self._height(plot, point.price),
            )
            for day, point in zip(days, self._points, strict=True)
        ]

    def _paint_quotes(self, painter: QPainter, plot: QRectF, places: Sequence[QPointF]) -> None:
        quotes = [place for place, one in zip(places, self._points, strict=True) if one.kind == QUOTED]
        if not quotes:
            return
        path = QPainterPath(quotes[0])
        for place in quotes[1:]:
            path.lineTo(place.x(), path.currentPosition().y())
            path.lineTo(place)
        path.lineTo(plot.right(), path.currentPosition().y())
        pen = QPen(theme.color("chart_2"), 2)
        pen.setDashPattern([3, 2])
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(path)
        for place in quotes:
            self._mark(painter, place, QUOTED)

    def _paint_paid(self, painter: QPainter, places: Sequence[QPointF]) -> None:
        paid = [
            (place, one.kind) for place, one in zip(places, self._points, strict=True) if one.kind != QUOTED
        ]
        painter.setPen(QPen(theme.color("chart_1"), 2))
        for (first, _kind), (second, _other) in pairwise(paid):
            painter.drawLine(first, second)
        for place, kind in paid:
            self._mark(painter, place, kind)

    @staticmethod
    def _mark(painter: QPainter, at: QPointF, kind: str) -> None:
        """A square for a quote, a ring for an order, a disc for what came: told apart without colour."""
        tone = theme.color("chart_2" if kind == QUOTED else "chart_1")
        painter.setPen(QPen(tone, 2))
        painter.setBrush(tone if kind == RECEIVED else theme.color("surface"))
        if kind == QUOTED:
            painter.drawRect(QRectF(at.x() - 3.5, at.y() - 3.5, 7, 7))
        else:
            painter.drawEllipse(at, 4, 4)

    def _paint_days(self, painter: QPainter, plot: QRectF) -> None:
        painter.setPen(theme.color("text_3"))
        first, last = self._points[0].day, self._points[-1].day
        line = QRectF(plot.left(), plot.bottom() + 6, plot.width(), _FOOT - 2)
        if first == last:
            painter.drawText(line, Qt.AlignmentFlag.AlignCenter, first)
            return
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, first)
        painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, last)


def percent(permille: int | None) -> str:
    """`83.3 %`; a dash before the first."""
    return "—" if permille is None else f"{values.show_scaled(permille, 10)} %"
