"""Undo of bookings and corrections: level and value are what they were, whatever came in between."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app import ops
from app.health import check
from app.inventory.booking import (
    issue_part,
    receive_part,
    return_part,
    reverse_movement,
    scrap_part,
    transfer_part,
)
from app.inventory.corrections import correct_booking, correctable
from app.inventory.ledger import last_movements


def standing(shop) -> tuple:
    """Levels by bin, and quantity and worth of the part."""
    with shop.desk.read() as read:
        levels = read.rows("SELECT bin_id, batch, on_hand FROM stock_level WHERE on_hand <> 0 ORDER BY 1, 2")
        return levels, read.row("SELECT on_hand, worth FROM stock_worth WHERE part_id = ?", shop.ids["P"])


def do(shop, kind: str, pieces: int) -> None:
    desk, part, qty = shop.desk, shop.ids["P"], pieces * 1000
    a01, a02 = shop.ids["A01"], shop.ids["A02"]
    match kind:
        case "issue":
            issue_part(desk, part, a01, qty, work_order=shop.ids["WO"], anyway="x")
        case "return":
            return_part(desk, part, a01, qty, reason="x", anyway="x")
        case "receipt":
            receive_part(desk, part, a01, qty, unit_price=33_3333 + pieces, anyway="x")
        case "transfer":
            transfer_part(desk, part, a01, a02, qty, anyway="x")
        case _:
            scrap_part(desk, part, a01, qty, reason="x", anyway="x")


KINDS = st.sampled_from(["issue", "return", "receipt", "transfer", "scrap"])
STEPS = st.lists(st.tuples(KINDS, st.integers(1, 3)), max_size=3)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    first=st.tuples(KINDS, st.integers(1, 3)), between=STEPS, right=st.integers(4, 6), wholly=st.booleans()
)
def test_undo_of_a_correction_restores_level_and_value(shop, first, between, right, wholly):
    if "P" not in shop.ids:
        shop.part("P", 100)
    receive_part(shop.desk, shop.ids["P"], shop.ids["A01"], 60_000, unit_price=77_7777, anyway="x")
    do(shop, *first)
    with shop.desk.read() as read:
        booked = correctable(read, None)[0]
    for step in between:
        do(shop, *step)
    before = standing(shop)
    if wholly:
        done = reverse_movement(shop.desk, booked.id, reason="slip")
    else:
        done = correct_booking(shop.desk, booked.id, qty=right * 1000, reason="slip", anyway="x")
    assert standing(shop) != before
    undone = shop.desk.undo(done.action_id)
    assert standing(shop) == before
    assert not undone.skipped
    assert check(shop.desk.profile) == []


def test_what_undo_books_again_stands_and_can_be_corrected(shop):
    shop.part("P", 10)
    issue_part(shop.desk, shop.ids["P"], None, 2000, work_order=shop.ids["WO"])
    with shop.desk.read() as read:
        first = last_movements(read, None, 1)[0]
    done = correct_booking(shop.desk, first.id, qty=3000)
    shop.desk.undo(done.action_id)
    with shop.desk.read() as read:
        rows = {row.number: row for row in last_movements(read, None, 6)}
        again = next(row for row in correctable(read, None))
    assert sorted(row.state for row in rows.values()) == [
        "booked",
        "booked",
        "reversal",
        "reversal",
        "reversed",
        "reversed",
    ]
    assert (again.type, again.qty, again.what_for, again.id != first.id) == ("issue", -2000, "WO-1", True)
    correct_booking(shop.desk, again.id, qty=5000)
    assert shop.stock("P")[0] == 5000


def test_a_reversal_is_booked_again_once_only(shop):
    shop.part("P", 10)
    issue_part(shop.desk, shop.ids["P"], None, 2000, reason="x")
    with shop.desk.read() as read:
        first = last_movements(read, None, 1)[0]
    done = reverse_movement(shop.desk, first.id)
    with shop.desk.read() as read:
        body = read.value("SELECT body FROM op WHERE op_id = ?", done.op_ids[0])
    shop.desk.undo(done.action_id)
    envelope, op = ops.decode(body)
    with shop.desk.read() as read:
        assert op.inverse(read, envelope).ops == []
    assert shop.stock("P")[0] == 8000
