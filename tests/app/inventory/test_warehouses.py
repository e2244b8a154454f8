"""Each warehouse is a store of its own: its average, its months; a bin that hangs elsewhere takes its stock along."""

import random

import msgspec
import pytest

from app.errors import Refused
from app.generic import Merge, create, patch
from app.health import check
from app.inventory.booking import issue_part, receive_part, reverse_movement, transfer_part
from app.inventory.closing import (
    close_month,
    closing_lines,
    closings,
    month_of,
    next_period,
    reopen_month,
)
from app.inventory.ledger import movements_of
from app.inventory.months import open_months, site_sheet
from app.inventory.stockcard import stock_card, stock_on
from app.inventory.stores import stores
from app.inventory.turns import turns_by_store
from app.values import instant_of
from db.ids import new_id

OCTOBER = instant_of("2026-10-15", "09:00")
NOVEMBER = instant_of("2026-11-01")
HOUR = 3_600_000
PIECE = 10**7 * 1000


@pytest.fixture
def two(shop):
    """Two warehouses with two bins each, W1 (B1, B2) and W2 (B3, B4); the fixture's own bins lie in none."""
    site = shop.ids["S1"]
    rows = [("W1", "warehouse", None), ("W2", "warehouse", None), ("R2", "room", "W2")]
    rows += [("B1", "bin", "W1"), ("B2", "bin", "W1"), ("B3", "bin", "R2"), ("B4", "bin", "W2")]
    for code, kind, parent in rows:
        shop.ids[code] = new_id()
        shop.desk.perform(
            create(
                "location", shop.ids[code], code=code, name=code, location_type=kind, site_id=site, qr_label=0,
                parent_id=shop.ids.get(parent or ""),
            )
        )  # fmt: skip
    shop.part("P", policy=None)
    return shop


def said(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [one.code for one in refused.value.objections]


def worths(shop, code: str = "P") -> dict[str, tuple[int, int]]:
    """Quantity in pieces and value in whole units of the currency of each store that holds or held the part."""
    names = {row.id: row.code for row in all_stores(shop)}
    with shop.desk.read() as read:
        rows = read.rows("SELECT store_id, on_hand, worth FROM stock_worth WHERE part_id = ?", shop.ids[code])
    return {names[store]: (qty // 1000, worth // 10**7) for store, qty, worth in rows}


def all_stores(shop):
    with shop.desk.read() as read:
        return stores(read, None)


def receive(shop, place: str, pieces: int, yuan: int) -> None:
    receive_part(shop.desk, shop.ids["P"], shop.ids[place], pieces * 1000, unit_price=yuan * 10_000)


def hang(shop, place: str, under: str | None, reason: str = "") -> None:
    with shop.desk.read() as read:
        row = read.get("location", shop.ids[place])
    shop.desk.perform(patch("location", row, parent_id=shop.ids.get(under or "")), reason=reason)


def at(op, moment: int):
    return msgspec.structs.replace(op, happened_at=moment)


def close(shop, warehouse: str, month: str = "2026-10") -> bytes:
    """Close a month; the id of the closing."""
    close_month(shop.desk, month_of(month, "Asia/Shanghai"), warehouse=shop.ids[warehouse], reason="counted")
    with shop.desk.read() as read:
        standing = [row for row in closings(read, None) if row.month == month and not row.reopened_at]
    return next(row.id for row in standing if row.store == warehouse)


def posted(shop) -> list[tuple[str, int | None]]:
    with shop.desk.read() as read:
        return read.rows(
            "SELECT type, posted_at FROM stock_movement WHERE part_id = ? ORDER BY n", shop.ids["P"]
        )


def test_each_warehouse_has_its_own_average(two) -> None:
    receive(two, "B1", 10, 10)
    receive(two, "B3", 10, 30)
    receive(two, "A01", 1, 7)
    issue_part(two.desk, two.ids["P"], two.ids["B2"], 1000, reason="x", anyway="by the books there is none")
    assert worths(two) == {"W1": (9, 90), "W2": (10, 300), "S1": (1, 7)}
    with two.desk.read() as read:
        names = [(row.code, row.warehouse is None) for row in stores(read, two.ids["S1"])]
        price = read.value("SELECT unit_price FROM stock_movement WHERE type = 'issue'")
    assert names == [("S1-WH", False), ("W1", False), ("W2", False), ("S1", True)]
    assert price == 10_0000
    assert check(two.desk.profile) == []


def test_a_transfer_leaves_at_the_senders_average_and_arrives_at_that_value(two) -> None:
    receive(two, "B1", 10, 10)
    receive(two, "B3", 10, 30)
    transfer_part(two.desk, two.ids["P"], two.ids["B1"], two.ids["B4"], 5000)
    assert worths(two) == {"W1": (5, 50), "W2": (15, 350)}
    with two.desk.read() as read:
        into = movements_of(read, two.ids["P"])[0]
    reverse_movement(two.desk, into.id, reason="the wrong part")
    assert worths(two) == {"W1": (10, 100), "W2": (10, 300)}
    assert check(two.desk.profile) == []


def test_turns_by_warehouse_take_no_transfer_for_use(two) -> None:
    receive(two, "B1", 10, 10)
    receive(two, "B3", 10, 30)
    transfer_part(two.desk, two.ids["P"], two.ids["B1"], two.ids["B4"], 5000)
    issue_part(two.desk, two.ids["P"], two.ids["B3"], 3000, reason="x")
    with two.desk.read() as read:
        found = {
            store.code: (row.use, row.stock) for store, row in turns_by_store(read, None, two.desk.now())
        }
    assert found == {"W1": (0, 50_00), "W2": (70_00, 280_00)}


def test_a_late_movement_counts_by_the_month_of_its_own_warehouse(two) -> None:
    for place, price in (("B1", 10), ("B3", 30)):
        two.desk.perform(at(two.op("receipt", "P", 5000, place, unit_price=price * 10_000), OCTOBER))
    sheet = close(two, "W1")
    for place in ("B1", "B3"):
        two.desk.perform(at(two.op("issue", "P", 1000, place, reason="late"), OCTOBER + HOUR))
    assert posted(two)[2:] == [("issue", NOVEMBER), ("issue", None)]
    with two.desk.read() as read:
        assert [line.on_hand for line in closing_lines(read, sheet)] == [5000]
    assert [line.on_hand for line in lines(two, close(two, "W2"))] == [4000]
    assert check(two.desk.profile) == []


def lines(shop, closing: bytes):
    with shop.desk.read() as read:
        return closing_lines(read, closing)


def test_both_halves_of_a_late_transfer_count_from_the_later_open_month(two) -> None:
    two.desk.perform(at(two.op("receipt", "P", 5000, "B1", unit_price=10_0000), OCTOBER))
    close(two, "W2")
    pair = {"transfer": new_id(), "unit_price": 10_0000}
    two.desk.perform(
        at(two.op("transfer_out", "P", 2000, "B1", facing=two.ids["B3"], **pair), OCTOBER + HOUR),
        at(two.op("transfer_in", "P", 2000, "B3", facing=two.ids["B1"], **pair), OCTOBER + HOUR),
    )
    assert posted(two)[1:] == [("transfer_out", NOVEMBER), ("transfer_in", NOVEMBER)]
    assert [line.on_hand for line in lines(two, close(two, "W1"))] == [5000]
    with two.desk.read() as read:
        then = stock_on(read, two.ids["S1"], NOVEMBER)
        now = stock_on(read, two.ids["S1"], NOVEMBER + 1)
        card = stock_card(read, two.ids["P"], two.ids["S1"], 0, NOVEMBER * 2, store=two.ids["W2"])
    assert [(row.store, row.on_hand) for row in then] == [("W1", 5000)]
    assert [(row.store, row.on_hand) for row in now] == [("W1", 3000), ("W2", 2000)]
    assert [row.on_hand for row in card.rows] == [2000]
    assert check(two.desk.profile) == []


def test_months_are_closed_and_opened_again_by_warehouse_and_added_up_by_site(two) -> None:
    for place, price in (("B1", 10), ("B3", 30)):
        two.desk.perform(at(two.op("receipt", "P", 5000, place, unit_price=price * 10_000), OCTOBER))
    close(two, "W1")
    with two.desk.read() as read:
        sheet = site_sheet(read, two.ids["S1"], "2026-10")
        waits = {row.store.code: (row.closed, row.state(two.desk.now())) for row in open_months(read, None)}
    assert [store.code for store in sheet.open] == ["S1-WH", "W2"]
    assert waits == {"S1-WH": ("", "none"), "W1": ("2026-10", "running"), "W2": ("", "due")}
    second = close(two, "W2")
    with two.desk.read() as read:
        (line,) = site_sheet(read, two.ids["S1"], "2026-10").lines
    assert (line.on_hand, line.value, line.in_qty) == (10_000, 200 * 10**7, 10_000)
    with pytest.raises(Refused):
        close(two, "W1")
    reopen_month(two.desk, second, reason="a note was missing")
    assert next_period(two.desk, two.ids["W2"]).month == "2026-10"
    assert next_period(two.desk, two.ids["W1"]).month == "2026-11"


def test_a_bin_with_stock_is_hung_elsewhere_only_with_a_reason_and_takes_its_stock_along(two) -> None:
    receive(two, "B1", 10, 10)
    receive(two, "B4", 10, 30)
    with pytest.raises(Refused) as refused:
        hang(two, "B1", "R2")
    assert said(refused) == ["place.stock"]
    assert refused.value.may_override
    assert worths(two)["W1"] == (10, 100)
    hang(two, "B2", "R2")  # it is empty
    hang(two, "B1", "R2", "the shelf was moved")
    assert worths(two) == {"W1": (0, 0), "W2": (20, 400)}
    assert two.stock("P")[0] == 20_000
    with two.desk.read() as read:
        into, out = movements_of(read, two.ids["P"])[:2]
    assert {into.store, out.store} == {"W1", "W2"}
    assert {into.what_for, out.what_for} == {"W1", "W2"}
    assert into.reason == "the shelf was moved"
    with pytest.raises(Refused) as refused:
        reverse_movement(two.desk, into.id, reason="x")
    assert said(refused) == ["stock.hung"]
    assert check(two.desk.profile) == []


def test_what_was_hung_elsewhere_comes_back_by_one_undo(two) -> None:
    receive(two, "B1", 10, 10)
    with two.desk.read() as read:
        row = read.get("location", two.ids["B1"])
    done = two.desk.perform(patch("location", row, parent_id=two.ids["W2"]), reason="moved")
    two.desk.undo(done.action_id)
    assert worths(two) == {"W1": (10, 100), "W2": (0, 0)}
    assert check(two.desk.profile) == []


def test_what_is_below_nothing_changes_its_books_too(two) -> None:
    receive(two, "B2", 4, 10)
    issue_part(two.desk, two.ids["P"], two.ids["B1"], 3000, reason="x", anyway="not booked yet")
    hang(two, "B1", "W2", "moved")
    assert {code: qty for code, (qty, _worth) in worths(two).items()} == {"W1": 4, "W2": -3}
    receive(two, "B1", 3, 10)
    assert worths(two)["W2"][0] == 0
    assert check(two.desk.profile) == []


def test_a_room_that_becomes_a_warehouse_has_books_of_its_own(two) -> None:
    receive(two, "B3", 2, 10)
    receive(two, "B4", 2, 30)
    with two.desk.read() as read:
        row = read.get("location", two.ids["R2"])
    two.desk.perform(patch("location", row, location_type="warehouse"), reason="fenced off")
    assert worths(two) == {"W2": (2, 40), "R2": (2, 40)}
    receive(two, "B3", 1, 20)
    assert worths(two)["R2"] == (3, 60)
    assert check(two.desk.profile) == []


def test_a_bin_with_stock_does_not_leave_its_site(two) -> None:
    other = new_id()
    two.desk.perform(
        create("site", other, code="S2", name="S2", site_type="building", timezone="Asia/Shanghai", active=1)
    )
    receive(two, "B1", 1, 10)
    with two.desk.read() as read:
        row = read.get("location", two.ids["B1"])
    with pytest.raises(Refused) as refused:
        two.desk.perform(patch("location", row, site_id=other), reason="x")
    assert said(refused) == ["place.stock"]
    assert not refused.value.may_override


def test_a_closed_month_stands_when_two_warehouses_become_one(two) -> None:
    for place, price in (("B1", 10), ("B3", 30)):
        two.desk.perform(at(two.op("receipt", "P", 5000, place, unit_price=price * 10_000), OCTOBER))
    before = {code: lines(two, close(two, code)) for code in ("W1", "W2")}
    two.desk.perform(Merge("location", two.ids["W1"], two.ids["W2"]))
    assert worths(two) == {"W1": (0, 0), "W2": (10, 200)}
    with two.desk.read() as read:
        after = {row.store: closing_lines(read, row.id) for row in closings(read, None)}
        last = {row.store.code: row.state(two.desk.now()) for row in open_months(read, None) if row.period}
    assert after == before
    assert last == {"W1": "running", "W2": "running"}
    assert check(two.desk.profile) == []


def test_a_closed_month_stands_when_two_parts_become_one(two) -> None:
    other = two.part("Q", policy=None)
    for code, price in (("P", 10), ("Q", 30)):
        two.desk.perform(at(two.op("receipt", code, 5000, "B3", unit_price=price * 10_000), OCTOBER))
    pair = {"transfer": new_id()}
    two.desk.perform(
        at(two.op("transfer_out", "P", 2000, "B3", facing=two.ids["B1"], **pair), OCTOBER + HOUR),
        at(two.op("transfer_in", "P", 2000, "B1", facing=two.ids["B3"], **pair), OCTOBER + HOUR),
    )
    closed = [close(two, code) for code in ("W1", "W2")]
    before = [lines(two, closing) for closing in closed]
    two.desk.perform(Merge("part", other, two.ids["P"]))
    assert [lines(two, closing) for closing in closed] == before
    assert [[line.part_no for line in sheet] for sheet in before] == [["P"], ["P", "Q"]]
    assert worths(two) == {"W1": (2, 40), "W2": (8, 160)}
    assert check(two.desk.profile) == []
    with two.desk.profile.store.local() as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(
            "UPDATE stock_closing_line SET on_hand = on_hand + 1000 WHERE part_id = ?", (other,)
        )
    assert any("2026-10" in fault for fault in check(two.desk.profile))


def test_two_bins_that_become_one_are_in_one_store(two) -> None:
    receive(two, "B1", 5, 10)
    receive(two, "B4", 5, 30)
    two.desk.perform(Merge("location", two.ids["B1"], two.ids["B4"]))
    assert worths(two) == {"W1": (0, 0), "W2": (10, 200)}
    assert two.stock("P")[0] == 10_000
    assert check(two.desk.profile) == []


def test_a_stray_is_found_by_the_check(two) -> None:
    receive(two, "B1", 5, 10)
    with two.desk.profile.store.local() as connection:
        names = [
            n
            for (n,) in connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'location'"
            )
        ]
        for name in names:
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("UPDATE location SET parent_id = ? WHERE code = 'B1'", (two.ids["W2"],))
    assert any("B1" in fault for fault in check(two.desk.profile))


PLACES = ("B1", "B2", "B3", "B4", "A01")
KINDS = (
    "receipt",
    "receipt",
    "issue",
    "adjust_gain",
    "scrap",
    "transfer",
    "transfer",
    "hang",
    "close",
    "reverse",
)
SORRY = {"closing.closed", "stock.reversed", "stock.hung"}


def take_step(shop, dice: random.Random) -> None:
    """Something that happens in the store: a movement of now or of October, a bin hung elsewhere, a month closed."""
    kind, place, qty = dice.choice(KINDS), dice.choice(PLACES), dice.randint(1, 9_999)
    when = OCTOBER if dice.random() < 0.4 else shop.desk.now()
    if kind == "transfer":
        target, pair = dice.choice([one for one in PLACES if one != place]), {"transfer": new_id()}
        out = shop.op("transfer_out", "P", qty, place, facing=shop.ids[target], **pair)
        into = shop.op("transfer_in", "P", qty, target, facing=shop.ids[place], **pair)
        shop.desk.perform(at(out, when), at(into, when), reason="x")
    elif kind == "hang":
        hang(shop, place, dice.choice(("W1", "W2", "R2", None)), "x")
    elif kind == "close":
        period = month_of(f"2026-{dice.choice(('08', '09', '10'))}", "Asia/Shanghai")
        close_month(
            shop.desk, period, warehouse=dice.choice((shop.ids["W1"], shop.ids["W2"], None)), reason="x"
        )
    elif kind == "reverse":
        with shop.desk.read() as read:
            found = read.rows("SELECT id FROM stock_movement WHERE reversal_of_id IS NULL ORDER BY n")
        if found:
            reverse_movement(shop.desk, dice.choice(found)[0], reason="x")
    else:
        op = shop.op(kind, "P", qty, place, unit_price=dice.randint(0, 99_999), reason="x")
        shop.desk.perform(at(op, when), reason="x")


def derived(shop) -> list[list[tuple]]:
    with shop.desk.read() as read:
        return [
            sorted(read.rows(sql))
            for sql in (
                "SELECT movement_id, store_id, place, value, difference, on_hand, worth FROM stock_step",
                "SELECT part_id, site_id, store_id, place, on_hand, worth, base_qty, base_worth FROM stock_worth",
            )
        ]


@pytest.mark.parametrize("seed", range(12))
def test_whatever_is_booked_hung_and_closed_the_books_agree(two, seed: int) -> None:
    dice = random.Random(seed)
    for _step in range(40):
        try:
            take_step(two, dice)
        except Refused as refused:
            if not {one.code for one in refused.objections if not one.may_override} <= SORRY:
                raise
    assert check(two.desk.profile) == []
    before = derived(two)
    two.desk.profile.store.rebuild()
    assert derived(two) == before
    with two.desk.read() as read:
        worth = read.value("SELECT sum(on_hand) FROM stock_worth")
        assert worth == read.value("SELECT sum(on_hand) FROM stock_level")
