"""What is done to a purchase order from its inspector: its moves, its head, its lines, returns to the supplier."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from app.access import Permission
from app.changes import Done
from app.errors import AppError, Refused
from app.inventory.booking import send_back
from app.inventory.fitted import successor
from app.inventory.purchases import PURCHASE
from app.purchasing import orders
from app.purchasing.lists import LineRow, OrderCard
from app.words import N_, _
from app.workflow import Step
from ui.kit.dialogs import ask, tell
from ui.purchasing import dialogs
from ui.work.process import said_step
from ui.work.transition import Moving, ask_step

if TYPE_CHECKING:
    from ui.purchasing.page import PurchasingPage


class OrderWork:
    """The writing side of the page of purchase orders; asks what is missing, writes on the worker."""

    def __init__(self, page: PurchasingPage) -> None:
        self._page, self._desk = page, page.desk

    def need(self) -> OrderCard:
        """The order that is shown."""
        card = self._page.card
        assert card is not None
        return card

    def _line(self) -> LineRow | None:
        """The line that is selected, or the only one."""
        card, lines = self.need(), self._page.lines
        chosen = lines.current_id() if lines else None
        found = next((line for line in card.lines if line.n == chosen), None)
        return found or (card.lines[0] if len(card.lines) == 1 else None)

    def _chosen(self) -> LineRow | None:
        line = self._line()
        if line is None:
            self._page.said.emit(_("Choose a line first."), None)
        return line

    def take_step(self, step: Step) -> None:
        """Move the order on; what the step lacks is asked for."""
        card = self.need()
        if step.target == "ordered":
            typed = dialogs.ask_placed(self._page, self._desk, card)
            answer = None if typed is None else ("", typed)
        else:
            answer = ask_step(self._page, self._desk, Moving(PURCHASE, card.row, step))
        if answer is not None:
            self._move(card, step, *answer)

    def _move(
        self, card: OrderCard, step: Step, remark: str, typed: dict[str, Any], anyway: str = ""
    ) -> None:
        self._try(
            lambda why: orders.take_step(
                self._desk, card.row["id"], step.target, remark, anyway=why, **typed
            ),
            said_step(PURCHASE.word(step.target)),
            f"{_(step.word)} · {card.order.code}",
            _(step.word),
        )

    def _try(self, work: Callable[[str], Done], words: str, title: str, do: str, anyway: str = "") -> None:
        """Write on the worker; a rule that may be set aside asks for the reason."""

        def refused(error: Exception) -> None:
            if isinstance(error, Refused) and error.may_override:
                if reason := dialogs.ask_reason(self._page, title, str(error), do):
                    self._try(work, words, title, do, reason)
            else:
                tell(self._page, error)

        self._page.tasks.run(lambda: work(anyway), partial(self._page.done, words), refused, owner=self._page)

    def new(self) -> None:
        """Ctrl N: a draft by hand."""
        if not self._desk.may(Permission.BUY):
            return
        if self._desk.site is None:
            tell(self._page, AppError(N_("Choose a site first: a purchase order belongs to a site.")))
            return
        typed = dialogs.ask_order(self._page, self._desk)
        if typed:
            supplier, remark = typed.pop("supplier_id"), typed.pop("remark") or ""
            work = partial(orders.new_order, self._desk, supplier, remark=remark, **typed)
            self._page.tasks.run(work, self._on_made, owner=self._page)

    def _on_made(self, made: tuple[bytes, Done]) -> None:
        order, done = made
        self._page.said.emit(_("The draft was created. Add its parts."), done)
        self._page.shown = order
        self._page.refresh(set(self._page.topics))
        self._page.open_target(order)

    def change(self) -> None:
        """Change supplier, currency, rate, due day or remark."""
        card = self.need()
        typed = dialogs.ask_change(self._page, self._desk, card)
        if typed is not None:
            typed["remark"] = typed["remark"] or None
            self._page.do(
                partial(orders.edit_order, self._desk, card.row["id"], **typed), _("The order was changed.")
            )

    def add_part(self) -> None:
        """Another line of a draft."""
        card = self.need()
        typed = dialogs.ask_line(self._page, self._desk, card)
        if typed:
            part, qty, price = self._following(typed["part_id"]), typed["qty"], typed["unit_price"]
            tax = {"tax": typed["price_tax"], "rate": typed["tax_rate"]}
            self._page.do(
                partial(orders.add_line, self._desk, card.row["id"], part, qty, price, **tax),
                _("The part was added."),
            )

    def _following(self, part: bytes) -> bytes:
        """The part that takes the place of one that is replaced, where the person agrees."""
        with self._desk.read() as read:
            follows = successor(read, part)
        if follows is None:
            return part
        text = _("The part is replaced by {part}.").format(part=follows[1])
        said = {"do": _("Order the new one"), "safe": _("Keep the old one"), "kind": "primary"}
        return follows[0] if ask(self._page, _("Order its successor?"), text, **said) else part

    def open_line(self) -> None:
        """Enter on a line: change it in a draft, else return of it what has come."""
        card, line = self.need(), self._chosen()
        if line is None:
            return
        if card.order.status == "draft" and self._desk.may(Permission.BUY):
            typed = dialogs.ask_line(self._page, self._desk, card, line)
            if typed:
                self._page.do(
                    partial(orders.change_line, self._desk, line.id, **typed), _("The line was changed.")
                )
        elif line.received > 0 and self._desk.may(Permission.MOVE_STOCK):
            self._send_back(line)

    def _send_back(self, line: LineRow) -> None:
        typed = dialogs.ask_return(self._page, self._desk, line)
        if typed:
            place, qty, why = typed["bin_id"], typed["qty"], typed["reason"]
            more = {"batch": typed.get("batch") or None, "serial": typed.get("serial") or None}
            self._try(
                lambda anyway: send_back(self._desk, line.id, place, qty, reason=why, anyway=anyway, **more),
                _("Returned to the supplier: {part}").format(part=f"{line.part_no} {line.name}"),
                _("Return {part} to the supplier").format(part=line.part_no),
                _("Return"),
            )

    def drop_line(self) -> None:
        """A line leaves the draft."""
        card, line = self.need(), self._chosen()
        if line is None:
            return
        title = _("Remove {part} from {order}?").format(part=line.part_no, order=card.order.code)
        if ask(self._page, title, line.name, do=_("Remove")):
            self._page.do(
                partial(orders.drop_lines, self._desk, card.row["id"], [line.id]), _("The line was removed.")
            )
