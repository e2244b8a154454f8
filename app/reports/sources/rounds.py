"""The inspection report and the blank sheet: rows from a round and its template."""

from app.errors import AppError
from app.fields import fields_of, show
from app.inspections.queries import Sheet, SheetItem, items_of, person, sheet
from app.inspections.rules import Item, option_word, spoken, standard_said
from app.names import named
from app.photos import SUFFIXES, bytes_of, photos_of
from app.reports.document import Report
from app.reports.inspections import blank_inspection_sheet, inspection_report
from app.reports.rows import (
    BlankItem,
    BlankSheetData,
    CheckRow,
    CorrectionRow,
    InspectionReportData,
    PhotoRow,
    Signer,
)
from app.reports.sources.job import Job, bracketed
from app.tx import Reader
from app.values import day_of, show_instant
from app.words import N_, _

_STATES = {"ok": "pass", "warn": "warn", "fail": "fail", "na": "na"}
_DONE = ("submitted", "returned", "reviewed")


def inspection(job: Job) -> Report:
    """The record of one round."""
    code = job.given["round"]
    task_id = job.read.value(
        "SELECT id FROM inspection_task WHERE code = ? COLLATE NOCASE AND deleted = 0", code
    )
    found = sheet(job.read, task_id) if task_id else None
    if found is None or not job.sees(found.site_id):
        raise AppError(
            N_("There is no round “{code}” here. Choose one that was begun, from the list of rounds."),
            code=code,
        )
    issue = job.issue(found.site_id)
    return inspection_report(_round(job, found, issue.timezone), issue)


def _round(job: Job, found: Sheet, timezone: str) -> InspectionReportData:
    read = job.read
    corrections = _corrections(read, found, timezone)
    return InspectionReportData(
        name=found.name,
        template_code=found.template_code,
        template_version=found.version,
        period=bracketed(day_of(found.due_to, timezone), _cycle(read, found.task_id)),
        place=found.place,
        inspectors=found.people or found.submitted_by,
        result=_result(read, found),
        checks=tuple(_check(row) for row in found.items),
        window_from=show_instant(found.due_from, timezone),
        window_to=_end(found, timezone),
        started_at=found.started_at,
        ended_at=found.submitted_at,
        scanned=f"{found.scanned_label} {show_instant(found.scanned_at, timezone)[11:]}".strip(),
        corrections=corrections,
        photos=_photos(job, found),
        conclusion="\n".join(filter(None, (found.review_remark, found.late_reason))),
        signers=_signers(read, found),
    )


def _end(found: Sheet, timezone: str) -> str:
    start, end = show_instant(found.due_from, timezone), show_instant(found.due_to, timezone)
    return end[11:] if start[:10] == end[:10] else end


def _cycle(read: Reader, task_id: bytes) -> str:
    cycle = read.value(
        "SELECT p.cycle FROM inspection_task t JOIN inspection_template p ON p.id = t.template_id WHERE t.id = ?",
        task_id,
    )
    return show(fields_of("inspection_template")["cycle"], cycle)


def _result(read: Reader, found: Sheet) -> str:
    """As it was handed in; a failing one is to be put right while a fault of it is open. Where it stands before that."""
    if found.status not in _DONE or not found.result:
        return found.status
    still = read.value(
        "SELECT 1 FROM fault WHERE task_id = ? AND deleted = 0 AND status NOT IN ('verified', 'archived', 'withdrawn')",
        found.task_id,
    )
    return "failed_open" if found.result == "fail" and still else found.result


def _check(row: SheetItem) -> CheckRow:
    item, given = row.item, row.given
    number = given.value_num if given else None
    return CheckRow(
        item.seq,
        row.place,
        item.text,
        _STATES[given.state] if given else "not_checked",
        standard_said(item),
        None if given is None or number is not None else _text(item, given.value_text),
        number,
        _decimals(number),
        item.unit,
        given.remark if given else "",
    )


def _text(item: Item, value: str | None) -> str | None:
    return option_word(value) if value and item.value_type in ("choice", "bool") else value


def _decimals(thousandths: int | None) -> int:
    """The decimals that the reading has."""
    return len(str((thousandths or 0) % 1000 + 1000)[1:].rstrip("0"))


_WORK = """
SELECT f.item_id, coalesce(f.immediate_measure, o.done_text, o.title, ''), coalesce(o.code, f.code),
  coalesce((SELECT {staff} FROM staff s WHERE s.id = o.assignee_id), ''), o.planned_end
FROM fault f LEFT JOIN work_order o ON o.fault_id = f.id AND o.deleted = 0 AND o.status <> 'cancelled'
WHERE f.task_id = ? AND f.deleted = 0 AND f.status <> 'withdrawn' ORDER BY f.n"""


def _corrections(read: Reader, found: Sheet, timezone: str) -> tuple[CorrectionRow, ...]:
    """Each failing item with the fault or order that it became."""
    work = {row[0]: row[1:] for row in read.rows(_WORK.format(staff=named("s")), found.task_id)}
    made = []
    for row in found.items:
        if row.given and row.given.state == "fail":
            measure, reference, who, until = work.get(row.item.id, ("", "", "", None))
            remark = row.given.remark.strip("-")
            said = _("{item}: {value}").format(item=row.item.text, value=remark)
            problem = said if remark else row.item.text
            due = day_of(until, timezone) if until else ""
            made.append(CorrectionRow(row.item.seq, problem, measure, who, due, reference))
    return tuple(made)


def _photos(job: Job, found: Sheet) -> tuple[PhotoRow, ...]:
    """The photos with their captions; the name of a file says nothing, so the item stands in its place."""
    items = {row.item.id: row.item for row in found.items}
    made = []
    for photo in photos_of(job.read, "inspection_task", found.task_id):
        item = items.get(photo.item_id or b"")
        unnamed = photo.caption.lower().endswith(tuple(f".{suffix}" for suffix in SUFFIXES))
        caption = item.text if item and (unnamed or not photo.caption) else photo.caption
        jpeg = bytes_of(job.desk.profile, photo.sha256)
        made.append(PhotoRow(item.seq if item else 0, caption, jpeg))
    return tuple(made)


def _signers(read: Reader, found: Sheet) -> Signer:
    reviewer = read.value("SELECT reviewed_by FROM inspection_task WHERE id = ?", found.task_id)
    return Signer(found.submitted_by, person(read, reviewer) if reviewer else found.manager, "")


# The blank sheet


def blank(job: Job) -> Report:
    """A sheet to take along where no screen may go."""
    code = job.given["template"]
    row = job.read.row(
        "SELECT id FROM inspection_template WHERE code = ? COLLATE NOCASE AND status = 'published' AND deleted = 0 "
        "ORDER BY version DESC",
        code,
    )
    template = job.read.get("inspection_template", row[0]) if row else None
    if template is None:
        raise AppError(N_("There is no inspection template “{code}” in use. Choose another one."), code=code)
    data = BlankSheetData(
        spoken(template["name"], template["name_en"]),
        template["code"],
        template["version"],
        job.given["date"] or job.desk.today(),
        tuple(_blank(item) for item in items_of(job.read, template["id"])),
        template["safety_note"] or "",
    )
    return blank_inspection_sheet(data, job.issue(job.site))


def _blank(item: Item) -> BlankItem:
    options = tuple(option_word(option) for option in item.choices)
    return BlankItem(
        item.seq,
        item.section,
        item.text,
        item.value_type,
        standard_said(item),
        item.unit,
        options,
        item.photo_required,
    )
