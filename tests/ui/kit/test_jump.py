import threading

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget

from ui.kit import theme
from ui.kit.jump import Hit, JumpBox
from ui.kit.tasks import Tasks

ALL = [
    Hit("Equipment", "server-cog", "DC1-CRA-003", "网络间精密空调", "二层", ("equipment", 3)),
    Hit("Spares", "package", "HVAC-003", "空调风机皮带", "A03", ("part", 3)),
    Hit("Equipment", "server-cog", "DC1-CRA-004", "精密空调", "一层", ("equipment", 4)),
]


def find(text):
    return [hit for hit in ALL if text.lower() in f"{hit.code} {hit.name}".lower()]


def shown(qtbot, **options):
    theme.apply(QApplication.instance(), "light")
    window = QWidget()
    window.box = JumpBox(options.pop("find", find), **options)
    window.other = QLineEdit()
    window.targets = []
    window.box.jumped.connect(window.targets.append)
    layout = QVBoxLayout(window)
    layout.addWidget(window.box)
    layout.addWidget(window.other)
    layout.addStretch()
    qtbot.addWidget(window)
    window.resize(900, 500)
    window.show()
    window.activateWindow()
    window.box.begin()
    qtbot.waitUntil(window.box.field.hasFocus)
    return window


@pytest.fixture
def window(qtbot):
    return shown(qtbot)


def test_hits_stand_under_their_kind_and_arrows_skip_the_headings(qtbot, window):
    qtbot.keyClicks(window.box.field, "-00")
    qtbot.waitUntil(window.box.is_open)
    texts = [window.box._popup.item(n).text() for n in range(window.box._popup.count())]
    assert [t.split()[0] for t in texts] == ["Equipment", "DC1-CRA-003", "DC1-CRA-004", "Spares", "HVAC-003"]
    for _ in range(2):
        qtbot.keyClick(window.box.field, Qt.Key.Key_Down)
    window.grab()
    qtbot.keyClick(window.box.field, Qt.Key.Key_Return)
    assert window.targets == [("part", 3)]
    assert not window.box.is_open()
    assert window.box.field.text() == ""


def test_enter_before_the_answer_opens_the_first_hit(qtbot, window):
    qtbot.keyClicks(window.box.field, "hvac")
    qtbot.keyClick(window.box.field, Qt.Key.Key_Return)
    assert window.targets == [("part", 3)]


def test_escape_and_leaving_the_field_shut_the_list(qtbot, window):
    for leave in (lambda: qtbot.keyClick(window.box.field, Qt.Key.Key_Escape), window.other.setFocus):
        window.box.begin()
        qtbot.keyClicks(window.box.field, "cra")
        qtbot.waitUntil(window.box.is_open)
        leave()
        assert not window.box.is_open()


def test_a_click_opens(qtbot, window):
    qtbot.keyClicks(window.box.field, "cra")
    qtbot.waitUntil(window.box.is_open)
    hits = window.box._popup
    place = hits.visualItemRect(hits.item(2)).center()
    qtbot.mouseClick(hits.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert window.targets == [("equipment", 4)]


def test_a_scan_opens_the_one_record_or_says_that_there_is_none(window):
    window.box.scan("HVAC-003")
    assert window.targets == [("part", 3)]
    window.box.scan("DC1")
    assert window.box.is_open()
    window.box.scan("<b>unknown")
    assert window.box.is_open()
    assert window.targets == [("part", 3)]


def test_a_stale_answer_is_dropped(qtbot):
    tasks, gate = Tasks(), threading.Event()

    def slow(text):
        gate.wait(5)
        return find(text)

    window = shown(qtbot, find=slow, tasks=tasks)
    window.box.scan("HVAC-003")
    window.box.shut()
    gate.set()
    qtbot.waitUntil(tasks.idle)
    assert window.targets == []
    assert not window.box.is_open()
    tasks.stop()
