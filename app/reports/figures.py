"""The store in figures on paper and in Excel: turns and days, stock-outs and fill rate, ABC x VED, how exact the books were.

Every figure stands with its variant, its method and its period.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.inventory.availability import Had, Service
from app.inventory.classes import ABC, VED
from app.inventory.stores import Store
from app.inventory.turns import PartWorth, Turns
from app.reports.document import (
    Chart,
    Charts,
    Col,
    Fact,
    Group,
    Issue,
    Kind,
    Point,
    Report,
    Row,
    Table,
    Text,
    Value,
)
from app.reports.ledger import method
from app.reports.parts import CURRENCY, section
from app.stocktake.counting import scope_word
from app.stocktake.counts import CountRow, Exact
from app.stocktake.lines import exact_share
from app.values import day_of, show_money
from app.words import N_, _

TURNS = {
    "closing": (N_("Turns, closing stock"), N_("use a year by the register ÷ stock now")),
    "mean": (N_("Turns, mean stock"), N_("issued in 12 months ÷ mean of 13 month ends")),
    "bought": (N_("Turns, purchased"), N_("received in 12 months ÷ stock now (SMRP 5.5.31)")),
}
VED_WORDS = {"V": N_("Vital"), "E": N_("Essential"), "D": N_("Desirable")}
_LONGEST = 12


def share(tenths: int | None) -> str:
    """A share in tenths of a per cent."""
    return "—" if tenths is None else f"{tenths / 10:.1f} %"


def _amount(hundredths: int) -> str:
    return _("{currency} {amount}").format(currency=_(CURRENCY), amount=show_money(hundredths))


def turns_report(
    variants: Sequence[Turns],
    classes: Sequence[tuple[str, int, Turns]],
    warehouses: Sequence[tuple[Store, Turns]],
    issue: Issue,
    day: str,
) -> Report:
    """Turns and days of supply in three variants, by class and by warehouse (库存周转)."""
    closing = variants[0]
    return Report(
        code="stock-turns", title=_("Turns and days of supply"), subtitle=_("Three variants, each with its method"), issue=issue,
        head=(
            Fact(_("Day"), day), Fact(_("Stock value"), _amount(closing.stock)),
            Fact(_("Turns, closing stock"), _times(closing)), Fact(_("Days of supply"), "—" if closing.days is None else str(closing.days)),
        ),
        blocks=(
            Table(
                _turn_columns(Col("what", _("Variant"), width=44), Col("how", _("Method"), small=True)),
                (Group("", tuple(Row({"what": _(TURNS[row.code][0]), "how": _(TURNS[row.code][1]), **_turn(row)}) for row in variants)),),
                title=section(1, _("Turns and days of supply")), aside=_("Days = 365 ÷ turns"), name=_("Turns"),
            ),
            Charts((_columns(_("Stock value by class"), [(abc or "—", row.stock, abc == "A") for abc, _count, row in classes]),)),
            Table(
                _turn_columns(Col("what", _("ABC class")), Col("parts", _("Spare parts"), "int", 24)),
                (Group("", tuple(Row({"what": abc or _("Without a class"), "parts": count, **_turn(row)}) for abc, count, row in classes)),),
                title=section(2, _("By class, on the closing stock")), name=_("By class"), sums=("parts", "use", "stock"),
                total_label=_("Total"), label_column="what",
            ),
            Table(
                _turn_columns(Col("code", _("Warehouse"), "code", 34), Col("what", _("Name"))),
                (Group("", tuple(Row({"code": store.code, "what": store.name, **_turn(row)}) for store, row in warehouses)),),
                title=section(3, _("By warehouse, on the mean stock")), name=_("By warehouse"), sums=("use", "stock"),
                total_label=_("Total"), label_column="what",
            ),
            Text(method(), small=True),
        ),
        period=day, retention=_("5 years"),
    )  # fmt: skip


def _turn_columns(*first: Col) -> tuple[Col, ...]:
    return (
        *first,
        Col("use", _("Use"), "money", 28, unit=_(CURRENCY)),
        Col("stock", _("Stock"), "money", 28, unit=_(CURRENCY)),
        Col("turns", _("Turns"), "money", 16, bold=True),
        Col("days", _("Days"), "int", 16),
    )


def _turn(row: Turns) -> dict[str, Value]:
    return {"use": row.use, "stock": row.stock, "turns": row.turns, "days": row.days}


def _times(row: Turns) -> str:
    return "—" if row.turns is None else f"{row.turns / 100:.2f}"


def _columns(message: str, rows: Sequence[tuple[str, int, bool]]) -> Chart:
    """Columns of amounts in hundredths."""
    points = tuple(
        Point(label, max(value, 0) * 10, show_money(value).split(".")[0], now=now)
        for label, value, now in rows[:_LONGEST]
    )
    return Chart(message, points)


def outs_report(
    rows: Sequence[Had], found: Service, issue: Issue, period: str, by_month: Sequence[tuple[str, int]] = ()
) -> Report:
    """Stock-outs in days and events, and the fill rate (缺货与满足率)."""
    touched = [row for row in rows if row.events or row.short or row.is_out]
    touched.sort(key=lambda row: (not row.is_out, -(row.out_days or 0), row.part_no))
    days = found.out_days / 1000
    return Report(
        code="stock-outs", title=_("Stock-outs and fill rate"), subtitle=_("Active parts, by the movements"), issue=issue,
        head=(
            Fact(_("Time span"), period), Fact(_("Out of stock now"), _("{count} of {total} ({share})").format(
                count=found.out_now, total=found.parts, share=share(found.out_share))),
            Fact(_("Stock-out events"), str(found.events)), Fact(_("Days without stock"), f"{days:,.1f}"),
            Fact(_("Fill rate by issues"), _said(found.issues - found.short, found.issues, found.by_issues)),
            Fact(_("Fill rate by quantity"), share(found.by_quantity)),
        ),
        blocks=(
            *((Charts((_events(by_month),)),) if by_month else ()),
            Table(_out_columns(), (Group("", tuple(map(_out_row, touched))),), title=section(1, _("Stock-outs")), name=_("Stock-outs"),
                  aside=_("Those out now first"), sums=("events", "days", "issues", "short"), total_label=_("Total"),
                  label_column="name", empty=_("Nothing was out of stock in this time.")),
            Text(out_method(), small=True),
        ),
        period=period, retention=_("5 years"), landscape=True,
    )  # fmt: skip


def out_method() -> str:
    """How stock-outs and fill rates are reckoned."""
    return _(
        "Method: out of stock = nothing on hand at the site, over all bins; reservations are left out. Fill rate by issues = issues "
        "that the stock covered whole ÷ all issues; by quantity = quantity covered ÷ quantity issued. What was taken back is left out."
    )


def _said(part: int, whole: int, found: int | None) -> str:
    return (
        _("{share} ({part} of {whole})").format(share=share(found), part=part, whole=whole) if whole else "—"
    )


def _events(by_month: Sequence[tuple[str, int]]) -> Chart:
    points = tuple(Point(month[2:], count * 1000, str(count)) for month, count in by_month[-_LONGEST:])
    return Chart(_("Parts that ran out, by month"), points)


def _out_columns() -> tuple[Col, ...]:
    return (
        Col("part_no", _("Part no."), "code", 28),
        Col("name", _("Name")),
        Col("abc", _("ABC"), width=12, centred=True),
        Col("ved", _("VED"), width=12, centred=True),
        Col("site", _("Site"), width=16),
        Col("on_hand", _("On hand"), "quantity", 20),
        Col("since", _("Out since"), "instant", 31),
        Col("events", _("Events"), "int", 18, bold=True),
        Col("days", _("Days without stock"), "quantity", 24, bold=True),
        Col("issues", _("Issues"), "int", 17),
        Col("short", _("Not covered"), "int", 22),
        Col("fill", _("Fill rate"), width=20, right=True),
    )


def _out_row(row: Had) -> Row:
    filled = (row.covered * 2000 + row.asked) // (2 * row.asked) if row.asked else None
    return Row(
        {
            "part_no": row.part_no, "name": row.name, "abc": row.abc, "ved": row.ved, "site": row.site,
            "on_hand": row.on_hand, "since": row.since or (_("never in stock") if row.is_out else None), "events": row.events, "days": row.out_days,
            "issues": row.issues, "short": row.short, "fill": share(filled) if row.asked else "",
        },
        mark=row.is_out,
    )  # fmt: skip


def matrix_report(rows: Sequence[PartWorth], groups: Mapping[str, int], issue: Issue, day: str) -> Report:
    """The matrix of value and criticality: parts, value, and which group each cell belongs to (ABC×VED)."""
    counted = [row for row in rows if row.abc and row.ved]
    care = _(
        "Group I needs the most care: {first}. Group III can wait: {third}. The rest is group II."
    ).format(first=_cells(groups, 1), third=_cells(groups, 3))
    return Report(
        code="abc-ved", title=_("Value × criticality (ABC × VED)"), subtitle=_("Parts and stock value by class"), issue=issue,
        head=(
            Fact(_("Day"), day), Fact(_("Spare parts"), str(len(rows))), Fact(_("Without a class"), str(len(rows) - len(counted))),
            Fact(_("Stock value"), _amount(sum(row.value for row in rows))),
        ),
        blocks=(
            _matrix(1, _("Number of parts"), counted, worth=False),
            _matrix(2, _("Stock value"), counted, worth=True),
            Text(care, small=True),
            Table(_worth_columns(), (Group("", tuple(_worth_row(row, groups) for row in rows)),), title=section(3, _("Spare parts")),
                  name=_("Spare parts"), aside=_("The most valuable use first"), sums=("use", "value"), total_label=_("Total"), label_column="name"),
            Text(_("ABC by the value of a year's use at the price of the register; VED is set by a person."), small=True),
            Text(method(), small=True),
        ),
        period=day, retention=_("5 years"),
    )  # fmt: skip


def _cells(groups: Mapping[str, int], group: int) -> str:
    return " ".join(cell for cell, found in groups.items() if found == group) or "—"


def _matrix(number: int, title: str, rows: Sequence[PartWorth], *, worth: bool) -> Table:
    kind: Kind = "money" if worth else "int"
    columns = (
        Col("abc", _("ABC class")),
        *(Col(ved, f"{ved} {_(VED_WORDS[ved])}", kind, 36) for ved in VED),
        Col("all", _("Total"), kind, 36, bold=True, unit=_(CURRENCY) if worth else ""),
    )
    lines = []
    for abc in ABC:
        cells: dict[str, Value] = {"abc": abc}
        for ved in (*VED, "all"):
            mine = [row for row in rows if row.abc == abc and ved in {row.ved, "all"}]
            cells[ved] = sum(row.value for row in mine) if worth else len(mine)
        lines.append(Row(cells))
    return Table(columns, (Group("", tuple(lines)),), title=section(number, title), name=title, sums=(*VED, "all"),
                 total_label=_("Total"), label_column="abc")  # fmt: skip


def _worth_columns() -> tuple[Col, ...]:
    return (
        Col("part_no", _("Part no."), "code", 28),
        Col("name", _("Name")),
        Col("abc", _("ABC"), width=14, centred=True),
        Col("ved", _("VED"), width=14, centred=True),
        Col("group", _("Group"), width=14, centred=True),
        Col("use", _("Use a year"), "money", 30, unit=_(CURRENCY)),
        Col("value", _("Stock value"), "money", 30, unit=_(CURRENCY)),
    )


def _worth_row(row: PartWorth, groups: Mapping[str, int]) -> Row:
    group = groups.get(row.abc + row.ved)
    return Row(
        {
            "part_no": row.part_no, "name": row.name, "abc": row.abc, "ved": row.ved, "group": "I" * group if group else "",
            "use": row.use, "value": row.value,
        }
    )  # fmt: skip


def accuracy_report(
    counts: Sequence[CountRow], classes: Sequence[Exact], issue: Issue, period: str
) -> Report:
    """How exact the books were, stock-take by stock-take, with a line over time (盘点准确率)."""
    lines, different = sum(row.lines for row in counts), sum(row.different for row in counts)
    whole = exact_share(lines, different)
    points = tuple(
        Point(
            day_of(row.approved_at or 0, issue.timezone)[5:], (row.accuracy or 0) * 100, share(row.accuracy)
        )
        for row in counts[-_LONGEST:]
        if row.accuracy is not None
    )
    message = _("Lines without difference, in per cent, stocktake by stocktake")
    return Report(
        code="count-accuracy", title=_("Stocktake accuracy"), subtitle=_("Counted lines that agree with the books"), issue=issue,
        head=(
            Fact(_("Time span"), period), Fact(_("Stocktakes"), str(len(counts))),
            Fact(_("Lines counted"), str(lines)), Fact(_("Without difference"), share(whole)),
        ),
        blocks=(
            *((Charts((Chart(message, points, line=True),)),) if points else ()),
            Table(_count_columns(), (Group("", tuple(_count_row(row, issue) for row in counts)),), title=section(1, _("Stocktakes")),
                  name=_("Stocktakes"), sums=("lines", "different", "value"), total_label=_("Total"), label_column="scope",
                  empty=_("No stocktake was approved in this time.")),
            Table(_exact_columns(), (Group("", tuple(map(_exact_row, classes))),), title=section(2, _("By class")), name=_("By class"),
                  sums=("lines", "different", "gain", "loss"), total_label=_("Total"), label_column="abc",
                  empty=_("No stocktake was approved in this time.")),
            Text(_("Method: accuracy = counted lines without a difference ÷ counted lines, of approved stocktakes. Amounts at the moving average of the time of the count."), small=True),
        ),
        period=period, retention=_("5 years"),
    )  # fmt: skip


def _count_columns() -> tuple[Col, ...]:
    return (
        Col("code", _("Stocktake number"), "code", 30),
        Col("day", _("Approved on"), "date", 24),
        Col("scope", _("What is counted")),
        Col("lines", _("Counted"), "int", 18),
        Col("different", _("Differences"), "int", 20),
        Col("accuracy", _("Accuracy"), width=22, right=True),
        Col("value", _("Amount"), "money", 26, unit=_(CURRENCY)),
    )


def _count_row(row: CountRow, issue: Issue) -> Row:
    return Row(
        {
            "code": row.code, "day": day_of(row.approved_at or 0, issue.timezone), "scope": scope_word(row.kind, row.scope),
            "lines": row.lines, "different": row.different, "accuracy": share(row.accuracy), "value": row.value,
        }
    )  # fmt: skip


def _exact_columns() -> tuple[Col, ...]:
    return (
        Col("abc", _("ABC class")),
        Col("lines", _("Counted"), "int", 24),
        Col("different", _("Differences"), "int", 24),
        Col("accuracy", _("Accuracy"), width=24, right=True),
        Col("gain", _("Surplus"), "money", 28, unit=_(CURRENCY)),
        Col("loss", _("Shortage"), "money", 28, unit=_(CURRENCY)),
    )


def _exact_row(row: Exact) -> Row:
    return Row(
        {
            "abc": row.abc or _("Without a class"), "lines": row.lines, "different": row.different,
            "accuracy": share(row.accuracy), "gain": row.gain, "loss": row.loss,
        }
    )  # fmt: skip
