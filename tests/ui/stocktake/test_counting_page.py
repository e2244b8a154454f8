"""The counting page: scanner and keyboard alone, every scan counted, blind counts tell nothing."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from app.labels.payload import Kind, encode
from app.stocktake import counting
from ui.stocktake import CountPage

A01 = encode(Kind.BN, "S1-WH-A01")
HVAC1, HVAC2 = encode(Kind.PT, "HVAC-1"), encode(Kind.PT, "HVAC-2")


@pytest.fixture
def count(shelf) -> bytes:
    return counting.open_count(shelf.keeper, "full", blind=False)[0]


@pytest.fixture
def page(shown, shelf, tasks, settled, count) -> CountPage:
    made = shown(CountPage(shelf.keeper, tasks, count))
    settled()
    return made


def typed(qtbot, settled, page, text: str) -> None:
    qtbot.keyClicks(page.entry, text)
    qtbot.keyClick(page.entry, Qt.Key.Key_Return)
    settled()


def words(widget) -> str:
    return "\n".join(found.text() for found in widget.findChildren(QLabel))


def shown_lines(page) -> list[str]:
    model = page.table.model
    return [model.row(place).part_no for place in range(len(model.ids))]


def test_a_bin_is_counted_without_a_mouse(qtbot, page, shelf, settled, count):
    page.on_scan(A01)
    assert shown_lines(page) == ["HVAC-1", "HVAC-2"]
    page.on_scan(HVAC1)
    assert page.band.result.left == "4 个"
    typed(qtbot, settled, page, "3")
    assert (page.band.result.level, page.band.result.warning) == ("warn", "−1 个")
    page.on_scan(HVAC2)
    typed(qtbot, settled, page, "7")
    assert page.band.result.level == "ok"
    assert "2 of 3" in words(page)
    qtbot.keyClick(page.entry, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    settled()
    assert shelf.line(count, "HVAC-2").counted is None


def test_a_number_that_was_not_entered_waits_and_no_scan_takes_its_place(qtbot, page, shelf, settled, count):
    page.on_scan(A01)
    page.on_scan(HVAC1)
    page.entry.setText("3")
    page.on_scan(HVAC2)
    assert (page.band.result.level, page.entry.text()) == ("danger", "3")
    qtbot.keyClick(page.entry, Qt.Key.Key_Return)
    settled()
    assert shelf.line(count, "HVAC-1").counted == 3000


def test_the_same_line_twice_is_asked_about(qtbot, page, shelf, settled, count):
    page.on_scan(A01)
    for number in ("3", "2"):
        page.on_scan(HVAC1)
        typed(qtbot, settled, page, number)
    assert "counted already: 3" in page.band.result.name
    qtbot.keyClick(page, Qt.Key.Key_F7)
    settled()
    assert shelf.line(count, "HVAC-1").counted == 5000
    page.on_scan(HVAC1)
    typed(qtbot, settled, page, "4")
    qtbot.keyClick(page, Qt.Key.Key_F6)
    settled()
    assert shelf.line(count, "HVAC-1").counted == 4000


def test_every_scan_counts_however_fast(qtbot, page, shelf, settled, count):
    page.on_scan(A01)
    qtbot.keyClick(page, Qt.Key.Key_F2)
    for _n in range(30):
        page.on_scan(HVAC1)
        page.on_scan(HVAC2)
    settled()
    assert shelf.line(count, "HVAC-1").counted == 30_000
    assert shelf.line(count, "HVAC-2").counted == 30_000


def test_refusals_are_said_and_escape_leaves_nothing_behind(qtbot, page):
    page.on_scan(HVAC1)
    assert "Scan the bin first" in page.band.result.name
    page.on_scan("6901234567892")
    assert page.band.result.level == "danger"
    page.on_scan(A01)
    page.on_scan(HVAC1)
    page.on_scan(HVAC2)
    assert "has no quantity yet" in page.band.result.name
    qtbot.keyClick(page, Qt.Key.Key_Escape)
    assert page.session.hand is None
    with qtbot.waitSignal(page.left):
        qtbot.keyClick(page, Qt.Key.Key_Escape)


def test_the_rest_of_the_bin_is_empty(qtbot, page, shelf, settled, count):
    page.on_scan(A01)
    page.on_scan(HVAC1)
    typed(qtbot, settled, page, "4")
    qtbot.keyClick(page, Qt.Key.Key_F4)
    settled()
    assert shelf.line(count, "HVAC-2").state == "not_found"


def test_a_line_is_chosen_from_the_list_by_keyboard(qtbot, page, shelf, settled, count):
    page.on_scan(A01)
    qtbot.keyClick(page.entry, Qt.Key.Key_Down)
    page.table.select([page.table.model.ids[1]])
    qtbot.keyClick(page.table.view, Qt.Key.Key_Return)
    assert page.session.hand.part_no == "HVAC-2"
    typed(qtbot, settled, page, "6")
    assert shelf.line(count, "HVAC-2").difference == -1000


def test_a_blind_count_shows_no_books(qtbot, shown, shelf, tasks, settled):
    count = counting.open_count(shelf.keeper, "full", blind=True)[0]
    page = shown(CountPage(shelf.keeper, tasks, count))
    page.on_scan(A01)
    assert shown_lines(page) == []
    page.on_scan(HVAC1)
    assert page.band.result.left == ""
    typed(qtbot, settled, page, "3")
    assert (page.band.result.level, page.band.result.left, page.band.result.warning) == ("ok", "", "")
    assert [column.key for column in page.table.model.columns].count("book") == 0
    assert shown_lines(page) == ["HVAC-1"]
