"""The header of a table: words, the arrow of the order after its word, a hairline between columns."""

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QHeaderView, QWidget

from ui.kit import icons, theme
from ui.kit.delegate import PAD

ARROW = 14


class Header(QHeaderView):
    """Paints its sections itself: a style sheet loses the alignment of columns and the sign of the order."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.sort = -1
        self.descending = False
        self.setSectionsClickable(True)
        self.setSectionsMovable(True)
        self.setHighlightSections(False)
        self.setMinimumSectionSize(48)
        self.setFixedHeight(theme.size("height.header_cell"))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)

    def show_sort(self, section: int, *, descending: bool) -> None:
        """Mark the column that the rows are ordered by; -1: none."""
        self.sort, self.descending = section, descending
        self.viewport().update()

    def wanted(self, section: int) -> int:
        """The least width at which the word is whole, the arrow included."""
        return (
            QFontMetrics(theme.font("caption")).horizontalAdvance(self._word(section)) + ARROW + 4 + 2 * PAD
        )

    def _word(self, section: int) -> str:
        return str(self.model().headerData(section, Qt.Orientation.Horizontal) or "")

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), theme.size("height.header_cell"))

    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:
        painter.save()
        painter.fillRect(rect, theme.color("surface_alt"))
        painter.fillRect(rect.x(), rect.bottom(), rect.width(), 1, theme.color("border"))
        if self.visualIndex(logicalIndex) < self.count() - 1:
            painter.fillRect(rect.right(), rect.y() + 10, 1, rect.height() - 20, theme.color("border"))
        sorted_by = logicalIndex == self.sort
        painter.setFont(theme.font("caption"))
        painter.setPen(theme.color("text" if sorted_by else "text_2"))
        inner = rect.adjusted(PAD, 0, -PAD, -1)
        room = inner.width() - (ARROW + 4 if sorted_by else 0)
        words = painter.fontMetrics().elidedText(self._word(logicalIndex), Qt.TextElideMode.ElideRight, room)
        width = painter.fontMetrics().horizontalAdvance(words)
        alignment = self.model().headerData(
            logicalIndex, Qt.Orientation.Horizontal, Qt.ItemDataRole.TextAlignmentRole
        )
        right = bool(Qt.AlignmentFlag(alignment) & Qt.AlignmentFlag.AlignRight)
        x = inner.right() - width - (ARROW + 4 if sorted_by else 0) + 1 if right else inner.x()
        painter.drawText(
            QRect(x, inner.y(), width + 2, inner.height()),
            Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine,
            words,
        )
        if sorted_by:
            self._arrow(
                painter, QRect(x + width + 4, inner.y() + (inner.height() - ARROW) // 2 + 1, ARROW, ARROW)
            )
        painter.restore()

    def _arrow(self, painter: QPainter, place: QRect) -> None:
        painter.save()
        if not self.descending:
            painter.translate(place.center().x() + 0.5, place.center().y() + 0.5)
            painter.rotate(180)
            painter.translate(-place.center().x() - 0.5, -place.center().y() - 0.5)
        icons.paint(painter, place, "chevron-down", theme.color("text"))
        painter.restore()
