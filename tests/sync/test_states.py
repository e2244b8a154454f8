"""Laptops, a hub and their accidents as rules: Hypothesis looks for the shortest history after which something does not hold."""

import random
import shutil
from contextlib import ExitStack
from pathlib import Path
from tempfile import mkdtemp

import pytest
from chance import pinned
from couriers import Couriers
from fleet import HERE_ALONE, Fleet, Laptop, blank_files, furnish, furnish_away, supplier
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, precondition, rule
from judge import judge, the_history_is_whole
from play import quick_folder
from troubles import Troubles

from app import conflicts
from app.errors import AppError
from app.generic import Merge, Patch, PatchRow, Retire
from app.sync.transport import Lost

LAPTOP = st.integers(0, 3)
CALL = st.sampled_from(("hello", "ops", "pull"))
FIELD = st.sampled_from(("name", "phone", "email"))


class Site(RuleBasedStateMachine):
    """Two laptops that hold everything and one that holds a site; at the end everybody syncs, and all must be alike."""

    suppliers = Bundle("suppliers")
    blank: Path

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(mkdtemp(prefix="states-", dir=quick_folder()))
        self.fleet = Fleet(self.folder, self.blank)
        self.stack = ExitStack()
        self.stack.enter_context(pinned(random.Random(1), self.fleet.clock.now))
        for name in "abs":
            laptop = self.fleet.open(name, HERE_ALONE if name == "s" else "*")
            if name == "a":
                furnish(laptop.desk)
                furnish_away(laptop.desk)
            laptop.sync()
        told: list[str] = []
        dice = random.Random(1)
        self.couriers = Couriers(self.fleet, dice, told.append)
        self.troubles = Troubles(self.fleet, dice, told.append, lambda _name: self._way(), self.couriers)
        self.copied = False

    def _way(self):
        return type(self.fleet.laptops["a"].way)(self.fleet)

    def _laptop(self, number: int) -> Laptop:
        return list(self.fleet)[number % len(self.fleet.laptops)]

    def _do(self, number: int, *ops: object) -> None:
        try:
            self._laptop(number).desk.perform(*ops, reason="test")
        except AppError:
            return  # refused before there was an op

    # --- people ---

    @initialize(target=suppliers)
    def first(self) -> bytes:
        return self.add(0)

    @rule(target=suppliers, laptop=LAPTOP)
    def add(self, laptop: int) -> bytes:
        made, op = supplier("S1")  # all have one number: no key refuses a record
        self._do(laptop, op)
        return made

    @rule(laptop=LAPTOP, which=suppliers, field=FIELD, text=st.sampled_from(("甲", "乙", "丙")))
    def edit(self, laptop: int, which: bytes, field: str, text: str) -> None:
        row = self._laptop(laptop).row("supplier", which)
        if row:
            self._do(laptop, Patch("supplier", (PatchRow(which, {field: (row[field], text)}),)))

    @rule(laptop=LAPTOP, which=suppliers)
    def delete(self, laptop: int, which: bytes) -> None:
        if self._laptop(laptop).row("supplier", which):
            self._do(laptop, Retire("supplier", (which,)))

    @rule(laptop=LAPTOP, one=suppliers, other=suppliers)
    def merge(self, laptop: int, one: bytes, other: bytes) -> None:
        here = self._laptop(laptop)
        if one != other and here.row("supplier", one) and here.row("supplier", other):
            self._do(laptop, Merge("supplier", one, other))

    @rule(laptop=LAPTOP, kind=st.sampled_from(("receipt", "issue")), quantity=st.integers(1, 3))
    def move(self, laptop: int, kind: str, quantity: int) -> None:
        self._do(laptop, self._laptop(laptop).moved(kind, quantity))

    @rule(laptop=LAPTOP, decision=st.sampled_from(("mine", "theirs")))
    def settle(self, laptop: int, decision: str) -> None:
        here = self._laptop(laptop)
        with here.profile.store.read() as read:
            lines = conflicts.lines(read, here.desk.actor)
            case = lines and conflicts.case(read, here.desk.actor, lines[0].id, "Asia/Shanghai")
        if case:
            conflicts.settle(here.desk, case, decision)

    # --- the line, and what befalls it ---

    @rule(laptop=LAPTOP)
    def sync(self, laptop: int) -> None:
        self._laptop(laptop).sync()

    @rule(laptop=LAPTOP, call=CALL)
    def sync_is_cut_off(self, laptop: int, call: str) -> None:
        def cut() -> None:
            raise Lost

        here = self._laptop(laptop)
        here.way.before[call] = cut
        try:
            here.sync()
        except Lost:
            here.reopen()
        here.way.before.clear()

    @rule(laptop=LAPTOP)
    def a_file_there_and_back(self, laptop: int) -> None:
        try:
            self.couriers.round(self._laptop(laptop))
        except AppError:
            return  # an answer that does not fit any more is refused in a sentence

    @rule()
    def hub_is_copied(self) -> None:
        self.troubles.copy_hub()
        self.copied = True

    @precondition(lambda self: self.copied)
    @rule()
    def hub_falls_back(self) -> None:
        self.troubles.restore_hub()

    @rule(laptop=LAPTOP)
    def disk_is_cloned(self, laptop: int) -> None:
        self.troubles.clone(self._laptop(laptop))

    @rule(laptop=LAPTOP)
    def old_copy_is_put_back(self, laptop: int) -> None:
        self.troubles.snapshot(self._laptop(laptop))

    # --- what must hold ---

    @invariant()
    def the_history_is_whole(self) -> None:
        with self.fleet.hub.reading() as read:
            the_history_is_whole(read.connection)

    def teardown(self) -> None:
        try:
            for _turn in range(4):
                for laptop in self.fleet:
                    laptop.sync()
            judge(self.fleet)
        finally:
            self.fleet.close()
            self.stack.close()
            shutil.rmtree(self.folder, ignore_errors=True)


@pytest.mark.logs("")
def test_whatever_happens_all_end_alike(tmp_path):
    Site.blank = blank_files(tmp_path)
    Site.TestCase.settings = settings(
        max_examples=8, stateful_step_count=20, deadline=None, derandomize=True, database=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    Site.TestCase("runTest").runTest()
