"""Small charts drawn with the pen: the message above, lines labelled directly, no legend, few marks."""

from __future__ import annotations

from functools import partial

from app.reports.canvas import DARK, EARLIER, GREY, INK, MM, Area, Pen
from app.reports.document import Chart, Charts
from app.reports.page import Flow
from app.reports.show import grouped
from app.reports.text import BOLD, REGULAR, width

CHART_HEIGHT = 42 * MM
PLOT = 27 * MM
GAP = 7 * MM


def place_charts(flow: Flow, block: Charts) -> None:
    """Charts side by side."""
    count = len(block.charts)
    wide = (flow.page.text_width - (count - 1) * GAP) / count
    flow.skip(2 * MM)

    def draw(pen: Pen, y: float) -> None:
        for i, chart in enumerate(block.charts):
            x = flow.page.left + i * (wide + GAP)
            pen.fitted(x, y + 3.5 * MM, chart.message, wide, size=7.5, colour=GREY)
            (_draw_line if chart.line else _draw_columns)(pen, x, y + 9 * MM, wide, chart)

    flow.put(CHART_HEIGHT, draw)


def _draw_columns(pen: Pen, x: float, y: float, wide: float, chart: Chart) -> None:
    top = max((p.value for p in chart.points), default=0) or 1
    step = wide / max(len(chart.points), 1)
    for i, point in enumerate(chart.points):
        h = PLOT * point.value / top
        pen.fill(Area(x + (i + 0.16) * step, y + PLOT - h, step * 0.68, h), DARK if point.now else EARLIER)
        middle = x + (i + 0.5) * step
        pen.fitted(middle, y + PLOT - h - 2, point.said, step, size=7, align="centre")
        pen.fitted(middle, y + PLOT + 9, point.label, step, size=7, colour=GREY, align="centre")
    pen.rule(x, y + PLOT, x + wide, y + PLOT, weight=0.6, colour=INK)


def ticks(low: int, high: int, most: int = 5) -> list[int]:
    """Round figures (1-2-2.5-5) that cover the range."""
    span = max(high - low, 1)
    unit = 10 ** max(len(str(span // most)) - 1, 0)
    step = next(s for f in (10, 20, 25, 50, 100, 200) if (s := max(f * unit // 10, 1)) * most >= span)
    first = low // step * step
    last = -(-high // step) * step
    return list(range(first, last + 1, step))


def _draw_line(pen: Pen, x: float, y: float, wide: float, chart: Chart) -> None:
    figures = [p.value for p in chart.points] + ([chart.limit] if chart.limit is not None else [])
    marks = ticks(min(figures), max(figures))
    low, high = marks[0], max(marks[-1], marks[0] + 1)
    left, right = x + 9 * MM, x + wide - 17 * MM
    at = partial(_height_at, y, low, high)
    for mark in marks:
        pen.rule(left, at(mark), right, at(mark), weight=0.25)
        pen.text(left - 3, at(mark) + 2.5, grouped(mark, 3, 0), size=7, colour=GREY, align="right")
    step = (right - left) / max(len(chart.points) - 1, 1)
    dots = [(left + i * step, at(p.value)) for i, p in enumerate(chart.points)]
    if len(dots) > 1:
        pen.path(dots, 1.2, DARK)
    for (px, py), point in zip(dots, chart.points, strict=True):
        pen.fill(Area(px - 1.3, py - 1.3, 2.6, 2.6), DARK)
        if width(point.label, REGULAR, 7) < step * 1.6:
            pen.text(px, y + PLOT + 11, point.label, size=7, colour=GREY, align="centre")
    if chart.limit is not None:
        pen.rule(left, at(chart.limit), right, at(chart.limit), weight=0.8, colour=INK, dash=True)
        pen.fitted(right + 4, at(chart.limit) + 2.5, chart.limit_said, 16 * MM, size=7)
    last = chart.points[-1]
    pen.fitted(right + 4, at(last.value) + 2.5, last.said, 16 * MM, font=BOLD, size=7)


def _height_at(top: float, low: int, high: int, value: int) -> float:
    return top + PLOT * (high - value) / (high - low)
