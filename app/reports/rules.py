"""How a slice of a table is painted: bands, rules, marks and cells of the two table styles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.reports.canvas import DANGER, HAIR, INK, MARKED, MM, TINT, Area, Pen
from app.reports.document import Boxes, Code, Status
from app.reports.signs import draw_boxes, draw_code, draw_compact, draw_sign

if TYPE_CHECKING:
    from app.reports.sheet import Cell, Line, Sheet, Slice

PAD = 3.7
LEADING = 1.36
BASE = 11.6
MARK = 1.1 * MM


def draw_slice(sheet: Sheet, pen: Pen, left: float, top: float, piece: Slice) -> None:
    """Head, lines and rules of one page of the table."""
    from app.reports.sheet import runs_of_marks

    first = top + sheet.head_height
    right = left + sheet.width
    pen.fill(Area(left, top, sheet.width, sheet.head_height), TINT)
    for y, height in runs_of_marks(piece.lines):
        pen.fill(Area(left, first + y, sheet.width, height), MARKED)
        pen.fill(Area(left - MARK - 0.4 * MM, first + y, MARK, height), DANGER)
    bottom = _lines(sheet, pen, left, first, piece.lines)
    _head(sheet, pen, left, top)
    if sheet.table.form:
        _grid(sheet, pen, left, top, piece)
        return
    if sheet.table.lined:
        for edge, col in zip(sheet.edges, sheet.columns, strict=True):
            if col.turned or col is sheet.columns[-1]:
                pen.rule(left + edge, top, left + edge, bottom)
    pen.rule(left, top, right, top, weight=1.0, colour=INK)
    pen.rule(left, first, right, first, weight=0.6, colour=INK)
    pen.rule(left, bottom, right, bottom, weight=1.0 if piece.last else 0.6, colour=INK)


def _lines(sheet: Sheet, pen: Pen, left: float, y: float, lines: tuple[Line, ...]) -> float:
    middle = sheet.table.form or sheet.table.lined
    for i, line in enumerate(lines):
        if line.kind == "band":
            pen.fill(Area(left, y, sheet.width, line.height), TINT)
        if line.kind in {"band", "note"}:
            _cell(pen, line.cells[0], Area(left, y, sheet.width, line.height))
        else:
            for cell, edge, w, col in zip(line.cells, sheet.edges, sheet.widths, sheet.columns, strict=True):
                area = Area(left + edge, y, w, line.height)
                if cell and isinstance(cell.thing, Status) and col.turned:
                    draw_compact(pen, area, cell.thing, cell.lines)
                else:
                    _cell(pen, cell, area, middle=middle)
        y += line.height
        if i < len(lines) - 1 and not sheet.table.form:
            heavy = lines[i + 1].kind == "total"
            pen.rule(
                left, y, left + sheet.width, y, weight=0.6 if heavy else 0.25, colour=INK if heavy else HAIR
            )
    return y


def _cell(pen: Pen, cell: Cell | None, area: Area, *, middle: bool = False) -> None:
    if cell is None:
        return
    x, y, w, h = area
    baseline = y + (h - cell.height) / 2 + cell.size * (LEADING / 2 + 0.36) if middle else y + BASE
    if isinstance(cell.thing, Boxes):
        draw_boxes(pen, Area(x + PAD, y, w - 2 * PAD, h), cell.thing)
    elif isinstance(cell.thing, Code):
        draw_code(pen, area, cell.thing)
    elif cell.thing is not None:
        draw_sign(pen, x + PAD, baseline, cell.thing, cell.lines)
    else:
        at = {"left": x + PAD, "right": x + w - PAD, "centre": x + w / 2}[cell.align]
        for i, line in enumerate(cell.lines):
            pen.text(
                at,
                baseline + i * cell.size * LEADING,
                line,
                cell.font,
                cell.size,
                colour=INK,
                align=cell.align,
            )


def _head(sheet: Sheet, pen: Pen, left: float, top: float) -> None:
    for cell, edge, w, col in zip(sheet.head, sheet.edges, sheet.widths, sheet.columns, strict=True):
        if not col.turned:
            _cell(pen, cell, Area(left + edge, top, w, sheet.head_height), middle=True)
            continue
        lines = cell.lines[: max(1, int(w / (cell.size * 1.2)))]
        if len(lines) < len(cell.lines):
            pen.cut.append(col.title)
        x = left + edge + w / 2 + cell.size * 0.36 - (len(lines) - 1) * cell.size * 0.6
        for i, line in enumerate(lines):
            pen.turned(x + i * cell.size * 1.2, top + sheet.head_height - PAD, line, cell.size)


def _grid(sheet: Sheet, pen: Pen, left: float, top: float, piece: Slice) -> None:
    """Full lines around what is written by hand; a band stays one field."""
    right, y = left + sheet.width, top + sheet.head_height
    spans = [(top, y)]
    for line in piece.lines:
        pen.rule(left, y, right, y, weight=0.5, colour=INK)
        if line.kind not in {"band", "note"}:
            spans.append((y, y + line.height))
        y += line.height
    for edge in sheet.edges[1:]:
        for start, end in spans:
            pen.rule(left + edge, start, left + edge, end, weight=0.5, colour=INK)
    pen.box(Area(left, top, sheet.width, y - top), 0.8, INK)
