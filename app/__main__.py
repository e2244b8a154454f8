"""The command line without a window: `python -m app`. The window's commands come from ui.__main__."""

import argparse
import logging
import sys
from collections.abc import Mapping

from app.cli.commands import COMMANDS, REFUSED, USAGE, Command
from app.cli.parser import UsageError, language_first, make_parser
from app.errors import AppError
from app.ops import MalformedError
from app.words import _


def main(argv: list[str] | None = None, windowed: Mapping[str, Command] | None = None) -> int:
    """Run a command; `windowed` are those that need Qt ("" is the window itself). Returns the exit code."""
    given = sys.argv[1:] if argv is None else argv
    language_first(given)
    _speak_utf8()
    arguments = make_parser().parse_args(given)
    command = (COMMANDS | dict(windowed or {})).get(arguments.command or "")
    if command is None:
        sys.stderr.write(_("This command needs the window's libraries. Start it as: sitewright") + "\n")
        return USAGE
    return _run(command, arguments)


def _run(command: Command, arguments: argparse.Namespace) -> int:
    try:
        return command(arguments)
    except AppError as error:
        sys.stderr.write(f"{error}\n")
        return USAGE if isinstance(error, UsageError) else REFUSED
    except MalformedError as error:
        logging.getLogger(__name__).debug("malformed", exc_info=True)
        sys.stderr.write(_("The values do not fit the fields: {reason}").format(reason=error) + "\n")
        return REFUSED
    except KeyboardInterrupt:
        sys.stderr.write(_("Stopped. Nothing of the unfinished action was saved.") + "\n")
        return REFUSED
    except BrokenPipeError:
        return REFUSED


def _speak_utf8() -> None:
    """Chinese goes out whole, whatever code page a terminal or pipe claims."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if callable(reconfigure):
            reconfigure(encoding="utf-8", errors="replace")


if __name__ == "__main__":
    sys.exit(main())
