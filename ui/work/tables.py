"""The columns and rows of the lists of work orders and faults."""

from array import array
from collections.abc import Mapping, Sequence
from typing import Any

from app import values, work
from app.desk import Desk
from app.fields import fields_of, show
from app.signs import Sign, sign
from app.words import N_, _
from app.work import FaultRow, OrderRow
from ui.kit.lazy import Column

PRIORITY = {"urgent": ("danger", "octagon-alert"), "important": ("warn", "triangle-alert")}
SEVERITY = {1: ("danger", "octagon-alert"), 2: ("warn", "triangle-alert")}


def short_time(at: int | None, desk: Desk) -> str | None:
    """A time in a list: this day's as the hour, this year's without the year."""
    if at is None:
        return None
    shown, today = values.show_instant(at, desk.timezone), desk.today()
    if shown[:10] == today:
        return _("today {time}").format(time=shown[11:])
    return shown[5:] if shown[:4] == today[:4] else shown[:10]


def order_sign(row: OrderRow) -> Sign:
    """The state of an order; a wait says what for."""
    if row.status == "on_hold" and row.hold_reason == "parts":
        return sign("waiting_parts")
    return sign(row.status)


def priority_sign(row: OrderRow) -> Any:
    """Urgent and important orders carry a sign."""
    words = show(fields_of("work_order")["priority"], row.priority)
    return (
        Sign(PRIORITY[row.priority][0], PRIORITY[row.priority][1], "", words)
        if row.priority in PRIORITY
        else words
    )


def fault_sign(row: FaultRow) -> Sign:
    """The state of a fault; one that was taken back is grey."""
    if row.status == "withdrawn":
        return Sign("neutral", "circle-slash", "", show(fields_of("fault")["status"], row.status))
    return sign(row.status)


def severity_sign(row: FaultRow) -> Any:
    """The severity; the two worst carry a sign."""
    words = str(row.severity)
    return (
        Sign(SEVERITY[row.severity][0], SEVERITY[row.severity][1], "", words)
        if row.severity in SEVERITY
        else words
    )


def order_columns(desk: Desk) -> tuple[Column, ...]:
    """The columns of the list of work orders."""
    return (
        Column("code", N_("Order"), "code", 126, compact=False),
        Column("title", N_("What"), width=140, stretch=True, second=lambda row: row.code),
        Column("equipment_code", N_("Equipment"), "code", 104, compact=False),
        Column("priority", N_("Priority"), width=104, value=priority_sign, compact=False),
        Column("status", N_("Status"), "status", 168, value=order_sign),
        Column("assignee", N_("Assigned to"), width=96, compact=False),
        Column("planned_end", N_("Due"), width=108, value=lambda row: _due(row, desk)),
        Column("created_at", N_("Made"), "date", 108, hidden=True, compact=False,
               value=lambda row: short_time(row.created_at, desk)),
    )  # fmt: skip


def _due(row: OrderRow, desk: Desk) -> Any:
    words = short_time(row.planned_end, desk)
    return Sign("danger", "clock-alert", "", words) if row.overdue and words else words


def fault_columns(desk: Desk) -> tuple[Column, ...]:
    """The columns of the list of faults."""
    return (
        Column("code", N_("Fault number"), "code", 126, compact=False),
        Column("symptom", N_("Symptom"), width=140, stretch=True, second=lambda row: row.code),
        Column("equipment_code", N_("Equipment"), "code", 104, compact=False),
        Column("severity", N_("Severity"), width=80, value=severity_sign, compact=False),
        Column("status", N_("Status"), "status", 128, value=fault_sign),
        Column("order_code", N_("Work order"), "code", 126, sortable=False, compact=False),
        Column("occurred_at", N_("Occurred at"), "date", 108, value=lambda row: short_time(row.occurred_at, desk)),
    )  # fmt: skip


class OrderSource:
    """The work orders as the table asks them."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def ids(self, sort: str, descending: bool, filters: Mapping[str, Any], text: str) -> "array[int]":
        wanted = self._wanted(filters)
        with self._desk.read() as read:
            return work.order_ids(read, sort, wanted, text, descending=descending, now=self._desk.now())

    def _wanted(self, filters: Mapping[str, Any]) -> dict[str, Any]:
        wanted = dict(filters)
        if wanted.pop("mine", None):
            wanted["assignee"] = self._desk.actor.staff_id or b""
        return ({"site": self._desk.site.id} if self._desk.site else {}) | wanted

    def rows(self, ids: Sequence[int]) -> Sequence[OrderRow | None]:
        with self._desk.read() as read:
            return work.order_rows(read, ids, self._desk.now())

    def total(self) -> int:
        """How many orders there are at the site in view."""
        return len(self.ids("code", False, {}, ""))


class FaultSource:
    """The faults as the table asks them."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def ids(self, sort: str, descending: bool, filters: Mapping[str, Any], text: str) -> "array[int]":
        site = {"site": self._desk.site.id} if self._desk.site else {}
        with self._desk.read() as read:
            return work.fault_ids(read, sort, site | dict(filters), text, descending=descending)

    def rows(self, ids: Sequence[int]) -> Sequence[FaultRow | None]:
        with self._desk.read() as read:
            return work.fault_rows(read, ids)

    def total(self) -> int:
        """How many faults there are at the site in view."""
        return len(self.ids("code", False, {}, ""))
