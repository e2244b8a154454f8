"""The cards of a conflict: what was, mine, theirs; each says who, when, on which computer and why."""

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from app.conflicts import Side
from app.desk import Desk
from app.words import _
from ui.kit import theme
from ui.kit.buttons import Button, button
from ui.kit.labels import KeyCap, SignLabel, label
from ui.sync.saying import moment

#: Values up to so many characters are shown in this size.
SIZES = ((12, "item"), (26, "title"), (80, "section"), (10**9, "body"))


def size_of(texts: Iterable[str], *, many: bool) -> str:
    """The size in which the values of all sides are shown: that of the longest; wide characters count twice."""
    width = max((sum(1 if ord(c) < 0x2E80 else 2 for c in text) for text in texts), default=0)
    role = next(role for most, role in SIZES if width <= most)
    return "title" if many and role == "item" else role


class SideCard(QFrame):
    """One of the three cards; a side that can be chosen has its key and a button."""

    wanted = Signal()

    def __init__(
        self,
        desk: Desk,
        title: str,
        side: Side,
        labels: Sequence[str],
        *,
        icon: str,
        role: str,
        key: str = "",
    ) -> None:
        super().__init__()
        self.chosen = False
        self.side = side
        self._choice: QPushButton | None = None
        self._words = ("", "")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(f"{title}: {' '.join(side.texts)}")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(17, 12, 17, 14)
        self._column.setSpacing(6)
        head = QHBoxLayout()
        head.setSpacing(9)
        head.addWidget(SignLabel(icon, "text_2"))
        head.addWidget(label(title, "body_strong"))
        head.addStretch()
        if key:
            head.addWidget(KeyCap(key))
        self._column.addLayout(head)
        for text, name in zip(side.texts, labels, strict=True):
            if len(labels) > 1:
                self._column.addWidget(label(name, "caption", "text_2"))
            self._column.addWidget(_value(text, role))
        self._column.addSpacing(2)
        self._column.addLayout(_facts(desk, side))
        self._notes = QVBoxLayout()
        self._column.addLayout(self._notes)
        self._column.addStretch(1)
        if side.why:
            self.add_note(_("Why: {reason}").format(reason=side.why))

    def add_note(self, text: str) -> None:
        """A grey sentence under the facts."""
        self._notes.addWidget(label(text, "caption", "text_2", wrap=True))

    def offer(self, word: str, chosen: str) -> None:
        """A button that takes this side, and its word once it is taken."""
        self._words = (word, chosen)
        self._choice = button(word, scale="large")
        self._choice.clicked.connect(self.wanted)
        self._column.addSpacing(4)
        self._column.addWidget(self._choice)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def set_chosen(self, chosen: bool) -> None:
        """Show that this side was chosen, or was not."""
        self.chosen = chosen
        if isinstance(self._choice, Button):
            self._choice.set_text(self._words[chosen])
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._choice is not None and event.button() == Qt.MouseButton.LeftButton:
            self.wanted.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width = 2 if self.chosen else 1
        painter.setPen(QPen(theme.color("accent" if self.chosen else "border"), width))
        painter.setBrush(theme.color("accent_soft" if self.chosen else "surface_alt"))
        inset = width / 2
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(inset, inset, -inset, -inset), 4, 4)


def _value(text: str, role: str) -> QWidget:
    if not text:
        return label(_("empty"), role, "text_3")
    made = label(text, role, wrap=True)
    made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return made


def _facts(desk: Desk, side: Side) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(14)
    grid.setVerticalSpacing(3)
    grid.setColumnStretch(1, 1)
    if not side.known:
        grid.addWidget(
            label(_("Who and when is not known on this laptop."), "caption", "text_2", wrap=True), 0, 0, 1, 2
        )
        return grid
    device = _("{name} (this laptop)").format(name=side.device) if side.here else side.device
    rows = ((_("Who"), side.who), (_("When"), moment(side.at, desk)), (_("Which computer"), device))
    for row, (name, said) in enumerate(rows):
        grid.addWidget(label(name, "dense", "text_2"), row, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(label(said, "dense", wrap=True), row, 1)
    return grid
