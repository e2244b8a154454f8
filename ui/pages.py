"""The ways from one page of the window to another. A page only says what it wants; here it is done."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import SignalInstance
from PySide6.QtWidgets import QWidget

from app.changes import Done
from app.desk import Desk
from app.settings import Preferences
from app.words import _
from ui.sync.specs import first_key
from ui.window import MainWindow

if TYPE_CHECKING:
    from ui.program import Program

#: Table of a record -> the page that shows it.
HOMES = {
    "equipment": "equipment",
    "part": "spares",
    "stock_count": "stocktake",
    "stock_movement": "spares",
    "purchase_order": "purchasing",
    "supplier": "suppliers",
    "work_order": "work",
    "fault": "faults",
    "alert": "alerts",
    "inspection_task": "rounds",
    "staff": "training",
    "staff_certificate": "training",
    "training_session": "training",
    "course": "training",
}
#: Sheets of codes that are printed like reports.
CODE_SHEETS = frozenset({"action-sheet", "blank-labels", "scanner-test"})
Undo = Callable[[], object] | bytes | Done | None


class Links:
    """The ways between the pages of one person's window."""

    def __init__(self, program: Program, desk: Desk) -> None:
        self._program, self.desk = program, desk
        self.tasks, self.wedge = program.tasks, program.wedge
        self.background = getattr(program, "background", None)
        self.prefs = Preferences(desk.profile, desk.actor.user_id)
        self.settings = program.settings
        self.window: MainWindow | None = None

    def wire(self, page: QWidget) -> QWidget:
        """Connect whatever a page says by its signals."""
        ways: Mapping[str, Callable[..., object]] = {
            "said": self.say,
            "report_requested": self.report,
            "labels_requested": partial(self.labels, page),
            "record_wanted": self.open_record,
            "page_wanted": self._on_page,
            "list_wanted": self.show_list,
            "part_wanted": partial(self.open_record, "part"),
            "order_wanted": partial(self.open_record, "work_order"),
            "station_wanted": self.station,
            "camera_wanted": self.camera,
            "count_wanted": self.count,
            "paper_wanted": self.count_on_paper,
            "differences_wanted": self.differences,
            "receiving_wanted": self.receiving,
            "round_wanted": self.open_round,
            "scanned": self.scan_round,
            "review_wanted": self.review,
            "templates_wanted": self.templates,
            "import_wanted": lambda: self.open("import"),
            "accounts_wanted": lambda: self.open("accounts"),
            "audit_wanted": lambda: self.open("audit"),
            "export_wanted": self.export,
            "report_wanted": self._on_report_wanted,
            "language_changed": self._program.change_language,
        }
        for name, slot in ways.items():
            if isinstance(signal := getattr(page, name, None), SignalInstance):
                signal.connect(slot)
        return page

    # ways

    def open(self, key: str) -> QWidget | None:
        """A page of the rail or one of those behind it."""
        return self.window.open(key) if self.window else None

    def say(self, text: str, undo: Undo = None) -> None:
        """A line at the bottom, with the way back."""
        if self.window is None:
            return
        if isinstance(undo, (bytes, Done)):
            action = undo.action_id if isinstance(undo, Done) else undo
            self.window.say(
                text,
                lambda: self.tasks.run(partial(self.desk.undo, action), lambda _d: None, owner=self._program),
            )
        else:
            self.window.say(text, undo)

    def open_record(self, table: str, row_id: bytes) -> None:
        """The page of a record, with the record open."""
        key = HOMES.get(table, "")
        page = self.open(key) if key else None
        if page is None:
            return
        ways = (
            ("show_withdrawal",) if table == "stock_movement" else ("show_part", "show_person", "open_target")
        )
        for name in ways:
            if (show := getattr(page, name, None)) is not None:
                show(row_id)
                return

    def _on_page(self, key: str, filters: Mapping[str, Any] | None = None) -> None:
        if key == "station":
            self.station()
            return
        page = self.open(key)
        if page is None or not filters:
            return
        if (show := getattr(page, "show_list", None)) is not None:
            show(filters)
        elif (row := getattr(page, "filters", None)) is not None:
            row.set_values(filters)

    def show_list(self, filters: object) -> None:
        """The list of parts with these filters, or another page by name."""
        if isinstance(filters, str):
            self.open(filters)
            return
        page = self.open("spares")
        if page is not None:
            page.show_list(filters)  # type: ignore[attr-defined]  # the area of the store

    def push(self, page: QWidget) -> None:
        """A page over the whole window, until it is left."""
        if self.window is None:
            return
        self.wire(page)
        page.left.connect(self.window.pop)  # type: ignore[attr-defined]  # every whole-window page can be left
        self.window.push(page)

    def station(self, text: str = "") -> None:
        """The scan station, beginning with a code that was scanned elsewhere."""
        from ui.inventory.station import ScanStation

        if self.window and not isinstance(self.window.current(), ScanStation):  # a double click means one
            settings = self._program.settings
            self.push(ScanStation(self.desk, self.tasks, settings, self.wedge, text=text))

    def camera(self) -> None:
        """The camera over the page that is shown."""
        if self.window:
            self.window.open_camera()

    def receiving(self, order: bytes | None = None) -> None:
        """The receiving desk, with an order."""
        from ui.purchasing.receive import ReceivingDesk

        self.push(ReceivingDesk(self.desk, self.tasks, order))

    def count(self, count: bytes) -> None:
        """The counting of a stock-take."""
        from ui.stocktake import CountPage

        self.push(CountPage(self.desk, self.tasks, count))

    def count_on_paper(self, count: bytes, paper: Any) -> None:
        """The typing in of a count sheet."""
        from ui.stocktake import PaperPage

        self.push(PaperPage(self.desk, self.tasks, count, paper))

    def differences(self, count: bytes) -> None:
        """What a stock-take found."""
        from ui.stocktake import DifferencesPage

        self.push(DifferencesPage(self.desk, self.tasks, count))

    def open_round(self, line: Any) -> None:
        """Begin a round of a list, or go on with it."""
        self._opener().open(line)

    def scan_round(self, text: str) -> None:
        """The round that is due where a label hangs."""
        self._opener().scan(text)

    def above(self) -> QWidget:
        """The window that a dialog belongs to."""
        if self.window is None:
            raise RuntimeError("there is no window yet")
        return self.window

    def _opener(self) -> Any:
        from ui.inspections.opening import RoundOpener

        opener = RoundOpener(self.desk, self.tasks, self.above())
        opener.opened.connect(self._show_round)
        return opener

    def _show_round(self, page: Any) -> None:
        if self.window is not None and not isinstance(self.window.current(), type(page)):
            page.submitted.connect(lambda _done: self._on_submitted())
            self.push(page)

    def _on_submitted(self) -> None:
        if self.window is not None:
            self.window.pop()
        self.say(_("The round was submitted for review."))

    def review(self, task_id: bytes) -> None:
        """A round as it was handed in."""
        from ui.inspections.review_page import ReviewPage

        page = ReviewPage(self.desk, self.tasks, task_id)
        self.push(page)

    def templates(self) -> None:
        """The templates of the rounds."""
        from ui.inspections.templates_page import TemplatesPage

        if self.window and not isinstance(self.window.current(), TemplatesPage):
            self.push(TemplatesPage(self.desk, self.tasks))

    def report(self, name: str, parameters: Mapping[str, Any] | None = None) -> None:
        """The preview of a report; with `form` "xlsx" the workbook itself, without a preview."""
        from ui.reports import PreviewDialog, save_report

        if name in CODE_SHEETS:
            from ui.scanned import print_sheet

            print_sheet(self, name)
            return
        if (parameters or {}).get("form") == "xlsx":
            save_report(self.above(), self.desk, self.tasks, name, parameters=parameters or {}, said=self.say)
        else:
            PreviewDialog(self.above(), self.desk, self.tasks, name, parameters).open()

    def _on_report_wanted(self, *what: Any) -> None:
        if not what:
            work = self.open("work")
            if work is not None:
                work.report_fault()  # type: ignore[attr-defined]  # the list of work orders
        elif isinstance(what[0], bytes):
            self.report("inspection", {"round": self._round_code(what[0])})
        else:
            self.report(*what)

    def _round_code(self, task_id: bytes) -> str:
        with self.desk.read() as read:
            return str((read.get("inspection_task", task_id) or {}).get("code", ""))

    def exchange(self) -> QWidget | None:
        """What the pill leads to: the conflicts that wait, else how the exchange stands."""
        return self.open(first_key(self.desk))

    def labels(self, page: QWidget, ids: Sequence[bytes]) -> None:
        """The labels of records of a page."""
        from ui.labels import LabelDialog

        table = getattr(page, "labels_of", "part")
        dialog = LabelDialog(self.above(), self.desk, self.tasks, table, list(ids))
        dialog.printed.connect(self.say)
        dialog.open()

    def export(self, name: str) -> None:
        """A register as a file."""
        from ui.exchange import ExportDialog

        ExportDialog(self.above(), self.desk, self.tasks, name).open()

    def route(self, code: str) -> bool:
        """A scan that no page took: to where its record is at home."""
        from ui.scanned import route  # with the rounds: not for the start

        return route(self, code)

    def has_home(self, table: str) -> bool:
        """Whether a page shows the records of a table."""
        return table in HOMES


def open_record(links: Links, table: str, row_id: bytes) -> None:
    """The page of a record that the jump box found."""
    links.open_record(table, row_id)
