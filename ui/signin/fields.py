"""Fields for secrets: dots, no input method, and a word about Caps Lock."""

from PySide6.QtCore import QRegularExpression, Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent, QRegularExpressionValidator
from PySide6.QtWidgets import QGridLayout, QLineEdit, QWidget

from app.auth.secret import MAX_PASSWORD, MAX_PIN
from app.words import _
from ui.kit import theme
from ui.kit.buttons import button, icon_button

_ARROWS = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}


def field_font() -> QFont:
    """What is typed here is a size larger than in other forms."""
    made = theme.font("body")
    made.setPixelSize(16)
    return made


class SecretField(QLineEdit):
    """A password: dots; arrows up and down move to another person."""

    moved = Signal(int)
    caps_seen = Signal(bool)
    """Whether Caps Lock seems to be on, at each letter that is typed."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setEchoMode(QLineEdit.EchoMode.Password)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.setInputMethodHints(
            Qt.InputMethodHint.ImhSensitiveData
            | Qt.InputMethodHint.ImhNoPredictiveText
            | Qt.InputMethodHint.ImhNoAutoUppercase
        )
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.setMaxLength(MAX_PASSWORD)
        self.setFont(field_font())
        self.setProperty("scale", "large")
        self.setAccessibleName(name)

    def show_error(self, wrong: bool) -> None:
        """Mark the field red, or not."""
        state = "error" if wrong else ""
        if (self.property("state") or "") != state:
            self.setProperty("state", state)
            theme.restyle(self)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = _ARROWS.get(Qt.Key(event.key()))
        if step:
            self.moved.emit(step)
            return
        text = event.text()
        if len(text) == 1 and text.isascii() and text.isalpha():
            shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self.caps_seen.emit(text.isupper() != shift)
        super().keyPressEvent(event)


class PinField(SecretField):
    """A PIN: digits only, in the middle."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.setMaxLength(MAX_PIN)
        self.setInputMethodHints(Qt.InputMethodHint.ImhDigitsOnly | Qt.InputMethodHint.ImhSensitiveData)
        self.setValidator(QRegularExpressionValidator(QRegularExpression("[0-9]*"), self))
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)


class PinPad(QWidget):
    """Twelve large keys for a finger; the field keeps the focus, so the keyboard works beside them."""

    def __init__(self, field: QLineEdit) -> None:
        super().__init__()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(8)
        keys = [(str(n), n - 1) for n in range(1, 10)] + [("0", 10)]
        for word, place in keys:
            made = button(word, scale="touch")
            made.setFont(theme.font("title"))
            made.clicked.connect(lambda _on, word=word: field.insert(word))
            self._add(grid, made, place)
        back = icon_button("arrow-left", _("Delete the last digit"))
        back.setMinimumSize(0, 0)
        back.setMaximumSize(16_777_215, 16_777_215)
        back.clicked.connect(field.backspace)
        self._add(grid, back, 9)
        clear = icon_button("x", _("Clear"))
        clear.setMinimumSize(0, 0)
        clear.setMaximumSize(16_777_215, 16_777_215)
        clear.clicked.connect(field.clear)
        self._add(grid, clear, 11)

    @staticmethod
    def _add(grid: QGridLayout, made: QWidget, place: int) -> None:
        made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        made.setFixedHeight(60)
        grid.addWidget(made, place // 3, place % 3)
