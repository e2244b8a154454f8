"""Any register as a file that comes in again: Excel with numbers and dates as such, or CSV that no spreadsheet runs as a formula."""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from app import values
from app.access import Permission, editor_of
from app.desk import Desk
from app.errors import AppError
from app.exchange.sheet import write_sheet
from app.exchange.targets import MAIN, OPENING, Column, Target, targets
from app.exchange.texts import guarded
from app.fields import about, from_json, show
from app.files import write_safely
from app.tx import Reader
from app.words import N_, _, pgettext

Progress = Callable[[int, int], None]
_SCALES = {
    "qty": values.THOUSAND,
    "measure": values.THOUSAND,
    "money": values.MONEY,
    "price": values.PRICE,
    "int": 1,
}


def export_register(desk: Desk, name: str, path: Path, *, progress: Progress | None = None) -> int:
    """Write a register to an .xlsx or .csv file; returns how many rows.

    Raises Denied, or AppError for an unknown register, another ending, or a disk that refuses.
    """
    desk.actor.demand(Permission.EXPORT)
    if name not in targets():
        raise AppError(
            N_("“{name}” cannot be exported. Known: {known}."),
            name=name,
            known=pgettext("list", ", ").join(targets()),
        )
    target = targets()[name]
    columns = _columns(desk, target)
    writer = _WRITERS.get(path.suffix.casefold())
    if writer is None:
        raise AppError(N_("Choose a file name that ends in .xlsx or .csv."))
    with desk.read() as read, write_safely(path) as stream:
        counted = _Counted(_rows(read, desk, target, columns), _total(read, target), progress)
        writer(stream, _(target.title), columns, headings(columns), counted)
    return counted.count


def headings(columns: Sequence[Column]) -> list[str]:
    """The fields' labels in the spoken language; where two are alike, the later one goes by its own name."""
    seen: set[str] = set()
    made = []
    for column in columns:
        word = _(column.field.label)
        if column.field.unit and column.field.unit != "CNY":
            word = f"{word} ({_(column.field.unit)})"
        plain = _(column.field.label).casefold()
        made.append(column.name if plain in seen else word)
        seen.add(plain)
    return made


def _columns(desk: Desk, target: Target) -> list[Column]:
    """What the register has; what the role may not read is left out, and an opening balance is no part of a register."""
    shut = {s.name for s in target.rows if s.table == "staff_private" and not desk.may(editor_of(s.table))}
    return [c for c in target.columns if c.row not in shut and (c.row != OPENING or target.main is None)]


class _Counted:
    """Rows on their way to the file, counted and told."""

    def __init__(self, rows: Iterator[list[Any]], total: int, progress: Progress | None) -> None:
        self._rows, self._total, self._progress = rows, total, progress
        self.count = 0

    def __iter__(self) -> Iterator[list[Any]]:
        for row in self._rows:
            self.count += 1
            if self._progress and self.count % 500 == 0:
                self._progress(self.count, self._total)
            yield row


def _total(read: Reader, target: Target) -> int:
    table = target.main.table if target.main else "stock_level"
    return int(read.value(f'SELECT count(*) FROM "{table}"'))


def _rows(read: Reader, desk: Desk, target: Target, columns: list[Column]) -> Iterator[list[Any]]:
    """The values of each row in the columns' order; references as the codes of their records."""
    codes = {table: _codes(read, table) for table in target.references()}
    plans = [_plan(column, codes) for column in columns]
    nothing: dict[str, Any] = {}
    for found in _records(read, desk, target):
        yield [
            value if known is None or value is None else known.get(value)
            for row, name, known in plans
            for value in (found.get(row, nothing).get(name),)
        ]


def _plan(column: Column, codes: dict[str, dict[bytes, str]]) -> tuple[str, str, dict[bytes, str] | None]:
    """Where a column's value stands: the row, its column there, and the codes where it is a reference."""
    if column.row.startswith("new:"):
        return column.row, column.name.rpartition(".")[2], None
    return column.row, column.column, codes[column.field.target] if column.field.kind == "ref" else None


def _codes(read: Reader, table: str) -> dict[bytes, str]:
    return dict(read.rows(f'SELECT id, "{about(table).key}" FROM "{table}"'))


def _records(read: Reader, desk: Desk, target: Target) -> Iterator[dict[str, dict[str, Any]]]:
    """Row name -> column -> value, for every line of the file."""
    if target.main is None:
        for row in read.dicts("SELECT *, on_hand AS qty FROM stock_level WHERE on_hand > 0 ORDER BY n"):
            yield {OPENING: row}
        return
    neighbours = {s.name: _neighbours(read, desk, s.table, next(iter(s.links))) for s in target.rows[1:]}
    named = {c.row: c.row.partition(":")[2] for c in target.columns if c.row.startswith("new:")}
    tables = {row: target.column(ref).field.target for row, ref in named.items()}
    others = {row: {d["id"]: d for d in read.dicts(f'SELECT * FROM "{t}"')} for row, t in tables.items()}
    for main in read.dicts(f'SELECT * FROM "{target.main.table}" WHERE deleted = 0 ORDER BY n'):
        more = {name: rows.get(main["id"], {}) for name, rows in neighbours.items()}
        new = {row: others[row].get(main[ref], {}) for row, ref in named.items()}
        yield {MAIN: main} | more | new


def _neighbours(read: Reader, desk: Desk, table: str, link: str) -> dict[bytes, dict[str, Any]]:
    """Main row's id -> its row of a neighbouring table: that of the site in view, else the first."""
    here = desk.site.id if desk.site else None
    rows = read.dicts(f'SELECT * FROM "{table}" WHERE deleted = 0 ORDER BY site_id IS ?, n DESC', here)
    return {row[link]: row for row in rows}


def text_of(column: Column, value: Any) -> str:
    """A value as a CSV cell: read back, it gives the same value."""
    if value is None:
        return ""
    declared = column.field
    if declared.kind == "money":
        return values.show_money(value, grouped=False)
    if declared.kind == "many":
        words = dict(declared.choices)
        return ";".join(_(words[w]) if w in words else str(w) for w in from_json(value) or ())
    return str(value) if declared.kind == "ref" else show(declared, value)


def cell_of(column: Column, value: Any) -> Any:
    """A value as an Excel cell: numbers and dates are such, codes are text."""
    if value is None:
        return None
    if scale := _SCALES.get(column.field.kind):
        whole, rest = divmod(value, scale)
        return value / scale if rest else whole
    if column.field.kind == "day":
        return date.fromisoformat(value)
    return text_of(column, value)


def _write_csv(
    stream: BinaryIO, _title: str, columns: Sequence[Column], heads: list[str], rows: _Counted
) -> None:
    text = io.TextIOWrapper(stream, "utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(heads)
    writer.writerows([guarded(text_of(c, v)) for c, v in zip(columns, row, strict=True)] for row in rows)
    text.flush()
    text.detach()


def _write_xlsx(
    stream: BinaryIO, title: str, columns: Sequence[Column], heads: list[str], rows: _Counted
) -> None:
    wide = ("name", "spec", "remark", "description")
    widths = [
        max(34 if column.column in wide else 14, min(40, 2 * len(head) + 2))
        for column, head in zip(columns, heads, strict=True)
    ]
    write_sheet(stream, title, heads, widths, cells=[partial(cell_of, c) for c in columns], rows=rows)


_WRITERS: dict[str, Callable[[BinaryIO, str, Sequence[Column], list[str], _Counted], None]] = {
    ".csv": _write_csv,
    ".xlsx": _write_xlsx,
}
