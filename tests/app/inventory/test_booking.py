"""Bookings: what is refused, what is asked about, who may, and what each leaves in the ledger."""

import msgspec
import pytest

from app.access import Permission
from app.errors import AppError, Denied, Refused
from app.generic import create
from app.inventory.booking import (
    adjust_stock,
    issue_part,
    receive_part,
    return_part,
    reverse_movement,
    scrap_part,
    transfer_part,
)
from app.inventory.ledger import last_movements, movement_ids, movement_rows, movements_of
from db.ids import new_id


def codes(refused) -> set[str]:
    return {o.code for o in refused.value.objections}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"part": b"x" * 16}, "stock.part"),
        ({"bin": b"x" * 16}, "stock.bin"),
        ({"site": b"x" * 16}, "stock.bin"),
        ({"type": "eaten"}, "stock.type"),
        ({"qty": 0}, "stock.none"),
        ({"qty": -1000}, "stock.none"),
        ({"qty": 10**9 + 1}, "stock.absurd"),
        ({"qty": 1500}, "stock.fraction"),
        ({"reason": None}, "stock.purpose"),
        ({"reason": "  "}, "stock.purpose"),
        ({"qty": 9000}, "stock.short"),
    ],
)
def test_bad_movements_are_refused_with_a_sentence(shop, change, code):
    shop.part("P", 5)
    op = msgspec.structs.replace(shop.op("issue", "P", 1000, reason="x"), **change)
    with pytest.raises(Refused) as refused:
        shop.desk.perform(op)
    assert code in codes(refused)
    assert str(refused.value).strip()
    assert shop.stock("P")[0] == 5000


def test_a_fraction_of_a_metre_is_nothing_to_ask_about(shop):
    shop.part("CABLE", 5, unit="m")
    issue_part(shop.desk, shop.ids["CABLE"], None, 1500, reason="x")
    assert shop.stock("CABLE")[0] == 3500


def test_an_obsolete_part_is_asked_about(shop):
    shop.part("P", 0, status="obsolete")
    with pytest.raises(Refused) as refused:
        receive_part(shop.desk, shop.ids["P"], shop.ids["A01"], 1000)
    assert codes(refused) == {"stock.obsolete"}
    receive_part(shop.desk, shop.ids["P"], shop.ids["A01"], 1000, anyway="last delivery")
    assert shop.stock("P")[0] == 1000


def test_a_transfer_is_one_action_of_two_movements(shop):
    part = shop.part("P", 5)
    done = transfer_part(shop.desk, part, shop.ids["A01"], shop.ids["A02"], 2000)
    assert len(done.op_ids) == 2
    assert shop.stock("P")[0] == 5000
    with shop.desk.read() as read:
        rows = movements_of(read, part)
        assert [(row.type, row.qty, row.what_for) for row in rows[:2]] == [
            ("transfer_in", 2000, "S1-WH-A01"),
            ("transfer_out", -2000, "S1-WH-A02"),
        ]
    reverse_movement(shop.desk, done.op_ids[1])
    with shop.desk.read() as read:
        assert read.rows("SELECT on_hand FROM stock_level ORDER BY on_hand") == [(0,), (5000,)]


def test_a_transfer_to_the_same_bin_is_refused(shop):
    part = shop.part("P", 5)
    with pytest.raises(Refused) as refused:
        transfer_part(shop.desk, part, shop.ids["A01"], shop.ids["A01"], 2000)
    assert codes(refused) == {"stock.same"}
    with shop.desk.read() as read:
        assert len(movement_ids(read, None)) == 1


def test_the_cost_of_a_machine_follows_what_was_fitted_and_what_came_back(shop):
    part = shop.part("P", 5)
    issue_part(shop.desk, part, None, 3000, work_order=shop.ids["WO"])
    return_part(shop.desk, part, None, 1000, work_order=shop.ids["WO"])
    with shop.desk.read() as read:
        cost = read.value("SELECT sum(cost) FROM equipment_event WHERE equipment_id = ?", shop.ids["EQ"])
    assert cost == 2 * 100_00
    assert shop.stock("P")[0] == 3000


def test_gains_losses_and_scrap_need_a_reason(shop):
    part, place = shop.part("P", 5), shop.ids["A01"]
    for book in (adjust_stock, scrap_part):
        with pytest.raises(AppError):
            book(shop.desk, part, place, 1000, reason=" ")
    adjust_stock(shop.desk, part, place, 2000, reason="found behind the rack")
    adjust_stock(shop.desk, part, place, -1000, reason="not found")
    scrap_part(shop.desk, part, place, 1000, reason="wet")
    assert shop.stock("P")[0] == 5000


def test_the_batch_that_came_first_goes_first(shop):
    part = shop.part("P")
    for batch in ("2026-01", "2025-12"):
        op = shop.op("receipt", "P", 2000, batch=batch)
        shop.desk.perform(msgspec.structs.replace(op, happened_at=op.happened_at - int(batch[-2:])))
    issue_part(shop.desk, part, None, 2000, reason="x")
    issue_part(shop.desk, part, None, 1000, reason="x")
    with shop.desk.read() as read:
        assert read.rows("SELECT batch, on_hand FROM stock_level ORDER BY batch") == [
            ("2025-12", 0),
            ("2026-01", 1000),
        ]


def test_roles_decide_who_books_what(shop, role):
    part, place = shop.part("P", 5), shop.ids["A01"]
    technician = role(Permission.SEE, Permission.SEE_STOCK, Permission.TAKE_PARTS)
    issue_part(technician, part, place, 1000, reason="x")
    return_part(technician, part, place, 1000)
    for book in (
        lambda: receive_part(technician, part, place, 1000),
        lambda: scrap_part(technician, part, place, 1000, reason="x"),
        lambda: transfer_part(technician, part, place, shop.ids["A02"], 1000),
        lambda: issue_part(role(Permission.SEE), part, place, 1000, reason="x"),
    ):
        with pytest.raises(Denied):
            book()
    assert shop.stock("P")[0] == 5000


def test_a_reversal_stands_in_the_ledger(shop):
    part = shop.part("P", 5)
    done = issue_part(shop.desk, part, None, 1000, reason="x")
    reverse_movement(shop.desk, done.op_ids[0], reason="wrong part")
    with pytest.raises(AppError):
        reverse_movement(shop.desk, new_id())
    with shop.desk.read() as read:
        newest, issued, _opening = last_movements(read, None)
        assert (newest.type, newest.qty, newest.state, newest.reverses) == (
            "return",
            1000,
            "reversal",
            issued.number,
        )
        assert issued.state == "reversed"
        assert newest.reason == "wrong part"
    with pytest.raises(AppError):
        reverse_movement(shop.desk, newest.id)


def test_the_ledger_filters_sorts_and_searches(shop):
    first, _second = shop.part("VALVE-1", 5), shop.part("VALVE-2", 5)
    issue_part(shop.desk, first, None, 1000, work_order=shop.ids["WO"])
    with shop.desk.read() as read:
        assert len(movement_ids(read, None, filters={"type": "issue"})) == 1
        assert len(movement_ids(read, None, filters={"part": first})) == 2
        assert len(movement_ids(read, shop.ids["S1"], text="VALVE-2")) == 1
        ids = movement_ids(read, None, "qty", descending=True)
        assert [row.qty for row in movement_rows(read, ids)] == [5000, 5000, -1000]
        assert movement_rows(read, ids)[2].what_for == "WO-1"


def test_a_delivery_moves_its_order_on(shop):
    part, line, order = shop.part("P", 1), new_id(), new_id()
    site = shop.ids["S1"]
    shop.desk.perform(
        create("purchase_order", order, code="PO-1", site_id=site, status="ordered"),
        create("purchase_line", line, order_id=order, site_id=site, part_id=part, qty=4000),
    )
    for qty, state in ((1000, "part_received"), (2000, "part_received"), (1000, "received")):
        done = receive_part(shop.desk, part, None, qty, purchase_line=line)
        with shop.desk.read() as read:
            assert read.get("purchase_order", order)["status"] == state
    assert shop.stock("P")[:3] == (5000, 0, 0)
    shop.desk.undo(done.action_id)
    with shop.desk.read() as read:
        assert read.get("purchase_order", order)["status"] == "part_received"
