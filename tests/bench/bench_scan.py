"""B2: the last key of a scan to the record painted, 200,000 parts, against one look-up by sqlite3 and one label painted."""

import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from large_site import NOW, Size, build, place_of

from app.bootstrap import start
from app.clock import Clock
from app.desk import Desk
from app.labels.payload import Kind, encode

if TYPE_CHECKING:
    from run import Measure

PARTS = 200_000
STEP = 7919


def measures(folder: Path, size: Size) -> Iterator["Measure"]:
    """The scan station takes a part's label; the reference looks the part up by its number and paints a label."""
    from run import ROOM, Measure, in_turn

    # Few machines and results: the register of parts is what a scan searches.
    parts = PARTS if size.parts >= 5_000 else 10_000
    register = Size(machines=50, parts=parts, people=20, results=0, movements=2_000)
    base, copy = place_of(ROOM, register), folder.parent / f"scan-{parts}"
    build(base, register).close()
    shutil.copytree(base, copy)
    profile = start(copy, Clock.pinned(NOW))
    try:
        with closing(_Window(Desk.of_administrator(profile), parts)) as window:
            for _round in range(5):
                window.scan()
                window.look_up()
            ours, reference, ratio = in_turn(window.scan, window.look_up, 41)
        yield Measure(
            "B2",
            f"scan of a part's label to its record painted, {parts} parts",
            ours * 1000,
            reference * 1000,
            "ms",
            ratio,
            3.0,
        )
    finally:
        profile.close()


class _Window:
    """A scan station and a label in a window of their own, on the same parts."""

    def __init__(self, desk: Desk, parts: int) -> None:
        from PySide6.QtWidgets import QApplication, QLabel

        from ui.inventory.station import ScanStation
        from ui.kit import theme
        from ui.kit.tasks import Tasks
        from ui.kit.wedge import Wedge

        self.qt = QApplication.instance() or QApplication([])
        assert isinstance(self.qt, QApplication)
        theme.apply(self.qt, "light")
        self.tasks, self.wedge = Tasks(), Wedge()
        self.station = ScanStation(desk, self.tasks, wedge=self.wedge)
        self.station.resize(1366, 768)
        self.station.show()
        self.label = QLabel()
        self.label.setFont(theme.font("station"))
        self.label.resize(1366, 300)
        self.label.show()
        self.raw = sqlite3.connect(desk.profile.database)
        self.parts, self.number = parts, 0
        while not self.tasks.idle():
            self.qt.processEvents()

    def _next(self) -> str:
        self.number = (self.number + STEP) % self.parts
        return f"P-{self.number:06d}"

    def scan(self) -> float:
        """From the code that the last key completes to the band that is painted."""
        self.station.station.drop()
        code = encode(Kind.PT, self._next())
        self.qt.processEvents()
        begun = time.perf_counter()
        self.station.on_scan(code)
        self.qt.processEvents()
        taken = time.perf_counter() - begun
        assert self.station.station.part is not None
        return taken

    def look_up(self) -> float:
        """One indexed look-up, one label repainted."""
        code = self._next()
        self.qt.processEvents()
        begun = time.perf_counter()
        row = self.raw.execute(
            "SELECT id, part_no, name, spec, unit FROM part WHERE part_no = ?", (code,)
        ).fetchone()
        self.label.setText(" ".join(map(str, row[1:])))
        self.qt.processEvents()
        return time.perf_counter() - begun

    def close(self) -> None:
        """Leave nothing open."""
        self.raw.close()
        self.tasks.stop()
        self.qt.removeEventFilter(self.wedge)
        self.station.close()
        self.label.close()
