"""The page of stock-takes: those under way first; the inspector shows how far each is and what comes next."""

from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from app import values
from app.access import Permission
from app.changes import Done
from app.desk import Desk
from app.errors import Refused
from app.fields import fields_of, show
from app.labels.payload import Kind, read_scan
from app.stocktake import counting, counts
from app.stocktake.counts import CountRow
from app.stocktake.lines import Lines, lines_of
from app.stocktake.sheets import FilledSheet, read_sheet
from app.words import N_, _, ngettext
from ui.inventory.tables import site_of, yuan
from ui.kit.buttons import button
from ui.kit.charts import Spark
from ui.kit.chips import Chip
from ui.kit.dialogs import FormDialog, ask, tell
from ui.kit.empty import EmptyState
from ui.kit.filters import Choice, Filter, FilterRow
from ui.kit.forms import FormField
from ui.kit.inspector import Inspector, Panes
from ui.kit.layout import Page
from ui.kit.table import Table
from ui.kit.tasks import Tasks
from ui.stocktake.bars import Progress
from ui.stocktake.new import NewCountDialog
from ui.stocktake.paper import ask_paper
from ui.stocktake.reading import ReadDialog, ask_sheet
from ui.stocktake.tables import CountSource, count_columns, count_sign, kind_word, money, percent


class StocktakePage(Page):
    """The stock-takes of the site in view."""

    page_wanted = Signal(str)
    """`spares`."""

    count_wanted = Signal(object)
    """The id of the stock-take that is to be counted, over the whole window."""

    paper_wanted = Signal(object, object)
    """The id of the stock-take whose sheet is to be typed in, and the Paper: when it was counted, by whom."""

    differences_wanted = Signal(object)
    """The id of the stock-take whose differences are to be looked at."""

    said = Signal(str, object)
    """A line for the toast, and what takes the step back."""

    report_requested = Signal(str, object)
    """A report by its name, with its parameters."""

    def __init__(self, desk: Desk, tasks: Tasks, prefs: MutableMapping[str, Any] | None = None) -> None:
        super().__init__(_("Stocktakes"), table=True)
        self._desk, self._tasks = desk, tasks
        self._row: CountRow | None = None
        self.dialog: NewCountDialog | None = None
        self.table = Table(
            count_columns(desk), CountSource(desk), tasks=tasks, prefs=prefs, empty=self._empty()
        )
        self.filters = FilterRow(self._filters(), self.table, _("Stocktake number"))
        self.inspector = Inspector()
        main = QWidget()
        column = QVBoxLayout(main)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.filters)
        column.addWidget(self.table, 1)
        main.setFocusProxy(self.table)
        self.panes = Panes(main, self.inspector, filters=self.filters)
        self.body.addWidget(self.panes)
        back = button(_("Spare parts"), "arrow-left")
        back.clicked.connect(lambda: self.page_wanted.emit("spares"))
        self.add_action(back)
        for words, icon, name in (
            (_("What is due"), "calendar-clock", "count-due"),
            (_("Accuracy"), "file-chart-column", "count-accuracy"),
        ):
            made = button(words, icon)
            made.clicked.connect(lambda _checked, name=name: self.report_requested.emit(name, {}))
            self.add_action(made)
        if desk.may(Permission.MOVE_STOCK):
            self.set_primary(self._new_button())
        self.table.selected.connect(self._on_selected)
        self.table.opened.connect(self._on_opened)
        self.table.refresh()
        self._show_facts()

    def _new_button(self) -> QPushButton:
        made = button(_("New stocktake"), "plus", "primary")
        made.clicked.connect(self.new)
        return made

    def _empty(self) -> QWidget:
        made = [self._new_button()] if self._desk.may(Permission.MOVE_STOCK) else []
        text = _("Count a bin, a class or everything; a second person approves the differences.")
        return EmptyState("nothing_yet", _("Nothing has been counted yet"), text, *made)

    def _filters(self) -> list[Filter]:
        fields = fields_of("stock_count")
        return [
            Filter("status", N_("Status"), lambda: [Choice(c, show(fields["status"], c)) for c, _w in fields["status"].choices]),
            Filter("kind", N_("Kind"), lambda: [Choice(c, kind_word(c)) for c, _w in fields["kind"].choices]),
        ]  # fmt: skip

    # what is shown

    def _show_facts(self) -> None:
        desk, site = self._desk, site_of(self._desk)

        def work() -> list[CountRow]:
            with desk.read() as read:
                return counts.accuracy(read, site)

        self._tasks.run(work, self._on_facts, owner=self, latest="facts")

    def _on_facts(self, rows: list[CountRow]) -> None:
        if rows:
            words = _("{share} of the lines of the last stocktake had no difference")
            self.set_facts(words.format(share=percent(rows[-1].accuracy) or "—"))

    def _on_selected(self, number: int | None) -> None:
        row = self.table.model.row(self.table.model.ids.index(number)) if number is not None else None
        if row is not None:
            self.show_count(row.id)
            self.panes.offer()

    def _on_opened(self, number: int) -> None:
        row = self.table.model.row(self.table.model.ids.index(number))
        if row is not None:
            self.go_on(row)

    def go_on(self, row: CountRow) -> None:
        """Enter: count what is open, look at the differences of anything else."""
        if row.status == "open" and self._desk.may(Permission.MOVE_STOCK):
            self.count_wanted.emit(row.id)
        elif row.status in {"counted", "approved"}:
            self.differences_wanted.emit(row.id)
        else:
            self.panes.open_inspector()

    def show_count(self, count: bytes) -> None:
        """The inspector tells about this stock-take; its lines are read by the worker."""
        desk = self._desk

        def work() -> tuple[CountRow | None, Lines, list[CountRow]]:
            with desk.read() as read:
                return (
                    counts.count_row(read, count),
                    lines_of(read, count),
                    counts.accuracy(read, site_of(desk)),
                )

        self._tasks.run(work, self._fill, owner=self, latest="count")

    def _fill(self, found: tuple[CountRow | None, Lines, list[CountRow]]) -> None:
        row, lines, past = found
        if row is None:
            return
        self._row = row
        look, inspector = count_sign(row), self.inspector
        inspector.start(row.code, counting.scope_word(row.kind, row.scope))
        chips = [Chip(look.text, look.level, look.icon)]
        if row.blind:
            chips.append(Chip(_("Blind count"), "neutral"))
        inspector.add_chips(chips)
        if row.status == "open":
            inspector.add(Progress(len(lines.counted), len(lines.rows)))
        inspector.add_facts([fact for fact in self._facts_of(row, lines) if fact[1]])
        if len(past) > 1:
            inspector.add_section(_("Lines without difference over time"))
            inspector.add(Spark([float(done.accuracy or 0) / 10 for done in past]))
        self._offer(row)
        inspector.set_actions(self._foot(row))

    def _facts_of(self, row: CountRow, lines: Lines) -> list[tuple[str, str]]:
        done = _("{done} of {total}").format(done=len(lines.counted), total=len(lines.rows))
        zone = self._desk.timezone
        facts = [
            (_("Kind"), kind_word(row.kind)),
            (_("Lines counted"), done),
            (_("Opened"), f"{values.show_instant(row.opened_at, zone)} {row.opened_by}"),
            (_("Counting closed"), values.show_instant(row.counted_at, zone)),
            (_("Approved"), f"{values.show_instant(row.approved_at, zone)} {row.approved_by}".strip()),
            (_("Remarks"), row.remark),
        ]
        if row.blind and row.status == "open":
            return facts
        return [
            *facts,
            (_("Differences"), str(len(lines.different))),
            (_("Counted twice"), str(len(lines.twice) or "")),
            (_("Recount?"), str(len(lines.recount) or "")),
            (_("Without difference"), percent(lines.accuracy)),
            (_("Surplus"), yuan(lines.gain) if lines.gain else ""),
            (_("Shortage"), yuan(-lines.loss) if lines.loss else ""),
            (_("Together"), money(lines.gain + lines.loss) if lines.different else ""),
        ]

    def _offer(self, row: CountRow) -> None:
        if self._desk.may(Permission.PRINT_REPORTS):
            self.inspector.add_tool("printer", _("Print the count sheet"), self.print_page)
        if row.status == "open" and self._desk.may(Permission.MOVE_STOCK):
            self.inspector.add_tool("keyboard", _("Type in a count sheet"), self.type_in)
            self.inspector.add_tool("file-spreadsheet", _("Save the count sheet as Excel"), self.save_sheet)
            self.inspector.add_tool("upload", _("Read in a filled count sheet"), self.read_in)
        if row.status in {"open", "counted"} and self._desk.may(Permission.MOVE_STOCK):
            self.inspector.add_tool("trash-2", _("Cancel the stocktake"), self.cancel)

    def _foot(self, row: CountRow) -> list[QPushButton]:
        made: list[QPushButton] = []
        keeps = self._desk.may(Permission.MOVE_STOCK)
        if row.status == "open" and keeps:
            self._add(made, _("Count"), "scan-line", "primary", lambda: self.count_wanted.emit(row.id))
            self._add(made, _("Close counting"), "check", "default", self.close_counting)
        if row.status in {"counted", "approved"} or (row.status == "open" and not row.blind):
            kind = "primary" if row.status == "counted" else "default"
            self._add(
                made,
                _("Differences"),
                "git-compare-arrows",
                kind,
                lambda: self.differences_wanted.emit(row.id),
            )
        if row.status == "counted" and keeps:
            self._add(made, _("Count on"), "undo-2", "default", self.reopen)
        return made

    @staticmethod
    def _add(made: list[QPushButton], words: str, icon: str, kind: str, slot: Any) -> None:
        found = button(words, icon, kind)
        found.clicked.connect(lambda _checked: slot())
        made.append(found)

    def refresh(self, topics: set[str]) -> None:
        """Something has changed in the store."""
        if topics & {"stock", "inventory"}:
            self.table.refresh()
            self._show_facts()
            if self._row:
                self.show_count(self._row.id)

    # what is done

    def new(self) -> None:
        """Begin a stock-take (Ctrl N)."""
        if not self._desk.may(Permission.MOVE_STOCK):
            return
        self.dialog = NewCountDialog(self, self._desk)
        self.dialog.accepted.connect(self._on_new)
        self.dialog.finished.connect(self.dialog.deleteLater)
        self.dialog.open()

    def _on_new(self) -> None:
        if self.dialog:
            desk, chosen = self._desk, self.dialog.chosen()
            kind = chosen.pop("kind")
            self._tasks.run(lambda: counting.open_count(desk, kind, **chosen), self._on_begun, owner=self)

    def _on_begun(self, found: tuple[bytes, Done]) -> None:
        count, done = found
        self.refresh(set(done.topics))
        self.show_count(count)
        self.said.emit(_("The stocktake has begun."), lambda: self._take_back(done))
        self.count_wanted.emit(count)

    def close_counting(self, anyway: str = "") -> None:
        """The counting is over."""
        if self._row:
            desk, count = self._desk, self._row.id
            self._tasks.run(lambda: counting.close_count(desk, count, anyway), self._on_closed, self._on_refused, owner=self)  # fmt: skip

    def _on_closed(self, done: Done) -> None:
        self.said.emit(
            _("The counting is closed; a second person looks at the differences."),
            lambda: self._take_back(done),
        )
        self.refresh(set(done.topics))

    def _on_refused(self, error: Exception) -> None:
        if isinstance(error, Refused) and error.may_override:
            if ask(self, _("Close counting"), str(error), do=_("Close anyway")):
                self.close_counting(_("confirmed"))
        else:
            self.said.emit(str(error), None)

    def reopen(self) -> None:
        """Counting goes on."""
        if self._row:
            desk, count = self._desk, self._row.id
            self._tasks.run(lambda: counting.reopen_count(desk, count), self._on_changed, owner=self)

    def cancel(self) -> None:
        """Nothing comes of it, with the reason."""
        row = self._row
        if row is None:
            return
        filled = FormDialog.ask(
            self, _("Cancel the stocktake {code}?").format(code=row.code),
            [FormField("reason", _("Reason"), required=True)], do=_("Cancel the stocktake"),
            text=ngettext(
                "{count} counted line stays to be read; no stock moves.",
                "{count} counted lines stay to be read; no stock moves.", row.lines,
            ).format(count=row.lines),
        )  # fmt: skip
        if filled:
            desk = self._desk
            self._tasks.run(
                lambda: counting.cancel_count(desk, row.id, filled["reason"]), self._on_changed, owner=self
            )

    def _on_changed(self, done: Done) -> None:
        self.refresh(set(done.topics))

    def _take_back(self, done: Done) -> None:
        self._tasks.run(lambda: self._desk.undo(done.action_id), self._on_changed, owner=self)

    def print_page(self) -> None:
        """The sheet to count with (Ctrl P)."""
        if self._row:
            self.report_requested.emit("count-sheet", {"count": self._row.code})

    # sheets that come back

    def type_in(self) -> None:
        """A sheet that was filled in by hand: when and by whom, then its lines over the whole window."""
        if self._row and (paper := ask_paper(self, self._desk)):
            self.paper_wanted.emit(self._row.id, paper)

    def save_sheet(self) -> None:
        """The count sheet as a workbook, to be filled in elsewhere."""
        if self._row:
            self.report_requested.emit("count-sheet", {"count": self._row.code, "form": "xlsx"})

    def read_in(self) -> None:
        """A sheet that was filled in as Excel."""
        if self._row and (path := ask_sheet(self)):
            self.read_file(path)

    def read_file(self, path: Path) -> None:
        """Read this file; nothing is recorded before the person has seen what it brings."""
        if self._row:
            desk, count = self._desk, self._row.id
            self._tasks.run(lambda: read_sheet(desk, path, count), self._on_read, lambda error: tell(self, error), owner=self)  # fmt: skip

    def _on_read(self, sheet: FilledSheet) -> None:
        self.reading = ReadDialog(self, self._desk, self._tasks, sheet)
        self.reading.recorded.connect(self._on_recorded)
        self.reading.finished.connect(self.reading.deleteLater)
        self.reading.open()

    def _on_recorded(self, done: Done) -> None:
        words = ngettext("{count} line was recorded.", "{count} lines were recorded.", len(done.op_ids))
        self.said.emit(words.format(count=len(done.op_ids)), lambda: self._take_back(done))
        self.refresh(set(done.topics))

    def open_target(self, target: Any) -> None:
        """A stock-take is to be shown."""
        self.show_count(target[1] if isinstance(target, tuple) else target)

    def on_scan(self, text: str) -> bool:
        """The code of a count sheet leads to its stock-take."""
        scan = read_scan(text)
        code = scan.payload.code if scan.payload and scan.payload.kind is Kind.DC else scan.text
        with self._desk.read() as read:
            n = read.value("SELECT n FROM stock_count WHERE code = ? COLLATE NOCASE AND deleted = 0", code)
            row = counts.count_rows(read, [n])[0] if n is not None else None
        if row is None:
            return False
        self.show_count(row.id)
        self.go_on(row)
        return True

    def find(self) -> None:  # type: ignore[override]  # the window's Ctrl F; QWidget.find is for native ids
        """Search in the list (Ctrl F)."""
        self.filters.search.setFocus()

    def keys(self) -> list[tuple[str, str]]:
        """The keys of this page, for F1."""
        return [
            ("Enter", _("Count, or look at the differences")),
            ("Ctrl N", _("New stocktake")),
            ("Ctrl P", _("Print the count sheet")),
        ]
