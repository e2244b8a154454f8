"""A table on paper: measured once, cut into pages, drawn as strings and rules (record or form)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import groupby

from app.reports.canvas import MM, Align, Pen
from app.reports.document import NUMBERS, Boxes, Choices, Code, Col, Measure, Row, Status, Table, Value
from app.reports.page import Flow
from app.reports.show import places_of, shown
from app.reports.signs import SIGN_PAD, sign_size
from app.reports.text import BOLD, REGULAR, atoms, width, wrap
from app.words import _

PAD = 3.7
SIZE, SMALL, HEAD = 9.0, 7.5, 8.25
LEADING = 1.36
RECORD, FORM, MATRIX = 5.9 * MM, 8.5 * MM, 5.5 * MM
TURNED = (33 * MM, 40 * MM, 50 * MM, 60 * MM, 75 * MM)
KEEP = 3
LONGEST_WORD = 28 * MM
#: A column that takes what is left holds names: a few characters must stand in a line.
LEAST_FREE = 20 * MM
_WORD = re.compile(r"[A-Za-z]{6,}")


@dataclass(frozen=True, slots=True)
class Cell:
    """A measured cell: its lines in one font, or a thing that is drawn."""

    lines: tuple[str, ...]
    font: str
    size: float
    align: Align
    thing: Status | Boxes | Code | None = None

    @property
    def height(self) -> float:
        if isinstance(self.thing, Code):
            return self.thing.side * MM * 1.26  # four modules of white above and below
        return len(self.lines) * self.size * LEADING


@dataclass(frozen=True, slots=True)
class Line:
    """A printed line of the table: band, row, subtotal or total."""

    kind: str
    cells: tuple[Cell | None, ...]
    height: float
    band: Line | None = None
    mark: bool = False
    title: str = ""
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Slice:
    """The lines that stand on one page."""

    lines: tuple[Line, ...]
    last: bool


class Sheet:
    """A table measured for a width; `slices` cuts it into pages and `draw` paints one of them."""

    def __init__(self, table: Table, text_width: float, timezone: str, tallest: float) -> None:
        self.table = table
        self.timezone = timezone
        self.width = text_width
        self.columns = tuple(col for col in table.columns if col.paper)
        self.widths = _widths(self.columns, [self._least_width(col) for col in self.columns], text_width)
        self.edges = [sum(self.widths[:i]) for i in range(len(self.widths))]
        self.places = [places_of(col, table.rows) for col in self.columns]
        self.least = table.row_height * MM or (FORM if table.form else MATRIX if table.lined else RECORD)
        self.slack = 3.3 if table.lined else 4.5
        self.turned = self._turned_height()
        self.head = tuple(self._head_cell(i) for i in range(len(self.columns)))
        self.head_height = self._head_height()
        self.tallest = tallest - self.head_height - RECORD
        self.lines = self._lines()

    def _head_cell(self, i: int) -> Cell:
        col = self.columns[i]
        if col.turned:
            return Cell(self._turned(i, self.turned), REGULAR, SMALL, "left")
        return Cell(wrap(self._title(col), BOLD, HEAD, self._room(i)), BOLD, HEAD, self._align(col))

    def _least_width(self, col: Col) -> float:
        """No word of a title or of an English text is broken."""
        if col.turned:
            return 0
        words = (word for part in wrap(self._title(col), BOLD, HEAD, 1e6) for word in atoms(part))
        longest = max((width(word.rstrip(), BOLD, HEAD) for word in words), default=0)
        said = {str(row.values.get(col.key, "")) for row in self.table.rows}
        size = SMALL if col.small else SIZE
        for word in {word for text in said for word in _WORD.findall(text)}:
            longest = max(longest, min(width(word, BOLD, size), LONGEST_WORD))
        return longest + 2 * PAD + 0.1

    def _turned(self, i: int, height: float) -> tuple[str, ...]:
        return wrap(self.columns[i].title, REGULAR, SMALL, height - 2 * PAD)

    def _turned_height(self) -> float:
        """The lowest head in which every turned title fits its column."""
        turned = [i for i, col in enumerate(self.columns) if col.turned]
        for height in TURNED:
            if all(
                len(self._turned(i, height)) <= max(1, int(self.widths[i] / (SMALL * 1.2))) for i in turned
            ):
                return height
        return TURNED[-1]

    @staticmethod
    def _title(col: Col) -> str:
        return _("{title} ({unit})").format(title=col.title, unit=col.unit) if col.unit else col.title

    def _head_height(self) -> float:
        if any(col.turned for col in self.columns):
            return self.turned
        return max(RECORD, max(cell.height for cell in self.head) + 4.5)

    def _align(self, col: Col) -> Align:
        if col.centred:
            return "centre"
        return "right" if col.right or col.kind in NUMBERS else "left"

    def _room(self, i: int) -> float:
        return self.widths[i] - 2 * PAD

    def _lines(self) -> list[Line]:
        table, lines = self.table, []
        for group in table.groups:
            band = self._band(group.title) if group.title else None
            if band:
                lines.append(band)
            for row in group.rows:
                lines += self._row(row, band)
            if table.group_sums and len(group.rows) > 1:
                lines.append(
                    self._sum(
                        "subtotal", table.subtotal_label, table.total(group.rows, table.group_sums), band
                    )
                )
        if table.sums and table.rows:
            lines.append(self._sum("total", table.total_label, table.total(table.rows), None))
        if not table.rows and table.empty:
            lines.append(self._note(table.empty))
        return lines

    def _band(self, title: str) -> Line:
        cell = Cell(wrap(title, BOLD, SIZE, self.width - 2 * PAD), BOLD, SIZE, "left")
        return Line("band", (cell,), max(RECORD, cell.height + 4.5), title=title)

    def _note(self, text: str) -> Line:
        cell = Cell(wrap(text, REGULAR, SIZE, self.width - 2 * PAD), REGULAR, SIZE, "left")
        return Line("note", (cell,), max(RECORD, cell.height + 4.5))

    def _sum(self, kind: str, label: str, sums: dict[str, int], band: Line | None) -> Line:
        values: dict[str, Value] = {**sums, self.table.label_column or self.columns[0].key: label}
        cells = tuple(self._cell(i, values.get(col.key), BOLD) for i, col in enumerate(self.columns))
        return Line(kind, cells, self._height(cells), band)

    def _row(self, row: Row, band: Line | None) -> list[Line]:
        cells = tuple(self._cell(i, row.values.get(col.key)) for i, col in enumerate(self.columns))
        line = Line("row", cells, self._height(cells), band, row.mark)
        return [line] if line.height <= self.tallest else self._parts(line)

    def _cell(self, i: int, value: Value, font: str = "") -> Cell | None:
        if value is None or value == "":
            return None
        col = self.columns[i]
        if isinstance(value, Status):
            return self._status(i, value)
        if isinstance(value, Boxes | Code):
            return Cell(("",), REGULAR, SIZE, "left", value)
        font = font or (BOLD if col.bold or col.kind == "code" else REGULAR)
        size = SMALL if col.small else SIZE
        text = shown(value, col, self.places[i], self.timezone)
        align: Align = "right" if isinstance(value, Measure) else self._align(col)
        room = self._room(i)
        if isinstance(value, Choices) and width(text, font, size) > room:
            size = SMALL
        return Cell(wrap(text, font, size, room), font, size, align)

    def _status(self, i: int, status: Status) -> Cell:
        col = self.columns[i]
        font, size = sign_size(status, compact=col.turned)
        boxed = 2 * SIGN_PAD if status.level in {"danger", "warn"} and not col.turned else 0
        room = self.widths[i] - 2 if col.turned else self._room(i) - boxed
        return Cell(
            wrap(str(status), font, size, room), font, size, "centre" if col.turned else "left", status
        )

    def _height(self, cells: tuple[Cell | None, ...]) -> float:
        tallest = max((cell.height for cell in cells if cell), default=0)
        return max(self.least, tallest + self.slack)

    def _parts(self, line: Line) -> list[Line]:
        """A row higher than a page goes on over several lines of the table."""
        count = int((self.tallest - 4.5) / (SIZE * LEADING))
        longest = max(len(cell.lines) for cell in line.cells if cell)
        parts = []
        for start in range(0, longest, count):
            cells = tuple(_part(cell, start, count) for cell in line.cells)
            parts.append(replace(line, cells=cells, height=self._height(cells)))
        return parts

    # Cutting into pages

    @property
    def least_height(self) -> float:
        """Head and first rows: what must fit beneath a heading."""
        return self.head_height + sum(line.height for line in self.lines[: KEEP + 1])

    def slices(self, flow: Flow, tail: float) -> list[Slice]:
        """Lines per page; the first list is empty if nothing fits on the present page."""
        full = flow.full - self.head_height
        pages = self._fill(flow.room - self.head_height, full)
        used = sum(line.height for line in pages[-1])
        room = full if len(pages) > 1 else flow.room - self.head_height
        if len(pages) > 1 and sum(line.kind == "row" for line in pages[-1]) < KEEP:
            rest = pages.pop()
            lines = pages.pop() + rest[rest[0].repeated :]
            pages += self._hand_over(lines, full - tail)
        elif tail and used + tail > room:
            pages += self._hand_over(pages.pop(), full - tail)
        return [Slice(tuple(lines), last=i == len(pages) - 1) for i, lines in enumerate(pages)]

    def _fill(self, first: float, full: float) -> list[list[Line]]:
        pages: list[list[Line]] = [[]]
        room = first
        for i, line in enumerate(self.lines):
            if line.height + self._tied(i) > room and (pages[-1] or len(pages) == 1):
                pages.append([])
                room = full
                if line.band and line.kind != "band":
                    pages[-1].append(self._continued(line.band))
                    room -= pages[-1][0].height
            pages[-1].append(line)
            room -= line.height
        return pages

    def _tied(self, i: int) -> float:
        """Height of what must stay on the page of this line: a row under its band, a sum under its row."""
        height = 0.0
        for line, after in zip(self.lines[i:], self.lines[i + 1 : i + 4], strict=False):
            if line.kind != "band" and after.kind not in {"subtotal", "total"}:
                break
            height += after.height
        return height

    def _continued(self, band: Line) -> Line:
        return replace(self._band(_("{title} (continued)").format(title=band.title)), repeated=True)

    def _hand_over(self, lines: list[Line], room: float) -> list[list[Line]]:
        """The last three rows go over to the page of the signatures, with their sums and their band; fewer if they are tall."""
        for keep in range(KEEP, 0, -1):
            start, rows = len(lines), 0
            while start and rows < keep:
                start -= 1
                rows += lines[start].kind == "row"
            start -= bool(start) and lines[start - 1].kind == "band"
            over = lines[start:]
            if start and over[0].kind == "row" and over[0].band:
                over = [self._continued(over[0].band), *over]
            if sum(line.height for line in over) <= room:
                break
        return [lines[:start], over]

    # Drawing

    def height_of(self, piece: Slice) -> float:
        return self.head_height + sum(line.height for line in piece.lines)

    def draw(self, pen: Pen, left: float, top: float, piece: Slice) -> None:
        from app.reports.rules import draw_slice

        draw_slice(self, pen, left, top, piece)


def _widths(columns: tuple[Col, ...], least: list[float], room: float) -> list[float]:
    """Column widths in points: as declared, the free ones share what is left, none narrower than the words of its title."""
    fixed = sum(col.width for col in columns) * MM
    free = sum(1 for col in columns if not col.width)
    share = max((room - fixed) / free, LEAST_FREE) if free else 0
    found = [col.width * MM or share for col in columns]
    scale = room / sum(found)
    found = [max(w * scale, low) for w, low in zip(found, least, strict=True)]
    while (excess := sum(found) - room) > 0.01:
        spare = [w - low for w, low in zip(found, least, strict=True)]
        widest = max(range(len(found)), key=spare.__getitem__)
        if spare[widest] <= 0.01:
            return [w * room / sum(found) for w in found]
        found[widest] -= min(excess, spare[widest] / 2 + 0.01)
    return found


def _part(cell: Cell | None, start: int, count: int) -> Cell | None:
    if cell is None or (start and cell.thing):
        return None
    lines = cell.lines[start : start + count]
    return replace(cell, lines=lines) if lines else None


def runs_of_marks(lines: tuple[Line, ...]) -> list[tuple[float, float]]:
    """Top and height of each unbroken run of rows that need action."""
    runs, y = [], 0.0
    for mark, group in groupby(lines, key=lambda line: line.mark):
        height = sum(line.height for line in group)
        if mark:
            runs.append((y, height))
        y += height
    return runs
