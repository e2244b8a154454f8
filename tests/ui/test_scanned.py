"""Scans anywhere in the window: to the record, to the scan station, to the question what an unknown code belongs to."""

import pytest

from app.labels.bindings import bind_code, blanks
from app.labels.payload import Kind, encode
from app.settings import Settings
from ui.inventory.bind import BindDialog
from ui.inventory.code_sheets import CodeSheetDialog
from ui.inventory.station import ScanStation
from ui.program import Program


@pytest.fixture
def program(qapp, sample_desk, qtbot):
    profile = sample_desk.profile
    made = Program(profile, Settings(profile.folder), qapp)
    made.enter(sample_desk, "alerts")
    qtbot.waitUntil(made.tasks.idle)
    yield made
    qtbot.waitUntil(made.tasks.idle)
    made.watch.stop()
    qapp.removeEventFilter(made.wedge)
    made._clock.stop()
    made._poll.stop()
    made._close_window()
    made.tasks.stop()


def test_an_action_code_opens_the_station_with_its_action(program):
    assert program.links.route(encode(Kind.AC, "RECEIPT"))
    page = program.window.current()
    assert isinstance(page, ScanStation)
    assert page.station.action == "receipt"


@pytest.mark.parametrize("code", ["6901234567892", "https://qr.example/aB3x", '{"part": 10}'])
def test_an_unknown_code_asks_what_it_belongs_to(program, code):
    assert program.links.route(code)
    dialog = program.window.findChild(BindDialog)
    assert dialog.code == code
    dialog.reject()


def test_a_bound_code_and_a_bound_blank_lead_to_the_record(program, sample_desk):
    with sample_desk.read() as read:
        part, machine = read.find("part", part_no="HVAC-015"), read.find("equipment", code="DC1-GEN-001")
    bind_code(sample_desk, "6901234567892", "part", part)
    ((number, digits),) = blanks(sample_desk, 1)
    bind_code(sample_desk, f"BL:{number}", "equipment", machine)
    assert program.links.route("6901234567892")
    assert program.window.key == "spares"
    assert program.links.route(digits)
    assert program.window.key == "equipment"


def test_the_station_prints_its_sheet_and_opens_the_count(program):
    program.links.station()
    page = program.window.current()
    page.top.sheet.click()
    dialog = program.window.findChild(CodeSheetDialog)
    assert dialog is not None
    dialog.reject()
    page.use(encode(Kind.AC, "COUNT"))
    assert program.window.key == "stocktake" or type(program.window.current()).__name__ == "CountPage"
