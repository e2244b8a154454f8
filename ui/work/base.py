"""What the lists of equipment, work and alerts have in common: table, inspector, filters, writes on the worker, the toast."""

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.changes import Done
from app.desk import Desk
from app.words import _
from ui.kit.filters import FilterRow
from ui.kit.inspector import Inspector, Panes
from ui.kit.layout import Page
from ui.kit.table import Table
from ui.kit.tasks import Tasks


class ListPage(Page):
    """A list with an inspector. Subclasses make `table` and `filters`, call `lay_out`, and fill the inspector."""

    said = Signal(str, object)
    """A line for the toast, and what takes the step back (None: nothing)."""

    record_wanted = Signal(str, object)
    """Table and id of another record that is to be opened."""

    report_requested = Signal(str, object)
    """A report by its name, with its parameters."""

    labels_requested = Signal(object)
    """The ids of the records whose labels are to be printed."""

    topics: frozenset[str] = frozenset()
    table: Table
    filters: FilterRow

    def __init__(self, title: str, desk: Desk, tasks: Tasks) -> None:
        super().__init__(title, table=True)
        self.desk, self.tasks = desk, tasks
        self.inspector = Inspector()
        self.shown: bytes | None = None
        self._doing = False

    def lay_out(self, tree: QWidget | None = None, above: QWidget | None = None) -> None:
        """Put filters, list, inspector and tree in their places."""
        main = QWidget()
        column = QVBoxLayout(main)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for part in filter(None, (above, self.filters)):
            column.addWidget(part)
        column.addWidget(self.table, 1)
        main.setFocusProxy(self.table)
        self.panes = Panes(main, self.inspector, tree, self.filters)
        self.body.addWidget(self.panes)
        self.setFocusProxy(main)
        self.table.selected.connect(self._on_selected)
        self.table.opened.connect(lambda _n: self.panes.open_inspector())
        self.table.loaded.connect(lambda _count: self._on_loaded())

    def record_of(self, n: int) -> bytes | None:
        """The id of the record of a row number."""
        found = self.table.model.source.rows([n])
        return found[0].id if found and found[0] else None

    def fill(self, record: bytes) -> bool:
        """Show a record in the inspector; False if it has gone."""
        raise NotImplementedError

    def show_record(self, record: bytes, n: int | None = None) -> None:
        """Select a record (by a scan, a hit, a link) and open it, even where the filters hide its row."""
        if n is not None and n in self.table.model.ids:
            self.table.select([n])
        if self.fill(record):
            self.shown = record
            self.panes.open_inspector()

    def _on_selected(self, n: int | None) -> None:
        record = None if n is None else self.record_of(n)
        if record is not None and self.fill(record):
            self.shown = record
            self.panes.offer()

    def _on_loaded(self) -> None:
        if self.shown is None and self.table.model.ids and not self.panes.narrow:
            first = self.table.model.ids[0]
            self.table.select([first])
            self._on_selected(first)  # the table tells of the selection before it knows the current row
        elif self.shown is not None and not self.fill(self.shown):
            self.shown = None
            self.panes.close_inspector()

    def do(self, work: Callable[[], Any], words: str, then: Callable[[Any], None] | None = None) -> None:
        """Write on the worker; afterwards say so, with the way back where there is one.

        A second click while the first is under way means the same thing and does nothing.
        """
        if not self._doing:
            self._doing = True
            self.tasks.run(work, partial(self._on_done, words, then), owner=self, ended=self._on_ended)

    def _on_ended(self) -> None:
        self._doing = False

    def _on_done(self, words: str, then: Callable[[Any], None] | None, answer: Any) -> None:
        if answer is None:
            self.said.emit(_("Nothing was changed."), None)
            return
        done = answer if isinstance(answer, Done) else getattr(answer, "done", None)
        self.said.emit(words, partial(self._undo, done.action_id) if done else None)
        if then:
            then(answer)
        self.refresh(set(self.topics))

    def _undo(self, action: bytes) -> None:
        self.tasks.run(
            partial(self.desk.undo, action), lambda _done: self.refresh(set(self.topics)), owner=self
        )

    def refresh(self, topics: set[str]) -> None:
        """Read again what these topics concern."""
        if self.topics & topics:
            self.table.refresh()
            self.refreshed()

    def refreshed(self) -> None:
        """What else is to be read again."""

    def find(self) -> None:  # type: ignore[override]  # the window calls a page so; Qt's own finds by window number
        """Ctrl F: to the search field."""
        self.filters.search.setFocus()
        self.filters.search.selectAll()
