"""The columns of a table as their user wants them: width, order, and which are shown."""

from collections.abc import Iterator, MutableMapping, Sequence
from contextlib import contextmanager
from typing import Any

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QMenu

from app.words import _
from ui.kit.lazy import Column
from ui.kit.view import View

#: So many rows are measured; no column wants more than this, and a header is not cut below that.
SEEN, WIDEST, LEAST = 40, 290, 64
#: What is never to be cut short for a name.
_WHOLE = frozenset({"status", "number"})


class ColumnKeeper(QObject):
    """Fits the columns into the view and keeps what the user changes in `prefs` (widths, order, hidden)."""

    def __init__(self, view: View, columns: Sequence[Column], prefs: MutableMapping[str, Any]) -> None:
        super().__init__(view)
        self._view, self._columns, self._prefs = view, columns, prefs
        self._header = view.header()
        self._ours = False
        self._seen: dict[str, int] = {}
        self._measured: set[tuple[int, bool, bool]] = set()
        self._restore_order()
        self.show()
        self._header.sectionResized.connect(self._on_resized)
        self._header.sectionMoved.connect(self._on_moved)
        view.viewport().installEventFilter(self)
        view.rows.modelReset.connect(self._on_rows_changed)
        view.rows.dataChanged.connect(self._on_rows_changed)

    def show(self) -> None:
        """Show the columns that are wanted at this width of the window, and fit them."""
        hidden = self._hidden()
        for number, column in enumerate(self._columns):
            left_out = self._view.compact and not column.compact
            self._view.setColumnHidden(number, left_out or column.key in hidden)
        self.fit()

    def fit(self) -> None:
        """Give each column its width; the one that stretches, or on a small window the one of two lines, takes what is left."""
        shown = [n for n in range(len(self._columns)) if not self._view.isColumnHidden(n)]
        two_lines = (n for n in shown if self._view.compact and self._columns[n].second)
        stretch = next((n for n in shown if self._columns[n].stretch), next(two_lines, -1))
        wished = self._widths()
        plan = {
            n: max(wished.get(self._columns[n].key, self._columns[n].width), self._header.wanted(n))
            for n in shown
            if n != stretch
        }
        if stretch >= 0 and self._view.rows.rowCount():
            self._share(plan, stretch, [n for n in plan if self._columns[n].key not in wished])
        with self._changing():
            for number, width in plan.items():
                self._header.resizeSection(number, width)
            if stretch >= 0:
                left = self._view.viewport().width() - sum(plan.values())
                self._header.resizeSection(stretch, max(self._columns[stretch].width, left))
        self._header.setStretchLastSection(stretch < 0)

    def _share(self, plan: dict[int, int], stretch: int, free: Sequence[int]) -> None:
        """Headers may be cut short, values may not: the room goes to the words of the first rows."""
        natural = {n: self._natural(n) for n in (*plan, stretch)}
        lacking = {n: natural[n] - plan[n] for n in free if natural[n] > plan[n]}
        room = self._view.viewport().width() - sum(plan.values())
        spare = room - max(natural[stretch], self._columns[stretch].width)
        short = sum(lacking.values()) - spare
        for number in free:
            given = min(max(short, 0), max(plan[number] - max(natural[number], LEAST), 0))
            plan[number] -= given
            short, spare, room = short - given, spare + given, room + given
        for number in sorted(lacking, key=lambda n: self._columns[n].kind not in _WHOLE):
            # A state or a figure is worth more than the end of a long name.
            least = room - self._columns[stretch].width if self._columns[number].kind in _WHOLE else spare
            more = min(lacking[number], max(least, 0))
            plan[number] += more
            spare, room = spare - more, room - more

    def _natural(self, number: int) -> int:
        """The width at which the first rows are whole; it only grows, so that a filter moves nothing."""
        model, delegate = self._view.rows, self._view.delegate
        key, asked = self._columns[number].key, (number, self._view.compact, self._view.dense)
        if asked not in self._measured:  # a window that is drawn out asks again for the same rows
            self._measured.add(asked)
            widest = delegate.natural(number, range(min(model.rowCount(), SEEN)))
            self._seen[key] = max(self._seen.get(key, 0), min(widest, WIDEST))
        return self._seen[key]

    def _on_rows_changed(self) -> None:
        self._measured.clear()

    def menu(self) -> QMenu:
        """A menu that shows and hides columns and brings back the first arrangement."""
        menu = QMenu(self._view)
        hidden = self._hidden()
        for column in self._columns:
            action = menu.addAction(_(column.title).replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(column.key not in hidden)
            action.setEnabled(not column.stretch)
            action.toggled.connect(lambda on, key=column.key: self._on_toggled(key, shown=on))
        menu.addSeparator()
        menu.addAction(_("Reset columns")).triggered.connect(self.reset)
        menu.aboutToHide.connect(menu.deleteLater)
        return menu

    def reset(self) -> None:
        """The arrangement of the house again."""
        for key in ("widths", "order", "hidden"):
            self._prefs.pop(key, None)
        self._seen.clear()
        self._measured.clear()
        self._restore_order()
        self.show()

    def _hidden(self) -> set[str]:
        return set(self._prefs.get("hidden", [c.key for c in self._columns if c.hidden]))

    def _widths(self) -> dict[str, int]:
        return dict(self._prefs.get("widths", {}))

    def _restore_order(self) -> None:
        known = [column.key for column in self._columns]
        wanted = [key for key in self._prefs.get("order", known) if key in known]
        wanted += [key for key in known if key not in wanted]
        with self._changing():
            for place, key in enumerate(wanted):
                self._header.moveSection(self._header.visualIndex(known.index(key)), place)

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """What is changed inside is not the user's doing and is not kept."""
        outer, self._ours = self._ours, True
        try:
            yield
        finally:
            self._ours = outer

    def _on_toggled(self, key: str, *, shown: bool) -> None:
        hidden = self._hidden()
        (hidden.discard if shown else hidden.add)(key)
        self._prefs["hidden"] = sorted(hidden)
        self.show()

    def _on_resized(self, section: int, old: int, new: int) -> None:
        # The last section is stretched by Qt itself: that is nobody's wish.
        stretched = self._header.stretchLastSection() and section == self._last()
        if not self._ours and old and new and not stretched:
            self._prefs["widths"] = {**self._widths(), self._columns[section].key: new}
            self.fit()

    def _last(self) -> int:
        """The rightmost section that is shown."""
        places = (self._header.logicalIndex(n) for n in range(self._header.count() - 1, -1, -1))
        return next((n for n in places if not self._header.isSectionHidden(n)), -1)

    def _on_moved(self) -> None:
        if not self._ours:
            places = (self._header.logicalIndex(n) for n in range(self._header.count()))
            self._prefs["order"] = [self._columns[n].key for n in places]
            self._view.viewport().update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.fit()
        return False
