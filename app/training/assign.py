"""Who may be assigned to a job: pre-job training, experience, and what the competency rules ask for (R-3.1-d, e; R-2.2-b)."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.errors import Objection
from app.training.certificates import in_force
from app.training.matrix import results
from app.training.people import Person, person
from app.training.rules import EXPERIENCE_YEARS, HOLDS, PRE_JOB, standing
from app.tx import Reader
from app.words import N_


@dataclass(frozen=True)
class _Need:
    """What a competency rule asks for."""

    cert_type: bytes | None
    course: bytes | None
    name: str
    enforcement: str


def may_be_assigned(
    read: Reader,
    staff: bytes,
    today: str,
    *,
    equipment_class: bytes | None = None,
    template_code: str | None = None,
) -> list[Objection]:
    """What speaks against giving a job to a person; empty where nothing does.

    Warnings may be overridden with a reason; what a rule blocks, and missing pre-job training on probation, may not.
    """
    who = person(read, staff)
    if who is None:
        return []
    return [
        *_pre_job(read, who, today),
        *_experience(who),
        *_missing(read, who, today, equipment_class, template_code),
    ]


def _pre_job(read: Reader, who: Person, today: str) -> Iterator[Objection]:
    marks = ", ".join("?" * len(PRE_JOB))
    rows = read.rows(
        f"SELECT id, code, name FROM course WHERE code IN ({marks}) AND deleted = 0 ORDER BY code", *PRE_JOB
    )
    held = results(read, who.id)
    for course, code, name in rows:
        if standing(held.get((who.id, course), ()), today, required=True).state not in HOLDS:
            text = N_("{person} has no valid pre-job training: {course}.")
            said = {"person": who.name, "course": f"{code} {name}"}
            yield Objection(
                "pre_job", text, said, may_override=who.status != "probation", field="assignee_id"
            )


def _experience(who: Person) -> Iterator[Objection]:
    if who.experience is not None and who.experience < EXPERIENCE_YEARS:
        text = N_("{person} has less than {years} years of experience.")
        said = {"person": who.name, "years": EXPERIENCE_YEARS}
        yield Objection("experience", text, said, may_override=True, field="assignee_id")


def _needs(read: Reader, post: str, equipment_class: bytes | None, template_code: str | None) -> list[_Need]:
    return read.as_(
        _Need,
        "SELECT r.cert_type_id, r.course_id, coalesce(t.name, c.code || ' ' || c.name), r.enforcement "
        "FROM competency_rule r LEFT JOIN cert_type t ON t.id = r.cert_type_id LEFT JOIN course c ON c.id = r.course_id "
        "WHERE r.deleted = 0 AND (r.role_code IS NULL OR r.role_code = ?) "
        "AND (r.equipment_class_id IS NULL OR r.equipment_class_id = ?) "
        "AND (r.template_code IS NULL OR r.template_code = ?) ORDER BY r.n",
        post, equipment_class, template_code,
    )  # fmt: skip


def _missing(
    read: Reader, who: Person, today: str, equipment_class: bytes | None, template_code: str | None
) -> Iterator[Objection]:
    needs = _needs(read, who.post, equipment_class, template_code)
    if not needs:
        return
    certificates, held = in_force(read, today, who.id), results(read, who.id)
    for need in needs:
        has = need.cert_type in certificates if need.cert_type else True
        if need.course:
            found = standing(held.get((who.id, need.course), ()), today, required=True)
            has = has and found.state in HOLDS
        if not has:
            text = N_("{person} does not hold what this job asks for: {what}.")
            said = {"person": who.name, "what": need.name}
            yield Objection(
                "competency", text, said, may_override=need.enforcement == "warn", field="assignee_id"
            )
