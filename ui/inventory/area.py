"""The store in the main window: the list of parts, and the pages that it leads to."""

from collections.abc import Mapping, MutableMapping
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from app.desk import Desk
from ui.inventory.analysis import AnalysisPage
from ui.inventory.books import BooksPage
from ui.inventory.ledger import LedgerPage
from ui.inventory.proposal import ProposalPage
from ui.inventory.review import ReviewPage
from ui.inventory.slip import SlipPage
from ui.inventory.spares import SparesPage
from ui.kit.tasks import Tasks
from ui.kit.wedge import Wedge


class SparesArea(QWidget):
    """The entry "Spares" of the rail: list, purchase proposal and ledger, made when they are first wanted."""

    station_wanted = Signal()
    """The scan station is to be shown over the whole window."""

    said = Signal(str, object)
    """A line for the toast, and what takes the step back."""

    report_requested = Signal(str, object)
    """A report by its name, with its parameters."""

    labels_requested = Signal(object)
    """The ids of the parts whose labels are to be printed."""

    page_wanted = Signal(str)
    """A page beside this one: `purchasing`, `stocktake` or `import`."""

    def __init__(
        self,
        desk: Desk,
        tasks: Tasks,
        wedge: Wedge | None = None,
        prefs: MutableMapping[str, Any] | None = None,
    ) -> None:
        super().__init__()
        self._desk, self._tasks = desk, tasks
        self.spares = SparesPage(desk, tasks, wedge, prefs)
        self._pages: dict[str, QWidget] = {"spares": self.spares}
        self._stack = QStackedWidget()
        self._stack.addWidget(self.spares)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._stack)
        self.setFocusProxy(self._stack)
        self.spares.page_wanted.connect(self.open)
        self.spares.said.connect(self.said)
        self.spares.report_requested.connect(self.report_requested)
        self.spares.labels_requested.connect(self.labels_requested)

    def open(self, key: str) -> None:
        """Show one of the pages here, `issue` and `return` the slips; `station`, `purchasing` and `stocktake` are told on."""
        if key == "station":
            self.station_wanted.emit()
            return
        if key in {"purchasing", "stocktake", "import"}:
            self.page_wanted.emit(key)
            return
        if key not in self._pages:
            self._pages[key] = self._made(key)
            self._stack.addWidget(self._pages[key])
        self._stack.setCurrentWidget(self._pages[key])
        if key in {"issue", "return"}:
            self._pages[key].setFocus()

    def _made(self, key: str) -> QWidget:
        made: ProposalPage | LedgerPage | AnalysisPage | BooksPage | ReviewPage | SlipPage
        if key == "proposal":
            made = ProposalPage(self._desk, self._tasks)
            made.part_wanted.connect(self.show_part)
            made.page_wanted.connect(self.open)
            made.said.connect(self.said)
            made.report_requested.connect(self.report_requested)
        elif key == "analysis":
            made = AnalysisPage(self._desk, self._tasks)
            made.report_requested.connect(self.report_requested)
            made.list_wanted.connect(self.show_list)
            made.page_wanted.connect(self.open)
            made.said.connect(self.said)
        elif key == "review":
            made = ReviewPage(self._desk, self._tasks)
            made.part_wanted.connect(self.show_part)
            made.said.connect(self.said)
        elif key == "books":
            made = BooksPage(self._desk, self._tasks)
            made.said.connect(self.said)
            made.report_requested.connect(self.report_requested)
        elif key in {"issue", "return"}:
            made = SlipPage(self._desk, self._tasks, key)
            made.said.connect(self.said)
            made.report_requested.connect(self.report_requested)
        else:
            made = LedgerPage(self._desk, self._tasks)
            made.said.connect(self.said)
            made.report_requested.connect(self.report_requested)
        made.back_wanted.connect(lambda: self.open("analysis" if key == "review" else "spares"))
        return made

    def current(self) -> Any:
        """The page that is shown."""
        return self._stack.currentWidget()

    def show_part(self, part: bytes) -> None:
        """Go to a part in the list."""
        self.open("spares")
        self.spares.select(part)

    def show_withdrawal(self, movement: bytes) -> None:
        """Go to what was taken without the storekeeper."""
        self.open("books")
        self._pages["books"].show_withdrawal(movement)  # type: ignore[attr-defined]  # the page of the books

    def show_list(self, filters: Mapping[str, Any]) -> None:
        """The list with these filters; {"page": "proposal"} shows that page instead."""
        page = filters.get("page")
        if page:
            self.open(page)
            return
        self.open("spares")
        self.spares.filters.set_values(filters)

    def open_target(self, target: Any) -> None:
        """The jump box found a part: ("part", id)."""
        if target[0] == "part":
            self.show_part(target[1])

    def refresh(self, topics: set[str]) -> None:
        """Something has changed in the store: all pages are told, hidden ones too."""
        for page in self._pages.values():
            page.refresh(topics)  # type: ignore[attr-defined]  # each of the three pages has it

    def on_scan(self, text: str) -> bool:
        """A slip takes every code; else a part's or bin's label leads to the list."""
        if isinstance(page := self.current(), SlipPage):
            return page.on_scan(text)
        taken = self.spares.on_scan(text)
        if taken:
            self.open("spares")
        return taken

    def find(self) -> None:  # type: ignore[override]  # the window's Ctrl F; QWidget.find is for native ids
        """Search in the list that is shown (Ctrl F)."""
        if hasattr(self.current(), "filters"):
            self.current().filters.search.setFocus()

    def new(self) -> None:
        """Register a part, or make orders from the proposal (Ctrl N)."""
        if hasattr(self.current(), "new"):
            self.current().new()

    def print_page(self) -> None:
        """The low-stock list (Ctrl P)."""
        self.spares.print_page()

    def keys(self) -> list[tuple[str, str]]:
        """The keys of the page that is shown, for F1."""
        found: list[tuple[str, str]] = self.current().keys()
        return found
