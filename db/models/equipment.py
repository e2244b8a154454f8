"""The equipment register and the history of each machine."""

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
    mapping,
    measure,
    money,
    note,
    ref,
    text,
)
from resources.marks import N_

GROUPS: Choices = (
    ("it", N_("IT")),
    ("power", N_("Power")),
    ("hvac", N_("HVAC")),
    ("fire", N_("Fire protection")),
    ("metro", N_("Rail transit")),
    ("facility", N_("Facility")),
    ("office", N_("Office")),
)
EQUIPMENT_STATES: Choices = (
    ("planned", N_("Purchase planned")),
    ("ordered", N_("Ordered")),
    ("arrived", N_("Arrived")),
    ("to_install", N_("To install")),
    ("commissioning", N_("Commissioning")),
    ("in_service", N_("In service")),
    ("standby", N_("Standby")),
    ("degraded", N_("Degraded")),
    ("under_repair", N_("Under repair")),
    ("out_of_service", N_("Out of service")),
    ("retired", N_("Retired")),
    ("disposed", N_("Disposed")),
)
CRITICALITY: Choices = (("A", "A"), ("B", "B"), ("C", "C"))
RETIRE_REASONS: Choices = (
    ("age", N_("Age")),
    ("performance", N_("Loss of performance")),
    ("replaced", N_("Technical replacement")),
    ("damage", N_("Damage")),
)
EVENT_TYPES: Choices = (
    ("state_change", N_("Change of state")),
    ("move", N_("Move")),
    ("inspection", N_("Inspection")),
    ("fault", N_("Fault")),
    ("maintenance", N_("Maintenance")),
    ("part_change", N_("Part change")),
    ("modification", N_("Modification")),
    ("meter", N_("Meter reading")),
    ("document", N_("Document")),
    ("note", N_("Note")),
)
METERS: Choices = (("run_hours", N_("Running hours")), ("cycles", N_("Cycles")), ("kwh", "kWh"))
READING_SOURCES: Choices = (
    ("manual", N_("By hand")),
    ("inspection", N_("Inspection")),
    ("import", N_("Import")),
)
DOWNTIME_KINDS: Choices = (
    ("unplanned", N_("Unplanned")),
    ("planned", N_("Planned")),
    ("external", N_("External")),
)


class EquipmentClass(Synced, Base):
    """A class of machines (设备类别) with design life and targets."""

    __tablename__ = "equipment_class"
    about: ClassVar = About(
        N_("Equipment classes"), N_("Equipment class"), key="code", name="name", topic="equipment"
    )
    code: Mapped[str] = code(N_("Class code"))
    name: Mapped[str] = text(N_("Name"), required=True)
    name_en: Mapped[str | None] = text(N_("English name"))
    group: Mapped[str] = choice(N_("Group"), GROUPS, required=True)
    design_life_min: Mapped[int | None] = measure(N_("Shortest design life"), N_("years"), group="life")
    design_life_max: Mapped[int | None] = measure(N_("Longest design life"), N_("years"), group="life")
    mtbf_target: Mapped[int | None] = measure(N_("MTBF target"), "h")
    mttr_target: Mapped[int | None] = measure(N_("MTTR target"), "h")
    statutory_inspection: Mapped[int] = flag(N_("Statutory inspection"))


class Equipment(Synced, Base):
    """A machine (设备) of the register (设备台账); its life follows SM-06."""

    __tablename__ = "equipment"
    about: ClassVar = About(
        N_("Equipment"), N_("Equipment"), key="code", name="name", bucket="site", topic="equipment"
    )
    code: Mapped[str] = code(N_("Equipment code"))
    name: Mapped[str] = text(N_("Name"), required=True)
    name_en: Mapped[str | None] = text(N_("English name"))
    class_id: Mapped[bytes] = ref(N_("Class"), "equipment_class", required=True)
    site_id: Mapped[bytes] = ref(N_("Site"), "site", required=True)
    location_id: Mapped[bytes] = ref(N_("Location"), "location", required=True)
    parent_id: Mapped[bytes | None] = ref(N_("Part of"), "equipment")
    manufacturer: Mapped[str | None] = text(N_("Manufacturer"))
    model: Mapped[str | None] = text(N_("Model"))
    serial_no: Mapped[str | None] = text(N_("Serial number"))
    status: Mapped[str] = choice(N_("Status"), EQUIPMENT_STATES, required=True, group="status", index=True)
    criticality: Mapped[str] = choice(N_("Criticality"), CRITICALITY, required=True)
    purchase_date: Mapped[str | None] = day(N_("Purchased on"))
    install_date: Mapped[str | None] = day(N_("Installed on"))
    commission_date: Mapped[str | None] = day(N_("Commissioned on"))
    supplier_id: Mapped[bytes | None] = ref(N_("Supplier"), "supplier")
    purchase_cost: Mapped[int | None] = money(N_("Purchase cost"))
    warranty_until: Mapped[str | None] = day(N_("Warranty until"))
    design_life_years: Mapped[int | None] = measure(N_("Design life"), N_("years"))
    planned_retire_date: Mapped[str | None] = day(N_("Planned retirement"))
    responsible_id: Mapped[bytes | None] = ref(N_("Responsible person"), "staff")
    mtbf_target: Mapped[int | None] = measure(N_("MTBF target"), "h")
    mttr_target: Mapped[int | None] = measure(N_("MTTR target"), "h")
    run_hours: Mapped[int | None] = measure(N_("Running hours"), "h")
    rated: Mapped[str | None] = mapping(N_("Ratings"))
    next_statutory_due: Mapped[str | None] = day(N_("Next statutory inspection"))
    arrival_check: Mapped[str | None] = text(N_("Arrival check"), 200)
    acceptance: Mapped[str | None] = text(N_("Acceptance"), 200)
    retire_reason: Mapped[str | None] = choice(
        N_("Reason for retirement"), RETIRE_REASONS, group="retirement"
    )
    retire_decision: Mapped[str | None] = text(N_("Decision"), 200, group="retirement")
    disposed_on: Mapped[str | None] = day(N_("Disposed on"))
    disposal_way: Mapped[str | None] = text(N_("Way of disposal"), 200)
    remark: Mapped[str | None] = note(N_("Remarks"))


class EquipmentEvent(Synced, Base):
    """An entry of a machine's history (设备履历), append-only."""

    __tablename__ = "equipment_event"
    about: ClassVar = About(
        N_("Equipment history"), N_("History entry"), bucket="site", topic="equipment", fact=True
    )
    equipment_id: Mapped[bytes] = ref(N_("Equipment"), "equipment", required=True)
    site_id: Mapped[bytes | None] = ref(N_("Site"), "site")
    event_type: Mapped[str] = choice(N_("Kind"), EVENT_TYPES, required=True)
    at: Mapped[int] = instant(N_("Time"), required=True)
    actor_id: Mapped[bytes | None] = ref(N_("Person"), "user_account")
    from_state: Mapped[str | None] = text(N_("From"))
    to_state: Mapped[str | None] = text(N_("To"))
    ref_table: Mapped[str | None] = text(N_("Record"), 40)
    ref_id: Mapped[bytes | None] = ref(N_("Record"), "")
    text: Mapped[str | None] = note(N_("Text"))
    cost: Mapped[int | None] = money(N_("Cost"))


class EquipmentUse(Synced, Base):
    """A use of a machine (使用记录), append-only."""

    __tablename__ = "equipment_use"
    about: ClassVar = About(N_("Usage log"), N_("Use"), bucket="site", topic="equipment", fact=True)
    equipment_id: Mapped[bytes] = ref(N_("Equipment"), "equipment", required=True)
    site_id: Mapped[bytes | None] = ref(N_("Site"), "site")
    operator_id: Mapped[bytes] = ref(N_("Operator"), "staff", required=True)
    started_at: Mapped[int] = instant(N_("From"), required=True)
    ended_at: Mapped[int | None] = instant(N_("To"))
    hours: Mapped[int | None] = measure(N_("Hours"), "h")
    purpose: Mapped[str | None] = text(N_("Purpose"), 200)


class MeterReading(Synced, Base):
    """A reading of a counter (计量读数), append-only."""

    __tablename__ = "meter_reading"
    about: ClassVar = About(
        N_("Meter readings"), N_("Meter reading"), bucket="site", topic="equipment", fact=True
    )
    equipment_id: Mapped[bytes] = ref(N_("Equipment"), "equipment", required=True)
    site_id: Mapped[bytes | None] = ref(N_("Site"), "site")
    meter: Mapped[str] = choice(N_("Meter"), METERS, required=True)
    value: Mapped[int] = measure(N_("Value"), required=True)
    read_at: Mapped[int] = instant(N_("Read at"), required=True)
    reader_id: Mapped[bytes | None] = ref(N_("Reader"), "staff")
    source: Mapped[str] = choice(N_("Source"), READING_SOURCES, required=True)
    replaced: Mapped[int] = flag(N_("Meter replaced"))


class Downtime(Synced, Base):
    """A time in which a machine could not run (停机记录)."""

    __tablename__ = "downtime"
    about: ClassVar = About(N_("Downtime"), N_("Downtime"), bucket="site", topic="equipment")
    equipment_id: Mapped[bytes] = ref(N_("Equipment"), "equipment", required=True)
    site_id: Mapped[bytes | None] = ref(N_("Site"), "site")
    fault_id: Mapped[bytes | None] = ref(N_("Fault"), "fault")
    kind: Mapped[str] = choice(N_("Kind"), DOWNTIME_KINDS, required=True)
    started_at: Mapped[int] = instant(N_("From"), required=True)
    ended_at: Mapped[int | None] = instant(N_("To"))
    estimated: Mapped[int] = flag(N_("Estimated"))
