"""On which terms a supplier sells a part: asked for, and said in words; from the part's side and from the supplier's."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from PySide6.QtWidgets import QWidget

from app import values
from app.changes import Done
from app.desk import Desk
from app.fields import fields_of
from app.inventory import finders
from app.names import label_of
from app.purchasing import currency
from app.purchasing.lists import suppliers
from app.purchasing.prices import Sale, keep_terms, read_steps, sales_of, show_steps
from app.words import _
from ui.inventory.tables import amount
from ui.kit.dialogs import FormDialog
from ui.kit.editors import Find
from ui.kit.forms import FormField

Work = Callable[[], Done | None]
_TERMS = (
    "sku", "unit_price", "currency", "price_tax", "tax_rate", "pack_qty", "min_qty", "lead_time_days",
)  # fmt: skip
_KINDS = {"qty": "number", "measure": "number", "price": "price", "int": "number", "choice": "choice"}


def finder(desk: Desk, search: Callable[..., Any]) -> Find:
    """Finds by a function on a reader, for a reference field."""

    def found(text: str) -> Any:
        with desk.read() as read:
            return search(read, text)

    return found


def _term(name: str, unit: str) -> FormField:
    field = fields_of("part_supplier")[name]
    choices = [(code, _(word)) for code, word in field.choices]
    shown = unit if field.kind == "qty" else _(field.unit) if field.unit else ""
    help_ = _("Empty: the supplier's currency.") if name == "currency" else ""
    return FormField(name, _(field.label), _KINDS.get(field.kind, "text"), shown, choices=choices, help=help_)


def _start(part: Mapping[str, Any], sale: Sale | None) -> dict[str, Any]:
    if sale is None:
        return {"preferred": int(bool(part) and part["preferred_supplier_id"] is None)}
    days = sale.row["lead_time_days"]
    return {name: sale.row[name] for name in _TERMS} | {
        "lead_time_days": None if days is None else days * values.THOUSAND,
        "steps": show_steps([step[1:] for step in sale.breaks]),
        "preferred": int(part["preferred_supplier_id"] == sale.row["supplier_id"]),
    }


def _fields(unit: str) -> list[FormField]:
    help_ = _("One a line: from quantity = unit price, like 10 = 9.5")
    return [
        *(_term(name, unit) for name in _TERMS),
        FormField("steps", _("Price breaks"), "lines", help=help_),
        FormField("preferred", _("Order here first"), "flag"),
    ]


def _check(typed: dict[str, Any]) -> dict[str, str]:
    read_steps(typed["steps"] or "")
    return {}


def ask_terms(parent: QWidget, desk: Desk, part: dict[str, Any], sale: Sale | None = None) -> Work | None:
    """On which terms a supplier sells the part, with its price breaks."""
    fields = _fields(part["unit"])
    if sale is None:
        find = finder(desk, suppliers)
        fields.insert(0, FormField("supplier_id", _("Supplier"), "reference", required=True, find=find))
    title = _("Supplier of {part}").format(part=part["part_no"]) if sale is None else sale.supplier
    typed = FormDialog.ask(parent, title, fields, _start(part, sale), check=_check, columns=2)
    if typed is None:
        return None
    return _kept(desk, part["id"], sale.row["supplier_id"] if sale else typed["supplier_id"], typed)


def ask_sold(
    parent: QWidget, desk: Desk, supplier: bytes, name: str, part: bytes | None = None
) -> Work | None:
    """The same from the supplier's side: another part that it sells, or other terms of one."""
    with desk.read() as read:
        row = (read.get("part", part) if part else None) or {}
        sales = sales_of(read, part) if part else []
        titled = " ".join(label_of(read, "part", part).split())
    sale = next((one for one in sales if one.row["supplier_id"] == supplier), None)
    fields = _fields(row.get("unit", ""))
    if part is None:
        find = finder(desk, finders.find_parts)
        fields.insert(0, FormField("part_id", _("Spare part"), "reference", required=True, find=find))
    title = titled if row else _("A part of {supplier}").format(supplier=name)
    typed = FormDialog.ask(
        parent, title, fields, _start(row, sale), check=_check, text=name if row else "", columns=2
    )
    return None if typed is None else _kept(desk, part or typed["part_id"], supplier, typed)


def _kept(desk: Desk, part: bytes, supplier: bytes, typed: dict[str, Any]) -> Work:
    with desk.read() as read:
        number = (read.get("part", part) or {}).get("part_no")
    terms = {name: typed[name] or None for name in _TERMS}
    terms["sku"] = terms["sku"] or number
    if terms["lead_time_days"] is not None:
        terms["lead_time_days"] //= values.THOUSAND
    steps = read_steps(typed["steps"] or "")
    return partial(keep_terms, desk, part, supplier, terms, steps, preferred=bool(typed["preferred"]))


def price_words(price: int | None, code: str, tax: str | None, rate: int | None) -> list[str]:
    """A unit price with the sign of its currency, and its tax."""
    said = [currency.unit_price(price, code)] if price is not None else []
    if rate:
        text = _("{rate} % tax in it") if tax == "gross" else _("plus {rate} % tax")
        said.append(text.format(rate=values.show_quantity(rate)))
    return said


def lot_words(
    unit: str, pack: int | None, minimum: int | None, days: int | None, breaks: Sequence[tuple[int, int]]
) -> list[str]:
    """Packs, minimum order, lead time and price breaks."""
    said = []
    if pack:
        said.append(_("packs of {quantity}").format(quantity=amount(pack, unit)))
    if minimum:
        said.append(_("minimum order {quantity}").format(quantity=amount(minimum, unit)))
    if days is not None:
        said.append(_("{n} days").format(n=days))
    if breaks:
        said.append(_("from {steps}").format(steps=show_steps(breaks, _("; "))))
    return said


def terms_words(sale: Sale, unit: str) -> str:
    """All terms of a supplier in one line."""
    row, breaks = sale.row, [step[1:] for step in sale.breaks]
    price = price_words(row["unit_price"], sale.currency, row["price_tax"], row["tax_rate"])
    return "·".join(price + lot_words(unit, row["pack_qty"], row["min_qty"], row["lead_time_days"], breaks))
