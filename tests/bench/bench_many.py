"""B13: two hundred laptops of twenty sites come back to one hub within a minute, against the same laptops one after the other."""

import json
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING

from fleet import NOW, blank_files
from large_site import Size
from service import Service

from app.bootstrap import found
from app.clock import Clock
from app.desk import Desk
from app.generic import create, creates
from app.hub.enrol import invite
from app.hub.hub import Hub
from app.sync.client import sync_once
from app.sync.joining import join
from db.ids import made_id

if TYPE_CHECKING:
    from run import Measure

LAPTOPS, SITES, PARTS, PROCESSES = 200, 20, 200, 4
SECONDS = 60
HERE = Path(__file__).resolve().parent


def measures(_folder: Path, size: Size) -> Iterator["Measure"]:
    """How long a laptop waits in the crowd, and whether one is left out."""
    from run import Measure

    count, seconds = (LAPTOPS, SECONDS) if size.parts >= 5_000 else (20, 6)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        service = Service(folder, "--no-backups", "--plain")
        service.begin()
        children: list[_Laptops] = []
        try:
            _furnish(folder, service)
            children = _joined(folder, service, count)
            alone = [took for child in children for took in child.ask("one after the other", [])]
            for child in children:
                child.ask("once more", [])
            crowd = _crowd(children, count, seconds)
        finally:
            for child in children:
                child.close()
            service.kill()
    waited = [took for took in crowd if took is not None]
    p95, mean = sorted(waited)[int(0.95 * len(waited))], statistics.mean(t for t in alone if t is not None)
    yield Measure(
        "B13",
        f"{count} laptops come back within {seconds} s: 95 % wait less",
        p95,
        mean,
        "s",
        p95 / mean,
        3.0,
    )
    lost = count - len(waited)
    yield Measure("B13", "laptops of these that saw an error or were not done", lost, count, "", lost, 0.0)


def _furnish(folder: Path, service: Service) -> None:
    """Sites with a bin each, and the parts that all of them use."""
    profile = found(folder / "founder", clock=Clock.pinned(NOW))
    hub = Hub(service.database)
    join(profile, invite(hub, service.address))
    parts = [
        create("part", made_id("many", "part", n), part_no=f"P{n}", name=f"备件 {n}", unit="个", kind="spare", serialised=0, batch_tracked=0, status="active")
        for n in range(PARTS)
    ]  # fmt: skip
    sites = [
        (made_id("many", "site", n), {"code": f"S{n:02d}", "name": f"{n} 号站点", "site_type": "data_centre", "timezone": "Asia/Shanghai", "active": 1})
        for n in range(SITES)
    ]  # fmt: skip
    bins = [
        (made_id("many", "bin", n), {"code": f"S{n:02d}-B1", "site_id": made_id("many", "site", n), "name": "货架", "location_type": "bin", "qr_label": 1})
        for n in range(SITES)
    ]  # fmt: skip
    Desk.of_administrator(profile).perform(*creates("site", sites), *creates("location", bins), *parts)
    sync_once(profile)
    profile.close()
    hub.close()


def _joined(folder: Path, service: Service, count: int) -> list["_Laptops"]:
    """Processes with some of the laptops each, all of them with work that nobody else has."""
    blank = blank_files(folder / "blank")
    hub = Hub(service.database)
    each, made = count // PROCESSES, []
    for process in range(PROCESSES):
        told = []
        for number in range(process * each, (process + 1) * each):
            site = number % SITES
            place = folder / f"laptop-{number}"
            place.mkdir()
            shutil.copy(blank / "site.db", place / "site.db")
            scope = f"global site:{made_id('many', 'site', site).hex()}"
            told.append((str(place), number, site, str(invite(hub, service.address, scope=scope))))
        made.append(_Laptops(told))
    hub.close()
    for child in made:
        child.answer()
    return made


def _crowd(children: list["_Laptops"], count: int, seconds: int) -> list[float | None]:
    dice = random.Random(7)
    for child in children:
        child.tell("all at once", [dice.uniform(0, seconds) for _n in range(count // PROCESSES)])
    return [took for child in children for took in child.answer()]


class _Laptops:
    """A process with some of the laptops."""

    def __init__(self, told: list[tuple[str, int, int, str]]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(HERE / "child_laptops.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.tell("join", told)

    def tell(self, what: str, words: object) -> None:
        pipe: IO[str] | None = self._process.stdin
        assert pipe
        pipe.write(json.dumps((what, words)) + "\n")
        pipe.flush()

    def answer(self) -> list[float | None]:
        assert self._process.stdout
        return json.loads(self._process.stdout.readline())

    def ask(self, what: str, words: object) -> list[float | None]:
        self.tell(what, words)
        return self.answer()

    def close(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(30)
