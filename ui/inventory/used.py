"""What was used in the last twelve months, as a chart: by month, equipment class, machine or part."""

from functools import partial
from typing import get_args

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton

from app import values
from app.access import Permission
from app.desk import Desk
from app.inventory.stockcard import By, Used, consumption, months_of
from app.inventory.value import cents
from app.words import N_, _
from ui.inventory.tables import report_site, site_of
from ui.kit.bars_chart import BarChart, BarOf
from ui.kit.buttons import button, set_kind
from ui.kit.layout import Card
from ui.kit.tasks import Tasks

_WAYS: dict[By, str] = {
    "month": N_("By month"),
    "class": N_("By equipment class"),
    "machine": N_("By machine"),
    "part": N_("By part"),
}
_SHOWN = 10
MONTHS = 12


class UsedCard(Card):
    """The chart with its four ways, its total, and the report behind it."""

    report_requested = Signal(str, object)
    """A report by its name, with its parameters."""

    def __init__(self, desk: Desk, tasks: Tasks) -> None:
        super().__init__(_("Used in 12 months"))
        self._desk, self._tasks = desk, tasks
        self.by: By = "month"
        self.chart = BarChart()
        self.buttons: dict[By, QPushButton] = {}
        row = QHBoxLayout()
        row.setSpacing(8)
        for by in get_args(By):
            made = self.buttons[by] = button(_(_WAYS[by]), scale="small")
            made.clicked.connect(partial(self.choose, by))
            row.addWidget(made)
        row.addStretch()
        self.body.addLayout(row)
        self.body.addWidget(self.chart)
        if desk.may(Permission.PRINT_REPORTS):
            sheet = button(_("Print"), "printer", scale="small")
            sheet.clicked.connect(self.print_report)
            self.add_action(sheet)
        self.reload()

    def choose(self, by: By, _checked: bool = False) -> None:
        """Another way to look at it."""
        self.by = by
        self.reload()

    def _span(self) -> tuple[str, str]:
        """From the first day of the month eleven months ago, to today."""
        today = self._desk.today()
        year, month = int(today[:4]), int(today[5:7]) - (MONTHS - 1)
        return f"{year - (month < 1):04}-{(month - 1) % 12 + 1:02}-01", today

    def reload(self) -> None:
        """Read the figures again."""
        for by, made in self.buttons.items():
            set_kind(made, "primary" if by == self.by else "default")
        desk, site, by = self._desk, site_of(self._desk), self.by
        since = values.instant_of(self._span()[0], timezone=desk.timezone)

        def work() -> list[Used]:
            with desk.read() as read:
                return consumption(read, site, since, desk.now() + 1, by=by, timezone=desk.timezone)

        self._tasks.run(work, self._show, owner=self, latest="used")

    def _show(self, found: list[Used]) -> None:
        total = values.show_money(cents(sum(row.value for row in found)))
        self.set_facts(_("¥{value} by moving average, what came back taken off").format(value=total))
        if self.by == "month":
            by_month = {row.key: row for row in found}
            found = [by_month.get(key, Used(key, key, 0, 0, 0)) for key in months_of(*self._span())]
        shown = found if self.by == "month" else found[:_SHOWN]
        bars = [
            BarOf(self._words(row), row.value, f"¥{values.show_money(cents(row.value))}") for row in shown
        ]
        if rest := found[len(shown) :]:
            value = sum(row.value for row in rest)
            words = _("{count} more").format(count=len(rest))
            bars.append(BarOf(words, value, f"¥{values.show_money(cents(value))}"))
        self.chart.set(bars, upright=self.by == "month")

    def _words(self, row: Used) -> str:
        if self.by == "month":
            return row.key
        return f"{row.key} {row.words}".strip() or _("Without a machine")

    def print_report(self) -> None:
        """The same figures, all of them, as a report."""
        since, until = self._span()
        told = report_site(self._desk, site_of(self._desk)) | {"from": since, "to": until}
        self.report_requested.emit("consumption", told)
