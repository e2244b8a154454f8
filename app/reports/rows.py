"""What the features hand to the reports: frozen rows in physical form (docs/developing.md), read from the database.

Codes of states are those of app.signs. Names are already in the language of the reader.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Signer:
    """Who is expected to sign; empty where anybody of the role may."""

    prepared: str = ""
    checked: str = ""
    approved: str = ""


# Inspections (巡检)


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One item of an inspection with its reading. `state`: pass, warn, fail, na or not_checked."""

    seq: int
    section: str
    text: str
    state: str
    standard: str = ""
    value: str | None = None
    number: int | None = None
    places: int = 0
    unit: str = ""
    remark: str = ""


@dataclass(frozen=True, slots=True)
class CorrectionRow:
    seq: int
    problem: str
    measure: str
    responsible: str
    due: str
    reference: str = ""


@dataclass(frozen=True, slots=True)
class PhotoRow:
    """A photo of an item; no bytes if it is on another device."""

    item_seq: int
    caption: str
    jpeg: bytes | None = None


@dataclass(frozen=True, slots=True)
class InspectionReportData:
    """A finished inspection. `result`: pass, conditional, failed_open or fail."""

    name: str
    template_code: str
    template_version: int
    period: str
    place: str
    inspectors: str
    result: str
    checks: tuple[CheckRow, ...]
    window_from: str = ""
    window_to: str = ""
    started_at: int | None = None
    ended_at: int | None = None
    scanned: str = ""
    certificate: str = ""
    corrections: tuple[CorrectionRow, ...] = ()
    photos: tuple[PhotoRow, ...] = ()
    conclusion: str = ""
    signers: Signer = Signer()


@dataclass(frozen=True, slots=True)
class BlankItem:
    """An item to check by hand. `value_type`: number, meter, bool, choice, text, photo or signature."""

    seq: int
    section: str
    text: str
    value_type: str
    standard: str = ""
    unit: str = ""
    options: tuple[str, ...] = ()
    photo: bool = False


@dataclass(frozen=True, slots=True)
class BlankSheetData:
    name: str
    template_code: str
    template_version: int
    planned_on: str
    items: tuple[BlankItem, ...]
    safety_note: str = ""


# Spare parts (备件)


@dataclass(frozen=True, slots=True)
class LowStockRow:
    """A part at or below its reorder point. `state`: out_of_stock, below_safety or at_reorder. Quantities in thousandths."""

    part_no: str
    name: str
    spec: str
    unit: str
    bin: str
    on_hand: int
    reserved: int
    available: int
    on_order: int
    safety: int
    reorder: int
    maximum: int
    state: str


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """A part to buy: quantity in thousandths, price in ten-thousandths, amount in hundredths."""

    part_no: str
    name: str
    spec: str
    unit: str
    supplier: str
    quantity: int
    price: int | None
    amount: int | None
    lead_days: int | None = None
    #: The supplier's number, and why so many: packs, minimum, a lower price.
    sku: str = ""
    note: str = ""
    need: int = 0


@dataclass(frozen=True, slots=True)
class LowStockData:
    parts_in_scope: int
    low: tuple[LowStockRow, ...]
    proposals: tuple[ProposalRow, ...]
    covered: tuple[str, ...] = ()
    inactive_parts: int = 0
    currency: str = "CNY"
    signers: Signer = Signer()


# Equipment (设备)


@dataclass(frozen=True, slots=True)
class EquipmentRow:
    """A line of the register. Run hours in thousandths, cost in hundredths; `retiring` marks a date within reach."""

    code: str
    name: str
    class_name: str
    site: str
    location: str
    model: str
    serial_no: str
    state: str
    criticality: str
    commissioned: str = ""
    warranty_until: str = ""
    retire_on: str = ""
    cost: int | None = None
    run_hours: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class EventRow:
    """An entry of the history; `fault` marks the left edge."""

    day: str
    kind: str
    text: str
    actor: str
    reference: str = ""
    cost: int | None = None
    fault: bool = False
    upkeep: bool = True


@dataclass(frozen=True, slots=True)
class ReadingRow:
    """A value over time for the trend: label of the axis and thousandths."""

    label: str
    value: int


@dataclass(frozen=True, slots=True)
class Trend:
    message: str
    readings: tuple[ReadingRow, ...]
    last_said: str
    limit: int | None = None
    limit_said: str = ""


@dataclass(frozen=True, slots=True)
class EquipmentFileData:
    """Master data, figures and the whole history of one equipment."""

    equipment: EquipmentRow
    events: tuple[EventRow, ...]
    manufacturer: str = ""
    supplier: str = ""
    purchased: str = ""
    installed: str = ""
    design_life_years: int | None = None
    life_used_percent: int | None = None
    responsible: str = ""
    parent: str = ""
    children: str = ""
    figures: tuple[tuple[str, str], ...] = ()
    figures_basis: str = ""
    trend: Trend | None = None
    signers: Signer = Signer()


# Training (培训)


@dataclass(frozen=True, slots=True)
class MatrixCell:
    """`state`: valid, expiring, expired, not_passed or missing; `until` is the ISO date it holds to."""

    state: str
    until: str = ""


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """A person and the cells of the required courses by course code; a course not required has no cell."""

    name: str
    job: str
    site: str
    cells: dict[str, MatrixCell]


@dataclass(frozen=True, slots=True)
class TrainingMatrixData:
    as_of: str
    days_ahead: int
    courses: tuple[tuple[str, str], ...]
    rows: tuple[MatrixRow, ...]
    signers: Signer = Signer()


@dataclass(frozen=True, slots=True)
class CourseRow:
    """A finished course; hours, score and pass mark in thousandths."""

    day: str
    course: str
    hours: int
    assessment: str
    state: str
    score: int | None = None
    pass_score: int | None = None
    valid_until: str = ""


@dataclass(frozen=True, slots=True)
class CertificateRow:
    name: str
    number: str
    state: str
    issued: str = ""
    review_due: str = ""
    valid_until: str = ""


@dataclass(frozen=True, slots=True)
class TrainingRecordData:
    staff_no: str
    name: str
    job: str
    team: str
    hired: str = ""
    education: str = ""
    major: str = ""
    experience_years: int | None = None
    courses: tuple[CourseRow, ...] = ()
    certificates: tuple[CertificateRow, ...] = ()
    signers: Signer = Signer()
