"""The purchase order as it goes to the supplier (采购单), and what came for it and went back (到货清单)."""

from __future__ import annotations

from dataclasses import dataclass

from app.inventory.ledger import MovementRow
from app.purchasing.lists import LineRow, OrderCard
from app.reports.capitals import capitals
from app.reports.document import (
    Col,
    Fact,
    Facts,
    Group,
    Issue,
    Report,
    Row,
    Signature,
    Signatures,
    Status,
    Table,
    Text,
)
from app.reports.parts import joined, section
from app.values import show_money, show_price, show_quantity
from app.words import _, language, pgettext
from db.models.money import HOME


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who buys: the site that the goods go to, and whom the supplier may ask."""

    organisation: str
    site: str
    address: str = ""
    phone: str = ""
    contact: str = ""
    manager: str = ""


@dataclass(frozen=True, slots=True)
class Delivered:
    """What came or went back: the movement, of which line it is, its serial number, and its price where that is not the ordered one."""

    movement: MovementRow
    line: LineRow
    serial: str = ""
    #: In the currency of the order.
    paid: int | None = None


def purchase_order(card: OrderCard, buyer: Buyer, issue: Issue) -> Report:
    """The order with its lines, prices, sums, day of delivery, and boxes to sign."""
    return Report(
        code="purchase-order",
        title=_("Purchase order"),
        subtitle=_("Order {code}").format(code=card.order.code),
        issue=issue,
        head=_head(card),
        blocks=(
            parties(card, buyer),
            _lines(card),
            *_remark(card, 3),
            *_sum_in_words(card),
            Signatures(
                (
                    Signature(_("Ordered by"), card.who("submitted") or card.who("draft")),
                    Signature(_("Approved by"), card.who("approved") or buyer.manager),
                    Signature(_("Confirmed by the supplier"), card.supplier.get("contact_name") or ""),
                )
            ),
        ),
        retention=_("5 years"),
    )


def _head(card: OrderCard) -> tuple[Fact, ...]:
    row = card.row
    return (
        Fact(_("Order number"), card.order.code),
        Fact(_("Status"), Status.of(card.order.status)),
        Fact(_("Ordered on"), row["ordered_on"] or _("not placed yet")),
        Fact(_("Delivery until"), row["due_on"] or _("as agreed")),
        Fact(_("Lines"), str(card.order.lines)),
        Fact(_("Order value"), amount_in(card, card.order.value)),
        *_taxed(card),
        *((Fact(_("Payment terms"), terms),) if (terms := card.supplier.get("payment_terms")) else ()),
    )


def amount_in(card: OrderCard, cents: int) -> str:
    """An amount in the currency of the order."""
    return _("{currency} {amount}").format(currency=card.order.currency, amount=show_money(cents))


def _tax(card: OrderCard) -> int:
    return sum(line.taxed for line in card.lines)


def _taxed(card: OrderCard) -> tuple[Fact, ...]:
    """The tax and the sum with it, where a line says how it is taxed."""
    tax = _tax(card)
    if not tax:
        return ()
    return Fact(_("Tax"), amount_in(card, tax)), Fact(_("With tax"), amount_in(card, card.order.value + tax))


def _sum_in_words(card: OrderCard) -> tuple[Text, ...]:
    """An order in yuan says its sum in capital figures, in Chinese; other currencies stand in figures alone."""
    if card.order.currency != HOME or language() == "en" or not card.order.value:
        return ()
    total = card.order.value + _tax(card)
    return (
        Text(
            _("Total in words: {words} ({figures})").format(
                words=capitals(total), figures=amount_in(card, total)
            )
        ),
    )


def parties(card: OrderCard, buyer: Buyer, *, back: bool = False) -> Facts:
    """Who sells, who buys, and where the goods go to (`back`: are fetched)."""
    seller = card.supplier
    name = "  ".join(filter(None, [seller.get("code"), card.order.supplier])) or _("No supplier chosen")
    return Facts(
        (
            Fact(_("Supplier"), name, wide=True),
            Fact(_("Contact"), seller.get("contact_name") or ""),
            Fact(_("Phone"), "  ".join(filter(None, [seller.get("phone"), seller.get("email")]))),
            *((Fact(_("Address"), where, wide=True),) if (where := seller.get("address")) else ()),
            Fact(
                _("Collect at") if back else _("Deliver to"),
                "  ".join(filter(None, [buyer.site, buyer.address])),
                wide=True,
            ),
            Fact(_("Buyer"), buyer.contact),
            Fact(_("Phone"), buyer.phone),
        ),
        title=section(1, _("Supplier and buyer") if back else _("Supplier and place of delivery")),
    )


def _lines(card: OrderCard) -> Table:
    apart = any(line.due_on != card.row["due_on"] for line in card.lines)  # one day for all is in the head
    columns: tuple[Col, ...] = (
        Col("n", _("No."), "int", 9),
        Col("part_no", _("Part no."), "code", 24),
        Col("name_spec", _("Name / specification"), book=False),
        Col("name", _("Name"), paper=False),
        Col("spec", _("Specification"), paper=False),
        Col("sku", _("Supplier's number"), "code", 22, small=True),
        Col("qty", _("Quantity"), "quantity", 16, bold=True),
        Col("unit", _("Unit"), width=12, centred=True),
        Col("price", _("Unit price"), "price", 20),
        Col("rate", _("Tax"), width=15, small=True),
        Col("amount", _("Amount"), "money", 24, unit=card.order.currency),
        Col("due", _("Due on"), "date", 21, paper=apart),
    )
    told = {
        "sku": any(line.sku for line in card.lines),
        "rate": any(line.rate for line in card.lines),
    }
    columns = tuple(col for col in columns if told.get(col.key, True))
    return Table(
        columns,
        (Group("", tuple(_line(n, line) for n, line in enumerate(card.lines, 1))),),
        title=section(2, _("Lines")),
        aside=_("Amounts without tax"),
        name=_("Lines"),
        sums=("amount",),
        total_label=_("Total"),
        label_column="name_spec",
        empty=_("The order has no lines yet."),
    )


def _line(number: int, line: LineRow) -> Row:
    return Row(
        {
            "n": number,
            "part_no": line.part_no,
            "name_spec": joined(line.name, line.spec),
            "name": line.name,
            "spec": line.spec,
            "sku": line.sku,
            "qty": line.qty,
            "unit": line.unit,
            "price": line.price,
            "rate": _rate(line),
            "amount": line.amount if line.price is not None else None,
            "due": line.due_on or "",
        }
    )


def _rate(line: LineRow) -> str:
    """`13 % in it` or `+ 13 %`: whether the unit price holds the tax."""
    if not line.rate:
        return ""
    rate = show_quantity(line.rate)
    return (_("{rate} % in it") if line.tax == "gross" else "+ {rate} %").format(rate=rate)


def _remark(card: OrderCard, number: int) -> tuple[Text, ...]:
    remark = card.row["remark"]
    return (Text(remark, title=section(number, _("Remarks"))),) if remark else ()


def receipt_list(
    card: OrderCard, buyer: Buyer, issue: Issue, day: str, delivered: tuple[Delivered, ...]
) -> Report:
    """What came for an order (of one day: the receipt slip), what went back, and what is still to come."""
    about = _("Order {code} · {day}") if day else _("Order {code}")
    return Report(
        code="receipt-list",
        title=_("Receipt slip") if day else _("Delivery list"),
        subtitle=about.format(code=card.order.code, day=day),
        issue=issue,
        period=day,
        head=_receipt_head(card),
        blocks=(
            _deliveries(delivered),
            _standing(card),
            Signatures(
                (
                    Signature(_("Delivered by"), card.supplier.get("contact_name") or ""),
                    Signature(
                        _("Received by"), delivered[-1].movement.booked_by if delivered else buyer.contact
                    ),
                    Signature(_("Checked by"), ""),
                )
            ),
        ),
        retention=_("5 years"),
    )


def _receipt_head(card: OrderCard) -> tuple[Fact, ...]:
    seller = "  ".join(filter(None, [card.supplier.get("code"), card.order.supplier]))
    whole = _("{done} of {total}").format(done=card.order.whole, total=card.order.lines)
    return (
        Fact(_("Order number"), card.order.code),
        Fact(_("Status"), Status.of(card.order.status)),
        Fact(_("Supplier"), seller or _("No supplier chosen"), wide=True),
        Fact(_("Ordered on"), card.row["ordered_on"] or ""),
        Fact(_("Due on"), card.row["due_on"] or ""),
        Fact(_("Lines complete"), whole, wide=True),
    )


def _deliveries(delivered: tuple[Delivered, ...]) -> Table:
    columns: tuple[Col, ...] = (
        Col("number", _("Movement number"), "code", 26, small=True),
        Col("at", _("Time"), "instant", 28),
        Col("part_no", _("Part no."), "code", 22),
        Col("name", _("Name")),
        Col("qty", _("Quantity"), "quantity", 16, bold=True),
        Col("unit", _("Unit"), width=11, centred=True),
        Col("bin", _("Bin"), width=25, small=True),
        Col("batch", _("Batch"), width=16, small=True),
        Col("reason", _("Reason"), paper=False),
        Col("by", _("Booked by"), width=18, small=True),
    )
    if not any(found.movement.batch for found in delivered):
        columns = tuple(col for col in columns if col.key != "batch")
    return Table(
        columns,
        (Group("", tuple(map(_delivery, delivered))),),
        title=section(1, _("Received and returned")),
        aside=_("− = went back to the supplier, or taken back"),
        name=_("Received and returned"),
        empty=_("Nothing was received."),
    )


def _delivery(found: Delivered) -> Row:
    move = found.movement
    return Row(
        {
            "number": move.number,
            "at": move.happened_at,
            "part_no": move.part_no,
            "name": joined(move.name, found.line.spec, *map("({})".format, _notes(found))),
            "qty": move.qty,
            "unit": move.unit,
            "bin": move.bin,
            "batch": move.batch,
            "reason": move.reason,
            "by": move.booked_by,
        },
        mark=move.qty < 0 or found.paid is not None,
    )


def _notes(found: Delivered) -> list[str]:
    """Serial number, why it went back, and a price that is not the ordered one."""
    said = [found.serial] if found.serial else []
    if found.movement.reason and found.movement.qty < 0:
        said.append(found.movement.reason)
    if found.paid is not None:
        text = _("price {paid}, ordered at {ordered}")
        said.append(
            text.format(
                paid=show_price(found.paid, grouped=True), ordered=show_price(found.line.price, grouped=True)
            )
        )
    return said


def _standing(card: OrderCard) -> Table:
    columns = (
        Col("part_no", _("Part no."), "code", 24),
        Col("name", _("Name / specification")),
        Col("unit", _("Unit"), width=12, centred=True),
        Col("qty", pgettext("quantity", "Ordered"), "quantity", 20),
        Col("received", pgettext("quantity", "Received"), "quantity", 20, bold=True),
        Col("returned", pgettext("quantity", "Returned"), "quantity", 20),
        Col("rest", pgettext("quantity", "To come"), "quantity", 20),
        Col("over", pgettext("quantity", "Too many"), "quantity", 20),
    )
    rows = tuple(
        Row(
            {
                "part_no": line.part_no,
                "name": joined(line.name, line.spec),
                "unit": line.unit,
                "qty": line.qty,
                "received": line.received,
                "returned": line.returned or None,
                "rest": line.rest,
                "over": line.over or None,
            },
            mark=bool(line.over),
        )
        for line in card.lines
    )
    return Table(
        columns,
        (Group("", rows),),
        title=section(2, _("How the order stands")),
        aside=_("Received = delivered − returned"),
        name=_("How the order stands"),
        empty=_("The order has no lines yet."),
    )
