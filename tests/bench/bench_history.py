"""B14: one action with a million actions of history behind it, against the same action with a hundred thousand; laptop and hub.

`--history N` measures at N actions instead (10 million take half an hour to make, and 20 GB).
"""

import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from large_site import NOW, Size, build, place_of
from senders import Sender

from app.bootstrap import start
from app.clock import Clock
from app.desk import Desk
from app.hub.hub import Hub
from app.inspections.ops import Answer
from app.inventory.ops import MoveStock
from app.ops import Op
from app.sync.protocol import Receipts
from db.ids import made_id
from db.models import SYNCED

if TYPE_CHECKING:
    from run import Measure

LITTLE, MUCH = 100_000, 1_000_000
ACTIONS, ROUNDS = 10, 21


def measures(_folder: Path, size: Size) -> Iterator["Measure"]:
    """Movements and readings, each one action."""
    little, much = (LITTLE, MUCH) if size.parts >= 5_000 else (2_000, 20_000)
    if "--history" in sys.argv:
        much = int(sys.argv[sys.argv.index("--history") + 1])
    with tempfile.TemporaryDirectory() as name:
        yield from _measured(Path(name), little, much, "laptop", _laptop)
        yield from _measured(Path(name), little, much, "hub", _hub)


def _measured(
    folder: Path, little: int, much: int, where: str, opened: Callable[[Path], "Doing"]
) -> Iterator["Measure"]:
    from run import Measure, in_turn

    small, large = (opened(_copy(folder, count, where)) for count in (little, much))
    for what in ("movement", "reading"):
        for _warm in range(3):
            small.seconds(what)
            large.seconds(what)
        ours, reference, ratio = in_turn(
            lambda w=what: large.seconds(w), lambda w=what: small.seconds(w), ROUNDS
        )
        each = 1000 / ACTIONS
        yield Measure(
            "B14",
            f"{where}: a {what} after {much:,} actions, against {little:,}",
            ours * each,
            reference * each,
            "ms",
            ratio,
            1.3,
        )
    small.close()
    large.close()


def _copy(folder: Path, count: int, where: str) -> Path:
    from run import ROOM

    size = Size(results=count * 5 // 8, movements=count * 3 // 8)
    base = place_of(ROOM, size)
    build(base, size).close()
    target = folder / f"{where}-{count}"
    shutil.copytree(base, target)
    return target


class Doing:
    """Does actions of two kinds, one after the other."""

    def __init__(self, perform: Callable[[Op], object], close: Callable[[], None]) -> None:
        self._perform, self.close, self._number = perform, close, 0

    def seconds(self, what: str) -> float:
        made = self._movement if what == "movement" else self._reading
        begun = time.perf_counter()
        for _n in range(ACTIONS):
            self._number += 1
            self._perform(made(self._number * 97))
        return time.perf_counter() - begun

    @staticmethod
    def _movement(number: int) -> Op:
        part = number % 5_000
        return MoveStock(
            number=f"M-B14-{number}", type="receipt", part=made_id("bench", "part", part), site=made_id("bench", "site"),
            bin=made_id("bench", "bin", part % 120), qty=1000, happened_at=NOW, unit_price=100,
        )  # fmt: skip

    @staticmethod
    def _reading(number: int) -> Op:
        return Answer(
            task_id=made_id("bench", "task", number % 25), item_id=made_id("bench", "item", number % 50), site_id=made_id("bench", "site"),
            state="ok", measured_at=NOW + number, value_num=22_000 + number % 3000, unit="℃", limit_low=18_000, limit_high=27_000,
        )  # fmt: skip


def _laptop(folder: Path) -> Doing:
    profile = start(folder, Clock.pinned(NOW))
    return Doing(Desk.of_administrator(profile).perform, profile.close)


def _hub(folder: Path) -> Doing:
    """The same site as a hub has it that took in every action."""
    hub = Hub(folder / "site.db", Clock.pinned(NOW))
    with closing(sqlite3.connect(folder / "site.db", isolation_level=None)) as raw:
        raw.execute("BEGIN IMMEDIATE")
        raw.execute("INSERT INTO sync_ctx VALUES ('ingest')")
        raw.execute("INSERT INTO hub_history SELECT n, op_id, 'applied', hash FROM op ORDER BY n")
        raw.execute("INSERT INTO hub_position SELECT chain_id, seq, hash, op_id, wall FROM op ORDER BY seq")
        raw.execute("UPDATE op SET acked = 2, hub_seq = n")
        for table in SYNCED:
            raw.execute(f'UPDATE "{table}" SET hub_seq = n')
        raw.execute("UPDATE hub_counter SET (value, hash) = (SELECT n, hash FROM op ORDER BY n DESC LIMIT 1)")
        raw.execute("DELETE FROM sync_ctx")
        raw.execute("COMMIT")
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    sender = Sender(hub, "B14")

    def push(op: Op) -> None:
        answer = sender.asked(sender.push([op]))
        assert isinstance(answer, Receipts), answer
        assert answer.receipts[0].outcome == "applied", answer

    return Doing(push, hub.close)
