"""The equipment register and the history of each machine."""

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
    code = code(N_("Class code"))
    name = text(N_("Name"), required=True)
    name_en = text(N_("English name"))
    group = choice(N_("Group"), GROUPS, required=True)
    design_life_min = measure(N_("Shortest design life"), N_("years"), group="life")
    design_life_max = measure(N_("Longest design life"), N_("years"), group="life")
    mtbf_target = measure(N_("MTBF target"), "h")
    mttr_target = measure(N_("MTTR target"), "h")
    statutory_inspection = flag(N_("Statutory inspection"))


class Equipment(Synced, Base):
    """A machine (设备) of the register (设备台账); its life follows SM-06."""

    __tablename__ = "equipment"
    about: ClassVar = About(
        N_("Equipment"), N_("Equipment"), key="code", name="name", bucket="site", topic="equipment"
    )
    code = code(N_("Equipment code"))
    name = text(N_("Name"), required=True)
    name_en = text(N_("English name"))
    class_id = ref(N_("Class"), "equipment_class", required=True)
    site_id = ref(N_("Site"), "site", required=True)
    location_id = ref(N_("Location"), "location", required=True)
    parent_id = ref(N_("Part of"), "equipment")
    manufacturer = text(N_("Manufacturer"))
    model = text(N_("Model"))
    serial_no = text(N_("Serial number"))
    status = choice(N_("Status"), EQUIPMENT_STATES, required=True, group="status", index=True)
    criticality = choice(N_("Criticality"), CRITICALITY, required=True)
    purchase_date = day(N_("Purchased on"))
    install_date = day(N_("Installed on"))
    commission_date = day(N_("Commissioned on"))
    supplier_id = ref(N_("Supplier"), "supplier")
    purchase_cost = money(N_("Purchase cost"))
    warranty_until = day(N_("Warranty until"))
    design_life_years = measure(N_("Design life"), N_("years"))
    planned_retire_date = day(N_("Planned retirement"))
    responsible_id = ref(N_("Responsible person"), "staff")
    mtbf_target = measure(N_("MTBF target"), "h")
    mttr_target = measure(N_("MTTR target"), "h")
    run_hours = measure(N_("Running hours"), "h")
    rated = mapping(N_("Ratings"))
    next_statutory_due = day(N_("Next statutory inspection"))
    arrival_check = text(N_("Arrival check"), 200)
    acceptance = text(N_("Acceptance"), 200)
    retire_reason = choice(N_("Reason for retirement"), RETIRE_REASONS, group="retirement")
    retire_decision = text(N_("Decision"), 200, group="retirement")
    disposed_on = day(N_("Disposed on"))
    disposal_way = text(N_("Way of disposal"), 200)
    remark = note(N_("Remarks"))


class EquipmentEvent(Synced, Base):
    """An entry of a machine's history (设备履历), append-only."""

    __tablename__ = "equipment_event"
    about: ClassVar = About(
        N_("Equipment history"), N_("History entry"), bucket="site", topic="equipment", fact=True
    )
    equipment_id = ref(N_("Equipment"), "equipment", required=True)
    site_id = ref(N_("Site"), "site")
    event_type = choice(N_("Kind"), EVENT_TYPES, required=True)
    at = instant(N_("Time"), required=True)
    actor_id = ref(N_("Person"), "user_account")
    from_state = text(N_("From"))
    to_state = text(N_("To"))
    ref_table = text(N_("Record"), 40)
    ref_id = ref(N_("Record"), "")
    text = note(N_("Text"))
    cost = money(N_("Cost"))


class EquipmentUse(Synced, Base):
    """A use of a machine (使用记录), append-only."""

    __tablename__ = "equipment_use"
    about: ClassVar = About(N_("Usage log"), N_("Use"), bucket="site", topic="equipment", fact=True)
    equipment_id = ref(N_("Equipment"), "equipment", required=True)
    site_id = ref(N_("Site"), "site")
    operator_id = ref(N_("Operator"), "staff", required=True)
    started_at = instant(N_("From"), required=True)
    ended_at = instant(N_("To"))
    hours = measure(N_("Hours"), "h")
    purpose = text(N_("Purpose"), 200)


class MeterReading(Synced, Base):
    """A reading of a counter (计量读数), append-only."""

    __tablename__ = "meter_reading"
    about: ClassVar = About(
        N_("Meter readings"), N_("Meter reading"), bucket="site", topic="equipment", fact=True
    )
    equipment_id = ref(N_("Equipment"), "equipment", required=True)
    site_id = ref(N_("Site"), "site")
    meter = choice(N_("Meter"), METERS, required=True)
    value = measure(N_("Value"), required=True)
    read_at = instant(N_("Read at"), required=True)
    reader_id = ref(N_("Reader"), "staff")
    source = choice(N_("Source"), READING_SOURCES, required=True)
    replaced = flag(N_("Meter replaced"))


class Downtime(Synced, Base):
    """A time in which a machine could not run (停机记录)."""

    __tablename__ = "downtime"
    about: ClassVar = About(N_("Downtime"), N_("Downtime"), bucket="site", topic="equipment")
    equipment_id = ref(N_("Equipment"), "equipment", required=True)
    site_id = ref(N_("Site"), "site")
    fault_id = ref(N_("Fault"), "fault")
    kind = choice(N_("Kind"), DOWNTIME_KINDS, required=True)
    started_at = instant(N_("From"), required=True)
    ended_at = instant(N_("To"))
    estimated = flag(N_("Estimated"))
