"""Work orders and faults in the window: lists, steps with who and when, moves by dialog, the dashboard."""

import pytest
from answering import answer, fill
from machines import as_role
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from app import work
from app.work import FAULTS, ORDERS
from ui.work import FaultsPage, WorkPage
from ui.work.process import ProcessBar, stages


def opened(kind, desk, qtbot, tasks):
    page = kind(desk, tasks)
    qtbot.addWidget(page)
    page.resize(1366, 768)
    page.show()
    qtbot.waitUntil(tasks.idle)
    return page


@pytest.fixture
def order(site):
    return work.plan_order(site.desk, {"title": "更换电源模块", "equipment_id": site.server})[0]


def status(site, table, record):
    with site.desk.read() as read:
        return read.get(table, record)["status"]


def test_lists_are_sound_models(site, order, qtbot, tasks, qtmodeltester):
    work.report_fault(site.desk, {"symptom": "异响", "equipment_id": site.server})
    for kind in (WorkPage, FaultsPage):
        qtmodeltester.check(opened(kind, site.desk, qtbot, tasks).table.model)
    assert order


def test_an_order_is_assigned_done_and_closed(site, order, qtbot, tasks):
    page = opened(WorkPage, site.desk, qtbot, tasks)
    assert page.shown == order
    begun = {}

    def act(dialog):
        begun.update(dialog.form.values())
        fill(assignee_id=site.person)(dialog)

    answer(act)
    page.take_step(ORDERS.step("planned", "assigned"))
    qtbot.waitUntil(lambda: status(site, "work_order", order) == "assigned" and tasks.idle())
    assert set(begun) == {"assignee_id", "scope", "planned_start", "planned_end", "remark"}
    assert (begun["planned_start"], begun["scope"]) == ("2026-11-22 11:41", "更换电源模块")
    page.take_step(ORDERS.step("assigned", "in_progress"))
    qtbot.waitUntil(lambda: status(site, "work_order", order) == "in_progress" and tasks.idle())
    answer(fill(done_text="已更换", hours=1500))
    page.take_step(ORDERS.step("in_progress", "done"))
    qtbot.waitUntil(lambda: status(site, "work_order", order) == "done" and tasks.idle())
    bar = page.inspector.findChildren(ProcessBar)[-1]
    assert bar.accessibleName().startswith("4/6")
    page.take_step(ORDERS.step("done", "verified"))
    qtbot.waitUntil(lambda: status(site, "work_order", order) == "verified" and tasks.idle())
    answer(fill(summary="正常"))
    page.take_step(ORDERS.step("verified", "closed"))
    qtbot.waitUntil(lambda: status(site, "work_order", order) == "closed" and tasks.idle())


def test_a_step_without_its_answer_stays_open(site, order, qtbot, tasks):
    page = opened(WorkPage, site.desk, qtbot, tasks)
    seen = []

    def act(dialog):
        dialog.form.set_values({"planned_start": "morgen"})
        dialog.on_save()
        seen.append(dialog.isVisible())
        dialog.form.set_values({"assignee_id": site.person})
        dialog.on_save()
        seen.append(dialog.form.editor("planned_start").toolTip())
        dialog.reject()

    answer(act)
    page.take_step(ORDERS.step("planned", "assigned"))
    assert seen[0]
    assert "morgen" in seen[1]
    assert status(site, "work_order", order) == "planned"


def test_the_buttons_are_those_of_the_role(site, order, qtbot, tasks):
    technician = as_role(site.desk, "technician", site.person, site.account)
    work.assign(site.desk, order, site.person)
    page = opened(WorkPage, technician, qtbot, tasks)

    def foot():
        return [
            b.text().strip()
            for b in page.inspector.findChildren(QPushButton)
            if b.text() and b.isVisibleTo(page)
        ]

    qtbot.waitUntil(lambda: foot() == ["开始", "作废工单"])
    page.filters.set_values({"mine": True})
    qtbot.waitUntil(tasks.idle)
    assert len(page.table.model.ids) == 1


def test_a_fault_is_reported_and_withdrawn(site, qtbot, tasks):
    page = opened(FaultsPage, site.desk, qtbot, tasks)
    answer(fill(symptom="异响", equipment_id=site.server, with_order=0))
    page.new()
    qtbot.waitUntil(lambda: len(page.table.model.ids) == 1 and tasks.idle())
    answer(fill(failure_mode="轴承磨损"))
    page.edit()
    qtbot.waitUntil(tasks.idle)
    answer(fill(remark="误报"))
    page.take_step(FAULTS.step("reported", "withdrawn"))
    qtbot.waitUntil(lambda: status(site, "fault", page.shown) == "withdrawn" and tasks.idle())


def test_enter_opens_and_escape_closes(site, order, qtbot, tasks):
    page = opened(WorkPage, site.desk, qtbot, tasks)
    page.panes.close_inspector()
    page.table.view.setFocus()
    qtbot.keyClick(page.table.view, Qt.Key.Key_Return)
    assert page.inspector.isVisible()
    qtbot.keyClick(page.inspector, Qt.Key.Key_Escape)
    assert not page.inspector.isVisible()
    assert order


def test_stages_show_a_state_beside_the_line(site, order):
    work.assign(site.desk, order, site.person)
    work.start(site.desk, order)
    work.hold(site.desk, order, "parts")
    with site.desk.read() as read:
        taken = work.steps_taken(read, "work_order", order)
    shown = stages(ORDERS, taken, "on_hold", "Asia/Shanghai")
    assert [s.state for s in shown] == ["done", "done", "done", "now", "later", "later", "later"]
    assert shown[3].words == "挂起"
