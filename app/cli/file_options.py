"""What may be typed for batch files; part of the parser."""

from pathlib import Path
from typing import Any

from app.words import _


def add_sync_files(made: Any) -> None:
    """The options of `sync` for a site that no network reaches."""
    way = made.add_mutually_exclusive_group()
    way.add_argument(
        "--export",
        type=Path,
        metavar=_("FOLDER|FILE"),
        help=_("write what waits to a batch file instead, for a hub that no network reaches"),
    )
    way.add_argument(
        "--import",
        dest="bring",
        type=Path,
        metavar=_("FILE"),
        help=_("bring in the hub's answer to a batch file"),
    )
    made.add_argument(
        "--photos",
        type=int,
        default=200,
        metavar="MB",
        help=_("photos that go along with --export (default: 200 MB)"),
    )


def add_join(made: Any) -> None:
    """The options of `join`."""
    way = made.add_mutually_exclusive_group(required=True)
    way.add_argument(
        "--request", type=Path, metavar=_("FOLDER|FILE"), help=_("write the file that asks the hub")
    )
    way.add_argument("--answer", type=Path, metavar=_("FILE"), help=_("bring in the hub's answer"))
    made.add_argument(
        "--code",
        default="",
        metavar="CODE.FINGERPRINT",
        help=_("the code of the invitation, as it was told (with --request)"),
    )


def add_hub_files(add: Any) -> None:
    """The hub's commands for batch files."""
    brought = add(
        "import", _("bring in batch files of laptops that no network reaches, and requests to join")
    )
    brought.add_argument("files_in", type=Path, nargs="+", metavar=_("FILE"))
    brought.add_argument(
        "--return",
        dest="back",
        type=Path,
        metavar=_("FOLDER"),
        help=_("where the answers go (default: beside the files)"),
    )
    brought.add_argument(
        "--photos", type=int, default=200, metavar="MB", help=_("photos in an answer (default: 200 MB)")
    )
    add("files", _("the batch files that were brought in"))
    add("adopt", _("let in what waits of a lost laptop, although earlier records never came")).add_argument(
        "code", metavar=_("CODE")
    )


def add_hub_admin(add: Any) -> None:
    """The hub's command for the accounts of its page."""
    made = add(
        "admin", _("let somebody sign in at the hub's page, set that password anew, or close the account")
    )
    made.add_argument("name", metavar=_("NAME"))
    way = made.add_mutually_exclusive_group()
    way.add_argument("--password-stdin", action="store_true", help=_("read the password from standard input"))
    way.add_argument("--close", action="store_true", help=_("close the account"))
