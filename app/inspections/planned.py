"""The rounds that the plans make due (到期巡检): one computation for the derived table, for missed ones and for starting one."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.fields import from_json
from app.inspections.ops import Round
from app.inspections.schedule import Timing, Window, windows
from app.tx import Reader
from app.values import day_of
from db.ids import made_id

DAY_MS = 86_400_000
#: Rounds of the next days are shown, too, so that a week can be planned.
AHEAD_MS = 7 * DAY_MS
#: So long a round that is not known here is shown at a laptop with a hub; by then the hub has concluded.
UNKNOWN_MS = 14 * DAY_MS
#: Nobody looks for rounds that were missed longer ago than this.
BACK_MS = 400 * DAY_MS
_PLANS = (
    "SELECT p.*, s.timezone FROM inspection_plan p JOIN site s ON s.id = p.site_id "
    "WHERE p.deleted = 0 AND p.active = 1 ORDER BY p.n"
)
_PLAN_COLUMNS = [
    "id",
    "code",
    "template_code",
    "site_id",
    "location_id",
    "equipment",
    "cycle",
    "interval",
    "first_due",
    "due_time",
    "window_before_days",
    "grace_days",
    "assignee_id",
    "created_at",
]


@dataclass(frozen=True)
class Planned:
    """A round as a plan makes it: the round, its window, and the template it will use."""

    round: Round
    window: Window
    cycle: str


def planned(read: Reader, start: int, end: int, plan_id: bytes | None = None) -> Iterator[Planned]:
    """The rounds of the active plans whose windows touch the time from `start` to `end`."""
    names = ", ".join(f'p."{name}"' for name in _PLAN_COLUMNS)
    templates: dict[str, bytes | None] = {}
    for *values, timezone in read.rows(_PLANS.replace("p.*", names)):
        plan = dict(zip(_PLAN_COLUMNS, values, strict=True))
        if plan_id not in (None, plan["id"]):
            continue
        code = plan["template_code"]
        if code not in templates:
            templates[code] = current_template(read, code)
        if template := templates[code]:
            for window in _windows(read, plan, timezone, start, end):
                yield Planned(_round(plan, template, window), window, plan["cycle"])


def current_template(read: Reader, code: str) -> bytes | None:
    """The newest published version of a template."""
    found = read.value(
        "SELECT id FROM inspection_template WHERE code = ? AND status = 'published' AND deleted = 0 "
        "ORDER BY version DESC LIMIT 1",
        code,
    )
    return found if isinstance(found, bytes) else None


def _windows(read: Reader, plan: dict[str, Any], timezone: str, start: int, end: int) -> Iterator[Window]:
    # A window that had passed before the plan existed was nobody's to keep.
    start = max(start, plan["created_at"])
    names = ("cycle", "interval", "first_due", "window_before_days", "grace_days")
    timing = Timing(**{n: plan[n] for n in names}, due_time=plan["due_time"] or "", timezone=timezone)
    if plan["cycle"] == "by_hours":
        yield from _by_hours(read, plan, timing, start, end)
    else:
        yield from windows(timing, start, end)


def _by_hours(read: Reader, plan: dict[str, Any], timing: Timing, start: int, end: int) -> Iterator[Window]:
    """A round for each time that the machine's running hours have passed a multiple of the interval."""
    codes, step = from_json(plan["equipment"]) or [], plan["interval"] * 1000
    before: int | None = None
    for value, read_at in read.rows(
        "SELECT m.value, m.read_at FROM meter_reading m JOIN equipment e ON e.id = m.equipment_id "
        "WHERE e.code = ? AND m.meter = 'run_hours' AND m.deleted = 0 ORDER BY m.read_at, m.value",
        codes[0] if codes else None,
    ):
        passed = before is not None and value // step > before // step
        before = value
        day = day_of(read_at, timing.timezone)
        if passed and day >= timing.first_due:
            once = Timing("once", 1, day, timing.due_time, 0, timing.grace_days, timing.timezone)
            yield from windows(once, start, end)


def _round(plan: dict[str, Any], template_id: bytes, window: Window) -> Round:
    return Round(
        id=made_id("round", plan["id"], window.due_from),
        code=f"{plan['code']}-{window.day.replace('-', '')}",
        template_id=template_id,
        site_id=plan["site_id"],
        due_from=window.due_from,
        due_to=window.due_to,
        plan_id=plan["id"],
        location_id=plan["location_id"],
        equipment=plan["equipment"],
        assignee_id=plan["assignee_id"],
    )


def find_planned(read: Reader, round_id: bytes) -> Planned | None:
    """A due round by its id."""
    row = read.row("SELECT plan_id, due_from, last_day FROM due_round WHERE id = ?", round_id)
    if row is None:
        return None
    plan_id, due_from, last = row
    return next((p for p in planned(read, due_from, last, plan_id) if p.round.id == round_id), None)
