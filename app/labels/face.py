"""What stands where on one label: QR code at the left; kind and place, code, name, second name beside it."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.errors import AppError
from app.labels import symbol
from app.labels.layouts import Layout
from app.labels.payload import Kind, encode
from app.reports.canvas import GREY, MM, WHITE
from app.reports.text import BOLD, REGULAR, fit, visible, width, wrap
from app.words import N_

BLACK = "#000000"
SMALLEST_QR = 8.0
SAFE_QR = 12.0
SMALLEST_MODULE = 0.25
SAFE_MODULE = 0.36
SAFE_DOTS = 4
STEP = 0.25
MOST_CODE_LINES = 3
SHRUNK_CODE = 0.6
CAPITALS = 0.733
LEADING = 1.24


@dataclass(frozen=True, slots=True)
class Label:
    """An object and what its label says; `case_matters` when another object's code differs only in small letters."""

    kind: Kind
    code: str
    name: str
    name_en: str = ""
    place: str = ""
    case_matters: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text; x and the baseline y in points from the label's top left corner."""

    x: float
    y: float
    text: str
    size: float
    font: str = REGULAR
    colour: str = BLACK


@dataclass(frozen=True, slots=True)
class Square:
    """The dark part of the QR code in points, and its modules in millimetres and printer's dots."""

    x: float
    y: float
    module: float
    digits: str
    modules: int
    dots: int | None

    @property
    def side_mm(self) -> float:
        """The side with the quiet zone."""
        return (self.modules + 2 * symbol.QUIET) * self.module / MM

    @property
    def thin(self) -> bool:
        return self.module / MM < SAFE_MODULE - 1e-9 or (self.dots is not None and self.dots < SAFE_DOTS)


@dataclass(frozen=True, slots=True)
class Face:
    """A label ready to be drawn, in points; `cut` says that a text lost its end."""

    square: Square
    band: tuple[float, float, float, float]
    lines: tuple[Line, ...]
    cut: bool


@dataclass(frozen=True, slots=True)
class Column:
    """The room beside the QR code, in points."""

    x: float
    room: float
    top: float
    bottom: float
    small: float
    least: float


def compose(label: Label, layout: Layout) -> Face:
    """Give each text of the label its place and size."""
    square = _square(label, layout)
    column = _column(layout, square)
    head, band, head_cut = _head(label, column)
    y = column.top + band[3]
    code = list(_code(label.code, layout.code_pt, column, y))
    y = code[-1].y + 0.6 * code[0].size
    names, name_cut = _names(label, layout, column, y)
    return Face(square, band, (*head, *code, *names), head_cut or name_cut)


def _square(label: Label, layout: Layout) -> Square:
    digits = encode(label.kind, label.code, case_matters=label.case_matters)
    modules = len(symbol.matrix(digits))
    count = modules + 2 * symbol.QUIET
    module, dots = layout.qr / count, None
    if layout.dpi:
        dot = 25.4 / layout.dpi
        dots = _dots(layout, count, dot)
        module = dots * dot
    if module * count < SMALLEST_QR - 1e-9 or module < SMALLEST_MODULE - 1e-9:
        message = N_(
            "The QR code of {code} would be too small to be read on this label. Choose a larger label."
        )
        raise AppError(message, code=label.code)
    quiet, side = symbol.QUIET * module, module * count
    x = 0.35 * layout.margin + max(0, layout.qr - side) / 2 + quiet
    y = (layout.height - side) / 2 + quiet
    if layout.dpi:
        x, y = round(x / dot) * dot, round(y / dot) * dot
    return Square(x * MM, y * MM, module * MM, digits, modules, dots)


def _dots(layout: Layout, count: int, dot: float) -> int:
    """Whole dots a module; a larger symbol may take more than its share of the label to keep four."""
    usual = int(layout.qr / dot / count + 1e-6)
    most = min(layout.height - layout.margin, 0.58 * layout.width)
    return SAFE_DOTS if usual < SAFE_DOTS and SAFE_DOTS * count * dot <= most else usual


def _column(layout: Layout, square: Square) -> Column:
    side = max(layout.qr, square.side_mm)
    x = (0.35 * layout.margin + side + 0.3) * MM
    small = min(7.5, max(4.5 if layout.dpi is None else 5, 0.44 * layout.code_pt))
    margin = layout.margin * MM
    room = layout.width * MM - margin - x
    return Column(x, room, margin, layout.height * MM - margin, small, 3.8 if layout.dpi is None else 4.5)


def _head(label: Label, column: Column) -> tuple[list[Line], tuple[float, float, float, float], bool]:
    """The kind, white on black, and the place, of which the end says most and is kept."""
    kind = fit(label.kind.word, BOLD, column.small, column.room * 0.55, 3.5)
    pad = 0.25 * column.small
    band = (column.x, column.top, width(kind.text, BOLD, kind.size) + 2 * pad, column.small * 1.36)
    baseline = column.top + 1.04 * column.small
    lines = [Line(column.x + pad, baseline, kind.text, kind.size, BOLD, WHITE)]
    room = column.room - band[2] - pad
    least = 3.5 if label.place.isascii() else column.least
    place = fit(label.place, REGULAR, column.small, room, least)
    text = _tail(visible(label.place), place.size, room) if place.cut else place.text
    if text:
        x = column.x + column.room - width(text, REGULAR, place.size)
        lines.append(Line(x, baseline, text, place.size))
    return lines, band, kind.cut or place.cut


def _tail(text: str, size: float, room: float) -> str:
    """The end of a text that is too long, if a useful part of it fits."""
    start = next(
        (at for at in range(1, len(text)) if width("…" + text[at:], REGULAR, size) <= room), len(text)
    )
    return "…" + text[start:] if len(text) - start >= 3 else ""


def _code(code: str, largest: float, column: Column, y: float) -> Iterator[Line]:
    """The code on one line as large as it fits; a very long one on two or three, whole in any case."""
    size = largest
    lines = wrap(code, BOLD, size, column.room)
    while len(lines) > (1 if size > SHRUNK_CODE * largest else MOST_CODE_LINES) and size > 2:
        size -= STEP
        lines = wrap(code, BOLD, size, column.room)
    baseline = y + (0.34 + CAPITALS) * size
    for line in lines:
        yield Line(column.x, baseline, line, size, BOLD)
        baseline += 1.1 * size


def _names(label: Label, layout: Layout, column: Column, y: float) -> tuple[list[Line], bool]:
    name = label.name or label.name_en
    lines, size, cut = _wrapped(name, min(12, max(5, 0.62 * layout.code_pt)), column, y)
    placed = [Line(column.x, y + (0.84 + row * LEADING) * size, line, size) for row, line in enumerate(lines)]
    second = label.name_en if label.name_en != name else ""
    end = placed[-1].y + 0.12 * size if placed else y
    if not second or end + 1.1 * column.small > column.bottom:
        return placed, cut
    fitted = fit(second, REGULAR, column.small, column.room, max(4, 0.8 * column.small))
    colour = GREY if layout.dpi is None else BLACK  # a thermal printer has no grey
    last = Line(column.x, column.bottom - 0.2 * fitted.size, fitted.text, fitted.size, REGULAR, colour)
    return [*placed, last], cut or fitted.cut


def _wrapped(name: str, largest: float, column: Column, y: float) -> tuple[list[str], float, bool]:
    """Lines of the name at the largest size at which all of it fits; only where it would be too fine to be read it loses its end."""
    least = column.least
    size = largest
    while True:
        rows = max(0, int((column.bottom - y - 0.96 * size) / (LEADING * size) + 1))
        lines = list(wrap(name, REGULAR, size, column.room)) if name else []
        if len(lines) <= rows:
            return lines, size, False
        if size <= least:
            return _shortened(lines, rows, size, column.room), size, True
        size = max(least, size - STEP)


def _shortened(lines: list[str], rows: int, size: float, room: float) -> list[str]:
    if rows == 0:
        return []
    last = lines[rows - 1]
    while last and width(last + "…", REGULAR, size) > room:
        last = last[:-1]
    return [*lines[: rows - 1], last.rstrip() + "…"]
