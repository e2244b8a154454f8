"""A vertical time line: what happened when, by whom; a full dot is recorded, an empty one a step, a square a broken limit."""

from __future__ import annotations

from functools import partial

from app.reports.canvas import DANGER, GREY, INK, MM, WHITE, Area, Pen
from app.reports.document import Moment, Timeline
from app.reports.page import Flow, Page
from app.reports.text import BOLD, REGULAR, wrap

TIME, LINE, TEXT, WHO = 30 * MM, 33 * MM, 37 * MM, 30 * MM
SIZE, LEADING = 9, 1.36
BASE = 11.6
DOT = 1.1 * MM


def place_timeline(flow: Flow, block: Timeline, below: float) -> None:
    """Entries one under the other; the last keeps room for what hangs on it."""
    for i, moment in enumerate(block.moments):
        last = i == len(block.moments) - 1
        height = moment_height(moment, flow.page.text_width)
        flow.need(height + (below if last else 0))
        flow.put(height, partial(_draw, flow.page, moment, (i == 0, last)))


def moment_height(moment: Moment, text_width: float) -> float:
    return len(_lines(moment, text_width)) * SIZE * LEADING + 6


def _lines(moment: Moment, text_width: float) -> tuple[str, ...]:
    text = f"× {moment.text}" if moment.kind == "broken" else moment.text
    return wrap(text, BOLD if moment.kind == "broken" else REGULAR, SIZE, text_width - TEXT - WHO)


def _draw(page: Page, moment: Moment, ends: tuple[bool, bool], pen: Pen, y: float) -> None:
    first, last = ends
    left, right = page.left, page.right
    lines = _lines(moment, right - left)
    middle, bottom = y + BASE - 3.2, y + len(lines) * SIZE * LEADING + 6
    pen.rule(
        left + LINE, middle if first else y, left + LINE, middle if last else bottom, weight=0.8, colour=INK
    )
    _draw_mark(pen, left + LINE, middle, moment.kind)
    pen.fitted(left + TIME - 2, y + BASE, moment.at, TIME - 2, size=8, align="right")
    for i, line in enumerate(lines):
        pen.text(
            left + TEXT,
            y + BASE + i * SIZE * LEADING,
            line,
            BOLD if moment.kind == "broken" else REGULAR,
            SIZE,
        )
    pen.fitted(right, y + BASE, moment.who, WHO - 4, size=7.5, colour=GREY, align="right")


def _draw_mark(pen: Pen, x: float, y: float, kind: str) -> None:
    if kind == "broken":
        pen.fill(Area(x - DOT * 1.2, y - DOT * 1.2, DOT * 2.4, DOT * 2.4), DANGER)
        return
    area = Area(x - DOT, y - DOT, DOT * 2, DOT * 2)
    pen.fill(area, INK if kind == "recorded" else WHITE, radius=DOT)
    pen.box(area, 0.8, INK, radius=DOT)
