"""A hub and its laptops in one process, with a way between them that loses, repeats and holds back what travels."""

import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from stores import FileStore, ServerStore

from app.bootstrap import found, start
from app.clock import Clock
from app.desk import Desk
from app.generic import create
from app.hub.enrol import invite
from app.hub.hub import Hub
from app.inventory.ops import MoveStock
from app.profile import Profile
from app.sync.client import Report, sync_once
from app.sync.joining import join
from app.sync.transport import Frame, Lost
from db.ids import made_id, new_id

NOW = 1_795_318_860_000
SITE, BIN, PART = made_id("fleet", "site"), made_id("fleet", "bin"), made_id("fleet", "part")
#: A second site, and machines that are moved between the two.
AWAY, YARD, CLASS = made_id("fleet", "away"), made_id("fleet", "yard"), made_id("fleet", "class")
MACHINES = [made_id("fleet", "machine", n) for n in range(3)]
HERE_ALONE, AWAY_ALONE = f"global site:{SITE.hex()}", f"global site:{AWAY.hex()}"
BOTH = f"{HERE_ALONE} site:{AWAY.hex()}"
TEMPLATE = made_id("fleet", "template")
ITEMS = [made_id("fleet", "item", n) for n in range(3)]


class Ticking(Clock):
    """A clock that moves on by a second each time that it is read."""

    def __init__(self) -> None:
        self._at = NOW
        super().__init__(self._next)

    def _next(self) -> int:
        self._at += 1000
        return self._at


@dataclass
class Way:
    """A way to a hub in this process; `faults` are tried in turn, one for each request."""

    fleet: "Fleet"
    dice: random.Random | None = None
    #: How likely each fault is: lost on the way there, answer lost, delivered twice, an older request comes again first.
    chance: float = 0.0
    former: list[tuple[str, Frame]] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    #: What is done once before the next request of a kind.
    before: dict[str, Callable[[], object]] = field(default_factory=dict)

    def send(self, call: str, request: Frame) -> Frame:
        self.calls.append(call)
        if call in self.before:
            self.before.pop(call)()
        fault = self._fault()
        if fault == "lost before":
            raise Lost
        if fault == "late" and self.former:
            self.fleet.hub.handle(*self.dice.choice(self.former))
        answer = self.fleet.hub.handle(call, request)
        if fault == "twice":
            answer = self.fleet.hub.handle(call, request)
        self.former.append((call, request))
        if fault == "lost after":
            raise Lost
        if fault == "garbled":
            return Frame(answer.body[: len(answer.body) // 2], answer.signature)
        return answer

    def _fault(self) -> str:
        if self.dice is None or self.dice.random() >= self.chance:
            return ""
        return self.dice.choice(("lost before", "lost after", "twice", "late", "garbled"))


@dataclass
class Laptop:
    """A laptop by its name; reopened as often as it is killed."""

    name: str
    folder: Path
    way: Way
    profile: Profile
    scope: str = "*"

    @property
    def desk(self) -> Desk:
        return Desk.of_administrator(self.profile)

    def sync(self) -> Report:
        return sync_once(self.profile, self.way)

    def row(self, table: str, row_id: bytes) -> dict:
        with self.profile.store.read() as read:
            return read.get(table, row_id) or {}

    def value(self, sql: str, *params: object) -> object:
        with self.profile.store.read() as read:
            return read.value(sql, *params)

    def reopen(self) -> None:
        """The program ends here and is started again."""
        clock = self.profile.clock
        self.profile.store.close()
        self.profile.engine.dispose()
        self.profile = start(self.folder, clock)

    def moved(self, kind: str, quantity: int, reason: str = "test") -> MoveStock:
        return MoveStock(
            number=self.desk.number("M"), type=kind, part=PART, site=SITE, bin=BIN, qty=quantity * 1000,
            happened_at=self.desk.now(), reason=reason, unit_price=100,
        )  # fmt: skip


class Fleet:
    """One hub, some laptops, all in one folder."""

    def __init__(
        self, folder: Path, blank: Path | None = None, store: FileStore | ServerStore | None = None
    ) -> None:
        self.folder, self._blank = folder, blank
        self.clock = Ticking()
        self.hub_path = folder / "hub.db"
        self.store = store or FileStore(self.hub_path)
        if blank is not None and store is None:
            shutil.copy(blank / "hub.db", self.hub_path)
        self.hub = self.open_hub()
        self.laptops: dict[str, Laptop] = {}

    def open_hub(self) -> Hub:
        """The hub's process begins."""
        return Hub(self.store.address, self.clock, self.folder / "hub.db.files")

    def open(self, name: str, scope: str = "*") -> Laptop:
        """A new laptop that has joined."""
        laptop = self.fresh(name)
        laptop.scope = scope
        join(laptop.profile, invite(self.hub, "http://hub", scope=scope), laptop.way)
        laptop.reopen()
        return laptop

    def fresh(self, name: str) -> Laptop:
        """A new laptop that belongs to no hub."""
        folder = self.folder / name
        if self._blank is not None:
            folder.mkdir()
            shutil.copy(self._blank / "site.db", folder / "site.db")
        profile = found(folder, clock=self.clock) if self._blank is None else start(folder, self.clock)
        self.laptops[name] = Laptop(name, folder, Way(self), profile)
        return self.laptops[name]

    def __iter__(self) -> Iterator[Laptop]:
        return iter(self.laptops.values())

    def close(self) -> None:
        for laptop in self:
            laptop.profile.close()
        self.hub.close()


def furnish(desk: Desk) -> None:
    """A site with one bin, one part, and a template of three questions."""
    desk.perform(
        create("site", SITE, code="S1", name="样例站点", site_type="data_centre", timezone="Asia/Shanghai", active=1),
        create("location", BIN, code="B1", site_id=SITE, name="货架", location_type="bin", qr_label=1),
        create("part", PART, part_no="P1", name="传感器", unit="个", kind="spare", serialised=0, batch_tracked=0, status="active"),
        create("inspection_template", TEMPLATE, code="T1", name="日检", version=1, kind="room_round", cycle="daily", status="published"),
        *(
            create(
                "inspection_item", item, code=f"T1-{n}", template_id=TEMPLATE, seq=n, section="环境", name=f"温度 {n}",
                value_type="number", unit="℃", required=1, photo_required=0, on_fail="record",
            )
            for n, item in enumerate(ITEMS)
        ),
    )  # fmt: skip


def furnish_away(desk: Desk) -> None:
    """A second site, and three machines at the first."""
    desk.perform(
        create("site", AWAY, code="S2", name="二号站点", site_type="data_centre", timezone="Asia/Shanghai", active=1),
        create("location", YARD, code="Y1", site_id=AWAY, name="院子", location_type="bin", qr_label=1),
        create("equipment_class", CLASS, code="K", name="类", group="facility", statutory_inspection=0),
        *(
            create(
                "equipment", machine, code=f"E{n}", name=f"机 {n}", class_id=CLASS, site_id=SITE, location_id=BIN,
                status="in_service", criticality="A",
            )
            for n, machine in enumerate(MACHINES)
        ),
    )  # fmt: skip


def supplier(code: str) -> tuple[bytes, object]:
    """The id and the op of a new supplier, the plainest of registers."""
    made = new_id()
    return made, create("supplier", made, code=code, name=f"供应商 {code}", active=1)


def blank_files(folder: Path) -> Path:
    """An empty site file and an empty hub, to be copied: making them takes a second each."""
    profile = found(folder / "made", clock=Clock.pinned(NOW))
    profile.close()
    engine_path = folder / "made" / "site.db"
    with_identity = folder / "site.db"
    shutil.copy(engine_path, with_identity)
    import sqlite3

    with sqlite3.connect(with_identity) as connection:
        connection.execute("DELETE FROM meta")
    connection.close()
    shutil.copy(with_identity, folder / "hub.db")
    return folder
