"""A hostile laptop: batch files with forged heads, and the same door over HTTP."""

import asyncio
import base64
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from enemy import ANSWERS, Enemy, movement
from fleet import (
    HERE_ALONE,
)

from app.errors import AppError
from app.hub.bundles import take_in
from app.hub.returns import request_of, write_return
from app.hub.server import make_server
from app.sync.bundle.form import Header
from app.sync.bundle.incoming import bring_in
from app.sync.bundle.lines import OPS
from app.sync.bundle.sealing import recipient_of
from app.sync.bundle.spool import Place, spool
from app.sync.protocol import (
    Hello,
    Message,
    Page,
    Pull,
    Push,
    pack,
    unpack,
)
from app.sync.transport import DEVICE, SIGNATURE, Frame
from db.ids import new_id

#: The hub says what it could not take.
pytestmark = pytest.mark.logs("a request that no database can take", "figures that cannot be worked out")


# --- by file, and over the line ---


def forged(enemy: Enemy, path: Path, *lines: Message, hello: Hello | None = None, **head: object) -> Path:
    """A batch file of the enemy, with a head that says what he likes."""
    plain = {
        "kind": OPS,
        "device": enemy.device,
        "device_code": enemy.name,
        "hub_id": enemy.hub.hub_id,
        "key": enemy.key.public,
    }
    made = Header(**{"bundle_id": new_id(), "made_at": 1} | plain | head)
    path.parent.mkdir(exist_ok=True)
    with spool() as spooled:
        spooled.head = [hello or Hello(enemy.proof, [], 0, "1", 1), Pull(enemy.proof, {})]
        for line in lines:
            spooled.add(line)
        ((written, _digest),) = spooled.write(
            Place(path, OPS, "EVL", 1), made, enemy.key, recipient_of(enemy.hub.key)
        )
    return written


HEADS: dict[str, dict[str, object]] = {
    "another laptop": {"device": b"b"}, "no laptop": {"device": bytes(16)}, "another hub": {"hub_id": bytes(16)},
    "another key": {"key": bytes(32)}, "an answer": {"kind": "return"}, "a request to join": {"kind": "join"},
}  # fmt: skip


@pytest.mark.parametrize("name", HEADS)
def test_a_batch_file_with_a_forged_head_is_refused(enemy, fleet, tmp_path, name):
    head = dict(HEADS[name])
    if head.get("device") == b"b":
        head["device"] = bytes.fromhex(fleet.laptops["b"].profile.meta["hub_device"])
    before = enemy.value("SELECT count(*) FROM op")
    with pytest.raises(AppError):
        take_in(
            enemy.hub,
            forged(
                enemy, tmp_path / "x.swb", Push(enemy.proof, enemy.chain, [enemy.sent(movement())]), **head
            ),
        )
    assert enemy.value("SELECT count(*) FROM op") == before


def test_names_and_numbers_in_a_batch_file_lead_nowhere(enemy, fleet, tmp_path):
    """A path for a name, an epoch and ranges that never were: what is signed well comes in, and nothing lies elsewhere."""
    push = Push(enemy.proof, enemy.chain, [enemy.sent(movement())])
    odd = {
        "device_code": "../../../etc/x",
        "epoch": bytes(16),
        "ranges": [(new_id(), 1, 2**63 - 1)],
        "number": 2**63 - 1,
    }
    received = take_in(enemy.hub, forged(enemy, tmp_path / "in" / "x.swb", push, **odd))
    assert received.count("applied") == 1
    (tmp_path / "out").mkdir()
    (back,) = write_return(enemy.hub, request_of(received), tmp_path / "out")
    assert back.parent == tmp_path / "out"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "out"]
    with pytest.raises(AppError):  # made for the enemy alone
        bring_in(fleet.laptops["b"].profile, back)


def test_a_batch_file_with_the_chain_of_another_brings_nothing_in(enemy, a, tmp_path):
    with a.profile.store.read() as read:
        chain = bytes.fromhex(read.value("SELECT value FROM meta WHERE key = 'chain_id'"))
    pushes = [Push(enemy.proof, chain, []), Push(enemy.proof, chain, [enemy.sent(movement())])]
    received = take_in(enemy.hub, forged(enemy, tmp_path / "x.swb", *pushes))
    assert received.forked
    assert not received.receipts


def test_a_batch_file_with_values_that_cannot_be_stored_is_a_sentence(enemy, tmp_path):
    for hello in (
        Hello(enemy.proof, [], 0, "a\0b", 1),
        Hello(enemy.proof, [], 2**70, "1", 2**70, checkpoint_at=2**70),
    ):
        with suppress(AppError):
            take_in(enemy.hub, forged(enemy, tmp_path / "x.swb", hello=hello))


def test_over_http_it_gets_no_further(enemy, fleet):
    """The same door behind the line: another's name, another's call, no signature, and its own narrow view."""

    async def said() -> list[object]:
        transport = httpx.ASGITransport(app=make_server(enemy.hub))
        async with httpx.AsyncClient(transport=transport, base_url="http://hub") as client:

            async def posted(call: str, frame: Frame) -> httpx.Response:
                signature = base64.b64encode(frame.signature).decode()
                return await client.post(
                    f"/v1/{call}",
                    content=frame.body,
                    headers={SIGNATURE: signature, DEVICE: frame.device.hex()},
                )

            packed = pack(Pull(enemy.proof, {"*": 0}))
            other = bytes.fromhex(fleet.laptops["b"].profile.meta["hub_device"])
            frames = [
                enemy.frame("pull", packed),
                enemy.frame("pull", packed, device=other),
                Frame(packed, b"", enemy.device),
            ]
            answers: list[object] = [
                unpack((await posted("pull", frame)).content, ANSWERS) for frame in frames
            ]
            answers.append((await posted("../healthz", frames[0])).status_code)
            answers.append((await client.get("/v1/pull")).status_code)
            return answers

    page, name, bare, elsewhere, got = asyncio.run(said())
    assert isinstance(page, Page)
    assert set(page.cursors) == set(HERE_ALONE.split())
    assert (name.code, bare.code) == ("STRANGER", "STRANGER")
    assert (elsewhere, got) == (405, 405)
