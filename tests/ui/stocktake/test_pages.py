"""The list of stock-takes and the differences: what comes next for whom, reasons at once, approval by a second person."""

import pytest
from PySide6.QtWidgets import QPushButton

from app.labels.payload import Kind, encode
from app.stocktake import counting
from ui.stocktake import DifferencesPage, StocktakePage


@pytest.fixture
def count(shelf) -> bytes:
    made = counting.open_count(shelf.keeper, "full", blind=False)[0]
    for code, place, pieces in (("HVAC-1", "A01", 3), ("HVAC-2", "A01", 0), ("PWR-1", "A02", 10)):
        counting.count_line(shelf.keeper, made, shelf.key(code, place), pieces * 1000)
    shelf.later()
    return made


def buttons(widget) -> list[str]:
    return [found.text().strip() for found in widget.findChildren(QPushButton) if found.text().strip()]


@pytest.mark.usefixtures("count")
def test_the_inspector_offers_what_comes_next(shown, shelf, tasks, settled):
    page = shown(StocktakePage(shelf.keeper, tasks))
    settled()
    page.table.select([page.table.model.ids[0]])
    settled()
    assert {"Count", "Close counting", "Differences"} <= set(buttons(page.inspector))
    page.close_counting()
    settled()
    assert "Count on" in buttons(page.inspector)


@pytest.fixture
def page(shown, shelf, tasks, settled) -> StocktakePage:
    made = shown(StocktakePage(shelf.keeper, tasks))
    settled()
    return made


def test_the_code_of_a_count_sheet_opens_the_counting(qtbot, count, page, settled):
    code = page.table.model.row(0).code
    with qtbot.waitSignal(page.count_wanted) as heard:
        assert page.on_scan(encode(Kind.DC, code))
    assert heard.args == [count]
    settled()


def test_a_new_count_of_a_bin(qtbot, shown, shelf, tasks, settled):
    page = shown(StocktakePage(shelf.keeper, tasks))
    settled()
    page.new()
    dialog = page.dialog
    dialog.form.set_values({"kind": "bins", "bins": (shelf.ids["A02"],), "blind": False})
    with qtbot.waitSignal(page.count_wanted):
        dialog.save.click()
    settled()
    row = page.table.model.row(0)
    assert (row.kind, row.scope, row.blind) == ("bins", "S1-WH-A02", False)


def test_a_second_person_approves_what_is_explained(shown, shelf, tasks, settled, count):
    counting.close_count(shelf.keeper, count)
    page = shown(DifferencesPage(shelf.boss, tasks, count))
    settled()
    assert [page.table.model.row(place).part_no for place in range(2)] == ["HVAC-1", "HVAC-2"]
    assert "without a reason" in page.note.text()
    page.approve()
    settled()
    assert "without a reason" in page.note.text()
    page.table.select(list(page.table.model.ids))
    page.tell(page.chosen(), "not_booked")
    settled()
    page.approve()
    settled()
    assert shelf.on_hand("HVAC-1") == 3
    assert shelf.on_hand("HVAC-2") == 0
    assert "Approved" in page.note.text()
    assert not page.approve_button.isEnabled()


def test_whoever_counted_has_no_way_to_approve(shown, shelf, tasks, settled, count):
    counting.close_count(shelf.keeper, count)
    page = shown(DifferencesPage(shelf.keeper, tasks, count))
    settled()
    assert "Approve" not in buttons(page)
    counter = shelf.person("supervisor", "KEEPER")
    page = shown(DifferencesPage(counter, tasks, count))
    settled()
    assert not page.approve_button.isEnabled()


def test_what_is_due_and_the_accuracy_are_reports(page):
    asked = []
    page.report_requested.connect(lambda name, told: asked.append((name, told)))
    for words in ("What is due", "Accuracy"):
        next(found for found in page.findChildren(QPushButton) if found.text().strip() == words).click()
    assert asked == [("count-due", {}), ("count-accuracy", {})]
