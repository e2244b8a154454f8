"""The training matrix as a table: frozen names at the left, short course heads, a ground only under exceptions."""

from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFontMetrics, QHelpEvent, QKeyEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QToolTip,
    QWidget,
)

from app.signs import sign
from app.training.matrix import Matrix
from app.training.rules import Standing
from app.words import _
from ui.kit import icons, theme
from ui.kit.labels import plain_tip

Index = QModelIndex | QPersistentModelIndex
SIGN, GAP, PAD = 15, 5, 10
HEAD = 48
NAMES = 196
_ENTER = {Qt.Key.Key_Return, Qt.Key.Key_Enter}
_WORDED = ("expired", "not_passed", "missing")


def words_of(cell: Standing) -> str:
    """What stands in a cell: the month in which it ends, or the word of the gap."""
    if cell.state in _WORDED:
        return sign(cell.state).text
    return cell.until[2:7] if cell.until else ""


class MatrixModel(QAbstractTableModel):
    """The matrix for the view; the words of a cell are whole sentences for a screen reader."""

    def __init__(self) -> None:
        super().__init__()
        self.found = Matrix("", 0, (), (), {})

    def show(self, found: Matrix) -> None:
        """Another matrix."""
        self.beginResetModel()
        self.found = found
        self.endResetModel()

    def cell(self, row: int, column: int) -> Standing:
        return self.found.lines[row].cells[column]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self.found.lines)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self.found.courses)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or role not in (
            Qt.ItemDataRole.DisplayRole,
            Qt.ItemDataRole.AccessibleTextRole,
        ):
            return None
        return self.said(index.row(), index.column())

    def said(self, row: int, column: int) -> str:
        """A cell in words: who, which course, how it stands and until when."""
        line, head, cell = self.found.lines[row], self.found.courses[column], self.cell(row, column)
        state = sign(cell.state).text
        if cell.until:
            state = _("{state}, valid until {day}").format(state=state, day=cell.until)
        return f"{line.person.name}\n{head.code} {head.name}\n{state}"

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return None
        if orientation == Qt.Orientation.Horizontal:
            head = self.found.courses[section]
            return f"{head.code} {head.name}"
        return self.found.lines[section].person.name


class Cells(QStyledItemDelegate):
    """Sign and word in the middle of the cell; the frame of the focus around it."""

    def __init__(self, model: MatrixModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._model = model

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        cell = self._model.cell(index.row(), index.column())
        painter.save()
        rect = option.rect
        painter.fillRect(rect, theme.color("surface"))
        painter.fillRect(rect.x(), rect.bottom(), rect.width(), 1, theme.color("border"))
        if cell.state == "not_required":
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("text_3"))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.drawEllipse(rect.center(), 1, 1)
        else:
            self._standing(painter, rect, cell)
        if option.state & QStyle.StateFlag.State_Selected:
            active = option.state & QStyle.StateFlag.State_Active
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            tone = theme.color("focus" if active else "border_strong")
            painter.setPen(QPen(tone, 2, j=Qt.PenJoinStyle.MiterJoin))
            painter.drawRect(rect.adjusted(1, 1, -1, -2))
        painter.restore()

    @staticmethod
    def _standing(painter: QPainter, rect: QRect, cell: Standing) -> None:
        found = sign(cell.state)
        look = theme.LEVELS[found.level]
        if cell.state != "valid":
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color(look.soft))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.drawRoundedRect(rect.adjusted(3, 3, -3, -4), 3, 3)
        painter.setFont(theme.font("caption"))
        words = words_of(cell)
        width = painter.fontMetrics().horizontalAdvance(words) + (GAP if words else 0) + SIGN
        x = rect.x() + max((rect.width() - width) // 2, 2)
        icons.paint(
            painter,
            QRect(x, rect.y() + (rect.height() - SIGN) // 2, SIGN, SIGN),
            found.icon,
            theme.color(look.sign),
        )
        painter.setPen(theme.color("text_2" if cell.state == "valid" else look.text))
        place = QRect(x + SIGN + GAP, rect.y(), rect.right() - x - SIGN - GAP, rect.height() - 1)
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, words)


class Head(QHeaderView):
    """Names at the left or courses on top: two tones, elided, whole in the tooltip; the current one stands out."""

    def __init__(self, orientation: Qt.Orientation, model: MatrixModel, view: QTableView) -> None:
        super().__init__(orientation, view)
        self._matrix = model
        self._view = view
        self.setSectionsClickable(True)
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        if orientation == Qt.Orientation.Horizontal:
            self.setFixedHeight(HEAD)
        else:
            self.setFixedWidth(NAMES)

    def sizeHint(self) -> QSize:
        across = self.orientation() == Qt.Orientation.Horizontal
        return (
            QSize(super().sizeHint().width(), HEAD) if across else QSize(NAMES, super().sizeHint().height())
        )

    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:
        painter.save()
        across = self.orientation() == Qt.Orientation.Horizontal
        now = self._view.currentIndex()
        here = now.isValid() and (now.column() if across else now.row()) == logicalIndex
        painter.fillRect(rect, theme.color("selection" if here else "surface_alt" if across else "surface"))
        painter.fillRect(rect.x(), rect.bottom(), rect.width(), 1, theme.color("border"))
        if across:
            self._course(painter, rect, logicalIndex)
        else:
            painter.fillRect(rect.right(), rect.y(), 1, rect.height(), theme.color("border"))
            self._person(painter, rect, logicalIndex)
        painter.restore()

    def _course(self, painter: QPainter, rect: QRect, section: int) -> None:
        head = self._matrix.found.courses[section]
        painter.setFont(theme.font("caption"))
        half = rect.adjusted(4, 5, -4, -rect.height() // 2)
        for text, tone, place in (
            (head.code, "text", half),
            (head.name, "text_2", half.translated(0, half.height())),
        ):
            painter.setPen(theme.color(tone))
            shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, place.width())
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextSingleLine, shown)

    def _person(self, painter: QPainter, rect: QRect, section: int) -> None:
        who = self._matrix.found.lines[section].person
        place = rect.adjusted(PAD, 0, -8, -1)
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
        painter.setFont(theme.font("dense"))
        painter.setPen(theme.color("text"))
        name = painter.fontMetrics().elidedText(who.name, Qt.TextElideMode.ElideRight, place.width())
        painter.drawText(place, flags, name)
        place.setLeft(place.left() + painter.fontMetrics().horizontalAdvance(name) + 8)
        painter.setFont(theme.font("caption"))
        painter.setPen(theme.color("text_2"))
        painter.drawText(
            place,
            flags,
            painter.fontMetrics().elidedText(who.job, Qt.TextElideMode.ElideRight, place.width()),
        )

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            across = self.orientation() == Qt.Orientation.Horizontal
            section = self.logicalIndexAt(event.pos())
            text = self._tip(section, across=across) if section >= 0 else ""
            QToolTip.showText(event.globalPos(), plain_tip(text), self)
            return True
        return super().viewportEvent(event)

    def _tip(self, section: int, *, across: bool) -> str:
        if across:
            return str(self._matrix.headerData(section, Qt.Orientation.Horizontal))
        who = self._matrix.found.lines[section].person
        return "\n".join(filter(None, [who.words, who.job, who.team]))


class _Corner(QWidget):
    """The word over the names."""

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.color("surface_alt"))
        painter.fillRect(0, self.height() - 1, self.width(), 1, theme.color("border"))
        painter.fillRect(self.width() - 1, 0, 1, self.height(), theme.color("border"))
        painter.setFont(theme.font("caption"))
        painter.setPen(theme.color("text_2"))
        painter.drawText(self.rect().adjusted(PAD, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, _("Staff member"))


class MatrixView(QTableView):
    """The matrix: arrows move, Enter opens the record, a click on a name opens the person."""

    opened = Signal(int, int)
    """Row and column of the cell that was opened by Enter or a double click."""

    person_opened = Signal(int)
    """The row of the name that was clicked."""

    def __init__(self) -> None:
        super().__init__()
        self.found = MatrixModel()
        self.setModel(self.found)
        self.setHorizontalHeader(Head(Qt.Orientation.Horizontal, self.found, self))
        self.setVerticalHeader(Head(Qt.Orientation.Vertical, self.found, self))
        self.setItemDelegate(Cells(self.found, self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setCornerButtonEnabled(False)
        self.setTabKeyNavigation(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setAccessibleName(_("Training matrix"))
        self._corner = _Corner(self)
        self.activated.connect(lambda index: self.opened.emit(index.row(), index.column()))
        self.verticalHeader().sectionClicked.connect(self.person_opened)
        theme.notifier.changed.connect(self.viewport().update)

    def show_matrix(self, found: Matrix) -> None:
        """Another matrix; the cell that was current stays so, and the place."""
        now, old = self.currentIndex(), self.found.found
        who = old.lines[now.row()].person.id if now.isValid() else None
        course = old.courses[now.column()].id if now.isValid() else None
        places = self.horizontalScrollBar().value(), self.verticalScrollBar().value()
        self.found.show(found)
        self.verticalHeader().setDefaultSectionSize(theme.size("height.row_dense"))
        self.horizontalHeader().setDefaultSectionSize(self._width())
        rows = [n for n, line in enumerate(found.lines) if line.person.id == who]
        columns = [n for n, head in enumerate(found.courses) if head.id == course]
        if rows and columns:
            self.setCurrentIndex(self.found.index(rows[0], columns[0]))
        elif found.lines and found.courses:
            self.setCurrentIndex(self.found.index(0, 0))
        self.horizontalScrollBar().setValue(places[0])
        self.verticalScrollBar().setValue(places[1])

    def go_to(self, staff: bytes) -> None:
        """Make the line of a person the current one."""
        rows = [n for n, line in enumerate(self.found.found.lines) if line.person.id == staff]
        if rows:
            self.setCurrentIndex(self.found.index(rows[0], max(self.currentIndex().column(), 0)))

    def _width(self) -> int:
        """The width of a course: as wide as the longest word in a cell; more where there is room."""
        metrics = QFontMetrics(theme.font("caption"))
        least = max(metrics.horizontalAdvance(sign(state).text) for state in _WORDED) + SIGN + GAP + 16
        count = max(self.found.columnCount(), 1)
        return max(least, 66, min((self.viewport().width()) // count, 132))

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        self.horizontalHeader().viewport().update()
        self.verticalHeader().viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _ENTER and self.currentIndex().isValid():
            self.opened.emit(self.currentIndex().row(), self.currentIndex().column())
        elif event.key() == Qt.Key.Key_Escape:
            event.ignore()
        else:
            super().keyPressEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), plain_tip(str(self.indexAt(event.pos()).data() or "")), self)
            return True
        return super().viewportEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.horizontalHeader().setDefaultSectionSize(self._width())
        self._corner.setGeometry(0, 0, NAMES, HEAD)
