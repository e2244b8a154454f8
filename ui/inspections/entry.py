"""The answer field of a round: a number of 44 pixels, two or three choices of 88, or a text."""

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPlainTextEdit, QSizePolicy, QVBoxLayout, QWidget

from app.errors import AppError
from app.inspections.rules import CHOICES, FAIL, NA, TAKEN, Item, Value, judge, limits_said, option_word
from app.values import parse_quantity, show_quantity
from app.words import _
from ui.inspections.parts import BigChoice
from ui.kit import theme
from ui.kit.labels import label

ENTER = {Qt.Key.Key_Return, Qt.Key.Key_Enter}
#: In a window of 384 pixels the field gives up a third of its height.
_LOW = "QLineEdit { min-height: 58px; } QLineEdit:focus, QLineEdit[state=error] { min-height: 56px; }"
_LEVELS = {"ok": "ok", "warn": "warn", FAIL: "danger", NA: "neutral"}


def _is_enter(event: QKeyEvent) -> bool:
    """Enter alone: with Ctrl it submits the round."""
    return event.key() in ENTER and not event.modifiers() & Qt.KeyboardModifier.ControlModifier


class NumberEntry(QWidget):
    """A measured value: no input method, comma or point, the unit and the limits beside it."""

    edited = Signal()
    confirmed = Signal()

    def __init__(self, item: Item, *, compact: bool = False) -> None:
        super().__init__()
        self.field = QLineEdit()
        self.field.setProperty("scale", "touch")
        self.field.setFont(theme.font("value"))
        self.field.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.field.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.field.setInputMethodHints(Qt.InputMethodHint.ImhFormattedNumbersOnly)
        self.field.setMaxLength(20)
        self.field.setAccessibleName(item.text)
        self.field.setMaximumWidth(370)
        if compact:
            self.field.setStyleSheet(_LOW)
        self.field.textEdited.connect(self.edited)
        self.field.installEventFilter(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(self.field, 3)
        unit = label(item.unit, "item")
        font = theme.font("title")
        font.setPixelSize(22)
        unit.setFont(font)
        row.addWidget(unit)
        row.addLayout(self._limits(item, compact=compact), 2)
        row.addStretch(1)

    @staticmethod
    def _limits(item: Item, *, compact: bool) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setContentsMargins(12, 0, 0, 0)
        column.setSpacing(0)
        column.addStretch()
        said = limits_said(item)
        if said:
            column.addWidget(label(_("Allowed"), "dense", "text_2"))
            column.addWidget(label(said, "body_strong" if compact else "section"))
        column.addStretch()
        return column

    def value(self) -> Value:
        return parse_quantity(self.field.text()) if self.field.text().strip() else None

    def typed(self) -> str:
        return self.field.text()

    def set_typed(self, text: str) -> None:
        self.field.setText(text)

    def show_value(self, number: int | None, _text: str | None) -> None:
        """The value that was confirmed."""
        self.field.setText(show_quantity(number))

    def press(self, key: str) -> None:
        """A key of the keypad on the screen."""
        if key == "enter":
            self.confirmed.emit()
            return
        if key == "back":
            self.field.backspace()
        else:
            self.field.insert(key)
        self.edited.emit()

    def set_state(self, state: str | None) -> None:
        wanted = "error" if state == FAIL else ""
        if self.field.property("state") != wanted:
            self.field.setProperty("state", wanted)
            theme.restyle(self.field)

    def take_focus(self) -> None:
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)
        self.field.selectAll()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and _is_enter(event):
            self.confirmed.emit()
            return True
        return super().eventFilter(watched, event)


class ChoiceEntry(QWidget):
    """Two or three large answers: keys 1 2 3, arrows, or a finger."""

    edited = Signal()
    confirmed = Signal()

    def __init__(self, item: Item, *, compact: bool = False) -> None:
        super().__init__()
        self._options = item.choices
        self._chosen = -1
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        self.buttons: list[BigChoice] = []
        for number, option in enumerate(self._options):
            state = judge(item, option) or "ok"
            opens = state == FAIL and item.on_fail == "work_order" and not compact
            note = _("opens a work order") if opens else ""
            made = BigChoice(option_word(option), _LEVELS[state], str(number + 1), note)
            made.clicked.connect(lambda _on=False, n=number: self.choose(n))
            if compact:
                made.setFixedHeight(66)
            self.buttons.append(made)
            row.addWidget(made)
        self.setAccessibleName(item.text)

    def choose(self, number: int) -> None:
        """Take an answer; it is confirmed by Enter or by leaving the item."""
        if 0 <= number < len(self._options):
            self._show(number)
            self.setFocus(Qt.FocusReason.OtherFocusReason)
            self.edited.emit()

    def _show(self, number: int) -> None:
        self._chosen = number
        for place, made in enumerate(self.buttons):
            made.setChecked(place == number)

    def value(self) -> Value:
        return self._options[self._chosen] if self._chosen >= 0 else None

    def typed(self) -> str:
        return str(self.value() or "")

    def set_typed(self, text: str) -> None:
        self._show(self._options.index(text) if text in self._options else -1)

    def show_value(self, _number: int | None, text: str | None) -> None:
        """The answer that was confirmed."""
        self.set_typed(text or "")

    def set_state(self, state: str | None) -> None:
        """The buttons show their levels themselves."""

    def take_focus(self) -> None:
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, many = event.key(), len(self._options)
        if Qt.Key.Key_1 <= key < Qt.Key.Key_1 + many:
            self.choose(key - Qt.Key.Key_1)
        elif key in {Qt.Key.Key_Left, Qt.Key.Key_Right}:
            step = 1 if key == Qt.Key.Key_Right else -1
            self.choose(max(0, min(self._chosen + step, many - 1)))
        elif _is_enter(event):
            self.confirmed.emit()
        else:
            super().keyPressEvent(event)


class LinesField(QPlainTextEdit):
    """A few lines of text in which Enter confirms and Shift Enter begins a new line; Tab goes on."""

    confirmed = Signal()

    def __init__(self, height: int) -> None:
        super().__init__()
        self.setTabChangesFocus(True)
        self.setFixedHeight(height)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        held = event.modifiers() & (Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier)
        if event.key() in ENTER and not held:
            self.confirmed.emit()
        else:
            super().keyPressEvent(event)


class TextEntry(QWidget):
    """A text, a signature (a typed name), or a photo that is its own answer."""

    edited = Signal()
    confirmed = Signal()

    def __init__(self, item: Item, *, compact: bool = False) -> None:
        super().__init__()
        self.field = LinesField(60 if compact else 132)
        self.field.setAccessibleName(item.text)
        self.field.setPlaceholderText(
            {"signature": _("Type your name"), "photo": _("Add a photo; a text is optional")}.get(
                item.value_type, _("Type what is to be noted")
            )
        )
        self._photo = item.value_type == "photo"
        self.field.textChanged.connect(self._on_changed)
        self.field.confirmed.connect(self.confirmed)
        self._quiet = False
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.field)

    def _on_changed(self) -> None:
        if not self._quiet:
            self.edited.emit()

    def value(self) -> Value:
        text = self.field.toPlainText().strip()
        if len(text) > 2000:
            raise AppError(_("At most 2,000 characters fit here. Shorten the text."))
        return text or (TAKEN if self._photo and self.property("photos") else None)

    def typed(self) -> str:
        return self.field.toPlainText()

    def set_typed(self, text: str) -> None:
        self._quiet = True
        self.field.setPlainText(text)
        self._quiet = False

    def show_value(self, _number: int | None, text: str | None) -> None:
        """The text that was confirmed."""
        self.set_typed("" if text == TAKEN else text or "")

    def set_state(self, state: str | None) -> None:
        """A text neither passes nor fails."""

    def take_focus(self) -> None:
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)


AnyEntry = NumberEntry | ChoiceEntry | TextEntry


def entry_for(item: Item, *, compact: bool = False) -> AnyEntry:
    """The field that an item needs."""
    if item.is_number:
        return NumberEntry(item, compact=compact)
    return (
        ChoiceEntry(item, compact=compact) if item.value_type in CHOICES else TextEntry(item, compact=compact)
    )
