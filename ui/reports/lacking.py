"""Questions before printing: the printer lacks the paper, or what was used the last time is gone."""

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from PySide6.QtWidgets import QGridLayout, QPushButton, QWidget

from app.paper import Lack, Used, lack_text, lack_title, middle_text
from app.words import _
from ui.kit.buttons import button
from ui.kit.dialogs import Dialog
from ui.kit.labels import label

SAVE, OTHER, MIDDLE, BACK = "save", "other", "middle", ""


class Way(NamedTuple):
    """A way out: what it is, its words, what comes of it, and its sign."""

    answer: str
    words: str
    result: str
    icon: str


class WaysDialog(Dialog):
    """Something stands in the way; the ways out lie under one another with what comes of each, the best one first."""

    def __init__(self, parent: QWidget, title: str, text: str, *, ways: Sequence[Way], back: str) -> None:
        super().__init__(parent, title, text, "warn")
        self.answer = BACK
        self.buttons: dict[str, QPushButton] = {}
        grid = QGridLayout()
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        for row, way in enumerate(ways):
            made = button(way.words, way.icon, "default" if row else "primary", "large")
            made.clicked.connect(partial(self._take, way.answer))
            self.buttons[way.answer] = made
            grid.addWidget(made, row, 0)
            grid.addWidget(label(way.result, "caption", "text_2", wrap=True), row, 1)
        self.body.addLayout(grid)
        self.back = self.add_button(button(back or _("Cancel"), scale="large"))
        self.back.clicked.connect(self.reject)
        first = self.buttons[ways[0].answer]
        first.setAutoDefault(True)
        first.setDefault(True)
        first.setFocus()

    def _take(self, answer: str) -> None:
        self.answer = answer
        self.accept()


def ask_lack(parent: QWidget, lack: Lack, *, can_save: bool, back: str) -> str:
    """What to do with a page that the printer has no paper for: SAVE, OTHER, MIDDLE or BACK."""
    ways = [
        _save_way(_("Print the file where there is this paper, at 100 %.")),
        Way(
            OTHER,
            _("Choose another printer…"),
            _("Or add this size in the settings of the printer."),
            "printer",
        ),
        Way(
            MIDDLE,
            _("In the middle of {paper}").format(paper=lack.paper.name),
            middle_text(lack),
            "file-text",
        ),
    ]
    return _ask(WaysDialog(parent, lack_title(lack), lack_text(lack), ways=ways[not can_save :], back=back))


def ask_gone(parent: QWidget, used: Used, what: str, *, can_save: bool, back: str) -> str:
    """What to do where the printer or the tray of the last time is gone: OTHER, SAVE or BACK."""
    if what == "tray":
        title = _("The tray that was used last is gone from “{printer}”")
        text = _(
            "The paper would come from another tray. Choose the tray with the right paper before you print."
        )
        words = _("Choose the tray…")
    else:
        title = _("The printer “{printer}” is gone")
        text = _(
            "This was printed on it the last time. Check that it is on and connected, or choose another one."
        )
        words = _("Choose another printer…")
    ways = [
        Way(OTHER, words, _("It is remembered for the next time."), "printer"),
        _save_way(_("Print the file later, at 100 %.")),
    ]
    ways = ways if can_save else ways[:1]
    return _ask(WaysDialog(parent, title.format(printer=used.printer), text, ways=ways, back=back))


def _save_way(result: str) -> Way:
    return Way(SAVE, _("Save as PDF"), result, "download")


def _ask(dialog: WaysDialog) -> str:
    try:
        return dialog.answer if dialog.exec() else BACK
    finally:
        dialog.deleteLater()
