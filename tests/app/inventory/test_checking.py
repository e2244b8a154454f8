"""What the storekeeper says in the morning of what was taken at night: said, taken back, said otherwise, with exact figures."""

from dataclasses import replace

import pytest

from app.access import Actor, Permission
from app.alerts import alert_rows
from app.errors import Refused
from app.health import check
from app.inventory.booking import issue_part, reverse_movement
from app.inventory.checking import Verdict, decide
from app.inventory.ledger import movements_of
from app.inventory.taking import Withdrawal, decided, waiting

TECHNICIAN = Actor(None, "technician", frozenset({Permission.TAKE_PARTS, Permission.SEE_STOCK}))
RIGHT = Verdict("confirmed")
ONE = Verdict("corrected", 1000, "one lay there still")
NONE = Verdict("refused", reason="not taken")


def night(shop, qty: int = 3000):
    """A part whose average is no round number, of which a technician takes some for an order."""
    part = shop.part("P")
    shop.move("receipt", "P", 3000, unit_price=10_0000)
    shop.move("receipt", "P", 7000, unit_price=10_3333)
    issue_part(replace(shop.desk, actor=TECHNICIAN), part, None, qty, work_order=shop.ids["WO"])
    return part


def taken(shop) -> Withdrawal:
    with shop.desk.read() as read:
        return decided(read, None, shop.desk)[0]


def say(shop, verdict: Verdict, **more):
    found = taken(shop)
    return decide(shop.desk, found.movement_id, verdict, seen=found.check_id, **more)


def books(shop) -> tuple[int, int, int]:
    """On hand, worth, and what the machine has cost."""
    with shop.desk.read() as read:
        cost = read.value("SELECT coalesce(sum(cost), 0) FROM equipment_event")
        return *read.row("SELECT on_hand, worth FROM stock_worth WHERE part_id = ?", shop.ids["P"]), cost


@pytest.mark.parametrize("verdict", [RIGHT, ONE, NONE], ids=lambda one: one.decision)
def test_an_undo_lets_the_withdrawal_wait_again_at_the_very_same_figures(shop, verdict) -> None:
    night(shop)
    before = books(shop)
    done = say(shop, verdict)
    assert taken(shop).state == verdict.decision
    assert "withdrawal.waits" not in shop.alerts("P")
    shop.desk.undo(done.action_id)
    assert (books(shop), taken(shop).state) == (before, "waiting")
    assert "withdrawal.waits" in shop.alerts("P")
    with shop.desk.read() as read:
        assert [row.qty for row in waiting(read, shop.desk.site.id)] == [3000]
    assert check(shop.desk.profile) == []


def test_all_bookings_stay_in_sight_and_a_second_undo_is_refused(shop) -> None:
    part = night(shop)
    done = say(shop, ONE)
    shop.desk.undo(done.action_id)
    with shop.desk.read() as read:
        found = [row.qty for row in reversed(movements_of(read, part, 20))]
    assert found == [3000, 7000, -3000, 3000, -1000, 1000, -3000]
    with pytest.raises(Exception, match=r"undone|撤销"):
        shop.desk.undo(done.action_id)


def test_a_mind_is_changed_with_a_reason_as_often_as_need_be(shop) -> None:
    night(shop)
    before = books(shop)
    say(shop, RIGHT)
    with pytest.raises(Refused) as refused:
        say(shop, Verdict("refused"))
    assert [one.code for one in refused.value.objections] == ["remark"]
    for verdict, on_hand in (
        (NONE, 10_000), (Verdict("confirmed", reason="it was taken"), 7000), (ONE, 9000),
        (Verdict("corrected", 2000, "two"), 8000), (NONE, 10_000), (Verdict("confirmed", reason="three after all"), 7000),
    ):  # fmt: skip
        say(shop, verdict)
        assert books(shop)[0] == on_hand
        assert (taken(shop).decision, taken(shop).reason) == (verdict.decision, verdict.reason)
    assert books(shop) == before, "the value comes back to a ten-millionth, the machine's cost too"
    with pytest.raises(Refused) as refused:
        say(shop, Verdict("confirmed", reason="again"))
    assert [one.code for one in refused.value.objections] == ["check.same"]
    assert check(shop.desk.profile) == []


def test_an_undo_of_a_changed_mind_brings_the_former_decision_back(shop) -> None:
    night(shop)
    say(shop, ONE)
    between = books(shop)
    done = say(shop, NONE)
    shop.desk.undo(done.action_id)
    found = taken(shop)
    assert (found.decision, found.right_qty, found.reason) == ("corrected", 1000, "one lay there still")
    assert books(shop) == between


def test_what_was_decided_meanwhile_is_not_decided_blindly(shop) -> None:
    night(shop)
    seen = taken(shop)
    say(shop, RIGHT)
    with pytest.raises(Refused) as refused:
        decide(shop.desk, seen.movement_id, NONE, seen=seen.check_id)
    assert [one.code for one in refused.value.objections] == ["moved"]


@pytest.mark.parametrize(
    ("qty", "code", "may"),
    [(0, "stock.none", False), (-1000, "stock.none", False), (10**12, "stock.absurd", False), (333, "stock.fraction", True), (20_000, "stock.short", True)],
)  # fmt: skip
def test_a_right_quantity_that_cannot_be_is_said(shop, qty, code, may) -> None:
    night(shop)
    with pytest.raises(Refused) as refused:
        say(shop, Verdict("corrected", qty, "typed"))
    assert (refused.value.objections[0].code, refused.value.may_override) == (code, may)
    assert taken(shop).state == "waiting"


def test_what_was_taken_back_in_the_ledger_waits_no_more(shop) -> None:
    night(shop)
    found = taken(shop)
    reverse_movement(shop.desk, found.movement_id)
    assert taken(shop).state == "taken_back"
    assert shop.alerts("P").count("withdrawal.waits") == 0
    with pytest.raises(Refused, match="冲销"):
        say(shop, RIGHT)


def test_who_does_not_keep_the_store_sees_his_own_and_decides_nothing(shop) -> None:
    part = night(shop)
    other = replace(shop.desk, actor=replace(TECHNICIAN, user_id=b"o" * 16, staff_id=b"s" * 16))
    with shop.desk.read() as read:
        assert decided(read, None, other) == []
    issue_part(other, part, None, 1000, reason="night")
    with shop.desk.read() as read:
        (mine,) = decided(read, None, other)
    assert (mine.qty, mine.state) == (1000, "waiting")
    with pytest.raises(Exception, match="权限"):
        decide(other, mine.movement_id, RIGHT)


def test_the_alert_names_who_took_what(shop) -> None:
    night(shop)
    with shop.desk.read() as read:
        (n,) = read.row("SELECT n FROM alert WHERE rule = 'withdrawal.waits'")
        (row,) = alert_rows(read, [n])
    assert "3 个 备件 P" in row.what
    assert row.level == 3
