"""The station's ways back and forth: each line has its own undo, a code of several records is chosen, reasons are kept."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtWidgets import QApplication

from app.generic import patch
from app.inventory.booking import issue_part
from app.inventory.skipped import skipped
from app.labels.payload import Kind, encode
from ui.inventory.station import ScanStation

FOREIGN = "FOREIGN-0815"


@pytest.fixture
def station(shown, store, tasks, settled) -> ScanStation:
    made = ScanStation(store, tasks)
    shown(made, 1366, 768)
    settled()
    return made


@pytest.fixture
def three(station, qtbot, settled) -> ScanStation:
    """Three bookings of today."""
    station.on_scan("WO-T01-0900")
    for code in ("HVAC-015", "HVAC-009", "SRV-012"):
        station.on_scan(encode(Kind.PT, code))
        qtbot.keyClick(station.entry, Qt.Key.Key_Return)
        settled()
    settled()
    return station


def booked(store) -> list[tuple[str, str]]:
    with store.read() as read:
        return read.rows(
            "SELECT p.part_no, m.type FROM stock_movement m JOIN part p ON p.id = m.part_id ORDER BY m.n DESC LIMIT 4"
        )


def test_alt_and_a_number_take_back_that_line_alone(three, qtbot, settled, store, figures):
    before = figures("HVAC-009")[0]
    assert [line.place for line in three.log.lines][:3] == [1, 2, 3]
    qtbot.keyClick(three.entry, Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    settled()
    settled()
    assert booked(store)[0] == ("HVAC-009", "return")
    assert figures("HVAC-009")[0] == before + 1000
    assert three.band.result.word == "Taken back"
    assert "HVAC-009" in three.band.result.name
    qtbot.keyClick(
        three.entry, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier
    )  # the last that still stands
    settled()
    assert booked(store)[0] == ("SRV-012", "return")
    qtbot.keyClick(three.entry, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    settled()
    assert booked(store)[0] == ("HVAC-015", "return")
    assert not three.booker.can_undo()


def test_the_sign_of_a_line_takes_it_back(three, qtbot, settled, store):
    view = three.log.view
    keys = [column.key for column in three.log.model.columns]
    index = three.log.model.index(2, keys.index("back"))
    place: QPoint = view.visualRect(index).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    settled()
    assert booked(store)[0] == ("HVAC-015", "return")
    settled()
    assert [bool(line.back) for line in three.log.lines][:4] == [False, True, True, False]


def test_control_backspace_takes_back_the_selected_line(three, qtbot, settled, store):
    three.log.select([three.log.lines[1].n])
    three.log.view.setFocus()
    qtbot.keyClick(three.log.view, Qt.Key.Key_Backspace, Qt.KeyboardModifier.ControlModifier)
    settled()
    assert booked(store)[0] == ("HVAC-009", "return")
    three.take_back_place(1)
    settled()
    assert "line 1" in three.band.result.name or "line 1" in three.band.result.word


@pytest.fixture
def ambiguous(store, id_of) -> None:
    """A maker's number that two parts share."""
    with store.read() as read:
        rows = [read.get("part", id_of("part", code)) for code in ("HVAC-015", "SRV-012")]
    store.perform(*(patch("part", row, maker_part_no=FOREIGN) for row in rows))


def test_a_number_key_chooses_between_records(ambiguous, station, qtbot, settled, figures):
    assert ambiguous is None
    before = figures("SRV-012")[0]
    station.on_scan("WO-T01-0900")
    station.on_scan(FOREIGN)
    words = [made.text() for made in station.choice_bar.buttons]
    assert len(words) == 2
    assert station.choice_bar.isVisible()
    assert not station.queue.failed
    number = next(n for n, text in enumerate(words, 1) if "SRV-012" in text)
    qtbot.keyClick(station.entry, str(number))
    assert not station.choice_bar.isVisible()
    assert station.station.part.part_no == "SRV-012"
    qtbot.keyClick(station.entry, Qt.Key.Key_Return)
    settled()
    assert figures("SRV-012")[0] == before - 1000


def test_what_was_not_chosen_stays_in_sight(ambiguous, station, qtbot):
    assert ambiguous is None
    station.on_scan(FOREIGN)
    station.on_scan(encode(Kind.PT, "HVAC-009"))
    assert [one.text for one in station.queue.failed] == [FOREIGN]
    assert station.station.part.part_no == "HVAC-009"
    station.on_scan(FOREIGN)
    qtbot.keyClick(station.entry, Qt.Key.Key_Escape)
    assert len(station.queue.failed) == 2
    assert not station.choice_bar.isVisible()


def test_why_a_scan_was_skipped_is_kept(station, settled, store):
    station.on_scan("NOBODY-KNOWS")
    station.skip("label torn")
    settled()
    with store.read() as read:
        (row,) = skipped(read, store.site.id)
    assert (row.code, row.reason) == ("NOBODY-KNOWS", "label torn")
    assert "not a code" in row.refusal
    assert row.scanned_at == store.now()
    assert not station.queue.failed


def test_a_booking_of_an_earlier_day_asks_why(station, store, settled, id_of):
    issue_part(store, id_of("part", "SRV-012"), None, 1000, reason="x")
    station.log.reload()
    settled()
    old = replace(station.log.lines[0], booked_at=store.now() - 86_400_000 * 2)

    def fill() -> None:
        dialog = QApplication.activeModalWidget()
        if dialog is None:
            QTimer.singleShot(10, fill)
            return
        dialog.form.set_values({"reason": "wrong box"})
        dialog.on_save()

    QTimer.singleShot(0, fill)
    station.take_back(old)
    settled()
    with store.read() as read:
        assert read.value("SELECT reason FROM stock_movement ORDER BY n DESC LIMIT 1") == "wrong box"
