"""Several records behind one code: the station lists them, a number key takes one."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QPushButton, QVBoxLayout, QWidget

from app.inventory.scans import KIND_WORDS, Meaning
from app.words import _
from ui.kit import theme
from ui.kit.buttons import button
from ui.kit.labels import label

#: So many can be chosen by one key.
MOST = 9
_IN_ONE_COLUMN = 4


class ChoiceBar(QWidget):
    """The records that a code may mean, numbered."""

    chosen = Signal(object)
    """A `Meaning`."""

    def __init__(self) -> None:
        super().__init__()
        self.choices: tuple[Meaning, ...] = ()
        self.buttons: list[QPushButton] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(36, 8, 20, 8)
        column.setSpacing(6)
        self._grid = QGridLayout()
        self._grid.setSpacing(4)
        self._grid.setColumnStretch(2, 1)
        column.addWidget(label(_("Which one? Its number key takes it, Esc drops it."), "body_strong"))
        column.addLayout(self._grid)
        self.setAutoFillBackground(True)
        self.hide()

    def ask(self, choices: Sequence[Meaning]) -> None:
        """Show what there is to choose from; nothing hides the list."""
        if not choices and not self.choices:
            return  # as at nearly every scan
        for old in self.buttons:
            self._grid.removeWidget(old)
            old.hide()
            old.deleteLater()
        self.choices, self.buttons = tuple(choices[:MOST]), []
        palette = self.palette()
        palette.setColor(self.backgroundRole(), theme.color("info_soft"))
        self.setPalette(palette)
        across = 1 if len(self.choices) <= _IN_ONE_COLUMN else 2
        for number, one in enumerate(self.choices, 1):
            kind = _(KIND_WORDS.get(one.kind, ""))
            made = button(f"{number}   {kind}  {one.code}  {one.title}", "chevron-right")
            made.setStyleSheet("text-align: left;")
            made.clicked.connect(partial(self._on_button, one))
            self.buttons.append(made)
            self._grid.addWidget(made, (number - 1) // across, (number - 1) % across)
        self.setVisible(bool(self.choices))

    def _on_button(self, one: Meaning, _checked: bool = False) -> None:
        self.chosen.emit(one)

    def press(self, number: int) -> bool:
        """A number key; whether it chose one."""
        if not 1 <= number <= len(self.choices):
            return False
        self.chosen.emit(self.choices[number - 1])
        return True
