"""The training matrix (培训矩阵): who stands how in which course. The one query of the screen, the print and the figures."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.access import Actor
from app.fields import from_json
from app.names import named
from app.training.people import Person, people
from app.training.rules import DAYS_AHEAD, GAPS, HOLDS, STATES, Result, Standing, record_state, standing
from app.tx import Reader


@dataclass(frozen=True)
class CourseHead:
    """A course as the head of a column."""

    n: int
    id: bytes
    code: str
    name: str
    category: str
    hours: int
    months: int | None
    assessments: str
    pass_score: int
    required_for: str

    def wants(self, post: str) -> bool:
        """Whether this post requires the course."""
        return "*" in self.posts or post in self.posts

    @property
    def posts(self) -> tuple[str, ...]:
        """The posts that require it; `*` is everybody."""
        return tuple(from_json(self.required_for) or ())


@dataclass(frozen=True)
class MatrixLine:
    """A person and their standing in each course, in the order of the courses."""

    person: Person
    cells: tuple[Standing, ...]

    @property
    def states(self) -> frozenset[str]:
        """The states that count, of the required courses."""
        return frozenset(cell.state for cell in self.cells if cell.required)


@dataclass(frozen=True)
class Matrix:
    """People by courses as of a day; the counts are those of the required pairs."""

    as_of: str
    days: int
    courses: tuple[CourseHead, ...]
    lines: tuple[MatrixLine, ...]
    counts: Mapping[str, int]

    @property
    def required(self) -> int:
        """How many pairs of person and course are required."""
        return sum(self.counts.values())

    @property
    def held(self) -> int:
        """How many of them hold."""
        return sum(self.counts[state] for state in HOLDS)


def courses(read: Reader, category: str | None = None) -> list[CourseHead]:
    """The courses by kind and code: basic, special, continuing."""
    sql = (
        f"SELECT c.n, c.id, c.code, {named('c')}, c.category, c.hours, c.validity_months, c.assessments, "
        "c.pass_score, coalesce(c.required_for, '[]') FROM course c WHERE c.deleted = 0 "
        "ORDER BY CASE c.category WHEN 'basic' THEN 0 WHEN 'special' THEN 1 ELSE 2 END, c.code, c.n"
    )
    return [found for found in read.as_(CourseHead, sql) if category in (None, found.category)]


def results(read: Reader, staff: bytes | None = None) -> dict[tuple[bytes, bytes], list[Result]]:
    """The training records by person and course, in the order of their dates."""
    whose = " AND staff_id = ?" if staff else ""
    rows = read.rows(
        "SELECT staff_id, course_id, id, train_date, passed, valid_until FROM training_record "
        f"WHERE deleted = 0{whose} ORDER BY train_date, n",
        *([staff] if staff else []),
    )
    found: dict[tuple[bytes, bytes], list[Result]] = {}
    for person, course, *rest in rows:
        found.setdefault((person, course), []).append(Result(*rest))
    return found


def matrix(
    read: Reader,
    actor: Actor,
    today: str,
    filters: Mapping[str, Any] | None = None,
    text: str = "",
    *,
    days: int = DAYS_AHEAD,
) -> Matrix:
    """The matrix as of a day. `filters`: site, team, post, category; state (one or a tuple) and gaps leave lines out."""
    wanted = dict(filters or {})
    heads, held = courses(read, wanted.get("category")), results(read)
    found = people(read, actor, wanted, text)
    needs = {post: [(head.id, head.wants(post)) for head in heads] for post in {who.post for who in found}}
    lines = [MatrixLine(who, _cells(held, who.id, needs[who.post], today, days)) for who in found]
    counts = Counter(cell.state for line in lines for cell in line.cells if cell.required)
    shown = [line for line in lines if _shown(line, wanted)]
    return Matrix(today, days, tuple(heads), tuple(shown), {state: counts[state] for state in STATES[:-1]})


def _cells(
    held: Mapping[tuple[bytes, bytes], Sequence[Result]],
    staff: bytes,
    needs: Sequence[tuple[bytes, bool]],
    today: str,
    days: int,
) -> tuple[Standing, ...]:
    return tuple(
        [
            standing(held.get((staff, course), ()), today, required=required, days=days)
            for course, required in needs
        ]
    )


def _shown(line: MatrixLine, wanted: Mapping[str, Any]) -> bool:
    states = wanted.get("state")
    if wanted.get("gaps") and not line.states & GAPS:
        return False
    if states is None:
        return True
    return bool(line.states & set(states if isinstance(states, tuple) else (states,)))


def record_counts(read: Reader, today: str, *, days: int = DAYS_AHEAD) -> Mapping[str, int]:
    """The training records one by one by their state, whoever they belong to and whether required or not."""
    rows = read.rows("SELECT passed, valid_until FROM training_record WHERE deleted = 0")
    return Counter(record_state(passed, until, today, days) for passed, until in rows)
