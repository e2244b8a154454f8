"""The inspector of a supplier: who they are, how they delivered, what they sell on which terms, and their orders."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.desk import Desk
from app.fields import fields_of, show
from app.purchasing import currency
from app.purchasing.lists import OrderRow
from app.purchasing.record import SupplierRecord
from app.purchasing.suppliers import Sold, SupplierCard
from app.purchasing.trend import PricePoint, price_trend
from app.signs import sign
from app.words import N_, _, ngettext
from ui.inventory.tables import FixedSource
from ui.kit.chips import Chip
from ui.kit.inspector import Inspector
from ui.kit.labels import label
from ui.kit.lazy import Column
from ui.kit.timeline import Event, TimeLine
from ui.purchasing.charts import PriceChart, QuarterChart, percent
from ui.purchasing.tables import LineTable
from ui.purchasing.terms import lot_words, price_words

#: What is said of a supplier, in this order, where it is known.
_FACTS = (
    "scope", "contact_name", "phone", "email", "address", "payment_terms", "default_lead_days", "min_order", "over_percent",
    "default_warranty_months", "remark",
)  # fmt: skip


def chips(card: SupplierCard) -> list[Chip]:
    """In use or not, rating, currency."""
    row = card.row
    made = [
        Chip(_("Active supplier"), "ok", "check")
        if row["active"]
        else Chip(_("Out of use"), "neutral", "circle-slash")
    ]
    if row["rating"]:
        made.append(Chip(_("Rating {rating}").format(rating=row["rating"]), "neutral", "badge-check"))
    if row["currency"]:
        made.append(Chip(row["currency"], "info"))
    return made


def facts(card: SupplierCard) -> list[tuple[str, str | QWidget]]:
    """How to reach them and on which terms they sell."""
    found: list[tuple[str, str | QWidget]] = []
    for name in _FACTS:
        field, value = fields_of("supplier")[name], card.row[name]
        if value in {None, ""}:
            continue
        shown = f"{show(field, value)} {_(field.unit) if field.unit else ''}".strip()
        if name == "min_order":
            shown = currency.money(value, card.row["currency"] or "CNY")
        found.append((_(field.label), shown))
    return found


def add_record(inspector: Inspector, record: SupplierRecord) -> None:
    """On time and complete, all in all and by quarter, and what is open."""
    inspector.add_section(_("Deliveries"))
    judged = ngettext("of {count} line due", "of {count} lines due", record.due_lines)
    open_ones = ngettext("{count} order", "{count} orders", record.open_orders).format(
        count=record.open_orders
    )
    rows: list[tuple[str, str | QWidget]] = [
        (_("Open orders"), f"{open_ones}·{currency.money(record.open_value)}")
    ]
    if record.due_lines:
        on_time = f"{percent(record.on_time)} {judged.format(count=record.due_lines)}"
        rows = [(_("On time"), on_time), (_("Complete"), percent(record.complete)), *rows]
    else:
        rows.insert(0, (_("On time"), _("nothing was due yet")))
    inspector.add_facts(rows)
    if any(quarter.lines for quarter in record.quarters):
        inspector.add(QuarterChart(record.quarters))


def _price(row: Sold) -> str:
    return " ".join(price_words(row.price, row.currency, row.tax, row.rate)[:1]) or "—"


def _lots(row: Sold) -> str:
    tax = price_words(None, row.currency, row.tax, row.rate)
    return "·".join(tax + lot_words(row.unit, row.pack, row.minimum, row.lead_days, row.breaks))


def _numbers(row: Sold) -> str:
    """The supplier's number and the maker's, where they say more than ours."""
    return "  ".join(dict.fromkeys(filter(None, [row.sku if row.sku != row.part_no else "", row.maker_no])))


def sold_columns() -> tuple[Column, ...]:
    """Part with its name, price with packs and price breaks."""
    return (
        Column("part_no", N_("Part no."), "code", 116, sortable=False, value=lambda row: ("★ " if row.first else "") + row.part_no,
               second=lambda row: row.name),
        Column("price", N_("Unit price"), "number", 104, stretch=True, sortable=False, value=_price, second=lambda row: row.unit),
    )  # fmt: skip


def add_sold(inspector: Inspector, card: SupplierCard, buttons: Sequence[QPushButton]) -> LineTable:
    """The parts that they sell; the chosen one is told in full underneath."""
    count = ngettext("{count} part", "{count} parts", len(card.sold)).format(count=len(card.sold))
    inspector.add_section(_("Parts and prices · {count}").format(count=count))
    table = LineTable(sold_columns(), FixedSource(lambda: card.sold))
    table.count.hide()
    table.legend.hide()
    table.set_dense(True)
    table.refresh()
    table.fit()
    if card.sold:
        inspector.add(table, margin=4)
    else:
        table.hide()
        inspector.add(label(_("No part with its price yet."), "dense", "text_2"))
    add_buttons(inspector, buttons)
    return table


def add_buttons(inspector: Inspector, buttons: Sequence[QPushButton]) -> None:
    """Small buttons side by side."""
    if not buttons:
        return
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(8)
    for made in buttons:
        row.addWidget(made)
    row.addStretch()
    inspector.add(holder)


def terms_of_part(row: Sold) -> list[tuple[str, str]]:
    """The terms of one part, in words."""
    found = [
        (_("Name"), f"{row.name} {row.spec}".strip()), (_("Supplier's number"), row.sku),
        (_("Maker's number"), row.maker_no), (_("Terms"), _lots(row)),
    ]  # fmt: skip
    return [(words, value) for words, value in found if value]


def trend_of(desk: Desk, row: Sold, supplier: bytes) -> list[PricePoint]:
    """How the price of a part went at the supplier."""
    with desk.read() as read:
        return price_trend(read, row.part_id, supplier)


class PartTerms(QWidget):
    """The part that is chosen: its numbers and terms, and how its price went."""

    def __init__(self, row: Sold, points: Sequence[PricePoint]) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 0, 16, 0)
        column.setSpacing(6)
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(3)
        grid.setColumnMinimumWidth(0, 80)
        grid.setColumnStretch(1, 1)
        for number, (words, value) in enumerate(terms_of_part(row)):
            grid.addWidget(label(words, "dense", "text_2"), number, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(label(value, "dense", wrap=True), number, 1)
        column.addLayout(grid)
        column.addWidget(label(_("Price over time"), "dense", "text_2"))
        known = _("No price is known yet.")
        column.addWidget(PriceChart(points) if points else label(known, "dense", "text_2", wrap=True))


def add_orders(inspector: Inspector, card: SupplierCard, opened: Callable[[OrderRow], object]) -> None:
    """The last orders; a click opens one."""
    inspector.add_section(_("Orders · {count}").format(count=card.all_orders))
    if not card.orders:
        inspector.add(label(_("Nothing was ordered here yet."), "dense", "text_2"))
        return
    events = []
    for row in card.orders:
        look = sign(row.status)
        more = "·".join(filter(None, [look.text, row.site]))
        events.append(
            Event(look.icon or "shopping-cart", "danger" if row.late else look.level,
                  f"{row.code}  {currency.money(row.value, row.currency)}", row.ordered_on or "", more)
        )  # fmt: skip
    line = TimeLine(events, clickable=True)
    line.opened.connect(lambda at: opened(card.orders[at]))
    inspector.add(line)
