"""A week of a site, played by many laptops: weeks offline, cloned disks, restored laptops, a restored hub, a site reached by stick alone.

What was played and what held in the end is told by `report`. It is the simulator's people, troubles and judge on a calendar.
"""

import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import judge as judgement
import msgspec
from chance import pinned
from couriers import Couriers
from fleet import HERE_ALONE, NOW, Fleet, Laptop, Way, furnish, furnish_away
from simulator import KilledError, RoughWay, Simulation
from stores import ServerStore
from troubles import Troubles
from works import Works

from app import conflicts
from app.bootstrap import start
from app.hub.enrol import invite
from app.inventory.ops import MoveStock
from app.profile import Profile
from app.sync.joining import join
from app.sync.line import line_to
from app.sync.log import cursors_of
from app.sync.proof import differing

DAY, HOUR = 86_400_000, 3_600_000
STICK = "stick"


@dataclass(frozen=True)
class Plan:
    """How the week is."""

    laptops: int = 20
    days: int = 7
    #: So many actions a day at each laptop.
    actions: int = 12
    #: Days before the week that the laptops of `far` spend without a line, and the day on which they come back.
    before: int = 14
    far: int = 4
    back: int = 5
    clones: int = 3
    restored: int = 2


#: What the suite plays: a day of five laptops.
SHORT = Plan(laptops=5, days=1, actions=14, before=2, far=1, back=0, clones=1, restored=1)


class Week(Simulation):
    """One week from its first day to the judgement."""

    def __init__(
        self,
        seed: int,
        folder: Path,
        blank: Path | None,
        plan: Plan,
        *,
        store: ServerStore | None = None,
        large: Path | None = None,
    ) -> None:
        super().__init__(seed, folder, blank or folder, store=store)
        self.plan, self.seed = plan, seed
        self.checks: list[tuple[str, str]] = []
        self.lines: list[str] = []
        #: Who is told of each line of the report as it comes.
        self.watch: Callable[[str], object] = lambda _text: None
        self._blank, self._large = blank, large
        self._began = time.monotonic()

    def run(self) -> None:
        """Play it, then judge it; raises AssertionError for what does not hold."""
        self.fleet = Fleet(self._folder, self._blank, self._store)
        try:
            with pinned(self.dice, self.fleet.clock.now, small=not self._large):
                self._play()
        finally:
            self.fleet.close()

    def _play(self) -> None:
        self.works = Works(self.fleet, self.dice, self.note)
        self.couriers = Couriers(self.fleet, self.dice, self.note)
        self.troubles = Troubles(
            self.fleet, self.dice, self.note, lambda name: RoughWay(self, name), self.couriers
        )
        self.troubles.crowd = self.plan.laptops
        self._found()
        self._days_before()
        for day in range(self.plan.days):
            self._day(day)
        self.calm = True
        self._tell(f"The evening after: everybody syncs until nobody has news. {self._rest()}")
        self._judge()

    # --- the calendar ---

    def _found(self) -> None:
        names = [f"L{number:02}" for number in range(1, self.plan.laptops - self.plan.clones)]
        for name in [*names, STICK]:
            laptop = self._founder(name) if name == names[0] and self._large else None
            laptop = laptop or self.fleet.open(name, HERE_ALONE if name == STICK else "*")
            laptop.way = RoughWay(self, name)
            if name == names[0]:
                furnish(laptop.desk)
                furnish_away(laptop.desk)
                self.works.person(laptop)
                for _n in range(5):
                    self.works.create(laptop)
            laptop.sync()
        self.near, self.far = names[: -self.plan.far], names[-self.plan.far :]
        self._tell(
            f"{len(names)} laptops have joined by the line (and {self.plan.clones} disks will be cloned), one more ({STICK}) holds its own site and is reached by files alone. "
            f"{self._size()}"
        )

    def _founder(self, name: str) -> Laptop:
        """The first laptop brings the large site, which founds the hub."""
        return found_with(self.fleet, name, self._large)

    def _size(self) -> str:
        with self.fleet.hub.reading() as read:
            count = {
                table: read.value(f"SELECT count(*) FROM {table}")
                for table in ("equipment", "part", "stock_movement", "op")
            }
        return (
            f"The hub holds {count['equipment']:,} machines, {count['part']:,} parts, {count['stock_movement']:,} movements, "
            f"{count['op']:,} operations."
        )

    def _days_before(self) -> None:
        self._at(-self.plan.before)
        for _day in range(self.plan.before):
            for name in self.far:
                self._work(self.fleet.laptops[name], 2)
        self._tell(
            f"{', '.join(self.far)} have been away for {self.plan.before} days and stay so until day {self.plan.back + 1}; "
            f"{self._waiting(self.far)} records wait on them."
        )

    def _day(self, day: int) -> None:
        self.calm = False
        before = len(self.story)
        self._at(day)
        if day == min(1, self.plan.days - 1):
            for name in self.near[: self.plan.restored]:
                self.troubles.copy(self.fleet.laptops[name])
        if day == self.plan.days // 2:
            self.troubles.copy_hub()
        for hour in (8, 12, 17):
            self._at(day + hour / 24)
            for laptop in self.dice.sample(list(self.fleet), len(self.fleet.laptops)):
                self._work(laptop, self.plan.actions // 3)
                self._exchange_of_the_day(laptop, day)
            if hour == 12:
                self._noon(day)
        told = Counter(_kind(line) for line in self.story[before:])
        self._tell(
            f"Day {day + 1}: {told['records']} actions recorded, {told['sync']} exchanges, {told['cut']} cut off, "
            f"{told['killed']} programs killed, {told['file']} files carried.{self._events(before)}"
        )

    def _noon(self, day: int) -> None:
        """What befalls the fleet in the middle of a day."""
        near, last = self.near, self.plan.days - 1
        clones = [n for n in range(self.plan.clones) if min(n + 1, last) == day]
        for number in clones:
            self.troubles.clone(self.fleet.laptops[near[-1 - number]])
        if day == min(4, last):
            for number, name in enumerate(near[: self.plan.restored]):
                put_back = self.troubles.snapshot if number else self.troubles.restore
                put_back(self.fleet.laptops[name])
        if day == min(5, last):
            self.troubles.restore_hub()

    def _exchange_of_the_day(self, laptop: Laptop, day: int) -> None:
        if laptop.name == STICK:
            self._by_courier(laptop)
        elif laptop.name not in self.far or day >= self.plan.back:
            self._sync(laptop)

    def _work(self, laptop: Laptop, times: int) -> None:
        for _n in range(times):
            if self._large and laptop.scope == "*" and self.dice.random() < 0.5:
                self._at_the_large_site(laptop)
            else:
                self.works.step(laptop)

    def _at_the_large_site(self, laptop: Laptop) -> None:
        """Somebody takes or brings parts there, or renames a machine."""
        with laptop.profile.store.read() as read:
            spot = read.row(
                "SELECT part_id, site_id, bin_id FROM stock_movement WHERE n = ?",
                self.dice.randrange(1, 2000),
            )
            machine = read.row("SELECT id, name FROM equipment WHERE n = ?", self.dice.randrange(1, 2000))
        if spot and self.dice.random() < 0.6:
            move = laptop.moved(self.dice.choice(("receipt", "issue")), self.dice.randrange(1, 5))
            self.works.perform(laptop, moved_to(move, *spot))
        elif machine:
            self.works.rename(laptop, *machine)

    def strike(self, name: str) -> None:
        """A program may be killed between two requests; the rest of what befalls is on the calendar."""
        if not self.calm and name in self.fleet.laptops and self.dice.random() < 0.01:
            raise KilledError

    def _at(self, day: float) -> None:
        """The clock goes on to a moment of the week; never back."""
        self.fleet.clock._at = max(self.fleet.clock._at, NOW + int((day + self.plan.before) * DAY))

    # --- the end ---

    def _rest(self) -> str:
        for turn in range(1, 12):
            before = self._head()
            for laptop in list(self.fleet):
                if laptop.name == STICK:
                    self.couriers.round(laptop)
                else:
                    self._sync(laptop)
            quiet = not any(laptop.value("SELECT count(*) FROM op WHERE acked < 2") for laptop in self.fleet)
            if self._head() == before and quiet:
                return f"That took {turn} rounds."
        raise AssertionError("they come to no rest")

    def _judge(self) -> None:
        with self.fleet.hub.reading() as read:
            hub = read.connection
            ops = read.value("SELECT count(*) FROM op")
            self._check(
                "No operation is lost",
                f"every one of the laptops' is among the hub's {ops:,}",
                judgement.nothing_is_lost,
                self.fleet,
                hub,
            )
            self._check(
                "The history is whole",
                "every chain and the hub's own verify link by link",
                judgement.the_history_is_whole,
                hub,
            )
            self._check(
                "Refused work is in front of a person",
                self._outcomes(read.rows("SELECT outcome, count(*) FROM op GROUP BY 1 ORDER BY 1")),
                judgement.refused_work_is_before_a_person,
                hub,
            )
            for laptop in self.fleet:
                judgement.nothing_waits(laptop)
            self._check(
                "Nothing waits",
                f"on {len(self.fleet.laptops)} laptops: no pending operation, no shadow, no page",
            )
            self._check("Equal bucket by bucket", self._compare())
            moves = read.value("SELECT count(*) FROM stock_movement")
            self._check(
                "Stock is exact",
                f"{moves:,} movements add up on every laptop to what it shows",
                judgement.stock_is_exact,
                self.fleet,
                hub,
            )
            self._check(
                "Merged by the rules",
                "a model of the rules alone comes to the same fields, deletions and conflicts",
                judgement.merged_by_the_rules,
                hub,
            )
            self._check("Every conflict has its person", self._conflicts(hub))  # fmt: skip

    def _check(self, name: str, told: str, test: object = None, *arguments: object) -> None:
        if callable(test):
            test(*arguments)
        self.checks.append((name, told))

    @staticmethod
    def _outcomes(rows: Iterable[tuple[str, int]]) -> str:
        return ", ".join(f"{count:,} {outcome}" for outcome, count in rows)

    def _compare(self) -> str:
        """Every bucket of every laptop by digests of its own rows against the hub's."""
        count = 0
        for laptop in self.fleet:
            with laptop.profile.store.read() as read:
                buckets = sorted(cursors_of(read))
            with line_to(laptop.profile, Way(self.fleet)) as line:
                for bucket in buckets:
                    wrong = differing(laptop.profile, line, bucket)
                    assert not wrong, f"{laptop.name}: bucket {bucket}: {wrong} differ"
                    count += 1
        return f"{count} digests of {len(self.fleet.laptops)} laptops are the hub's"

    def _conflicts(self, hub: judgement.Connection) -> str:
        waiting = hub.execute(
            "SELECT count(*) FROM conflict WHERE decision IS NULL AND deleted = 0"
        ).fetchone()[0]
        settled = hub.execute("SELECT count(*) FROM conflict WHERE decision IS NOT NULL").fetchone()[0]
        for laptop in self.fleet:
            if laptop.scope != "*":
                continue
            with laptop.profile.store.read() as read:
                found = {one for line in conflicts.lines(read, laptop.desk.actor) for one in line.ids}
            assert len(found) == waiting, f"{laptop.name} shows {len(found)} of {waiting} conflicts"
        return f"{waiting} wait on the conflict page of every laptop, {settled} were settled in the week"

    # --- the report ---

    def _tell(self, text: str) -> None:
        self.lines.append(text)
        self.watch(text)

    def _events(self, since: int) -> str:
        seen = [line for line in self.story[since:] if any(word in line for word in EVENTS)]
        return "".join(f"\n  - {line}" for line in dict.fromkeys(seen))

    def _waiting(self, names: Iterable[str]) -> int:
        return sum(
            int(self.fleet.laptops[name].value("SELECT count(*) FROM op WHERE acked = 0") or 0)
            for name in names
        )

    def report(self) -> str:
        """What was played, and what held, to be read by people."""
        played = "\n".join(f"- {line}" for line in self.lines)
        held = "\n".join(f"| {name} | {told} |" for name, told in self.checks)
        store = "PostgreSQL" if self._store else "SQLite"
        return (
            f"# A week of {self.plan.laptops} laptops\n\nSeed {self.seed}, the hub on {store}, played in "
            f"{time.monotonic() - self._began:.0f} s.\n\n## What was played\n\n{played}\n\n## What held\n\n"
            f"| check | figures |\n| --- | --- |\n{held}\n"
        )


EVENTS = ("cloned", "restored from", "put back", "backed up", "hub is restored", "new chain")


def _kind(line: str) -> str:
    for word, kind in (
        ("records ", "records"), ("begins to sync", "sync"), ("cut off", "cut"), ("killed", "killed"),
        ("writes", "file"), ("takes a", "file"),
    ):  # fmt: skip
        if word in line:
            return kind
    return "more"


def moved_to(move: MoveStock, part: bytes, site: bytes, place: bytes) -> MoveStock:
    """The same movement of another part in another bin."""
    return msgspec.structs.replace(move, part=part, site=site, bin=place)


def found_with(fleet: Fleet, name: str, large: Path | None) -> Laptop:
    """A laptop whose file holds the large site; it founds the hub."""
    assert large is not None
    folder = Path(shutil.copytree(large, fleet.folder / name))
    profile: Profile = start(folder, fleet.clock)
    laptop = fleet.laptops[name] = Laptop(name, folder, Way(fleet), profile)
    join(profile, invite(fleet.hub, "http://hub"), laptop.way)
    laptop.reopen()
    return laptop


__all__ = ["SHORT", "Plan", "Week"]
