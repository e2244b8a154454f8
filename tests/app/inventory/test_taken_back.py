"""What is lent, or sent to another site, and taken back: the loan and the transfer follow their bookings (must-always-be-true 4)."""

from dataclasses import replace

import pytest

from app import health
from app.desk import Desk
from app.errors import AppError, Refused
from app.generic import create
from app.inventory import booking, corrections, loans, transit
from app.inventory.loans import Terms
from db.ids import new_id

TERMS = Terms("2026-12-01", party="ACME")


@pytest.fixture(autouse=True)
def _whole(shop):
    yield
    assert health.check(shop.desk.profile) == []


@pytest.fixture
def lent(shop) -> tuple[bytes, object]:
    """Four of ten pieces are lent: the loan, and the action."""
    shop.part("P", 10)
    done = loans.lend(shop.desk, shop.ids["P"], None, 4000, TERMS)
    return value(shop, "SELECT id FROM loan"), done


def value(shop, sql: str, *params: object) -> object:
    with shop.desk.read() as read:
        return read.value(sql, *params)


def out(shop) -> list[int]:
    """What is out of the loans in the list."""
    with shop.desk.read() as read:
        return [row.out for row in loans.loans(read, shop.desk.site.id, closed=True)]


def last(shop, kind: str) -> bytes:
    sql = "SELECT id FROM stock_movement WHERE type = ? AND reversal_of_id IS NULL ORDER BY n DESC LIMIT 1"
    return value(shop, sql, kind)


def test_a_return_that_is_undone_is_out_again(shop, lent):
    loan, _done = lent
    back = loans.give_back(shop.desk, loan, 4000)
    assert (out(shop), shop.stock("P")[0]) == ([0], 10_000)
    shop.desk.undo(back.action_id)
    assert (out(shop), shop.stock("P")[0]) == ([4000], 6000)
    loans.give_back(shop.desk, loan, 3000)
    assert (out(shop), shop.stock("P")[0]) == ([1000], 9000)


def test_a_return_that_is_reversed_in_the_ledger_is_out_again(shop, lent):
    loan, _done = lent
    loans.give_back(shop.desk, loan, 4000)
    booking.reverse_movement(shop.desk, last(shop, "loan_back"), reason="wrong tool")
    assert (out(shop), shop.stock("P")[0]) == ([4000], 6000)


def test_a_loan_that_is_undone_never_was(shop, lent):
    _loan, done = lent
    shop.desk.undo(done.action_id)
    assert (out(shop), shop.stock("P")[0]) == ([], 10_000)


@pytest.mark.usefixtures("lent")
def test_a_loan_that_is_reversed_is_not_out(shop):
    booking.reverse_movement(shop.desk, last(shop, "loan_out"), reason="nobody took it")
    assert (out(shop), shop.stock("P")[0]) == ([0], 10_000)


def test_a_loan_is_not_taken_back_while_part_of_it_has_come_back(shop, lent):
    loan, done = lent
    loans.give_back(shop.desk, loan, 1000)
    for attempt in (
        lambda: booking.reverse_movement(shop.desk, last(shop, "loan_out"), reason="x"),
        lambda: shop.desk.undo(done.action_id),
    ):
        with pytest.raises(Refused, match="已有一部分归还"):
            attempt()
    assert (out(shop), shop.stock("P")[0]) == ([3000], 7000)


def test_what_was_kept_and_undone_is_out_again(shop, lent):
    loan, _done = lent
    kept = loans.keep(shop.desk, loan, 4000, reason="fitted")
    assert (out(shop), shop.stock("P")[0]) == ([0], 6000)
    shop.desk.undo(kept.action_id)
    assert (out(shop), shop.stock("P")[0]) == ([4000], 6000)


def test_an_extension_that_is_undone_is_due_as_before(shop, lent):
    loan, _done = lent
    longer = loans.extend(shop.desk, loan, "2027-01-01", reason="needed")
    shop.desk.undo(longer.action_id)
    with shop.desk.read() as read:
        assert [row.due_on for row in loans.loans(read, shop.desk.site.id)] == ["2026-12-01"]


def test_what_was_borrowed_and_sent_back_by_mistake_is_here_again(shop):
    shop.part("P", 10)
    borrowed = loans.borrow(shop.desk, shop.ids["P"], 2000, TERMS)
    loan = value(shop, "SELECT id FROM loan")
    back = loans.give_back(shop.desk, loan, 2000)
    shop.desk.undo(back.action_id)
    assert out(shop) == [2000]
    shop.desk.undo(borrowed.action_id)
    assert (out(shop), shop.stock("P")[0]) == ([], 10_000)


# transfers between sites


@pytest.fixture
def there(shop) -> Desk:
    """The desk of the other site, whose bin is B2; five pieces are on the way to it."""
    ids = shop.ids
    ids["S2"], ids["B2"] = new_id(), new_id()
    shop.desk.perform(
        create("site", ids["S2"], code="S2", name="二号站点", site_type="building", timezone="Asia/Shanghai", active=1),
        create("location", ids["B2"], code="S2-B", name="货架", location_type="bin", site_id=ids["S2"], qr_label=1),
    )  # fmt: skip
    shop.part("P", 10)
    shop.sent = transit.send_to_site(shop.desk, ids["P"], ids["A01"], ids["S2"], 5000)
    return replace(shop.desk, site=next(site for site in shop.desk.sites() if site.code == "S2"))


def on_the_way(shop) -> list[int]:
    with shop.desk.read() as read:
        return [row.open for row in transit.in_transit(read, None)]


def on_hand(shop, site: str) -> int:
    sql = "SELECT coalesce(sum(on_hand), 0) FROM part_stock WHERE site_id = ?"
    return value(shop, sql, shop.ids[site])


def arrived(shop, there: Desk, qty: int) -> object:
    return transit.arrive(there, value(shop, "SELECT id FROM stock_transfer"), shop.ids["B2"], qty)


def test_one_of_two_arrivals_is_taken_back_alone(shop, there):
    arrived(shop, there, 2000)
    arrived(shop, there, 3000)
    assert (on_the_way(shop), on_hand(shop, "S2")) == ([], 5000)
    booking.reverse_movement(there, last(shop, "transfer_in"), reason="miscounted")
    assert (on_the_way(shop), on_hand(shop, "S2"), on_hand(shop, "S1")) == ([3000], 2000, 5000)


def test_an_arrival_that_is_undone_is_on_the_way_again(shop, there):
    done = arrived(shop, there, 5000)
    shop.desk.undo(done.action_id)
    assert (on_the_way(shop), on_hand(shop, "S2"), on_hand(shop, "S1")) == ([5000], 0, 5000)


@pytest.mark.usefixtures("there")
@pytest.mark.parametrize("way", ["undo", "reverse"])
def test_what_was_sent_is_called_back_while_nothing_has_arrived(shop, way):
    if way == "undo":
        shop.desk.undo(shop.sent.action_id)
    else:
        booking.reverse_movement(shop.desk, last(shop, "transfer_out"), reason="van broke down")
    assert (on_the_way(shop), on_hand(shop, "S1")) == ([], 10_000)


def test_what_was_sent_is_not_called_back_after_a_part_of_it_has_arrived(shop, there):
    arrived(shop, there, 1000)
    with pytest.raises(Refused, match="已到货或已作丢失处理"):
        booking.reverse_movement(shop.desk, last(shop, "transfer_out"), reason="x")
    assert (on_the_way(shop), on_hand(shop, "S1"), on_hand(shop, "S2")) == ([4000], 5000, 1000)


@pytest.mark.usefixtures("there")
def test_what_was_given_up_and_undone_is_on_the_way_again(shop):
    lost = transit.give_up(shop.desk, value(shop, "SELECT id FROM stock_transfer"), 2000, reason="van")
    assert on_the_way(shop) == [3000]
    shop.desk.undo(lost.action_id)
    assert on_the_way(shop) == [5000]


@pytest.mark.usefixtures("there")
def test_a_transfer_to_another_site_is_not_corrected_at_one_end(shop):
    with shop.desk.read() as read:
        assert "transfer_out" not in [row.type for row in corrections.correctable(read, None)]
    with pytest.raises(AppError, match="已发往其他站点"):
        corrections.correct_booking(shop.desk, last(shop, "transfer_out"), qty=3000, reason="x")
    assert (on_the_way(shop), on_hand(shop, "S1")) == ([5000], 5000)
