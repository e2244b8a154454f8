"""What counts as use, and what does not: returns to suppliers, scrap, losses, transfers and loans are none (3.4)."""

import pytest

from app.inventory import turns
from app.inventory.availability import availability, service_of
from app.inventory.booking import (
    adjust_stock,
    issue_part,
    receive_part,
    return_part,
    reverse_movement,
    scrap_part,
    send_back,
    transfer_part,
)
from app.inventory.classes import use_values
from app.inventory.policy import use_of
from app.purchasing import orders

DAY = 86_400_000


@pytest.fixture
def bought(shop):
    """Ten pieces lie there since their order came, of which two went back."""
    part = shop.part("P")
    shop.move("opening", "P", 20_000, unit_price=100_0000)
    order, _done = orders.new_order(shop.desk, shop.ids["SUP"])
    orders.add_line(shop.desk, order, part, 10_000)
    orders.take_step(shop.desk, order, "submitted")
    orders.take_step(shop.desk, order, "approved", anyway="alone here")
    orders.take_step(shop.desk, order, "ordered", ordered_on=shop.desk.today())
    with shop.desk.read() as read:
        line = read.value("SELECT id FROM purchase_line WHERE order_id = ?", order)
    receive_part(shop.desk, part, shop.ids["A01"], 10_000, purchase_line=line)
    send_back(shop.desk, line, shop.ids["A01"], 2000, reason="broken")
    return shop


def figures(shop):
    """Value used, value bought, requests and short ones, use by the ledger (hundredths), issues and pieces for the reorder point."""
    desk, part = shop.desk, shop.ids["P"]
    with desk.read() as read:
        by_code = {one.code: one.use for one in turns.turns(read, desk.site.id, desk.now())}
        outs = turns.stock_outs(read, desk.site.id, desk.now())
        had = service_of(availability(read, desk.site.id, desk.now() - 365 * DAY, desk.now() + 1))
        used = use_values(read, desk.site.id, "ledger", desk.now())[part]
        use = use_of(read, part, desk.site.id, desk.now())
    assert had.issues == outs.issues == use.issues
    return by_code["mean"], by_code["bought"], outs.issues, used, sum(use.days)


def test_a_return_to_the_supplier_is_no_use(bought):
    assert figures(bought) == (0, 800_00, 0, 0, 0)


def test_what_else_leaves_the_store_is_no_use(bought):
    desk, part, a, b = bought.desk, bought.ids["P"], bought.ids["A01"], bought.ids["A02"]
    scrap_part(desk, part, a, 1000, reason="rust")
    adjust_stock(desk, part, a, -1000, reason="count")
    adjust_stock(desk, part, a, 1000, reason="found")
    transfer_part(desk, part, a, b, 3000)
    assert figures(bought) == (0, 800_00, 0, 0, 0)


def test_issues_less_what_came_back_are_use(bought):
    desk, part, a = bought.desk, bought.ids["P"], bought.ids["A01"]
    issue_part(desk, part, a, 5000, work_order=bought.ids["WO"])
    return_part(desk, part, a, 1000, work_order=bought.ids["WO"])
    assert figures(bought) == (400_00, 800_00, 1, 400_00, 4000)


def test_what_was_taken_back_counts_no_more(bought):
    desk, part, a = bought.desk, bought.ids["P"], bought.ids["A01"]
    for work in (
        lambda: issue_part(desk, part, a, 5000, work_order=bought.ids["WO"]),
        lambda: receive_part(desk, part, a, 3000, unit_price=100_0000),
    ):
        work()
        with desk.read() as read:
            last = read.value("SELECT id FROM stock_movement ORDER BY n DESC LIMIT 1")
        reverse_movement(desk, last)
    assert figures(bought) == (0, 800_00, 0, 0, 0)
