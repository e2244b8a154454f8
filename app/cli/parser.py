"""What may be typed after `sitewright`; the help text is made here, in both languages."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import platformdirs

from app.cli.file_options import add_hub_admin, add_hub_files, add_join, add_sync_files
from app.cli.wrong import in_words
from app.errors import AppError
from app.version import VERSION
from app.words import LANGUAGES, _, system_language, use

#: Exit codes for scripts.
OK, FAULTS, USAGE, REFUSED = 0, 1, 2, 3


class UsageError(AppError):
    """What was typed cannot be meant; the exit code says so."""


class _Formatter(argparse.HelpFormatter):
    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        super().add_usage(usage, actions, groups, _("usage: ") if prefix is None else prefix)


class Parser(argparse.ArgumentParser):
    """A parser whose own sentences are in the catalogue."""

    def __init__(self, **settings: Any) -> None:
        helpful = settings.pop("add_help", True)
        super().__init__(**settings, add_help=False, formatter_class=_Formatter)
        self._optionals.title = _("options")
        self._positionals.title = _("what")
        if helpful:
            self.add_argument("-h", "--help", action="help", help=_("show this help and stop"))

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(USAGE, _("{message} See: sitewright --help").format(message=in_words(message)) + "\n")


def default_profile() -> Path:
    """Where a user's own site lies; the sample site never lies there."""
    return Path(platformdirs.user_data_dir("sitewright", appauthor=False)) / "profile"


def language_first(argv: list[str]) -> None:
    """Speak the language asked for before the parser (and its help) is made."""
    chosen = argv[argv.index("--lang") + 1] if "--lang" in argv[:-1] else ""
    inline = next((a.split("=", 1)[1] for a in argv if a.startswith("--lang=")), "")
    use(chosen or inline or system_language())


def make_parser() -> Parser:
    """The whole command line."""
    parser = Parser(
        prog="sitewright",
        description=_(
            "Inspections, equipment, spare parts and training for on-site maintenance teams. Without a command: the window."
        ),
        epilog=_("Exit codes: 0 done, 1 faults or bad rows found, 2 wrong usage, 3 refused or not possible."),
    )
    parser.add_argument(
        "--version", action="version", version=f"sitewright {VERSION}", help=_("show the version and stop")
    )
    common = Parser(add_help=False)
    _common(parser, None)
    _common(common, argparse.SUPPRESS)
    parser.add_argument("--quit-after-start", action="store_true", help=argparse.SUPPRESS)
    commands = parser.add_subparsers(
        dest="command", metavar=_("COMMAND"), title=_("commands"), parser_class=Parser
    )
    for add in (
        _init,
        _import,
        _export,
        _report,
        _labels,
        _stock,
        _check,
        _backup,
        _restore,
        _sync,
        _join,
        _password,
        _hub,
        _screenshots,
        _demo,
    ):
        add(commands, common)
    return parser


def _common(parser: argparse.ArgumentParser, default: str | None) -> None:
    where = default_profile()
    about = _("folder of the site (default: {path})").format(path=where)
    parser.add_argument("--profile", type=Path, metavar=_("DIR"), default=default or where, help=about)
    parser.add_argument(
        "--lang",
        choices=tuple(LANGUAGES),
        default=default,
        help=_("language of the words (default: the system's)"),
    )


Commands = Any  # argparse keeps the class of a group of commands to itself


def _command(commands: Commands, common: Parser, name: str, text: str, *, json: bool = False) -> Parser:
    made: Parser = commands.add_parser(name, parents=[common], help=text, description=text)
    if json:
        made.add_argument("--json", action="store_true", help=_("the result as JSON"))
    return made


def _init(commands: Commands, common: Parser) -> None:
    made = _command(commands, common, "init", _("make a new site: the invented sample, or an empty one"))
    kind = made.add_mutually_exclusive_group(required=True)
    kind.add_argument(
        "--sample", action="store_true", help=_("the sample site, with accounts to try everything")
    )
    kind.add_argument("--empty", action="store_true", help=_("an empty site with one administrator"))
    kind.add_argument("--join", metavar=_("INVITATION"), help=_("the site of a hub, by its invitation"))
    made.add_argument("--site", metavar=_("NAME"), default="", help=_("name of the site (with --empty)"))
    made.add_argument(
        "--site-code", metavar=_("CODE"), default="S1", help=_("code of the site (with --empty)")
    )
    made.add_argument(
        "--replace-sample",
        action="store_true",
        help=_("put the empty site in the place of the sample site, which is kept as a backup"),
    )
    made.add_argument(
        "--admin", metavar=_("USER"), default="admin", help=_("user name of the administrator (with --empty)")
    )
    made.add_argument(
        "--password-stdin",
        action="store_true",
        help=_("read the administrator's password from standard input (with --empty)"),
    )


def _import(commands: Commands, common: Parser) -> None:
    made = _command(commands, common, "import", _("bring in a table: Excel, CSV and others"), json=True)
    made.add_argument("file", type=Path, metavar=_("FILE"))
    made.add_argument(
        "--as",
        dest="name",
        required=True,
        metavar=_("NAME"),
        help=_("what its rows are: part, equipment, supplier …"),
    )
    made.add_argument(
        "--dry-run", action="store_true", help=_("only say what would happen, with every bad row")
    )
    made.add_argument(
        "--good-rows", action="store_true", help=_("bring in the good rows although others are bad")
    )
    made.add_argument(
        "--map",
        action="append",
        default=[],
        metavar=_("FIELD=COLUMN"),
        help=_("a column of the file for a field; =value for a constant"),
    )


def _export(commands: Commands, common: Parser) -> None:
    made = _command(commands, common, "export", _("write a register to an Excel or CSV file"))
    made.add_argument("name", metavar=_("NAME"), help=_("which: part, equipment, supplier …"))
    made.add_argument("--to", type=Path, required=True, metavar=_("FILE.xlsx|.csv"))


def _report(commands: Commands, common: Parser) -> None:
    made = _command(commands, common, "report", _("make a report as PDF or Excel"), json=True)
    made.add_argument("name", metavar=_("NAME"), nargs="?", help=_("which; left out: the list of all"))
    made.add_argument("--to", type=Path, metavar=_("FILE.pdf|.xlsx"))
    made.add_argument(
        "--set",
        action="append",
        default=[],
        metavar=_("NAME=VALUE"),
        help=_("a parameter: code=DC1-CRA-003, site=DC1 …"),
    )


def _labels(commands: Commands, common: Parser) -> None:
    made = _command(commands, common, "labels", _("make a sheet of QR labels as PDF"))
    made.add_argument("name", choices=("part", "equipment", "location"), metavar="part|equipment|location")
    made.add_argument("--to", type=Path, required=True, metavar=_("FILE.pdf"))
    made.add_argument("--layout", default="L7160", metavar=_("LAYOUT"))
    made.add_argument(
        "--code",
        action="append",
        default=[],
        metavar=_("CODE"),
        help=_("only these records (may be repeated)"),
    )
    made.add_argument("--first", type=int, default=1, metavar="N", help=_("first free label on the sheet"))


def _stock(commands: Commands, common: Parser) -> None:
    made = _command(commands, common, "stock", _("what the stock needs"), json=True)
    made.add_argument(
        "what", choices=("low",), metavar="low", help=_("parts that need buying or looking after")
    )


def _check(commands: Commands, common: Parser) -> None:
    made = _command(
        commands,
        common,
        "check",
        _("prove that the site file is whole; exit 1 and a sentence for each fault"),
        json=True,
    )
    made.add_argument(
        "--rebuild", action="store_true", help=_("first recompute what derives from the records")
    )


def _backup(commands: Commands, common: Parser) -> None:
    made = _command(commands, common, "backup", _("copy the site file and prove the copy by opening it"))
    made.add_argument("--to", type=Path, metavar=_("FILE.db"))


def _restore(commands: Commands, common: Parser) -> None:
    made = _command(
        commands, common, "restore", _("put a backup in the place of the site file, which is kept"), json=True
    )
    made.add_argument(
        "file", type=Path, nargs="?", metavar=_("FILE.db"), help=_("which copy; left out: the list of all")
    )


def _sync(commands: Commands, common: Parser) -> None:
    made = _command(commands, common, "sync", _("exchange everything with the hub once"), json=True)
    made.add_argument(
        "--join",
        metavar=_("INVITATION"),
        help=_("first take part in a hub; this site founds it where it is empty"),
    )
    made.add_argument(
        "--verify", action="store_true", help=_("then prove by digests that all rows are equal")
    )
    made.add_argument(
        "--accept", action="store_true", help=_("agree that the hub removes very many records here at once")
    )
    add_sync_files(made)


def _join(commands: Commands, common: Parser) -> None:
    text = _("take part in a hub that no network reaches, by files")
    add_join(_command(commands, common, "join", text))


def _password(commands: Commands, common: Parser) -> None:
    made = _command(commands, common, "password", _("set the password of an account on this laptop"))
    made.add_argument("user", metavar=_("USER"))
    made.add_argument(
        "--password-stdin", action="store_true", help=_("read the password from standard input")
    )


def _serving(made: Parser) -> None:
    add = made.add_argument
    add("--listen", default="0.0.0.0:8437", metavar=_("HOST:PORT"), help=_("where to listen"))
    add(
        "--address",
        action="append",
        default=[],
        metavar="URL",
        help=_("the hub's address as laptops see it (may be repeated)"),
    )
    add("--plain", action="store_true", help=_("without TLS, behind a reverse proxy"))
    add("--tls-cert", type=Path, metavar=_("FILE.pem"), help=_("the company's certificate with its chain"))
    add("--tls-key", type=Path, metavar=_("FILE.pem"), help=_("and its key"))
    add("--backups", type=Path, metavar=_("DIR"), help=_("where backups go, best on another disk"))
    add("--no-backups", action="store_true", help=_("make no backups (laptops then keep everything)"))
    add("--metrics-listen", metavar=_("HOST:PORT"), help=_("give the figures for Prometheus here alone"))
    add("--admin-listen", metavar=_("HOST:PORT"), help=_("show the page for administrators here alone"))


def _keeping(add: Callable[[str, str], Parser]) -> None:
    """Backups of the hub, and the certificate of a proxy before it."""
    add("backup", _("make a backup of the hub now and prove it")).add_argument(
        "--backups", type=Path, metavar=_("DIR"), help=_("where backups go, best on another disk")
    )
    add("restore", _("put a backup in the place of a hub that stands still")).add_argument(
        "file", type=Path, metavar=_("FILE")
    )
    issued = add("certificate", _("a certificate of the hub's own authority for a reverse proxy"))
    issued.add_argument("name", nargs="+", metavar=_("NAME"), help=_("a name or IP address of the proxy"))
    issued.add_argument("--to", type=Path, required=True, metavar=_("FILE.pem"))


def _hub(commands: Commands, common: Parser) -> None:
    made = _command(commands, common, "hub", _("run a hub, invite laptops to it"))
    whats = made.add_subparsers(dest="what", metavar=_("WHAT"), required=True, parser_class=Parser)

    def add(name: str, text: str) -> Parser:
        one: Parser = whats.add_parser(name, help=text, description=text)
        one.add_argument("--database", default="hub.db", metavar=_("URL|FILE"), help=_("the hub's database"))
        one.add_argument(
            "--files",
            type=Path,
            metavar=_("DIR"),
            help=_("where photos and documents lie (else beside the database)"),
        )
        return one

    _serving(add("serve", _("answer laptops until stopped")))
    _keeping(add)
    invitation = add("invite", _("make an invitation for one or more laptops"))
    invitation.add_argument("--address", metavar="URL", help=_("the hub's address as laptops see it"))
    invitation.add_argument("--machines", type=int, default=1, metavar="N", help=_("for how many laptops"))
    invitation.add_argument("--days", type=int, default=7, metavar="N", help=_("how many days it holds"))
    invitation.add_argument(
        "--site", action="append", default=[], metavar=_("CODE"), help=_("only this site (may be repeated)")
    )
    listed = add("devices", _("the laptops that take part"))
    listed.add_argument("--json", action="store_true", help=_("the result as JSON"))
    add("revoke", _("end a laptop's part in the hub")).add_argument("code", metavar=_("CODE"))
    scope = add("scope", _("give a laptop other sites"))
    scope.add_argument("code", metavar=_("CODE"))
    scope.add_argument(
        "--site", action="append", default=[], metavar=_("CODE"), help=_("only this site (may be repeated)")
    )
    scope.add_argument("--all", action="store_true", help=_("every site"))
    add_hub_files(add)
    add_hub_admin(add)
    kept = add("quarantine", _("what the hub keeps back: list it, let it in or refuse it"))
    kept.add_argument("--accept", action="append", default=[], metavar=_("ID"), help=_("let this entry in"))
    kept.add_argument("--refuse", action="append", default=[], metavar=_("ID"), help=_("refuse this entry"))
    kept.add_argument("--reason", default="", metavar=_("TEXT"), help=_("why it is refused"))
    kept.add_argument("--json", action="store_true", help=_("the result as JSON"))


def _screenshots(commands: Commands, common: Parser) -> None:
    made = _command(
        commands, common, "screenshots", _("paint every page in both languages, at 1366x768 and at 200 %%")
    )
    made.add_argument("--to", type=Path, required=True, metavar=_("DIR"))
    made.add_argument("--only", default="", metavar=_("PAGE"), help=_("one page"))
    made.add_argument("--scale", type=int, default=0, help=argparse.SUPPRESS)


def _demo(commands: Commands, common: Parser) -> None:
    made = _command(
        commands,
        common,
        "demo",
        _("play the main story without a display; leaves PDFs, workbooks and pictures"),
    )
    made.add_argument("--to", type=Path, required=True, metavar=_("DIR"))
