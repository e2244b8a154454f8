"""The part register: forms saved, policies weighed, the working of a reorder point, filters and columns of the list."""

from dataclasses import replace

import pytest

from app.access import Permission
from app.errors import AppError, Denied, Refused
from app.inventory.card import part_card
from app.inventory.parts import _ORDERS, bins, part_ids, part_rows
from app.inventory.register import create_part, edit_part
from app.inventory.reorder import abc, work_out
from app.words import speaking


def test_a_part_is_registered_with_its_policy(shop):
    part, _done = create_part(
        shop.desk,
        {"part_no": "NEW-1", "name": "新备件", "unit": "个", "annual_usage": 96_000, "lead_time_days": 7},
        {"safety_stock": 3000, "reorder_point": 5000, "max_stock": 12_000, "bin_id": shop.ids["A01"]},
    )
    with shop.desk.read() as read:
        card = part_card(read, part, shop.ids["S1"])
    assert (card.policy["method"], card.part.state, card.part.proposal) == (
        "computed",
        "out_of_stock",
        12_000,
    )
    assert edit_part(shop.desk, part, {"name": "新备件"}, None) is None
    edit_part(shop.desk, part, {"name": "改名"}, {"reorder_point": 6000, "override_reason": "night shift"})
    with shop.desk.read() as read:
        card = part_card(read, part, shop.ids["S1"])
    assert (card.row["name"], card.policy["method"], card.policy["reorder_point"]) == ("改名", "manual", 6000)


@pytest.mark.parametrize(
    ("policy", "field"),
    [
        ((3, 2, 6), "reorder_point"),
        ((1, 2, 2), "max_stock"),
        ((1, 2, None), "max_stock"),
        ((None, 2, 5), "safety_stock"),
    ],
)
def test_a_policy_must_make_sense(shop, policy, field):
    limits = dict(zip(("safety_stock", "reorder_point", "max_stock"), policy, strict=True))
    with pytest.raises(Refused) as refused:
        create_part(shop.desk, {"part_no": "N", "name": "n", "unit": "个"}, limits)
    assert [o.field for o in refused.value.objections] == [field]
    with shop.desk.read() as read:
        assert read.find("part", part_no="N") is None


def test_a_number_is_given_once_and_by_who_may(shop, role):
    shop.part("P")
    with pytest.raises(Refused):
        create_part(shop.desk, {"part_no": "P", "name": "n", "unit": "个"})
    with pytest.raises(Denied):
        create_part(role(Permission.TAKE_PARTS), {"part_no": "Q", "name": "n", "unit": "个"})
    limits = {"safety_stock": 1, "reorder_point": 2, "max_stock": 3}
    with pytest.raises(AppError):
        create_part(replace(shop.desk, site=None), {"part_no": "Q", "name": "n", "unit": "个"}, limits)


def test_the_working_of_a_reorder_point():
    """Test vector 7 of the requirements: 96 a year, 7 days, 95 %."""
    found = work_out(96_000, 7)
    assert (found.demand, found.safety, found.reorder_point) == (2000, 3000, 5000)
    assert round(found.exact, 2) == round(found.daily * 7, 2)
    assert work_out(None, 7) is None
    assert work_out(96_000, 0) is None


def test_abc_by_value():
    values = [(bytes([n]), value) for n, value in enumerate((500, 200, 200, 60, 40, 0))]
    assert "".join(abc(values)[bytes([n])] for n in range(6)) == "AABBCC"


def test_the_list_filters_sorts_and_searches(shop):
    shop.part("PUMP-1", 0, name="循环水泵", category="PUMP", abc_class="A")
    shop.part("PUMP-2", 9, name="补水泵", category="PUMP", abc_class="B", place="A02")
    shop.part("FAN-1", 3, name="风机", category="HVAC", abc_class="A")
    with shop.desk.read() as read:

        def numbers(*args, **more):
            return [row.part_no for row in part_rows(read, part_ids(read, *args, **more), None)]

        assert numbers(None) == ["PUMP-1", "PUMP-2", "FAN-1"]
        assert numbers(None, filters={"urgent": True}) == ["PUMP-1", "PUMP-2"]
        assert numbers(None, filters={"category": "HVAC"}) == ["FAN-1"]
        assert numbers(None, filters={"abc": "A", "category": "PUMP"}) == ["PUMP-1"]
        assert numbers(None, filters={"state": "out_of_stock"}) == ["PUMP-1"]
        assert numbers(None, filters={"bin": shop.ids["A02"]}) == ["PUMP-2"]
        assert numbers(None, text="水泵") == ["PUMP-1", "PUMP-2"]
        assert numbers(None, text="fj") == ["FAN-1"]
        assert numbers(shop.ids["S1"], "available", descending=True) == ["PUMP-2", "FAN-1", "PUMP-1"]
        assert numbers(b"no such site....") == []
        for column in _ORDERS:
            assert len(part_ids(read, None, column, descending=True)) == 3
        assert len(bins(read, None)) == 2
        with speaking("en"):
            assert [row.name for row in part_rows(read, part_ids(read, None), None)][2] == "Part FAN-1"


def test_the_card_tells_all(shop):
    part = shop.part("P", 3, annual_usage=96_000, lead_time_days=7, applicable='["CRA", "XX"]')
    with shop.desk.read() as read, speaking("en"):
        card = part_card(read, part, None)
        assert [level.on_hand for level in card.levels] == [3000]
        assert [word.words for word in card.classes] == ["CRAC unit", "XX"]
        assert [source.preferred for source in card.sources] == [1]
        assert card.working.reorder_point == 5000
        assert len(card.movements) == 1
        assert part_card(read, b"x" * 16, None) is None
