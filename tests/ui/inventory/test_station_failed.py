"""Every failed scan is dealt with by scanner alone, undo takes back what was last, the field keeps the keyboard."""

import pytest
from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from storekeeper import EAN, ORDER, act, part, station

from app.errors import Busy
from app.inventory.scan_queue import Booking, ScanQueue
from app.inventory.station import Station
from app.labels.actions import digit_action, quantity_action
from app.labels.payload import Kind, encode
from ui.inventory.station import ScanStation
from ui.inventory.station_booker import Booked

__all__ = ["station"]


# failed scans


def test_every_failed_scan_is_dealt_with_by_scanner_alone(station, settled):
    for code in (EAN, "nonsense", "\x07\x00"):
        station.on_scan(code)
    assert "nonsense" not in station.failed_bar._text.text()  # the newest stands in the bar, as in the band
    for left in (2, 1, 0):
        act(station, "SKIP")
        assert len(station.queue.failed) == left
    act(station, "SKIP")
    assert station.band.result.level == "neutral"
    settled()


def test_a_question_is_answered_by_a_code(station, settled, figures):
    station.on_scan(ORDER)
    for code in ("ANYWAY", "UNDO"):
        part(station, "HVAC-015")
        station.on_scan(digit_action(9).digits)
        act(station, "BOOK")
        settled()
        assert station.band.result.level == "warn"
        act(station, code)
        settled()
        assert not station.queue.failed
    assert figures("HVAC-015")[0] == -6000  # the second was dropped, the first one stands


def test_a_question_is_answered_by_another_quantity(station, settled, figures):
    station.on_scan(ORDER)
    part(station, "HVAC-015")
    for code in (digit_action(9).digits, encode(Kind.AC, "BOOK")):
        station.on_scan(code)
    settled()
    station.on_scan(digit_action(2).digits)
    assert "× 2" in station.band.result.more
    act(station, "BOOK")
    settled()
    assert figures("HVAC-015")[0] == 1000
    assert station.station.next_qty == 0


def test_undo_takes_back_what_was_scanned_last(station, settled, figures):
    act(station, "UNDO")
    assert "nothing to take back" in station.band.result.word
    station.on_scan(ORDER)
    part(station, "HVAC-015")
    act(station, "BOOK")
    settled()
    part(station, "HVAC-009")
    act(station, "UNDO")  # the part in hand
    settled()
    assert figures("HVAC-015")[0] == 2000
    assert station.station.part is None
    act(station, "UNDO")
    settled()
    assert figures("HVAC-015")[0] == 3000
    assert "HVAC-015" in station.band.result.name


def test_undo_while_the_worker_has_it_takes_it_back_when_it_is_done(station, settled, figures):
    station.on_scan(ORDER)
    part(station, "HVAC-015")
    act(station, "BOOK", "UNDO")
    settled()
    settled()
    assert figures("HVAC-015")[0] == 3000
    assert station.band.result.word == "Taken back"


def test_a_good_booking_does_not_wipe_a_bad_scan_from_the_band(station, settled):
    act(station, "EACH")
    station.on_scan(ORDER)
    part(station, "HVAC-015")
    station.on_scan("no such code")
    settled()
    assert station.band.result.level == "danger"
    assert station.sounds.last == "bad"
    assert len(station.booker._done) == 1
    part(station, "HVAC-009")
    settled()
    assert station.band.result.level == "ok"


def test_a_busy_file_is_said_once_with_the_newest_scan(station, monkeypatch):
    asked = []
    monkeypatch.setattr(station.sounds, "play", asked.append)
    station.on_scan(ORDER)
    act(station, "EACH")
    for code in ("HVAC-015", "HVAC-009"):
        part(station, code)
    first = station.booker.waiting()[0]
    for _again in range(3):
        station.booker.delayed.emit(first, 2)
    assert asked == ["ask"]
    assert "HVAC-009" in station.band.result.more


def test_what_could_not_be_taken_back_for_a_moment_can_be_later(station, settled):
    station.on_scan(ORDER)
    part(station, "HVAC-015")
    act(station, "BOOK")
    settled()
    found = station.booker._done.pop()
    assert isinstance(found, Booked)
    station.booker._on_not_undone(found, Busy("busy"))
    assert station.booker.can_undo()
    assert station.band.result.level == "danger"


@pytest.mark.parametrize(("code", "left"), [("ANYWAY", 2000), ("SKIP", 3000)])
def test_what_an_earlier_run_left_is_dealt_with_by_a_code(
    *, shown, store, tasks, settled, figures, code, left
):
    earlier = Station(store)
    for text in (ORDER, "HVAC-015"):
        earlier.take(text)
    ScanQueue.of(store).add(earlier.booking())
    page = shown(ScanStation(store, tasks), 1366, 768)
    act(page, code)
    settled()
    assert figures("HVAC-015")[0] == left
    assert not page.left_bar.isVisible()
    assert not ScanQueue.of(store).waiting


# questions


def test_a_scan_while_a_question_is_open_is_used_afterwards(station, settled):
    station.on_scan(EAN)
    seen = []

    def answer() -> None:
        dialog = QApplication.activeModalWidget()
        dialog.on_scan(encode(Kind.PT, "HVAC-015"))
        seen.append(dialog._note.isHidden())
        dialog.on_scan(encode(Kind.AC, "SKIP"))

    QTimer.singleShot(50, answer)
    station._on_skip()
    settled()
    QTest.qWait(1)
    assert seen == [False]
    assert not station.queue.failed
    assert station.station.part.part_no == "HVAC-015"


def test_a_code_says_no_to_a_question(station):
    station.on_scan(EAN)
    QTimer.singleShot(50, lambda: QApplication.activeModalWidget().on_scan(encode(Kind.AC, "CANCEL")))
    station._on_skip()
    assert [one.text for one in station.queue.failed] == [EAN]
    assert station.window().focusWidget() is station.entry


def test_a_booking_is_corrected_by_scanner_alone(station, qtbot, settled, figures):
    before = figures("HVAC-009")[0]
    station.on_scan(ORDER)
    for code in ("HVAC-009", "HVAC-015"):
        part(station, code)
        act(station, "BOOK")
        settled()
    station.correct()
    dialog = QApplication.activeModalWidget()
    for code in (encode(Kind.PT, "HVAC-009"), quantity_action(2).digits, encode(Kind.AC, "BOOK")):
        dialog.on_scan(code)
    qtbot.waitUntil(lambda: figures("HVAC-009")[0] == before - 2000)
    settled()
    assert not dialog.isVisible()
    assert station.band.result.word == "Corrected"


# the disk


def test_half_a_line_on_a_full_disk_does_not_spoil_the_next_one(store):
    def booking(n: int) -> Booking:
        return Booking(action="issue", part=bytes(16), bin=bytes(16), qty=n, at=1, part_no=str(n), name="")

    queue = ScanQueue.of(store)
    queue.add(booking(1))
    with queue.path.open("ab") as stream:
        stream.write(b'{"booking":{"n":2,"acti')
    queue._torn = True  # as the failed write left it
    queue.add(booking(3))
    assert [one.qty for one in ScanQueue.of(store).waiting] == [1, 3]


def test_a_full_disk_at_skipping_is_no_crash(station, monkeypatch, settled):
    station.on_scan(EAN)
    monkeypatch.setattr("app.inventory.scan_queue.ScanQueue.path", None, raising=False)
    kept = station.queue.path
    station.queue.path = kept / "no" / "folder"
    kept.parent.mkdir(exist_ok=True)
    kept.touch()
    act(station, "SKIP")
    settled()
    assert not station.queue.failed


def test_a_booking_that_the_disk_refused_can_be_tried_again(station, monkeypatch, settled, figures):
    def full(_fd):
        raise OSError(28, "No space left on device")

    station.on_scan(ORDER)
    part(station, "HVAC-015")
    with monkeypatch.context() as patched:
        patched.setattr("app.inventory.scan_queue.os.fsync", full)
        act(station, "BOOK")
    assert station.band.result.level == "danger"
    act(station, "ANYWAY")
    settled()
    assert figures("HVAC-015")[0] == 2000
    assert not station.queue.failed


# the keyboard


def test_a_finger_on_a_button_leaves_the_keyboard_in_the_field(station, qtbot, settled):
    station.take_focus()
    for made in station.findChildren(QPushButton):
        assert made.focusPolicy() in {Qt.FocusPolicy.TabFocus, Qt.FocusPolicy.NoFocus}
    qtbot.mouseClick(station.top.each, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(station.log.view.viewport(), Qt.MouseButton.LeftButton)
    assert QApplication.focusWidget() is station.entry
    station.top.undo.setFocus()
    qtbot.keyClicks(station.top.undo, "7")  # typed past the field: it comes into it
    assert station.entry.text() == "7"
    assert QApplication.focusWidget() is station.entry
    settled()


def test_a_window_that_is_not_in_front_says_that_the_scanner_is_not_heard(station, monkeypatch):
    assert station.deaf.isHidden()
    monkeypatch.setattr(type(station), "isActiveWindow", lambda _page: False)
    monkeypatch.setattr(QApplication, "activeWindow", staticmethod(lambda: None))
    QApplication.sendEvent(station, QEvent(QEvent.Type.ActivationChange))
    assert not station.deaf.isHidden()
    assert station.prompt.isHidden()
    monkeypatch.undo()
    QApplication.sendEvent(station, QEvent(QEvent.Type.ActivationChange))
    assert station.deaf.isHidden()


def test_a_new_booking_is_in_sight_in_a_list_that_was_scrolled(station, settled):
    station.resize(1366, 640)
    station.log.view.scrollToBottom()
    station.on_scan(ORDER)
    part(station, "HVAC-015")
    act(station, "BOOK")
    settled()
    settled()
    assert station.log.view.verticalScrollBar().value() == 0
