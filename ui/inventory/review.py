"""The page of reorder points that no longer follow from use: what holds, what the working gives, taken over by a person (R-4.4-e)."""

from functools import partial
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.access import Permission
from app.changes import Done
from app.desk import Desk
from app.inventory.policy import METHODS, accept_all
from app.inventory.reviews import Review, reviews
from app.words import N_, _, ngettext
from ui.inventory.policy import PolicyDialog
from ui.inventory.tables import FixedSource, amount
from ui.kit.buttons import button
from ui.kit.dialogs import FormDialog, tell
from ui.kit.empty import EmptyState
from ui.kit.forms import FormField
from ui.kit.layout import Page
from ui.kit.table import Column, Table
from ui.kit.tasks import Tasks


def _old_new(old: int | None, new: int, unit: str) -> str:
    return f"{'—' if old is None else amount(old)} → {amount(new, unit)}"


def _service(row: Review) -> str:
    return f"{row.found.service} %"


def _columns() -> tuple[Column, ...]:
    return (
        Column("part_no", N_("Part no."), "code", 104, second=lambda row: row.name),
        Column("name", N_("Name"), width=140, stretch=True, compact=False),
        Column("classes", N_("Class"), width=60, compact=False, sortable=False, value=lambda row: f"{row.abc}{row.ved}"),
        Column("issues", N_("Issues"), "number", 66, compact=False, sortable=False, value=lambda row: str(row.found.issues)),
        Column("method", N_("Method"), width=150, compact=False, sortable=False, value=lambda row: _(METHODS[row.found.method])),
        Column("service", N_("Service level"), "number", 84, compact=False, sortable=False, value=_service),
        Column("safety", N_("Safety stock"), "number", 104, sortable=False,
               value=lambda row: _old_new(row.safety, row.found.safety, "")),
        Column("reorder", N_("Reorder point"), "number", 124, sortable=False,
               value=lambda row: _old_new(row.reorder, row.found.reorder_point, row.unit)),
        Column("maximum", N_("Maximum stock"), "number", 124, sortable=False, compact=False,
               value=lambda row: _old_new(row.maximum, row.found.maximum, row.unit)),
        Column("reason", N_("Set by hand"), width=120, compact=False, sortable=False, tone="text_2"),
    )  # fmt: skip


class ReviewPage(Page):
    """What the working of today gives beside what holds; the chosen ones are taken over together."""

    back_wanted = Signal()

    part_wanted = Signal(object)
    """The id of the part that was opened."""

    said = Signal(str, object)
    """A line for the toast, and what takes the step back."""

    def __init__(self, desk: Desk, tasks: Tasks) -> None:
        super().__init__(_("Reorder points"), table=True)
        self._desk, self._tasks = desk, tasks
        self.rows: list[Review] = []
        back = button(_("Stock analysis"), "arrow-left")
        back.clicked.connect(self.back_wanted)
        self.add_action(back)
        self.show_working = button(_("Working"), "file-chart-column")
        self.show_working.clicked.connect(self.open_working)
        self.add_action(self.show_working)
        self.take = button(_("Take over the chosen ones"), "check", "primary")
        self.take.clicked.connect(self.take_over)
        if desk.may(Permission.EDIT_PARTS):
            self.set_primary(self.take)
        self.table = Table(_columns(), FixedSource(lambda: self.rows), empty=self._empty())
        self.table.opened.connect(lambda _n: self.open_working())
        self.table.selection_changed.connect(self._enable)
        self.body.addWidget(self.table)
        self._enable()
        self.reload()

    def _empty(self) -> QWidget:
        if self._desk.site is None:
            text = _("The stock policy belongs to a site. The list of sites is at the top left.")
            return EmptyState("nothing_found", _("Choose a site first"), text)
        text = _("Safety stock and reorder point of every part follow from its use.")
        return EmptyState("nothing_to_do", _("Nothing to change"), text)

    def reload(self) -> None:
        """Work everything out again, by the worker."""
        desk, site = self._desk, self._desk.site

        def work() -> list[Review]:
            with desk.read() as read:
                return reviews(read, site.id, desk.now()) if site else []

        self._tasks.run(work, self._show, owner=self, latest="reviews")

    def _show(self, found: list[Review]) -> None:
        self.rows = found
        self.table.refresh()
        words = ngettext("{count} part", "{count} parts", len(found)).format(count=len(found))
        asks = sum(row.found.asks for row in found)
        more = _("{count} of them were issued too rarely and ask a person").format(count=asks)
        self.set_facts(f"{words}·{more}" if asks else words)

    def _enable(self) -> None:
        """Both buttons are about the selected rows; a tip says so where there is none."""
        count = len(self.table.selected_ids())
        tip = "" if count else _("Select a row first.")
        for made in (self.show_working, self.take):
            made.setEnabled(bool(count))
            made.setToolTip(tip)

    def chosen(self) -> list[Review]:
        """The selected rows."""
        numbers = set(self.table.selected_ids())
        return [row for row in self.rows if row.n in numbers]

    def open_working(self) -> None:
        """The figures of one part with their working."""
        rows = self.chosen()
        if rows:
            self.dialog = PolicyDialog(self, self._desk, self._tasks, rows[0].part_id)
            self.dialog.saved.connect(lambda _part, done: self._on_done(done))
            self.dialog.finished.connect(self.dialog.deleteLater)
            self.dialog.open()

    def take_over(self) -> None:
        """Take the figures of the chosen parts; a reason is asked for where the figures say little."""
        rows = self.chosen()
        if not rows:
            self.said.emit(_("Choose at least one part."), None)
            return
        title = ngettext("Take over {count} reorder point", "Take over {count} reorder points", len(rows))
        asks = sum(row.found.asks for row in rows)
        text = ""
        if asks:
            text = _("{count} of them were issued fewer than five times in 24 months: say why you take the figures.").format(count=asks)  # fmt: skip
        fields = [FormField("reason", _("Reason"), required=bool(asks))]
        typed = FormDialog.ask(self, title.format(count=len(rows)), fields, do=_("Take over"), text=text)
        if typed is not None:
            self._take(rows, typed)

    def _take(self, rows: list[Review], typed: dict[str, Any]) -> None:
        chosen = [(row.part_id, row.found) for row in rows]
        work = partial(accept_all, self._desk, chosen, reason=typed["reason"] or "")
        self._tasks.run(work, self._on_done, partial(tell, self), owner=self)

    def _on_done(self, done: Done) -> None:
        self.said.emit(_("The reorder points were taken over."), lambda: self._take_back(done))
        self.reload()

    def _take_back(self, done: Done) -> None:
        self._tasks.run(lambda: self._desk.undo(done.action_id), lambda _done: self.reload(), owner=self)

    def refresh(self, topics: set[str]) -> None:
        """Something has changed in the store."""
        if topics & {"stock", "inventory"} and self.isVisible():
            self.reload()

    def keys(self) -> list[tuple[str, str]]:
        """The keys of this page, for F1."""
        return [("Enter", _("Working")), ("Ctrl A", _("Choose all"))]
