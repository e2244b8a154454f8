"""Purchase orders are written: from the proposal, by supplier, or by hand; and taken on step by step (R-4.4-d, i; SM-11)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from app import values
from app.changes import Done
from app.desk import Desk
from app.errors import AppError, Objection, Refused
from app.generic import Retire, create, creates, move_on, patch
from app.inventory.booking import Price
from app.inventory.figures import ProposalRow, proposals
from app.inventory.fitted import successor
from app.inventory.ops import ABSURD
from app.inventory.purchases import PURCHASE
from app.inventory.signs import is_piece
from app.ops import Op
from app.purchasing.prices import Choice, Terms, limit_of, sellers, terms_of
from app.tx import Reader
from app.words import N_, _
from db.ids import new_id

#: The series of order numbers.
SERIES = "PO"
_GONE = N_("This purchase order is not in the register any more. Look it up again.")


@dataclass(frozen=True)
class Offer:
    """A proposed part as it would be ordered: from whom and on which terms, less what waits in drafts."""

    row: ProposalRow
    supplier_id: bytes | None
    supplier: str
    terms: Terms
    drafted: int
    #: No more than this is bought for a lower price alone.
    most: int | None = None
    #: Another supplier at whom the need would cost less, and how much (hundredths, without tax).
    cheaper: tuple[str, int] | None = None
    #: The part that takes its place, in words.
    follows: str = ""

    @property
    def n(self) -> int:
        """The number of the part's row, for a list."""
        return self.row.n

    @property
    def choice(self) -> Choice:
        """What is best ordered: the need in whole packs, or more of it where that costs less in total."""
        return self.terms.cheapest(max(self.row.quantity - self.drafted, 0), self.most)

    @property
    def quantity(self) -> int:
        """What is still to be ordered."""
        return self.choice.qty

    @property
    def pack(self) -> int:
        return self.terms.pack

    def whole(self, quantity: int) -> int:
        """A quantity rounded up to the minimum and whole packs."""
        return self.terms.whole(quantity)

    def price_of(self, quantity: int) -> int | None:
        """The unit price at a quantity, in ten-thousandths."""
        return self.terms.price_of(quantity).price

    def amount(self, quantity: int) -> int:
        """What a quantity costs without tax, in hundredths."""
        return self.terms.cost(quantity)


def said_of(offer: Offer) -> str:
    """Why so many, in words: packs, minimum order, a lower price, and who would be cheaper."""
    terms, unit, need = offer.terms, offer.row.unit, offer.row.quantity
    found, said = terms.cheapest(need, offer.most), list[str]()
    if found.instead:
        text = _("{more} cost less than {less}: ¥{cost} instead of ¥{instead}")
        said.append(
            text.format(
                more=_amount(found.qty, unit), less=_amount(found.instead, unit),
                cost=values.show_money(found.cost), instead=values.show_money(found.instead_cost),
            )
        )  # fmt: skip
    elif found.qty != need and terms.minimum > need:
        said.append(_("minimum order {quantity}").format(quantity=_amount(terms.minimum, unit)))
    elif found.qty != need:
        said.append(_("packs of {quantity}").format(quantity=values.show_quantity(terms.pack)))
    if offer.follows:
        said.append(_("replaced by {part}").format(part=offer.follows))
    if offer.cheaper:
        name, cost = offer.cheaper
        said.append(_("¥{cost} at {supplier}").format(cost=values.show_money(cost), supplier=name))
    return _("; ").join(said)


def _amount(quantity: int, unit: str) -> str:
    return f"{values.show_quantity(quantity)} {unit}"


def offers(read: Reader, site: bytes | None) -> list[Offer]:
    """The purchase proposal as orders would have it, by supplier."""
    found = [_offer(read, row) for row in proposals(read, site)]
    found = [replace(o, follows=after[1]) if (after := successor(read, o.row.part_id)) else o for o in found]
    return sorted(found, key=lambda o: (not o.supplier_id, o.supplier, o.row.site_id, o.row.part_no))


def _offer(read: Reader, row: ProposalRow) -> Offer:
    """From the preferred supplier; without one, from whom it costs least."""
    drafted, most = _drafted(read, row.part_id, row.site_id), limit_of(read, row.part_id)
    sold = [
        (seller, name, terms_of(read, row.part_id, seller, row.site_id))
        for seller, name in sellers(read, row.part_id)
    ]
    priced = [
        (terms.cheapest(row.quantity, most).cost, name, seller, terms)
        for seller, name, terms in sold
        if terms.price_of(terms.whole(row.quantity)).price is not None
    ]
    best = min(priced, key=lambda one: one[:2], default=None)
    if row.supplier_id is None and best is not None:
        return Offer(row, best[2], best[1], best[3], drafted, most)
    terms = next((found for seller, _name, found in sold if seller == row.supplier_id), None)
    terms = terms or terms_of(read, row.part_id, row.supplier_id, row.site_id)
    own = terms.cheapest(row.quantity, most).cost
    cheaper = (best[1], best[0]) if best and best[2] != row.supplier_id and 0 < best[0] < own else None
    return Offer(row, row.supplier_id, row.supplier, terms, drafted, most, cheaper)


def _drafted(read: Reader, part: bytes, site: bytes) -> int:
    """What waits in orders that are not approved yet and so does not count as on order."""
    return int(
        read.value(
            "SELECT coalesce(sum(l.qty), 0) FROM purchase_line l JOIN purchase_order o ON o.id = l.order_id WHERE l.part_id = ? "
            "AND +l.site_id = ? AND l.deleted = 0 AND o.deleted = 0 AND o.status IN ('draft', 'submitted')",
            part, site,
        )
    )  # fmt: skip


def draft_orders(desk: Desk, chosen: Sequence[tuple[Offer, int]]) -> tuple[list[bytes], Done]:
    """One draft for each supplier (and site) from the chosen offers and quantities, as one action; gives their ids."""
    wanted = [(offer, offer.whole(qty)) for offer, qty in chosen]
    if not wanted:
        raise AppError(N_("Choose at least one part to order."))
    with desk.read() as read:
        for offer, qty in wanted:
            check_line(read, offer.row.part_id, qty)
    groups = [list(found) for _key, found in groupby(sorted(wanted, key=_key), _key)]
    ids, ops = [new_id() for _group in groups], list[Op]()
    for order, number, lines in zip(ids, desk.numbers(SERIES, len(groups)), groups, strict=True):
        first = lines[0][0]
        lead = max((_lead(offer) for offer, _qty in lines), default=0)
        ops.append(
            create("purchase_order", order, code=number, site_id=first.row.site_id, supplier_id=first.supplier_id,
                   status="draft", due_on=_after(desk, lead))
        )  # fmt: skip
        rows = (
            (new_id(), _line(order, o.row.site_id, o.row.part_id, qty, o.terms.price_of(qty)))
            for o, qty in lines
        )
        ops += creates("purchase_line", rows)
    return ids, desk.perform(*ops)


def _lead(offer: Offer) -> int:
    days = offer.terms.lead_days
    return (offer.row.lead_days or 0) if days is None else days


def _key(chosen: tuple[Offer, int]) -> tuple[bytes, bytes]:
    return chosen[0].supplier_id or b"", chosen[0].row.site_id


def _line(order: bytes, site: bytes, part: bytes, qty: int, price: Price) -> dict[str, Any]:
    made = {
        "order_id": order, "site_id": site, "part_id": part, "qty": qty, "unit_price": price.price,
        "price_tax": price.tax, "tax_rate": price.rate,
    }  # fmt: skip
    return {name: value for name, value in made.items() if value is not None}


def _after(desk: Desk, days: int) -> str | None:
    return (date.fromisoformat(desk.today()) + timedelta(days=days)).isoformat() if days else None


def check_line(read: Reader, part: bytes, qty: int | None) -> None:
    """Raise Refused where a quantity of a part cannot be ordered."""
    row = read.get("part", part)
    found = list(_objections(row, qty)) if row else [_unknown()]
    if found:
        raise Refused(found)


def _unknown() -> Objection:
    return Objection("part", N_("This spare part is not in the register."), field="part_id")


def _objections(part: dict[str, Any], qty: int | None) -> Iterator[Objection]:
    said = {"part": part["part_no"], "quantity": values.show_quantity(qty)}
    if not qty or qty <= 0:
        yield Objection("none", N_("The quantity must be more than nothing."), field="qty")
    elif qty > ABSURD:
        yield Objection(
            "absurd", N_("{quantity} cannot be right. Type the quantity again."), said, field="qty"
        )
    elif qty % values.THOUSAND and is_piece(part["unit"]):
        text = N_("{part} is counted in whole pieces: {quantity} cannot be ordered.")
        yield Objection("fraction", text, said, field="qty")
    if part["status"] == "obsolete":
        yield Objection(
            "obsolete", N_("{part} is obsolete and is not bought any more."), said, field="part_id"
        )


def new_order(
    desk: Desk, supplier: bytes | None, *, due_on: str | None = None, remark: str = ""
) -> tuple[bytes, Done]:
    """An empty draft at the site in view; gives its id."""
    if desk.site is None:
        raise AppError(N_("Choose a site first: a purchase order belongs to a site."))
    order = new_id()
    return order, desk.perform(
        create("purchase_order", order, code=desk.number(SERIES), site_id=desk.site.id, supplier_id=supplier,
               status="draft", due_on=due_on, remark=remark or None)
    )  # fmt: skip


def edit_order(desk: Desk, order: bytes, **fields: Any) -> Done | None:
    """Change supplier, due day or remark of a draft (of an order that is placed, the due day and the remark)."""
    with desk.read() as read:
        row = _known(read, order)
    if "supplier_id" in fields and row["status"] != "draft" and fields["supplier_id"] != row["supplier_id"]:
        raise AppError(N_("The supplier stands fast once the order is submitted."))
    op = patch("purchase_order", row, **fields)
    return desk.perform(op) if op else None


def add_line(
    desk: Desk,
    order: bytes,
    part: bytes,
    qty: int,
    price: int | None = None,
    *,
    tax: str | None = None,
    rate: int | None = None,
) -> Done:
    """Another line of a draft; the quantity is rounded up to whole packs, the price is the supplier's at that quantity."""
    with desk.read() as read:
        row = _draft(read, order)
        terms = terms_of(read, part, row["supplier_id"], row["site_id"])
        qty = terms.whole(qty)
        check_line(read, part, qty)
        twice = "SELECT 1 FROM purchase_line WHERE order_id = ? AND part_id = ? AND deleted = 0"
        if read.value(twice, order, part):
            raise AppError(N_("This part is in the order already. Change its quantity instead."))
    typed = terms.price_of(qty) if price is None else Price(price, tax, rate)
    return desk.perform(create("purchase_line", new_id(), **_line(order, row["site_id"], part, qty, typed)))


def change_line(desk: Desk, line: bytes, **fields: Any) -> Done | None:
    """Another quantity, price or due day of a draft's line."""
    with desk.read() as read:
        row = read.get("purchase_line", line)
        if row is None:
            raise AppError(_GONE)
        _draft(read, row["order_id"])
        check_line(read, row["part_id"], fields.get("qty", row["qty"]))
    op = patch("purchase_line", row, **fields)
    return desk.perform(op) if op else None


def drop_lines(desk: Desk, order: bytes, lines: Iterable[bytes]) -> Done:
    """Lines leave a draft."""
    with desk.read() as read:
        _draft(read, order)
    return desk.perform(Retire("purchase_line", tuple(lines)))


def take_step(
    desk: Desk, order: bytes, target: str, remark: str = "", *, anyway: str = "", **new: Any
) -> Done:
    """Move an order on in its life (SM-11), with what the step must have; `anyway` overrides what may be overridden."""
    with desk.read() as read:
        row = _known(read, order)
    return desk.perform(move_on(PURCHASE, row, target, remark, **new), reason=anyway)


def proposed_due(read: Reader, desk: Desk, order: bytes) -> str | None:
    """When an order that is placed today should be there: after the longest lead time of its lines."""
    days = read.value(
        "SELECT max(coalesce(p.lead_time_days, u.default_lead_days, 0)) FROM purchase_line l JOIN purchase_order o "
        "ON o.id = l.order_id JOIN part p ON p.id = l.part_id LEFT JOIN supplier u ON u.id = o.supplier_id "
        "WHERE o.id = ? AND l.deleted = 0",
        order,
    )
    return _after(desk, days or 0)


def _known(read: Reader, order: bytes) -> dict[str, Any]:
    row = read.get("purchase_order", order)
    if row is None or row["deleted"]:
        raise AppError(_GONE)
    return row


def _draft(read: Reader, order: bytes) -> dict[str, Any]:
    row = _known(read, order)
    if row["status"] != "draft":
        raise AppError(N_("Lines are changed in a draft only. Let the order be returned first."))
    return row
