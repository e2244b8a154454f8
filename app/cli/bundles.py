"""`sitewright sync --export/--import` and `sitewright join`: what a laptop does where no network reaches."""

import argparse
from pathlib import Path

from app.bootstrap import found, start
from app.cli.commands import say
from app.cli.parser import OK, UsageError
from app.profile import Profile
from app.sync.bundle.incoming import bring_in
from app.sync.bundle.joining import accept, read_ticket, request
from app.sync.bundle.outgoing import MEGABYTE, export
from app.sync.bundle.words import brought_said, exported_said
from app.words import N_, _


def files_command(arguments: argparse.Namespace) -> int:
    """Write a batch file, or bring in the answer to one."""
    if not 0 <= arguments.photos <= 1024**2:
        raise UsageError(N_("--photos takes megabytes: a number from 0 on."))
    profile = start(arguments.profile)
    try:
        if arguments.export:
            made = export(profile, arguments.export, photos=arguments.photos * MEGABYTE)
            for path in made.paths:
                say(str(path))
            say(exported_said(made))
        else:
            say(brought_said(bring_in(profile, arguments.bring)))
    finally:
        profile.close()
    return OK


def join_command(arguments: argparse.Namespace) -> int:
    """Ask a hub by a file, or bring in its answer with the first rows."""
    return _ask(arguments) if arguments.request else _joined(arguments)


def _ask(arguments: argparse.Namespace) -> int:
    if not arguments.code:
        raise UsageError(N_("--request needs --code: the code of the invitation, as it was told."))
    ticket = read_ticket(arguments.code)
    there = (arguments.profile / "site.db").exists()
    profile = start(arguments.profile) if there else found(arguments.profile)
    try:
        path = request(profile, arguments.request, ticket)
    finally:
        profile.close()
    say(str(path))
    say(
        _(
            "Hand this file to the administrator of the hub, then bring in the answer: sitewright join --answer FILE"
        )
    )
    return OK


def _joined(arguments: argparse.Namespace) -> int:
    profile = start(arguments.profile)
    try:
        profile = taken_in(profile, arguments.answer)
        outcome = bring_in(profile, arguments.answer)
    finally:
        profile.close()
    say(_("This laptop takes part in the hub."))
    say(brought_said(outcome))
    return OK


def taken_in(profile: Profile, path: Path) -> Profile:
    """The profile, opened anew as one that takes part."""
    accept(profile, path)
    profile.close()
    return start(profile.folder, profile.clock)
