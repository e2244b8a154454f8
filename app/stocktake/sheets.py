"""A count sheet that was filled in as a workbook and comes back (盘点表回读).

The number of the stock-take in its head says which it is. What can be used is recorded; every cell that cannot is named with its
row and column, and comes in when the mended file is read again. A file that was read before changes nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec

from app import values
from app.changes import Done
from app.desk import Desk
from app.errors import AppError
from app.exchange.read import Row, read_table
from app.fields import from_json
from app.inventory.ops import ABSURD
from app.inventory.signs import is_piece
from app.ops import Op
from app.stocktake.counting import Paper, counted_op
from app.stocktake.lines import Key, standing
from app.tx import Reader
from app.words import LANGUAGES, N_, _, pgettext, speaking

#: The columns that are read, by what their heading says in each language.
_HEADS: dict[str, Callable[[], str]] = {
    "part_no": lambda: _("Part no."),
    "bin": lambda: _("Bin"),
    "batch": lambda: _("Batch"),
    "counted": lambda: pgettext("stocktake", "Counted"),
    "recount": lambda: _("Recount"),
    "remark": lambda: _("Remark"),
    "at": lambda: _("Counted at"),
    "by": lambda: _("Counted by"),
}
_NEEDED = ("part_no", "bin", "counted")
_TOP = 12
_NAME, _REASON = 80, 200


@dataclass(frozen=True)
class Cell:
    """A cell that cannot be used: its row in the file, the heading of its column, and why."""

    row: int
    column: str
    why: str

    def __str__(self) -> str:
        return _("Row {row}, {column}: {why}").format(row=self.row, column=self.column, why=self.why)


@dataclass(frozen=True)
class SheetLine:
    """A line of the file that can be used. `state`: `new`, `there` (recorded before) or `other` (counted otherwise)."""

    row: int
    key: Key
    part_no: str
    bin: str
    counted: int
    at: int
    by: str
    reason: str
    state: str = "new"
    before: int | None = None


@dataclass
class FilledSheet:
    """What a file says of its stock-take."""

    path: Path
    count: bytes
    code: str
    lines: list[SheetLine] = field(default_factory=list)
    bad: list[Cell] = field(default_factory=list)
    #: Lines without a quantity: not counted, nothing is recorded for them.
    empty: int = 0

    def of(self, state: str) -> list[SheetLine]:
        return [line for line in self.lines if line.state == state]


def read_sheet(desk: Desk, path: Path, count: bytes | None = None) -> FilledSheet:
    """Read a filled count sheet; `count` is the stock-take of a file that names none. Raises AppError for what is no sheet."""
    table = read_table(path, header_row=1)
    rows = [Row(1, table.header), *table.rows]
    with desk.read() as read:
        found = _count_of(read, rows) or (read.get("stock_count", count) if count else None)
        if found is None:
            raise AppError(
                N_(
                    "“{name}” does not say which stocktake it belongs to. Open that stocktake and read it there."
                ),
                name=path.name,
            )
        if count is not None and found["id"] != count:
            raise AppError(
                N_("“{name}” is the sheet of {code}. Open that stocktake and read it there."),
                name=path.name, code=found["code"],
            )  # fmt: skip
        return _Reading(desk, read, found, path).read_rows(rows)


def _count_of(read: Reader, rows: Sequence[Row]) -> dict[str, Any] | None:
    """The stock-take whose number stands above the table."""
    words = {
        word.strip("，。,.;；:：()（）") for row in rows[:_TOP] for cell in row.cells for word in cell.split()
    }
    codes = dict(read.rows("SELECT code, id FROM stock_count WHERE deleted = 0"))
    known = sorted(words & codes.keys())
    return read.get("stock_count", codes[known[0]]) if len(known) == 1 else None


def record_sheet(desk: Desk, sheet: FilledSheet, *, replace_other: bool = False) -> Done | None:
    """Record the new lines, and those counted otherwise where they are to hold; None where there is nothing new."""
    ops: list[Op] = []
    with desk.read() as read:
        for line in sheet.lines:
            if line.state == "there" or (line.state == "other" and not replace_other):
                continue
            paper = Paper(line.at, line.by, "file")
            op = counted_op(desk, read, sheet.count, line.key, line.counted, paper=paper)
            before = tuple(made.id for made in standing(read, sheet.count, line.key))
            ops.append(msgspec.structs.replace(op, reason=line.reason or None, replaces=before))
    return desk.perform(*ops) if ops else None


class _Reading:
    """One file being read."""

    def __init__(self, desk: Desk, read: Reader, count: dict[str, Any], path: Path) -> None:
        self.desk, self.read, self.count = desk, read, count
        self.made = FilledSheet(path, count["id"], count["code"])
        self.columns: dict[str, int] = {}
        self.titles: tuple[str, ...] = ()
        self._at = self._by = ""
        self._seen: dict[Key, int] = {}

    def read_rows(self, rows: Sequence[Row]) -> FilledSheet:
        head = next((place for place, row in enumerate(rows[: 2 * _TOP]) if self._is_head(row)), None)
        if head is None:
            raise AppError(
                N_("“{name}” has no columns “{part}”, “{bin}” and “{counted}”. Save the count sheet as Excel and fill in that one."),
                name=self.made.path.name, part=_HEADS["part_no"](), bin=_HEADS["bin"](), counted=_HEADS["counted"](),
            )  # fmt: skip
        for row in rows[head + 1 :]:
            self._row(row)
        return self.made

    def _is_head(self, row: Row) -> bool:
        """Whether these are the headings, in any language that a sheet is printed in."""
        for language in LANGUAGES:
            with speaking(language):
                wanted = {name: title() for name, title in _HEADS.items()}
            places = {cell.strip(): place for place, cell in reversed(list(enumerate(row.cells)))}
            found = {name: places[title] for name, title in wanted.items() if title in places}
            if all(name in found for name in _NEEDED):
                self.columns, self.titles = found, row.cells
                return True
        return False

    def _text(self, row: Row, name: str) -> str:
        place = self.columns.get(name)
        return row.cells[place].strip() if place is not None and place < len(row.cells) else ""

    def _bad(self, row: Row, name: str, why: str) -> None:
        self.made.bad.append(Cell(row.number, self.titles[self.columns[name]].strip(), why))

    def _row(self, row: Row) -> None:
        part_no = self._text(row, "part_no")
        quantity = self._text(row, "recount") or self._text(row, "counted")
        self._at, self._by = self._text(row, "at") or self._at, self._text(row, "by") or self._by
        if not part_no and not quantity:
            return
        if not quantity:
            self.made.empty += 1
            return
        if not part_no and not _is_number(quantity):
            return  # the boxes to sign, or a remark below the table
        if not part_no:
            self._bad(row, "part_no", _("There is a quantity, but no part. Write its number."))
            return
        part, place = self._part(row, part_no), self._place(row)
        counted, at = self._quantity(row, quantity, part), self._moment(row)
        if part is None or place is None or counted is None or at is None:
            return
        key = part["id"], place["id"], self._text(row, "batch")
        if (first := self._seen.setdefault(key, row.number)) != row.number:
            self._bad(
                row, "part_no", _("It stands in row {row} already. Add up both there.").format(row=first)
            )
            return
        line = SheetLine(
            row.number, key, part["part_no"], place["code"], counted, at, self._by[:_NAME],
            self._text(row, "remark")[:_REASON],
        )  # fmt: skip
        self.made.lines.append(self._compared(line))

    def _part(self, row: Row, number: str) -> dict[str, Any] | None:
        found = self.read.find("part", part_no=number) or self.read.find("part", part_no=number.upper())
        if found is None:
            self._bad(row, "part_no", _("There is no spare part “{code}”.").format(code=number))
        return self.read.get("part", found) if found else None

    def _place(self, row: Row) -> dict[str, Any] | None:
        code = self._text(row, "bin")
        place = self.read.find("location", code=code) if code else None
        found = self.read.get("location", place) if place else None
        if found is None or found["site_id"] != self.count["site_id"]:
            words = _("There is no bin “{code}” at this site.") if code else _("The bin is missing.")
            self._bad(row, "bin", words.format(code=code))
            return None
        bins = from_json(self.count["bins"]) or ()
        if self.count["kind"] == "bins" and found["id"].hex() not in bins:
            self._bad(row, "bin", _("{code} is not part of this stocktake.").format(code=code))
            return None
        return found

    def _quantity(self, row: Row, text: str, part: dict[str, Any] | None) -> int | None:
        name = "recount" if self._text(row, "recount") else "counted"
        try:
            found = values.parse_quantity(text)
        except AppError as error:
            self._bad(row, name, str(error))
            return None
        if found < 0:
            self._bad(row, name, _("There cannot be less than nothing. Type 0 if the place is empty."))
            return None
        if found > ABSURD:
            words = _("{quantity} cannot be right. Type the quantity again.")
            self._bad(row, name, words.format(quantity=values.show_quantity(found)))
            return None
        if part and found % values.THOUSAND and is_piece(part["unit"]):
            self._bad(row, name, _("{part} is counted in whole pieces.").format(part=part["part_no"]))
            return None
        return found

    def _moment(self, row: Row) -> int | None:
        """When it was counted: as the row or the last one above says; of a sheet that says nothing, now."""
        if not self._at:
            return self.desk.now()
        try:
            at = values.parse_instant(self._at[:16], self.desk.timezone)
        except AppError as error:
            self._bad(row, "at", str(error))
            return None
        opened = self.count["opened_at"] // 60_000 * 60_000
        if not opened <= at <= self.desk.now():
            said = _("{time} lies before the beginning of the stocktake or ahead.")
            self._bad(row, "at", said.format(time=values.show_instant(at, self.desk.timezone)))
            return None
        return at

    def _compared(self, line: SheetLine) -> SheetLine:
        """The line with what is known of it: recorded before (perhaps replaced since), counted otherwise, or new."""
        part, place, batch = line.key
        known = self.read.value(
            "SELECT 1 FROM count_line WHERE count_id = ? AND part_id = ? AND bin_id = ? AND coalesce(batch, '') = ? "
            "AND counted = ? AND deleted = 0 AND entry IS NOT NULL",
            self.made.count, part, place, batch, line.counted,
        )  # fmt: skip
        stand = standing(self.read, self.made.count, line.key)
        if known or any(made.counted == line.counted for made in stand):
            return replace(line, state="there")
        return replace(line, state="other", before=stand[-1].counted) if stand else line


def _is_number(text: str) -> bool:
    try:
        values.parse_quantity(text)
    except AppError:
        return False
    return True
