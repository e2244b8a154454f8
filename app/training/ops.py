"""The ops of training: a result of a course is a fact; a wrong one is voided, a retake is another record (R-3.2-b)."""

from collections.abc import Iterator

from app import values
from app.access import Actor, Permission
from app.errors import Objection
from app.fields import check_row
from app.ops import Envelope, Inverse, Op, Subject, operation
from app.tx import Reader, Tx
from app.words import N_
from db.ids import made_id

_TOPICS = {"training"}
MOST_SCORE = 100 * values.THOUSAND


@operation("training.record", Permission.EDIT_TRAINING, _TOPICS)
class Record(Op, frozen=True, kw_only=True):
    """A person's result of a course; pass mark and validity are those of the course on that day."""

    number: str
    staff: bytes
    course: bytes
    train_date: str
    hours: int
    passed: bool
    pass_score: int
    score: int | None = None
    assessments: str | None = None
    valid_until: str | None = None
    retake: bool = False
    session: bytes | None = None
    trainer: bytes | None = None
    remark: str | None = None

    def check(self, read: Reader, actor: Actor) -> Iterator[Objection]:
        yield from check_row("training_record", self._row(), complete=True)
        for table, row_id, name in (("staff", self.staff, "staff_id"), ("course", self.course, "course_id")):
            found = read.get(table, row_id)
            if found is None or found["deleted"]:
                text = N_("This record is no longer in the register. Choose another one.")
                yield Objection("unknown", text, field=name)
        if self.score is not None and not 0 <= self.score <= MOST_SCORE:
            yield Objection("score", N_("A score lies between 0 and 100."), field="score")
        elif self.score is not None and self.passed != (self.score >= self.pass_score):
            yield Objection("passed", N_("The pass mark decides who has passed."), field="score")
        if self.hours < 0:
            yield Objection("hours", N_("Hours cannot be negative."), field="hours")

    def apply(self, tx: Tx) -> None:
        tx.insert("training_record", tx.made("record"), self._row())

    def _row(self) -> dict[str, object]:
        return {
            "record_no": self.number, "staff_id": self.staff, "course_id": self.course,
            "session_id": self.session, "train_date": self.train_date, "hours": self.hours,
            "assessments": self.assessments, "score": self.score, "pass_score": self.pass_score,
            "passed": int(self.passed), "retake": int(self.retake), "valid_until": self.valid_until,
            "trainer_id": self.trainer, "remark": self.remark,
        }  # fmt: skip

    def inverse(self, read: Reader, envelope: Envelope) -> Inverse:
        return Inverse([Void(record=made_id(envelope.op_id, "record"))])

    def subject(self) -> Subject:
        return "staff", self.staff


@operation("training.void", Permission.EDIT_TRAINING, _TOPICS)
class Void(Op, frozen=True, kw_only=True):
    """A result that was entered by mistake no longer counts; it stays in the history with the reason."""

    record: bytes
    reason: str = ""
    back: bool = False

    def check(self, read: Reader, actor: Actor) -> Iterator[Objection]:
        if read.get("training_record", self.record) is None:
            yield Objection("unknown", N_("This record is no longer in the register. Choose another one."))

    def apply(self, tx: Tx) -> None:
        tx.retire("training_record", self.record, deleted=not self.back)

    def inverse(self, read: Reader, envelope: Envelope) -> Inverse:
        return Inverse([Void(record=self.record, back=not self.back)])

    def subject(self) -> Subject:
        return "training_record", self.record
