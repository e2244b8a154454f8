"""A list with its filters and its inspector: what the tabs of the training page have in common."""

from array import array
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from app.desk import Desk
from ui.kit.filters import Filter, FilterRow
from ui.kit.inspector import Inspector, Panes
from ui.kit.lazy import Column
from ui.kit.table import Table
from ui.kit.tasks import Tasks

Load = Callable[[Mapping[str, Any], str], Sequence[Any]]


class Loaded:
    """The rows of a small register, read whole in its own order and sorted by any column."""

    def __init__(self, load: Load, columns: Sequence[Column]) -> None:
        self._load = load
        self._columns = {column.key: column for column in columns}
        self._rows: dict[int, Any] = {}

    def ids(self, sort: str, descending: bool, filters: Mapping[str, Any], text: str) -> "array[int]":
        """All rows that fit; without a column, in the register's own order."""
        rows = list(self._load(filters, text))
        if sort in self._columns:
            rows.sort(key=self._key(self._columns[sort]), reverse=descending)
        self._rows = {row.n: row for row in rows}
        return array("q", self._rows)

    def rows(self, ids: Sequence[int]) -> Sequence[Any]:
        """The rows of these ids."""
        return [self._rows.get(n) for n in ids]

    def row(self, n: int | None) -> Any:
        """One row that is shown; None where there is none."""
        return self._rows.get(n) if n is not None else None

    @staticmethod
    def _key(column: Column) -> Callable[[Any], tuple[bool, Any]]:
        def key(row: Any) -> tuple[bool, Any]:
            value = getattr(row, column.key) if hasattr(row, column.key) else column.of(row)
            return value is None or value == "", value if value is not None else 0

        return key


class Tab(QWidget):
    """One tab of the training page: it offers its buttons and its line of facts."""

    changed = Signal()
    """The line of facts is another one."""

    said = Signal(str)
    """What was done, in words."""

    report_wanted = Signal(str, object)
    """A report by its code, and its parameters."""

    title = ""
    #: Topics of the store after which the tab reads again.
    topics = frozenset({"training", "people"})

    def __init__(self, desk: Desk, tasks: Tasks) -> None:
        super().__init__()
        self.desk, self.tasks = desk, tasks
        self.facts = ""
        #: The last one is the primary button of the page, if `has_primary`.
        self.buttons: list[QPushButton] = []
        self.primary: Callable[[], QPushButton] | None = None

    def reload(self) -> None:
        """Read again; selection and place are kept."""
        raise NotImplementedError

    def begin_search(self) -> None:
        """Go to the search field."""

    def new(self) -> None:
        """Make a new record."""

    def on_saved(self, words: str) -> Callable[[], None]:
        """What follows a write: the page says it and reads again."""

        def done() -> None:
            self.said.emit(words)
            self.reload()

        return done


class RegisterTab(Tab):
    """A list, filters and an inspector that the selected row fills."""

    #: The table of its records.
    register = ""

    def __init__(
        self,
        desk: Desk,
        tasks: Tasks,
        columns: Sequence[Column],
        filters: Sequence[Filter],
        *,
        empty: QWidget | None = None,
        prefs: Any = None,
    ) -> None:
        super().__init__(desk, tasks)
        self._wanted: bytes | None = None
        self.source = Loaded(self.load, columns)
        self.table = Table(columns, self.source, tasks=tasks, empty=empty, prefs=prefs)
        self.inspector = Inspector()
        self.filters = FilterRow(filters, self.table)
        self.panes = Panes(self.table, self.inspector, filters=self.filters)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.filters)
        column.addWidget(self.panes, 1)
        self.setFocusProxy(self.table)
        self.table.selected.connect(self._on_selected)
        self.table.opened.connect(self._on_opened)
        self.table.loaded.connect(self._on_loaded)

    def load(self, filters: Mapping[str, Any], text: str) -> Sequence[Any]:
        """The rows that fit, in the order of the register; runs on the worker."""
        raise NotImplementedError

    def fill(self, row: Any) -> None:
        """Put a row into the inspector."""
        raise NotImplementedError

    def reload(self) -> None:
        self.table.refresh()

    def begin_search(self) -> None:
        self.filters.search.setFocus()

    def holds(self, row_id: bytes) -> bool:
        """Whether a record is in this register."""
        with self.desk.read() as read:
            return read.get(self.register, row_id) is not None

    def show_row(self, row_id: bytes) -> None:
        """Select a record and open it, whatever filters are on."""
        self._wanted = row_id
        self.filters.clear()

    def current(self) -> Any:
        """The row that is selected."""
        return self.source.row(self.table.current_id())

    def _show_wanted(self, row_id: bytes) -> None:
        ids = self.table.model.ids
        place = next((n for n, shown in enumerate(ids) if self.source.row(shown).id == row_id), None)
        if place is not None:
            self._wanted = None
            self.table.view.setCurrentIndex(self.table.model.index(place, 0))
            self._on_opened(ids[place])

    def _on_selected(self, n: int | None) -> None:
        row = self.source.row(n)
        if row is not None:
            self.fill(row)
            self.panes.offer()

    def _on_opened(self, n: int) -> None:
        row = self.source.row(n)
        if row is not None:
            self.fill(row)
            self.panes.open_inspector()

    def _on_loaded(self, _count: int) -> None:
        if self._wanted is not None:
            self._show_wanted(self._wanted)
        row = self.current()
        if row is not None and not self.inspector.isHidden():
            self.fill(row)
        self.changed.emit()
