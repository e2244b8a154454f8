"""Inspection report (巡检报告) and the blank sheet to take along (空白巡检表)."""

from __future__ import annotations

from itertools import groupby

from app.reports.document import (
    Block,
    Boxes,
    Choices,
    Col,
    Fact,
    Group,
    Issue,
    Measure,
    Notes,
    Photo,
    Photos,
    Report,
    ResultBox,
    Row,
    Signature,
    Signatures,
    Status,
    Table,
    Text,
    Value,
)
from app.reports.parts import counts, legend, listed, section, signed
from app.reports.rows import BlankItem, BlankSheetData, CheckRow, InspectionReportData
from app.values import show_instant
from app.words import _, ngettext, pgettext

_STATES = ("pass", "warn", "fail", "na", "not_checked")


def _sign(state: str) -> Status:
    """A value within its limits but past the warning line is a warning (预警)."""
    return Status.of(state, _("Warning") if state == "warn" else None)


def inspection_report(data: InspectionReportData, issue: Issue) -> Report:
    """The record of one inspection: each standard beside its reading, failed items with their correction, photos, signatures."""
    blocks: list[Block] = [_checks(data)]
    if data.corrections:
        blocks.append(_corrections(data, len(blocks) + 1))
    if data.photos:
        blocks.append(_photos(data, len(blocks) + 1))
    if data.conclusion:
        blocks.append(Text(data.conclusion, section(len(blocks) + 1, _("Conclusion"))))
    words = (Status.of(state).word for state in ("pass", "conditional", "fail"))
    choices = (*words, _("Sent back"))
    blocks.append(ResultBox(_("Review:"), choices, _("Re-check on:")))
    blocks.append(signed(data.signers, _("Inspected by"), _("Reviewed by"), _("Approved by")))
    return Report(
        code="inspection-report",
        title=_("{name}: inspection report").format(name=data.name),
        subtitle=_template(data.template_code, data.template_version),
        issue=issue,
        head=_head(data, issue),
        blocks=tuple(blocks),
        period=data.period,
        retention=_("3 years"),
        legend=_legend(data),
    )


def _template(code: str, version: int) -> str:
    return _("Template {code}, version {version}").format(code=code, version=version)


def _legend(data: InspectionReportData) -> str:
    used = [
        state for state in _STATES if state != "not_checked" or any(row.state == state for row in data.checks)
    ]
    signs = legend(*map(_sign, used))
    return _("Signs: {signs}. Limits are those of template version {version}.").format(
        signs=signs, version=data.template_version
    )


def _head(data: InspectionReportData, issue: Issue) -> tuple[Fact, ...]:
    total = len(data.checks)
    items = ngettext("{total} item", "{total} items", total).format(total=total)
    facts = [
        Fact(_("Site"), issue.site),
        Fact(_("Period"), data.period),
        Fact(pgettext("report", "Place"), data.place),
        Fact(_("Scanned on site"), data.scanned or pgettext("report", "no")),
        Fact(pgettext("report", "Due"), _span(data.window_from, data.window_to)),
        Fact(pgettext("report", "Done"), _done(data, issue.timezone)),
        Fact(_("Inspected by"), data.inspectors),
        Fact(_("Work permit"), data.certificate or "—"),
        Fact(_("Result"), Status.of(data.result)),
        Fact(pgettext("report", "Items"), listed(items, counts(row.state for row in data.checks))),
    ]
    return tuple(facts)


def _span(start: str, end: str) -> str:
    return f"{start} ~ {end}" if start and end and start != end else start or end


def _done(data: InspectionReportData, timezone: str) -> str:
    start, end = show_instant(data.started_at, timezone), show_instant(data.ended_at, timezone)
    if not data.started_at or not data.ended_at:
        return start or end
    minutes = (data.ended_at - data.started_at) // 60_000
    shown = end[11:] if start[:10] == end[:10] else end
    return _("{start} ~ {end} ({minutes} min)").format(start=start, end=shown, minutes=minutes)


def _checks(data: InspectionReportData) -> Table:
    columns = (
        Col("seq", _("No."), "int", 10, small=True),
        Col("text", pgettext("report", "Item"), width=52),
        Col("standard", _("Standard"), width=29),
        Col("value", _("Reading"), width=23, right=True),
        Col("state", pgettext("column", "Result"), "status", 25),
        Col("remark", _("Remark / action"), width=36, small=True),
    )
    groups = tuple(
        Group(name, tuple(map(_check, rows))) for name, rows in groupby(data.checks, lambda row: row.section)
    )
    return Table(
        columns,
        groups,
        title=section(1, _("Records")),
        aside=_("Units beside each value"),
        note=_legend(data),
        name=_("Records"),
        group_title=_("Group"),
    )


def _check(row: CheckRow) -> Row:
    value: Value = row.value
    if row.number is not None:
        value = Measure(row.number, row.unit, row.places)
    elif not value and row.state == "na":
        value = "—"
    values: dict[str, Value] = {
        "seq": row.seq,
        "text": row.text,
        "standard": row.standard,
        "value": value,
        "state": _sign(row.state),
        "remark": row.remark,
    }
    return Row(values, mark=row.state == "fail")


def _corrections(data: InspectionReportData, number: int) -> Table:
    columns = (
        Col("seq", _("Item no."), "int", 12),
        Col("problem", _("Problem"), width=58),
        Col("measure", pgettext("report", "Measure"), width=50),
        Col("responsible", _("Responsible"), width=24),
        Col("due", pgettext("report", "Deadline"), "date", 31),
    )
    rows = tuple(
        Row(
            {
                "seq": c.seq,
                "problem": c.problem,
                "measure": _with(c.measure, c.reference),
                "responsible": c.responsible,
                "due": c.due,
            }
        )
        for c in data.corrections
    )
    title = _("Failed items and corrections")
    return Table(columns, (Group("", rows),), title=section(number, title), name=_("Corrections"))


def _with(text: str, reference: str) -> str:
    return _("{text} ({reference})").format(text=text, reference=reference) if reference else text


def _photos(data: InspectionReportData, number: int) -> Photos:
    photos = tuple(
        Photo(
            _("Photo {number}").format(number=i),
            _("Item {item}: {caption}").format(item=photo.item_seq, caption=photo.caption),
            photo.jpeg,
        )
        for i, photo in enumerate(data.photos, 1)
    )
    return Photos(photos, section(number, _("Photos")))


# The blank sheet


def blank_inspection_sheet(data: BlankSheetData, issue: Issue) -> Report:
    """A sheet to fill in by hand where no screen may go; its code leads back to the task."""
    columns = (
        Col("seq", _("No."), "int", 10, centred=True),
        Col("text", pgettext("report", "Item"), width=48),
        Col("standard", _("Standard"), width=24, centred=True),
        Col("reading", _("Reading / choice"), width=47),
        Col("result", f"{pgettext('column', 'Result')}\n✓ △ ×", "write", 16, centred=True),
        Col("remark", _("Remark (a must for ×)"), "write", 30),
    )
    groups = tuple(
        Group(name, tuple(map(_blank, rows))) for name, rows in groupby(data.items, lambda item: item.section)
    )
    note = _(
        "How to fill in: black pen; one digit per box, a box for the decimal point. {signs}. "
        "Correct with one line through the error and your signature; nothing is made illegible."
    ).format(signs=legend(*map(_sign, _STATES[:4])))
    return Report(
        code="blank-inspection",
        title=_("{name}: inspection record (blank)").format(name=data.name),
        subtitle=_("{template} · scan the code to enter the record later").format(
            template=_template(data.template_code, data.template_version)
        ),
        issue=issue,
        head=_blank_head(data, issue),
        blocks=(
            Table(columns, groups, note=note, form=True, name=_("Records"), group_title=_("Group")),
            Notes(_("Other findings and actions (time, place, what, action)")),
            Signatures(
                (
                    Signature(_("Inspected by")),
                    Signature(_("Reviewed by")),
                    Signature(_("Entered by"), note=_("Sign after entering it in the program")),
                )
            ),
        ),
        period=data.planned_on,
        retention=_("1 year"),
    )


def _blank_head(data: BlankSheetData, issue: Issue) -> tuple[Fact, ...]:
    facts = (
        Fact(_("Site"), issue.site),
        Fact(_("Planned on"), data.planned_on),
        Fact(
            _("Shift"),
            "   ".join(
                f"□ {shift}"
                for shift in (
                    pgettext("shift", "Day"),
                    pgettext("shift", "Evening"),
                    pgettext("shift", "Night"),
                )
            ),
        ),
        Fact(_("Weather / outside"), "               /               ℃"),
        Fact(_("Inspected by"), ""),
        Fact(_("From / to"), "          :               ~               :"),
    )
    return (*facts, Fact(_("Safety"), data.safety_note, wide=True)) if data.safety_note else facts


def _blank(item: BlankItem) -> Row:
    text = _("{text} [photo]").format(text=item.text) if item.photo else item.text
    return Row({"seq": item.seq, "text": text, "standard": item.standard or "—", "reading": _to_fill(item)})


def _to_fill(item: BlankItem) -> Value:
    if item.value_type in {"number", "meter"}:
        return Boxes(5, item.unit)
    if item.value_type == "bool":
        return Choices(item.options or (_("Yes"), _("No")))
    return Choices(item.options) if item.options else None
