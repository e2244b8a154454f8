"""The test page: a square of 50 mm to lay a ruler on, the edges of the layout's labels, and how to use both."""

from pathlib import Path
from typing import BinaryIO

from app.labels.layouts import Layout
from app.labels.render import OUTLINE, opened
from app.labels.sizes import SQUARE, Tuning
from app.reports.canvas import MM, Area, Pen
from app.reports.text import BOLD, REGULAR, fit
from app.words import _, language

INK = "#000000"
TICK = 2.5


def calibration_page(layout: Layout, target: Path | BinaryIO, tuning: Tuning | None = None) -> None:
    """One page of the layout with the outlines of its labels and, where it has room, the square and its ruler."""
    made = tuning or Tuning()
    with opened(target) as stream:
        page = (layout.page[0] * MM, layout.page[1] * MM)
        pen = Pen(stream, page, title=_("Test page"), author="", language=language().replace("_", "-"))
        pen.at_true_size()
        pen.scale(*made.scale)
        _outlines(pen, layout, made.offset)
        side = min(SQUARE, min(layout.page) - 8)
        _square(pen, layout, side if side == SQUARE else int(side / 10) * 10, made.offset)
        pen.save()


def _outlines(pen: Pen, layout: Layout, offset: tuple[float, float]) -> None:
    for slot in range(layout.per_page):
        left, top = layout.place(slot)
        corner = ((left + offset[0]) * MM, (top + offset[1]) * MM)
        pen.box(Area(*corner, layout.width * MM, layout.height * MM), 0.25, OUTLINE, 1.5 * MM)


def _square(pen: Pen, layout: Layout, side: float, offset: tuple[float, float]) -> None:
    """In the middle of the page, with a tick at each millimetre and a longer one at each ten."""
    left = ((layout.page[0] - side) / 2 + offset[0]) * MM
    top = ((layout.page[1] - side) / 2 + offset[1]) * MM
    pen.fill(Area(left, top, side * MM, side * MM), "#FFFFFF")
    pen.box(Area(left, top, side * MM, side * MM), 0.4, INK)
    for step in range(1, round(side)):
        tick = TICK if step % 10 == 0 else TICK / 2
        pen.path([(left + step * MM, top), (left + step * MM, top + tick * MM)], 0.3, INK)
        pen.path([(left, top + step * MM), (left + tick * MM, top + step * MM)], 0.3, INK)
    lines = [
        (_("{side} mm").format(side=f"{side:g}"), BOLD, 10.0),
        (_("Measure both sides and type them in."), REGULAR, 7.0),
        (layout.title, REGULAR, 7.0),
    ]
    y = top + side / 2 * MM - 6
    for words, font, size in lines:
        fitted = fit(words, font, size, (side - 8) * MM, 4)
        pen.text(left + 5 * MM, y, fitted.text, font, fitted.size)
        y += 12
