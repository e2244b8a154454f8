"""A count sheet comes back: typed in line by line, or as a filled workbook; the differences are looked at in their views."""

import io
from pathlib import Path

import openpyxl
import pytest
from PySide6.QtCore import Qt

from app.inventory.rules import change_rules
from app.reports.catalogue import make_bytes
from app.stocktake import counting
from app.stocktake.counting import Paper
from ui.stocktake import DifferencesPage, PaperPage, StocktakePage


@pytest.fixture
def count(shelf) -> bytes:
    return counting.open_count(shelf.keeper, "full", blind=True)[0]


@pytest.fixture
def typing(shown, shelf, tasks, settled, count) -> PaperPage:
    """The sheet is typed in an hour after it was written; in between one was issued."""
    then = shelf.now
    shelf.later(60)
    shelf.move("issue", "HVAC-1", 1)
    page = shown(PaperPage(shelf.keeper, tasks, count, Paper(then, "老周")))
    settled()
    return page


@pytest.fixture
def listed(shown, shelf, tasks, settled, count) -> StocktakePage:
    """The list of stock-takes with this one in the inspector."""
    page = shown(StocktakePage(shelf.keeper, tasks))
    settled()
    page.show_count(count)
    settled()
    return page


def code_of(shelf, count: bytes) -> str:
    with shelf.desk.read() as read:
        return read.get("stock_count", count)["code"]


def enter(qtbot, page, settled, text: str = "") -> None:
    page.entry.setText(text)
    qtbot.keyClick(page.entry, Qt.Key.Key_Return)
    settled()


def test_a_sheet_is_typed_in_line_by_line(qtbot, typing, shelf, settled, count):
    page, then = typing, typing.sheet.paper.at
    assert page.session.hand.part_no == "HVAC-1"
    assert len(page.source.lines) == 3, "the list of the sheet, without its books"
    enter(qtbot, page, settled, "4")
    assert page.session.hand.part_no == "HVAC-2"
    enter(qtbot, page, settled)  # nothing was written
    assert page.session.hand.part_no == "PWR-1"
    enter(qtbot, page, settled, "9")
    assert page.session.hand is None
    assert "not on the list" in page.session.prompt()
    line = shelf.line(count, "HVAC-1")
    assert (line.difference, line.last.at, line.last.paper_name, line.last.entry) == (
        0,
        then,
        "老周",
        "paper",
    )
    assert not shelf.line(count, "HVAC-2").counts
    page.use("HVAC-2")  # the code of a line leads back to it
    enter(qtbot, page, settled, "7")
    assert shelf.line(count, "HVAC-2").counted == 7000
    page.undo()
    settled()
    assert not shelf.line(count, "HVAC-2").counts


def test_a_line_that_was_counted_asks_before_the_paper_holds(qtbot, typing, shelf, settled, count):
    page = typing
    counting.count_line(shelf.keeper, count, shelf.key("HVAC-1"), 3000)
    settled()
    enter(qtbot, page, settled, "4")
    assert all(not made.isHidden() for made in page.choices)
    page.answer("replace")
    settled()
    assert shelf.line(count, "HVAC-1").counted == 4000


@pytest.fixture
def filled(shelf, count, tmp_path) -> Path:
    """HVAC-1: 3, HVAC-2: a word, PWR-1: left empty."""
    raw = make_bytes(shelf.keeper, "count-sheet", {"count": code_of(shelf, count)}, "xlsx", spoken="en")
    book = openpyxl.load_workbook(io.BytesIO(raw))
    sheet = book.worksheets[0]
    titles = {cell.value: cell.column for cell in sheet[4]}
    for row in sheet.iter_rows(min_row=5):
        number = row[titles["Part no."] - 1].value
        if number in {"HVAC-1", "HVAC-2"}:
            sheet.cell(row[0].row, titles["Counted"]).value = 3 if number == "HVAC-1" else "many"
    book.save(tmp_path / "filled.xlsx")
    return tmp_path / "filled.xlsx"


def test_a_filled_workbook_is_looked_at_and_recorded(listed, shelf, settled, count, filled):
    page = listed
    said = []
    page.said.connect(lambda words, _undo: said.append(words))
    page.read_file(filled)
    settled()
    dialog = page.reading
    assert "1 new" in dialog.summary.text()
    assert "1 cell cannot be used" in dialog.bad.text()
    assert dialog.save.text() == "Record 1 line"
    dialog.save.click()
    settled()
    assert said == ["1 line was recorded."]
    assert shelf.line(count, "HVAC-1").counted == 3000
    page.read_file(filled)
    settled()
    assert not page.reading.save.isEnabled()
    page.reading.reject()


def test_what_was_counted_otherwise_needs_a_tick(listed, shelf, settled, count, filled):
    counting.count_line(shelf.keeper, count, shelf.key("HVAC-1"), 4000)
    page = listed
    page.read_file(filled)
    settled()
    dialog = page.reading
    assert not dialog.save.isEnabled()
    dialog.other.setChecked(True)
    dialog.save.click()
    settled()
    assert shelf.line(count, "HVAC-1").counted == 3000


def test_the_differences_have_their_views_and_say_how_they_came_in(shown, shelf, tasks, settled, count):
    counting.count_line(
        shelf.keeper, count, shelf.key("HVAC-1"), 0, paper=Paper(shelf.now, "老周"), reason="lost"
    )
    shelf.part("NEW-1")
    counting.count_line(shelf.keeper, count, shelf.key("NEW-1", "A02"), 1000, reason="wrong_bin")
    counting.close_count(shelf.keeper, count, "yes")
    page = shown(DifferencesPage(shelf.boss, tasks, count))
    settled()
    for view, wanted in (
        ("expected", ["HVAC-1", "HVAC-2", "PWR-1"]), ("missing", ["HVAC-1"]), ("unexpected", ["NEW-1"]), ("open", ["HVAC-2", "PWR-1"]),
    ):  # fmt: skip
        page.filters.set_values({"view": view})
        model = page.table.model
        assert [model.row(place).part_no for place in range(len(model.ids))] == wanted
    assert len({words for choice in page._views() for words in [str(choice)] if words}) == 5


def test_a_second_storekeeper_approves_small_differences(shown, shelf, tasks, settled, count):
    counting.count_line(shelf.keeper, count, shelf.key("HVAC-1"), 3000, reason="lost")
    counting.close_count(shelf.keeper, count, "yes")
    second = shelf.person("storekeeper", "SECOND")
    change_rules(shelf.boss, {"count_limit": 50_00})
    page = shown(DifferencesPage(second, tasks, count))
    settled()
    assert not page.approve_button.isEnabled()
    assert "above the limit" in page.note.text()
    change_rules(shelf.boss, {"count_limit": 500_00})
    page.reload()
    settled()
    assert page.approve_button.isEnabled()
    page.approve()
    settled()
    assert shelf.on_hand("HVAC-1") == 3


def test_a_count_of_what_is_due(qtbot, shown, shelf, tasks, settled):
    page = shown(StocktakePage(shelf.keeper, tasks))
    settled()
    page.new()
    dialog = page.dialog
    dialog.form.set_values({"kind": "cycle", "classes": ("B",), "blind": True})
    dialog.save.click()
    assert dialog.isVisible(), "nothing of B is due"
    dialog.form.set_values({"classes": ("A",), "most": 1000})
    with qtbot.waitSignal(page.count_wanted):
        dialog.save.click()
    settled()
    row = page.table.model.row(0)
    assert (row.kind, row.scope) == ("cycle", "A")
