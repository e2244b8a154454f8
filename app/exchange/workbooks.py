"""Workbooks: XLSX, XLS and ODS by calamine, and the HTML tables that some systems name .xls."""

import re
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from html.parser import HTMLParser
from pathlib import Path
from sys import intern
from typing import Any

from app.errors import AppError
from app.exchange.read import MAX_COLUMNS, MAX_ROWS, Raw, Row
from app.words import N_

#: The most that a workbook may hold when unpacked, how often that may exceed the file, and how many parts it may have.
MAX_UNPACKED = 1024 * 1024 * 1024
MAX_RATIO = 200
MAX_PARTS = 10_000
_EXPANDED_SMALL = 20 * 1024 * 1024


def kind_of(head: bytes) -> str:
    """The kind of archive: "zip" for XLSX and ODS, "ole" for XLS, empty for anything else."""
    return "zip" if head.startswith(b"PK\x03\x04") else "ole" if head.startswith(b"\xd0\xcf\x11\xe0") else ""


def html_kind(head: bytes) -> str:
    """Whether it is a page: "html" for one with a table in it."""
    plain = head.replace(b"\0", b"")[:4096].lower()
    return "html" if re.search(rb"<(html|table|!doctype html)", plain) else ""


def read(path: Path, kind: str, sheet: str) -> Raw:
    """The rows of a sheet; the first one with something in it unless named."""
    if kind == "html":
        return _read_html(path)
    if kind == "zip":
        _demand_harmless(path)
    return _read_calamine(path, sheet)


def _demand_harmless(path: Path) -> None:
    """Refuse an archive that would fill the memory, and one that is no workbook, before anything is unpacked."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, OSError, NotImplementedError, ValueError):
        raise _damaged(path) from None
    unpacked, packed = sum(p.file_size for p in parts), max(1, path.stat().st_size)
    if (
        len(parts) > MAX_PARTS
        or unpacked > MAX_UNPACKED
        or (unpacked > _EXPANDED_SMALL and unpacked > MAX_RATIO * packed)
    ):
        raise AppError(
            N_(
                "“{name}” unpacks to far more than a table needs and was not opened. Save the table alone in a new workbook."
            ),
            name=path.name,
        )
    names = {p.filename for p in parts}
    if not names & {"xl/workbook.xml", "xl/workbook.bin", "content.xml"}:
        raise AppError(N_("“{name}” is not a table. Choose an Excel, ODS or CSV file."), name=path.name)
    _demand_no_entities(path)


def _demand_no_entities(path: Path) -> None:
    """A workbook's XML declares no entities; one that does wants to exhaust the memory or read other files."""
    with zipfile.ZipFile(path) as archive:
        for part in archive.infolist():
            if part.filename.endswith((".xml", ".rels")) and not part.flag_bits & 1:
                try:
                    with archive.open(part) as stream:
                        head = stream.read(4096)
                except (zipfile.BadZipFile, OSError, NotImplementedError, ValueError, EOFError):
                    raise _damaged(path) from None
                except Exception as error:
                    if type(error).__name__ != "error":  # zlib.error
                        raise
                    raise _damaged(path) from None
                if b"<!ENTITY" in head or b"<!DOCTYPE" in head:
                    raise AppError(
                        N_("“{name}” holds XML entities, which no table needs, and was not opened."),
                        name=path.name,
                    )


def _damaged(path: Path) -> AppError:
    return AppError(
        N_(
            "The workbook “{name}” is damaged or cut off. Open it in Excel or WPS, save it again, and choose that file."
        ),
        name=path.name,
    )


def _read_calamine(path: Path, sheet: str) -> Raw:
    import python_calamine as calamine

    try:
        book = _opened(calamine, path)
        names = tuple(book.sheet_names)
        found = book.get_sheet_by_name(sheet) if sheet in names else _first_filled(book, names)
    except (calamine.CalamineError, OSError, ValueError) as error:
        if isinstance(error, calamine.PasswordError) or _is_locked(path):
            raise AppError(
                N_("“{name}” is protected by a password. Save it without one and choose it again."),
                name=path.name,
            ) from None
        raise _damaged(path) from None
    first = found.start[0] + 1 if found.start else 1
    return Raw(found.name, names, "Excel", _numbered(found.iter_rows(), first))


def _opened(calamine: Any, path: Path) -> Any:
    """The workbook by its name, or else by what it holds: a new one that somebody named .xls is a workbook, too."""
    try:
        return calamine.CalamineWorkbook.from_path(str(path))
    except (calamine.CalamineError, OSError, ValueError):
        with path.open("rb") as stream:
            return calamine.CalamineWorkbook.from_filelike(stream)


def _is_locked(path: Path) -> bool:
    """Whether an archive is the envelope of an encrypted workbook."""
    data = path.read_bytes()
    return kind_of(data) == "ole" and "EncryptedPackage".encode("utf-16-le") in data


def _first_filled(book: Any, names: tuple[str, ...]) -> Any:
    # To ask for a sheet is to read it whole: the one that is found is kept.
    for name in names:
        sheet = book.get_sheet_by_name(name)
        if sheet.height and sheet.width and sheet.width <= MAX_COLUMNS * 20 and sheet.height <= MAX_ROWS:
            return sheet
    return book.get_sheet_by_name(names[0] if names else "")


def _numbered(rows: Iterable[list[Any]], first: int) -> Iterator[Row]:
    for number, cells in enumerate(rows, first):
        # Most cells are texts. A word that fills a column lies in the memory once.
        texts = [intern(cell.strip()) if type(cell) is str else text_of(cell) for cell in cells]
        yield Row(number, _without_tail(tuple(texts)))


def _without_tail(cells: tuple[str, ...]) -> tuple[str, ...]:
    end = len(cells)
    while end and not cells[end - 1]:
        end -= 1
    return cells[:end]


def text_of(cell: Any) -> str:
    """A cell as text: what is text stays as it is, a number without needless zeros, a date as ISO."""
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, bool):
        return "True" if cell else "False"
    if isinstance(cell, float):
        return (
            str(int(cell))
            if cell.is_integer() and abs(cell) < 1e15
            else format(cell, ".15g")
            if abs(cell) < 1e15
            else repr(cell)
        )
    if isinstance(cell, datetime):
        whole = (cell.hour, cell.minute, cell.second) == (0, 0, 0)
        return cell.date().isoformat() if whole else cell.isoformat(" ", "seconds")
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    return "" if cell is None else str(cell)


def _read_html(path: Path) -> Raw:
    from app.exchange.texts import decode

    text, form, lost = decode(path.read_bytes(), path)
    parser = _Tables()
    parser.feed(text)
    parser.close()
    if not parser.rows:
        raise AppError(N_("“{name}” is not a table. Choose an Excel, ODS or CSV file."), name=path.name)
    return Raw(
        "",
        (),
        f"HTML, {form}",
        [Row(n, _without_tail(tuple(cells))) for n, cells in enumerate(parser.rows, 1)],
        lost,
    )


class _Tables(HTMLParser):
    """The rows of all tables of a page; nothing is fetched or run."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[list[str]] = []
        self._cell: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self._close()
            self.rows.append([])
        elif tag in ("td", "th"):
            self._close()
            self._cell = []

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th", "tr", "table"):
            self._close()

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data)

    def _close(self) -> None:
        if self._cell is not None:
            if not self.rows:
                self.rows.append([])
            self.rows[-1].append(" ".join("".join(self._cell).split()))
            self._cell = None
