"""Text tables: CSV and its relatives, in the encodings that Chinese and Western programs write."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from app.errors import AppError
from app.exchange.read import MAX_CELL, Raw, Row
from app.words import N_

_BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig", "UTF-8"),
    (b"\xff\xfe\0\0", "utf-32", "UTF-32"),
    (b"\0\0\xfe\xff", "utf-32", "UTF-32"),
    (b"\xff\xfe", "utf-16", "UTF-16"),
    (b"\xfe\xff", "utf-16", "UTF-16"),
)
_SEPARATORS = ",;\t|"
#: Above this share of unreadable bytes it is no text.
_MOST_LOST = 0.05
_BINARY = (
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"%PDF",
    b"GIF8",
    b"RIFF",
    b"SQLite",
    b"\x1f\x8b",
    b"7z\xbc\xaf",
    b"Rar!",
    b"MZ",
    b"\x7fELF",
    b"II*\0",
    b"MM\0*",
)


#: A cell that begins so is run as a formula by a spreadsheet.
_RUNS = ("=", "+", "-", "@", "\t", "\r", "'")


def guarded(text: str) -> str:
    """A text that no spreadsheet takes for a formula; `unguarded` gives it back."""
    return f"'{text}" if text.startswith(_RUNS) and not _is_number(text) else text


def unguarded(text: str) -> str:
    """The text of a guarded cell."""
    return text[1:] if text[:1] == "'" and text[1:].startswith(_RUNS) else text


def _is_number(text: str) -> bool:
    return text[1:].replace(".", "", 1).isdecimal()


def read(path: Path, head: bytes) -> Raw:
    """The rows of a text table. Raises AppError for what is no text."""
    if head.startswith(_BINARY):
        raise _no_table(path)
    try:
        data = path.read_bytes()
    except OSError:
        raise AppError(
            N_("The file “{name}” cannot be read. Close it in other programs and try again."), name=path.name
        ) from None
    text, form, lost = decode(data, path)
    return Raw("", (), form, _rows(path, text), lost)


def _no_table(path: Path) -> AppError:
    return AppError(N_("“{name}” is not a table. Choose an Excel, ODS or CSV file."), name=path.name)


def decode(data: bytes, path: Path) -> tuple[str, str, int]:
    """The text, the encoding's name, and how many characters could not be read."""
    for mark, codec, name in _BOMS:
        if data.startswith(mark):
            return _decoded(data, codec, name, path)
    if data[:4096].count(0):
        return _decoded(data, _utf16_without_mark(data, path), "UTF-16", path)
    try:
        return data.decode("utf-8"), "UTF-8", 0
    except UnicodeDecodeError:
        codec, name = (
            ("gb18030", "GB18030") if _gb_share(data) >= _big5_share(data) else ("big5hkscs", "Big5")
        )
    return _decoded(data, codec, name, path)


def _decoded(data: bytes, codec: str, name: str, path: Path) -> tuple[str, str, int]:
    text = data.decode(codec, errors="replace").removeprefix("\ufeff")
    lost = text.count("\ufffd")
    if lost > _MOST_LOST * len(text) or "\0" in text:
        raise _no_table(path)
    return text, name, lost


def _utf16_without_mark(data: bytes, path: Path) -> str:
    even, odd = data[:4096:2].count(0), data[1:4096:2].count(0)
    if max(even, odd) < 4 * (min(even, odd) + 1):
        raise _no_table(path)
    return "utf-16-be" if even > odd else "utf-16-le"


def _pairs(data: bytes) -> Iterator[tuple[int, int]]:
    """The double bytes of a legacy Chinese text."""
    place, end = 0, min(len(data), 200_000) - 1
    while place < end:
        if data[place] > 0x80:
            yield data[place], data[place + 1]
            place += 2
        else:
            place += 1


def _gb_share(data: bytes) -> float:
    """How much of the text lies in GB 2312's common characters."""
    pairs = list(_pairs(data))
    return sum(0xB0 <= a <= 0xD7 and b >= 0xA1 for a, b in pairs) / max(1, len(pairs))


def _big5_share(data: bytes) -> float:
    """How much of the text lies in Big5's common characters."""
    pairs = list(_pairs(data))
    return sum(0xA4 <= a <= 0xC6 and (0x40 <= b <= 0x7E or b >= 0xA1) for a, b in pairs) / max(1, len(pairs))


def _rows(path: Path, text: str) -> Iterator[Row]:
    separator = separator_of(text)
    if text[:4].lower() == "sep=" and text[5:6] in ("\r", "\n"):
        text = "\n" + text[5:].lstrip("\r\n")
    # A lone CR ends a line in files of old programs; inside quotes the reader keeps what it finds.
    reader = csv.reader(
        io.StringIO(text.replace("\r\n", "\n").replace("\r", "\n"), newline=""),
        delimiter=separator,
        strict=True,
    )
    start = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise _broken(path, start, str(error)) from None
        if any(len(cell) > MAX_CELL for cell in cells):
            raise _broken(path, start, "field larger")
        yield Row(start, tuple(unguarded(cell).strip() for cell in cells))
        start = reader.line_num + 1


def _broken(path: Path, line: int, said: str) -> AppError:
    if "field larger" in said:
        return AppError(
            N_(
                "A cell in row {row} of “{name}” is longer than {limit} characters. A quotation mark is probably missing."
            ),
            name=path.name,
            row=line,
            limit=MAX_CELL,
        )
    return AppError(
        N_(
            "The quotation marks in row {row} of “{name}” do not match. Mend that row and choose the file again."
        ),
        name=path.name,
        row=line,
    )


def separator_of(text: str) -> str:
    """What separates the columns: the sign that cuts the first lines into the most even rows."""
    if text[:4].lower() == "sep=" and len(text) > 4:
        return text[4]
    sample = text[:20_000].replace("\r\n", "\n").replace("\r", "\n").split("\n")[:50]
    return max(_SEPARATORS, key=lambda sign: _evenness(sample, sign))


def _evenness(lines: list[str], sign: str) -> float:
    widths = [len(cells) for cells in csv.reader(lines, delimiter=sign) if any(cells)]
    if not widths or max(widths) < 2:
        return 0.0
    common = max(set(widths) - {1}, key=lambda w: (widths.count(w), w))
    return widths.count(common) / len(widths) + min(common, 50) / 1000
