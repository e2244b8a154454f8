"""SM-02 and SM-09: faults and work orders from report to archive, who may do what, and how they went."""

import pytest
from machines import Small, as_role, small

from app import work
from app.access import Permission
from app.errors import AppError, Denied, Refused
from app.fields import fields_of
from app.generic import create
from app.work import FAULTS, ORDERS
from app.workflow import machine_of
from db.ids import new_id

HOUR = 3_600_000
CERT = new_id()


@pytest.fixture
def site(desk) -> Small:
    return small(desk)


@pytest.fixture
def technician(site):
    return as_role(site.desk, "technician", site.person, site.account)


def order(site: Small, **values) -> bytes:
    return work.plan_order(site.desk, {"title": "更换电源模块", "equipment_id": site.server} | values)[0]


def state(site: Small, table: str, row_id: bytes) -> str:
    with site.desk.read() as read:
        return read.get(table, row_id)["status"]


@pytest.mark.parametrize("machine", [ORDERS, FAULTS], ids=lambda m: m.id)
def test_machines_are_complete(machine):
    states = {code for code, _word in fields_of(machine.table)["status"].choices}
    assert {s.source for s in machine.steps} | {s.target for s in machine.steps} == states
    reached, edge = set(), {machine.line[0]}
    while edge:
        reached |= edge
        edge = {s.target for s in machine.steps if s.source in reached} - reached
    assert reached == states
    assert machine_of(machine.table) is machine


def test_an_order_goes_its_whole_way(site, technician):
    made = order(site, priority="urgent")
    work.assign(site.desk, made, site.person)
    with site.desk.read() as read:
        row = read.get("work_order", made)
        assert (row["scope"], row["planned_end"] - row["planned_start"]) == ("更换电源模块", 4 * HOUR)
        assert [o.id for o in work.my_orders(read, site.person)] == [made]
    work.start(technician, made)
    work.hold(technician, made, "parts")
    work.start(technician, made)
    work.adjust(technician, made, "改为夜间更换，白天业务不可停")
    work.start(technician, made)
    work.finish(technician, made, "已更换电源模块 1 只", 1500)
    with pytest.raises(Denied):
        work.verify(technician, made, passed=True)
    work.verify(site.desk, made, passed=False, remark="风扇报警未消除")
    work.finish(technician, made, "已重新插接风扇", 2000)
    work.verify(site.desk, made, passed=True)
    work.close(site.desk, made, "结果正常；建议备一只风扇")
    with site.desk.read() as read:
        steps = work.steps_taken(read, "work_order", made)
        assert work.my_orders(read, site.person) == []
    assert [s.target for s in steps] == [
        "planned", "assigned", "in_progress", "on_hold", "in_progress", "adjusting", "in_progress", "done",
        "in_progress", "done", "verified", "closed",
    ]  # fmt: skip
    assert {s.who for s in steps[2:8]} == {"南宫小冷"}
    assert steps[8].remark == "风扇报警未消除"


@pytest.mark.parametrize("machine", [ORDERS, FAULTS], ids=lambda m: m.id)
def test_every_must_have_is_demanded(machine):
    for step in machine.steps:
        for name in step.must:
            row = dict.fromkeys(step.must, "x") | {name: None}
            found = list(machine.missing(step.source, step.target, row, "原因"))
            assert [o.field for o in found] == [name], step
        if step.remark:
            row = dict.fromkeys(step.must, "x")
            assert [o.field for o in machine.missing(step.source, step.target, row, "")] == ["remark"]


def test_a_wait_needs_its_reason_and_is_undone(site, technician):
    made = order(site)
    work.assign(site.desk, made, site.person)
    work.start(technician, made)
    with pytest.raises(Refused):
        work.proceed(technician, made, "on_hold")
    done = work.hold(technician, made, "access")
    technician.undo(done.action_id)
    assert state(site, "work_order", made) == "in_progress"
    done = work.finish(technician, made, "好了", 500)
    with pytest.raises(AppError):  # only the supervisor's check sends finished work back
        technician.undo(done.action_id)


def test_only_planners_assign_and_who_reports_may_take_back(site, technician):
    reported = work.report_fault(technician, {"equipment_id": site.server, "symptom": "异响", "severity": 2})
    with pytest.raises(Denied):
        work.assign(technician, reported.order, site.person)
    with pytest.raises(Refused):
        work.cancel(technician, reported.order, " ")
    work.cancel(technician, reported.order, "误报")
    work.move_fault(technician, reported.fault, "withdrawn", "误报")
    assert state(site, "work_order", reported.order) == "cancelled"
    assert state(site, "fault", reported.fault) == "withdrawn"
    again = work.report_fault(technician, {"equipment_id": site.server, "symptom": "异响"}, with_order=True)
    technician.undo(again.done.action_id)
    with site.desk.read() as read:
        assert (
            read.get("fault", again.fault)["deleted"] == read.get("work_order", again.order)["deleted"] == 1
        )


def test_a_report_fills_in_what_is_known(site):
    reported = work.report_fault(
        site.desk, {"equipment_id": site.server, "symptom": "电源告警", "severity": 1}
    )
    with site.desk.read() as read:
        fault, made = read.get("fault", reported.fault), read.get("work_order", reported.order)
        card = work.fault_card(read, reported.fault)
    assert (fault["location_id"], fault["site_id"], fault["status"]) == (site.rack, site.site, "reported")
    assert (made["fault_id"], made["priority"], made["title"]) == (reported.fault, "urgent", "电源告警")
    assert (card.equipment_code, card.other, card.other_code) == (
        "DC1-SRV-005",
        reported.order,
        reported.order_code,
    )
    alone = work.report_fault(
        site.desk, {"symptom": "走廊灯不亮", "location_id": site.room}, with_order=False
    )
    assert alone.order is None


def test_times_of_a_fault_are_in_order(site):
    now = site.desk.now()
    with pytest.raises(Refused) as refused:
        work.report_fault(site.desk, {"symptom": "x", "occurred_at": now + HOUR})
    assert refused.value.objections[0].field == "discovered_at"
    made = work.report_fault(site.desk, {"symptom": "x", "occurred_at": now - HOUR, "occurred_estimated": 1})
    work.move_fault(site.desk, made.fault, "analysing")
    work.move_fault(site.desk, made.fault, "handling", failure_cause="电容老化")
    with pytest.raises(Refused):
        work.move_fault(site.desk, made.fault, "verified", solution="换件", restored_at=now - 2 * HOUR)
    work.move_fault(site.desk, made.fault, "verified", solution="换件", restored_at=now)
    with pytest.raises(Refused):
        work.move_fault(site.desk, made.fault, "archived")
    work.move_fault(site.desk, made.fault, "archived", informed_party="机房值班")
    assert state(site, "fault", made.fault) == "archived"


def test_lists_put_the_most_urgent_first(site):
    now = site.desk.now()
    late = order(site, title="逾期", planned_end=now - HOUR)
    urgent = order(site, title="紧急", priority="urgent", planned_end=now + HOUR)
    order(site, title="一般", equipment_id=None)
    closed = order(site, title="作废")
    work.cancel(site.desk, closed, "重复")
    with site.desk.read() as read:

        def titles(sort="", text="", descending=False, **filters):
            found = work.order_ids(read, sort, filters, text, descending=descending, now=now)
            return [row.title for row in work.order_rows(read, found, now)]

        assert titles() == ["逾期", "紧急", "一般", "作废"]
        assert titles(open=True, equipment=site.server) == ["逾期", "紧急"]
        assert titles(overdue=True) == ["逾期"]
        assert titles(text="紧") == ["紧急"]
        assert titles(sort="code", descending=True)[0] == "作废"
        assert work.open_orders(read, site.site, now) == (3, 1, 0)
        assert work.order_card(read, late).equipment_code == "DC1-SRV-005"
        assert work.order_rows(read, [10**6], now) == [None]
    assert urgent


def test_faults_are_listed_and_counted(site):
    for symptom, severity in (("轻微", 4), ("严重", 1)):
        work.report_fault(site.desk, {"symptom": symptom, "severity": severity}, with_order=False)
    with site.desk.read() as read:
        found = work.fault_ids(read, "", {"open": True}, "", descending=False)
        assert [row.symptom for row in work.fault_rows(read, found)] == ["严重", "轻微"]
        assert work.open_faults(read, site.site) == (2, 1)
        assert len(work.fault_ids(read, "", {"severity": 1}, "严", descending=False)) == 1


def test_plans_and_facts_change_but_never_the_state(site):
    made = order(site)
    assert work.edit_order(site.desk, made, {"status": "closed"}) is None
    work.edit_order(site.desk, made, {"objective": "恢复双电源"})
    fault = work.report_fault(site.desk, {"symptom": "x"}, with_order=False).fault
    with pytest.raises(Refused):
        work.edit_fault(site.desk, fault, {"occurred_at": site.desk.now() + HOUR})
    work.edit_fault(site.desk, fault, {"failure_mode": "过热"})
    with pytest.raises(AppError):
        work.edit_order(site.desk, b"0" * 16, {})


def test_technicians_see_their_buttons(technician):
    def words(status):
        return [s.target for s in ORDERS.steps_from(status, technician.actor)]

    assert words("planned") == ["cancelled"]
    assert words("in_progress") == ["done", "on_hold", "adjusting"]
    assert words("done") == []
    assert not technician.may(Permission.VERIFY_WORK)


def test_who_lacks_the_training_is_warned_of(site):
    made = order(site)
    with site.desk.read() as read:
        row = read.get("work_order", made)
    assert work.may_take(site.desk, row, site.person) == []
    site.desk.perform(
        create("cert_type", CERT, code="REF", name="制冷作业证", name_en="Refrigeration permit"),
        create(
            "competency_rule", new_id(), cert_type_id=CERT, equipment_class_id=site.clazz, enforcement="block"
        ),
    )
    found = work.may_take(site.desk, row, site.person)
    assert [(o.field, o.may_override) for o in found] == [("assignee_id", False)]
    assert "制冷作业证" in str(found[0])
