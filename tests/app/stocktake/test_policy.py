"""Reorder points from use with their working, accepted or overridden; ABC from the value of use (R-4.4-e, f; vector 7)."""

from decimal import Decimal

import pytest

from app.errors import AppError
from app.fields import from_json
from app.inventory.card import policy_of
from app.inventory.classes import changes, reclassify
from app.inventory.policy import Use, accept, override, suggest, use_of
from app.inventory.turns import turns

DAY = 24 * 60


def test_vector_7_poisson():
    found = suggest(Use(9, (), 96_000, "register", 7, (), "E"))
    assert found is not None
    assert (found.method, round(found.exact, 2)) == ("poisson", Decimal("1.84"))
    assert (found.demand, found.safety, found.reorder_point) == (2000, 3000, 5000)


def test_the_sample_part_of_vector_7(sample_desk):
    with sample_desk.read() as read:
        part = read.find("part", part_no="HVAC-001")
        use = use_of(read, part, None, sample_desk.now())
        found = suggest(
            Use(use.issues, use.days, 96_000, "register", use.lead_days, (), use.ved), "poisson", 95
        )
    assert found is not None
    assert (found.demand, found.safety, found.reorder_point) == (2000, 3000, 5000)


def test_regular_use_and_varying_lead_times_spread_more():
    days = tuple(4000 if day % 7 < 5 else 0 for day in range(730))
    use = Use(500, days, 1_042_857, "ledger", 10, (8, 12, 10, 14), "V")
    normal, variable = suggest(use, "normal", 95), suggest(use, "variable", 95)
    assert normal is not None
    assert variable is not None
    assert suggest(use).method == "variable"
    # sd of a day = 1.808: 1.65 x 1.808 x sqrt(10) = 9.43; with sL = 2.58: sqrt(11 x 3.27 + 2.857^2 x 6.67) = 9.50
    assert (normal.demand, normal.safety) == (29_000, 10_000)
    assert (variable.lead_days, variable.demand, variable.safety) == (11, 32_000, 16_000)
    assert suggest(use, "normal").service == 99


def test_fewer_than_five_issues_ask_a_person(shelf):
    part = shelf.part("USED-1", 50, annual_usage=12_000, lead_time_days=30, ved_class="E")
    for _n in range(4):
        shelf.move("issue", "USED-1", 1)
    use = read_use(shelf, part)
    assert (use.issues, use.source, use.asks) == (4, "register", True)
    found = suggest(use)
    with pytest.raises(AppError):
        accept(shelf.keeper, part, found)
    accept(shelf.keeper, part, found, reason="as at the other site")
    shelf.move("issue", "USED-1", 6)
    use = read_use(shelf, part)
    assert (use.asks, use.source, use.annual) == (False, "ledger", 10_000)
    accept(shelf.keeper, part, suggest(use))
    with shelf.desk.read() as read:
        policy = policy_of(read, part, shelf.ids["S1"])
    assert policy["method"] == "computed"
    assert from_json(policy["inputs"])["issues"] == 5


def read_use(shelf, part):
    with shelf.desk.read() as read:
        return use_of(read, part, shelf.ids["S1"], shelf.now)


def test_an_override_keeps_name_reason_and_working(shelf):
    part = shelf.part("USED-1", 50, annual_usage=12_000, lead_time_days=30)
    found = suggest(read_use(shelf, part))
    with pytest.raises(AppError):
        override(shelf.keeper, part, 4000, 9000, reason=" ", found=found)
    override(shelf.keeper, part, 4000, 9000, reason="strike at the port", found=found)
    with shelf.desk.read() as read:
        policy = policy_of(read, part, shelf.ids["S1"])
    assert (policy["safety_stock"], policy["reorder_point"], policy["method"]) == (4000, 9000, "manual")
    assert policy["override_reason"] == "strike at the port"
    assert policy["created_by"] == shelf.ids["KEEPER"]
    assert from_json(policy["inputs"])["reorder"] == found.reorder_point


def test_classes_follow_from_use_with_limits_that_can_be_moved(shelf):
    for code, used in (("U-1", 80), ("U-2", 15), ("U-3", 5)):
        shelf.part(code, 1, annual_usage=used * 1000, abc_class=None)
    with shelf.desk.read() as read:
        found = {row.part_no: row.after for row in changes(read, None, shelf.now)}
        wide = {
            row.part_no: row.after
            for row in changes(read, None, shelf.now, limits=(Decimal("0.9"), Decimal("0.99")))
        }
        chosen = [row for row in changes(read, None, shelf.now) if row.part_no.startswith("U-")]
        with pytest.raises(AppError):
            changes(read, None, shelf.now, limits=(Decimal("0.9"), Decimal("0.8")))
    assert (found["U-1"], found["U-2"], found["U-3"]) == ("A", "B", "C")
    assert (wide["U-1"], wide["U-2"], wide["U-3"]) == ("A", "A", "B")
    done = reclassify(shelf.keeper, chosen)
    with shelf.desk.read() as read:
        assert not [row for row in changes(read, None, shelf.now) if row.part_no.startswith("U-")]
    shelf.keeper.undo(done.action_id)


def test_turns_of_the_sample_name_their_variants(sample_desk):
    with sample_desk.read() as read:
        found = {figure.code: figure for figure in turns(read, None, sample_desk.now())}
    assert (found["closing"].turns, found["closing"].days) == (80, 454)
    assert found["closing"].stock == 463_564_00
    assert set(found) == {"closing", "mean", "bought"}
