"""Training and qualification matrix (培训与资格矩阵) and the training record of a person (员工培训记录)."""

from __future__ import annotations

from typing import Literal

from app.reports.document import (
    Col,
    Fact,
    Group,
    Issue,
    Report,
    Row,
    Signature,
    Signatures,
    Status,
    Table,
    Text,
    Value,
)
from app.reports.parts import joined, section, signed
from app.reports.rows import (
    CertificateRow,
    CourseRow,
    MatrixCell,
    MatrixRow,
    TrainingMatrixData,
    TrainingRecordData,
)
from app.words import _, ngettext, pgettext

_ROOM = {"A4": 17, "A3": 28}
_HOLDS = frozenset({"valid", "expiring"})


def training_matrix(data: TrainingMatrixData, issue: Issue, size: Literal["A4", "A3"] = "A4") -> Report:
    """Who holds which required course and until when; more courses than a sheet is wide go on in a second table."""
    room = _ROOM[size]
    parts = [data.courses[i : i + room] for i in range(0, len(data.courses), room)] or [()]
    tables = tuple(
        _matrix(data, courses, last=courses is parts[-1], alone=len(parts) == 1) for courses in parts
    )
    key = _matrix_key(data)
    return Report(
        code="training-matrix",
        title=_("Training and qualification matrix"),
        subtitle=_("As of {date} · required courses").format(date=data.as_of),
        issue=issue,
        blocks=(
            Text(key, small=True),
            *tables,
            signed(data.signers, _("Prepared by"), _("Reviewed by"), _("Approved by")),
        ),
        period=data.as_of,
        retention=_("5 years"),
        legend=key,
        size=size,
        landscape=True,
    )


def _matrix_key(data: TrainingMatrixData) -> str:
    cells = [cell for row in data.rows for cell in row.cells.values()]
    count = {state: sum(cell.state == state for cell in cells) for state in ("valid", "expiring", "missing")}
    bad = len(cells) - sum(count.values())
    held = count["valid"] + count["expiring"]
    share = f"{held * 1000 // len(cells) / 10:.1f}" if cells else "—"
    return _(
        "Signs: ✓ valid until (year/month)  △ expires within {days} days  × expired or not passed (white on dark)  "
        "○ required, not trained  empty = not required. Required {total}: ✓ {valid}  △ {expiring}  × {bad}  ○ {missing}; covered {share} % ({held} / {total})."
    ).format(days=data.days_ahead, total=len(cells), bad=bad, share=share, held=held, **count)


def _matrix(
    data: TrainingMatrixData, courses: tuple[tuple[str, str], ...], *, last: bool, alone: bool
) -> Table:
    wide = len(data.courses) > _ROOM["A4"]
    columns = [
        Col("name", pgettext("person", "Name"), width=24, small=True),
        Col("job", _("Job"), width=34 if wide else 25, small=True),
        Col("site", _("Site"), width=13, small=True),
        *(Col(code, joined(code, name), "status", 0, turned=True) for code, name in courses),
    ]
    if last:
        columns.append(Col("held", _("Valid / required"), width=20, centred=True, small=True))
    title = "" if alone else _("Courses {first} to {last}").format(first=courses[0][0], last=courses[-1][0])
    rows = tuple(_matrix_row(row) for row in data.rows)
    return Table(
        tuple(columns),
        (Group("", rows),),
        title=title,
        name=title or _("Matrix"),
        lined=True,
        empty=_("Nobody in this scope."),
    )


def _matrix_row(row: MatrixRow) -> Row:
    held = sum(cell.state in _HOLDS for cell in row.cells.values())
    values: dict[str, Value] = {code: _matrix_cell(cell) for code, cell in row.cells.items()}
    values |= {"name": row.name, "job": row.job, "site": row.site, "held": f"{held}/{len(row.cells)}"}
    return Row(values)


def _matrix_cell(cell: MatrixCell) -> Status:
    until = f"{cell.until[2:4]}/{cell.until[5:7]}" if cell.until else ""
    return Status.of(cell.state, until)


# The record of one person


def training_record(data: TrainingRecordData, issue: Issue) -> Report:
    """Courses with marks, certificates, lines to go on by hand, and the person's own signature."""
    signatures = Signatures(
        (
            Signature(pgettext("report", "Person"), data.name, _("The record above is true")),
            Signature(_("Training administrator"), data.signers.checked),
            Signature(_("Head of department"), data.signers.approved),
        )
    )
    return Report(
        code="training-record",
        title=pgettext("report", "Training record"),
        subtitle=f"{data.staff_no}  {data.name}",
        issue=issue,
        head=_person(data),
        blocks=(_courses(data), _certificates(data), _by_hand(), signatures),
        retention=_("3 years after leaving"),
    )


def _person(data: TrainingRecordData) -> tuple[Fact, ...]:
    years = data.experience_years
    experience = "" if years is None else ngettext("{years} year", "{years} years", years).format(years=years)
    return (
        Fact(_("No. / name"), f"{data.staff_no} {data.name}"),
        Fact(_("Job"), data.job),
        Fact(_("Team"), data.team),
        Fact(_("Hired on"), data.hired),
        Fact(_("Education / major"), " / ".join(part for part in (data.education, data.major) if part)),
        Fact(_("Experience"), experience),
    )


def _courses(data: TrainingRecordData) -> Table:
    columns = (
        Col("day", _("Date"), "date", 21),
        Col("course", _("Course"), width=52),
        Col("hours", _("Hours"), "quantity", 14),
        Col("assessment", _("Assessment"), width=26),
        Col("score", _("Score"), "quantity", 13),
        Col("pass_score", _("Pass mark"), "quantity", 14),
        Col("until", _("Valid until"), "date", 21),
        Col("state", _("Status"), "status", 14),
    )
    return Table(
        columns,
        (Group("", tuple(map(_course, data.courses))),),
        title=section(1, _("Training and assessment")),
        name=_("Training"),
        sums=("hours",),
        total_label=_("Total"),
        label_column="course",
        empty=_("No training recorded."),
    )


def _course(row: CourseRow) -> Row:
    values: dict[str, Value] = {
        "day": row.day,
        "course": row.course,
        "hours": row.hours,
        "assessment": row.assessment,
        "score": row.score,
        "pass_score": row.pass_score,
        "until": row.valid_until,
        "state": Status.of(row.state),
    }
    return Row(values, mark=row.state in {"expired", "not_passed"})


def _certificates(data: TrainingRecordData) -> Table:
    columns = (
        Col("name", _("Certificate"), width=48),
        Col("number", _("Certificate no."), width=33),
        Col("issued", _("Issued on"), "date", 22),
        Col("review", _("Review due"), "date", 22),
        Col("until", _("Valid until"), "date", 22),
        Col("state", _("Status"), "status", 28),
    )
    return Table(
        columns,
        (Group("", tuple(map(_certificate, data.certificates))),),
        title=section(2, _("Certificates")),
        name=_("Certificates"),
        empty=_("No certificate recorded."),
    )


def _certificate(row: CertificateRow) -> Row:
    values: dict[str, Value] = {
        "name": row.name,
        "number": row.number,
        "issued": row.issued,
        "review": row.review_due,
        "until": row.valid_until,
        "state": Status.of(row.state),
    }
    return Row(values, mark=row.state == "expired")


def _by_hand() -> Table:
    columns = (
        Col("day", _("Date"), "write", 22),
        Col("course", _("Course / content"), "write", 63),
        Col("hours", _("Hours"), "write", 14),
        Col("trainer", _("Trainer"), "write", 24),
        Col("score", _("Score"), "write", 16),
        Col("signature", _("Own signature"), "write", 36),
    )
    rows = (Row({}),) * 3
    return Table(
        columns, (Group("", rows),), title=section(3, _("Added by hand")), form=True, in_workbook=False
    )
