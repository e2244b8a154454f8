"""The store in the main window: the list of parts, and the pages that it leads to."""

from collections.abc import Mapping, MutableMapping
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from app.desk import Desk
from ui.inventory.spares import SparesPage
from ui.kit.tasks import Tasks
from ui.kit.wedge import Wedge

_SLIPS = ("issue", "return")
#: The signals of a page that lead on from here; of those that are not named, the usual ones.
_USUAL = ("said", "report_requested")
_SAYS = {
    "proposal": ("part_wanted", "page_wanted", *_USUAL),
    "analysis": ("list_wanted", "page_wanted", *_USUAL),
    "review": ("part_wanted", "said"),
}


def _page_of(key: str) -> type[Any]:
    """The page of a key, imported when it is first wanted: the list does not wait for it."""
    if key == "proposal":
        from ui.inventory.proposal import ProposalPage

        return ProposalPage
    if key == "analysis":
        from ui.inventory.analysis import AnalysisPage

        return AnalysisPage
    if key == "review":
        from ui.inventory.review import ReviewPage

        return ReviewPage
    if key == "books":
        from ui.inventory.books import BooksPage

        return BooksPage
    if key in _SLIPS:
        from ui.inventory.slip import SlipPage

        return SlipPage
    from ui.inventory.ledger import LedgerPage

    return LedgerPage


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
        if key in _SLIPS:
            self._pages[key].setFocus()

    def _made(self, key: str) -> Any:
        kind = _page_of(key)
        made = kind(self._desk, self._tasks, key) if key in _SLIPS else kind(self._desk, self._tasks)
        slots = {
            "part_wanted": self.show_part,
            "page_wanted": self.open,
            "list_wanted": self.show_list,
            "said": self.said,
            "report_requested": self.report_requested,
        }
        for name in _SAYS.get(key, _USUAL):
            getattr(made, name).connect(slots[name])
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
        from ui.inventory.books import BooksPage

        self.open("books")
        books = self._pages["books"]
        if isinstance(books, BooksPage):
            books.show_withdrawal(movement)

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
        if self.current() in [self._pages.get(key) for key in _SLIPS]:
            return bool(self.current().on_scan(text))
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
