"""The page of purchase orders: what is awaited first; the inspector tells the lines and takes an order on (SM-11)."""

from collections.abc import Callable, Mapping, MutableMapping, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QWidget

from app.access import Permission
from app.changes import Done
from app.desk import Desk
from app.errors import AppError, Refused
from app.inventory.booking import send_back
from app.inventory.fitted import successor
from app.inventory.purchases import PURCHASE, RECEIVING
from app.inventory.scans import resolve_scan
from app.purchasing import lists, orders
from app.purchasing.lists import LineRow, OrderCard
from app.purchasing.record import supplier_record
from app.purchasing.suppliers import edit_supplier, new_supplier
from app.words import N_, _, ngettext
from app.workflow import Step
from ui.inventory.tables import report_site, site_of, yuan
from ui.kit.buttons import button
from ui.kit.dialogs import ask, tell
from ui.kit.empty import EmptyState
from ui.kit.filters import Choice, Filter, FilterRow
from ui.kit.table import Table
from ui.kit.tasks import Tasks
from ui.purchasing import card as cards
from ui.purchasing import dialogs
from ui.purchasing.tables import LineTable, OrderSource, order_columns
from ui.work.base import ListPage
from ui.work.process import said_step
from ui.work.transition import Moving, ask_step, state_choices, step_buttons

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
        if self.desk.may(Permission.EDIT_PARTS):
            supplier = button(_("Register a supplier"), "building-2")
            supplier.clicked.connect(self.new_supplier)
            self.add_action(supplier)
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
                    sum(row.value for row in lists.order_rows(read, ids, today) if row),
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
        self.inspector.add_chips(cards.chips(found))
        self.inspector.add_facts(cards.facts(found))
        self.lines = cards.add_lines(self.inspector, found, self._line_buttons(found))
        self.lines.opened.connect(lambda _n: self.open_line())
        cards.add_deliveries(self.inspector, found, desk)
        cards.add_steps(self.inspector, found, desk)
        if worth:
            cards.add_record(self.inspector, worth)
        self.inspector.set_actions(self._foot(found))
        return True

    def _add_tools(self, card: OrderCard) -> None:
        if self.desk.may(Permission.BUY) and card.order.status not in {"closed", "cancelled"}:
            self.inspector.add_tool("pencil", _("Change"), self.change)
        if self.desk.may(Permission.PRINT_REPORTS):
            self.inspector.add_tool("printer", _("Print the order"), self.print_page)
            self.inspector.add_tool(
                "file-spreadsheet", _("Save Excel"), partial(self._report, "purchase-order", form="xlsx")
            )
            if card.receipts:
                self.inspector.add_tool(
                    "clipboard-list", _("Delivery list"), partial(self._report, "receipt-list")
                )
        if self.desk.may(Permission.EDIT_PARTS) and card.supplier:
            self.inspector.add_tool("building-2", _("Supplier"), self.change_supplier)
        self._add_cancel(card)

    def _line_buttons(self, card: OrderCard) -> list[QPushButton]:
        wanted: list[tuple[str, str, Callable[[], object]]] = []
        if card.order.status == "draft" and self.desk.may(Permission.BUY):
            wanted.append((_("Add a part"), "plus", self.add_part))
            if card.lines:
                wanted += [(_("Change"), "pencil", self.open_line), (_("Remove"), "trash-2", self.drop_line)]
        elif any(line.received > 0 for line in card.lines) and self.desk.may(Permission.MOVE_STOCK):
            wanted.append((_("Return to the supplier"), "undo-2", self.open_line))
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
        steps = step_buttons(PURCHASE, card.order.status, self.desk, self.take_step)
        targets = [step.target for step in PURCHASE.steps_from(card.order.status, self.desk.actor)]
        for target, one in zip(targets, steps, strict=True):
            if target in RECEIVING[1:] or target == CANCELLED:
                one.deleteLater()
            else:
                made.append(one)
        return made

    def _add_cancel(self, card: OrderCard) -> None:
        """The way out stands among the tools: the foot has no room for a third button."""
        step = PURCHASE.step(card.order.status, CANCELLED)
        if step and self.desk.may(step.who):
            self.inspector.add_tool("circle-slash", _(step.word), partial(self.take_step, step))

    # what is done

    def _need(self) -> OrderCard:
        assert self.card is not None
        return self.card

    def _line(self) -> LineRow | None:
        """The line that is selected, or the only one."""
        card, chosen = self._need(), self.lines.current_id() if self.lines else None
        found = next((line for line in card.lines if line.n == chosen), None)
        return found or (card.lines[0] if len(card.lines) == 1 else None)

    def _chosen(self) -> LineRow | None:
        line = self._line()
        if line is None:
            self.said.emit(_("Choose a line first."), None)
        return line

    def take_step(self, step: Step) -> None:
        """Move the order on; what the step lacks is asked for."""
        card = self._need()
        if step.target == "ordered":
            typed = dialogs.ask_placed(self, self.desk, card)
            answer = None if typed is None else ("", typed)
        else:
            answer = ask_step(self, self.desk, Moving(PURCHASE, card.row, step))
        if answer is not None:
            self._move(card, step, *answer)

    def _move(
        self, card: OrderCard, step: Step, remark: str, typed: dict[str, Any], anyway: str = ""
    ) -> None:
        self._try(
            lambda why: orders.take_step(self.desk, card.row["id"], step.target, remark, anyway=why, **typed),
            said_step(PURCHASE.word(step.target)),
            f"{_(step.word)} · {card.order.code}",
            _(step.word),
        )

    def _try(self, work: Callable[[str], Done], words: str, title: str, do: str, anyway: str = "") -> None:
        """Write on the worker; a rule that may be set aside asks for the reason."""

        def refused(error: Exception) -> None:
            if isinstance(error, Refused) and error.may_override:
                if reason := dialogs.ask_reason(self, title, str(error), do):
                    self._try(work, words, title, do, reason)
            else:
                tell(self, error)

        self.tasks.run(lambda: work(anyway), partial(self._on_done, words, None), refused, owner=self)

    def new(self) -> None:
        """Ctrl N: a draft by hand."""
        if not self.desk.may(Permission.BUY):
            return
        if self.desk.site is None:
            tell(self, AppError(N_("Choose a site first: a purchase order belongs to a site.")))
            return
        typed = dialogs.ask_order(self, self.desk)
        if typed:
            supplier, due, remark = typed["supplier_id"], typed["due_on"], typed["remark"] or ""
            self.tasks.run(
                lambda: orders.new_order(self.desk, supplier, due_on=due, remark=remark),
                self._on_made,
                owner=self,
            )

    def _on_made(self, made: tuple[bytes, Done]) -> None:
        order, done = made
        self.said.emit(_("The draft was created. Add its parts."), done)
        self.shown = order
        self.refresh(set(self.topics))
        self.open_target(order)

    def change(self) -> None:
        """Change supplier, due day or remark."""
        card = self._need()
        typed = dialogs.ask_change(self, self.desk, card)
        if typed is not None:
            typed["remark"] = typed["remark"] or None
            self.do(
                partial(orders.edit_order, self.desk, card.row["id"], **typed), _("The order was changed.")
            )

    def change_supplier(self) -> None:
        """What is known of the supplier: contact, lead time, what may come beyond an order."""
        row = self._need().supplier
        typed = dialogs.ask_supplier(self, row)
        if typed is not None:
            self.do(partial(edit_supplier, self.desk, row["id"], typed), _("The supplier was changed."))

    def new_supplier(self) -> None:
        """Register a supplier."""
        typed = dialogs.ask_supplier(self)
        if typed is not None:
            self.do(lambda: new_supplier(self.desk, typed)[1], _("The supplier was registered."))

    def add_part(self) -> None:
        """Another line of a draft."""
        card = self._need()
        typed = dialogs.ask_line(self, self.desk, card)
        if typed:
            part, qty, price = self._following(typed["part_id"]), typed["qty"], typed["unit_price"]
            tax = {"tax": typed["price_tax"], "rate": typed["tax_rate"]}
            self.do(
                partial(orders.add_line, self.desk, card.row["id"], part, qty, price, **tax),
                _("The part was added."),
            )

    def _following(self, part: bytes) -> bytes:
        """The part that takes the place of one that is replaced, where the person agrees."""
        with self.desk.read() as read:
            follows = successor(read, part)
        if follows is None:
            return part
        text = _("The part is replaced by {part}.").format(part=follows[1])
        said = {"do": _("Order the new one"), "safe": _("Keep the old one"), "kind": "primary"}
        return follows[0] if ask(self, _("Order its successor?"), text, **said) else part

    def open_line(self) -> None:
        """Enter on a line: change it in a draft, else return of it what has come."""
        card, line = self._need(), self._chosen()
        if line is None:
            return
        if card.order.status == "draft" and self.desk.may(Permission.BUY):
            typed = dialogs.ask_line(self, self.desk, card, line)
            if typed:
                self.do(partial(orders.change_line, self.desk, line.id, **typed), _("The line was changed."))
        elif line.received > 0 and self.desk.may(Permission.MOVE_STOCK):
            self._send_back(line)

    def _send_back(self, line: LineRow) -> None:
        typed = dialogs.ask_return(self, self.desk, line)
        if typed:
            place, qty, why = typed["bin_id"], typed["qty"], typed["reason"]
            self._try(
                lambda anyway: send_back(self.desk, line.id, place, qty, reason=why, anyway=anyway),
                _("Returned to the supplier: {part}").format(part=f"{line.part_no} {line.name}"),
                _("Return {part} to the supplier").format(part=line.part_no),
                _("Return"),
            )

    def drop_line(self) -> None:
        """A line leaves the draft."""
        card, line = self._need(), self._chosen()
        if line is None:
            return
        title = _("Remove {part} from {order}?").format(part=line.part_no, order=card.order.code)
        if ask(self, title, line.name, do=_("Remove")):
            self.do(
                partial(orders.drop_lines, self.desk, card.row["id"], [line.id]), _("The line was removed.")
            )

    def _report(self, name: str, **more: str) -> None:
        self.report_requested.emit(name, {"code": self._need().order.code, **more})

    def print_page(self) -> None:
        """Ctrl P: the order for the supplier; without one, the low-stock list."""
        if self.card:
            self._report("purchase-order")
        else:
            self.report_requested.emit("low-stock", report_site(self.desk, site_of(self.desk)))

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
