"""The jump box (Ctrl K): any record by code, name, pinyin or scan."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from app.words import _
from ui.kit import icons, theme
from ui.kit.labels import KeyCap, SignLabel
from ui.kit.tasks import Tasks

PAUSE = 80  # ms after the last letter before a search begins
ROW, HEAD, MOST = 36, 26, 12
Index = QModelIndex | QPersistentModelIndex
_HIT = Qt.ItemDataRole.UserRole


class Hit(NamedTuple):
    """One record that fits: kind (as words, the heading), sign, code, name, where it is, and what to open."""

    kind: str
    icon: str
    code: str
    name: str
    where: str
    target: Any


class _HitPaint(QStyledItemDelegate):
    """Paints a heading or a hit: sign, code in grey, name, place at the right."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(100, ROW if isinstance(index.data(_HIT), Hit) else HEAD)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        hit, rect = index.data(_HIT), option.rect
        painter.save()
        if isinstance(hit, Hit):
            self._hit(painter, rect, hit, selected=bool(option.state & QStyle.StateFlag.State_Selected))
        else:
            painter.setFont(theme.font("caption"))
            painter.setPen(theme.color("text_2"))
            flags = Qt.AlignmentFlag.AlignBottom | Qt.TextFlag.TextSingleLine
            painter.drawText(rect.adjusted(14, 0, -14, -3), flags, str(index.data()))
        painter.restore()

    @staticmethod
    def _hit(painter: QPainter, rect: QRect, hit: Hit, *, selected: bool) -> None:
        if selected:
            painter.fillRect(rect, theme.color("selection"))
            painter.fillRect(rect.x(), rect.y(), 3, rect.height(), theme.color("accent"))
        icons.paint(painter, QRect(rect.x() + 14, rect.y() + 9, 18, 18), hit.icon, theme.color("text_2"))
        painter.setFont(theme.font("dense"))
        metrics, flags = painter.fontMetrics(), Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
        painter.setPen(theme.color("text_2"))
        code = metrics.elidedText(hit.code, Qt.TextElideMode.ElideMiddle, rect.width() // 3)
        painter.drawText(rect.adjusted(42, 0, 0, 0), flags, code)
        left = 42 + max(metrics.horizontalAdvance(code) + 16, 112)
        where = metrics.elidedText(hit.where, Qt.TextElideMode.ElideRight, rect.width() // 3)
        room = metrics.horizontalAdvance(where)
        painter.drawText(rect.adjusted(0, 0, -14, 0), flags | Qt.AlignmentFlag.AlignRight, where)
        painter.setPen(theme.color("selection_text" if selected else "text"))
        place = rect.adjusted(left, 0, -room - 26, 0)
        painter.drawText(
            place, flags, metrics.elidedText(hit.name, Qt.TextElideMode.ElideRight, place.width())
        )


class _Hits(QListWidget):
    """What was found, under the box. It never takes the focus: typing goes on."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setItemDelegate(_HitPaint(self))
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setProperty("popup", True)
        self.itemEntered.connect(self._on_entered)

    def fill(self, hits: Sequence[Hit], nothing: str) -> None:
        """Show the hits under a heading for each kind, in the order of the kinds' first hits; `nothing` if there are none."""
        self.clear()
        height = 0
        for kind in dict.fromkeys(hit.kind for hit in hits):
            self._add_words(kind)
            height += HEAD
            for hit in (h for h in hits if h.kind == kind):
                item = QListWidgetItem(f"{hit.code} {hit.name}", self)
                item.setData(_HIT, hit)
                height += ROW
        if not hits:
            self._add_words(nothing)
            height = HEAD + 8
        self.setFixedHeight(min(height, MOST * ROW) + 12)
        self.move_by(1)

    def _add_words(self, words: str) -> None:
        item = QListWidgetItem(words, self)
        item.setFlags(Qt.ItemFlag.NoItemFlags)

    def move_by(self, step: int) -> None:
        """The next or the previous hit, headings left out, round at the ends."""
        places = [n for n in range(self.count()) if isinstance(self.item(n).data(_HIT), Hit)]
        if places:
            now = places.index(self.currentRow()) if self.currentRow() in places else -1 if step > 0 else 0
            self.setCurrentRow(places[(now + step) % len(places)])

    def current(self) -> Hit | None:
        item = self.currentItem()
        return item.data(_HIT) if item else None

    def _on_entered(self, item: QListWidgetItem) -> None:
        if isinstance(item.data(_HIT), Hit):
            self.setCurrentItem(item)


class JumpBox(QWidget):
    """A field that finds while one types; Enter opens the record."""

    jumped = Signal(object)
    """The target of the hit that was chosen."""

    def __init__(self, find: Callable[[str], Sequence[Hit]], tasks: Tasks | None = None) -> None:
        super().__init__()
        self._find, self._tasks = find, tasks
        self._popup: _Hits | None = None
        self._asked = ""
        self._enter = False
        self._scan = False
        self.setFixedHeight(34)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMaximumWidth(400)
        self.setMinimumWidth(120)
        self.field = QLineEdit()
        self.field.setStyleSheet(_BARE)
        self.field.setPlaceholderText(_("Search code, name or pinyin, or scan"))
        self.field.setFont(theme.font("dense"))
        self.field.installEventFilter(self)
        self.field.textEdited.connect(self._on_edited)
        self._pause = QTimer(self, singleShot=True, interval=PAUSE)
        self._pause.timeout.connect(self._ask)
        self._caps = [KeyCap("Ctrl"), KeyCap("K")]
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 0, 8, 0)
        row.setSpacing(6)
        row.addWidget(SignLabel("search", "text_2", 16))
        row.addWidget(self.field, 1)
        for cap in self._caps:
            cap.setFixedHeight(20)
            row.addWidget(cap, 0, Qt.AlignmentFlag.AlignVCenter)
        self.setFocusProxy(self.field)

    def begin(self) -> None:
        """Ctrl K: the box has the focus and its text is selected."""
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()

    def scan(self, code: str) -> None:
        """A scanned code: opens its record if there is exactly one, else shows what was found."""
        self.field.setText(code)
        self._scan = True
        self._ask()

    def shut(self) -> None:
        """Empty the box and take the list away."""
        self._pause.stop()
        self._asked, self._enter, self._scan = "", False, False
        self.field.clear()
        self._hide()

    def is_open(self) -> bool:
        """The list can be seen."""
        return self._popup is not None and self._popup.isVisible()

    def _hide(self) -> None:
        if self._popup is not None:
            self._popup.hide()

    def _on_edited(self) -> None:
        self._enter = self._scan = False
        if self.field.text().strip():
            self._pause.start()
        else:
            self.shut()

    def _ask(self) -> None:
        self._pause.stop()
        text = self._asked = self.field.text().strip()
        if not text:
            return
        if self._tasks is None:
            self._show(text, self._find(text))
            return
        find = self._find
        self._tasks.run(
            lambda: (text, find(text)), lambda found: self._show(*found), owner=self, latest="find"
        )

    def _show(self, text: str, hits: Sequence[Hit]) -> None:
        if text != self._asked:  # it was emptied or edited meanwhile
            return
        scan, self._scan = self._scan, False
        enter, self._enter = self._enter, False
        if len(hits) == 1 and scan:
            self._go(hits[0])
            return
        if self._popup is None:
            self._popup = _Hits(self.window())
            self._popup.itemClicked.connect(self._on_clicked)
        nothing = _("Nothing is registered under this code.") if scan else _("Nothing found.")
        self._popup.fill(hits, nothing)
        self._place()
        self._popup.show()
        self._popup.raise_()
        if scan:
            self.begin()
        if enter and hits:
            self._go(hits[0])

    def _place(self) -> None:
        if self._popup is not None:
            window = self.window()
            below = self.mapTo(window, QPoint(0, self.height() + 4))
            width = min(max(self.width(), 520), window.width() - 16)
            self._popup.setFixedWidth(width)
            self._popup.move(min(below.x(), window.width() - width - 8), below.y())

    def _on_clicked(self, item: QListWidgetItem) -> None:
        hit = item.data(_HIT)
        if isinstance(hit, Hit):
            self._go(hit)

    def _go(self, hit: Hit) -> None:
        self.shut()
        self.jumped.emit(hit.target)

    def _on_enter(self) -> None:
        hit = self._popup.current() if self._popup is not None and self.is_open() else None
        if hit is not None and self._asked == self.field.text().strip() and not self._pause.isActive():
            self._go(hit)
        elif self.field.text().strip():
            self._enter = True
            self._ask()

    def _on_key(self, key: int) -> bool:
        if key in {Qt.Key.Key_Down, Qt.Key.Key_Up} and self._popup is not None and self.is_open():
            self._popup.move_by(1 if key == Qt.Key.Key_Down else -1)
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._on_enter()
        elif key == Qt.Key.Key_Escape and (self.is_open() or self.field.text()):
            self.shut()
        else:
            return False
        return True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._on_key(event.key())
        if event.type() == QEvent.Type.FocusOut:
            self._hide()
            self.update()
        elif event.type() == QEvent.Type.FocusIn:
            self.update()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: Any) -> None:
        super().resizeEvent(event)
        for cap in self._caps:
            cap.setVisible(self.width() > 300)
        self._place()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        focus = self.field.hasFocus()
        ring = 2 if focus else 1
        painter.setPen(QPen(theme.color("focus" if focus else "border_strong"), ring))
        painter.setBrush(theme.color("surface" if focus else "bg"))
        inset = ring / 2
        painter.drawRoundedRect(self.rect().toRectF().adjusted(inset, inset, -inset, -inset), 4, 4)


_BARE = "QLineEdit, QLineEdit:focus { border: none; background: transparent; padding: 0; min-height: 20px; }"
