"""Scans anywhere in the window: to the record, to the scan station, to the question what an unknown code belongs to."""

import pytest

from app.inspections.actions import start_round
from app.inspections.lists import rounds_to_do
from app.labels.bindings import bind_code, blanks
from app.labels.payload import Kind, encode
from app.settings import Settings
from ui.inspections.round_page import RoundPage
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


@pytest.mark.qt_log_ignore("pipewire")  # the machine of the tests has no camera service
def test_pages_of_scans_read_codes_by_camera_one_after_the_other(program):
    program.links.station()
    page, window = program.window.current(), program.window
    window.resize(1366, 768)
    page.camera.click()
    assert window.camera is not None
    assert window.camera.stay.isChecked()
    assert not window.camera_memory.get("stay")
    assert page.entry.hasFocus() or not window.isActiveWindow()
    for code in ("HVAC-015", "HVAC-015"):
        window.camera.scanned.emit(encode(Kind.PT, code))
    assert page.station.qty == 2000
    assert window.camera is not None
    field = page.entry.mapTo(window, page.entry.rect().bottomRight())
    assert not window.camera.geometry().contains(field)
    page.camera.click()
    assert window.camera is None
    window.pop()
    window.open_camera()
    assert not window.camera.stay.isChecked()
    window.camera.leave()


@pytest.mark.qt_log_ignore("pipewire")  # the machine of the tests has no camera service
@pytest.mark.parametrize("way", ["receiving", "round"])
def test_receiving_and_rounds_have_the_button_too(program, way, sample_desk):
    links = program.links
    if way == "receiving":
        links.receiving()
        made = program.window.current().camera
    else:
        line = next(line for line in rounds_to_do(sample_desk, everybody=True) if line.can_start)
        task = line.id if line.status == "in_progress" else start_round(sample_desk, line.id)
        page = RoundPage(sample_desk, program.tasks, task)
        links.push(page)
        made = page.head.camera
    made.click()
    assert program.window.camera is not None
    assert program.window.camera.stay.isChecked()
    program.window.camera.leave()
