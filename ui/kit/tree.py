"""The tree of places at the left of a list, with how many records each place holds."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ui.kit import icons, theme
from ui.kit.labels import ElidedLabel, plain_tip

Index = QModelIndex | QPersistentModelIndex
WIDTH = 216
STEP = 16
_NODE = Qt.ItemDataRole.UserRole


class Node(NamedTuple):
    """A place: its id and its parent's (None: a root), sign, name, and how many records it holds (None: not told)."""

    id: Any
    parent: Any
    icon: str
    words: str
    records: int | None = None


class _Paint(QStyledItemDelegate):
    """Paints a place over the whole width of its row: branch sign, sign, name, count."""

    def __init__(self, tree: QTreeWidget) -> None:
        super().__init__(tree)
        self._tree = tree

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(120, theme.size("height.row_dense"))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        node: Node = index.data(_NODE)
        whole = QRect(0, option.rect.y(), self._tree.viewport().width(), option.rect.height())
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        if selected:
            painter.fillRect(whole, theme.color("selection"))
            painter.fillRect(0, whole.y(), 3, whole.height(), theme.color("accent"))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(whole, theme.color("hover"))
        tone = theme.color("selection_text" if selected else "text")
        middle = whole.y() + (whole.height() - 16) // 2
        if option.state & QStyle.StateFlag.State_Children:
            open_ = option.state & QStyle.StateFlag.State_Open
            branch = QRect(option.rect.x() - STEP + 1, middle + 1, 14, 14)
            icons.paint(painter, branch, "chevron-down" if open_ else "chevron-right", theme.color("text_2"))
        icons.paint(painter, QRect(option.rect.x() + 4, middle, 16, 16), node.icon, theme.color("text_2"))
        painter.setFont(theme.font("dense"))
        count = "" if node.records is None else str(node.records)
        room = painter.fontMetrics().horizontalAdvance(count)
        words = QRect(option.rect.x() + 26, whole.y(), whole.width() - option.rect.x() - 26 - room - 20, 28)
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
        painter.setPen(tone)
        short = painter.fontMetrics().elidedText(node.words, Qt.TextElideMode.ElideRight, words.width())
        painter.drawText(words, flags, short)
        painter.setPen(theme.color("selection_text" if selected else "text_2"))
        painter.drawText(whole.adjusted(0, 0, -12, 0), flags | Qt.AlignmentFlag.AlignRight, count)
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(theme.color("focus"), 2))
            painter.drawRect(whole.adjusted(1, 1, -1, -1))
        painter.restore()


class _Tree(QTreeWidget):
    """Without the branches of the style: the delegate draws them."""

    def drawBranches(self, painter: QPainter, rect: QRect, index: Index) -> None:
        pass


class PlaceTree(QWidget):
    """Places to choose from; the choice filters the list next to it."""

    selected = Signal(object)
    """The id of the chosen place; None for all."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.setFixedWidth(WIDTH)
        self._items: dict[Any, QTreeWidgetItem] = {}
        self._tree = _Tree()
        self._tree.setHeaderHidden(True)
        self._tree.setFrameShape(QFrame.Shape.NoFrame)
        self._tree.setIndentation(STEP)
        self._tree.setMouseTracking(True)
        self._tree.setItemDelegate(_Paint(self._tree))
        self._tree.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._tree.viewport().setAutoFillBackground(False)
        self._tree.currentItemChanged.connect(lambda: self.selected.emit(self.current()))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 1, 0)
        column.setSpacing(0)
        head = QHBoxLayout()
        head.setContentsMargins(12, 10, 12, 10)
        head.addWidget(ElidedLabel(title, "body_strong"))
        column.addLayout(head)
        column.addWidget(self._tree, 1)
        self.setFocusProxy(self._tree)

    def set_nodes(self, nodes: Sequence[Node]) -> None:
        """Show these places; parents come before their children. What was open and chosen stays so."""
        shut = {key for key, item in self._items.items() if item.childCount() and not item.isExpanded()}
        chosen = self.current()
        self._tree.blockSignals(True)
        self._tree.clear()
        self._items = {}
        for node in nodes:
            parent = self._items.get(node.parent) or self._tree.invisibleRootItem()
            item = self._items[node.id] = QTreeWidgetItem(parent)
            item.setData(0, _NODE, node)
            item.setText(0, node.words)
            item.setToolTip(0, plain_tip(node.words) if self._is_long(node) else "")
        if chosen in self._items:
            self._tree.setCurrentItem(self._items[chosen])  # opens its branch, so it comes first
        for key, item in self._items.items():
            item.setExpanded(key not in shut)
        self._tree.blockSignals(False)
        if chosen is not None and chosen not in self._items:
            self.selected.emit(None)

    def current(self) -> Any:
        """The id of the chosen place, or None."""
        item = self._tree.currentItem()
        return item.data(0, _NODE).id if item else None

    def choose(self, place: Any) -> None:
        """Choose a place; None: all."""
        item = self._items.get(place)
        if item is None:
            self._tree.setCurrentIndex(QModelIndex())
        else:
            self._tree.setCurrentItem(item)

    @staticmethod
    def _is_long(node: Node) -> bool:
        return QFontMetrics(theme.font("dense")).horizontalAdvance(node.words) > WIDTH - 90

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.color("surface_alt"))
        painter.fillRect(self.width() - 1, 0, 1, self.height(), theme.color("border"))
