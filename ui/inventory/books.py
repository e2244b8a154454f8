"""What the store's books still wait for: withdrawals, loans, calibrations, transfers, months to close."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from app.access import Permission
from app.changes import Done
from app.desk import Desk
from app.errors import Refused
from app.inventory import closing, loans, months, skipped, taking, tools, transit
from app.words import N_, _, ngettext
from ui.inventory.books_checks import Work
from ui.inventory.books_columns import columns
from ui.inventory.books_forms import Forms
from ui.inventory.tables import FixedSource, site_of
from ui.kit.buttons import button
from ui.kit.dialogs import FormDialog
from ui.kit.forms import FormField
from ui.kit.labels import SignLabel, label
from ui.kit.layout import Card, Page
from ui.kit.table import Table
from ui.kit.tasks import Tasks

#: So many rows are seen at once in each card.
_ROWS = 6


@dataclass(frozen=True)
class Numbered:
    """A row of a card with its place; everything else is the row's own."""

    n: int
    row: Any

    def __getattr__(self, name: str) -> Any:
        return getattr(self.row, name)


class BooksPage(Page):
    """Lists that are best empty; an empty one is a single line."""

    back_wanted = Signal()

    said = Signal(str, object)
    """A line for the toast, and what takes the step back."""

    report_requested = Signal(str, object)
    """A report by its name, with its parameters."""

    def __init__(self, desk: Desk, tasks: Tasks) -> None:
        super().__init__(_("Books of the store"))
        self._desk, self._tasks = desk, tasks
        self._forms = Forms(self, desk)
        self.tables: dict[str, Table] = {}
        self.buttons: dict[str, QPushButton] = {}
        self._nothing: dict[str, QWidget] = {}
        self._wanted: bytes | None = None
        back = button(_("Spare parts"), "arrow-left")
        back.clicked.connect(self.back_wanted)
        self.add_action(back)
        self._add_buttons()
        keeps = desk.may(Permission.MOVE_STOCK)
        taken = _("What became of withdrawals") if keeps else _("What I took without the storekeeper")
        for key, title, none in (
            ("waiting", _("Waits for the storekeeper"), _("Nothing was taken without the storekeeper.")),
            ("decided", taken, _("Nothing was taken without the storekeeper.")),
            ("loans", _("Lent and borrowed"), _("Nothing is lent or borrowed.")),
            ("tools", _("Tools to calibrate"), _("No calibration is recorded.")),
            ("transit", _("On the way between sites"), _("Nothing is on the way.")),
            ("months", _("Months to close, by warehouse"), _("No warehouse is in the register yet.")),
            ("closings", _("Closed months"), _("No month is closed yet.")),
            ("skipped", _("Skipped scans"), _("No scan was skipped.")),
        ):
            if key != "waiting" or keeps:
                self._add_card(key, title, none)
        self.body.addStretch()
        self.reload()

    def _add_buttons(self) -> None:
        keeps = self._desk.may(Permission.MOVE_STOCK)
        if keeps:
            calibrates = self._desk.may(Permission.EDIT_PARTS)
            for words, icon, slot in (
                (_("Lend or borrow"), "calendar-clock", self.lend),
                (_("Send to another site"), "arrow-left-right", self.send),
                (_("Type in a paper slip"), "keyboard", self.type_in),
                (_("Record a calibration"), "badge-check", self.calibrate),
            ):
                if slot != self.calibrate or calibrates:
                    made = button(words, icon)
                    made.clicked.connect(slot)
                    self.add_action(made)
        if self._desk.may(Permission.APPROVE_STOCK) and self._desk.site:
            made = button(_("Close a month"), "lock", "primary")
            made.clicked.connect(self.close_month)
            self.set_primary(made)

    def _add_card(self, key: str, title: str, none: str) -> None:
        card = Card(title, margins=False)
        source = FixedSource(partial(self._rows, key))
        table = Table(columns(key, self._desk), source, tasks=self._tasks)
        table.hide()
        self.tables[key] = table
        self._nothing[key] = _nothing(none, good=key not in _NEUTRAL)
        table.loaded.connect(partial(self._on_loaded, key))
        for code, words, icon, allowed in _ACTIONS[key]:
            if allowed is None or self._desk.may(allowed):
                made = button(_(words), icon, scale="small")
                made.clicked.connect(partial(self.act, key, code))
                made.hide()
                self.buttons[f"{key}.{code}"] = made
                card.add_action(made)
        self._on_selected(key, None)
        table.selected.connect(partial(self._on_selected, key))
        card.body.addWidget(self._nothing[key])
        card.body.addWidget(table)
        self.body.addWidget(card)

    def _rows(self, key: str) -> Sequence[Numbered]:
        site = site_of(self._desk)
        with self._desk.read() as read:
            found: Sequence[Any] = {
                "waiting": taking.waiting,
                "decided": partial(taking.decided, desk=self._desk),
                "loans": loans.loans,
                "tools": tools.tools,
                "transit": transit.in_transit,
                "months": months.open_months,
                "closings": closing.closings,
                "skipped": skipped.skipped,
            }[key](read, site)  # type: ignore[operator]  # functions of the same two arguments
        return [Numbered(n, row) for n, row in enumerate(found, 1)]

    def reload(self) -> None:
        """Read the lists again, and say how much they hold."""
        for table in self.tables.values():
            table.refresh()
        site = site_of(self._desk)
        with self._desk.read() as read:
            waits, out = len(taking.waiting(read, site)), loans.loans(read, site)
        late = sum(row.state(self._desk.today()) == "overdue" for row in out)
        said = ngettext("{count} withdrawal waits", "{count} withdrawals wait", waits).format(count=waits)
        overdue = ngettext("{count} loan overdue", "{count} loans overdue", late).format(count=late)
        self.set_facts(f"{said}·{overdue}")

    def refresh(self, topics: set[str]) -> None:
        """Something has changed in the store."""
        if topics & {"stock", "inventory"}:
            self.reload()

    def chosen(self, key: str) -> Any:
        """The row that is selected in a card; None for none."""
        table = self.tables[key]
        n = table.current_id()
        return table.model.row(table.model.ids.index(n)) if n is not None and n in table.model.ids else None

    def show_withdrawal(self, movement: bytes) -> None:
        """Select a withdrawal where it waits, or where it says what became of it."""
        self._wanted = movement
        self.reload()

    def _on_loaded(self, key: str, count: int) -> None:
        """The card was read: as high as its rows; the wanted withdrawal is selected."""
        self._fit(key, count)
        if self._wanted is None or key not in _UNDONE:
            return
        table = self.tables[key]
        for n in table.model.ids:
            row = table.model.row(n - 1)
            if row is not None and row.movement_id == self._wanted:
                self._wanted = None
                table.select([n])
                table.setFocus()
                return

    def _fit(self, key: str, count: int) -> None:
        """As high as its rows, up to six of them; without any, a line says so and there is nothing to press."""
        table = self.tables[key]
        row = 44 if table.view.compact else 28
        table.setFixedHeight(92 + row * min(count, _ROWS))
        table.setVisible(count > 0)
        self._nothing[key].setVisible(not count)
        for made in self._buttons_of(key):
            made.setVisible(count > 0)

    def _buttons_of(self, key: str) -> list[QPushButton]:
        return [made for name, made in self.buttons.items() if name.startswith(f"{key}.")]

    def _on_selected(self, key: str, number: int | None) -> None:
        for made in self._buttons_of(key):
            made.setEnabled(number is not None)
            made.setToolTip("" if number is not None else _("Select a row first."))

    def act(self, key: str, code: str, _checked: bool = False) -> None:
        """Do something about the selected row of a card."""
        row = self.chosen(key)
        if row is None:
            return
        if key == "closings" and code == "print":
            self.report_requested.emit("month-closing", {"closing": row.code})
            return
        if key == "months":
            self._close(row.row)
            return
        work = self._forms.ask(key, code, row.row)
        if work is not None:
            self._do(work, undo=key in _UNDONE)

    def lend(self) -> None:
        """Lend a part or tool, or note one that was borrowed."""
        self._do(self._forms.loan())

    def calibrate(self) -> None:
        """Record the calibration of a tool."""
        self._do(self._forms.calibration())

    def send(self) -> None:
        """Send parts to another site."""
        self._do(self._forms.send())

    def type_in(self) -> None:
        """Type in a slip that was written by hand."""
        self._do(self._forms.paper(), undo=True)

    def close_month(self) -> None:
        """Close a month: of several warehouses whose month is over, the person chooses one."""
        with self._desk.read() as read:
            found = [row for row in months.open_months(read, site_of(self._desk)) if row.period]
        due = [row for row in found if row.state(self._desk.now()) == "due"]
        if not found:
            self.said.emit(_("Nothing was ever booked here: there is no month to close."), None)
        elif (row := self._forms.months.which(due) if len(due) > 1 else (due or found)[0]) is not None:
            self._close(row)

    def _close(self, row: months.OpenMonth) -> None:
        """Close the next month of a warehouse: first what is still open is shown."""
        if row.period is None:
            self.said.emit(_("Nothing was ever booked here: there is no month to close."), None)
        elif row.state(self._desk.now()) == "running":
            text = _("{month} is not over yet. Close it when it is.")
            self.said.emit(text.format(month=row.period.month), None)
        elif self._desk.site is None:
            self.said.emit(_("Choose one site first: each store is closed by itself."), None)
        else:
            self._do(self._forms.months.close(row))

    def _do(self, work: Work | None, *, undo: bool = False) -> None:
        """Do it; what a rule objects to is done all the same once the person has said why."""
        if work is None:
            return
        self._tasks.run(
            work, partial(self._on_done, undo=undo), partial(self._on_refused, work, undo=undo), owner=self
        )

    def _on_refused(self, work: Work, error: Exception, *, undo: bool) -> None:
        if not (isinstance(error, Refused) and error.may_override):
            self.said.emit(str(error), None)
            return
        reason = FormField("reason", _("Why anyway"), required=True)
        filled = FormDialog.ask(self, _("Book it anyway?"), [reason], text=str(error), do=_("Book anyway"))
        if filled:
            self._do(partial(work, anyway=filled["reason"]), undo=undo)

    def _on_done(self, done: Done, *, undo: bool) -> None:
        self.said.emit(_("Booked."), done if undo else None)
        self.refresh(set(done.topics) | {"stock"})

    def keys(self) -> list[tuple[str, str]]:
        """The keys of this page, for F1."""
        return [("Tab", _("Next list")), ("Ctrl C", _("Copy the selected rows"))]


def _nothing(words: str, *, good: bool) -> QWidget:
    """The line of a card without rows: good news where nothing waits."""
    made = QWidget()
    row = QHBoxLayout(made)
    row.setContentsMargins(16, 0, 16, 14)
    row.setSpacing(8)
    look = ("circle-check", "ok_sign") if good else ("circle-dashed", "neutral_sign")
    row.addWidget(SignLabel(*look, 18))
    row.addWidget(label(words, "dense", "text_2"), 1)
    return made


#: The cards whose actions can be taken back by one key.
_UNDONE = frozenset({"waiting", "decided"})
#: Cards that are no lists of things to do: empty is neither good nor bad.
_NEUTRAL = frozenset({"decided", "tools", "months", "closings"})
_KEEP, _APPROVE = Permission.MOVE_STOCK, Permission.APPROVE_STOCK
_ACTIONS: Mapping[str, Sequence[tuple[str, str, str, Permission | None]]] = {
    "waiting": (
        ("confirm", N_("Found right"), "check", _KEEP),
        ("correct", N_("Correct it"), "pencil", _KEEP),
        ("refuse", N_("Refuse"), "undo-2", _KEEP),
        ("details", N_("Look at it"), "search", None),
    ),
    "decided": (
        ("anew", N_("Decide anew"), "pencil", _KEEP),
        ("details", N_("Look at it"), "search", None),
    ),
    "loans": (
        ("return", N_("Take back"), "undo-2", _KEEP),
        ("extend", N_("Extend"), "calendar-clock", _KEEP),
        ("keep", N_("Turn into an issue"), "log-out", _KEEP),
    ),
    "tools": (("renew", N_("Calibrated anew"), "badge-check", Permission.EDIT_PARTS),),
    "skipped": (),
    "transit": (
        ("arrive", N_("Book the arrival"), "log-in", _KEEP),
        ("lost", N_("Lost on the way"), "trash-2", _KEEP),
    ),
    "months": (("close", N_("Close the month"), "lock", _APPROVE),),
    "closings": (
        ("print", N_("Print"), "printer", Permission.PRINT_REPORTS),
        ("reopen", N_("Open again"), "undo-2", _APPROVE),
    ),
}
