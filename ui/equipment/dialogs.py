"""The questions of the register: a new or changed machine, a meter reading, a use, an entry by hand."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from PySide6.QtWidgets import QWidget

from app import equipment
from app.desk import Desk
from app.fields import fields_of
from app.words import _
from ui.declared import finder, form_fields, from_form, to_form, unreadable
from ui.kit.dialogs import FormDialog
from ui.kit.forms import FormField

FIELDS = (
    "code", "name", "name_en", "class_id", "location_id", "parent_id", "criticality", "responsible_id", "manufacturer",
    "model", "serial_no", "purchase_date", "install_date", "commission_date", "supplier_id", "purchase_cost",
    "warranty_until", "design_life_years", "planned_retire_date", "next_statutory_due", "remark",
)  # fmt: skip
#: A new machine begins at one of these.
FIRST = ("planned", "ordered", "arrived", "to_install", "in_service", "standby")


def ask_machine(
    parent: QWidget,
    desk: Desk,
    row: Mapping[str, Any] | None = None,
    defaults: Mapping[str, Any] | None = None,
) -> dict[str, Any] | None:
    """The fields of a new machine, or the changed ones of a machine; None when the person thought better of it."""
    fields = form_fields(desk, "equipment", FIELDS)
    if row is None:
        fields[0] = replace(fields[0], required=False, placeholder=_("Empty: the next one"))
        words = dict(fields_of("equipment")["status"].choices)
        choices = [(code, _(words[code])) for code in FIRST]
        fields.insert(6, FormField("status", _("Status"), "choice", required=True, choices=choices))
    site = (row or {}).get("site_id") or (desk.site.id if desk.site else None)

    def check(typed: dict[str, Any]) -> dict[str, str]:
        if wrong := unreadable(desk, "equipment", typed):
            return wrong
        values = from_form(desk, "equipment", typed)
        found = equipment.objections(desk, _at_site(desk, values, site), row["id"] if row else None)
        return {o.field or o.code: str(o) for o in found}

    begin = row or {"criticality": "C", "status": "in_service", **(defaults or {})}
    title = _("Change {code}").format(code=row["code"]) if row else _("Register a machine")
    typed = FormDialog.ask(parent, title, fields, to_form(desk, "equipment", begin), check=check)
    return None if typed is None else _at_site(desk, from_form(desk, "equipment", typed), site)


def _at_site(desk: Desk, values: dict[str, Any], site: bytes | None) -> dict[str, Any]:
    """The site follows from the place where none is in view."""
    if site is None:
        with desk.read() as read:
            site = (read.get("location", values["location_id"]) or {}).get("site_id")
    return values | {"site_id": site}


def ask_reading(parent: QWidget, desk: Desk, row: Mapping[str, Any]) -> dict[str, Any] | None:
    """Meter, value, whether the meter is new."""
    fields = form_fields(desk, "meter_reading", ("meter", "value", "replaced"))
    last = row["run_hours"]
    text = _("Running hours by the last reading: {hours} h").format(hours=f"{last // 1000:,}") if last else ""
    title = _("Read the meter · {code}").format(code=row["code"])
    return FormDialog.ask(parent, title, fields, {"meter": "run_hours"}, text=text)


def ask_use(parent: QWidget, desk: Desk, row: Mapping[str, Any]) -> dict[str, Any] | None:
    """Who used the machine from when to when, and for what."""
    names = ("operator_id", "started_at", "ended_at", "purpose")
    begin = to_form(desk, "equipment_use", {"operator_id": desk.actor.staff_id, "started_at": desk.now()})
    title = _("Log a use · {code}").format(code=row["code"])
    fields = form_fields(desk, "equipment_use", names)
    typed = FormDialog.ask(
        parent, title, fields, begin, check=lambda found: unreadable(desk, "equipment_use", found)
    )
    return None if typed is None else from_form(desk, "equipment_use", typed)


def ask_note(parent: QWidget, row: Mapping[str, Any]) -> dict[str, Any] | None:
    """An entry by hand: what kind, what, what it cost."""
    words = dict(fields_of("equipment_event")["event_type"].choices)
    kinds = [(kind, _(words[kind])) for kind in equipment.HAND_WRITTEN]
    fields = [
        FormField("event", _("Kind"), "choice", required=True, choices=kinds),
        FormField("text", _("Text"), "lines", required=True),
        FormField("cost", _("Cost"), "money", unit="CNY"),
    ]
    title = _("Write an entry · {code}").format(code=row["code"])
    return FormDialog.ask(parent, title, fields, {"event": "maintenance"})


def ask_place(parent: QWidget, desk: Desk, row: Mapping[str, Any]) -> dict[str, Any] | None:
    """To which place the machine is taken, and why."""
    fields = [
        FormField("location_id", _("Location"), "reference", required=True, find=finder(desk, "location")),
        FormField("remark", _("Remarks")),
    ]
    return FormDialog.ask(parent, _("Move {code}").format(code=row["code"]), fields)
