"""Two laptops book the same thing, neither knowing of the other: nothing is booked twice unseen (issue 4, bad input)."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from fleet import AWAY, BIN, PART, SITE, YARD, Fleet, Laptop, furnish_away
from judge import rows_are_equal, what_derives_is_alike

from app import health
from app.conflicts.actions import settle
from app.conflicts.queries import case, lines
from app.desk import Desk
from app.errors import AppError, Refused
from app.generic import Retire, create
from app.inventory import booking, corrections, loans, transit
from app.inventory.loans import Terms
from app.purchasing.orders import add_line, new_order, take_step
from db.ids import made_id


@pytest.fixture
def pair(fleet: Fleet) -> tuple[Laptop, Laptop]:
    """Ten pieces, which both laptops know."""
    a, b = fleet.laptops["a"], fleet.laptops["b"]
    furnish_away(a.desk)
    a.desk.perform(a.moved("opening", 10))
    sync(fleet)
    return a, b


def sync(fleet: Fleet) -> None:
    for _round in range(2):
        for laptop in fleet:
            laptop.sync()


def desk_at(laptop: Laptop, site: bytes = SITE) -> Desk:
    return replace(laptop.desk, site=next(one for one in laptop.desk.sites() if one.id == site))


def both(fleet: Fleet, work: Callable[[Laptop], object]) -> None:
    """Each laptop does it, then they hear of each other."""
    for laptop in fleet:
        work(laptop)
    at_rest(fleet)


def at_rest(fleet: Fleet) -> None:
    sync(fleet)
    what_derives_is_alike(fleet)
    with fleet.hub.reading() as read:
        for laptop in fleet:
            rows_are_equal(laptop, read.connection)
            assert health.check(laptop.profile) == []


def on_hand(fleet: Fleet) -> list[int]:
    sql = "SELECT coalesce(sum(on_hand), 0) FROM stock_level WHERE part_id = ?"
    return [laptop.value(sql, PART) // 1000 for laptop in fleet]


def newest(laptop: Laptop, kind: str) -> bytes:
    return laptop.value(
        "SELECT id FROM stock_movement WHERE type = ? AND reversal_of_id IS NULL ORDER BY n DESC LIMIT 1",
        kind,
    )


def alerts(laptop: Laptop, rule: str) -> list[str]:
    with laptop.desk.read() as read:
        found = read.rows("SELECT facts FROM alert WHERE rule = ? AND cleared_at IS NULL", rule)
    return [facts for (facts,) in found]


def test_two_reversals_of_one_booking_take_it_back_once(fleet, pair):
    a, _b = pair
    a.desk.perform(a.moved("issue", 4))
    sync(fleet)
    movement = newest(a, "issue")
    both(fleet, lambda laptop: booking.reverse_movement(desk_at(laptop), movement, reason="x"))
    assert on_hand(fleet) == [10, 10]


def test_a_loan_that_came_back_twice_is_a_task_until_one_return_is_taken_back(fleet, pair):
    a, b = pair
    loans.lend(desk_at(a), PART, BIN, 2000, Terms("2026-12-01", party="ACME"))
    sync(fleet)
    loan = a.value("SELECT id FROM loan")
    both(fleet, lambda laptop: loans.give_back(desk_at(laptop), loan, 2000))
    assert on_hand(fleet) == [12, 12]
    assert len(alerts(a, "loan.more")) == len(alerts(b, "loan.more")) == 1
    assert '"quantity":"2"' in alerts(a, "loan.more")[0]
    booking.reverse_movement(desk_at(b), newest(b, "loan_back"), reason="booked twice")
    at_rest(fleet)
    assert on_hand(fleet) == [10, 10]
    assert alerts(a, "loan.more") == alerts(b, "loan.more") == []
    with b.desk.read() as read:
        assert [row.out for row in loans.loans(read, SITE, closed=True)] == [0]


def test_a_transfer_that_arrived_twice_is_a_task_until_one_arrival_is_taken_back(fleet, pair):
    a, b = pair
    transit.send_to_site(desk_at(a), PART, BIN, AWAY, 3000)
    sync(fleet)
    sent = a.value("SELECT id FROM stock_transfer")
    both(fleet, lambda laptop: transit.arrive(desk_at(laptop, AWAY), sent, YARD, 3000))
    assert on_hand(fleet) == [13, 13]
    assert len(alerts(a, "transfer.more")) == len(alerts(b, "transfer.more")) == 1
    booking.reverse_movement(desk_at(a, AWAY), newest(a, "transfer_in"), reason="booked twice")
    at_rest(fleet)
    assert on_hand(fleet) == [10, 10]
    assert alerts(a, "transfer.more") == alerts(b, "transfer.more") == []


def test_a_transfer_that_is_called_back_while_it_arrives_is_a_task(fleet, pair):
    a, b = pair
    transit.send_to_site(desk_at(a), PART, BIN, AWAY, 3000)
    sync(fleet)
    booking.reverse_movement(desk_at(a), newest(a, "transfer_out"), reason="van broke down")
    transit.arrive(desk_at(b, AWAY), b.value("SELECT id FROM stock_transfer"), YARD, 3000)
    at_rest(fleet)
    assert on_hand(fleet) == [13, 13]
    assert len(alerts(a, "transfer.more")) == 1


def test_stock_of_a_part_that_another_laptop_deleted_is_a_task(fleet, pair):
    a, b = pair
    a.desk.perform(a.moved("issue", 10))
    sync(fleet)
    a.desk.perform(Retire("part", (PART,)))
    b.desk.perform(b.moved("receipt", 3))
    at_rest(fleet)  # a was first: the part is deleted, what came is kept
    assert on_hand(fleet) == [3, 3]
    assert len(alerts(a, "part.gone")) == len(alerts(b, "part.gone")) == 1
    b.desk.perform(Retire("part", (PART,), back=True))
    at_rest(fleet)
    assert alerts(a, "part.gone") == alerts(b, "part.gone") == []


def test_a_part_that_another_laptop_received_is_not_deleted(fleet, pair):
    a, b = pair
    a.desk.perform(a.moved("issue", 10))
    sync(fleet)
    b.desk.perform(b.moved("receipt", 3))
    b.sync()
    a.desk.perform(Retire("part", (PART,)))
    at_rest(fleet)
    assert on_hand(fleet) == [3, 3]
    assert a.row("part", PART)["deleted"] == 0
    assert a.value("SELECT count(*) FROM conflict WHERE field = 'deleted' AND decision IS NULL") == 1


def test_two_corrections_of_one_booking_are_not_added_up(fleet, pair):
    a, b = pair
    a.desk.perform(a.moved("issue", 4))
    sync(fleet)
    movement = newest(a, "issue")
    corrections.correct_booking(desk_at(a), movement, qty=3000, reason="three")
    done = corrections.correct_booking(desk_at(b), movement, qty=2000, reason="two")
    at_rest(fleet)
    assert on_hand(fleet) == [7, 7], "the first one stands"
    for laptop in fleet:
        with laptop.desk.read() as read:
            found = lines(read, laptop.desk.actor)
        assert [(line.table, line.fields) for line in found] == [("stock_movement", "Quantity")]
    with b.desk.read() as read:
        seen = case(read, b.desk.actor, lines(read, b.desk.actor)[0].id, "Asia/Shanghai")
    with pytest.raises(Refused, match="correct it in the ledger"):
        settle(b.desk, seen, "mine")
    settle(b.desk, seen, "theirs")
    with pytest.raises(AppError, match="can no longer be undone"):
        b.desk.undo(done.action_id)
    at_rest(fleet)
    assert on_hand(fleet) == [7, 7]


def test_a_booking_that_one_takes_back_and_another_corrects_is_taken_back(fleet, pair):
    a, b = pair
    done = a.desk.perform(a.moved("issue", 4))
    sync(fleet)
    movement = newest(b, "issue")
    a.desk.undo(done.action_id)
    corrections.correct_booking(desk_at(b), movement, qty=2000, reason="two")
    at_rest(fleet)
    assert on_hand(fleet) == [10, 10]


def test_a_reversal_that_came_second_is_not_undone_into_a_booking(fleet, pair):
    a, b = pair
    a.desk.perform(a.moved("issue", 4))
    sync(fleet)
    movement = newest(a, "issue")
    booking.reverse_movement(desk_at(a), movement, reason="x")
    second = booking.reverse_movement(desk_at(b), movement, reason="y")
    at_rest(fleet)
    with pytest.raises(AppError, match="can no longer be undone"):
        b.desk.undo(second.action_id)
    assert on_hand(fleet) == [10, 10]


SUPPLIER = made_id("twice", "supplier")


def ordered(laptop: Laptop) -> tuple[bytes, bytes]:
    """An order of ten pieces that was placed: its id and its line's."""
    laptop.desk.perform(create("supplier", SUPPLIER, code="S-1", name="供应商", active=1))
    desk = desk_at(laptop)
    order, _done = new_order(desk, SUPPLIER)
    add_line(desk, order, PART, 10_000, 1_0000)
    take_step(desk, order, "submitted")
    take_step(desk, order, "approved", anyway="the only one here")
    take_step(desk, order, "ordered", ordered_on="2026-11-22")
    return order, laptop.value("SELECT id FROM purchase_line WHERE order_id = ?", order)


def test_a_delivery_that_was_received_twice_is_a_task_until_one_receipt_is_taken_back(fleet, pair):
    a, b = pair
    order, line = ordered(a)
    sync(fleet)
    both(fleet, lambda laptop: booking.receive_part(desk_at(laptop), PART, BIN, 10_000, purchase_line=line))
    assert on_hand(fleet) == [30, 30]
    assert len(alerts(a, "purchase.more")) == len(alerts(b, "purchase.more")) == 1
    booking.reverse_movement(desk_at(b), newest(b, "receipt"), reason="booked twice")
    at_rest(fleet)
    assert on_hand(fleet) == [20, 20]
    assert alerts(a, "purchase.more") == alerts(b, "purchase.more") == []
    assert a.row("purchase_order", order)["status"] == "received"


def test_goods_of_an_order_that_was_cancelled_meanwhile_are_a_task(fleet, pair):
    a, b = pair
    order, line = ordered(a)
    sync(fleet)
    take_step(desk_at(a), order, "cancelled", "not needed")
    booking.receive_part(desk_at(b), PART, BIN, 4000, purchase_line=line)
    at_rest(fleet)
    assert on_hand(fleet) == [14, 14]
    assert a.row("purchase_order", order)["status"] == "cancelled"
    assert len(alerts(a, "purchase.unwanted")) == 1
    booking.send_back(desk_at(b), line, BIN, 4000, reason="cancelled")
    at_rest(fleet)
    assert alerts(a, "purchase.unwanted") == alerts(b, "purchase.unwanted") == []


def test_a_reversal_that_was_undone_before_it_came_second_leaves_the_first(fleet, pair):
    a, b = pair
    a.desk.perform(a.moved("issue", 4))
    sync(fleet)
    movement = newest(a, "issue")
    booking.reverse_movement(desk_at(a), movement, reason="x")
    a.sync()
    undone = booking.reverse_movement(desk_at(b), movement, reason="y")
    b.desk.undo(undone.action_id)
    at_rest(fleet)
    assert on_hand(fleet) == [10, 10]


def test_a_correction_that_was_undone_before_it_came_second_leaves_the_first(fleet, pair):
    a, b = pair
    a.desk.perform(a.moved("issue", 4))
    sync(fleet)
    movement = newest(a, "issue")
    corrections.correct_booking(desk_at(a), movement, qty=3000, reason="three")
    a.sync()
    undone = corrections.correct_booking(desk_at(b), movement, qty=2000, reason="two")
    b.desk.undo(undone.action_id)
    at_rest(fleet)
    assert on_hand(fleet) == [7, 7]
