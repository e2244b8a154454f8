"""A workbook of one long list, written as it is read: a row is text at once, so that 100,000 rows take seconds.

openpyxl makes an object of each cell and takes five times as long; what it writes and what is written here opens alike.
"""

import re
import zipfile
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any, BinaryIO
from xml.sax.saxutils import escape

from app.errors import AppError
from app.words import N_

MAX_CELL = 32_767
#: What may follow the place of a cell in the text of a row; of a column's values, so many are kept ready.
_KEPT = 20_000
#: Rows that are packed at once.
_PIECE = 500
_PLAIN, _TEXT, _DAY, _HEAD = range(4)
_UNSTORABLE = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
#: Excel counts days from here; before March 1900 it is wrong by one, and no record of ours is as old.
_ZERO = date(1899, 12, 30)
_STAMP = (2000, 1, 1, 0, 0, 0)
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
    "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}"><numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/><family val="2"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/><family val="2"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="4">'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1" applyAlignment="1">'
    '<alignment vertical="center" wrapText="1"/></xf></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
}


def write_sheet(
    stream: BinaryIO,
    title: str,
    heads: Sequence[str],
    widths: Sequence[int],
    *,
    cells: Sequence[Callable[[Any], Any]],
    rows: Iterable[Sequence[Any]],
) -> None:
    """Write rows under bold heads that stay in view, with a filter on each.

    `cells` turns a column's value into a number, a date or a text; None and "" leave the cell empty. Raises AppError for a
    text that no cell holds.
    """
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as book:
        sheet = zipfile.ZipInfo("xl/worksheets/sheet1.xml", _STAMP)
        sheet.compress_type = zipfile.ZIP_DEFLATED
        with book.open(sheet, "w", force_zip64=True) as part:
            part.write(_beginning(heads, widths).encode())
            count = _write_rows(
                part.write, [_Cells(letter_of(n), cell) for n, cell in enumerate(cells)], rows
            )
            area = f"A1:{letter_of(len(heads) - 1)}{count + 1}"
            part.write(f'</sheetData><autoFilter ref="{area}"/></worksheet>'.encode())
        for name, text in {**_PARTS, "xl/workbook.xml": _workbook(title, area)}.items():
            book.writestr(zipfile.ZipInfo(name, _STAMP), _XML + text, zipfile.ZIP_DEFLATED)


def letter_of(place: int) -> str:
    """The letters of a column, counted from 0."""
    high, low = divmod(place, 26)
    return (letter_of(high - 1) if high else "") + chr(65 + low)


def _workbook(title: str, area: str) -> str:
    name = escape("".join(c for c in title if c not in "[]:*?/\\")[:31] or "Sheet1", {'"': "&quot;"})
    first, last = (
        f"${part.rstrip('0123456789')}${part.lstrip('ABCDEFGHIJKLMNOPQRSTUVWXYZ')}"
        for part in area.split(":")
    )
    quoted = name.replace("'", "''")
    return (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets><sheet name="{name}" sheetId="1" r:id="rId1"/></sheets>'
        f'<definedNames><definedName name="_xlnm._FilterDatabase" localSheetId="0" hidden="1">\'{quoted}\'!{first}:{last}'
        "</definedName></definedNames></workbook>"
    )


def _beginning(heads: Sequence[str], widths: Sequence[int]) -> str:
    columns = "".join(
        f'<col min="{n}" max="{n}" width="{width}" customWidth="1"/>' for n, width in enumerate(widths, 1)
    )
    named = "".join(f'<c r="{letter_of(n)}1{_text(head, _HEAD)}' for n, head in enumerate(heads))
    return (
        f'{_XML}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0" tabSelected="1">'
        '<pane xSplit="1" ySplit="1" topLeftCell="B2" activePane="bottomRight" state="frozen"/></sheetView></sheetViews>'
        f'<cols>{columns}</cols><sheetData><row r="1">{named}</row>'
    )


def _write_rows(
    write: Callable[[bytes], object], columns: "Sequence[_Cells]", rows: Iterable[Sequence[Any]]
) -> int:
    """The rows from the second line on; how many there were."""
    number, piece = 1, []
    for row in rows:
        number += 1
        piece.append(f'<row r="{number}">')
        for column, value in zip(columns, row, strict=True):
            if value is not None and (rest := column[value]):
                piece.append(f"{column.begins}{number}{rest}")
        piece.append("</row>")
        if number % _PIECE == 0:
            write("".join(piece).encode())
            piece.clear()
    write("".join(piece).encode())
    return number - 1


class _Cells(dict[Any, str]):
    """Values of a column -> what stands behind the cell's place; registers say the same over and over."""

    def __init__(self, letter: str, cell: Callable[[Any], Any]) -> None:
        super().__init__()
        self.begins, self._cell = f'<c r="{letter}', cell

    def __missing__(self, value: Any) -> str:
        made = _rest(self._cell(value))
        if len(self) < _KEPT:
            self[value] = made
        return made


def _rest(value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, str):
        return _text(value, _TEXT)
    if isinstance(value, date):
        return f'" s="{_DAY}"><v>{(value - _ZERO).days}</v></c>'
    return f'"><v>{value}</v></c>'


def _text(text: str, style: int) -> str:
    if len(text) > MAX_CELL:
        raise AppError(
            N_("A text is longer than a cell can be ({limit} characters). Export as CSV instead."),
            limit=MAX_CELL,
        )
    kept = escape(_UNSTORABLE.sub("", text))
    space = ' xml:space="preserve"' if kept != kept.strip() or "\n" in kept else ""
    return f'" s="{style}" t="inlineStr"><is><t{space}>{kept}</t></is></c>'
