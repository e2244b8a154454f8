"""The ledger read as accounts: the card adds up, a past day is what it was, consumption is what left less what came back."""

import msgspec

from app.inventory.figures import stock_value
from app.inventory.stockcard import consumption, is_provisional, stock_card, stock_on, worth_of
from app.inventory.value import cents
from app.values import instant_of

SEPTEMBER, OCTOBER, NOVEMBER = (instant_of(f"2026-{month}-01") for month in ("09", "10", "11"))
DAY = 86_400_000
EVER = instant_of("2030-01-01")


def history(shop) -> bytes:
    part = shop.part("P")
    for kind, qty, at, more in (
        ("receipt", 10_000, SEPTEMBER + DAY, {"unit_price": 10_0000}),
        ("issue", 4_000, OCTOBER + DAY, {"work_order": shop.ids["WO"], "equipment": shop.ids["EQ"]}),
        ("return", 1_000, OCTOBER + 2 * DAY, {"work_order": shop.ids["WO"], "equipment": shop.ids["EQ"]}),
        ("receipt", 7_000, NOVEMBER + DAY, {"unit_price": 20_0000}),
        ("issue", 2_000, NOVEMBER + 2 * DAY, {"reason": "cleaning"}),
    ):
        shop.desk.perform(
            msgspec.structs.replace(shop.op(kind, "P", qty, **more), happened_at=at), reason="x"
        )
    return part


def test_the_card_runs_from_what_there_was_to_what_is_left(shop) -> None:
    part = history(shop)
    with shop.desk.read() as read:
        card = stock_card(read, part, shop.desk.site.id, OCTOBER, NOVEMBER)
        whole = stock_card(read, part, None, 0, EVER)
    assert (card.before, card.after) == ((10_000, 10**9), (7_000, 7 * 10**8))
    assert [(row.movement.type, row.on_hand, cents(row.worth)) for row in card.rows] == [
        ("issue", 6_000, 60_00), ("return", 7_000, 70_00),
    ]  # fmt: skip
    assert whole.before == (0, 0)
    assert whole.after == (12_000, 18 * 10**8)


def test_the_stock_of_a_past_day_is_what_it_was(shop) -> None:
    history(shop)
    with shop.desk.read() as read:
        assert stock_on(read, shop.desk.site.id, SEPTEMBER) == []
        (then,) = stock_on(read, None, NOVEMBER)
        (now,) = stock_on(read, None, EVER)
    assert (then.on_hand, then.value, then.mean) == (7_000, 7 * 10**8, 10_0000)
    assert (now.on_hand, now.mean) == (12_000, 15_0000)


def test_consumption_is_what_left_less_what_came_back(shop) -> None:
    history(shop)
    with shop.desk.read() as read:
        months = consumption(read, shop.desk.site.id, 0, EVER, by="month")
        machines = consumption(read, None, 0, EVER, by="machine")
        classes = consumption(read, None, 0, EVER, by="class")
        parts = consumption(read, None, OCTOBER, NOVEMBER, by="part")
    assert [(row.key, row.qty, cents(row.value)) for row in months] == [
        ("2026-10", 3_000, 30_00), ("2026-11", 2_000, 30_00),
    ]  # fmt: skip
    assert {(row.key, cents(row.value)) for row in machines} == {("S1-CRA-001", 30_00), ("", 30_00)}
    assert {row.key for row in classes} == {"CRA", ""}
    assert [(row.key, row.issues) for row in parts] == [("P", 1)]


def test_the_figures_agree(shop) -> None:
    history(shop)
    with shop.desk.read() as read:
        assert stock_value(read, shop.desk.site.id).value == 180_00
        assert worth_of(read, shop.ids["P"], shop.desk.site.id) == (12_000, 18 * 10**8)
        assert not is_provisional(read)


def test_the_sample_is_worth_what_the_catalogue_says(sample_desk) -> None:
    with sample_desk.read() as read:
        assert stock_value(read, None).value == 463_564_00
        assert sum(row.value for row in stock_on(read, None, EVER)) == 463_564 * 10**7
