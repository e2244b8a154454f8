"""The register of suppliers: list, record by quarters, retiring, and two suppliers that are one."""

import pytest

from app.errors import AppError
from app.inventory.booking import receive_part, send_back
from app.purchasing import orders
from app.purchasing.offers import offers
from app.purchasing.prices import keep_terms, sales_of
from app.purchasing.record import supplier_record
from app.purchasing.suppliers import (
    edit_supplier,
    merge_suppliers,
    new_supplier,
    retire_supplier,
    supplier_card,
    supplier_count,
    supplier_ids,
    supplier_rows,
)
from app.sample import sample_id

PART, FOUR = sample_id("part", "HVAC-003"), sample_id("supplier", "SUP-04")


def rows(office, **wanted):
    with office.keeper.read() as read:
        ids = supplier_ids(read, **wanted)
        return supplier_rows(read, ids, office.keeper.today())


def card(office, supplier):
    with office.keeper.read() as read:
        return supplier_card(read, supplier, office.keeper.today())


def receive(office, order, pieces):
    line = office.line(order, "HVAC-003")
    receive_part(office.keeper, PART, None, pieces * 1000, purchase_line=line.id)
    return line.id


def test_the_list_is_searched_filtered_and_sorted(office):
    made, _done = new_supplier(
        office.keeper, {"code": "SUP-90", "name": "北方皮带", "name_en": "Northern Belts", "currency": "EUR"}
    )
    with office.keeper.read() as read:
        assert supplier_count(read) == len(supplier_ids(read))
    assert [row.id for row in rows(office, text="northern")] == [made]
    assert [row.id for row in rows(office, text="皮带")] == [made]
    assert [row.id for row in rows(office, filters={"currency": "EUR"})] == [made]
    assert {row.rating for row in rows(office, filters={"rating": "B"})} == {"B"}
    for sort in ("code", "name", "rating", "lead_days", "parts", "open_orders"):
        up, down = rows(office, sort=sort), rows(office, sort=sort, descending=True)
        assert {row.id for row in up} == {row.id for row in down}
    assert [row.code for row in rows(office, sort="code")] == sorted(row.code for row in rows(office))


def test_a_row_says_what_is_open_and_how_they_delivered(office):
    before = next(row for row in rows(office) if row.id == FOUR)
    order = office.placed("HVAC-003", 4, "2026-11-20")
    now = next(row for row in rows(office) if row.id == FOUR)
    assert (now.open_orders, now.due_lines) == (before.open_orders + 1, before.due_lines + 1)
    assert now.open_value == before.open_value + office.card(order).order.value
    assert order in [row.id for row in card(office, FOUR).orders]


def test_on_time_and_complete_by_quarter(office):
    line = receive(office, office.placed("HVAC-003", 4), 4)
    send_back(office.keeper, line, None, 1000, reason="broken")
    receive(office, office.placed("HVAC-003", 4, "2026-09-30"), 4)
    with office.keeper.read() as read:
        record = supplier_record(read, FOUR, office.keeper.today())
    assert [quarter.label for quarter in record.quarters][-2:] == ["2026 Q3", "2026 Q4"]
    third, fourth = record.quarters[-2:]
    assert (third.lines, third.on_time, third.complete) == (1, 0, 1000)
    assert fourth.on_time is not None
    assert len(record.quarters) == 8
    assert record.quarters[0].on_time is None


def test_the_rest_that_never_came_counts(office):
    order = office.placed("HVAC-003", 4)
    receive(office, order, 1)
    orders.take_step(office.keeper, order, "closed", "made no more")
    assert office.stock("HVAC-003")[1] == 0
    with office.keeper.read() as read:
        record = supplier_record(read, FOUR, office.keeper.today())
    assert (record.quarters[-1].on_time, record.quarters[-1].complete) == (0, 250)


def test_a_supplier_is_retired_and_comes_back(office):
    order = office.placed("HVAC-003", 4)
    with pytest.raises(AppError, match="PO-"):
        retire_supplier(office.keeper, FOUR)
    receive(office, order, 4)
    for row in card(office, FOUR).orders:
        if row.status in {"ordered", "part_received", "approved"}:
            target = "closed" if row.status == "part_received" else "cancelled"
            orders.take_step(office.keeper, row.id, target, "no more")
    done = retire_supplier(office.keeper, FOUR)
    with office.keeper.read() as read:
        assert FOUR not in [offer.supplier_id for offer in offers(read, None)]
    assert FOUR not in [row.id for row in rows(office, filters={"active": True})]
    office.keeper.undo(done.action_id)
    assert retire_supplier(office.keeper, FOUR, back=True) is None


def test_two_suppliers_become_one(office):
    made, _done = new_supplier(
        office.keeper, {"code": "SUP-91", "name": "样例制冷", "address": "Harbour Road 1"}
    )
    edit_supplier(office.keeper, FOUR, {"payment_terms": "30 days"})
    keep_terms(office.keeper, PART, FOUR, {"unit_price": 50_0000}, [(10_000, 45_0000)])
    keep_terms(office.keeper, PART, made, {"unit_price": 60_0000}, [])
    other = sample_id("part", "HVAC-001")
    keep_terms(office.keeper, other, made, {"unit_price": 70_0000}, [])
    order, _done = orders.new_order(office.keeper, made)
    done = merge_suppliers(office.keeper, made, FOUR)
    found = card(office, FOUR)
    assert (found.row["address"], found.row["payment_terms"]) == ("Harbour Road 1", "30 days")
    assert order in [row.id for row in found.orders]
    assert {one.part_no: (one.price, one.breaks) for one in found.sold if one.part_id in {PART, other}} == {
        "HVAC-003": (50_0000, ((10_000, 45_0000),)), "HVAC-001": (70_0000, ()),
    }  # fmt: skip
    assert card(office, made) is None
    with office.keeper.read() as read:
        assert len(sales_of(read, PART)) == 1
        alias = read.row("SELECT code, target_id FROM code_alias WHERE old_id = ?", made)
    assert alias == ("SUP-91", FOUR)
    assert done.action_id
