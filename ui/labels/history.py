"""What was printed: when, by whom, which labels; and the same once more."""

from dataclasses import dataclass

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget

from app import values
from app.desk import Desk
from app.labels.jobs import RecordLabel
from app.labels.log import Print, again, prints
from app.labels.sizes import layouts
from app.words import N_, _, pgettext
from ui.inventory.tables import FixedSource
from ui.kit.buttons import button
from ui.kit.dialogs import Dialog
from ui.kit.empty import EmptyState
from ui.kit.notes import NoteStrip
from ui.kit.table import Column, Table

WIDTH, HEIGHT = 960, 560
SHOWN = 6
MOST = 200


@dataclass(frozen=True)
class _Line:
    """A print as the list shows it."""

    n: int
    at: str
    by: str
    labels: str
    copies: int
    layout: str


_COLUMNS = (
    Column("at", N_("Printed at"), "date", 132, sortable=False, second=lambda row: row.labels),
    Column("by", N_("Printed by"), width=90, sortable=False, compact=False),
    Column("labels", N_("Labels"), width=220, stretch=True, sortable=False, compact=False),
    Column("copies", N_("Copies"), "number", 64, sortable=False),
    Column("layout", N_("Layout"), width=190, sortable=False, compact=False, tone="text_2"),
)


class HistoryDialog(Dialog):
    """The newest prints; one of them can be printed again with the records as they are now."""

    def __init__(self, parent: QWidget, desk: Desk) -> None:
        super().__init__(parent, _("Labels printed before"))
        self._desk = desk
        self.chosen: Print | None = None
        self.labels: list[RecordLabel] = []
        self._prints = prints(desk, MOST)
        self._titles = {code: layout.title for code, layout in layouts(desk).items()}
        self.setFixedSize(QSize(WIDTH, HEIGHT).boundedTo(parent.window().size() - QSize(32, 32)))
        lines = [self._line(n, line) for n, line in enumerate(self._prints)]
        empty = EmptyState("nothing_yet", _("No label was printed here yet."))
        self.list = Table(_COLUMNS, FixedSource(lambda: lines), empty=empty)
        self.list.opened.connect(lambda _n: self.on_again())
        self.note = NoteStrip("", "danger")
        self.note.hide()
        self.body.addWidget(self.list, 1)
        self.body.addWidget(self.note)
        self.add_button(button(_("Close"))).clicked.connect(self.reject)
        self.again = self.add_button(button(_("Print again"), "printer", kind="primary"), safe=True)
        self.again.clicked.connect(self.on_again)
        self.again.setEnabled(bool(lines))
        self.list.refresh()
        if lines:
            self.list.select([0])

    def _line(self, number: int, line: Print) -> _Line:
        codes = pgettext("list", ", ").join(line.codes[:SHOWN])
        if len(line.codes) > SHOWN:
            codes = _("{codes} and {count} more").format(codes=codes, count=len(line.codes) - SHOWN)
        when = values.show_instant(line.at, self._desk.timezone)
        layout = self._titles.get(line.layout, line.layout) or "—"
        return _Line(number, when, line.by or "—", codes, line.copies, layout)

    def on_again(self) -> None:
        """Close with the labels of the print that is chosen."""
        place = self.list.current_id()
        if place is None:
            return
        self.chosen = self._prints[int(place)]
        self.labels = again(self._desk, self.chosen)
        if self.labels:
            self.accept()
            return
        self.note.set(_("The records of this print are not in the register any more."), "danger")
        self.note.show()
