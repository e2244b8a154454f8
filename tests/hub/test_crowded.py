"""A real process between hostile callers, and laptops that are asked to come back later."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import httpx
import pytest
from fleet import Fleet, supplier
from service import Service, free_port

from app.bootstrap import found, start
from app.hub.listen import Listening, _bound
from app.sync.client import sync_once
from app.sync.joining import join, read_invitation
from app.sync.line import line_to
from app.sync.log import proof_of
from app.sync.protocol import MAX_PACKED, Hello, Welcome
from app.sync.transport import Frame, Later


def there(fleet: Fleet) -> int:
    with fleet.hub.reading() as read:
        return read.value("SELECT count(*) FROM supplier WHERE code LIKE 'L-%'")


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    made = Service(tmp_path)
    made.begin()
    yield made
    made.kill()


def memory_of(service: Service) -> int:
    assert service.process is not None
    text = Path(f"/proc/{service.process.pid}/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in text.splitlines() if line.startswith("VmHWM")) // 1024


def test_five_hundred_slow_callers_leave_normal_sync_working(service, tmp_path):
    """Half of them never end their headers, half never their body."""
    profile = found(tmp_path / "a")
    join(profile, read_invitation(service.invite()))
    profile.close()
    profile = start(tmp_path / "a")
    sync_once(profile)
    quick = seconds_of_sync(profile)
    with ExitStack() as lines:
        for number in range(500):
            line = lines.enter_context(socket.create_connection(("127.0.0.1", service.port)))
            line.sendall(b"POST /v1/hello HTTP/1.1\r\nHost: x\r\n")
            if number % 2:
                line.sendall(b"Content-Length: 4000\r\nSitewright-Device: %032x\r\n\r\nslow" % number)
        assert seconds_of_sync(profile) < max(2 * quick, 0.3)
    assert memory_of(service) < 400
    profile.close()


def seconds_of_sync(profile) -> float:
    best = 9.0
    for _turn in range(3):
        began = time.monotonic()
        sync_once(profile)
        best = min(best, time.monotonic() - began)
    return best


RAW = {
    "many headers": b"POST /v1/hello HTTP/1.1\r\nHost: x\r\n" + b"".join(b"X-%d: y\r\n" % n for n in range(4000)) + b"\r\n",
    "one long header": b"POST /v1/hello HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 70_000 + b"\r\n\r\n",
    "a long address": b"POST /" + b"y" * 70_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    "no HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200),
    "two lengths": b"POST /v1/hello HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
    "a negative length": b"POST /v1/hello HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
    "a huge length": b"POST /v1/hello HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n" + bytes(5_000_000),
    "smuggled": b"POST /v1/hello HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET",
}  # fmt: skip


def test_odd_http_is_refused_in_a_second_and_the_hub_goes_on(service):
    before = memory_of(service)
    for name, raw in RAW.items():
        began = time.monotonic()
        with socket.create_connection(("127.0.0.1", service.port)) as line, suppress(OSError):
            line.settimeout(5)
            line.sendall(raw)
            answer = line.recv(200)
            assert answer == b"" or answer.startswith((b"HTTP/1.1 4", b"HTTP/1.0 4")), name
        assert time.monotonic() - began < 1
    assert httpx.post(f"{service.address}/v1/pull", content=bytes(MAX_PACKED + 1)).status_code == 413
    assert httpx.get(f"{service.address}/healthz").text == "ok\n"
    assert memory_of(service) - before < 60


def test_a_busy_hub_is_asked_again_within_one_sync(fleet, monkeypatch):
    """Each time after a longer while of its own; then the exchange goes on as if nothing had been."""
    waited: list[float] = []
    monkeypatch.setattr("app.sync.line.wait", waited.append)
    laptop = fleet.laptops["a"]
    laptop.desk.perform(supplier("L-1")[1])
    turns, turns_taken = iter([True, True, True, False]), []

    class Crowded:
        def send(self, call: str, request: Frame) -> Frame:
            if call == "ops" and next(turns, False):
                turns_taken.append(call)
                if len(turns_taken) == 1:
                    raise Later("http://hub", 2)  # a proxy has no room
                return fleet.hub.sealed(call, request, fleet.hub.busy(call, 2))
            return fleet.hub.handle(call, request)

    report = sync_once(laptop.profile, Crowded())
    assert report.sent == 1
    assert len(waited) == 3
    assert 1 <= waited[0] <= 3
    assert 2 <= waited[1] <= 6
    assert sum(waited) < 2 * 7 * 1.5 + 1
    assert there(fleet) == 1


def test_a_hub_that_stays_busy_is_a_sentence_and_keeps_the_work(fleet, monkeypatch):
    monkeypatch.setattr("app.sync.line.wait", lambda _seconds: None)
    laptop = fleet.laptops["a"]
    laptop.desk.perform(supplier("L-1")[1])

    class Full:
        def send(self, call: str, request: Frame) -> Frame:
            return fleet.hub.sealed(call, request, fleet.hub.busy(call, 1))

    with line_to(laptop.profile, Full()) as line, pytest.raises(Exception, match="The hub is busy"):
        line.ask(Hello(proof_of_laptop(laptop), [], 0, "1", 1), Welcome)
    assert laptop.value("SELECT count(*) FROM op WHERE acked = 0") == 1


def proof_of_laptop(laptop):
    with laptop.profile.store.read() as read:
        return proof_of(read)


def test_answers_do_not_wait_for_nagle():
    """asyncio switches the delay off only where the listening socket says that it is TCP."""
    with _bound(Listening("127.0.0.1", free_port(), "")) as end:
        assert end.proto == socket.IPPROTO_TCP
