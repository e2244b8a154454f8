"""The hub's door: what is wrong is refused with a code, and harms nobody else."""

import os

import msgspec
import pytest
import zstandard
from fleet import Fleet, Laptop, supplier
from judge import judge, rows_are_equal

from app.access import ROLES, Actor
from app.errors import AppError
from app.fields import to_json
from app.generic import create, patch
from app.hub.enrol import devices, invite, revoke
from app.hub.hub import head_of
from app.inventory.ops import MoveStock
from app.sync.joining import key_of
from app.sync.line import line_to
from app.sync.log import proof_of
from app.sync.protocol import (
    MAX_REQUEST,
    BadBytesError,
    Known,
    Message,
    Page,
    Pull,
    Push,
    Receipts,
    Refusal,
    SentOp,
    pack,
    request_bytes,
    unpack,
)
from app.sync.status import waiting
from app.sync.transport import Frame
from db.ids import new_id

pytestmark = [
    pytest.mark.usefixtures("store"),
    pytest.mark.parametrize("store", ["file", "server"], indirect=True),
]


@pytest.fixture
def a(fleet: Fleet) -> Laptop:
    return fleet.laptops["a"]


def asked(laptop: Laptop, message: Message, call: str) -> Message:
    """The hub's answer to a message of our own making, signed by the laptop."""
    packed = pack(message)
    with line_to(laptop.profile, laptop.way) as line:
        request = Frame(packed, key_of(laptop.profile).sign(request_bytes(call, packed)), line.device)
    answer = laptop.way.fleet.hub.handle(call, request)
    return unpack(answer.body, Receipts | Page | Refusal)


def pushed(laptop: Laptop, *, skip: int = 0, spoil: bool = False) -> Message:
    """What the hub says to the waiting ops, some left out at the beginning or the last one spoilt."""
    with laptop.profile.store.read() as read:
        proof = proof_of(read)
        chain = bytes.fromhex(read.value("SELECT value FROM meta WHERE key = 'chain_id'"))
        rows = read.rows(
            "SELECT op_id, seq, hash, body FROM op WHERE chain_id = ? AND acked = 0 ORDER BY seq", chain
        )
    ops = [SentOp(op_id, seq, link, msgspec.Raw(body)) for op_id, seq, link, body in rows][skip:]
    if spoil:
        ops[-1] = msgspec.structs.replace(ops[-1], hash=bytes(32))
    return asked(laptop, Push(proof, chain, ops), "ops")


def test_a_batch_from_the_middle_is_a_gap_and_nothing_is_kept(a):
    for number in range(3):
        a.desk.perform(supplier(f"S{number}")[1])
    answer = pushed(a, skip=1)
    assert isinstance(answer, Refusal)
    assert (answer.code, answer.number) == ("GAP", count_there(a) + 1)
    with a.way.fleet.hub.reading() as read:
        assert read.value("SELECT count(*) FROM supplier") == 0


def count_there(laptop: Laptop) -> int:
    with laptop.way.fleet.hub.reading() as read:
        return int(read.value("SELECT max(seq) FROM hub_chain_head"))


def test_a_hash_that_does_not_extend_the_chain_is_a_fork(a):
    a.desk.perform(supplier("S1")[1])
    answer = pushed(a, spoil=True)
    assert isinstance(answer, Refusal)
    assert answer.code == "FORK"


def test_the_same_push_again_gets_the_same_receipts(a, fleet):
    a.desk.perform(supplier("S1")[1], supplier("S2")[1])
    first, second = pushed(a), pushed(a)
    assert first == second
    with fleet.hub.reading() as read:
        assert read.value("SELECT count(*) FROM supplier") == 2


def test_a_history_that_is_not_ours_is_refused_everywhere(a):
    with a.profile.store.read() as read:
        proof = proof_of(read)
    for wrong in (
        msgspec.structs.replace(proof, hash=os.urandom(32)),
        msgspec.structs.replace(proof, epoch=os.urandom(16)),
        msgspec.structs.replace(proof, seq=proof.seq + 1000),
    ):
        for call, message in (
            ("pull", Pull(wrong, {})),
            ("known", Known(wrong, [])),
            ("ops", Push(wrong, bytes(16), [])),
        ):
            answer = asked(a, message, call)
            assert isinstance(answer, Refusal)
            assert answer.code == "HISTORY"


def test_what_is_not_signed_by_a_known_laptop_is_a_strangers(a, fleet):
    packed = pack(Known(None, []))
    with line_to(a.profile, a.way) as line:
        device = line.device
    good = key_of(a.profile).sign(request_bytes("known", packed))
    for frame in (
        Frame(packed, bytes(64), device),
        Frame(packed, good, new_id()),
        Frame(packed + b"\0", good, device),
        Frame(packed, key_of(a.profile).sign(request_bytes("pull", packed)), device),
    ):
        answer = unpack(fleet.hub.handle("known", frame).body, Refusal)
        assert answer.code == "STRANGER"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        os.urandom(500),
        zstandard.compress(b"{"),
        zstandard.compress(b"[" * 100_000),
        zstandard.compress(b'{"type":"known"}'),
    ],
)
def test_nonsense_is_malformed(a, fleet, body):
    with line_to(a.profile, a.way) as line:
        frame = Frame(body, key_of(a.profile).sign(request_bytes("known", body)), line.device)
    assert unpack(fleet.hub.handle("known", frame).body, Refusal).code == "MALFORMED"
    assert unpack(fleet.hub.handle("no such call", frame).body, Refusal).code == "MALFORMED"


def test_a_bomb_is_not_unpacked():
    bomb = zstandard.compress(b" " * (MAX_REQUEST * 4))
    assert len(bomb) < 100_000
    with pytest.raises(BadBytesError, match="too large"):
        unpack(bomb, Known, MAX_REQUEST)


def test_a_revoked_laptop_gets_nothing_but_its_work_is_kept(a, fleet):
    a.desk.perform(supplier("S1")[1])
    revoke(fleet.hub, a.profile.meta["device_code"])
    with pytest.raises(AppError, match="ended"):
        a.sync()
    with fleet.hub.reading() as read:
        assert read.value("SELECT outcome FROM op ORDER BY hub_seq DESC") == "quarantined"
        assert read.value("SELECT count(*) FROM supplier") == 0
        assert [bool(device.revoked_at) for device in devices(read)] == [True, False]
    with pytest.raises(AppError, match="No laptop"):
        revoke(fleet.hub, "NONE")
    fleet.laptops.pop("a").profile.close()


def test_an_account_that_may_not_is_quarantined(a, fleet):
    worker = new_id()
    a.desk.perform(
        create(
            "user_account",
            worker,
            username="w",
            roles=to_json(["technician"]),
            active=1,
            must_change_password=0,
        )
    )
    a.sync()
    forged = Actor(worker, "w", next(r for r in ROLES if r.code == "administrator").permissions)
    done = a.profile.store.perform(forged, supplier("S1")[1])
    stranger = Actor(new_id(), "x", forged.permissions)
    a.profile.store.perform(stranger, supplier("S2")[1])
    assert a.sync().quarantined == 2
    assert a.value("SELECT count(*) FROM supplier") == 0
    assert a.value("SELECT reason FROM op WHERE op_id = ?", done.op_ids[0]) == "not allowed to this account"
    with a.profile.store.read() as read:
        assert waiting(read).quarantined == 2
    with fleet.hub.reading() as read:
        assert read.value("SELECT count(*) FROM op WHERE outcome = 'quarantined' AND body IS NOT NULL") == 2


def test_an_op_waits_for_its_record_and_is_let_in_when_that_comes(fleet):
    a, b = fleet.laptops["a"], fleet.laptops["b"]
    made, op = supplier("S1")
    a.desk.perform(op)
    with b.profile.store.local("pull") as connection:  # b has the record, the hub does not yet
        connection.execute(
            "INSERT INTO supplier (id, code, name, active, created_at, updated_at, bucket, deleted) VALUES (?, 'S1', 'x', 1, 0, 0, 'global', 0)",
            (made,),
        )
    b.desk.perform(patch("supplier", b.row("supplier", made), phone="1"))
    assert b.sync().quarantined == 1
    for laptop in (a, b, a, b):
        laptop.sync()
    assert a.row("supplier", made)["phone"] == "1"
    judge(fleet)


def test_a_hub_goes_on_after_it_was_closed(fleet):
    with fleet.hub.reading() as read:
        head, key = head_of(read), fleet.hub.key.public
    fleet.hub.close()
    fleet.hub = fleet.open_hub()
    with fleet.hub.reading() as read:
        assert (head_of(read), fleet.hub.key.public) == (head, key)


def test_nonsense_invitations_are_refused(fleet):
    for wrong in ({"machines": 0}, {"days": 0}, {"machines": 5000}):
        with pytest.raises(AppError):
            invite(fleet.hub, "http://hub", **wrong)


def test_a_number_that_would_not_add_up_is_rejected(a, fleet, monkeypatch):
    """One absurd quantity must not stop the figures of everybody else."""
    monkeypatch.setattr(MoveStock, "check", lambda *_: ())
    absurd = msgspec.structs.replace(a.moved("receipt", 1), qty=2**62)
    a.profile.store.perform(a.desk.actor, absurd)
    a.profile.store.perform(a.desk.actor, msgspec.structs.replace(absurd, qty=2000, serial="1" * 30))
    assert a.sync().rejected == 1
    assert a.value("SELECT on_hand FROM stock_level") == 2000
    fleet.laptops["b"].sync()
    judge_rows(fleet)


def judge_rows(fleet: Fleet) -> None:
    with fleet.hub.reading() as read:
        for laptop in fleet:
            rows_are_equal(laptop, read.connection)
