"""A hostile or broken client harms nobody but itself: refused in less than a second, in little memory, beside normal work."""

import asyncio
import os
import socket
import threading
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import httpx
import msgspec
import pytest
import zstandard
from fleet import Fleet, supplier
from service import Service

from app.bootstrap import found, start
from app.hub.limits import PER_PEER, Crowd, FullError, Patience
from app.hub.server import Service as Process
from app.hub.server import make_server
from app.sync.client import sync_once
from app.sync.joining import join, key_of, read_invitation
from app.sync.line import line_to
from app.sync.log import next_batch, proof_of
from app.sync.protocol import (
    BUSY,
    MALFORMED,
    MAX_PACKED,
    MAX_REQUEST,
    STRANGER,
    Hello,
    Push,
    Receipts,
    Refusal,
    SentOp,
    Welcome,
    pack,
    request_bytes,
    unpack,
)
from app.sync.transport import Frame, Later


class Caller:
    """A laptop's key in the hands of somebody who sends what he likes."""

    def __init__(self, fleet: Fleet) -> None:
        self.hub, laptop = fleet.hub, fleet.laptops["a"]
        with laptop.profile.store.read() as read:
            self.proof = proof_of(read)
            self.device = bytes.fromhex(read.value("SELECT value FROM meta WHERE key = 'hub_device'"))
            self.chain = bytes.fromhex(read.value("SELECT value FROM meta WHERE key = 'chain_id'"))
        self.key = key_of(laptop.profile)

    def frame(self, call: str, packed: bytes) -> Frame:
        return Frame(packed, self.key.sign(request_bytes(call, packed)), self.device)

    def say(self, call: str, packed: bytes) -> str:
        """The code of the hub's answer; the request must not take a second."""
        began = time.monotonic()
        answer = self.hub.handle(call, self.frame(call, packed))
        assert time.monotonic() - began < 1
        found = unpack(answer.body, Refusal | Receipts | Welcome)
        return found.code if isinstance(found, Refusal) else "ok"


@pytest.fixture
def caller(fleet: Fleet) -> Caller:
    return Caller(fleet)


def packed(plain: bytes) -> bytes:
    return zstandard.ZstdCompressor(level=3).compress(plain)


NONSENSE = {
    "empty": b"",
    "not packed": b'{"type":"hello"}',
    "no JSON": packed(b"\xff\xfe\x00"),
    "nested": packed(b"[" * 200_000 + b"]" * 200_000),
    "nested in a field": packed(b'{"type":"hello","proof":' + b'{"a":' * 100_000 + b"1" + b"}" * 100_001),
    "another message": packed(b'{"type":"enrol"}'),
    "no number": packed(b'{"type":"hello","proof":["x"],"chains":[],"wall":1e999,"version":"","schema_v":1}'),
    "a bomb": zstandard.ZstdCompressor(level=3).compress(bytes(2_000_000_000 // 8)),
    "many chains": packed(b'{"type":"hello","chains":[' + b'"AAAAAAAAAAAAAAAAAAAAAA==",' * 200_000 + b"]}"),
    "many cursors": packed(b'{"type":"pull","cursors":{' + b",".join(b'"%d":1' % n for n in range(300_000)) + b"}}"),
    "a long text": packed(b'{"type":"hello","version":"' + b"x" * (MAX_REQUEST - 100) + b'"}'),
    "too large unpacked": packed(b" " * (MAX_REQUEST + 1)),
}  # fmt: skip


@pytest.mark.parametrize("name", NONSENSE)
@pytest.mark.parametrize("call", ["hello", "ops", "pull", "known", "digest"])
def test_nonsense_is_refused_at_once(caller, name, call):
    assert caller.say(call, NONSENSE[name]) == MALFORMED


def resident() -> int:
    """Megabytes that this process holds now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 2**20


def test_no_nonsense_takes_fifty_megabytes(caller):
    highest, over = 0, threading.Event()
    before = resident()

    def watch() -> None:
        nonlocal highest
        while not over.wait(0.002):
            highest = max(highest, resident())

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        for body in NONSENSE.values():
            caller.say("hello", body)
    finally:
        over.set()
        watching.join()
    assert highest - before < 50


def batch(fleet: Fleet) -> list[SentOp]:
    """Five ops that wait on the laptop a."""
    laptop = fleet.laptops["a"]
    for number in range(5):
        laptop.desk.perform(supplier(f"L-{number}")[1])
    with laptop.profile.store.read() as read:
        chain = bytes.fromhex(read.value("SELECT value FROM meta WHERE key = 'chain_id'"))
        last = read.value("SELECT max(seq) FROM op WHERE chain_id = ? AND acked <> 0", chain)
        return next_batch(read, chain, last)


def there(fleet: Fleet) -> int:
    with fleet.hub.reading() as read:
        return read.value("SELECT count(*) FROM supplier WHERE code LIKE 'L-%'")


def test_a_replayed_batch_counts_once(fleet, caller):
    whole = pack(Push(caller.proof, caller.chain, batch(fleet)))
    assert {caller.say("ops", whole) for _turn in range(100)} == {"ok"}
    assert there(fleet) == 5


@pytest.mark.parametrize("order", [(1, 0, 2, 3, 4), (4, 3, 2, 1, 0), (0, 2, 1, 3, 4), (1, 2, 3, 4)])
def test_a_reordered_batch_is_refused_whole(fleet, caller, order):
    ops = batch(fleet)
    assert caller.say("ops", pack(Push(caller.proof, caller.chain, [ops[n] for n in order]))) in {
        "GAP",
        "FORK",
    }
    assert there(fleet) == 0


def test_a_batch_cut_at_fifty_places_is_nothing_or_whole(fleet, caller):
    whole = pack(Push(caller.proof, caller.chain, batch(fleet)))
    for cut in range(0, len(whole) - 1, max(len(whole) // 50, 1)):
        assert caller.say("ops", whole[:cut]) == MALFORMED
    assert there(fleet) == 0
    assert caller.say("ops", whole) == "ok"
    assert there(fleet) == 5


def test_a_forged_request_is_a_strangers(fleet, caller):
    whole = pack(Push(caller.proof, caller.chain, batch(fleet)))
    for forged in (
        Frame(whole, bytes(64), caller.device),
        Frame(whole, b"", caller.device),
        Frame(whole, caller.key.sign(request_bytes("hello", whole)), caller.device),
        Frame(whole, caller.frame("ops", whole).signature, bytes(16)),
        Frame(whole, caller.frame("ops", whole).signature, b"' OR 1=1 --"),
    ):
        answer = unpack(fleet.hub.handle("ops", forged).body, Refusal)
        assert answer.code == STRANGER
    assert there(fleet) == 0


def test_changed_content_does_not_pass_for_the_op_that_was_hashed(fleet, caller):
    ops = batch(fleet)
    body = bytes(ops[2].body).replace(b"L-2", b"L-9")
    ops[2] = msgspec.structs.replace(ops[2], body=msgspec.Raw(body))
    assert caller.say("ops", pack(Push(caller.proof, caller.chain, ops))) == "FORK"
    assert there(fleet) == 0


# --- the guards by themselves ---


def test_each_caller_has_a_share_of_the_seats():
    crowd = Crowd(workers=2, waiting=4)
    with ExitStack() as seats:
        for _turn in range(2):
            seats.enter_context(crowd.seat("greedy", "there"))
        with pytest.raises(FullError):
            seats.enter_context(crowd.seat("greedy", "there"))
        for name in "abcd":
            seats.enter_context(crowd.seat(name, "here"))
        with pytest.raises(FullError) as full:
            seats.enter_context(crowd.seat("e", "here"))
        assert 1 <= full.value.seconds <= 30
    assert crowd.inside == 0
    with crowd.seat("greedy", "there"):
        assert crowd.inside == 1
    crowd.close()


def test_one_address_takes_a_part_of_the_seats_only():
    crowd = Crowd()
    with ExitStack() as seats:
        for number in range(PER_PEER):
            seats.enter_context(crowd.seat(str(number), "there"))
        with pytest.raises(FullError):
            seats.enter_context(crowd.seat("x", "there"))
        seats.enter_context(crowd.seat("x", "here"))
    crowd.close()


def test_bytes_are_counted_over_all_callers():
    crowd = Crowd(held=100)
    let_go = crowd.hold(60, "a")
    with pytest.raises(FullError):
        crowd.hold(41, "b")
    crowd.hold(41, "b", force=True)()
    let_go()
    crowd.hold(100, "b")()
    crowd.close()


def test_patience_ends_and_comes_back_with_time():
    now = [0.0]
    patience = Patience(3, 10, lambda: now[0])
    for _turn in range(3):
        assert patience.left("a")
        patience.spend("a")
    assert not patience.left("a")
    assert patience.left("b")
    now[0] = 10
    assert patience.left("a")
    patience.spend("a")
    assert not patience.left("a")


# --- over HTTP, in this process ---


def posted(fleet: Fleet, process: Process, calls: list[tuple[str, Frame]]) -> list[httpx.Response]:
    """The answers of the web application to requests that come all at once."""

    async def all_at_once() -> list[httpx.Response]:
        way = httpx.ASGITransport(make_server(fleet.hub, process))
        async with httpx.AsyncClient(transport=way, base_url="http://hub") as client:
            asked = [
                client.post(
                    f"/v1/{call}",
                    content=frame.body,
                    headers={
                        "Sitewright-Signature": b64encode(frame.signature).decode(),
                        "Sitewright-Device": frame.device.hex(),
                    },
                )
                for call, frame in calls
            ]
            return await asyncio.gather(*asked)

    return asyncio.run(all_at_once())


def codes(answers: list[httpx.Response]) -> list[str]:
    found = [unpack(answer.content, Refusal | Welcome) for answer in answers]
    return [one.code if isinstance(one, Refusal) else "ok" for one in found]


def test_more_than_fits_is_asked_to_come_back(fleet, caller):
    body = pack(Hello(caller.proof, [], 0, "1", 1))
    hellos = [("hello", caller.frame("hello", body))] * 10
    process = Process(fleet.hub)
    answers = posted(fleet, process, hellos)
    said = codes(answers)
    assert said.count("ok") == 2
    assert said.count(BUSY) == 8
    assert b'outcome="busy"} 8.0' in process.metrics.text()
    process.crowd.close()


def test_whoever_guesses_invitations_is_not_listened_to_for_long(fleet):
    stranger = key_of(fleet.fresh("stranger").profile)
    plain = b'{"type":"enrol","code":"AAAA","public_key":"%s","machine":"","device_code":"","founding":false}'
    guess = packed(plain % b64encode(stranger.public))
    frame = Frame(guess, stranger.sign(request_bytes("enrol", guess)))
    process = Process(fleet.hub)
    said = [code for _turn in range(50) for code in codes(posted(fleet, process, [("enrol", frame)]))]
    assert said.count("BAD_CODE") <= 22
    assert said[-1] == BUSY
    process.crowd.close()


def test_large_bodies_without_end_leave_room_for_small_ones(fleet, caller):
    """One address holds all the bytes that it may; its small requests, and everybody else's, are answered all the same."""
    process = Process(fleet.hub)
    held = [process.crowd.hold(4 * 2**20, "127.0.0.1") for _turn in range(4)]
    large = caller.frame("hello", os.urandom(200_000))
    small = caller.frame("hello", pack(Hello(caller.proof, [], 0, "1", 1)))
    answers = posted(fleet, process, [("hello", large)])
    assert (answers[0].status_code, answers[0].headers["Retry-After"]) == (503, "1")
    assert codes(posted(fleet, process, [("hello", small)])) == ["ok"]
    for let_go in held:
        let_go()
    assert codes(posted(fleet, process, [("hello", large)])) == [MALFORMED]
    process.crowd.close()


# --- over HTTP, with a real process ---


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
