"""Stock values in the hub's order: whatever order the laptops' bookings arrive in, all end with the same values and the same closed month."""

import random

import msgspec
import pytest
from fleet import AWAY, BIN, PART, SITE, Fleet, Laptop
from judge import judge

from app.health import check
from app.inventory.closing import close_month, closing_lines, closings, month_of
from app.inventory.loans import Terms, lend, loans
from app.inventory.transit import in_transit, send_to_site

pytestmark = pytest.mark.parametrize("store", ["file", "server"], indirect=True)
STEPS = "SELECT movement_id, place, value, difference, on_hand, worth FROM stock_step ORDER BY movement_id"
KINDS = ("receipt", "receipt", "issue", "return", "adjust_gain", "adjust_loss", "scrap")


def steps(laptop: Laptop) -> list:
    with laptop.profile.store.read() as read:
        return read.rows(STEPS)


@pytest.mark.parametrize("seed", range(4))
def test_all_laptops_and_the_hub_reckon_alike(fleet: Fleet, seed: int) -> None:
    dice = random.Random(seed)
    laptops = [*fleet.laptops.values()]
    for _turn in range(30):
        laptop = dice.choice(laptops)
        move = laptop.moved(dice.choice(KINDS), dice.randint(1, 7))
        price, tax = dice.randint(1, 99_999), dice.choice((None, "net", "gross"))
        laptop.desk.perform(
            msgspec.structs.replace(move, unit_price=price, price_tax=tax, tax_rate=13_000), reason="x"
        )
        if dice.random() < 0.3:
            laptop.sync()
    for _round in range(2):
        for laptop in laptops:
            laptop.sync()
    first = steps(laptops[0])
    assert len(first) == 30
    assert all(steps(laptop) == first for laptop in laptops)
    with fleet.hub.reading() as read:
        assert [tuple(row) for row in read.rows(STEPS)] == first
    for laptop in laptops:
        assert check(laptop.profile) == []
        laptop.profile.store.rebuild()
        assert steps(laptop) == first
    judge(fleet)


def test_a_movement_that_reaches_the_hub_after_the_closing_counts_in_the_open_month(fleet: Fleet) -> None:
    a, b = [*fleet.laptops.values()][:2]
    now = a.desk.now()
    period = month_of("2020-01", "Asia/Shanghai")
    before = msgspec.structs.replace(a.moved("receipt", 5), happened_at=period.starts_at + 1)
    a.desk.perform(before)
    for laptop in (a, b, a):
        laptop.sync()
    late = msgspec.structs.replace(b.moved("issue", 2), happened_at=period.starts_at + 2)
    b.desk.perform(late, reason="x")
    assert now > period.ends_at
    desk = a.desk.at(next(site for site in a.desk.sites() if site.id == SITE))
    close_month(desk, period, reason="open items known")
    for laptop in (a, b, a):
        laptop.sync()
    for laptop in (a, b):
        with laptop.profile.store.read() as read:
            (line,) = closing_lines(read, closings(read, SITE)[0].id)
            posted = read.value("SELECT posted_at FROM stock_movement WHERE movement_no = ?", late.number)
        assert (line.on_hand, posted) == (5000, period.ends_at)
        assert check(laptop.profile) == []
    judge(fleet)


def test_the_first_closing_of_a_month_stands(fleet: Fleet) -> None:
    a, b = [*fleet.laptops.values()][:2]
    a.desk.perform(a.moved("receipt", 5))
    for laptop in (a, b):
        laptop.sync()
    for laptop in (a, b):
        desk = laptop.desk.at(next(site for site in laptop.desk.sites() if site.id == SITE))
        early = month_of("2020-01", "Asia/Shanghai")
        close_month(desk, early, reason="open items known")
    for laptop in (a, b, a):
        laptop.sync()
    for laptop in (a, b):
        with laptop.profile.store.read() as read:
            assert len(closings(read, SITE)) == 1
    judge(fleet)


def test_loans_and_transfers_reach_the_others(fleet: Fleet) -> None:
    a, b = [*fleet.laptops.values()][:2]
    a.desk.perform(a.moved("receipt", 5))
    lend(a.desk, PART, BIN, 1000, Terms("2099-01-01", party="Line 2"))
    send_to_site(a.desk, PART, BIN, AWAY, 2000)
    for laptop in (a, b):
        laptop.sync()
    with b.profile.store.read() as read:
        assert [row.out for row in loans(read, None)] == [1000]
        assert [row.open for row in in_transit(read, None)] == [2000]
    judge(fleet)
