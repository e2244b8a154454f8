"""The months of the warehouses in the books: which one is to be closed, what is still open in it, and opening it again."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from PySide6.QtWidgets import QWidget

from app import values
from app.changes import Done
from app.desk import Desk
from app.inventory import closing
from app.inventory.months import OpenMonth
from app.inventory.value import cents
from app.signs import Sign
from app.words import N_, _
from ui.inventory.tables import status_width
from ui.kit.dialogs import FormDialog
from ui.kit.forms import FormField
from ui.kit.lazy import Column

Work = Callable[..., Done]
#: How the next month of a warehouse stands.
STATES = {
    "due": Sign("warn", "lock", "△", N_("To be closed")),
    "running": Sign("info", "circle-dot", "○", N_("Still running")),
    "none": Sign("neutral", "circle-dot", "○", N_("Nothing booked")),
}


def month_columns(desk: Desk) -> tuple[Column, ...]:
    """Each warehouse with the month that is to be closed next."""
    return (
        Column("store", N_("Warehouse"), "code", 120, sortable=False, value=lambda row: row.store.code,
               second=lambda row: row.store.name),
        Column("name", N_("Name"), width=150, stretch=True, sortable=False, compact=False, value=lambda row: row.store.name),
        Column("closed", N_("Closed up to"), "date", 104, sortable=False, compact=False, value=lambda row: row.closed or "—"),
        Column("month", N_("To close next"), "date", 112, sortable=False, value=lambda row: row.period.month if row.period else "—"),
        Column("state", N_("Status"), "status", status_width(STATES.values()), sortable=False,
               value=lambda row: STATES[row.state(desk.now())]),
        Column("open_items", N_("Open items"), "number", 96, sortable=False),
        Column("value", N_("Value (moving average)"), "number", 150, sortable=False, compact=False,
               value=lambda row: values.show_money(cents(row.value))),
    )  # fmt: skip


class MonthForms:
    """Asks a person about the months of the warehouses."""

    def __init__(self, parent: QWidget, desk: Desk) -> None:
        self._parent, self._desk = parent, desk

    def which(self, rows: Sequence[OpenMonth]) -> OpenMonth | None:
        """Of which warehouse a month is to be closed."""
        said = _("{month}: {warehouse}")
        choices = [
            (
                row.store.id,
                said.format(month=row.period.month, warehouse=f"{row.store.code}  {row.store.name}"),
            )
            for row in rows
            if row.period
        ]
        fields = [FormField("store", _("Warehouse"), "choice", required=True, choices=choices)]
        filled = self._filled(_("Close a month"), fields, {"store": choices[0][0]}, do=_("Continue"))
        return next((row for row in rows if filled and row.store.id == filled["store"]), None)

    def close(self, row: OpenMonth) -> Work | None:
        """The month that is to be closed, with what is still open in it."""
        if row.period is None:
            return None
        said = _("{sign} {what}: {count}")
        lines = [
            said.format(sign="×" if check.count else "✓", what=_(check.words), count=check.count)
            for check in row.checks
        ]
        lines.append(
            _("After that the figures of the month never change; what comes later counts in the next one.")
        )
        title = _("Close {month} of {warehouse}?").format(month=row.period.month, warehouse=row.store.code)
        why = _("Closed with open items because") if row.open_items else _("Remarks")
        fields = [FormField("reason", why, required=row.open_items > 0)]
        filled = self._filled(title, fields, {}, do=_("Close the month"), text="\n".join(lines))
        if filled is None:
            return None
        return partial(
            closing.close_month,
            self._desk,
            row.period,
            warehouse=row.store.warehouse,
            reason=filled["reason"] or "",
        )

    def reopen(self, row: closing.ClosingRow) -> Work | None:
        """The last closed month of a warehouse is opened again."""
        title = _("Open {month} of {warehouse} again?").format(month=row.month, warehouse=row.store)
        fields = [FormField("reason", _("Reason"), required=True)]
        filled = self._filled(
            title, fields, {}, do=_("Open again"), text=_("The sheet that was closed stays as it is.")
        )
        return filled and partial(closing.reopen_month, self._desk, row.id, reason=filled["reason"])

    def _filled(
        self, title: str, fields: list[FormField], given: dict[str, Any], *, do: str, text: str = ""
    ) -> Any:
        return FormDialog.ask(self._parent, title, fields, given, do=do, text=text)
