"""A storekeeper in gloves: nothing in hand is lost, every failed scan is dealt with by scanner alone, the field keeps the keyboard."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QApplication, QPushButton

from app.access import Permission
from app.errors import Busy
from app.inventory.station import Station
from app.labels.actions import digit_action
from app.labels.payload import Kind, encode
from ui.inventory.station import ScanStation
from ui.inventory.station_booker import Booked

EAN = "6901234567892"
ORDER = encode(Kind.WO, "WO-T01-0900")
PURCHASE = "PO-T01-0001"


@pytest.fixture
def station(shown, store, tasks, settled) -> ScanStation:
    made = ScanStation(store, tasks)
    shown(made, 1366, 768)
    settled()
    return made


def act(station, *codes: str) -> None:
    for code in codes:
        station.on_scan(encode(Kind.AC, code))


def part(station, *codes: str) -> None:
    for code in codes:
        station.on_scan(encode(Kind.PT, code))


def people(store) -> list[str]:
    with store.read() as read:
        return [
            row[0] for row in read.rows("SELECT staff_no FROM staff WHERE deleted = 0 ORDER BY n LIMIT 2")
        ]


# the quantity


def test_a_quantity_typed_without_enter_counts_for_the_part_in_hand(station, qtbot, settled, figures):
    before = figures("HVAC-009")[0]
    station.on_scan(ORDER)
    part(station, "HVAC-009")
    qtbot.keyClicks(station.entry, "2")
    part(station, "HVAC-015")
    settled()
    assert figures("HVAC-009")[0] == before - 2000
    assert station.station.part.part_no == "HVAC-015"
    assert station.entry.text() == ""


@pytest.mark.parametrize("enter", [True, False])
def test_a_number_typed_first_is_the_quantity_of_the_next_part(station, qtbot, enter):
    station.on_scan(ORDER)
    station.entry.insert("３")
    if enter:
        qtbot.keyClick(station.entry, Qt.Key.Key_Return)
        assert "× 3" in station.context.action.text.text()
    part(station, "HVAC-015")
    assert station.band.result.quantity == "−3"
    assert not station.queue.failed


def test_half_a_code_that_was_typed_when_a_scan_came_stays_in_sight(station, qtbot):
    qtbot.keyClicks(station.entry, "HVA")
    part(station, "HVAC-015")
    assert [one.text for one in station.queue.failed] == ["HVA"]
    assert station.station.part.part_no == "HVAC-015"


def test_digits_are_scanned_one_after_the_other(station):
    act(station, "RETURN")
    for digit in (3, 7):
        station.on_scan(digit_action(digit).digits)
    assert "× 37" in station.context.action.text.text()
    part(station, "HVAC-015")
    assert station.band.result.quantity == "+37"
    for digit in (1, 0):
        station.on_scan(digit_action(digit).digits)
    assert station.band.result.quantity == "+10"
    act(station, "MORE")
    assert station.band.result.quantity == "+11"
    for _more in range(5):
        station.on_scan(digit_action(9).digits)
    assert station.band.result.level == "danger"


def test_one_more_takes_the_last_part_again(station, settled, figures):
    act(station, "MORE")
    assert station.band.result.level == "danger"
    act(station, "SKIP", "EACH")
    station.on_scan(ORDER)
    part(station, "HVAC-015")
    act(station, "MORE")
    settled()
    assert figures("HVAC-015")[0] == 1000
    assert station.band.result.word.startswith("×2")


# nothing in hand is lost


def test_the_next_action_books_the_part_before_it(station, settled, figures):
    station.on_scan(ORDER)
    part(station, "HVAC-015")
    act(station, "RECEIPT")
    settled()
    assert figures("HVAC-015")[0] == 2000
    assert station.station.action == "receipt"
    assert station.station.part is None


@pytest.mark.parametrize("code", ["RETURN", "CLEAR", "EACH"])
def test_a_part_that_is_not_complete_stays_in_hand(station, code):
    part(station, "HVAC-015")
    act(station, code)
    assert station.station.part.part_no == "HVAC-015"
    assert station.band.result.name == "Temp/RH sensor"
    assert not station.queue.failed


def test_after_some_minutes_the_part_in_hand_is_still_there(station):
    station.on_scan(ORDER)
    part(station, "HVAC-015")
    station.station._used_at -= 6 * 60_000
    station._on_time()
    assert not station.station.contexts
    assert station.station.part.part_no == "HVAC-015"
    assert "cleared" in station.band.result.word
    assert "work order" in station.prompt.text()


def test_binding_puts_the_part_in_hand_into_sight(station, settled):
    station.on_scan(EAN)
    part(station, "HVAC-009")
    act(station, "BIND")
    assert [one.text for one in station.queue.failed] == [EAN, "HVAC-009"]
    part(station, "HVAC-015")
    settled()
    assert [one.text for one in station.queue.failed] == ["HVAC-009"]
    station.on_scan(EAN)
    assert station.station.part.part_no == "HVAC-015"


def test_a_part_that_an_order_does_not_bring_is_said_at_its_scan(station, settled, figures):
    before = figures("HVAC-003")[0]
    act(station, "RECEIPT")
    station.on_scan(encode(Kind.DC, PURCHASE))  # the code in the head of the printed order
    assert station.context.slots[0].text.text() == PURCHASE
    part(station, "HVAC-003")
    assert station.band.result.level == "danger"
    assert station.queue.failed[0].text == "HVAC-003"
    part(station, "PWR-001")
    act(station, "BOOK", "ANYWAY")
    settled()
    assert figures("HVAC-003")[0] == before + 1000
    assert not station.queue.failed
    part(station, "HVAC-003")
    act(station, "CANCEL", "SKIP", "CLEAR")
    part(station, "HVAC-003")
    station.on_scan(PURCHASE)
    assert "does not bring" in station.band.result.name
    assert "purchase" not in station.station.contexts


def test_a_transfer_asks_for_both_bins_and_is_one_line(station, settled):
    act(station, "TRANSFER")
    part(station, "HVAC-015")
    assert "comes from" in station.prompt.text()
    station.on_scan("DC1-WH-A03")
    assert "goes into" in station.prompt.text()
    station.on_scan("DC1-WH-A02")
    assert station.band.result.quantity == "1"
    assert station.context.slots[1].text.text() == "DC1-WH-A03  →  DC1-WH-A02"
    act(station, "BOOK")
    settled()
    settled()
    first, second = station.log.lines[:2]
    assert first.what == "A03 → A02"
    assert second.part != first.part


def test_a_person_alone_may_be_issued_to(station, settled, store):
    (person, _other) = people(store)
    station.on_scan(encode(Kind.ST, person))
    part(station, "HVAC-015")
    assert "order" in station.prompt.text()
    act(station, "BOOK")
    settled()
    with store.read() as read:
        assert read.row(
            "SELECT t.staff_no, m.reason FROM stock_movement m JOIN staff t ON t.id = m.taken_by_id ORDER BY m.n DESC LIMIT 1"
        ) == (person, "Issued to a person")


def test_a_technician_alone_names_an_order_or_a_machine(store):
    actor = replace(store.actor, permissions=store.actor.permissions - {Permission.MOVE_STOCK})
    station = Station(replace(store, actor=actor))
    station.take(encode(Kind.ST, people(store)[0]))
    station.take("HVAC-015")
    assert station.wanted() == "purpose"


def test_a_badge_after_a_booking_is_another_person(station, settled, store):
    first, second = people(store)
    station.on_scan(ORDER)
    station.on_scan(encode(Kind.ST, first))  # still the same errand: order, person, parts
    part(station, "HVAC-015")
    act(station, "BOOK")
    settled()
    assert set(station.station.contexts) == {"purpose", "taken_by"}
    station.on_scan(encode(Kind.ST, second))
    assert set(station.station.contexts) == {"taken_by"}
    assert "Another person" in station.band.result.word
    act(station, "CLEAR")
    station.on_scan(ORDER)
    part(station, "HVAC-015")
    act(station, "BOOK")
    settled()
    station.on_scan(encode(Kind.ST, first))
    assert set(station.station.contexts) == {"taken_by"}


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


# the disk


def test_half_a_line_on_a_full_disk_does_not_spoil_the_next_one(store):
    from app.inventory.scan_queue import Booking, ScanQueue

    def booking(n: int) -> Booking:
        return Booking(
            action="issue", part=bytes(16), bin=bytes(16), qty=n, at=1, part_no=str(n), name="", purpose=None
        )

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
