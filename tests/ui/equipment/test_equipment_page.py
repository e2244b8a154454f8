"""The register in the window: tree, list, inspector, the machine's life by keyboard and dialog."""

import pytest
from answering import answer, fill
from machines import as_role
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton

from app import equipment
from app.equipment import LIFE
from app.labels.payload import Kind, encode
from ui.equipment import EquipmentPage
from ui.equipment.tabs import Tabs


@pytest.fixture
def page(qtbot, site, tasks):
    made = EquipmentPage(site.desk, tasks)
    qtbot.addWidget(made)
    made.resize(1366, 768)
    made.show()
    qtbot.waitUntil(lambda: len(made.table.model.ids) == 2 and tasks.idle())
    return made


def row(site, machine):
    with site.desk.read() as read:
        return read.get("equipment", machine)


def buttons(page):
    return [
        b.text().strip() for b in page.inspector.findChildren(QPushButton) if b.text() and b.isVisibleTo(page)
    ]


def test_the_list_is_a_sound_model(page, qtmodeltester):
    qtmodeltester.check(page.table.model)


def test_the_first_machine_fills_the_inspector(page, site, qtbot):
    assert page.shown == site.door
    qtbot.waitUntil(lambda: buttons(page) == ["报告故障", "新建工单"])


def test_the_tree_narrows_the_list(page, site, qtbot, tasks):
    page.trees.places.choose(site.rack)
    qtbot.waitUntil(lambda: len(page.table.model.ids) == 1 and tasks.idle())
    assert page.table.model.row(0).code == "DC1-SRV-005"
    equipment.attach(site.desk, site.door, site.server)
    page.refresh({"equipment"})
    page.trees.over.click()
    page.trees.machines.choose(site.server)
    qtbot.waitUntil(lambda: len(page.table.model.ids) == 2 and tasks.idle())


def test_life_that_ends_is_a_filter(page, qtbot, tasks):
    page.filters.set_values({"status": "ending"})
    qtbot.waitUntil(lambda: len(page.table.model.ids) == 1 and tasks.idle())
    assert page.table.model.text(0, 5) == "94 %"


def test_the_access_host_is_taken_into_service(page, site, qtbot, tasks):
    said = []
    page.said.connect(lambda words, _undo: said.append(words))
    words = [action.text() for action in page.menu().actions()]
    assert words[0] == "安装完成…"
    met = answer(fill())
    page.take_step(LIFE.step("to_install", "commissioning"))
    qtbot.waitUntil(lambda: row(site, site.door)["status"] == "commissioning" and tasks.idle())
    assert set(met[0].form.boxes) == {"install_date", "remark"}  # the place is known: only the date is asked
    answer(fill(acceptance="验收合格"))
    page.take_step(LIFE.step("commissioning", "in_service"))
    qtbot.waitUntil(lambda: row(site, site.door)["status"] == "in_service" and tasks.idle())
    assert said == ["当前状态：调试投运", "当前状态：在用"]


def test_a_plain_step_asks_nothing_and_is_taken_back(page, site, qtbot, tasks):
    undo = []
    page.said.connect(lambda _words, back: undo.append(back))
    page.open_target(site.server)
    page.take_step(LIFE.step("in_service", "standby"))
    qtbot.waitUntil(lambda: row(site, site.server)["status"] == "standby" and tasks.idle())
    undo[0]()
    qtbot.waitUntil(lambda: row(site, site.server)["status"] == "in_service" and tasks.idle())


def test_a_machine_is_registered_and_mended(page, site, qtbot, tasks):
    answer(
        fill(code="DC1-UPS-009", name="新 UPS", class_id=site.clazz, location_id=site.room, criticality="A")
    )
    page.new()
    qtbot.waitUntil(lambda: len(page.table.model.ids) == 3 and tasks.idle())
    made = page.shown
    assert row(site, made)["code"] == "DC1-UPS-009"
    answer(fill(model="DM-1", location_id=site.rack))
    page.edit()
    qtbot.waitUntil(lambda: row(site, made)["model"] == "DM-1" and tasks.idle())
    assert row(site, made)["location_id"] == site.rack


def test_a_code_that_exists_is_refused_at_its_field(page, site):
    seen = {}

    def act(dialog):
        dialog.form.set_values(
            {"code": "DC1-SRV-005", "name": "x", "class_id": site.clazz, "location_id": site.room}
        )
        dialog.on_save()
        seen["open"] = dialog.isVisible()
        seen["said"] = dialog.form.editor("code").toolTip()
        dialog.reject()

    answer(act)
    page.new()
    assert seen["open"]
    assert "DC1-SRV-005" in seen["said"]


def test_readings_uses_and_entries_are_in_the_history(page, site, qtbot, tasks):
    page.open_target(site.server)
    answer(fill(value=66_000_000))
    page.read_meter()
    qtbot.waitUntil(lambda: row(site, site.server)["run_hours"] == 66_000_000 and tasks.idle())
    answer(fill(operator_id=site.person, ended_at="2026-11-22 12:41", purpose="演练"))
    page.log_use()
    qtbot.waitUntil(tasks.idle)
    answer(fill(text="清洁滤网", cost=5000))
    page.write_note()
    qtbot.waitUntil(tasks.idle)
    answer(fill(location_id=site.room))
    page.move_machine()
    qtbot.waitUntil(lambda: row(site, site.server)["location_id"] == site.room and tasks.idle())
    with site.desk.read() as read:
        assert {e.what for e in equipment.history(read, site.server)} == {
            "meter",
            "use",
            "maintenance",
            "move",
        }


def test_tabs_by_keyboard(page, site, qtbot):
    page.open_target(site.server)
    for key in ("facts", "parts", "files", "life"):
        tabs = page.inspector.findChildren(Tabs)[-1]
        qtbot.keyClick(tabs, Qt.Key.Key_Right)
        assert page._tab == key


def test_a_fault_is_reported_from_the_machine(page, site, qtbot, tasks):
    page.open_target(site.server)
    answer(fill(symptom="电源模块告警", severity=2))
    page.report_fault()
    qtbot.waitUntil(tasks.idle)
    with site.desk.read() as read:
        found = read.rows(
            "SELECT f.equipment_id, o.priority FROM fault f JOIN work_order o ON o.fault_id = f.id"
        )
    assert found == [(site.server, "important")]


def test_a_label_opens_its_machine_and_others_are_left(page, site):
    assert page.on_scan(encode(Kind.EQ, "DC1-SRV-005"))
    assert page.shown == site.server
    assert not page.on_scan("nothing of ours")


def test_a_technician_sees_only_what_the_role_allows(qtbot, site, tasks):
    page = EquipmentPage(as_role(site.desk, "technician", site.person, site.account), tasks)
    qtbot.addWidget(page)
    page.resize(1366, 768)
    page.show()
    qtbot.waitUntil(lambda: page.shown is not None and tasks.idle())
    qtbot.waitUntil(lambda: buttons(page) == ["报告故障"])
    words = [action.text() for action in page.menu().actions() if action.text()]
    assert words == ["安装完成…", "抄表…", "登记使用…", "写履历…", "搬移…", "添加照片…", "打印履历…"]
    page.new()  # no permission: nothing opens


def test_what_depends_on_a_machine_is_said_before_it_stops(page, site, qtbot, tasks):
    equipment.attach(site.desk, site.door, site.server)
    page.open_target(site.server)
    seen = []

    def act(dialog):
        seen.extend(label.text() for label in dialog.findChildren(QLabel))
        dialog.on_save()

    answer(act)
    page.take_step(LIFE.step("in_service", "out_of_service"))
    qtbot.waitUntil(lambda: row(site, site.server)["status"] == "out_of_service" and tasks.idle())
    assert any("BD1-ACS-001" in text for text in seen)


def test_the_five_facts_stand_in_the_question_to_retire(page, site, qtbot, tasks):
    page.open_target(site.server)
    seen = []

    def act(dialog):
        seen.extend(label.text() for label in dialog.findChildren(QLabel))
        fill(retire_reason="age", retire_decision="会议纪要 12 号")(dialog)

    answer(act)
    page.take_step(LIFE.step("in_service", "retired"))
    qtbot.waitUntil(lambda: row(site, site.server)["status"] == "retired" and tasks.idle())
    said = "\n".join(seen)
    assert all(word in said for word in ("7.5 年", "94 %", "48,000.00", "与前一年持平"))


def test_the_arrows_go_on_from_tab_to_tab(page, qtbot):
    page.activateWindow()
    for key in ("facts", "parts"):
        tabs = page.focusWidget() if key == "parts" else page.inspector.findChildren(Tabs)[-1]
        qtbot.keyClick(tabs, Qt.Key.Key_Right)
        qtbot.waitUntil(
            lambda key=key: isinstance(page.focusWidget(), Tabs) and page.focusWidget().current == key
        )
