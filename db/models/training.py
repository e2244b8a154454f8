"""Certificates, courses and training records."""

from typing import ClassVar

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
    code = code(N_("Type code"))
    name = text(N_("Name"), required=True)
    name_en = text(N_("English name"))
    validity_months = integer(N_("Valid for"), N_("months"), low=1)
    review_months = integer(N_("Review every"), N_("months"), low=1)
    issuer = text(N_("Issuer"))


class StaffCertificate(Synced, Base):
    """A certificate that a person holds (人员证书); the mid-term review (复审) has a date of its own."""

    __tablename__ = "staff_certificate"
    about: ClassVar = About(
        N_("Certificates"), N_("Certificate"), key="certificate_id", name="certificate_no", topic="training"
    )
    certificate_id = code(N_("Record number"))
    staff_id = ref(N_("Staff member"), "staff", required=True)
    cert_type_id = ref(N_("Certificate type"), "cert_type", required=True)
    certificate_no = text(N_("Certificate number"), 60, required=True)
    issue_date = day(N_("Issued on"), required=True)
    review_due_date = day(N_("Review due"))
    review_passed_on = day(N_("Review passed on"))
    valid_until = day(N_("Valid until"))
    file_id = ref(N_("Scanned copy"), "file")
    revoked = flag(N_("Revoked"))


class CompetencyRule(Synced, Base):
    """What a person must hold before being assigned (上岗要求)."""

    __tablename__ = "competency_rule"
    about: ClassVar = About(N_("Competency rules"), N_("Competency rule"), topic="training")
    equipment_class_id = ref(N_("Equipment class"), "equipment_class")
    template_code = text(N_("Inspection template"), 32)
    role_code = choice(N_("Post"), POSTS)
    cert_type_id = ref(N_("Certificate type"), "cert_type")
    course_id = ref(N_("Course"), "course")
    enforcement = choice(N_("When missing"), ENFORCEMENT, required=True)


class Course(Synced, Base):
    """A course (课程): hours, pass mark, how long a pass is valid, who needs it."""

    __tablename__ = "course"
    about: ClassVar = About(N_("Courses"), N_("Course"), key="code", name="name", topic="training")
    code = code(N_("Course code"))
    name = text(N_("Name"), required=True)
    name_en = text(N_("English name"))
    category = choice(N_("Category"), CATEGORIES, required=True)
    hours = measure(N_("Hours"), "h", required=True)
    validity_months = integer(N_("Valid for"), N_("months"), low=1)
    assessments = many(N_("Assessment"), ASSESSMENTS, required=True)
    pass_score = measure(N_("Pass mark"), required=True)
    required_for = many(N_("Required for posts"), (("*", N_("Everybody")), *POSTS))


class TrainingSession(Synced, Base):
    """A course held at a date (培训班)."""

    __tablename__ = "training_session"
    about: ClassVar = About(N_("Training sessions"), N_("Training session"), key="code", topic="training")
    code = code(N_("Session number"))
    course_id = ref(N_("Course"), "course", required=True)
    site_id = ref(N_("Site"), "site")
    planned_start = instant(N_("From"), required=True)
    planned_end = instant(N_("To"), required=True)
    place = text(N_("Place"))
    trainer_id = ref(N_("Trainer"), "staff")
    trainer = text(N_("External trainer"))
    capacity = integer(N_("Places"), low=1)
    participants = many(N_("Participants"))
    status = choice(N_("Status"), SESSION_STATUS, required=True)


class TrainingRecord(Synced, Base):
    """One person's result of one course (培训记录), a fact; a retake is another record."""

    __tablename__ = "training_record"
    about: ClassVar = About(
        N_("Training records"), N_("Training record"), key="record_no", topic="training", fact=True
    )
    record_no = code(N_("Record number"), 20)
    staff_id = ref(N_("Staff member"), "staff", required=True)
    course_id = ref(N_("Course"), "course", required=True)
    session_id = ref(N_("Training session"), "training_session")
    train_date = day(N_("Date"), required=True)
    hours = measure(N_("Hours"), "h", required=True)
    assessments = many(N_("Assessment"), ASSESSMENTS)
    score = measure(N_("Score"))
    pass_score = measure(N_("Pass mark"))
    passed = flag(N_("Passed"))
    retake = flag(N_("Retake"))
    valid_until = day(N_("Valid until"))
    trainer_id = ref(N_("Trainer"), "staff")
    remark = note(N_("Remarks"))
