"""Pages and cards: the frame that every page has."""

from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app.words import _
from ui.kit import theme
from ui.kit.buttons import icon_button
from ui.kit.labels import ElidedLabel, label, line


class Card(QFrame):
    """A group of things on a page: title, count, something at the right, body."""

    def __init__(self, title: str = "", facts: str = "", *, margins: bool = True) -> None:
        super().__init__()
        self.setProperty("card", True)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        self._column = column
        head = QWidget()
        head.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.head = QHBoxLayout(head)
        self._facts = ElidedLabel(facts, "dense", "text_2")
        if title:
            self.head.setContentsMargins(16, 10, 14, 8)
            self.head.setSpacing(10)
            said = ElidedLabel(title, "section")
            said.setSizePolicy(
                QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed
            )  # gives way, does not grow
            self.head.addWidget(said)
            self.head.addWidget(self._facts, 1)
            column.addWidget(head)
        self.body = QVBoxLayout()
        top = 0 if title else 14
        self.body.setContentsMargins(*((16, top, 16, 14) if margins else (0, 0, 0, 0)))
        self.body.setSpacing(8)
        column.addLayout(self.body)
        column.addStretch(1)

    def set_facts(self, text: str) -> None:
        """The few words next to the title: a count, a period."""
        self._facts.setText(text)

    def add_action(self, widget: QWidget) -> None:
        """Puts a chip, a link or a small button at the right of the title."""
        self.head.addWidget(widget)

    def event(self, event: QEvent) -> bool:
        if event.type() in {QEvent.Type.LayoutRequest, QEvent.Type.Show}:
            # A body that can grow (table, chart) takes the height that is left; any other one stays at the top.
            grows = bool(self.body.expandingDirections() & Qt.Orientation.Vertical)
            self._column.setStretch(self._column.count() - 2, int(grows))
            self._column.setStretch(self._column.count() - 1, int(not grows))
        return super().event(event)


#: Secondary buttons that a page header shows; further ones lie under "more".
MOST_ACTIONS = 4


class Page(QWidget):
    """A page of the main window: title, one line of facts, buttons, and a body that scrolls.

    With table=True the body does not scroll and has no margins: the table does it itself.
    """

    def __init__(self, title: str, *, table: bool = False) -> None:
        super().__init__()
        self.setProperty("ground", "bg")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._header(title))
        self.body = QVBoxLayout()
        self.body.setContentsMargins(*((0, 0, 0, 0) if table else (20, 0, 20, 20)))
        self.body.setSpacing(0 if table else 13)
        if table:
            column.addWidget(line())
            column.addLayout(self.body, 1)
        else:
            column.addWidget(self._scroller(), 1)

    def _header(self, title: str) -> QWidget:
        head = QWidget()
        head.setFixedHeight(theme.size("height.page_header"))
        row = QHBoxLayout(head)
        row.setContentsMargins(20, 0, 20, 0)
        row.setSpacing(10)
        self._title = label(title, "title")
        self._facts = ElidedLabel("", "dense", "text_2")
        self._secondary_buttons: list[QPushButton] = []
        self._secondary = QWidget()
        self._actions = QHBoxLayout(self._secondary)
        self._actions.setContentsMargins(0, 0, 0, 0)
        self._actions.setSpacing(10)
        self._secondary.hide()
        self._overflow = QWidget(head)  # never shown: buttons that stand in the menu only
        self._overflow.hide()
        self._further = QHBoxLayout(self._overflow)
        self._more = icon_button("ellipsis", _("More"))
        self._more.clicked.connect(self.on_more)
        self._more.hide()
        self._primary: QPushButton | None = None
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(10)
        self._buttons.addWidget(self._secondary)
        self._buttons.addWidget(self._more)
        row.addWidget(self._title)
        row.addSpacing(4)
        row.addWidget(self._facts, 1)
        row.addLayout(self._buttons)
        return head

    def _scroller(self) -> QScrollArea:
        inner = QWidget()
        inner.setProperty("ground", "none")
        inner.setLayout(self.body)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.viewport().setAutoFillBackground(False)
        area.setWidget(inner)
        inner.setAutoFillBackground(False)
        return area

    @property
    def title(self) -> str:
        """The title that is shown."""
        return self._title.text()

    def set_title(self, text: str) -> None:
        """Another title."""
        self._title.setText(text)

    def set_facts(self, text: str) -> None:
        """The facts of the page in one line; it elides first."""
        self._facts.setText(text)

    def add_action(self, widget: QPushButton) -> None:
        """A secondary button; they stand left of the primary one."""
        row = self._actions if len(self._secondary_buttons) < MOST_ACTIONS else self._further
        self._secondary_buttons.append(widget)
        row.addWidget(widget)
        self._fold()

    def set_primary(self, widget: QPushButton) -> None:
        """The one primary button of the page, at the right end."""
        if self._primary:
            self._primary.deleteLater()
        self._primary = widget
        self._buttons.addWidget(widget)
        self._fold()

    def actions_shown(self) -> list[QPushButton]:
        """The secondary buttons that the page has not hidden, left to right."""
        return [made for made in self._secondary_buttons if not made.isHidden()]

    def more_menu(self) -> QMenu:
        """The secondary buttons for which there is no room, as a menu."""
        menu = QMenu(self)
        beside = self._secondary_buttons[:MOST_ACTIONS] if self._secondary.isVisibleTo(self) else []
        for made in [made for made in self.actions_shown() if made not in beside]:
            entry = menu.addAction(made.icon(), made.text().strip(), made.click)
            entry.setEnabled(made.isEnabled())
        return menu

    def on_more(self) -> None:
        """Opens the menu under its button."""
        self.more_menu().popup(self._more.mapToGlobal(QPoint(0, self._more.height())))

    def _fold(self) -> None:
        beside = [made for made in self._secondary_buttons[:MOST_ACTIONS] if not made.isHidden()]
        further = [made for made in self._secondary_buttons[MOST_ACTIONS:] if not made.isHidden()]
        parts = [self._title, *beside, *([self._primary] if self._primary else [])]
        needed = 110 + sum(part.sizeHint().width() + 10 for part in parts)
        has_any, narrow = bool(self._secondary_buttons), needed > self.width()
        self._secondary.setVisible(has_any and not narrow)
        self._more.setVisible(has_any and (narrow or bool(further)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fold()
