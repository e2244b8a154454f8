"""Starting the window: the profile, the settings, the except hook, the end."""

import argparse
import logging
import logging.handlers
import sys
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from app.bootstrap import start
from app.cli.parser import OK, REFUSED
from app.errors import AppError
from app.profile import Profile
from app.settings import Settings
from ui.kit.dialogs import CrashDialog, tell
from ui.program import Program

log = logging.getLogger("sitewright")


def run(arguments: argparse.Namespace) -> int:
    """The window until it is closed. A profile that cannot be opened is told in a sentence."""
    qt = QApplication.instance() or QApplication(sys.argv[:1])
    if not isinstance(qt, QApplication):
        raise TypeError("a QCoreApplication is running already")
    qt.setApplicationName("Sitewright")
    try:
        profile = _profile(arguments.profile)
    except AppError as error:
        return _refuse(str(error), quiet=arguments.quit_after_start)
    _log_to(profile.folder / "logs")
    program = Program(profile, Settings(profile.folder), qt)
    sys.excepthook = _hook(profile)
    program.start()
    if arguments.quit_after_start:
        QTimer.singleShot(500, qt.quit)
    code = qt.exec()
    program.stop()
    return OK if code == 0 else code


def _profile(folder: Path) -> Profile:
    profile = start(folder)
    try:
        profile.hold()
    except AppError:
        profile.close()
        raise
    return profile


def _refuse(sentence: str, *, quiet: bool) -> int:
    sys.stderr.write(sentence + "\n")
    if not quiet:
        tell(None, sentence)
    return REFUSED


def _log_to(folder: Path) -> None:
    """Events without personal data, in a file that does not grow for ever."""
    handler = logging.handlers.RotatingFileHandler(
        folder / "sitewright.log", maxBytes=1_000_000, backupCount=3, encoding="utf-8"
    )
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)r"))
    logging.getLogger().addHandler(handler)
    logging.getLogger().setLevel(logging.INFO)


def _hook(profile: Profile):  # noqa: ANN202 - the type of sys.excepthook
    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            QApplication.quit()
            return
        log.error("bug", exc_info=(kind, error, trace))
        CrashDialog(QApplication.activeWindow(), error, str(profile.folder / "logs")).exec()

    return hook
