"""What people do in training: record a result, plan a session and enter its results, keep certificates and courses."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app import values
from app.changes import Done
from app.desk import Desk
from app.errors import AppError, Objection, Refused
from app.fields import from_json, to_json
from app.generic import create, move_on, patch
from app.numbers import certificate_number
from app.ops import Op
from app.training.ops import Record, Void
from app.training.rules import review_open, valid_until
from app.training.sessions import SESSION
from app.tx import Reader
from app.words import N_
from db.ids import new_id

RECORDS, SESSIONS, CERTIFICATES = "TR", "TS", "CT"


@dataclass(frozen=True)
class Outcome:
    """A person's result: a score in thousandths, or passed or not where there is none."""

    staff: bytes
    score: int | None = None
    passed: bool | None = None
    remark: str = ""


def record_result(
    desk: Desk,
    outcome: Outcome,
    course: bytes,
    day: str,
    *,
    hours: int | None = None,
    trainer: bytes | None = None,
) -> Done:
    """Record the result of one person in one course."""
    return desk.perform(*_records(desk, [outcome], course, day, hours=hours, trainer=trainer))


def enter_results(
    desk: Desk, session: bytes, outcomes: Sequence[Outcome], day: str, *, hours: int | None = None
) -> Done:
    """Record the results of a session's participants and close it as held: one action, one undo."""
    with desk.read() as read:
        row = _row(read, "training_session", session)
    listed = list(from_json(row["participants"]) or ())
    added = [found for outcome in outcomes if (found := outcome.staff.hex()) not in listed]
    ops: list[Op | None] = list(
        _records(
            desk, outcomes, row["course_id"], day, hours=hours, trainer=row["trainer_id"], session=session
        )
    )
    if not ops:
        raise AppError(N_("Enter at least one result."))
    if row["status"] == "planned":
        ops.append(move_on(SESSION, row, "held", participants=to_json([*listed, *added])))
    return desk.perform(*ops)


def _records(
    desk: Desk,
    outcomes: Iterable[Outcome],
    course_id: bytes,
    day: str,
    *,
    hours: int | None,
    trainer: bytes | None,
    session: bytes | None = None,
) -> Iterator[Record]:
    if not day or day > desk.today():
        text = N_("A result is recorded after the training: choose today or an earlier date.")
        raise Refused([Objection("future", text, field="train_date")])
    with desk.read() as read:
        course = _row(read, "course", course_id)
        failed = {
            row[0]
            for row in read.rows(
                "SELECT DISTINCT staff_id FROM training_record WHERE course_id = ? AND passed = 0 "
                "AND deleted = 0 AND train_date <= ?",
                course_id, day,
            )
        }  # fmt: skip
    for outcome in outcomes:
        passed = outcome.score >= course["pass_score"] if outcome.score is not None else outcome.passed
        if passed is None:
            raise Refused(
                [Objection("result", N_("Enter a score, or whether it was passed."), field="score")]
            )
        yield Record(
            number=desk.number(RECORDS),
            staff=outcome.staff,
            course=course_id,
            train_date=day,
            hours=course["hours"] if hours is None else hours,
            passed=passed,
            pass_score=course["pass_score"],
            score=outcome.score,
            assessments=course["assessments"],
            valid_until=valid_until(day, course["validity_months"]) if passed else None,
            retake=outcome.staff in failed,
            session=session,
            trainer=trainer,
            remark=outcome.remark or None,
        )


def _row(read: Reader, table: str, row_id: bytes) -> dict[str, Any]:
    row = read.get(table, row_id)
    if row is None:
        raise AppError(N_("This record is no longer in the register. Choose another one."))
    return row


def void_record(desk: Desk, record: bytes, reason: str) -> Done:
    """Take a result out that was entered by mistake; it stays in the history."""
    if not reason.strip():
        raise Refused([Objection("remark", N_("Please give the reason."), field="reason")])
    return desk.perform(Void(record=record, reason=reason.strip()))


def save(desk: Desk, table: str, row_id: bytes | None, new: Mapping[str, Any]) -> bytes:
    """Keep a record of a register: a new one, or what is different in an old one; its id."""
    if row_id is None:
        row_id = new_id()
        desk.perform(create(table, row_id, **{name: _or_none(value) for name, value in new.items()}))
        return row_id
    with desk.read() as read:
        row = _row(read, table, row_id)
    changed = patch(table, row, **{name: _or_none(value) for name, value in new.items()})
    if changed:
        desk.perform(changed)
    return row_id


def _or_none(value: Any) -> Any:
    return None if value == "" else value


def save_session(desk: Desk, row_id: bytes | None, new: Mapping[str, Any]) -> bytes:
    """Plan a session, or plan it anew; the end follows from the course where none is given."""
    start, end = new["planned_start"], new.get("planned_end")
    with desk.read() as read:
        course = _row(read, "course", new["course_id"])
    end = end or start + course["hours"] * 3_600
    if end <= start:
        raise Refused([Objection("end", N_("The end lies before the beginning."), field="end")])
    people = new.get("participants") or ()
    if new.get("capacity") and len(people) > new["capacity"]:
        text = N_("{people} participants are more than the {places} places.")
        said = {"people": len(people), "places": new["capacity"]}
        raise Refused([Objection("capacity", text, said, field="capacity")])
    made = dict(new) | {"planned_end": end, "participants": to_json([staff.hex() for staff in people])}
    if row_id is None:
        site = desk.site.id if desk.site else None
        made |= {"code": desk.number(SESSIONS), "status": "planned", "site_id": site}
    return save(desk, "training_session", row_id, made)


def move_session(desk: Desk, row_id: bytes, target: str, remark: str = "") -> Done:
    """Cancel a session, or plan it again."""
    with desk.read() as read:
        row = _row(read, "training_session", row_id)
    return desk.perform(move_on(SESSION, row, target, remark))


def add_certificate(desk: Desk, new: Mapping[str, Any]) -> bytes:
    """File a certificate of a person, or the one that renews it: the old one stays in the history."""
    _check_certificate(desk, new)
    number = certificate_number(desk, CERTIFICATES)
    return save(desk, "staff_certificate", None, {**new, "certificate_id": number, "revoked": 0})


def _check_certificate(desk: Desk, new: Mapping[str, Any]) -> None:
    issued, until, review = new.get("issue_date"), new.get("valid_until"), new.get("review_due_date")
    found = []
    if issued and issued > desk.today():
        found.append(Objection("future", N_("The date of issue lies in the future."), field="issue_date"))
    if issued and until and until <= issued:
        text = N_("The certificate must end after it was issued.")
        found.append(Objection("until", text, field="valid_until"))
    if review and ((until and review > until) or (issued and review <= issued)):
        text = N_("The review must be due between the date of issue and the end.")
        found.append(Objection("review", text, field="review_due_date"))
    if found:
        raise Refused(found)


def proposed_dates(read: Reader, cert_type: bytes, issued: str) -> tuple[str | None, str | None]:
    """When a certificate of this type, issued on this day, has its review and its end."""
    row = _row(read, "cert_type", cert_type)
    return valid_until(issued, row["review_months"]), valid_until(issued, row["validity_months"])


def review_certificate(desk: Desk, row_id: bytes, passed_on: str, next_due: str | None = None) -> Done | None:
    """The mid-term review (复审) of a certificate was passed; the next one may be due later."""
    with desk.read() as read:
        row = _row(read, "staff_certificate", row_id)
    if passed_on > desk.today() or passed_on < row["issue_date"]:
        text = N_("The review was passed between the date of issue and today.")
        raise Refused([Objection("passed", text, field="passed_on")])
    due = next_due or row["review_due_date"]
    if not next_due and review_open(due, passed_on):
        text = N_("This is long before the review was due: enter when the next one is due.")
        raise Refused([Objection("next", text, field="next_due")])
    if next_due:
        _check_certificate(desk, row | {"review_due_date": due})
    changed = patch("staff_certificate", row, review_passed_on=passed_on, review_due_date=due)
    return desk.perform(changed) if changed else None


def revoke_certificate(desk: Desk, row_id: bytes, *, revoked: bool = True) -> Done | None:
    """The issuer withdrew a certificate (or gave it back)."""
    with desk.read() as read:
        changed = patch("staff_certificate", _row(read, "staff_certificate", row_id), revoked=int(revoked))
    return desk.perform(changed) if changed else None


def local_instant(desk: Desk, day: str, clock: str) -> int:
    """A day and a time of the wall clock at the site, as an instant."""
    return values.instant_of(day, clock, desk.timezone)
