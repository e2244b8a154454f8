"""What every page for a scanner shares: a band, a prompt with a field, the keys, and that a scan is never typed (R-4.4-g)."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QHBoxLayout, QLineEdit, QWidget

from app.words import _
from ui.inventory.band import Band, Result
from ui.inventory.sounds import Sounds
from ui.kit import theme
from ui.kit.buttons import icon_button
from ui.kit.labels import ElidedLabel, SignLabel, key_hint

_LOUD = {"ok": "good", "danger": "bad", "warn": "ask"}


class ScanPage(QWidget):
    """The whole window for one thing: scan, type a number, Enter. A page says what a code means by `use`."""

    left = Signal()
    """The person goes back to the window with the rail."""

    said = Signal(str, object)
    """A line for the toast, and what takes the step back."""

    camera_wanted = Signal()
    """The camera is to read the codes, one after the other."""

    def __init__(self, placeholder: str) -> None:
        super().__init__()
        self.band, self.sounds = Band(), Sounds(self)
        self.entry = QLineEdit()
        self.entry.setFont(theme.font("item"))
        self.entry.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.entry.setPlaceholderText(placeholder)
        self.entry.setAccessibleName(placeholder)
        self.entry.setFixedWidth(260)
        self.entry.returnPressed.connect(self.on_enter)
        self.entry.installEventFilter(self)
        self.camera = icon_button("camera", _("Read codes by camera, one after the other (Ctrl Shift K)"))
        self.camera.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.camera.clicked.connect(self.camera_wanted)
        self.prompt = ElidedLabel("", "item")
        self._sign = SignLabel("scan-line", "accent", 32)
        self.deaf = ElidedLabel("", "item", "danger_text")
        self.deaf.hide()
        self.hints = QWidget()
        self.setFocusProxy(self.entry)
        self.setMinimumSize(480, 300)

    # what a page says

    def use(self, text: str) -> None:
        """A code was scanned or typed."""
        raise NotImplementedError

    def on_enter(self) -> None:
        """Enter was pressed in the field."""
        raise NotImplementedError

    def undo(self) -> None:
        """Take back what was done last here."""
        raise NotImplementedError

    def drop(self) -> None:
        """Esc: drop what is in hand; without anything, leave."""
        raise NotImplementedError

    def keys(self) -> list[tuple[str, str]]:
        """The keys of this page."""
        raise NotImplementedError

    def slots(self) -> Mapping[Qt.Key, Callable[[], object]]:
        """What else a key does here."""
        return {}

    # layout

    def prompt_row(self, *more: QWidget) -> QHBoxLayout:
        """The line under the band: what to do now, and the field."""
        row = QHBoxLayout()
        row.setContentsMargins(36, 10, 20, 10)
        row.setSpacing(16)
        row.addWidget(self._sign)
        row.addWidget(self.prompt, 1)
        row.addWidget(self.deaf, 1)
        for made in (*more, self.camera, self.entry):
            row.addWidget(made)
        return row

    def hint_row(self) -> QWidget:
        """The keys in small print; call it once the page knows them."""
        row = QHBoxLayout(self.hints)
        row.setContentsMargins(36, 0, 20, 8)
        row.setSpacing(16)
        for keys, words in self.keys():
            row.addWidget(key_hint(keys, words))
        row.addStretch()
        return self.hints

    def show_result(self, result: Result, *, loud: bool = True) -> None:
        """Say it in the band, in colour and with the sound of its level."""
        self.band.set(result)
        if loud and result.level in _LOUD:
            self.sounds.play(_LOUD[result.level])

    # scans and keys

    def on_scan(self, text: str) -> bool:
        """The scanner has read something; every code is ours here, good or bad."""
        typed = self.entry.text().strip()
        self.entry.clear()
        if not typed or self.use_typed(typed):
            self.use(text)
        return True

    def use_typed(self, text: str) -> bool:
        """What was typed and not entered when a scan came; False where it must be entered before the scan counts."""
        self.entry.setText(text)
        sentence = _("“{text}” was typed and not entered. Press Enter or delete it, then scan again.")
        said = sentence.format(text=text[:40])
        self.show_result(Result("danger", "octagon-x", _("The scan was not used"), said))
        return False

    def take_focus(self) -> None:
        """The keyboard belongs to the field."""
        self.entry.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        known = {Qt.Key.Key_Escape: self.drop, Qt.Key.Key_F3: self.entry.setFocus, **self.slots()}
        slot = self.undo if is_undo(event) else known.get(Qt.Key(event.key()))
        if slot is not None:
            slot()
        elif _is_typing(event):  # nobody else wanted it: it was meant for the field
            self.take_focus()
            self.entry.insert(event.text())
        else:
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        for made in self.findChildren(QAbstractButton):
            if (
                made.focusPolicy() == Qt.FocusPolicy.StrongFocus
            ):  # a finger on a button leaves the keyboard in the field
                made.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange:
            self._tell_deaf()

    def _tell_deaf(self) -> None:
        """Another program has the keyboard: the scanner types there, and nothing would tell it."""
        deaf = not self.isActiveWindow() and QApplication.activeWindow() is None
        if deaf:
            self.deaf.setText(_("The scanner is not heard: another window is in front. Click here."))
        self.deaf.setVisible(deaf)
        self.prompt.setVisible(not deaf)
        self._sign.set_sign(*(("triangle-alert", "danger_sign") if deaf else ("scan-line", "accent")))
        if not deaf and self.isActiveWindow() and self.focusWidget() is None:
            self.take_focus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # An empty entry would take Ctrl Z for its own text.
        pressed = isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress
        if pressed and isinstance(event, QKeyEvent) and not self.entry.text() and self.key_in_empty(event):
            return True
        return super().eventFilter(watched, event)

    def key_in_empty(self, event: QKeyEvent) -> bool:
        """A key in the empty field that belongs to the page; whether it was taken."""
        if is_undo(event):
            self.undo()
            return True
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), theme.color("surface"))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.width() < 1000
        self.hints.setVisible(self.height() >= 560)
        for widget in (self.prompt, self.deaf, self.entry):
            widget.setFont(theme.font("section" if narrow else "item"))
        self.entry.setFixedWidth(180 if narrow else 260)


def _is_typing(event: QKeyEvent) -> bool:
    """A character without Ctrl or Alt."""
    held = event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
    return bool(event.text()) and event.text().isprintable() and not held


def is_undo(event: QKeyEvent) -> bool:
    """Ctrl Z."""
    return event.key() == Qt.Key.Key_Z and event.modifiers() == Qt.KeyboardModifier.ControlModifier


def ready(sentence: str) -> Result:
    """The band before anything was scanned."""
    return Result("neutral", "scan-line", _("Ready"), sentence)
