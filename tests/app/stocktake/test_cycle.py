"""What is due to be counted, who may approve up to which sum, and what the differences are worth."""

import pytest

from app.errors import Denied, Refused
from app.inventory.rules import change_rules
from app.stocktake import counting
from app.stocktake.counting import Paper, may_approve
from app.stocktake.counts import cycle, due_parts
from app.stocktake.lines import lines_of

DAY = 24 * 60


def due(shelf, classes=()) -> list[str]:
    with shelf.desk.read() as read:
        return [part.part_no for part in due_parts(read, shelf.ids["S1"], shelf.now, classes)]


def test_a_cycle_count_takes_what_is_due_by_the_rules(shelf):
    assert due(shelf) == ["HVAC-1", "HVAC-2", "PWR-1"]
    assert due(shelf, ["C"]) == ["PWR-1"]
    count = counting.open_count(shelf.keeper, "cycle", classes=["A"], most=1)[0]
    with shelf.desk.read() as read:
        found = lines_of(read, count)
    assert [line.part_no for line in found.rows] == ["HVAC-1"]
    counting.count_line(shelf.keeper, count, shelf.key("HVAC-1"), 4000)
    assert due(shelf) == ["HVAC-2", "PWR-1"]
    change_rules(shelf.boss, {"count_days_a": 5})
    shelf.later(6 * DAY)
    assert due(shelf, ["A"]) == ["HVAC-2", "HVAC-1"], "the longest overdue first"
    with shelf.desk.read() as read:
        assert next((row.abc, row.due, row.days) for row in cycle(read, None, shelf.now)) == ("A", 2, 5)
    counting.cancel_count(shelf.keeper, count, "wrong shelf")
    change_rules(shelf.boss, {"count_days_a": 90})
    assert due(shelf, ["A"]) == ["HVAC-1", "HVAC-2"], "what was cancelled does not count"


def test_a_cycle_with_nothing_due_is_refused(shelf):
    with pytest.raises(Refused):
        counting.open_count(shelf.keeper, "cycle", classes=["B"])


def ready(shelf, pieces: int) -> bytes:
    """HVAC-1 (4 at 100.00) is counted as so many, explained and closed."""
    count = counting.open_count(shelf.keeper, "bins", bins=[shelf.ids["A01"]])[0]
    counting.count_line(shelf.keeper, count, shelf.key("HVAC-1"), pieces * 1000, reason="lost")
    counting.close_count(shelf.keeper, count, "yes")
    return count


def test_a_second_storekeeper_approves_up_to_the_limit(shelf):
    second = shelf.person("storekeeper", "SECOND")
    count = ready(shelf, 3)
    with pytest.raises(Denied):
        counting.approve_count(second, count)
    change_rules(shelf.boss, {"count_limit": 150_00})
    with shelf.desk.read() as read:
        found = lines_of(read, count)
    assert (found.at_stake, may_approve(second, found)) == (100_00, True)
    with pytest.raises(Refused) as refused:
        counting.approve_count(shelf.keeper, count)
    assert refused.value.objections[0].code == "count.same"
    done = counting.approve_count(second, count)
    assert shelf.on_hand("HVAC-1") == 3
    second.undo(done.action_id)
    assert shelf.on_hand("HVAC-1") == 4
    counting.cancel_count(shelf.keeper, count, "again")
    larger = ready(shelf, 2)
    with pytest.raises(Refused) as refused:
        counting.approve_count(second, larger)
    assert refused.value.objections[0].code == "count.limit"
    counting.approve_count(shelf.boss, larger)
    assert shelf.on_hand("HVAC-1") == 2


def test_differences_are_worth_the_moving_average(shelf):
    shelf.part("AVG-1")
    shelf.move("receipt", "AVG-1", 10, unit_price=10_0000)
    shelf.move("receipt", "AVG-1", 10, unit_price=20_0000)
    count = counting.open_count(shelf.keeper, "full")[0]
    counting.count_line(shelf.keeper, count, shelf.key("AVG-1"), 18_000, reason="lost")
    line = shelf.line(count, "AVG-1")
    assert (line.price, line.value) == (15_0000, -30_00)


def test_a_count_on_paper_is_compared_with_the_books_of_its_time(shelf):
    count = counting.open_count(shelf.keeper, "full")[0]
    shelf.later(10)
    then = shelf.now
    shelf.later(10)
    shelf.move("issue", "HVAC-1", 2)
    paper = Paper(then, "老周")
    counting.count_line(shelf.keeper, count, shelf.key("HVAC-1"), 3000, paper=paper, reason="lost")
    line = shelf.line(count, "HVAC-1")
    assert (line.difference, line.moved, line.last.entry, line.last.at) == (-1000, True, "paper", then)
    counting.explain(shelf.keeper, count, [line], "damaged")
    assert shelf.line(count, "HVAC-1").last.paper_name == "老周"
    counting.close_count(shelf.keeper, count, "yes")
    counting.approve_count(shelf.boss, count, "yes")
    assert shelf.on_hand("HVAC-1") == 1, "the issue since then is not eaten"
    with pytest.raises(Refused):
        counting.count_line(
            shelf.keeper, counting.open_count(shelf.keeper, "full")[0], shelf.key("HVAC-1"), 1000,
            paper=Paper(shelf.now + 60_000),
        )  # fmt: skip


def test_who_is_named_on_the_paper_does_not_approve(shelf):
    count = counting.open_count(shelf.keeper, "full")[0]
    counting.count_line(
        shelf.keeper, count, shelf.key("HVAC-1"), 3000, paper=Paper(shelf.now, "boss"), reason="lost"
    )
    counting.close_count(shelf.keeper, count, "yes")
    with pytest.raises(Refused) as refused:
        counting.approve_count(shelf.boss, count)
    assert refused.value.objections[0].code == "count.same"
