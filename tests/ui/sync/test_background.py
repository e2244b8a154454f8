"""The laptop syncs by itself: soon after a record, after failures later and later, and the worker that writes never waits."""

import socket
import threading

import pytest

from app.changes import Done
from app.errors import AppError, Busy
from app.settings import SYNC_BY_ITSELF, Settings
from app.sync.report import Report
from ui.sync import background
from ui.sync.background import EVERY_MS, LONGEST_MS, RETRY_MS, SOON_MS, Background

RECORDED = Done(b"1", (b"1" * 16,), frozenset({"parts"}))


class Hub:
    """Stands for the exchange: answers, fails, or lets one wait."""

    def __init__(self):
        self.calls, self.answer = [], Report()
        self.gate = threading.Event()
        self.gate.set()

    def __call__(self, _profile, *, accept, progress):
        self.calls.append(accept)
        self.gate.wait(10)
        progress(1, 2)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def hub():
    return Hub()


@pytest.fixture
def made(desk, hub):
    profile = desk.profile
    for key, value in (("hub_id", "00" * 16), ("hub_url", "http://127.0.0.1:9")):
        profile.remember(key, value)
    made = Background(profile, Settings(profile.folder), None, hub)
    yield made
    hub.gate.set()
    made.stop()
    made.deleteLater()


def near(timer, milliseconds):
    return 0.8 * milliseconds - 50 <= timer.interval() <= 1.2 * milliseconds + 50


def ended(qtbot, made):
    with qtbot.waitSignal(made.ended) as signal:
        made.now()
    return signal.args[0]


def test_soon_after_a_record_and_then_every_few_minutes(qtbot, made, hub):
    made.start()
    made.wrote(RECORDED)
    assert near(made.timer, SOON_MS)
    assert isinstance(ended(qtbot, made), Report)
    assert hub.calls == [False]
    assert near(made.timer, EVERY_MS)
    made.wrote(Done(b"", (), frozenset()))  # what a pull brought is no record of one's own
    assert near(made.timer, EVERY_MS)
    made.wrote(RECORDED)
    assert near(made.timer, SOON_MS)


def test_failures_wait_longer_and_longer(qtbot, made, hub):
    hub.answer = AppError("no network")
    for turn in range(8):
        assert ended(qtbot, made) is hub.answer
        assert near(made.timer, min(RETRY_MS * 2**turn, LONGEST_MS))
    made.wrote(RECORDED)
    assert made.timer.interval() > SOON_MS * 2
    assert made.look.isActive()
    hub.answer = Busy("a command")
    ended(qtbot, made)
    assert near(made.timer, background.BUSY_MS)
    hub.answer = Report()
    ended(qtbot, made)
    assert not made.look.isActive()


def test_the_return_of_the_network_is_noticed(qtbot, made, hub):
    with socket.create_server(("127.0.0.1", 0)) as door:
        made._profile.meta["hub_url"] = f"http://127.0.0.1:{door.getsockname()[1]}"
        with qtbot.waitSignal(made.ended):
            made.look.timeout.emit()
    assert hub.calls == [False]


def test_whoever_asks_meanwhile_hears_of_the_same_exchange(qtbot, made, hub):
    hub.gate.clear()
    heard = []
    made.now(heard.append, heard.append)
    assert made.busy
    made.now(heard.append, heard.append, accept=True)
    hub.gate.set()
    qtbot.waitUntil(lambda: len(heard) == 2)
    assert heard == [hub.answer, hub.answer]
    assert len(hub.calls) == 1


def test_it_can_be_switched_off_and_asked_all_the_same(qtbot, made, hub):
    made._settings.set(SYNC_BY_ITSELF, "off")
    made.now()
    assert not made.busy
    heard = []
    made.now(heard.append, heard.append, accept=True)
    qtbot.waitUntil(lambda: heard == [hub.answer])
    assert hub.calls == [True]


def test_a_laptop_without_a_hub_or_without_a_part_in_it_is_quiet(made, hub):
    made._profile.meta["hub_revoked"] = "1"
    made.now()
    del made._profile.meta["hub_id"]
    made.now()
    assert hub.calls == []


def test_the_window_closes_while_an_exchange_is_under_way(made, hub):
    hub.gate.clear()
    made.now()
    thread = made._thread
    threading.Timer(0.1, hub.gate.set).start()
    made.stop()
    assert not thread.is_alive()
    made.now()
    assert len(hub.calls) == 1
