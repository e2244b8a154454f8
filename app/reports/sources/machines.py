"""The equipment register and the file of one machine."""

from dataclasses import replace

from app import values
from app.equipment.history import Entry, history, said
from app.equipment.life import RETIREMENT, five_facts
from app.equipment.lists import Card, card, children, path_of
from app.errors import AppError
from app.fields import fields_of, show
from app.inspections.rules import Item, with_unit
from app.names import named
from app.reports.document import Report
from app.reports.equipment import equipment_file, equipment_register
from app.reports.rows import EquipmentFileData, EquipmentRow, EventRow, ReadingRow, Trend
from app.reports.sources.job import Job, bracketed
from app.tx import Reader
from app.words import N_, _, ngettext

_MOST_EVENTS = 100_000
_POINTS = 12


def _rows(read: Reader, term: str, *params: bytes | None) -> tuple[EquipmentRow, ...]:
    return tuple(
        read.as_(
            EquipmentRow,
            f"SELECT e.code, {named('e')}, coalesce({named('c')}, ''), (SELECT code FROM site WHERE id = e.site_id), "
            "coalesce(l.code, ''), coalesce(e.model, ''), coalesce(e.serial_no, ''), e.status, e.criticality, "
            f"coalesce(e.commission_date, ''), coalesce(e.warranty_until, ''), coalesce({RETIREMENT}, ''), "
            "e.purchase_cost, e.run_hours, coalesce(e.remark, '') FROM equipment e "
            "LEFT JOIN equipment_class c ON c.id = e.class_id LEFT JOIN location l ON l.id = e.location_id "
            f"WHERE e.deleted = 0 AND {term} ORDER BY e.code",
            *params,
        )
    )


def register(job: Job) -> Report:
    """All machines of a site, or of all."""
    rows = _rows(job.read, "(?1 IS NULL OR e.site_id = ?1)", job.site_id)
    return equipment_register(
        rows, job.issue(job.site), as_of=job.desk.today(), size=job.size, signers=job.signers(job.site_id)
    )


def file(job: Job) -> Report:
    """One machine with its whole history."""
    code = job.given["code"]
    found = job.read.row(
        "SELECT id, site_id FROM equipment WHERE code = ? COLLATE NOCASE AND deleted = 0", code
    )
    if found is None or not job.sees(found[1]):
        raise AppError(N_("There is no equipment “{code}” here. Choose another one."), code=code)
    data = _file(job, found[0])
    return equipment_file(data, job.issue(found[1]))


def _file(job: Job, equipment: bytes) -> EquipmentFileData:
    read, today = job.read, job.desk.today()
    known = card(read, equipment, today)
    if known is None:
        raise KeyError(equipment.hex())
    row, years = known.row, known.row["design_life_years"]
    (unit,) = _rows(read, "e.id = ?", equipment)
    place = bracketed(path_of(read, row["location_id"]), unit.location)
    return EquipmentFileData(
        _placed(unit, place),
        tuple(_event(job, entry) for entry in reversed(history(read, equipment, limit=_MOST_EVENTS))),
        manufacturer=row["manufacturer"] or "",
        supplier=known.supplier or "",
        purchased=row["purchase_date"] or "",
        installed=row["install_date"] or "",
        design_life_years=years // 1000 if years else None,
        life_used_percent=known.life_used,
        responsible=_responsible(read, row["responsible_id"]),
        parent=_parent(read, known),
        children=", ".join(related.code for related in children(read, equipment)),
        figures=_figures(read, equipment, today),
        figures_basis=_("As of {date}").format(date=today),
        trend=_trend(job, equipment),
        signers=job.signers(row["site_id"]),
    )


def _placed(unit: EquipmentRow, place: str) -> EquipmentRow:
    return replace(unit, location=place)


def _responsible(read: Reader, staff: bytes | None) -> str:
    sql = f"SELECT {named('s')}, s.staff_no FROM staff s WHERE s.id = ?"
    found = read.row(sql, staff)
    return bracketed(*found) if found else ""


def _parent(read: Reader, known: Card) -> str:
    sql = f"SELECT e.code, {named('e')} FROM equipment e WHERE e.id = ?"
    found = read.row(sql, known.row["parent_id"])
    return " ".join(found) if found else ""


def _event(job: Job, entry: Entry) -> EventRow:
    """A line of the history; what came back to the store is taken off again."""
    cost = entry.cost or None
    return EventRow(
        values.day_of(entry.at, job.desk.timezone),
        _kind(entry),
        said(entry)[0],
        entry.who or "",
        " ".join(filter(None, (entry.code, entry.target if entry.kind == "part_change" else None)))
        if entry.kind != "meter"
        else "",
        -cost if cost and entry.what == "return" else cost,
        fault=entry.kind == "fault",
    )


def _kind(entry: Entry) -> str:
    if entry.kind == "use":
        return _("Usage log")
    kind = entry.what if entry.kind == "other" else entry.kind
    return show(fields_of("equipment_event")["event_type"], kind)


def _figures(read: Reader, equipment: bytes, today: str) -> tuple[tuple[str, str], ...]:
    """Age, faults, cost against the price, parts at hand: what a decision to retire rests on."""
    five = five_facts(read, equipment, today)
    if five is None:
        return ()
    months = (five.age_days or 0) * 12 // 365
    age = ngettext("{years} year", "{years} years", months // 12).format(years=months // 12)
    cost = _("{currency} {amount}").format(currency=_("CNY"), amount=values.show_money(five.cost))
    share = f" ({five.cost * 100 // five.price} %)" if five.price else ""
    return (
        (_("Age"), age if five.age_days is not None else "—"),
        (_("Life used"), f"{five.life_used} %" if five.life_used is not None else "—"),
        (_("Faults in all"), str(five.faults)),
        (_("Faults, last 12 months / before"), f"{five.faults_year} / {five.faults_year_before}"),
        (_("Upkeep cost (share of the price)"), cost + share),
        (_("Fitting parts in stock"), f"{five.parts_in_stock} / {five.parts}"),
    )


def _trend(job: Job, equipment: bytes) -> Trend | None:
    """The value that rounds have measured most often on the machine, with its limit."""
    read = job.read
    item_id = read.value(
        "SELECT item_id FROM inspection_result WHERE equipment_id = ? AND value_num IS NOT NULL AND deleted = 0 "
        "GROUP BY item_id HAVING count(DISTINCT task_id) > 2 ORDER BY count(*) DESC, item_id LIMIT 1",
        equipment,
    )
    row = read.get("inspection_item", item_id)
    if row is None:
        return None
    item = Item.of(row)
    points = read.rows(
        "SELECT max(measured_at), value_num FROM inspection_result WHERE equipment_id = ? AND item_id = ? "
        "AND value_num IS NOT NULL AND deleted = 0 GROUP BY task_id ORDER BY 1 DESC LIMIT ?",
        equipment, item_id, _POINTS,
    )[::-1]  # fmt: skip
    days = [values.day_of(at, job.desk.timezone) for at, _value in points]
    readings = tuple(ReadingRow(day[5:], value) for day, (_at, value) in zip(days, points, strict=True))
    limit = item.limit_high if item.limit_high is not None else item.limit_low
    sign = "≤" if item.limit_high is not None else "≥"
    return Trend(
        f"{item.text} {item.unit}  {days[0]} ~ {days[-1]}",
        readings,
        with_unit(values.show_quantity(points[-1][1]), item.unit),
        limit,
        f"{sign} {values.show_quantity(limit)}" if limit is not None else "",
    )
