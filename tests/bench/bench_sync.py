"""B11: push and pull of 10,000 actions over loopback HTTP, against Anki's sync server and its collections with 10,000 notes.

Ours are actions of one op each (half readings of rounds, half stock movements) in a hub of its own process on SQLite; a note
is what Anki's user makes in one go. Both sides sync as their users do: push is the first laptop's whole sync, pull the second's.
"""

import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from large_site import DAY, NOW, Site, Size
from peers import Peer
from service import Service
from wire import Wire

from app.bootstrap import found, start
from app.clock import Clock
from app.desk import Desk
from app.inspections.ops import Answer, Round, Start
from app.inventory.ops import MoveStock
from app.ops import Op
from app.profile import Profile
from app.sync.client import sync_once
from app.sync.joining import join, read_invitation
from db.ids import made_id

if TYPE_CHECKING:
    from run import Measure

ACTIONS, ROUNDS, IDLE = 10_000, 3, 25
BYTES = 80
REGISTERS = Size(machines=100, parts=500, people=20)


def measures(_folder: Path, size: Size) -> Iterator["Measure"]:
    """Push, pull, a sync with nothing to do, and what went over the wire."""
    count = ACTIONS if size.parts >= 5_000 else 500
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "peer").mkdir()
        ours, peer = Ours(Path(name) / "ours", count), Peer("peer_anki.py", Path(name) / "peer", count)
        try:
            ours.prepare()
            peer.ask("prepare")
            yield from _compared(ours, peer, count)
        finally:
            peer.close()
            ours.close()


def _compared(ours: "Ours", peer: Peer, count: int) -> Iterator["Measure"]:
    from run import Measure, in_turn

    taken: dict[str, list[tuple[float, float]]] = {"push": [], "pull": []}
    for _round in range(ROUNDS):
        ours.again()
        peer.ask("again")
        for what, name in (("push", "a"), ("pull", "b")):
            taken[what].append((ours.sync(name), peer.ask("sync", name)))
    assert ours.actions("b") == peer.ask("notes", "b") == count
    for what, budget in (("push", 1.0), ("pull", 1 / 3)):
        pairs = taken[what]
        mine, theirs = (statistics.median(pair[n] for pair in pairs) for n in (0, 1))
        ratio = statistics.median(a / b for a, b in pairs)
        yield Measure(
            "B11", f"{what} {count:,} actions, against Anki's notes", mine, theirs, "s", ratio, budget
        )
    mine, theirs, ratio = in_turn(lambda: ours.sync("b"), lambda: peer.ask("sync", "b"), IDLE)
    yield Measure("B11", "a sync with nothing to do: time", mine * 1000, theirs * 1000, "ms", ratio, 1.0)
    wire = Wire(int(peer.ask("where")))
    peer.ask("sync", "b", wire.address + "/")
    wire.counted()
    peer.ask("sync", "b", wire.address + "/")
    theirs = wire.counted()
    wire.close()
    mine = ours.bytes_of("b")
    yield Measure("B11", "a sync with nothing to do: both ways", mine, theirs, "B", mine / theirs, 1.0)
    ours.again()
    each = ours.bytes_of("a") / count
    yield Measure(
        "B11", "an action on the wire when it is pushed, both ways", each, BYTES, "B", each / BYTES, 1.0
    )


class Ours:
    """A hub in a process of its own, and two laptops."""

    def __init__(self, folder: Path, count: int) -> None:
        self._folder, self._count = folder, count
        (folder / "now").mkdir(parents=True)
        self.service = Service(folder / "now", "--no-backups", "--plain")
        self._laptops: dict[str, Profile] = {}

    def prepare(self) -> None:
        """Both laptops are the same; a has actions that nobody else has."""
        self.service.begin()
        for name in "ab":
            profile = found(self._folder / "now" / name, clock=Clock.pinned(NOW))
            join(profile, read_invitation(self.service.invite()))
            profile.close()
            self._open(name)
        a = Desk.of_administrator(self._laptops["a"])
        site = Site(REGISTERS, 1)
        a.perform(*site.registers())
        self.sync("a")
        self.sync("b")
        for op in actions(site, self._count):
            a.perform(op)
        self._end()
        shutil.copytree(self._folder / "now", self._folder / "prepared")

    def again(self) -> None:
        """Everything as it was before the first sync."""
        self._end()
        shutil.rmtree(self._folder / "now")
        shutil.copytree(self._folder / "prepared", self._folder / "now")
        self.service.begin()
        for name in "ab":
            self._open(name)

    def sync(self, name: str) -> float:
        """Seconds of one sync of a laptop."""
        begun = time.perf_counter()
        sync_once(self._laptops[name])
        return time.perf_counter() - begun

    def bytes_of(self, name: str) -> int:
        """What a sync of a laptop sends and gets."""
        wire = Wire(self.service.port)
        sync_once(self._laptops[name], wire.address)
        wire.close()
        return wire.counted()

    def actions(self, name: str) -> int:
        """How many of the actions a laptop knows, by what they have made."""
        with self._laptops[name].store.read() as read:
            return sum(
                read.value(f"SELECT count(*) FROM {table}")
                for table in ("inspection_result", "stock_movement", "inspection_task")
            )

    def _open(self, name: str) -> None:
        self._laptops[name] = start(self._folder / "now" / name, Clock.pinned(NOW))

    def _end(self) -> None:
        for profile in self._laptops.values():
            profile.close()
        self._laptops = {}
        if self.service.process and self.service.process.poll() is None:
            self.service.kill()

    def close(self) -> None:
        """Stop the hub."""
        self._end()


def actions(site: Site, count: int) -> Iterator[Op]:
    """So many ops that a team makes in some weeks: rounds of 50 readings, and as many movements."""
    made = 0
    while made < count:
        task = made_id("bench sync", "task", made)
        ops: list[Op] = [Start(Round(task, f"D-{made}", site.template, site.site, NOW, NOW + DAY), NOW)]
        for item in range(50):
            ops += [_reading(site, task, item, made), _movement(site, made + item)]
        ops = ops[: count - made]
        made += len(ops)
        yield from ops


def _reading(site: Site, task: bytes, item: int, seed: int) -> Op:
    return Answer(
        task_id=task, item_id=made_id("bench", "item", item), site_id=site.site, state="ok", measured_at=NOW + item * 20_000,
        value_num=22_000 + (seed * 31 + item * 17) % 3000, unit="℃", limit_low=18_000, limit_high=27_000,
    )  # fmt: skip


def _movement(site: Site, number: int) -> Op:
    part = number % REGISTERS.parts
    return MoveStock(
        number=f"M-A7K-{number:05d}", type="receipt", part=made_id("bench", "part", part), site=site.site,
        bin=site.bins[part % 120], qty=1000 * (1 + number % 9), happened_at=NOW + number * 1000, unit_price=125_000,
    )  # fmt: skip
