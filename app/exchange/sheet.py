"""A workbook of one long list, written as it is read: a row is text at once, so that 100,000 rows take a second or two.

openpyxl makes an object of each cell and takes ten times as long; what it writes and what is written here opens alike.
"""

import re
import zipfile
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date
from functools import partial
from typing import Any, BinaryIO, Self
from xml.sax.saxutils import escape

from app.errors import AppError
from app.exchange.said import BLOCK, Said, said
from app.words import N_

MAX_CELL = 32_767
#: The fast end of deflate: a file a sixth larger in a third of the time.
_PACKED = 2
#: Stands for the row's number in the text of a cell; no text keeps one.
_HERE = "\0"
#: The forms of a column's numbers: as they are, an amount with two decimals, a price with two to four.
PLAIN, MONEY, PRICE = 0, 4, 5
_TEXT, _DAY, _HEAD = 1, 2, 3
_UNSTORABLE = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
#: Excel counts days from here; before March 1900 it is wrong by one, and no record of ours is as old.
_ZERO = date(1899, 12, 30)
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
    "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}"><numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>'
    '<numFmt numFmtId="165" formatCode="#,##0.00##"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/><family val="2"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/><family val="2"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="6">'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1" applyAlignment="1">'
    '<alignment vertical="center" wrapText="1"/></xf>'
    '<xf numFmtId="4" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>'
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
    forms: Sequence[int] = (),
) -> None:
    """Write rows under bold heads that stay in view, with a filter on each.

    `cells` turns a column's value into a number, a date or a text; None and "" leave the cell empty. `forms` says how each
    column's numbers look: PLAIN, MONEY or PRICE. Raises AppError for a text that no cell holds.
    """
    columns = [
        Said(partial(_cell, f'<c r="{letter_of(n)}{_HERE}"', cell, form))
        for n, (cell, form) in enumerate(zip(cells, forms or [PLAIN] * len(cells), strict=True))
    ]
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=_PACKED) as book:
        with book.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            part.write(_beginning(heads, widths).encode())
            with _Packer(part.write) as packer:
                count = _write_rows(packer.write, said(columns, rows))
            area = f"A1:{letter_of(len(heads) - 1)}{count + 1}"
            part.write(f'</sheetData><autoFilter ref="{area}"/></worksheet>'.encode())
        for name, text in {**_PARTS, "xl/workbook.xml": _workbook(title, area)}.items():
            book.writestr(zipfile.ZipInfo(name), _XML + text, zipfile.ZIP_DEFLATED)


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
    named = "".join(_text(f'<c r="{letter_of(n)}1"', head, _HEAD) for n, head in enumerate(heads))
    return (
        f'{_XML}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0" tabSelected="1">'
        '<pane xSplit="1" ySplit="1" topLeftCell="B2" activePane="bottomRight" state="frozen"/></sheetView></sheetViews>'
        f'<cols>{columns}</cols><sheetData><row r="1">{named}</row>'
    )


def _write_rows(write: Callable[[bytes], object], rows: Iterable[tuple[bytes, ...]]) -> int:
    """The rows from the second line on; how many there were."""
    number, piece, here = 1, [], _HERE.encode()
    for number, cells in enumerate(rows, 2):
        row = b'<row r="%b">%b</row>' % (here, b"".join(cells))
        piece.append(row.replace(here, b"%d" % number))
        if number % BLOCK == 0:
            write(b"".join(piece))
            piece.clear()
    write(b"".join(piece))
    return number - 1


class _Packer:
    """Packs the last piece beside the work on the next one: deflate needs no interpreter."""

    def __init__(self, write: Callable[[bytes], object]) -> None:
        self._write, self._pool = write, ThreadPoolExecutor(1, "packer")
        self._packed: Future[object] | None = None

    def __enter__(self) -> Self:
        return self

    def write(self, piece: bytes) -> None:
        """Hand over a piece. Raises what the writing of the one before raised."""
        self._wait()
        self._packed = self._pool.submit(self._write, piece)

    def _wait(self) -> None:
        if self._packed:
            self._packed.result()

    def __exit__(self, failed: type[BaseException] | None, *what: object) -> None:
        self._pool.shutdown()
        if not failed:
            self._wait()


def _cell(begins: str, cell: Callable[[Any], Any], form: int, value: Any) -> bytes:
    """The whole cell, but for the number of its row; nothing for an empty one."""
    made = None if value is None else cell(value)
    if made is None or made == "":
        return b""
    if isinstance(made, str):
        return _text(begins, made, _TEXT).encode()
    if isinstance(made, date):
        form, made = _DAY, (made - _ZERO).days
    return (f'{begins} s="{form}"><v>{made}</v></c>' if form else f"{begins}><v>{made}</v></c>").encode()


def _text(begins: str, text: str, style: int) -> str:
    if len(text) > MAX_CELL:
        raise AppError(
            N_("A text is longer than a cell can be ({limit} characters). Export as CSV instead."),
            limit=MAX_CELL,
        )
    space = ""
    if not text.isprintable() or text[:1] == " " or text[-1:] == " ":
        text = _UNSTORABLE.sub("", text)
        space = ' xml:space="preserve"' if text != text.strip() or "\n" in text else ""
    if "&" in text or "<" in text or ">" in text:
        text = escape(text)
    return f'{begins} s="{style}" t="inlineStr"><is><t{space}>{text}</t></is></c>'
