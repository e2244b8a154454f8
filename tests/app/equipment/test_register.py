"""The register: trees without rings, lists, life and retirement, meters, moves, history from many sources."""

import pytest
from machines import Small, as_role, machine, small

from app import alerts, equipment, values, work
from app.equipment import Attach
from app.errors import Refused
from app.generic import create, patch
from app.words import speaking
from db.ids import new_id

TODAY = "2026-11-22"


@pytest.fixture
def site(desk) -> Small:
    return small(desk)


def ids(desk, *, sort="", text="", descending=False, **filters):
    with desk.read() as read:
        found = equipment.machine_ids(read, sort, filters, text, descending=descending, today=TODAY)
        return [row.code for row in equipment.machine_rows(read, found, TODAY)]


def test_lists_filter_sort_and_search(site):
    assert ids(site.desk) == ["BD1-ACS-001", "DC1-SRV-005"]
    assert ids(site.desk, sort="life_used", descending=True) == ["DC1-SRV-005", "BD1-ACS-001"]
    assert ids(site.desk, status="to_install") == ["BD1-ACS-001"]
    assert ids(site.desk, criticality="B", place=site.building) == ["DC1-SRV-005"]
    assert ids(site.desk, place=site.rack) == ["DC1-SRV-005"]
    assert ids(site.desk, text="acs") == ["BD1-ACS-001"]
    assert ids(site.desk, text="机") == ["BD1-ACS-001", "DC1-SRV-005"]
    assert ids(site.desk, text="'") == []
    assert ids(site.desk, ending=True) == ["DC1-SRV-005"]
    assert ids(site.desk, open_faults=True) == []
    with site.desk.read() as read:
        assert equipment.machine_total(read, site.site) == (2, 2)
        assert equipment.machine_rows(read, [999], TODAY) == [None]


def test_names_follow_the_language(site):
    with site.desk.read() as read, speaking("en"):
        assert equipment.card(read, site.server, TODAY).path == "Hall A / Row 01"
    with site.desk.read() as read, speaking("zh_CN"):
        assert equipment.card(read, site.server, TODAY).path == "A 主机房 / 01 列机柜"


def test_places_count_what_is_inside(site):
    with site.desk.read() as read:
        tree = equipment.place_tree(read, site.site)
    assert [(node.name, node.count) for node in tree] == [("1 号楼", 2), ("A 主机房", 2), ("01 列机柜", 1)]
    assert tree[2].parent == tree[1].id


def test_a_machine_is_no_part_of_itself_or_its_parts(site):
    desk = site.desk
    battery, made = machine(site.site, site.room, site.clazz, "BAT")
    cell, more = machine(site.site, site.room, site.clazz, "CELL", parent_id=battery)
    desk.perform(made, more)
    equipment.attach(desk, battery, site.server)
    for child, parent in ((site.server, site.server), (site.server, battery), (site.server, cell)):
        with pytest.raises(Refused) as refused:
            equipment.attach(desk, child, parent)
        assert refused.value.objections[0].code == "ring"
    with desk.read() as read:
        assert [c.code for c in equipment.children(read, site.server)] == ["BAT"]
        tree = equipment.part_tree(read, site.site)
    assert [(n.name[3:], n.count) for n in tree] == [("DC1-SRV-005", 2), ("BAT", 1), ("CELL", 0)]
    assert ids(desk, machine=battery) == ["BAT", "CELL"]
    done = equipment.attach(desk, cell, None)
    desk.undo(done.action_id)
    assert ids(desk, machine=battery) == ["BAT", "CELL"]


def test_a_ring_that_two_laptops_made_hangs_nothing(site):
    desk = site.desk
    one, first = machine(site.site, site.room, site.clazz, "ONE")
    two, second = machine(site.site, site.room, site.clazz, "TWO", parent_id=one)
    desk.perform(first, second)
    with desk.read() as read:
        row = read.get("equipment", one)
    with pytest.raises(Refused):
        desk.perform(patch("equipment", row, parent_id=two))
    with desk.profile.store.local("pull") as connection:  # as an older program would have left it
        connection.execute("UPDATE equipment SET parent_id = ? WHERE id = ?", (two, one))
    with desk.read() as read:
        assert {n.name[3:] for n in equipment.part_tree(read, site.site)} == {"ONE", "TWO"}
    assert ids(desk, machine=one) == ["ONE", "TWO"]
    with pytest.raises(Refused):
        equipment.attach(desk, one, two)


def test_another_site_is_refused_as_place_and_parent(site):
    desk, far, room = site.desk, new_id(), new_id()
    desk.perform(
        create("site", far, code="BD1", name="楼", site_type="building", timezone="Asia/Shanghai", active=1),
        create("location", room, code="BD1-R", site_id=far, name="间", location_type="room", qr_label=0),
    )
    with pytest.raises(Refused):
        equipment.move(desk, site.server, room)
    with pytest.raises(Refused):
        equipment.register(desk, {"code": "Y", "name": "Y", "class_id": site.clazz, "site_id": far, "location_id": room,
                                  "status": "in_service", "criticality": "C", "parent_id": site.server})  # fmt: skip
    assert not Attach(equipment=site.server).parent


def test_a_move_is_in_the_history_and_undone(site):
    done = equipment.edit(site.desk, site.server, {"location_id": site.room, "remark": "搬机柜"})
    with site.desk.read() as read:
        entry = equipment.history(read, site.server)[0]
        assert read.get("equipment", site.server)["remark"] == "搬机柜"
    assert equipment.said(entry)[0] == "搬移：01 列机柜 → A 主机房"
    site.desk.undo(done.action_id)
    assert ids(site.desk, place=site.rack) == ["DC1-SRV-005"]


def test_life_used_and_retirement_are_derived_unless_overridden(site):
    desk = site.desk
    with desk.read() as read:
        card = equipment.card(read, site.server, TODAY)
    assert (card.life_used, card.retires_on) == (94, "2027-05-22")
    equipment.edit(desk, site.server, {"planned_retire_date": "2028-01-01"})
    with desk.read() as read:
        assert equipment.card(read, site.server, TODAY).retires_on == "2028-01-01"
    equipment.edit(desk, site.server, {"planned_retire_date": None, "design_life_years": None})
    with desk.read() as read:  # eight years by the class
        assert equipment.card(read, site.server, TODAY).retires_on == "2027-05-22"
        assert equipment.card(read, site.door, TODAY).life_used is None


def test_warnings_twelve_months_and_ninety_days_ahead(site):
    desk = site.desk
    with desk.read() as read:
        found = {row.rule: row for row in alerts.alerts_on(read, "equipment", site.server)}
    assert found["equipment.retire"].what == "机器 DC1-SRV-005：计划于 2027-05-22 退役"
    assert "2027-01-15" in found["equipment.warranty"].what
    assert found["equipment.retire"].raised_at == values.instant_of("2026-05-22")
    equipment.edit(desk, site.server, {"warranty_until": "2027-03-01", "planned_retire_date": "2027-11-23"})
    with desk.read() as read:
        assert alerts.alerts_on(read, "equipment", site.server) == []


def test_meters_only_rise_unless_replaced(site):
    desk = as_role(site.desk, "technician", site.person, site.account)
    equipment.read_meter(desk, site.server, "run_hours", 65_586_000)
    with pytest.raises(Refused) as refused:
        equipment.read_meter(desk, site.server, "run_hours", 10_000)
    assert "65586" in str(refused.value)
    equipment.read_meter(desk, site.server, "run_hours", 10_000, replaced=True)
    late = desk.now() - 86_400_000
    equipment.read_meter(desk, site.server, "run_hours", 65_000_000, read_at=late)
    with desk.read() as read:
        assert read.get("equipment", site.server)["run_hours"] == 10_000
        assert equipment.said(equipment.history(read, site.server)[0]) == (
            "运行小时: 10", "计量读数 · 已换表 · 南宫小冷",
        )  # fmt: skip


def test_use_is_logged_with_its_hours(site):
    desk, begun = site.desk, site.desk.now()
    equipment.log_use(desk, site.server, site.person, (begun, begun + 5_400_000), "备份演练")
    with pytest.raises(Refused):
        equipment.log_use(desk, site.server, site.person, (begun, begun - 1))
    with desk.read() as read:
        entry = equipment.history(read, site.server, kind="use")[0]
    assert (entry.number, entry.text) == (1500, "备份演练")


def test_history_joins_faults_orders_parts_and_rounds(site):
    desk = site.desk
    reported = work.report_fault(
        desk, {"equipment_id": site.server, "symptom": "电源模块告警", "severity": 2}
    )
    part = new_id()
    desk.perform(
        create("part", part, part_no="SRV-004", name="电源模块", unit="只", kind="spare", status="active",
               applicable='["SRV"]', unit_price=12_000_000, serialised=0,
            batch_tracked=0),
        create("stock_movement", new_id(), movement_no="M1", type="issue", part_id=part, site_id=site.site,
               bin_id=site.rack, qty=2000, happened_at=desk.now(), work_order_id=reported.order),
    )  # fmt: skip
    with desk.read() as read:
        kinds = {entry.what for entry in equipment.history(read, site.server)}
        five = equipment.five_facts(read, site.server, TODAY)
        assert [p[1] for p in equipment.spare_parts(read, site.server)] == ["SRV-004"]
        used = work.parts_used(read, reported.order)
        assert equipment.card(read, site.server, TODAY).open_orders == 1
    assert kinds == {"fault", "work_order", "issue"}
    assert [(u.part_no, u.qty, u.cost) for u in used] == [("SRV-004", 2000, 240_000)]
    assert (five.age_days, five.life_used, five.faults, five.trend) == (2741, 94, 1, "up")
    assert (five.cost, five.price, five.parts, five.parts_in_stock) == (240_000, 4_800_000, 1, 0)
    assert ids(desk, open_faults=True) == ["DC1-SRV-005"]


def test_failed_readings_and_rounds_are_in_the_history(site):
    desk, template, item, task = site.desk, new_id(), new_id(), new_id()
    now = desk.now()
    common = {"task_id": task, "item_id": item, "site_id": site.site, "equipment_id": site.server, "unit": "℃",
              "limit_low": 18_000, "limit_high": 27_000, "measured_by": site.account}  # fmt: skip
    desk.perform(
        create("inspection_template", template, code="IT-DC-D", name="数据中心每日巡检", version=1, kind="room_round",
               cycle="daily", status="published"),
        create("inspection_item", item, code="IT-DC-D-01", template_id=template, seq=1, name="回风温度",
               value_type="number", required=1, photo_required=0, on_fail="alert_2"),
        create("inspection_task", task, code="R-1", template_id=template, site_id=site.site, due_from=now, due_to=now,
               status="in_progress"),
        create("inspection_result", new_id(), value_num=29_000, state="fail", measured_at=now - 2, **common),
        create("inspection_result", new_id(), value_num=27_900, state="fail", measured_at=now - 1, **common),
    )  # fmt: skip
    with desk.read() as read:
        told = [equipment.said(e) for e in equipment.history(read, site.server, kind="inspection")]
        warned = alerts.alerts_on(read, "equipment", site.server)[0]
    assert sorted(told) == [
        ("回风温度 27.9 ℃", "R-1 · 允许范围 18 – 27 ℃ · 南宫小冷"),
        ("数据中心每日巡检 · 1 项不合格", "R-1 · 1 项 · 南宫小冷"),
    ]
    assert (warned.level, warned.what) == (2, "回风温度：27.9 ℃，允许范围 18 – 27 ℃")
    assert (warned.code, warned.name) == ("DC1-SRV-005", "机器 DC1-SRV-005")
    desk.perform(
        create("inspection_result", new_id(), value_num=26_000, state="ok", measured_at=now, **common)
    )
    with desk.read() as read:
        assert {e.what for e in equipment.history(read, site.server, kind="inspection")} == {"inspection"}
        assert all(row.rule != "inspection.limit" for row in alerts.alerts_on(read, "equipment", site.server))
