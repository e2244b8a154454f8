"""A movement's place in the order of values is given once: a merge changes the row, not the order (must-always-be-true 4)."""

from dataclasses import replace

import msgspec
from fleet import BIN, PART, SITE, Fleet, Laptop
from judge import nothing_waits, rows_are_equal, what_derives_is_alike

from app import health
from app.generic import Merge, create
from app.inventory import closing
from db.ids import made_id

OTHER, THIRD = made_id("order", "part"), made_id("order", "bin")
STEPS = "SELECT movement_id, place, value, difference, on_hand, worth FROM stock_step ORDER BY movement_id"


def sync(fleet: Fleet) -> None:
    for _round in range(3):
        for laptop in fleet:
            laptop.sync()


def booked(laptop: Laptop, kind: str, pieces: int, price: int, **more: object) -> None:
    move = msgspec.structs.replace(laptop.moved(kind, pieces), unit_price=price, **more)
    laptop.desk.perform(move, reason="test")


def furnished(fleet: Fleet) -> tuple[Laptop, Laptop]:
    a, b = fleet.laptops["a"], fleet.laptops["b"]
    a.desk.perform(
        create("part", OTHER, part_no="P2", name="传感器", unit="个", kind="spare", serialised=0, batch_tracked=0, status="active"),
        create("location", THIRD, code="B2", site_id=SITE, name="货架二", location_type="bin", qr_label=1),
    )  # fmt: skip
    sync(fleet)
    return a, b


def interleaved(a: Laptop, b: Laptop) -> None:
    """Two laptops book both parts by turns, at prices that make every order show."""
    for turn in range(3):
        booked(a, "receipt", 3 + turn, 10_0000 + turn, part=OTHER)
        booked(b, "issue", 2, 0)
        booked(b, "receipt", 5, 70_0000 - turn, bin=THIRD)
        booked(a, "issue", 1, 0, part=OTHER, bin=THIRD)
        a.sync()
        b.sync()


def at_rest(fleet: Fleet) -> None:
    """Every laptop and the hub reckon the same, also when all is reckoned anew."""
    sync(fleet)
    what_derives_is_alike(fleet)
    with fleet.hub.reading() as read:
        hub = read.rows(STEPS)
        for laptop in fleet:
            nothing_waits(laptop)
            rows_are_equal(laptop, read.connection)
    for laptop in fleet:
        with laptop.desk.read() as read:
            assert read.rows(STEPS) == hub
        laptop.profile.store.rebuild()
        with laptop.desk.read() as read:
            assert read.rows(STEPS) == hub
        assert health.check(laptop.profile) == []


def test_merged_parts_are_worth_the_same_everywhere(fleet):
    a, b = furnished(fleet)
    interleaved(a, b)
    b.desk.perform(Merge("part", OTHER, PART))
    booked(a, "issue", 2, 0, part=OTHER)
    at_rest(fleet)


def test_merged_bins_and_a_laptop_that_joins_late_change_no_value(fleet):
    a, b = furnished(fleet)
    interleaved(a, b)
    a.desk.perform(Merge("location", THIRD, BIN))
    booked(b, "receipt", 4, 33_0000, bin=THIRD)
    sync(fleet)
    fleet.open("late")
    at_rest(fleet)


def test_a_closed_month_keeps_the_lines_of_parts_that_are_merged_later(fleet):
    a, b = furnished(fleet)
    interleaved(a, b)
    sync(fleet)
    desk = replace(a.desk, site=a.desk.sites()[0])
    period = closing.next_period(desk)
    fleet.clock._at = period.ends_at + 1000
    closing.close_month(desk, period, reason="test")
    sheet = "SELECT l.part_id, on_hand, value FROM stock_closing_line l ORDER BY part_id"
    with a.desk.read() as read:
        closed = read.rows(sheet)
    sync(fleet)
    b.desk.perform(Merge("part", OTHER, PART))
    booked(a, "issue", 1, 0, part=OTHER)
    at_rest(fleet)
    with b.desk.read() as read:
        assert read.rows(sheet) == closed
