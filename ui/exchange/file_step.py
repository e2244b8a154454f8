"""Step 1: what comes in, and from which file."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.desk import Desk
from app.exchange.read import Sheet
from app.exchange.targets import targets
from app.words import _
from ui.kit.buttons import button
from ui.kit.editors import ChoiceEditor, TextEditor
from ui.kit.labels import ElidedLabel, SignLabel, label
from ui.kit.layout import Card

_EXAMPLE_ROWS = 5
_EXAMPLE_COLUMNS = 6


class FileStep(QWidget):
    """A file is chosen or dropped here; what was read of it is shown at once."""

    chosen = Signal(object)
    """The file (Path) that the person chose."""

    sheet_chosen = Signal(str, int)
    """Another sheet of the workbook, or another row of headings (0: found by itself)."""

    target_chosen = Signal(str)
    """What the rows of the file are."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.setAcceptDrops(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(13)
        self._drop = Card()
        self._drop.body.addLayout(self._invitation())
        self._drop.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        column.addWidget(self._drop)
        self._read = Card(_("What was read"))
        self.target = ChoiceEditor(
            [(t.name, _(t.title)) for t in targets().values() if desk.may(t.needs)], required=True
        )
        self.sheets = ChoiceEditor([], required=True)
        self.header_row = TextEditor()
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(4)
        self._example = QGridLayout()
        self._example.setHorizontalSpacing(20)
        self._example.setVerticalSpacing(5)
        self._read.body.addLayout(self._grid)
        self._read.body.addSpacing(10)
        self._read.body.addLayout(self._example)
        self._read.hide()
        column.addWidget(self._read)
        column.addStretch()
        self._lay_out()
        self.target.edited.connect(lambda: self.target_chosen.emit(self.target.value() or ""))
        self.sheets.edited.connect(self._on_sheet)
        self.header_row.editingFinished.connect(self._on_sheet)
        self._sheet: Sheet | None = None

    def _invitation(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(SignLabel("file-spreadsheet", "accent", 40), 0, Qt.AlignmentFlag.AlignVCenter)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(ElidedLabel(_("Drop a table here, or choose a file"), "section"))
        words.addWidget(
            ElidedLabel(
                _("Excel (.xlsx, .xls), ODS or CSV. Nothing is changed before the last step."),
                "dense",
                "text_2",
            )
        )
        row.addLayout(words, 1)
        self.choose = button(_("Choose a file"), "file-text", scale="large")
        self.choose.clicked.connect(self.on_choose)
        row.addWidget(self.choose)
        return row

    def _lay_out(self) -> None:
        parts = (
            (_("These rows are"), self.target),
            (_("Sheet"), self.sheets),
            (_("Headings in row"), self.header_row),
        )
        self._sheet_parts: list[QWidget] = []
        for place, (word, editor) in enumerate(parts):
            said = label(word, "caption", "text_2")
            self._grid.addWidget(said, 0, place)
            self._grid.addWidget(editor, 1, place)
            if editor is self.sheets:
                self._sheet_parts = [said, editor]
        self.target.setMinimumWidth(220)
        self.sheets.setMinimumWidth(180)
        self.header_row.setFixedWidth(90)
        self._grid.setColumnStretch(3, 1)

    def show_sheet(self, sheet: Sheet, target: str) -> None:
        """What was read: the kind of rows, the sheet, the headings and the first rows."""
        self._sheet = sheet
        for widget in (self.target, self.sheets, self.header_row):
            widget.blockSignals(True)
        self.target.set_value(target)
        self.sheets.clear()
        self.sheets.addItems(list(sheet.names))
        self.sheets.setCurrentText(sheet.name)
        self.header_row.setText(str(sheet.header_row))
        for widget in (self.target, self.sheets, self.header_row):
            widget.blockSignals(False)
        for part in self._sheet_parts:
            part.setVisible(len(sheet.names) > 1)
        self._show_example(sheet)
        self._read.set_facts(
            _("{rows} rows, {columns} columns").format(rows=len(sheet.rows), columns=len(sheet.header))
        )
        self._read.show()

    def _show_example(self, sheet: Sheet) -> None:
        while (item := self._example.takeAt(0)) is not None:
            if widget := item.widget():
                widget.deleteLater()
        wide = min(_EXAMPLE_COLUMNS, len(sheet.header))
        for column in range(wide):
            self._example.addWidget(ElidedLabel(sheet.header[column], "caption", "text_2"), 0, column)
            for row, found in enumerate(sheet.rows[:_EXAMPLE_ROWS], 1):
                self._example.addWidget(ElidedLabel(found.cells[column] or "—", "dense", "text"), row, column)
            self._example.setColumnStretch(column, 1)

    def _on_sheet(self) -> None:
        if self._sheet is None:
            return
        typed = self.header_row.text().strip()
        row = int(typed) if typed.isdecimal() else 0
        name = self.sheets.currentText()
        if name != self._sheet.name or row != self._sheet.header_row:
            self.sheet_chosen.emit(name, row)

    def on_choose(self) -> None:
        """Asks for the file."""
        kinds = (
            _("Tables")
            + " (*.xlsx *.xls *.xlsm *.xlsb *.ods *.csv *.tsv *.txt *.htm *.html);;"
            + _("All files")
            + " (*)"
        )
        name, _kind = QFileDialog.getOpenFileName(self, _("Choose a file"), "", kinds)
        if name:
            self.chosen.emit(Path(name))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        path = next((u.toLocalFile() for u in event.mimeData().urls() if u.isLocalFile()), "")
        if path:
            self.chosen.emit(Path(path))
