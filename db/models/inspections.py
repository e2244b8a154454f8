"""Templates, plans, rounds and their answers."""

from typing import ClassVar

from db.models.base import (
    About,
    Base,
    Choices,
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
    part_of,
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
    ("number", N_("Numeric value")),
    ("text", N_("Free text")),
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
    code = code(N_("Template code"))
    name = text(N_("Name"), required=True)
    name_en = text(N_("English name"))
    version = integer(N_("Version"), required=True, low=1)
    kind = choice(N_("Kind"), INSPECTION_KINDS, required=True)
    cycle = choice(N_("Cycle"), CYCLES, required=True)
    site_type = text(N_("Site type"), 20)
    applicable_classes = many(N_("Equipment classes"))
    standard_minutes = integer(N_("Standard time"), N_("min"), low=0)
    grace_days = integer(N_("Grace"), N_("days"), low=0)
    owner_id = ref(N_("Owner"), "staff")
    status = choice(N_("Status"), TEMPLATE_STATUS, required=True)
    effective_from = day(N_("Effective from"))
    safety_note = note(N_("Safety note"))
    tools = note(N_("Tools"))
    required_certs = many(N_("Required certificates"))


class InspectionItem(Synced, Base):
    """One check of a template (检查项) with its limits and what a deviation raises."""

    __tablename__ = "inspection_item"
    about: ClassVar = About(N_("Check items"), N_("Check item"), key="code", name="name", topic="inspections")
    code = code(N_("Item code"), 40)
    template_id = part_of(N_("Inspection template"), "inspection_template")
    seq = integer(N_("No."), required=True)
    section = text(N_("Section"))
    name = text(N_("Check"), 200, required=True)
    name_en = text(N_("English text"), 200)
    method = choice(N_("Method"), METHODS)
    value_type = choice(N_("Value type"), VALUE_TYPES, required=True)
    unit = text(N_("Unit"), 20)
    limit_low = measure(N_("Lower limit"), group="limits")
    limit_high = measure(N_("Upper limit"), group="limits")
    warn_low = measure(N_("Lower warning"), group="limits")
    warn_high = measure(N_("Upper warning"), group="limits")
    options = many(N_("Options"))
    fail_options = many(N_("Failing options"))
    required = flag(N_("Required"))
    photo_required = flag(N_("Photo required"))
    on_fail = choice(N_("On deviation"), ON_FAIL, required=True)
    location_id = ref(N_("Location"), "location")
    equipment_id = ref(N_("Equipment"), "equipment")


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
    code = code(N_("Plan code"), 40)
    name = text(N_("Name"), required=True)
    template_code = text(N_("Inspection template"), 32, required=True)
    site_id = ref(N_("Site"), "site", required=True)
    location_id = ref(N_("Location"), "location")
    equipment = many(N_("Equipment"))
    cycle = choice(N_("Cycle"), CYCLES, required=True)
    interval = integer(N_("Every"), required=True, low=1)
    first_due = day(N_("First due"), required=True)
    due_time = text(N_("Due by (time)"), 11, hint="08:00-10:00")
    window_before_days = integer(N_("May start before"), N_("days"), required=True, low=0)
    grace_days = integer(N_("Grace"), N_("days"), required=True, low=0)
    assignee_id = ref(N_("Assigned to"), "staff")
    team_id = ref(N_("Team"), "org_unit")
    active = flag(N_("Active"))


class InspectionTask(Synced, Base):
    """One round to do (巡检任务); its life follows SM-07. The id of a planned one is made of plan and due date."""

    __tablename__ = "inspection_task"
    about: ClassVar = About(N_("Rounds"), N_("Round"), key="code", bucket="site", topic="inspections")
    code = code(N_("Round number"), 60)
    plan_id = ref(N_("Inspection plan"), "inspection_plan")
    template_id = ref(N_("Inspection template"), "inspection_template", required=True)
    site_id = ref(N_("Site"), "site", required=True)
    location_id = ref(N_("Location"), "location")
    equipment = many(N_("Equipment"))
    due_from = instant(N_("Due from"), required=True, index=True)
    due_to = instant(N_("Due by"), required=True)
    assignee_id = ref(N_("Assigned to"), "staff")
    executors = many(N_("Done by"))
    status = choice(N_("Status"), TASK_STATES, required=True, group="status", index=True)
    started_at = instant(N_("Started at"))
    submitted_at = instant(N_("Submitted at"), index=True)
    submitted_by = ref(N_("Submitted by"), "user_account")
    sealed = digest(N_("Seal of the answers"))
    reviewed_at = instant(N_("Reviewed at"))
    reviewed_by = ref(N_("Reviewed by"), "user_account")
    review_remark = note(N_("Review remark"))
    result = choice(N_("Result"), RESULTS)
    scanned_at_place = instant(N_("Label scanned at"))
    scanned_label = text(N_("Scanned label"), 40)
    late_reason = text(N_("Reason for being late"), 200)


class InspectionResult(Synced, Base):
    """One confirmed answer (检查结果): a fact. The latest answer of an item counts, all are kept."""

    __tablename__ = "inspection_result"
    about: ClassVar = About(N_("Answers"), N_("Answer"), bucket="site", topic="inspections", fact=True)
    indexes = (("ix_inspection_result_item_at", "item_id", "measured_at"),)
    task_id = ref(N_("Round"), "inspection_task", required=True)
    item_id = ref(N_("Check item"), "inspection_item", required=True)
    site_id = ref(N_("Site"), "site", required=True)
    equipment_id = ref(N_("Equipment"), "equipment")
    value_num = measure(N_("Value"))
    value_text = text(N_("Value"), 2000)
    unit = text(N_("Unit"), 20)
    limit_low = measure(N_("Lower limit"))
    limit_high = measure(N_("Upper limit"))
    state = choice(N_("Result"), ANSWER_STATES, required=True)
    remark = note(N_("Remarks"))
    photos = many(N_("Photos"))
    measured_at = instant(N_("Measured at"), required=True, index=True)
    measured_by = ref(N_("Measured by"), "user_account")


class Attachment(Synced, Base):
    """A photo, document or signature that belongs to a record (附件); the bytes are content-addressed."""

    __tablename__ = "attachment"
    about: ClassVar = About(N_("Attachments"), N_("Attachment"), bucket="site", topic="files", fact=True)
    site_id = ref(N_("Site"), "site")
    owner_table = text(N_("Record"), 40, required=True)
    owner_id = ref(N_("Record"), "", required=True)
    item_id = ref(N_("Check item"), "inspection_item")
    kind = choice(
        N_("Kind"),
        (("photo", N_("Photo")), ("document", N_("Document")), ("signature", N_("Signature"))),
        required=True,
    )
    sha256 = digest(N_("Content digest"), required=True)
    size = integer(N_("Size"), required=True)
    mime = text(N_("Type"), 60, required=True)
    original_name = text(N_("File name"), 200)
    caption = text(N_("Caption"), 200)
    taken_at = instant(N_("Taken at"))
    thumbnail = blob(N_("Thumbnail"))
    #: The photo as the camera made it, where the laptop keeps originals; it travels only when somebody asks for it.
    original_sha256 = digest(N_("Original"))
    original_size = integer(N_("Size of the original"))
