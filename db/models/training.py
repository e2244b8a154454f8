"""Certificates, courses and training records."""

from typing import ClassVar

from sqlalchemy.orm import Mapped

from db.models.base import (
    About,
    Base,
    Choices,
    Synced,
    choice,
    code,
    day,
    flag,
    instant,
    integer,
    many,
    measure,
    note,
    ref,
    text,
)
from db.models.people import POSTS
from resources.marks import N_

CATEGORIES: Choices = (
    ("basic", N_("Basic training")),
    ("special", N_("Special training")),
    ("continuing", N_("Continuing training")),
)
ASSESSMENTS: Choices = (
    ("theory", N_("Theory exam")),
    ("practical", N_("Practical assessment")),
    ("case", N_("Case analysis")),
)
ENFORCEMENT: Choices = (("warn", N_("Warn")), ("block", N_("Block")))
SESSION_STATUS: Choices = (("planned", N_("Planned")), ("held", N_("Held")), ("cancelled", N_("Cancelled")))


class CertType(Synced, Base):
    """A kind of certificate or work permit (证书类型)."""

    __tablename__ = "cert_type"
    about: ClassVar = About(
        N_("Certificate types"), N_("Certificate type"), key="code", name="name", topic="training"
    )
    code: Mapped[str] = code(N_("Type code"))
    name: Mapped[str] = text(N_("Name"), required=True)
    name_en: Mapped[str | None] = text(N_("English name"))
    validity_months: Mapped[int | None] = integer(N_("Valid for"), N_("months"), low=1)
    review_months: Mapped[int | None] = integer(N_("Review every"), N_("months"), low=1)
    issuer: Mapped[str | None] = text(N_("Issuer"))


class StaffCertificate(Synced, Base):
    """A certificate that a person holds (人员证书); the mid-term review (复审) has a date of its own."""

    __tablename__ = "staff_certificate"
    about: ClassVar = About(
        N_("Certificates"), N_("Certificate"), key="certificate_id", name="certificate_no", topic="training"
    )
    certificate_id: Mapped[str] = code(N_("Record number"))
    staff_id: Mapped[bytes] = ref(N_("Staff member"), "staff", required=True)
    cert_type_id: Mapped[bytes] = ref(N_("Certificate type"), "cert_type", required=True)
    certificate_no: Mapped[str] = text(N_("Certificate number"), 60, required=True)
    issue_date: Mapped[str] = day(N_("Issued on"), required=True)
    review_due_date: Mapped[str | None] = day(N_("Review due"))
    review_passed_on: Mapped[str | None] = day(N_("Review passed on"))
    valid_until: Mapped[str | None] = day(N_("Valid until"))
    file_id: Mapped[bytes | None] = ref(N_("Scanned copy"), "file")
    revoked: Mapped[int] = flag(N_("Revoked"))


class CompetencyRule(Synced, Base):
    """What a person must hold before being assigned (上岗要求)."""

    __tablename__ = "competency_rule"
    about: ClassVar = About(N_("Competency rules"), N_("Competency rule"), topic="training")
    equipment_class_id: Mapped[bytes | None] = ref(N_("Equipment class"), "equipment_class")
    template_code: Mapped[str | None] = text(N_("Inspection template"), 32)
    role_code: Mapped[str | None] = choice(N_("Post"), POSTS)
    cert_type_id: Mapped[bytes | None] = ref(N_("Certificate type"), "cert_type")
    course_id: Mapped[bytes | None] = ref(N_("Course"), "course")
    enforcement: Mapped[str] = choice(N_("When missing"), ENFORCEMENT, required=True)


class Course(Synced, Base):
    """A course (课程): hours, pass mark, how long a pass is valid, who needs it."""

    __tablename__ = "course"
    about: ClassVar = About(N_("Courses"), N_("Course"), key="code", name="name", topic="training")
    code: Mapped[str] = code(N_("Course code"))
    name: Mapped[str] = text(N_("Name"), required=True)
    name_en: Mapped[str | None] = text(N_("English name"))
    category: Mapped[str] = choice(N_("Category"), CATEGORIES, required=True)
    hours: Mapped[int] = measure(N_("Hours"), "h", required=True)
    validity_months: Mapped[int | None] = integer(N_("Valid for"), N_("months"), low=1)
    assessments: Mapped[str] = many(N_("Assessment"), ASSESSMENTS, required=True)
    pass_score: Mapped[int] = measure(N_("Pass mark"), required=True)
    required_for: Mapped[str | None] = many(N_("Required for posts"), (("*", N_("Everybody")), *POSTS))


class TrainingSession(Synced, Base):
    """A course held at a date (培训班)."""

    __tablename__ = "training_session"
    about: ClassVar = About(N_("Training sessions"), N_("Training session"), key="code", topic="training")
    code: Mapped[str] = code(N_("Session number"))
    course_id: Mapped[bytes] = ref(N_("Course"), "course", required=True)
    site_id: Mapped[bytes | None] = ref(N_("Site"), "site")
    planned_start: Mapped[int] = instant(N_("From"), required=True)
    planned_end: Mapped[int] = instant(N_("To"), required=True)
    place: Mapped[str | None] = text(N_("Place"))
    trainer_id: Mapped[bytes | None] = ref(N_("Trainer"), "staff")
    trainer: Mapped[str | None] = text(N_("External trainer"))
    capacity: Mapped[int | None] = integer(N_("Places"), low=1)
    participants: Mapped[str | None] = many(N_("Participants"))
    status: Mapped[str] = choice(N_("Status"), SESSION_STATUS, required=True)


class TrainingRecord(Synced, Base):
    """One person's result of one course (培训记录), a fact; a retake is another record."""

    __tablename__ = "training_record"
    about: ClassVar = About(
        N_("Training records"), N_("Training record"), key="record_no", topic="training", fact=True
    )
    record_no: Mapped[str] = code(N_("Record number"), 20)
    staff_id: Mapped[bytes] = ref(N_("Staff member"), "staff", required=True)
    course_id: Mapped[bytes] = ref(N_("Course"), "course", required=True)
    session_id: Mapped[bytes | None] = ref(N_("Training session"), "training_session")
    train_date: Mapped[str] = day(N_("Date"), required=True)
    hours: Mapped[int] = measure(N_("Hours"), "h", required=True)
    assessments: Mapped[str | None] = many(N_("Assessment"), ASSESSMENTS)
    score: Mapped[int | None] = measure(N_("Score"))
    pass_score: Mapped[int | None] = measure(N_("Pass mark"))
    passed: Mapped[int] = flag(N_("Passed"))
    retake: Mapped[int] = flag(N_("Retake"))
    valid_until: Mapped[str | None] = day(N_("Valid until"))
    trainer_id: Mapped[bytes | None] = ref(N_("Trainer"), "staff")
    remark: Mapped[str | None] = note(N_("Remarks"))
