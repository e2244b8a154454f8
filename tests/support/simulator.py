"""A seeded simulator over the real client and hub: laptops work, and what can go wrong does, between any two steps.

`Simulation(seed, folder, blank).run()` raises AssertionError where an invariant does not hold; `story` tells what happened.
More seeds than the suite's, or one of them with its story: make simulate SEEDS=5000, make simulate SEED=17

works     what people do         troubles  what befalls laptops and hub      couriers  batch files
chance    one source of chance   judge     what must hold in the end         play      many seeds on all processors
"""

import random
from pathlib import Path

from chance import crashing, pinned
from couriers import Couriers, told
from fleet import HERE_ALONE, Fleet, Laptop, Way, furnish, furnish_away
from judge import judge
from stores import ServerStore
from troubles import Troubles, scope_of
from works import Works

from app.errors import AppError
from app.sync.client import Report
from app.sync.transport import Frame, Lost

#: Steps of one seed.
STEPS = 34
#: How often everybody may have to sync until nobody has news.
TURNS = 8


class KilledError(Exception):
    """The program ends here."""


class HubKilledError(Exception):
    """The hub's process ends here."""


class RoughWay(Way):
    """A way on which the simulator may strike between any two requests."""

    def __init__(self, simulation: "Simulation", laptop: str) -> None:
        super().__init__(simulation.fleet, simulation.dice, 0.12)
        self._simulation = simulation
        self._laptop = laptop

    def _fault(self) -> str:
        fault = "" if self._simulation.calm else super()._fault()
        if fault:
            self._simulation.note(f"({self._laptop}: a request is {fault})")
        return fault

    def send(self, call: str, request: Frame) -> Frame:
        self._simulation.strike(self._laptop)
        try:
            answer = super().send(call, request)
        except HubKilledError:
            self._simulation.troubles.crash_hub()
            raise Lost from None
        self._simulation.strike(self._laptop)
        return answer


class Simulation:
    """One seed: two or three laptops, their clones, one hub, and a few dozen steps."""

    def __init__(
        self, seed: int, folder: Path, blank: Path, *, steps: int = STEPS, store: ServerStore | None = None
    ) -> None:
        self.dice = random.Random(seed)
        self.steps = steps
        self.story: list[str] = []
        self.calm = True
        self._folder, self._blank, self._store = folder, blank, store

    def run(self) -> None:
        """Work and trouble, then a calm in which everybody syncs, then the judgement."""
        self.fleet = Fleet(self._folder, self._blank, self._store)
        try:
            with pinned(self.dice, self.fleet.clock.now), crashing(self._fall):
                self._play()
        finally:
            self.fleet.close()

    def _play(self) -> None:
        self.works = Works(self.fleet, self.dice, self.note)
        self.couriers = Couriers(self.fleet, self.dice, self.note)
        self.troubles = Troubles(
            self.fleet, self.dice, self.note, lambda name: RoughWay(self, name), self.couriers
        )
        self._found()
        self.calm = False
        for _step in range(self.steps):
            self._step()
        self.calm = True
        self.troubles.adopt_orphans()
        self._come_to_rest()
        for laptop in self.fleet:
            laptop.scope = scope_of(self.fleet, laptop)
        judge(self.fleet, self.troubles.orphans)

    def _found(self) -> None:
        for name in self.dice.choice(("ab", "abc", "abs", "as")):
            if name != "a" and self.dice.random() < 0.2:
                self.troubles.copy_hub()  # to be put back: a hub that does not know this laptop yet
            laptop = self.fleet.open(name, HERE_ALONE if name == "s" else "*")
            laptop.way = RoughWay(self, name)
            if name == "a":
                furnish(laptop.desk)
                furnish_away(laptop.desk)
                self.works.person(laptop)
                for _n in range(3):
                    self.works.create(laptop)
            laptop.sync()

    def note(self, text: str) -> None:
        self.story.append(text)

    def _step(self) -> None:
        laptop = self.dice.choice(list(self.fleet))
        roll = self.dice.random()
        if roll < 0.55:
            self.works.step(laptop)
        elif roll < 0.76:
            self._sync(laptop)
        elif roll < 0.84:
            self._by_courier(laptop)
        else:
            self.troubles.step(laptop)

    # --- sync, and what strikes in it ---

    def _sync(self, laptop: Laptop) -> None:
        self.note(f"{laptop.name} begins to sync")
        try:
            self.note(f"{laptop.name}: {told(self._exchange(laptop))}")
        except Lost:
            self.note(f"{laptop.name}: the sync was cut off")
        except KilledError:
            self.note(f"{laptop.name} is killed while it syncs")
            laptop.reopen()
        except AppError as error:
            if self.calm or "invitation" not in str(error):
                raise
            self.note(f"{laptop.name}: the hub that invited it has fallen back meanwhile")

    def _exchange(self, laptop: Laptop) -> Report:
        try:
            return laptop.sync()
        except Lost:
            raise
        except AppError as error:
            if "does not know this laptop" not in str(error):
                raise
        self.troubles.know_again(laptop)
        return laptop.sync()

    def _by_courier(self, laptop: Laptop) -> None:
        try:
            self.couriers.step(laptop)
        except KilledError:
            self.note(f"{laptop.name} is killed while it brings a file in")
            laptop.reopen()
        except HubKilledError:
            self.troubles.crash_hub()

    def _fall(self, who: str) -> None:
        """Somebody is about to settle, in the middle of a transaction."""
        if not self.calm and self.dice.random() < 0.04:
            raise KilledError if who == "laptop" else HubKilledError

    def strike(self, name: str) -> None:
        """What may happen between two requests of a laptop."""
        if self.calm or name not in self.fleet.laptops:
            return
        roll = self.dice.random()
        if roll < 0.02:
            raise KilledError
        if roll < 0.05:
            self.troubles.restore_hub()
            self._let_another_sync(name)
        elif roll < 0.17:
            self.works.step(self.fleet.laptops[name])
        elif roll < 0.22:
            self._let_another_sync(name)

    def _let_another_sync(self, name: str) -> None:
        others = [laptop for laptop in self.fleet if laptop.name != name]
        if others:
            self.calm = True
            self._sync(self.dice.choice(others))
            self.calm = False

    def _come_to_rest(self) -> None:
        self.note("From here on nothing goes wrong any more: everybody syncs until nobody has news")
        for _turn in range(TURNS):
            before = self._head()
            for laptop in self.fleet:
                self._sync(laptop)
            if self._head() == before and all(map(_at_rest, self.fleet)):
                return
        raise AssertionError(f"no rest after everybody synced {TURNS} times")

    def _head(self) -> object:
        with self.fleet.hub.reading() as read:
            return read.row("SELECT value, hash FROM hub_counter")


def _at_rest(laptop: Laptop) -> bool:
    return not laptop.value("SELECT count(*) FROM op WHERE acked < 2")


__all__ = ["KilledError", "Simulation"]
