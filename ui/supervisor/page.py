"""The supervisor's first page (看板): tiles that are links, rounds over twelve weeks, what is to be reviewed, bought, caught up."""

from functools import partial
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app import values
from app.access import Permission
from app.alerts import AlertRow
from app.desk import Desk
from app.inspections.lists import RoundLine
from app.inventory.figures import LowRow
from app.signs import Sign, sign
from app.words import _, ngettext
from ui.alerts.page import LEVELS
from ui.kit.bars import Stock
from ui.kit.buttons import button
from ui.kit.charts import Point, Trend, TrendChart
from ui.kit.layout import Card, Page
from ui.kit.tasks import Tasks
from ui.kit.tiles import Tile
from ui.supervisor.board import ROWS, TARGET, Board, figures_of, read_board
from ui.supervisor.lines import Line, Lines
from ui.work.tables import short_time

#: Below this width the cards stand under each other.
NARROW = 860


class SupervisorPage(Page):
    """Everything that waits for the supervisor, each a link to its list."""

    page_wanted = Signal(str, object)
    """The key of a page (rounds, work, faults, alerts, spares, training), and the filters to open it with."""

    record_wanted = Signal(str, object)
    """Table and id of a record to open."""

    def __init__(self, desk: Desk, tasks: Tasks) -> None:
        super().__init__(_("Overview"))
        self.desk, self.tasks = desk, tasks
        self.tiles: dict[str, Tile] = {}
        self._holder: QWidget | None = None
        if desk.may(Permission.PRINT_REPORTS):
            made = button(_("Reports"), "file-chart-column")
            made.clicked.connect(self.print_page)
            self.add_action(made)
        self.read_again()

    def read_again(self) -> None:
        """Read everything on the worker and show it."""
        desk = self.desk
        self.tasks.run(lambda: read_board(desk), self.show_board, owner=self, latest="board")

    def refresh(self, _topics: set[str]) -> None:
        """Whatever has changed may be on this page."""
        self.read_again()

    def print_page(self) -> None:
        """Ctrl P: to the reports."""
        self.page_wanted.emit("reports", {})

    def show_board(self, board: Board) -> None:
        """Put the figures and lists in their places."""
        today = self.desk.today()
        site = self.desk.site.name if self.desk.site else _("All sites")
        self.set_facts(_("{site}·{month} (to {day})").format(site=site, month=today[:7], day=today[5:]))
        if self._holder:
            self.body.removeWidget(self._holder)
            self._holder.deleteLater()
        self._holder = QWidget()
        column = QVBoxLayout(self._holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(13)
        column.addWidget(self._tiles_of(board))
        column.addLayout(self._cards(board), 1)
        self.body.addWidget(self._holder)
        self.arrange()

    def _tiles_of(self, board: Board) -> QWidget:
        holder = QWidget()
        self._grid = QGridLayout(holder)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(12)
        figures = figures_of(board)
        self.tiles = {}
        for key, title, figure, page, filters in figures:
            tile = Tile(title, figure)
            tile.clicked.connect(partial(self.page_wanted.emit, page, filters))
            self.tiles[key] = tile
        return holder

    def arrange(self) -> None:
        """Five tiles in a row where there is room, else three or two."""
        if not self.tiles:
            return
        columns = 5 if self.width() >= 1100 else 3 if self.width() >= 700 else 2
        for place, tile in enumerate(self.tiles.values()):
            self._grid.addWidget(tile, place // columns, place % columns)
        way = QBoxLayout.Direction
        self._halves.setDirection(way.LeftToRight if self.width() >= NARROW else way.TopToBottom)
        for column in range(5):
            self._grid.setColumnStretch(column, int(column < columns))

    def _cards(self, board: Board) -> QHBoxLayout:
        row = self._halves = QHBoxLayout()
        row.setSpacing(13)
        for cards in (
            (_weeks_card(board), self._review(board), self._low(board)),
            (self._problems(board), self._late(board)),
        ):
            column = QVBoxLayout()
            column.setSpacing(13)
            for card in cards:
                column.addWidget(card)
            column.addStretch(1)
            row.addLayout(column, 1)
        return row

    def _card(self, title: str, count: int, lines: Lines, do: tuple[str, str, str, Any] | None) -> Card:
        card = Card(title, str(count) if count else "", margins=False)
        if do:
            words, icon, page, filters = do
            made = button(words, icon, scale="small")
            made.clicked.connect(partial(self.page_wanted.emit, page, filters))
            card.add_action(made)
        lines.opened.connect(self.record_wanted)
        card.body.addWidget(lines)
        return card

    def _review(self, board: Board) -> Card:
        rows = [self._review_line(line) for line in board.review[:ROWS]]
        heads = (_("Round"), _("Submitted by"), _("Result"), _("Submitted"))
        do = (_("Review one by one"), "user-check", "rounds", {"state": "submitted"}) if rows else None
        return self._card(
            _("To review"), len(board.review), Lines(heads, rows, _("Nothing waits for your review.")), do
        )

    def _review_line(self, line: RoundLine) -> Line:
        words = ngettext("{count} item failed", "{count} items failed", line.failed).format(count=line.failed)
        state = (
            Sign("danger", "octagon-alert", "", words)
            if line.failed
            else Sign("ok", "circle-check", "", _("All passed"))
        )
        when = short_time(line.submitted_at, self.desk) or ""
        return Line("inspection_task", line.id, line.name, line.submitted_by, state, when)

    def _problems(self, board: Board) -> Card:
        rows = [
            Line("alert", row.id, row.what, row.code, _level(row), short_time(row.raised_at, self.desk) or "")
            for row in board.alerts
        ]
        heads = (_("What"), _("Code"), _("Kind"), _("Since"))
        lines = Lines(heads, rows, _("No alert is open"))
        return self._card(
            _("Today's problems"), board.open_alerts, lines, (_("See all"), "arrow-right", "alerts", {})
        )

    def _low(self, board: Board) -> Card:
        rows = [_stock_line(row) for row in board.low[:ROWS]]
        heads = (_("Spare part"), _("Stock"), _("Status"), _("To buy"))
        lines = Lines(heads, rows, _("Every part is above its reorder point."))
        do: tuple[str, str, str, Any] = (
            _("See what to buy"),
            "shopping-cart",
            "spares",
            {"page": "proposal"},
        )
        return self._card(_("Low stock"), len(board.low), lines, do)

    def _late(self, board: Board) -> Card:
        now = self.desk.now()
        rows = [
            Line("inspection_task", r.id, f"{r.name} {r.template_code}", r.place, _late_by(r.overdue_ms))
            for r in board.late_rounds[:ROWS]
        ]
        rows += [
            Line(
                "work_order",
                o.id,
                f"{o.code} {o.title}",
                o.assignee or "",
                _late_by(now - (o.planned_end or now)),
            )
            for o in board.late_orders
        ]
        heads = (_("What"), _("Who, where"), _("Overdue"), "")
        lines = Lines(heads, rows, _("Nothing is overdue."))
        count = len(board.late_rounds) + board.orders[1]
        return self._card(
            _("Overdue"), count, lines, (_("See all"), "arrow-right", "work", {"overdue": True})
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.arrange()


def _weeks_card(board: Board) -> Card:
    """Rounds completed in the last twelve weeks against the target."""
    card = Card(_("Rounds completed"), _("last 12 weeks"))
    points = [
        Point(_("week {n}").format(n=week), None if rate.completion is None else rate.completion * 100)
        for week, rate in board.weeks
    ]
    chart = TrendChart(Trend(points, low=TARGET * 100, low_word=_("Target")))
    chart.setFixedHeight(210)
    card.body.addWidget(chart)
    return card


def _stock_line(row: LowRow) -> Line:
    look = sign(row.state)
    bar = Stock(row.available, row.reserved, row.on_order, row.reorder, row.maximum or None, look.level)
    return Line(
        "part",
        row.part_id,
        row.name,
        bar,
        look,
        f"+{values.show_quantity(row.proposal)}" if row.proposal else "",
    )


def _level(row: AlertRow) -> Sign:
    return LEVELS[row.level]._replace(word=row.title)


def _late_by(ms: int) -> Sign:
    days, hours = ms // 86_400_000, max(ms // 3_600_000, 1)
    words = (
        ngettext("{count} day", "{count} days", days).format(count=days)
        if days
        else _("{count} h").format(count=hours)
    )
    return Sign("danger", "clock-alert", "", words)
