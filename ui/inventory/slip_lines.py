"""The lines of a slip: part, bin, what lies there, how many; each may be put right or taken off."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.desk import Desk
from app.errors import AppError
from app.inventory import finders
from app.inventory.parts import PartRow, part_rows
from app.inventory.slips import Taken
from app.words import _
from ui.inventory.tables import amount, site_of
from ui.kit.buttons import icon_button
from ui.kit.editors import NumberEditor, ReferenceEditor
from ui.kit.labels import ElidedLabel, label, line, set_tone

PIECE = 1000
_NARROW = 760


class SlipLine(QWidget):
    """One part on the slip."""

    removed = Signal()
    edited = Signal()
    ended = Signal()
    """Enter in the quantity: the next part."""

    def __init__(self, desk: Desk, part: PartRow) -> None:
        super().__init__()
        self._desk, self.part = desk, part
        self._words = ElidedLabel(f"{part.part_no}  {part.name}", "body_strong")
        self.bin = ReferenceEditor(self._find_bins)
        self.bin.setAccessibleName(_("Bin of {part}").format(part=part.part_no))
        self.bin.setMinimumWidth(180)
        self.bin.setMaximumWidth(300)
        self.held = ElidedLabel("", "dense", "text_2")
        self.held.setFixedWidth(110)
        self.qty = NumberEditor("number")
        self.qty.setAccessibleName(_("Quantity of {part}").format(part=part.part_no))
        self.qty.setFixedWidth(88)
        self.unit = label(part.unit, "dense")
        self.unit.setFixedWidth(34)
        self.off = icon_button("x", _("Take {part} off the slip").format(part=part.part_no))
        self.note = label("", "dense", "danger_text", wrap=True)
        self.note.hide()
        self._lay_out()
        self.qty.set_value(PIECE)
        self._choose_bin()
        self.off.clicked.connect(self.removed)
        self.bin.edited.connect(self._on_bin)
        self.qty.edited.connect(self._on_edited)
        self.qty.returnPressed.connect(self.ended)
        self.bin.returnPressed.connect(self.qty.setFocus)

    def _lay_out(self) -> None:
        fields = QHBoxLayout()
        fields.setSpacing(10)
        for part in (self.bin, self.held, self.qty, self.unit, self.off):
            fields.addWidget(part)
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._row.setSpacing(6)
        self._row.addWidget(self._words, 4)
        self._row.addLayout(fields, 5)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 6, 16, 0)
        column.setSpacing(5)
        column.addLayout(self._row)
        column.addWidget(self.note)
        column.addWidget(line())

    def _find_bins(self, text: str) -> finders.Found:
        with self._desk.read() as read:
            if not text:
                return finders.bins_of_part(read, self.part.id, site_of(self._desk))
            return finders.find_bins(read, text, site_of(self._desk))

    def _choose_bin(self) -> None:
        """Where most of it lies."""
        if usual := self._find_bins(""):
            self.set_bin(*usual[0])

    def set_bin(self, place: bytes, words: str) -> None:
        """Another bin."""
        self.bin.set_value((place, words))
        self._show_held()

    def _on_bin(self) -> None:
        self._show_held()
        self._on_edited()

    def _show_held(self) -> None:
        try:
            place = self.bin.value()
        except AppError:
            place = None
        held = 0
        if place:
            with self._desk.read() as read:
                held = finders.on_hand_in(read, self.part.id, place)
        self.held.setText(_("{held} in it").format(held=amount(held, "")) if place else "")

    def _on_edited(self) -> None:
        self.say([])
        self.edited.emit()

    def add(self, qty: int = PIECE) -> None:
        """The same part again."""
        self.qty.set_value((self._qty() or 0) + qty)

    def _qty(self) -> int | None:
        try:
            found: int | None = self.qty.value()
        except AppError:
            return None
        return found

    def taken(self) -> Taken:
        """The line as it is booked. Raises AppError where it is not filled in."""
        qty = self.qty.value()
        if qty is None:
            raise AppError(_("Type how many."))
        return Taken(self.part.id, self.bin.value(), qty)

    def say(self, sentences: Sequence[str], level: str = "danger") -> None:
        """What a rule has against this line; empty when nothing."""
        set_tone(self.note, f"{level}_text")
        self.note.setText(" ".join(sentences))
        self.note.setVisible(bool(sentences))

    def shown(self) -> str:
        """The line in words, for who signs."""
        return f"{amount(self._qty() or 0, self.part.unit)}  {self.part.part_no} {self.part.name}"

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Delete and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
            self.removed.emit()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.width() < _NARROW
        way = QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight
        self._row.setDirection(way)


class SlipLines(QWidget):
    """The lines, in the order in which they came."""

    changed = Signal()
    ended = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.lines: list[SlipLine] = []
        self._current: SlipLine | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 8)
        self._column.setSpacing(0)
        self.none = label(_("Scan the first part, or search for it above."), "body", "text_2")
        self.none.setContentsMargins(16, 18, 16, 18)
        self._column.addWidget(self.none)

    def add(self, part: bytes) -> SlipLine | None:
        """A part comes onto the slip; the same again counts one more. None where it is not in the register."""
        found = next((one for one in self.lines if one.part.id == part), None)
        if found is not None:
            found.add()
        else:
            found = self._made(part)
        if found is not None:
            self._current = found
            found.qty.setFocus()
            found.qty.selectAll()
            self.changed.emit()
        return found

    def _made(self, part: bytes) -> SlipLine | None:
        with self._desk.read() as read:
            row = read.get("part", part)
            shown = part_rows(read, [row["n"]], site_of(self._desk))[0] if row else None
        if shown is None:
            return None
        made = SlipLine(self._desk, shown)
        made.removed.connect(lambda: self.remove(made))
        made.edited.connect(self.changed)
        made.ended.connect(self.ended)
        self.lines.append(made)
        self._column.addWidget(made)
        self.none.hide()
        return made

    def current(self) -> SlipLine | None:
        """The line that was touched last: a scanned bin or quantity is its."""
        focus = self.focusWidget()
        held = next((one for one in self.lines if focus is not None and one.isAncestorOf(focus)), None)
        return held or self._current

    def remove(self, gone: SlipLine) -> None:
        """Take a line off."""
        self._column.removeWidget(gone)
        gone.hide()
        gone.deleteLater()
        self.lines.remove(gone)
        self._current = self.lines[-1] if self.lines else None
        self.none.setVisible(not self.lines)
        self.changed.emit()
        self.ended.emit()

    def clear(self) -> None:
        """An empty slip."""
        for found in list(self.lines):
            self.remove(found)
