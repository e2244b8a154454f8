"""A workbook of one long list, written as it is read: a row is text at once, so that 100,000 rows take a second or two.

openpyxl makes an object of each cell and takes ten times as long; what it writes and what is written here opens alike.
"""

import re
import zipfile
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date
from itertools import repeat
from typing import Any, BinaryIO, Self
from xml.sax.saxutils import escape

from app.errors import AppError
from app.exchange.said import BLOCK, KEPT, Said, said
from app.words import N_

MAX_CELL = 32_767
#: The fast end of deflate: a file a sixth larger in a third of the time.
_PACKED = 2
#: So many pieces of rows may wait to be packed.
_AHEAD = 4
#: Stands for the row's number in the text of a cell; no text keeps one.
_HERE = "\0"
#: Stands between the cells of a column that are made in one piece.
_SEAM = "\1"
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
        _Column(place, cell, form)
        for place, (cell, form) in enumerate(zip(cells, forms or [PLAIN] * len(cells), strict=True))
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
    """Packs pieces beside the work on the next ones: deflate needs no interpreter."""

    def __init__(self, write: Callable[[bytes], object]) -> None:
        self._write, self._pool = write, ThreadPoolExecutor(1, "packer")
        self._waiting: deque[Future[object]] = deque()

    def __enter__(self) -> Self:
        return self

    def write(self, piece: bytes) -> None:
        """Hand over a piece. Raises what the writing of an earlier one raised."""
        self._waiting.append(self._pool.submit(self._write, piece))
        self._wait(_AHEAD)

    def _wait(self, left: int) -> None:
        while len(self._waiting) > left:
            self._waiting.popleft().result()

    def __exit__(self, failed: type[BaseException] | None, *what: object) -> None:
        self._pool.shutdown(cancel_futures=failed is not None)
        if not failed:
            self._wait(0)


class _Column(Said[bytes]):
    """Values of a column -> whole cells but for the number of their row; nothing for an empty one."""

    def __init__(self, place: int, cell: Callable[[Any], Any], form: int) -> None:
        super().__init__(self._whole)
        self._cell, self._begins = cell, f'<c r="{letter_of(place)}{_HERE}"'
        self._number = f'{self._begins} s="{form}"><v>' if form else f"{self._begins}><v>"

    def words(self, values: Sequence[Any]) -> Iterable[bytes]:
        nothing = values.count(None)
        if nothing == len(values):
            return repeat(b"", nothing)
        if nothing or len(self) < KEPT:
            return super().words(values)
        return self._at_once(values) or super().words(values)  # one that hardly says the same twice

    def _at_once(self, values: Sequence[Any]) -> Sequence[bytes]:
        """The cells of a block in one piece of text; nothing where they are of several kinds or need care each."""
        made = list(map(self._cell, values))
        kinds = set(map(type, made))
        if kinds == {str}:
            text = _SEAM.join(made)
            begins, ends = f'{self._begins} s="{_TEXT}" t="inlineStr"><is><t>', "</t></is></c>"
            if not "".join(made).isprintable() or _careful(text):
                return ()
        elif kinds <= {int, float}:
            text, begins, ends = _SEAM.join(map(str, made)), self._number, "</v></c>"
        else:
            return ()
        return f"{begins}{text.replace(_SEAM, ends + _SEAM + begins)}{ends}".encode().split(_SEAM.encode())

    def _whole(self, value: Any) -> bytes:
        made = None if value is None else self._cell(value)
        if made is None or made == "":
            return b""
        if isinstance(made, str):
            return _text(self._begins, made, _TEXT).encode()
        if isinstance(made, date):
            return f'{self._begins} s="{_DAY}"><v>{(made - _ZERO).days}</v></c>'.encode()
        return f"{self._number}{made}</v></c>".encode()


def _careful(text: str) -> bool:
    """Whether one of the joined texts is empty, long, has blanks at an end, or signs that XML writes otherwise."""
    ends = f"{_SEAM}{text}{_SEAM}"
    return len(text) > MAX_CELL or any(
        sign in ends for sign in ("&", "<", ">", f"{_SEAM} ", f" {_SEAM}", _SEAM + _SEAM)
    )


def _text(begins: str, text: str, style: int) -> str:
    """The cell of a text. Raises AppError for one that is too long."""
    space = ""
    if not text.isprintable() or text[0] == " " or text[-1] == " " or len(text) > MAX_CELL:
        text, space = _delicate(text)
    if "&" in text or "<" in text or ">" in text:
        text = escape(text)
    return f'{begins} s="{style}" t="inlineStr"><is><t{space}>{text}</t></is></c>'


def _delicate(text: str) -> tuple[str, str]:
    """A text without what no workbook stores, and what keeps its blanks from being trimmed."""
    if len(text) > MAX_CELL:
        raise AppError(
            N_("A text is longer than a cell can be ({limit} characters). Export as CSV instead."),
            limit=MAX_CELL,
        )
    text = _UNSTORABLE.sub("", text)
    return text, ' xml:space="preserve"' if text != text.strip() or "\n" in text else ""
