"""Faults, work orders, alerts as people handle them, and reports that were made."""

from typing import ClassVar

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


HELD_DECISIONS: Choices = (("accepted", N_("Accepted")), ("refused", N_("Refused")))


class Fault(Synced, Base):
    """A fault or anomaly (故障/异常); its life follows SM-09."""

    __tablename__ = "fault"
    about: ClassVar = About(
        N_("Faults"), N_("Fault"), key="code", name="symptom", bucket="site", topic="work"
    )
    code = code(N_("Fault number"), 40)
    site_id = ref(N_("Site"), "site", required=True)
    equipment_id = ref(N_("Equipment"), "equipment")
    location_id = ref(N_("Location"), "location")
    task_id = ref(N_("Round"), "inspection_task")
    item_id = ref(N_("Check item"), "inspection_item")
    fault_class = choice(N_("Class"), FAULT_CLASSES, required=True)
    severity = integer(N_("Severity"), required=True, low=1, high=4)
    symptom = text(N_("Symptom"), 400, required=True)
    reading = text(N_("Reading"), 200)
    limits = text(N_("Limits"), 80)
    occurred_at = instant(N_("Occurred at"), required=True)
    occurred_estimated = flag(N_("Estimated"))
    discovered_at = instant(N_("Discovered at"), required=True)
    reported_at = instant(N_("Reported at"))
    response_at = instant(N_("Response at"))
    restored_at = instant(N_("Restored at"))
    failure_mode = text(N_("Failure mode"))
    failure_cause = note(N_("Cause"))
    immediate_measure = note(N_("Immediate measure"))
    solution = note(N_("Solution"))
    informed_party = text(N_("Informed"))
    status = choice(N_("Status"), FAULT_STATES, required=True, group="status", index=True)


class WorkOrder(Synced, Base):
    """A job to do (工单); its life follows SM-02."""

    __tablename__ = "work_order"
    about: ClassVar = About(
        N_("Work orders"), N_("Work order"), key="code", name="title", bucket="site", topic="work"
    )
    code = code(N_("Work order number"), 40)
    site_id = ref(N_("Site"), "site", required=True)
    kind = choice(N_("Kind"), ORDER_KINDS, required=True)
    title = text(N_("Title"), 200, required=True)
    fault_id = ref(N_("Fault"), "fault")
    equipment_id = ref(N_("Equipment"), "equipment")
    location_id = ref(N_("Location"), "location")
    objective = note(N_("Objective"))
    scope = note(N_("Scope of work"))
    priority = choice(N_("Priority"), PRIORITIES, required=True)
    planned_start = instant(N_("Planned from"))
    planned_end = instant(N_("Planned until"))
    assignee_id = ref(N_("Assigned to"), "staff")
    people = many(N_("People"))
    tools = note(N_("Tools"))
    hold_reason = choice(N_("Reason for waiting"), HOLD_REASONS, group="status")
    adjustment = note(N_("Adjustment"))
    done_text = note(N_("What was done"))
    done_at = instant(N_("Done at"))
    hours = measure(N_("Labour hours"), "h")
    summary = note(N_("Summary"))
    status = choice(N_("Status"), ORDER_STATES, required=True, group="status", index=True)


class AlertAction(Synced, Base):
    """What a person did to an alert (预警处理): the alert itself is derived, its id is made alike everywhere."""

    __tablename__ = "alert_action"
    about: ClassVar = About(
        N_("Alert handling"), N_("Alert handling"), bucket="site", topic="alerts", fact=True
    )
    alert_id = ref(N_("Alert"), "alert", required=True)
    site_id = ref(N_("Site"), "site")
    action = choice(N_("Action"), ALERT_ACTIONS, required=True)
    at = instant(N_("Time"), required=True)
    by_id = ref(N_("Person"), "user_account")
    cause = note(N_("Cause"))
    measure = note(N_("Measure"))
    reason = text(N_("Reason"), 200)


class Conflict(Synced, Base):
    """Two people changed the same field (冲突): both values stay until a person settles it."""

    __tablename__ = "conflict"
    about: ClassVar = About(N_("Conflicts"), N_("Conflict"), bucket="site", topic="sync")
    site_id = ref(N_("Site"), "site")
    tbl = text(N_("Table"), 40, required=True)
    row_id = ref(N_("Record"), "", required=True)
    field = text(N_("Field"), 40, required=True)
    op_id = ref(N_("Operation"), "", required=True)
    base = mapping(N_("Before"))
    theirs = mapping(N_("Their value"))
    mine = mapping(N_("My value"))
    decision = text(N_("Decision"), 20)
    decided_by = ref(N_("Decided by"), "user_account")
    decided_at = instant(N_("Decided at"))


class HeldOp(Synced, Base):
    """What the hub keeps back of somebody's work (隔离), with its content, until a supervisor accepts or refuses it."""

    __tablename__ = "held_op"
    about: ClassVar = About(N_("Held back"), N_("Held back entry"), bucket="site", topic="sync")
    site_id = ref(N_("Site"), "site")
    op_id = ref(N_("Operation"), "", required=True)
    kind = text(N_("Kind"), 60, required=True)
    tbl = text(N_("Table"), 40)
    row_id = ref(N_("Record"), "")
    needs = text(N_("Permission"), 40)
    reason = text(N_("Reason"), 200, required=True)
    content = note(N_("Content"))
    decision = choice(N_("Decision"), HELD_DECISIONS, group="decision")
    decided_by = ref(N_("Decided by"), "user_account")
    decided_at = instant(N_("Decided at"))
    remark = text(N_("Remarks"), 200)


class StepNote(Synced, Base):
    """A remark that somebody made when a record was moved on (流转备注): from where to where, and why."""

    __tablename__ = "step_note"
    about: ClassVar = About(
        N_("Remarks on steps"), N_("Remark on a step"), bucket="site", topic="work", fact=True
    )
    site_id = ref(N_("Site"), "site")
    owner_table = text(N_("Table"), 40, required=True)
    owner_id = ref(N_("Record"), "", required=True)
    from_state = text(N_("From"), 40, required=True)
    to_state = text(N_("To"), 40, required=True)
    text = note(N_("Remarks"), required=True)
    at = instant(N_("Time"), required=True)
    by_id = ref(N_("Person"), "user_account")


class Device(Synced, Base):
    """A computer that takes part (设备终端)."""

    __tablename__ = "device"
    about: ClassVar = About(N_("Devices"), N_("Device"), key="code", name="name", topic="sync")
    code = code(N_("Device code"), 8)
    name = text(N_("Name"), required=True)
    registered_at = instant(N_("Registered at"), required=True)
    revoked_at = instant(N_("Revoked at"))
    app_version = text(N_("Version"), 20)


class ReportRun(Synced, Base):
    """A report that was made (报表记录)."""

    __tablename__ = "report_run"
    about: ClassVar = About(N_("Reports made"), N_("Report made"), topic="reports", fact=True)
    report_code = text(N_("Report"), 40, required=True)
    number = text(N_("Number"), 60, required=True)
    parameters = mapping(N_("Parameters"))
    made_at = instant(N_("Made at"), required=True)
    made_by = ref(N_("Made by"), "user_account")
    format = text(N_("Format"), 8, required=True)
    data_as_of = instant(N_("Data as of"), required=True)


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
    user_id = ref(N_("User account"), "user_account")
    what = choice(N_("Event"), AUTH_EVENTS, required=True)
    count = integer(N_("Wrong entries"), low=0)
    subject = text(N_("Concerns"), 120)
    at = instant(N_("Time"), required=True)
