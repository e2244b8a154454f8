"""What goes back to a supplier and why, to go with the goods (退货单)."""

from __future__ import annotations

from dataclasses import replace

from app.purchasing.lists import OrderCard
from app.reports.document import Col, Fact, Group, Issue, Report, Row, Signature, Signatures, Table, Text
from app.reports.parts import joined, section
from app.reports.purchase import Buyer, Delivered, amount_in, parties
from app.words import _


def supplier_return(
    card: OrderCard, buyer: Buyer, issue: Issue, day: str, back: tuple[Delivered, ...]
) -> Report:
    """What goes back to the supplier and why, to go with the goods and to be signed by who takes them (退货单)."""
    about = _("Order {code} · {day}") if day else _("Order {code}")
    return Report(
        code="supplier-return",
        title=_("Return to supplier"),
        subtitle=about.format(code=card.order.code, day=day),
        issue=issue,
        period=day,
        head=(
            Fact(_("Order number"), card.order.code),
            Fact(_("Ordered on"), card.row["ordered_on"] or ""),
            Fact(_("Lines"), str(len(back))),
            Fact(_("Value of the goods"), amount_in(card, sum(_credit(one) for one in back))),
        ),
        blocks=(
            parties(card, buyer, back=True),
            _returned(card, back),
            Text(
                _(
                    "Please replace the goods or credit their value; what is replaced comes in on the same order."
                )
            ),
            Signatures(
                (
                    Signature(_("Sent back by"), back[-1].movement.booked_by if back else buyer.contact),
                    Signature(_("Taken over by the carrier"), ""),
                    Signature(_("Confirmed by the supplier"), card.supplier.get("contact_name") or ""),
                )
            ),
        ),
        retention=_("5 years"),
    )


def _credit(found: Delivered) -> int:
    """What a return is worth at the ordered price without tax, in hundredths of the order's currency."""
    return replace(found.line, qty=-found.movement.qty).amount


def _returned(card: OrderCard, back: tuple[Delivered, ...]) -> Table:
    columns: tuple[Col, ...] = (
        Col("n", _("No."), "int", 9),
        Col("part_no", _("Part no."), "code", 22),
        Col("name", _("Name / specification")),
        Col("sku", _("Supplier's number"), "code", 18, small=True),
        Col("batch", _("Batch / serial number"), width=24, small=True),
        Col("qty", _("Quantity"), "quantity", 14, bold=True),
        Col("unit", _("Unit"), width=10, centred=True),
        Col("price", _("Unit price"), "price", 17),
        Col("amount", _("Amount"), "money", 20, unit=card.order.currency),
        Col("reason", _("Reason"), width=28),
    )
    told = {
        "sku": any(one.line.sku for one in back),
        "batch": any(one.serial or one.movement.batch for one in back),
    }
    return Table(
        tuple(col for col in columns if told.get(col.key, True)),
        (Group("", tuple(_return_row(n, one) for n, one in enumerate(back, 1))),),
        title=section(2, _("What goes back")),
        aside=_("Amounts without tax"),
        name=_("What goes back"),
        sums=("amount",),
        total_label=_("Total"),
        label_column="name",
        empty=_("Nothing went back."),
    )


def _return_row(number: int, found: Delivered) -> Row:
    move, line = found.movement, found.line
    return Row(
        {
            "n": number,
            "part_no": move.part_no,
            "name": joined(move.name, line.spec),
            "sku": line.sku,
            "batch": "  ".join(filter(None, [move.batch, found.serial])),
            "qty": -move.qty,
            "unit": move.unit,
            "price": line.price,
            "amount": _credit(found) if line.price is not None else None,
            "reason": move.reason,
        }
    )
