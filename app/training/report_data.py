"""The rows of the training reports: the matrix (05) and the record of one person (05b)."""

from collections.abc import Mapping
from typing import Any

from app.access import Actor
from app.fields import from_json
from app.reports.rows import (
    CertificateRow,
    CourseRow,
    MatrixCell,
    MatrixRow,
    Signer,
    TrainingMatrixData,
    TrainingRecordData,
)
from app.training.certificates import CertificateView
from app.training.file import RecordView, person_file
from app.training.matrix import Matrix, MatrixLine, matrix
from app.tx import Reader
from app.words import _, pgettext
from db.models.people import EDUCATION
from db.models.training import ASSESSMENTS


def matrix_data(
    read: Reader,
    actor: Actor,
    today: str,
    filters: Mapping[str, Any] | None = None,
    text: str = "",
    *,
    signers: Signer | None = None,
) -> TrainingMatrixData:
    """The matrix as the screen shows it, for the print: only the courses that somebody of it must have."""
    found = matrix(read, actor, today, filters, text)
    asked = {n for line in found.lines for n, cell in enumerate(line.cells) if cell.required}
    heads = tuple((head.code, head.name) for n, head in enumerate(found.courses) if n in asked)
    rows = tuple(_line(found, line) for line in found.lines)
    return TrainingMatrixData(found.as_of, found.days, heads, rows, signers or Signer())


def _line(found: Matrix, line: MatrixLine) -> MatrixRow:
    cells = {
        head.code: MatrixCell(cell.state, cell.until)
        for head, cell in zip(found.courses, line.cells, strict=True)
        if cell.required
    }
    return MatrixRow(line.person.name, line.person.job, line.person.site_code, cells)


def record_data(
    read: Reader, staff: bytes, today: str, signers: Signer | None = None
) -> TrainingRecordData | None:
    """The training record of one person, the oldest course first."""
    found = person_file(read, staff, today)
    if found is None:
        return None
    who = found.person
    return TrainingRecordData(
        who.staff_no,
        who.name,
        who.job,
        who.team,
        hired=who.hired,
        education=_(dict(EDUCATION).get(who.education, who.education)),
        major=who.major,
        experience_years=who.experience,
        courses=tuple(_course(record) for record in reversed(found.records)),
        certificates=tuple(_certificate(c) for c in found.certificates if not c.replaced),
        signers=signers or Signer(),
    )


def assessment_words(listed: str) -> str:
    """How a course is assessed, in words."""
    words = dict(ASSESSMENTS)
    return pgettext("list", ", ").join(_(words.get(code, code)) for code in from_json(listed) or ())


def _course(record: RecordView) -> CourseRow:
    return CourseRow(
        record.day,
        f"{record.code} {record.course}",
        record.hours,
        assessment_words(record.assessments),
        record.state,
        record.score,
        record.pass_score,
        record.until or "",
    )


def _certificate(found: CertificateView) -> CertificateRow:
    return CertificateRow(
        found.type, found.number, found.state, found.issued, found.review_due or "", found.until or ""
    )
