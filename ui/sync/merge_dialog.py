"""Two records of one number, side by side: which one stays, which value of each field, and what would move."""

from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QPushButton, QWidget

from app import duplicates
from app.desk import Desk
from app.duplicates import Pair
from app.fields import about
from app.values import show_instant
from app.words import _, ngettext
from ui.kit.buttons import button
from ui.kit.dialogs import Dialog, Scroller
from ui.kit.labels import label
from ui.kit.notes import NoteStrip

_SIDES = ("left", "right")
#: A value longer than this is shortened in its button; the tip has it whole.
_LONG = 32


class MergeDialog(Dialog):
    """The left or the right one stays; of each field that differs one value is chosen. `chosen` says what was decided."""

    def __init__(self, parent: QWidget | None, desk: Desk, pair: Pair, title: str = "") -> None:
        title = title or _("Two records, one number: {code}").format(code=pair.code)
        super().__init__(parent, title, _("Choose which one stays. The other one's code keeps finding it."))
        self.pair, self._desk = pair, desk
        self._groups: dict[str, QButtonGroup] = {}
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(6)
        for column in (1, 2):
            self._grid.setColumnStretch(column, 1)
        self._add("", label(_("Stays"), "dense", "text_2"), self._heads())
        for value in pair.values:
            if value.differs and value.name != about(pair.table).key:
                self._add(value.name, label(value.label, "dense", "text_2"), (value.left, value.right))
        inner = QWidget()
        inner.setLayout(self._grid)
        self.body.addWidget(Scroller(inner))
        self.note = NoteStrip("", "info", "arrow-left-right")
        self.body.addWidget(self.note)
        self.add_button(button(_("Cancel"), scale="large"), safe=True).clicked.connect(self.reject)
        self.do = self.add_button(button(_("Merge"), kind="primary", scale="large"))
        self.do.clicked.connect(self.accept)
        self._groups[""].idToggled.connect(lambda _side, on: self._on_kept() if on else None)
        self.choose("", 0)

    def _heads(self) -> tuple[str, str]:
        zone = self._desk.timezone
        left, right = (
            _("{who}, {time}").format(who=side.who, time=show_instant(side.at, zone)[5:])
            for side in (self.pair.left, self.pair.right)
        )
        return left, right

    def _add(self, name: str, words: QWidget, texts: tuple[str, str]) -> None:
        row, group = self._grid.rowCount(), QButtonGroup(self)
        self._grid.addWidget(words, row, 0)
        for side, text in enumerate(texts):
            made = self._side(text)
            group.addButton(made, side)
            self._grid.addWidget(made, row, side + 1)
        self._groups[name] = group

    @staticmethod
    def _side(text: str) -> QPushButton:
        said = text or "—"
        made = button(said if len(said) <= _LONG else said[: _LONG - 1] + "…", scale="small", tip=said)
        made.setCheckable(True)
        made.setMinimumWidth(150)
        made.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        return made

    def choose(self, name: str, side: int) -> None:
        """Take the left (0) or the right (1) value of a field; of no field: which record stays."""
        self._groups[name].button(side).setChecked(True)

    def _on_kept(self) -> None:
        """The values of the one that stays are the first choice; say what would move."""
        kept = self._groups[""].checkedId()
        for name in self._groups:
            value = next((one for one in self.pair.values if one.name == name), None)
            if value is not None:
                empty = value.values[kept] is None
                self.choose(name, 1 - kept if empty else kept)
        with self._desk.read() as read:
            moved = duplicates.moves(read, self.pair.table, self.given_up)
        said = _(", ").join(f"{word} {count}" for word, count in moved)
        self.note.set(
            _("These will name the record that stays: {what}").format(what=said or _("nothing")), "info"
        )

    @property
    def kept(self) -> bytes:
        """The record that stays."""
        return (self.pair.left, self.pair.right)[self._groups[""].checkedId()].id

    @property
    def given_up(self) -> bytes:
        """The record that is merged into it."""
        return (self.pair.right, self.pair.left)[self._groups[""].checkedId()].id

    @property
    def chosen(self) -> dict[str, Any]:
        """The values that the record shall have."""
        return {
            value.name: value.values[self._groups[value.name].checkedId()]
            for value in self.pair.values
            if value.name in self._groups
        }


class PairsDialog(Dialog):
    """The numbers that several records bear: one button each."""

    def __init__(self, parent: QWidget | None, desk: Desk) -> None:
        super().__init__(
            parent, _("Two records, one number"), _("Two laptops gave the same number while they were apart. Both records were kept.")
        )  # fmt: skip
        self.wanted: tuple[str, bytes, bytes] | None = None
        with desk.read() as read:
            found = duplicates.pairs(read)
        inner = QWidget()
        grid = QGridLayout(inner)
        grid.setColumnStretch(1, 1)
        for row, (table, code, ids) in enumerate(found):
            grid.addWidget(label(_(about(table).one), "dense", "text_2"), row, 0)
            count = ngettext("{count} record", "{count} records", len(ids)).format(count=len(ids))
            grid.addWidget(label(f"{code}  {count}"), row, 1)
            look = button(_("Compare"), scale="small")
            look.clicked.connect(partial(self._on_wanted, (table, ids[0], ids[1])))
            grid.addWidget(look, row, 2)
        self.body.addWidget(Scroller(inner))
        self.add_button(button(_("Close"), scale="large"), safe=True).clicked.connect(self.reject)

    def _on_wanted(self, wanted: tuple[str, bytes, bytes]) -> None:
        self.wanted = wanted
        self.accept()
