"""What was printed: when, by whom, which labels; and the same once more."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from app import values
from app.desk import Desk
from app.labels.jobs import RecordLabel
from app.labels.log import Print, again, prints
from app.words import _, pgettext
from ui.kit import theme
from ui.kit.buttons import button
from ui.kit.dialogs import Dialog
from ui.kit.empty import EmptyState

WIDTH, HEIGHT = 860, 520
SHOWN = 6
MOST = 200


class HistoryDialog(Dialog):
    """The newest prints; one of them can be printed again with the records as they are now."""

    def __init__(self, parent: QWidget, desk: Desk) -> None:
        super().__init__(parent, _("Labels printed before"))
        self._desk = desk
        self.chosen: Print | None = None
        self.labels: list[RecordLabel] = []
        self._prints = prints(desk, MOST)
        self.setFixedSize(QSize(WIDTH, HEIGHT).boundedTo(parent.window().size() - QSize(32, 32)))
        self.list = self._list()
        if self._prints:
            self.body.addWidget(self.list, 1)
        else:
            self.body.addWidget(EmptyState("nothing_yet", _("No label was printed here yet.")), 1)
        self.add_button(button(_("Close"))).clicked.connect(self.reject)
        self.again = self.add_button(button(_("Print again"), "printer", kind="primary"), safe=True)
        self.again.clicked.connect(self.on_again)
        self.again.setEnabled(bool(self._prints))

    def _list(self) -> QTreeWidget:
        made = QTreeWidget()
        made.setRootIsDecorated(False)
        made.setFont(theme.font("dense"))
        made.setHeaderLabels([_("Printed at"), _("Printed by"), _("Labels"), _("Copies"), _("Layout")])
        for line in self._prints:
            item = QTreeWidgetItem(made, self._row(line))
            item.setSizeHint(0, QSize(0, 30))
            item.setTextAlignment(3, Qt.AlignmentFlag.AlignRight)
            item.setToolTip(2, pgettext("list", ", ").join(line.codes[:60]))
        made.header().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        made.header().setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        made.header().setStretchLastSection(False)
        made.setCurrentIndex(made.model().index(0, 0))
        made.itemDoubleClicked.connect(lambda *_item: self.on_again())
        return made

    def _row(self, line: Print) -> list[str]:
        codes = pgettext("list", ", ").join(line.codes[:SHOWN])
        if len(line.codes) > SHOWN:
            codes = _("{codes} and {count} more").format(codes=codes, count=len(line.codes) - SHOWN)
        when = values.show_instant(line.at, self._desk.timezone)
        return [when, line.by or "—", codes, str(line.copies), line.layout or "—"]

    def on_again(self) -> None:
        """Close with the labels of the print that is chosen."""
        place = self.list.currentIndex().row()
        if place >= 0:
            self.chosen = self._prints[place]
            self.labels = again(self._desk, self.chosen)
            if self.labels:
                self.accept()
