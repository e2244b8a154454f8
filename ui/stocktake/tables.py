"""The columns and rows of the lists of a stock-take."""

from array import array
from collections.abc import Mapping, Sequence
from typing import Any

from app import values
from app.desk import Desk
from app.fields import fields_of, show
from app.signs import Sign, sign
from app.stocktake import counts
from app.stocktake.counting import reason_word, scope_word
from app.stocktake.counts import CountRow
from app.stocktake.lines import STATES, Line
from app.words import N_, pgettext
from ui.inventory.tables import amount, change, short_bin, site_of, status_width, yuan
from ui.kit.lazy import Column

_SIGNS = {"open": "counting"}


def kind_word(kind: str) -> str:
    """Full, by bin or by class."""
    return show(fields_of("stock_count")["kind"], kind)


def count_sign(row: CountRow) -> Sign:
    """Sign and word of a stock-take's state."""
    return sign(_SIGNS.get(row.status, row.status))


def line_sign(line: Line) -> Sign:
    """Sign and word of a line: that it moved since goes before everything but a choice."""
    return sign("recount" if line.moved and line.state != "twice" else line.state)


def percent(share: int | None) -> str:
    """A share in tenths of a per cent."""
    return "" if share is None else f"{share / 10:.1f} %"


def money(amount_: int) -> str:
    """An amount with its sign."""
    return ("+" if amount_ > 0 else "") + values.show_money(amount_).replace("-", "−")


def signed_yuan(amount_: int) -> str:
    """An amount in whole yuan with its sign."""
    return ("−" if amount_ < 0 else "+" if amount_ else "") + yuan(abs(amount_))


def count_columns(desk: Desk) -> tuple[Column, ...]:
    """The columns of the list of stock-takes."""
    states = ("counting", "counted", "approved", "cancelled")
    return (
        Column("code", N_("Stocktake number"), "code", 140, second=lambda row: scope_word(row.kind, row.scope)),
        Column("kind", N_("Kind"), width=110, hidden=True, compact=False, value=lambda row: kind_word(row.kind)),
        Column("scope", N_("What is counted"), width=150, stretch=True, sortable=False, compact=False,
               value=lambda row: scope_word(row.kind, row.scope)),
        Column("status", N_("Status"), "status", status_width(map(sign, states)), value=count_sign),
        Column("opened_at", N_("Opened"), "date", 100, compact=False,
               value=lambda row: values.day_of(row.opened_at, desk.timezone)),
        Column("lines", N_("Counted"), "number", 84, sortable=False),
        Column("different", N_("Differences"), "number", 100, sortable=False,
               value=lambda row: None if _hides(row) else row.different),
        Column("accuracy", N_("Without difference"), "number", 144, sortable=False, compact=False,
               value=lambda row: None if _hides(row) else percent(row.accuracy) or None),
        Column("value", N_("Amount"), "number", 104, sortable=False, compact=False,
               value=lambda row: None if _hides(row) else money(row.value)),
    )  # fmt: skip


def _hides(row: CountRow) -> bool:
    """A blind count keeps its differences to itself while it is being counted."""
    return row.blind and row.status == "open"


def counted_by(line: Line, timezone: str) -> str:
    """Who counted a line and when, and that it was typed in later."""
    last = line.last
    if last is None:
        return ""
    said = f"{last.paper_name or last.by} {values.show_instant(last.at, timezone)[5:]}".strip()
    return f"{said} · {show(fields_of('count_line')['entry'], last.entry)}" if last.entry else said


def line_columns(*, blind: bool, whole: bool, timezone: str = "Asia/Shanghai") -> tuple[Column, ...]:
    """The columns of the lines; `whole` with the money and the reasons, for who looks at the differences."""
    books = (
        Column("book", N_("Books"), "number", 84, value=lambda row: amount(row.book)),
        Column("difference", N_("Difference"), "number", 108,
               value=lambda row: None if row.difference is None else change(row.difference)),
    )  # fmt: skip
    state = Column(
        "state", N_("Status"), "status", status_width(map(sign, (*STATES, "recount"))), value=line_sign
    )
    money_columns = (
        Column("value", N_("Amount"), "number", 104, compact=False,
               value=lambda row: money(row.value) if row.difference else None),
        Column("by", N_("Counted by"), width=150, compact=False, sortable=False, tone="text_2",
               value=lambda row: counted_by(row, timezone)),
        Column("reason", N_("Reason"), width=130, compact=False, value=lambda row: reason_word(row.reason)),
    )  # fmt: skip
    return (
        Column("part_no", N_("Part no."), "code", 104, second=lambda row: row.name),
        Column("name", N_("Name"), width=110, stretch=True, compact=False),
        Column("spec", N_("Specification"), width=90, stretch=True, compact=False, tone="text_2"),
        Column("bin", N_("Bin"), width=64, compact=whole, tone="text_2",
               value=lambda row: f"{short_bin(row.bin)} {row.batch}".strip()),
        *(() if blind else books[:1]),
        Column("counted", pgettext("stocktake", "Counted"), "number", 104,
               value=lambda row: None if row.counted is None else amount(row.counted, row.unit)),
        *(() if blind else (books[1], state)),
        *(money_columns if whole else ()),
    )  # fmt: skip


class CountSource:
    """The stock-takes of the site in view for a table."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def ids(self, sort: str, descending: bool, filters: Mapping[str, Any], text: str) -> "array[int]":
        with self._desk.read() as read:
            site = site_of(self._desk)
            return counts.count_ids(read, site, sort, descending=descending, filters=filters, text=text)

    def rows(self, ids: Sequence[int]) -> Sequence[CountRow | None]:
        with self._desk.read() as read:
            return counts.count_rows(read, ids)


class LineSource:
    """Lines that are in memory; `n` is the number of a line in its stock-take."""

    def __init__(self) -> None:
        self.lines: dict[int, Line] = {}

    def put(self, lines: Sequence[Line]) -> None:
        """Show these lines."""
        self.lines = {line.n: line for line in lines}

    def ids(self, sort: str, descending: bool, filters: Mapping[str, Any], text: str) -> "array[int]":
        found = [line for line in self.lines.values() if _fits(line, filters, text.casefold())]
        if sort:
            known = [line for line in found if getattr(line, sort) not in {None, ""}]
            known.sort(key=lambda line: getattr(line, sort), reverse=descending)
            found = known + [line for line in found if getattr(line, sort) in {None, ""}]
        return array("q", (line.n for line in found))

    def rows(self, ids: Sequence[int]) -> Sequence[Line | None]:
        return [self.lines.get(n) for n in ids]


def _fits(line: Line, filters: Mapping[str, Any], text: str) -> bool:
    state = filters.get("state")
    if state and state != ("recount" if line.moved and line.state != "twice" else line.state):
        return False
    if (view := filters.get("view")) and view not in line.views:
        return False
    if filters.get("different") and not (line.difference or line.moved or line.twice):
        return False
    return text in f"{line.part_no} {line.name} {line.bin}".casefold()
