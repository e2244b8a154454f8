"""Status signs on paper: the weight rises with the severity, and black alone carries it."""

from __future__ import annotations

from app.labels.symbol import matrix, outlines
from app.reports.canvas import DANGER, GREY, INK, MM, WHITE, Area, Pen
from app.reports.document import Boxes, Code, Status
from app.reports.text import BOLD, REGULAR, width

SIGN_PAD = 2.6
PLAIN, COMPACT = 8.0, 6.5
LEADING = 1.36


def sign_size(status: Status, *, compact: bool = False) -> tuple[str, float]:
    """Font and size: bold where somebody must act."""
    return BOLD if status.level in {"danger", "warn"} else REGULAR, COMPACT if compact else PLAIN


def draw_sign(pen: Pen, x: float, baseline: float, status: Status, lines: tuple[str, ...]) -> None:
    """Sign and word at a baseline: plain, outlined (warn) or reversed (danger)."""
    font, size = sign_size(status)
    leading = size * LEADING
    if status.level not in {"danger", "warn"}:
        for i, line in enumerate(lines):
            pen.text(
                x, baseline + i * leading, line, font, size, colour=GREY if status.level == "neutral" else INK
            )
        return
    w = max(width(line, font, size) for line in lines) + 2 * SIGN_PAD
    top, h = baseline - size * 1.06, leading * len(lines) + size * 0.06
    if status.level == "danger":
        pen.fill(Area(x, top, w, h), DANGER, radius=1.5)
    else:
        pen.box(Area(x, top, w, h), 0.8, INK, radius=1.5)
    for i, line in enumerate(lines):
        pen.text(
            x + SIGN_PAD,
            baseline + i * leading,
            line,
            font,
            size,
            colour=WHITE if status.level == "danger" else INK,
        )


def draw_compact(pen: Pen, area: Area, status: Status, lines: tuple[str, ...]) -> None:
    """The sign in the middle of a cell of the matrix, which it fills when it is grave."""
    x, top, w, h = area
    font, size = sign_size(status, compact=True)
    if status.level == "danger":
        pen.fill(area, DANGER)
    elif status.level == "warn":
        pen.box(Area(x + 0.6, top + 0.6, w - 1.2, h - 1.2), 0.8, INK)
    colour = {"danger": WHITE, "neutral": GREY}.get(status.level, INK)
    baseline = top + h / 2 + size * 0.36 - (len(lines) - 1) * size * 0.6
    for i, line in enumerate(lines):
        pen.text(x + w / 2, baseline + i * size * 1.2, line, font, size, colour=colour, align="centre")


def draw_boxes(pen: Pen, area: Area, boxes: Boxes) -> None:
    """One box per digit, 5 × 7 mm or as narrow as the column asks, and the unit behind."""
    x, middle, count = area.x, area.y + area.h / 2, boxes.count
    behind = width(boxes.unit, REGULAR, 9) + 4 if boxes.unit else 0
    w = min(5 * MM, (area.w - behind) / count)
    h = 7 * MM
    pen.box(Area(x, middle - h / 2, w * count, h), 0.5)
    for i in range(1, count):
        pen.rule(x + i * w, middle - h / 2, x + i * w, middle + h / 2, weight=0.5, colour=INK)
    pen.text(x + count * w + 4, middle + 3.2, boxes.unit)


def draw_code(pen: Pen, area: Area, code: Code) -> None:
    """A code in the middle of its cell; the white around it is the cell's."""
    modules, side = matrix(code.payload), code.side * MM
    step = side / len(modules)
    x, y = area.x + (area.w - side) / 2, area.y + (area.h - side) / 2
    pen.outline(outlines(modules), x, y, step)
