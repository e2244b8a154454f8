"""`sitewright sync` and `init --join`: a laptop takes part in a hub and exchanges with it."""

import argparse
from dataclasses import asdict

from app.bootstrap import found, start
from app.cli.commands import say, say_json
from app.cli.parser import FAULTS, OK
from app.profile import Profile
from app.sync.client import Report, differing_tables, sync_once
from app.sync.joining import begin_part, join, read_invitation
from app.sync.status import Waiting, waiting
from app.words import _, ngettext


def begin_joined(arguments: argparse.Namespace) -> int:
    """A new profile that takes part in a hub and has its rows."""
    invitation = read_invitation(arguments.join)
    there = (arguments.profile / "site.db").exists()  # a former attempt got no answer
    profile = start(arguments.profile) if there else found(arguments.profile)
    try:
        begin_part(profile, lambda: join(profile, invitation), new=not there)
    finally:
        profile.close()
    say(_("This laptop takes part in the hub at {address}.").format(address=invitation.address))
    return sync_command(arguments)


def sync_command(arguments: argparse.Namespace) -> int:
    """Exchange everything once, and say what happened and what waits."""
    if getattr(arguments, "export", None) or getattr(arguments, "bring", None):
        from app.cli.bundles import files_command

        return files_command(arguments)
    invitation = getattr(arguments, "join", None)
    profile = start(arguments.profile)
    try:
        if invitation and arguments.command == "sync":
            join(profile, read_invitation(invitation))
            profile.close()
            profile = start(arguments.profile)
        report = sync_once(profile, accept=getattr(arguments, "accept", False))
        verified = getattr(arguments, "verify", False)
        wrong = differing_tables(profile) if verified else []
        _tell(profile, report, wrong, verified=verified, as_json=getattr(arguments, "json", False))
    finally:
        profile.close()
    return FAULTS if wrong or report.rejected else OK


def _tell(profile: Profile, report: Report, wrong: list[str], *, verified: bool, as_json: bool) -> None:
    with profile.store.read() as read:
        left = waiting(read)
    if as_json:
        say_json(asdict(report) | {"waiting": asdict(left), "differing": wrong})
        return
    say(_("Sent: {sent}. Received: {received} rows.").format(sent=report.sent, received=report.received))
    if moved := report.files.uploaded + report.files.downloaded + report.files.given_up:
        words = _("Photos and documents: {sent} sent, {received} received, {gone} given up here.")
        say(
            words.format(
                sent=report.files.uploaded, received=report.files.downloaded, gone=report.files.given_up
            )
        )
    if moved or report.files.note:
        say(report.files.note or _("All photos and documents that can move have moved."))
    if report.left:
        say(_("This laptop holds fewer sites now: the rows of the others were let go, the hub keeps them."))
    if report.history:
        say(_("The hub was restored from a backup: what it had lost of this laptop was sent again."))
    if report.forked:
        say(
            _(
                "An old copy or a second laptop had written in this one's name: a new chain was begun, nothing was lost."
            )
        )
    _tell_waiting(left)
    different = list(dict.fromkeys([*wrong, *report.differing]))
    for table in different:
        say(_("The rows of {table} are not the hub's.").format(table=table))
    if verified and not different:
        say(_("All rows are the hub's, proved by digests."))


def _tell_waiting(left: Waiting) -> None:
    """What a person should look at."""
    if left.conflicts:
        say(
            ngettext(
                "{count} conflict waits for somebody to decide.",
                "{count} conflicts wait for somebody to decide.",
                left.conflicts,
            ).format(count=left.conflicts)
        )
    if left.quarantined:
        say(
            ngettext(
                "{count} record is kept by the hub but not accepted yet.",
                "{count} records are kept by the hub but not accepted yet.",
                left.quarantined,
            ).format(count=left.quarantined)
        )
    if left.rejected:
        say(
            ngettext(
                "{count} record was refused by the hub, which keeps it.",
                "{count} records were refused by the hub, which keeps them.",
                left.rejected,
            ).format(count=left.rejected)
        )
