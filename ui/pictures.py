"""`sitewright screenshots`: every page in both languages, at 1366x768 and at 200 %, from the seeded sample as of 2026-11-22.

No figure is invented: whatever a picture of the documentation shows stands in the sample site.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from app.cli.parser import OK
from app.clock import Clock
from app.words import LANGUAGES

#: 2026-11-22 11:41 in Shanghai, the as-of time of the sample.
AS_OF = 1_795_318_860_000
SIZES = {1: (1366, 768), 2: (683, 384)}
PATIENCE = 30.0
#: Account -> the pages that are painted of it.
TOURS: dict[str, tuple[str, ...]] = {
    "tech": (
        "today",
        "rounds",
        "round",
        "work",
        "equipment",
        "spares",
        "training",
        "alerts",
        "reports",
        "settings",
    ),
    "store": ("today", "spares", "proposal", "ledger", "purchasing", "receiving", "station", "import"),
    "super": ("today", "rounds", "review", "faults", "training", "alerts", "reports", "audit"),
    "admin": ("accounts", "settings", "sync"),
}
DARK = {
    ("tech", "today"),
    ("tech", "round"),
    ("tech", "equipment"),
    ("store", "spares"),
    ("store", "station"),
    ("super", "today"),
}


def paint(to: Path, only: str = "", scale: int = 0) -> int:
    """Paint all pictures into a folder; each scale in a process of its own, since Qt reads it once."""
    to.mkdir(parents=True, exist_ok=True)
    if scale:
        return _paint_scale(to, only, scale)
    for factor in SIZES:
        environment = os.environ | {"QT_SCALE_FACTOR": str(factor), "QT_QPA_PLATFORM": "offscreen"}
        start = [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "ui"]
        subprocess.run(  # noqa: S603 - this program itself, for another scale
            [*start, "screenshots", "--to", str(to), "--only", only, "--scale", str(factor)],
            env=environment,
            check=True,
        )
    return OK


def _paint_scale(to: Path, only: str, scale: int) -> int:
    with studio() as shots:
        for code in LANGUAGES:
            folder = to / code / ("100" if scale == 1 else "200")
            folder.mkdir(parents=True, exist_ok=True)
            for name, take in shots.all(code, SIZES[scale]):
                if only in name:
                    take(folder / f"{name}.png")
    return OK


@contextmanager
def studio() -> Iterator["Studio"]:
    """A program on a fresh sample site whose clock stands still."""
    from PySide6.QtWidgets import QApplication

    from app.bootstrap import found
    from app.sample import load
    from app.settings import Settings
    from ui.program import Program

    qt = QApplication.instance() or QApplication(sys.argv[:1])
    if not isinstance(qt, QApplication):
        raise TypeError("a QCoreApplication is running already")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        profile = found(Path(folder) / "sample", clock=Clock.pinned(AS_OF), sample=True, device="T01")
        load(profile)
        program = Program(profile, Settings(profile.folder), qt)
        yield Studio(program, qt)
        program.stop()


class Studio:
    """Brings pages before the camera."""

    def __init__(self, program, qt) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001 - imported late with Qt
        self._program, self._qt = program, qt

    def all(self, code: str, size: tuple[int, int]) -> Iterator[tuple[str, Callable[[Path], None]]]:
        """Name and camera of every picture in a language."""
        self._program.start(code, size, tick_after=0)
        yield "door-sign-in", self._grab_door
        for user, pages in TOURS.items():
            self._enter(user)
            for page in pages:
                yield f"{user}-{page}", lambda path, page=page: self._take(page, path)  # type: ignore[misc]  # bound per picture
                if (user, page) in DARK:
                    yield f"{user}-{page}-dark", lambda path, page=page: self._take_dark(page, path)  # type: ignore[misc]  # as above

    def _grab_door(self, path: Path) -> None:
        self.settle()
        self._program.door.grab().save(str(path))

    def _enter(self, user: str) -> None:
        from app.auth import sign_in
        from app.sample import SAMPLE_ACCOUNTS

        account = next(a for a in SAMPLE_ACCOUNTS if a[0] == user)
        self._program.enter(sign_in(self._program.profile, account[0], account[1]))

    def _take_dark(self, page: str, path: Path) -> None:
        from ui.kit import theme

        theme.apply(self._qt, "dark")
        self._take(page, path)
        theme.apply(self._qt, "light")

    def _take(self, page: str, path: Path) -> None:
        window = self._program.window
        pushed = self._show(page)
        self.settle()
        window.grab().save(str(path))
        if pushed:
            window.pop()

    def _show(self, page: str) -> bool:
        links = self._program.links
        if page in {"proposal", "ledger"}:
            self._program.window.open("spares").open(page)
        elif page == "station":
            links.station()
            return True
        elif page == "receiving":
            self._push_receiving()
            return True
        elif page in {"round", "review"}:
            self._push_round(page)
            return True
        else:
            made = self._program.window.open(page)
            if page == "reports":
                made.show_report("low-stock")
        return False

    def _push_receiving(self) -> None:
        """The receiving desk with a line in hand."""
        links = self._program.links
        with links.desk.read() as read:
            order, part = read.row(
                "SELECT o.id, p.part_no FROM purchase_order o JOIN purchase_line l ON l.order_id = o.id JOIN part p ON p.id = l.part_id "
                "WHERE o.status = 'ordered' AND o.deleted = 0 ORDER BY o.due_on LIMIT 1"
            )
        links.receiving(order)
        self._program.window.current().on_scan(part)

    def _push_round(self, page: str) -> None:
        from app.inspections.lists import rounds_to_do

        links = self._program.links
        if page == "round":
            line = next(found for found in rounds_to_do(links.desk) if "IT-DC-D" in found.template_code)
            links.open_round(line)
            return
        with links.desk.read() as read:
            links.review(
                read.value(
                    "SELECT id FROM inspection_task WHERE status IN ('submitted', 'reviewed') AND site_id = ? "
                    "ORDER BY status DESC, submitted_at DESC",
                    links.desk.site.id,
                )
            )

    def settle(self) -> None:
        """Let the worker and the window come to rest."""
        from PySide6.QtTest import QTest

        end = time.monotonic() + PATIENCE
        calm = 0
        while calm < 5 and time.monotonic() < end:
            QTest.qWait(10)
            calm = calm + 1 if self._program.tasks.idle() else 0
