"""A month is closed by a supervisor; what comes later counts in the open month; the sheet never changes."""

from dataclasses import replace

import msgspec
import pytest

from app.access import Actor, Permission
from app.errors import AppError, Denied, Refused
from app.health import check
from app.inventory import closing
from app.inventory.booking import issue_part, receive_part, reverse_movement
from app.inventory.closed import closing_balance
from app.inventory.closing import close_month, closing_lines, closings, next_period, reopen_month
from app.inventory.ledger import movements_of
from app.values import instant_of

DAY = 86_400_000


#: A moment in October at the site.
OCTOBER = instant_of("2026-10-15", "09:00")


def booked_in_october(shop) -> bytes:
    part = shop.part("P")
    shop.desk.perform(
        replace_time(shop.op("opening", "P", 10_000, unit_price=10_0000), OCTOBER),
        replace_time(shop.op("receipt", "P", 10_000, unit_price=20_0000), OCTOBER + DAY),
        replace_time(shop.op("issue", "P", 5_000, reason="x"), OCTOBER + 2 * DAY),
    )
    return part


def replace_time(op, at: int):
    return msgspec.structs.replace(op, happened_at=at)


def test_the_sheet_holds_what_came_went_and_was_left(shop) -> None:
    booked_in_october(shop)
    period = next_period(shop.desk)
    assert period is not None
    assert period.month == "2026-10"
    close_month(shop.desk, period)
    with shop.desk.read() as read:
        row = closings(read, shop.desk.site.id)[0]
        line = closing_lines(read, row.id)[0]
    assert (line.in_qty, line.out_qty, line.on_hand) == (20_000, 5_000, 15_000)
    assert closing.values.show_quantity(line.before[0]) == "0"
    assert (line.in_value, line.out_value, line.value) == (3 * 10**9, 75 * 10**7, 225 * 10**7)
    assert next_period(shop.desk).month == "2026-11"


def test_what_comes_later_counts_in_the_open_month_and_shows_its_day(shop) -> None:
    part = booked_in_october(shop)
    close_month(shop.desk, next_period(shop.desk))
    with shop.desk.read() as read:
        before = closing_lines(read, closings(read, None)[0].id)
    shop.desk.perform(replace_time(shop.op("issue", "P", 2_000, reason="late"), OCTOBER))
    with shop.desk.read() as read:
        late = movements_of(read, part, 10)
        assert closing_lines(read, closings(read, None)[0].id) == before
        ends = instant_of("2026-11-01")
        assert closing_balance(read, shop.desk.site.id, None, ends)[part] == (15_000, before[0].value)
        found = next(row for row in late if row.reason == "late")
        posted = read.value("SELECT posted_at FROM stock_movement WHERE id = ?", found.id)
    assert (found.happened_at, posted) == (OCTOBER, ends)
    assert check(shop.desk.profile) == []


def test_a_reversal_after_the_closing_counts_in_the_open_month_with_its_reason(shop) -> None:
    part = booked_in_october(shop)
    close_month(shop.desk, next_period(shop.desk))
    with shop.desk.read() as read:
        issue = next(row for row in movements_of(read, part, 10) if row.type == "issue")
    reverse_movement(shop.desk, issue.id, reason="wrong part")
    with shop.desk.read() as read:
        back = next(row for row in movements_of(read, part, 10) if row.reverses)
    assert back.happened_at == shop.desk.now()
    assert shop.stock("P")[0] == 20_000
    assert check(shop.desk.profile) == []


def test_an_open_item_must_be_accepted_and_a_month_must_be_over(shop) -> None:
    shop.part("P")
    shop.move("issue", "P", 1000, reason="x")
    period = next_period(shop.desk)
    assert period.month == "2026-11"
    with pytest.raises(Refused, match="2026-11"):
        close_month(shop.desk, period)
    shop.part("Q")
    shop.desk.perform(replace_time(shop.op("issue", "Q", 1000, reason="y"), OCTOBER), reason="z")
    october_period = next_period(shop.desk)
    with pytest.raises(Refused) as refused:
        close_month(shop.desk, october_period)
    assert refused.value.may_override
    close_month(shop.desk, october_period, reason="counted in November")
    with shop.desk.read() as read:
        assert closings(read, None)[0].reason == "counted in November"


def test_only_the_last_month_is_opened_again_and_its_sheet_stays(shop) -> None:
    booked_in_october(shop)
    close_month(shop.desk, next_period(shop.desk))
    with shop.desk.read() as read:
        first = closings(read, None)[0]
    with pytest.raises(Refused):
        reopen_month(shop.desk, first.id, reason=" ")
    reopen_month(shop.desk, first.id, reason="a delivery note was missing")
    shop.desk.perform(replace_time(shop.op("receipt", "P", 1_000, unit_price=15_0000), OCTOBER))
    close_month(shop.desk, next_period(shop.desk))
    with shop.desk.read() as read:
        second, again = closings(read, None)
        assert {second.month, again.month} == {"2026-10"}
        assert closing_lines(read, second.id)[0].on_hand == 16_000
        assert closing_lines(read, first.id)[0].on_hand == 15_000
    assert check(shop.desk.profile) == []


def test_a_storekeeper_closes_nothing(shop) -> None:
    booked_in_october(shop)
    keeper = Actor(None, "storekeeper", frozenset(Permission) - {Permission.APPROVE_STOCK})
    with pytest.raises(Denied):
        close_month(replace(shop.desk, actor=keeper), next_period(shop.desk))


def test_a_site_must_be_chosen(shop) -> None:
    with pytest.raises(AppError):
        next_period(shop.desk.at(None))


def test_check_says_what_differs(shop) -> None:
    part = shop.part("P", 5)
    issue_part(shop.desk, part, None, 1000, reason="x")
    receive_part(shop.desk, part, None, 1000, unit_price=1_0000)
    assert check(shop.desk.profile) == []
    with shop.desk.profile.store.local() as connection:
        connection.execute("UPDATE stock_worth SET worth = worth + 100000")
    faults = check(shop.desk.profile)
    assert any("P" in fault and "S1" in fault for fault in faults)
    shop.desk.profile.store.rebuild()
    assert check(shop.desk.profile) == []


def test_a_stopped_clock_does_not_ask_for_months_since_1970(shop) -> None:
    booked_in_october(shop)
    shop.desk.perform(replace_time(shop.op("receipt", "P", 1_000, unit_price=10_0000), 0))
    period = next_period(shop.desk)
    assert period is not None
    assert period.month == "2026-10"
    close_month(shop.desk, period)
    with shop.desk.read() as read:
        line = closing_lines(read, closings(read, shop.desk.site.id)[0].id)[0]
    assert (line.before[0], line.on_hand) == (1_000, 16_000)
    assert check(shop.desk.profile) == []
