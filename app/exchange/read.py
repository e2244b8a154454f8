"""Reading a table file of any kind: by its content, never by its name, within limits, all cells as text with their row numbers."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from app.errors import AppError
from app.exchange.quiet import uncollected
from app.words import N_

MAX_BYTES = 200 * 1024 * 1024
MAX_ROWS = 1_048_576
MAX_COLUMNS = 1_000
MAX_CELL = 32_767
#: Rows that are looked at to find the header.
_HEAD = 40

Progress = Callable[[int], None]


class Row(NamedTuple):
    """A row of a file: its number as the person sees it there, and its cells."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Sheet:
    """A table of text cells under one header row."""

    path: Path
    #: The sheet that was read, and all of the workbook; empty for a text file.
    name: str
    names: tuple[str, ...]
    #: What the file is, as shown: "UTF-8", "GB18030", "Excel".
    form: str
    header: tuple[str, ...]
    header_row: int
    rows: tuple[Row, ...]
    #: Characters that the encoding could not give.
    lost: int = 0

    @property
    def signature(self) -> str:
        """What the same file of next month has in common with this one: its headers."""
        return "\x1f".join(self.header)


@dataclass(frozen=True)
class Raw:
    """Rows before the header is known."""

    name: str
    names: tuple[str, ...]
    form: str
    rows: Iterable[Row]
    lost: int = 0


@uncollected()
def read_table(
    path: Path, sheet: str = "", *, header_row: int = 0, progress: Progress | None = None
) -> Sheet:
    """Read a file. `header_row` says where the headings stand when the guess was wrong.

    Raises AppError with a sentence for what is no table, too large, damaged or locked.
    """
    from app.exchange import texts, workbooks

    head = _first_bytes(path)
    if (kind := workbooks.kind_of(head)) or (kind := workbooks.html_kind(head)):
        raw = workbooks.read(path, kind, sheet)
    else:
        raw = texts.read(path, head)
    return _with_header(path, raw, header_row, progress)


def _first_bytes(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise AppError(
                N_("“{name}” is larger than {limit} MB. Split it into several files."),
                name=path.name,
                limit=MAX_BYTES >> 20,
            )
        with path.open("rb") as stream:
            head = stream.read(8192)
    except FileNotFoundError:
        raise AppError(
            N_("The file “{name}” is not there any more. Choose it again."), name=path.name
        ) from None
    except IsADirectoryError:
        raise AppError(N_("“{name}” is a folder. Choose a file in it."), name=path.name) from None
    except OSError:
        raise AppError(
            N_("The file “{name}” cannot be read. Close it in other programs and try again."), name=path.name
        ) from None
    if not head.strip(b"\0 \r\n\t\xef\xbb\xbf\xff\xfe"):
        raise AppError(
            N_("The file “{name}” is empty. Save the table again and choose that file."), name=path.name
        )
    return head


def _with_header(path: Path, raw: Raw, header_row: int, progress: Progress | None) -> Sheet:
    rows = _limited(raw.rows, progress)
    head = [row for _count, row in zip(range(_HEAD), rows, strict=False)]
    found = _header_at(head, header_row)
    if found is None:
        raise AppError(
            N_("There is no table in “{name}”: no row has headings in two or more columns."), name=path.name
        )
    header = _distinct(_trimmed(found.cells))
    width = len(header)
    body = [
        _fitted(row, width)
        for row in [*(r for r in head if r.number > found.number), *rows]
        if any(row.cells)
    ]
    if not body:
        raise AppError(N_("“{name}” has headings but no rows under them."), name=path.name)
    width = max(width, *(len(row.cells) for row in body))
    header = _distinct((*header, *[""] * (width - len(header))))
    made = tuple(
        row if len(row.cells) == width else Row(row.number, row.cells + ("",) * (width - len(row.cells)))
        for row in body
    )
    return Sheet(path, raw.name, raw.names, raw.form, header, found.number, made, raw.lost)


def _limited(rows: Iterable[Row], progress: Progress | None) -> Iterator[Row]:
    for count, row in enumerate(rows, 1):
        if count > MAX_ROWS:
            raise AppError(
                N_("The table has more than {limit} rows. Split it into several files."), limit=MAX_ROWS
            )
        if len(row.cells) > MAX_COLUMNS:
            raise AppError(
                N_("The table has more than {limit} columns. Delete the columns that are not needed."),
                limit=MAX_COLUMNS,
            )
        if progress and count % 5_000 == 0:
            progress(count)
        yield row


def _header_at(rows: list[Row], wanted: int) -> Row | None:
    """The row of headings: named by the person, else the first that is about as wide as the table and holds words."""
    if wanted:
        return next((row for row in rows if row.number == wanted), None)
    width = max((_filled(row) for row in rows), default=0)
    if width < 1:
        return None
    for row in rows:
        filled = [cell for cell in row.cells if cell]
        words = sum(not _number_like(cell) for cell in filled)
        if (
            len(filled) >= min(2, width)
            and len(filled) >= 0.6 * width
            and words >= 0.8 * len(filled)
            and len(set(filled)) > 0.5 * len(filled)
        ):
            return row
    return None


def _filled(row: Row) -> int:
    return sum(bool(cell) for cell in row.cells)


def _number_like(cell: str) -> bool:
    return cell.replace(".", "", 1).replace("-", "").replace("/", "").replace(",", "").isdigit()


def _trimmed(cells: tuple[str, ...]) -> tuple[str, ...]:
    """Headings without the empty columns at the end, blanks and line breaks folded."""
    while cells and not cells[-1]:
        cells = cells[:-1]
    return tuple(" ".join(cell.split()) for cell in cells)


def _fitted(row: Row, width: int) -> Row:
    """A row without the empty cells beyond the headings."""
    cells = row.cells
    while len(cells) > width and not cells[-1]:
        cells = cells[:-1]
    return row if cells is row.cells else replace_cells(row, cells)


def replace_cells(row: Row, cells: tuple[str, ...]) -> Row:
    """The same row with other cells."""
    return Row(row.number, cells)


def _distinct(header: tuple[str, ...]) -> tuple[str, ...]:
    """Every column by a name of its own: a second "Name" becomes "Name (2)", an empty one "Column 5"."""
    seen: dict[str, int] = {}
    made = []
    for place, name in enumerate(header, 1):
        name = name or f"#{place}"  # noqa: PLW2901 - the name that the column goes by
        seen[name] = seen.get(name, 0) + 1
        made.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return tuple(made)
