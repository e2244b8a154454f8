"""The columns and rows of the purchasing page."""

from array import array
from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtGui import QFontMetrics

from app import values
from app.desk import Desk
from app.inventory.purchases import PURCHASE
from app.purchasing import lists
from app.purchasing.currency import money, unit_price
from app.purchasing.lists import LineRow, OrderRow
from app.signs import Sign, sign
from app.words import N_, _
from ui.inventory.tables import amount, site_of, status_width
from ui.kit import theme
from ui.kit.table import Column, Table

#: States in which nothing can have come.
_BEFORE = frozenset({"draft", "submitted", "approved", "cancelled"})


def due_sign(row: OrderRow) -> Sign | None:
    """The day of delivery; one that has passed says so."""
    if not row.due_on:
        return None
    return (
        Sign("danger", "clock-alert", "×", row.due_on)
        if row.late
        else Sign("neutral", "calendar-clock", "", row.due_on)
    )


def lines_words(row: OrderRow) -> str:
    """How many lines have arrived in full, of how many."""
    if row.status in _BEFORE:
        return str(row.lines)
    return _("{done} of {total}").format(done=row.whole, total=row.lines)


def amount_words(row: OrderRow) -> str:
    """The value in the currency of the order; that of the site goes without its sign, as in every list."""
    return money(row.value, row.currency) if row.foreign else values.show_money(row.value)


def order_columns(*, sites: bool) -> tuple[Column, ...]:
    """The columns of the list; the site where all are in view."""
    states = status_width(sign(state) for state in (*PURCHASE.line, "cancelled"))
    day = QFontMetrics(theme.font("body")).horizontalAdvance("2026-11-22") + 44
    return (
        Column("code", N_("Order number"), "code", 116, second=lambda row: row.supplier),
        Column("status", N_("Status"), "status", states),
        Column("supplier", N_("Supplier"), width=140, stretch=True, compact=False),
        Column("site", N_("Site"), width=56, compact=False, sortable=False, hidden=not sites),
        Column("lines", N_("Lines in full"), "number", 84, sortable=False, value=lines_words, compact=False),
        Column("value", N_("Amount"), "number", 104, value=amount_words),
        Column("ordered_on", N_("Ordered on"), "date", 100, compact=False),
        Column("due_on", N_("Due on"), "status", day, value=due_sign),
    )  # fmt: skip


class OrderSource:
    """The orders of the site in view for a table."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def ids(self, sort: str, descending: bool, filters: Mapping[str, Any], text: str) -> "array[int]":
        desk = self._desk
        with desk.read() as read:
            return lists.order_ids(
                read, site_of(desk), desk.today(), sort, descending=descending, filters=filters, text=text
            )

    def rows(self, ids: Sequence[int]) -> Sequence[OrderRow | None]:
        with self._desk.read() as read:
            return lists.order_rows(read, ids, self._desk.today())

    def total(self) -> int:
        with self._desk.read() as read:
            return lists.order_count(read, site_of(self._desk))


def rest_sign(row: LineRow) -> Sign:
    """What is still to come of a line, or that it is whole, or too much."""
    if row.over:
        return Sign("warn", "triangle-alert", "", f"+{amount(row.over)}")
    return (
        Sign("neutral", "circle-dashed", "", amount(row.rest)) if row.rest else Sign("ok", "check", "", "0")
    )


def line_columns() -> tuple[Column, ...]:
    """The lines of an order at the receiving desk."""
    return (
        Column("part_no", N_("Part no."), "code", 104, sortable=False, second=lambda row: row.name),
        Column("name", N_("Name"), width=160, stretch=True, sortable=False, compact=False),
        Column("spec", N_("Specification"), width=120, stretch=True, sortable=False, compact=False, tone="text_2"),
        Column("qty", N_("Quantity"), "number", 92, sortable=False, value=lambda row: amount(row.qty, row.unit)),
        Column("received", N_("Received"), "number", 92, sortable=False, value=lambda row: amount(row.received)),
        Column("rest", N_("To come"), "status", 92, sortable=False, value=rest_sign),
    )  # fmt: skip


def brief_columns(order: OrderRow) -> tuple[Column, ...]:
    """The same in the inspector, in two rows: before it is placed with the prices, then with what has come."""

    def price(row: LineRow) -> str:
        return unit_price(row.price, order.currency) or "—"

    part = Column(
        "part_no", N_("Part no."), "code", 120, stretch=True, sortable=False, second=lambda row: row.name
    )
    if order.status in _BEFORE:
        return (
            part,
            Column("qty", N_("Quantity"), "number", 78, sortable=False, value=lambda row: amount(row.qty),
                   second=lambda row: row.unit),
            Column("price", N_("Unit price"), "number", 96, sortable=False, value=price,
                   second=lambda row: money(row.amount, order.currency) if row.price is not None else ""),
        )  # fmt: skip
    return (
        part,
        Column("received", N_("Received"), "number", 96, sortable=False, second=price,
               value=lambda row: f"{amount(row.received)} / {amount(row.qty)}"),
        Column("rest", N_("To come"), "status", 78, sortable=False, value=rest_sign),
    )  # fmt: skip


class LineTable(Table):
    """The lines of an order in the inspector: always in two rows, as high as they are many."""

    def set_compact(self, compact: bool) -> None:
        super().set_compact(True)

    def fit(self) -> None:
        """As high as the rows, up to six of them."""
        row = theme.size("height.row_two_line_compact")
        self.setFixedHeight(theme.size("height.header_cell") + row * min(max(len(self.model.ids), 1), 6) + 18)
