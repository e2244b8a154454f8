"""Taken without the storekeeper, lent, and on the way between sites."""

from dataclasses import replace

import pytest

from app.access import Actor, Permission
from app.errors import AppError, Refused
from app.generic import create
from app.health import check
from app.inventory.booking import issue_part, reverse_movement
from app.inventory.checking import Verdict, decide
from app.inventory.loans import Terms, borrow, calibrate, extend, give_back, keep, lend, loans
from app.inventory.taking import Taken, issue_slip, waiting
from app.inventory.transit import arrive, give_up, in_transit, send_to_site
from db.ids import new_id

DAY = 86_400_000
TECHNICIAN = Actor(None, "technician", frozenset({Permission.TAKE_PARTS, Permission.SEE_STOCK}))


def worth(shop, code: str) -> int:
    with shop.desk.read() as read:
        return read.value("SELECT coalesce(sum(worth), 0) FROM stock_worth WHERE part_id = ?", shop.ids[code])


def later(shop, days: int):
    """The same store some days later."""
    clock = shop.desk.profile.clock
    then = clock.now() + days * DAY
    clock.__init__(lambda: then)
    shop.desk.profile.store.tick()
    return shop


def at_night(shop):
    return replace(shop.desk, actor=TECHNICIAN)


def test_what_a_technician_takes_counts_at_once_and_waits_for_the_storekeeper(shop) -> None:
    part = shop.part("P", 5)
    issue_part(at_night(shop), part, None, 2000, work_order=shop.ids["WO"])
    assert shop.stock("P")[0] == 3000
    with shop.desk.read() as read:
        (row,) = waiting(read, shop.desk.site.id)
    assert (row.part_no, row.qty, row.what_for) == ("P", 2000, "WO-1")
    decide(shop.desk, row.movement_id, Verdict("confirmed"))
    with shop.desk.read() as read:
        assert waiting(read, None) == []
    with pytest.raises(Refused):
        decide(shop.desk, row.movement_id, Verdict("confirmed"))


def test_the_storekeeper_corrects_and_refuses_with_a_reason_and_both_stay(shop) -> None:
    part = shop.part("P", 9)
    for qty in (2000, 3000):
        issue_part(at_night(shop), part, None, qty, reason="night")
    with shop.desk.read() as read:
        first, second = waiting(read, None)
    with pytest.raises(Refused):
        decide(shop.desk, first.movement_id, Verdict("refused"))
    decide(shop.desk, first.movement_id, Verdict("corrected", 1000, "one lay there still"))
    decide(shop.desk, second.movement_id, Verdict("refused", reason="not taken"))
    assert shop.stock("P")[0] == 8000
    with shop.desk.read() as read:
        assert waiting(read, None) == []
        assert read.value("SELECT count(*) FROM stock_movement WHERE part_id = ?", part) == 6
    with pytest.raises(AppError):
        decide(shop.desk, new_id(), Verdict("confirmed"))


def test_several_parts_go_on_one_slip_and_a_paper_slip_keeps_its_time(shop) -> None:
    shop.part("P", 5)
    shop.part("Q", 5)
    lines = [Taken(shop.ids["P"], None, 1000), Taken(shop.ids["Q"], None, 2000)]
    _done, slip = issue_slip(shop.desk, lines, work_order=shop.ids["WO"])
    earlier = shop.desk.now() - 3 * DAY
    _done, paper = issue_slip(shop.desk, lines[:1], reason="night", happened_at=earlier, paper=" 000123 ")
    assert paper == "000123"
    with shop.desk.read() as read:
        rows = read.rows(
            "SELECT slip_no, entry, happened_at, created_at FROM stock_movement WHERE type = 'issue' ORDER BY n"
        )
    assert [row[:2] for row in rows] == [(slip, None), (slip, None), ("000123", "paper")]
    assert rows[2][2:] == (earlier, shop.desk.now())
    with pytest.raises(AppError):
        issue_slip(shop.desk, [], reason="x")
    with pytest.raises(AppError):
        issue_slip(shop.desk, lines, reason="x", paper="1", happened_at=shop.desk.now() + 1)


def test_within_the_day_one_key_takes_back_later_the_reason_must_be_said(shop) -> None:
    shop.part("P", 5)
    for _time in range(2):
        shop.move("issue", "P", 1000, reason="x")
    with shop.desk.read() as read:
        first, second = read.rows("SELECT id FROM stock_movement WHERE type = 'issue' ORDER BY n")
    reverse_movement(shop.desk, first[0])
    shop = later(shop, 1)
    with pytest.raises(Refused, match="2026-11-22"):
        reverse_movement(shop.desk, second[0])
    reverse_movement(shop.desk, second[0], reason="the wrong part")
    assert shop.stock("P")[0] == 5000


def test_a_tool_is_lent_extended_and_comes_back_in_parts(shop) -> None:
    tool = shop.part("T", 4, kind="tool")
    lend(shop.desk, tool, None, 3000, Terms("2026-11-30", party="Line 2"))
    assert shop.stock("T")[0] == 1000
    with shop.desk.read() as read:
        (loan,) = loans(read, shop.desk.site.id)
    assert (loan.who, loan.out, loan.state("2026-11-30"), loan.state("2026-12-01")) == (
        "Line 2",
        3000,
        "out",
        "overdue",
    )
    extend(shop.desk, loan.id, "2026-12-10", reason="still needed")
    give_back(shop.desk, loan.id, 1000)
    with pytest.raises(Refused):
        give_back(shop.desk, loan.id, 3000)
    keep(shop.desk, loan.id, 2000, reason="broken", work_order=shop.ids["WO"])
    assert shop.stock("T")[0] == 2000
    with shop.desk.read() as read:
        assert loans(read, None) == []
        (closed,) = loans(read, None, closed=True)
    assert (closed.due_on, closed.out) == ("2026-12-10", 0)
    assert check(shop.desk.profile) == []


def test_an_overdue_loan_is_an_alert_until_it_comes_back(shop) -> None:
    tool = shop.part("T", 4, kind="tool")
    lend(shop.desk, tool, None, 1000, Terms("2026-11-22", party="Line 2"))
    assert "loan.overdue" not in shop.alerts("T")
    shop = later(shop, 2)
    assert "loan.overdue" in shop.alerts("T")
    with shop.desk.read() as read:
        (loan,) = loans(read, None)
    give_back(shop.desk, loan.id, 1000)
    assert "loan.overdue" not in shop.alerts("T")


def test_a_tool_out_of_calibration_is_lent_only_with_a_reason(shop) -> None:
    tool = shop.part("T", 1, kind="tool")
    calibrate(shop.desk, tool, "2025-11-01", "2026-11-01", certificate="C-1")
    assert "calibration.due" in shop.alerts("T")
    with pytest.raises(Refused, match="2026-11-01"):
        lend(shop.desk, tool, None, 1000, Terms("2026-11-30", party="Line 2"))
    lend(shop.desk, tool, None, 1000, Terms("2026-11-30", party="Line 2"), anyway="only a rough measurement")
    calibrate(shop.desk, tool, "2026-11-22", "2027-11-22")
    assert "calibration.due" not in shop.alerts("T")


def test_what_is_borrowed_is_not_ours_until_it_is_kept(shop) -> None:
    part = shop.part("P", 2)
    before = worth(shop, "P")
    borrow(shop.desk, part, 5000, Terms("2026-12-01", party="The neighbour"))
    assert (shop.stock("P")[0], worth(shop, "P")) == (2000, before)
    with shop.desk.read() as read:
        (loan,) = loans(read, None)
    keep(shop.desk, loan.id, 1000, reason="used up", unit_price=50_0000)
    give_back(shop.desk, loan.id, 4000)
    assert shop.stock("P")[0] == 2000
    with shop.desk.read() as read:
        assert loans(read, None) == []


def test_a_transfer_between_sites_is_on_the_way_until_it_arrives(shop) -> None:
    part = shop.part("P")
    shop.move("receipt", "P", 5000, unit_price=30_0000)
    other, there = new_id(), new_id()
    shop.desk.perform(
        create(
            "site",
            other,
            code="S2",
            name="二号站点",
            site_type="building",
            timezone="Asia/Shanghai",
            active=1,
        ),
        create("location", there, code="S2-B01", name="B01", location_type="bin", site_id=other, qr_label=1),
    )
    send_to_site(shop.desk, part, shop.ids["A01"], other, 3000)
    with shop.desk.read() as read:
        (row,) = in_transit(read, other)
    assert (row.open, row.value, row.days(shop.desk.now() + 3 * DAY)) == (3000, 9 * 10**8, 3)
    with pytest.raises(AppError):
        arrive(shop.desk, row.id, shop.ids["A01"], 1000)
    arrive(shop.desk, row.id, there, 1000)
    shop = later(shop, 9)
    assert "transit.late" in shop.alerts("P")
    give_up(shop.desk, row.id, 2000, reason="lost by the carrier")
    assert "transit.late" not in shop.alerts("P")
    with shop.desk.read() as read:
        assert in_transit(read, None) == []
        assert (
            read.value("SELECT worth FROM stock_worth WHERE part_id = ? AND site_id = ?", part, other)
            == 3 * 10**8
        )
    assert check(shop.desk.profile) == []


def test_a_serial_number_names_one_piece(shop) -> None:
    part = shop.part("P", serialised=1)
    shop.move("receipt", "P", 1000, serial="N1", unit_price=1_0000)
    with pytest.raises(Refused):
        shop.desk.perform(shop.op("receipt", "P", 2000, serial="N2"), reason="x")
    with pytest.raises(Refused) as refused:
        shop.desk.perform(shop.op("receipt", "P", 1000, serial="N1"))
    assert refused.value.may_override
    shop.move("issue", "P", 1000, serial="N1", reason="x")
    shop.move("issue", "P", 1000, serial="N1", reason="x")
    assert "serial.twice" in shop.alerts("P")
    assert part
