"""How the cells of a table are painted: one hairline, the selection with its edge, and words that elide."""

from collections.abc import Iterable
from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTableView

from app.signs import Sign
from ui.kit import theme
from ui.kit.bars import Stock, paint_stock
from ui.kit.chips import paint_status
from ui.kit.lazy import NONE, Column, LazyModel

PAD = 10
BAR = 150


class Rows(QTableView):
    """What the delegate must know of the view: the row under the pointer and how dense the rows are."""

    hovered = -1
    compact = False
    dense = True

    def first_column(self) -> int:
        """The leftmost column that is shown; it carries the edge of the selection."""
        header = self.horizontalHeader()
        places = (header.logicalIndex(n) for n in range(header.count()))
        return next((n for n in places if not header.isSectionHidden(n)), 0)


class RowDelegate(QStyledItemDelegate):
    """Paints every cell of a table."""

    def __init__(self, view: Rows, model: LazyModel) -> None:
        super().__init__(view)
        self._view = view
        self._model = model

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        rect, state = option.rect, option.state
        painter.save()
        self._ground(painter, rect, state, index.row())
        row = self._model.row(index.row())
        if row is not None:
            column = self._model.columns[index.column()]
            selected = bool(state & QStyle.StateFlag.State_Selected)
            self._content(painter, rect.adjusted(PAD, 0, -PAD, -1), column, row, selected=selected)
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(theme.color("focus"), 2, j=Qt.PenJoinStyle.MiterJoin))
            painter.drawRect(rect.adjusted(1, 1, -1, -2))
        if state & QStyle.StateFlag.State_Selected and index.column() == self._view.first_column():
            edge = theme.size("border_width.selected_edge")
            painter.fillRect(rect.x(), rect.y(), edge, rect.height(), theme.color("accent"))
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(self.natural(index.column(), (index.row(),)), 28)

    def natural(self, number: int, rows: Iterable[int]) -> int:
        """The width at which a column shows these rows whole."""
        if self._model.columns[number].kind == "bar":
            return BAR + 2 * PAD
        metrics, model = QFontMetrics(self.font()), self._model
        return (
            max(
                metrics.horizontalAdvance(model.text(row, number))
                + (24 if isinstance(model.cell(row, number), Sign) else 0)
                for row in rows
            )
            + 2 * PAD
            + 2
        )

    def font(self) -> QFont:
        """13 px where rows are dense, 14 elsewhere."""
        return theme.font("dense" if self._view.dense and not self._view.compact else "body")

    def shown(self, index: QModelIndex | QPersistentModelIndex, width: int) -> str:
        """The words of a cell as they fit into this width."""
        column = self._model.columns[index.column()]
        room = (
            width - 2 * PAD - (22 if isinstance(self._model.cell(index.row(), index.column()), Sign) else 0)
        )
        return _elided(QFontMetrics(self.font()), self._model.text(index.row(), index.column()), column, room)

    def _ground(self, painter: QPainter, rect: QRect, state: QStyle.StateFlag, row: int) -> None:
        if state & QStyle.StateFlag.State_Selected:
            active = state & QStyle.StateFlag.State_Active
            painter.fillRect(rect, theme.color("selection" if active else "selection_inactive"))
        elif row == self._view.hovered:
            painter.fillRect(rect, theme.color("hover"))
        painter.fillRect(rect.x(), rect.bottom(), rect.width(), 1, theme.color("border"))

    def _content(self, painter: QPainter, rect: QRect, column: Column, row: Any, *, selected: bool) -> None:
        painter.setFont(self.font())
        value = column.of(row)
        if isinstance(value, Stock):
            paint_stock(painter, QRect(rect.x(), rect.y(), min(rect.width(), BAR), rect.height()), value)
        elif isinstance(value, Sign):
            paint_status(painter, rect, value.text, value.level, value.icon)
        elif self._view.compact and column.second:
            half = QRect(rect.x(), rect.y() + 3, rect.width(), rect.height() // 2)
            self._words(painter, half, column, column.text(row), "text")
            painter.setFont(theme.font("caption"))
            below = half.translated(0, half.height() - 2)
            self._words(painter, below, column, column.second(row), "text_2", words=True)
        else:
            self._words(painter, rect, column, column.text(row), _tone(column, selected=selected))

    @staticmethod
    def _words(
        painter: QPainter, rect: QRect, column: Column, text: str, tone: str, *, words: bool = False
    ) -> None:
        painter.setPen(theme.color("text_3" if text == NONE else tone))
        side = Qt.AlignmentFlag.AlignRight if column.right else Qt.AlignmentFlag.AlignLeft
        flags = side | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
        painter.drawText(rect, flags, _elided(painter.fontMetrics(), text, column, rect.width(), words=words))


def _elided(metrics: QFontMetrics, text: str, column: Column, width: int, *, words: bool = False) -> str:
    middle = column.kind == "code" and not words  # both ends of a code say something
    mode = Qt.TextElideMode.ElideMiddle if middle else Qt.TextElideMode.ElideRight
    return metrics.elidedText(" ".join(text.splitlines()), mode, width)


def _tone(column: Column, *, selected: bool) -> str:
    if column.tone:
        return column.tone
    if column.kind in {"code", "date"}:
        return "text_2"
    return "selection_text" if selected else "text"
