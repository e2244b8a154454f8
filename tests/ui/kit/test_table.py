import threading
from array import array
from dataclasses import dataclass

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication, QPixmap
from PySide6.QtWidgets import QApplication, QPushButton, QStyleOptionViewItem

from app.signs import SIGNS
from ui.kit import theme
from ui.kit.bars import Stock
from ui.kit.table import Column, Table
from ui.kit.tasks import Tasks


@dataclass(frozen=True)
class Part:
    code: str
    name: str
    state: str
    free: int

    @property
    def bar(self):
        return Stock(self.free, 1, 2, 3, 60, "warn")


COLUMNS = (
    Column("code", "Code", "code", 92),
    Column("name", "Name", stretch=True, width=120, second=lambda part: part.code),
    Column("state", "State", "status", 120),
    Column("free", "Free", "number", 70),
    Column("bar", "Stock", "bar", 170, compact=False, sortable=False),
)


class Parts:
    """A store of invented parts that counts what is asked."""

    def __init__(self, count=5000):
        self.parts = {n: self.make(n) for n in range(1, count + 1)}
        self.pages = 0

    @staticmethod
    def make(n):
        return Part(f"P-{n:05}", f"皮带 {n}", ("below_safety", "at_reorder", "in_stock")[n % 3], n % 50)

    def ids(self, sort, descending, filters, text):
        found = [n for n, part in self.parts.items() if text in part.name]
        if filters.get("state"):
            found = [n for n in found if self.parts[n].state == filters["state"]]
        if sort:
            found.sort(key=lambda n: getattr(self.parts[n], sort), reverse=descending)
        return array("q", found)

    def rows(self, ids):
        self.pages += 1
        return [self.parts.get(n) for n in ids]


@pytest.fixture
def source():
    return Parts()


@pytest.fixture
def table(qtbot, source):
    theme.apply(QApplication.instance(), "light")
    made = Table(COLUMNS, source, prefs={})
    qtbot.addWidget(made)
    made.resize(900, 500)
    made.show()
    made.activateWindow()
    made.refresh()
    made.view.setFocus()
    return made


def click_header(qtbot, table, section):
    header = table.view.header()
    place = QPoint(header.sectionViewportPosition(section) + 20, 10)
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=place)


def test_the_model_keeps_to_the_rules_of_qt(qtmodeltester, table):
    table.model.set_ids(array("q", range(1, 250)))
    qtmodeltester.check(table.model, force_py=True)


def test_only_the_pages_that_are_seen_are_read(table, source):
    table.grab()
    assert source.pages == 1
    table.view.scrollToBottom()
    table.grab()
    assert source.pages == 2
    assert table.model.rowCount() == 5000


def test_a_header_sorts_through_the_source_and_a_second_click_turns_it(qtbot, table):
    click_header(qtbot, table, 3)
    assert table.question.sort == "free"
    assert table.model.row(0).free == 0
    click_header(qtbot, table, 3)
    assert table.model.row(0).free == 49
    click_header(qtbot, table, 4)
    assert table.question.sort == "free"


def test_refresh_keeps_selection_current_cell_and_place(table, source):
    table.select([1000, 1001, 1400])
    table.view.verticalScrollBar().setValue(999 * 28 + 9)
    heard = []
    table.selected.connect(heard.append)
    for n in range(2, 50):
        del source.parts[n]
    source.parts[9999] = Parts.make(9999)
    table.refresh()
    assert table.selected_ids() == [1000, 1001, 1400]
    assert table.current_id() == 1000
    assert table.model.ids[table.view.rowAt(0)] == 1000
    assert table.view.rowViewportPosition(table.view.rowAt(0)) == -9
    assert heard == []


def test_a_selected_row_that_goes_away_is_told(table, source):
    table.select([7])
    heard = []
    table.selected.connect(heard.append)
    del source.parts[7]
    table.refresh()
    assert heard == [None]
    assert table.selected_ids() == []


def test_changed_content_is_painted_though_the_rows_are_the_same(table, source):
    table.grab()
    source.parts[1] = Part("P-00001", "新名", "in_stock", 5)
    table.refresh()
    assert table.model.text(0, 1) == "新名"


def test_a_row_that_vanished_between_two_reads_shows_dashes(table, source):
    del source.parts[3]
    table.model.set_ids(array("q", [1, 2, 3]))
    assert table.model.text(2, 0) == "—"
    table.grab()


def test_enter_and_double_click_open_and_arrows_select(qtbot, table):
    opened, selected = [], []
    table.opened.connect(opened.append)
    table.selected.connect(selected.append)
    table.view.setCurrentIndex(table.model.index(0, 1))
    qtbot.keyClick(table.view, Qt.Key.Key_Down)
    qtbot.keyClick(table.view, Qt.Key.Key_Return)
    assert selected == [1, 2]
    assert opened == [2]
    place = table.view.visualRect(table.model.index(4, 1)).center()
    qtbot.mouseClick(table.view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.mouseDClick(table.view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert opened == [2, 5]


def test_selected_rows_are_copied_as_a_spreadsheet_takes_them(qtbot, table):
    table.select([1, 2])
    qtbot.keyClick(table.view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    first, second = QGuiApplication.clipboard().text().split("\n")
    assert first.split("\t")[:4] == ["P-00001", "皮带 1", SIGNS["at_reorder"].text, "1"]
    assert second.startswith("P-00002\t")


def test_no_rows_say_why(qtbot, table, source):
    table.ask({"state": "expired"})
    assert not table.view.isVisible()
    with qtbot.waitSignal(table.clear_wanted):
        next(b for b in table.findChildren(QPushButton) if b.isVisible()).click()
    table.ask({})
    assert table.view.isVisible()
    source.parts.clear()
    table.refresh()
    assert not table.view.isVisible()


def test_what_the_user_arranges_is_kept(qtbot, source):
    prefs = {}
    first = Table(COLUMNS, source, prefs=prefs)
    qtbot.addWidget(first)
    first.resize(900, 400)
    first.show()
    first.view.header().resizeSection(0, 141)
    first.view.header().moveSection(3, 0)
    first.set_dense(False)
    first.columns.menu().actions()[2].trigger()
    assert prefs["widths"] == {"code": 141}
    assert prefs["order"] == ["free", "code", "name", "state", "bar"]
    assert prefs["hidden"] == ["state"]
    second = Table(COLUMNS, source, prefs=prefs)
    qtbot.addWidget(second)
    second.resize(900, 400)
    second.show()
    assert second.view.columnWidth(0) == 141
    assert second.view.isColumnHidden(2)
    assert second.view.header().logicalIndex(0) == 3
    assert second.view.verticalHeader().defaultSectionSize() == 36
    second.columns.reset()
    assert not second.view.isColumnHidden(2)
    assert second.view.header().logicalIndex(0) == 0


def test_the_name_takes_what_is_left(table):
    widths = [table.view.columnWidth(n) for n in range(len(COLUMNS))]
    assert sum(widths) == table.view.viewport().width()
    assert widths[1] > 300


def test_below_800_pixels_rows_have_two_lines(table):
    table.resize(683, 384)
    assert table.view.compact
    assert table.view.isColumnHidden(4)
    assert table.view.verticalHeader().defaultSectionSize() == 44
    table.grab()


def test_ids_may_be_read_by_the_worker(qtbot):
    tasks, where = Tasks(), []

    class Slow(Parts):
        def ids(self, *question):
            where.append(threading.current_thread().name)
            return super().ids(*question)

    table = Table(COLUMNS, Slow(300), tasks=tasks, total=lambda: 300)
    qtbot.addWidget(table)
    table.ask({"state": "in_stock"}, "7")
    table.ask({"state": "in_stock"})
    with qtbot.waitSignal(table.loaded) as told:
        pass
    assert told.args == [100]
    assert set(where) == {"tasks"}
    assert "100" in table.count.text()
    assert "300" in table.count.text()
    tasks.stop()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_selection_is_seen_without_colour(table, scheme):
    theme.apply(QApplication.instance(), scheme)
    table.select([2])
    picture = QPixmap(table.view.viewport().size())
    table.view.viewport().render(picture)
    image = picture.toImage()
    assert image.pixelColor(1, 28 + 12) == theme.color("accent")
    assert image.pixelColor(1, 12) == theme.color("surface")
    theme.apply(QApplication.instance(), "light")


def test_a_page_that_cannot_be_read_shows_dashes_and_is_told_once(qtbot, table, source):
    def broken(_ids):
        raise OSError("disk")

    source.rows = broken
    table.refresh()
    with qtbot.captureExceptions() as raised:
        table.grab()
        table.grab()
        qtbot.waitUntil(lambda: bool(raised))
    assert [kind for kind, _, _ in raised] == [OSError]
    assert table.model.text(0, 0) == "—"


def test_a_state_is_whole_before_a_name_and_a_header_gives_way(qtbot):
    columns = (
        Column("name", "Name", stretch=True, width=60),
        Column("state", "State", "status", 40),
        Column("free", "A very long header of a short number", "number", 40),
    )
    table = Table(columns, Parts(9))
    qtbot.addWidget(table)
    table.resize(300, 300)
    table.show()
    table.refresh()
    view = table.view
    wanted = view.delegate.sizeHint(QStyleOptionViewItem(), table.model.index(0, 1)).width()
    assert view.columnWidth(1) >= wanted
    assert view.columnWidth(2) < view.header().wanted(2)
    assert view.columnWidth(0) >= 60
