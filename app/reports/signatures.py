"""The end of a report: how it is reckoned, the box of results to tick, the signature boxes, empty lines for remarks."""

from __future__ import annotations

import io
import logging
from functools import partial

from reportlab.lib.utils import ImageReader

from app.reports.canvas import GREY, INK, MM, TINT, Area, Pen
from app.reports.document import Block, Notes, ResultBox, Signature, Signatures, Text
from app.reports.page import Flow, Page
from app.reports.text import BOLD, REGULAR, width, wrap
from app.words import _

log = logging.getLogger(__name__)

BOX = 20 * MM
#: The room of a signature within its box.
SIGNED = (36 * MM, 9 * MM)
RESULT = 8.2 * MM
GAP = 4 * MM
NOTE_LINE = 8.5 * MM
PAD = 2 * MM
SMALL, LEADING = 7.5, 1.5


def tail_height(flow: Flow, tail: list[Block]) -> float:
    """What the blocks at the end need together."""
    boxed = any(not isinstance(block, Text) for block in tail)
    return GAP * boxed + sum(_height(flow, block) for block in tail)


def _height(flow: Flow, block: Block) -> float:
    if isinstance(block, ResultBox):
        return _result_height(block, flow.page)
    if isinstance(block, Text):
        return PAD + len(_said(flow, block)) * SMALL * LEADING
    return BOX if isinstance(block, Signatures) else 0


def place_tail(flow: Flow, tail: list[Block]) -> None:
    """The method, the result box and the signatures as one piece."""
    if not tail:
        return
    flow.need(tail_height(flow, tail))
    for n, block in enumerate(tail):
        if not isinstance(block, Text) and (not n or isinstance(tail[n - 1], Text)):
            flow.y += GAP
        if isinstance(block, Text):
            flow.put(_height(flow, block), partial(_draw_text, flow.page.left, _said(flow, block)))
        elif isinstance(block, ResultBox):
            flow.put(_height(flow, block), partial(_draw_result, flow.page, block))
        elif isinstance(block, Signatures):
            flow.put(BOX, partial(_draw_signatures, flow.page, block))


def _said(flow: Flow, block: Text) -> tuple[str, ...]:
    return wrap(block.text, REGULAR, SMALL, flow.page.text_width)


def _draw_text(left: float, lines: tuple[str, ...], pen: Pen, y: float) -> None:
    for i, line in enumerate(lines):
        pen.text(left, y + PAD + SMALL * (1.1 + i * LEADING), line, REGULAR, SMALL)


def _result_lines(block: ResultBox, page: Page) -> list[list[tuple[float, str, str]]]:
    """Question, options and the rest set in lines: each piece with its distance from the left."""
    pieces = [(block.question, REGULAR)] + [(f"□\u00a0{option}", REGULAR) for option in block.options]
    pieces += [(block.more, REGULAR)] if block.more else []
    lines: list[list[tuple[float, str, str]]] = [[]]
    x = PAD
    for text, font in pieces:
        w = width(text, font, 9)
        if lines[-1] and x + w > page.text_width - PAD:
            lines.append([])
            x = PAD
        lines[-1].append((x, text, font))
        x += w + 4.5 * MM
    return lines


def _result_height(block: ResultBox, page: Page) -> float:
    return RESULT + (len(_result_lines(block, page)) - 1) * 5 * MM


def _draw_result(page: Page, block: ResultBox, pen: Pen, y: float) -> None:
    for i, line in enumerate(_result_lines(block, page)):
        for x, text, font in line:
            pen.text(page.left + x, y + 5.2 * MM + i * 5 * MM, text, font)
    pen.box(Area(page.left, y, page.text_width, _result_height(block, page)), 0.8)


def _draw_signatures(page: Page, block: Signatures, pen: Pen, y: float) -> None:
    w = page.text_width / len(block.boxes)
    for i, box in enumerate(block.boxes):
        _draw_box(pen, Area(page.left + i * w, y, w, BOX), box)
    pen.box(Area(page.left, y, page.text_width, BOX), 0.8)


def _draw_box(pen: Pen, area: Area, box: Signature) -> None:
    x, y, w, _height = area
    inner = w - 2 * PAD
    names = wrap(box.name, REGULAR, 7.5, inner * 0.45)
    beside = max(width(name, REGULAR, 7.5) for name in names) + 2 * MM
    pen.fitted(x + PAD, y + 4.4 * MM, box.role, inner - beside, font=BOLD, size=9)
    for i, line in enumerate(names[:3]):
        pen.text(x + w - PAD, y + 4.4 * MM + i * 3.3 * MM, line, size=7.5, colour=GREY, align="right")
    pen.fitted(
        x + PAD, y + 8.2 * MM, box.note, inner if len(names) == 1 else inner * 0.48, size=7.5, colour=GREY
    )
    pen.rule(x + PAD, y + 14.2 * MM, x + w - PAD, y + 14.2 * MM, weight=0.4)
    if box.picture:
        _draw_signature(pen, Area(x + PAD, y + 5 * MM, min(inner, SIGNED[0]), SIGNED[1]), box.picture)
    day = box.on or _("Date:        Year     Month     Day")
    pen.fitted(x + PAD, y + 18 * MM, day, inner, size=7.5, colour=GREY)
    if x > 21 * MM:
        pen.rule(x, y, x, y + BOX, weight=0.5, colour=INK)


def _draw_signature(pen: Pen, room: Area, png: bytes) -> None:
    """What was written on the pad, on the line, as large as its room."""
    try:
        picture = ImageReader(io.BytesIO(png))
        across, down = picture.getSize()
    except (OSError, ValueError, SyntaxError):
        log.exception("a signature could not be read")
        return
    scale = min(room.w / across, room.h / down)
    w, h = across * scale, down * scale
    pen.image(Area(room.x, room.y + room.h - h, w, h), picture)


def place_notes(flow: Flow, block: Notes, below: float) -> None:
    """A head and empty lines for what is found beside the list; fewer lines if that keeps the signatures on the page."""
    page = flow.page
    lines = wrap(block.title, BOLD, 8.25, page.text_width - 8)
    head = max(5.9 * MM, len(lines) * 8.25 * 1.36 + 4.5)
    spare = int((flow.room - GAP - head - below) / NOTE_LINE)
    count = min(block.lines, spare) if spare > 0 else block.lines
    height = head + count * NOTE_LINE
    flow.need(height + GAP + below)
    flow.skip(GAP)

    def draw(pen: Pen, y: float) -> None:
        pen.fill(Area(page.left, y, page.text_width, head), TINT)
        for i, line in enumerate(lines):
            pen.text(page.left + 3.7, y + 11.2 + i * 8.25 * 1.36, line, BOLD, 8.25)
        for i in range(count):
            pen.rule(
                page.left,
                y + head + i * NOTE_LINE,
                page.right,
                y + head + i * NOTE_LINE,
                weight=0.5,
                colour=INK,
            )
        pen.box(Area(page.left, y, page.text_width, height), 0.8)

    flow.put(height, draw)
