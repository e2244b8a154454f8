"""The cards of the sign-in page: password, PIN, a new PIN, a new password."""

import math
import time
from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from app.auth.secret import MAX_PIN, MIN_PASSWORD, MIN_PIN
from app.words import _
from ui.kit import theme
from ui.kit.buttons import button
from ui.kit.labels import label
from ui.kit.notes import NoteStrip
from ui.signin.fields import PinField, PinPad, SecretField, field_font
from ui.signin.panel import Person

WIDTH = 440


class SecretCard(QFrame):
    """A card that asks for a secret: title, fields, what went wrong, one primary button."""

    moved = Signal(int)

    def __init__(self, title: str, text: str = "") -> None:
        super().__init__()
        self.setProperty("card", True)
        self.setFixedWidth(WIDTH)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(36, 30, 36, 26)
        self.column.setSpacing(6)
        self.title = label(title, "title", wrap=True)
        self.column.addWidget(self.title)
        self.text = label(text, "dense", "text_2", wrap=True)
        self.column.addWidget(self.text)
        self.text.setVisible(bool(text))  # only now: without a parent it would flash as a window of its own
        self.column.addSpacing(6)
        self.note = NoteStrip("", "danger")
        self.note.hide()
        self.go: QPushButton | None = None
        #: What gets the focus when the card is shown.
        self.first: QWidget = self
        self._fields: list[SecretField] = []
        self._caps = False
        self._sentence = ""
        self._until = 0.0
        self._clock = QTimer(self, interval=200)
        self._clock.timeout.connect(self._on_tick)

    def add_field(self, name: str, made: SecretField) -> SecretField:
        """A field under its name."""
        title = label(name, "dense", "text_2")
        title.setBuddy(made)
        self.column.addWidget(title)
        self.column.addWidget(made)
        self.column.addSpacing(6)
        made.moved.connect(self.moved)
        made.caps_seen.connect(self._on_caps)
        made.textEdited.connect(lambda _text: self._on_edited())
        made.returnPressed.connect(self.submit)
        self._fields.append(made)
        return made

    def add_button(self, words: str, icon: str = "") -> QPushButton:
        """The primary button, after the sentence of an error."""
        self.column.addWidget(self.note)
        self.column.addSpacing(4)
        self.go = button(words, icon or None, "primary", "touch")
        self.go.clicked.connect(self.submit)
        self.column.addWidget(self.go)
        return self.go

    def set_low(self, low: bool) -> None:
        """In a window of few lines: narrow margins and a button of 40."""
        self.column.setContentsMargins(*((20, 12, 20, 10) if low else (36, 30, 36, 26)))
        self.text.setVisible(bool(self.text.text()) and not low)
        if self.go is not None:
            self.go.setProperty("scale", "large" if low else "touch")
            theme.restyle(self.go)

    def submit(self) -> None:
        """Enter or the button: what the card is for; nothing while a delay runs."""
        raise NotImplementedError

    def ready(self) -> bool:
        """Whether the next try is looked at now."""
        return time.monotonic() >= self._until and (self.go is None or self.go.isEnabled())

    def busy(self, on: bool) -> None:
        """Between Enter and the answer nothing is taken twice."""
        if self.go is not None:
            self.go.setEnabled(not on)

    def fail(self, sentence: str, seconds: int = 0, place: int = -1) -> None:
        """Say what went wrong and go to the field; with seconds, count down to the next try."""
        self.busy(False)
        self._sentence = sentence
        for field in self._fields:
            field.show_error(bool(sentence))
        self.wait(seconds)
        if self._fields:
            self._fields[place].selectAll()
            self._fields[place].setFocus(Qt.FocusReason.OtherFocusReason)

    def wait(self, seconds: int) -> None:
        """Count down; the other people can still be chosen."""
        self._until = time.monotonic() + seconds if seconds else 0.0
        if seconds:
            self._clock.start()
        self._on_tick()

    def _on_tick(self) -> None:
        left = math.ceil(self._until - time.monotonic())
        if left <= 0:
            self._clock.stop()
        if self.go is not None:
            self.go.setEnabled(left <= 0)
        lines = [self._sentence] if self._sentence else []
        if left > 0:
            lines.append(
                _("The next try is possible in {seconds} s. Others can sign in meanwhile.").format(
                    seconds=left
                )
            )
        if self._caps:
            lines.append(_("Caps Lock is on."))
        self._show("\n".join(lines), "danger" if self._sentence else "warn")

    def _show(self, text: str, level: str) -> None:
        self.note.set(text, level)
        self.note.setVisible(bool(text))

    def _on_caps(self, on: bool) -> None:
        if on != self._caps:
            self._caps = on
            self._on_tick()

    def _on_edited(self) -> None:
        if self._sentence:
            self._sentence = ""
            for field in self._fields:
                field.show_error(False)
            self._on_tick()


class PasswordCard(SecretCard):
    """User name and password."""

    entered = Signal(str, str)

    def __init__(self, hint: str) -> None:
        super().__init__(_("Sign in"))
        self.name = QLineEdit()
        self.name.setFont(field_font())
        self.name.setProperty("scale", "large")
        self.name.setMaxLength(40)
        self.name.setAccessibleName(_("User name"))
        self.name.setInputMethodHints(Qt.InputMethodHint.ImhNoAutoUppercase | Qt.InputMethodHint.ImhLatinOnly)
        title = label(_("User name"), "dense", "text_2")
        title.setBuddy(self.name)
        self.column.addWidget(title)
        self.column.addWidget(self.name)
        self.column.addSpacing(6)
        self.name.returnPressed.connect(self._on_name)
        self.first = self.name
        self.password = self.add_field(_("Password"), SecretField(_("Password")))
        self.add_button(_("Sign in"))
        self.column.addSpacing(6)
        self.column.addWidget(label(hint, "caption", "text_3", wrap=True))

    def fill(self, person: Person) -> None:
        """The chosen person's name; on the sample site the password, too."""
        self.name.setText(person.username)
        self.password.setText(person.password)
        self.fail("")
        if person.password and self.go is not None:
            self.first = self.go
        else:
            self.first = self.password if person.username else self.name
        self.first.setFocus(Qt.FocusReason.OtherFocusReason)

    def submit(self) -> None:
        if not self.ready():
            return
        if not self.name.text().strip():
            self.name.setFocus(Qt.FocusReason.OtherFocusReason)
        elif not self.password.text():
            self.password.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.busy(True)
            self.entered.emit(self.name.text().strip(), self.password.text())

    def _on_name(self) -> None:
        self.password.setFocus(Qt.FocusReason.OtherFocusReason)


class PinCard(SecretCard):
    """A colleague's PIN, with keys for a finger."""

    entered = Signal(str)
    password_wanted = Signal()

    def __init__(self, person: Person, pad: bool) -> None:
        super().__init__(person.name, person.post)
        self.person = person
        self.pin = self.add_field("PIN", PinField("PIN"))
        self._pad = PinPad(self.pin)
        self.column.addWidget(self._pad)
        self._pad.setVisible(pad)
        self.column.addSpacing(4)
        self.add_button(_("Sign in"))
        other = button(_("Use the password"), kind="ghost")
        other.clicked.connect(self.password_wanted)
        self.column.addWidget(other)
        self.first = self.pin

    def show_pad(self, shown: bool) -> None:
        """The keys for a finger, where there is room."""
        self._pad.setVisible(shown)

    def submit(self) -> None:
        if self.ready() and self.pin.text():
            self.busy(True)
            self.entered.emit(self.pin.text())


class NewPinCard(SecretCard):
    """After the first password sign-in: a PIN for switching in three seconds."""

    chosen = Signal(str)
    skipped = Signal()

    def __init__(self, check: Callable[[str], str]) -> None:
        super().__init__(
            _("Set a PIN for this laptop"),
            _(
                "With {low} to {high} digits you switch here in three seconds. The PIN never leaves this laptop."
            ).format(low=MIN_PIN, high=MAX_PIN),
        )
        self._check = check
        self.pin = self.add_field(_("New PIN"), PinField(_("New PIN")))
        self.again = self.add_field(_("The same PIN again"), PinField(_("The same PIN again")))
        self.add_button(_("Set the PIN"))
        later = button(_("Not now"), kind="ghost")
        later.clicked.connect(self.skipped)
        self.column.addWidget(later)
        self.first = self.pin

    def submit(self) -> None:
        if not self.ready():
            return
        if self.pin.hasFocus() and not self.again.text() and not self._check(self.pin.text()):
            self.again.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        if sentence := self._check(self.pin.text()):
            self.again.clear()
            self.fail(sentence, place=0)
        elif self.pin.text() != self.again.text():
            self.fail(_("The two entries differ. Type the PIN again."))
        else:
            self.busy(True)
            self.chosen.emit(self.pin.text())


class NewPasswordCard(SecretCard):
    """Somebody else chose the password of this account: the person replaces it before going on."""

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__(
            _("Choose a password of your own"),
            _("The administrator set the last one. At least {count} characters.").format(count=MIN_PASSWORD),
        )
        self.new = self.add_field(_("New password"), SecretField(_("New password")))
        self.again = self.add_field(_("The same password again"), SecretField(_("The same password again")))
        self.add_button(_("Change the password"))
        self.first = self.new

    def submit(self) -> None:
        if not self.ready():
            return
        if self.new.hasFocus() and not self.again.text():
            self.again.setFocus(Qt.FocusReason.OtherFocusReason)
        elif self.new.text() != self.again.text():
            self.fail(_("The two entries differ. Type the password again."))
        else:
            self.busy(True)
            self.chosen.emit(self.new.text())


class Middle(QWidget):
    """The card in the middle of its side, above and below as much room as there is."""

    def __init__(self) -> None:
        super().__init__()
        self._card: QWidget | None = None
        outer = QVBoxLayout(self)
        outer.setContentsMargins(12, 0, 12, 12)
        outer.addStretch(1)
        # No alignment: an aligned item loses the height that its wrapped lines need.
        self._row = QHBoxLayout()
        self._row.addStretch(1)
        self._row.addStretch(1)
        outer.addLayout(self._row)
        outer.addStretch(1)

    def put(self, card: QWidget) -> None:
        """Show another card."""
        if self._card is not None:
            self._row.removeWidget(self._card)
            self._card.hide()
            self._card.deleteLater()
        self._card = card
        self._row.insertWidget(1, card)
        card.show()
