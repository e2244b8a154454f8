"""The whole life of a purchase: from the proposal, by hand, step by step and back again."""

import pytest

from app.errors import AppError, Denied, Refused
from app.generic import create, patch
from app.inventory.booking import receive_part, send_back
from app.inventory.purchases import PURCHASE
from app.purchasing import orders
from app.purchasing.lists import order_ids, order_rows
from app.purchasing.offers import offers
from app.sample import sample_id
from db.ids import new_id

BUY = {"SRV-006", "NET-001", "PWR-007", "HVAC-001", "HVAC-003", "ELE-003", "METRO-003", "METRO-007", "FIRE-001", "CONS-003"}  # fmt: skip


def codes(caught) -> list[str]:
    return [objection.code for objection in caught.value.objections]


def test_the_proposal_becomes_orders_by_supplier_in_one_action(office):
    everywhere = office.keeper.at(None)
    with everywhere.read() as read:
        found = offers(read, None)
    assert {offer.row.part_no for offer in found} == BUY
    ids, done = orders.draft_orders(everywhere, [(offer, offer.quantity) for offer in found])
    cards = [office.card(order) for order in ids]
    assert len(ids) == len({(offer.supplier_id, offer.row.site_id) for offer in found})
    assert {line.part_no for card in cards for line in card.lines} == BUY
    assert sum(card.order.value for card in cards) == sum(offer.row.amount for offer in found)
    assert all(card.order.status == "draft" and card.row["due_on"] > office.keeper.today() for card in cards)
    with everywhere.read() as read:
        assert all(offer.drafted == offer.row.quantity and not offer.quantity for offer in offers(read, None))
    office.keeper.undo(done.action_id)
    with everywhere.read() as read:
        assert len(order_ids(read, None, office.keeper.today(), filters={"state": "draft"})) == 0


def test_the_sample_story_of_a_part_that_ran_out(office):
    everywhere = office.keeper.at(None)
    with everywhere.read() as read:
        found = offers(read, None)
    ids, _done = orders.draft_orders(everywhere, [(offer, offer.quantity) for offer in found])
    assert office.stock("CONS-003")[2] == "out_of_stock"
    assert office.alerts("CONS-003") == ["stock.out"]
    for order in ids:
        orders.take_step(office.keeper, order, "submitted")
        orders.take_step(office.boss, order, "approved")
    with everywhere.read() as read:
        assert offers(read, None) == []
    for order in ids:
        orders.take_step(office.keeper, order, "ordered", ordered_on="2026-11-22", due_on="2026-12-05")
    order = next(o for o in ids if any(line.part_no == "CONS-003" for line in office.card(o).lines))
    line = office.line(order, "CONS-003")
    half = line.qty // 2000 * 1000
    receive_part(office.keeper, line.part_id, None, half, purchase_line=line.id)
    assert office.status(order) == "part_received"
    assert office.stock("CONS-003")[:2] == (half // 1000, (line.qty - half) // 1000)
    receive_part(office.keeper, line.part_id, None, line.qty - half, purchase_line=line.id)
    assert office.stock("CONS-003") == (line.qty // 1000, 0, "ok", 0)
    assert office.alerts("CONS-003") == []
    assert office.status(order) == ("received" if office.card(order).order.lines == 1 else "part_received")


def test_who_wrote_an_order_does_not_approve_it(office):
    order = office.draft("HVAC-003", 4)
    orders.take_step(office.keeper, order, "submitted")
    with pytest.raises(Denied):
        orders.take_step(office.keeper, order, "approved")
    orders.take_step(office.boss, order, "approved")
    assert [step.target for step in office.card(order).taken] == ["draft", "submitted", "approved"]
    own, _done = orders.new_order(office.boss, sample_id("supplier", "SUP-01"))
    orders.add_line(office.boss, own, sample_id("part", "HVAC-003"), 4000)
    orders.take_step(office.boss, own, "submitted")
    with pytest.raises(Refused) as caught:
        orders.take_step(office.boss, own, "approved", anyway="in a hurry")
    assert codes(caught) == ["purchase.own"]
    own, _done = orders.new_order(office.admin, sample_id("supplier", "SUP-01"))
    orders.add_line(office.admin, own, sample_id("part", "HVAC-003"), 4000)
    orders.take_step(office.admin, own, "submitted")
    with pytest.raises(Refused):
        orders.take_step(office.admin, own, "approved")
    orders.take_step(office.admin, own, "approved", anyway="nobody else is here")
    assert office.status(own) == "approved"


def test_every_step_can_be_taken_back(office):
    order = office.draft("HVAC-003", 4)
    steps = [
        (office.keeper, "submitted", {}), (office.boss, "approved", {}),
        (office.keeper, "ordered", {"ordered_on": "2026-11-22", "due_on": "2026-12-01"}),
    ]  # fmt: skip
    for desk, target, new in steps:
        before = office.status(order)
        done = orders.take_step(desk, order, target, **new)
        desk.undo(done.action_id)
        assert office.status(order) == before
        assert all(office.card(order).row[name] != value for name, value in new.items())
        orders.take_step(desk, order, target, **new)
    done = orders.take_step(office.keeper, order, "cancelled", "not needed")
    assert office.stock("HVAC-003")[1] == 0
    office.keeper.undo(done.action_id)
    assert office.stock("HVAC-003")[1] == 4
    line = office.line(order, "HVAC-003")
    first = receive_part(office.keeper, line.part_id, None, 1000, purchase_line=line.id)
    closed = orders.take_step(office.keeper, order, "closed", "the rest is not made any more")
    assert office.stock("HVAC-003")[1] == 0
    office.keeper.undo(closed.action_id)
    assert office.stock("HVAC-003")[1] == 3
    office.keeper.undo(first.action_id)
    assert (office.status(order), office.line(order, "HVAC-003").received) == ("ordered", 0)


def test_nobody_takes_back_a_step_beyond_his_role(office):
    order = office.draft("HVAC-003", 4)
    orders.take_step(office.keeper, order, "submitted")
    done = orders.take_step(office.boss, order, "approved")
    with pytest.raises(Denied):
        office.keeper.undo(done.action_id)
    assert office.status(order) == "approved"


def test_over_delivery_asks_and_a_return_brings_the_rest_back_on_order(office):
    order = office.placed("HVAC-003", 4)
    line = office.line(order, "HVAC-003")
    with pytest.raises(Refused) as caught:
        receive_part(office.keeper, line.part_id, None, 5000, purchase_line=line.id)
    assert codes(caught) == ["purchase.excess"]
    assert caught.value.may_override
    receive_part(office.keeper, line.part_id, None, 5000, purchase_line=line.id, anyway="they sent five")
    line = office.line(order, "HVAC-003")
    assert (line.received, line.over, line.rest, office.status(order)) == (5000, 1000, 0, "received")
    with pytest.raises(Refused) as caught:
        send_back(office.keeper, line.id, None, 6000, reason="cracked")
    assert codes(caught)[0] == "purchase.back"
    done = send_back(office.keeper, line.id, None, 2000, reason="cracked")
    line = office.line(order, "HVAC-003")
    assert (line.received, line.returned, line.rest, office.status(order)) == (
        3000,
        2000,
        1000,
        "part_received",
    )
    assert office.stock("HVAC-003")[1] == 1
    assert [row.qty for row in office.card(order).receipts] == [5000, -2000]
    office.keeper.undo(done.action_id)
    line = office.line(order, "HVAC-003")
    assert (line.received, line.returned, office.status(order)) == (5000, 0, "received")
    orders.take_step(office.keeper, order, "closed")
    with pytest.raises(Refused) as caught:
        receive_part(office.keeper, line.part_id, None, 1000, purchase_line=line.id)
    assert codes(caught) == ["purchase.ended", "purchase.excess"]


@pytest.mark.parametrize("target", ["part_received", "received"])
def test_only_receipts_say_that_something_was_received(office, target):
    order = office.placed("HVAC-003", 4)
    with pytest.raises(Refused) as caught:
        orders.take_step(office.keeper, order, target)
    assert codes(caught) == ["purchase.receipts"]


def test_nothing_is_received_before_the_order_is_placed(office):
    order = office.draft("HVAC-003", 4)
    line = office.line(order, "HVAC-003")
    with pytest.raises(Refused) as caught:
        receive_part(office.keeper, line.part_id, None, 1000, purchase_line=line.id, anyway="it is here")
    assert codes(caught) == ["purchase.unplaced"]
    with pytest.raises(Refused) as caught:
        receive_part(office.keeper, sample_id("part", "HVAC-001"), None, 1000, purchase_line=line.id)
    assert codes(caught) == ["purchase.line"]


def test_an_empty_order_goes_nowhere(office):
    order, _done = orders.new_order(office.keeper, None)
    with pytest.raises(Refused) as caught:
        orders.take_step(office.keeper, order, "submitted")
    assert set(codes(caught)) == {"required", "purchase.empty"}


def test_quantities_are_rounded_up_to_packs_and_the_multiple(office):
    part, supplier = sample_id("part", "HVAC-003"), sample_id("supplier", "SUP-01")
    desk = office.keeper
    with desk.read() as read:
        policy = read.get("stock_policy", read.find("stock_policy", part_id=part))
    desk.perform(
        patch("stock_policy", policy, order_multiple=4000),
        create(
            "part_supplier",
            new_id(),
            part_id=part,
            supplier_id=supplier,
            sku="X-1",
            pack_qty=6000,
            unit_price=77_0000,
        ),
    )
    order, _done = orders.new_order(desk, supplier)
    orders.add_line(desk, order, part, 13_000)
    line = office.line(order, "HVAC-003")
    assert (line.qty, line.price, line.sku, line.amount) == (24_000, 77_0000, "X-1", 24 * 77_00)
    orders.change_line(desk, line.id, qty=12_000, unit_price=70_0000)
    assert office.line(order, "HVAC-003").amount == 12 * 70_00
    orders.drop_lines(desk, order, [line.id])
    assert office.card(order).lines == []


@pytest.mark.parametrize(
    ("quantity", "code"),
    [(0, "none"), (-1000, "none"), (10**12, "absurd"), (333, "fraction"), (None, "none")],
)
def test_odd_quantities_have_their_sentence(office, quantity, code):
    order = office.draft("HVAC-003", 4)
    with pytest.raises(Refused) as caught:
        orders.change_line(office.keeper, office.line(order, "HVAC-003").id, qty=quantity)
    assert codes(caught) == [code]


def test_lines_stand_fast_after_the_draft(office):
    order = office.draft("HVAC-003", 4)
    line = office.line(order, "HVAC-003")
    with pytest.raises(AppError):
        orders.add_line(office.keeper, order, line.part_id, 1000)
    orders.take_step(office.keeper, order, "submitted")
    for change in (
        lambda: orders.change_line(office.keeper, line.id, qty=1000),
        lambda: orders.drop_lines(office.keeper, order, [line.id]),
        lambda: orders.edit_order(office.keeper, order, supplier_id=None),
    ):
        with pytest.raises(AppError):
            change()
    orders.take_step(office.boss, order, "draft", "four are too many")
    orders.change_line(office.keeper, line.id, qty=1000)
    assert office.line(order, "HVAC-003").qty == 1000


def test_the_list_filters_sorts_and_says_what_is_late(office):
    today = office.keeper.today()
    late, early = office.placed("HVAC-003", 4, "2026-11-20"), office.placed("HVAC-001", 2)
    with office.keeper.read() as read:
        site = office.keeper.site.id
        rows = [row for row in order_rows(read, order_ids(read, site, today), today) if row]
        assert [row.id for row in rows if row.late] == [late]
        late_ids = order_ids(read, site, today, filters={"late": True})
        assert [row.id for row in order_rows(read, late_ids, today)] == [late]
        found = order_rows(
            read,
            order_ids(read, None, today, filters={"state": "ordered", "open": True}, text="hvac-001"),
            today,
        )
        assert [row.id for row in found] == [early]
        values = [
            row.value
            for row in order_rows(read, order_ids(read, None, today, "value", descending=True), today)
        ]
        assert values == sorted(values, reverse=True)
        for key in ("code", "status", "supplier", "ordered_on", "due_on"):
            assert len(order_ids(read, None, today, key)) == len(values)


def test_buttons_come_from_the_machine(office):
    def words(desk, state):
        return [step.target for step in PURCHASE.steps_from(state, desk.actor)]

    assert words(office.keeper, "submitted") == ["cancelled"]
    assert words(office.boss, "submitted") == ["approved", "draft", "cancelled"]
    assert words(office.keeper, "part_received") == ["received", "closed"]
