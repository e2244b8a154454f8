"""The list at the left of the conflict page: what waits, and below what was settled lately; up and down walk through it."""

from collections.abc import Sequence

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.conflicts import Line
from app.words import _
from ui.kit import icons, theme

ROW, HEAD = 64, 38


class CaseList(QWidget):
    """Conflicts as rows of two lines; `chosen` tells the one that is to be shown."""

    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.open: tuple[Line, ...] = ()
        self.settled: tuple[Line, ...] = ()
        self.current: bytes | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self.setAccessibleName(_("Conflicts"))

    @property
    def lines(self) -> tuple[Line, ...]:
        """All rows in their order."""
        return self.open + self.settled

    def show_lines(self, waiting: Sequence[Line], settled: Sequence[Line], current: bytes | None) -> None:
        """Other rows."""
        self.open, self.settled, self.current = tuple(waiting), tuple(settled), current
        self.setMinimumHeight(self._height())
        self.updateGeometry()
        self.update()

    def _height(self) -> int:
        return ROW * len(self.lines) + (HEAD if self.settled else 0)

    def sizeHint(self) -> QSize:
        return QSize(280, self._height())

    def _place(self, number: int) -> QRect:
        top = ROW * number + (HEAD if number >= len(self.open) else 0)
        return QRect(0, top, self.width(), ROW)

    def _at(self, y: int) -> int | None:
        return next(
            (n for n in range(len(self.lines)) if self._place(n).top() <= y <= self._place(n).bottom()), None
        )

    def step(self, by: int) -> None:
        """Go to a row further down or up."""
        ids = [line.id for line in self.lines]
        if not ids:
            return
        now = ids.index(self.current) if self.current in ids else -1
        self._go(max(0, min(len(ids) - 1, now + by)))

    def _go(self, number: int) -> None:
        self.current = self.lines[number].id
        self.update()
        self.chosen.emit(self.current)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        by = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_Home: -(10**6), Qt.Key.Key_End: 10**6}
        if (steps := by.get(Qt.Key(event.key()))) is not None:
            self.step(steps)
        else:
            event.ignore()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if (number := self._at(event.position().toPoint().y())) is not None:
            self._go(number)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self.settled:
            top = ROW * len(self.open)
            painter.setFont(theme.font("dense"))
            painter.setPen(theme.color("text_2"))
            place = QRect(17, top, self.width() - 30, HEAD)
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, _("Settled lately"))
        for number, line in enumerate(self.lines):
            self._paint(painter, self._place(number), line)

    def _paint(self, painter: QPainter, place: QRect, line: Line) -> None:
        if line.id == self.current:
            painter.fillRect(place, theme.color("selection"))
            painter.fillRect(place.x(), place.y(), 3, place.height(), theme.color("accent"))
        if not line.decision:
            painter.fillRect(place.x(), place.bottom(), place.width(), 1, theme.color("border"))
        sign, tone = ("circle-check", "ok_sign") if line.decision else ("git-compare-arrows", "danger_sign")
        icons.paint(painter, QRect(17, place.y() + (ROW - 18) // 2, 18, 18), sign, theme.color(tone))
        left, width = 45, place.width() - 45 - 12
        first, second = line.name or line.code or line.word, line.fields
        if line.name and line.code:
            second = f"{line.code}·{line.fields}"
        for text, role, tone, top in ((first, "body", "text", 10), (second, "caption", "text_2", 33)):
            painter.setFont(theme.font("body_strong" if role == "body" and line.id == self.current else role))
            painter.setPen(theme.color(tone))
            metrics = painter.fontMetrics()
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)
            painter.drawText(QRect(left, place.y() + top, width, 22), Qt.AlignmentFlag.AlignVCenter, shown)
        if self.hasFocus() and line.id == self.current:
            painter.setPen(QPen(theme.color("focus"), 2))
            painter.drawRect(place.adjusted(1, 1, -1, -2))
