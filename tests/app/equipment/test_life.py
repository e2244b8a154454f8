"""SM-06: every state can be reached, every must-have is asked for, and the history stays as it was written."""

import sqlite3

import pytest
from machines import Small, as_role, small

from app import equipment
from app.equipment import LIFE
from app.errors import AppError, Denied, Refused
from app.fields import fields_of

FILLED = {
    "supplier_id": "supplier",
    "purchase_cost": 1_280_000,
    "serial_no": "SN-1",
    "arrival_check": "包装完好",
    "install_date": "2026-11-20",
    "acceptance": "验收合格",
    "commission_date": "2026-11-22",
    "retire_reason": "age",
    "retire_decision": "会议纪要 12 号",
    "disposal_way": "回收",
    "disposed_on": "2026-11-22",
}


@pytest.fixture
def site(desk) -> Small:
    return small(desk)


def filled(site: Small, names: tuple[str, ...]) -> dict:
    return {n: site.supplier if n == "supplier_id" else FILLED[n] for n in names if n != "location_id"}


def test_the_machine_is_complete():
    states = {code for code, _word in fields_of("equipment")["status"].choices}
    assert {s.source for s in LIFE.steps} | {s.target for s in LIFE.steps} == states
    reached, edge = set(), {"planned"}
    while edge:
        reached |= edge
        edge = {s.target for s in LIFE.steps if s.source in reached} - reached
    assert reached == states
    assert set(LIFE.line) <= states
    assert all(set(step.must) <= fields_of("equipment").keys() for step in LIFE.steps)


@pytest.mark.parametrize("step", LIFE.steps, ids=lambda s: f"{s.source}-{s.target}")
def test_each_step_demands_what_it_must_have(site, step):
    row = {"code": "X", "name": "X", "class_id": site.clazz, "site_id": site.site, "location_id": site.rack}
    made = equipment.register(site.desk, row | {"status": step.source, "criticality": "C"})
    full = filled(site, step.must)
    for name in full:
        with pytest.raises(Refused) as refused:
            equipment.proceed(
                site.desk, made, step.target, "原因", **{k: v for k, v in full.items() if k != name}
            )
        assert [o.field for o in refused.value.objections] == [name]
    if step.remark:
        with pytest.raises(Refused, match=r".") as refused:
            equipment.proceed(site.desk, made, step.target, " ", **full)
        assert refused.value.objections[0].field == "remark"
    equipment.proceed(site.desk, made, step.target, "原因", **full)
    with site.desk.read() as read:
        assert read.get("equipment", made)["status"] == step.target
        assert read.rows("SELECT event_type, from_state, to_state, text FROM equipment_event WHERE equipment_id = ?", made) == [
            ("state_change", step.source, step.target, "原因")
        ]  # fmt: skip


def test_the_access_host_goes_from_to_install_into_service(site):
    technician = as_role(site.desk, "technician", site.person, site.account)
    equipment.proceed(technician, site.door, "commissioning", "", install_date="2026-11-20")
    with pytest.raises(Denied):
        equipment.proceed(
            technician, site.door, "in_service", acceptance="合格", commission_date="2026-11-22"
        )
    with pytest.raises(Refused):
        equipment.proceed(site.desk, site.door, "in_service")
    equipment.proceed(site.desk, site.door, "in_service", "", acceptance="合格", commission_date="2026-11-22")
    with site.desk.read() as read:
        told = [equipment.said(entry) for entry in equipment.history(read, site.door)]
        row = read.get("equipment", site.door)
    assert [what for what, _more in told] == ["状态：调试投运 → 在用", "状态：待安装 → 调试投运"]
    assert told[1][1] == "南宫小冷"
    assert (row["install_date"], row["acceptance"], row["commission_date"]) == (
        "2026-11-20",
        "合格",
        "2026-11-22",
    )


def test_a_step_that_is_not_in_the_machine_is_refused(site):
    with pytest.raises(Refused):
        equipment.proceed(site.desk, site.door, "in_service")
    with pytest.raises(Refused):
        equipment.proceed(site.desk, site.door, "retired")


def test_a_working_state_is_undone_and_both_moves_stay(site):
    done = equipment.proceed(site.desk, site.server, "under_repair", "电源告警")
    site.desk.undo(done.action_id)
    with site.desk.read() as read:
        assert read.get("equipment", site.server)["status"] == "in_service"
        assert read.value("SELECT count(*) FROM equipment_event WHERE equipment_id = ?", site.server) == 2
    gone = equipment.proceed(
        site.desk, site.server, "retired", "", retire_reason="age", retire_decision="批准"
    )
    with pytest.raises(AppError):
        site.desk.undo(gone.action_id)


def test_history_cannot_be_edited(site):
    equipment.write_note(site.desk, site.server, "maintenance", "清洁", 12_000)
    for sql in ("UPDATE equipment_event SET text = 'x'", "DELETE FROM equipment_event"):
        with pytest.raises(sqlite3.DatabaseError), site.desk.profile.store.local() as connection:
            connection.execute(sql)
    with site.desk.read() as read:
        entry = equipment.history(read, site.server)[0]
    assert (entry.kind, entry.text, entry.cost) == ("maintenance", "清洁", 12_000)


def test_status_is_no_field_of_the_form(site):
    assert equipment.edit(site.desk, site.server, {"status": "disposed"}) is None
    with site.desk.read() as read:
        assert read.get("equipment", site.server)["status"] == "in_service"
