"""Warehouses in a fleet: each is closed by itself, and a bin that one laptop hangs elsewhere takes along what another puts in."""

import random

import msgspec
import pytest
from fleet import BIN, SITE, Fleet, Laptop
from judge import judge

from app.errors import Refused
from app.generic import Merge, create, patch
from app.health import check
from app.inventory.closing import close_month, closing_lines, closings, month_of
from app.inventory.ops import MoveStock
from db.ids import made_id, new_id

pytestmark = pytest.mark.parametrize("store", ["file", "server"], indirect=True)
WEST, EAST = made_id("warehouse", "west"), made_id("warehouse", "east")
SHELF, OTHER = made_id("warehouse", "shelf"), made_id("warehouse", "other")
JANUARY = month_of("2020-01", "Asia/Shanghai")
DERIVED = (
    "SELECT movement_id, store_id, place, value, difference, on_hand, worth FROM stock_step ORDER BY movement_id",
    "SELECT part_id, site_id, store_id, place, on_hand, worth, base_qty, base_worth FROM stock_worth ORDER BY part_id, store_id",
)


@pytest.fixture
def two(fleet: Fleet) -> tuple[Laptop, Laptop]:
    """Two laptops at a site of two warehouses: the shelf is in the west, the other bin in the east."""
    a, b = [*fleet.laptops.values()][:2]
    rows = (
        (WEST, "W", "warehouse", None),
        (EAST, "E", "warehouse", None),
        (SHELF, "W1", "bin", WEST),
        (OTHER, "E1", "bin", EAST),
    )
    a.desk.perform(
        *(create("location", one, code=code, name=code, location_type=kind, site_id=SITE, parent_id=parent, qr_label=0)
          for one, code, kind, parent in rows)
    )  # fmt: skip
    meet(a, b)
    return a, b


def meet(*laptops: Laptop) -> None:
    """All sync until nothing is left."""
    for laptop in (*laptops, *laptops):
        laptop.sync()


def moved(laptop: Laptop, kind: str, pieces: int, place: bytes, **more: object) -> MoveStock:
    return msgspec.structs.replace(laptop.moved(kind, pieces), bin=place, **more)


def hang(laptop: Laptop, under: bytes, place: bytes = SHELF) -> None:
    laptop.desk.perform(patch("location", laptop.row("location", place), parent_id=under), reason="moved")


def close(laptop: Laptop, warehouse: bytes) -> None:
    desk = laptop.desk.at(next(site for site in laptop.desk.sites() if site.id == SITE))
    close_month(desk, JANUARY, warehouse=warehouse, reason="counted")


def books(laptop: Laptop) -> list[list[tuple]]:
    with laptop.profile.store.read() as read:
        return [read.rows(sql) for sql in DERIVED]


def in_store(laptop: Laptop, warehouse: bytes) -> tuple[int, int]:
    with laptop.profile.store.read() as read:
        return read.row(
            "SELECT coalesce(sum(on_hand), 0), coalesce(sum(worth), 0) FROM stock_worth WHERE store_id = ?",
            warehouse,
        ) or (0, 0)


def all_agree(fleet: Fleet) -> None:
    """The hub and all laptops reckon alike, also once more from the first movement, and no check complains."""
    laptops = [*fleet.laptops.values()]
    meet(*laptops)
    first = books(laptops[0])
    with fleet.hub.reading() as read:
        assert [[tuple(row) for row in read.rows(sql)] for sql in DERIVED] == first
    for laptop in laptops:
        assert books(laptop) == first
        assert check(laptop.profile) == []
        laptop.profile.store.rebuild()
        assert books(laptop) == first
    judge(fleet)


@pytest.mark.parametrize("first", [0, 1])
def test_a_bin_is_hung_elsewhere_while_another_laptop_fills_it(*, fleet, two, first: int) -> None:
    two[0].desk.perform(moved(two[0], "receipt", 4, OTHER, unit_price=30_0000))
    hang(two[0], EAST)
    two[1].desk.perform(moved(two[1], "receipt", 6, SHELF, unit_price=10_0000))
    meet(two[first], two[1 - first])
    for laptop in two:
        assert in_store(laptop, WEST) == (0, 0)
        assert in_store(laptop, EAST) == (10_000, 4 * 30 * 10**7 + 6 * 10 * 10**7)
    all_agree(fleet)


@pytest.mark.parametrize("first", [0, 1])
def test_a_late_movement_counts_late_only_where_its_warehouse_is_closed(*, fleet, two, first: int) -> None:
    a, b = two
    a.desk.perform(
        *(moved(a, "receipt", 5, place, happened_at=JANUARY.starts_at + 1) for place in (SHELF, OTHER))
    )
    meet(a, b)
    close(a, WEST)
    late = [moved(b, "issue", 2, place, happened_at=JANUARY.starts_at + 2) for place in (SHELF, OTHER)]
    pair = {"transfer": new_id(), "happened_at": JANUARY.starts_at + 3}
    ways = (
        moved(b, "transfer_out", 1, OTHER, facing=SHELF, **pair), moved(b, "transfer_in", 1, SHELF, facing=OTHER, **pair)
    )  # fmt: skip
    b.desk.perform(*late, reason="x")
    b.desk.perform(*ways)
    meet(two[first], two[1 - first])
    closed_first = JANUARY.ends_at if first == 0 else None
    for laptop in two:
        with laptop.profile.store.read() as read:
            found = [
                read.value("SELECT posted_at FROM stock_movement WHERE movement_no = ?", move.number)
                for move in (*late, *ways)
            ]
            (line,) = closing_lines(read, closings(read, SITE)[0].id)
        assert found == [closed_first, None, closed_first, closed_first]
        assert line.on_hand == (5000 if first == 0 else 4000)
    all_agree(fleet)


def test_the_first_closing_of_each_warehouse_stands(*, fleet, two) -> None:
    a, b = two
    a.desk.perform(
        *(moved(a, "receipt", 5, place, happened_at=JANUARY.starts_at + 1) for place in (SHELF, OTHER))
    )
    meet(a, b)
    for laptop in two:
        close(laptop, WEST)
    close(b, EAST)
    meet(a, b)
    for laptop in two:
        with laptop.profile.store.read() as read:
            assert [row.store for row in closings(read, SITE)] == ["E", "W"]
    all_agree(fleet)


def test_a_warehouse_is_closed_by_one_and_merged_by_another(*, fleet, two) -> None:
    a, b = two
    for place, price in ((SHELF, 10_0000), (OTHER, 30_0000)):
        a.desk.perform(moved(a, "receipt", 5, place, happened_at=JANUARY.starts_at + 1, unit_price=price))
    meet(a, b)
    a.desk.perform(Merge("location", WEST, EAST))
    close(b, WEST)
    b.desk.perform(moved(b, "issue", 1, SHELF), reason="x")
    meet(a, b)
    for laptop in two:
        assert in_store(laptop, WEST) == (0, 0)
        assert in_store(laptop, EAST) == (9_000, 180 * 10**7)
        with laptop.profile.store.read() as read:
            (row,) = closings(read, SITE)
            (line,) = closing_lines(read, row.id)
        assert (row.store, line.on_hand, line.value) == ("W", 5000, 50 * 10**7)
    all_agree(fleet)


@pytest.mark.parametrize("seed", range(3))
def test_whatever_order_it_arrives_in_the_books_are_one(*, fleet, two, seed: int) -> None:
    dice = random.Random(seed)
    for _turn in range(30):
        laptop, place = dice.choice(two), dice.choice((SHELF, OTHER, BIN))
        kind = dice.choice(("receipt", "receipt", "issue", "transfer", "transfer", "hang", "close"))
        when = JANUARY.starts_at + dice.randint(1, 99) if dice.random() < 0.4 else laptop.desk.now()
        try:
            if kind == "hang":
                hang(laptop, dice.choice((WEST, EAST)), place)
            elif kind == "close":
                close(laptop, dice.choice((WEST, EAST)))
            elif kind == "transfer":
                target = dice.choice([one for one in (SHELF, OTHER, BIN) if one != place])
                told, pieces = {"transfer": new_id(), "happened_at": when}, dice.randint(1, 5)
                laptop.desk.perform(
                    moved(laptop, "transfer_out", pieces, place, facing=target, **told),
                    moved(laptop, "transfer_in", pieces, target, facing=place, **told),
                    reason="x",
                )
            else:
                price = dice.randint(1, 99_999)
                laptop.desk.perform(
                    moved(laptop, kind, dice.randint(1, 7), place, unit_price=price, happened_at=when),
                    reason="x",
                )
        except Refused as refused:
            if {one.code for one in refused.objections if not one.may_override} != {"closing.closed"}:
                raise
        if dice.random() < 0.3:
            laptop.sync()
    all_agree(fleet)
