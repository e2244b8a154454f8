"""Photos on a rough way: requests are lost, doubled, late and garbled, laptops killed and restored, the hub restarted; all arrive."""

import hashlib
import random
from pathlib import Path

import pytest
from fleet import Fleet, Laptop, Way, supplier

from app.backup import back_up, restore
from app.bootstrap import start
from app.contents import bytes_of, keep_content
from app.hub.blobs import stored
from app.hub.hub import Hub
from app.photos import Attach
from app.sync.file_call import PIECE
from app.sync.transport import Frame, Lost

SEEDS = range(6)


class KilledError(Exception):
    """The program ends here."""


class RoughWay(Way):
    """Every fault of the fleet's way, and a kill now and then."""

    def send(self, call: str, request: Frame) -> Frame:
        if self.chance and self.dice and self.dice.random() < 0.04:
            raise KilledError
        return super().send(call, request)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_file_arrives_whatever_happens_on_the_way(seed, tmp_path, blank):
    dice = random.Random(seed)
    fleet = Fleet(tmp_path, blank)
    for name in "abc":
        laptop = fleet.open(name)
        laptop.way = RoughWay(fleet, dice, 0.0)
    a = fleet.laptops["a"]
    owner, op = supplier("S1")
    a.desk.perform(op)
    for laptop in fleet:
        laptop.sync()
    for laptop in fleet:
        laptop.way.chance = 0.25
    made: dict[bytes, bytes] = {}
    copies: dict[str, Path] = {}
    for _step in range(45):
        laptop = dice.choice(list(fleet))
        roll = dice.random()
        if roll < 0.35:
            photograph(laptop, owner, dice, made)
        elif roll < 0.9:
            exchange(laptop)
        elif roll < 0.94:
            copies[laptop.name] = back_up(laptop.profile).path
        elif roll < 0.97 and laptop.name in copies:
            put_back(fleet, laptop, copies[laptop.name])
        else:
            fleet.hub.close()
            fleet.hub = Hub(fleet.hub_path, fleet.clock)
    for laptop in fleet:
        laptop.way.chance = 0.0
    for _turn in range(3):
        fleet.clock._at += 3_600_000  # what was missed is asked for again
        for laptop in fleet:
            laptop.sync()
    judge(fleet, made)
    fleet.close()


def photograph(laptop: Laptop, owner: bytes, dice: random.Random, made: dict[bytes, bytes]) -> None:
    """A new file, or one that another laptop has taken in already."""
    again = made and dice.random() < 0.3
    size = dice.choice((10, 3000, PIECE, 2 * PIECE + 1))
    content = dice.choice(list(made.values())) if again else dice.randbytes(size)
    sha256 = hashlib.sha256(content).digest()
    keep_content(laptop.profile, content, sha256)
    laptop.desk.perform(
        Attach(owner_table="supplier", owner_id=owner, kind="photo", sha256=sha256, size=len(content), mime="image/jpeg")
    )  # fmt: skip
    made[sha256] = content


def exchange(laptop: Laptop) -> None:
    try:
        laptop.sync()
    except Lost:
        return
    except KilledError:
        laptop.reopen()


def put_back(fleet: Fleet, laptop: Laptop, copy: Path) -> None:
    """An older copy of the site file: the files that lie beside it stay."""
    laptop.profile.close()
    (laptop.folder / "device.json").unlink(missing_ok=True)
    restore(laptop.folder, copy, 0)
    laptop.profile = start(laptop.folder, fleet.clock)


def judge(fleet: Fleet, made: dict[bytes, bytes]) -> None:
    """Whatever a record names is at the hub once, and on every laptop, byte for byte; nothing half lies about."""
    a = fleet.laptops["a"]
    with a.profile.store.read() as read:
        named = {sha256 for (sha256,) in read.rows("SELECT sha256 FROM attachment")}
    assert named
    assert named <= made.keys()
    for sha256 in named:
        assert fleet.hub.files.path(sha256).read_bytes() == made[sha256]
        for laptop in fleet:
            assert bytes_of(laptop.profile, sha256) == made[sha256]
    with fleet.hub.reading() as read:
        assert (stored(read).count, stored(read).missing) == (len(named), 0)
    for laptop in fleet:
        assert (
            laptop.value(
                "SELECT count(*) FROM blob WHERE sent_to < size AND state = 'whole' AND sha256 IN (SELECT sha256 FROM attachment)"
            )
            == 0
        )
        assert not list((laptop.folder / "files").rglob("*.part"))
