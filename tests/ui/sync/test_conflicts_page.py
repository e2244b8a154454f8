"""The conflict page: nothing is chosen from the start, a key chooses, Enter decides; mouse and keyboard alike."""

import disputes
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget

from app import conflicts
from app.generic import Retire
from ui.kit import theme
from ui.sync.conflicts_page import ConflictsPage

ENTER = Qt.Key.Key_Return


def value(desk, row_id, field):
    with desk.read() as read:
        return read.get("equipment", row_id)[field]


def texts(widget: QWidget) -> list[str]:
    return [found.text() for found in widget.findChildren(QLabel) if found.isVisibleTo(widget)]


def buttons(widget: QWidget) -> list[str]:
    return [b.text().strip() for b in widget.findChildren(QPushButton) if b.text() and b.isVisibleTo(widget)]


def press(page, *keys):
    """Type where the keyboard is."""
    for key in keys:
        QTest.keyClick(QApplication.focusWidget() or page, key)


def test_both_values_stand_side_by_side(show, disputed):
    page = show(disputed.chief)
    cards = page.view.cards
    assert [card.side.texts for card in cards] == [("",), ("南宫小冷",), ("诸葛小服",)]
    assert {"我的", "欧阳小管", "今天 11:41:00", "DC1-值班-01（本机）"} <= set(texts(cards[1]))
    assert {"对方的", "司马小划", "记录里现在是这个值。"} <= set(texts(cards[2]))
    said = " ".join(texts(page.view))
    assert "“责任人”被两个人改成了不同的值。两个值都已保存在履历里，选哪个都不会丢。" in said
    assert "第 1 处，共 2 处" in said


def test_enter_is_dead_until_a_side_is_chosen(qtbot, show, disputed, tasks, waiting):
    page = show(disputed.chief)
    assert not page.view.done.isEnabled()
    assert not any(card.chosen for card in page.view.cards)
    press(page, ENTER)
    qtbot.waitUntil(tasks.idle)
    assert waiting(disputed.chief) == 2


@pytest.mark.parametrize("taken", [(Qt.Key.Key_1, "nangong"), (Qt.Key.Key_2, "technician")])
def test_a_key_and_enter_settle_and_go_on(qtbot, show, disputed, waiting, taken):
    key, who = taken
    site = disputed.site
    page, told = show(disputed.chief), []
    page.said.connect(lambda text, undo: told.append((text, undo)))
    press(page, key)
    assert [card.chosen for card in page.view.cards] == [False, key == Qt.Key.Key_1, key == Qt.Key.Key_2]
    press(page, ENTER)
    qtbot.waitUntil(lambda: waiting(disputed.chief) == 1 and page.shown.line.row_id == site.door)
    assert value(disputed.chief, site.server, "responsible_id") == disputed.staff[who]
    assert told[0][0] == "已解决：机器 DC1-SRV-005，责任人"
    assert not page.view.done.isEnabled()  # the next one is not decided by the same Enter
    disputed.chief.undo(told[0][1].action_id)
    page.refresh({"sync"})
    assert waiting(disputed.chief) == 2


def test_another_value_by_the_keyboard_alone(qtbot, show, disputed, site, waiting):
    page = show(disputed.chief)
    press(page, Qt.Key.Key_Down)
    assert page.shown.line.row_id == site.door
    press(page, Qt.Key.Key_3)
    editor = page.view.form.editor("name")
    assert editor.hasFocus()
    assert not page.view.done.isEnabled()
    QTest.keyClicks(editor, "ACS 12")
    assert page.view.choice == "other"
    press(page, ENTER)
    qtbot.waitUntil(lambda: waiting(disputed.chief) == 1)
    assert value(disputed.chief, site.door, "name") == "ACS 12"


def test_a_reference_is_written_too(qtbot, show, disputed, site, waiting):
    page = show(disputed.chief)
    press(page, Qt.Key.Key_3)
    page.view.form.editor("responsible_id").setText("SW-0002")
    page.view.confirm()
    qtbot.waitUntil(lambda: waiting(disputed.chief) == 1)
    assert value(disputed.chief, site.server, "responsible_id") == disputed.staff["planner"]


def test_what_leads_to_no_record_stays_typed(show, disputed, waiting):
    page = show(disputed.chief)
    press(page, Qt.Key.Key_3)
    page.view.form.editor("responsible_id").setText("nobody")
    page.view.confirm()
    assert waiting(disputed.chief) == 2
    assert page.view.form.editor("responsible_id").text() == "nobody"
    press(page, Qt.Key.Key_Escape)
    assert page.list.hasFocus()


def test_the_mouse_takes_a_side(qtbot, show, disputed, waiting):
    page = show(disputed.chief)
    QTest.mouseClick(page.view.cards[2], Qt.MouseButton.LeftButton)
    assert page.view.choice == "theirs"
    QTest.mouseClick(page.view.done, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: waiting(disputed.chief) == 1)


def test_later_goes_to_the_next_one_and_decides_nothing(show, disputed, site, waiting):
    page = show(disputed.chief)
    press(page, Qt.Key.Key_1)
    page.next_case()
    assert page.shown.line.row_id == site.door
    assert page.view.choice == ""
    page.next_case()
    assert page.shown.line.row_id == site.server
    assert waiting(disputed.chief) == 2


def test_a_refresh_keeps_what_was_chosen(show, disputed, people, site):
    page = show(disputed.chief)
    press(page, Qt.Key.Key_2)
    disputes.change(people.planner, "equipment", site.door, manufacturer="样例厂")
    page.refresh({"equipment"})
    assert page.view.choice == "theirs"


def test_somebody_else_was_first(qtbot, show, disputed, waiting):
    page = show(disputed.chief)
    press(page, Qt.Key.Key_1)
    conflicts.settle(disputed.chief, page.shown, "theirs")
    press(page, ENTER)
    qtbot.waitUntil(page.trouble.isVisible)
    assert page.trouble.text() == "这处冲突已由他人处理，请重新查看。"
    assert waiting(disputed.chief) == 1


def test_who_may_not_settle_sees_it_without_buttons(show, disputed):
    page = show(disputed.planner)
    assert [card.side.texts for card in page.view.cards[1:]] == [("诸葛小服",), ("南宫小冷",)]
    assert "我的" in texts(page.view.cards[1])
    assert buttons(page.view) == ["打开记录"]
    press(page, Qt.Key.Key_1, ENTER)
    assert page.view.choice == ""
    assert "冲突由主管决定。请告诉主管哪个值正确。" in texts(page.view)


def test_a_deleted_record(show, people, site):
    late = disputes.stale(people.chief, "equipment", site.door, name="乙")
    people.chief.perform(Retire("equipment", (site.door,)))
    people.chief.perform(late)
    page = show(people.chief)
    assert {"恢复并采用此值", "保持删除"} <= set(buttons(page.view))


def test_settled_ones_can_be_looked_at(show, disputed, site):
    conflicts.settle(disputed.chief, _first(disputed.chief), "mine")
    page = show(disputed.chief)
    page.list.step(10)
    assert page.shown.line.row_id == site.server
    assert [card.chosen for card in page.view.cards] == [False, True, False]
    assert buttons(page.view) == ["打开记录"]
    assert any("欧阳小管 于今天 11:41:00 决定：南宫小冷。" in text for text in texts(page.view))


def _first(desk):
    with desk.read() as read:
        return conflicts.case(read, desk.actor, conflicts.lines(read, desk.actor)[0].id, "Asia/Shanghai")


def test_no_conflict_is_good_news(show, people):
    page = show(people.chief)
    assert page.view is None
    assert "没有待处理的冲突" in texts(page)


def test_the_record_is_opened(show, disputed, site):
    page, wanted = show(disputed.chief), []
    page.record_wanted.connect(lambda table, row_id: wanted.append((table, row_id)))
    next(b for b in page.view.findChildren(QPushButton) if b.text().strip() == "打开记录").click()
    assert wanted == [("equipment", site.server)]


@pytest.mark.usefixtures("spoken")
@pytest.mark.parametrize("spoken", ["zh_CN", "en"], indirect=True)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [(1286, 716), (920, 650), (635, 340)])
def test_nothing_is_cut(qtbot, disputed, tasks, scheme, size):
    theme.apply(QApplication.instance(), scheme)
    page = ConflictsPage(disputed.chief, tasks)
    qtbot.addWidget(page)
    page.resize(*size)
    page.show()
    page.view.choose_key(1)
    qtbot.waitExposed(page)
    assert page.view.minimumSizeHint().width() <= page.width() - 40
    for made in page.view.findChildren(QPushButton):
        if made.isVisibleTo(page.view) and made.text():
            assert made.width() >= made.sizeHint().width(), made.text()
    theme.apply(QApplication.instance(), "light")


def test_keys_work_where_there_is_no_room_for_the_list(qtbot, show, disputed, waiting):
    page = show(disputed.chief, width=635, height=340)
    assert not page.list.isVisible()
    press(page, Qt.Key.Key_Down, Qt.Key.Key_2, ENTER)
    qtbot.waitUntil(lambda: waiting(disputed.chief) == 1 and len(page.lines) == 1)
    press(page, Qt.Key.Key_1, ENTER)
    qtbot.waitUntil(lambda: waiting(disputed.chief) == 0)


def test_a_change_under_the_hands_keeps_what_was_typed(show, disputed, site):
    page = show(disputed.chief)
    press(page, Qt.Key.Key_Down, Qt.Key.Key_3)
    QTest.keyClicks(page.view.form.editor("name"), "ACS 12")
    disputes.change(disputed.planner, "equipment", site.door, name="门禁主机丙")
    page.refresh({"equipment"})
    assert page.view.cards[2].side.texts == ("门禁主机丙",)
    assert page.view.form.values() == {"name": "ACS 12"}
    assert page.view.choice == ""
