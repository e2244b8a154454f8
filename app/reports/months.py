"""The monthly stock sheet (收发存月报): of a warehouse as it was closed, and of a site as the sum of its warehouses."""

from collections.abc import Sequence

from app.inventory.closing import ClosingLine, ClosingRow
from app.inventory.months import SiteSheet
from app.inventory.value import cents
from app.reports.document import Col, Fact, Group, Issue, Report, Row, Signature, Signatures, Table, Text
from app.reports.ledger import method, money
from app.reports.parts import CURRENCY, section
from app.values import show_instant
from app.words import N_, _, pgettext

_PAIRS = (("before", N_("Beginning")), ("came", N_("In")), ("went", N_("Out")), ("left", N_("End")))


def closed_month(closing: ClosingRow, lines: Sequence[ClosingLine], issue: Issue) -> Report:
    """The sheet of a closed month of a warehouse: before, in, out, left."""
    why = _("Remarks") if closing.accepted == "{}" else _("Closed with open items because")
    state = (
        _("Opened again: {reason}").format(reason=closing.reopen_reason)
        if closing.reopened_at
        else _("Month closed")
    )
    return Report(
        code="month-closing", title=_("Monthly stock sheet"), subtitle=f"{closing.month} · {closing.store}  {closing.store_name}",
        issue=issue,
        head=(
            Fact(_("Month"), closing.month), Fact(_("Warehouse"), f"{closing.store}  {closing.store_name}"),
            Fact(_("Closing number"), closing.code), Fact(_("Closed by"), closing.closed_by),
            Fact(_("Closed on"), show_instant(closing.closed_at, issue.timezone)), Fact(_("Status"), state),
            Fact(_("Amount"), money(closing.value)),
            *((Fact(why, closing.reason, wide=True),) if closing.reason else ()),
        ),
        blocks=(_sheet(1, lines, closing.month), Text(method(), small=True), _signed(closing.closed_by)),
        period=closing.month, retention=_("5 years"), landscape=True,
    )  # fmt: skip


def site_month(sheet: SiteSheet, issue: Issue) -> Report:
    """The closed month of all warehouses of a site: each with its amounts, and the parts added up over them."""
    missing = pgettext("list", ", ").join(f"{store.code} {store.name}" for store in sheet.open)
    value = sum(row.value for row in sheet.closed)
    return Report(
        code="site-month", title=_("Monthly stock sheet of a site"), subtitle=sheet.month, issue=issue,
        head=(
            Fact(_("Month"), sheet.month), Fact(_("Warehouses"), str(len(sheet.closed))), Fact(_("Amount"), money(value)),
            *((Fact(_("Not closed yet, not on this sheet"), missing, wide=True),) if missing else ()),
        ),
        blocks=(
            _warehouses(sheet.closed), _sheet(2, sheet.lines, sheet.month), Text(method(), small=True),
            Text(_("A transfer between two warehouses of the site is out of one and in to the other."), small=True),
            _signed(""),
        ),
        period=sheet.month, retention=_("5 years"), landscape=True,
    )  # fmt: skip


def _warehouses(closed: Sequence[ClosingRow]) -> Table:
    columns = (
        Col("store", _("Warehouse"), "code", 34),
        Col("name", _("Name")),
        Col("code", _("Closing number"), "code", 40, small=True),
        Col("by", _("Closed by"), width=34),
        Col("at", _("Closed on"), "instant", 36),
        Col("parts", _("Spare parts"), "int", 22),
        Col("value", _("Amount"), "money", 34, unit=_(CURRENCY), bold=True),
    )
    rows = tuple(
        Row(
            {
                "store": row.store, "name": row.store_name, "code": row.code, "by": row.closed_by, "at": row.closed_at,
                "parts": row.parts, "value": cents(row.value),
            }
        )
        for row in closed
    )  # fmt: skip
    title = _("Warehouses")
    return Table(
        columns, (Group("", rows),), title=section(1, title), name=title, sums=("value",), total_label=_("Total"),
        label_column="name",
    )  # fmt: skip


def _sheet(number: int, lines: Sequence[ClosingLine], name: str) -> Table:
    columns = (
        Col("part_no", _("Part no."), "code", 27),
        Col("name", _("Name")),
        Col("unit", _("Unit"), width=11, centred=True),
        *(
            col
            for key, words in _PAIRS
            for col in (
                Col(f"{key}_qty", _(words), "quantity", 17, bold=key == "left"),
                Col(f"{key}_value", _("Amount"), "money", 25),
            )
        ),
    )
    return Table(
        columns, (Group("", tuple(Row(_row(line)) for line in lines)),), name=name,
        title=section(number, _("Beginning + in − out = end")), sums=tuple(f"{key}_value" for key, _words in _PAIRS),
        total_label=_("Total"), label_column="name",
    )  # fmt: skip


def _row(line: ClosingLine) -> dict[str, str | int]:
    qty, value = line.before
    return {
        "part_no": line.part_no, "name": line.name, "unit": line.unit, "before_qty": qty, "before_value": cents(value),
        "came_qty": line.in_qty, "came_value": cents(line.in_value), "went_qty": line.out_qty,
        "went_value": cents(line.out_value), "left_qty": line.on_hand, "left_value": cents(line.value),
    }  # fmt: skip


def _signed(closed_by: str) -> Signatures:
    who = (
        Signature(_("Prepared by"), ""),
        Signature(_("Closed by"), closed_by),
        Signature(_("Approved by"), ""),
    )
    return Signatures(who)
