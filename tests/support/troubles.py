"""What befalls laptops and hub in the simulator: old copies put back, cloned disks, a lost laptop, other sites, a hub that falls."""

import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from couriers import Couriers
from fleet import AWAY_ALONE, BOTH, HERE_ALONE, Fleet, Laptop, Way

from app.backup import back_up, restore
from app.bootstrap import start
from app.errors import AppError
from app.hub.bundles import adopt, take_in
from app.hub.enrol import invite
from app.hub.grants import change_scope
from app.sync.bundle.outgoing import export
from app.sync.joining import join

#: So many laptops at most, clones included.
CROWD = 5


class Troubles:
    """Copies of disks and of the hub, and everything that can be done with them."""

    def __init__(
        self,
        fleet: Fleet,
        dice: random.Random,
        note: Callable[[str], None],
        way: Callable[[str], Way],
        couriers: Couriers,
    ) -> None:
        self._fleet, self._dice, self._note, self._way = fleet, dice, note, way
        self._couriers = couriers
        self._copies: dict[str, Path] = {}
        self._hub_copy: Any = None
        self._count = 0
        self.crowd = CROWD
        #: Ops in files of laptops that are lost: they must be at the hub in the end.
        self.orphans: set[bytes] = set()
        self._left: list[tuple[str, list[Path]]] = []
        self._choice = (
            self.copy, self.copy_hub, self.restore, self.snapshot, self.clone, self.restore_hub, self._change_scope,
            self._change_scope, self._lose,
        )  # fmt: skip

    def step(self, laptop: Laptop) -> None:
        """One of them befalls a laptop, or the hub."""
        self._dice.choice(self._choice)(laptop)

    # --- disks ---

    def copy(self, laptop: Laptop) -> None:
        self._copies[laptop.name] = back_up(laptop.profile).path
        self._note(f"{laptop.name} is backed up")

    def restore(self, laptop: Laptop) -> None:
        """A backup is put back by the program: a new chain begins."""
        if copy := self._old_copy(laptop):
            self._put_back(laptop, lambda: restore(laptop.folder, copy, 0))
            self._note(f"{laptop.name} is restored from its backup")

    def snapshot(self, laptop: Laptop) -> None:
        """An old copy is put back behind the program's back, device.json included: nothing tells."""
        if copy := self._old_copy(laptop):
            self._put_back(laptop, lambda: shutil.copy(copy, laptop.folder / "site.db"))
            self._note(f"an old copy of {laptop.name}'s file is put back behind its back")

    def _old_copy(self, laptop: Laptop) -> Path | None:
        """The copy made before; where there is none, one is made now, for the next time."""
        if laptop.name not in self._copies:
            self.copy(laptop)
            return None
        return self._copies[laptop.name]

    def _put_back(self, laptop: Laptop, put: Callable[[], object]) -> None:
        laptop.profile.close()
        (laptop.folder / "device.json").unlink(missing_ok=True)
        put()
        laptop.profile = start(laptop.folder, self._fleet.clock)

    def clone(self, laptop: Laptop) -> None:
        if len(self._fleet.laptops) >= self.crowd:
            return
        self._count += 1
        name = laptop.name + str(self._count)
        laptop.profile.close()
        folder = Path(shutil.copytree(laptop.folder, self._fleet.folder / name))
        laptop.profile = start(laptop.folder, self._fleet.clock)
        self._fleet.laptops[name] = Laptop(
            name, folder, self._way(name), start(folder, self._fleet.clock), laptop.scope
        )
        self._note(f"the disk of {laptop.name} is cloned: {name}")

    def _lose(self, laptop: Laptop) -> None:
        """A laptop is stolen; files that it wrote the day before are left, one of them perhaps not."""
        if len(self._fleet.laptops) < 3 or laptop.name == "a":
            return
        self._count += 1
        folder = self._fleet.folder / f"left-{self._count}"
        folder.mkdir()
        paths = export(laptop.profile, folder, part_size=self._dice.choice((1, 10**6))).paths
        if len(paths) > 1 and self._dice.random() < 0.4:
            paths.remove(self._dice.choice(paths))
        self._left.append((laptop.profile.meta["device_code"], paths))
        laptop.profile.close()
        del self._fleet.laptops[laptop.name]
        self._note(f"{laptop.name} is stolen; {len(paths)} files of it are left")

    def adopt_orphans(self) -> None:
        """What is left of stolen laptops is brought to the hub, and what waits for lost records is let in all the same."""
        for code, paths in self._left:
            for path in paths:
                try:
                    self.orphans |= set(take_in(self._fleet.hub, path).op_ids)
                except AppError as error:  # a hub that was put back to before it knew the laptop
                    self._note(f"a file of the stolen {code}: {error}")
            try:
                done = adopt(self._fleet.hub, code)
            except AppError as error:
                self._note(f"the stolen {code}: {error}")
            else:
                self._note(f"the hub adopts {done.ops} records of the stolen {code}")

    # --- the hub ---

    def copy_hub(self, _laptop: object = None) -> None:
        """The hub is backed up."""
        self._hub_copy = self._fleet.store.copy(self._fleet.hub)
        self._note("the hub is backed up")

    def restore_hub(self, _laptop: object = None) -> None:
        """The hub falls back to its backup; whether somebody says so is chance."""
        if self._hub_copy is None:
            return
        self._fleet.hub.close()
        self._fleet.store.put_back(self._hub_copy)
        bumped = self._dice.random() < 0.5
        if bumped:
            self._fleet.store.by_hand(
                "UPDATE meta SET value = %s WHERE key = 'hub_epoch'", self._dice.randbytes(16).hex()
            )
        self._fleet.hub = self._fleet.open_hub()
        self._note(f"the hub is restored from its backup, {'and says so' if bumped else 'unsaid'}")

    def crash_hub(self) -> None:
        """The hub's process is killed, and begun again."""
        self._fleet.hub.close()
        self._fleet.hub = self._fleet.open_hub()
        self._note("the hub is killed in the middle of a transaction")

    def know_again(self, laptop: Laptop) -> None:
        """The hub was put back to a time before it knew the laptop: a new invitation, the old key."""
        join(laptop.profile, invite(self._fleet.hub, "http://hub", scope=laptop.scope), laptop.way)
        self._note(f"{laptop.name} joins the hub once more")

    def _change_scope(self, laptop: Laptop) -> None:
        """A laptop that holds sites gets others."""
        now = scope_of(self._fleet, laptop)
        if laptop.scope == "*" or not now:
            return
        scopes = [scope for scope in (HERE_ALONE, BOTH, AWAY_ALONE) if set(scope.split()) != set(now.split())]
        laptop.scope = self._dice.choice(scopes)
        change_scope(self._fleet.hub, laptop.profile.meta["device_code"], laptop.scope)
        sites = {HERE_ALONE: "site S1", BOTH: "sites S1 and S2", AWAY_ALONE: "site S2"}[laptop.scope]
        self._note(f"{laptop.name} is given {sites}")


def scope_of(fleet: Fleet, laptop: Laptop) -> str:
    """What the hub says that a laptop may hold."""
    device = bytes.fromhex(laptop.profile.meta["hub_device"])
    with fleet.hub.reading() as read:
        return str(read.value("SELECT scope FROM hub_device WHERE device_id = ?", device) or "")
