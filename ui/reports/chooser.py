"""The list of reports by area; each says in a line what it is for."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QFrame,
    QScrollArea,
    QStyle,
    QStyleOption,
    QVBoxLayout,
    QWidget,
)

from ui.kit import icons, theme
from ui.kit.labels import label, plain_tip

WIDTH = 316
PAD = 12
SIGN = 20


@dataclass(frozen=True)
class Choice:
    """An entry: its key, sign, title, what it is for, and the area that it stands under."""

    key: str
    icon: str
    title: str
    purpose: str
    area: str = ""


class Entry(QAbstractButton):
    """A report in the list; the chosen one has the ground and the edge of a selected row."""

    def __init__(self, choice: Choice) -> None:
        super().__init__()
        self.choice = choice
        self.setCheckable(True)
        self.setText(choice.title.replace("&", "&&"))
        self.setAccessibleName(choice.title)
        self.setAccessibleDescription(choice.purpose)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setToolTip(plain_tip(choice.purpose))
        self.setFixedHeight(52)

    def _room(self) -> int:
        return self.width() - 3 * PAD - SIGN

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        chosen = self.isChecked()
        if chosen:
            painter.fillRect(self.rect(), theme.color("selection"))
            painter.fillRect(
                0, 0, theme.size("border_width.selected_edge"), self.height(), theme.color("accent")
            )
        elif self.underMouse():
            painter.fillRect(self.rect(), theme.color("hover"))
        tone = "selection_text" if chosen else "text"
        icons.paint(
            painter,
            QRect(PAD, 9, SIGN, SIGN),
            self.choice.icon,
            theme.color("accent" if chosen else "text_2"),
        )
        for role, top, colour, words in (
            ("body_strong" if chosen else "body", 6, tone, self.choice.title),
            ("caption", 27, tone if chosen else "text_2", self.choice.purpose),
        ):
            painter.setFont(theme.font(role))
            painter.setPen(theme.color(colour))
            shown = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, self._room())
            line = QRect(2 * PAD + SIGN, top, self._room(), 21)
            painter.drawText(line, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, shown)
        if self.hasFocus():
            option = QStyleOption()
            option.initFrom(self)
            option.rect = self.rect().adjusted(2, 2, -2, -2)
            self.style().drawPrimitive(QStyle.PrimitiveElement.PE_FrameFocusRect, option, painter, self)


class Chooser(QScrollArea):
    """Entries under the names of their areas; arrows move, Space or a click chooses."""

    chosen = Signal(str)
    """The key of the entry."""

    def __init__(self, choices: Sequence[Choice]) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._group = QButtonGroup(self)
        self.entries: dict[str, Entry] = {}
        inner = QWidget()
        inner.setBackgroundRole(QPalette.ColorRole.Base)
        inner.setAutoFillBackground(True)
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 6, 0, 12)
        column.setSpacing(0)
        area = ""
        for choice in choices:
            if choice.area != area:
                area = choice.area
                head = label(area, "caption", "text_3")
                head.setContentsMargins(PAD, 10, PAD, 4)
                column.addWidget(head)
            column.addWidget(self._entry(choice))
        column.addStretch()
        self.setWidget(inner)

    def _entry(self, choice: Choice) -> Entry:
        made = self.entries[choice.key] = Entry(choice)
        self._group.addButton(made)
        made.toggled.connect(lambda on: self.chosen.emit(choice.key) if on else None)
        made.toggled.connect(lambda on: self.ensureWidgetVisible(made) if on else None)
        return made

    def choose(self, key: str) -> None:
        """Choose an entry."""
        self.entries[key].setChecked(True)

    @property
    def key(self) -> str:
        """The entry that is chosen."""
        return next((key for key, entry in self.entries.items() if entry.isChecked()), "")
