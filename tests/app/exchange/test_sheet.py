"""The long list that is written as text is a workbook like any other."""

import errno
import io
import random
from datetime import date

import pytest
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

from app.errors import AppError
from app.exchange.said import BLOCK, KEPT
from app.exchange.sheet import MONEY, PLAIN, PRICE, letter_of, write_sheet


def same(value):
    return value


def written(
    rows, heads=("编号", 'Name & "more"', "Number", "Day"), title="备件 'A' & B", forms=()
) -> io.BytesIO:
    stream = io.BytesIO()
    write_sheet(stream, title, heads, [14] * len(heads), cells=[same] * len(heads), rows=rows, forms=forms)
    stream.seek(0)
    return stream


ROWS = [
    ["007", " <水泵> & Co ", 12, date(2026, 11, 22)],
    ["=1+1", "two\nlines", 1.25, None],
    [None, "\x07bell\ud800\uffff", -3, date(2000, 2, 29)],
    ["last", "", None, None],
]


def test_values_come_back_as_they_are():
    sheet = load_workbook(written(ROWS)).worksheets[0]
    found = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert found[0] == ["编号", 'Name & "more"', "Number", "Day"]
    assert found[1][:3] == ["007", " <水泵> & Co ", 12]
    assert found[1][3].date() == date(2026, 11, 22)
    assert found[2][:3] == ["=1+1", "two\nlines", 1.25]
    assert found[3][:3] == [None, "bell", -3]
    assert found[3][3].date() == date(2000, 2, 29)
    assert found[4][:2] == ["last", None]


def test_a_second_library_reads_the_same():
    rows = CalamineWorkbook.from_filelike(written(ROWS)).get_sheet_by_index(0).to_python()
    assert rows[1] == ["007", " <水泵> & Co ", 12.0, date(2026, 11, 22)]
    assert rows[2][0] == "=1+1"


def test_the_list_is_typed_named_frozen_and_filtered():
    sheet = load_workbook(written(ROWS)).worksheets[0]
    assert sheet.title == "备件 'A' & B"
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("B2", "A1:D5")
    assert [sheet[place].number_format for place in ("A2", "C2", "D2")] == ["@", "General", "yyyy\\-mm\\-dd"]
    assert sheet["A1"].font.bold
    assert sheet["A3"].data_type == "s"


def test_numbers_have_the_form_of_their_column():
    sheet = load_workbook(
        written([[1234.5, 0.0625, 3, None]], forms=[MONEY, PRICE, PLAIN, PLAIN])
    ).worksheets[0]
    assert [cell.number_format for cell in sheet[2][:3]] == ["#,##0.00", "#,##0.00##", "General"]
    assert [cell.value for cell in sheet[2][:3]] == [1234.5, 0.0625, 3]


@pytest.mark.parametrize("count", [BLOCK - 1, BLOCK, 2 * BLOCK + 1])
def test_a_long_list_keeps_its_order(count):
    rows = [[f"P-{n}", None if n % 3 else "", n, None] for n in range(count)]
    sheet = load_workbook(written(rows)).worksheets[0]
    assert sheet.dimensions == f"A1:D{count + 1}"
    found = [(cells[0].row, cells[0].value, cells[2].value) for cells in sheet.iter_rows(min_row=2)]
    assert found == [(n + 2, f"P-{n}", n) for n in range(count)]


@pytest.mark.parametrize(
    "odd",
    [
        "",
        None,
        " x",
        "x ",
        "\u3000x",
        "a & b",
        "<b>",
        "two\nlines",
        "bell\x07",
        "x\x01\x00",
        "007",
        "=1+1",
        7,
        0.5,
        0,
    ],
)
def test_a_long_column_that_never_says_the_same_twice(odd):
    rows = [[f"P-{n} 泵", n * 3, n / 8, None] for n in range(KEPT + 3 * BLOCK)]
    for place in range(3):
        rows[KEPT + BLOCK + 5 + place][place] = odd
    sheet = load_workbook(written(rows), read_only=True).worksheets[0]
    found = [(*row, None, None)[:3] for row in sheet.iter_rows(min_row=2, values_only=True)]
    kept = odd.replace("\x07", "").replace("\x01\x00", "") or None if isinstance(odd, str) else odd
    expected = [tuple(kept if value is odd else value for value in row[:3]) for row in rows]
    assert found == expected


@pytest.mark.parametrize("row", [["short"], ["long", "", 1, None, 5]])
def test_a_row_of_another_length_is_a_mistake(row):
    with pytest.raises(ValueError, match="zip"):
        written([ROWS[0], row])


class Full(io.BytesIO):
    """A disk with room for some bytes."""

    def write(self, data) -> int:
        if self.tell() + len(data) > 100_000:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(data)


def test_a_full_disk_is_told_while_packing():
    noise = random.Random(1)
    rows = ([noise.randbytes(20).hex(), "", 1, None] for _n in range(20_000))
    with pytest.raises(OSError, match="No space"):
        write_sheet(Full(), "x", "abcd", [9] * 4, cells=[same] * 4, rows=rows)


def test_an_empty_list_is_a_head_alone():
    sheet = load_workbook(written([])).worksheets[0]
    assert sheet.dimensions == "A1:D1"


def test_a_text_that_no_cell_holds_is_refused():
    with pytest.raises(AppError, match="CSV"):
        written([["x" * 40_000, None, None, None]])


def test_columns_have_their_letters():
    assert [letter_of(n) for n in (0, 25, 26, 51, 52, 701, 702)] == ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]
