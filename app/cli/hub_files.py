"""`sitewright hub import/files/adopt`: batch files at the hub."""

import argparse
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from app import values
from app.cli.commands import say
from app.cli.parser import OK, REFUSED
from app.errors import AppError
from app.hub.bundles import Received, adopt, brought, take_in
from app.hub.hub import Hub
from app.hub.newcomers import admit
from app.hub.returns import MEGABYTE, Request, merged, request_of, write_return
from app.sync.bundle.form import read_header
from app.sync.bundle.lines import JOIN, Missing
from app.sync.bundle.words import joined
from app.words import _, ngettext

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


def received_said(received: Received) -> str:
    """What a file brought, in sentences."""
    name, code = received.opened.name, received.device.code
    parts = [
        ngettext(
            "{name} of the laptop {code}: {count} record, {new} of them new.",
            "{name} of the laptop {code}: {count} records, {new} of them new.",
            received.ops,
        ).format(name=name, code=code, count=received.ops, new=received.new)
    ]
    if received.device.revoked:
        parts.append(_("This laptop was revoked: what it sends is kept, but not accepted."))
    if received.files:
        count = len(received.files)
        parts.append(
            ngettext("{count} photo or document came.", "{count} photos and documents came.", count).format(
                count=count
            )
        )
    for outcome, words in (
        ("conflict", _("Conflicts: {count}.")),
        ("quarantined", _("Kept but not accepted yet: {count}.")),
        ("rejected", _("Refused: {count}.")),
    ):
        if count := received.count(outcome):
            parts.append(words.format(count=count))
    if received.waiting:
        parts.append(
            ngettext(
                "{count} record waits for earlier ones.",
                "{count} records wait for earlier ones.",
                received.waiting,
            ).format(count=received.waiting)
        )
    parts += [missing_said(one) for one in received.missing]
    if received.forked:
        parts.append(
            _(
                "Somebody else wrote in this laptop's name, or an old copy was put back: its answer tells it what to do."
            )
        )
    return joined(parts)


def missing_said(missing: Missing) -> str:
    """Which records have not come, and what to do."""
    return _(
        "Records {first} to {last} are missing: bring in the file that holds them, or let the laptop export once more."
    ).format(first=missing.first, last=missing.last)


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
    parts = [
        ngettext("{count} record was let in.", "{count} records were let in.", done.ops).format(
            count=done.ops
        ),
        *(
            _("Records {first} to {last} never came and are lost.").format(first=one.first, last=one.last)
            for one in done.missing
        ),
    ]
    say(joined(parts))
    return OK
