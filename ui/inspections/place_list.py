"""The list at the left of a round: places with their progress, the items of the open one; F2 walks through all of them."""

from dataclasses import dataclass

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.inspections.queries import Sheet, SheetItem
from app.inspections.rules import FAIL, NA, value_said
from app.words import _
from ui.kit import icons, theme

PLACE, ITEM = 39, 36
#: A state of an answer -> sign, its colour.
SIGNS = {
    "ok": ("circle-check", "ok_sign"),
    "warn": ("triangle-alert", "warn_sign"),
    "fail": ("octagon-alert", "danger_sign"),
    "na": ("circle-slash", "neutral_sign"),
    "": ("circle-dashed", "neutral_sign"),
}


@dataclass(frozen=True)
class _Row:
    """A line of the list: a place (no number) or the item of a number."""

    top: int
    height: int
    place: str
    number: int | None


class PlaceList(QWidget):
    """Places and items of a sheet; `chosen` tells the number of the item that was clicked or entered."""

    chosen = Signal(int)
    left = Signal()
    """The keyboard goes back to the field."""

    def __init__(self) -> None:
        super().__init__()
        self._items: tuple[SheetItem, ...] = ()
        self._current = 0
        self._cursor = 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setAccessibleName(_("Items of the round"))

    def show_sheet(self, sheet: Sheet, current: int) -> None:
        """The items as they are now, and which of them is open."""
        self._items, self._current = sheet.items, current
        if not self.hasFocus():
            self._cursor = current
        self._laid_out()

    def walk(self) -> None:
        """Take the keyboard: up and down, Enter goes there, Esc goes back."""
        self._cursor = self._current
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._laid_out()

    def _laid_out(self) -> None:
        rows = self._rows()
        self.setMinimumHeight(rows[-1].top + rows[-1].height + 1 if rows else 0)
        self.updateGeometry()
        self.update()

    def _rows(self) -> list[_Row]:
        rows: list[_Row] = []
        top, place = 0, None
        opened = {self._items[n].place for n in (self._current, self._cursor) if n < len(self._items)}
        for number, found in enumerate(self._items):
            if found.place != place:
                place = found.place
                rows.append(_Row(top, PLACE, place, None))
                top += PLACE
            if self.hasFocus() or place in opened:
                rows.append(_Row(top, ITEM, place, number))
                top += ITEM
        return rows

    def sizeHint(self) -> QSize:
        return QSize(232, self.minimumHeight())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        for row in self._rows():
            if row.number is None:
                self._paint_place(painter, row)
            else:
                self._paint_item(painter, row, row.number)

    def _paint_place(self, painter: QPainter, row: _Row) -> None:
        of = [found for found in self._items if found.place == row.place]
        done = [found.given.state for found in of if found.given]
        here = self._items[self._current].place == row.place
        if row.top:
            painter.fillRect(0, row.top, self.width(), 1, theme.color("border"))
        middle = row.top + row.height // 2
        icons.paint(painter, QRect(14, middle - 8, 16, 16), "map-pin", theme.color("text_2"))
        counted = f"{len(done)}/{len(of)}"
        painter.setFont(theme.font("caption"))
        wide = painter.fontMetrics().horizontalAdvance(counted)
        painter.setPen(theme.color("text_2"))
        self._text(painter, QRect(self.width() - 16 - wide, row.top, wide + 2, row.height), counted)
        state = FAIL if FAIL in done else "ok" if len(done) == len(of) else ""
        if state:
            sign, tone = SIGNS[state]
            icons.paint(painter, QRect(self.width() - 40 - wide, middle - 8, 16, 16), sign, theme.color(tone))
        painter.setFont(theme.font("body_strong" if here else "dense"))
        painter.setPen(theme.color("text"))
        self._text(painter, QRect(37, row.top, self.width() - 37 - 48 - wide, row.height), row.place)

    def _paint_item(self, painter: QPainter, row: _Row, number: int) -> None:
        found, place = self._items[number], QRect(0, row.top, self.width() - 1, row.height)
        if number == self._current:
            painter.fillRect(place, theme.color("selection"))
            painter.fillRect(
                0, row.top, theme.size("border_width.selected_edge"), row.height, theme.color("accent")
            )
        if self.hasFocus() and number == self._cursor:
            painter.setPen(theme.color("focus"))
            painter.drawRect(place.adjusted(1, 1, -1, -1))
            painter.drawRect(place.adjusted(2, 2, -2, -2))
        state = found.given.state if found.given else ""
        sign, tone = SIGNS[state]
        icons.paint(painter, QRect(31, row.top + (row.height - 16) // 2, 16, 16), sign, theme.color(tone))
        said = self._said(found)
        painter.setFont(theme.font("dense"))
        wide = min(painter.fontMetrics().horizontalAdvance(said), 84)
        painter.setPen(theme.color("danger_text" if state == FAIL else "text_2"))
        self._text(painter, QRect(self.width() - 16 - wide, row.top, wide + 2, row.height), said)
        painter.setPen(theme.color("text"))
        self._text(painter, QRect(54, row.top, self.width() - 54 - 26 - wide, row.height), found.item.text)

    @staticmethod
    def _said(found: SheetItem) -> str:
        if found.given is None:
            return ""
        if found.given.state == NA:
            return _("n/a")
        return value_said(found.item, found.given.value_num, found.given.value_text)

    @staticmethod
    def _text(painter: QPainter, place: QRect, text: str) -> None:
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, place.width())
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, shown)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        y = event.position().y()
        row = next((r for r in self._rows() if r.top <= y < r.top + r.height), None)
        if row is not None:
            number = row.number
            if number is None:
                number = next(n for n, found in enumerate(self._items) if found.place == row.place)
            self.chosen.emit(number)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        if event.key() in steps:
            self._cursor = max(0, min(self._cursor + steps[Qt.Key(event.key())], len(self._items) - 1))
            self.update()
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.chosen.emit(self._cursor)
        elif event.key() in {Qt.Key.Key_Escape, Qt.Key.Key_F2}:
            self.left.emit()
        else:
            super().keyPressEvent(event)
