"""A round as a row of the first page: urgency, name and place, window, progress, and the button that opens it."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from app.desk import Desk
from app.inspections.lists import RoundLine
from app.values import day_of, show_instant
from app.words import _, ngettext
from ui.inspections.saying import more_said, state_sign, window_said
from ui.kit import theme
from ui.kit.bars import ProgressBar
from ui.kit.buttons import button
from ui.kit.chips import Chip, chip_width
from ui.kit.labels import ElidedLabel, label


def widths_of(desk: Desk, lines: Sequence[RoundLine]) -> tuple[int, int]:
    """How wide the first two columns must be for the words of these rows."""
    small = QFontMetrics(theme.font("caption"))
    chips = [chip_width(state_sign(found).text) + 4 for found in lines]
    said = [small.horizontalAdvance(more_said(found, desk.today(), desk.timezone)) + 4 for found in lines]
    return max([132, *chips]), max([116, *said])


def _stacked(*parts: QWidget) -> QWidget:
    made = QWidget()
    column = QVBoxLayout(made)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(2)
    column.addStretch()
    for part in parts:
        column.addWidget(part)
    column.addStretch()
    return made


class RoundRow(QWidget):
    """One round; `act` starts, continues or corrects it."""

    def __init__(
        self, desk: Desk, found: RoundLine, widths: tuple[int, int], *, primary: bool, may: bool
    ) -> None:
        super().__init__()
        self.line = found
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(theme.size("height.row_touch"))
        shown = state_sign(found)
        self._chip = Chip(shown.text, shown.level, shown.icon)
        self._urgency = _stacked(self._chip)
        self._urgency.setFixedWidth(widths[0])
        second = "·".join(filter(None, [found.template_code, found.place]))
        if found.state == "returned" and found.remark:
            second = _("{person}: {remark}").format(
                person=found.reviewer or _("Supervisor"), remark=found.remark
            )
        name = _stacked(ElidedLabel(found.name, "body_strong"), ElidedLabel(second, "caption", "text_2"))
        self._when = _stacked(*self._window(desk))
        self._when.setFixedWidth(widths[1])
        self._progress = self._bar()
        self.act = self._button(desk, primary=primary)
        if not may:
            self.act.hide()
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 0, 14, 0)
        row.setSpacing(12)
        row.addWidget(self._urgency)
        row.addWidget(name, 1)
        row.addWidget(self._when)
        row.addWidget(self._progress)
        row.addSpacing(8)
        row.addWidget(self.act)

    def _window(self, desk: Desk) -> tuple[QWidget, QWidget]:
        found, zone = self.line, desk.timezone
        if found.state == "returned" and found.submitted_at:
            day = day_of(found.submitted_at, zone)[5:]
            to_do = _("to be corrected")
            return label(_("{day} submitted").format(day=day), "body"), label(to_do, "caption", "text_2")
        return (
            label(window_said(found, zone), "body"),
            ElidedLabel(more_said(found, desk.today(), zone), "caption", "text_2"),
        )

    def _bar(self) -> QWidget:
        found = self.line
        words = ngettext("{done} / {total} item", "{done} / {total} items", found.total)
        bar = ProgressBar(found.done, found.total, found.failed)
        made = _stacked(label(words.format(done=found.done, total=found.total), "dense"), bar)
        made.setFixedWidth(100)
        return made

    def _button(self, desk: Desk, *, primary: bool) -> QPushButton:
        found = self.line
        word, icon = _("Start"), "arrow-right"
        if found.state == "returned":
            word, icon = _("Correct"), "pencil"
        elif found.status == "in_progress":
            word = _("Continue")
        made = button(word, icon, "primary" if primary else "default", "large")
        widest = max(
            QFontMetrics(made.font()).horizontalAdvance(w) for w in (_("Start"), _("Correct"), _("Continue"))
        )
        made.setMinimumWidth(max(118, widest + 64))
        made.setAccessibleName(f"{word}: {found.name}")
        made.setEnabled(found.can_start)
        if not found.can_start:
            made.setToolTip(_("From {time} on").format(time=show_instant(found.due_from, desk.timezone)))
        return made

    def set_compact(self, *, compact: bool) -> None:
        """Below 800 pixels window and progress give way to the name."""
        self._when.setVisible(not compact)
        self._progress.setVisible(not compact)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and self.act.hasFocus():
            self.act.click()
        else:
            super().keyPressEvent(event)
