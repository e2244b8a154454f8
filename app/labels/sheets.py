"""Sheets of codes to hang up at the store: the actions, badges of people, blank labels, the test of a scanner (A4, both languages)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from qrcode import QRCode
from qrcode.constants import ERROR_CORRECT_M

from app.access import Permission
from app.desk import Desk
from app.files import write_safely
from app.labels import bindings, symbol
from app.labels.actions import ACTIONS, QUANTITIES, digit_action, quantity_action
from app.labels.payload import Kind, encode
from app.labels.scanner import DIGITS, LETTERS, LONG, SIGNS
from app.names import named
from app.reports.canvas import GREY, HAIR, MM, Area, Pen
from app.reports.text import BOLD, REGULAR, wrap
from app.words import LANGUAGES, N_, _, language, speaking

A4 = (210 * MM, 297 * MM)
_MARGIN = 14 * MM
_TOP = 30 * MM


@dataclass(frozen=True)
class Cell:
    """A code with its words: what stands beside it, and what its code holds."""

    word: str
    says: str
    code: str
    printed: str = ""


def _both(message: str) -> tuple[str, str]:
    """The text in the language spoken now, and in the other one."""
    other = next(code for code in LANGUAGES if code != language())
    with speaking(other):
        foreign = _(message) if message else ""
    return (_(message) if message else "", foreign)


def action_sheet(desk: Desk, target: Path) -> None:
    """The codes of the actions and of quantities, and a badge of each active person of the site."""
    sheet = _Sheet(target, N_("Codes of the scan station"))
    with sheet:
        sheet.note(N_("Scan a code instead of pressing a key. Hang this sheet up beside the scan station."))
        sheet.grid([_action(a.word, a.says, a.digits) for a in ACTIONS], columns=3, height=31 * MM)
        sheet.heading(N_("Quantity"))
        made = [quantity_action(count) for count in QUANTITIES]
        sheet.grid([Cell(a.word, "", a.digits) for a in made], columns=6, height=31 * MM)
        sheet.turn()
        sheet.heading(N_("Any quantity, digit by digit"))
        digits = [digit_action(digit) for digit in (1, 2, 3, 4, 5, 6, 7, 8, 9, 0)]
        sheet.grid([Cell(a.word, "", a.digits) for a in digits], columns=5, height=33 * MM)
        people = _people(desk) if desk.may(Permission.SEE) else []
        if people:
            sheet.heading(N_("Badges: who takes the parts"))
            sheet.grid(people, columns=3, height=30 * MM)


def _action(word: str, says: str, digits: str) -> Cell:
    (here, there), (said, _also) = _both(word), _both(says)
    return Cell(here if here == there else f"{here}  {there}", said, digits)


def _people(desk: Desk) -> list[Cell]:
    here, params = (" AND site_id = ?", [desk.site.id]) if desk.site else ("", [])
    with desk.read() as read:
        rows = read.rows(
            f"SELECT staff_no, {named('staff')} FROM staff WHERE deleted = 0 AND status = 'active'{here} ORDER BY staff_no",
            *params,
        )
    return [Cell(name, number, encode(Kind.ST, number)) for number, name in rows if _fits(number)]


def _fits(number: str) -> bool:
    return (
        bool(number)
        and len(number) <= 40
        and all(sign.isascii() and (sign.isalnum() or sign in "-./_ +#:*&") for sign in number)
    )


def test_sheet(target: Path) -> None:
    """What a scanner is tested by."""
    sheet = _Sheet(target, N_("Test of a scanner"))
    with sheet:
        sheet.note(N_("Open Settings, Test the scanner, and scan these four codes one after the other."))
        cells = [
            _action(N_("1 Digits"), N_("Our own labels"), DIGITS),
            _action(N_("2 Letters"), N_("Foreign codes: the keyboard layout and CapsLock"), LETTERS),
            _action(N_("3 Signs"), N_("Foreign codes: punctuation"), SIGNS),
            _action(N_("4 A long code"), N_("Speed and suffix"), LONG),
        ]
        sheet.grid(cells, columns=2, height=62 * MM)


def blank_sheet(desk: Desk, count: int, target: Path) -> list[str]:
    """New blank labels to stick first and bind later by a scan; gives what is printed under them. Raises AppError."""
    made = bindings.blanks(desk, count)
    sheet = _Sheet(target, N_("Blank labels"))
    with sheet:
        sheet.note(
            N_("Stick one on, scan it, and say what it belongs to. Each code is there once in the world.")
        )
        sheet.grid([Cell(number, "", digits) for number, digits in made], columns=5, height=37 * MM)
    return [number for number, _digits in made]


class _Sheet:
    """A page of cells after the other."""

    def __init__(self, target: Path, title: str) -> None:
        self._target, self._title = target, title
        self._y = _TOP

    def __enter__(self) -> Self:
        self._opened = write_safely(self._target)
        stream = self._opened.__enter__()
        self._pen = Pen(stream, A4, title=_(self._title), author="", language=language().replace("_", "-"))
        self._pen.at_true_size()
        self._head()
        return self

    def __exit__(self, *what: object) -> None:
        if what[0] is None:
            self._pen.save()
        self._opened.__exit__(*what)  # type: ignore[arg-type]  # the three of a with statement

    def _head(self) -> None:
        here, there = _both(self._title)
        self._pen.text(_MARGIN, 18 * MM, here, BOLD, 16)
        self._pen.text(
            A4[0] - _MARGIN, 18 * MM, "" if here == there else there, size=10, colour=GREY, align="right"
        )
        self._pen.rule(_MARGIN, 21 * MM, A4[0] - _MARGIN, 21 * MM, weight=0.6)
        self._y = _TOP

    def turn(self) -> None:
        """The next page."""
        self._pen.next_page()
        self._head()

    def note(self, message: str) -> None:
        """A sentence in both languages."""
        for text in dict.fromkeys(_both(message)):
            self._pen.fitted(_MARGIN, self._y, text, A4[0] - 2 * _MARGIN, size=9, colour=GREY)
            self._y += 5 * MM
        self._y += 2 * MM

    def heading(self, message: str) -> None:
        """The title of a group."""
        self._y += 9 * MM
        self._pen.text(_MARGIN, self._y, "  ".join(dict.fromkeys(_both(message))), BOLD, 11)
        self._y += 4 * MM

    def grid(self, cells: Sequence[Cell], *, columns: int, height: float) -> None:
        """Cells in rows; a row that does not fit goes to the next page."""
        width = (A4[0] - 2 * _MARGIN) / columns
        for start in range(0, len(cells), columns):
            if self._y + height > A4[1] - 10 * MM:
                self.turn()
            for place, cell in enumerate(cells[start : start + columns]):
                area = Area(_MARGIN + place * width, self._y, width, height)
                (self._beside if columns <= 3 else self._under)(area, cell)
            self._y += height

    def _beside(self, area: Area, cell: Cell) -> None:
        side = min(area.h - 6 * MM, area.w / 2)
        self._pen.box(Area(area.x, area.y, area.w, area.h), 0.3, HAIR)
        self._code(area.x + 2 * MM, area.y + (area.h - side) / 2, side, cell.code)
        left, room = area.x + side + 5 * MM, area.w - side - 7 * MM
        y = area.y + area.h / 2 - 3 * MM
        for line in cell.word.split("  "):
            self._pen.fitted(left, y, line, room, font=BOLD, size=11)
            y += 5 * MM
        for line in wrap(cell.says, REGULAR, 7.5, room):
            self._pen.fitted(left, y, line, room, size=7.5, colour=GREY)
            y += 3.4 * MM

    def _under(self, area: Area, cell: Cell) -> None:
        side = min(area.h - 11 * MM, area.w - 6 * MM)
        self._pen.box(area, 0.3, HAIR)
        self._code(area.x + (area.w - side) / 2, area.y + 2 * MM, side, cell.code)
        self._pen.fitted(
            area.x + area.w / 2,
            area.y + area.h - 3 * MM,
            cell.word,
            area.w - 4 * MM,
            font=BOLD,
            size=10,
            align="centre",
        )

    def _code(self, x: float, y: float, side: float, text: str) -> None:
        matrix = symbol.matrix(text) if text.isdigit() else _text_matrix(text)
        module = side / (len(matrix) + 2 * symbol.QUIET)
        inset = symbol.QUIET * module
        self._pen.outline(symbol.outlines(matrix), x + inset, y + inset, module, "#000000")


def _text_matrix(text: str) -> symbol.Matrix:
    code = QRCode(error_correction=ERROR_CORRECT_M, border=0)
    code.add_data(text, optimize=0)
    code.make(fit=True)
    return tuple(tuple(map(bool, row)) for row in code.modules)


#: The sheets by their names.
SHEETS: dict[str, Callable[[Desk, Path], object]] = {
    "action-sheet": action_sheet,
    "scanner-test": lambda _desk, target: test_sheet(target),
}
