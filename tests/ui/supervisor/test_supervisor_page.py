"""The supervisor's first page: figures of the sample site, each a way to its list."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt

from ui.supervisor import SupervisorPage
from ui.supervisor.lines import Line, Lines


@pytest.fixture
def page(qtbot, sample_desk, tasks):
    site = next(s for s in sample_desk.sites() if s.code == "DC1")
    made = SupervisorPage(replace(sample_desk, site=site), tasks)
    qtbot.addWidget(made)
    made.resize(1286, 720)
    made.show()
    qtbot.waitUntil(lambda: bool(made.tiles) and tasks.idle())
    return made


def test_tiles_lead_to_their_lists(page, qtbot):
    wanted = []
    page.page_wanted.connect(lambda key, filters: wanted.append((key, filters)))
    for tile in page.tiles.values():
        qtbot.keyClick(tile, Qt.Key.Key_Return)
    assert wanted == [
        ("rounds", {}),
        ("rounds", {"state": "submitted"}),
        ("faults", {"open": True}),
        ("spares", {"urgent": True}),
        ("training", {}),
    ]


def test_figures_say_what_to_think_of_them(page):
    said = {key: tile.accessibleName() for key, tile in page.tiles.items()}
    assert "%" in said["rounds"]
    assert "种" in said["stock"]
    assert "培训覆盖率" in said["certificates"]


def test_rows_open_their_records(page, qtbot):
    opened = []
    page.record_wanted.connect(lambda table, record: opened.append((table, record)))
    lines = next(w for w in page.findChildren(Lines) if w.lines and w.lines[0].table == "alert")
    lines.setFocus()
    qtbot.keyClick(lines, Qt.Key.Key_Down)
    qtbot.keyClick(lines, Qt.Key.Key_Return)
    qtbot.mouseClick(lines, Qt.MouseButton.LeftButton, pos=QPoint(40, 50))
    assert opened == [("alert", lines.lines[1].id), ("alert", lines.lines[0].id)]


def test_narrow_windows_stack_the_cards(page, qtbot, tasks):
    page.resize(640, 400)
    page.refresh({"work"})
    qtbot.waitUntil(tasks.idle)
    cards = [lines.mapTo(page, QPoint(0, 0)).x() for lines in page.findChildren(Lines)]
    assert len(set(cards)) == 1


def test_an_empty_card_says_so(qtbot):
    made = Lines(("", "", "", ""), [], "没有逾期事项。")
    qtbot.addWidget(made)
    assert made.accessibleName() == "没有逾期事项。"
    assert made.focusPolicy() == Qt.FocusPolicy.NoFocus
    assert Line._fields[0] == "table"
