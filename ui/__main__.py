"""`sitewright`: the window, screenshots and the demo; every other command is handed to app."""

import argparse
import os
import sys
from pathlib import Path

from app.__main__ import main as run_command
from app.cli.parser import OK, REFUSED
from app.words import _


def main(argv: list[str] | None = None) -> int:
    """Run what the command line asks for; returns the exit code."""
    return run_command(argv, {"": show_window, "screenshots": paint_pages, "demo": play_story})


def show_window(arguments: argparse.Namespace) -> int:
    """The window on the profile of the command line."""
    if not _can_show():
        sys.stderr.write(
            _("There is no display to open a window on. To see the program: make screenshots or make demo.")
            + "\n"
        )
        return REFUSED
    from ui.running import run

    return run(arguments)


def paint_pages(arguments: argparse.Namespace) -> int:
    """Pictures of every page."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from ui.pictures import paint

    return paint(arguments.to, arguments.only, arguments.scale)


def play_story(arguments: argparse.Namespace) -> int:
    """The main story without a display."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from ui.demo import play

    return play(Path(arguments.to), arguments.lang)


def _can_show() -> bool:
    if sys.platform != "linux" or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


__all__ = ["OK", "main"]

if __name__ == "__main__":
    sys.exit(main())
