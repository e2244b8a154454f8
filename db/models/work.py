"""Faults, work orders, alerts as people handle them, and reports that were made."""

from typing import ClassVar

from sqlalchemy.orm import Mapped

from db.models.base import (
    About,
    Base,
    Choices,
    Synced,
    choice,
    code,
    flag,
    instant,
    integer,
    many,
    mapping,
    measure,
    note,
    ref,
    text,
)
from resources.marks import N_

FAULT_CLASSES: Choices = (("system", N_("System")), ("business", N_("Business")), ("human", N_("Human")))
FAULT_STATES: Choices = (
    ("discovered", N_("Discovered")),
    ("reported", N_("Reported")),
    ("analysing", N_("Under analysis")),
    ("handling", N_("Being handled")),
    ("verified", N_("Verified")),
    ("archived", N_("Archived")),
    ("withdrawn", N_("Withdrawn")),
)
ORDER_KINDS: Choices = (
    ("corrective", N_("Corrective")),
    ("preventive", N_("Preventive")),
    ("condition", N_("Condition-based")),
    ("inspection", N_("Inspection follow-up")),
    ("improvement", N_("Improvement")),
    ("installation", N_("Installation")),
    ("disposal", N_("Disposal")),
)
ORDER_STATES: Choices = (
    ("planned", N_("Planned")),
    ("assigned", N_("Assigned")),
    ("in_progress", N_("In progress")),
    ("on_hold", N_("On hold")),
    ("adjusting", N_("Being adjusted")),
    ("done", N_("Done")),
    ("verified", N_("Verified")),
    ("closed", N_("Closed")),
    ("cancelled", N_("Cancelled")),
)
PRIORITIES: Choices = (
    ("urgent", N_("Urgent")),
    ("important", N_("Important")),
    ("general", N_("General")),
    ("low", N_("Low")),
)
HOLD_REASONS: Choices = (
    ("parts", N_("Waiting for parts")),
    ("access", N_("No access")),
    ("customer", N_("Waiting for the customer")),
)
ALERT_ACTIONS: Choices = (
    ("acknowledged", N_("Acknowledged")),
    ("handling", N_("Being handled")),
    ("verified", N_("Verified")),
    ("closed", N_("Closed")),
)


class Fault(Synced, Base):
    """A fault or anomaly (故障/异常); its life follows SM-09."""

    __tablename__ = "fault"
    about: ClassVar = About(
        N_("Faults"), N_("Fault"), key="code", name="symptom", bucket="site", topic="work"
    )
    code: Mapped[str] = code(N_("Fault number"), 40)
    site_id: Mapped[bytes] = ref(N_("Site"), "site", required=True)
    equipment_id: Mapped[bytes | None] = ref(N_("Equipment"), "equipment")
    location_id: Mapped[bytes | None] = ref(N_("Location"), "location")
    task_id: Mapped[bytes | None] = ref(N_("Round"), "inspection_task")
    item_id: Mapped[bytes | None] = ref(N_("Check item"), "inspection_item")
    fault_class: Mapped[str] = choice(N_("Class"), FAULT_CLASSES, required=True)
    severity: Mapped[int] = integer(N_("Severity"), required=True, low=1, high=4)
    symptom: Mapped[str] = text(N_("Symptom"), 400, required=True)
    reading: Mapped[str | None] = text(N_("Reading"), 200)
    limits: Mapped[str | None] = text(N_("Limits"), 80)
    occurred_at: Mapped[int] = instant(N_("Occurred at"), required=True)
    occurred_estimated: Mapped[int] = flag(N_("Estimated"))
    discovered_at: Mapped[int] = instant(N_("Discovered at"), required=True)
    reported_at: Mapped[int | None] = instant(N_("Reported at"))
    response_at: Mapped[int | None] = instant(N_("Response at"))
    restored_at: Mapped[int | None] = instant(N_("Restored at"))
    failure_mode: Mapped[str | None] = text(N_("Failure mode"))
    failure_cause: Mapped[str | None] = note(N_("Cause"))
    immediate_measure: Mapped[str | None] = note(N_("Immediate measure"))
    solution: Mapped[str | None] = note(N_("Solution"))
    informed_party: Mapped[str | None] = text(N_("Informed"))
    status: Mapped[str] = choice(N_("Status"), FAULT_STATES, required=True, group="status", index=True)


class WorkOrder(Synced, Base):
    """A job to do (工单); its life follows SM-02."""

    __tablename__ = "work_order"
    about: ClassVar = About(
        N_("Work orders"), N_("Work order"), key="code", name="title", bucket="site", topic="work"
    )
    code: Mapped[str] = code(N_("Work order number"), 40)
    site_id: Mapped[bytes] = ref(N_("Site"), "site", required=True)
    kind: Mapped[str] = choice(N_("Kind"), ORDER_KINDS, required=True)
    title: Mapped[str] = text(N_("Title"), 200, required=True)
    fault_id: Mapped[bytes | None] = ref(N_("Fault"), "fault")
    equipment_id: Mapped[bytes | None] = ref(N_("Equipment"), "equipment")
    location_id: Mapped[bytes | None] = ref(N_("Location"), "location")
    objective: Mapped[str | None] = note(N_("Objective"))
    scope: Mapped[str | None] = note(N_("Scope of work"))
    priority: Mapped[str] = choice(N_("Priority"), PRIORITIES, required=True)
    planned_start: Mapped[int | None] = instant(N_("Planned from"))
    planned_end: Mapped[int | None] = instant(N_("Planned until"))
    assignee_id: Mapped[bytes | None] = ref(N_("Assigned to"), "staff")
    people: Mapped[str | None] = many(N_("People"))
    tools: Mapped[str | None] = note(N_("Tools"))
    hold_reason: Mapped[str | None] = choice(N_("Reason for waiting"), HOLD_REASONS, group="status")
    adjustment: Mapped[str | None] = note(N_("Adjustment"))
    done_text: Mapped[str | None] = note(N_("What was done"))
    done_at: Mapped[int | None] = instant(N_("Done at"))
    hours: Mapped[int | None] = measure(N_("Labour hours"), "h")
    summary: Mapped[str | None] = note(N_("Summary"))
    status: Mapped[str] = choice(N_("Status"), ORDER_STATES, required=True, group="status", index=True)


class AlertAction(Synced, Base):
    """What a person did to an alert (预警处理): the alert itself is derived, its id is made alike everywhere."""

    __tablename__ = "alert_action"
    about: ClassVar = About(
        N_("Alert handling"), N_("Alert handling"), bucket="site", topic="alerts", fact=True
    )
    alert_id: Mapped[bytes] = ref(N_("Alert"), "alert", required=True)
    site_id: Mapped[bytes | None] = ref(N_("Site"), "site")
    action: Mapped[str] = choice(N_("Action"), ALERT_ACTIONS, required=True)
    at: Mapped[int] = instant(N_("Time"), required=True)
    by_id: Mapped[bytes | None] = ref(N_("Person"), "user_account")
    cause: Mapped[str | None] = note(N_("Cause"))
    measure: Mapped[str | None] = note(N_("Measure"))
    reason: Mapped[str | None] = text(N_("Reason"), 200)


class Conflict(Synced, Base):
    """Two people changed the same field (冲突): both values stay until a person settles it."""

    __tablename__ = "conflict"
    about: ClassVar = About(N_("Conflicts"), N_("Conflict"), bucket="site", topic="sync")
    site_id: Mapped[bytes | None] = ref(N_("Site"), "site")
    tbl: Mapped[str] = text(N_("Table"), 40, required=True)
    row_id: Mapped[bytes] = ref(N_("Record"), "", required=True)
    field: Mapped[str] = text(N_("Field"), 40, required=True)
    op_id: Mapped[bytes] = ref(N_("Operation"), "", required=True)
    base: Mapped[str | None] = mapping(N_("Before"))
    theirs: Mapped[str | None] = mapping(N_("Their value"))
    mine: Mapped[str | None] = mapping(N_("My value"))
    decision: Mapped[str | None] = text(N_("Decision"), 20)
    decided_by: Mapped[bytes | None] = ref(N_("Decided by"), "user_account")
    decided_at: Mapped[int | None] = instant(N_("Decided at"))


class Device(Synced, Base):
    """A computer that takes part (设备终端)."""

    __tablename__ = "device"
    about: ClassVar = About(N_("Devices"), N_("Device"), key="code", name="name", topic="sync")
    code: Mapped[str] = code(N_("Device code"), 8)
    name: Mapped[str] = text(N_("Name"), required=True)
    registered_at: Mapped[int] = instant(N_("Registered at"), required=True)
    revoked_at: Mapped[int | None] = instant(N_("Revoked at"))
    app_version: Mapped[str | None] = text(N_("Version"), 20)


class ReportRun(Synced, Base):
    """A report that was made (报表记录)."""

    __tablename__ = "report_run"
    about: ClassVar = About(N_("Reports made"), N_("Report made"), topic="reports", fact=True)
    report_code: Mapped[str] = text(N_("Report"), 40, required=True)
    number: Mapped[str] = text(N_("Number"), 60, required=True)
    parameters: Mapped[str | None] = mapping(N_("Parameters"))
    made_at: Mapped[int] = instant(N_("Made at"), required=True)
    made_by: Mapped[bytes | None] = ref(N_("Made by"), "user_account")
    format: Mapped[str] = text(N_("Format"), 8, required=True)
    data_as_of: Mapped[int] = instant(N_("Data as of"), required=True)


AUTH_EVENTS: Choices = (
    ("signed_in", N_("Signed in with the password")),
    ("signed_in_pin", N_("Signed in with the PIN")),
    ("signed_out", N_("Signed out")),
    ("failed", N_("Wrong entry")),
    ("pin_set", N_("PIN set")),
    ("password_set", N_("Password set")),
    ("password_changed", N_("Password changed")),
    ("read_private", N_("Protected data read")),
    ("exported", N_("Data exported")),
)


class AuthEvent(Synced, Base):
    """A sign-in, a new PIN, a new password: that it happened, never the secret (登录记录)."""

    __tablename__ = "auth_event"
    about: ClassVar = About(N_("Sign-ins"), N_("Sign-in"), topic="access", fact=True)
    user_id: Mapped[bytes | None] = ref(N_("User account"), "user_account")
    what: Mapped[str] = choice(N_("Event"), AUTH_EVENTS, required=True)
    count: Mapped[int | None] = integer(N_("Wrong entries"), low=0)
    subject: Mapped[str | None] = text(N_("Concerns"), 120)
    at: Mapped[int] = instant(N_("Time"), required=True)
