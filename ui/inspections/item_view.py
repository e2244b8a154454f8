"""One item of a round: what is checked, the field, the strip at a deviation, the remark and the photo."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.errors import AppError
from app.inspections.queries import Past, Sheet, SheetItem
from app.inspections.rules import (
    FAIL,
    LEVELS,
    NA,
    WARN,
    Value,
    deviation_said,
    judge,
    option_word,
    standard_said,
    value_said,
)
from app.values import show_quantity
from app.words import _, ngettext
from ui.inspections.entry import LinesField, NumberEntry, TextEntry, entry_for
from ui.inspections.parts import DeviationStrip
from ui.inspections.past import trend_of
from ui.inspections.saying import level_word
from ui.kit import theme
from ui.kit.buttons import Button, button
from ui.kit.charts import TrendChart
from ui.kit.chips import Chip
from ui.kit.labels import ElidedLabel, label, line


@dataclass(frozen=True)
class Typed:
    """What stands in the fields: the value as it was typed, the remark, and whether the item does not apply."""

    text: str
    remark: str
    not_applicable: bool


def consequence(sheet: Sheet, found: SheetItem, value: Value) -> tuple[str, str]:
    """The two lines at a failing value: what is wrong, and what its confirmation sets going."""
    item, level = found.item, LEVELS.get(found.item.on_fail)
    wrong = deviation_said(item, value)
    where = _(", ").join(filter(None, [found.equipment, found.place]))
    if item.on_fail == "work_order":
        title = wrong or _("Abnormal: a fault and a work order will be opened")
        return title, _("Filled in already: {where}. Say what you see.").format(where=where)
    if level:
        said_level = level_word(level)
        title = wrong or _("Abnormal: a level {level} alert will be raised").format(level=said_level)
        if sheet.manager:
            said = _("Raises a level {level} alert; {person} answers for it. Say what you see.")
            return title, said.format(level=said_level, person=sheet.manager)
        return title, _("Raises a level {level} alert. Say what you see.").format(level=said_level)
    return wrong or _("Abnormal: recorded as a deviation"), _("Say what you see.")


class ItemView(QWidget):
    """The middle of the round page, for one item."""

    edited = Signal()
    confirmed = Signal()
    photo_wanted = Signal()

    def __init__(
        self,
        sheet: Sheet,
        number: int,
        past: Sequence[Past],
        remarks: Sequence[str],
        *,
        timezone: str,
        scanned: str = "",
        compact: bool = False,
    ) -> None:
        super().__init__()
        self.sheet, self.number, self.compact = sheet, number, compact
        self.found = sheet.items[number]
        self.item = self.found.item
        self.dirty = False
        self.not_applicable = bool(
            self.found.given and self.found.given.state == NA and not self.item.choices
        )
        self.entry = entry_for(self.item, compact=compact)
        self.entry.setProperty("photos", self.found.photos)
        self.strip = DeviationStrip()
        self.remark = LinesField(44 if compact else 76)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8 if compact else 10)
        if compact:
            self._add_title_compact()
        else:
            self._add_chips(scanned)
        self._add_entry(past, timezone)
        self._column.addWidget(self.strip)
        self._add_remark(remarks)
        self._column.addStretch(1)
        if not compact:
            self._add_next()
        self._connect()
        self._show_given()

    # what is on it

    def _add_chips(self, scanned: str) -> None:
        row = QHBoxLayout()
        row.setSpacing(8)
        where = _("Item {number} of {total}").format(number=self.number + 1, total=len(self.sheet.items))
        row.addWidget(Chip(where, "neutral", "clipboard-list"))
        row.addWidget(Chip(self.found.place, "neutral", "map-pin"))
        if self.found.equipment:
            row.addWidget(Chip(self.found.equipment, "neutral", "server-cog"))
        if scanned:
            row.addWidget(Chip(scanned, "ok", "qr-code"))
        row.addStretch()
        row.addWidget(label(self.item.code, "caption", "text_3"))
        self._column.addLayout(row)
        title = label(self.item.text, "item", wrap=True)
        self._column.addWidget(title)

    def _add_title_compact(self) -> None:
        row = QHBoxLayout()
        title = ElidedLabel(self.item.text, "title")
        where = _("{place}·item {number}").format(place=self.found.place, number=self.number + 1)
        row.addWidget(title, 1)
        row.addWidget(label(where, "caption", "text_3"))
        self._column.addLayout(row)

    def _add_entry(self, past: Sequence[Past], timezone: str) -> None:
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self.entry, 1)
        self._small_chart: TrendChart | None = None
        self._past, self._timezone = past, timezone
        if self.compact and isinstance(self.entry, NumberEntry) and past:
            self._small_chart = TrendChart(trend_of(self.item, past, None, timezone))
            self._small_chart.setMinimumSize(120, 60)
            self._small_chart.setFixedSize(150, 74)
            row.addWidget(self._small_chart)
        self._column.addLayout(row)

    def _add_remark(self, remarks: Sequence[str]) -> None:
        head = QHBoxLayout()
        head.setSpacing(10)
        self._remark_label = label(_("What you see"), "dense", "text_2")
        self._must = Chip(_("required"), "danger", "octagon-alert", bare=True)
        self._photo_must = Chip(_("photo required"), "danger", "camera", bare=True)
        for part in (self._remark_label, self._must, self._photo_must):
            head.addWidget(part)
        if not self.compact:
            head.addStretch()
        self.photo = button("", "camera", scale="touch" if not self.compact else "large")
        self.photo.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        if not self.compact:
            self.photo.setStyleSheet(
                "QPushButton { min-height: 52px; } QPushButton:focus { min-height: 50px; }"
            )
        self.remark.setAccessibleName(_("What you see"))
        row = QHBoxLayout()
        row.setSpacing(8)
        if self.compact:
            row.addLayout(head)
            row.addWidget(self.remark, 1)
            row.addWidget(self.photo)
        else:
            self._column.addLayout(head)
            self._column.addWidget(self.remark)
            self.quick = [self._quick(text) for text in remarks]
            for made in self.quick:
                row.addWidget(made)
            row.addStretch()
            row.addWidget(self.photo)
        self._column.addLayout(row)
        self.show_photos(self.found.photos)  # when all has its parent: what is shown without one is a window

    def _quick(self, text: str) -> QPushButton:
        made = button(text, scale="touch")
        font = made.font()
        font.setPixelSize(16)
        made.setFont(font)
        made.setStyleSheet("QPushButton { padding: 0 17px; min-height: 52px; }")
        made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        made.clicked.connect(lambda: self.add_remark(text))
        return made

    def _add_next(self) -> None:
        following = self.sheet.items[self.number + 1 : self.number + 2]
        self._column.addWidget(line())
        row = QHBoxLayout()
        row.setSpacing(10)
        if following:
            item = following[0].item
            row.addWidget(label(_("Next"), "caption", "text_3"))
            row.addWidget(label(item.text, "dense"))
            said = " / ".join(map(option_word, item.choices)) or standard_said(item)
            row.addWidget(ElidedLabel(said, "caption", "text_3"), 1)
        else:
            row.addWidget(label(_("This is the last item"), "caption", "text_3"))
            row.addStretch()
        self._column.addLayout(row)

    def _connect(self) -> None:
        self.entry.edited.connect(self._on_edited)
        self.entry.confirmed.connect(self.confirmed)
        self.remark.textChanged.connect(self._on_remark)
        self.remark.confirmed.connect(self.confirmed)
        self.photo.clicked.connect(self.photo_wanted)

    # what it says

    def _show_given(self) -> None:
        given = self.found.given
        if given:
            self.entry.show_value(given.value_num, given.value_text)
            self._quietly(given.remark)
        self._judge()

    def _quietly(self, remark: str) -> None:
        self.remark.blockSignals(True)
        self.remark.setPlainText(remark)
        self.remark.blockSignals(False)

    def restore(self, typed: Typed) -> None:
        """What was typed and not confirmed before the program ended or the item was left."""
        self.entry.set_typed(typed.text)
        self._quietly(typed.remark)
        self.not_applicable = typed.not_applicable
        self.dirty = True
        self._judge()

    def typed(self) -> Typed:
        """What stands in the fields now."""
        return Typed(self.entry.typed(), self.remark.toPlainText().strip(), self.not_applicable)

    def value(self) -> Value:
        """The value; raises AppError with a sentence where the text is none."""
        return None if self.not_applicable else self.entry.value()

    def state(self) -> str | None:
        """What the answer would be; None while there is none."""
        if self.not_applicable:
            return NA
        try:
            return judge(self.item, self.entry.value())
        except AppError:
            return None

    def show_photos(self, count: int) -> None:
        """How many photos the item has."""
        self.entry.setProperty("photos", count)
        if isinstance(self.photo, Button):
            words = (
                ngettext("{count} photo", "{count} photos", count).format(count=count)
                if count
                else _("Photo")
            )
            self.photo.set_text(str(count or "") if self.compact else words)
            self.photo.setAccessibleName(words)
        self._photo_must.setVisible(self.item.photo_required and not count and not self.compact)

    def add_remark(self, text: str) -> None:
        """A quick remark joins what stands there."""
        now = self.remark.toPlainText().strip()
        self.remark.setPlainText(_("{first}, {second}").format(first=now, second=text) if now else text)
        self.remark.moveCursor(QTextCursor.MoveOperation.End)
        self.remark.setFocus(Qt.FocusReason.OtherFocusReason)

    def toggle_not_applicable(self) -> None:
        """The item does not apply here: a choice of that name is taken, else the reason is asked."""
        options = self.item.choices
        found = [n for n, option in enumerate(options) if judge(self.item, option) == NA]
        if found and not isinstance(self.entry, NumberEntry | TextEntry):
            self.entry.choose(found[0])
            self.remark.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self.not_applicable = not self.not_applicable
        self.dirty = True
        self._judge()
        (self.remark.setFocus if self.not_applicable else self.entry.take_focus)()
        self.edited.emit()

    def complain(self, sentence: str, *, at_remark: bool) -> None:
        """Why the answer cannot be confirmed, at the field that it is about."""
        if at_remark:
            self.remark.setProperty("state", "error")
            theme.restyle(self.remark)
            self.remark.setFocus(Qt.FocusReason.OtherFocusReason)
            self._must.set(sentence, "danger", "octagon-alert")
            self._must.show()
        else:
            self.strip.show_words(sentence, "", "warn")
            self.entry.take_focus()

    def _on_edited(self) -> None:
        self.dirty, self.not_applicable = True, False
        self._judge()
        self.edited.emit()

    def _on_remark(self) -> None:
        self.dirty = True
        if self.remark.property("state"):
            self.remark.setProperty("state", "")
            theme.restyle(self.remark)
        self.edited.emit()

    def _judge(self) -> None:
        """Mark the value at once: before Enter, not after."""
        state = self.state()
        self.entry.set_state(state)
        self._must.set(_("required"), "danger", "octagon-alert")
        self._must.setVisible(state in {FAIL, NA})
        self._remark_label.setText(_("Why it does not apply") if state == NA else _("What you see"))
        if state == FAIL:
            self.strip.show_words(*consequence(self.sheet, self.found, self.entry.value()))
        elif state == WARN:
            said = _("Near the limit: {value}").format(value=self._said())
            self.strip.show_words(said, _("Within the limits. Keep an eye on it."), "warn")
        elif state == NA:
            self.strip.show_words(
                _("Not applicable"), _("Give the reason; the item then counts as done."), "neutral"
            )
        else:
            self.strip.show_words("", "")
        if self._small_chart:
            self._small_chart.set(trend_of(self.item, self._past, self.number_now(), self._timezone))

    def number_now(self) -> int | None:
        """The number in the field, where it is one."""
        try:
            value = self.entry.value()
        except AppError:
            return None
        return value if isinstance(value, int) else None

    def _said(self) -> str:
        value = self.entry.value()
        return value_said(self.item, value, None) if isinstance(value, int) else show_quantity(None)
