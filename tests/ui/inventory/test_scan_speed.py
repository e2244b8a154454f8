"""Every scan counts: at scanner speed, while another program holds the site file, after a crash (issue 4, item 5)."""

import json
import subprocess
import sys
from contextlib import contextmanager

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app import settings as options
from app.inventory.scan_queue import FOLDER, Booking, Failed, ScanQueue, queue_desk
from app.inventory.station import Station
from app.labels.actions import quantity_action
from app.labels.payload import Kind, encode
from ui.inventory.station import ScanStation
from ui.kit.wedge import Wedge

HOLDER = """
import sqlite3, sys, time
held = sqlite3.connect(sys.argv[1], isolation_level=None)
held.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read(1)
held.execute("ROLLBACK")
print("free", flush=True)
"""
PARTS = ("HVAC-015", "HVAC-009", "HVAC-003", "CONS-002")
ORDER = encode(Kind.WO, "WO-T01-0900")


@pytest.fixture
def wedge(qapp):
    made = Wedge()
    yield made
    qapp.removeEventFilter(made)


@pytest.fixture
def station(shown, store, tasks, settled, wedge) -> ScanStation:
    made = ScanStation(store, tasks, wedge=wedge)
    wedge.claim(made, made.on_scan)
    shown(made, 1366, 768)
    settled()
    return made


@contextmanager
def held(store):
    """Another process has the write lock of the site file until the block ends."""
    child = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(store.profile.database)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert child.stdout.readline().strip() == "held"
        yield
    finally:
        child.communicate("x")


def scan(station, text: str) -> None:
    """The keys of a scanner, 0 ms apart, through the window."""
    for sign in text:
        QTest.keyClick(station.windowHandle(), sign)
    QTest.keyClick(station.windowHandle(), Qt.Key.Key_Return)


def movements(store, after: int) -> list[str]:
    with store.read() as read:
        return [
            row[0]
            for row in read.rows(
                "SELECT p.part_no FROM stock_movement m JOIN part p ON p.id = m.part_id WHERE m.n > ? ORDER BY m.n",
                after,
            )
        ]


def newest(store) -> int:
    with store.read() as read:
        return read.value("SELECT coalesce(max(n), 0) FROM stock_movement")


def enough(store) -> None:
    """So many of each part that an issue of 200 is no question."""
    from app.inventory.booking import receive_part

    for code in PARTS:
        with store.read() as read:
            part = read.find("part", part_no=code)
        receive_part(store, part, None, 500_000)


def test_two_hundred_codes_while_the_file_is_busy_are_all_booked_in_order(station, store, qtbot, tasks):
    enough(store)
    before = newest(store)
    wanted = [PARTS[(n * n + n // 3) % 4] for n in range(200)]
    with held(store):
        station.switch_mode()
        scan(station, ORDER)
        for code in wanted:
            scan(station, encode(Kind.PT, code))
        qtbot.waitUntil(lambda: len(station.booker.waiting()) == 200)
        assert movements(store, before) == []
        kept = [json.loads(line) for line in station.queue.path.read_bytes().splitlines()]
        assert [one["booking"]["part_no"] for one in kept if "booking" in one] == wanted
    qtbot.waitUntil(lambda: not station.booker.waiting() and tasks.idle(), timeout=60_000)
    assert movements(store, before) == wanted
    assert not station.queue.failed


def test_a_busy_file_is_said_and_tried_again(station, store, qtbot, tasks):
    said = []
    station.booker.delayed.connect(lambda booking, count: said.append((booking.part_no, count)))
    with store.profile.store.local() as connection:
        connection.execute("PRAGMA busy_timeout = 50")
    before = newest(store)
    with held(store):
        station.use(ORDER)
        station.use("HVAC-015")
        station.book()
        qtbot.waitUntil(lambda: len(said) > 1)
        assert station.band.result.level == "warn"
    qtbot.waitUntil(lambda: movements(store, before) == ["HVAC-015"] and tasks.idle())
    assert said[0] == ("HVAC-015", 1)
    assert not station.queue.waiting


def test_what_was_scanned_and_not_booked_is_offered_at_the_next_start(shown, store, tasks, settled, qtbot):
    station = Station(store)
    station.take(ORDER)
    station.take("HVAC-015")
    station.finish()
    queue = ScanQueue.of(store)
    queue.add(station.ready[0])
    queue.fail(Failed(text="6901234567892", sentence="?", at=store.now(), foreign="6901234567892"))
    with queue.path.open("ab") as stream:
        stream.write(b'{"booking":{"n":9,"acti')  # the power went
    before = newest(store)
    page = shown(ScanStation(store, tasks), 1366, 768)
    settled()
    assert movements(store, before) == []
    assert page.left_bar.isVisible()
    assert page.failed_bar.isVisible()
    page.left_bar.book.click()
    qtbot.waitUntil(lambda: movements(store, before) == ["HVAC-015"])
    settled()
    assert not page.left_bar.isVisible()
    assert [one.text for one in ScanQueue.of(store).failed] == ["6901234567892"]
    assert not ScanQueue.of(store).waiting


def test_what_a_crash_left_booked_is_not_booked_again(store):
    station = Station(store)
    station.take(ORDER)
    station.take("HVAC-015")
    station.finish()
    queue = ScanQueue.of(store)
    booking = queue.add(station.ready[0])
    from app.inventory.forms import book

    before = newest(store)
    book(queue_desk(store, queue, booking), booking.action, booking.filled())
    # killed here: booked, but the queue was not told
    assert movements(store, before) == ["HVAC-015"]
    assert ScanQueue.of(store).waiting == []


def test_a_killed_process_loses_no_scan(store):
    code = (
        "import sys\nfrom pathlib import Path\nfrom app.inventory.scan_queue import Booking, ScanQueue\n"
        "queue = ScanQueue(Path(sys.argv[1]))\nn = 0\n"
        "while True:\n    n += 1\n    queue.add(Booking(action='issue', part=bytes(16), bin=bytes(16), qty=n, at=1, part_no=str(n), name=''))\n"
        "    print(n, flush=True)\n"
    )
    path = store.profile.folder / FOLDER / "killed.jsonl"
    child = subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, text=True)
    told = 0
    while told < 50:
        told = int(child.stdout.readline())
    child.kill()
    told = max([told, *(int(line) for line in child.communicate()[0].split())])
    queue = ScanQueue(path)
    queue._load()
    assert [one.qty for one in queue.waiting][:told] == list(range(1, told + 1))
    assert len(queue.waiting) <= told + 1


def test_the_same_part_within_two_seconds_is_shown_as_twice(station, settled):
    station.use(ORDER)
    station.switch_mode()
    station.use(ORDER)
    for _number in range(2):
        station.use("HVAC-015")
    assert station.band.result.word.startswith("×2")
    settled()
    assert station.band.result.word.startswith("×2")


def test_codes_of_the_sheet_replace_the_keyboard(station, settled, figures):
    station.use(encode(Kind.AC, "RECEIPT"))
    assert station.station.action == "receipt"
    station.use(encode(Kind.PT, "HVAC-015"))
    station.use(quantity_action(5).digits)
    assert station.band.result.quantity == "+5"
    station.use(encode(Kind.AC, "BOOK"))
    settled()
    assert figures("HVAC-015")[0] == 8000
    station.use(encode(Kind.AC, "UNDO"))
    settled()
    assert figures("HVAC-015")[0] == 3000
    station.use(quantity_action(10).digits)
    assert "× 10" in station.context.action.text.text()
    station.use("HVAC-015")
    assert station.band.result.quantity == "+10"
    station.use(encode(Kind.AC, "CANCEL"))
    assert station.station.part is None
    station.use(encode(Kind.AC, "NO-SUCH"))
    assert station.band.result.level == "danger"


def test_the_next_part_books_the_one_before(station, settled, figures):
    station.use(ORDER)
    station.use("HVAC-015")
    station.use("HVAC-009")
    settled()
    assert figures("HVAC-015")[0] == 2000
    assert station.station.part.part_no == "HVAC-009"


def test_another_person_and_the_clear_code_forget_the_order(station, store):
    with store.read() as read:
        first, second = [
            row[0] for row in read.rows("SELECT staff_no FROM staff WHERE deleted = 0 ORDER BY n LIMIT 2")
        ]
    station.use(encode(Kind.ST, first))
    station.use(ORDER)
    assert station.context.slots[0].text.text().startswith("WO-T01-0900")
    station.use(encode(Kind.ST, first))
    assert "purpose" in station.station.contexts
    station.use(encode(Kind.ST, second))
    assert set(station.station.contexts) == {"taken_by"}
    station.use(ORDER)
    station.use(encode(Kind.AC, "CLEAR"))
    assert not station.station.contexts
    assert station.context.slots[0].text.text() == "—"


def test_after_some_minutes_the_order_is_forgotten(station):
    station.use(ORDER)
    station.station._used_at -= 5 * 60_000
    station._on_time()
    assert not station.station.contexts
    assert "cleared" in station.band.result.word


def test_the_minutes_are_a_setting(shown, store, tasks, tmp_path):
    settings = options.Settings(tmp_path)
    settings.set(options.STATION_MINUTES, 1)
    settings.set(options.STATION_SOUND, "off")
    page = shown(ScanStation(store, tasks, settings), 1366, 768)
    assert page.station.minutes == 1
    assert not page.sounds.enabled


def test_good_and_bad_have_their_own_sound(station, settled):
    station.use("no such code")
    assert station.sounds.last == "bad"
    station.use(ORDER)
    station.use("HVAC-015")
    station.book()
    settled()
    assert station.sounds.last == "good"


def test_a_failed_scan_stays_until_it_is_dealt_with(station, settled):
    station.use("6901234567892")
    station.use(ORDER)
    station.use("HVAC-015")
    station.book()
    settled()
    assert station.failed_bar.isVisible()
    station.skip("Scanned by mistake")
    assert not station.failed_bar.isVisible()
    assert not station.queue.failed


def test_a_refused_booking_may_be_booked_with_another_quantity(station, qtbot, settled, figures):
    station.use(ORDER)
    station.use("HVAC-015")
    station.station.take_quantity("9")
    station.book()
    settled()
    assert station.band.result.level == "warn"
    qtbot.keyClicks(station.entry, "2")
    qtbot.keyClick(station.entry, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: figures("HVAC-015")[0] == 1000)
    settled()
    assert not station.queue.failed


def test_a_disk_that_refuses_loses_nothing_silently(station, monkeypatch):
    def full(_fd):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("app.inventory.scan_queue.os.fsync", full)
    station.use(ORDER)
    station.use("HVAC-015")
    station.book()
    assert station.band.result.level == "danger"
    assert station.failed_bar.isVisible()
    assert isinstance(station.queue.failed[0], Failed)
    assert not any(isinstance(one, Booking) and one.n for one in station.queue.waiting)
