"""The rows of the store's books: slips, movements, cards, days, closed months, consumption."""

from app.errors import AppError
from app.inventory.closing import closing_lines, closings
from app.inventory.ledger import MovementRow, movement_ids, movement_rows
from app.inventory.months import site_sheet
from app.inventory.slips import signature_of
from app.inventory.stockcard import By, stock_on
from app.inventory.stockcard import consumption as used
from app.inventory.stockcard import stock_card as card_of
from app.inventory.stores import Store, stores
from app.names import person
from app.reports import ledger as sheets
from app.reports import months
from app.reports.document import Fact, Report
from app.reports.sources.job import Job
from app.values import instant_of, show_instant
from app.words import N_, _

DAY = 86_400_000
_SHOWN_BY: dict[object, str] = {"badge": N_("{name} (by badge)"), "signature": N_("{name} (signed)")}
_BY: tuple[tuple[By, str], ...] = (
    ("month", N_("By month")),
    ("class", N_("By equipment class")),
    ("machine", N_("By machine")),
    ("part", N_("By part")),
)


def slip(job: Job) -> Report:
    """An issue slip by its number, or the number of one of its movements."""
    number = job.given["slip"]
    rows = job.read.rows(
        "SELECT m.n, m.site_id, coalesce(m.slip_no, m.movement_no), m.created_at, coalesce(m.entry, ''), "
        f"coalesce({person('m.by_id')}, ''), coalesce(m.taken_how, '') FROM stock_movement m WHERE m.type IN ('issue', 'return', 'loan_out') "
        "AND m.reversal_of_id IS NULL AND (m.slip_no = ? OR m.movement_no = ? OR m.slip_no = (SELECT x.slip_no FROM "
        "stock_movement x WHERE x.movement_no = ? LIMIT 1)) ORDER BY m.n",
        number, number, number,
    )  # fmt: skip
    if not rows or not job.sees(rows[0][1]):
        raise AppError(N_("There is no issue slip “{number}” here. Choose another one."), number=number)
    issue = job.issue(rows[0][1])
    all_lines = [row for row in movement_rows(job.read, [row[0] for row in rows]) if row]
    moved = [
        row for row in all_lines if row.state == "booked"
    ] or all_lines  # what was taken back is on no slip
    signed = signature_of(job.desk, job.read, rows[0][2])
    return sheets.issue_slip(rows[0][2], moved, _slip_head(moved, rows[0], issue.timezone), issue, signed)


def _slip_head(moved: list[MovementRow], first: tuple[object, ...], timezone: str) -> list[Fact]:
    _n, _site, number, typed_at, entry, by, how = first
    who = _("Returned by") if moved[0].type == "return" else _("Taken by")
    head = [
        Fact(_("Slip number"), str(number)),
        Fact(_("Time"), show_instant(moved[0].happened_at, timezone)),
        Fact(who, moved[0].taken_by or _("not named")),
        Fact(_("Booked by"), str(by)),
        Fact(_("For / from"), moved[0].what_for),
        Fact(_("Reason"), moved[0].reason),
    ]
    if how in _SHOWN_BY:
        head[2] = Fact(who, _(_SHOWN_BY[how]).format(name=moved[0].taken_by))
    if entry == "paper":
        told = _("Typed in later by {name} on {time}")
        head.append(
            Fact(_("Entry"), told.format(name=by, time=show_instant(int(str(typed_at)), timezone)), wide=True)
        )
    if entry == "self":
        head.append(Fact(_("Entry"), _("Taken without the storekeeper"), wide=True))
    return head


def movements(job: Job) -> Report:
    """The movements of a span of time."""
    since, until, period = span(job)
    store = _store(job)
    filters = {"since": since, "until": until} | ({"store": store.id} if store else {})
    ids = movement_ids(job.read, job.site_id, "happened_at", filters=filters)
    found: list[MovementRow] = []
    for at in range(0, len(ids), 500):
        found += [row for row in movement_rows(job.read, ids[at : at + 500]) if row]
    named_by = ((_("Warehouse"), _words(store)),) if store else ()
    return sheets.movement_list(found, job.issue(job.site), period, named_by)


def card(job: Job) -> Report:
    """The stock card of a part."""
    since, until, period = span(job)
    part = job.read.value("SELECT id FROM part WHERE part_no = ? AND deleted = 0", job.given["part"])
    if part is None:
        raise AppError(
            N_("There is no spare part “{code}” here. Choose another one."), code=job.given["part"]
        )
    store = _store(job)
    found = card_of(job.read, part, job.site_id, since, until, store=store.id if store else None)
    return sheets.stock_card(found, job.issue(job.site), period, _words(store))


def on_day(job: Job) -> Report:
    """The stock at the end of a day."""
    day = job.given["as-of"]
    moment = instant_of(day, timezone=job.desk.timezone) + DAY
    store = _store(job)
    found = stock_on(job.read, job.site_id, moment, store.id if store else None)
    return sheets.stock_on_day(found, job.issue(job.site), day, _words(store))


def closed(job: Job) -> Report:
    """The sheet of a closed month."""
    code = job.given["closing"]
    found = [
        row for row in closings(job.read, job.desk.site.id if job.desk.site else None) if row.code == code
    ]
    if not found:
        raise AppError(N_("There is no closed month “{code}” here. Choose another one."), code=code)
    site = job.read.value("SELECT site_id FROM stock_closing WHERE id = ?", found[0].id)
    return months.closed_month(found[0], closing_lines(job.read, found[0].id), job.issue(site))


def site_month(job: Job) -> Report:
    """The closed months of all warehouses of a site, added up."""
    if job.site is None:
        raise AppError(N_("Choose one site: a month is closed warehouse by warehouse, and added up by site."))
    sheet = site_sheet(job.read, job.site.id, job.given["month"])
    if not sheet.closed:
        raise AppError(
            N_("No warehouse of this site has closed {month}. Choose another month."), month=sheet.month
        )
    return months.site_month(sheet, job.issue(job.site))


def _store(job: Job) -> Store | None:
    """The warehouse that was asked for; None for all. Raises AppError where it is none of the site."""
    code = job.given["warehouse"]
    found = [store for store in stores(job.read, job.site_id) if store.code == code] if code else []
    if code and not found:
        raise AppError(N_("There is no warehouse “{code}” at this site. Choose another one."), code=code)
    return found[0] if found else None


def _words(store: Store | None) -> str:
    return f"{store.code}  {store.name}" if store else _("All warehouses")


def consumption(job: Job) -> Report:
    """What was used in a span of time, in four ways."""
    since, until, period = span(job)
    store = _store(job)
    groups = [
        (
            _(title),
            used(
                job.read,
                job.site_id,
                since,
                until,
                by=by,
                timezone=job.desk.timezone,
                store=store.id if store else None,
            ),
        )
        for by, title in _BY
    ]
    return sheets.consumption(groups, job.issue(job.site), period, _words(store))


def span(job: Job) -> tuple[int, int, str]:
    """The first moment, the one after the last, and the days in words."""
    first, last = job.given["from"], job.given["to"]
    if last < first:
        raise AppError(N_("The last day lies before the first. Correct one of them."))
    zone = job.desk.timezone
    period = _("{first} to {last}").format(first=first, last=last)
    return instant_of(first, timezone=zone), instant_of(last, timezone=zone) + DAY, period
