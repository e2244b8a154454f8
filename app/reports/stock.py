"""Low stock and what to buy (低库存清单与采购建议)."""

from __future__ import annotations

from itertools import groupby

from app.reports.document import Col, Fact, Group, Issue, Report, ResultBox, Row, Status, Table, Value
from app.reports.parts import joined, legend, listed, section, signed
from app.reports.rows import LowStockData, LowStockRow, ProposalRow
from app.values import show_money
from app.words import _, ngettext, pgettext

_STATES = ("out_of_stock", "below_safety", "at_reorder")


def low_stock_report(data: LowStockData, issue: Issue) -> Report:
    """Parts at or below their reorder point, worst first, and the proposal to buy by supplier."""
    review = (_("Agreed"), _("As approved above"), _("Not agreed"))
    return Report(
        code="low-stock",
        title=_("Low stock and purchase proposal"),
        subtitle=_("By supplier · reorder point method"),
        issue=issue,
        head=_head(data),
        blocks=(
            _low(data),
            _proposal(data),
            ResultBox(_("Decision:"), review, _("Budget item:")),
            signed(data.signers, _("Prepared by"), _("Reviewed by"), _("Approved by")),
        ),
        retention=_("5 years"),
        legend=legend(*_STATES),
    )


def _head(data: LowStockData) -> tuple[Fact, ...]:
    parts = len(data.proposals)
    suppliers = len({row.supplier for row in data.proposals})
    scope = (
        _("{count} active parts ({inactive} out of use left out)")
        if data.inactive_parts
        else _("{count} active parts")
    )
    buy = ngettext(
        "{count} part from {suppliers} suppliers", "{count} parts from {suppliers} suppliers", parts
    )
    amount = show_money(sum(row.amount or 0 for row in data.proposals))
    return (
        Fact(_("Scope"), scope.format(count=data.parts_in_scope, inactive=data.inactive_parts)),
        Fact(_("To buy"), buy.format(count=parts, suppliers=suppliers)),
        Fact(pgettext("report", "Low stock"), listed(str(len(data.low)), _by_state(data)), wide=True),
        Fact(
            _("Proposed amount"),
            _("{currency} {amount} (without tax, for reference)").format(
                currency=_(data.currency), amount=amount
            ),
            wide=True,
        ),
    )


def _by_state(data: LowStockData) -> str:
    count = {state: sum(row.state == state for row in data.low) for state in _STATES}
    return "  ".join(f"{Status.of(state)}\u00a0{number}" for state, number in count.items() if number)


def _low(data: LowStockData) -> Table:
    columns = (
        Col("part_no", _("Part no."), "code", 24),
        Col("name_spec", _("Name / specification"), width=40, book=False),
        Col("name", _("Name"), paper=False),
        Col("spec", _("Specification"), paper=False),
        Col("unit", _("Unit"), paper=False),
        Col("bin", _("Bin"), width=21, small=True),
        Col("on_hand", _("On hand"), "quantity", paper=False),
        Col("reserved", _("Reserved"), "quantity", paper=False),
        Col("available", _("Available"), "quantity", 12, bold=True),
        Col("on_order", pgettext("column", "On order"), "quantity", 11),
        Col("safety", _("Safety stock"), "quantity", 16),
        Col("reorder", pgettext("column", "Reorder point"), "quantity", 13),
        Col("maximum", _("Max."), "quantity", 11),
        Col("state", _("Status"), "status", 27),
    )
    worst_first = sorted(
        data.low, key=lambda row: (_STATES.index(row.state) if row.state in _STATES else 9, row.part_no)
    )
    note = _("Status: {signs}.").format(signs=legend(*_STATES))
    if data.covered:
        note += " " + _("{parts}: the quantity on order is enough, so they are not proposed.").format(
            parts=pgettext("list", ", ").join(data.covered)
        )
    return Table(
        columns,
        (Group("", tuple(map(_low_row, worst_first))),),
        title=section(1, _("Low stock")),
        aside=_("Available = on hand − reserved"),
        note=note,
        name=_("Low stock"),
        empty=_("No part is at or below its reorder point."),
    )


def _low_row(row: LowStockRow) -> Row:
    values: dict[str, Value] = {
        "part_no": row.part_no,
        "name_spec": joined(row.name, row.spec),
        "name": row.name,
        "spec": row.spec,
        "unit": row.unit,
        "bin": row.bin,
        "on_hand": row.on_hand,
        "reserved": row.reserved,
        "available": row.available,
        "on_order": row.on_order,
        "safety": row.safety,
        "reorder": row.reorder,
        "maximum": row.maximum,
        "state": Status.of(row.state),
    }
    return Row(values, mark=row.state == "out_of_stock")


def buy_list(data: LowStockData, issue: Issue) -> Report:
    """What to buy, supplier by supplier, in whole packs and at the price of the quantity."""
    return Report(
        code="buy-list",
        title=_("Buy list"),
        subtitle=_("By supplier · packs and price breaks taken into account"),
        issue=issue,
        head=_head(data),
        blocks=(
            _proposal(data, 1),
            signed(data.signers, _("Prepared by"), _("Reviewed by"), _("Approved by")),
        ),
        retention=_("5 years"),
    )


def _proposal(data: LowStockData, number: int = 2) -> Table:
    columns: tuple[Col, ...] = (
        Col("part_no", _("Part no."), "code", 24),
        Col("name_spec", _("Name / specification"), width=45, book=False),
        Col("name", _("Name"), paper=False),
        Col("spec", _("Specification"), paper=False),
        Col("sku", _("Supplier's number"), "code", paper=False),
        Col("need", _("Needed"), "quantity", paper=False),
        Col("unit", _("Unit"), width=12, centred=True),
        Col("quantity", _("Proposed"), "quantity", 18, bold=True),
        Col("price", _("Unit price"), "price", 20),
        Col("amount", _("Amount"), "money", 25, unit=_(data.currency)),
        Col("lead", pgettext("column", "Lead time"), "int", 14, unit=_("days")),
        Col("note", _("Remarks"), paper=False),
        Col("approved", pgettext("report", "Approved"), "input", 17, right=True),
    )
    by_supplier = sorted(data.proposals, key=lambda row: (row.supplier, row.part_no))
    groups = tuple(
        Group(name, tuple(map(_proposal_row, rows)))
        for name, rows in groupby(by_supplier, lambda row: row.supplier)
    )
    return Table(
        columns,
        groups,
        title=section(number, _("Purchase proposal")),
        aside=_("Proposed = maximum − available − on order, in whole packs"),
        name=_("Purchase proposal"),
        group_title=_("Supplier"),
        sums=("amount",),
        group_sums=("amount",),
        total_label=_("Total"),
        subtotal_label=_("Subtotal"),
        label_column="name_spec",
        empty=_("Nothing has to be bought."),
    )


def _proposal_row(row: ProposalRow) -> Row:
    return Row(
        {
            "part_no": row.part_no,
            "name_spec": joined(row.name, row.spec, f"({row.note})" if row.note else ""),
            "name": row.name,
            "spec": row.spec,
            "sku": row.sku,
            "need": row.need,
            "unit": row.unit,
            "quantity": row.quantity,
            "price": row.price,
            "amount": row.amount,
            "lead": row.lead_days,
            "note": row.note,
        }
    )
