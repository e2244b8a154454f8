"""The bar of the counting page: which stock-take, which bin, how far, and the ways to count."""

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.desk import Desk
from app.stocktake.counts import count_row
from app.stocktake.session import Session
from app.words import _
from ui.kit import icons, theme
from ui.kit.buttons import button, icon_button, set_kind
from ui.kit.labels import ElidedLabel, label

_NARROW, _LOW = 1000, 900


class CountTop(QWidget):
    """Back, number, bin, progress; count by scans, nothing left, undo."""

    left = Signal()
    """Back to the window with the rail."""

    def __init__(self, desk: Desk, count: bytes) -> None:
        super().__init__()
        with desk.read() as read:
            row = count_row(read, count)
        self._blind = bool(row and row.blind)
        top = QHBoxLayout(self)
        top.setContentsMargins(8, 8, 16, 8)
        top.setSpacing(8)
        back = icon_button("chevron-left", _("Back (Esc)"))
        back.setFixedSize(44, 44)
        back.clicked.connect(self.left)
        self._title = label(_("Stocktake {code}").format(code=row.code if row else ""), "section")
        self._bin = ElidedLabel("", "item", "accent")
        self._progress = label("", "dense", "text_2")
        self.mode = button(_("Each scan +1"), "plus", scale="large")
        self.empty = button(_("Rest of the bin is empty"), "circle-slash", scale="large")
        self.undo = button(_("Undo last"), "undo-2", scale="large")
        top.addWidget(back)
        top.addWidget(self._title)
        top.addWidget(self._bin, 1)
        self._place = top.indexOf(self._bin) + 1
        for made in (self._progress, self.mode, self.empty, self.undo):
            top.addWidget(made)

    def show_session(self, session: Session, *, rest: bool, undo: bool) -> None:
        """Bin, progress and buttons as they are now."""
        place, lines = session.place, session.lines
        self._bin.setText(f"{place.code}  {place.title}" if place else "")
        done = _("{done} lines counted") if session.blind else _("{done} of {total}")
        self._progress.setText(done.format(done=len(lines.counted), total=len(lines.rows)))
        set_kind(self.mode, "primary" if session.each else "default")
        self.mode.setIcon(icons.icon("plus", "on_accent" if session.each else "text", 18))
        self.empty.setEnabled(rest)
        self.empty.setToolTip("" if rest else _("Scan a bin with lines that are not counted yet."))
        self.undo.setEnabled(undo)
        self.undo.setToolTip("" if undo else _("Nothing was counted here yet."))

    def add_mark(self, chip: QWidget) -> None:
        """Say beside the bin how these counts come in."""
        row = self.layout()
        if isinstance(row, QHBoxLayout):
            row.insertWidget(self._place, chip)

    def set_width(self, width: int) -> None:
        """In a narrow window only what has no key stays."""
        self._title.setVisible(width >= _NARROW)
        self.undo.setVisible(width >= _NARROW)
        self.empty.setVisible(not self._blind and width >= _LOW)


class Progress(QWidget):
    """How much of a stock-take is done."""

    def __init__(self, done: int, total: int) -> None:
        super().__init__()
        self.setFixedHeight(8)
        self._share = min(done / total, 1.0) if total else 0.0
        self.setAccessibleName(_("{done} of {total}").format(done=done, total=total))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for share, tone in ((1.0, "sunken"), (self._share, "accent")):
            painter.setBrush(theme.color(tone))
            painter.setPen(theme.color(tone))
            if share:
                painter.drawRoundedRect(QRectF(0.5, 0.5, (self.width() - 1) * share, 7), 3, 3)
