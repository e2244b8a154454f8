"""Options: each declared once with its type, title and default. Those of the laptop lie in settings.json, those of a person
in the table `preference`.

A settings file that is cut off or broken never keeps the program from starting: it is put aside and the defaults are used.
"""

import json
import logging
from collections.abc import Callable, Iterator, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import msgspec

from app.errors import AppError
from app.fields import from_json, to_json
from app.files import write_safely
from app.profile import Profile
from app.words import LANGUAGES, N_, system_language

log = logging.getLogger(__name__)
if TYPE_CHECKING:
    from app.desk import Desk

T = TypeVar("T", str, int)
Dict = dict[str, Any]

VERSION = 1
FILE = "settings.json"


@dataclass(frozen=True)
class Option(Generic[T]):
    """One option: its key in the file, its default, its title, and what it may be."""

    key: str
    default: T
    title: str
    choices: tuple[tuple[T, str], ...] = ()
    low: int = 0
    high: int = 0
    #: May be set by each person for themselves; else it holds for the laptop.
    personal: bool = False

    def accepts(self, value: object) -> bool:
        """Whether this can be a value of the option."""
        if type(value) is not type(self.default):
            return False
        if self.choices:
            return value in {code for code, _word in self.choices}
        return not isinstance(value, int) or not self.high or self.low <= value <= self.high


LANGUAGE = Option(
    "language",
    "system",
    N_("Language"),
    (("system", N_("As the system")), *LANGUAGES.items()),
)
THEME = Option(
    "theme",
    "system",
    N_("Theme"),
    (("system", N_("As the system")), ("light", N_("Light")), ("dark", N_("Dark"))),
)
LOCK_MINUTES = Option(
    "lock_minutes",
    5,
    N_("Lock after"),
    (
        (1, N_("1 minute")),
        (2, N_("2 minutes")),
        (5, N_("5 minutes")),
        (10, N_("10 minutes")),
        (15, N_("15 minutes")),
        (30, N_("30 minutes")),
    ),
)
DENSITY = Option(
    "density",
    "dense",
    N_("Row height"),
    (("dense", N_("Dense rows")), ("normal", N_("Roomy rows"))),
    personal=True,
)
KEYPAD = Option(
    "keypad",
    "auto",
    N_("Keypad on the screen"),
    (("auto", N_("With a touch screen")), ("always", N_("Always")), ("never", N_("Never"))),
)
SYNC_BY_ITSELF = Option(
    "sync_by_itself",
    "on",
    N_("Exchange with the hub"),
    (("on", N_("By itself")), ("off", N_("Only when asked"))),
)
KEEP_ORIGINALS = Option(
    "keep_originals",
    0,
    N_("Original photos"),
    ((0, N_("Only the small photo")), (1, N_("Keep the original as well"))),
)
PHOTO_DAYS = Option(
    "photo_days",
    365,
    N_("Photos on this laptop"),
    (
        (90, N_("The last 90 days")),
        (365, N_("The last year")),
        (0, N_("All, as long as there is room")),
    ),
)
STATION_MINUTES = Option(
    "station_minutes",
    5,
    N_("The scan station forgets the order after"),
    (
        (1, N_("1 minute")),
        (2, N_("2 minutes")),
        (5, N_("5 minutes")),
        (10, N_("10 minutes")),
        (15, N_("15 minutes")),
        (30, N_("30 minutes")),
    ),
)
STATION_SOUND = Option(
    "station_sound",
    "on",
    N_("Sounds of the scan station"),
    (("on", N_("On")), ("off", N_("Off"))),
)
#: What a test of the scanner has learnt (app.labels.scanner), as JSON; empty before the first test.
SCANNER = Option("scanner", "", N_("Scanner"))
LABEL_LAYOUT = Option("label_layout", "", N_("Label layout"), personal=True)

OPTIONS: dict[str, Option[Any]] = {
    option.key: option
    for option in (
        LANGUAGE,
        THEME,
        LOCK_MINUTES,
        DENSITY,
        KEYPAD,
        SYNC_BY_ITSELF,
        KEEP_ORIGINALS,
        PHOTO_DAYS,
        LABEL_LAYOUT,
        STATION_MINUTES,
        STATION_SOUND,
        SCANNER,
    )
}

Upgrade = Callable[[Dict], None]
#: The version that a function brings a settings file to -> the function, on a plain dict.
UPGRADES: dict[int, Upgrade] = {}


def upgrade(version: int) -> Callable[[Upgrade], Upgrade]:
    """Declare the function that brings a settings file to a version (renamed keys, changed values)."""

    def declare(work: Upgrade) -> Upgrade:
        UPGRADES[version] = work
        return work

    return declare


def upgraded(data: Dict) -> Dict:
    """The settings in today's form, whatever version wrote them."""
    made = dict(data)
    found = made.pop("version", 1)
    start = found if isinstance(found, int) else 1
    for version in sorted(v for v in UPGRADES if v > start):
        UPGRADES[version](made)
    return made


class Settings:
    """The options of this laptop, in settings.json of the profile folder."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self._values = self._load()

    def get(self, option: Option[T]) -> T:
        """The value of an option; the default where none or a wrong one is kept."""
        value = self._values.get(option.key, option.default)
        return value if option.accepts(value) else option.default

    def set(self, option: Option[T], value: T) -> None:
        """Keep a value: written beside the file, flushed, then renamed."""
        if not option.accepts(value):
            raise ValueError(f"{option.key}: {value!r}")
        changed = self._values | {option.key: value}
        with write_safely(self._path) as stream:
            text = json.dumps(changed | {"version": VERSION}, ensure_ascii=False, indent=1, sort_keys=True)
            stream.write(text.encode())
        self._values = changed

    def language(self) -> str:
        """The language to speak: the chosen one or the system's."""
        chosen = self.get(LANGUAGE)
        return system_language() if chosen == "system" else chosen

    def _load(self) -> Dict:
        try:
            raw = self._path.read_bytes()
        except OSError:
            return {}
        try:
            return upgraded(dict(json.loads(raw).items()))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            self._put_aside()
            return {}

    def _put_aside(self) -> None:
        """The broken file is kept for whoever wants to look at it."""
        try:
            self._path.replace(self._path.with_suffix(".broken.json"))
            log.info("the settings file was broken: defaults are used, it is kept beside")
        except OSError:
            log.info("the settings file is broken: defaults are used")


class Preferences(MutableMapping[str, Any]):
    """How a person likes a page (column widths, order, density); written as soon as it changes.

    Preferences(profile, user_id)["density"]; `.part("spares")` is the mapping of one table: hand it to `Table(prefs=...)`.
    """

    def __init__(self, profile: Profile, user_id: bytes | None, prefix: str = "") -> None:
        self._profile = profile
        self._user = user_id or bytes(16)
        self._prefix = prefix
        self._values = self._load()

    def part(self, name: str) -> "Preferences":
        """The preferences of one page or table."""
        return Preferences(self._profile, self._user, f"{self._prefix}{name}.")

    def option(self, option: Option[T]) -> T:
        """The person's value of an option, or its default."""
        value = self.get(option.key, option.default)
        return value if option.accepts(value) else option.default

    def _load(self) -> Dict:
        with self._profile.store.read() as read:
            rows = read.rows(
                "SELECT key, value FROM preference WHERE user_id = ? AND substr(key, 1, ?) = ?",
                self._user,
                len(self._prefix),
                self._prefix,
            )
        return {key.removeprefix(self._prefix): _plain(text) for key, text in rows}

    def __getitem__(self, key: str) -> Any:
        return self._values[key]

    def __setitem__(self, key: str, value: Any) -> None:
        if self._values.get(key) == value and key in self._values:
            return
        self._values[key] = value
        self._write(
            "INSERT INTO preference (user_id, key, value) VALUES (?, ?, ?) "
            "ON CONFLICT (user_id, key) DO UPDATE SET value = excluded.value",
            self._user,
            self._prefix + key,
            to_json(value),
        )

    def __delitem__(self, key: str) -> None:
        del self._values[key]
        self._write("DELETE FROM preference WHERE user_id = ? AND key = ?", self._user, self._prefix + key)

    def __iter__(self) -> Iterator[str]:
        return iter(list(self._values))

    def __len__(self) -> int:
        return len(self._values)

    def _write(self, sql: str, *params: Any) -> None:
        try:
            with self._profile.store.local() as connection:
                connection.execute(sql, params)
        except AppError as error:  # a width of a column is not worth a dialog
            log.info("a preference was not kept: %s", error.message)


def _plain(text: str) -> Any:
    try:
        return from_json(text)
    except msgspec.MsgspecError:
        return None


def printers(desk: "Desk") -> Preferences:
    """Which printer, tray and sides were used last for each kind of paper; the laptop's, not a person's."""
    return Preferences(desk.profile, None).part("printers")
