from dataclasses import dataclass, field

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget

from app.errors import AppError
from ui.bus import Bus
from ui.kit import theme
from ui.kit.inspector import Inspector, Panes
from ui.kit.jump import Hit
from ui.kit.tasks import Tasks
from ui.kit.wedge import Wedge
from ui.window import MainWindow, PageSpec, Pill


class PageOf(QWidget):
    """A page that writes down what it is asked."""

    def __init__(self, mine=""):
        super().__init__()
        self.asked, self.mine = [], mine
        self.field = QLineEdit()
        QVBoxLayout(self).addWidget(self.field)

    def refresh(self, topics):
        self.asked.append(("refresh", set(topics)))

    def on_scan(self, code):
        self.asked.append(("scan", code))
        return code == self.mine

    def find(self):
        self.asked.append("find")

    def new(self):
        self.asked.append("new")

    def keys(self):
        return [("1", "pass")]


@dataclass
class Desk:
    person: str = "上官小备"
    role: str = "仓库管理员"
    site: str = "样例滨河数据中心"
    words: str = "HVAC-015 × 1"
    asked: list = field(default_factory=list)

    def sites(self):
        return [("DC1", "A"), ("M1", "B")]

    def allows(self, permission):
        return permission != "reports"

    def find(self, text):
        self.asked.append(text)
        return [Hit("Spares", "package", "HVAC-003", "皮带", "A03", 3)] if text == "160521761760198" else []

    def undo(self):
        return self.words

    def exchange(self):
        return Pill("info", "cloud-upload", "3 to send", "3")

    def notices(self):
        return 2


@pytest.fixture
def parts(qapp):
    theme.apply(qapp, "light")
    tasks, wedge = Tasks(), Wedge()
    yield Bus(), tasks, wedge
    tasks.stop()
    qapp.removeEventFilter(wedge)


@pytest.fixture
def window(qtbot, parts):
    bus, tasks, wedge = parts
    made = {}

    def page(key):
        made[key] = PageOf("4711" if key == "parts" else "")
        return made[key]

    specs = [
        PageSpec("today", "Today", "sun", lambda: page("today")),
        PageSpec("parts", "Spares", "package", lambda: page("parts"), badge=lambda: 7),
        PageSpec("reports", "Reports", "file-chart-column", lambda: page("reports"), permission="reports"),
        PageSpec("settings", "Settings", "settings", lambda: page("settings"), foot=True),
    ]
    window = MainWindow(Desk(), specs, bus, tasks, wedge)
    window.made, window.bus = made, bus
    qtbot.addWidget(window)
    window.resize(1366, 768)
    window.show()
    window.activateWindow()
    window.open("today")
    qtbot.waitUntil(tasks.idle)
    return window


def press(window, key, modifiers=Qt.KeyboardModifier.ControlModifier):
    QTest.keyClick(window.windowHandle(), key, modifiers)


def scan(window, code):
    for sign in code:
        QTest.keyClick(window.windowHandle(), sign)
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_Return)


def test_pages_are_made_when_they_are_first_opened_and_only_if_allowed(window):
    assert list(window.made) == ["today"]
    window.open("parts")
    window.open("parts")
    assert list(window.made) == ["today", "parts"]
    assert window.open("reports") is None
    assert window.current() is window.made["parts"]


def test_the_rail_shows_badges_and_opens(qtbot, window):
    item = next(i for i in window.rail._items if i.entry.key == "parts")
    assert item.badge == 7
    qtbot.mouseClick(item, Qt.MouseButton.LeftButton)
    assert window.current() is window.made["parts"]
    assert item.isChecked()


def test_the_number_keys_open_pages(qtbot, window):
    press(window, Qt.Key.Key_2)
    qtbot.waitUntil(lambda: window.current() is window.made.get("parts"))


def test_a_hidden_page_learns_of_changes_when_it_is_shown(qtbot, window):
    window.open("parts")
    window.bus.post({"alerts"})
    window.bus.post({"parts"})
    qtbot.waitUntil(lambda: len(window.made["parts"].asked) == 2)
    assert window.made["today"].asked == []
    window.open("today")
    assert window.made["today"].asked == [("refresh", {"alerts", "parts"})]


def test_keys_reach_the_page(qtbot, window):
    page = window.made["today"]
    for key, asked in ((Qt.Key.Key_F, ["find"]), (Qt.Key.Key_P, ["find"]), (Qt.Key.Key_N, ["find", "new"])):
        press(window, key)
        qtbot.waitUntil(lambda asked=asked: page.asked == asked and not window._wedge._burst.waiting)
    press(window, Qt.Key.Key_K)
    qtbot.waitUntil(window.jump.field.hasFocus)


def test_help_lists_the_keys_of_the_page(qtbot, window):
    press(window, Qt.Key.Key_F1, Qt.KeyboardModifier.NoModifier)
    qtbot.waitUntil(lambda: QApplication.activeModalWidget() is not None)
    QApplication.activeModalWidget().grab()
    scan(window, "4711")
    QApplication.activeModalWidget().close()


def test_undo_says_what_was_taken_back(qtbot, window):
    press(window, Qt.Key.Key_Z)
    qtbot.waitUntil(lambda: "HVAC-015" in window.toast.text())


def test_undo_in_a_field_is_the_fields_own(qtbot, window):
    page = window.made["today"]
    page.field.setFocus()
    page.field.insert("typed")
    press(window, Qt.Key.Key_Z)
    qtbot.waitUntil(lambda: page.field.text() == "")
    assert window.toast.text() == ""


def test_a_scan_goes_to_the_page_then_to_the_jump_box(qtbot, window):
    window.made["today"].field.setFocus()
    targets = []
    window.jumped.connect(targets.append)
    scan(window, "160521761760198")
    qtbot.waitUntil(lambda: targets == [3])
    assert window.made["today"].asked == [("scan", "160521761760198")]
    assert window.made["today"].field.text() == ""
    page = window.open("parts")
    scan(window, "4711")
    qtbot.waitUntil(lambda: page.asked == [("scan", "4711")])
    assert not window.jump.is_open()


def test_an_unknown_scan_is_said(qtbot, window):
    scan(window, "9999999")
    qtbot.waitUntil(window.jump.is_open)
    assert window.jump.field.text() == "9999999"


def test_whole_window_pages_take_the_rail_away_and_give_it_back(qtbot, window):
    page = PageOf("1234")
    window.push(page)
    assert window.current() is page
    assert not window.rail.isVisible()
    scan(window, "1234")
    qtbot.waitUntil(lambda: page.asked == [("scan", "1234")])
    scan(window, "5678")
    qtbot.waitUntil(lambda: "5678" in window.toast.text())
    window.pop()
    assert window.rail.isVisible()
    assert window.current() is window.made["today"]


def test_breakpoints(window):
    assert window.rail.width() == 80
    assert not window.bar.site.bare
    window.resize(930, 680)
    assert window.bar.site.bare
    assert window.rail._items[0].height() == 50
    window.resize(683, 384)
    assert window.rail.width() == 48
    assert not window.bar.site.isVisible()
    assert window.bar.pill.lines == ("3",)
    assert window.bar.height() == 44
    window.grab()


def test_the_menu_of_the_person_asks(window):
    asked = []
    window.wanted.connect(lambda *what: asked.append(what))
    menu = window.bar.person_menu()
    menu.actions()[1].trigger()
    speak = next(a.menu() for a in menu.actions() if a.menu())
    speak.actions()[1].trigger()
    assert asked == [("lock", ""), ("language", "en")]


@pytest.mark.parametrize(("width", "over"), [(1366, False), (1100, True)])
def test_the_inspector_lies_over_the_list_in_a_narrow_window(qtbot, window, width, over):
    main, inspector = QLineEdit(), Inspector()
    panes = Panes(main, inspector)
    window.resize(width, 700)
    window.push(panes)
    panes.offer()
    assert inspector.isVisible() is not over
    panes.open_inspector()
    assert inspector.isVisible()
    assert inspector.geometry().right() == panes.rect().right()
    assert (main.width() == panes.width()) is over
    press(window, Qt.Key.Key_F6, Qt.KeyboardModifier.NoModifier)
    qtbot.waitUntil(main.hasFocus)
    press(window, Qt.Key.Key_F6, Qt.KeyboardModifier.NoModifier)
    qtbot.waitUntil(lambda: inspector.isAncestorOf(QApplication.focusWidget()))
    press(window, Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier)
    qtbot.waitUntil(lambda: not inspector.isVisible())
    assert main.hasFocus()
    window.pop()


def test_what_nobody_took_is_said_in_a_dialog(qtbot, window):
    def refuse():
        raise AppError("The store is read-only.")

    said = []

    def shut():
        dialog = QApplication.activeModalWidget()
        if dialog is not None:
            said.append(dialog.windowTitle())
            dialog.close()
        return bool(said)

    window._tasks.run(refuse, print, owner=window)
    watch = QTimer(window, interval=20)
    watch.timeout.connect(shut)
    watch.start()
    qtbot.waitUntil(lambda: bool(said))
    watch.stop()
    assert said == ["The store is read-only."]


def test_a_page_that_is_opened_has_the_keyboard(window):
    window.rail._items[0].setFocus()
    page = window.open("parts")
    assert page.hasFocus() or page.isAncestorOf(QApplication.focusWidget())
    page.field.setFocus()
    window.open("parts")
    assert page.field.hasFocus()  # what is open already keeps its field
