"""Safety stock, reorder point, order quantity: worked examples by hand, the choice of the method, and what must always hold."""

from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import AppError, Denied, Refused
from app.fields import from_json
from app.generic import create
from app.inventory.booking import issue_part, receive_part, send_back
from app.inventory.card import policy_of
from app.inventory.demand import croston, pattern, weeks_of
from app.inventory.policy import METHODS, Use, accept, accept_all, override, suggest, use_of
from app.inventory.reorder import Z
from app.inventory.reviews import reviews
from app.inventory.rules import Rules, change_rules, rules_of
from db.ids import new_id

YEAR, TWO_YEARS = 365, 730


def used(*weeks: int, times: int = 1) -> tuple[int, ...]:
    """Use day by day: so many pieces on the first day of each week."""
    return tuple(1000 * week if day == 0 else 0 for week in weeks * times for day in range(7))


def known(days: tuple[int, ...], **more: object) -> Use:
    annual = sum(days) * YEAR // max(len(days), 1)
    return replace(Use(99, days, annual, "ledger", 14, (), "E"), **more)


def test_vector_7_of_the_requirements():
    """Use 96 a year, lead 7 days, Z 1.65, Poisson: demand 1.84 -> 2, safety 3, reorder point 5 (HVAC-001)."""
    found = suggest(Use(9, (), 96_000, "register", 7, (), "E"), "poisson", 95)
    assert round(found.exact, 2) == Decimal("1.84")
    assert (found.demand, found.safety, found.reorder_point) == (2000, 3000, 5000)


def test_safety_stock_by_each_formula():
    """Z x sd x sqrt(L), and Z x sqrt(L x sd^2 + d^2 x sL^2)."""
    days = tuple([0, 2000] * 365)  # mean 1, sample sd 1.000686
    use = known(days, annual=365_000, lead_days=25, leads=(20, 25, 30))
    normal = suggest(use, "normal", 95)
    assert (normal.demand, normal.safety) == (25_000, 9000)  # 1.65 x 1.0007 x 5 = 8.26
    varying = suggest(use, "variable", 95)
    assert round(varying.spread, 2) == Decimal("7.07")  # 25 x 1.0014 + 1 x 25
    assert varying.safety == 12_000  # 1.65 x 7.07 = 11.67
    poisson = suggest(use, "poisson", 99)
    assert (round(poisson.spread, 4), poisson.safety) == (Decimal(5), 12_000)  # 2.33 x 5 = 11.65


def test_croston_and_sba_by_hand():
    """Weeks 0 0 6 0 0 0 2: size 6, interval 3; then size 6 + 0.1 x (2 - 6) = 5.6, interval 3 + 0.1 x (4 - 3) = 3.1."""
    weeks = [Decimal(n) for n in (0, 0, 6, 0, 0, 0, 2)]
    plain, unbiased = croston(weeks, unbiased=False), croston(weeks)
    assert plain.week == Decimal("5.6") / Decimal("3.1")
    assert unbiased.week == plain.week * Decimal("0.95")
    # forecasts before each later week: 6 / 3 = 2, so the errors are 4, 4, 4, 0
    assert plain.error == 3
    assert croston([Decimal(0)] * 9) is None


@pytest.mark.parametrize(
    ("weeks", "kind"),
    [
        ((4, 5, 4, 5), "smooth"),
        ((1, 9, 1, 1), "erratic"),
        ((0, 0, 3, 0, 4), "intermittent"),
        ((0, 1, 0, 0, 12), "lumpy"),
    ],
)
def test_the_kind_of_demand_follows_from_interval_and_size(weeks, kind):
    found = pattern([Decimal(week) for week in weeks])
    assert found.kind == kind
    assert found.adi == Decimal(len(weeks)) / sum(week > 0 for week in weeks)


@pytest.mark.parametrize(
    ("use", "method"),
    [
        (known(used(9, 10, 11, times=34)), "normal"),
        (known(used(9, 10, 11, times=34), leads=(10, 14, 20)), "variable"),
        (known(used(9, 10, 11, times=34), leads=(14, 14, 14)), "normal"),
        (known(used(0, 0, 0, 6, times=25)), "sba"),
        (known(used(0, 1, 0, 0, 20, 0, times=17)), "sba"),
        (known(used(0, 1, 0, 0, 1, 0, times=17)), "poisson"),
        (replace(known(()), annual=96_000, source="register", issues=2), "poisson"),
    ],
)
def test_the_method_fits_the_use(use, method):
    assert suggest(use).method == method


def test_the_service_level_follows_from_what_a_missing_part_does():
    use = known(used(9, 10, 11, times=34))
    levels = {ved: suggest(replace(use, ved=ved)) for ved in ("V", "E", "D", "")}
    assert [levels[ved].service for ved in ("V", "E", "D", "")] == [99, 95, 90, 95]
    strict = suggest(replace(use, ved="D"), rules=Rules(service_d=98_000))
    assert strict.service == 98
    assert strict.safety >= levels["D"].safety


def test_the_order_quantity_by_hand():
    """sqrt(2 x 96 a year x 200 / (0.2 x 50)) = sqrt(3840) = 61.97, in packs of 10: 70."""
    use = Use(9, (), 96_000, "register", 7, (), "E", 50_0000)
    assert (suggest(use).order, suggest(use).order_why) == (62_000, "eoq")
    assert suggest(replace(use, pack=10_000)).order == 70_000
    assert suggest(use).maximum == suggest(use).reorder_point + 62_000
    cheap = replace(use, price=100)
    assert (suggest(cheap).order, suggest(cheap).order_why) == (96_000, "year")
    short = replace(use, shelf_months=3)
    assert (suggest(short).order, suggest(short).order_why) == (24_000, "shelf")
    assert suggest(replace(use, price=None)).order_why == "cover"


LEADS = st.integers(1, 200)
DAYS = st.lists(st.integers(0, 20_000), min_size=TWO_YEARS, max_size=TWO_YEARS).map(tuple)


@settings(max_examples=25, deadline=None)
@given(days=DAYS, lead=LEADS, longer=LEADS, method=st.sampled_from(sorted(METHODS)))
def test_longer_waits_and_surer_service_never_ask_for_less(days, lead, longer, method):
    use = known(days, lead_days=lead)
    if not use.annual:
        return
    points = [suggest(use, method, level) for level in sorted(Z)]
    assert all(one.safety <= other.safety for one, other in pairwise(points))
    more = suggest(replace(use, lead_days=lead + longer), method, 95)
    assert more.demand >= suggest(use, method, 95).demand
    assert more.reorder_point >= suggest(use, method, 95).reorder_point
    for found in points:
        assert 0 <= found.safety <= found.reorder_point < found.maximum
        assert found.safety % 1000 == found.demand % 1000 == found.order % 1000 == 0
        assert found.demand >= found.exact * 1000


@settings(max_examples=25, deadline=None)
@given(
    annual=st.integers(1000, 10**8), price=st.integers(1, 10**9), dearer=st.integers(1, 10**9),
    pack=st.integers(1, 50).map(lambda n: n * 1000), shelf=st.one_of(st.none(), st.integers(1, 60)),
)  # fmt: skip
def test_dearer_parts_are_never_ordered_in_larger_lots(annual, price, dearer, pack, shelf):
    use = Use(9, (), annual, "register", 7, (), "E", price, shelf, pack)
    one, other = suggest(use), suggest(replace(use, price=price + dearer))
    assert other.order <= one.order
    assert one.order > 0
    assert one.order % pack == 0
    assert one.order < max(annual, 1000) + pack + 1000


@settings(max_examples=25, deadline=None)
@given(weeks=st.lists(st.integers(0, 50), min_size=2, max_size=104), factor=st.integers(2, 9))
def test_demand_in_smaller_units_is_the_same_demand(weeks, factor):
    """A reel of 1 and the 9 metres on it: the kind stays, the expectation is as many times as large."""
    one = [Decimal(week) for week in weeks]
    many = [week * factor for week in one]
    if not any(weeks):
        assert pattern(one) is None
        return
    assert pattern(one).kind == pattern(many).kind
    assert abs(croston(many).week - factor * croston(one).week) < Decimal("1e-20")
    assert croston(one).week <= croston(one, unbiased=False).week


def test_weeks_end_today_and_returns_leave_nothing_below_zero():
    assert weeks_of([9000, *([1000] * 7), *([-1000] * 7)]) == [Decimal(7), Decimal(0)]


# --- by the ledger ---


def test_what_went_back_to_a_supplier_or_was_taken_back_is_no_use(shop):
    part = shop.part("P", 40, lead_time_days=14, ved_class="V")
    for _n in range(6):
        issue_part(shop.desk, part, None, 1000, reason="x")
    done = issue_part(shop.desk, part, None, 9000, reason="x")
    shop.desk.undo(done.action_id)
    order, line = new_id(), new_id()
    site = shop.ids["S1"]
    shop.desk.perform(
        create("purchase_order", order, code="PO-1", site_id=site, supplier_id=shop.ids["SUP"], status="ordered"),
        create("purchase_line", line, order_id=order, site_id=site, part_id=part, qty=9000),
    )  # fmt: skip
    receive_part(shop.desk, part, None, 9000, purchase_line=line)
    send_back(shop.desk, line, None, 5000, reason="wrong ones")
    with shop.desk.read() as read:
        use = use_of(read, part, site, shop.desk.now())
    assert (use.issues, use.annual, use.source, len(use.days)) == (6, 6000, "ledger", YEAR)


def test_a_proposal_that_was_accepted_warns_at_the_new_point(shop):
    part = shop.part("P", 20, lead_time_days=30, ved_class="E")
    for _n in range(6):
        issue_part(shop.desk, part, None, 1000, reason="x")
    with shop.desk.read() as read:
        found = suggest(use_of(read, part, shop.ids["S1"], shop.desk.now()))
    done = accept(shop.desk, part, found)
    with shop.desk.read() as read:
        policy = policy_of(read, part, shop.ids["S1"])
    assert policy["reorder_point"] == found.reorder_point
    assert policy["max_stock"] == found.maximum
    kept = from_json(policy["inputs"])
    assert (kept["order"], kept["reorder"], kept["pattern"]) == (
        found.order, found.reorder_point, found.pattern.kind,
    )  # fmt: skip
    with pytest.raises(AppError):
        accept(shop.desk, part, found)
    shop.desk.undo(done.action_id)
    override(shop.desk, part, 2000, 14_000, 30_000, reason="strike", found=found)
    assert shop.alerts("P") == ["stock.reorder"]
    assert shop.stock("P")[4] == 16_000


def test_the_review_lists_what_no_longer_follows_from_use(shop):
    often = shop.part("OFTEN", 30, lead_time_days=20, ved_class="V", policy=(1, 2, 60))
    shop.part("RARE", 30, lead_time_days=20, annual_usage=12_000)
    shop.part("UNKNOWN", 30)
    for _n in range(6):
        issue_part(shop.desk, often, None, 2000, reason="x")
    site, now = shop.ids["S1"], shop.desk.now()
    with shop.desk.read() as read:
        rows = {row.part_no: row for row in reviews(read, site, now)}
    assert set(rows) == {"OFTEN", "RARE"}
    assert rows["RARE"].found.asks
    both = [(row.part_id, row.found) for row in rows.values()]
    with pytest.raises(AppError):
        accept_all(shop.desk, both)
    accept_all(shop.desk, both[:1] if both[0][0] == often else both[1:])
    with shop.desk.read() as read:
        assert [row.part_no for row in reviews(read, site, now)] == ["RARE"]
    accept_all(shop.desk, [(rows["RARE"].part_id, rows["RARE"].found)], reason="as the maker says")
    with shop.desk.read() as read:
        assert reviews(read, site, now) == []


# --- the rules of the store ---


def test_rules_hold_for_all_sites_and_say_what_is_wrong(shop, role):
    with shop.desk.read() as read:
        assert rules_of(read) == Rules()
    assert change_rules(shop.desk, {"a_to": 70_000}) is None
    done = change_rules(shop.desk, {"a_to": 80_000, "count_days_a": 30, "group_1": ["AV"]})
    with shop.desk.read() as read:
        found = rules_of(read)
    assert (found.a_to, found.count_days(), found.group("A", "V"), found.group("A", "E")) == (
        80_000, {"A": 30, "B": 180, "C": 365}, 1, 2,
    )  # fmt: skip
    shop.desk.undo(done.action_id)
    change_rules(shop.desk, {"service_v": 98_000})
    with shop.desk.read() as read:
        assert rules_of(read) == Rules(service_v=98_000)
    for wrong, field in (
        ({"a_to": 96_000}, "b_to"), ({"service_e": 93_000}, "service_e"), ({"holding_rate": 0}, "holding_rate"),
        ({"group_3": ("AV",), "group_1": ("AV",)}, "group_3"),
    ):  # fmt: skip
        with pytest.raises(Refused) as refused:
            change_rules(shop.desk, wrong)
        assert [objection.field for objection in refused.value.objections] == [field]
    with pytest.raises(Denied):
        change_rules(role("stock.edit"), {"a_to": 60_000})


def test_the_policies_of_the_sample_follow_from_its_use(sample_desk):
    """Every part of the sample has the safety stock and reorder point that the formulas give."""
    with sample_desk.read() as read:
        for site in sample_desk.sites():
            assert reviews(read, site.id, sample_desk.now()) == []
