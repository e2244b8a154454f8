"""The training file of one person: records with their states, certificates, and what the post still asks for."""

from dataclasses import dataclass

from app.names import named
from app.training.certificates import CertificateView, certificates_of
from app.training.matrix import CourseHead, courses, results
from app.training.people import Person, person
from app.training.rules import DAYS_AHEAD, EXPERIENCE_YEARS, Standing, record_state, standing
from app.tx import Reader


@dataclass(frozen=True)
class RecordView:
    """A training record as the file shows it; hours, score and pass mark in thousandths."""

    id: bytes
    number: str
    course_id: bytes
    code: str
    course: str
    day: str
    hours: int
    assessments: str
    score: int | None
    pass_score: int | None
    passed: int
    retake: int
    until: str | None
    trainer: str
    remark: str
    state: str


@dataclass(frozen=True)
class PersonFile:
    """Everything that training knows of a person; fitness is not among it."""

    person: Person
    records: tuple[RecordView, ...]
    certificates: tuple[CertificateView, ...]
    required: tuple[tuple[CourseHead, Standing], ...]

    @property
    def short_of_experience(self) -> bool:
        """Fewer years than are asked for (N-15)."""
        years = self.person.experience
        return years is not None and years < EXPERIENCE_YEARS


def records_of(
    read: Reader, staff: bytes, today: str, course: bytes | None = None, *, days: int = DAYS_AHEAD
) -> list[RecordView]:
    """The records of a person, newest first; of one course where it is given."""
    which = " AND r.course_id = ?" if course else ""
    rows = read.rows(
        f"SELECT r.id, r.record_no, r.course_id, c.code, {named('c')}, r.train_date, r.hours, "
        "coalesce(r.assessments, '[]'), r.score, r.pass_score, r.passed, r.retake, r.valid_until, "
        f"coalesce({named('t')}, ''), coalesce(r.remark, '') FROM training_record r JOIN course c ON c.id = r.course_id "
        f"LEFT JOIN staff t ON t.id = r.trainer_id WHERE r.staff_id = ? AND r.deleted = 0{which} "
        "ORDER BY r.train_date DESC, r.n DESC",
        staff,
        *([course] if course else []),
    )
    return [RecordView(*(*row, record_state(row[10], row[12], today, days))) for row in rows]


def person_file(read: Reader, staff: bytes, today: str) -> PersonFile | None:
    """The file of one person."""
    who = person(read, staff)
    if who is None:
        return None
    held = results(read, staff)
    required = tuple(
        (head, standing(held.get((staff, head.id), ()), today, required=True))
        for head in courses(read)
        if head.wants(who.post)
    )
    records, certificates = records_of(read, staff, today), certificates_of(read, staff, today)
    return PersonFile(who, tuple(records), tuple(certificates), required)
