"""Equipment register (设备台账) and the file of one equipment with its history (设备履历)."""

from __future__ import annotations

from typing import Literal

from app.reports.document import (
    Block,
    Chart,
    Charts,
    Col,
    Fact,
    Facts,
    Group,
    Issue,
    Point,
    Report,
    Row,
    Signature,
    Signatures,
    Status,
    Table,
    Value,
)
from app.reports.parts import counts, legend, listed, section, signed
from app.reports.rows import EquipmentFileData, EquipmentRow, EventRow, Signer
from app.reports.show import grouped
from app.values import show_money
from app.words import _, ngettext, pgettext

#: Boxes to be signed by whoever does.
NOBODY = Signer()
_ALARMING = frozenset({"out_of_service", "degraded", "under_repair"})


def equipment_register(
    rows: tuple[EquipmentRow, ...],
    issue: Issue,
    *,
    as_of: str = "",
    size: Literal["A4", "A3"] = "A3",
    currency: str = "CNY",
    signers: Signer = NOBODY,
) -> Report:
    """All equipment in scope; on A4 the columns that a walk does not need are left out."""
    columns = _register_columns(_(currency), wide=size == "A3")
    table = Table(
        columns,
        (Group("", tuple(map(_register_row, rows))),),
        name=_("Equipment register"),
        sums=("cost",) if size == "A3" else (),  # on A4 the costs are left out
        total_label=_("Total"),
        note=_("Status: {signs}.").format(
            signs=legend("in_service", "standby", "degraded", "under_repair", "out_of_service", "retired")
        ),
        empty=_("No equipment in this scope."),
    )
    count = ngettext("{count} equipment", "{count} equipment", len(rows)).format(count=len(rows))
    head = (
        Fact(_("Scope"), issue.site),
        Fact(pgettext("report", "Count"), listed(count, counts(row.state for row in rows))),
    )
    return Report(
        code="equipment-register",
        title=_("Equipment register"),
        subtitle=_("As of {date}").format(date=as_of) if as_of else "",
        issue=issue,
        head=head,
        blocks=(table, signed(signers, _("Prepared by"), _("Reviewed by"), _("Approved by"))),
        period=as_of,
        retention=_("as long as the equipment is in use"),
        size=size,
        landscape=True,
    )


def _register_columns(currency: str, *, wide: bool) -> tuple[Col, ...]:
    return (
        Col("code", _("Code"), "code", 30),
        Col("name", _("Name"), width=42),
        Col("class", _("Class"), width=28 if wide else 26),
        Col("site", _("Site"), width=12),
        Col("location", _("Location"), width=28, small=True),
        Col("model", _("Model"), width=27),
        Col("serial", _("Serial no."), width=28, paper=wide),
        Col("state", _("Status"), "status", 28),
        Col("criticality", _("Criticality"), width=17, centred=True),
        Col("commissioned", _("In service since"), "date", 20),
        Col("warranty", _("Warranty until"), "date", 20, paper=wide),
        Col("retire", _("Planned retirement"), "date", 20),
        Col("cost", _("Purchase cost"), "money", 25, unit=currency, paper=wide),
        Col("hours", _("Run hours"), "quantity", 16, unit="h"),
        Col("note", pgettext("report", "Note"), width=0, small=True, paper=wide),
    )


def _register_row(row: EquipmentRow) -> Row:
    values: dict[str, Value] = {
        "code": row.code,
        "name": row.name,
        "class": row.class_name,
        "site": row.site,
        "location": row.location,
        "model": row.model,
        "serial": row.serial_no,
        "state": Status.of(row.state),
        "criticality": row.criticality,
        "commissioned": row.commissioned,
        "warranty": row.warranty_until,
        "retire": row.retire_on,
        "cost": row.cost,
        "hours": row.run_hours,
        "note": row.note,
    }
    return Row(values, mark=row.state in _ALARMING)


def equipment_file(data: EquipmentFileData, issue: Issue, currency: str = "CNY") -> Report:
    """Master data, key figures, trend and cost by year, and the history that nobody can change."""
    blocks: list[Block] = []
    if data.figures:
        facts = tuple(Fact(label, value) for label, value in data.figures)
        blocks.append(Facts(facts, section(1, _("Key figures")), data.figures_basis, per_row=3))
    charts = _charts(data, currency)
    if charts.charts:
        blocks.append(charts)
    blocks.append(_history(data, section(2 if data.figures else 1, _("History")), currency))
    blocks.append(
        Signatures(
            (
                Signature(_("Filed by"), data.signers.prepared),
                Signature(_("Reviewed by"), data.signers.checked),
            )
        )
    )
    unit = data.equipment
    return Report(
        code="equipment-file",
        title=_("Equipment history"),
        subtitle=f"{unit.code}  {unit.name}",
        issue=issue,
        head=_master(data, currency),
        blocks=tuple(blocks),
        retention=_("5 years after disposal"),
    )


def _master(data: EquipmentFileData, currency: str) -> tuple[Fact, ...]:
    unit = data.equipment
    life = _life(data)
    cost = (
        _("{currency} {amount}").format(currency=_(currency), amount=show_money(unit.cost))
        if unit.cost is not None
        else ""
    )
    hours = f"{grouped(unit.run_hours, 3, 0)} h" if unit.run_hours is not None else ""
    facts = (
        Fact(_("Code"), unit.code),
        Fact(_("Name"), unit.name),
        Fact(_("Class"), unit.class_name),
        Fact(_("Criticality"), unit.criticality),
        Fact(_("Location"), unit.location, wide=True),
        Fact(_("Manufacturer"), data.manufacturer),
        Fact(_("Model"), unit.model),
        Fact(_("Serial no."), unit.serial_no),
        Fact(_("Supplier"), data.supplier),
        Fact(_("Bought / installed"), f"{data.purchased or '—'} / {data.installed or '—'}"),
        Fact(_("In service since"), unit.commissioned),
        Fact(_("Purchase cost"), cost),
        Fact(_("Warranty until"), unit.warranty_until),
        Fact(_("Design life"), life),
        Fact(_("Planned retirement"), unit.retire_on),
        Fact(_("Run hours"), hours),
        Fact(_("Responsible"), data.responsible),
        Fact(_("Status"), Status.of(unit.state)),
        Fact(pgettext("report", "Parts of it"), data.children or "—"),
    )
    return (*facts, Fact(pgettext("report", "Part of"), data.parent, wide=True)) if data.parent else facts


def _life(data: EquipmentFileData) -> str:
    years, used = data.design_life_years, data.life_used_percent
    if years is None:
        return ""
    if used is not None:
        return _("{years} years, {percent} % used").format(years=years, percent=used)
    return ngettext("{years} year", "{years} years", years).format(years=years)


def _charts(data: EquipmentFileData, currency: str) -> Charts:
    charts = []
    if data.trend and data.trend.readings:
        trend = data.trend
        points = tuple(Point(r.label, r.value, trend.last_said) for r in trend.readings)
        charts.append(Chart(trend.message, points, line=True, limit=trend.limit, limit_said=trend.limit_said))
    costs: dict[str, int] = {}
    for event in data.events:
        if event.upkeep and event.cost:
            costs[event.day[:4]] = costs.get(event.day[:4], 0) + event.cost
    if len(costs) > 1:
        years = range(int(min(costs)), int(max(costs)) + 1)
        points = tuple(
            _year(str(year), costs.get(str(year), 0), now=year == years[-1]) for year in years[-12:]
        )
        charts.append(
            Chart(
                _("Upkeep cost by year ({currency}), the last one dark").format(currency=_(currency)), points
            )
        )
    return Charts(tuple(charts))


def _year(year: str, cost: int, *, now: bool) -> Point:
    return Point(year, cost, grouped(cost, 2, 0), now)


def _history(data: EquipmentFileData, title: str, currency: str) -> Table:
    columns = (
        Col("day", _("Date"), "date", 21),
        Col("kind", _("Event"), width=17, bold=True),
        Col("text", _("What happened"), width=62),
        Col("reference", pgettext("report", "Record"), width=29, small=True),
        Col("cost", _("Cost"), "money", 22, unit=_(currency)),
        Col("actor", pgettext("report", "By"), width=22, small=True),
    )
    return Table(
        columns,
        (Group("", tuple(map(_event, data.events))),),
        title=title,
        aside=_("Entries are only added; a bar at the left marks a fault"),
        name=_("History"),
        sums=("cost",),
        total_label=_("Upkeep cost so far (without the purchase)"),
        label_column="text",
        empty=_("Nothing has been recorded yet."),
    )


def _event(event: EventRow) -> Row:
    values: dict[str, Value] = {
        "day": event.day,
        "kind": event.kind,
        "text": event.text,
        "reference": event.reference,
        "cost": event.cost,
        "actor": event.actor,
    }
    return Row(values, mark=event.fault, counted=event.upkeep)
