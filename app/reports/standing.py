"""Stock that costs and does not serve, on paper and in Excel: expired, expiring, dead, slow, above its maximum (呆滞、临期与超储清单)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from app.inventory.standing import EXCESS, ORDER, SIGNS, Standing
from app.reports.document import (
    Chart,
    Charts,
    Col,
    Fact,
    Group,
    Issue,
    Point,
    Report,
    Row,
    Status,
    Table,
    Text,
)
from app.reports.parts import CURRENCY, section
from app.values import show_money
from app.words import _, ngettext, pgettext


def standing_list(rows: Sequence[Standing], issue: Issue, day: str) -> Report:
    """State by state, what is lost first, with what lies there and what it is worth."""
    by_state = {state: [row for row in rows if row.rule == state] for state in ORDER}
    points = tuple(
        Point(_short(state), sum(row.value for row in found) * 10, show_money(sum(row.value for row in found)).split(".")[0],
              now=bool(found))
        for state, found in by_state.items()
    )  # fmt: skip
    return Report(
        code="idle-stock", title=_("Slow, dead, expiring and excess stock"), subtitle=_("By state, the most valuable first"), issue=issue,
        head=(Fact(_("Day"), day), Fact(_("Spare parts"), str(len({row.part_no for row in rows})))),
        blocks=(
            *((Charts((Chart(_("Value by state, {currency}").format(currency=_(CURRENCY)), points),)),) if rows else ()),
            _table(rows),
            Text(_method(), small=True),
        ),
        period=day, retention=_("5 years"),
    )  # fmt: skip


def _short(state: str) -> str:
    """The state as it fits below a column of the chart."""
    return {
        "idle.expired": pgettext("chart", "expired"), "idle.soon": pgettext("chart", "ends in 30 days"),
        "idle.expiring": pgettext("chart", "ends in 90 days"), "idle.dead": pgettext("chart", "24 months"),
        "idle.slow": pgettext("chart", "12 months"), EXCESS: pgettext("chart", "excess"),
    }[state]  # fmt: skip


def _table(rows: Sequence[Standing]) -> Table:
    columns = (
        Col("part_no", _("Part no."), "code", 26),
        Col("name", _("Name")),
        Col("spec", _("Specification"), paper=False),
        Col("abc", _("ABC"), width=11, centred=True),
        Col("site", _("Site"), width=14),
        Col("batch", _("Batch"), width=18, small=True),
        Col("day", _("Last moved / ends"), "date", 24),
        Col("qty", _("Quantity"), "quantity", 16, bold=True),
        Col("unit", _("Unit"), width=10, centred=True),
        Col("value", _("Amount"), "money", 24, unit=_(CURRENCY)),
        Col("state", _("Status"), "status", paper=False),
    )
    groups = tuple(
        Group(_title(state, list(found)), tuple(map(_row, found)))
        for state, found in ((state, list(found)) for state, found in groupby(rows, lambda row: row.rule))
    )
    return Table(
        columns, groups, title=section(1, _("Spare parts")), name=_("Spare parts"), aside=_("Excess = on hand − maximum"),
        group_sums=("value",), subtotal_label=_("Subtotal"), label_column="name", group_column=False,
        empty=_("No part stands still, grows old or lies above its maximum."),
    )  # fmt: skip


def _title(state: str, rows: Sequence[Standing]) -> str:
    count = ngettext("{count} part", "{count} parts", len(rows)).format(count=len(rows))
    return f"{Status.of(SIGNS[state])}  {count}"


def _row(row: Standing) -> Row:
    return Row(
        {
            "part_no": row.part_no, "name": row.name, "spec": row.spec, "abc": row.abc, "site": row.site, "batch": row.batch,
            "day": row.day or None, "qty": row.qty, "unit": row.unit, "value": row.value, "state": Status.of(SIGNS[row.rule]),
        },
        mark=row.rule == "idle.expired",
    )  # fmt: skip


def _method() -> str:
    return _(
        "Method: amounts at the unit price of the register. Of what lies above its maximum only the excess counts. A part may "
        "stand in several states, so the amounts of the states are not added up."
    )
