"""The page of the suppliers: who they are, what they ask, how they deliver; new, changed, retired, merged."""

from array import array
from collections.abc import Mapping, MutableMapping, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from app import duplicates
from app.access import Permission
from app.changes import Done
from app.desk import Desk
from app.purchasing import suppliers
from app.purchasing.currency import choices
from app.purchasing.prices import drop_terms
from app.purchasing.suppliers import Sold, SupplierCard, SupplierRow
from app.words import N_, _, ngettext
from ui.kit.buttons import button
from ui.kit.dialogs import FormDialog, ask
from ui.kit.empty import EmptyState
from ui.kit.filters import Choice, Filter, FilterRow
from ui.kit.forms import FormField
from ui.kit.inspector import Inspector
from ui.kit.lazy import Column
from ui.kit.table import Table
from ui.kit.tasks import Tasks
from ui.purchasing import dialogs
from ui.purchasing import supplier_card as cards
from ui.purchasing.charts import percent
from ui.purchasing.tables import LineTable
from ui.purchasing.terms import ask_sold, finder
from ui.sync.merge_dialog import MergeDialog
from ui.work.base import ListPage


def supplier_columns() -> tuple[Column, ...]:
    """The columns of the list."""
    return (
        Column("code", N_("Supplier code"), "code", 118, second=lambda row: row.name),
        Column("name", N_("Name"), width=190, stretch=True, compact=False),
        Column("scope", N_("Goods supplied"), width=120, stretch=True, compact=False, sortable=False, tone="text_2"),
        Column("rating", N_("Rating"), width=64, align="left", compact=False),
        Column("currency", N_("Currency"), width=64, sortable=False, compact=False, value=lambda row: row.currency or "—"),
        Column("parts", N_("Parts"), "number", 64, compact=False),
        Column("lead_days", N_("Lead time"), "number", 84, compact=False,
               value=lambda row: None if row.lead_days is None else _("{n} days").format(n=row.lead_days)),
        Column("open_orders", N_("Open"), "number", 64),
        Column("on_time", N_("On time"), "number", 76, sortable=False, value=lambda row: percent(row.on_time)),
        Column("complete", N_("Complete"), "number", 84, sortable=False, compact=False, value=lambda row: percent(row.complete)),
    )  # fmt: skip


class SupplierSource:
    """The suppliers for a table."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def ids(self, sort: str, descending: bool, filters: Mapping[str, Any], text: str) -> "array[int]":
        with self._desk.read() as read:
            return suppliers.supplier_ids(read, sort, descending=descending, filters=filters, text=text)

    def rows(self, ids: Sequence[int]) -> Sequence[SupplierRow | None]:
        with self._desk.read() as read:
            return suppliers.supplier_rows(read, ids, self._desk.today())

    def total(self) -> int:
        with self._desk.read() as read:
            return suppliers.supplier_count(read)


class SuppliersPage(ListPage):
    """The register of suppliers."""

    page_wanted = Signal(str, object)
    """A page by name, with the filters of its list."""

    topics = frozenset({"stock", "inventory"})

    def __init__(self, desk: Desk, tasks: Tasks, prefs: MutableMapping[str, Any] | None = None) -> None:
        super().__init__(_("Suppliers"), desk, tasks)
        self.card: SupplierCard | None = None
        self.sold: LineTable | None = None
        self._may_edit = desk.may(Permission.EDIT_PARTS)
        source = SupplierSource(desk)
        text = _("Register them one by one, or import their list.")
        empty = EmptyState("nothing_yet", _("No supplier yet"), text)
        self.table = Table(
            supplier_columns(), source, tasks=tasks, prefs=prefs, total=source.total, empty=empty
        )
        self.filters = FilterRow(
            [
                Filter("active", N_("Active suppliers")),
                Filter("open", N_("With open orders")),
                Filter("rating", N_("Rating"), lambda: [Choice(code, code) for code in "ABC"]),
                Filter("currency", N_("Currency"), lambda: [Choice(*one) for one in choices()]),
            ],
            self.table,
            _("Code, name or goods"),
        )
        self.lay_out()
        back = button(_("Purchase orders"), "arrow-left")
        back.clicked.connect(lambda: self.page_wanted.emit("purchasing", None))
        self.add_action(back)
        if self._may_edit:
            new = button(_("New supplier"), "plus")
            new.clicked.connect(self.new)
            self.set_primary(new)
        self.filters.set_values({"active": True})
        self.refreshed()

    # what is shown

    def refreshed(self) -> None:
        desk = self.desk

        def work() -> tuple[int, int]:
            with desk.read() as read:
                used = suppliers.supplier_ids(read, filters={"active": True})
                return len(used), len(suppliers.supplier_ids(read, filters={"open": True}))

        self.tasks.run(work, self._on_counted, owner=self, latest="facts")

    def _on_counted(self, found: tuple[int, int]) -> None:
        used = ngettext("{count} in use", "{count} in use", found[0]).format(count=found[0])
        waiting = ngettext("{count} with open orders", "{count} with open orders", found[1])
        self.set_facts("·".join((used, waiting.format(count=found[1]))))

    def fill(self, record: bytes) -> bool:
        desk, part = self.desk, self._chosen_part(record)
        with desk.read() as read:
            found = suppliers.supplier_card(read, record, desk.today())
        if found is None:
            return False
        self.card = found
        self.inspector.start(found.row["code"], found.name)
        self._add_tools(found)
        self.inspector.add_chips(cards.chips(found))
        self.inspector.add_facts(cards.facts(found))
        cards.add_record(self.inspector, found.record)
        self.sold = cards.add_sold(self.inspector, found, self._part_buttons(found))
        self._add_price(self.inspector)
        cards.add_orders(self.inspector, found, lambda row: self.record_wanted.emit("purchase_order", row.id))
        self.inspector.set_actions(self._foot(found))
        row = next((one for one in found.sold if one.part_id == part), found.sold[0] if found.sold else None)
        if row:
            self.sold.select([row.n])
            self._show_part(row)
        return True

    def _chosen_part(self, record: bytes) -> bytes | None:
        """The part that was looked at, where the same supplier is read again."""
        row = self._sold_row() if self.card and self.card.row["id"] == record else None
        return row.part_id if row else None

    def _add_price(self, inspector: Inspector) -> None:
        """Room for the part that is chosen: its terms and how its price went."""
        assert self.sold
        self._part = QWidget()
        column = QVBoxLayout(self._part)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        inspector.add(self._part, margin=0)
        self.sold.selected.connect(lambda _n: self._on_part())
        self.sold.opened.connect(lambda _n: self.change_part())

    def _on_part(self) -> None:
        if row := self._sold_row():
            self._show_part(row)

    def _show_part(self, row: Sold) -> None:
        card, layout = self._need(), self._part.layout()
        assert layout
        while (item := layout.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        told = cards.PartTerms(row, cards.trend_of(self.desk, row, card.row["id"]))
        layout.addWidget(told)

    def _add_tools(self, card: SupplierCard) -> None:
        if not self._may_edit:
            return
        self.inspector.add_tool("pencil", _("Change"), self.change)
        self.inspector.add_tool("git-compare-arrows", _("Merge with another supplier"), self.merge)
        if card.row["active"]:
            self.inspector.add_tool("circle-slash", _("Take out of use"), self.retire)
        else:
            self.inspector.add_tool("undo-2", _("Use again"), self.use_again)

    def _part_buttons(self, card: SupplierCard) -> list[QPushButton]:
        if not self._may_edit:
            return []
        wanted = [(_("Add a part"), "plus", self.add_part)]
        if card.sold:
            wanted += [(_("Change"), "pencil", self.change_part), (_("Remove"), "trash-2", self.drop_part)]
        made = []
        for words, icon, slot in wanted:
            made.append(button(words, icon, scale="small"))
            made[-1].clicked.connect(lambda _on=False, do=slot: do())
        return made

    def _foot(self, card: SupplierCard) -> list[QPushButton]:
        made = button(_("Show orders"), "shopping-cart")
        wanted = {"supplier": card.row["id"]}
        made.clicked.connect(lambda: self.page_wanted.emit("purchasing", wanted))
        return [made]

    # what is done

    def _need(self) -> SupplierCard:
        assert self.card is not None
        return self.card

    def _sold_row(self) -> Sold | None:
        """The part that is chosen, or the only one."""
        sold, chosen = self.card.sold if self.card else [], self.sold.current_id() if self.sold else None
        found = next((row for row in sold if row.n == chosen), None)
        return found or (sold[0] if len(sold) == 1 else None)

    def new(self) -> None:
        """Ctrl N: register a supplier."""
        typed = dialogs.ask_supplier(self) if self._may_edit else None
        if typed is not None:
            self.tasks.run(partial(suppliers.new_supplier, self.desk, typed), self._on_made, owner=self)

    def _on_made(self, made: tuple[bytes, Done]) -> None:
        supplier, done = made
        self.said.emit(_("The supplier was registered."), done)
        self.shown = supplier
        self.refresh(set(self.topics))
        self.open_target(supplier)

    def change(self) -> None:
        """Change what is known of the supplier."""
        row = self._need().row
        typed = dialogs.ask_supplier(self, row, self._need().name)
        if typed is not None:
            work = partial(suppliers.edit_supplier, self.desk, row["id"], typed)
            self.do(work, _("The supplier was changed."))

    def retire(self) -> None:
        """Nothing is bought there any more."""
        card = self._need()
        title = _("Take {supplier} out of use?").format(supplier=card.name)
        text = _("It is no longer proposed nor offered for new orders; its orders and prices stay.")
        if ask(self, title, text, do=_("Take out of use"), kind="primary"):
            work = partial(suppliers.retire_supplier, self.desk, card.row["id"])
            self.do(work, _("Out of use: {supplier}").format(supplier=card.name))

    def use_again(self) -> None:
        """It is bought from again."""
        card = self._need()
        work = partial(suppliers.retire_supplier, self.desk, card.row["id"], back=True)
        self.do(work, _("In use again: {supplier}").format(supplier=card.name))

    def merge(self) -> None:
        """It is the same firm as another one: choose that, compare both, and make one of them."""
        card, me = self._need(), self._need().row["id"]
        field = FormField(
            "other", _("Supplier"), "reference", required=True, find=finder(self.desk, self._others)
        )
        title = _("Merge {supplier} with another").format(supplier=card.name)
        text = _("Which one is the same firm? Both are compared before anything is changed.")
        typed = FormDialog.ask(self, title, [field], do=_("Compare"), text=text)
        with self.desk.read() as read:
            pair = typed and duplicates.pair(read, "supplier", me, typed["other"], self.desk.timezone)
        if not pair:
            return
        title = _("{code} and one more supplier").format(code=pair.code)
        dialog = MergeDialog(self, self.desk, pair, title)
        if dialog.exec():
            old, kept, chosen = dialog.given_up, dialog.kept, dialog.chosen
            self.do(
                partial(suppliers.merge_suppliers, self.desk, old, kept, chosen), _("The two suppliers are one now."),
                lambda _done: self.open_target(kept),
            )  # fmt: skip
        dialog.deleteLater()

    def _others(self, read: Any, text: str) -> list[tuple[bytes, str]]:
        me = self._need().row["id"]
        return [found for found in suppliers.to_merge(read, text) if found[0] != me]

    def add_part(self) -> None:
        """Another part that they sell."""
        card = self._need()
        self._keep(ask_sold(self, self.desk, card.row["id"], card.name))

    def change_part(self) -> None:
        """Other terms of the chosen part."""
        card, row = self._need(), self._sold_row()
        if row is None:
            self.said.emit(_("Choose a part first."), None)
        elif self._may_edit:
            self._keep(ask_sold(self, self.desk, card.row["id"], card.name, row.part_id))
        else:
            self.record_wanted.emit("part", row.part_id)

    def _keep(self, work: Any) -> None:
        if work is not None:
            self.do(work, _("The terms were saved."))

    def drop_part(self) -> None:
        """They do not sell the chosen part any more."""
        row = self._sold_row()
        if row is None:
            self.said.emit(_("Choose a part first."), None)
        elif ask(
            self, _("Remove the terms of {supplier}?").format(supplier=row.part_no), row.name, do=_("Remove")
        ):
            self.do(partial(drop_terms, self.desk, row.id), _("The terms were removed."))

    # ways here

    def open_target(self, record: bytes) -> None:
        """Open a supplier from elsewhere."""
        with self.desk.read() as read:
            row = read.get("supplier", record)
        self.show_record(record, row["n"] if row else None)

    def keys(self) -> list[tuple[str, str]]:
        """The keys of this page, for F1."""
        return [("Enter", _("Open the supplier")), ("Ctrl N", _("New supplier"))]
