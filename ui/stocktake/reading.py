"""A filled count sheet comes back as Excel: what it brings, what is wrong with it, and the agreement of a person."""

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from app.changes import Done
from app.desk import Desk
from app.stocktake.sheets import FilledSheet, record_sheet
from app.words import _, ngettext
from ui.inventory.tables import amount
from ui.kit.buttons import button
from ui.kit.dialogs import Dialog, Scroller
from ui.kit.editors import FlagEditor
from ui.kit.labels import label
from ui.kit.notes import NoteStrip
from ui.kit.tasks import Tasks

_SHOWN = 60


def ask_sheet(parent: QWidget) -> Path | None:
    """The file that the person chooses."""
    kinds = f"{_('Tables')} (*.xlsx *.xls *.ods *.csv *.txt)"
    name, _kind = QFileDialog.getOpenFileName(parent, _("Read in a filled count sheet"), "", kinds)
    return Path(name) if name else None


class ReadDialog(Dialog):
    """What a file brings for a stock-take, before anything is recorded."""

    recorded = Signal(object)
    """The Done."""

    def __init__(self, parent: QWidget | None, desk: Desk, tasks: Tasks, sheet: FilledSheet) -> None:
        title = _("Sheet of {code}").format(code=sheet.code)
        super().__init__(parent, title, sheet.path.name)
        self._desk, self._tasks, self.sheet = desk, tasks, sheet
        self.summary = label(_summary(sheet), "body")
        self.summary.setWordWrap(True)
        self.body.addWidget(self.summary)
        self.other = FlagEditor(_("Take the quantities of the sheet for these"))
        if sheet.of("other"):
            self._add_other(sheet)
        self.bad = NoteStrip("", "warn")
        self.body.addWidget(self.bad)
        self.bad.setVisible(bool(sheet.bad))
        if sheet.bad:
            self._add_bad(sheet)
        self.note = NoteStrip("", "danger")
        self.body.addWidget(self.note)
        self.note.hide()
        self.add_button(button(_("Cancel"), scale="large"), safe=True).clicked.connect(self.reject)
        self.save = self.add_button(button(_("Save"), kind="primary", scale="large"))
        self.save.setDefault(True)
        self.save.clicked.connect(self.record)
        self.other.toggled.connect(self._enable)
        self._enable()

    def _add_other(self, sheet: FilledSheet) -> None:
        words = _("Row {row}: {part} in {bin} was counted {before}, the sheet says {counted}")
        lines = [
            words.format(row=line.row, part=line.part_no, bin=line.bin, before=amount(line.before or 0), counted=amount(line.counted))
            for line in sheet.of("other")
        ]  # fmt: skip
        self.body.addWidget(label(_("Counted otherwise meanwhile"), "body_strong"))
        self.body.addWidget(_listed(lines))
        self.body.addWidget(self.other)

    def _add_bad(self, sheet: FilledSheet) -> None:
        words = ngettext(
            "{count} cell cannot be used. Mend it and read the file in again.",
            "{count} cells cannot be used. Mend them and read the file in again.",
            len(sheet.bad),
        )
        self.bad.set(words.format(count=len(sheet.bad)), "warn")
        self.body.addWidget(_listed([str(cell) for cell in sheet.bad]))

    def _count(self) -> int:
        new = len(self.sheet.of("new"))
        return new + (len(self.sheet.of("other")) if self.other.value() else 0)

    def _enable(self) -> None:
        count = self._count()
        words = ngettext("Record {count} line", "Record {count} lines", count)
        self.save.setText(words.format(count=count))
        self.save.setEnabled(count > 0)

    def record(self) -> None:
        """Record what can be used, in one action."""
        desk, sheet, take = self._desk, self.sheet, bool(self.other.value())
        self.save.setEnabled(False)
        self._tasks.run(
            lambda: record_sheet(desk, sheet, replace_other=take), self._on_done, self._on_failed, owner=self
        )

    def _on_done(self, done: Done | None) -> None:
        self.accept()
        if done:
            self.recorded.emit(done)

    def _on_failed(self, error: Exception) -> None:
        self.note.set(str(error), "danger")
        self.note.show()
        self._enable()


def _summary(sheet: FilledSheet) -> str:
    """How much of the file is new, there already, left empty."""
    said = [
        _("{count} new").format(count=len(sheet.of("new"))),
        _("{count} recorded before").format(count=len(sheet.of("there"))),
        _("{count} counted otherwise").format(count=len(sheet.of("other"))),
        _("{count} left empty").format(count=sheet.empty),
    ]
    return "   ".join(said)


def _listed(lines: list[str]) -> QWidget:
    """Some lines of text that scroll where they are many."""
    if len(lines) > _SHOWN:
        lines = [*lines[:_SHOWN], _("and {count} more").format(count=len(lines) - _SHOWN)]
    made = label("\n".join(lines), "dense", "text_2")
    made.setWordWrap(True)
    return Scroller(made)
