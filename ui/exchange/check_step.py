"""Step 3: what the dry run found; counts first, then every bad row with its reason and how to mend it."""

from array import array
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QTabBar, QVBoxLayout, QWidget

from app.exchange.cells import ERROR, Problem
from app.exchange.plan import Plan, problem_columns
from app.exchange.shown import Change
from app.signs import Sign
from app.words import N_, _, ngettext
from ui.kit.buttons import button
from ui.kit.empty import EmptyState
from ui.kit.filters import Choice, Filter, FilterRow
from ui.kit.labels import ElidedLabel, SignLabel, label, plain_tip
from ui.kit.layout import Card
from ui.kit.lazy import Column
from ui.kit.table import Table

_ERROR = Sign("danger", "octagon-alert", "!", N_("Error"))
_NOTE = Sign("warn", "triangle-alert", "!", N_("Notice"))


def _level(problem: Problem) -> Sign:
    return _ERROR if problem.level == ERROR else _NOTE


_PROBLEMS = (
    Column("row", N_("Row"), "number", 64),
    Column("column", N_("Column"), width=150, compact=False),
    Column("value", N_("In the file"), width=170, value=lambda p: p.value or _("(empty)")),
    Column("level", N_("Grade"), "status", 96, value=_level),
    Column("said", N_("Problem"), width=300, stretch=True),
    Column("advice", N_("How to mend it"), width=300, tone="text_2", stretch=True, compact=False),
)
_CHANGES = (
    Column("row", N_("Row"), "number", 64),
    Column("key", N_("Number"), "code", 150),
    Column("field", N_("Field"), width=170),
    Column("old", N_("Now"), width=260, stretch=True, tone="text_2"),
    Column("new", N_("After the import"), width=260, stretch=True),
)


class _Memory:
    """Rows that are in memory already, filtered and sorted as a table asks."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self.all: Sequence[Any] = ()
        self._columns = {c.key: c for c in columns}

    def ids(self, sort: str, descending: bool, filters: Mapping[str, Any], text: str) -> "array[int]":
        """The places of the rows that fit."""
        plain = text.casefold()
        kept = [
            n
            for n, row in enumerate(self.all)
            if all(getattr(row, key) == value for key, value in filters.items())
            and (not plain or any(plain in c.text(row).casefold() for c in self._columns.values()))
        ]
        if sort in self._columns:
            kept.sort(key=lambda n: getattr(self.all[n], sort), reverse=descending)
        return array("q", kept)

    def rows(self, ids: Sequence[int]) -> Sequence[Any]:
        """The rows at these places."""
        return [self.all[n] if n < len(self.all) else None for n in ids]


class Count(Card):
    """A number that is read from two metres: how many rows can go in, are wrong, or should be looked at."""

    def __init__(self, icon: str, tone: str) -> None:
        super().__init__()
        row = QHBoxLayout()
        row.setSpacing(14)
        self.sign = SignLabel(icon, tone, 28)
        row.addWidget(self.sign)
        self.number, self.word, self.more = label("0", "kpi"), label(""), ElidedLabel("", "dense", "text_2")
        words = QVBoxLayout()
        words.setSpacing(0)
        first = QHBoxLayout()
        first.setSpacing(9)
        first.addWidget(self.number)
        first.addWidget(self.word)
        first.addStretch()
        words.addLayout(first)
        words.addWidget(self.more)
        row.addLayout(words, 1)
        self.body.addLayout(row)

    def show_count(self, number: int, word: str, more: str) -> None:
        """The number, its word, and one line more."""
        self.number.setText(str(number))
        self.word.setText(word)
        self.more.setText(more)
        self.setAccessibleName(f"{number} {word} {more}")


class CheckStep(QWidget):
    """The result of the dry run."""

    export_wanted = Signal(object)
    """The list of problems goes to this file (Path)."""

    def __init__(self) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(13)
        counts = QHBoxLayout()
        counts.setSpacing(13)
        self.good = Count("circle-check", "ok_sign")
        self.bad = Count("octagon-alert", "danger_sign")
        self.noted = Count("triangle-alert", "warn_sign")
        for card in (self.good, self.bad, self.noted):
            counts.addWidget(card, 1)
        column.addLayout(counts)
        self._plan: Plan | None = None
        self._problems, self._changes = _Memory(_PROBLEMS), _Memory(_CHANGES)
        clean = EmptyState("nothing_to_do", _("No problems: every row can go in"))
        self.problems = Table(_PROBLEMS, self._problems, empty=clean)
        self.changes = Table(
            _CHANGES,
            self._changes,
            empty=EmptyState("nothing_found", _("No record that exists would change")),
        )
        self.filters = FilterRow(self._filters(), self.problems)
        self.tabs = QTabBar()
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.tabs.addTab("")
        self.tabs.addTab("")
        self.tabs.currentChanged.connect(self._on_tab)
        self.export = button(_("Save the list of problems"), "download", scale="small")
        self.export.clicked.connect(self.on_export)
        column.addWidget(self._list(), 1)
        self._on_tab(0)

    def _list(self) -> QWidget:
        card = Card(margins=False)
        head = QHBoxLayout()
        head.setContentsMargins(14, 6, 12, 4)
        head.addWidget(self.tabs)
        head.addStretch()
        head.addWidget(self.export)
        card.body.addLayout(head)
        for part in (self.filters, self.problems, self.changes):
            card.body.addWidget(part)
        card.body.setSpacing(0)
        self.problems.setMinimumHeight(200)
        self.changes.setMinimumHeight(200)
        return card

    def _filters(self) -> list[Filter]:
        return [
            Filter("level", N_("Grade"), lambda: [Choice("error", _("Error")), Choice("note", _("Notice"))]),
            Filter(
                "column",
                N_("Column"),
                lambda: [Choice(c, c) for c in problem_columns(self._plan)] if self._plan else [],
            ),
        ]

    def show_plan(self, plan: Plan, changes: Sequence[Change]) -> None:
        """Counts, problems, and what would change."""
        self._plan = plan
        new, changed, same, bad = (plan.count(v) for v in ("new", "changed", "same", "error"))
        made = sum(map(len, plan.extra.values()))
        said = _("{new} new · {changed} changed · {same} unchanged").format(
            new=new, changed=changed, same=same
        )
        if made:
            said += " · " + _("{count} records created on the way").format(count=made)
        self.good.show_count(plan.good, ngettext("row can go in", "rows can go in", plan.good), said)
        self.bad.show_count(
            bad, ngettext("row has errors", "rows have errors", bad), _("Not brought in until mended")
        )
        self.noted.show_count(
            plan.noted, ngettext("row has notes", "rows have notes", plan.noted), _("Can go in; have a look")
        )
        self._problems.all = sorted(
            plan.problems, key=lambda p: p.level != ERROR
        )  # what stops a row stands first
        self._changes.all = changes
        self.tabs.setTabText(0, _("Problems ({count})").format(count=len(plan.problems)))
        self.tabs.setTabText(1, _("Changes ({count})").format(count=len(changes)))
        self.filters.clear()
        self.problems.refresh()
        self.changes.refresh()
        self.tabs.setCurrentIndex(0 if plan.problems or not changes else 1)
        self._on_tab(self.tabs.currentIndex())

    def _on_tab(self, number: int) -> None:
        self.problems.setVisible(number == 0)
        has_any = bool(self._plan and self._plan.problems)
        self.filters.setVisible(number == 0 and has_any)
        self.export.setVisible(number == 0 and has_any)
        self.changes.setVisible(number == 1)

    def set_narrow(self, narrow: bool) -> None:
        """On a small window the numbers stand without their signs, buttons without their words."""
        for card in (self.good, self.bad, self.noted):
            card.sign.setVisible(not narrow)
        word = _("Save the list of problems")
        self.export.setText("" if narrow else " " + word)
        self.export.setToolTip(plain_tip(word) if narrow else "")

    def on_export(self) -> None:
        """Asks where the list of problems goes."""
        name, _kind = QFileDialog.getSaveFileName(
            self, _("Save the list of problems"), "", _("CSV (.csv), UTF-8") + " (*.csv)"
        )
        if name:
            self.export_wanted.emit(Path(name).with_suffix(".csv"))
