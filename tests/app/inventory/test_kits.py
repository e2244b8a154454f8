"""Kits, parts lists of machines, pieces with serial numbers, and what takes the place of a part."""

import pytest

from app.errors import AppError, Refused
from app.generic import Merge
from app.inventory.booking import issue_part, receive_part
from app.inventory.fitted import fit_part, machines_of_part, parts_of_machine, successor, unfit_part
from app.inventory.kits import issue_kit, keep_kit, kit_lines, kits_of, whole
from app.inventory.register import edit_part
from app.inventory.units import life_of, units_of


@pytest.fixture
def kit(shop):
    """Two filters and a belt are a service kit; there are seven filters and two belts."""
    shop.part("FILTER", 7, policy=(1, 2, 20))
    shop.part("BELT", 2, policy=(0, 0, 20))
    made = shop.part("KIT", 0, policy=None, kind="kit", preferred_supplier_id=None)
    keep_kit(shop.desk, made, {shop.ids["FILTER"]: 2000, shop.ids["BELT"]: 1000})
    return made


def lines(shop, kit):
    with shop.desk.read() as read:
        return {
            line.part_no: (line.qty, line.available, line.kits)
            for line in kit_lines(read, kit, shop.ids["S1"])
        }


def test_there_are_as_many_kits_as_the_scarcest_part_allows(shop, kit):
    assert lines(shop, kit) == {"FILTER": (2000, 7000, 3), "BELT": (1000, 2000, 2)}
    with shop.desk.read() as read:
        assert kits_of(kit_lines(read, kit, None)) == 2
        assert kits_of([]) == 0


def test_a_kit_is_issued_by_its_parts_on_one_slip_and_taken_back_as_one(shop, kit):
    done, slip = issue_kit(shop.desk, kit, 2, work_order=shop.ids["WO"])
    assert shop.stock("FILTER")[0] == 3000
    assert shop.stock("BELT")[0] == 0
    with shop.desk.read() as read:
        found = read.rows("SELECT DISTINCT slip_no, work_order_id FROM stock_movement WHERE type = 'issue'")
    assert found == [(slip, shop.ids["WO"])]
    with pytest.raises(Refused) as refused:
        issue_kit(shop.desk, kit, 1, reason="x")
    assert [o.code for o in refused.value.objections] == ["kit.short"]
    assert "BELT" in str(refused.value)
    shop.desk.undo(done.action_id)
    assert (shop.stock("FILTER")[0], shop.stock("BELT")[0]) == (7000, 2000)


def test_what_a_kit_holds_is_changed_and_comes_back(shop, kit):
    belt, filter_ = shop.ids["BELT"], shop.ids["FILTER"]
    assert keep_kit(shop.desk, kit, {filter_: 2000, belt: 1000}) is None
    keep_kit(shop.desk, kit, {filter_: 3000})
    assert set(lines(shop, kit)) == {"FILTER"}
    keep_kit(shop.desk, kit, {filter_: 3000, belt: 2000})
    assert {name: found[0] for name, found in lines(shop, kit).items()} == {"FILTER": 3000, "BELT": 2000}


def test_a_kit_that_makes_no_sense_is_refused(shop, kit):
    for wanted in ({kit: 1000}, {shop.ids["BELT"]: 0}, {b"x" * 16: 1000}):
        with pytest.raises(Refused):
            keep_kit(shop.desk, kit, wanted)
    other = shop.part("EMPTY", 0, policy=None, kind="kit")
    for call in (
        lambda: issue_kit(shop.desk, other, 1, reason="x"),
        lambda: issue_kit(shop.desk, kit, 0),
        lambda: whole(1500),
    ):
        with pytest.raises(AppError):
            call()
    assert whole(3000) == 3


def test_the_parts_list_of_a_machine_is_its_own_before_that_of_its_class(shop):
    belt, oil = shop.part("BELT", 3), shop.part("OIL", 0)
    machine, kind = shop.ids["EQ"], shop.ids["CL"]
    fit_part(shop.desk, belt, 2000, class_id=kind)
    fit_part(shop.desk, oil, 5000, class_id=kind, position="sump")
    fit_part(shop.desk, belt, 4000, equipment=machine)
    assert fit_part(shop.desk, belt, 4000, equipment=machine) is None
    with shop.desk.read() as read:
        found = parts_of_machine(read, machine, shop.ids["S1"])
        assert [(row.part_no, row.qty, row.by_class, row.available) for row in found] == [
            ("BELT", 4000, 0, 3000), ("OIL", 5000, 1, 0),
        ]  # fmt: skip
        where = machines_of_part(read, belt)
    assert [(one.table, one.code, one.qty) for one in where] == [
        ("equipment", "S1-CRA-001", 4000), ("equipment_class", "CRA", 2000),
    ]  # fmt: skip
    unfit_part(shop.desk, where[0].id)
    with shop.desk.read() as read:
        assert [row.qty for row in parts_of_machine(read, machine) if row.part_no == "BELT"] == [2000]
    for wrong in ({}, {"equipment": machine, "class_id": kind}):
        with pytest.raises(AppError):
            fit_part(shop.desk, belt, 1000, **wrong)
    with pytest.raises(AppError):
        fit_part(shop.desk, belt, 0, equipment=machine)


def test_the_successor_is_at_the_end_of_the_chain(shop):
    one, two, three = (shop.part(code) for code in ("ONE", "TWO", "THREE"))
    with shop.desk.read() as read:
        assert successor(read, one) is None
    edit_part(shop.desk, one, {"replaced_by_id": two})
    edit_part(shop.desk, two, {"replaced_by_id": three})
    with shop.desk.read() as read:
        assert successor(read, one)[0] == three
        assert successor(read, one)[1].startswith("THREE")
    with pytest.raises(Refused):  # nothing replaces itself
        edit_part(shop.desk, three, {"replaced_by_id": one})


def test_the_life_of_a_piece_from_receipt_to_scrap(shop):
    part = shop.part("MOD", 0, serialised=1, kind="repairable")
    for serial in ("SN-1", "SN-2", "SN-3"):
        receive_part(shop.desk, part, shop.ids["A01"], 1000, serial=serial)
    shop.move("issue", "MOD", 1000, serial="SN-1", equipment=shop.ids["EQ"])
    shop.move("issue", "MOD", 1000, serial="SN-2", reason="spare for the van")
    shop.move("return", "MOD", 1000, serial="SN-1", equipment=shop.ids["EQ"])
    shop.move("scrap", "MOD", 1000, serial="SN-1", reason="burnt")
    with shop.desk.read() as read:
        found = {unit.serial: (unit.place, unit.where) for unit in units_of(read, part)}
        life = [move.type for move in life_of(read, part, "SN-1")]
    assert found["SN-3"] == ("stock", "S1-WH-A01")
    assert found["SN-2"][0] == "issued"
    assert found["SN-1"][0] == "scrapped"
    assert life == ["receipt", "issue", "return", "scrap"]
    shop.move("issue", "MOD", 1000, serial="SN-3", equipment=shop.ids["EQ"])
    with shop.desk.read() as read:
        unit = next(unit for unit in units_of(read, part) if unit.serial == "SN-3")
    assert (unit.place, unit.where.split()[0]) == ("fitted", "S1-CRA-001")
    with pytest.raises(Refused):  # it is out already
        issue_part(shop.desk, part, None, 1000, reason="x")


def test_a_kit_whose_parts_are_merged_needs_their_sum(shop, kit):
    shop.desk.perform(Merge("part", shop.ids["BELT"], shop.ids["FILTER"]))
    assert lines(shop, kit) == {"FILTER": (3000, 9000, 3)}
    issue_kit(shop.desk, kit, 1, reason="service")
    assert shop.stock("FILTER")[0] == 6000
    keep_kit(shop.desk, kit, {shop.ids["FILTER"]: 2000})
    assert lines(shop, kit) == {"FILTER": (2000, 6000, 3)}
