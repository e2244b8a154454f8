"""`sitewright hub`: the hub as a service, its invitations and its laptops. The one place that imports the server."""

import argparse
import platform
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from app import values
from app.cli.commands import say, say_json
from app.cli.hub_admin import admin_command, say_setup
from app.cli.hub_files import adopt_command, files_command, import_command
from app.cli.parser import OK
from app.errors import AppError
from app.hub.addresses import authority_to_pin, mark_for, remember_addresses, usual_address
from app.hub.backup import back_up, folder_of
from app.hub.database import SERVER
from app.hub.enrol import devices, invite, revoke
from app.hub.grants import change_scope, scope_text
from app.hub.hub import Hub
from app.hub.running import (
    Door,
    certificate_for_proxy,
    in_use,
    listening,
    restore,
)
from app.words import N_, _, ngettext

PORT = 8437
_FILES = {
    "import": import_command,
    "files": files_command,
    "adopt": adopt_command,
    "admin": admin_command,
}


def hub_command(arguments: argparse.Namespace) -> int:
    """One of the hub's own commands."""
    whats = {
        "serve": _serve,
        "invite": _invite,
        "devices": _devices,
        "revoke": _revoke,
        "scope": _change_scope,
        "quarantine": _quarantine,
        "backup": _backup,
        "restore": _restore,
        "certificate": _certificate,
    }
    if arguments.what in _FILES:
        return _FILES[arguments.what](arguments, _open)
    return whats[arguments.what](arguments)


def database_of(text: str) -> str | Path:
    """The address of a PostgreSQL database, or the file that is named. Raises AppError for what is neither."""
    if SERVER.match(text):
        return text
    text = text.removeprefix("sqlite:///")
    if "://" in text or not text:
        raise AppError(
            N_(
                "“{text}” is no database. Name a file or a PostgreSQL database: --database hub.db, "
                "--database postgresql://USER@HOST/NAME"
            ),
            text=text,
        )
    return Path(text)


@contextmanager
def _open(arguments: argparse.Namespace, *, make: bool = False) -> Iterator[Hub]:
    database = database_of(arguments.database)
    if isinstance(database, Path) and not make and not database.exists():
        raise AppError(
            N_("There is no hub in the file {path}. Start one: sitewright hub serve"), path=str(database)
        )
    hub = Hub(database, files=arguments.files)
    try:
        yield hub
    finally:
        hub.close()


def _serve(arguments: argparse.Namespace) -> int:
    from app.hub.listen import serve
    from app.hub.logs import log_json

    host, port = _listen(arguments.listen)
    metrics = _listen(arguments.metrics_listen) if arguments.metrics_listen else None
    admin = _listen(arguments.admin_listen) if arguments.admin_listen else None
    company = (arguments.tls_cert, arguments.tls_key)
    door = Door(host, port, tuple(arguments.address), plain=arguments.plain, company=company, admin=admin)
    with in_use(database_of(arguments.database)), _open(arguments, make=True) as hub:
        backups = None if arguments.no_backups else arguments.backups or folder_of(hub)
        wanted = listening(hub, door, arguments.database, backups, metrics)
        how = "https" if wanted.certificates else "http"
        say(
            _("The hub listens on {how}://{host}:{port}. Stop it with Ctrl+C.").format(
                how=how, host=host, port=port
            )
        )
        say_setup(hub, how, admin or (host, port))
        if backups is None:
            say(_("It makes no backups: laptops keep everything, and a lost disk is a lost hub."))
        sys.stdout.flush()
        log_json()
        serve(hub, wanted, lambda: authority_to_pin(hub))
    return OK


def _backup(arguments: argparse.Namespace) -> int:
    with _open(arguments) as hub:
        made = back_up(hub, arguments.database, arguments.backups or folder_of(hub))
    say(
        _("The backup {path} is proved: it holds {count} decisions.").format(
            path=made.path, count=made.head.seq
        )
    )
    return OK


def _restore(arguments: argparse.Namespace) -> int:
    done = restore(database_of(arguments.database), arguments.file, arguments.files)
    say(
        _("The hub stands where it stood after {count} decisions. Laptops send again what it lost.").format(
            count=done.seq
        )
    )
    if done.kept:
        say(_("What was there before is kept as {path}.").format(path=done.kept))
    return OK


def _certificate(arguments: argparse.Namespace) -> int:
    with _open(arguments) as hub:
        certificate_for_proxy(hub, arguments.name, arguments.to)
    say(_("Certificate and key for the proxy: {path}. They hold for a year.").format(path=arguments.to))
    return OK


def _listen(text: str) -> tuple[str, int]:
    try:
        parts = urlsplit(f"//{text}")
        host, port = parts.hostname, parts.port or PORT
    except ValueError:
        host, port = None, 0
    if not host:
        raise AppError(N_("“{text}” is not HOST:PORT. For example: 0.0.0.0:8437"), text=text)
    return host, port


def _invite(arguments: argparse.Namespace) -> int:
    with _open(arguments, make=True) as hub:
        address = arguments.address or usual_address(hub, platform.node(), PORT)
        with hub.reading() as read:
            scope = scope_text(read, arguments.site)
        made = invite(hub, address, machines=arguments.machines, days=arguments.days, scope=scope)
        made = replace(made, authority=mark_for(hub, address))
        remember_addresses(hub, [address])
    say(str(made))
    sys.stderr.write(
        ngettext(
            'For {count} laptop, {days} days long. There: sitewright init --join "INVITATION"',
            'For {count} laptops, {days} days long. There: sitewright init --join "INVITATION"',
            arguments.machines,
        ).format(count=arguments.machines, days=arguments.days)
        + "\n"
    )
    return OK


def _change_scope(arguments: argparse.Namespace) -> int:
    if bool(arguments.site) == arguments.all:
        raise AppError(N_("Name the laptop's sites: --site CODE (may be repeated), or --all for every site."))
    with _open(arguments) as hub:
        with hub.reading() as read:
            scope = scope_text(read, arguments.site)
        changed = change_scope(hub, arguments.code, scope)
    if changed:
        say(_("The laptop {code} hears of its sites at its next exchange.").format(code=arguments.code))
    else:
        say(_("The laptop {code} has these sites already.").format(code=arguments.code))
    return OK


def _devices(arguments: argparse.Namespace) -> int:
    with _open(arguments) as hub, hub.reading() as read:
        found = devices(read)
    if arguments.json:
        say_json([vars(device) for device in found])
        return OK
    for device in found:
        seen = values.show_instant(device.seen_at) if device.seen_at else "-"
        state = _("revoked") if device.revoked_at else ""
        say(f"{device.code:8} {seen:18} {device.machine:24} {state}".rstrip())
    return OK


def _quarantine(arguments: argparse.Namespace) -> int:
    from app.access import local_administrator
    from app.conflicts.held import Decide, held
    from app.hub.own import perform

    with _open(arguments) as hub:
        with hub.reading() as read:
            found = {entry.op_id.hex(): entry for entry in held(read, local_administrator())}
        wanted = [(one, True) for one in arguments.accept] + [(one, False) for one in arguments.refuse]
        for one, _accepted in wanted:
            if one not in found:
                raise AppError(
                    N_("The hub keeps back no entry {id}. List them: sitewright hub quarantine"), id=one
                )
        if arguments.refuse and not arguments.reason.strip():
            raise AppError(N_("Please give the reason."))
        ops = [Decide(held=found[one].id, accepted=yes, remark=arguments.reason) for one, yes in wanted]
        if ops:
            perform(hub, *ops)
            with hub.reading() as read:
                found = {entry.op_id.hex(): entry for entry in held(read, local_administrator())}
    if arguments.json:
        say_json(
            [
                {"id": key, **{n: str(v) for n, v in vars(e).items() if n not in {"id", "op_id"}}}
                for key, e in found.items()
            ]
        )
        return OK
    if not found:
        say(_("The hub keeps nothing back."))
    for key, entry in found.items():
        say(
            f"{key}  {values.show_instant(entry.at)}  {entry.device:8} {entry.who}: {entry.what} {entry.about} ({entry.why})"
        )
    return OK


def _revoke(arguments: argparse.Namespace) -> int:
    with _open(arguments) as hub:
        revoke(hub, arguments.code)
    say(_("The laptop {code} takes part no more.").format(code=arguments.code))
    return OK
