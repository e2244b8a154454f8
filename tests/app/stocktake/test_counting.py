"""Stock-takes: counts are facts, only the approval by a second person moves stock, and movements since are not eaten."""

import pytest

from app.errors import AppError, Denied, Refused
from app.stocktake import counting
from app.stocktake.counts import accuracy, count_row, cycle
from app.stocktake.lines import lines_of
from app.stocktake.ops import CountPart


def lines(shelf, count):
    with shelf.desk.read() as read:
        return lines_of(read, count)


def codes(refused) -> list[str]:
    return [objection.code for objection in refused.value.objections]


def opened(shelf, kind="full", **more):
    return counting.open_count(shelf.keeper, kind, **more)[0]


def counted(shelf, count, **pieces):
    """Count parts of A01 (and PWR_1 in A02), one after the other."""
    for name, number in pieces.items():
        code = name.replace("_", "-")
        place = "A02" if code.startswith("PWR") else "A01"
        counting.count_line(shelf.keeper, count, shelf.key(code, place), number * 1000)
        shelf.later()


def approved(shelf, count):
    rows = [line for line in lines(shelf, count).different if not line.reason]
    if rows:
        counting.explain(shelf.keeper, count, rows, "not_booked")
    counting.close_count(shelf.keeper, count, "yes")
    shelf.later()
    return counting.approve_count(shelf.boss, count, "yes")


def test_expected_found_missing_and_unexpected_lines_are_told_apart(shelf):
    shelf.part("NEW-1")
    count = opened(shelf, "bins", bins=[shelf.ids["A01"]])
    assert [line.part_no for line in lines(shelf, count).open] == ["HVAC-1", "HVAC-2"]
    counted(shelf, count, HVAC_1=4, HVAC_2=0, NEW_1=2)
    states = {line.part_no: line.state for line in lines(shelf, count).rows}
    assert states == {"HVAC-1": "agrees", "HVAC-2": "not_found", "NEW-1": "unexpected"}
    found = lines(shelf, count)
    assert (found.gain, found.loss, found.accuracy) == (200_00, -140_00, 333)
    assert shelf.on_hand("HVAC-2") == 7, "a count moves nothing"


def test_the_approval_books_one_adjustment_per_line_that_differs(shelf):
    count = opened(shelf)
    counted(shelf, count, HVAC_1=3, HVAC_2=9, PWR_1=10)
    done = approved(shelf, count)
    assert (shelf.on_hand("HVAC-1"), shelf.on_hand("HVAC-2"), shelf.on_hand("PWR-1", "A02")) == (3, 9, 10)
    with shelf.desk.read() as read:
        booked = read.rows(
            "SELECT type, qty, reason FROM stock_movement WHERE count_id = ? ORDER BY type", count
        )
        row = count_row(read, count)
    assert [found[:2] for found in booked] == [("adjust_gain", 2000), ("adjust_loss", 1000)]
    assert row
    assert (row.status, row.lines, row.different, row.accuracy) == ("approved", 3, 2, 333)
    assert len(done.op_ids) == 3


def test_what_moved_since_the_count_is_not_eaten(shelf):
    count = opened(shelf)
    counted(shelf, count, HVAC_1=3, HVAC_2=7, PWR_1=10)
    shelf.move("issue", "HVAC-1", 2)
    assert [line.part_no for line in lines(shelf, count).recount] == ["HVAC-1"]
    counting.explain(shelf.keeper, count, [shelf.line(count, "HVAC-1")], "lost")
    counting.close_count(shelf.keeper, count)
    with pytest.raises(Refused) as refused:
        counting.approve_count(shelf.boss, count)
    assert codes(refused) == ["count.moved"]
    counting.approve_count(shelf.boss, count, "seen")
    assert shelf.on_hand("HVAC-1") == 1


def test_a_movement_that_was_not_known_at_the_count_asks_for_a_recount(shelf):
    count = opened(shelf)
    before = shelf.now
    shelf.later()
    counted(shelf, count, HVAC_1=3)
    shelf.move("issue", "HVAC-1", 1, happened_at=before)  # typed in later, or come from another laptop
    assert shelf.line(count, "HVAC-1").moved
    counting.count_line(shelf.keeper, count, shelf.key("HVAC-1"), 3000, how="replace")
    line = shelf.line(count, "HVAC-1")
    assert (line.moved, line.difference, line.state) == (False, 0, "agrees")


def test_a_second_count_of_a_line_asks_for_a_choice(shelf):
    count = opened(shelf)
    counted(shelf, count, HVAC_1=3)
    with pytest.raises(Refused) as refused:
        counting.count_line(shelf.keeper, count, shelf.key("HVAC-1"), 1000)
    assert codes(refused) == ["count.again"]
    assert not refused.value.may_override
    counting.count_line(shelf.keeper, count, shelf.key("HVAC-1"), 1000, how="add")
    assert shelf.line(count, "HVAC-1").counted == 4000
    done = counting.count_line(shelf.keeper, count, shelf.key("HVAC-1"), 2000, how="replace")
    assert shelf.line(count, "HVAC-1").counted == 2000
    shelf.keeper.undo(done.action_id)
    assert shelf.line(count, "HVAC-1").counted == 4000


def test_two_desks_that_did_not_see_each_other_leave_a_choice(shelf):
    count = opened(shelf)
    counted(shelf, count, HVAC_1=3, HVAC_2=7, PWR_1=10)
    part, place, _batch = shelf.key("HVAC-1")
    shelf.arrive(
        CountPart(
            count=count, site=shelf.ids["S1"], part=part, bin=place, counted=4000, seen_balance=4000,
            counted_at=shelf.now, counter=b"2" * 16,
        )
    )  # fmt: skip
    line = shelf.line(count, "HVAC-1")
    assert line.state == "twice"
    counting.close_count(shelf.keeper, count)
    with pytest.raises(Refused) as refused:
        counting.approve_count(shelf.boss, count)
    assert "count.twice" in codes(refused)
    counting.choose(shelf.keeper, count, line, line.counts[0].id)
    found = shelf.line(count, "HVAC-1")
    assert (found.state, found.counted, found.twice) == ("loss", 3000, False)


def test_whoever_counted_or_closed_cannot_approve(shelf):
    count = opened(shelf)
    counting.count_line(shelf.boss, count, shelf.key("HVAC-1"), 4000)
    counting.close_count(shelf.keeper, count, "yes")
    with pytest.raises(Refused) as refused:
        counting.approve_count(shelf.boss, count)
    assert codes(refused) == ["count.same"]
    second = shelf.person("storekeeper", "SECOND")
    with pytest.raises(Denied):
        counting.approve_count(second, count, "yes")


def test_a_difference_needs_a_reason_before_the_approval(shelf):
    count = opened(shelf)
    counted(shelf, count, HVAC_1=3)
    counting.close_count(shelf.keeper, count, "yes")
    with pytest.raises(Refused) as refused:
        counting.approve_count(shelf.boss, count, "yes")
    assert codes(refused) == ["count.reason"]
    counting.explain(shelf.keeper, count, lines(shelf, count).rows, "damaged")
    counting.approve_count(shelf.boss, count, "yes")
    assert shelf.on_hand("HVAC-1") == 3


def test_closing_with_open_lines_is_asked_about_and_nothing_counted_is_refused(shelf):
    count = opened(shelf)
    with pytest.raises(Refused) as refused:
        counting.close_count(shelf.keeper, count)
    assert codes(refused) == ["count.empty"]
    counted(shelf, count, HVAC_1=4)
    with pytest.raises(Refused) as refused:
        counting.close_count(shelf.keeper, count)
    assert refused.value.may_override
    with shelf.desk.read() as read:
        rest = lines_of(read, count).of_bin(shelf.ids["A01"])
    counting.count_empty(shelf.keeper, count, rest)
    assert shelf.line(count, "HVAC-2").state == "not_found"


def test_an_approval_is_taken_back_and_given_again(shelf):
    count = opened(shelf)
    counted(shelf, count, HVAC_1=3, HVAC_2=7, PWR_1=10)
    done = approved(shelf, count)
    shelf.later()
    shelf.boss.undo(done.action_id)
    assert shelf.on_hand("HVAC-1") == 4
    with shelf.desk.read() as read:
        assert read.get("stock_count", count)["status"] == "counted"
    counting.approve_count(shelf.boss, count, "yes")
    assert shelf.on_hand("HVAC-1") == 3


def test_bad_quantities_and_closed_counts_have_their_sentences(shelf):
    count = opened(shelf)
    for quantity, code in ((-1, "count.less"), (10**12, "stock.absurd"), (333, "stock.fraction")):
        with pytest.raises(Refused) as refused:
            counting.count_line(shelf.keeper, count, shelf.key("HVAC-1"), quantity)
        assert codes(refused) == [code]
    counted(shelf, count, HVAC_1=4)
    counting.cancel_count(shelf.keeper, count, "wrong scope")
    with pytest.raises(Refused) as refused:
        counting.count_line(shelf.keeper, count, shelf.key("HVAC-2"), 1000)
    assert codes(refused) == ["count.closed"]
    with pytest.raises(AppError):
        counting.explain(shelf.keeper, count, [], "lost")


def test_a_class_count_expects_its_class_and_the_cycle_says_what_is_due(shelf):
    count = opened(shelf, "classes", classes=["C"])
    assert [line.part_no for line in lines(shelf, count).open] == ["PWR-1"]
    with shelf.desk.read() as read:
        assert [(due.abc, due.parts, due.due) for due in cycle(read, None, shelf.now)] == [
            ("A", 2, 2), ("B", 0, 0), ("C", 1, 1),
        ]  # fmt: skip
    counted(shelf, count, PWR_1=10)
    approved(shelf, count)
    with shelf.desk.read() as read:
        assert [due.due for due in cycle(read, None, shelf.now)] == [2, 0, 0]
        assert [row.accuracy for row in accuracy(read, None)] == [1000]
