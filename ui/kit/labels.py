"""Plain words on a page: labels that never read markup, that elide, that count keys."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QWidget

from ui.kit import icons, theme


def label(text: str = "", role: str = "body", tone: str = "text", *, wrap: bool = False) -> QLabel:
    """A text as it is: role says its size (caption ... kpi), tone its colour; `<b>` shows as `<b>`."""
    made = QLabel()
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setText(text)
    made.setFont(theme.font(role))
    made.setProperty("tone", tone)
    made.setWordWrap(wrap)
    # A label takes the height of its lines and no more, or rows of labels spread over a page.
    made.setSizePolicy(
        QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum if wrap else QSizePolicy.Policy.Fixed
    )
    return made


def set_tone(widget: QWidget, tone: str) -> None:
    """Changes the colour of a label to another token."""
    if widget.property("tone") != tone:
        widget.setProperty("tone", tone)
        theme.restyle(widget)


class ElidedLabel(QLabel):
    """A label that gives way: what does not fit ends in an ellipsis and shows whole in the tooltip."""

    def __init__(self, text: str = "", role: str = "body", tone: str = "text") -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(theme.font(role))
        self.setProperty("tone", tone)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setText(text)

    def minimumSizeHint(self) -> QSize:
        return QSize(24, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        shown = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        self.setToolTip(plain_tip(self.text()) if shown != self.text() else "")
        painter = QPainter(self)
        painter.setPen(theme.color(str(self.property("tone"))))
        painter.drawText(self.rect(), self.alignment() | Qt.TextFlag.TextSingleLine, shown)


class SignLabel(QWidget):
    """A sign by itself, in the colour of a role."""

    def __init__(self, name: str, role: str = "text", size: int = 18) -> None:
        super().__init__()
        self.setFixedSize(size, size)
        self.name = name
        self.role = role

    def set_sign(self, name: str, role: str) -> None:
        """Another sign in another colour."""
        self.name, self.role = name, role
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        role = self.role if self.isEnabled() else "text_disabled"
        icons.paint(QPainter(self), self.rect(), self.name, theme.color(role))


def plain_tip(text: str) -> str:
    """A tooltip that shows markup as it was typed: Qt guesses rich text, so the brackets are escaped."""
    if "<" not in text and "&" not in text:
        return text
    return "<qt>" + text.replace("&", "&amp;").replace("<", "&lt;") + "</qt>"


def line(direction: str = "h") -> QFrame:
    """A hairline, "h" or "v"."""
    made = QFrame()
    made.setProperty("line", direction)
    return made


class KeyCap(QLabel):
    """A key as it stands on the keyboard, 11 px."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.setTextFormat(Qt.TextFormat.PlainText)
        small = theme.font("caption")
        small.setPixelSize(11)
        self.setFont(small)
        self.setProperty("keycap", True)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)


def key_hint(keys: str, text: str) -> QWidget:
    """What keys do here: caps and a word; the keys are parted by blanks ("Ctrl K")."""
    made = QWidget()
    row = QHBoxLayout(made)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(6)
    for key in keys.split():
        row.addWidget(KeyCap(key))
    row.addWidget(label(text, "caption", "text_3"))
    return made
