"""The page Reports: which one, then how it looks; and which were made last."""

from array import array
from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QWidget

from app.desk import Desk
from app.reports.catalogue import AREAS, REPORTS, reports_for
from app.reports.record import Run, recent_runs
from app.values import show_instant
from app.words import N_, _, pgettext
from ui.kit.buttons import button
from ui.kit.empty import EmptyState
from ui.kit.labels import line
from ui.kit.layout import Page
from ui.kit.table import Column, Table
from ui.kit.tasks import Tasks
from ui.reports.chooser import WIDTH, Choice, Chooser
from ui.reports.panel import ReportPanel, scrolling

RECENT = "recent"
#: Narrower than this, list and report take turns.
BOTH = 820
FORMATS = {"pdf": N_("PDF file"), "xlsx": N_("Excel workbook"), "print": N_("Printed")}


class RunSource:
    """The reports that were made, for the table."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._runs: dict[int, Run] = {}

    def ids(self, sort: str, descending: bool, filters: Mapping[str, Any], text: str) -> "array[int]":
        """The newest first, whatever is asked."""
        with self._desk.read() as read:
            self._runs = {run.n: run for run in recent_runs(read)}
        return array("q", self._runs)

    def rows(self, ids: Sequence[int]) -> Sequence[Run | None]:
        """The runs of these numbers."""
        return [self._runs.get(n) for n in ids]


class ReportsPage(Page):
    """Reports by area at the left; the chosen one with its parameters and pages at the right."""

    said = Signal(str)
    """What was done, in one line, for the window's toast."""

    def __init__(self, desk: Desk, tasks: Tasks) -> None:
        super().__init__(_("Reports"), table=True)
        self._desk, self._tasks = desk, tasks
        self.panel: ReportPanel | None = None
        self._frame: QWidget | None = None
        self._narrow = False
        self.chooser = Chooser(self._choices())
        self.chooser.setMinimumWidth(0)
        self._source = RunSource(desk)
        self.recent = self._table()
        self._stack = QStackedWidget()
        self._stack.addWidget(self.recent)
        self._line = line("v")
        self._whole = QWidget()
        row = QHBoxLayout(self._whole)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.chooser)
        row.addWidget(self._line)
        row.addWidget(self._stack, 1)
        self.body.addWidget(self._whole, 1)
        self.back = button(_("All reports"), "arrow-left")
        self.back.clicked.connect(self.show_list)
        self.add_action(self.back)
        self.back.hide()
        self.chooser.chosen.connect(self._on_chosen)
        self.set_facts(_("A preview leaves no trace; what is printed or saved gets a number."))
        self.chooser.choose(RECENT)

    def _choices(self) -> list[Choice]:
        signs = {code: icon for code, _title, icon in AREAS}
        areas = {code: _(title) for code, title, _icon in AREAS}
        made = [
            Choice(spec.name, signs[spec.area], _(spec.title), _(spec.purpose), areas[spec.area])
            for spec in reports_for(self._desk)
        ]
        last = Choice(
            RECENT,
            "history",
            _("Made before"),
            _("With number and parameters; to make again"),
            _("Log"),
        )
        return [*made, last]

    def _table(self) -> Table:
        zone = self._desk.timezone
        columns = (
            Column("number", N_("Number"), "code", 120, sortable=False),
            Column(
                "report", N_("Report"), stretch=True, width=190, sortable=False, value=_title, second=_told
            ),
            Column("parameters", N_("Parameters"), width=190, sortable=False, compact=False, value=_told),
            Column(
                "format", N_("Format"), width=110, sortable=False, value=lambda run: _(FORMATS[run.format])
            ),
            Column(
                "made_at",
                N_("Made at"),
                "date",
                132,
                sortable=False,
                value=lambda run: show_instant(run.made_at, zone),
            ),
            Column("made_by", N_("Made by"), width=110, sortable=False, compact=False),
        )
        empty = EmptyState(
            "nothing_yet",
            _("No report was printed or saved yet"),
            _("Choose one from the list."),
        )
        table = Table(columns, self._source, tasks=self._tasks, empty=empty)
        table.opened.connect(self._on_opened)
        return table

    # what is shown

    def show_report(self, name: str, parameters: Mapping[str, str] | None = None) -> ReportPanel:
        """Show a report with these parameters; the others have their defaults."""
        if self._frame is not None:
            self._stack.removeWidget(self._frame)
            self._frame.deleteLater()
        columns = 2 if self._narrow else 4
        self.panel = ReportPanel(self._desk, self._tasks, REPORTS[name], parameters, columns=columns)
        self.panel.done.connect(self.said)
        self._frame = scrolling(self.panel)
        self._stack.addWidget(self._frame)
        entry = self.chooser.entries[name]
        with QSignalBlocker(self.chooser):
            entry.setChecked(True)
        self._show_part(self._frame)
        self.panel.ask()
        return self.panel

    def show_list(self) -> None:
        """Back to the list, where there is no room for both."""
        self._show_part(None)
        self.chooser.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_chosen(self, key: str) -> None:
        if key == RECENT:
            self.recent.refresh()
            self._show_part(self.recent)
        else:
            self.show_report(key)

    def _on_opened(self, n: int) -> None:
        (run,) = self._source.rows([n])
        if run is not None and run.report in self.chooser.entries:
            self.show_report(run.report, run.parameters)

    def _show_part(self, part: QWidget | None) -> None:
        if part is not None:
            self._stack.setCurrentWidget(part)
        self._open = part is not None
        self._arrange()

    def _arrange(self) -> None:
        """Both side by side, or one of them."""
        turns = self._narrow
        self.chooser.setVisible(not turns or not self._open)
        self._stack.setVisible(not turns or self._open)
        self._line.setVisible(not turns)
        self.chooser.setMaximumWidth(16_777_215 if turns else WIDTH)
        self.chooser.setMinimumWidth(0 if turns else WIDTH)
        self.back.setVisible(turns and self._open)
        self._fold()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.width() < BOTH
        if narrow != self._narrow:
            self._narrow = narrow
            self._open = self._open and (not narrow or self.chooser.key != RECENT)
            self._arrange()

    # the window's calls

    def refresh(self, topics: set[str]) -> None:
        """Something was written: the list of runs, and the preview if its data may have changed."""
        if "reports" in topics:
            self.recent.refresh()
        if self.panel is not None and self._stack.currentWidget() is self._frame and topics - {"reports"}:
            self.panel.refresh()

    def print_page(self) -> None:
        """Ctrl P prints the report that is shown."""
        if self.panel is not None and self._stack.currentWidget() is self._frame:
            self.panel.print_report()

    def keys(self) -> list[tuple[str, str]]:
        """For F1."""
        return [("Ctrl P", _("Print the report"))]


def _title(run: Run) -> str:
    return _(REPORTS[run.report].title) if run.report in REPORTS else run.report


def _told(run: Run) -> str:
    return pgettext("list", ", ").join(run.parameters.values())
