"""The filter row over a list: chips, a search field, and the tools of the table at the right."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QLineEdit, QMenu, QSizePolicy, QWidget

from app.words import _, pgettext
from ui.kit import icons, theme
from ui.kit.buttons import Button, button, icon_button
from ui.kit.table import Table

PAUSE = 200  # ms after the last letter before a search begins
SIGN = 14
_OPENING = {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down}
_CLEARING = {Qt.Key.Key_Delete, Qt.Key.Key_Backspace}


class Choice(NamedTuple):
    """One value a filter may have, and its words."""

    value: Any
    words: str


@dataclass(frozen=True)
class Filter:
    """What a list can be filtered by. `label` is marked by N_; without `choices` the chip is a switch.

    With many=True several choices may be on; the value is then a tuple.
    """

    key: str
    label: str
    choices: Callable[[], Sequence[Choice]] | None = None
    many: bool = False


class FilterChip(QAbstractButton):
    """`label value v`; active: accent border, and an x that clears it."""

    cleared = Signal()

    def __init__(self, label: str) -> None:
        super().__init__()
        self.label = label
        self.value = ""
        self.active = False
        self.switch = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.show_value("", active=False)

    def show_value(self, words: str, *, active: bool) -> None:
        """The words of the value; active: it leaves rows out."""
        self.value, self.active = words, active
        self.setAccessibleName(f"{self.label} {words}".strip())
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(theme.font("dense"))
        words = metrics.horizontalAdvance(self.label)
        words += 8 + min(metrics.horizontalAdvance(self.value), 160) if self.value else 0
        sign = 8 + SIGN if self.active or not self.switch else 0
        return QSize(11 + words + sign + 11, 30)

    def _sign_place(self) -> QRect:
        return QRect(self.width() - 11 - SIGN, (self.height() - SIGN) // 2, SIGN, SIGN)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ring = 2 if self.hasFocus() else 1
        tone = "accent" if self.active else "border_strong" if self.underMouse() else "border"
        painter.setPen(QPen(theme.color("focus" if self.hasFocus() else tone), ring))
        painter.setBrush(theme.color("accent_soft" if self.active else "surface"))
        inset = ring / 2
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(inset, inset, -inset, -inset), 4, 4)
        painter.setFont(theme.font("dense"))
        painter.setPen(theme.color("accent" if self.active else "text_2"))
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
        place = self.rect().adjusted(11, 0, -11, 0)
        painter.drawText(place, flags, self.label)
        if self.value:
            place.setLeft(place.left() + painter.fontMetrics().horizontalAdvance(self.label) + 8)
            place.setRight(self._sign_place().left() - 6)
            painter.setPen(theme.color("accent" if self.active else "text"))
            painter.drawText(
                place,
                flags,
                painter.fontMetrics().elidedText(self.value, Qt.TextElideMode.ElideRight, place.width()),
            )
        if self.active or not self.switch:
            sign = "x" if self.active else "chevron-down"
            icons.paint(painter, self._sign_place(), sign, theme.color("accent" if self.active else "text_2"))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self.active and event.position().x() > self._sign_place().left() - 6:
            self.cleared.emit()
        else:
            self.clicked.emit()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _OPENING:
            self.clicked.emit()
        elif event.key() in _CLEARING and self.active:
            self.cleared.emit()
        else:
            super().keyPressEvent(event)


class FilterRow(QWidget):
    """The filters of a list. With a table it asks it, and carries its columns and its density."""

    changed = Signal(object, str)
    """The values that leave rows out, by key, and the text that is searched."""

    def __init__(self, filters: Sequence[Filter] = (), table: Table | None = None, hint: str = "") -> None:
        super().__init__()
        self._filters = {found.key: found for found in filters}
        self._values: dict[str, Any] = {}
        self._chips = {key: self._chip(found) for key, found in self._filters.items()}
        self.search = QLineEdit()
        self.search.setPlaceholderText(hint or _("Search"))
        self.search.setClearButtonEnabled(True)
        self.search.setTextMargins(-10, 0, 0, 0)  # the sign has room enough already
        self.search.addAction(icons.icon("search", "text_3", 16), QLineEdit.ActionPosition.LeadingPosition)
        self._folded = button("", "funnel")
        self._folded.clicked.connect(self._on_folded)
        self._clear = button(_("Clear"), kind="ghost", scale="small")
        self._clear.clicked.connect(self.clear)
        self._pause = QTimer(self, singleShot=True, interval=PAUSE)
        self._pause.timeout.connect(self._on_changed)
        self.search.textChanged.connect(self._on_text)
        self.search.returnPressed.connect(self._on_changed)
        self._lay_out()
        if table:
            self._attach(table)
        self._show()

    def values(self) -> dict[str, Any]:
        """The filters that are on."""
        return dict(self._values)

    def set_values(self, values: Mapping[str, Any], text: str = "") -> None:
        """Set all filters at once."""
        self._values = {
            key: value for key, value in values.items() if key in self._filters and value is not None
        }
        self.search.setText(text)
        self._on_changed()

    def clear(self) -> None:
        """Show everything again."""
        self.set_values({})

    def add_tool(self, widget: QWidget) -> None:
        """A button at the right end."""
        self._row.addWidget(widget)

    def _lay_out(self) -> None:
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(20, 0, 12, 0)
        self._row.setSpacing(8)
        self._row.addWidget(self._folded)
        for chip in self._chips.values():
            self._row.addWidget(chip)
        self.search.setMinimumWidth(110)
        hint = QFontMetrics(theme.font("body")).horizontalAdvance(self.search.placeholderText())
        self.search.setMaximumWidth(min(max(200, hint + 78), 300))
        self._row.addWidget(self.search, 1)
        self._row.addWidget(self._clear)
        self._row.addStretch(0)

    def _attach(self, table: Table) -> None:
        self.changed.connect(table.ask)
        table.clear_wanted.connect(self.clear)
        columns = icon_button("columns-3", _("Columns"))
        columns.clicked.connect(lambda: _pop_up(table.columns.menu(), columns))
        density = icon_button("rows-3", _("Row height"), checkable=True)
        density.setChecked(not table.view.dense)
        density.toggled.connect(lambda on: table.set_dense(not on))
        self.add_tool(columns)
        self.add_tool(density)

    def _chip(self, found: Filter) -> FilterChip:
        chip = FilterChip(_(found.label))
        chip.switch = found.choices is None
        chip.clicked.connect(lambda: self._on_chip(found))
        chip.cleared.connect(lambda: self._set(found.key, None))
        return chip

    def _on_chip(self, found: Filter) -> None:
        if found.choices is None:
            self._set(found.key, None if found.key in self._values else True)
        else:
            menu = QMenu(self)
            self._fill(menu, found)
            _pop_up(menu, self._chips[found.key])

    def _fill(self, menu: QMenu, found: Filter) -> None:
        """The choices of a filter as checkable entries."""
        assert found.choices is not None
        now = self._values.get(found.key)
        every = menu.addAction(_("all"))
        every.setCheckable(True)
        every.setChecked(now is None)
        every.triggered.connect(lambda: self._set(found.key, None))
        menu.addSeparator()
        for choice in found.choices():
            action = menu.addAction(choice.words.replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(choice.value in now if found.many and now else choice.value == now)
            action.triggered.connect(lambda on, value=choice.value: self._on_choice(found, value, on=on))

    def _on_choice(self, found: Filter, value: Any, *, on: bool) -> None:
        if not found.many:
            self._set(found.key, value)
            return
        rest = tuple(v for v in self._values.get(found.key, ()) if v != value)
        self._set(found.key, (*rest, value) if on else rest or None)

    def _on_folded(self) -> None:
        menu = QMenu(self)
        for found in self._filters.values():
            if found.choices is None:
                action = menu.addAction(_(found.label).replace("&", "&&"))
                action.setCheckable(True)
                action.setChecked(found.key in self._values)
                action.triggered.connect(lambda on, key=found.key: self._set(key, on or None))
            else:
                self._fill(menu.addMenu(f"{_(found.label)}  {self._words(found)}".replace("&", "&&")), found)
        _pop_up(menu, self._folded)

    def _set(self, key: str, value: Any) -> None:
        if value is None:
            self._values.pop(key, None)
        else:
            self._values[key] = value
        self._on_changed()

    def _words(self, found: Filter) -> str:
        if found.choices is None:
            return ""
        now = self._values.get(found.key)
        if now is None:
            return _("all")
        wanted = now if found.many else (now,)
        return pgettext("list", ", ").join(c.words for c in found.choices() if c.value in wanted) or str(now)

    def _on_text(self) -> None:
        self._pause.start()

    def _on_changed(self) -> None:
        self._pause.stop()
        self._show()
        self.changed.emit(self.values(), self.search.text().strip())

    def _show(self) -> None:
        for key, chip in self._chips.items():
            chip.show_value(self._words(self._filters[key]), active=key in self._values)
        if isinstance(self._folded, Button):
            self._folded.set_text(" ".join(filter(None, [_("Filters"), str(len(self._values) or "")])))
        self._clear.setVisible(bool(self._values) or bool(self.search.text()))
        self._fold()

    def _fold(self) -> None:
        """Chips that do not fit go into one button."""
        wanted = sum(chip.sizeHint().width() + 8 for chip in self._chips.values())
        others = 20 + 12 + 118 + self._clear.sizeHint().width() + 2 * 40
        compact = self.window().width() < theme.size("breakpoint.compact_below")
        self.setFixedHeight(44 if compact else 54)
        folded = bool(self._chips) and wanted + others > self.width()
        self._folded.setVisible(folded)
        for chip in self._chips.values():
            chip.setVisible(not folded)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fold()


def _pop_up(menu: QMenu, under: QWidget) -> None:
    menu.aboutToHide.connect(menu.deleteLater)
    menu.popup(under.mapToGlobal(QPoint(0, under.height() + 2)))
