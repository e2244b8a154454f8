"""A filled count sheet comes back: by its number, with bad cells named, nothing lost, and twice is once."""

import io
from pathlib import Path

import openpyxl
import pytest

from app.errors import AppError
from app.reports.catalogue import make_bytes
from app.stocktake import counting
from app.stocktake.lines import lines_of
from app.stocktake.sheets import read_sheet, record_sheet
from app.values import show_instant
from app.words import speaking

HEADS = {
    "en": ("Part no.", "Bin", "Counted", "Remark", "Counted at", "Counted by"),
    "zh_CN": ("备件编号", "货位", "实盘", "备注", "盘点时间", "盘点人"),
}


class Form:
    """The workbook of a count sheet in somebody's hands."""

    def __init__(self, shelf, count: bytes, folder: Path, spoken: str = "en") -> None:
        with shelf.desk.read() as read:
            self.code = read.get("stock_count", count)["code"]
        raw = make_bytes(shelf.keeper, "count-sheet", {"count": self.code}, "xlsx", spoken=spoken)
        self.book = openpyxl.load_workbook(io.BytesIO(raw))
        self.sheet = self.book.worksheets[0]
        self.path = folder / "filled.xlsx"
        titles = {self.sheet.cell(4, column).value: column for column in range(1, self.sheet.max_column + 1)}
        self.part, self.bin, self.counted, self.remark, self.at, self.by = (titles[t] for t in HEADS[spoken])

    def row(self, number: str) -> int:
        column = self.sheet.iter_rows(min_col=self.part, max_col=self.part)
        return next(cell.row for (cell,) in column if cell.value == number)

    def write(self, number: str, counted: object, at: object = None, by: str = "", remark: str = "") -> None:
        row = self.row(number)
        for column, value in ((self.counted, counted), (self.at, at), (self.by, by), (self.remark, remark)):
            self.sheet.cell(row, column).value = value or (value if value == 0 else None)

    def add(self, number: str, place: str, counted: object, nth: int = 0) -> None:
        """A line for what is not on the list."""
        row = max(self.row("HVAC-1"), self.row("HVAC-2"), self.row("PWR-1")) + 1 + nth
        for column, value in ((self.part, number), (self.bin, place), (self.counted, counted)):
            cell = self.sheet.cell(row, column)
            assert not cell.protection.locked
            cell.value = value

    def save(self) -> Path:
        self.book.save(self.path)
        return self.path


@pytest.fixture
def count(shelf) -> bytes:
    return counting.open_count(shelf.keeper, "full", blind=True)[0]


@pytest.mark.parametrize("spoken", ["en", "zh_CN"])
def test_a_filled_sheet_is_recorded_with_its_own_time_and_once(shelf, count, tmp_path, spoken):
    form = Form(shelf, count, tmp_path, spoken)
    shelf.later(10)
    then = shelf.now
    shelf.later(30)
    shelf.move("issue", "HVAC-1", 1)  # after it was counted, before it is typed in
    shelf.later(5)
    zone = shelf.desk.timezone
    form.write("HVAC-1", 3, show_instant(then, zone), "老周", "one is cracked")
    form.write("HVAC-2", "７")
    form.write("PWR-1", 0)
    shelf.part("NEW-1")
    form.add("NEW-1", "S1-WH-A02", 2)
    sheet = read_sheet(shelf.keeper, form.save(), count)
    assert (sheet.bad, sheet.empty, len(sheet.of("new"))) == ([], 0, 4)
    done = record_sheet(shelf.keeper, sheet)
    line = shelf.line(count, "HVAC-1")
    last = line.last
    assert (last.seen, last.counted, last.at, last.entry, last.paper_name) == (
        4000,
        3000,
        then,
        "file",
        "老周",
    )
    assert (last.typed_at, line.difference, line.reason) == (shelf.now, -1000, "one is cracked")
    assert shelf.line(count, "HVAC-2").last.paper_name == "老周"
    assert shelf.line(count, "NEW-1", "A02").state == "unexpected"
    assert shelf.line(count, "PWR-1", "A02").state == "not_found"

    again = read_sheet(shelf.keeper, form.path, count)
    assert [row.state for row in again.lines] == ["there"] * 4
    assert record_sheet(shelf.keeper, again) is None
    shelf.keeper.undo(done.action_id)
    assert not shelf.line(count, "HVAC-1").counts


def test_bad_cells_are_named_and_come_in_when_mended(shelf, count, tmp_path):
    form = Form(shelf, count, tmp_path)
    form.write("HVAC-1", "about four")
    form.write("HVAC-2", 0.5)
    form.write("PWR-1", 9)
    form.add("GONE-9", "S1-WH-A01", 1)
    form.add("PWR-1", "S1-XX", 1, nth=1)
    form.add("PWR-1", "S1-WH-A02", 4, nth=2)
    with speaking("en"):
        sheet = read_sheet(shelf.keeper, form.save(), count)
        said = [str(cell) for cell in sheet.bad]
    assert [row.part_no for row in sheet.of("new")] == ["PWR-1"]
    assert len(said) == 5
    assert "Row 5, Counted: “about four”" in said[0]
    assert "HVAC-2 is counted in whole pieces" in said[1]
    assert "There is no spare part “GONE-9”" in said[2]
    assert "There is no bin “S1-XX”" in said[3]
    assert "It stands in row" in said[4]
    record_sheet(shelf.keeper, sheet)
    form.write("HVAC-1", 4)
    form.write("HVAC-2", 7)
    sheet = read_sheet(shelf.keeper, form.save(), count)
    assert [(row.part_no, row.state) for row in sheet.lines] == [
        ("HVAC-1", "new"), ("HVAC-2", "new"), ("PWR-1", "there"),
    ]  # fmt: skip
    record_sheet(shelf.keeper, sheet)
    with shelf.desk.read() as read:
        assert [line.counted for line in lines_of(read, count).rows] == [4000, 7000, 9000]


def test_what_was_counted_otherwise_holds_until_somebody_says_so(shelf, count, tmp_path):
    form = Form(shelf, count, tmp_path)
    counting.count_line(shelf.keeper, count, shelf.key("HVAC-1"), 4000)
    form.write("HVAC-1", 3)
    sheet = read_sheet(shelf.keeper, form.save(), count)
    assert [(row.state, row.before) for row in sheet.lines] == [("other", 4000)]
    assert sheet.empty == 2
    assert record_sheet(shelf.keeper, sheet) is None
    assert record_sheet(shelf.keeper, sheet, replace_other=True) is not None
    line = shelf.line(count, "HVAC-1")
    assert (line.counted, len(line.counts)) == (3000, 1)


def test_times_ahead_or_before_the_beginning_are_refused(shelf, count, tmp_path):
    form = Form(shelf, count, tmp_path)
    zone = shelf.desk.timezone
    form.write("HVAC-1", 4, show_instant(shelf.now + 3_600_000, zone))
    form.write("HVAC-2", 7, show_instant(shelf.now - 86_400_000, zone))
    form.write("PWR-1", 7, "yesterday")
    sheet = read_sheet(shelf.keeper, form.save(), count)
    assert (len(sheet.bad), sheet.lines) == (3, [])


def test_a_sheet_of_another_count_and_a_foreign_file_are_told(shelf, count, tmp_path):
    other = counting.open_count(shelf.keeper, "full")[0]
    form = Form(shelf, other, tmp_path)
    form.write("HVAC-1", 4)
    with pytest.raises(AppError) as refused, speaking("en"):
        read_sheet(shelf.keeper, form.save(), count)
    assert form.code in str(refused.value)
    assert read_sheet(shelf.keeper, form.path).count == other
    (tmp_path / "list.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    for path in (tmp_path / "list.csv", tmp_path / "none.xlsx"):
        with pytest.raises(AppError):
            read_sheet(shelf.keeper, path, count)
    with pytest.raises(AppError):
        read_sheet(shelf.keeper, tmp_path / "list.csv")


def test_a_recount_since_then_is_not_undone_by_the_same_file(shelf, count, tmp_path):
    form = Form(shelf, count, tmp_path)
    form.write("HVAC-1", 3)
    record_sheet(shelf.keeper, read_sheet(shelf.keeper, form.save(), count))
    shelf.later()
    counting.count_line(shelf.keeper, count, shelf.key("HVAC-1"), 4000, how="replace")
    again = read_sheet(shelf.keeper, form.path, count)
    assert [row.state for row in again.lines] == ["there"]
    assert record_sheet(shelf.keeper, again, replace_other=True) is None
    assert shelf.line(count, "HVAC-1").counted == 4000


def test_the_bins_of_a_sheet_are_those_of_its_count(shelf, tmp_path):
    count = counting.open_count(shelf.keeper, "bins", bins=[shelf.ids["A01"]])[0]
    form = Form(shelf, count, tmp_path)
    form.sheet.cell(form.row("HVAC-1"), form.bin).value = "S1-WH-A02"
    form.write("HVAC-1", 4)
    sheet = read_sheet(shelf.keeper, form.save(), count)
    assert (len(sheet.bad), sheet.lines) == (1, [])


def test_a_sheet_saved_as_text_is_read_too(shelf, count, tmp_path):
    form = Form(shelf, count, tmp_path)
    form.write("HVAC-1", 4)
    path = tmp_path / "filled.csv"
    rows = [
        [str(value if value is not None else "") for value in row]
        for row in form.sheet.iter_rows(values_only=True)
    ]
    path.write_text("\n".join(",".join(f'"{cell}"' for cell in row) for row in rows), encoding="utf-8-sig")
    sheet = read_sheet(shelf.keeper, path)
    assert (sheet.code, [row.part_no for row in sheet.of("new")]) == (form.code, ["HVAC-1"])


@pytest.mark.parametrize("spoken", ["en", "zh_CN"])
def test_a_sheet_with_the_books_and_its_boxes_to_sign(shelf, tmp_path, spoken):
    count = counting.open_count(shelf.keeper, "full", blind=False)[0]
    form = Form(shelf, count, tmp_path, spoken)
    form.write("HVAC-1", 4)
    sheet = read_sheet(shelf.keeper, form.save(), count)
    assert (sheet.bad, len(sheet.of("new")), sheet.empty) == ([], 1, 2)
    form.add("", "S1-WH-A01", 3)
    sheet = read_sheet(shelf.keeper, form.save(), count)
    assert len(sheet.bad) == 1
