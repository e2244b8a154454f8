"""Step 2: which column of the file feeds which field; a person corrects the guess once, and it is remembered."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLineEdit, QVBoxLayout, QWidget

from app.desk import Desk
from app.exchange.dryrun import creatable
from app.exchange.mapping import Mapping
from app.exchange.read import Sheet
from app.exchange.targets import Column, targets
from app.fields import about
from app.words import _
from ui.kit import theme
from ui.kit.editors import ChoiceEditor
from ui.kit.labels import ElidedLabel, label, plain_tip, set_tone
from ui.kit.layout import Card


class _Line:
    """One field: its column in the file, what is put before it, what stands where the cell is empty, an example."""

    def __init__(self, column: Column, sheet: Sheet, *, required: bool) -> None:
        self.column, self.required, self._sheet = column, required, sheet
        word = _(column.field.label)
        self.name = label(word, "body_strong" if required else "body")
        self.must = label(_("required") if required else "", "caption", "text_3")
        self.source = ChoiceEditor([(h, h) for h in sheet.header], required=False)
        self.source.setAccessibleName(word)
        self.before, self.constant = QLineEdit(), QLineEdit()
        for edit, said in ((self.before, _("Put before it")), (self.constant, _("Where it is empty"))):
            edit.setAccessibleName(f"{word}: {said}")
            edit.setToolTip(plain_tip(said))
            edit.setFont(theme.font("body"))
        self.example = ElidedLabel("", "dense", "text_2")
        self._more: tuple[str, ...] = ()

    def show(self, mapping: Mapping) -> None:
        """The mapping's part about this field."""
        headings = mapping.sources.get(self.column.name, ())
        self.source.set_value(headings[0] if headings and headings[0] in self._sheet.header else None)
        self._more = tuple(headings[1:])
        self.before.setText(mapping.prefixes.get(self.column.name, ""))
        self.constant.setText(mapping.constants.get(self.column.name, ""))
        self.show_example()

    def headings(self) -> tuple[str, ...]:
        """The headings that feed the field."""
        first = self.source.value()
        return (first, *self._more) if first else ()

    def show_example(self) -> None:
        """The first filled cell as it will be read, or what is lacking."""
        heading, text = self.source.value(), self.constant.text().strip()
        if heading:
            place = self._sheet.header.index(heading)
            found = next((r.cells[place] for r in self._sheet.rows[:200] if r.cells[place]), "")
            text = self.before.text() + found if found else text
        lacking = self.required and not heading and not self.constant.text().strip()
        self.example.setText(_("Choose a column or give a value") if lacking else text)
        set_tone(self.example, "danger_text" if lacking else "text_2")
        self.before.setEnabled(bool(heading))


class ColumnsStep(QWidget):
    """The fields of the target under each other, what is required first."""

    changed = Signal()
    """Another mapping."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(13)
        self._card = Card(_("Match columns"))
        self._create = Card(_("What is missing is created"))
        self._boxes: dict[str, QCheckBox] = {}
        self._lines: list[_Line] = []
        self._inner: QWidget | None = None
        self._checks: QWidget | None = None
        self._target, self._total = "", 0
        self._narrow = False
        self._heads: list[QWidget] = []
        column.addWidget(self._card)
        column.addWidget(self._create)
        column.addStretch()

    def show_mapping(self, sheet: Sheet, mapping: Mapping) -> None:
        """The fields of the target with what feeds them."""
        target = targets()[mapping.target]
        self._target = mapping.target
        required = {c.name for c in target.required()}
        ordered = sorted(
            target.columns_for(self._desk.actor),
            key=lambda c: (c.name not in required, not mapping.feeds(c.name)),
        )
        self._lines = [_Line(c, sheet, required=c.name in required) for c in ordered]
        self._rebuild()
        for made in self._lines:
            made.show(mapping)
            made.source.edited.connect(self._on_edited)
            made.before.textEdited.connect(self._on_edited)
            made.constant.textEdited.connect(self._on_edited)
        self._show_checks(mapping)
        self._total = len(sheet.header)
        self._show_facts()

    def _show_facts(self) -> None:
        used = len({heading for made in self._lines for heading in made.headings()})
        said = _("{done} of {total} columns of the file are used")
        self._card.set_facts(said.format(done=used, total=self._total))

    def _rebuild(self) -> None:
        if self._inner:
            self._inner.deleteLater()
        self._inner = QWidget()
        grid = QGridLayout(self._inner)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(6)
        heads = (
            _("Field"),
            "",
            _("Column of the file"),
            _("Put before it"),
            _("Where it is empty"),
            _("Example"),
        )
        self._heads = [label(head, "caption", "text_2") for head in heads]
        for place, head in enumerate(self._heads):
            grid.addWidget(head, 0, place)
        for row, made in enumerate(self._lines, 1):
            cells = (made.name, made.must, made.source, made.before, made.constant, made.example)
            for place, cell in enumerate(cells):
                grid.addWidget(cell, row, place, Qt.AlignmentFlag.AlignVCenter)
        grid.setColumnStretch(2, 3)
        grid.setColumnStretch(5, 3)
        self._card.body.addWidget(self._inner)
        self.set_narrow(self._narrow)

    def set_narrow(self, narrow: bool) -> None:
        """On a small window the examples are left out; what is required stands first and bold."""
        self._narrow = narrow
        for made in self._lines:
            made.example.setVisible(not narrow)
            made.must.setVisible(not narrow)
            made.before.setFixedWidth(60 if narrow else 90)
            made.constant.setFixedWidth(90 if narrow else 150)
        for place in (3, 4, 5) if self._heads else ():
            self._heads[place].setVisible(not narrow)

    def _show_checks(self, mapping: Mapping) -> None:
        if self._checks:
            self._checks.deleteLater()
        self._checks = QWidget()
        grid = QGridLayout(self._checks)
        grid.setContentsMargins(0, 0, 0, 0)
        self._boxes = {}
        kinds = [table for table in targets()[mapping.target].references() if table in creatable(self._desk)]
        for place, table in enumerate(kinds):
            box = QCheckBox(_(about(table).title))
            box.setChecked(table in mapping.create)
            box.toggled.connect(self._on_edited)
            self._boxes[table] = box
            grid.addWidget(box, 0, place)
        grid.setColumnStretch(len(kinds), 1)
        self._create.body.addWidget(self._checks)
        self._create.setVisible(bool(kinds))

    def mapping(self) -> Mapping:
        """What the person has set."""
        sources = {line.column.name: line.headings() for line in self._lines if line.headings()}
        constants = {line.column.name: t for line in self._lines if (t := line.constant.text().strip())}
        prefixes = {
            line.column.name: t for line in self._lines if (t := line.before.text()) and line.headings()
        }
        create = frozenset(table for table, box in self._boxes.items() if box.isChecked())
        return Mapping(self._target, sources, constants, prefixes, create)

    def line_of(self, name: str) -> _Line:
        """The line of a field (tests and the command palette set it)."""
        return next(made for made in self._lines if made.column.name == name)

    def _on_edited(self) -> None:
        for made in self._lines:
            made.show_example()
        self._show_facts()
        self.changed.emit()
