"""The training matrix (培训矩阵): who stands how in which course. The one query of the screen, the print and the figures."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
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


#: The records of one person in one course: mostly one row of `_RECORDS`, else a list of them in the order of their dates.
Records = tuple[Any, ...] | list[tuple[Any, ...]]


class MatrixLine:
    """A person and their standing in each course. The cells are made when they are looked at: a screen shows few of all."""

    def __init__(
        self, person: Person, heads: Sequence[CourseHead], held: Mapping[bytes, Records], day: "_Day"
    ) -> None:
        self.person = person
        self._heads, self._held, self._day = heads, held, day
        #: The states of the required courses, in their order.
        self.required = day.states(held, day.needs(person.post, heads))

    @cached_property
    def cells(self) -> tuple[Standing, ...]:
        """The standing in each course, in the order of the courses."""
        held, day, post = self._held, self._day, self.person.post
        return tuple(day.standing(held.get(head.id, []), required=head.wants(post)) for head in self._heads)

    @property
    def states(self) -> frozenset[str]:
        """The states that count, of the required courses."""
        return frozenset(self.required)


class _Day(dict[tuple[int, str | None], str]):
    """Standings as of a day; the state of a record by itself is reckoned once for each end of validity."""

    def __init__(self, today: str, days: int) -> None:
        super().__init__()
        self._today, self._days = today, days
        self._needs: dict[str, list[bytes]] = {}

    def __missing__(self, key: tuple[int, str | None]) -> str:
        made = self[key] = record_state(*key, self._today, self._days)
        return made

    def needs(self, post: str, heads: Sequence[CourseHead]) -> list[bytes]:
        """The courses that a post requires."""
        if post not in self._needs:
            self._needs[post] = [head.id for head in heads if head.wants(post)]
        return self._needs[post]

    def states(self, held: Mapping[bytes, Records], needs: Sequence[bytes]) -> list[str]:
        """The states of required courses; where there is a single record, it decides by itself. Asked ten thousand times."""
        return [
            "missing"
            if (rows := held.get(course)) is None
            else self[rows[4:]]
            if isinstance(rows, tuple)
            else self.standing(rows, required=True).state
            for course in needs
        ]

    def standing(self, rows: Records, *, required: bool) -> Standing:
        """The standing by these records."""
        found = [Result(*row[2:]) for row in ([rows] if isinstance(rows, tuple) else rows)]
        return standing(found, self._today, required=required, days=self._days)


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


_RECORDS = (
    "SELECT staff_id, course_id, id, train_date, passed, valid_until FROM training_record "
    "WHERE deleted = 0{whose} ORDER BY train_date, n"
)


def results(read: Reader, staff: bytes | None = None) -> dict[tuple[bytes, bytes], list[Result]]:
    """The training records by person and course, in the order of their dates."""
    whose = " AND staff_id = ?" if staff else ""
    rows = read.rows(_RECORDS.format(whose=whose), *([staff] if staff else []))
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
    heads, held, day = courses(read, wanted.get("category")), _held(read), _Day(today, days)
    found = people(read, actor, wanted, text)
    lines = [MatrixLine(who, heads, held.get(who.id, {}), day) for who in found]
    counts: Counter[str] = Counter()
    for line in lines:
        counts.update(line.required)
    shown = [line for line in lines if _shown(line, wanted)]
    return Matrix(today, days, tuple(heads), tuple(shown), {state: counts[state] for state in STATES[:-1]})


def _held(read: Reader) -> dict[bytes, dict[bytes, Records]]:
    """The records by person and course."""
    found: defaultdict[bytes, dict[bytes, Any]] = defaultdict(dict)
    for row in read.rows(_RECORDS.format(whose="")):
        mine = found[row[0]]
        if (first := mine.setdefault(row[1], row)) is not row:
            mine[row[1]] = [first, row] if isinstance(first, tuple) else [*first, row]
    return found


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
