"""Receiving by scans, what a supplier is worth, and two laptops at one line."""

import pytest
from fleet import BIN, PART, SITE, Fleet, furnish

from app.alerts import waiting
from app.errors import Refused
from app.generic import create
from app.inventory.booking import receive_part
from app.labels.payload import Kind, encode
from app.purchasing import orders
from app.purchasing.lists import lines_of
from app.purchasing.receiving import Receiving, day_on_pack
from app.purchasing.record import supplier_record
from app.sample import sample_id
from db.ids import new_id


def test_scan_the_part_and_enter_receives_the_rest(office):
    order = office.placed("HVAC-003", 4)
    desk = Receiving(office.keeper)
    assert desk.take(office.card(order).order.code) == ""
    assert desk.wanted() == "line"
    assert desk.take(encode(Kind.PT, "HVAC-003")) == ""
    assert (desk.qty, desk.wanted()) == (4000, "")
    assert desk.take("HVAC-001")
    assert desk.take_quantity("3")
    desk.book()
    assert desk.after().rest == 1000
    desk.drop()
    desk.reload()
    desk.take("HVAC-003")
    assert desk.qty == 1000
    desk.book()
    assert office.status(order) == "received"
    desk.drop()
    desk.reload()
    desk.take("HVAC-003")
    assert (desk.qty, desk.wanted()) == (0, "qty")
    desk.take_quantity("1")
    with pytest.raises(Refused):
        desk.book()
    desk.book("one more came")
    assert office.line(order, "HVAC-003").over == 1000


def test_a_part_alone_finds_its_order(office):
    order = office.placed("HVAC-003", 4)
    desk = Receiving(office.keeper)
    assert desk.take("HVAC-003") == ""
    assert desk.card.row["id"] == order
    desk.drop()
    desk.card = None
    office.placed("HVAC-003", 2)
    assert "2" in desk.take("HVAC-003")
    assert desk.take("HVAC-001")
    assert desk.take("DC1-CRA-001")
    assert desk.take("nonsense")
    draft = office.card(office.draft("HVAC-001", 1)).order.code
    assert draft in desk.take(draft)
    assert desk.card is None


def test_another_bin_and_a_batch(office):
    part = new_id()
    office.keeper.perform(
        create(
            "part",
            part,
            part_no="OIL-1",
            name="润滑油",
            unit="升",
            kind="consumable",
            serialised=0,
            batch_tracked=1,
            status="active",
        ),
    )
    order, _done = orders.new_order(office.keeper, sample_id("supplier", "SUP-01"))
    orders.add_line(office.keeper, order, part, 2500)
    orders.take_step(office.keeper, order, "submitted")
    orders.take_step(office.boss, order, "approved")
    orders.take_step(office.keeper, order, "ordered", ordered_on="2026-11-22")
    desk = Receiving(office.keeper)
    desk.open(order)
    desk.take("OIL-1")
    assert desk.wanted() == "batch"
    desk.batch = "B7"
    assert desk.wanted() == "bin"
    assert desk.take("DC1-WH-A01") == ""
    desk.book()
    with office.keeper.read() as read:
        assert read.row("SELECT batch, on_hand FROM stock_level WHERE part_id = ?", part) == ("B7", 2500)


def test_a_supplier_is_judged_by_what_was_due(office):
    supplier = sample_id("supplier", "SUP-04")
    before = _record(office, supplier)
    in_time = office.placed("HVAC-003", 4)
    late = office.placed("HVAC-003", 4, "2026-11-20")
    receive_part(
        office.keeper,
        sample_id("part", "HVAC-003"),
        None,
        4000,
        purchase_line=office.line(in_time, "HVAC-003").id,
    )
    receive_part(
        office.keeper,
        sample_id("part", "HVAC-003"),
        None,
        1000,
        purchase_line=office.line(late, "HVAC-003").id,
    )
    now = _record(office, supplier)
    assert now.due_lines == before.due_lines + 2
    assert now.open_orders == before.open_orders + 1
    if not before.due_lines:
        assert (now.on_time, now.complete) == (500, 625)
    assert now.prices[0].part_no == "HVAC-003"


def _record(office, supplier):
    with office.keeper.read() as read:
        return supplier_record(read, supplier, office.keeper.today())


def test_two_laptops_receive_one_line(tmp_path):
    """Both deliveries stand, nothing is in conflict, and the line shows what came too much."""
    fleet = Fleet(tmp_path)
    one, two = fleet.open("one"), fleet.open("two")
    order, line = new_id(), new_id()
    furnish(one.desk)
    one.desk.perform(
        create("purchase_order", order, code="PO-1", site_id=SITE, status="ordered", due_on="2026-12-01"),
        create("purchase_line", line, order_id=order, site_id=SITE, part_id=PART, qty=4000),
    )
    one.sync()
    two.sync()
    for laptop, qty in ((one, 3000), (two, 4000)):
        receive_part(laptop.desk, PART, BIN, qty, purchase_line=line)
    for laptop in (one, two, one):
        laptop.sync()
    for laptop in (one, two):
        assert laptop.row("purchase_order", order)["status"] == "received"
        with laptop.desk.read() as read:
            (shown,) = lines_of(read, order)
        assert (shown.received, shown.over, shown.rest) == (7000, 3000, 0)
        assert laptop.value("SELECT count(*) FROM conflict") == 0
        assert laptop.value("SELECT on_order FROM part_stock WHERE part_id = ?", PART) == 0
    fleet.close()


@pytest.fixture
def battery(office):
    """Three batteries with serial numbers, batches and a shelf life of 24 months are on order."""
    part = new_id()
    office.keeper.perform(
        create(
            "part", part, part_no="BAT-1", name="蓄电池", unit="个", kind="repairable", serialised=1, batch_tracked=1,
            shelf_life_months=24, status="active", unit_price=100_0000,
        )
    )  # fmt: skip
    order, _done = orders.new_order(office.keeper, sample_id("supplier", "SUP-01"))
    orders.add_line(office.keeper, order, part, 3000)
    orders.take_step(office.keeper, order, "submitted")
    orders.take_step(office.boss, order, "approved")
    orders.take_step(office.keeper, order, "ordered", ordered_on="2026-11-22")
    return order, part


def test_batch_day_and_every_serial_number_are_asked_for(office, battery):
    order, part = battery
    desk = Receiving(office.keeper)
    desk.open(order)
    desk.take("BAT-1")
    assert desk.wanted() == "batch"
    assert not desk.take_quantity("2611")
    desk.take_text("2611")
    assert (desk.wanted(), desk.proposed_expiry()) == ("expiry", "2028-11-22")
    assert "2028-11-22" in desk.prompt()
    assert "2028-13" in desk.take_text("2028-13")
    desk.take_text("2028-06")
    assert desk.expires == "2028-06-30"
    desk.take("DC1-WH-A01")
    for serial, sentence in (("SN-1", False), ("SN-1", True), ("SN-2", False), ("3", False)):
        assert desk.wanted() == "serial"
        assert bool(desk.take(serial)) is sentence
    assert desk.wanted() == ""
    done = desk.book()
    assert office.status(order) == "received"
    with office.keeper.read() as read:
        found = read.rows(
            "SELECT serial, batch, expires_on, qty, unit_price FROM stock_movement WHERE part_id = ? ORDER BY serial",
            part,
        )
    assert found == [(serial, "2611", "2028-06-30", 1000, 100_0000) for serial in ("3", "SN-1", "SN-2")]
    office.keeper.undo(done.action_id)
    assert office.status(order) == "ordered"


def test_fewer_pieces_than_ordered_end_with_an_empty_enter(office, battery):
    order, _part = battery
    desk = Receiving(office.keeper)
    desk.open(order)
    desk.take("BAT-1")
    desk.take_text("B1")
    assert desk.enough()
    assert desk.expires == "2028-11-22"
    desk.take("DC1-WH-A01")
    assert not desk.enough()
    desk.take("SN-9")
    assert desk.enough()
    desk.book()
    assert (office.status(order), desk.after().rest) == ("part_received", 2000)


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("2027-11-30", "2027-11-30"), ("20271130", "2027-11-30"), ("271130", "2027-11-30"), ("2027-12", "2027-12-31"),
        ("2028.2", "2028-02-29"), ("2027年3月", "2027-03-31"),
    ],
)  # fmt: skip
def test_days_as_they_stand_on_packs(typed, day):
    assert day_on_pack(typed) == day


def test_a_pack_that_ends_sooner_warns_sooner(office, battery):
    order, part = battery
    line = office.line(order, "BAT-1")
    desk = Receiving(office.keeper)
    desk.open(order)
    desk.choose(line)
    desk.bin, desk.batch = sample_id("location", "DC1-WH-A01"), "B"
    desk.take_text("2026-12-10")
    desk.take("SN-1")
    desk.enough()
    desk.book()
    assert "idle.soon" in _rules(office, part)


def _rules(office, part):
    with office.keeper.read() as read:
        return [
            rule
            for (rule,) in read.rows(
                "SELECT rule FROM alert WHERE subject_id = ? AND cleared_at IS NULL", part
            )
        ]


def test_what_waits_and_what_is_late_is_told_once(office):
    def open_ones():
        with office.keeper.read() as read:
            return read.rows(
                "SELECT a.rule, o.code FROM alert a JOIN purchase_order o ON o.id = a.subject_id WHERE a.cleared_at IS NULL "
                "AND a.rule LIKE 'purchase.%' ORDER BY 1, 2"
            )

    before = set(open_ones())
    order = office.draft("HVAC-003", 4)
    code = office.card(order).order.code
    orders.take_step(office.keeper, order, "submitted")
    assert set(open_ones()) - before == {("purchase.approval", code)}
    with office.keeper.read() as read:
        assert waiting(read, office.boss.actor) > waiting(read, office.keeper.actor)
    orders.take_step(office.boss, order, "approved")
    assert set(open_ones()) == before
    orders.take_step(office.keeper, order, "ordered", ordered_on="2026-11-01", due_on="2026-11-20")
    assert set(open_ones()) - before == {("purchase.late", code)}
    orders.edit_order(office.keeper, order, due_on="2026-12-20")
    assert set(open_ones()) == before
