"""Cells, widths, heights and the printed page of a worksheet: what Excel would only compute on a screen."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from app.reports.document import Report
from app.words import _

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|[\ud800-\udfff]")
LONGEST = 32_767
WIDEST = 38
LINE = 14.4


def put(sheet: Worksheet, row: int, column: int, value: Any, style: str) -> Any:
    """Write a value; a text stays a text even if it begins like a formula."""
    cell: Any = sheet.cell(row, column)
    if isinstance(value, str):
        value = safe(value)
    cell.value = value
    if isinstance(value, str):
        cell.data_type = "s"
    cell.style = style
    return cell


def safe(text: str) -> str:
    """What a cell can hold: no control characters, and a visible end where Excel would cut in silence."""
    text = _CONTROL.sub("�", text)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def display_width(text: str) -> int:
    """Width in digits: a full-width character takes two; the widest line counts."""
    return max(
        (
            sum(2 if unicodedata.east_asian_width(c) in "WFA" else 1 for c in line)
            for line in text.split("\n")
        ),
        default=0,
    )


def column_width(texts: Iterable[str], widest: float = WIDEST) -> float:
    """From head and cells, within reason; longer texts wrap."""
    return min(widest, max((display_width(text) for text in texts), default=0) * 0.96 + 2.6)


def row_height(cells: Iterable[tuple[str, float]], least: int = 1) -> float:
    """Height for texts wrapped in columns of these widths."""
    lines = max((_lines(text, width) for text, width in cells), default=1)
    return max(lines, least) * LINE + 2


def _lines(text: str, width: float) -> int:
    room = int(max(width - 2.6, 4) / 0.96 + 0.01)  # the widest text of a column fits it to the digit
    return sum(max(1, -(-display_width(line) // room)) for line in text.split("\n"))


def set_page(sheet: Worksheet, report: Report, *, landscape: bool, size: str) -> None:
    """Paper, one page wide, head and foot with number and page x of y."""
    sheet.page_setup.paperSize = {"A4": 9, "A3": 8}[size]
    sheet.page_setup.orientation = "landscape" if landscape else "portrait"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_margins = PageMargins(0.79, 0.59, 0.6, 0.75, 0.3, 0.3)
    head: Any = sheet.oddHeader
    foot: Any = sheet.oddFooter
    head.right.text = _doubled(report.title)
    foot.left.text = _("Printed: {stamp}").format(stamp="&D &T")
    foot.center.text = _("Page {number} of {count}").format(number="&P", count="&N")
    foot.right.text = _doubled(report.issue.number)
    for part in (head.right, foot.left, foot.center, foot.right):
        part.size = 8


def _doubled(text: str) -> str:
    """In a head or foot & begins a code."""
    return text.replace("&", "&&")[:200]
