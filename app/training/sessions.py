"""Training sessions (培训班), SM-12: planned, held or cancelled, who takes part, and their results."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.access import Permission
from app.fields import from_json
from app.names import named
from app.training.people import mentions
from app.tx import Reader
from app.words import N_
from app.workflow import Machine, Step, declare

_E = Permission.EDIT_TRAINING

SESSION = declare(
    Machine(
        "SM-12",
        "training_session",
        (
            Step("planned", "held", N_("Enter results"), _E),
            Step("planned", "cancelled", N_("Cancel the session"), _E, remark=True, grave=True),
            Step("cancelled", "planned", N_("Plan again"), _E),
        ),
        ("planned", "held"),
    )
)


@dataclass(frozen=True)
class SessionView:
    """A session as the list shows it."""

    n: int
    id: bytes
    code: str
    course_id: bytes
    course_code: str
    course: str
    start: int
    end: int
    place: str
    trainer_id: bytes | None
    trainer: str
    capacity: int | None
    participants_json: str | None
    state: str
    results: int
    hours: int
    pass_score: int

    @property
    def participants(self) -> tuple[bytes, ...]:
        """Who takes part, by their ids."""
        return tuple(bytes.fromhex(found) for found in from_json(self.participants_json) or ())


def _sql() -> str:
    return (
        f"SELECT e.n, e.id, e.code, e.course_id, c.code, {named('c')}, e.planned_start, e.planned_end, "
        f"coalesce(e.place, ''), e.trainer_id, coalesce({named('s')}, e.trainer, ''), e.capacity, e.participants, "
        "e.status, (SELECT count(*) FROM training_record r WHERE r.session_id = e.id AND r.deleted = 0), "
        "c.hours, c.pass_score FROM training_session e JOIN course c ON c.id = e.course_id "
        "LEFT JOIN staff s ON s.id = e.trainer_id WHERE e.deleted = 0 "
    )


def sessions(read: Reader, filters: Mapping[str, Any] | None = None, text: str = "") -> list[SessionView]:
    """The sessions: planned ones by their date, then the others, newest first. `filters`: state, course."""
    wanted = dict(filters or {})
    order = "ORDER BY e.status <> 'planned', CASE e.status WHEN 'planned' THEN e.planned_start ELSE -e.planned_start END"
    return [
        found
        for found in read.as_(SessionView, _sql() + order)
        if wanted.get("state") in (None, found.state)
        and wanted.get("course") in (None, found.course_id)
        and mentions(text, found.code, found.course_code, found.course, found.place, found.trainer)
    ]


def session(read: Reader, row_id: bytes) -> SessionView | None:
    """One session."""
    found = read.as_(SessionView, _sql() + "AND e.id = ?", row_id)
    return found[0] if found else None


@dataclass(frozen=True)
class Taken:
    """A participant of a session and the result that is recorded, if any."""

    staff_id: bytes
    staff_no: str
    name: str
    record_id: bytes | None
    score: int | None
    passed: int | None


def taken(read: Reader, view: SessionView) -> list[Taken]:
    """The participants in the order in which they were entered, and whoever else has a result of this session."""
    rows = read.rows(
        f"SELECT s.id, s.staff_no, {named('s')}, r.id, r.score, r.passed FROM staff s LEFT JOIN training_record r "
        "ON r.staff_id = s.id AND r.session_id = ?1 AND r.deleted = 0 WHERE r.id IS NOT NULL "
        "OR lower(hex(s.id)) IN (SELECT value FROM json_each(?2)) ORDER BY s.staff_no",
        view.id, view.participants_json or "[]",
    )  # fmt: skip
    found = {row[0]: Taken(*row) for row in rows}
    place = {staff: n for n, staff in enumerate(view.participants)}
    return sorted(found.values(), key=lambda t: place.get(t.staff_id, len(place)))
