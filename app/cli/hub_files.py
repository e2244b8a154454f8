"""`sitewright hub import/files/adopt`: batch files at the hub."""

import argparse
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from app import values
from app.cli.commands import say
from app.cli.parser import OK, REFUSED
from app.errors import AppError
from app.hub.bundles import adopt, brought, take_in
from app.hub.hub import Hub
from app.hub.newcomers import admit
from app.hub.returns import MEGABYTE, Request, merged, request_of, write_return
from app.hub.said import adopted_said, received_said
from app.sync.bundle.form import read_header
from app.sync.bundle.lines import JOIN
from app.words import _

Open = Callable[[argparse.Namespace], AbstractContextManager[Hub]]


def import_command(arguments: argparse.Namespace, opened: Open) -> int:
    """Bring in files, each with a sentence, and write one answer for each laptop. A bad one does not stop the others."""
    answers: dict[bytes, Request] = {}
    places: dict[bytes, Path] = {}
    code = OK
    with opened(arguments) as hub:
        for path in arguments.files_in:
            try:
                asked = _bring(hub, path)
            except AppError as error:
                say(str(error))
                code = REFUSED
                continue
            key = asked.device.device_id
            answers[key] = merged(answers[key], asked) if key in answers else asked
            places[key] = arguments.back or path.parent
        for key, asked in answers.items():
            for written in write_return(hub, asked, places[key], files=arguments.photos * MEGABYTE):
                say(str(written))
    return code


def _bring(hub: Hub, path: Path) -> Request:
    if read_header(path).kind == JOIN:
        asked = admit(hub, path)
        say(
            _("The laptop {code} takes part now. Its answer holds the first rows.").format(
                code=asked.device.code
            )
        )
        return asked
    received = take_in(hub, path)
    say(received_said(received))
    return request_of(received)


def files_command(arguments: argparse.Namespace, opened: Open) -> int:
    """List what was brought in."""
    with opened(arguments) as hub, hub.reading() as read:
        for line in brought(read):
            waits = _("{count} waiting").format(count=line.waiting) if line.waiting else ""
            shown = f"{values.show_instant(line.received_at)} {line.code:8} {line.ops:6} {line.name} {waits}"
            say(shown.rstrip())
    return OK


def adopt_command(arguments: argparse.Namespace, opened: Open) -> int:
    """Let in what waits of a laptop that is lost."""
    with opened(arguments) as hub:
        done = adopt(hub, arguments.code)
    say(adopted_said(done))
    return OK
