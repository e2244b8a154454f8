"""A report as a workbook: one sheet per table and one of explanation; numbers are numbers, dates dates, codes text."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from app import values
from app.files import write_safely
from app.reports.document import Facts, Report, Text, Timeline
from app.reports.workbook import columns as shape
from app.reports.workbook.finish import finished
from app.reports.workbook.styles import add_styles
from app.reports.workbook.tables import TableSheet
from app.words import _

_MADE = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))


def render_xlsx(report: Report, target: Path | BinaryIO) -> None:
    """Write the report as a workbook, in the language spoken now; the same report gives the same bytes."""
    if isinstance(target, Path):
        with write_safely(target) as stream:
            render_xlsx(report, stream)
        return
    book = Workbook()
    book.remove(book.worksheets[0])
    add_styles(book)
    results: dict[str, dict[str, int | str]] = {}
    for table in report.tables:
        if table.in_workbook:
            sheet = book.create_sheet(_sheet_name(book, table.name or report.title))
            results[sheet.title] = TableSheet(sheet, report, table).write()
    _explain(book.create_sheet(_sheet_name(book, _("Explanation"))), report)
    book.properties.created = book.properties.modified = _MADE
    book.properties.title = report.title
    book.properties.creator = report.issue.program
    raw = io.BytesIO()
    book.save(raw)
    target.write(finished(raw.getvalue(), book, results))


def _sheet_name(book: Workbook, name: str) -> str:
    """A name that a sheet may have: 31 characters, no signs of its own, not twice."""
    clean = name.translate(_FORBIDDEN).strip()[:31] or "Sheet"
    number, found = 1, clean
    while found.casefold() in {title.casefold() for title in book.sheetnames}:
        number += 1
        found = f"{clean[: 30 - len(str(number))]} {number}"
    return found


def _explain(sheet: Worksheet, report: Report) -> None:
    """What is in the workbook: number, site, period, filters, rows, version, signs, and the head of the paper."""
    pairs = _pairs(report)
    for row, (label, value) in enumerate(pairs, 1):
        shape.put(sheet, row, 1, label, "sw_label")
        shape.put(sheet, row, 2, value, "sw_text")
        sheet.row_dimensions[row].height = shape.row_height([(value, 80)])
    sheet.column_dimensions["A"].width = min(
        30, max(shape.display_width(label) for label, _value in pairs) + 3
    )
    sheet.column_dimensions["B"].width = 84
    shape.set_page(sheet, report, landscape=False, size="A4")


def _pairs(report: Report) -> list[tuple[str, str]]:
    issue = report.issue
    pairs = [
        (_("Report"), report.title),
        ("", report.subtitle),
        (_("Number"), issue.number),
        (_("Organisation"), issue.organisation),
        (_("Site"), issue.site),
        (_("Period"), report.period),
        *((fact.label, str(fact.value)) for fact in report.head),
        *report.filters,
        *(pair for block in report.blocks for pair in _said(block)),
        *(
            (_("{title}: rows").format(title=t.name), str(len(t.rows)))
            for t in report.tables
            if t.in_workbook
        ),
        *((t.name, t.note) for t in report.tables if t.in_workbook and t.note),
        (_("Signs"), report.legend),
        (_("Exported"), f"{values.show_instant(issue.printed_at, issue.timezone)} {issue.printed_by}"),
        (_("Data as of"), values.show_instant(issue.data_as_of, issue.timezone)),
        (_("Version"), issue.program),
        (_("Device"), issue.device),
        (_("Retention"), report.retention),
    ]
    return list(dict.fromkeys((label, value) for label, value in pairs if value))


def _said(block: Any) -> list[tuple[str, str]]:
    if isinstance(block, Facts):
        return [(fact.label, str(fact.value)) for fact in block.facts]
    if isinstance(block, Timeline):
        return [(moment.at, f"{moment.text}  {moment.who}".rstrip()) for moment in block.moments]
    return [(block.title or _("Explanation"), block.text)] if isinstance(block, Text) else []
