"""The supervisor's first page (看板): tiles that are links, rounds over twelve weeks, what is to be reviewed, bought, caught up."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app import alerts, values, work
from app.access import Permission
from app.alerts import AlertRow
from app.desk import Desk
from app.inspections.lists import Rates, RoundLine, rates, rounds_to_do, to_review, weekly_rates
from app.inventory.figures import LowRow, Summary, low_stock, summary
from app.signs import Sign, sign
from app.training.figures import TrainingFigures, training_figures
from app.words import _, ngettext
from app.work import OrderRow
from ui.alerts.page import LEVELS
from ui.kit.bars import Stock
from ui.kit.buttons import button
from ui.kit.charts import Point, Trend, TrendChart
from ui.kit.layout import Card, Page
from ui.kit.tasks import Tasks
from ui.kit.tiles import Figure, Tile
from ui.work.lines import Line, Lines
from ui.work.tables import short_time

#: The target of the completion of rounds, in per mille.
TARGET = 950
ROWS = 5
#: Below this width the cards stand under each other.
NARROW = 860


@dataclass(frozen=True)
class Board:
    """Everything on the page, read in one go on the worker."""

    month: Rates
    before: Rates
    weeks: Sequence[tuple[int, Rates]]
    review: Sequence[RoundLine]
    late_rounds: Sequence[RoundLine]
    orders: tuple[int, int, int]
    late_orders: Sequence[OrderRow]
    faults: tuple[int, int]
    stock: Summary
    low: Sequence[LowRow]
    training: TrainingFigures
    alerts: Sequence[AlertRow]
    open_alerts: int


def read_board(desk: Desk) -> Board:
    """What the page shows, of the site in view."""
    site, now, today = desk.site.id if desk.site else None, desk.now(), desk.today()
    first = values.instant_of(f"{today[:7]}-01", timezone=desk.timezone)
    last = values.instant_of(_month_before(today), timezone=desk.timezone)
    review = to_review(desk)
    late_rounds = [line for line in rounds_to_do(desk, everybody=True) if line.state == "overdue"]
    weeks = weekly_rates(desk)
    filters = {"overdue": True} | ({"site": site} if site else {})
    with desk.read() as read:
        late = work.order_rows(
            read, work.order_ids(read, "planned_end", filters, "", descending=False, now=now)[:ROWS], now
        )
        mine = {"site": site} if site else {}
        found = alerts.alert_ids(read, "", mine, "", descending=False, actor=desk.actor)
        return Board(
            month=rates(read, first, now, site),
            before=rates(read, last, first, site),
            weeks=weeks,
            review=review,
            late_rounds=late_rounds,
            orders=work.open_orders(read, site, now),
            late_orders=[row for row in late if row],
            faults=work.open_faults(read, site),
            stock=summary(read, site),
            low=low_stock(read, site),
            training=training_figures(read, desk.actor, today, site),
            alerts=[row for row in alerts.alert_rows(read, found[:ROWS]) if row],
            open_alerts=len(found),
        )


def _month_before(today: str) -> str:
    year, month = int(today[:4]), int(today[5:7])
    return f"{year - (month == 1)}-{(month - 2) % 12 + 1:02}-01"


class SupervisorPage(Page):
    """Everything that waits for the supervisor, each a link to its list."""

    page_wanted = Signal(str, object)
    """The key of a page (rounds, work, faults, alerts, spares, training), and the filters to open it with."""

    record_wanted = Signal(str, object)
    """Table and id of a record to open."""

    report_requested = Signal(str, object)
    """A report by its name, with its parameters."""

    def __init__(self, desk: Desk, tasks: Tasks) -> None:
        super().__init__(_("Dashboard"))
        self.desk, self.tasks = desk, tasks
        self.tiles: dict[str, Tile] = {}
        self._holder: QWidget | None = None
        if desk.may(Permission.PRINT_REPORTS):
            made = button(_("Print the month"), "printer")
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
        """Ctrl P: the month in figures."""
        self.report_requested.emit("dashboard", {"month": self.desk.today()[:7]})

    def show_board(self, board: Board) -> None:
        """Put the figures and lists in their places."""
        today = self.desk.today()
        site = self.desk.site.name if self.desk.site else _("All sites")
        self.set_facts(_("{site} · {month} (to {day})").format(site=site, month=today[:7], day=today[5:]))
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
        heads = (_("What"), _("Code"), _("Level"), _("Since"))
        lines = Lines(heads, rows, _("No alert is open"))
        return self._card(
            _("Today's problems"), board.open_alerts, lines, (_("See all"), "arrow-right", "alerts", {})
        )

    def _low(self, board: Board) -> Card:
        rows = [_stock_line(row) for row in board.low[:ROWS]]
        heads = (_("Spare part"), _("Stock"), _("Status"), _("To buy"))
        lines = Lines(heads, rows, _("Every part is above its reorder point."))
        do: tuple[str, str, str, Any] = (_("See what to buy"), "shopping-cart", "proposal", {})
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


def figures_of(board: Board) -> list[tuple[str, str, Figure, str, dict[str, Any]]]:
    """The tiles: key, title, figure, and the page with its filters that each opens."""
    return [
        ("rounds", _("Rounds completed this month"), _completion(board), "rounds", {}),
        ("review", _("To review"), _to_review(board), "rounds", {"state": "submitted"}),
        ("faults", _("Faults not closed"), _faults(board), "faults", {"open": True}),
        ("stock", _("Stock warnings"), _stock(board), "spares", {"urgent": True}),
        ("certificates", _("Certificates"), _certificates(board), "training", {}),
    ]


def _percent(per_mille: int) -> str:
    return values.show_scaled(per_mille, 10)


def _completion(board: Board) -> Figure:
    rate = board.month.completion
    if rate is None:
        return Figure(basis=_("No round was due this month"))
    word, level = (_("below the target of {target} %"), "warn") if rate < TARGET else (_("on target"), "ok")
    basis = _("{done} of {due} rounds").format(done=board.month.done, due=board.month.due)
    if (before := board.before.completion) is not None:
        basis += " · " + _("last month {rate} %").format(rate=_percent(before))
    trend = [None if r.completion is None else r.completion / 10 for _week, r in board.weeks[-6:]]
    return Figure(_percent(rate), "%", word.format(target=_percent(TARGET)), level, None, basis, trend)


def _to_review(board: Board) -> Figure:
    count = len(board.review)
    failed = sum(1 for line in board.review if line.failed)
    word = ngettext("{count} with deviations", "{count} with deviations", failed).format(count=failed)
    level = "warn" if failed else "ok"
    missed = ngettext(
        "{count} round missed this month", "{count} rounds missed this month", board.month.missed
    )
    return Figure(
        str(count),
        "",
        word if failed else _("no deviations"),
        level,
        None,
        missed.format(count=board.month.missed),
    )


def _faults(board: Board) -> Figure:
    count, grave = board.faults
    waiting, late, _days = board.orders
    word = _("{count} serious").format(count=grave) if grave else _("none serious")
    basis = _("{count} work orders open").format(count=waiting)
    if late:
        basis += " · " + _("{count} overdue").format(count=late)
    return Figure(str(count), "", word, "danger" if grave else "ok", None, basis)


def _stock(board: Board) -> Figure:
    out = board.stock.states.get("out_of_stock", 0)
    word = (
        ngettext("{count} out of stock", "{count} out of stock", out).format(count=out)
        if out
        else _("none out of stock")
    )
    basis = _("{count} to buy from {suppliers} suppliers").format(
        count=board.stock.proposals, suppliers=board.stock.suppliers
    )
    return Figure(str(board.stock.urgent), "", word, "danger" if out else "ok", None, basis)


def _certificates(board: Board) -> Figure:
    due, lost = board.training.certificates_due, board.training.certificates_lost
    word = (
        ngettext("{count} person without", "{count} people without", lost).format(count=lost)
        if lost
        else _("all valid")
    )
    basis = (
        _("training coverage {rate} %").format(rate=board.training.coverage.percent)
        if board.training.coverage.percent
        else ""
    )
    return Figure(
        str(due), _("running out"), word, "danger" if lost else "warn" if due else "ok", None, basis
    )
