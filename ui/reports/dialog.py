"""The preview of a report over any page, for its button Print."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from PySide6.QtCore import QEvent, QObject, QSize
from PySide6.QtWidgets import QWidget

from app.desk import Desk
from app.reports.catalogue import make, spec_of
from app.reports.parameters import told_by_page
from app.words import _
from ui.kit.buttons import button
from ui.kit.dialogs import Dialog, tell
from ui.kit.labels import label
from ui.kit.tasks import Runner
from ui.reports.panel import ReportPanel, scrolling
from ui.reports.paper import ask_file

LARGEST = QSize(1180, 1000)
EDGE = 24
WIDE = 820


def room_of(parent: QWidget, largest: QSize = LARGEST) -> QSize:
    """As large as the window allows."""
    return (parent.window().size() - QSize(2 * EDGE, 2 * EDGE)).boundedTo(largest)


class PreviewDialog(Dialog):
    """A report with its parameters filled in: look, print, save. Open it with `.open()`; it goes away by itself.

    `parameters` are those of the catalogue; the id of a record may stand for its code, and `filters` for those of a list.
    """

    def __init__(
        self,
        parent: QWidget,
        desk: Desk,
        tasks: Runner,
        name: str,
        parameters: Mapping[str, Any] | None = None,
    ) -> None:
        spec = spec_of(name)
        super().__init__(parent, _(spec.title))
        given = told_by_page(desk, spec.parameters, parameters or {})
        self.setFixedSize(room_of(parent))
        columns = 4 if self.width() > WIDE else 2
        self.panel = ReportPanel(desk, tasks, spec, given, heading=False, columns=columns)
        self.body.addWidget(scrolling(self.panel), 1)
        self.said = label("", "dense", "ok_text")
        self.foot.insertWidget(0, self.said)
        close = self.add_button(button(_("Close")), safe=True)
        close.clicked.connect(self.reject)
        self.panel.done.connect(self.said.setText)
        self.finished.connect(self.deleteLater)
        parent.window().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        parent = self.parentWidget()
        if event.type() == QEvent.Type.Resize and parent and watched is parent.window():
            self.setFixedSize(room_of(parent))
        return super().eventFilter(watched, event)


def save_report(
    parent: QWidget,
    desk: Desk,
    tasks: Runner,
    name: str,
    *,
    parameters: Mapping[str, Any],
    said: Callable[[str], None],
) -> None:
    """The workbook of a report that needs no look before it; the person only says where it goes."""
    spec = spec_of(name)
    path = ask_file(parent, f"{_(spec.title)} {desk.today()}", "xlsx")
    if path is None:
        return
    tasks.run(
        partial(make, desk, name, told_by_page(desk, spec.parameters, parameters), path),
        lambda number: said(_("Saved as {file} ({number})").format(file=path.name, number=number)),
        lambda error: tell(parent, error),
        owner=parent,
    )
