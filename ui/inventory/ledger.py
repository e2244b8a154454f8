"""The page of movements: every booking, who, when, what for; a slip of the finger is reversed, never edited."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app import values
from app.access import Permission
from app.changes import Done
from app.desk import Desk
from app.fields import fields_of
from app.inventory import parts
from app.inventory.booking import reverse_movement
from app.inventory.ledger import MovementRow
from app.inventory.value import cents
from app.words import N_, _
from ui.inventory.booking import may_book
from ui.inventory.tables import (
    MovementSource,
    change,
    movement_columns,
    report_site,
    site_of,
    type_sign,
    type_word,
)
from ui.kit.buttons import button
from ui.kit.chips import Chip
from ui.kit.dialogs import FormDialog
from ui.kit.empty import EmptyState
from ui.kit.filters import Choice, Filter, FilterRow
from ui.kit.forms import FormField
from ui.kit.inspector import Inspector, Panes
from ui.kit.layout import Page
from ui.kit.table import Table
from ui.kit.tasks import Tasks

_SINCE = ((0, N_("Today")), (7, N_("Last 7 days")), (30, N_("Last 30 days")), (365, N_("Last 12 months")))
DAY = 86_400_000


class LedgerPage(Page):
    """The movements of the site in view, newest first."""

    back_wanted = Signal()

    said = Signal(str, object)
    """A line for the toast, and what takes the step back."""

    report_requested = Signal(str, object)
    """A report by its name, with its parameters."""

    def __init__(self, desk: Desk, tasks: Tasks) -> None:
        super().__init__(_("Stock movements"), table=True)
        self._desk, self._tasks = desk, tasks
        self._row: MovementRow | None = None
        empty = EmptyState(
            "nothing_yet",
            _("Nothing was booked yet"),
            _("Receipts, issues and counts appear here, the newest first."),
        )
        self.table = Table(
            movement_columns(desk),
            MovementSource(desk),
            tasks=tasks,
            empty=empty,
            first=("happened_at", True),
        )
        self.filters = FilterRow(self._filters(), self.table, _("Part or movement number"))
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
        back.clicked.connect(self.back_wanted)
        self.add_action(back)
        if desk.may(Permission.PRINT_REPORTS):
            for words, icon, form in (
                (_("Save Excel"), "file-spreadsheet", "xlsx"),
                (_("Print"), "printer", "pdf"),
            ):
                made = button(words, icon)
                made.clicked.connect(partial(self.export, form))
                self.add_action(made)
        key = QShortcut(QKeySequence("Ctrl+Backspace"), self)
        key.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        key.activated.connect(self.reverse)
        self.table.selected.connect(self._on_selected)
        self.table.opened.connect(lambda _n: self.panes.open_inspector())
        self.table.refresh()

    def _filters(self) -> list[Filter]:
        kinds = fields_of("stock_movement")["type"].choices
        entries = fields_of("stock_movement")["entry"].choices
        return [
            Filter("since", N_("Time span"), self._periods),
            Filter("type", N_("Type"), lambda: [Choice(code, type_word(code)) for code, _w in kinds]),
            Filter("bin", N_("Bin"), self._bins),
            Filter("entry", N_("Entry"), lambda: [Choice(code, _(word)) for code, word in entries]),
        ]

    def _periods(self) -> Sequence[Choice]:
        start = values.instant_of(self._desk.today(), timezone=self._desk.timezone)
        return [Choice(start - days * DAY, _(words)) for days, words in _SINCE]

    def _bins(self) -> Sequence[Choice]:
        with self._desk.read() as read:
            return [Choice(word.value, word.words) for word in parts.bins(read, site_of(self._desk))]

    def refresh(self, topics: set[str]) -> None:
        """Something has changed in the store."""
        if topics & {"stock", "inventory"}:
            self.table.refresh()

    def _on_selected(self, number: int | None) -> None:
        row = self.table.model.row(self.table.model.ids.index(number)) if number is not None else None
        if row is not None:
            self._show(row)
            self.panes.offer()

    def _show(self, row: MovementRow) -> None:
        self._row = row
        look = type_sign(row)
        self.inspector.start(row.number, f"{row.part_no} {row.name}")
        self.inspector.add_chips([Chip(look.text, look.level, look.icon)])
        facts = [
            (_("Quantity"), change(row.qty, row.unit)),
            (_("Time"), values.show_instant(row.happened_at, self._desk.timezone)),
            *self._apart(row),
            (_("Bin"), f"{row.bin} {row.batch}".strip()),
            (_("For / from"), row.what_for),
            (_("Taken by"), row.taken_by),
            (_("Booked by"), row.booked_by),
            (_("Unit price"), f"¥{values.show_price(row.unit_price)}" if row.unit_price is not None else ""),
            (_("Reason"), row.reason),
            (_("Takes back"), row.reverses),
            (_("Taken back by"), row.reversed_by),
        ]
        self.inspector.add_facts([(words, value) for words, value in facts if value])
        kind = "issue" if row.type in {"issue", "return"} else "receipt"
        actions = []
        if self._desk.may(Permission.PRINT_REPORTS):
            wanted = [(_("Stock card"), "file-text", "stock-card", {"part": row.part_no})]
            if row.type == "issue":
                wanted.append((_("Issue slip"), "printer", "issue-slip", {"slip": row.number}))
            for words, icon, report, told in wanted:
                actions.append(button(words, icon))
                actions[-1].clicked.connect(partial(self._print, report, told))
        if row.state == "booked" and may_book(self._desk, kind):
            actions.append(button(_("Reverse"), "undo-2", "danger"))
            actions[-1].clicked.connect(self.reverse)
        self.inspector.set_actions(actions)

    def _apart(self, row: MovementRow) -> list[tuple[str, str]]:
        """What stands apart: typed in later, taken alone, counted in the open month."""
        zone = self._desk.timezone
        found = [(_("Slip number"), row.slip)]
        if row.entry == "paper":
            found.append((_("Typed in later"), f"{values.show_instant(row.booked_at, zone)} {row.booked_by}"))
        elif row.entry == "self":
            found.append((_("Entry"), _("Taken without the storekeeper")))
        if row.posted_at is not None:
            found.append((_("Counts from"), values.day_of(row.posted_at, zone)))
        found.append((_("Warehouse"), row.store))
        if row.value is not None:
            told = f"¥{values.show_money(cents(row.value))}".replace("¥-", "−¥")
            if row.provisional:
                told = _("{value} (provisional)").format(value=told)
            found.append((_("Value (moving average)"), told))
        return found

    def export(self, form: str, _checked: bool = False) -> None:
        """The movements as a report, from the start of the time span that is chosen."""
        since = self.table.question.filters.get("since")
        told = report_site(self._desk, site_of(self._desk)) | {"form": form}
        if since is not None:
            told["from"] = values.day_of(since, self._desk.timezone)
        self.report_requested.emit("movement-ledger", told)

    def _print(self, report: str, told: dict[str, str], _checked: bool = False) -> None:
        self.report_requested.emit(report, told)

    def reverse(self) -> None:
        """Take the movement back by its opposite: on its day at once, later with a reason."""
        row = self._row
        if row is None or row.state != "booked":
            return
        if values.day_of(row.booked_at, self._desk.timezone) == self._desk.today():
            self.take_back(row.id, "")
            return
        title = _("Reverse {number}: {quantity} {part}?").format(
            number=row.number, quantity=change(row.qty, row.unit), part=row.part_no
        )
        filled = FormDialog.ask(
            self, title, [FormField("reason", _("Reason"), required=True)], do=_("Reverse"),
            text=_("The movement stays in the ledger; the opposite one is booked now."),
        )  # fmt: skip
        if filled:
            self.take_back(row.id, filled["reason"])

    def take_back(self, movement: bytes, reason: str) -> None:
        """Book the opposite of a movement."""
        desk = self._desk
        self._tasks.run(
            lambda: reverse_movement(desk, movement, reason=reason), self._on_reversed, owner=self
        )

    def _on_reversed(self, done: Done) -> None:
        self.said.emit(_("The movement was reversed."), None)
        self.refresh(set(done.topics))

    def find(self) -> None:  # type: ignore[override]  # the window's Ctrl F; QWidget.find is for native ids
        """Search in the list (Ctrl F)."""
        self.filters.search.setFocus()

    def keys(self) -> list[tuple[str, str]]:
        """The keys of this page, for F1."""
        return [
            ("Enter", _("Open the movement")),
            ("Ctrl Backspace", _("Reverse the movement")),
            ("Ctrl C", _("Copy the selected rows")),
        ]
