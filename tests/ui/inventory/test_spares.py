"""The page of spare parts: urgent first, bounded reads, bookings by keyboard and by scans, and what roles leave out."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton

from app.access import Permission
from app.labels.payload import Kind, encode
from ui.inventory.area import SparesArea
from ui.inventory.spares import SparesPage
from ui.inventory.tables import PartSource
from ui.kit.wedge import Wedge


@pytest.fixture
def page(shown, store, tasks, settled) -> SparesPage:
    made = SparesPage(store, tasks)
    shown(made)
    settled()
    return made


def words(widget) -> str:
    return "\n".join(found.text() for found in widget.findChildren(QLabel))


def buttons(widget) -> dict[str, QPushButton]:
    return {found.text().strip(): found for found in widget.findChildren(QPushButton) if found.text().strip()}


def codes(page) -> list[str]:
    model = page.table.model
    return [model.row(place).part_no for place in range(len(model.ids))]


def test_what_is_urgent_comes_first_and_the_strip_says_what_to_buy(shown, sample_desk, tasks, settled):
    page = shown(SparesPage(sample_desk, tasks))
    settled()
    assert len(codes(page)) == 120
    assert codes(page)[:5] == ["CONS-003", "LIFT-002", "PWR-007", "SRV-006", "FIRE-001"]
    assert "10 parts are to be bought from 9 suppliers" in words(page.strip)
    assert "GEN-001, LIFT-002, PWR-001" in words(page.strip)
    assert "stock value ¥463,564" in words(page)
    page.filters.set_values({"urgent": True})
    settled()
    assert len(codes(page)) == 16
    assert page.table.count.text() == "16 of 120"


def test_opening_the_list_of_120_parts_needs_few_statements(shown, sample_desk, tasks, settled):
    statements: list[str] = []
    sample_desk.profile.engine.trace(statements.append)
    try:
        page = shown(SparesPage(sample_desk, tasks))
        settled()
        page.table.view.scrollToBottom()
        asked = [s for s in statements if s.lstrip().upper().startswith("SELECT")]
    finally:
        sample_desk.profile.engine.trace(None)
    assert len(page.table.model.ids) == 120
    assert 0 < len(asked) <= 14, asked


def test_the_models_keep_the_rules_of_qt(page, qtmodeltester):
    qtmodeltester.check(page.table.model)


def test_the_inspector_tells_what_there_is_and_what_to_do(page, id_of, settled):
    page.select(id_of("part", "HVAC-003"))
    settled()
    said = words(page.inspector)
    for part in ("HVAC-003", "On hand", "1 根", "Safety 2", "Reorder 3", "Maximum 6", "DC1-WH-A03"):
        assert part in said, part
    assert {"Issue", "Receive", "Label"} <= buttons(page.inspector).keys()


def test_a_part_is_issued_by_two_scans_a_quantity_and_enter(page, qtbot, figures, settled):
    said = []
    page.said.connect(lambda text, undo: said.append((text, undo)))
    assert figures("HVAC-015") == (3000, "ok")
    assert page.on_scan(encode(Kind.PT, "HVAC-015"))
    dialog = page.dialog
    assert dialog.on_scan(encode(Kind.WO, "WO-T01-0900"))
    assert dialog.focusWidget() is dialog.form.editor("qty")
    qtbot.keyClicks(dialog.form.editor("qty"), "1")
    qtbot.keyClick(dialog.form.editor("qty"), Qt.Key.Key_Return)
    settled()
    assert page.dialog is None
    assert figures("HVAC-015") == (2000, "at_reorder")
    assert said[0][0] == "Issued: 1 个 HVAC-015 Temp/RH sensor, 2 个 on hand"
    settled()
    assert codes(page).index("HVAC-015") < 13
    said[0][1]()
    settled()
    assert figures("HVAC-015") == (3000, "ok")


def test_the_dialog_asks_before_it_books_more_than_there_is(page, qtbot, id_of, figures, settled):
    page.show_part(id_of("part", "HVAC-015"))
    dialog = page.book("issue")
    dialog.form.set_values({"qty": 5000, "reason": "test"})
    dialog.on_save()
    settled()
    assert dialog.isVisible()
    assert "Only 3 on hand" in dialog.note.text()
    assert figures("HVAC-015")[0] == 3000
    assert "Book anyway" in buttons(dialog)
    qtbot.mouseClick(dialog.save, Qt.MouseButton.LeftButton)
    settled()
    assert figures("HVAC-015") == (-2000, "out_of_stock")


def test_bad_input_is_marked_at_its_field_and_nothing_is_booked(page, id_of, figures, settled):
    page.show_part(id_of("part", "HVAC-015"))
    dialog = page.book("issue")
    dialog.on_save()
    assert "Quantity" in dialog.form.boxes["qty"].problem()
    dialog.form.editor("qty").setText("0")
    dialog.on_save()
    settled()
    assert dialog.isVisible()
    dialog.on_scan("https://example.com")
    assert "not a code of this system" in dialog.note.text()
    dialog.on_scan(encode(Kind.LC, "DC1-F1"))
    assert "no place in this booking" in dialog.note.text()
    dialog.reject()
    assert figures("HVAC-015")[0] == 3000


@pytest.mark.parametrize(
    ("kind", "more", "left"),
    [
        ("receipt", {"qty": 4000}, 7000),
        ("return", {"qty": 1000}, 4000),
        ("adjust", {"qty": 5000, "reason": "counted"}, 5000),
        ("scrap", {"qty": 1000, "reason": "broken"}, 2000),
    ],
)
def test_every_kind_of_booking_has_its_form(*, page, id_of, figures, settled, kind, more, left):
    page.show_part(id_of("part", "HVAC-015"))
    dialog = page.book(kind)
    dialog.form.set_values(more)
    dialog.on_save()
    settled()
    assert page.dialog is None
    assert figures("HVAC-015")[0] == left


def test_a_transfer_goes_from_bin_to_bin_by_scans(page, id_of, settled, store):
    page.show_part(id_of("part", "HVAC-015"))
    dialog = page.book("transfer")
    dialog.on_scan(encode(Kind.BN, "DC1-WH-A02"))
    dialog.form.set_values({"qty": 2000})
    dialog.on_save()
    settled()
    with store.read() as read:
        found = read.rows(
            "SELECT l.code, s.on_hand FROM stock_level s JOIN location l ON l.id = s.bin_id WHERE s.part_id = ? ORDER BY 1",
            id_of("part", "HVAC-015"),
        )
    assert found == [("DC1-WH-A02", 2000), ("DC1-WH-A03", 1000)]


def test_a_part_is_registered_and_changed(page, settled, store):
    page.new()
    dialog = page.dialog
    dialog.form.set_values({"part_no": "NEW-1", "name": "新备件", "unit": "个", "annual_usage": 96_000})
    dialog.form.editor("lead_time_days").setText("7")
    dialog._on_take()
    assert dialog.form.values()["reorder_point"] == 5000
    dialog.form.set_values({"max_stock": 4000})
    dialog.on_save()
    settled()
    assert dialog.isVisible()
    dialog.form.set_values({"max_stock": 12_000})
    dialog.on_save()
    settled()
    with store.read() as read:
        row = read.get("part", read.find("part", part_no="NEW-1"))
        policy = read.get("stock_policy", read.find("stock_policy", part_id=row["id"]))
    assert (row["lead_time_days"], policy["method"], policy["max_stock"]) == (7, "computed", 12_000)
    page.edit()
    page.dialog.form.set_values({"name": "改名"})
    page.dialog.on_save()
    settled()
    with store.read() as read:
        assert read.get("part", row["id"])["name"] == "改名"


def test_roles_leave_out_what_they_may_not(shown, store, tasks, settled, id_of):
    reader = replace(store, actor=replace(store.actor, permissions=frozenset({Permission.SEE_STOCK})))
    page = shown(SparesPage(reader, tasks))
    settled()
    page.select(id_of("part", "HVAC-015"))
    assert not {"Issue", "Receive", "Register a part", "Scan station", "Label"} & buttons(page).keys()
    assert page.on_scan("HVAC-015")
    assert page.dialog is None
    page.new()
    assert page.dialog is None


def test_a_scanner_reaches_the_dialog(shown, store, tasks, settled, qtbot):
    wedge = Wedge()
    page = shown(SparesPage(store, tasks, wedge))
    settled()
    page.on_scan(encode(Kind.PT, "HVAC-015"))
    qtbot.waitUntil(page.dialog.isActiveWindow)
    wedge._on_read(encode(Kind.EQ, "DC1-CRA-001"))
    QApplication.instance().removeEventFilter(wedge)
    assert page.dialog.form.values()["purpose"] is not None
    page.dialog.reject()


def test_a_bin_shows_what_lies_in_it_and_foreign_codes_are_left_to_others(page, settled):
    assert page.on_scan(encode(Kind.BN, "DC1-WH-A03"))
    settled()
    assert 0 < len(codes(page)) < 60
    assert not page.on_scan("6901234567892")


def test_sites_are_a_filter_where_all_are_in_view(sample_desk):
    source = PartSource(sample_desk)
    site = next(site for site in sample_desk.sites() if site.code == "MT1")
    every = source.ids("", False, {}, "")
    some = source.ids("", False, {"site": site.id}, "")
    assert 0 < len(some) < len(every)


def test_the_area_leads_to_its_pages_and_back(shown, store, tasks, settled, id_of):
    area = shown(SparesArea(store, tasks))
    wanted = []
    area.station_wanted.connect(lambda: wanted.append("station"))
    area.report_requested.connect(lambda name, _more: wanted.append(name))
    for key in ("proposal", "ledger"):
        area.open(key)
        settled()
        assert area.current() is not area.spares
        area.refresh({"stock"})
        assert area.keys()
        settled()
        area.current().back_wanted.emit()
        assert area.current() is area.spares
    area.open("station")
    area.print_page()
    area.show_list({"page": "proposal"})
    settled()
    area.current().part_wanted.emit(id_of("part", "HVAC-003"))
    assert area.current() is area.spares
    assert wanted == ["station", "low-stock"]


def test_a_state_of_the_first_page_shows_just_its_parts(shown, store, tasks, settled):
    area = shown(SparesArea(store, tasks))
    settled()
    for state in ("out_of_stock", "below_safety", "at_reorder", "in_stock"):
        area.show_list({"state": state})
        settled()
        table = area.spares.table
        rows = [table.model.row(n) for n in range(min(20, len(table.model.ids)))]
        assert {row.state for row in rows} == {state if state != "in_stock" else "ok"}
