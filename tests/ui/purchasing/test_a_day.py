"""A storekeeper's day with a scanner and no mouse: three hundred movements by its keys, a delivery of forty lines, a bin counted."""

from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from app.inventory.booking import receive_part
from app.labels.actions import action_of, quantity_action
from app.labels.payload import Kind, encode
from app.purchasing import orders
from app.sample import sample_id
from app.stocktake import counting
from app.stocktake.lines import lines_of
from ui.inventory.station import ScanStation
from ui.kit.wedge import Wedge
from ui.purchasing.receive import ReceivingDesk
from ui.stocktake import CountPage

ISSUED = ("HVAC-015", "HVAC-009", "HVAC-003", "CONS-002", "SRV-012")
LINES = 40


@pytest.fixture
def wedge(qapp) -> Iterator[Wedge]:
    made = Wedge()
    yield made
    qapp.removeEventFilter(made)


@pytest.fixture
def scan(wedge) -> Callable[[QWidget, str], None]:
    """A scanner: the keys of a code at once, then Enter, to whatever window has the keyboard."""

    def keys(page: QWidget, text: str) -> None:
        wedge.claim(page, page.on_scan)
        for sign in text:
            QTest.keyClick(page.windowHandle(), sign)
        QTest.keyClick(page.windowHandle(), Qt.Key.Key_Return)

    return keys


def by_hand(page: QWidget, *keys: object) -> None:
    """A person at the keys."""
    for key in (*keys, Qt.Key.Key_Return):
        QTest.keyClick(page.entry, key)


def part(code: str) -> str:
    return encode(Kind.PT, code)


def on_hand(desk, code: str) -> int:
    with desk.read() as read:
        return read.value(
            "SELECT s.on_hand FROM part_stock s JOIN part p ON p.id = s.part_id JOIN site t ON t.id = s.site_id "
            "WHERE p.part_no = ? AND t.code = 'DC1'",
            code,
        )


def movements(desk) -> int:
    with desk.read() as read:
        return read.value("SELECT count(*) FROM stock_movement")


def test_three_hundred_movements(office, scan, wedge, qtbot):
    keeper = office.keeper
    for code in ISSUED:
        receive_part(keeper, sample_id("part", code), None, 500_000)
    before, stock = movements(keeper), {code: on_hand(keeper, code) for code in ISSUED}
    station = office.show(ScanStation(keeper, office.tasks, wedge=wedge), 1366, 768)
    office.settle()
    scan(station, action_of("ISSUE").digits)
    scan(station, encode(Kind.EQ, "DC1-CRA-001"))
    scan(station, action_of("EACH").digits)
    wanted = Counter()
    for n in range(200):  # one after the other, each scan a booking
        scan(station, part(ISSUED[(n * 7 + n // 5) % 5]))
        wanted[ISSUED[(n * 7 + n // 5) % 5]] += 1
    scan(station, action_of("EACH").digits)
    for n in range(60):  # with a quantity from the sheet
        scan(station, part(ISSUED[n % 5]))
        scan(station, quantity_action(2).digits)
        scan(station, action_of("BOOK").digits)
        wanted[ISSUED[n % 5]] += 2
    scan(station, action_of("RETURN").digits)
    for n in range(40):  # what was not used comes back
        scan(station, part(ISSUED[n % 5]))
        scan(station, action_of("BOOK").digits)
        wanted[ISSUED[n % 5]] -= 1
    qtbot.waitUntil(lambda: not station.booker.waiting(), timeout=30_000)
    office.settle()
    assert movements(keeper) - before == 300
    assert {code: stock[code] - on_hand(keeper, code) for code in ISSUED} == {
        code: number * 1000 for code, number in wanted.items()
    }


def test_a_delivery_of_forty_lines(office):
    keeper = office.keeper
    with keeper.read() as read:
        codes = [
            row[0]
            for row in read.rows(
                "SELECT part_no FROM part WHERE status = 'active' AND deleted = 0 AND batch_tracked = 0 "
                "AND serialised = 0 ORDER BY part_no LIMIT ?",
                LINES,
            )
        ]
    order, _done = orders.new_order(keeper, sample_id("supplier", "SUP-04"))
    for code in codes:
        orders.add_line(keeper, order, sample_id("part", code), 3000)
    orders.take_step(keeper, order, "submitted")
    orders.take_step(office.boss, order, "approved")
    orders.take_step(keeper, order, "ordered", ordered_on="2026-11-22", due_on="2026-12-01")
    desk = office.show(ReceivingDesk(keeper, office.tasks), 1366, 768)
    office.settle()
    desk.on_scan(office.card(order).order.code)
    for code in codes:
        desk.on_scan(part(code))
        for _step in range(
            4
        ):  # what the desk asks for: until when it keeps, a bin where none is set, and Enter
            if desk.band.result.level == "ok":
                break
            if "scan the bin" in desk.band.result.word:
                desk.on_scan(encode(Kind.BN, "DC1-WH-B03"))
            else:
                by_hand(desk)
            office.settle()
        assert desk.band.result.level == "ok", desk.band.result
    assert office.card(order).order.status == "received"
    assert [line.received for line in office.card(order).lines] == [3000] * LINES


def test_the_count_of_one_bin(office):
    keeper = office.keeper
    with keeper.read() as read:
        bin_id, code = read.row("SELECT id, code FROM location WHERE code = 'DC1-WH-A01'")
    count = counting.open_count(keeper, "bin", bins=[bin_id], blind=True)[0]
    page = office.show(CountPage(keeper, office.tasks, count), 1366, 768)
    office.settle()
    with keeper.read() as read:
        wanted = [line.part_no for line in lines_of(read, count).rows]
    assert wanted
    page.on_scan(encode(Kind.BN, code))
    for number in wanted[:12]:
        page.on_scan(part(number))
        by_hand(page, "4")
        office.settle()
    with keeper.read() as read:
        counted = [line.counted for line in lines_of(read, count).rows]
    assert counted == [4000] * 12 + [None] * (len(wanted) - 12)
