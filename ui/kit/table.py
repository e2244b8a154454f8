"""The list is the page: a table of any length over two queries, with the user's own columns, order and density.

Table(columns, source, tasks=tasks, prefs=prefs)      the ids are read by the worker; without tasks, at once
table.ask({"state": "low"}, "hvac")                   other filters
table.refresh()                                       after a change: selection and place are kept
"""

from array import array
from collections.abc import Callable, Iterable, Mapping, MutableMapping, Sequence
from typing import Any

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.words import _, ngettext
from ui.kit import theme
from ui.kit.busy import BusyBar
from ui.kit.buttons import button
from ui.kit.columns import ColumnKeeper
from ui.kit.empty import EmptyState
from ui.kit.labels import ElidedLabel, label
from ui.kit.lazy import Column, LazyModel, Question, Source
from ui.kit.tasks import Tasks
from ui.kit.view import View

__all__ = ["Column", "LazyModel", "Question", "Source", "Table"]

_ROW = QItemSelectionModel.SelectionFlag.Rows


class Table(QWidget):
    """A list of records: sort by the header, open by Enter, copy, and keep what the user has set."""

    opened = Signal(object)
    """The id (int) of the row that was opened by Enter or a double click."""

    selected = Signal(object)
    """The id (int) of the row that has become the current one; None when nothing is selected."""

    selection_changed = Signal()
    """Which rows are selected."""

    clear_wanted = Signal()
    """The user wants to be rid of the filters that leave no row."""

    loaded = Signal(int)
    """The rows are there: how many."""

    def __init__(
        self,
        columns: Sequence[Column],
        source: Source,
        *,
        tasks: Tasks | None = None,
        prefs: MutableMapping[str, Any] | None = None,
        total: Callable[[], int] | None = None,
        empty: QWidget | None = None,
        nothing_found: QWidget | None = None,
        first: tuple[str, bool] = ("", False),
    ) -> None:
        """`first`: the column that the source's own order follows and whether it falls; the header shows it."""
        super().__init__()
        self._first = first
        self.model = LazyModel(columns, source, self)
        self.view = View(self.model)
        self.question = Question()
        self._tasks = tasks
        self._prefs: MutableMapping[str, Any] = {} if prefs is None else prefs
        self._total = total
        self._total_seen: int | None = None
        self._empty = empty or EmptyState("nothing_to_do", _("Nothing here yet"))
        self._nothing_found = nothing_found or self._clear_filters()
        self._stack = QStackedWidget()
        for part in (self.view, self._empty, self._nothing_found):
            self._stack.addWidget(part)
        self.count, self.legend = ElidedLabel("", "caption", "text_2"), label("", "caption", "text_2")
        self._busy = BusyBar()
        self._busy.setParent(self)
        self._lay_out()
        self._connect()
        self.set_dense(self._prefs.get("density", "dense") == "dense")
        self.columns = ColumnKeeper(self.view, self.model.columns, self._prefs)
        self.loaded.connect(lambda _count: self.columns.fit())

    def _clear_filters(self) -> QWidget:
        clear = button(_("Clear filters"), "funnel")
        clear.clicked.connect(self.clear_wanted)
        return EmptyState(
            "nothing_found", _("No records match"), _("Change the filters or the search text."), clear
        )

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        foot = QHBoxLayout()
        foot.setContentsMargins(20, 5, 12, 5)
        foot.addWidget(self.count, 1)
        foot.addWidget(self.legend)
        column.addWidget(self._stack, 1)
        column.addLayout(foot)
        self.setFocusProxy(self.view)

    def _connect(self) -> None:
        header = self.view.header()
        header.sectionClicked.connect(self._on_header_clicked)
        header.customContextMenuRequested.connect(self._on_header_menu)
        self.view.activated.connect(self._on_activated)
        self.view.selectionModel().selectionChanged.connect(self._on_selection_changed)
        self.model.failed.connect(self._on_failed, Qt.ConnectionType.QueuedConnection)
        theme.notifier.changed.connect(self.view.viewport().update)

    # what is shown

    def ask(self, filters: Mapping[str, Any], text: str = "") -> None:
        """Show the rows that these filters and this text leave."""
        now = self.question
        self._put(Question(now.sort, now.descending, dict(filters), text))

    def sort_by(self, key: str, *, descending: bool = False) -> None:
        """Order by a column; "" is the source's own order."""
        self._put(Question(key, descending, self.question.filters, self.question.text))

    def refresh(self) -> None:
        """Read again after a change; selection and place are kept."""
        self._put(self.question)

    def set_legend(self, text: str) -> None:
        """What the signs in the table mean, at the foot."""
        self.legend.setText(text)

    def _put(self, question: Question) -> None:
        self.question = question
        keys = [column.key for column in self.model.columns]
        sort, descending = (question.sort, question.descending) if question.sort else self._first
        self.view.header().show_sort(keys.index(sort) if sort in keys else -1, descending=descending)
        source = self.model.source

        def work() -> tuple["array[int]", int | None]:
            found = source.ids(question.sort, question.descending, question.filters, question.text)
            return found, self._total() if self._total else None

        if self._tasks is None:
            self._show(work())
            return
        self._busy.start()
        self._tasks.run(work, self._show, owner=self, latest="ids", ended=self._busy.stop)

    def _show(self, answer: tuple["array[int]", int | None]) -> None:
        ids, total = answer
        chosen, current = set(self.selected_ids()), self.current_id()
        place = self._place()
        self.view.selectionModel().blockSignals(True)  # the same rows are selected again below
        try:
            if self.model.set_ids(ids):
                self._choose(chosen, current)
        finally:
            self.view.selectionModel().blockSignals(False)
        self.view.viewport().update()
        self._return_to(place)
        empty = self._nothing_found if self.question.filtered else self._empty
        self._stack.setCurrentWidget(self.view if len(ids) else empty)
        self._counted(total)
        if chosen != set(self.selected_ids()):
            self._on_selection_changed()
        self.loaded.emit(len(ids))

    def _place(self) -> tuple[int, int, int] | None:
        """The first row in sight, how far it has gone out, and the place sideways; None at the top."""
        row = self.view.rowAt(0)
        if row < 0 or self.view.verticalScrollBar().value() == 0:
            return None
        return (
            self.model.ids[row],
            self.view.rowViewportPosition(row),
            self.view.horizontalScrollBar().value(),
        )

    def _return_to(self, place: tuple[int, int, int] | None) -> None:
        if place is None:
            return
        first, gone, sideways = place
        self.view.settle()
        bar = self.view.verticalScrollBar()
        if first in self.model.ids:
            bar.setValue(self.model.ids.index(first) * self.view.verticalHeader().defaultSectionSize() - gone)
        self.view.horizontalScrollBar().setValue(sideways)

    def _counted(self, total: int | None) -> None:
        shown = len(self.model.ids)
        if self.question.filtered and total is not None:
            words = _("{shown} of {total}").format(shown=shown, total=total)
        else:
            words = ngettext("{count} row", "{count} rows", shown).format(count=shown)
        chosen = len(self.view.selectionModel().selectedRows())
        more = _("{count} selected").format(count=chosen) if chosen else ""
        self._total_seen = total
        self.count.setText("·".join(filter(None, [words, more])))

    # which rows are selected

    def selected_ids(self) -> list[int]:
        """The ids of the selected rows in the order of the table."""
        rows = sorted(index.row() for index in self.view.selectionModel().selectedRows())
        return [self.model.ids[row] for row in rows]

    def current_id(self) -> int | None:
        """The id of the current row if it is selected."""
        index = self.view.currentIndex()
        if not index.isValid() or not self.view.selectionModel().isRowSelected(index.row(), QModelIndex()):
            return None
        return self.model.ids[index.row()]

    def select(self, ids: Iterable[int]) -> None:
        """Select these rows and show the first of them."""
        wanted = list(ids)
        self._choose(set(wanted), wanted[0] if wanted else None)
        if self.view.currentIndex().isValid():
            self.view.scrollTo(self.view.currentIndex())

    def clear_selection(self) -> None:
        self.view.clearSelection()

    def _choose(self, chosen: set[int], current: int | None) -> None:
        model, selection = self.view.selectionModel(), QItemSelection()
        last = len(self.model.columns) - 1
        places = [n for n, found in enumerate(self.model.ids) if found in chosen] if chosen else []
        for first, final in _runs(places):
            selection.select(self.model.index(first, 0), self.model.index(final, last))
        if current is not None and current in self.model.ids:  # first, so that who hears of the rows sees it
            row = self.model.ids.index(current)
            flags = QItemSelectionModel.SelectionFlag.NoUpdate
            model.setCurrentIndex(self.model.index(row, max(self.view.currentIndex().column(), 0)), flags)
        model.select(selection, QItemSelectionModel.SelectionFlag.ClearAndSelect | _ROW)

    def _on_selection_changed(self) -> None:
        self._counted(self._total_seen)
        self.selected.emit(self.current_id())
        self.selection_changed.emit()

    @staticmethod
    def _on_failed(error: Exception) -> None:
        raise error  # to the except hook, which knows what is to be said

    def _on_activated(self, index: QModelIndex) -> None:
        self.opened.emit(self.model.ids[index.row()])

    def set_dense(self, dense: bool) -> None:
        """Rows of 28 or of 36 pixels."""
        self.view.dense = dense
        self._prefs["density"] = "dense" if dense else "normal"
        self._set_height()

    def set_compact(self, compact: bool) -> None:
        """Rows of two lines and fewer columns, for windows below 800 pixels."""
        if compact != self.view.compact:
            self.view.compact = compact
            self._set_height()
            self.columns.show()

    def _set_height(self) -> None:
        normal = "height.row_dense" if self.view.dense else "height.row_normal"
        height = theme.size("height.row_two_line_compact" if self.view.compact else normal)
        self.view.verticalHeader().setDefaultSectionSize(height)
        self.view.viewport().update()

    def _on_header_clicked(self, section: int) -> None:
        column, now = self.model.columns[section], self.question
        if column.sortable:
            self.sort_by(column.key, descending=now.sort == column.key and not now.descending)

    def _on_header_menu(self, place: QPoint) -> None:
        self.columns.menu().popup(self.view.header().mapToGlobal(place))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.set_compact(self.window().width() < theme.size("breakpoint.compact_below"))
        self._busy.setGeometry(0, theme.size("height.header_cell") - 1, self.width(), 2)
        self._busy.raise_()


def _runs(places: list[int]) -> Iterable[tuple[int, int]]:
    """The stretches of consecutive numbers in an ascending list."""
    start = 0
    for n in range(1, len(places) + 1):
        if n == len(places) or places[n] != places[n - 1] + 1:
            yield places[start], places[n - 1]
            start = n
