"""What the supervisor's first page is made of: everything read in one go, and the tiles that follow from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app import alerts, values, work
from app.alerts import AlertRow
from app.desk import Desk
from app.inspections.lists import Rates, RoundLine, rates, rounds_to_do, to_review, weekly_rates
from app.inventory.figures import LowRow, Summary, low_stock, summary
from app.training.figures import TrainingFigures, training_figures
from app.words import _, ngettext
from app.work import OrderRow
from ui.kit.tiles import Figure

#: The target of the completion of rounds, in per mille.
TARGET = 950
#: So many rows a card shows.
ROWS = 5


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


def figures_of(board: Board) -> list[tuple[str, str, Figure, str, dict[str, Any]]]:
    """The tiles: key, title, figure, and the page with its filters that each opens."""
    return [
        ("rounds", _("Rounds completed this month"), _completion(board), "rounds", {}),
        ("review", _("To review"), _to_review(board), "rounds", {"state": "submitted"}),
        ("faults", _("Faults not closed"), _faults(board), "faults", {"open": True}),
        ("stock", _("Stock warnings"), _stock(board), "spares", {"urgent": True}),
        ("certificates", _("Certificates"), _certificates(board), "training", {}),
    ]


def percent(per_mille: int) -> str:
    return values.show_scaled(per_mille, 10)


def _completion(board: Board) -> Figure:
    rate = board.month.completion
    if rate is None:
        return Figure(basis=_("No round was due this month"))
    word, level = (_("below the target of {target} %"), "warn") if rate < TARGET else (_("on target"), "ok")
    basis = _("{done} of {due} rounds").format(done=board.month.done, due=board.month.due)
    if (before := board.before.completion) is not None:
        basis += "·" + _("last month {rate} %").format(rate=percent(before))
    trend = [None if r.completion is None else r.completion / 10 for _week, r in board.weeks[-6:]]
    return Figure(percent(rate), "%", word.format(target=percent(TARGET)), level, None, basis, trend)


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
        basis += "·" + _("{count} overdue").format(count=late)
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
        ngettext("{count} person without a valid one", "{count} people without a valid one", lost).format(
            count=lost
        )
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
