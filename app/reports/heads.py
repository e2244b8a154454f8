"""Head of the first page, running line and foot of every page, section titles, and the boxed head of labels and values."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from app import values
from app.errors import AppError
from app.labels.payload import Kind, encode
from app.labels.symbol import matrix, outlines
from app.reports.canvas import DARK, GREY, HAIR, INK, MM, TINT, Area, Pen
from app.reports.document import Fact, Facts, Report, Status
from app.reports.page import Flow, Page
from app.reports.signs import SIGN_PAD, draw_sign, sign_size
from app.reports.text import BOLD, REGULAR, fit, visible, width, wrap
from app.words import _

NOTE = 7.5
PAD = 3.7
SIZE, LEADING = 9.0, 1.36
QR = 14 * MM
SIDE = 58 * MM
SECTION = 8.2 * MM
LABEL = 22 * MM


@dataclass(frozen=True, slots=True)
class _Head:
    """The first page's head, measured: what is too long goes on in a second line instead of being cut."""

    title: tuple[str, ...]
    title_size: float
    subtitle: tuple[str, ...]
    subtitle_size: float

    @property
    def drop(self) -> float:
        return (len(self.title) - 1) * 6 * MM + (len(self.subtitle) - 1) * 3.6 * MM


def _head_of(report: Report, page: Page) -> _Head:
    room = page.text_width - 2 * (QR + 6 * MM)
    title = fit(report.title, BOLD, 16, room, 12)
    titles = wrap(report.title, BOLD, 12, room) if title.cut else (title.text,)
    sides = max(width(visible(report.issue.site), REGULAR, 8), width(_number(report), REGULAR, 8), QR)
    beside = page.text_width - 2 * min(sides, SIDE) - 6 * MM
    subtitle = fit(report.subtitle, REGULAR, 9, beside, NOTE)
    subtitles = wrap(report.subtitle, REGULAR, 8, beside) if subtitle.cut else (subtitle.text,)
    return _Head(titles, 12 if title.cut else title.size, subtitles, 8 if subtitle.cut else subtitle.size)


def _number(report: Report) -> str:
    return visible(_("No. {number}").format(number=report.issue.number))


def head_height(report: Report, page: Page) -> float:
    """Where the text of the first page begins."""
    return 34.4 * MM + _head_of(report, page).drop


def draw_first_head(pen: Pen, report: Report, page: Page) -> None:
    """Organisation and site left, title in the middle, document code and number right, a strong rule below."""
    head, issue = _head_of(report, page), report.issue
    middle, low = (page.left + page.right) / 2, head.drop
    for i, line in enumerate(wrap(issue.organisation, REGULAR, NOTE, SIDE)[:2]):
        pen.text(page.left, 16.2 * MM + i * 3.2 * MM, line, size=NOTE, colour=GREY)
    for i, line in enumerate(head.title):
        pen.text(middle, 22.8 * MM + i * 6 * MM, line, BOLD, head.title_size, colour=INK, align="centre")
    under = 28.7 * MM + (len(head.title) - 1) * 6 * MM
    for i, line in enumerate(head.subtitle):
        pen.text(middle, under + i * 3.6 * MM, line, REGULAR, head.subtitle_size, colour=GREY, align="centre")
    sites = wrap(issue.site, REGULAR, 8, SIDE)[:2]
    for i, line in enumerate(sites):
        pen.text(page.left, 30.6 * MM + low - (len(sites) - 1 - i) * 3.4 * MM, line, size=8)
    payload = _payload(issue.number)
    pen.fitted(
        page.right, (31.3 if payload else 30.6) * MM + low, _number(report), SIDE, size=8, align="right"
    )
    if payload:
        _draw_code(pen, payload, page.right - QR, 13.4 * MM + low)
    pen.rule(page.left, 32.8 * MM + low, page.right, 32.8 * MM + low, weight=1.4, colour=DARK)


def _payload(number: str) -> str:
    """What the document's code says; a number that no label can carry goes without one."""
    try:
        return encode(Kind.DC, number)
    except AppError:
        return ""


def _draw_code(pen: Pen, payload: str, x: float, y: float) -> None:
    modules = matrix(payload)
    step = QR / len(modules)
    pen.outline(outlines(modules), x, y, step)


def draw_running_head(pen: Pen, report: Report, page: Page) -> None:
    """Title left, site and number right, on the second and later pages."""
    y = 9.7 * MM
    beside = f"{report.issue.site}    {report.issue.number}"
    right = min(width(visible(beside), REGULAR, NOTE), page.text_width / 2)
    room = page.text_width - right - 5 * MM
    whole = fit(f"{report.title}  {report.subtitle}", REGULAR, NOTE, room)
    short = fit(report.title, REGULAR, NOTE, room) if whole.cut else whole
    site = fit(beside, REGULAR, NOTE, page.text_width / 2)
    pen.text(page.left, y, short.text, REGULAR, short.size, colour=GREY)
    pen.text(page.right, y, site.text, REGULAR, site.size, colour=GREY, align="right")
    pen.rule(page.left, 11.1 * MM, page.right, 11.1 * MM, weight=0.25)


def draw_foot(pen: Pen, report: Report, page: Page, number: int, count: int) -> None:
    """Who printed when, from which data; page x of y; number and how long to keep it; the marks for punching."""
    issue = report.issue
    top, third = page.height - 20.4 * MM, page.text_width * 0.4
    printed = _("Printed: {time}  {person}").format(
        time=values.show_instant(issue.printed_at, issue.timezone), person=issue.printed_by
    )
    data = _("Data as of {time}, {program}, device {device}").format(
        time=values.show_instant(issue.data_as_of, issue.timezone), program=issue.program, device=issue.device
    )
    pen.rule(page.left, top, page.right, top, weight=0.25)
    pen.fitted(page.left, top + 3.4 * MM, printed, third, size=NOTE, colour=GREY)
    pen.fitted(page.left, top + 6.5 * MM, data, third, size=6.5, colour=GREY)
    pages = _("Page {number} of {count}").format(number=number, count=count)
    pen.text((page.left + page.right) / 2, top + 4.6 * MM, pages, align="centre")
    pen.fitted(page.right, top + 3.4 * MM, issue.number, third, size=NOTE, colour=GREY, align="right")
    if report.retention:
        keep = _("Keep {period}").format(period=report.retention)
        pen.fitted(page.right, top + 6.5 * MM, keep, third, size=6.5, colour=GREY, align="right")
    for y in (page.height / 2 - 40 * MM, page.height / 2 + 40 * MM):
        pen.rule(5.2 * MM, y, 8.2 * MM, y, weight=0.25)


def place_section(flow: Flow, title: str, aside: str, below: float) -> None:
    """A section title with its bar; it goes over the page with what follows it."""
    if not title:
        flow.need(below)
        return
    flow.need(SECTION + 3.4 * MM + below)
    flow.skip(3.4 * MM)
    page = flow.page

    def draw(pen: Pen, y: float) -> None:
        baseline = y + 5.4 * MM
        pen.fill(Area(page.left, baseline - 3.1 * MM, 1.2 * MM, 3.9 * MM), DARK)
        beside = width(aside, REGULAR, NOTE) + 4 * MM if aside else 0
        pen.fitted(
            page.left + 2.6 * MM, baseline, title, page.text_width - 3 * MM - beside, font=BOLD, size=10.5
        )
        pen.fitted(page.right, baseline, aside, page.text_width / 2, size=NOTE, colour=GREY, align="right")

    flow.put(SECTION - 1.2 * MM, draw)


def place_note(flow: Flow, text: str) -> None:
    """Small grey lines under a table."""
    lines = wrap(text, REGULAR, NOTE, flow.page.text_width)
    flow.need(note_height(flow, text))

    def draw(pen: Pen, y: float) -> None:
        for i, line in enumerate(lines):
            pen.text(flow.page.left, y + 10 + i * NOTE * 1.5, line, size=NOTE, colour=GREY)

    flow.put(note_height(flow, text), draw)


def note_height(flow: Flow, text: str) -> float:
    return len(wrap(text, REGULAR, NOTE, flow.page.text_width)) * NOTE * 1.5 + 3 if text else 0


# The boxed head


def _rows_of(block: Facts) -> list[list[Fact]]:
    rows: list[list[Fact]] = []
    for fact in block.facts:
        if fact.wide or not rows or rows[-1][0].wide or len(rows[-1]) == block.per_row:
            rows.append([fact])
        else:
            rows[-1].append(fact)
    return rows


def place_facts(flow: Flow, block: Facts) -> None:
    """Labels and values in a box, so many pairs in a line."""
    page = flow.page
    pair = page.text_width / block.per_row
    for i, row in enumerate(rows := _rows_of(block)):
        wide = len(row) == 1 and (row[0].wide or block.per_row == 1)
        cells = [(f, page.text_width if wide else pair) for f in row]
        height = max(_fact_height(f, w) for f, w in cells)
        flow.need(height)
        ends = (i == 0 or flow.fresh, i == len(rows) - 1)
        flow.put(height, partial(_draw_facts, page, cells, ends))


def _fact_height(fact: Fact, room: float) -> float:
    lines = _fact_lines(fact, room - LABEL)
    labels = wrap(fact.label, REGULAR, NOTE, LABEL - 2 * PAD)
    return max(5.9 * MM, len(lines) * SIZE * LEADING + 4.5, len(labels) * NOTE * 1.3 + 5)


def _fact_lines(fact: Fact, room: float) -> tuple[str, ...]:
    if isinstance(fact.value, Status):
        font, size = sign_size(fact.value)
        return wrap(str(fact.value), font, size, room - 2 * PAD - 2 * SIGN_PAD)
    return wrap(fact.value, REGULAR, SIZE, room - 2 * PAD)


def _draw_facts(
    page: Page, cells: list[tuple[Fact, float]], ends: tuple[bool, bool], pen: Pen, y: float
) -> None:
    h = max(_fact_height(f, w) for f, w in cells)
    x = page.left
    for fact, w in cells:
        pen.fill(Area(x, y, LABEL, h), TINT)
        for i, line in enumerate(wrap(fact.label, REGULAR, NOTE, LABEL - 2 * PAD)):
            pen.text(x + PAD, y + 11.2 + i * NOTE * 1.3, line, size=NOTE, colour=GREY)
        lines = _fact_lines(fact, w - LABEL)
        if isinstance(fact.value, Status):
            draw_sign(pen, x + LABEL + PAD, y + 11.6, fact.value, lines)
        else:
            for i, line in enumerate(lines):
                pen.text(x + LABEL + PAD, y + 11.6 + i * SIZE * LEADING, line)
        pen.rule(x + LABEL, y, x + LABEL, y + h, weight=0.25)
        if x > page.left:
            pen.rule(x, y, x, y + h, weight=0.25)
        x += w
    first, last = ends
    pen.rule(page.left, y, page.right, y, weight=0.8 if first else 0.25, colour=INK if first else HAIR)
    if last:
        pen.rule(page.left, y + h, page.right, y + h, weight=0.8, colour=INK)
    pen.rule(page.left, y, page.left, y + h, weight=0.8, colour=INK)
    pen.rule(page.right, y, page.right, y + h, weight=0.8, colour=INK)
