"""The inspector: everything about the selected record at the right of its list, instead of a dialog."""

from collections.abc import Callable, Iterable, Sequence

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.words import _
from ui.kit import icons, theme
from ui.kit.buttons import icon_button
from ui.kit.labels import ElidedLabel, label, line
from ui.kit.timeline import Event, TimeLine


def below(widget: QWidget) -> QPoint:
    """Where a menu opens under its button, on the screen."""
    return widget.mapToGlobal(QPoint(0, widget.height() + 2))


class Inspector(QWidget):
    """Code and tools, name, chips, facts, sections, time line, and the actions at the foot."""

    close_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setFixedWidth(theme.size("width.inspector"))
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(1, 0, 0, 0)
        self._column.setSpacing(0)
        self._tools = QHBoxLayout()
        self._code = ElidedLabel("", "dense", "text_2")
        self._close = icon_button("x", _("Close (Esc)"))
        self._close.clicked.connect(self.close_wanted)
        head = QHBoxLayout()
        head.setContentsMargins(16, 8, 8, 0)
        head.setSpacing(2)
        head.addWidget(self._code, 1)
        head.addLayout(self._tools)
        head.addWidget(self._close)
        self._column.addLayout(head)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.viewport().setAutoFillBackground(False)
        self._column.addWidget(self._area, 1)
        self._foot: QWidget | None = None
        self.start("", "")

    def start(self, code: str, name: str) -> None:
        """Begin with another record: nothing of the last one is left."""
        self._code.setText(code)
        while (item := self._tools.takeAt(0)) is not None:
            if (tool := item.widget()) is not None:
                tool.hide()
                tool.deleteLater()
        if self._foot:
            self._foot.hide()
            self._foot.deleteLater()
            self._foot = None
        inner = QWidget()
        inner.setProperty("ground", "none")
        inner.setAutoFillBackground(False)
        self._body = QVBoxLayout(inner)
        self._body.setContentsMargins(0, 2, 0, 12)
        self._body.setSpacing(8)
        self._body.addStretch()
        self._area.setWidget(inner)
        inner.setAutoFillBackground(False)
        if name:
            self.add(label(name, "section", wrap=True))

    def add_tool(self, icon: str, words: str, slot: Callable[[], object]) -> QPushButton:
        """A button with a sign at the right of the code."""
        made = icon_button(icon, words)
        made.clicked.connect(lambda _checked: slot())
        self._tools.addWidget(made)
        return made

    def add_more(self, rest: Sequence[tuple[str, str, Callable[[], object]]]) -> None:
        """Tools that are wanted seldom, behind one button, so that the code keeps its room: sign, words, what to do."""
        self._seldom = rest
        if rest:
            more = self.add_tool("ellipsis", _("More"), lambda: self.more_menu().popup(below(more)))

    def more_menu(self) -> QMenu:
        """The menu of the tools that are wanted seldom."""
        menu = QMenu(self)
        menu.aboutToHide.connect(menu.deleteLater)
        for icon, words, slot in self._seldom:
            menu.addAction(icons.icon(icon), words).triggered.connect(lambda _on=False, do=slot: do())
        return menu

    def add(self, widget: QWidget, *, margin: int = 16) -> None:
        """Anything else, under what is there."""
        row = QHBoxLayout()
        row.setContentsMargins(margin, 0, margin, 0)
        row.addWidget(widget)
        self._body.insertLayout(self._body.count() - 1, row)

    def add_chips(self, chips: Iterable[QWidget]) -> None:
        """States of the record, side by side."""
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for chip in chips:
            row.addWidget(chip)
        row.addStretch()
        self.add(holder)

    def add_facts(self, facts: Sequence[tuple[str, str | QWidget]]) -> None:
        """What is known of the record: a word and its value, line by line."""
        holder = QWidget()
        grid = QGridLayout(holder)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(3)
        grid.setColumnMinimumWidth(0, 80)
        grid.setColumnStretch(1, 1)
        for number, (words, value) in enumerate(facts):
            grid.addWidget(label(words, "dense", "text_2"), number, 0, Qt.AlignmentFlag.AlignTop)
            shown = label(value, "dense", wrap=True) if isinstance(value, str) else value
            grid.addWidget(shown, number, 1)
        self.add_line()
        self.add(holder)

    def add_line(self) -> None:
        """A hairline over the whole width."""
        self.add(line(), margin=0)

    def add_section(self, title: str) -> None:
        """A heading under a hairline."""
        self.add_line()
        self.add(label(title, "body_strong"))

    def add_timeline(self, events: Sequence[Event], opened: Callable[[int], object] | None = None) -> None:
        """What happened to the record, newest first."""
        made = TimeLine(events)
        if opened:
            made.opened.connect(opened)
        self.add(made)

    def set_actions(self, buttons: Iterable[QPushButton]) -> None:
        """The buttons at the foot, in as many lines as their words need: at most one primary."""
        self._foot = QWidget()
        lines = QVBoxLayout(self._foot)
        lines.setContentsMargins(16, 10, 16, 10)
        lines.setSpacing(8)
        room = 0
        for made in buttons:
            needed = made.sizeHint().width() + 8
            if needed > room:
                row = QHBoxLayout()
                row.setSpacing(8)
                row.addStretch()
                lines.addLayout(row)
                room = theme.size("width.inspector") - 32 + 8
            row.insertWidget(row.count() - 1, made)
            room -= needed
        self._column.addWidget(self._foot)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close_wanted.emit()
        else:
            super().keyPressEvent(event)

    def focus(self) -> None:
        """Give the focus to the first thing in it that takes it."""
        first = next(
            (w for w in self._area.findChildren(QWidget) if _takes_focus(w) and not w.property("aside")), None
        )
        foot = self._foot.findChildren(QPushButton) if self._foot else []
        (first or next(iter(foot), None) or self._close).setFocus(Qt.FocusReason.TabFocusReason)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.color("surface"))
        painter.fillRect(0, 0, 1, self.height(), theme.color("border"))
        if self._foot:
            painter.fillRect(0, self._foot.y(), self.width(), 1, theme.color("border"))


def _takes_focus(widget: QWidget) -> bool:
    return widget.isVisible() and widget.isEnabled() and bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)


class Panes(QWidget):
    """Tree, list and inspector side by side; in a narrow window the tree goes and the inspector lies over the list."""

    tree_folded = Signal(bool)
    """The tree has no room (its choice becomes a filter), or has it again."""

    def __init__(
        self,
        main: QWidget,
        inspector: Inspector | None = None,
        tree: QWidget | None = None,
        filters: QWidget | None = None,
    ) -> None:
        super().__init__()
        self._main, self._inspector, self._tree, self._filters = main, inspector, tree, filters
        self._shut = False
        self._narrow = False
        for part in (main, tree, inspector):
            if part:
                part.setParent(self)
        if inspector:
            inspector.hide()
            inspector.close_wanted.connect(self.close_inspector)

    @property
    def narrow(self) -> bool:
        """The inspector would lie over the list."""
        return self._narrow

    def offer(self) -> None:
        """A record is selected and fills the inspector: it shows if there is room and it was not shut by hand."""
        if self._inspector and not self._shut and not self._narrow:
            self._inspector.show()
            self._arrange()

    def open_inspector(self) -> None:
        """The record is opened (Enter): the inspector shows and has the focus."""
        if self._inspector:
            self._shut = False
            self._inspector.show()
            self._arrange()
            self._inspector.focus()

    def close_inspector(self) -> None:
        """Back to the list (Esc)."""
        if self._inspector and self._inspector.isVisible():
            self._shut = not self._narrow
            inside = self._inspector.isAncestorOf(self.focusWidget() or self)
            self._inspector.hide()
            self._arrange()
            if inside:
                self._main_focus().setFocus(Qt.FocusReason.OtherFocusReason)

    def next_pane(self) -> None:
        """F6: list, inspector, filters, tree, and round again."""
        stops = [self._main_focus(), self._inspector, self._filters, self._tree]
        shown = [stop for stop in stops if stop is not None and stop.isVisible()]
        now = self.focusWidget()
        place = next((n for n, s in enumerate(shown) if now and (s is now or s.isAncestorOf(now))), -1)
        _enter(shown[(place + 1) % len(shown)])

    def _main_focus(self) -> QWidget:
        proxy = self._main.focusProxy()
        while proxy is not None and proxy.focusProxy() is not None:
            proxy = proxy.focusProxy()
        return proxy or self._main

    def _arrange(self) -> None:
        window = self.window().width()
        narrow = window < theme.size("breakpoint.inspector_overlay_below")
        if narrow != self._narrow:
            self._narrow = narrow
            if self._inspector and narrow:
                self._inspector.hide()
            if self._tree:
                self._tree.setVisible(not narrow)
                self.tree_folded.emit(narrow)
        left = self._tree.width() if self._tree and not narrow else 0
        side = theme.size("width.inspector")
        docked = side if self._inspector and not self._inspector.isHidden() and not narrow else 0
        if self._tree:
            self._tree.setGeometry(0, 0, left, self.height())
        self._main.setGeometry(left, 0, max(self.width() - left - docked, 0), self.height())
        if self._inspector:
            self._inspector.setGeometry(self.width() - side, 0, side, self.height())
            self._inspector.raise_()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._inspector and self._inspector.isVisible():
            self.close_inspector()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._arrange()


def _enter(pane: QWidget) -> None:
    if isinstance(pane, Inspector):
        pane.focus()
    elif _takes_focus(pane):
        pane.setFocus(Qt.FocusReason.TabFocusReason)
    else:
        first = next((w for w in pane.findChildren(QWidget) if _takes_focus(w)), pane)
        first.setFocus(Qt.FocusReason.TabFocusReason)
