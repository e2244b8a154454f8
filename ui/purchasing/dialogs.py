"""What is asked about a purchase order: its head, a line, the day it was placed, a return to the supplier."""

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QWidget

from app.desk import Desk
from app.errors import Refused
from app.fields import fields_of
from app.inventory import finders
from app.purchasing import orders
from app.purchasing.lists import LineRow, OrderCard, suppliers
from app.purchasing.suppliers import FIELDS
from app.values import THOUSAND
from app.words import _
from ui.inventory.tables import amount, site_of
from ui.kit.dialogs import FormDialog
from ui.kit.editors import Find
from ui.kit.forms import FormField

Ask = Callable[..., dict[str, Any] | None]


def _suppliers(desk: Desk) -> Find:
    def find(text: str) -> finders.Found:
        with desk.read() as read:
            return suppliers(read, text)

    return find


def _head(desk: Desk) -> list[FormField]:
    return [
        FormField("supplier_id", _("Supplier"), "reference", required=True, find=_suppliers(desk)),
        FormField("due_on", _("Due on"), "date"),
        FormField("remark", _("Remarks"), "lines"),
    ]


def ask_order(parent: QWidget, desk: Desk) -> dict[str, Any] | None:
    """The head of a new order."""
    return FormDialog.ask(parent, _("New purchase order"), _head(desk), do=_("Create draft"))


def ask_change(parent: QWidget, desk: Desk, card: OrderCard) -> dict[str, Any] | None:
    """Other values for the head; the supplier only while it is a draft."""
    fields = _head(desk) if card.order.status == "draft" else _head(desk)[1:]
    supplier = card.row["supplier_id"]
    values = {
        "supplier_id": (supplier, card.order.supplier) if supplier else None,
        "due_on": card.row["due_on"],
        "remark": card.row["remark"],
    }
    title = _("Change {order}").format(order=card.order.code)
    return FormDialog.ask(parent, title, fields, values)


def ask_line(
    parent: QWidget, desk: Desk, card: OrderCard, line: LineRow | None = None
) -> dict[str, Any] | None:
    """A part with quantity and price for a draft; the price is the supplier's where none is typed."""

    def parts(text: str) -> finders.Found:
        with desk.read() as read:
            return finders.find_parts(read, text)

    def check(typed: dict[str, Any]) -> dict[str, str]:
        part = line.part_id if line else typed["part_id"]
        with desk.read() as read:
            try:
                orders.check_line(read, part, typed["qty"])
            except Refused as refused:
                return {found.field or "": str(found) for found in refused.objections}
        return {}

    fields = [
        FormField("qty", _("Quantity"), "number", line.unit if line else "", required=True),
        FormField("unit_price", _("Unit price"), "price", "CNY"),
        FormField("price_tax", _("Tax in the price"), "choice", choices=_taxes()),
        FormField("tax_rate", _("Tax rate"), "number", "%"),
    ]
    if line is None:
        fields.insert(0, FormField("part_id", _("Spare part"), "reference", required=True, find=parts))
        text = _("The quantity is rounded up to whole packs; without a price the supplier's one is taken.")
        title = _("Add a part to {order}").format(order=card.order.code)
        return FormDialog.ask(parent, title, fields, check=check, do=_("Add"), text=text)
    title = _("Change {part}").format(part=f"{line.part_no} {line.name}")
    typed = {"qty": line.qty, "unit_price": line.price, "price_tax": line.tax, "tax_rate": line.rate}
    return FormDialog.ask(parent, title, fields, typed, check=check)


def _taxes() -> list[tuple[str, str]]:
    return [(code, _(word)) for code, word in fields_of("purchase_line")["price_tax"].choices]


def ask_placed(parent: QWidget, desk: Desk, card: OrderCard) -> dict[str, Any] | None:
    """When the order was placed and when it should be there."""
    with desk.read() as read:
        due = card.row["due_on"] or orders.proposed_due(read, desk, card.row["id"])
    fields = [
        FormField("ordered_on", _("Ordered on"), "date", required=True),
        FormField("due_on", _("Due on"), "date", required=True),
    ]

    def check(typed: dict[str, Any]) -> dict[str, str]:
        if typed["due_on"] < typed["ordered_on"]:
            return {"due_on": _("It cannot be due before it is ordered.")}
        return {}

    title = _("Place order {order}").format(order=card.order.code)
    values = {"ordered_on": desk.today(), "due_on": due}
    return FormDialog.ask(
        parent, title, fields, values, check=check, do=_("Place order"), text=card.order.supplier
    )


_KINDS = {"int": "number", "measure": "number", "choice": "choice", "flag": "flag"}
_WHOLE = ("default_lead_days", "default_warranty_months")


def ask_supplier(parent: QWidget, row: dict[str, Any] | None = None) -> dict[str, Any] | None:
    """What is known of a supplier, a new one or one of the register."""
    fields = []
    for name in FIELDS:
        field = fields_of("supplier")[name]
        choices = [(code, _(word)) for code, word in field.choices]
        unit = _(field.unit) if field.unit else ""
        required = field.required and field.kind != "flag"
        kind = _KINDS.get(field.kind, "text")
        fields.append(FormField(name, _(field.label), kind, unit, required=required, choices=choices))
    start = {name: row[name] for name in FIELDS} if row else {"active": 1}
    for name in _WHOLE:
        if start.get(name) is not None:
            start[name] *= THOUSAND
    title = _("Change {part}").format(part=row["name"]) if row else _("Register a supplier")
    typed = FormDialog.ask(parent, title, fields, start)
    if typed is None:
        return None
    for name in _WHOLE:
        typed[name] = None if typed[name] is None else typed[name] // THOUSAND
    return {name: None if value == "" else value for name, value in typed.items()}


def ask_return(parent: QWidget, desk: Desk, line: LineRow) -> dict[str, Any] | None:
    """How many of a line go back to the supplier, from which bin, and why."""

    def bins(text: str) -> finders.Found:
        with desk.read() as read:
            if text:
                return finders.find_bins(read, text, site_of(desk))
            return finders.bins_of_part(read, line.part_id, site_of(desk))

    usual = bins("")
    fields = [
        FormField("qty", _("Quantity"), "number", line.unit, required=True),
        FormField("bin_id", _("Bin"), "reference", required=True, find=bins),
        FormField("reason", _("Reason"), required=True),
    ]
    title = _("Return {part} to the supplier").format(part=f"{line.part_no} {line.name}")
    text = _("Received so far: {received}. What goes back is on order again.").format(
        received=amount(line.received, line.unit)
    )
    start = {"bin_id": usual[0] if usual else None}
    return FormDialog.ask(parent, title, fields, start, do=_("Return"), text=text)


def ask_reason(parent: QWidget, title: str, sentence: str, do: str) -> str:
    """Why a rule is set aside; empty when the person thought better of it."""
    typed = FormDialog.ask(
        parent, title, [FormField("reason", _("Reason"), required=True)], do=do, text=sentence
    )
    return str(typed["reason"]) if typed else ""
