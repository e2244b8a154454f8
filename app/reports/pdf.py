"""A report as PDF: its blocks flow over pages, then each page is drawn with its head and foot (page x of y)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO

from app.files import write_safely
from app.reports import heads
from app.reports.canvas import MM, Pen
from app.reports.charts import CHART_HEIGHT, place_charts
from app.reports.document import TAIL, Block, Charts, Facts, Notes, Photos, Report, Table, Text, Timeline
from app.reports.page import Flow, Page
from app.reports.pictures import pair_height, place_photos
from app.reports.sheet import Sheet, Slice
from app.reports.signatures import place_notes, place_tail, tail_height
from app.reports.text import REGULAR, wrap
from app.reports.timeline import place_timeline
from app.words import language

log = logging.getLogger(__name__)
BODY = 9 * 1.5


@dataclass(frozen=True, slots=True)
class Printed:
    """What came out: number of pages, texts that lost their end, code points without glyph."""

    pages: int
    cut: tuple[str, ...]
    missing: tuple[str, ...]


def render_pdf(report: Report, target: Path | BinaryIO) -> Printed:
    """Write the report as PDF, in the language spoken now; the same report gives the same bytes."""
    if isinstance(target, Path):
        with write_safely(target) as stream:
            return render_pdf(report, stream)
    pages, pen = draw(report, target)
    if pen.cut or pen.missing:
        log.warning("report %s: %d texts cut, missing glyphs %s", report.code, len(pen.cut), pen.missing)
    return Printed(pages, tuple(pen.cut), pen.missing)


def draw(report: Report, stream: BinaryIO) -> tuple[int, Pen]:
    """Lay out and draw; gives the number of pages and the pen that remembers what it wrote."""
    page = Page.of(report.size, landscape=report.landscape)
    flow = lay_out(report, page)
    pen = Pen(
        stream,
        (page.width, page.height),
        title=f"{report.title} {report.issue.number}",
        author=report.issue.organisation,
        language=language().replace("_", "-"),
    )
    for number, draws in enumerate(flow.pages, 1):
        if number > 1:
            heads.draw_running_head(pen, report, page)
        for paint in draws:
            paint(pen)
        heads.draw_foot(pen, report, page, number, len(flow.pages))
        pen.next_page()
    pen.save()
    return len(flow.pages), pen


def lay_out(report: Report, page: Page) -> Flow:
    """Place all blocks; those at the end that are signed, and the method above them, hang on the last one before them."""
    flow = Flow(page, heads.head_height(report, page), report.issue.timezone)
    flow.pages[0].append(lambda pen: heads.draw_first_head(pen, report, page))
    if report.head:
        heads.place_facts(flow, Facts(report.head))
    blocks, tail = _split_tail(report)
    for i, block in enumerate(blocks):
        below = tail_height(flow, tail) if i == len(blocks) - 1 else 0
        _PLACERS[type(block)](flow, block, below)
    place_tail(flow, tail)
    return flow


def _split_tail(report: Report) -> tuple[list[Block], list[Block]]:
    blocks = list(report.blocks)
    end = len(blocks)
    while end > 1 and (isinstance(blocks[end - 1], TAIL) or _is_method(blocks[end - 1])):
        end -= 1
    return blocks[:end], blocks[end:]


def _is_method(block: Block) -> bool:
    """The small lines at the end that say how the figures are reckoned: never alone on a page."""
    return isinstance(block, Text) and block.small and not block.title


def _place_table(flow: Flow, table: Table, below: float) -> None:
    sheet = Sheet(table, flow.page.text_width, flow.timezone, flow.full)
    below += heads.note_height(flow, table.note)
    if not table.title:
        flow.skip(2.6 * MM)
    short = len(table.rows) <= 8
    needed = (
        sheet.head_height + sum(line.height for line in sheet.lines) + below if short else sheet.least_height
    )
    heading = heads.SECTION + 3.4 * MM if table.title else 0
    flow.need(heading + (needed if needed < flow.full / 2 else sheet.least_height))
    pieces = _cut(flow, sheet, heading, below)
    if not pieces[0].lines and len(pieces) > 1:
        pieces = pieces[1:]
        flow.turn()
    heads.place_section(flow, table.title, table.aside, 0)
    for i, piece in enumerate(pieces):
        if i:
            flow.turn()
        flow.put(sheet.height_of(piece), partial(_draw_piece, sheet, flow.page.left, piece))
    if table.note:
        heads.place_note(flow, table.note)


def _cut(flow: Flow, sheet: Sheet, heading: float, below: float) -> list[Slice]:
    flow.y += heading
    try:
        return sheet.slices(flow, below)
    finally:
        flow.y -= heading


def _draw_piece(sheet: Sheet, left: float, piece: Slice, pen: Pen, y: float) -> None:
    sheet.draw(pen, left, y, piece)


def _place_facts(flow: Flow, block: Facts, below: float) -> None:
    heads.place_section(flow, block.title, block.aside, 12 * MM + below)
    heads.place_facts(flow, block)


def _place_text(flow: Flow, block: Text, below: float) -> None:
    size = 7.5 if block.small else 9
    lines = wrap(block.text, REGULAR, size, flow.page.text_width)
    heads.place_section(flow, block.title, "", min(len(lines), 3) * BODY + below)
    flow.skip(2 * MM)
    for line in lines:
        flow.need(size * 1.5)
        flow.put(size * 1.5, partial(_draw_line, flow.page.left, size, line))


def _draw_line(left: float, size: float, line: str, pen: Pen, y: float) -> None:
    pen.text(left, y + size * 1.1, line, REGULAR, size)


def _place_photos(flow: Flow, block: Photos, below: float) -> None:
    first = pair_height(block.photos[:2], (flow.page.text_width - 5 * MM) / 2)
    heads.place_section(flow, block.title, "", first + (below if len(block.photos) < 3 else 0))
    place_photos(flow, block, below)


def _place_timeline(flow: Flow, block: Timeline, below: float) -> None:
    heads.place_section(flow, block.title, block.aside, 12 * MM)
    place_timeline(flow, block, below)


def _place_charts(flow: Flow, block: Charts, below: float) -> None:
    flow.need(CHART_HEIGHT + below)
    place_charts(flow, block)


def _place_notes(flow: Flow, block: Notes, below: float) -> None:
    place_notes(flow, block, below)


_PLACERS: dict[type, Callable[..., None]] = {
    Table: _place_table,
    Facts: _place_facts,
    Text: _place_text,
    Photos: _place_photos,
    Charts: _place_charts,
    Timeline: _place_timeline,
    Notes: _place_notes,
}
