"""Suppliers that are paid in another currency: rates, comparison, the value of what comes, and what an order must say."""

import pytest

from app.errors import AppError, Refused
from app.generic import patch
from app.inventory.booking import receive_part, send_back
from app.inventory.purchases import home_of
from app.purchasing import orders
from app.purchasing.currency import Rate, last_rate, money, said_rate, unit_price
from app.purchasing.offers import offers, said_of
from app.purchasing.prices import keep_terms, terms_of
from app.purchasing.receiving import Receiving
from app.purchasing.record import supplier_record
from app.purchasing.suppliers import edit_supplier
from app.purchasing.trend import ORDERED, QUOTED, RECEIVED, price_trend
from app.sample import sample_id
from app.values import parse_rate, show_rate
from app.words import use

PART, EURO, HOME = (
    sample_id("part", "HVAC-003"),
    sample_id("supplier", "SUP-01"),
    sample_id("supplier", "SUP-04"),
)


@pytest.fixture
def euro(office):
    """SUP-01 sells the belt at 9.50 euro, from 20 pieces on at 9.00."""
    edit_supplier(office.keeper, EURO, {"currency": "EUR"})
    keep_terms(office.keeper, PART, EURO, {"unit_price": 95_000, "sku": "B-7"}, [(20_000, 90_000)])
    return office


def order_in_euro(office, pieces=4, rate="7.8", **more):
    order, _done = orders.new_order(office.keeper, EURO, rate=parse_rate(rate) if rate else None, **more)
    orders.add_line(office.keeper, order, PART, pieces * 1000)
    return order


def placed_in_euro(office, pieces=4, rate="7.8"):
    order = order_in_euro(office, pieces, rate)
    orders.take_step(office.keeper, order, "submitted")
    orders.take_step(office.boss, order, "approved")
    orders.take_step(office.keeper, order, "ordered", ordered_on="2026-11-22", due_on="2026-12-01")
    return order


def belt(office):
    with office.keeper.read() as read:
        return next(o for o in offers(read, office.keeper.site.id) if o.row.part_id == PART)


@pytest.mark.parametrize(("typed", "kept", "shown"), [("7.82", 7_820_000, "7.8200"), ("0.048213", 48_213, "0.048213"), ("７,１", 7_100_000, "7.1000")])  # fmt: skip
def test_rates_as_they_are_typed(typed, kept, shown):
    assert parse_rate(typed) == kept
    assert show_rate(kept) == shown


def test_a_rate_has_six_decimals_at_most():
    with pytest.raises(AppError):
        parse_rate("7.8200001")


def test_amounts_bear_the_sign_of_their_currency():
    assert (money(123_456), money(123_456, "EUR"), unit_price(95_000, "CHF")) == (
        "¥1,234.56",
        "EUR 1,234.56",
        "CHF 9.50",
    )
    assert said_rate(Rate(7_820_000, "2026-11-20", "PO-1"), "EUR").startswith("EUR 1 = ¥7.8200")


def test_a_price_without_a_rate_is_shown_and_not_compared(euro):
    offer = belt(euro)
    assert offer.supplier_id == HOME
    assert offer.cheaper is None
    assert offer.unknown == ((offer.unknown[0][0], 95_000, "EUR"),)
    use("en")
    assert "EUR 9.50: not compared, no rate of EUR is known" in said_of(offer)


def test_the_last_typed_rate_compares(euro):
    order_in_euro(euro, rate="2")
    with euro.keeper.read() as read:
        assert last_rate(read, "EUR", "CNY").millionths == 2_000_000
        assert terms_of(read, PART, EURO, None).worth(1000) == 19_00
    offer = belt(euro)
    assert offer.unknown == ()
    assert offer.cheaper
    assert offer.cheaper[1] == 19 * offer.row.quantity // 10
    order_in_euro(euro, rate="70")
    assert belt(euro).cheaper is None


def test_an_offer_in_euro_names_its_rate(euro):
    with euro.keeper.read() as read:
        row = read.get("part", PART)
    euro.keeper.perform(patch("part", row, preferred_supplier_id=EURO))
    offer = belt(euro)
    assert (offer.foreign, offer.amount(4000), offer.cost(4000)) == (True, 0, 38_00)
    use("en")
    assert "type it on the order" in said_of(offer)
    order_in_euro(euro)
    offer = belt(euro)
    assert offer.amount(4000) == 296_40
    assert "EUR 1 = ¥7.8000 (2026-11-22, PO-" in said_of(offer)
    (order,), _done = orders.draft_orders(euro.keeper, [(offer, 4000)])
    card = euro.card(order)
    assert (card.row["currency"], card.row["rate"], card.row["rate_on"]) == ("EUR", 7_800_000, "2026-11-22")
    assert (card.order.value, card.order.worth) == (38_00, 296_40)


def test_nobody_submits_an_order_without_its_rate(euro):
    order = order_in_euro(euro, rate=None)
    with pytest.raises(Refused) as refused:
        orders.take_step(euro.keeper, order, "submitted")
    assert refused.value.objections[0].code == "purchase.rate"
    orders.edit_order(euro.keeper, order, rate=7_800_000, rate_on="2026-11-20")
    card = euro.card(order)
    assert (card.row["rate_on"], card.row["rate_by"]) == ("2026-11-20", euro.keeper.actor.user_id)
    assert card.rated_by
    orders.take_step(euro.keeper, order, "submitted")
    assert euro.status(order) == "submitted"


def test_the_currency_stands_fast_with_the_prices(euro):
    order = order_in_euro(euro)
    with pytest.raises(AppError, match="EUR"):
        orders.edit_order(euro.keeper, order, currency="CNY")
    empty, _done = orders.new_order(euro.keeper, EURO, rate=7_800_000)
    orders.edit_order(euro.keeper, empty, currency="CNY")
    row = euro.card(empty).row
    assert (row["currency"], row["rate"], row["rate_on"], row["rate_by"]) == (None, None, None, None)
    with pytest.raises(AppError, match="EUR"):
        orders.add_line(euro.keeper, empty, PART, 1000)
    orders.add_line(euro.keeper, empty, PART, 1000, 80_0000)
    assert euro.line(empty, "HVAC-003").price == 80_0000


def test_what_comes_is_worth_its_price_at_the_rate_of_the_order(euro):
    order = placed_in_euro(euro)
    line = euro.line(order, "HVAC-003")
    receive_part(euro.keeper, PART, None, 2000, purchase_line=line.id)
    desk = Receiving(euro.keeper)
    desk.open(order)
    desk.take("HVAC-003")
    desk.take_quantity("1")
    desk.price = 100_000
    desk.book()
    send_back(euro.keeper, line.id, None, 1000, reason="broken")
    with euro.keeper.read() as read:
        found = read.rows(
            "SELECT type, unit_price FROM stock_movement WHERE purchase_line_id = ? ORDER BY n", line.id
        )
    assert found == [("receipt", 74_1000), ("receipt", 78_0000), ("issue", 74_1000)]
    card = euro.card(order)
    assert [card.paid_otherwise(move) for move in card.receipts] == [None, 100_000, None]
    with euro.keeper.read() as read:
        assert supplier_record(read, EURO, "2026-11-22").open_value >= 148_20
        trend = price_trend(read, PART, EURO)
    assert [(one.kind, one.price) for one in trend] == [
        (QUOTED, 95_000), (ORDERED, 95_000), (RECEIVED, 95_000), (RECEIVED, 100_000),
    ]  # fmt: skip
    assert {one.currency for one in trend} == {"EUR"}


def test_a_changed_quote_stays_in_the_trend(euro):
    keep_terms(euro.keeper, PART, EURO, {"unit_price": 99_000, "sku": "B-7"}, [])
    with euro.keeper.read() as read:
        assert [one.price for one in price_trend(read, PART, EURO)] == [95_000, 99_000]


def test_a_site_keeps_its_books_in_its_own_currency(euro):
    site = euro.keeper.site.id
    with euro.keeper.read() as read:
        row = read.get("site", site)
    euro.admin.perform(patch("site", row, currency="EUR"))
    with euro.keeper.read() as read:
        assert home_of(read, site) == "EUR"
        assert last_rate(read, "CNY", "EUR") is None
    order = order_in_euro(euro, rate=None)
    assert euro.card(order).row["currency"] is None
    orders.take_step(euro.keeper, order, "submitted")
    assert (euro.card(order).order.foreign, euro.card(order).order.currency) == (False, "EUR")


def test_a_supplier_takes_no_order_below_its_minimum(euro):
    edit_supplier(euro.keeper, EURO, {"min_order": 100_00})
    order = order_in_euro(euro)
    with pytest.raises(Refused) as refused:
        orders.take_step(euro.keeper, order, "submitted")
    assert refused.value.may_override
    assert "38.00" in str(refused.value)
    orders.take_step(euro.keeper, order, "submitted", anyway="agreed by telephone")
    assert euro.status(order) == "submitted"


def test_the_writer_approves_where_the_site_lets_him(euro):
    order = placed_in_euro(euro)
    assert euro.status(order) == "ordered"
    own, _done = orders.new_order(euro.boss, HOME)
    orders.add_line(euro.boss, own, PART, 1000)
    orders.take_step(euro.boss, own, "submitted")
    with pytest.raises(Refused):
        orders.take_step(euro.boss, own, "approved")
    with euro.keeper.read() as read:
        row = read.get("site", euro.keeper.site.id)
    euro.admin.perform(patch("site", row, order_approval="writer"))
    orders.take_step(euro.boss, own, "approved")
    assert euro.status(own) == "approved"
