"""What is asked about a purchase order: its head, a line, the day it was placed, a return to the supplier."""

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QWidget

from app.desk import Desk
from app.errors import Refused
from app.fields import fields_of
from app.inventory import finders
from app.inventory.purchases import home_of
from app.purchasing import currency, orders
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


def _head(desk: Desk, *, draft: bool = True, foreign: bool = False) -> list[FormField]:
    home = _home(desk)
    fields = [FormField("due_on", _("Due on"), "date")]
    if draft:
        help_ = _("Empty: the supplier's currency.")
        find = _suppliers(desk)
        fields = [
            FormField("supplier_id", _("Supplier"), "reference", required=True, find=find),
            *fields,
            FormField("currency", _("Currency"), "choice", choices=currency.choices(), help=help_),
        ]
    if draft or foreign:
        fields += _rate_fields(home)
    return [*fields, FormField("remark", _("Remarks"), "lines")]


def _rate_fields(home: str, *, required: bool = False) -> list[FormField]:
    text = _("What one unit of the other currency costs in {home}.").format(home=home)
    return [
        FormField("rate", _("Exchange rate"), "rate", home, required=required, help=text),
        FormField("rate_on", _("Rate of"), "date"),
    ]


def _home(desk: Desk) -> str:
    with desk.read() as read:
        return home_of(read, desk.site.id if desk.site else None)


def ask_order(parent: QWidget, desk: Desk) -> dict[str, Any] | None:
    """The head of a new order."""
    text = _("Currency and rate are only needed where the supplier is paid in another currency.")
    return FormDialog.ask(
        parent,
        _("New purchase order"),
        _head(desk),
        {"rate_on": desk.today()},
        do=_("Create draft"),
        text=text,
    )


def ask_change(parent: QWidget, desk: Desk, card: OrderCard) -> dict[str, Any] | None:
    """Other values for the head; supplier and currency only while it is a draft."""
    fields = _head(desk, draft=card.order.status == "draft", foreign=card.order.foreign)
    row, supplier = card.row, card.row["supplier_id"]
    names = [field.name for field in fields if field.name != "supplier_id"]
    values = {name: row[name] for name in names} | {
        "supplier_id": (supplier, card.order.supplier) if supplier else None,
    }
    values["rate_on"] = values.get("rate_on") or desk.today()
    title = _("Change {order}").format(order=card.order.code)
    typed = FormDialog.ask(parent, title, fields, values)
    if typed is not None and typed.get("rate") is None:
        typed.pop("rate_on", None)
    return typed


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
        FormField("unit_price", _("Unit price"), "price", card.order.currency),
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
    """When the order was placed and when it should be there; in another currency, at which rate."""
    with desk.read() as read:
        due = card.row["due_on"] or orders.proposed_due(read, desk, card.row["id"])
    fields = [
        FormField("ordered_on", _("Ordered on"), "date", required=True),
        FormField("due_on", _("Due on"), "date", required=True),
    ]
    values = {"ordered_on": desk.today(), "due_on": due}
    if card.order.foreign:
        fields += _rate_fields(card.order.home, required=True)
        values |= {"rate": card.row["rate"], "rate_on": card.row["rate_on"] or desk.today()}

    def check(typed: dict[str, Any]) -> dict[str, str]:
        if typed["due_on"] < typed["ordered_on"]:
            return {"due_on": _("It cannot be due before it is ordered.")}
        return {}

    title = _("Place order {order}").format(order=card.order.code)
    return FormDialog.ask(
        parent, title, fields, values, check=check, do=_("Place order"), text=card.order.supplier
    )


_KINDS = {
    "int": "number",
    "measure": "number",
    "money": "money",
    "choice": "choice",
    "flag": "flag",
    "note": "lines",
}
_WHOLE = ("default_lead_days", "default_warranty_months")


def ask_supplier(
    parent: QWidget, row: dict[str, Any] | None = None, shown: str = ""
) -> dict[str, Any] | None:
    """What is known of a supplier, a new one or one of the register."""
    fields = [_supplier_field(name) for name in FIELDS]
    start = {name: row[name] for name in FIELDS} if row else {"active": 1}
    for name in _WHOLE:
        if start.get(name) is not None:
            start[name] *= THOUSAND
    title = _("Change {part}").format(part=shown or row["name"]) if row else _("Register a supplier")
    typed = FormDialog.ask(parent, title, fields, start, columns=2)
    if typed is None:
        return None
    for name in _WHOLE:
        typed[name] = None if typed[name] is None else typed[name] // THOUSAND
    return {name: None if value == "" else value for name, value in typed.items()}


def _supplier_field(name: str) -> FormField:
    field = fields_of("supplier")[name]
    choices = [(code, _(word)) for code, word in field.choices]
    unit = _(field.unit) if field.unit else ""
    required = field.required and field.kind != "flag"
    kind = _KINDS.get(field.kind, "text")
    return FormField(name, _(field.label), kind, unit, required=required, choices=choices)


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
    if line.serials:
        fields.insert(1, FormField("serial", _("Serial number"), help=_("One piece goes back at a time.")))
    if line.batches:
        fields.insert(1, FormField("batch", _("Batch"), help=_("Empty: the oldest batch in the bin.")))
    title = _("Return {part} to the supplier").format(part=f"{line.part_no} {line.name}")
    text = _("Received so far: {received}. What goes back is on order again.").format(
        received=amount(line.received, line.unit)
    )
    start = {"bin_id": usual[0] if usual else None, "qty": THOUSAND if line.serials else None}
    return FormDialog.ask(parent, title, fields, start, do=_("Return"), text=text)


def ask_paid(parent: QWidget, line: LineRow, code: str, paid: int | None) -> int | None:
    """What a unit really costs by the delivery note, where that is not what was ordered; None: thought better of it."""
    text = _("Ordered at {price}. The stock is valued at the price that is typed here.")
    typed = FormDialog.ask(
        parent,
        _("Another price of {part}").format(part=line.part_no),
        [FormField("price", _("Unit price"), "price", code, required=True)],
        {"price": line.price if paid is None else paid},
        text=text.format(price=currency.unit_price(line.price, code) or _("no price")),
    )
    return None if typed is None else int(typed["price"])


def ask_reason(parent: QWidget, title: str, sentence: str, do: str) -> str:
    """Why a rule is set aside; empty when the person thought better of it."""
    typed = FormDialog.ask(
        parent, title, [FormField("reason", _("Reason"), required=True)], do=do, text=sentence
    )
    return str(typed["reason"]) if typed else ""
