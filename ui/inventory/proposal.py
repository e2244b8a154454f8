"""The page of the purchase proposal: what to order from whom, and why (R-4.4-d)."""

from collections.abc import Sequence
from itertools import groupby

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app import values
from app.access import Permission
from app.changes import Done
from app.desk import Desk
from app.inventory import figures
from app.purchasing.currency import money, unit_price
from app.purchasing.offers import Offer, offers, said_of
from app.signs import sign
from app.words import N_, _, ngettext, pgettext
from ui.inventory.tables import (
    RULE_STATES,
    FixedSource,
    amount,
    change,
    report_site,
    said_together,
    site_of,
    status_width,
)
from ui.kit import theme
from ui.kit.buttons import button
from ui.kit.empty import EmptyState
from ui.kit.labels import label
from ui.kit.layout import Card, Page
from ui.kit.notes import NoteStrip
from ui.kit.table import Column, Table
from ui.kit.tasks import Tasks
from ui.purchasing.draft import DraftDialog


def _columns() -> tuple[Column, ...]:
    """The columns of a card, the widths of words in the spoken language."""
    return (
        Column("part_no", N_("Part no."), "code", 112, sortable=False, value=lambda o: o.row.part_no, second=lambda o: o.row.name),
        Column("name", N_("Name"), width=150, sortable=False, compact=False, value=lambda o: o.row.name),
        Column("spec", N_("Specification"), width=96, stretch=True, sortable=False, compact=False, tone="text_2",
               value=lambda o: o.row.spec),
        Column("state", N_("Status"), "status", status_width(map(sign, RULE_STATES.values())), sortable=False,
               value=lambda o: sign(o.row.state)),
        Column("available", N_("Available"), "number", 84, sortable=False, value=lambda o: amount(o.row.available, o.row.unit)),
        Column("on_order", N_("On order"), "number", 72, sortable=False, compact=False,
               value=lambda o: amount(o.row.on_order) if o.row.on_order else None),
        Column("reorder", N_("Reorder point"), "number", 72, sortable=False, compact=False,
               value=lambda o: amount(o.row.reorder or 0)),
        Column("quantity", N_("To buy"), "number", 84, sortable=False, value=lambda o: change(lot(o), o.row.unit)),
        Column("price", N_("Unit price"), "number", 88, sortable=False, compact=False,
               value=lambda o: unit_price(o.price_of(lot(o)), o.currency).removeprefix("¥")),
        Column("amount", N_("Amount"), "number", 96, sortable=False, value=amount_words),
        Column("lead_days", N_("Lead time"), "number", 72, sortable=False, compact=False,
               value=lambda o: _("{n} days").format(n=o.lead_days) if o.lead_days is not None else None),
        Column("note", N_("Remarks"), width=110, stretch=True, sortable=False, compact=False, tone="text_2", value=said_of),
    )  # fmt: skip


def lot(offer: Offer) -> int:
    """What the proposal buys of a part, whatever waits in drafts: in whole packs, at the price that is cheapest in total."""
    return offer.terms.cheapest(offer.row.quantity, offer.most).qty


def amount_words(offer: Offer) -> str:
    """What it costs in the site's currency; where no rate is known, in the supplier's."""
    worth = offer.terms.worth(lot(offer))
    return money(offer.cost(lot(offer)), offer.currency) if worth is None else values.show_money(worth)


class ProposalPage(Page):
    """Everything at or below its reorder point that is not on order yet, one card for each supplier."""

    back_wanted = Signal()

    page_wanted = Signal(str)
    """`purchasing`, once drafts were made."""

    said = Signal(str, object)
    """A line for the toast, and what takes the step back."""

    part_wanted = Signal(object)
    """The id of the part that was opened."""

    report_requested = Signal(str, object)
    """A report by its name, with its parameters."""

    def __init__(self, desk: Desk, tasks: Tasks) -> None:
        super().__init__(_("Purchase proposal"))
        self._desk, self._tasks = desk, tasks
        self.rows: list[Offer] = []
        self._tables: list[Table] = []
        back = button(_("Spare parts"), "arrow-left")
        back.clicked.connect(self.back_wanted)
        self.add_action(back)
        if desk.may(Permission.PRINT_REPORTS):
            excel = button(_("Save Excel"), "file-spreadsheet")
            excel.clicked.connect(lambda: self._report("xlsx"))
            self.add_action(excel)
            buys = desk.may(Permission.BUY)
            printed = button(_("Print"), "printer", "default" if buys else "primary")
            printed.clicked.connect(self.print_page)
            (self.add_action if buys else self.set_primary)(printed)
        self.order = button(_("Make purchase orders"), "shopping-cart", "primary")
        self.order.clicked.connect(self.make_orders)
        if desk.may(Permission.BUY):
            self.set_primary(self.order)
        self._cards = QWidget()
        self._column = QVBoxLayout(self._cards)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(13)
        self._strip = NoteStrip("", "info")
        self.body.addWidget(self._strip)
        self.body.addWidget(self._cards)
        self.body.addStretch()
        self.reload()

    def reload(self) -> None:
        """Read the proposal again."""
        desk, site = self._desk, site_of(self._desk)

        def work() -> tuple[list[Offer], list[str]]:
            with desk.read() as read:
                return offers(read, site), figures.covered(read, site)

        self._tasks.run(work, self._show, owner=self, latest="proposal")

    def _show(self, found: tuple[list[Offer], list[str]]) -> None:
        self.rows, covered = found
        self._tables.clear()
        while (item := self._column.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        groups = [(supplier, list(rows)) for supplier, rows in groupby(self.rows, lambda row: row.supplier)]
        for supplier, rows in groups:
            self._column.addWidget(self._card(supplier, rows))
        QTimer.singleShot(0, self, self._fit)
        self.order.setEnabled(bool(groups))
        self.order.setToolTip("" if groups else _("Nothing has to be bought"))
        if not groups:
            text = _("No part is at or below its reorder point without enough on order.")
            self._column.addWidget(EmptyState("nothing_to_do", _("Nothing has to be bought"), text))
        count = ngettext("{count} part", "{count} parts", len(self.rows)).format(count=len(self.rows))
        total = sum(row.amount(lot(row)) for row in self.rows)
        suppliers = ngettext("{count} supplier", "{count} suppliers", len(groups)).format(count=len(groups))
        self.set_facts("·".join((count, suppliers, f"¥{values.show_money(total)}")))
        text = _(
            "Proposed: maximum − available − on order, where available and on order do not exceed the reorder point."
        )
        if covered:
            parts = pgettext("list", ", ").join(covered)
            text = said_together(
                text, _("{parts}: enough is on order, not listed again.").format(parts=parts)
            )
        self._strip.set(text, "info")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """The page scrolls, not each small list: header and rows, no count of one row."""
        for table in self._tables:
            height = table.view.verticalHeader().defaultSectionSize()
            table.setFixedHeight(theme.size("height.header_cell") + height * len(table.model.ids) + 12)

    def _card(self, supplier: str, rows: Sequence[Offer]) -> Card:
        count = ngettext("{count} part", "{count} parts", len(rows)).format(count=len(rows))
        card = Card(supplier or _("No supplier chosen"), count, margins=False)
        card.add_action(
            label(f"¥{values.show_money(sum(row.amount(lot(row)) for row in rows))}", "body_strong")
        )
        table = Table(_columns(), FixedSource(lambda: rows))
        table.refresh()
        table.set_dense(True)
        table.opened.connect(lambda n: self._on_opened(n, rows))
        table.count.hide()
        table.legend.hide()
        self._tables.append(table)
        card.body.addWidget(table)
        return card

    def make_orders(self) -> None:
        """Choose parts and quantities; drafts by supplier come of it (Ctrl N)."""
        desk, site = self._desk, site_of(self._desk)

        def work() -> list[Offer]:
            with desk.read() as read:
                return offers(read, site)

        self._tasks.run(work, self._ask, owner=self, latest="offers")

    def _ask(self, found: list[Offer]) -> None:
        if found:
            self.dialog = DraftDialog(self, self._desk, self._tasks, found)
            self.dialog.drafted.connect(self._on_drafted)
            self.dialog.finished.connect(self.dialog.deleteLater)
            self.dialog.open()

    def _on_drafted(self, orders: list[bytes], done: Done) -> None:
        words = ngettext("{count} draft was created.", "{count} drafts were created.", len(orders))
        self.said.emit(words.format(count=len(orders)), done)
        self.page_wanted.emit("purchasing")

    def _on_opened(self, number: int, rows: Sequence[Offer]) -> None:
        self.part_wanted.emit(next(offer.row.part_id for offer in rows if offer.n == number))

    def _report(self, form: str) -> None:
        self.report_requested.emit("buy-list", report_site(self._desk, site_of(self._desk)) | {"form": form})

    def print_page(self) -> None:
        """The buy list: its preview, then paper or PDF (Ctrl P)."""
        self._report("pdf")

    def new(self) -> None:
        """Make purchase orders (Ctrl N)."""
        if self._desk.may(Permission.BUY):
            self.make_orders()

    def refresh(self, topics: set[str]) -> None:
        """Something has changed in the store."""
        if topics & {"stock", "inventory"}:
            self.reload()

    def keys(self) -> list[tuple[str, str]]:
        """The keys of this page, for F1."""
        return [("Enter", _("Open the part")), ("Ctrl P", _("Print"))]
