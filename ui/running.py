"""Starting the window: the profile (or the first start), the settings, the except hook, the end."""

import argparse
import logging
import logging.handlers
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication, QMainWindow

from app.bootstrap import found, start
from app.cli.parser import OK, REFUSED
from app.errors import AppError
from app.profile import Profile
from app.settings import THEME, Settings
from ui.kit import theme
from ui.kit.dialogs import CrashDialog, tell
from ui.kit.tasks import Progress, Tasks
from ui.program import Program

log = logging.getLogger("sitewright")
Hook = Callable[[type[BaseException], BaseException, TracebackType | None], None]


def run(arguments: argparse.Namespace) -> int:
    """The window until it is closed. A profile that cannot be opened is told in a sentence."""
    qt = QApplication.instance() or QApplication(sys.argv[:1])
    if not isinstance(qt, QApplication):
        raise TypeError("a QCoreApplication is running already")
    qt.setApplicationName("Sitewright")
    try:
        profile = _profile(qt, arguments.profile, asked=not arguments.quit_after_start)
    except AppError as error:
        return _refuse(str(error), quiet=arguments.quit_after_start)
    if profile is None:
        return OK
    _log_to(profile.folder / "logs")
    program = Program(profile, Settings(profile.folder), qt)
    sys.excepthook = _hook(profile)
    program.start(arguments.lang)
    if profile.notices and not arguments.quit_after_start:
        tell(None, "\n".join(map(str, profile.notices)))
    if arguments.quit_after_start:
        QTimer.singleShot(500, qt.quit)
    code = qt.exec()
    program.stop()
    return OK if code == 0 else code


def _profile(qt: QApplication, folder: Path, *, asked: bool) -> Profile | None:
    """The profile of the folder, held by this window; the first start asks how to begin. None: nothing was chosen."""
    if asked and not (folder / "site.db").exists() and not begin(qt, folder):
        return None
    profile = start(folder)
    try:
        profile.hold()
    except AppError:
        profile.close()
        raise
    return profile


def begin(qt: QApplication, folder: Path) -> bool:
    """Ask how to begin and make the site; False when the window was closed instead."""
    from ui.signin.first import FirstStart

    theme.apply(qt, str(THEME.default))
    window, page, loop = QMainWindow(), FirstStart(), QEventLoop()
    made: list[bool] = []

    def do(work: Callable[[], None]) -> None:
        try:
            work()
        except AppError as error:
            tell(window, str(error))
            return
        made.append(True)
        loop.quit()

    page.sample_wanted.connect(lambda: do(lambda: _make_sample(folder)))
    tasks, watch = Tasks(), Progress()
    watch.reported.connect(page.progress)

    def join(invitation: str) -> None:
        def done(_report: object) -> None:
            made.append(True)
            loop.quit()

        work = partial(_join_hub, folder, invitation)
        tasks.run(work, done, page.fail, owner=page, progress=watch)

    page.joined.connect(join)
    page.founded.connect(lambda values: do(lambda: _make_empty(folder, values)))
    qt.lastWindowClosed.connect(loop.quit)
    window.setWindowTitle("Sitewright")
    window.setCentralWidget(page)
    window.resize(1366, 768)
    window.show()
    loop.exec()
    qt.lastWindowClosed.disconnect(loop.quit)
    tasks.stop()
    window.deleteLater()
    return bool(made)


def _make_sample(folder: Path) -> None:
    from app.sample import load

    profile = found(folder, sample=True)
    try:
        load(profile)
    finally:
        profile.close()


def _make_empty(folder: Path, values: Mapping[str, Any]) -> None:
    from app.auth import first_administrator

    profile = found(folder)
    try:
        first_administrator(profile, **values)
    finally:
        profile.close()


def _join_hub(folder: Path, invitation: str, progress: Progress) -> None:
    """Take part in a hub and load its records. Stopped half-way, the next start goes on from there."""
    from app.sync.client import sync_once
    from app.sync.joining import begin_part, join, read_invitation
    from ui.sync.background import Stopped

    def report(done: int, total: int) -> None:
        progress.report(done, total)
        if progress.cancelled:
            raise Stopped

    asked = read_invitation(invitation)
    there = (folder / "site.db").exists()  # a former attempt got no answer
    profile = start(folder) if there else found(folder)
    try:
        begin_part(profile, lambda: join(profile, asked), new=not there)
        profile.close()
        profile = start(folder)
        sync_once(profile, progress=report)
    finally:
        profile.close()


def _refuse(sentence: str, *, quiet: bool) -> int:
    sys.stderr.write(sentence + "\n")
    if not quiet:
        window = QMainWindow()
        tell(window, sentence)
    return REFUSED


def _log_to(folder: Path) -> None:
    """Events without personal data, in a file that does not grow for ever."""
    handler = logging.handlers.RotatingFileHandler(
        folder / "sitewright.log", maxBytes=1_000_000, backupCount=3, encoding="utf-8"
    )
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)r"))
    logging.getLogger().addHandler(handler)
    logging.getLogger().setLevel(logging.INFO)


def _hook(profile: Profile) -> Hook:
    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            QApplication.quit()
            return
        log.error("bug", exc_info=(kind, error, trace))
        CrashDialog(QApplication.activeWindow(), error, str(profile.folder / "logs")).exec()

    return hook
