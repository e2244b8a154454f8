"""A seeded simulator over the real client and hub: laptops work, and what can go wrong does, between any two steps.

`Simulation(seed, folder, blank).run()` raises AssertionError where an invariant does not hold; `log` tells what happened.
More seeds than the suite's: SEEDS=500 python -m pytest tests/sync/test_simulator.py
"""

import random
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from couriers import Couriers
from fleet import (
    AWAY,
    BIN,
    HERE_ALONE,
    ITEMS,
    MACHINES,
    NOW,
    PART,
    SITE,
    TEMPLATE,
    YARD,
    Fleet,
    Laptop,
    Way,
    furnish,
    furnish_away,
    supplier,
)
from judge import judge
from stores import ServerStore

from app import ops as operations
from app.backup import back_up, restore
from app.bootstrap import start
from app.errors import AppError
from app.generic import Merge, Patch, PatchRow, Retire, create
from app.inspections.ops import Answer, Round, Start, Submit
from app.ops import Op
from app.store import _APPEND, NO_HASH
from app.sync import pull
from app.sync.transport import Frame, Lost
from db import ids
from db.ids import made_id, new_id

ROUNDS = [made_id("fleet", "round", n) for n in range(3)]
FIELDS = ("name", "phone", "email")


class KilledError(Exception):
    """The program ends here."""


class RoughWay(Way):
    """A way on which the simulator may strike between any two requests."""

    def __init__(self, simulation: "Simulation", laptop: str) -> None:
        super().__init__(simulation.fleet, simulation.dice, 0.12)
        self._simulation = simulation
        self._laptop = laptop

    def _fault(self) -> str:
        return "" if self._simulation.calm else super()._fault()

    def send(self, call: str, request: Frame) -> Frame:
        self._simulation.strike(self._laptop)
        answer = super().send(call, request)
        self._simulation.strike(self._laptop)
        return answer


class Simulation:
    """One seed: three laptops, one hub, and a few dozen steps."""

    def __init__(
        self, seed: int, folder: Path, blank: Path, *, steps: int = 50, store: ServerStore | None = None
    ) -> None:
        self.dice = random.Random(seed)
        self.steps = steps
        self.fleet = Fleet(folder, blank, store)
        self.folder = folder
        self.log: list[str] = []
        self.calm = False
        self._suppliers: list[bytes] = []
        self._copies: dict[str, Path] = {}
        self._hub_copy: Any = None
        self._numbers = iter(range(10**6))
        self.hub_restored = False
        self._couriers = Couriers(self.fleet, self.dice, self._note)

    def run(self) -> None:
        """Work and trouble, then a calm in which everybody syncs, then the judgement."""
        settle, chance, clock = pull.settle, ids.os, ids.time
        pull.settle = self._fragile(settle)
        own = random.Random(self.dice.random())
        ids.os = SimpleNamespace(urandom=own.randbytes)  # the same seed makes the same ids
        ids.time = SimpleNamespace(time_ns=lambda: self.fleet.clock.now() * 1_000_000)
        try:
            self._found()
            for _step in range(self.steps):
                self._step()
            self.calm = True
            self._come_to_rest()
            judge(self.fleet)
        finally:
            pull.settle, ids.os, ids.time = settle, chance, clock
            self.fleet.close()

    def _found(self) -> None:
        self.calm = True
        for name in self.dice.choice(("ab", "abc", "abs")):
            laptop = self.fleet.open(name, HERE_ALONE if name == "s" else "*")
            laptop.way = RoughWay(self, name)
            if name == "a":
                furnish(laptop.desk)
                furnish_away(laptop.desk)
                for _n in range(3):
                    self._create(laptop)
            laptop.sync()
        self.calm = False

    def _fragile(self, settle: Callable) -> Callable:
        def fragile(*arguments: object, **named: object) -> object:
            if not self.calm and self.dice.random() < 0.05:
                self._note("crash inside a pull")
                raise KilledError
            return settle(*arguments, **named)

        return fragile

    def _note(self, text: str) -> None:
        self.log.append(text)

    def _step(self) -> None:
        laptop = self.dice.choice(list(self.fleet))
        roll = self.dice.random()
        if roll < 0.55:
            self._work(laptop)
        elif roll < 0.76:
            self._sync(laptop)
        elif roll < 0.84:
            self._by_courier(laptop)
        else:
            self.dice.choice(
                (self._copy, self._copy_hub, self._restore, self._snapshot, self._clone, self._restore_hub)
            )(laptop)

    # --- work ---

    def _work(self, laptop: Laptop) -> None:
        self.dice.choice(
            (
                self._patch,
                self._patch,
                self._patch,
                self._move,
                self._move,
                self._round,
                self._round,
                self._create,
                self._aggregate,
                self._retire,
                self._poison,
                self._machine,
                self._machine,
                self._hang,
                self._merge,
            )
        )(laptop)

    def _perform(self, laptop: Laptop, *ops: Op) -> None:
        try:
            laptop.desk.perform(*ops, reason="simulated")
        except AppError:
            return  # refused before there was an op
        self._note(f"{laptop.name}: {', '.join(operations.spec_of(op).kind for op in ops)}")

    def _create(self, laptop: Laptop) -> None:
        # Two laptops give the same number now and then.
        made, op = supplier(f"S{next(self._numbers) % 7}")
        self._suppliers.append(made)
        self._perform(laptop, op)

    def _patch(self, laptop: Laptop) -> None:
        row = laptop.row("supplier", self.dice.choice(self._suppliers[:3] + self._suppliers))
        if row:
            chosen = self.dice.sample(FIELDS, self.dice.choice((1, 1, 2)))
            fields = {name: (row[name], f"{laptop.name}{next(self._numbers)}") for name in chosen}
            self._perform(laptop, Patch("supplier", (PatchRow(row["id"], fields),)))

    def _retire(self, laptop: Laptop) -> None:
        chosen = self.dice.choice(self._suppliers)
        if laptop.row("supplier", chosen):
            self._perform(laptop, Retire("supplier", (chosen,), self.dice.random() < 0.5))

    def _machine(self, laptop: Laptop) -> None:
        """A machine goes to the other site, or only gets another name."""
        row = laptop.row("equipment", self.dice.choice(MACHINES))
        if row:
            away = row["site_id"] == SITE
            new = {"site_id": AWAY if away else SITE, "location_id": YARD if away else BIN}
            if self.dice.random() < 0.4:
                new = {"name": f"{laptop.name}{next(self._numbers)}"}
            fields = {name: (row[name], value) for name, value in new.items()}
            self._perform(laptop, Patch("equipment", (PatchRow(row["id"], fields),)))

    def _hang(self, laptop: Laptop) -> None:
        """A machine is hung under another, or stands by itself."""
        below, above = self.dice.sample(MACHINES, 2)
        row = laptop.row("equipment", below)
        if row and laptop.row("equipment", above):
            parent = None if self.dice.random() < 0.3 else above
            fields = {"parent_id": (row["parent_id"], parent)}
            self._perform(laptop, Patch("equipment", (PatchRow(below, fields),)))

    def _merge(self, laptop: Laptop) -> None:
        """Two suppliers are one."""
        if len(self._suppliers) > 3:
            old, kept = self.dice.sample(self._suppliers[1:], 2)
            if laptop.row("supplier", old) and laptop.row("supplier", kept):
                self._perform(laptop, Merge("supplier", old, kept))

    def _move(self, laptop: Laptop) -> None:
        kind = self.dice.choice(("receipt", "issue", "issue"))
        self._perform(laptop, laptop.moved(kind, self.dice.randrange(1, 9)))

    def _aggregate(self, laptop: Laptop) -> None:
        template, number = new_id(), next(self._numbers)
        self._perform(
            laptop,
            create("inspection_template", template, code=f"X{number}", name="新", version=1, kind="room_round", cycle="daily", status="draft"),
            create(
                "inspection_item", new_id(), code=f"X{number}-1", template_id=template, seq=1, section="环境", name="温度",
                value_type="number", unit="℃", required=1, photo_required=0, on_fail="record",
            ),
        )  # fmt: skip

    def _round(self, laptop: Laptop) -> None:
        task, at = self.dice.choice(ROUNDS), laptop.desk.now()
        state = laptop.row("inspection_task", task).get("status")
        if state != "in_progress":
            code = f"R{ROUNDS.index(task)}"
            self._perform(laptop, Start(Round(task, code, TEMPLATE, SITE, NOW, NOW + 86_400_000), at))
        elif self.dice.random() < 0.7:
            item = self.dice.choice(ITEMS)
            self._perform(
                laptop,
                Answer(task_id=task, item_id=item, site_id=SITE, state="ok", measured_at=at, value_num=self.dice.randrange(30_000)),
            )  # fmt: skip
        else:
            self._perform(laptop, Submit(task, at, (), self.dice.randbytes(32), "ok"))

    def _poison(self, laptop: Laptop) -> None:
        """A body that no hub can read lies in the middle of the queue."""
        body = self.dice.choice((b'{"kind":"no.such"}', b"\xff\x00garbage", b'{"op_id":1}'))
        with laptop.profile.store.local("op") as connection:
            chain = bytes.fromhex(
                connection.execute("SELECT value FROM meta WHERE key = 'chain_id'").fetchone()[0]
            )
            seq, link = connection.execute(
                "SELECT seq, hash FROM op WHERE chain_id = ? ORDER BY seq DESC LIMIT 1", (chain,)
            ).fetchone() or (0, NO_HASH)
            op_id, now = new_id(), laptop.desk.now()
            link = operations.link(link, op_id, body)
            connection.execute(
                _APPEND,
                (
                    op_id,
                    chain,
                    seq + 1,
                    link,
                    "poison",
                    1,
                    None,
                    None,
                    None,
                    body,
                    now << 16,
                    now,
                    0,
                    None,
                    op_id,
                    "applied",
                ),
            )
        self._note(f"{laptop.name}: poison")

    # --- sync and trouble ---

    def _sync(self, laptop: Laptop) -> None:
        try:
            report = laptop.sync()
        except Lost:
            self._note(f"{laptop.name}: sync lost")
        except KilledError:
            self._note(f"{laptop.name}: killed while syncing")
            laptop.reopen()
        else:
            self._note(f"{laptop.name}: {report}")

    def _by_courier(self, laptop: Laptop) -> None:
        try:
            self._couriers.step(laptop)
        except KilledError:
            self._note(f"{laptop.name}: killed while bringing a file in")
            laptop.reopen()

    def strike(self, name: str) -> None:
        """What may happen between two requests of a laptop."""
        if self.calm:
            return
        roll = self.dice.random()
        if roll < 0.02:
            raise KilledError
        if roll < 0.05:
            self._restore_hub(None)
            self._let_another_sync(name)
        elif roll < 0.17:
            self._work(self.fleet.laptops[name])
        elif roll < 0.22:
            self._let_another_sync(name)

    def _let_another_sync(self, name: str) -> None:
        self.calm = True
        self._sync(self.dice.choice([laptop for laptop in self.fleet if laptop.name != name]))
        self.calm = False

    def _copy(self, laptop: Laptop) -> None:
        self._copies[laptop.name] = back_up(laptop.profile).path
        self._note(f"{laptop.name}: backup")

    def _restore(self, laptop: Laptop) -> None:
        """A backup is put back by the program: a new chain begins."""
        if copy := self._old_copy(laptop):
            self._put_back(laptop, lambda: restore(laptop.folder, copy, 0))
            self._note(f"{laptop.name}: restored from its backup")

    def _snapshot(self, laptop: Laptop) -> None:
        """An old copy is put back behind the program's back, device.json included: nothing tells."""
        if copy := self._old_copy(laptop):
            self._put_back(laptop, lambda: shutil.copy(copy, laptop.folder / "site.db"))
            self._note(f"{laptop.name}: an old copy was put back")

    def _old_copy(self, laptop: Laptop) -> Path | None:
        """The copy made before; where there is none, one is made now, for the next time."""
        if laptop.name not in self._copies:
            self._copy(laptop)
            return None
        return self._copies[laptop.name]

    def _put_back(self, laptop: Laptop, put: Callable[[], object]) -> None:
        laptop.profile.close()
        (laptop.folder / "device.json").unlink(missing_ok=True)
        put()
        laptop.profile = start(laptop.folder, self.fleet.clock)

    def _clone(self, laptop: Laptop) -> None:
        if len(self.fleet.laptops) > 4:
            return
        name = laptop.name + str(next(self._numbers))
        laptop.profile.close()
        folder = Path(shutil.copytree(laptop.folder, self.folder / name))
        laptop.profile = start(laptop.folder, self.fleet.clock)
        self.fleet.laptops[name] = Laptop(
            name, folder, RoughWay(self, name), start(folder, self.fleet.clock), laptop.scope
        )
        self._note(f"{laptop.name}: cloned as {name}")

    def _copy_hub(self, _laptop: object) -> None:
        self._hub_copy = self.fleet.store.copy(self.fleet.hub)
        self._note("hub: backup")

    def _restore_hub(self, _laptop: object) -> None:
        if self._hub_copy is None:
            return
        self.fleet.hub.close()
        self.fleet.store.put_back(self._hub_copy)
        bumped = self.dice.random() < 0.5
        if bumped:
            self.fleet.store.by_hand(
                "UPDATE meta SET value = %s WHERE key = 'hub_epoch'", self.dice.randbytes(16).hex()
            )
        self.fleet.hub = self.fleet.open_hub()
        self.hub_restored = True
        self._note(f"hub: restored {'with' if bumped else 'without'} a new epoch")

    def _come_to_rest(self) -> None:
        for _turn in range(4):
            for laptop in self.fleet:
                self._note(f"{laptop.name}: at rest {laptop.sync()}")


__all__ = ["BIN", "PART", "Simulation"]
