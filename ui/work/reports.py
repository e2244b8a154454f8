"""The questions of work: a fault is reported, an order is planned, a plan or a finding is changed."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtWidgets import QWidget

from app.access import Permission
from app.desk import Desk
from app.words import _
from app.work import times_in_order
from ui.declared import form_fields, from_form, to_form, unreadable
from ui.kit.dialogs import FormDialog
from ui.kit.forms import FormField

FAULT = (
    "symptom", "equipment_id", "location_id", "severity", "fault_class", "occurred_at", "occurred_estimated",
    "immediate_measure",
)  # fmt: skip
FINDINGS = (
    "symptom", "severity", "fault_class", "occurred_at", "occurred_estimated", "discovered_at", "reported_at",
    "response_at", "restored_at", "failure_mode", "failure_cause", "immediate_measure", "solution", "informed_party",
)  # fmt: skip
ORDER = (
    "title", "equipment_id", "location_id", "kind", "priority", "objective", "scope", "planned_start", "planned_end",
    "tools",
)  # fmt: skip
SEVERITIES = (1, 2, 3, 4)


def severity_words() -> list[tuple[int, str]]:
    """The four severities of a fault, the worst first."""
    words = (_("1 · stops operation"), _("2 · serious"), _("3 · moderate"), _("4 · slight"))
    return list(zip(SEVERITIES, words, strict=True))


def _fault_fields(desk: Desk, names: tuple[str, ...]) -> list[FormField]:
    made = form_fields(desk, "fault", names)
    spot = names.index("severity")
    made[spot] = FormField("severity", made[spot].label, "choice", required=True, choices=severity_words())
    return made


def ask_fault(parent: QWidget, desk: Desk, begin: Mapping[str, Any]) -> tuple[dict[str, Any], bool] | None:
    """A fault as it is reported, and whether a work order is to be made at once."""
    fields = _fault_fields(desk, FAULT)
    fields.append(FormField("with_order", _("Make a work order at once"), "flag"))
    known = {"severity": 3, "fault_class": "system", "occurred_at": desk.now()} | dict(begin)
    first = to_form(desk, "fault", known) | {"with_order": 1}
    typed = FormDialog.ask(
        parent,
        _("Report a fault"),
        fields,
        first,
        check=lambda found: _wrong(desk, found),
        do=_("Submit report"),
    )
    if typed is None:
        return None
    with_order = bool(typed.pop("with_order"))
    return from_form(desk, "fault", typed), with_order


def _wrong(desk: Desk, typed: dict[str, Any], row: Mapping[str, Any] | None = None) -> dict[str, str]:
    if found := unreadable(desk, "fault", typed):
        return found
    now = desk.now()
    known = row or {"discovered_at": now, "reported_at": now}
    times = dict(known) | {k: v for k, v in from_form(desk, "fault", typed).items() if v is not None}
    return {_at(o.field, typed): str(o) for o in times_in_order(times)}


def _at(field: str | None, typed: Mapping[str, Any]) -> str:
    """The field that is shown for an objection: the occurrence where the other times are not asked for."""
    return field if field and field in typed else "occurred_at"


def ask_findings(parent: QWidget, desk: Desk, row: Mapping[str, Any]) -> dict[str, Any] | None:
    """What is known of a fault, changed."""
    title = _("Change {code}").format(code=row["code"])
    typed = FormDialog.ask(
        parent,
        title,
        _fault_fields(desk, FINDINGS),
        to_form(desk, "fault", row),
        check=lambda found: _wrong(desk, found, row),
    )
    return None if typed is None else from_form(desk, "fault", typed)


def ask_order(
    parent: QWidget, desk: Desk, begin: Mapping[str, Any] | None = None, row: Mapping[str, Any] | None = None
) -> dict[str, Any] | None:
    """A new order, or the plan of one, changed."""
    names = ORDER if desk.may(Permission.PLAN_WORK) else ORDER[:5]
    first = row or {"kind": "corrective", "priority": "general", **(begin or {})}
    title = _("Change {code}").format(code=row["code"]) if row else _("New work order")
    typed = FormDialog.ask(
        parent,
        title,
        form_fields(desk, "work_order", names),
        to_form(desk, "work_order", first),
        check=lambda found: unreadable(desk, "work_order", found),
    )
    return None if typed is None else from_form(desk, "work_order", typed)
