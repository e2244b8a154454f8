"""Fitness for work (上岗健康状态): result and date, no diagnosis; whoever reads another's is written down (R-3.1-c)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.access import Permission
from app.auth.record import AuthNote
from app.desk import Desk
from app.generic import create, patch
from app.names import named
from app.ops import Op
from app.training.rules import DAYS_AHEAD, by_date, days_between
from app.words import N_
from db.ids import made_id

NOTE = N_("Fitness for work")


@dataclass(frozen=True)
class Fitness:
    """How long a person is fit for work."""

    staff_id: bytes
    staff_no: str
    name: str
    status: str
    until: str
    days: int | None
    state: str


_READ = (
    "SELECT s.id, s.staff_no, {name}, p.fit_status, p.fit_until FROM staff_private p JOIN staff s ON s.id = p.staff_id "
    "WHERE p.deleted = 0 AND s.deleted = 0 AND s.status <> 'left' AND {which} ORDER BY p.fit_until, s.staff_no, p.n DESC"
)


def _of(row: tuple[Any, ...], today: str) -> Fitness:
    staff, number, name, status, until = row
    state = by_date(until, today, DAYS_AHEAD) if until else "missing"
    days = days_between(today, until) if until else None
    return Fitness(staff, number, name, status or "", until or "", days, state)


def fitness_of(desk: Desk, staff: bytes) -> Fitness | None:
    """One person's fitness; somebody else's is read by few roles, and the reading is logged."""
    if staff != desk.actor.staff_id:
        desk.actor.demand(Permission.SEE_PRIVATE)
    with desk.read() as read:
        row = read.row(_READ.format(name=named("s"), which="s.id = ?"), staff)
    if row is None:
        return None
    if staff != desk.actor.staff_id:
        _log(desk, row[1])
    return _of(row, desk.today())


def fitness_due(desk: Desk) -> list[Fitness]:
    """Whose fitness ran out or ends within 30 days, the most urgent first; the reading is logged."""
    desk.actor.demand(Permission.SEE_PRIVATE)
    with desk.read() as read:
        rows = read.rows(_READ.format(name=named("s"), which="1 = 1"))
    found = [_of(row, desk.today()) for row in rows]
    _log(desk, ", ".join(f.staff_no for f in found if f.state != "valid")[:100])
    return [f for f in found if f.state in {"expired", "expiring"}]


def _log(desk: Desk, whose: str) -> None:
    desk.perform(AuthNote(desk.actor.user_id, "read_private", concerns=f"staff_private {whose}".strip()))


def save_fitness(desk: Desk, staff: bytes, new: Mapping[str, Any]) -> None:
    """Keep the result and the date of a person's fitness."""
    desk.actor.demand(Permission.SEE_PRIVATE)
    with desk.read() as read:
        found = read.find("staff_private", staff_id=staff)
        old, who = read.get("staff_private", found), read.get("staff", staff)
    op: Op | None
    if old:
        op = patch("staff_private", old, **new)
    else:
        site = who["site_id"] if who else None
        op = create("staff_private", made_id("staff_private", staff), staff_id=staff, site_id=site, **new)
    if op:
        desk.perform(op)
