"""Forms from a list of fields: label above, unit at the right, limits before typing, errors at the field."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.errors import AppError
from app.values import show_quantity
from app.words import _
from ui.kit import editors, theme
from ui.kit.labels import SignLabel, label, plain_tip, set_tone

__all__ = ["Form", "FormField"]


@dataclass(frozen=True)
class FormField:
    """One field of a form.

    kind: text, password, lines, number (thousandths), money, price, rate, choice, many (any of the choices), date, flag or
    reference. `limits` (lowest, highest; None = open) are shown beside a number; a value outside them warns but is not
    refused.
    """

    name: str
    label: str
    kind: str = "text"
    unit: str = ""
    required: bool = False
    choices: Sequence[tuple[Any, str]] = ()
    limits: tuple[int | None, int | None] | None = None
    help: str = ""
    find: editors.Find | None = None
    placeholder: str = ""
    read_only: bool = False
    #: It has a value from the start and cannot be emptied: nothing is said about it.
    given: bool = False


def _editor(field: FormField) -> Any:
    match field.kind:
        case "text":
            return editors.TextEditor()
        case "password":
            return editors.PasswordEditor()
        case "lines":
            return editors.LinesEditor()
        case "number" | "money" | "price" | "rate":
            return editors.NumberEditor(field.kind)
        case "choice":
            return editors.ChoiceEditor(field.choices, required=field.required)
        case "date":
            return editors.DateEditor()
        case "flag":
            return editors.FlagEditor(field.label)
        case "many":
            return editors.ManyEditor(field.choices)
        case "reference" if field.find:
            return editors.ReferenceEditor(field.find)
    raise ValueError(field.kind)


class FieldBox(QWidget):
    """A field with what stands around it: label, required, unit, limits, help and the sentence of an error."""

    edited = Signal()

    def __init__(self, field: FormField) -> None:
        super().__init__()
        self.field = field
        self.editor = _editor(field)
        self.editor.setAccessibleName(field.label)
        if field.placeholder and hasattr(self.editor, "setPlaceholderText"):
            self.editor.setPlaceholderText(field.placeholder)
        if field.read_only:
            if hasattr(self.editor, "setReadOnly"):
                self.editor.setReadOnly(True)
            else:
                self.editor.setEnabled(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        if field.kind != "flag":
            column.addLayout(self._head())
        column.addLayout(self._row())
        self._add_sentences(column)
        self.editor.edited.connect(self._on_edited)

    def _head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        title = label(self.field.label, "dense", "text_2")
        title.setBuddy(self.editor)
        row.addWidget(title)
        if self.field.required and not self.field.given:
            row.addWidget(label(_("Required"), "caption", "text_3"))
        row.addStretch()
        return row

    def _row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        narrow = self.field.kind in {"number", "money", "price", "rate", "date"}
        if narrow:
            self.editor.setFixedWidth(176)
        elif self.field.kind != "flag":
            self.editor.setMinimumWidth(176)
        row.addWidget(self.editor)
        self._unit = label(self.field.unit)
        row.addWidget(self._unit)
        if not self.field.unit:
            self._unit.hide()
        if self.field.limits:
            row.addSpacing(8)
            row.addWidget(label(self._range(*self.field.limits), "dense", "text_3"))
        if narrow:
            row.addStretch()
        return row

    def set_unit(self, unit: str) -> None:
        """Another unit at the right of the field, once it is known what is counted."""
        self._unit.setText(unit)
        self._unit.setVisible(bool(unit))

    def _range(self, low: int | None, high: int | None) -> str:
        unit = f" {self.field.unit}" if self.field.unit else ""
        if low is None:
            return _("at most {limit}").format(limit=show_quantity(high) + unit)
        if high is None:
            return _("at least {limit}").format(limit=show_quantity(low) + unit)
        return _("allowed {low} – {high}").format(low=show_quantity(low), high=show_quantity(high) + unit)

    def _add_sentences(self, column: QVBoxLayout) -> None:
        self._sentence = QWidget()
        row = QHBoxLayout(self._sentence)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        self._sign = SignLabel("octagon-alert", "danger_sign", 16)
        self._sign.setFixedHeight(19)
        self._text = label("", "dense", "danger_text", wrap=True)
        row.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._text, 1)
        self._sentence.hide()
        column.addWidget(self._sentence)
        if self.field.help:
            column.addWidget(label(self.field.help, "caption", "text_3", wrap=True))

    def problem(self) -> str:
        """Why this field cannot be taken as it stands; empty when it can."""
        try:
            value = self.editor.value()
        except AppError as error:
            return str(error)
        empty = value is None or value == ""
        return _("Fill in “{field}”.").format(field=self.field.label) if self.field.required and empty else ""

    def value(self) -> Any:
        """The value; None where the text cannot be read."""
        try:
            return self.editor.value()
        except AppError:
            return None

    def show_error(self, sentence: str) -> None:
        """Marks the field red with a sentence under it; an empty sentence takes the mark away."""
        self._show(sentence, "danger", "error" if sentence else "")

    def _show(self, sentence: str, level: str, state: str) -> None:
        look = theme.LEVELS[level]
        self._sign.set_sign(look.icon, look.sign)
        set_tone(self._text, look.text)
        self._text.setText(sentence)
        self._sentence.setVisible(bool(sentence))
        self.editor.setAccessibleDescription(sentence)
        self.editor.setToolTip(plain_tip(sentence))
        if self.editor.property("state") != state:
            self.editor.setProperty("state", state)
            theme.restyle(self.editor)

    def _on_edited(self) -> None:
        self._show(self._beyond(), "warn", "")
        self.edited.emit()

    def _beyond(self) -> str:
        value = self.value()
        if not self.field.limits or value is None:
            return ""
        low, high = self.field.limits
        unit = f" {self.field.unit}" if self.field.unit else ""
        if high is not None and value > high:
            return _("{amount} above the upper limit").format(amount=show_quantity(value - high) + unit)
        if low is not None and value < low:
            return _("{amount} below the lower limit").format(amount=show_quantity(low - value) + unit)
        return ""


class Form(QWidget):
    """A form made from its fields; several columns where there is room."""

    changed = Signal()

    def __init__(self, fields: Iterable[FormField], columns: int = 1) -> None:
        super().__init__()
        self.boxes = {field.name: FieldBox(field) for field in fields}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(20)
        grid.setVerticalSpacing(12)
        place = 0
        for box in self.boxes.values():
            wide = box.field.kind in {"lines", "many"}
            place += -place % columns if wide else 0
            row, column = divmod(place, columns)
            grid.addWidget(box, row, column, 1, columns if wide else 1, Qt.AlignmentFlag.AlignTop)
            place += columns if wide else 1
            box.edited.connect(self.changed)
        for column in range(columns):
            grid.setColumnStretch(column, 1)
        grid.setRowStretch(grid.rowCount(), 1)  # hidden fields leave no gaps between the others

    def editor(self, name: str) -> Any:
        """The field itself, for focus or a signal of its own."""
        return self.boxes[name].editor

    def values(self) -> dict[str, Any]:
        """Each field's value in its physical form; None where empty or not readable."""
        return {name: box.value() for name, box in self.boxes.items()}

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Fills the fields; names that the form does not have are passed over."""
        for name, value in values.items():
            if name in self.boxes:
                self.boxes[name].editor.set_value(value)

    def show_errors(self, errors: Mapping[str, str]) -> None:
        """Marks the fields named here, clears the others, and goes to the first; the text stays as typed."""
        for name, box in self.boxes.items():
            box.show_error(errors.get(name, ""))
        first = next((name for name in self.boxes if errors.get(name)), None)
        if first:
            self.boxes[first].editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def problems(self) -> dict[str, str]:
        """What keeps the form from being taken: fields left empty, text that is no number or date."""
        return {name: found for name, box in self.boxes.items() if (found := box.problem())}

    def check(self) -> bool:
        """Shows the problems at their fields; True when there is none."""
        found = self.problems()
        self.show_errors(found)
        return not found
