"""The differences of a stock-take: why, what they are worth, and the agreement of a second person."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app import values
from app.access import Permission
from app.changes import Done
from app.desk import Desk
from app.errors import Refused
from app.inventory.rules import limit_of
from app.signs import sign
from app.stocktake import counting, recount
from app.stocktake.counting import REASONS
from app.stocktake.counts import CountRow, count_row
from app.stocktake.lines import STATES, VIEWS, Line, Lines, lines_of
from app.words import N_, _, ngettext
from ui.inventory.tables import amount, yuan
from ui.kit.buttons import button
from ui.kit.dialogs import Dialog, FormDialog, ask
from ui.kit.filters import Choice, Filter, FilterRow
from ui.kit.forms import FormField
from ui.kit.layout import Page
from ui.kit.notes import NoteStrip
from ui.kit.table import Table
from ui.kit.tasks import Tasks
from ui.kit.tiles import Figure, Tile
from ui.stocktake.tables import LineSource, count_sign, line_columns, percent, signed_yuan

OTHER = "other"
_LOW, _NARROW = 520, 900


class DifferencesPage(Page):
    """Line by line what differs; reasons for several at once; approved by who did not count."""

    left = Signal()
    """Back to the list of stock-takes."""

    said = Signal(str, object)
    """A line for the toast, and what takes the step back."""

    report_requested = Signal(str, object)
    """A report by its name, with its parameters."""

    def __init__(self, desk: Desk, tasks: Tasks, count: bytes) -> None:
        super().__init__(_("Differences"), table=True)
        self._desk, self._tasks, self.count = desk, tasks, count
        self.row: CountRow | None = None
        self.lines: Lines | None = None
        self.source = LineSource()
        self.table = Table(line_columns(blind=False, whole=True, timezone=desk.timezone), self.source)
        self.filters = FilterRow(self._filters(), self.table, _("Part or bin"))
        self.note = NoteStrip("", "info")
        self._tiles = QWidget()
        self._tile_row = QHBoxLayout(self._tiles)
        self._lay_out()
        self._add_buttons()
        self.table.opened.connect(self._on_opened)
        self.table.selection_changed.connect(self._enable)
        self.reload()
        self.filters.set_values({"different": True})

    def _lay_out(self) -> None:
        main = QWidget()
        column = QVBoxLayout(main)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        frame = QWidget()
        box = QVBoxLayout(frame)
        box.setContentsMargins(20, 12, 20, 8)
        box.setSpacing(8)
        self._tile_row.setContentsMargins(0, 0, 0, 0)
        self._tile_row.setSpacing(12)
        box.addWidget(self._tiles)
        box.addWidget(self.note)
        column.addWidget(frame)
        column.addWidget(self.filters)
        column.addWidget(self.table, 1)
        main.setFocusProxy(self.table)
        self.body.addWidget(main)

    def _add_buttons(self) -> None:
        back = button(_("Stocktakes"), "arrow-left")
        back.clicked.connect(self.left)
        self.add_action(back)
        self.explain = button(_("Give the reason"), "message-square-text")
        self.explain.clicked.connect(self.give_reason)
        self.again = button(_("Assign the recount"), "user")
        self.again.clicked.connect(self.assign_recount)
        if self._desk.may(Permission.MOVE_STOCK):
            self.add_action(self.explain)
            self.add_action(self.again)
        if self._desk.may(Permission.PRINT_REPORTS):
            self._report_buttons()
        self.approve_button = button(_("Approve"), "check", "primary")
        self.approve_button.clicked.connect(lambda _checked: self.approve())
        if self._desk.may(Permission.APPROVE_STOCK) or self._has_limit():
            self.set_primary(self.approve_button)

    def _has_limit(self) -> bool:
        """Whether a second storekeeper approves small differences here."""
        with self._desk.read() as read:
            count = read.get("stock_count", self.count)
            return (
                count is not None
                and self._desk.may(Permission.MOVE_STOCK)
                and limit_of(read, count["site_id"]) > 0
            )

    def _report_buttons(self) -> None:
        for words, icon, form in (
            (_("Save Excel"), "file-spreadsheet", "xlsx"),
            (_("Print"), "printer", "pdf"),
        ):
            made: QPushButton = button(words, icon)
            made.clicked.connect(lambda _checked, form=form: self._report(form))
            self.add_action(made)

    def _filters(self) -> list[Filter]:
        return [
            Filter("different", N_("Needs a look")),
            Filter("view", N_("Show"), self._views),
            Filter("state", N_("Status"), lambda: [Choice(c, sign(c).text) for c in ("recount", *STATES)]),
        ]

    def _views(self) -> list[Choice]:
        """Expected, found, missing, unexpected, each with its number of lines."""
        found = self.lines.by_view() if self.lines else {}
        return [Choice(view, f"{_(words)}  {found.get(view, 0)}") for view, words in VIEWS.items()]

    # what is shown

    def reload(self) -> None:
        """Read the lines again, by the worker."""
        desk, count = self._desk, self.count

        def work() -> tuple[CountRow | None, Lines]:
            with desk.read() as read:
                return count_row(read, count), lines_of(read, count)

        self._tasks.run(work, self._show, owner=self, latest="lines")

    def _show(self, found: tuple[CountRow | None, Lines]) -> None:
        self.row, self.lines = found
        if self.row is None:
            return
        self.set_title(_("Differences {code}").format(code=self.row.code))
        self.set_facts(
            "·".join((counting.scope_word(self.row.kind, self.row.scope), count_sign(self.row).text))
        )
        self.source.put(self.lines.rows)
        self.table.refresh()
        self._show_tiles(self.lines)
        self._show_note(self.lines)
        self._enable()

    def _show_tiles(self, lines: Lines) -> None:
        while (item := self._tile_row.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        gains = [line for line in lines.different if line.value > 0]
        figures = (
            (
                _("Lines counted"),
                f"{len(lines.counted)}",
                _("{count} not counted").format(count=len(lines.open)),
            ),
            (
                _("Without difference"),
                percent(lines.accuracy) or "—",
                _("{count} differ").format(count=len(lines.different)),
            ),
            (_("Surplus"), yuan(lines.gain), _lines_said(len(gains))),
            (_("Shortage"), yuan(-lines.loss), _lines_said(len(lines.different) - len(gains))),
            (_("Together"), signed_yuan(lines.gain + lines.loss), ""),
        )
        for words, value, basis in figures:
            self._tile_row.addWidget(Tile(words, Figure(value, basis=basis), clickable=False), 1)

    def _show_note(self, lines: Lines) -> None:
        text, level = self._next_step(lines)
        self.note.set(text, level)

    def _next_step(self, lines: Lines) -> tuple[str, str]:
        """What stands between this stock-take and its end."""
        status = lines.count["status"]
        open_reasons = sum(1 for line in lines.different if not line.reason)
        if status == "approved":
            return _("Approved: the books follow what was counted."), "ok"
        if lines.twice:
            words = _("Counted twice with different results: {count}. Open each and choose.")
            return words.format(count=len(lines.twice)), "danger"
        if lines.recount:
            words = _("Moved since they were counted: {count}. Recount them if you are not sure.")
            return words.format(count=len(lines.recount)), "warn"
        if open_reasons:
            words = _("Differences without a reason: {count}. Select lines and give it.")
            return words.format(count=open_reasons), "warn"
        if status == "open":
            return _("The counting is still open."), "info"
        if self._desk.actor.user_id in lines.people:
            return _("You counted: a second person approves."), "info"
        if self._has_limit() and not counting.may_approve(self._desk, lines):
            return _("The differences are above the limit of a storekeeper: a supervisor approves."), "info"
        return _("Everything is explained. Approving books one adjustment for each difference."), "info"

    def _enable(self) -> None:
        lines = self.lines
        if lines is None:
            return
        status = lines.count["status"]
        self.explain.setEnabled(
            status in {"open", "counted"} and any(line.difference for line in self.chosen())
        )
        self.again.setEnabled(status in {"open", "counted"} and any(line.moved for line in self.chosen()))
        for made in (self.explain, self.again):
            made.setToolTip("" if made.isEnabled() else _("Select the lines first."))
        why = self._no_approval(lines)
        self.approve_button.setEnabled(not why)
        self.approve_button.setToolTip(why)

    def _no_approval(self, lines: Lines) -> str:
        """Why this person cannot approve now; empty when nothing stands against it."""
        status = lines.count["status"]
        if status == "open":
            return _("The counting is still open.")
        if status != "counted":
            return _("Only a stocktake that is counted is approved.")
        if self._desk.actor.user_id in lines.people:
            return _("You counted: a second person approves.")
        if not counting.may_approve(self._desk, lines):
            return _("The differences are above the limit of a storekeeper: a supervisor approves.")
        return ""

    def chosen(self) -> Sequence[Line]:
        """The selected lines."""
        return [line for n in self.table.selected_ids() if (line := self.source.lines.get(n))]

    def refresh(self, topics: set[str]) -> None:
        """Something has changed in the store."""
        if topics & {"stock", "inventory"}:
            self.reload()

    # what is done

    def _on_opened(self, number: int) -> None:
        line = self.source.lines.get(number)
        if line is None or self.lines is None or self.lines.count["status"] == "approved":
            return
        if line.twice:
            self.choose(line)
        elif line.difference:
            self.give_reason()

    def choose(self, line: Line) -> None:
        """Two counts of one line: which of them holds?"""
        dialog = Dialog(self, _("{part}: which count holds?").format(part=f"{line.part_no} {line.name}"))
        for made in line.counts:
            words = _("{quantity} counted by {by} at {time}").format(
                quantity=amount(made.counted, line.unit), by=made.by or "—",
                time=values.show_instant(made.at, self._desk.timezone),
            )  # fmt: skip
            pick = button(words, scale="large")
            pick.clicked.connect(lambda _checked, made=made: self._choose(dialog, line, made.id))
            dialog.body.addWidget(pick)
        dialog.add_button(button(_("Cancel"), scale="large"), safe=True).clicked.connect(dialog.reject)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _choose(self, dialog: Dialog, line: Line, chosen: bytes) -> None:
        dialog.accept()
        desk, count = self._desk, self.count
        self._tasks.run(lambda: counting.choose(desk, count, line, chosen), self._on_changed, owner=self)

    def give_reason(self) -> None:
        """One reason for all selected lines."""
        lines = [line for line in self.chosen() if line.difference]
        if not lines:
            return
        title = ngettext("Reason for {count} difference", "Reason for {count} differences", len(lines))
        choices = [*((code, _(word)) for code, word in REASONS.items()), (OTHER, _("Another reason"))]
        filled = FormDialog.ask(
            self, title.format(count=len(lines)),
            [FormField("reason", _("Reason"), "choice", required=True, choices=choices),
             FormField("words", _("Another reason, in words"))],
            check=_check_reason, do=_("Save"),
        )  # fmt: skip
        if filled:
            self.tell(lines, filled["words"] if filled["reason"] == OTHER else filled["reason"])

    def tell(self, lines: Sequence[Line], reason: str) -> None:
        """Record the reason of these lines."""
        desk, count = self._desk, self.count
        self._tasks.run(
            lambda: counting.explain(desk, count, lines, reason),
            self._on_changed,
            self._on_refused,
            owner=self,
        )

    def assign_recount(self) -> None:
        """Somebody is asked to count the selected lines again."""
        lines = [line for line in self.chosen() if line.moved]
        with self._desk.read() as read:
            people = recount.counters(read)
        title = ngettext("Who counts {count} line again?", "Who counts {count} lines again?", len(lines))
        field = FormField("person", _("Who counts again"), "choice", required=True, choices=people)
        filled = FormDialog.ask(self, title.format(count=len(lines)), [field], do=_("Assign"))
        if filled:
            self._tasks.run(
                lambda: recount.assign(self._desk, self.count, lines, filled["person"]),
                self._on_assigned,
                self._on_refused,
                owner=self,
            )

    def _on_assigned(self, done: Done) -> None:
        self.said.emit(_("The recount was assigned."), lambda: self._take_back(done))
        self.reload()

    def approve(self, anyway: str = "") -> None:
        """A second person agrees."""
        desk, count = self._desk, self.count
        self._tasks.run(
            lambda: counting.approve_count(desk, count, anyway),
            self._on_approved,
            self._on_refused,
            owner=self,
        )

    def _on_approved(self, done: Done) -> None:
        booked = len(done.op_ids) - 1
        words = ngettext(
            "Approved: {count} adjustment booked.", "Approved: {count} adjustments booked.", booked
        )
        self.said.emit(words.format(count=booked), lambda: self._take_back(done))
        self.reload()

    def _on_refused(self, error: Exception) -> None:
        if isinstance(error, Refused) and error.may_override:
            if ask(self, _("Approve the stocktake"), str(error), do=_("Approve anyway"), kind="primary"):
                self.approve(_("confirmed"))
        else:
            self.note.set(str(error), "danger")

    def _take_back(self, done: Done) -> None:
        self._tasks.run(lambda: self._desk.undo(done.action_id), self._on_changed, owner=self)

    def _on_changed(self, _done: Done) -> None:
        self.reload()

    def _report(self, form: str) -> None:
        if self.row:
            self.report_requested.emit("count-variance", {"count": self.row.code, "form": form})

    def print_page(self) -> None:
        """The variance list (Ctrl P)."""
        self._report("pdf")

    def find(self) -> None:  # type: ignore[override]  # the window's Ctrl F; QWidget.find is for native ids
        """Search in the list (Ctrl F)."""
        self.filters.search.setFocus()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._tiles.setVisible(self.height() >= _LOW)
        self.table.set_compact(self.width() < _NARROW)

    def keys(self) -> list[tuple[str, str]]:
        """The keys of this page, for F1."""
        return [("Enter", _("Give the reason, or choose between two counts")), ("Ctrl P", _("Print"))]


def _lines_said(count: int) -> str:
    return ngettext("{count} line", "{count} lines", count).format(count=count)


def _check_reason(filled: dict[str, Any]) -> dict[str, str]:
    if filled["reason"] == OTHER and not (filled["words"] or "").strip():
        return {"words": _("Please give the reason.")}
    return {}
