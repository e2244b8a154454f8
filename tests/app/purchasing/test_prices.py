"""Price breaks, packs, minimum orders and taxes: what an order costs, and which quantity is cheapest in total."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import AppError, Refused
from app.generic import create, patch
from app.inventory.booking import Price, receive_part
from app.purchasing import orders
from app.purchasing.offers import offers
from app.purchasing.prices import Terms, drop_terms, keep_terms, net_amount, sales_of, tax_amount, terms_of
from app.sample import sample_id
from db.ids import new_id

TEN = 10_0000
STEPS = ((10_000, 9_0000), (50_000, 6_0000))


@pytest.mark.parametrize(
    ("need", "qty", "cost", "instead"),
    [
        (1000, 1000, 10_00, 0),
        (8000, 8000, 80_00, 0),
        (9500, 10_000, 90_00, 0),
        (9000, 9000, 90_00, 0),  # ten cost as much: no more than needed
        (33_000, 33_000, 297_00, 0),
        (34_000, 50_000, 300_00, 34_000),
        (60_000, 60_000, 360_00, 0),
        (0, 0, 0, 0),
    ],
)
def test_the_quantity_that_costs_least_in_total(need, qty, cost, instead):
    terms = Terms(Price(TEN), 1000, 0, STEPS)
    found = terms.cheapest(need)
    assert (found.qty, found.cost, found.instead) == (qty, cost, instead)
    if found.instead:
        assert found.instead_cost == 306_00
        assert terms.cheapest(need, 40_000).qty == need


def test_packs_and_the_minimum_order_come_before_the_price():
    terms = Terms(Price(TEN), 6000, 20_000, STEPS)
    assert terms.whole(1000) == 24_000
    assert terms.whole(25_000) == 30_000
    assert terms.cheapest(1000).cost == 24 * 9_00
    found = terms.cheapest(45_000)  # 48 x 9 = 432, 54 x 6 = 324
    assert (found.qty, found.cost, found.instead) == (54_000, 324_00, 48_000)


@settings(max_examples=60, deadline=None)
@given(
    need=st.integers(1, 300).map(lambda n: n * 1000),
    pack=st.integers(1, 12).map(lambda n: n * 1000),
    minimum=st.integers(0, 40).map(lambda n: n * 1000),
    steps=st.dictionaries(st.integers(1, 400).map(lambda n: n * 1000), st.integers(1, 20_0000), max_size=4),
)
def test_what_is_proposed_covers_the_need_in_whole_packs_and_no_other_costs_less(need, pack, minimum, steps):
    terms = Terms(Price(20_0000), pack, minimum, tuple(sorted(steps.items())))
    found = terms.cheapest(need)
    assert found.qty >= max(need, minimum)
    assert found.qty % pack == 0
    tried = range(terms.whole(need), 500_000, pack)
    assert found.cost == terms.cost(found.qty) == min(terms.cost(qty) for qty in tried)


def test_taxes_are_in_the_price_or_on_it():
    net, gross, none = Price(100_0000, "net", 13_000), Price(113_0000, "gross", 13_000), Price(100_0000)
    assert [net_amount(3000, price) for price in (net, gross, none)] == [300_00] * 3
    assert [tax_amount(3000, price) for price in (net, gross, none)] == [39_00, 39_00, 0]


@settings(max_examples=40, deadline=None)
@given(qty=st.integers(1, 10**8), price=st.integers(0, 10**8), rate=st.integers(0, 30_000))
def test_net_and_tax_of_a_gross_price_are_its_sum(qty, price, rate):
    gross = Price(price, "gross", rate)
    assert net_amount(qty, gross) + tax_amount(qty, gross) == net_amount(qty, Price(price))


@pytest.fixture
def belt(office):
    """HVAC-003 at SUP-04, with packs of 6 and two breaks; 13 % tax in the prices."""
    part, supplier = sample_id("part", "HVAC-003"), sample_id("supplier", "SUP-04")
    terms = {"pack_qty": 6000, "min_qty": 12_000, "lead_time_days": 4, "unit_price": 113_0000,
             "price_tax": "gross", "tax_rate": 13_000, "sku": "B-17"}  # fmt: skip
    keep_terms(office.keeper, part, supplier, terms, [(24_000, 90_4000), (60_000, 56_5000)])
    return part, supplier


def test_an_order_takes_the_price_of_its_break_with_its_tax(office, belt):
    part, supplier = belt
    order, _done = orders.new_order(office.keeper, supplier)
    orders.add_line(office.keeper, order, part, 20_000)
    line = office.line(order, "HVAC-003")
    assert (line.qty, line.price, line.tax, line.rate) == (24_000, 90_4000, "gross", 13_000)
    assert (line.amount, line.taxed) == (24 * 80_00, 24 * 10_40)
    assert office.card(order).order.value == 24 * 80_00
    orders.change_line(office.keeper, line.id, qty=12_000, unit_price=113_0000)
    assert office.card(order).order.value == 12 * 100_00
    with office.keeper.read() as read:
        assert [sale.row["sku"] for sale in sales_of(read, part)] == ["B-17"]
        assert terms_of(read, part, supplier, None).lead_days == 4


def test_the_value_of_an_order_is_exact_for_large_gross_amounts(office, belt):
    part, supplier = belt
    order, _done = orders.new_order(office.keeper, supplier)
    orders.add_line(office.keeper, order, part, 96_000_000, 99_999_9999, tax="gross", rate=13_000)
    line = office.line(order, "HVAC-003")
    assert office.card(order).order.value == line.amount == 8_495_575_212_74


def test_the_proposal_names_the_cheaper_supplier_and_the_larger_lot(office, belt):
    part, _supplier = belt
    other = sample_id("supplier", "SUP-01")
    keep_terms(office.keeper, part, other, {"unit_price": 1_0000, "sku": "Z"}, [])
    with office.keeper.read() as read:
        found = next(o for o in offers(read, office.keeper.site.id) if o.row.part_id == part)
        assert found.supplier_id == read.get("part", part)["preferred_supplier_id"]
        name = read.get("supplier", other)["name"]
    assert found.cheaper[0] == name
    assert found.quantity % found.pack == 0


def test_terms_are_changed_as_one_action_and_taken_back(office, belt):
    part, supplier = belt
    with office.keeper.read() as read:
        before = [step[1:] for step in sales_of(read, part)[0].breaks]
    done = keep_terms(
        office.keeper, part, supplier, {"unit_price": 100_0000}, [(24_000, 90_4000), (80_000, 50_0000)]
    )
    with office.keeper.read() as read:
        found = sales_of(read, part)[0]
    assert [step[1:] for step in found.breaks] == [(24_000, 90_4000), (80_000, 50_0000)]
    office.keeper.undo(done.action_id)
    with office.keeper.read() as read:
        assert [step[1:] for step in sales_of(read, part)[0].breaks] == before
    assert keep_terms(office.keeper, part, supplier, {}, before) is None
    with pytest.raises(AppError):
        keep_terms(office.keeper, part, supplier, {}, [(1000, 1), (1000, 2)])
    with pytest.raises(Refused):
        keep_terms(office.keeper, part, supplier, {}, [(0, 1)])
    drop_terms(office.keeper, found.row["id"])
    with office.keeper.read() as read:
        assert sales_of(read, part) == []


def test_a_supplier_without_a_price_of_its_own_takes_the_registers(office):
    part, supplier = sample_id("part", "HVAC-003"), sample_id("supplier", "SUP-01")
    office.keeper.perform(create("part_supplier", new_id(), part_id=part, supplier_id=supplier, sku="X"))
    with office.keeper.read() as read:
        assert terms_of(read, part, supplier, None).price.price == read.get("part", part)["unit_price"]


@pytest.mark.parametrize(("allowed", "asks"), [(None, True), (20_000, True), (25_000, False)])
def test_what_a_supplier_may_bring_beyond_the_order(office, allowed, asks):
    order = office.placed("HVAC-003", 4)
    with office.keeper.read() as read:
        supplier = read.get("supplier", office.card(order).row["supplier_id"])
    if allowed:
        office.keeper.perform(patch("supplier", supplier, over_percent=allowed))
    line = office.line(order, "HVAC-003")
    if asks:
        with pytest.raises(Refused) as caught:
            receive_part(office.keeper, line.part_id, None, 5000, purchase_line=line.id)
        assert [objection.code for objection in caught.value.objections] == ["purchase.excess"]
    else:
        receive_part(office.keeper, line.part_id, None, 5000, purchase_line=line.id)
        assert office.line(order, "HVAC-003").over == 1000
