"""The rail: the pages a role may open, icon over word, dark in both themes."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QMenu, QWidget

from app.words import _
from ui.kit import icons, theme

LOGO = 58
ROOMY = 690  # below this height of the window items are 50 high


class Entry(NamedTuple):
    """A page as the rail shows it; foot: it stands at the bottom."""

    key: str
    title: str
    icon: str
    foot: bool = False


class RailItem(QAbstractButton):
    """One page: a brighter ground and a 3-px bar when it is open, a badge for what waits for me."""

    def __init__(self, entry: Entry, parent: QWidget) -> None:
        super().__init__(parent)
        self.entry = entry
        self.badge = 0
        self.words = True
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(entry.title)

    def show_badge(self, count: int) -> None:
        """How many things wait."""
        self.badge = count
        self.setAccessibleDescription(_("{count} waiting").format(count=count) if count else "")
        self.update()

    def show_words(self, shown: bool) -> None:
        """Icon and word, or the icon with a tooltip."""
        self.words = shown
        self.setToolTip("" if shown else self.entry.title)

    def sizeHint(self) -> QSize:
        return QSize(theme.size("width.rail"), theme.size("rail_item.normal"))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.isChecked():
            painter.fillRect(self.rect(), theme.color("rail_active"))
            painter.fillRect(0, 0, 3, self.height(), theme.color("rail_mark"))
        elif self.underMouse():
            painter.fillRect(self.rect(), theme.color("rail_hover"))
        tone = theme.color("rail_text_active" if self.isChecked() else "rail_text")
        side = theme.size("icon.rail")
        top = (self.height() - side - 18 - 2) // 2 if self.words else (self.height() - side) // 2
        sign = QRect((self.width() - side) // 2, top, side, side)
        icons.paint(painter, sign, self.entry.icon, tone)
        if self.words:
            painter.setFont(theme.font("caption"))
            painter.setPen(tone)
            place = QRect(2, sign.bottom() + 3, self.width() - 4, 18)
            words = painter.fontMetrics().elidedText(
                self.entry.title, Qt.TextElideMode.ElideRight, place.width()
            )
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextSingleLine, words)
        if self.badge:
            self._badge(painter, sign)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.color("rail_mark"), 2))
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))

    def _badge(self, painter: QPainter, sign: QRect) -> None:
        small = theme.font("caption")
        small.setPixelSize(11)
        painter.setFont(small)
        words = str(self.badge) if self.badge < 100 else "99+"
        width = max(16, painter.fontMetrics().horizontalAdvance(words) + 9)
        x = min(sign.right() - 4, self.width() - width - 1)
        place = QRectF(x, max(sign.y() - 6, 1), width, 16)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("badge"))
        painter.drawRoundedRect(place, 8, 8)
        painter.setPen(theme.color("badge_text"))
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, words)


class Rail(QWidget):
    """All the pages of a role; what has no room goes into "more"."""

    chosen = Signal(str)
    """The key of the page that is to be opened."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        super().__init__()
        self._items = [RailItem(entry, self) for entry in entries]
        for item in self._items:
            item.clicked.connect(lambda _checked, key=item.entry.key: self._on_clicked(key))
        self._more = RailItem(Entry("", _("More"), "ellipsis"), self)
        self._more.clicked.connect(self._on_more)
        self._hidden: list[RailItem] = []
        self._open = ""
        self._narrow = False
        self.setFixedWidth(theme.size("width.rail"))

    def set_open(self, key: str) -> None:
        """Mark the page that is open."""
        self._open = key
        for item in self._items:
            item.setChecked(item.entry.key == key)
        self._more.setChecked(any(item.entry.key == key for item in self._hidden))

    def set_badges(self, counts: Mapping[str, int]) -> None:
        """What waits, by page."""
        for item in self._items:
            item.show_badge(counts.get(item.entry.key, 0))
        self._more.show_badge(sum(item.badge for item in self._hidden))

    def fit(self, width: int, height: int) -> None:
        """Follow the size of the window: 80 or 48 wide, items 60, 50 or 38 high."""
        self._narrow = width < theme.size("breakpoint.compact_below")
        self.setFixedWidth(theme.size("width.rail_icons_only" if self._narrow else "width.rail"))
        step = "icons_only" if self._narrow else "low" if height < ROOMY else "normal"
        self._arrange(theme.size(f"rail_item.{step}"))

    def _arrange(self, step: int) -> None:
        logo = 0 if self._narrow else LOGO
        room = max((self.height() - logo) // step, 2)
        shown = self._items if len(self._items) <= room else self._items[: room - 1]
        self._hidden = self._items[len(shown) :]
        foot = [item for item in shown if item.entry.foot and not self._hidden]
        if self._hidden:
            foot.append(self._more)
        for item in (*self._items, self._more):
            item.setVisible(item in shown or (item is self._more and bool(self._hidden)))
            item.show_words(not self._narrow)
        for place, item in enumerate(item for item in shown if item not in foot):
            item.setGeometry(0, logo + place * step, self.width(), step)
        for place, item in enumerate(foot):
            item.setGeometry(0, self.height() - (len(foot) - place) * step, self.width(), step)
        self.set_open(self._open)
        self._more.show_badge(sum(item.badge for item in self._hidden))

    def _on_clicked(self, key: str) -> None:
        self.set_open(self._open)  # it moves when the page has opened
        self.chosen.emit(key)

    def _on_more(self) -> None:
        self.set_open(self._open)
        menu = QMenu(self)
        for item in self._hidden:
            words = item.entry.title.replace("&", "&&") + (f"  {item.badge}" if item.badge else "")
            action = menu.addAction(icons.icon(item.entry.icon), words)
            action.triggered.connect(lambda _checked, key=item.entry.key: self.chosen.emit(key))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self._more.mapToGlobal(QPoint(self._more.width(), 0)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit(self.window().width(), self.window().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.color("rail"))
        if not self._narrow:
            _logo(painter, QRect((self.width() - 30) // 2, 13, 30, 24))


def _logo(painter: QPainter, place: QRect) -> None:
    """Three columns on their ground: things that stand where they should."""
    for x, height in ((0, 9), (10, 18), (20, 12)):
        painter.fillRect(
            place.x() + x + 1, place.y() + 18 - height, 8, height, theme.color("rail_text_active")
        )
    painter.fillRect(place.x(), place.y() + 19, place.width(), 5, theme.color("rail_mark"))
