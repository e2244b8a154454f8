"""Label sizes of one's own, and what the laptop remembers of each printer: shift, scale, head, language, gap."""

from dataclasses import replace
from typing import Any, TypeVar

import msgspec

from app.desk import Desk
from app.errors import AppError
from app.labels.layouts import A4, LAYOUTS, LETTER, Layout, roll, sheet
from app.settings import Preferences
from app.words import N_, pgettext

PAGES = {"A4": A4, "Letter": LETTER}
Kept = TypeVar("Kept")
LONGEST_NAME = 40
#: The square of the test page, in millimetres, and how far a printer may miss it.
SQUARE = 50.0
WORST = 0.1


class OwnSize(msgspec.Struct, frozen=True):
    """A size of one's own, in millimetres; a roll has no page and one label in a row."""

    name: str
    width: float
    height: float
    page: str = ""
    columns: int = 1
    rows: int = 1
    left: float = 0
    top: float = 0
    gap_x: float = 0
    gap_y: float = 0

    def layout(self) -> Layout:
        """The sheet or roll of this size. Raises AppError where the labels overlap, leave the page or are too small."""
        label = (self.width, self.height)
        if not self.page:
            return replace(roll(self.name, self.name, label), own=True)
        pitch = (self.width + self.gap_x, self.height + self.gap_y)
        grid, first = (self.columns, self.rows), (self.left, self.top)
        page = PAGES.get(self.page, A4)
        return replace(sheet(self.name, self.name, grid, first, pitch, label=label, page=page), own=True)


class Tuning(msgspec.Struct, frozen=True):
    """What one printer needs for one layout: shift in tenths of a millimetre, the sides of the test square as measured."""

    right: int = 0
    down: int = 0
    measured: tuple[float, float] = (SQUARE, SQUARE)

    @property
    def offset(self) -> tuple[float, float]:
        """The shift in millimetres."""
        return self.right / 10, self.down / 10

    @property
    def scale(self) -> tuple[float, float]:
        """How much larger everything must be drawn, so that 50 mm become 50 mm."""
        across, down = self.measured
        return SQUARE / across, SQUARE / down


class Printer(msgspec.Struct, frozen=True):
    """The label printer that was used last: its address or path, language, dots to the inch, and the gap of its roll."""

    target: str = ""
    tongue: str = "tspl"
    head: str = "203"
    gap: float = 2.0


def _kept(desk: Desk) -> Preferences:
    """What belongs to the laptop, not to a person."""
    return Preferences(desk.profile, None).part("labels")


def layouts(desk: Desk) -> dict[str, Layout]:
    """All sheets and rolls: those that can be bought, then one's own."""
    found = dict(LAYOUTS)
    for size in own_sizes(desk):
        try:
            found[size.name] = size.layout()
        except (
            AppError
        ):  # made by another release with other limits: it stays in the list of sizes, to be corrected
            continue
    return found


def own_sizes(desk: Desk) -> list[OwnSize]:
    """The sizes that were made here, by name."""
    return sorted(_read(_kept(desk).get("sizes"), list[OwnSize], []), key=lambda size: size.name)


def save_size(desk: Desk, size: OwnSize) -> Layout:
    """Keep a size under its name; one of the same name is replaced. Raises AppError with what is wrong with it."""
    name = size.name.strip()
    if not 1 <= len(name) <= LONGEST_NAME or name in LAYOUTS:
        raise AppError(N_("Give the size a name of its own, of 1 to {limit} characters."), limit=LONGEST_NAME)
    size = msgspec.structs.replace(size, name=name)
    made = size.layout()
    others = [one for one in own_sizes(desk) if one.name != name]
    _kept(desk)["sizes"] = msgspec.to_builtins([*others, size])
    return made


def remove_size(desk: Desk, name: str) -> None:
    """Forget a size."""
    _kept(desk)["sizes"] = msgspec.to_builtins([one for one in own_sizes(desk) if one.name != name])


def layout_of(desk: Desk, name: str) -> Layout:
    """The sheet or roll of this name, one's own included. Raises AppError."""
    known = layouts(desk)
    if name not in known:
        listed = pgettext("list", ", ").join(known)
        raise AppError(N_("There is no label layout “{name}”. There are: {known}."), name=name, known=listed)
    return known[name]


def tuning(desk: Desk, layout: str, printer: str = "") -> Tuning:
    """What was set for this layout on this printer; nothing at first."""
    return _read(_kept(desk).get(f"tuning.{printer}.{layout}"), Tuning, Tuning())


def tune(desk: Desk, layout: str, made: Tuning, printer: str = "") -> None:
    """Remember it. Raises AppError where the measured square cannot be one."""
    if any(abs(side - SQUARE) > SQUARE * WORST for side in made.measured):
        raise AppError(
            N_(
                "The square of {side} mm was measured wrongly, or the page was fitted to the paper: print it at 100 %."
            ),
            side=f"{SQUARE:g}",
        )
    _kept(desk)[f"tuning.{printer}.{layout}"] = msgspec.to_builtins(made)


def printer(desk: Desk, layout: str = "") -> Printer:
    """The label printer that printed this layout last, or else any."""
    kept = _kept(desk)
    last = _read(kept.get("printer"), Printer, Printer())
    return _read(kept.get(f"printer.{layout}"), Printer, last)


def remember(desk: Desk, used: Printer, layout: str = "") -> None:
    """It is offered first the next time; each roll hangs in a printer of its own."""
    kept = _kept(desk)
    for key in ("printer", f"printer.{layout}"):
        kept[key] = msgspec.to_builtins(used)


def _read(value: Any, kind: type[Kept], default: Kept) -> Kept:
    """What was kept, or the default where another release or a broken file left something else."""
    if value is None:
        return default
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError:
        return default
