"""A small picture of a sheet of labels: which places are used up, where the first label goes, which ones follow."""

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from app.labels.layouts import Layout
from app.words import _
from ui.kit import theme
from ui.kit.labels import plain_tip

HEIGHT = 210
NUMBERED = 40


class SheetPicture(QWidget):
    """Click the first label that is still on the sheet, arrows move it; the right button marks a spoilt place among the others."""

    picked = Signal(int)
    """The first free place, from 1."""

    marked = Signal(object)
    """The spoilt places, a set."""

    def __init__(self, layout: Layout) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName(_("First free label"))
        self.setToolTip(
            plain_tip(_("Click the first label that is still on the sheet. Right click: this one is spoilt."))
        )
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._hover = 0
        self.spoilt: frozenset[int] = frozenset()
        self.show_sheet(layout, 1, 1)

    def show_sheet(self, layout: Layout, first: int, count: int) -> None:
        """A layout, its first free place, and how many labels are to be printed."""
        self.sheet, self.first, self.count = layout, min(first, layout.per_page), count
        self.spoilt = frozenset(place for place in self.spoilt if place <= layout.per_page)
        self._scale = HEIGHT / max(layout.page)
        self.setFixedSize(QSize(*(round(side * self._scale) + 2 for side in layout.page)))
        self._say()
        self.update()

    def pick(self, place: int) -> None:
        """Begin at this place, from 1."""
        place = min(max(place, 1), self.sheet.per_page)
        if place != self.first:
            self.first = place
            self._say()
            self.update()
            self.picked.emit(place)

    def spoil(self, place: int) -> None:
        """Mark a place as spoilt, or as good again; one free place is always left."""
        changed = self.spoilt ^ {place}
        if set(range(self.first, self.sheet.per_page + 1)) - changed:
            self.spoilt = changed
            self.update()
            self.marked.emit(changed)

    def _say(self) -> None:
        self.setAccessibleDescription(
            _("{place} of {places}").format(place=self.first, places=self.sheet.per_page)
        )

    def _area(self, place: int) -> QRectF:
        left, top = self.sheet.place(place - 1)
        scale = self._scale
        return QRectF(
            left * scale + 1, top * scale + 1, self.sheet.width * scale, self.sheet.height * scale
        ).adjusted(0.5, 0.5, -0.5, -0.5)

    def _at(self, event: QMouseEvent) -> int:
        places = range(1, self.sheet.per_page + 1)
        return next((place for place in places if self._area(place).contains(event.position())), 0)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = self._at(event)
        if not place:
            return
        if event.button() == Qt.MouseButton.RightButton:
            self.spoil(place)
        else:
            self.pick(place)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover = self._at(event)
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: -self.sheet.columns,
            Qt.Key.Key_Down: self.sheet.columns,
        }
        step = steps.get(Qt.Key(event.key()))
        if event.key() == Qt.Key.Key_Delete:
            self.spoil(self._hover or self.first)
        elif step is None:
            super().keyPressEvent(event)
        else:
            self.pick(self.first + step)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        focus = self.hasFocus()
        painter.setPen(QPen(theme.color("focus" if focus else "border_strong"), 2 if focus else 1))
        painter.setBrush(theme.color("surface"))
        painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))
        for place in range(1, self.sheet.per_page + 1):
            self._paint_label(painter, place)

    def _paint_label(self, painter: QPainter, place: int) -> None:
        area, first = self._area(place), self.first
        used = place < first or place in self.spoilt
        before = sum(1 for other in self.spoilt if first <= other < place)
        printed = not used and place - first - before < self.count
        painter.setPen(QPen(theme.color("accent" if place == self._hover else "border"), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if used:
            painter.setBrush(theme.color("sunken"))
        elif place == first:
            painter.setBrush(theme.color("accent"))
        elif printed:
            painter.setBrush(theme.color("selection"))
        painter.drawRoundedRect(area, 2, 2)
        if used:
            painter.setPen(QPen(theme.color("border_strong"), 1))
            painter.drawLine(area.bottomLeft(), area.topRight())
        elif self.sheet.per_page <= NUMBERED:
            painter.setFont(theme.font("caption"))
            painter.setPen(theme.color("on_accent" if place == first else "text_2"))
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, str(place))
