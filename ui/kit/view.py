"""The rows of a table as a widget: keys, pointer, tooltips, clipboard."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QGuiApplication, QHelpEvent, QKeyEvent, QKeySequence, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QToolTip

from ui.kit.delegate import RowDelegate, Rows
from ui.kit.header import Header
from ui.kit.labels import plain_tip
from ui.kit.lazy import LazyModel

_ENTER = {Qt.Key.Key_Return, Qt.Key.Key_Enter}


class View(Rows):
    """The rows themselves: keys, pointer and tooltips."""

    def __init__(self, model: LazyModel) -> None:
        super().__init__()
        self.rows = model
        self.setModel(model)
        self.setHorizontalHeader(Header(self))
        self.delegate = RowDelegate(self, model)
        self.setItemDelegate(self.delegate)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setMouseTracking(True)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().setVisible(False)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setMinimumSectionSize(20)

    def header(self) -> Header:
        header = self.horizontalHeader()
        assert isinstance(header, Header)
        return header

    def settle(self) -> None:
        """Lay out now what a reset has put off, so that the place can be kept."""
        self.executeDelayedItemsLayout()

    def copy(self) -> None:
        """Put the selected rows on the clipboard, a line each, as a spreadsheet takes them."""
        header, model = self.header(), self.rows
        places = [header.logicalIndex(n) for n in range(header.count())]
        columns = [n for n in places if not header.isSectionHidden(n)]
        rows = sorted(index.row() for index in self.selectionModel().selectedRows())
        lines = ("\t".join(" ".join(model.text(row, n).split()) for n in columns) for row in rows)
        QGuiApplication.clipboard().setText("\n".join(lines))

    def _hover(self, row: int) -> None:
        if row != self.hovered:
            old, self.hovered = self.hovered, row
            for place in (old, row):
                if place >= 0:
                    top = self.rowViewportPosition(place)
                    self.viewport().update(0, top, self.viewport().width(), self.rowHeight(place))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover(self.rowAt(event.position().toPoint().y()))
        super().mouseMoveEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._hover(-1)
        super().leaveEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            index = self.indexAt(event.pos())
            full = str(index.data() or "")
            short = full and self.delegate.shown(index, self.visualRect(index).width()) != full
            QToolTip.showText(event.globalPos(), plain_tip(full) if short else "", self)
            return True
        return super().viewportEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.key() in _ENTER and self.currentIndex().isValid():
            self.activated.emit(self.currentIndex())
        elif event.key() == Qt.Key.Key_Escape:
            event.ignore()
        else:
            super().keyPressEvent(event)
