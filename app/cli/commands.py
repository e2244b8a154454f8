"""The commands without a window. They act as the profile's local administrator and are logged as such."""

import argparse
import json
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from app.bootstrap import found, start
from app.cli.parser import FAULTS, OK, REFUSED, USAGE, UsageError
from app.clock import Clock
from app.desk import Desk
from app.errors import AppError
from app.profile import Profile
from app.words import N_, _

Command = Callable[[argparse.Namespace], int]


def say(text: str) -> None:
    """One line of the answer."""
    sys.stdout.write(text + "\n")


def say_json(value: Any) -> None:
    """The answer for scripts."""
    say(json.dumps(value, ensure_ascii=False, indent=1))


@contextmanager
def desk_of(arguments: argparse.Namespace) -> Iterator[Desk]:
    """The local administrator's desk on the profile of the command line."""
    profile = start(arguments.profile)
    for notice in profile.notices:
        sys.stderr.write(f"{notice}\n")
    try:
        yield Desk.of_administrator(profile)
    finally:
        profile.close()


def init(arguments: argparse.Namespace) -> int:
    """Make the sample site, an empty one, or that of a hub."""
    if arguments.join:
        from app.cli.sync import begin_joined

        return begin_joined(arguments)
    folder: Path = arguments.profile
    password = "" if arguments.sample else _password(arguments)
    fresh = not folder.exists() or (folder.is_dir() and not any(folder.iterdir()))
    profile = (
        _without_sample(arguments) if arguments.replace_sample else found(folder, sample=arguments.sample)
    )
    try:
        if arguments.sample:
            from app.sample import load

            load(profile)
            say(_("The sample site is ready in {folder}.").format(folder=folder))
        else:
            _init_empty(profile, arguments, password)
            say(_("The empty site is ready in {folder}.").format(folder=folder))
    except AppError:
        profile.close()
        if fresh:  # a site without its administrator is of no use to anybody
            shutil.rmtree(folder, ignore_errors=True)
        raise
    profile.close()
    return OK


def _password(arguments: argparse.Namespace) -> str:
    if arguments.password_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise AppError(N_("No terminal to ask for the password. Give it by --password-stdin."))
    import getpass

    return getpass.getpass(
        _("New password: ") if arguments.command == "password" else _("Password of the administrator: ")
    )


def password(arguments: argparse.Namespace) -> int:
    """Set the password of an account on this laptop: passwords do not travel, so a newly joined laptop has none."""
    from app.auth import set_password_here

    with desk_of(arguments) as desk:
        set_password_here(desk, arguments.user, _password(arguments))
    say(_("The password of {user} is set on this laptop.").format(user=arguments.user))
    return OK


def _without_sample(arguments: argparse.Namespace) -> Profile:
    from app.sample import remove

    if arguments.sample:
        raise AppError(N_("--replace-sample goes with --empty."))
    return remove(start(arguments.profile))


def _init_empty(profile: Any, arguments: argparse.Namespace, password: str) -> None:
    from app.auth import first_administrator

    first_administrator(
        profile,
        arguments.admin,
        password,
        name=arguments.admin,
        site_code=arguments.site_code,
        site_name=arguments.site or arguments.site_code,
    )


def bring_in(arguments: argparse.Namespace) -> int:
    """Dry run, every bad row, then one action."""
    from app.cli.exchange import import_file

    with desk_of(arguments) as desk:
        return import_file(desk, arguments)


def write_out(arguments: argparse.Namespace) -> int:
    """Write a register to a file."""
    from app.cli.exchange import export_file

    with desk_of(arguments) as desk:
        return export_file(desk, arguments)


def report(arguments: argparse.Namespace) -> int:
    """Make a report, or list what there is."""
    from app.reports.catalogue import REPORTS, make

    if not arguments.name:
        return _list_reports(as_json=arguments.json)
    if arguments.name not in REPORTS:
        raise UsageError(N_("There is no report “{name}”. The list: sitewright report"), name=arguments.name)
    if not arguments.to:
        raise UsageError(N_("Say where the report goes: --to FILE.pdf or --to FILE.xlsx"))
    with desk_of(arguments) as desk:
        make(desk, arguments.name, _pairs(arguments.set), arguments.to)
    say(_("Written: {path}").format(path=arguments.to))
    return OK


def _list_reports(*, as_json: bool) -> int:
    """Each report with the parameters that --set takes; those that must be given first."""
    from app.reports.catalogue import REPORTS

    if as_json:
        say_json(
            [
                {
                    "name": known.name,
                    "title": _(known.title),
                    "parameters": [
                        {"name": p.name, "title": _(p.title), "required": p.required}
                        for p in known.parameters
                    ],
                }
                for known in REPORTS.values()
            ]
        )
        return OK
    for known in REPORTS.values():
        say(f"{known.name:20} {_(known.title)}")
        for parameter in sorted(known.parameters, key=lambda p: not p.required):
            must = f"  ({_('required')})" if parameter.required else ""
            say(f"{'':20}   --set {parameter.name}=…  {_(parameter.title)}{must}")
    return OK


def _pairs(texts: list[str]) -> dict[str, str]:
    pairs = {}
    for text in texts:
        name, sign, value = text.partition("=")
        if not sign:
            raise UsageError(N_("“{text}” is not NAME=VALUE."), text=text)
        pairs[name.strip()] = value.strip()
    return pairs


def labels(arguments: argparse.Namespace) -> int:
    """Make a sheet of labels."""
    from app.labels.jobs import labels_of, print_labels

    with desk_of(arguments) as desk:
        chosen = labels_of(desk, arguments.name, codes=arguments.code or None)
        for warning in print_labels(desk, chosen, arguments.layout, arguments.to, first=arguments.first):
            sys.stderr.write(warning + "\n")
    say(_("Written: {path}").format(path=arguments.to))
    return OK


def stock(arguments: argparse.Namespace) -> int:
    """Parts that need buying or looking after."""
    from app.cli.stock import low

    with desk_of(arguments) as desk:
        return low(desk, as_json=arguments.json)


def check(arguments: argparse.Namespace) -> int:
    """A sentence for each fault of the site file; exit code 1 if there is one."""
    from app.health import check as examine

    with desk_of(arguments) as desk:
        if arguments.rebuild:
            desk.profile.store.rebuild()
        faults = examine(desk.profile)
    if arguments.json:
        say_json({"faults": faults})
    else:
        for fault in faults or [_("The site file is in order.")]:
            say(fault)
    return FAULTS if faults else OK


def backup(arguments: argparse.Namespace) -> int:
    """A verified copy of the site file."""
    from app.backup import back_up

    with desk_of(arguments) as desk:
        made = back_up(desk.profile, arguments.to)
    say(_("Written and verified: {path}").format(path=made.path))
    return OK


def restore(arguments: argparse.Namespace) -> int:
    """Put a backup in the place of the site file, or list the backups."""
    from app.backup import restore as put_back

    folder: Path = arguments.profile
    if not arguments.file:
        return _list_backups(folder, as_json=arguments.json)
    with _closed(folder):
        kept = put_back(folder, arguments.file, Clock().now())
    say(_("Restored. The file that was replaced is kept: {path}").format(path=kept))
    return OK


def _list_backups(folder: Path, *, as_json: bool) -> int:
    _there(folder)
    kept = sorted((folder / "backups").glob("*.db"), reverse=True)
    if as_json:
        say_json([str(path) for path in kept])
    else:
        for line in [str(path) for path in kept] or [_("There is no backup yet.")]:
            say(line)
    return OK


def _there(folder: Path) -> None:
    if not folder.is_dir():
        raise AppError(
            N_("There is no site in the folder {folder}. Start with: sitewright init --sample"),
            folder=str(folder),
        )


@contextmanager
def _closed(folder: Path) -> Iterator[None]:
    """The profile while no window has it. Raises AppError where one has."""
    from app.profile import held

    _there(folder)
    with held(folder):
        yield


def join(arguments: argparse.Namespace) -> int:
    """Take part in a hub by files."""
    from app.cli.bundles import join_command

    return join_command(arguments)


def sync(arguments: argparse.Namespace) -> int:
    """Exchange with the hub."""
    from app.cli.sync import sync_command

    return sync_command(arguments)


def hub(arguments: argparse.Namespace) -> int:
    """Run a hub or look after it."""
    from app.cli.hub import hub_command

    return hub_command(arguments)


COMMANDS: dict[str, Command] = {
    "init": init,
    "import": bring_in,
    "export": write_out,
    "report": report,
    "labels": labels,
    "stock": stock,
    "check": check,
    "backup": backup,
    "restore": restore,
    "sync": sync,
    "join": join,
    "password": password,
    "hub": hub,
}

__all__ = ["COMMANDS", "FAULTS", "OK", "REFUSED", "USAGE"]
