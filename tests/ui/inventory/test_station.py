"""The scan station: part, order, quantity, Enter; what it refuses; what it takes back."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QApplication

from app import words
from app.labels.payload import Kind, encode
from ui.inventory.station import ScanStation
from ui.kit import theme

EAN = "6901234567892"


@pytest.fixture
def station(shown, store, tasks, settled) -> ScanStation:
    made = ScanStation(store, tasks)
    shown(made, 1366, 768)
    settled()
    return made


def typed(station, qtbot, text: str) -> None:
    qtbot.keyClicks(station.entry, text)
    qtbot.keyClick(station.entry, Qt.Key.Key_Return)


def test_two_scans_a_quantity_and_enter_are_one_movement(station, qtbot, figures, settled, store):
    station.on_scan(encode(Kind.PT, "HVAC-015"))
    assert "Not booked yet" in station.band.result.word
    station.on_scan(encode(Kind.WO, "WO-T01-0900"))
    typed(station, qtbot, "1")
    settled()
    shown = station.band.result
    assert (shown.level, shown.quantity, shown.left, shown.warning) == (
        "ok",
        "−1",
        "2 个",
        "At reorder point",
    )
    assert figures("HVAC-015") == (2000, "at_reorder")
    settled()
    assert station.log.lines[0].what.startswith("WO-T01-0900")
    with store.read() as read:
        sql = "SELECT count(*) FROM stock_movement m JOIN work_order w ON w.id = m.work_order_id WHERE w.code = ?"
        assert read.value(sql, "WO-T01-0900") == 1


def test_what_it_is_for_stays_for_the_next_part(station, qtbot, figures, settled):
    before = figures("HVAC-009")[0]
    station.on_scan(encode(Kind.EQ, "DC1-CRA-001"))
    for code in ("HVAC-015", "HVAC-009"):
        station.on_scan(encode(Kind.PT, code))
        typed(station, qtbot, "")
        settled()
    assert figures("HVAC-015")[0] == 2000
    assert figures("HVAC-009")[0] == before - 1000


def test_scanning_again_counts_and_escape_drops(station, qtbot, figures):
    left = []
    station.left.connect(lambda: left.append(1))
    station.on_scan("HVAC-015")
    station.on_scan("HVAC-015")
    assert station.band.result.quantity == "−2"
    station.on_scan("HVAC-003")
    assert station.band.result.level == "danger"
    assert "HVAC-015" in station.band.result.name
    qtbot.keyClick(station, Qt.Key.Key_Escape)
    assert not left
    qtbot.keyClick(station, Qt.Key.Key_Escape)
    assert left
    assert figures("HVAC-015")[0] == 3000


def test_control_z_takes_the_last_booking_back(station, qtbot, figures, settled):
    station.on_scan("WO-T01-0900")
    station.on_scan("HVAC-015")
    typed(station, qtbot, "1")
    settled()
    qtbot.keyClick(station.entry, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    settled()
    assert figures("HVAC-015") == (3000, "ok")
    assert station.band.result.word == "Taken back"
    station.undo()
    assert figures("HVAC-015") == (3000, "ok")


@pytest.mark.parametrize(
    "code", [EAN, "https://example.com", encode(Kind.PT, "NO-SUCH"), "\x00\x07", encode(Kind.LC, "DC1-F1")]
)
def test_a_refused_scan_books_nothing_and_stands_in_the_list(station, settled, code):
    station.on_scan(code)
    settled()
    assert station.band.result.level == "danger"
    assert station.band.result.name
    assert any(line.sign.word == "Refused" for line in station.log.lines)


def test_more_than_there_is_needs_a_second_enter(station, qtbot, figures, settled):
    station.on_scan("WO-T01-0900")
    station.on_scan("HVAC-015")
    typed(station, qtbot, "9")
    settled()
    assert station.band.result.level == "warn"
    assert figures("HVAC-015")[0] == 3000
    typed(station, qtbot, "")
    settled()
    assert figures("HVAC-015") == (-6000, "out_of_stock")


def test_a_foreign_code_is_bound_to_a_part(station, qtbot, settled):
    station.on_scan(EAN)
    qtbot.keyClick(station, Qt.Key.Key_F4)
    station.on_scan(encode(Kind.PT, "HVAC-015"))
    settled()
    assert "From now on" in station.band.result.word
    station.on_scan(EAN)
    assert station.station.part.part_no == "HVAC-015"


def test_other_actions_have_their_own_sequence(station, qtbot, figures, settled):
    station.top._actions["receipt"].click()
    station.on_scan("HVAC-015")
    typed(station, qtbot, "4")
    settled()
    assert figures("HVAC-015")[0] == 7000
    station.top._actions["transfer"].click()
    station.on_scan("HVAC-015")
    typed(station, qtbot, "2")
    assert station.station.wanted() == "bin"
    assert "comes from" in station.prompt.text()
    station.on_scan("DC1-WH-A03")
    assert "goes into" in station.prompt.text()
    station.on_scan("DC1-WH-A02")
    typed(station, qtbot, "2")
    settled()
    assert figures("HVAC-015")[0] == 7000
    station.top._actions["scrap"].click()
    station.on_scan("HVAC-015")
    typed(station, qtbot, "1")
    settled()
    assert figures("HVAC-015")[0] == 6000


@pytest.mark.parametrize(
    ("scheme", "language", "width", "height"), [("dark", "zh_CN", 683, 384), ("light", "en", 1366, 768)]
)
def test_it_is_drawn_in_every_state(*, shown, store, tasks, settled, scheme, language, width, height):
    theme.apply(QApplication.instance(), scheme)
    words.use(language)
    station = shown(ScanStation(store, tasks), width, height)
    settled()
    for code in (EAN, "WO-T01-0900", "HVAC-015"):
        station.on_scan(code)
        settled()
        assert not station.grab().isNull()
    assert station.width() == width
    assert isinstance(station.grab(), QPixmap)
