"""What the inspection report (巡检报告) and the blank sheet (空白巡检表) say about a round or a template."""

from app.desk import Desk
from app.inspections import queries
from app.inspections.queries import Sheet, SheetItem
from app.inspections.rules import FAIL, NA, option_word, spoken, standard_said, value_said
from app.photos import bytes_of, photos_of
from app.profile import Profile
from app.reports.rows import (
    BlankItem,
    BlankSheetData,
    CheckRow,
    CorrectionRow,
    InspectionReportData,
    PhotoRow,
    Signer,
)
from app.tx import Reader
from app.values import day_of, show_instant
from app.words import _

#: A state of an answer -> the state of a row on paper.
_STATES = {"ok": "pass", "warn": "warn", "fail": "fail", "na": "na"}
_RESULTS = {"pass": "pass", "conditional": "passed_after_repair", "fail": "failed_open"}
MOST_PHOTOS = 24


def inspection_report_data(desk: Desk, task_id: bytes) -> InspectionReportData:
    """A round as its report prints it: every item with its limits, deviations with what they raised, photos."""
    zone = desk.timezone
    with desk.read() as read:
        sheet = queries.sheet(read, task_id)
        task = queries.task_of(read, task_id)
        corrections = tuple(_corrections(read, sheet))
        photos = _photos(read, desk.profile, sheet)
        reviewer = queries.person(read, task["reviewed_by"])
        conclusion = sheet.review_remark if sheet.status == "reviewed" else ""
    day = day_of(sheet.due_from, zone)
    return InspectionReportData(
        name=sheet.name,
        template_code=sheet.template_code,
        template_version=sheet.version,
        period=day,
        place=sheet.place,
        inspectors=sheet.people,
        result=_RESULTS.get(sheet.result, "failed_open" if sheet.failed else "pass"),
        checks=tuple(_check(number, found) for number, found in enumerate(sheet.items, 1)),
        window_from=show_instant(sheet.due_from, zone),
        window_to=show_instant(sheet.due_to, zone),
        started_at=sheet.started_at,
        ended_at=sheet.submitted_at,
        scanned=_scanned(sheet, zone),
        corrections=corrections,
        photos=photos,
        conclusion=conclusion,
        signers=Signer(prepared=sheet.people, checked=reviewer, approved=""),
    )


def _scanned(sheet: Sheet, zone: str) -> str:
    return f"{sheet.scanned_label} {show_instant(sheet.scanned_at, zone)}" if sheet.scanned_at else ""


def _check(number: int, found: SheetItem) -> CheckRow:
    item, given = found.item, found.given
    state = _STATES[given.state] if given else "not_checked"
    value = number_value = None
    if given and given.state != NA:
        number_value = given.value_num
        value = value_said(item, None, given.value_text) if given.value_num is None else None
    return CheckRow(
        seq=number,
        section=found.place,
        text=item.text,
        state=state,
        standard=standard_said(item),
        value=value,
        number=number_value,
        places=1 if number_value is not None and number_value % 1000 else 0,
        unit=item.unit,
        remark=given.remark if given else "",
    )


def _corrections(read: Reader, sheet: Sheet) -> list[CorrectionRow]:
    """A line for each deviation: what was raised for it, who does it, until when."""
    made = []
    for number, found in enumerate(sheet.items, 1):
        if not found.given or found.given.state != FAIL:
            continue
        order = read.row(
            "SELECT o.code, o.title, s.name, s.name_en, o.planned_end FROM fault f JOIN work_order o ON o.fault_id = f.id "
            "LEFT JOIN staff s ON s.id = o.assignee_id WHERE f.task_id = ? AND f.item_id = ? AND o.status <> 'cancelled' "
            "ORDER BY o.n DESC LIMIT 1",
            sheet.task_id, found.item.id,
        )  # fmt: skip
        said = value_said(found.item, found.given.value_num, found.given.value_text)
        problem = _("{item}: {value}").format(item=found.item.text, value=said)
        code, _title, name, name_en, until = order or ("", "", "", "", None)
        made.append(
            CorrectionRow(
                seq=number,
                problem=problem,
                measure=found.given.remark,
                responsible=spoken(name, name_en),
                due=show_instant(until)[:10] if until else "",
                reference=code,
            )
        )
    return made


def _photos(read: Reader, profile: Profile, sheet: Sheet) -> tuple[PhotoRow, ...]:
    numbers = {found.item.id: (number, found.item.text) for number, found in enumerate(sheet.items, 1)}
    made = []
    for photo in photos_of(read, "inspection_task", sheet.task_id)[:MOST_PHOTOS]:
        number, text = numbers.get(photo.item_id or b"", (0, ""))
        made.append(PhotoRow(number, text or photo.caption, bytes_of(profile, photo.sha256)))
    return tuple(made)


def blank_sheet_data(desk: Desk, template_id: bytes, planned_on: str = "") -> BlankSheetData:
    """A template as a sheet to fill in by hand."""
    with desk.read() as read:
        template = read.get("inspection_template", template_id) or {}
        items = queries.items_of(read, template_id)
        places = {item.id: queries.place_of(read, item) for item in items}
    return BlankSheetData(
        name=spoken(template["name"], template["name_en"]),
        template_code=template["code"],
        template_version=template["version"],
        planned_on=planned_on or desk.today(),
        items=tuple(
            BlankItem(
                seq=item.seq,
                section=places[item.id] or item.heading,
                text=item.text,
                value_type=item.value_type,
                standard=standard_said(item),
                unit=item.unit,
                options=tuple(map(option_word, item.choices)),
                photo=item.photo_required,
            )
            for item in items
        ),
        safety_note=template["safety_note"] or "",
    )


def newest_reportable(desk: Desk) -> bytes | None:
    """The round that a report without a choice is about: the newest that was handed in, else the newest begun."""
    site = desk.site.id if desk.site else None
    with desk.read() as read:
        found = read.value(
            "SELECT id FROM inspection_task WHERE deleted = 0 AND started_at IS NOT NULL AND (?1 IS NULL OR site_id = ?1) "
            "ORDER BY submitted_at IS NULL, submitted_at DESC, started_at DESC LIMIT 1",
            site,
        )
    return found if isinstance(found, bytes) else None
