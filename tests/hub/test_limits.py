"""A hostile or broken client harms nobody but itself: refused in less than a second, in little memory, beside normal work."""

import asyncio
import os
import threading
import time
from base64 import b64encode
from contextlib import ExitStack
from pathlib import Path

import httpx
import msgspec
import pytest
import zstandard
from fleet import Fleet, supplier

from app.hub.limits import PER_PEER, Crowd, FullError, Patience
from app.hub.server import Service as Process
from app.hub.server import make_server
from app.sync.joining import key_of
from app.sync.log import next_batch, proof_of
from app.sync.protocol import (
    BUSY,
    MALFORMED,
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
from app.sync.transport import Frame


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
