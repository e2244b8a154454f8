"""Dialogs of codes: bind an unknown one, correct a booking, print sheets; the scanner's test in the settings."""

import pytest
from PySide6.QtWidgets import QMainWindow

from app import settings as options
from app.errors import AppError
from app.inventory.booking import issue_part, transfer_part
from app.inventory.corrections import LAST, correct_booking, correctable
from app.inventory.scans import resolve_scan
from app.labels.payload import Kind, encode
from app.labels.scanner import SHEET, Reading, scanner_of
from app.settings import Settings
from ui.inventory.bind import BindDialog
from ui.inventory.code_sheets import CodeSheetDialog
from ui.inventory.correct import CorrectDialog
from ui.inventory.station import ScanStation
from ui.kit.wedge import Wedge
from ui.settings.scanner import ScannerCard

URL = "https://qr.example/aB3x"


@pytest.fixture
def window(qtbot):
    made = QMainWindow()
    qtbot.addWidget(made)
    made.resize(1286, 716)
    made.show()
    return made


@pytest.fixture
def issued(store, id_of) -> bytes:
    """One sensor issued to the order."""
    done = issue_part(
        store, id_of("part", "HVAC-015"), None, 1000, work_order=id_of("work_order", "WO-T01-0900")
    )
    return done.op_ids[0]


def test_an_unknown_code_is_bound_by_scanning_the_records_own_label(window, store, tasks, settled, id_of):
    dialog = BindDialog(window, store, tasks, URL)
    dialog.on_scan("nothing known")
    assert dialog.note.isVisibleTo(dialog)
    dialog.on_scan(encode(Kind.EQ, "DC1-CRA-001"))
    said = []
    dialog.bound.connect(said.append)
    dialog.on_save()
    settled()
    assert said
    assert said[0].startswith("DC1-CRA-001")
    assert resolve_scan(store, URL).id == id_of("equipment", "DC1-CRA-001")


def test_a_code_of_another_record_asks_once_more(window, store, tasks, settled, id_of):
    first = BindDialog(window, store, tasks, URL)
    first.on_scan("HVAC-015")
    first.on_save()
    settled()
    second = BindDialog(window, store, tasks, URL)
    second.on_scan("HVAC-009")
    second.on_save()
    settled()
    assert resolve_scan(store, URL).id == id_of("part", "HVAC-015")
    second.on_save()
    settled()
    assert resolve_scan(store, URL).id == id_of("part", "HVAC-009")


def test_a_part_that_is_registered_from_the_dialog_has_the_code(window, store, tasks, settled, id_of):
    dialog = BindDialog(window, store, tasks, URL)
    dialog._on_registered(id_of("part", "HVAC-003"), None)
    settled()
    assert resolve_scan(store, URL).id == id_of("part", "HVAC-003")


def test_one_correction_keeps_both_bookings(window, store, tasks, settled, issued):
    dialog = CorrectDialog(window, store, tasks)
    assert dialog.rows[0].id == issued
    dialog.form.editor("qty").set_value(2000)
    dialog.on_scan(encode(Kind.EQ, "DC1-CRA-002"))
    dialog.on_save()
    settled()
    with store.read() as read:
        rows = read.rows(
            "SELECT type, qty, reversal_of_id, equipment_id, work_order_id, part_id FROM stock_movement ORDER BY n DESC LIMIT 3"
        )
        machine = read.find("equipment", code="DC1-CRA-002")
        actions = read.rows("SELECT DISTINCT action_id FROM op ORDER BY n DESC LIMIT 2")
    assert [row[:2] for row in rows] == [("issue", 2000), ("return", 1000), ("issue", 1000)]
    assert rows[1][2] == issued
    assert (rows[0][3], rows[0][4]) == (machine, None)
    assert len(actions) == 2


def test_a_transfer_is_corrected_with_both_halves(store, id_of, figures):
    part = id_of("part", "HVAC-015")
    done = transfer_part(store, part, id_of("location", "DC1-WH-A03"), id_of("location", "DC1-WH-A02"), 1000)
    correct_booking(store, done.op_ids[0], qty=2000)
    with store.read() as read:
        held = dict(
            read.rows(
                "SELECT l.code, s.on_hand FROM stock_level s JOIN location l ON l.id = s.bin_id WHERE s.part_id = ?",
                part,
            )
        )
    assert held["DC1-WH-A02"] == 2000
    assert figures("HVAC-015")[0] == 3000


def test_what_cannot_be_corrected_is_said(store, issued):
    with pytest.raises(AppError):
        correct_booking(store, issued)
    with pytest.raises(AppError):
        correct_booking(store, issued, qty=1000)
    correct_booking(store, issued, qty=3000)
    with pytest.raises(AppError):
        correct_booking(store, issued, qty=2000)
    with pytest.raises(AppError):
        correct_booking(store, bytes(16), qty=2000)
    with store.read() as read:
        rows = correctable(read, store.site.id)
    assert issued not in [row.id for row in rows]
    assert len(rows) <= LAST


@pytest.mark.usefixtures("issued")
def test_the_station_says_what_was_corrected(shown, store, tasks, settled):
    page = shown(ScanStation(store, tasks), 1366, 768)
    settled()
    page.correct()
    dialog = page.window().findChild(CorrectDialog)
    dialog.form.editor("qty").set_value(2000)
    dialog.on_save()
    settled()
    assert page.band.result.level == "ok"
    assert "HVAC-015" in page.band.result.name


@pytest.mark.parametrize("name", ["action-sheet", "blank-labels", "scanner-test"])
def test_the_sheets_are_made(window, store, tasks, name):
    dialog = CodeSheetDialog(window, store, tasks, name)
    assert dialog.made().startswith(b"%PDF")


def test_a_scanner_is_learnt_kept_and_forgotten(shown, tmp_path, qapp):
    settings, wedge = Settings(tmp_path), Wedge()
    card = shown(ScannerCard(settings, wedge), 640, 700)
    twisted = str.maketrans("yzYZ", "zyZY")
    for _name, code in SHEET:
        wedge.measured.emit(Reading(code.translate(twisted), (35.0,) * 10, 2))
    scanner = scanner_of(Settings(tmp_path).get(options.SCANNER))
    assert scanner.meant("zyb") == "yzb"
    assert wedge._burst.gap == scanner.gap > 30
    assert any("QWERTZ" in note.text() for note in card.notes if note.isVisible())
    card.forget.click()
    assert Settings(tmp_path).get(options.SCANNER) == ""
    assert wedge.meant("zyb") == "zyb"
    qapp.removeEventFilter(wedge)
