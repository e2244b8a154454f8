"""Templates, plans, rounds and their answers."""

from typing import ClassVar

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import (
    ID,
    About,
    Base,
    Choices,
    Field,
    Synced,
    blob,
    choice,
    code,
    day,
    digest,
    flag,
    instant,
    integer,
    many,
    measure,
    note,
    ref,
    text,
)
from resources.marks import N_

CYCLES: Choices = (
    ("once", N_("Once")),
    ("daily", N_("Daily")),
    ("weekly", N_("Weekly")),
    ("monthly", N_("Monthly")),
    ("quarterly", N_("Quarterly")),
    ("half_year", N_("Half-yearly")),
    ("year", N_("Yearly")),
    ("by_hours", N_("By running hours")),
)
INSPECTION_KINDS: Choices = (
    ("room_round", N_("Daily round")),
    ("condition", N_("Condition check")),
    ("full", N_("Full inspection")),
    ("acceptance", N_("Acceptance")),
    ("stocktake", N_("Stocktake")),
    ("audit", N_("Audit")),
)
TEMPLATE_STATUS: Choices = (
    ("draft", N_("Draft")),
    ("published", N_("Published")),
    ("retired", N_("Withdrawn")),
)
METHODS: Choices = (
    ("look", N_("Look")),
    ("listen", N_("Listen")),
    ("measure", N_("Measure")),
    ("operate", N_("Operate")),
    ("read", N_("Read")),
    ("sample", N_("Sample")),
)
VALUE_TYPES: Choices = (
    ("bool", N_("Yes or no")),
    ("choice", N_("Choice")),
    ("number", N_("Number")),
    ("text", N_("Text")),
    ("photo", N_("Photo")),
    ("signature", N_("Signature")),
    ("meter", N_("Meter")),
)
ON_FAIL: Choices = (
    ("record", N_("Record only")),
    ("alert_3", N_("Level 3 alert")),
    ("alert_2", N_("Level 2 alert")),
    ("alert_1", N_("Level 1 alert")),
    ("work_order", N_("Fault and work order")),
)
TASK_STATES: Choices = (
    ("scheduled", N_("To do")),
    ("in_progress", N_("In progress")),
    ("submitted", N_("Submitted")),
    ("returned", N_("Returned")),
    ("reviewed", N_("Reviewed")),
    ("missed", N_("Missed")),
    ("cancelled", N_("Cancelled")),
)
RESULTS: Choices = (
    ("pass", N_("Pass")),
    ("conditional", N_("Pass after rectification")),
    ("fail", N_("Fail")),
)
ANSWER_STATES: Choices = (
    ("ok", N_("Normal")),
    ("warn", N_("Near the limit")),
    ("fail", N_("Abnormal")),
    ("na", N_("Not applicable")),
)


class InspectionTemplate(Synced, Base):
    """What a round checks (巡检模板); a published version is frozen."""

    __tablename__ = "inspection_template"
    about: ClassVar = About(
        N_("Inspection templates"), N_("Inspection template"), key="code", name="name", topic="inspections"
    )
    code: Mapped[str] = code(N_("Template code"))
    name: Mapped[str] = text(N_("Name"), required=True)
    name_en: Mapped[str | None] = text(N_("English name"))
    version: Mapped[int] = integer(N_("Version"), required=True, low=1)
    kind: Mapped[str] = choice(N_("Kind"), INSPECTION_KINDS, required=True)
    cycle: Mapped[str] = choice(N_("Cycle"), CYCLES, required=True)
    site_type: Mapped[str | None] = text(N_("Site type"), 20)
    applicable_classes: Mapped[str | None] = many(N_("Equipment classes"))
    standard_minutes: Mapped[int | None] = integer(N_("Standard time"), N_("min"), low=0)
    grace_days: Mapped[int | None] = integer(N_("Grace"), N_("days"), low=0)
    owner_id: Mapped[bytes | None] = ref(N_("Owner"), "staff")
    status: Mapped[str] = choice(N_("Status"), TEMPLATE_STATUS, required=True)
    effective_from: Mapped[str | None] = day(N_("Effective from"))
    safety_note: Mapped[str | None] = note(N_("Safety note"))
    tools: Mapped[str | None] = note(N_("Tools"))
    required_certs: Mapped[str | None] = many(N_("Required certificates"))


class InspectionItem(Synced, Base):
    """One check of a template (检查项) with its limits and what a deviation raises."""

    __tablename__ = "inspection_item"
    about: ClassVar = About(N_("Check items"), N_("Check item"), key="code", name="name", topic="inspections")
    code: Mapped[str] = code(N_("Item code"), 40)
    template_id: Mapped[bytes] = mapped_column(
        ID,
        ForeignKey("inspection_template.id"),
        index=True,
        info={"field": Field("ref", N_("Inspection template"), required=True, target="inspection_template")},
    )
    seq: Mapped[int] = integer(N_("No."), required=True)
    section: Mapped[str | None] = text(N_("Section"))
    name: Mapped[str] = text(N_("Check"), 200, required=True)
    name_en: Mapped[str | None] = text(N_("English text"), 200)
    method: Mapped[str | None] = choice(N_("Method"), METHODS)
    value_type: Mapped[str] = choice(N_("Value type"), VALUE_TYPES, required=True)
    unit: Mapped[str | None] = text(N_("Unit"), 20)
    limit_low: Mapped[int | None] = measure(N_("Lower limit"), group="limits")
    limit_high: Mapped[int | None] = measure(N_("Upper limit"), group="limits")
    warn_low: Mapped[int | None] = measure(N_("Lower warning"), group="limits")
    warn_high: Mapped[int | None] = measure(N_("Upper warning"), group="limits")
    options: Mapped[str | None] = many(N_("Options"))
    fail_options: Mapped[str | None] = many(N_("Failing options"))
    required: Mapped[int] = flag(N_("Required"))
    photo_required: Mapped[int] = flag(N_("Photo required"))
    on_fail: Mapped[str] = choice(N_("On deviation"), ON_FAIL, required=True)
    location_id: Mapped[bytes | None] = ref(N_("Location"), "location")
    equipment_id: Mapped[bytes | None] = ref(N_("Equipment"), "equipment")


class InspectionPlan(Synced, Base):
    """When a template is due where (巡检计划)."""

    __tablename__ = "inspection_plan"
    about: ClassVar = About(
        N_("Inspection plans"),
        N_("Inspection plan"),
        key="code",
        name="name",
        bucket="site",
        topic="inspections",
    )
    code: Mapped[str] = code(N_("Plan code"), 40)
    name: Mapped[str] = text(N_("Name"), required=True)
    template_code: Mapped[str] = text(N_("Inspection template"), 32, required=True)
    site_id: Mapped[bytes] = ref(N_("Site"), "site", required=True)
    location_id: Mapped[bytes | None] = ref(N_("Location"), "location")
    equipment: Mapped[str | None] = many(N_("Equipment"))
    cycle: Mapped[str] = choice(N_("Cycle"), CYCLES, required=True)
    interval: Mapped[int] = integer(N_("Every"), required=True, low=1)
    first_due: Mapped[str] = day(N_("First due"), required=True)
    due_time: Mapped[str | None] = text(N_("Due by (time)"), 11, hint="08:00-10:00")
    window_before_days: Mapped[int] = integer(N_("May start before"), N_("days"), required=True, low=0)
    grace_days: Mapped[int] = integer(N_("Grace"), N_("days"), required=True, low=0)
    assignee_id: Mapped[bytes | None] = ref(N_("Assigned to"), "staff")
    team_id: Mapped[bytes | None] = ref(N_("Team"), "org_unit")
    active: Mapped[int] = flag(N_("Active"))


class InspectionTask(Synced, Base):
    """One round to do (巡检任务); its life follows SM-07. The id of a planned one is made of plan and due date."""

    __tablename__ = "inspection_task"
    about: ClassVar = About(N_("Rounds"), N_("Round"), key="code", bucket="site", topic="inspections")
    code: Mapped[str] = code(N_("Round number"), 60)
    plan_id: Mapped[bytes | None] = ref(N_("Inspection plan"), "inspection_plan")
    template_id: Mapped[bytes] = ref(N_("Inspection template"), "inspection_template", required=True)
    site_id: Mapped[bytes] = ref(N_("Site"), "site", required=True)
    location_id: Mapped[bytes | None] = ref(N_("Location"), "location")
    equipment: Mapped[str | None] = many(N_("Equipment"))
    due_from: Mapped[int] = instant(N_("Due from"), required=True, index=True)
    due_to: Mapped[int] = instant(N_("Due by"), required=True)
    assignee_id: Mapped[bytes | None] = ref(N_("Assigned to"), "staff")
    executors: Mapped[str | None] = many(N_("Done by"))
    status: Mapped[str] = choice(N_("Status"), TASK_STATES, required=True, group="status", index=True)
    started_at: Mapped[int | None] = instant(N_("Started at"))
    submitted_at: Mapped[int | None] = instant(N_("Submitted at"), index=True)
    submitted_by: Mapped[bytes | None] = ref(N_("Submitted by"), "user_account")
    sealed: Mapped[bytes | None] = digest(N_("Seal of the answers"))
    reviewed_at: Mapped[int | None] = instant(N_("Reviewed at"))
    reviewed_by: Mapped[bytes | None] = ref(N_("Reviewed by"), "user_account")
    review_remark: Mapped[str | None] = note(N_("Review remark"))
    result: Mapped[str | None] = choice(N_("Result"), RESULTS)
    scanned_at_place: Mapped[int | None] = instant(N_("Label scanned at"))
    scanned_label: Mapped[str | None] = text(N_("Scanned label"), 40)
    late_reason: Mapped[str | None] = text(N_("Reason for being late"), 200)


class InspectionResult(Synced, Base):
    """One confirmed answer (检查结果): a fact. The latest answer of an item counts, all are kept."""

    __tablename__ = "inspection_result"
    about: ClassVar = About(N_("Answers"), N_("Answer"), bucket="site", topic="inspections", fact=True)
    __table_args__ = (Index("ix_inspection_result_item_at", "item_id", "measured_at"),)
    task_id: Mapped[bytes] = ref(N_("Round"), "inspection_task", required=True)
    item_id: Mapped[bytes] = ref(N_("Check item"), "inspection_item", required=True)
    site_id: Mapped[bytes] = ref(N_("Site"), "site", required=True)
    equipment_id: Mapped[bytes | None] = ref(N_("Equipment"), "equipment")
    value_num: Mapped[int | None] = measure(N_("Value"))
    value_text: Mapped[str | None] = text(N_("Value"), 2000)
    unit: Mapped[str | None] = text(N_("Unit"), 20)
    limit_low: Mapped[int | None] = measure(N_("Lower limit"))
    limit_high: Mapped[int | None] = measure(N_("Upper limit"))
    state: Mapped[str] = choice(N_("Result"), ANSWER_STATES, required=True)
    remark: Mapped[str | None] = note(N_("Remarks"))
    photos: Mapped[str | None] = many(N_("Photos"))
    measured_at: Mapped[int] = instant(N_("Measured at"), required=True, index=True)
    measured_by: Mapped[bytes | None] = ref(N_("Measured by"), "user_account")


class Attachment(Synced, Base):
    """A photo, document or signature that belongs to a record (附件); the bytes are content-addressed."""

    __tablename__ = "attachment"
    about: ClassVar = About(N_("Attachments"), N_("Attachment"), bucket="site", topic="files", fact=True)
    site_id: Mapped[bytes | None] = ref(N_("Site"), "site")
    owner_table: Mapped[str] = text(N_("Record"), 40, required=True)
    owner_id: Mapped[bytes] = ref(N_("Record"), "", required=True)
    item_id: Mapped[bytes | None] = ref(N_("Check item"), "inspection_item")
    kind: Mapped[str] = choice(
        N_("Kind"),
        (("photo", N_("Photo")), ("document", N_("Document")), ("signature", N_("Signature"))),
        required=True,
    )
    sha256: Mapped[bytes] = digest(N_("Content digest"), required=True)
    size: Mapped[int] = integer(N_("Size"), required=True)
    mime: Mapped[str] = text(N_("Type"), 60, required=True)
    original_name: Mapped[str | None] = text(N_("File name"), 200)
    caption: Mapped[str | None] = text(N_("Caption"), 200)
    taken_at: Mapped[int | None] = instant(N_("Taken at"))
    thumbnail: Mapped[bytes | None] = blob(N_("Thumbnail"))
