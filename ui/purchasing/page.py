"""The page of purchase orders: what is awaited first; the inspector tells the lines and takes an order on (SM-11)."""

from collections.abc import Callable, Mapping, MutableMapping, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from app.access import Permission
from app.changes import Done
from app.desk import Desk
from app.inventory.purchases import PURCHASE, RECEIVING
from app.inventory.scans import resolve_scan
from app.purchasing import lists
from app.purchasing.lists import OrderCard
from app.purchasing.record import supplier_record
from app.words import N_, _, ngettext
from ui.inventory.tables import report_site, site_of, yuan
from ui.kit import icons
from ui.kit.buttons import button
from ui.kit.empty import EmptyState
from ui.kit.filters import Choice, Filter, FilterRow
from ui.kit.table import Table
from ui.kit.tasks import Tasks
from ui.purchasing import card as cards
from ui.purchasing.doing import OrderWork
from ui.purchasing.tables import LineTable, OrderSource, order_columns
from ui.work.base import ListPage
from ui.work.transition import state_choices, step_buttons

CANCELLED = "cancelled"


class PurchasingPage(ListPage):
    """The purchase orders of the site in view."""

    page_wanted = Signal(str)
    """`spares`, or another page by name."""

    receiving_wanted = Signal(object)
    """The receiving desk is to be shown over the whole window, with this order (None: the first scan says)."""

    topics = frozenset({"stock", "inventory"})

    def __init__(self, desk: Desk, tasks: Tasks, prefs: MutableMapping[str, Any] | None = None) -> None:
        super().__init__(_("Purchase orders"), desk, tasks)
        self.card: OrderCard | None = None
        self.work = OrderWork(self)
        self.lines: LineTable | None = None
        source = OrderSource(desk)
        self.table = Table(
            order_columns(sites=desk.site is None), source, tasks=tasks, prefs=prefs, total=source.total, empty=self._empty()
        )  # fmt: skip
        self.filters = FilterRow(
            [
                Filter("open", N_("Not closed")),
                Filter("late", N_("Overdue")),
                Filter("state", N_("Status"), lambda: [Choice(c, w) for c, w in state_choices(PURCHASE)]),
                Filter("supplier", N_("Supplier"), self._suppliers),
            ],
            self.table,
            _("Number, supplier or part"),
        )
        self.lay_out()
        self._add_buttons()
        self.filters.set_values({"open": True})
        self.refreshed()

    def _empty(self) -> QWidget:
        to_proposal = button(_("See what to buy"), "arrow-right", "primary")
        to_proposal.clicked.connect(lambda: self.page_wanted.emit("spares"))
        text = _("Orders are made from the purchase proposal, or by hand.")
        return EmptyState("nothing_yet", _("No purchase order yet"), text, to_proposal)

    def _suppliers(self) -> Sequence[Choice]:
        with self.desk.read() as read:
            return [Choice(row, words) for row, words in lists.suppliers(read)]

    def _add_buttons(self) -> None:
        back = button(_("Spare parts"), "arrow-left")
        back.clicked.connect(lambda: self.page_wanted.emit("spares"))
        self.add_action(back)
        if self.desk.may(Permission.MOVE_STOCK):
            receive = button(_("Receive goods"), "scan-line")
            receive.clicked.connect(lambda: self.receiving_wanted.emit(None))
            self.add_action(receive)
        suppliers = button(_("Suppliers"), "building-2")
        suppliers.clicked.connect(lambda: self.page_wanted.emit("suppliers"))
        self.add_action(suppliers)
        if self.desk.may(Permission.BUY):
            new = button(_("New order"), "plus")
            new.clicked.connect(self.new)
            self.set_primary(new)

    # what is shown

    def refreshed(self) -> None:
        desk, site = self.desk, site_of(self.desk)

        def work() -> tuple[int, int, int]:
            with desk.read() as read:
                today = desk.today()
                ids = lists.order_ids(read, site, today, filters={"open": True})
                late = lists.order_ids(read, site, today, filters={"late": True})
                return (
                    len(ids),
                    len(late),
                    sum(row.worth or 0 for row in lists.order_rows(read, ids, today) if row),
                )

        self.tasks.run(work, self._on_counted, owner=self, latest="facts")

    def _on_counted(self, found: tuple[int, int, int]) -> None:
        count, late, value = found
        words = [ngettext("{count} open", "{count} open", count).format(count=count), yuan(value)]
        if late:
            words.append(_("{count} overdue").format(count=late))
        self.set_facts("·".join(words))

    def fill(self, record: bytes) -> bool:
        desk = self.desk
        with desk.read() as read:
            found = lists.order_card(read, record, desk.today())
            supplier = found.row["supplier_id"] if found else None
            worth = supplier_record(read, supplier, desk.today()) if supplier else None
        if found is None:
            return False
        self.card = found
        self.inspector.start(found.order.code, found.order.supplier or _("No supplier chosen"))
        self._add_tools(found)
        chips = cards.chips(found)
        for some in filter(None, (chips[:2], chips[2:])):  # three words are wider than the inspector
            self.inspector.add_chips(some)
        self.inspector.add_facts(cards.facts(found))
        cards.add_returned(self.inspector, found, desk)
        self.lines = cards.add_lines(self.inspector, found, self._line_buttons(found))
        self.lines.opened.connect(lambda _n: self.work.open_line())
        cards.add_deliveries(self.inspector, found, desk)
        cards.add_steps(self.inspector, found, desk)
        if worth:
            cards.add_record(self.inspector, worth)
        self.inspector.set_actions(self._foot(found))
        return True

    def _add_tools(self, card: OrderCard) -> None:
        if self.desk.may(Permission.BUY) and card.order.status not in {"closed", "cancelled"}:
            self.inspector.add_tool("pencil", _("Change"), self.work.change)
        if self.desk.may(Permission.PRINT_REPORTS):
            self.inspector.add_tool("printer", _("Print the order"), self.print_page)
        if card.supplier:
            supplier = card.supplier["id"]
            self.inspector.add_tool(
                "building-2", _("Supplier"), lambda: self.record_wanted.emit("supplier", supplier)
            )
        if further := self._rarely(card):
            more = self.inspector.add_tool("ellipsis", _("More"), lambda: self._pop_up(more, further))

    def _rarely(self, card: OrderCard) -> list[tuple[str, str, Callable[[], object]]]:
        """What is wanted now and then: other papers, and the way out of the order."""
        found: list[tuple[str, str, Callable[[], object]]] = []
        if self.desk.may(Permission.PRINT_REPORTS):
            excel = partial(self._report, "purchase-order", form="xlsx")
            found.append((_("Save Excel"), "file-spreadsheet", excel))
            if card.receipts:
                found.append((_("Delivery list"), "clipboard-list", partial(self._report, "receipt-list")))
            if any(line.returned > 0 for line in card.lines):
                back = partial(self._report, "supplier-return")
                found.append((_("Print the return slip"), "undo-2", back))
        step = PURCHASE.step(card.order.status, CANCELLED)
        if step and self.desk.may(step.who):
            found.append((_(step.word), "circle-slash", partial(self.work.take_step, step)))
        return found

    @staticmethod
    def _pop_up(under: QPushButton, entries: Sequence[tuple[str, str, Callable[[], object]]]) -> None:
        menu = QMenu(under)
        for words, icon, slot in entries:
            menu.addAction(icons.icon(icon, "text_2", 18), words, slot)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(under.mapToGlobal(QPoint(0, under.height() + 2)))

    def _line_buttons(self, card: OrderCard) -> list[QPushButton]:
        wanted: list[tuple[str, str, Callable[[], object]]] = []
        if card.order.status == "draft" and self.desk.may(Permission.BUY):
            wanted.append((_("Add a part"), "plus", self.work.add_part))
            if card.lines:
                wanted += [
                    (_("Change"), "pencil", self.work.open_line),
                    (_("Remove"), "trash-2", self.work.drop_line),
                ]
        elif any(line.received > 0 for line in card.lines) and self.desk.may(Permission.MOVE_STOCK):
            wanted.append((_("Return to the supplier"), "undo-2", self.work.open_line))
        made = []
        for words, icon, slot in wanted:
            made.append(button(words, icon, scale="small"))
            made[-1].clicked.connect(lambda _on=False, do=slot: do())
        return made

    def _foot(self, card: OrderCard) -> list[QPushButton]:
        """The moves of the machine; those that receipts make are one button to the receiving desk."""
        made = []
        if card.order.status in RECEIVING[:2] and self.desk.may(Permission.MOVE_STOCK):
            made.append(button(_("Receive"), "log-in", "primary"))
            made[0].clicked.connect(lambda: self.receiving_wanted.emit(card.row["id"]))
        steps = step_buttons(PURCHASE, card.order.status, self.desk, self.work.take_step)
        targets = [step.target for step in PURCHASE.steps_from(card.order.status, self.desk.actor)]
        for target, one in zip(targets, steps, strict=True):
            if target in RECEIVING[1:] or target == CANCELLED:
                one.deleteLater()
            else:
                made.append(one)
        return made

    def _report(self, name: str, **more: str) -> None:
        self.report_requested.emit(name, {"code": self.work.need().order.code, **more})

    def print_page(self) -> None:
        """Ctrl P: the order for the supplier; without one, the low-stock list."""
        if self.card:
            self._report("purchase-order")
        else:
            self.report_requested.emit("low-stock", report_site(self.desk, site_of(self.desk)))

    def done(self, words: str, done: Done) -> None:
        """Something was written: say so, with the way back, and read again."""
        self._on_done(words, None, done)

    def new(self) -> None:
        """Ctrl N: a draft by hand."""
        self.work.new()

    # ways here

    def open_target(self, record: bytes) -> None:
        """Open an order from elsewhere."""
        with self.desk.read() as read:
            row = read.get("purchase_order", record)
        self.show_record(record, row["n"] if row else None)

    def show_list(self, filters: Mapping[str, Any]) -> None:
        """The list with these filters."""
        self.filters.set_values(filters)

    def on_scan(self, code: str) -> bool:
        """The number of an order opens it; a part shows the open orders that bring it."""
        found = resolve_scan(self.desk, code)
        if found.kind == "purchase_order":
            self.open_target(found.id)
        elif found.kind == "part":
            self.filters.set_values({"open": True}, found.code)
        return found.kind in {"purchase_order", "part"}

    def keys(self) -> list[tuple[str, str]]:
        """The keys of this page, for F1."""
        return [
            ("Enter", _("Open the order")),
            ("Ctrl N", _("New order")),
            ("Ctrl P", _("Print the order")),
        ]
