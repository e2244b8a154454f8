"""Sheets of codes on paper: the actions of the scan station, blank labels, the test of a scanner."""

import tempfile
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.desk import Desk
from app.errors import AppError
from app.files import write_safely
from app.labels.layouts import A4
from app.labels.sheets import SHEETS, blank_sheet
from app.settings import printers
from app.words import N_, _
from ui.kit.buttons import button
from ui.kit.dialogs import Dialog
from ui.kit.forms import Form, FormField
from ui.kit.notes import NoteStrip
from ui.kit.tasks import Tasks
from ui.reports.paper import ask_file, ask_printer, print_pdf, printed_words

_TEXTS = {
    "action-sheet": (N_("Sheet of action codes"), N_("Issue, return, receive, undo and quantities as codes, and a badge of each person.")),
    "scanner-test": (N_("Test sheet for a scanner"), N_("Print it at 100 %, then scan its four codes in the settings.")),
    "blank-labels": (N_("Blank labels"), N_("Stick them on first; the first scan of each asks what it belongs to.")),
}  # fmt: skip
THOUSAND = 1000


class CodeSheetDialog(Dialog):
    """Print a sheet of codes, or save it as PDF."""

    said = Signal(str)
    """What was done, in words."""

    def __init__(self, parent: QWidget | None, desk: Desk, tasks: Tasks, name: str) -> None:
        title, text = _TEXTS[name]
        super().__init__(parent, _(title), _(text))
        self._desk, self._tasks, self._name = desk, tasks, name
        self.form: Form | None = None
        if name == "blank-labels":
            self.form = Form(
                [
                    FormField(
                        "count", _("How many"), "number", required=True, limits=(THOUSAND, 1000 * THOUSAND)
                    )
                ]
            )
            self.form.set_values({"count": 35 * THOUSAND})
            self.body.addWidget(self.form)
        self.note = NoteStrip("", "danger")
        self.note.hide()
        self.body.addWidget(self.note)
        self.add_button(button(_("Cancel"), scale="large")).clicked.connect(self.reject)
        self.save = self.add_button(button(_("Save as PDF"), "download", scale="large"))
        self.save.clicked.connect(self._on_save)
        self.print = self.add_button(button(_("Print"), "printer", "primary", scale="large"))
        self.print.setDefault(True)
        self.print.clicked.connect(self._on_print)

    def _count(self) -> int:
        return int(self.form.values()["count"] or 0) // THOUSAND if self.form else 0

    def made(self) -> bytes:
        """The sheet; called on the worker. Raises AppError."""
        with tempfile.TemporaryDirectory() as folder:
            target = Path(folder) / "sheet.pdf"
            if self._name in SHEETS:
                SHEETS[self._name](self._desk, target)
            else:
                blank_sheet(self._desk, self._count(), target)
            return target.read_bytes()

    def _on_save(self) -> None:
        if self.form and not self.form.check():
            return
        target = ask_file(self, f"{self.windowTitle()}.pdf", "pdf")
        if target is None:
            return

        def keep(raw: bytes) -> None:
            try:
                with write_safely(target) as stream:
                    stream.write(raw)
            except (OSError, AppError) as error:
                self._on_failed(error)
                return
            self._finish(_("Saved: {name}").format(name=target.name))

        self._run(keep)

    def _on_print(self) -> None:
        if self.form and not self.form.check():
            return
        chosen = ask_printer(
            self,
            self.windowTitle(),
            printers(self._desk),
            f"sheet.{self._name}",
            pages=[A4],
            save=self._on_save,
        )
        if chosen is not None:
            self._run(lambda raw: self._finish(printed_words(print_pdf(raw, *chosen))))

    def _run(self, then: Callable[[bytes], None]) -> None:
        self._tasks.run(self.made, then, self._on_failed, owner=self)

    def _finish(self, words: str) -> None:
        self.said.emit(words)
        self.accept()

    def _on_failed(self, error: Exception) -> None:
        self.note.set(str(error), "danger")
        self.note.show()
