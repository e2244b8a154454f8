"""What a report must be told: declared once for the form of the page, the command line and the sentences of refusal."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from app.desk import Desk
from app.errors import AppError
from app.fields import about, fields_of
from app.inspections.lists import templates_in_use
from app.inventory.stores import store_code, stores
from app.names import named
from app.reports.sources.job import ALL
from app.search import IN_SEARCH, match
from app.training.people import people, posts
from app.values import parse_date
from app.words import N_, _, ngettext, pgettext

Choice = tuple[str, str]


def _nothing(_desk: Desk) -> str:
    return ""


@dataclass(frozen=True)
class Parameter:
    """A parameter: a choice of few (`choices`), a record found by what is typed (`find`), or a date."""

    name: str
    title: str
    kind: Literal["choice", "find", "date"]
    required: bool = False
    default: Callable[[Desk], str] = _nothing
    choices: Callable[[Desk], Sequence[Choice]] | None = None
    find: Callable[[Desk, str], Sequence[Choice]] | None = None
    #: The records that its values are codes of.
    table: str = ""


def checked(
    desk: Desk, declared: Sequence[Parameter], given: Mapping[str, str], title: str
) -> dict[str, str]:
    """Every declared parameter with its value or default. Raises AppError for an unknown, missing or wrong one."""
    known = {parameter.name: parameter for parameter in declared}
    if strange := [name for name in given if name not in known]:
        raise AppError(
            N_("“{report}” has no parameter “{name}”. It has: {known}."),
            report=title,
            name=strange[0],
            known=pgettext("list", ", ").join(known),
        )
    return {parameter.name: _value(desk, parameter, given, title) for parameter in declared}


def told_by_page(desk: Desk, declared: Sequence[Parameter], wanted: Mapping[str, Any]) -> dict[str, str]:
    """The parameters from what a page shows: ids of records become codes, its `filters` count; what a report lacks is left out."""
    filters = wanted.get("filters")
    shown = {**wanted, **(filters or {})}
    told = {parameter.name: _code(desk, parameter, shown.get(parameter.name)) for parameter in declared}
    if filters is not None and "site" in told and not told["site"] and not desk.actor.sites:
        told["site"] = ALL
    return {name: value for name, value in told.items() if value}


def _code(desk: Desk, parameter: Parameter, value: Any) -> str:
    if isinstance(value, tuple):
        value = value[0] if len(value) == 1 else None
    if isinstance(value, bytes) and parameter.table:
        with desk.read() as read:
            row = read.get(parameter.table, value) or {}
        value = row.get(about(parameter.table).key or "")
    return value if isinstance(value, str) else ""


def _value(desk: Desk, parameter: Parameter, given: Mapping[str, str], title: str) -> str:
    value = (given.get(parameter.name) or "").strip() or parameter.default(desk)
    if not value and parameter.required:
        raise AppError(
            N_("“{report}” needs to know: {title} ({name})."),
            report=title,
            title=parameter.title,
            name=parameter.name,
        )
    if parameter.kind == "date" and value:
        return parse_date(value)
    if parameter.choices and value:
        return _chosen(desk, parameter, value)
    return value


def _chosen(desk: Desk, parameter: Parameter, value: str) -> str:
    choices = parameter.choices(desk) if parameter.choices else ()
    for code, word in choices:
        if value.casefold() in (code.casefold(), word.casefold()):
            return code
    allowed = pgettext("list", ", ").join(code for code, _word in choices)
    raise AppError(
        N_("{title}: “{value}” is not one of the choices: {allowed}."),
        title=parameter.title,
        value=value,
        allowed=allowed,
    )


def _sites(desk: Desk) -> list[Choice]:
    """The sites of the person; all of them together only for who may see all."""
    with desk.read() as read:
        names = dict(read.rows(f"SELECT s.id, {named('s')} FROM site s"))
    every = [] if desk.actor.sites else [(ALL, _("All sites"))]
    return every + [(site.code, names[site.id]) for site in desk.sites()]


def _site(desk: Desk) -> str:
    if desk.site:
        return desk.site.code
    sites = desk.sites()
    return sites[0].code if len(sites) == 1 else "" if desk.actor.sites else ALL


def _sizes(_desk: Desk) -> list[Choice]:
    return [("A4", "A4"), ("A3", "A3")]


def _templates(desk: Desk) -> list[Choice]:
    with desk.read() as read:
        return [(code, f"{code}  {name}") for code, name in templates_in_use(read)]


def _teams(desk: Desk) -> list[Choice]:
    with desk.read() as read:
        rows = read.rows(
            "SELECT o.code, o.name FROM org_unit o WHERE o.deleted = 0 AND EXISTS "
            "(SELECT 1 FROM staff s WHERE s.org_unit_id = o.id AND s.deleted = 0) ORDER BY o.n"
        )
    return [(code, name) for code, name in rows]


def _rounds(desk: Desk, text: str) -> list[Choice]:
    """Rounds that were begun, the newest first."""
    site = desk.site.id if desk.site else None
    with desk.read() as read:
        rows = read.rows(
            f"SELECT t.code, {named('p')} FROM inspection_task t JOIN inspection_template p ON p.id = t.template_id "
            "WHERE t.deleted = 0 AND t.started_at IS NOT NULL AND (?1 IS NULL OR t.site_id = ?1) "
            "AND instr(lower(t.code || ' ' || p.code || ' ' || p.name || ' ' || coalesce(p.name_en, '')), lower(?2)) "
            "ORDER BY t.started_at DESC LIMIT 40",
            site, text.strip(),
        )  # fmt: skip
    return _said(rows)


def _machines(desk: Desk, text: str) -> list[Choice]:
    site = desk.site.id if desk.site else None
    query = match(text)
    sought = f" AND e.{IN_SEARCH}" if query else ""
    with desk.read() as read:
        rows = read.rows(
            f"SELECT e.code, {named('e')} FROM equipment e WHERE e.deleted = 0 AND (? IS NULL OR e.site_id = ?){sought} "
            "ORDER BY e.code LIMIT 40",
            site, site, *(("equipment", query) if query else ()),
        )  # fmt: skip
    return _said(rows)


def _orders(desk: Desk, text: str) -> list[Choice]:
    site = desk.site.id if desk.site else None
    with desk.read() as read:
        rows = read.rows(
            "SELECT o.code, coalesce(u.name, '') FROM purchase_order o LEFT JOIN supplier u ON u.id = o.supplier_id "
            "WHERE o.deleted = 0 AND (?1 IS NULL OR o.site_id = ?1) "
            "AND instr(lower(o.code || ' ' || coalesce(u.name, '')), lower(?2)) ORDER BY o.n DESC LIMIT 40",
            site, text.strip(),
        )  # fmt: skip
    return _said(rows)


def _staff(desk: Desk, text: str) -> list[Choice]:
    with desk.read() as read:
        return [(who.staff_no, who.words) for who in people(read, desk.actor, text=text)[:40]]


def _said(rows: Sequence[tuple[str, str]]) -> list[Choice]:
    return [(code, f"{code}  {name}") for code, name in rows]


def _counts(desk: Desk, text: str) -> list[Choice]:
    """Stock-takes, the newest first."""
    site = desk.site.id if desk.site else None
    with desk.read() as read:
        rows = read.rows(
            "SELECT code, scope FROM stock_count WHERE deleted = 0 AND (?1 IS NULL OR site_id = ?1) "
            "AND instr(lower(code || ' ' || scope), lower(?2)) ORDER BY opened_at DESC, n DESC LIMIT 40",
            site, text.strip(),
        )  # fmt: skip
    return _said(rows)


def _posts(desk: Desk) -> list[Choice]:
    with desk.read() as read:
        return [(word.value, word.words) for word in posts(read)]


def _categories(_desk: Desk) -> list[Choice]:
    return [(code, _(word)) for code, word in fields_of("course")["category"].choices]


def _year_ago(desk: Desk) -> str:
    today = desk.today()
    return f"{int(today[:4]) - 1}{today[4:7]}-01"


def _parts(desk: Desk, text: str) -> list[Choice]:
    query = match(text)
    sought = f" AND p.{IN_SEARCH}" if query else ""
    with desk.read() as read:
        rows = read.rows(
            f"SELECT p.part_no, {named('p')} FROM part p WHERE p.deleted = 0{sought} ORDER BY p.part_no LIMIT 40",
            *(("part", query) if query else ()),
        )
    return _said(rows)


def _slips(desk: Desk, text: str) -> list[Choice]:
    """Issues and returns, the newest first, by the number of their slip."""
    site = desk.site.id if desk.site else None
    with desk.read() as read:
        rows = read.rows(
            "SELECT DISTINCT coalesce(m.slip_no, m.movement_no), p.part_no FROM stock_movement m JOIN part p ON p.id = m.part_id "
            "WHERE (m.type = 'issue' OR m.type = 'return' AND m.slip_no IS NOT NULL) AND m.reversal_of_id IS NULL AND (?1 IS NULL OR m.site_id = ?1) "
            "AND instr(lower(coalesce(m.slip_no, '') || ' ' || m.movement_no || ' ' || p.part_no), lower(?2)) "
            "ORDER BY m.happened_at DESC LIMIT 40",
            site, text.strip(),
        )  # fmt: skip
    return _said(rows)


def _closings(desk: Desk, text: str) -> list[Choice]:
    site = desk.site.id if desk.site else None
    with desk.read() as read:
        rows = read.rows(
            f"SELECT code, month || '  ' || {store_code('coalesce(warehouse_id, site_id)')} FROM stock_closing "
            "WHERE deleted = 0 AND (?1 IS NULL OR site_id = ?1) "
            "AND instr(lower(code || ' ' || month), lower(?2)) ORDER BY ends_at DESC, code LIMIT 40",
            site, text.strip(),
        )  # fmt: skip
    return _said(rows)


def _stores(desk: Desk) -> list[Choice]:
    """The warehouses of the sites that the person sees."""
    with desk.read() as read:
        found = [
            store for store in stores(read, None) if not desk.actor.sites or store.site in desk.actor.sites
        ]
    return [("", _("All warehouses")), *((store.code, f"{store.code}  {store.name}") for store in found)]


def _months(desk: Desk, text: str) -> list[Choice]:
    """The months of which a warehouse is closed, the newest first."""
    site = desk.site.id if desk.site else None
    with desk.read() as read:
        rows = read.rows(
            "SELECT month, count(*) FROM stock_closing WHERE deleted = 0 AND reopened_at IS NULL AND (?1 IS NULL OR site_id = ?1) "
            "AND instr(month, ?2) GROUP BY 1 ORDER BY 1 DESC LIMIT 40",
            site, text.strip(),
        )  # fmt: skip
    said = [
        (month, ngettext("{count} warehouse closed", "{count} warehouses closed", n).format(count=n))
        for month, n in rows
    ]
    return _said(said)


ROUND = Parameter("round", N_("Round number"), "find", required=True, find=_rounds, table="inspection_task")
TEMPLATE = Parameter("template", N_("Inspection template"), "choice", required=True, choices=_templates)
SITE = Parameter("site", N_("Site"), "choice", default=_site, choices=_sites, table="site")
DATE = Parameter("date", N_("Planned on"), "date", default=Desk.today)
AS_OF = Parameter("as-of", N_("As of"), "date", default=Desk.today)
EQUIPMENT = Parameter("code", N_("Equipment"), "find", required=True, find=_machines, table="equipment")
ORDER = Parameter("code", N_("Purchase order"), "find", required=True, find=_orders, table="purchase_order")
DAY = Parameter("day", N_("Day of the receipt"), "date")
TEAM = Parameter("team", N_("Team"), "choice", choices=_teams, table="org_unit")
POST = Parameter("post", N_("Post"), "choice", choices=_posts)
CATEGORY = Parameter("category", N_("Category"), "choice", choices=_categories)
STAFF = Parameter("staff", N_("Staff member"), "find", required=True, find=_staff, table="staff")
COUNT = Parameter("count", N_("Stocktake number"), "find", required=True, find=_counts, table="stock_count")
A4 = Parameter("size", N_("Paper size"), "choice", default=lambda _desk: "A4", choices=_sizes)
FROM = Parameter("from", N_("From"), "date", default=_year_ago)
TO = Parameter("to", N_("To"), "date", default=Desk.today)
PART = Parameter("part", N_("Spare part"), "find", required=True, find=_parts, table="part")
SLIP = Parameter("slip", N_("Slip number"), "find", required=True, find=_slips)
WAREHOUSE = Parameter("warehouse", N_("Warehouse"), "choice", choices=_stores, table="location")
MONTH = Parameter("month", N_("Month"), "find", required=True, find=_months)
CLOSING = Parameter(
    "closing", N_("Closing number"), "find", required=True, find=_closings, table="stock_closing"
)
