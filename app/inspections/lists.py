"""Lists of rounds: those that a person has to do, all of them with filters, those to review, and the rates."""

from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from app.desk import Desk
from app.fields import from_json
from app.inspections.rules import spoken
from app.tx import Reader
from app.values import day_of, instant_of, show_instant

DAY_MS = 86_400_000
#: A due round and a begun one are lines of one list; a due one has a negative number.
_LINES = """
SELECT t.n AS n, t.id, t.status, t.code, t.template_id, t.site_id, t.location_id, t.equipment, t.due_from, t.due_to,
       NULL AS last, t.assignee_id, t.plan_id, t.submitted_at, t.submitted_by, t.review_remark, t.result, t.started_at
FROM inspection_task t WHERE t.deleted = 0
UNION ALL
SELECT -d.n, d.id, 'scheduled', p.code, d.template_id, d.site_id, p.location_id, p.equipment, d.due_from, d.due_to,
       d.last_day, p.assignee_id, d.plan_id, NULL, NULL, NULL, NULL, NULL
FROM due_round d JOIN inspection_plan p ON p.id = d.plan_id
"""


@dataclass(frozen=True)
class RoundLine:
    """A round in a list: what, where, when, how far, and how urgent."""

    n: int
    id: bytes
    #: overdue, due_today, scheduled, in_progress, returned, submitted, reviewed, missed or cancelled (app.signs).
    state: str
    status: str
    code: str
    template_code: str
    name: str
    place: str
    site: str
    due_from: int
    due_to: int
    overdue_ms: int
    minutes: int | None
    grace_days: int | None
    total: int
    done: int
    failed: int
    submitted_at: int | None
    submitted_by: str
    remark: str
    reviewer: str
    result: str
    #: Whether it may be begun or gone on with now.
    can_start: bool
    #: Its time has passed and nothing of it is known here since then; another laptop may have done it.
    unknown_since: str = ""


_FULL = f"""
SELECT l.n, l.id, l.status, l.code, p.code, p.name, p.name_en, p.standard_minutes, g.grace_days, o.name, o.name_en,
       l.equipment, s.name, s.name_en, l.due_from, l.due_to, l.submitted_at, f.name, f.name_en, l.review_remark, l.result,
       (SELECT count(*) FROM inspection_item i WHERE i.template_id = l.template_id AND i.deleted = 0),
       l.template_id, rs.name, rs.name_en, s.timezone, l.last
FROM ({_LINES}) l JOIN inspection_template p ON p.id = l.template_id JOIN site s ON s.id = l.site_id
LEFT JOIN inspection_plan g ON g.id = l.plan_id LEFT JOIN location o ON o.id = l.location_id
LEFT JOIN user_account u ON u.id = l.submitted_by LEFT JOIN staff f ON f.id = u.staff_id
LEFT JOIN inspection_task k ON k.id = l.id LEFT JOIN user_account ru ON ru.id = k.reviewed_by
LEFT JOIN staff rs ON rs.id = ru.staff_id
"""


def _progress(read: Reader, task_id: bytes) -> tuple[int, int]:
    """How many items of a round are answered, and how many of them fail."""
    row = read.row(
        """SELECT count(*), coalesce(sum(state = 'fail'), 0) FROM (SELECT r.state, row_number() OVER (
        PARTITION BY r.item_id ORDER BY r.measured_at DESC, r.id DESC) AS nth FROM inspection_result r
        WHERE r.task_id = ? AND r.deleted = 0) WHERE nth = 1""",
        task_id,
    )
    return (row[0], row[1]) if row else (0, 0)


def _lines(read: Reader, now: int, where: str, *params: Any) -> Iterator[RoundLine]:
    for row in read.rows(f"{_FULL} WHERE {where}", *params):
        (
            n, round_id, status, code, template, name, name_en, minutes, grace, place, place_en, equipment, site, site_en,
            due_from, due_to, submitted_at, by, by_en, remark, result, total, _template, reviewer, reviewer_en, timezone, last,
        ) = row  # fmt: skip
        done, failed = _progress(read, round_id) if n > 0 else (0, 0)
        yield RoundLine(
            n=n,
            id=round_id,
            state=_urgency(status, due_to, now, timezone),
            status=status,
            code=code,
            template_code=template,
            name=spoken(name, name_en),
            place=spoken(place, place_en) or ", ".join(from_json(equipment) or []),
            site=spoken(site, site_en),
            due_from=due_from,
            due_to=due_to,
            overdue_ms=max(now - due_to, 0) if status in {"scheduled", "in_progress"} else 0,
            minutes=minutes,
            grace_days=grace,
            total=total,
            done=done,
            failed=failed,
            submitted_at=submitted_at,
            submitted_by=spoken(by, by_en),
            remark=remark or "",
            reviewer=spoken(reviewer, reviewer_en),
            result=result or "",
            can_start=status in {"in_progress", "returned", "missed"}
            or (status == "scheduled" and now >= due_from),
            unknown_since=show_instant(last, timezone)[5:]
            if status == "scheduled" and last and last <= now
            else "",
        )


def _urgency(status: str, due_to: int, now: int, timezone: str) -> str:
    """The state of a round as a list says it: an open one by its due time."""
    if status not in {"scheduled", "in_progress"}:
        return status
    if now >= due_to:
        return "overdue"
    # A round due at midnight is due on the day before.
    if day_of(due_to - 1, timezone) == day_of(now, timezone):
        return "due_today"
    return status


_RANK = {"overdue": 0, "returned": 1, "due_today": 2, "in_progress": 3, "scheduled": 4}


def rounds_to_do(desk: Desk, *, everybody: bool = False) -> list[RoundLine]:
    """The rounds that wait for this person at the site in view: overdue ones first, then by their due time.

    Those of nobody and of the person's team count; `everybody` shows those of all.
    """
    where = ["l.status IN ('scheduled', 'in_progress', 'returned')"]
    params: list[Any] = []
    if desk.site:
        where.append("l.site_id = ?")
        params.append(desk.site.id)
    with desk.read() as read:
        staff = read.row(
            "SELECT s.id, s.org_unit_id FROM user_account u JOIN staff s ON s.id = u.staff_id WHERE u.id = ?",
            desk.actor.user_id,
        )
        if staff and not everybody:
            mine = "(l.assignee_id IS NULL OR l.assignee_id = ?) AND (g.team_id IS NULL OR g.team_id IS ?)"
            where.append(f"({mine} OR instr(coalesce(k.executors, ''), ?) > 0)")
            params += [staff[0], staff[1], (desk.actor.user_id or b"").hex()]
        found = list(_lines(read, desk.now(), " AND ".join(where), *params))
    return sorted(found, key=lambda line: (_RANK.get(line.state, 9), line.due_to, line.code))


def to_review(desk: Desk) -> list[RoundLine]:
    """The rounds that were handed in and wait for the supervisor, oldest first."""
    site = desk.site.id if desk.site else None
    with desk.read() as read:
        found = list(
            _lines(read, desk.now(), "l.status = 'submitted' AND (?1 IS NULL OR l.site_id = ?1)", site)
        )
    return sorted(found, key=lambda line: line.submitted_at or 0)


def line_of(desk: Desk, round_id: bytes) -> RoundLine | None:
    """One round as a line of a list."""
    with desk.read() as read:
        return next(_lines(read, desk.now(), "l.id = ?", round_id), None)


_SORTS = {
    "code": "l.code",
    "name": "p.name",
    "place": "o.name",
    "due_to": "l.due_to",
    "state": "l.status",
    "submitted_by": "f.name",
}
#: Open ones first, the most overdue at the top; then the others, newest first.
_OWN = (
    "CASE l.status WHEN 'returned' THEN 0 WHEN 'in_progress' THEN 0 WHEN 'scheduled' THEN 0 WHEN 'submitted' THEN 1 "
    "WHEN 'missed' THEN 2 ELSE 3 END, CASE WHEN l.status IN ('scheduled', 'in_progress', 'returned') THEN l.due_to "
    "ELSE -l.due_to END"
)


class RoundSource:
    """All rounds for the list page: filters `state`, `template`, `period` (days back) and the site in view."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def ids(self, sort: str, descending: bool, filters: Mapping[str, Any], text: str) -> "array[int]":
        """The numbers of the rounds that fit; due ones are negative."""
        where: list[str] = ["1"]
        params: list[Any] = []
        if self._desk.site:
            where.append("l.site_id = ?")
            params.append(self._desk.site.id)
        for wanted, clause, value in self._terms(filters):
            if wanted is not None:
                where.append(clause)
                params += value
        for word in text.split():
            where.append(
                "(l.code LIKE ? OR p.name LIKE ? OR p.name_en LIKE ? OR o.name LIKE ? OR p.code LIKE ?)"
            )
            params += [f"%{word}%"] * 5
        order = f"{_SORTS[sort]} {'DESC' if descending else 'ASC'}, l.due_to" if sort in _SORTS else _OWN
        start = _FULL.index("FROM (")
        with self._desk.read() as read:
            rows = read.rows(
                f"SELECT l.n {_FULL[start:]} WHERE {' AND '.join(where)} ORDER BY {order}", *params
            )
        return array("q", [n for (n,) in rows])

    def _terms(self, filters: Mapping[str, Any]) -> Iterator[tuple[Any, str, list[Any]]]:
        state, now = filters.get("state"), self._desk.now()
        if state == "overdue":
            yield state, "l.status IN ('scheduled', 'in_progress') AND l.due_to <= ?", [now]
        elif state:
            yield state, "l.status = ?", [state]
        yield filters.get("template"), "p.code = ?", [filters.get("template")]
        if days := filters.get("period"):
            yield days, "l.due_to >= ?", [now - days * DAY_MS]

    def rows(self, ids: Sequence[int]) -> Sequence[RoundLine | None]:
        """The lines of these numbers, in their order."""
        if not ids:
            return []
        with self._desk.read() as read:
            marks = ", ".join("?" * len(ids))
            found = {line.n: line for line in _lines(read, self._desk.now(), f"l.n IN ({marks})", *ids)}
        return [found.get(n) for n in ids]


def templates_in_use(read: Reader) -> list[tuple[str, str]]:
    """Codes and names of the templates that are published, for filters and choices."""
    rows = read.rows(
        "SELECT code, name, name_en, max(version) FROM inspection_template WHERE deleted = 0 AND status = 'published' "
        "GROUP BY code ORDER BY min(n)"
    )
    return [(code, spoken(name, name_en)) for code, name, name_en, _version in rows]


@dataclass(frozen=True)
class Rates:
    """How many rounds of a time were due, done and missed; a rate only where something was due."""

    due: int
    done: int
    missed: int

    @property
    def completion(self) -> int | None:
        """Per mille of the due ones that were done; None where none was due."""
        return round(self.done * 1000 / self.due) if self.due else None

    @property
    def missed_rate(self) -> int | None:
        return round(self.missed * 1000 / self.due) if self.due else None


def rates(read: Reader, start: int, end: int, site_id: bytes | None = None) -> Rates:
    """Completion and missed-check rate (漏检率) of the rounds that were due from `start` to before `end` (ms UTC).

    A round counts once its due time has come; one that was done late is done.
    """
    row = read.row(
        """SELECT count(*), coalesce(sum(status IN ('submitted', 'returned', 'reviewed')), 0),
        coalesce(sum(status = 'missed'), 0) FROM inspection_task
        WHERE deleted = 0 AND status <> 'cancelled' AND due_to >= ?1 AND due_to < ?2 AND (?3 IS NULL OR site_id = ?3)""",
        start, end, site_id,
    )  # fmt: skip
    waiting = read.value(
        "SELECT count(*) FROM due_round WHERE due_to >= ?1 AND due_to < ?2 AND (?3 IS NULL OR site_id = ?3)",
        start, end, site_id,
    )  # fmt: skip
    due, done, missed = row or (0, 0, 0)
    return Rates(due + waiting, done, missed)


def weekly_rates(desk: Desk, weeks: int = 12) -> list[tuple[int, Rates]]:
    """The rates of the last weeks by ISO week number, oldest first; the current week up to now."""
    today, now = date.fromisoformat(desk.today()), desk.now()
    monday = today - timedelta(days=today.weekday())
    site = desk.site.id if desk.site else None
    found = []
    with desk.read() as read:
        for back in range(weeks - 1, -1, -1):
            first = monday - timedelta(weeks=back)
            start = instant_of(first.isoformat(), timezone=desk.timezone)
            end = instant_of((first + timedelta(weeks=1)).isoformat(), timezone=desk.timezone)
            found.append((first.isocalendar().week, rates(read, start, min(end, now), site)))
    return found
