import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMenu

from ui.kit import theme
from ui.kit.filters import Choice, Filter, FilterRow
from ui.kit.tree import Node, PlaceTree

STATES = [Choice("low", "Low"), Choice("none", "Out & gone")]
NODES = [
    Node("b1", None, "building-2", "1 号楼", 22),
    Node("f1", "b1", "rows-3", "一层", 7),
    Node("r1", "f1", "map-pin", "低压配电室", 1),
    Node("b2", None, "building-2", "2 号楼"),
]


@pytest.fixture
def row(qtbot, qapp):
    theme.apply(qapp, "light")
    made = FilterRow(
        [
            Filter("state", "State", lambda: STATES),
            Filter("low", "To do"),
            Filter("kind", "Kind", lambda: STATES, many=True),
        ]
    )
    made.told = []
    made.changed.connect(lambda values, text: made.told.append((values, text)))
    qtbot.addWidget(made)
    made.resize(1000, 54)
    made.show()
    return made


def entries(row, key):
    menu = QMenu(row)
    row._fill(menu, row._filters[key])
    return [action for action in menu.actions() if not action.isSeparator()]


def test_a_choice_is_shown_on_its_chip_and_its_x_clears_it(qtbot, row):
    entries(row, "state")[2].trigger()
    chip = row._chips["state"]
    assert row.told == [({"state": "none"}, "")]
    assert (chip.value, chip.active) == ("Out & gone", True)
    qtbot.mouseClick(chip, Qt.MouseButton.LeftButton, pos=QPoint(chip.width() - 16, 15))
    assert row.told[-1] == ({}, "")
    assert not chip.active
    row.grab()


def test_a_switch_goes_on_and_off(qtbot, row):
    chip = row._chips["low"]
    qtbot.keyClick(chip, Qt.Key.Key_Return)
    assert row.values() == {"low": True}
    qtbot.keyClick(chip, Qt.Key.Key_Delete)
    assert row.values() == {}


def test_several_choices_may_be_on(row):
    entries(row, "kind")[1].trigger()
    entries(row, "kind")[2].trigger()
    assert row.values() == {"kind": ("low", "none")}
    assert [action.isChecked() for action in entries(row, "kind")] == [False, True, True]
    entries(row, "kind")[1].trigger()
    entries(row, "kind")[2].trigger()
    assert row.values() == {}


def test_typing_searches_after_a_pause_and_clear_shows_all(qtbot, row):
    qtbot.keyClicks(row.search, "hvac ")
    assert row.told == []
    qtbot.waitUntil(lambda: row.told == [({}, "hvac")])
    row.clear()
    assert row.told[-1] == ({}, "")


def test_chips_that_do_not_fit_go_into_one_button(row):
    assert row._chips["low"].isVisible()
    row.resize(520, 54)
    assert not row._chips["low"].isVisible()
    assert row._folded.isVisible()


def test_the_tree_keeps_what_is_chosen_and_what_is_shut(qtbot):
    tree = PlaceTree("By place")
    qtbot.addWidget(tree)
    told = []
    tree.selected.connect(told.append)
    tree.show()
    tree.set_nodes(NODES)
    tree.choose("r1")
    tree._items["b1"].setExpanded(False)
    tree.set_nodes([*NODES, Node("r2", "f1", "map-pin", "UPS", 2)])
    assert tree.current() == "r1"
    assert not tree._items["b1"].isExpanded()
    tree.grab()
    tree.set_nodes(NODES[:1])
    assert told == ["r1", None]
