"""The work orders of a person as a short table."""

from array import array
from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.desk import Desk
from app.signs import Sign, sign
from app.words import N_
from app.work.queries import OrderRow
from ui.inspections.saying import moment_said
from ui.kit import theme
from ui.kit.table import Column, Table


class _Given:
    """Rows that are all there already."""

    def __init__(self, rows: Sequence[OrderRow]) -> None:
        self._rows = {row.n: row for row in rows}

    def ids(self, sort: str, descending: bool, filters: Mapping[str, Any], text: str) -> "array[int]":
        """In the order in which they were given."""
        return array("q", self._rows)

    def rows(self, ids: Sequence[int]) -> Sequence[OrderRow | None]:
        """The rows of these numbers."""
        return [self._rows.get(n) for n in ids]


def _state(row: OrderRow) -> Sign:
    return sign("waiting_parts" if row.status == "on_hold" and row.hold_reason == "parts" else row.status)


class OrderList(QWidget):
    """Number, content, machine or place, state, due: as high as its rows; Enter opens one."""

    opened = Signal(bytes)

    def __init__(self, rows: Sequence[OrderRow], desk: Desk) -> None:
        super().__init__()
        today, zone = desk.today(), desk.timezone

        def due(row: OrderRow) -> str:
            return moment_said(row.planned_end, today, zone) if row.planned_end else ""

        columns = [
            Column("code", N_("Work order"), "code", 130, sortable=False),
            Column("title", N_("Content"), width=200, stretch=True, sortable=False, second=due),
            Column("place", N_("Equipment / place"), width=160, sortable=False, compact=False,
                   value=lambda row: row.equipment_code or row.place or ""),
            Column("status", N_("Status"), "status", 208, sortable=False, value=_state),
            Column("planned_end", N_("Due"), "date", 110, sortable=False, compact=False, value=due),
        ]  # fmt: skip
        self._ids = {row.n: row.id for row in rows}
        self.table = Table(columns, _Given(rows), prefs={"density": "normal"})
        self.table.count.hide()
        self.table.refresh()
        self.table.opened.connect(lambda n: self.opened.emit(self._ids[n]))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.table)
        height = theme.size("height.header_cell") + len(rows) * theme.size("height.row_normal")
        self.table.view.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.table.legend.hide()
        self.table.view.setFixedHeight(height + 2)
        self.table.setFixedHeight(height + 8)
        if not rows:
            self.hide()
