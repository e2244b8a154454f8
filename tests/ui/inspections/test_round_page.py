"""A whole round by keyboard alone (R-4.2-d), marked at once (R-4.2-f), and nothing is lost but the item in hand."""

import pytest
from PIL import Image
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication, QPushButton

from app.inspections import queries
from app.inspections.drafts import draft, round_key
from app.labels.payload import Kind, encode
from db.ids import made_id
from ui.inspections.entry import ChoiceEntry, NumberEntry
from ui.inspections.round_page import RoundPage
from ui.inspections.saying import level_word

Key = Qt.Key
GOOD = {"IT-DC-D-02": "48", "IT-DC-D-04": "23.5", "IT-DC-D-05": "41", "IT-DC-D-06": "40,5"}


def focus():
    assert QApplication.focusWidget() is not None
    return QApplication.focusWidget()


def type_in(qtbot, text):
    qtbot.keyClicks(focus(), text)


def write(text):
    """Chinese comes from an input method."""
    event = QInputMethodEvent("", [])
    event.setCommitString(text)
    QCoreApplication.sendEvent(focus(), event)


def enter(qtbot):
    qtbot.keyClick(focus(), Key.Key_Return)


def wait(qtbot, tasks):
    qtbot.waitUntil(tasks.idle)


def sheet_of(page):
    with page._desk.read() as read:
        return queries.sheet(read, page._task)


def a_photo(page, tmp_path):
    path = tmp_path / "现场 1.jpg"
    Image.new("RGB", (800, 600), "#336699").save(path)
    page.choose_files = lambda: [path]


@pytest.mark.usefixtures("spoken")
def test_the_daily_round_by_keyboard_alone(qtbot, daily, tasks, tmp_path):
    a_photo(daily, tmp_path)
    handed_in = []
    daily.submitted.connect(handed_in.append)
    while daily._stack.currentIndex() == 0:
        item, number = daily.view.item, daily.number
        if item.photo_required:
            qtbot.keyClick(focus(), Key.Key_F8)
            wait(qtbot, tasks)
        if isinstance(daily.view.entry, NumberEntry):
            type_in(qtbot, GOOD.get(item.code, "27.9"))
        elif isinstance(daily.view.entry, ChoiceEntry):
            option = {"IT-DC-D-03": "2", "IT-DC-D-11": "2"}.get(item.code, "1")
            type_in(qtbot, option)
        enter(qtbot)
        if daily.number == number and daily._stack.currentIndex() == 0 and item.required:
            write("现场已确认")  # the remark has the focus now
            enter(qtbot)
        wait(qtbot, tasks)
    assert isinstance(focus(), QPushButton)
    enter(qtbot)
    qtbot.waitUntil(lambda: bool(handed_in))
    found = sheet_of(daily)
    assert (found.status, found.result, found.done, found.failed) == ("submitted", "fail", 13, 2)
    with daily._desk.read() as read:
        raised = queries.follow_ups(read, daily._task)
        item_id = read.find("inspection_item", code="IT-DC-D-11")
        order = read.get("work_order", made_id("order", daily._task, item_id))
        machine = read.get("equipment", order["equipment_id"])
    assert {(f.kind, f.level) for f in raised} >= {("alert", 2), ("work_order", 0)}
    assert machine["code"] == "DC1-CRA-003"
    assert "现场已确认" in order["objective"]


@pytest.mark.usefixtures("spoken")
def test_a_value_is_marked_at_once_and_asks_for_a_remark(qtbot, daily, tasks):
    for text, failed in (("18", False), ("17.9", True), ("27", False), ("27.1", True), ("27.9", True)):
        focus().selectAll()
        type_in(qtbot, text)
        assert daily.view.strip.isVisible() == failed
        assert (daily.view.entry.field.property("state") == "error") == failed
    assert "0.9" in daily.view.strip.title
    enter(qtbot)
    assert daily.number == 0
    assert daily.view.remark.hasFocus()
    write("滤网脏堵")
    enter(qtbot)
    assert daily.number == 1
    wait(qtbot, tasks)
    assert level_word(2) in daily.note.text()
    assert daily.note.isVisible()
    assert sheet_of(daily).items[0].given.remark == "滤网脏堵"


def test_a_corrected_slip_says_that_its_alert_was_withdrawn(qtbot, daily, tasks):
    type_in(qtbot, "29.7")
    enter(qtbot)
    write("读错")
    enter(qtbot)
    wait(qtbot, tasks)
    qtbot.keyClick(focus(), Key.Key_PageUp)
    assert daily.view.entry.typed() == "29.7"
    focus().selectAll()
    type_in(qtbot, "25.7")
    enter(qtbot)
    wait(qtbot, tasks)
    with daily._desk.read() as read:
        assert [f.state for f in queries.follow_ups(read, daily._task)] == ["withdrawn"]
    assert daily.note.level == "ok"


def test_an_empty_required_item_is_not_confirmed_but_may_be_left(qtbot, daily, tasks):
    enter(qtbot)
    assert daily.number == 0
    qtbot.keyClick(focus(), Key.Key_PageDown)
    assert daily.number == 1
    wait(qtbot, tasks)
    assert sheet_of(daily).done == 0


def test_wrong_text_stays_in_its_field_with_a_sentence(qtbot, daily):
    type_in(qtbot, "2x")
    enter(qtbot)
    assert daily.number == 0
    assert "2x" in daily.view.strip.title
    assert daily.view.entry.typed() == "2x"


@pytest.mark.usefixtures("spoken")
def test_submission_lists_what_is_open_and_leads_there(qtbot, daily):
    qtbot.keyClick(focus(), Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: daily._stack.currentIndex() == 1)
    listed = daily.finish.findChildren(QPushButton)
    assert len(listed) == 13
    numbers = [int(made.text().split()[0]) for made in listed]
    assert numbers == sorted(numbers)  # as the page counts them, place by place
    enter(qtbot)
    assert (daily._stack.currentIndex(), daily.number) == (0, 0)


def test_the_item_in_hand_comes_back_for_its_author_only(qtbot, person, daily, tasks, show):
    type_in(qtbot, "26.5")
    qtbot.waitUntil(lambda: bool(draft(daily._desk, round_key(daily._task))))
    again = show(RoundPage(daily._desk, tasks, daily._task))
    assert (again.view.item.code, again.view.entry.typed()) == ("IT-DC-D-01", "26.5")
    other = show(RoundPage(person("super"), tasks, daily._task))
    assert other.view.entry.typed() == ""
    again.activateWindow()
    again.view.entry.take_focus()
    qtbot.keyClick(again.view.entry.field, Key.Key_Return)
    wait(qtbot, tasks)
    assert draft(daily._desk, round_key(daily._task)) == {}
    assert sheet_of(daily).items[0].given.value_num == 26_500


def test_not_applicable_asks_for_its_reason(qtbot, daily, tasks):
    qtbot.keyClick(focus(), Key.Key_F9)
    assert daily.view.remark.hasFocus()
    enter(qtbot)
    assert daily.number == 0
    write("传感器送检")
    enter(qtbot)
    wait(qtbot, tasks)
    given = sheet_of(daily).items[0].given
    assert (given.state, given.value_num, given.remark) == ("na", None, "传感器送检")


def test_the_list_is_walked_by_keyboard(qtbot, daily):
    qtbot.keyClick(focus(), Key.Key_F2)
    assert daily.places.hasFocus()
    for _step in range(3):
        qtbot.keyClick(daily.places, Key.Key_Down)
    qtbot.keyClick(daily.places, Key.Key_Return)
    assert daily.number == 3
    qtbot.keyClick(focus(), Key.Key_F2)
    qtbot.keyClick(daily.places, Key.Key_Escape)
    assert daily.view.entry.hasFocus()


def test_the_keypad_types_and_confirms(qtbot, daily, tasks):
    for key in ("2", "4", ".", "5", "back", "6", "enter"):
        daily.keypad.pressed.emit(key)
    wait(qtbot, tasks)
    assert sheet_of(daily).items[0].given.value_num == 24_600
    assert daily.number == 1


def test_number_fields_take_no_input_method(daily):
    assert not daily.view.entry.field.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)


def test_escape_leaves_and_what_could_be_confirmed_is_saved(qtbot, daily, tasks):
    left = []
    daily.left.connect(lambda: left.append(1))
    type_in(qtbot, "24.4")
    qtbot.keyClick(focus(), Key.Key_Escape)
    wait(qtbot, tasks)
    assert left
    assert sheet_of(daily).items[0].given.value_num == 24_400


def test_a_label_of_the_round_is_recorded_and_a_wrong_one_is_not(qtbot, daily, tasks):
    assert daily.on_scan(encode(Kind.LC, "DC1-F2-HA"))
    wait(qtbot, tasks)
    assert sheet_of(daily).scanned_label == "DC1-F2-HA"
    daily.on_scan(encode(Kind.LC, "DC1-F1-GEN"))
    wait(qtbot, tasks)
    assert daily.note.level == "danger"


def test_a_bad_photo_is_refused_in_a_sentence(qtbot, daily, tasks, tmp_path):
    path = tmp_path / "a.jpg"
    path.write_bytes(b"no photo")
    daily.choose_files = lambda: [path]
    qtbot.keyClick(focus(), Key.Key_F8)
    wait(qtbot, tasks)
    assert "a.jpg" in daily.note.text()


def test_the_page_folds_for_a_small_window_and_keeps_what_was_typed(qtbot, daily):
    type_in(qtbot, "26.9")
    daily.resize(683, 384)
    qtbot.waitUntil(lambda: daily.view.compact)
    assert daily.view.entry.typed() == "26.9"
    assert not daily._left.isVisible()
    assert not daily.keypad.isVisible()
