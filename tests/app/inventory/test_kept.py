"""Nothing hides stock: what lies somewhere or is on order stays in the register, and only what is alike is merged."""

import pytest

from app import health
from app.duplicates.actions import merge_records
from app.errors import Refused
from app.generic import Retire, create, patch
from app.inventory.register import edit_part
from app.purchasing.orders import add_line, new_order, take_step
from db.ids import new_id


@pytest.fixture(autouse=True)
def _whole(shop):
    yield
    assert health.check(shop.desk.profile) == []


def said(shop, table: str, code: str) -> str:
    with pytest.raises(Refused) as refused:
        shop.desk.perform(Retire(table, (shop.ids[code],)))
    return str(refused.value)


def test_a_part_with_stock_is_not_deleted(shop):
    shop.part("P", 10)
    assert said(shop, "part", "P") == "P 还有库存：S1-WH-A01 中有 10。请先出库，或把该备件设为停用。"
    shop.move("issue", "P", 10_000, reason="sold")
    shop.desk.perform(Retire("part", (shop.ids["P"],)))


def test_a_part_below_nothing_is_not_deleted_either(shop):
    shop.part("P")
    shop.move("issue", "P", 2000, reason="found it")
    assert "-2" in said(shop, "part", "P")


def test_a_bin_with_stock_is_not_deleted(shop):
    shop.part("P", 10)
    assert said(shop, "location", "A01") == "S1-WH-A01 中还有库存：P 有 10。请先调拨到其他货位。"
    shop.desk.perform(Retire("location", (shop.ids["A02"],)))


def test_a_part_and_a_supplier_of_an_order_that_runs_are_not_deleted(shop):
    shop.part("P")
    order, _done = new_order(shop.desk, shop.ids["SUP"])
    add_line(shop.desk, order, shop.ids["P"], 5000)
    assert "采购单 PO-T01-0001" in said(shop, "part", "P")
    assert "采购单 PO-T01-0001" in said(shop, "supplier", "SUP")
    take_step(shop.desk, order, "cancelled", "wrong one")
    shop.desk.perform(Retire("part", (shop.ids["P"],)), Retire("supplier", (shop.ids["SUP"],)))


def test_undoing_a_registration_does_not_hide_what_was_booked_since(shop):
    made = shop.ids["Q"] = new_id()
    done = shop.desk.perform(
        create(
            "part",
            made,
            part_no="Q",
            name="件",
            unit="个",
            kind="spare",
            serialised=0,
            batch_tracked=0,
            status="active",
        )
    )
    shop.move("receipt", "Q", 3000)
    with pytest.raises(Refused, match="还有库存"):
        shop.desk.undo(done.action_id)


def test_the_unit_of_a_part_that_moved_changes_only_where_it_is_the_same(shop):
    part = shop.part("P", 10)
    with pytest.raises(Refused, match="同一单位的另一种叫法") as refused:
        edit_part(shop.desk, part, {"unit": "箱"})
    assert refused.value.objections[0].may_override
    with shop.desk.read() as read:
        row = read.get("part", part)
    shop.desk.perform(patch("part", row, unit="只"), reason="the same")
    assert edit_part(shop.desk, shop.part("Q"), {"unit": "箱"})


def test_parts_of_different_units_are_not_merged(shop):
    shop.part("P", 10)
    shop.part("Q", 5, unit="箱")
    with pytest.raises(Refused, match="Q 的单位是 箱，P 的单位是 个"):
        merge_records(shop.desk, "part", shop.ids["Q"], shop.ids["P"], {})
    assert shop.stock("P")[0] == 10_000


def test_a_kit_is_not_merged_with_a_part(shop):
    shop.part("P", 10)
    shop.part("K", kind="kit", policy=None)
    with pytest.raises(Refused, match="套件"):
        merge_records(shop.desk, "part", shop.ids["P"], shop.ids["K"], {})


def test_bins_of_two_sites_are_not_merged(shop):
    shop.part("P", 10)
    site, there = new_id(), new_id()
    shop.desk.perform(
        create(
            "site", site, code="S2", name="二号站点", site_type="building", timezone="Asia/Shanghai", active=1
        ),
        create("location", there, code="S2-B", name="货架", location_type="bin", site_id=site, qr_label=1),
    )
    with pytest.raises(Refused, match="不在同一站点"):
        merge_records(shop.desk, "location", shop.ids["A01"], there, {})


def test_a_deleted_part_warns_of_nothing_any_more(shop):
    shop.part("P", policy=(1, 2, 6))
    assert shop.alerts("P") == ["stock.out"]
    shop.desk.perform(Retire("part", (shop.ids["P"],)))
    assert shop.alerts("P") == []


def test_a_batch_whose_time_is_over_is_issued_only_with_a_word(shop):
    shop.part("P", batch_tracked=1)
    shop.move("receipt", "P", 5000, batch="B1", expires="2026-11-21")
    issue = shop.op("issue", "P", 1000, batch="B1", reason="repair")
    with pytest.raises(Refused, match="批次 B1 的有效期到 2026-11-21 为止") as refused:
        shop.desk.perform(issue)
    assert refused.value.objections[0].may_override
    shop.move("scrap", "P", 1000, batch="B1", reason="too old")
    shop.desk.perform(shop.op("issue", "P", 1000, batch="B1", reason="repair"), reason="the maker agreed")
    assert shop.stock("P")[0] == 3000


@pytest.mark.parametrize(
    ("field", "text"), [("serial", "x" * 61), ("batch", "x" * 41), ("reason", "说" * 201), ("slip", "9" * 41)]
)
def test_what_no_field_holds_is_said_before_it_is_booked(shop, field, text):
    shop.part("P", 5)
    more = {"reason": "test"} | {field: text}
    with pytest.raises(Refused, match="字符"):
        shop.desk.perform(shop.op("issue", "P", 1000, **more), reason="test")
    assert shop.stock("P")[0] == 5000


def test_a_price_below_nothing_is_no_price(shop):
    shop.part("P")
    with pytest.raises(Refused, match="单价"):
        shop.desk.perform(shop.op("receipt", "P", 1000, unit_price=-1))
