"""The books of the store: a night's withdrawals, loans, transfers and the month, through the real forms."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication

from app.access import Actor, Permission
from app.generic import create
from app.inventory import closing, loans, taking, transit
from app.inventory.booking import issue_part
from app.inventory.ops import MoveStock
from db.ids import new_id
from ui.inventory.area import SparesArea
from ui.inventory.booking import BookingDialog
from ui.inventory.books import BooksPage
from ui.inventory.ledger import LedgerPage
from ui.kit.dialogs import FormDialog

TECHNICIAN = Actor(None, "technician", frozenset({Permission.TAKE_PARTS, Permission.SEE_STOCK}))


def fill(values: dict, seen: list | None = None) -> None:
    """Fill the next form that opens, and press its button."""

    def work() -> None:
        dialog = QApplication.activeModalWidget()
        if not isinstance(dialog, FormDialog):
            QTimer.singleShot(10, work)
            return
        if seen is not None:
            seen.append(dialog.windowTitle())
        dialog.form.set_values({**dialog.form.values(), **values})
        dialog.on_save()
        if dialog.isVisible():
            dialog.reject()

    QTimer.singleShot(0, work)


@pytest.fixture
def books(shown, store, tasks, settled) -> BooksPage:
    page = shown(BooksPage(store, tasks))
    settled()
    return page


def rows(page: BooksPage, key: str) -> list:
    model = page.tables[key].model
    return [model.row(n) for n in range(len(model.ids))]


def at(page: BooksPage, key: str, place: int = 0) -> None:
    page.tables[key].select([page.tables[key].model.ids[place]])


def test_the_morning_after_a_technician_took_parts(*, store, books, settled, id_of):
    night = replace(store, actor=TECHNICIAN)
    for number in range(3):
        issue_part(night, id_of("part", "SRV-012"), None, 1000, reason=f"night {number}")
    books.reload()
    settled()
    assert len(rows(books, "waiting")) == 3
    at(books, "waiting")
    books.act("waiting", "confirm")
    settled()
    at(books, "waiting")
    fill({"qty": 2000, "reason": "two were taken"})
    books.act("waiting", "correct")
    settled()
    at(books, "waiting")
    fill({"reason": "it still lies there"})
    books.act("waiting", "refuse")
    settled()
    assert rows(books, "waiting") == []
    with store.read() as read:
        assert (
            read.value("SELECT sum(on_hand) FROM stock_level WHERE part_id = ?", id_of("part", "SRV-012"))
            == 6000
        )
        assert taking.waiting(read, store.site.id) == []


def bin_of(store, part: bytes) -> tuple[bytes, str]:
    with store.read() as read:
        return read.row(
            "SELECT l.id, l.code FROM stock_level s JOIN location l ON l.id = s.bin_id WHERE part_id = ?",
            part,
        )


def test_a_tool_is_lent_extended_and_taken_back(*, store, books, settled, id_of):
    part = id_of("part", "SRV-012")
    form = {
        "part_id": (part, "SRV-012"),
        "bin_id": bin_of(store, part),
        "qty": 2000,
        "party": "Line 2",
        "due_on": "2026-11-30",
    }
    fill(form)
    books.lend()
    settled()
    (loan,) = rows(books, "loans")
    assert (loan.who, loan.out) == ("Line 2", 2000)
    at(books, "loans")
    fill({"due_on": "2026-12-15", "reason": "not ready"})
    books.act("loans", "extend")
    settled()
    at(books, "loans")
    fill({"qty": 1000})
    books.act("loans", "return")
    settled()
    at(books, "loans")
    fill({"qty": 1000, "reason": "broken"})
    books.act("loans", "keep")
    settled()
    assert rows(books, "loans") == []
    with store.read() as read:
        assert loans.loans(read, None, closed=True)[0].due_on == "2026-12-15"


def test_parts_travel_to_another_site(*, store, books, settled, id_of):
    part = id_of("part", "SRV-012")
    other = next(site for site in store.sites() if site.code != "DC1")
    fill({"part_id": (part, "SRV-012"), "bin_id": bin_of(store, part), "qty": 1000, "site": other.id})
    books.send()
    settled()
    (row,) = rows(books, "transit")
    with store.read() as read:
        there = read.row(
            "SELECT id, code FROM location WHERE site_id = ? AND location_type = 'bin' LIMIT 1", other.id
        )
    at(books, "transit")
    fill({"bin_id": there, "qty": 1000})
    books.act("transit", "arrive")
    settled()
    with store.read() as read:
        assert transit.in_transit(read, None) == []
    assert row.to_id == other.id


def test_a_paper_slip_keeps_its_time_and_a_future_one_is_refused(*, store, books, settled, id_of):
    part = id_of("part", "SRV-012")
    with store.read() as read:
        who = read.row("SELECT id, name FROM staff LIMIT 1")
    form = {"slip": "000123", "time": "2026-11-20 02:30", "part_id": (part, "x"), "bin_id": bin_of(store, part), "qty": 1000,
            "taken_by": who, "reason": "night"}  # fmt: skip
    fill(form | {"time": "2026-11-23 02:30"})
    books.type_in()
    settled()
    fill(form)
    books.type_in()
    settled()
    with store.read() as read:
        found = read.rows("SELECT slip_no, entry, taken_how FROM stock_movement WHERE slip_no IS NOT NULL")
    assert found == [("000123", "paper", "signature")]


def test_a_month_is_closed_printed_and_opened_again(*, store, books, settled):
    titles: list[str] = []
    fill({"reason": "counted"}, titles)
    books.close_month()
    settled()
    (row,) = rows(books, "closings")
    assert titles == [f"Close {row.month} of {row.store}?"]
    assert row.store == "DC1-WH"
    wanted = []
    books.report_requested.connect(lambda name, told: wanted.append((name, told)))
    at(books, "closings")
    books.act("closings", "print")
    assert wanted == [("month-closing", {"closing": row.code})]
    fill({"reason": "a receipt was missing"})
    books.act("closings", "reopen")
    settled()
    with store.read() as read:
        assert closing.closings(read, None)[0].reopened_at


def test_of_two_warehouses_one_is_chosen_and_closed(*, store, books, settled):
    hall, shelf = new_id(), new_id()
    place = {"site_id": store.site.id, "qr_label": 0}
    store.perform(
        create("location", hall, code="DC1-W2", name="二号库", location_type="warehouse", **place),
        create("location", shelf, code="DC1-W2-A", name="架", location_type="bin", parent_id=hall, **place),
    )
    with store.read() as read:
        part, source = read.row(
            "SELECT part_id, bin_id FROM stock_level WHERE on_hand > 3000 AND site_id = ? LIMIT 1",
            store.site.id,
        )
        first = read.value("SELECT min(happened_at) FROM stock_movement WHERE site_id = ?", store.site.id)
    pair = {
        "number": "SM-1",
        "part": part,
        "site": store.site.id,
        "qty": 1000,
        "happened_at": first,
        "transfer": new_id(),
    }
    store.perform(
        MoveStock(type="transfer_out", bin=source, facing=shelf, **pair), MoveStock(type="transfer_in", bin=shelf, facing=source, **pair)
    )  # fmt: skip
    books.reload()
    settled()
    assert [(row.store.code, row.state(store.now())) for row in rows(books, "months")] == [
        ("DC1-W2", "due"),
        ("DC1-WH", "due"),
    ]
    titles: list[str] = []
    fill({"store": hall}, titles)
    QTimer.singleShot(300, lambda: fill({"reason": "counted"}, titles))
    books.close_month()
    settled()
    assert titles[1:] == [f"Close {rows(books, 'closings')[0].month} of DC1-W2?"]
    at(books, "months", 1)
    fill({"reason": "counted"})
    books.act("months", "close")
    settled()
    assert [row.store for row in rows(books, "closings")] == ["DC1-W2", "DC1-WH"]


def test_a_technician_sees_no_buttons_that_are_not_for_him(*, shown, store, tasks, settled):
    page = shown(BooksPage(replace(store, actor=TECHNICIAN), tasks))
    settled()
    assert set(page.buttons) == {"decided.details"}
    assert [made.text().strip() for made in page.actions_shown()] == ["Spare parts"]


def test_one_key_takes_a_booking_back_on_its_day(*, shown, store, tasks, settled, qtbot, id_of):
    issue_part(store, id_of("part", "HVAC-015"), None, 1000, reason="test")
    page = shown(LedgerPage(store, tasks))
    wanted: list[tuple[str, Callable]] = []
    page.report_requested.connect(lambda name, told: wanted.append((name, told)))
    settled()
    page.table.select([page.table.model.ids[0]])
    qtbot.keySequence(page.table.view, QKeySequence("Ctrl+Backspace"))
    settled()
    assert [page.table.model.row(n).state for n in range(2)] == ["reversal", "reversed"]
    page.export("xlsx")
    assert wanted == [("movement-ledger", {"site": "DC1", "form": "xlsx"})]


def test_the_books_are_reached_from_the_list_of_parts(*, shown, store, tasks, settled):
    area = shown(SparesArea(store, tasks))
    settled()
    area.open("books")
    settled()
    assert isinstance(area.current(), BooksPage)
    assert area.keys()
    area.refresh({"stock"})
    settled()


def test_a_photo_goes_with_what_a_technician_takes(*, shown, store, tasks, settled, id_of, tmp_path):
    from PIL import Image

    part = id_of("part", "SRV-012")
    picture = tmp_path / "shelf.png"
    Image.new("RGB", (40, 30), "grey").save(picture)
    night = replace(
        store, actor=replace(TECHNICIAN, permissions=TECHNICIAN.permissions | {Permission.REPORT_FAULTS})
    )
    dialog = shown(BookingDialog(None, night, tasks, kind="issue", part=part))
    dialog.form.set_values(
        {
            **dialog.form.values(),
            "part_id": (part, "x"),
            "bin_id": bin_of(store, part),
            "qty": 1000,
            "reason": "x",
        }
    )
    dialog.take_photo(picture)
    dialog.on_save()
    settled()
    with store.read() as read:
        (row,) = taking.waiting(read, store.site.id)
    assert row.photo
    assert row.qty == 1000
