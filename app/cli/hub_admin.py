"""`sitewright hub admin`: who may sign in at the hub's page, and the code of the first one."""

import argparse
import getpass
import platform
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager

from app.cli.commands import say
from app.cli.parser import OK
from app.errors import AppError
from app.hub.hub import Hub
from app.hub.pages.accounts import close_admin, folded, put_admin, setup_code
from app.words import N_, _

#: Listening there is listening at every address of the machine, of which a browser can open none by this name.
EVERYWHERE = {"0.0.0.0", "::"}  # noqa: S104 - nothing is bound here
Open = Callable[[argparse.Namespace], AbstractContextManager[Hub]]


def admin_command(arguments: argparse.Namespace, opened: Open) -> int:
    """Make an administrator of the hub's page, give one a new password, or close an account."""
    with opened(arguments) as hub:
        name = folded(arguments.name)
        if arguments.close:
            close_admin(hub, name, None)
            say(_("The account of {user} is closed.").format(user=name))
            return OK
        new = put_admin(hub, name, _password(arguments), None)
    say((_("{user} may sign in at the hub's page now.") if new else _("{user} has the new password; all sessions have ended.")).format(user=name))  # fmt: skip
    return OK


def _password(arguments: argparse.Namespace) -> str:
    if arguments.password_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise AppError(N_("No terminal to ask for the password. Give it by --password-stdin."))
    return getpass.getpass(_("New password: "))


def say_setup(hub: Hub, how: str, where: tuple[str, int]) -> None:
    """At the start of a hub that nobody administers: where to make the first account, and the code for it."""
    code = setup_code(hub)
    if code is not None:
        host = platform.node() if where[0] in EVERYWHERE else where[0]
        place = f"{how}://{host}:{where[1]}/admin"
        say(_("Nobody administers this hub's page yet. Open {place} and use the code {code} within a day.").format(place=place, code=code))  # fmt: skip
