"""Any register as a file that comes in again: Excel with numbers and dates as such, or CSV that no spreadsheet runs as a formula."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from app import values
from app.access import Permission, editor_of
from app.desk import Desk
from app.errors import AppError
from app.exchange import sheet
from app.exchange.quiet import uncollected
from app.exchange.said import Said, said
from app.exchange.targets import OPENING, Column, RowSpec, Target, targets
from app.exchange.texts import guarded
from app.fields import about, from_json, show
from app.files import write_safely
from app.tx import Reader
from app.words import N_, _, pgettext

Progress = Callable[[int, int], None]
Word = TypeVar("Word")
_SCALES = {
    "qty": values.THOUSAND,
    "measure": values.THOUSAND,
    "money": values.MONEY,
    "price": values.PRICE,
    "rate": values.RATE,
    "int": 1,
}
_FORMS = {"money": sheet.MONEY, "price": sheet.PRICE}
#: Texts, written as they were typed; so is the code of a reference.
_TYPED = frozenset({"text", "note", "code"})
#: The columns of an opening balance that what lies in a bin has too.
_BALANCE = {"qty": "on_hand"} | {name: name for name in ("part_id", "site_id", "bin_id", "batch")}
#: What the query calls the main row of a line.
_LINE = "line"


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
    with uncollected(), desk.read() as read, write_safely(path) as stream:
        rows = read.connection.execute(*_query(read, desk, target, columns))
        counted = _Counted(rows, _total(read, target), progress)
        codes = {table: _codes(read, table) for table in target.references()}
        writer(stream, _Register(_(target.title), columns, codes, counted))
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

    def __init__(self, rows: Iterable[tuple[Any, ...]], total: int, progress: Progress | None) -> None:
        self._rows, self._total, self._progress = rows, total, progress
        self.count = 0

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        for row in self._rows:
            self.count += 1
            if self._progress and self.count % 500 == 0:
                self._progress(self.count, self._total)
            yield row


def _total(read: Reader, target: Target) -> int:
    table = target.main.table if target.main else "stock_level"
    return int(read.value(f'SELECT count(*) FROM "{table}"'))


def _codes(read: Reader, table: str) -> dict[bytes, str]:
    return dict(read.rows(f'SELECT id, "{about(table).key}" FROM "{table}"'))


def _query(read: Reader, desk: Desk, target: Target, columns: Sequence[Column]) -> tuple[str, dict[str, Any]]:
    """The lines of the file with the values in the columns' order; references are ids."""
    here = {"here": desk.site.id if desk.site else None}
    if target.main is None:
        wanted = ", ".join(_BALANCE.get(c.column, "NULL") for c in columns)
        return f"SELECT {wanted} FROM stock_level WHERE on_hand > 0 ORDER BY n", here
    wanted = ", ".join(f'"{c.row or _LINE}"."{c.column}"' for c in columns)
    joined = [_neighbour(read, spec) for spec in target.rows[1:]]
    for row in dict.fromkeys(c.row for c in columns if c.row.startswith("new:")):
        ref = row.partition(":")[2]
        table = target.column(ref).field.target
        joined.append(f'LEFT JOIN "{table}" "{row}" ON "{row}".id = {_LINE}."{ref}"')
    main = f'"{target.main.table}" {_LINE} {" ".join(joined)}'
    return f"SELECT {wanted} FROM {main} WHERE {_LINE}.deleted = 0 ORDER BY {_LINE}.n", here


def _neighbour(read: Reader, spec: RowSpec) -> str:
    """The row of a neighbouring table that belongs to a line: that of the site in view, else the first."""
    link = next(iter(spec.links))
    joined = f'LEFT JOIN "{spec.table}" "{spec.name}" ON'
    several = f'SELECT 1 FROM "{spec.table}" GROUP BY "{link}" HAVING count(*) > 1 LIMIT 1'
    if not read.row(several):
        return f'{joined} "{spec.name}"."{link}" = {_LINE}.id AND "{spec.name}".deleted = 0'
    those = f'FROM "{spec.table}" o WHERE o."{link}" = {_LINE}.id AND o.deleted = 0'
    chosen = f"coalesce((SELECT min(o.n) {those} AND o.site_id = :here), (SELECT min(o.n) {those}))"
    return f'{joined} "{spec.name}".n = {chosen}'


@dataclass(frozen=True)
class _Register:
    """A register on its way to a file; `codes` are those of the records that it points to, by table and id."""

    title: str
    columns: list[Column]
    codes: dict[str, dict[bytes, str]]
    rows: Iterable[tuple[Any, ...]]

    def words(self, word: Callable[[Column, Any], Word]) -> list[Callable[[Any], Word]]:
        """Of each column, what makes a value a word of the file; `word` gets codes in the place of references."""
        return [
            partial(_code_word, word, column, self.codes[column.field.target])
            if column.field.kind == "ref"
            else partial(word, column)
            for column in self.columns
        ]


def _code_word(
    word: Callable[[Column, Any], Word], column: Column, codes: dict[bytes, str], value: bytes
) -> Word:
    return word(column, codes.get(value))


def text_of(column: Column, value: Any) -> str:
    """A value as a CSV cell: read back, it gives the same value."""
    if value is None:
        return ""
    declared = column.field
    if declared.kind in _TYPED or declared.kind == "ref":
        return str(value)
    if declared.kind == "money":
        return values.show_money(value, grouped=False)
    if declared.kind == "many":
        words = dict(declared.choices)
        return ";".join(_(words[w]) if w in words else str(w) for w in from_json(value) or ())
    return show(declared, value)


def cell_of(column: Column, value: Any) -> Any:
    """A value as an Excel cell: numbers and dates are such, codes are text."""
    kind = column.field.kind
    if value is None:
        return None
    if scale := _SCALES.get(kind):
        return value / scale if value % scale else value // scale
    return date.fromisoformat(value) if kind == "day" else text_of(column, value)


def _write_csv(stream: BinaryIO, register: _Register) -> None:
    text = io.TextIOWrapper(stream, "utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(headings(register.columns))
    writer.writerows(said([Said(word) for word in register.words(_guarded_text)], register.rows))
    text.flush()
    text.detach()


def _guarded_text(column: Column, value: Any) -> str:
    return guarded(text_of(column, value))


def _write_xlsx(stream: BinaryIO, register: _Register) -> None:
    wide = ("name", "spec", "remark", "description")
    heads = headings(register.columns)
    widths = [
        max(34 if column.column in wide else 14, min(40, 2 * len(head) + 2))
        for column, head in zip(register.columns, heads, strict=True)
    ]
    forms = [_FORMS.get(column.field.kind, sheet.PLAIN) for column in register.columns]
    cells = [
        str if c.field.kind in _TYPED else word
        for c, word in zip(register.columns, register.words(cell_of), strict=True)
    ]
    sheet.write_sheet(stream, register.title, heads, widths, cells=cells, rows=register.rows, forms=forms)


_WRITERS: dict[str, Callable[[BinaryIO, _Register], None]] = {".csv": _write_csv, ".xlsx": _write_xlsx}
