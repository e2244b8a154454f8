"""The columns of the books' cards, in the time of the site."""

from collections.abc import Callable
from typing import Any

from app import values
from app.desk import Desk
from app.inventory import transit
from app.inventory.value import cents
from app.signs import Sign
from app.words import N_, _
from ui.inventory.books_checks import STATES, outcome
from ui.inventory.books_months import month_columns
from ui.inventory.tables import amount, status_width
from ui.kit.lazy import Column

OUT = Sign("info", "circle-dot", "○", N_("Still away"))
OVERDUE = Sign("danger", "clock-alert", "×", N_("Overdue"))
CLOSED = Sign("ok", "lock", "✓", N_("Month closed"))
REOPENED = Sign("warn", "undo-2", "△", N_("Opened again"))
LATE = Sign("warn", "clock-alert", "△", N_("Late"))
#: How the calibration of a tool stands.
TOOLS = {
    "ended": Sign("danger", "clock-alert", "×", N_("Not calibrated")),
    "ending": Sign("warn", "calendar-clock", "△", N_("Ends soon")),
    "valid": Sign("ok", "badge-check", "✓", N_("Calibrated")),
}

Columns = tuple[Column, ...]


def columns(key: str, desk: Desk) -> Columns:
    """The columns of a card."""
    return _CARDS[key](desk)


def _time(desk: Desk, name: str) -> Callable[[Any], str]:
    return lambda row: values.show_instant(getattr(row, name), desk.timezone)


def _part(width: int = 150) -> Columns:
    return (
        Column("part_no", N_("Part no."), "code", 104, sortable=False, second=lambda row: row.name),
        Column("name", N_("Name"), width=width, stretch=True, sortable=False, compact=False),
    )


def _waiting(desk: Desk) -> Columns:
    return (
        Column("happened_at", N_("Time"), "date", 132, sortable=False, value=_time(desk, "happened_at")),
        Column("state", N_("Status"), "status", status_width((STATES["waiting"], STATES["disputed"])), sortable=False,
               compact=False, value=lambda row: STATES[row.state]),
        *_part(),
        Column("qty", N_("Quantity"), "number", 84, sortable=False, value=lambda row: amount(row.qty, row.unit)),
        Column("bin", N_("Bin"), width=106, sortable=False, compact=False, tone="text_2"),
        Column("what_for", N_("For / from"), width=130, sortable=False, compact=False),
        Column("taken_by", N_("Taken by"), width=96, sortable=False),
        Column("on_hand", N_("Left in the bin"), "number", 96, sortable=False, compact=False,
               value=lambda row: amount(row.on_hand, row.unit)),
    )  # fmt: skip


def _decided(desk: Desk) -> Columns:
    return (
        Column("happened_at", N_("Time"), "date", 132, sortable=False, value=_time(desk, "happened_at")),
        Column("state", N_("Status"), "status", status_width(STATES.values()), sortable=False,
               value=lambda row: STATES[row.state]),
        *_part(130),
        Column("qty", N_("Quantity"), "number", 84, sortable=False, value=lambda row: amount(row.qty, row.unit)),
        Column("taken_by", N_("Taken by"), width=96, sortable=False, compact=False),
        Column("outcome", N_("What became of it"), width=230, sortable=False, value=lambda row: outcome(row.row)),
    )  # fmt: skip


def _loans(desk: Desk) -> Columns:
    def state(row: Any) -> Sign:
        return OVERDUE if row.state(desk.today()) == "overdue" else OUT

    return (
        Column("due_on", N_("Return by"), "date", 96, sortable=False),
        Column("state", N_("Status"), "status", status_width((OUT, OVERDUE)), sortable=False, value=state),
        *_part(),
        Column("out", N_("Still out"), "number", 84, sortable=False, value=lambda row: amount(row.out, row.unit)),
        Column("who", N_("With / of"), width=120, sortable=False),
        Column("direction", N_("Direction"), width=100, sortable=False, compact=False,
               value=lambda row: _("Lent by us") if row.direction == "out" else _("Borrowed by us")),
        Column("calibrated_until", N_("Calibrated until"), "date", 108, sortable=False, compact=False),
        Column("code", N_("Loan number"), "code", 112, sortable=False, compact=False),
    )  # fmt: skip


def _tools(desk: Desk) -> Columns:
    def state(row: Any) -> Sign:
        return TOOLS[row.state(desk.today())]

    return (
        Column("valid_until", N_("Calibrated until"), "date", 112, sortable=False),
        Column("state", N_("Status"), "status", status_width(TOOLS.values()), sortable=False, value=state),
        *_part(),
        Column("serial", N_("Serial number"), "code", 130, sortable=False),
        Column("done_on", N_("Calibrated on"), "date", 108, sortable=False, compact=False),
        Column("certificate", N_("Certificate"), "code", 130, sortable=False, compact=False),
        Column("lent_to", N_("Lent to"), width=120, sortable=False, compact=False),
    )  # fmt: skip


def _skipped(desk: Desk) -> Columns:
    return (
        Column("scanned_at", N_("Time"), "date", 132, sortable=False, value=_time(desk, "scanned_at")),
        Column("code", N_("Code"), "code", 170, sortable=False),
        Column("reason", N_("Reason"), width=200, stretch=True, sortable=False),
        Column("refusal", N_("Refused because"), width=260, sortable=False, compact=False, tone="text_2"),
        Column("by", N_("Skipped by"), width=110, sortable=False, compact=False),
    )  # fmt: skip


def _transit(desk: Desk) -> Columns:
    def state(row: Any) -> Sign:
        return LATE if row.days(desk.now()) >= transit.LATE_DAYS else OUT

    return (
        Column("sent_at", N_("Sent on"), "date", 132, sortable=False, value=_time(desk, "sent_at")),
        Column("state", N_("Status"), "status", status_width((OUT, LATE)), sortable=False, value=state),
        *_part(130),
        Column("open", N_("On the way"), "number", 84, sortable=False, value=lambda row: amount(row.open, row.unit)),
        Column("from_site", N_("From site"), width=110, sortable=False, compact=False),
        Column("to_site", N_("To site"), width=110, sortable=False),
        Column("value", N_("Amount"), "number", 100, sortable=False, compact=False,
               value=lambda row: values.show_money(cents(row.value))),
    )  # fmt: skip


def _closings(desk: Desk) -> Columns:
    return (
        Column("month", N_("Month"), "date", 84, sortable=False),
        Column("store", N_("Warehouse"), "code", 120, sortable=False),
        Column("state", N_("Status"), "status", status_width((CLOSED, REOPENED)), sortable=False,
               value=lambda row: REOPENED if row.reopened_at else CLOSED),
        Column("code", N_("Closing number"), "code", 118, sortable=False, compact=False),
        Column("closed_at", N_("Closed on"), "date", 132, sortable=False, compact=False, value=_time(desk, "closed_at")),
        Column("closed_by", N_("Closed by"), width=110, sortable=False),
        Column("parts", N_("Spare parts"), "number", 84, sortable=False, compact=False),
        Column("value", N_("Value (moving average)"), "number", 150, sortable=False,
               value=lambda row: values.show_money(cents(row.value))),
        Column("reason", N_("Reason"), width=150, stretch=True, sortable=False, compact=False,
               value=lambda row: row.reopen_reason or row.reason),
    )  # fmt: skip


_CARDS: dict[str, Callable[[Desk], Columns]] = {
    "waiting": _waiting, "decided": _decided, "loans": _loans, "tools": _tools, "skipped": _skipped, "transit": _transit, "months": month_columns, "closings": _closings,
}  # fmt: skip
