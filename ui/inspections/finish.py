"""The last sheet of a round: what is still open, each to be gone to, or that all is done and can be submitted."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.inspections.queries import OpenPoint, Sheet
from app.words import _, ngettext
from ui.kit.buttons import button
from ui.kit.chips import Chip
from ui.kit.labels import SignLabel, label
from ui.kit.layout import Card


class FinishPanel(QWidget):
    """Shown after the last item and when a submission was refused."""

    chosen = Signal(bytes)
    """The item to go to."""

    submit_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._shown: QWidget | None = None
        self.first: QPushButton | None = None

    def show_points(self, points: Sequence[OpenPoint], sheet: Sheet) -> None:
        """The open items as buttons; without any, the way to submit."""
        if self._shown:
            self._shown.hide()
            self._shown.deleteLater()
        self._shown = self._open(points, sheet) if points else self._done(sheet)
        self._column.addWidget(self._shown)

    def take_focus(self) -> None:
        """Enter presses the first button."""
        if self.first:
            self.first.setFocus(Qt.FocusReason.OtherFocusReason)

    def _open(self, points: Sequence[OpenPoint], sheet: Sheet) -> QWidget:
        count = len(points)
        title = ngettext("{count} item is still open", "{count} items are still open", count).format(
            count=count
        )
        card = Card(title)
        card.add_action(Chip(_("Not submitted yet"), "warn"))
        said = _("Choose one to go there. The round can be submitted when all of them are done.")
        card.body.addWidget(label(said, "dense", "text_2", wrap=True))
        rows = QWidget()
        column = QVBoxLayout(rows)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        self.first = None
        places = {found.item.id: place for place, found in enumerate(sheet.items, 1)}
        for point in points:
            column.addWidget(self._point(point, places.get(point.item_id, point.seq)))
        column.addStretch()
        card.body.addWidget(rows, 1)  # the page around it scrolls
        return card

    def _point(self, point: OpenPoint, number: int) -> QPushButton:
        made = button(f"{number}  {point.name}", scale="touch")
        row = QHBoxLayout(made)
        row.setContentsMargins(25, 0, 18, 0)
        row.addStretch()
        why = Chip(point.why, "warn", bare=True)
        why.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        row.addWidget(why)
        made.setStyleSheet("QPushButton { text-align: left; }")
        made.setAccessibleName(f"{point.name}: {point.why}")
        made.clicked.connect(lambda: self.chosen.emit(point.item_id))
        self.first = self.first or made
        return made

    def _done(self, sheet: Sheet) -> QWidget:
        made = QWidget()
        column = QVBoxLayout(made)
        column.setSpacing(10)
        column.addStretch()
        middle = Qt.AlignmentFlag.AlignHCenter
        sign, tone = ("octagon-alert", "danger_sign") if sheet.failed else ("circle-check", "ok_sign")
        column.addWidget(SignLabel(sign, tone, 56), 0, middle)
        total = len(sheet.items)
        title = ngettext("{count} item is done", "All {count} items are done", total).format(count=total)
        if sheet.done < total:
            title = _("Everything required is done: {done} of {total} items").format(
                done=sheet.done, total=total
            )
        column.addWidget(label(title, "item"), 0, middle)
        said = _("Nothing is out of limits.")
        if sheet.failed:
            said = ngettext("{count} deviation", "{count} deviations", sheet.failed).format(
                count=sheet.failed
            )
        column.addWidget(label(said, "body", "danger_text" if sheet.failed else "text_2"), 0, middle)
        column.addSpacing(8)
        self.first = button(_("Submit round"), "check", kind="primary", scale="touch")
        self.first.clicked.connect(self.submit_wanted)
        column.addWidget(self.first, 0, middle)
        column.addWidget(label(_("After that the supervisor reviews it."), "caption", "text_3"), 0, middle)
        column.addStretch()
        return made
