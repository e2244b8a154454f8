"""Closing a month of a warehouse (月结): its figures are written down and never change; what comes later counts in the open month.

Each warehouse is closed by itself, and so is the site's own store, of bins that lie in no warehouse. A closing holds, of every
part, what came, what went and what was left, with values by moving average. The hub's word counts: a movement that reaches the hub after the closing, with an earlier date, counts from the first moment of the open month and
shows its true date beside it; both halves of a transfer count from the later of two such moments. Months are closed one after the other; the last one can be opened again, with the reason; its
sheet stays, and another one follows it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from app import values
from app.access import Actor, Permission
from app.changes import Done
from app.desk import Desk
from app.errors import AppError, Objection
from app.fields import from_json, to_json
from app.inventory.away import ON_THE_WAY
from app.inventory.checking import WAITS
from app.inventory.signs import signed
from app.inventory.stores import store_code, store_name, warehouse_above
from app.inventory.value import Move
from app.inventory.worth import IN_ORDER, MOVES, Fold
from app.names import named, person
from app.ops import Id, MissingRowError, Op, Subject, operation
from app.tx import Reader, Tx
from app.words import N_
from db.ids import made_id, new_id

#: 2000-01-02: a movement before it was booked by a laptop whose clock had stopped; it counts before the first month.
NO_CLOCK = 946_771_200_000
#: The series of closing numbers.
SERIES = "SC"
#: What is looked at before a month is closed: code -> the sentence of the list.
CHECKS = {
    "negative": N_("Balances below nothing"),
    "unconfirmed": N_("Withdrawals that wait for the storekeeper"),
    "counts": N_("Stocktakes that are not approved"),
    "transit": N_("Transfers that have not arrived"),
    "unpriced": N_("Receipts without a price"),
}
#: Each asks for the site, the warehouse (None: the site's own store), and the first moment after the month.
_MINE = "m.site_id = ?1 AND m.warehouse_id IS NOT DISTINCT FROM ?2"
_CHECKS = {
    "negative": (
        "SELECT count(*) FROM stock_level l WHERE l.site_id = ?1 AND l.on_hand < 0 AND ?3 > 0 AND coalesce("
        f"(SELECT sum({signed('m')}) FROM stock_movement m WHERE m.part_id = l.part_id AND m.bin_id = l.bin_id "
        f"AND coalesce(m.batch, '') = l.batch AND {_MINE}), 0) < 0"
    ),
    "unconfirmed": (
        f"SELECT count(*) FROM stock_movement m WHERE {_MINE} AND m.happened_at < ?3 AND {WAITS}"
    ),
    "transit": (
        "SELECT count(*) FROM stock_transfer t WHERE t.from_site = ?1 AND t.sent_at < ?3 "
        f"AND {ON_THE_WAY} > 0 AND EXISTS (SELECT 1 FROM stock_movement m WHERE m.transfer_id = t.id AND {_MINE})"
    ),
    "unpriced": (
        f"SELECT count(*) FROM stock_movement m WHERE {_MINE} AND coalesce(m.posted_at, m.happened_at) < ?3 "
        "AND m.type IN ('receipt', 'opening') AND m.unit_price IS NULL"
    ),
}
_COUNTS = (
    "SELECT kind, bins FROM stock_count WHERE site_id = ? AND opened_at < ? AND status IN ('open', 'counted') "
    "AND deleted = 0"
)
_STANDING = "site_id = ? AND warehouse_id IS NOT DISTINCT FROM ? AND reopened_at IS NULL AND deleted = 0"


@dataclass(frozen=True)
class Period:
    """A month: from its first moment to that of the next month."""

    month: str
    starts_at: int
    ends_at: int


@dataclass(frozen=True)
class Check:
    """One of the things to look at before closing: how many are open."""

    code: str
    words: str
    count: int


@dataclass(frozen=True)
class ClosingRow:
    """A closed month as the list shows it; `value` in ten-millionths of the currency."""

    id: bytes
    code: str
    month: str
    site: str
    #: Code and name of the warehouse, or of the site for its own store.
    store: str
    store_name: str
    closed_at: int
    closed_by: str
    parts: int
    value: int
    reason: str
    reopened_at: int | None
    reopened_by: str
    reopen_reason: str
    #: What was open when it was closed, as JSON: code of the check -> how many.
    accepted: str


@dataclass(frozen=True)
class ClosingLine:
    """A part on the sheet of a closed month (收发存); quantities in thousandths, values in ten-millionths."""

    part_id: bytes
    part_no: str
    name: str
    unit: str
    abc: str
    in_qty: int
    in_value: int
    out_qty: int
    out_value: int
    on_hand: int
    value: int

    @property
    def before(self) -> tuple[int, int]:
        """Quantity and value when the month began."""
        return self.on_hand - self.in_qty + self.out_qty, self.value - self.in_value + self.out_value

    def with_(self, other: "ClosingLine") -> "ClosingLine":
        """Together with the same part of another warehouse."""
        names = ("in_qty", "in_value", "out_qty", "out_value", "on_hand", "value")
        return replace(self, **{name: getattr(self, name) + getattr(other, name) for name in names})


@operation("stock.close", Permission.APPROVE_STOCK, {"stock"})
class CloseMonth(Op, frozen=True, kw_only=True):
    """A supervisor closes a month of a warehouse; the first closing of a month stands."""

    id: Id
    number: str
    site: Id
    #: None: the site's own store.
    warehouse: Id | None = None
    month: str
    starts_at: int
    ends_at: int
    closed_at: int
    accepted: dict[str, int]
    reason: str | None = None

    def check(self, read: Reader, actor: Actor) -> Iterator[Objection]:
        if self.ends_at > self.closed_at:
            text = N_("{month} is not over yet. Close it when it is.")
            yield Objection("closing.early", text, {"month": self.month}, field="month")
        if self._is_closed(read):
            yield Objection("closing.closed", N_("{month} is closed already."), {"month": self.month})
        if open_items := sum(self.accepted.values()):
            text = N_("{count} items are still open. Settle them, or close anyway and say why.")
            yield Objection("closing.open", text, {"count": open_items}, may_override=True, field="reason")

    def _is_closed(self, read: Reader) -> bool:
        sql = f"SELECT 1 FROM stock_closing WHERE {_STANDING} AND ends_at >= ?"
        return read.value(sql, self.site, self.warehouse, self.ends_at) is not None

    def apply(self, tx: Tx) -> None:
        tx.hold("site", self.site, alone=True)
        if self._is_closed(tx):
            return
        row = {
            "code": self.number, "site_id": self.site, "warehouse_id": self.warehouse, "month": self.month, "starts_at": self.starts_at,
            "ends_at": self.ends_at, "closed_at": self.closed_at, "closed_by": tx.op.actor,
            "accepted": to_json(dict(self.accepted)), "reason": self.reason,
        }  # fmt: skip
        sums = summed(tx, self.site, self.warehouse, (self.starts_at, self.ends_at))
        tx.insert("stock_closing", self.id, row)
        for part, sheet in sorted(sums.items()):
            names = ("in_qty", "in_value", "out_qty", "out_value", "on_hand", "value")
            line: dict[str, Any] = dict(zip(names, sheet, strict=True))
            line |= {"closing_id": self.id, "site_id": self.site, "part_id": part}
            tx.insert("stock_closing_line", made_id(self.id, part), line)

    def subject(self) -> Subject:
        return "stock_closing", self.id


@operation("stock.reopen", Permission.APPROVE_STOCK, {"stock"})
class ReopenMonth(Op, frozen=True, kw_only=True):
    """A supervisor opens the last closed month again; its sheet stays as it was."""

    closing: Id
    reason: str
    at: int

    def check(self, read: Reader, actor: Actor) -> Iterator[Objection]:
        row = read.get("stock_closing", self.closing)
        if row is None or row["reopened_at"] is not None:
            yield Objection("moved", N_("Somebody has moved this record on meanwhile. Look at it again."))
        elif read.value(
            f"SELECT 1 FROM stock_closing WHERE {_STANDING} AND ends_at > ?",
            row["site_id"], row["warehouse_id"], row["ends_at"],
        ):  # fmt: skip
            yield Objection("closing.later", N_("A later month is closed. Open that one first."))
        if not self.reason.strip():
            yield Objection("remark", N_("Please give the reason."), field="reason")

    def apply(self, tx: Tx) -> None:
        row = tx.get("stock_closing", self.closing)
        if row is None:
            raise MissingRowError("reopening of an unknown closing")
        tx.hold("site", row["site_id"], alone=True)
        if row["reopened_at"] is None:
            new = {"reopened_at": self.at, "reopened_by": tx.op.actor, "reopen_reason": self.reason}
            tx.update("stock_closing", self.closing, new)

    def subject(self) -> Subject:
        return "stock_closing", self.closing


Sums = dict[bytes, tuple[int, ...]]


def summed(
    read: Reader, site: bytes, warehouse: bytes | None, span: tuple[int, int], which: str = "true"
) -> Sums:
    """Of each part of a warehouse what came and went in a span of time, and what was left at its end; from the movements alone.

    All stores of the site are reckoned together: what a transfer brings is what it took from the other one.
    """
    folds: dict[bytes, Fold] = {}
    sums: dict[bytes, list[int]] = {}
    sql = (
        f"SELECT {MOVES}, m.part_id, coalesce(m.posted_at, m.happened_at) FROM stock_movement m "
        f"WHERE m.site_id = ? AND {which} ORDER BY {IN_ORDER}"
    )
    for row in read.rows(sql, site):
        move, made = folds.setdefault(row[10], Fold()).take(row)
        if row[9] == (warehouse or site) and row[11] < span[1]:
            _add(sums.setdefault(row[10], [0] * 6), move, made.value, within=row[11] >= span[0])
    return {part: tuple(sheet) for part, sheet in sums.items() if any(sheet)}


def _add(sheet: list[int], move: Move, value: int, *, within: bool) -> None:
    """A movement onto the line of its part: in, out (each with its value), on hand, value."""
    if within:
        place, sign = (0, 1) if move.gains else (2, -1)
        sheet[place] += move.qty
        sheet[place + 1] += sign * value
    sheet[4] += move.qty if move.gains else -move.qty
    sheet[5] += value


def month_of(month: str, timezone: str) -> Period:
    """A month (`2026-10`) at the site's clock."""
    first = date.fromisoformat(f"{month}-01")
    after = first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)
    begins, ends = (values.instant_of(day.isoformat(), timezone=timezone) for day in (first, after))
    return Period(month, begins, ends)


def next_period(desk: Desk, warehouse: bytes | None = None) -> Period | None:
    """The month of a warehouse that is to be closed next; None where nothing was ever booked. Raises AppError."""
    site = _site(desk)
    with desk.read() as read:
        return next_month(read, site, warehouse, desk.timezone)


def next_month(read: Reader, site: bytes, warehouse: bytes | None, timezone: str) -> Period | None:
    """The first month of a warehouse that is not closed; None where nothing was ever booked."""
    closed = last_closed(read, site, warehouse)
    first = closed[1] if closed else read.value(
        "SELECT coalesce(min(CASE WHEN happened_at >= ? THEN happened_at END), min(happened_at)) FROM stock_movement "
        "WHERE site_id = ? AND warehouse_id IS NOT DISTINCT FROM ?",
        NO_CLOCK, site, warehouse,
    )  # fmt: skip
    return month_of(values.day_of(int(first), timezone)[:7], timezone) if first is not None else None


def last_closed(read: Reader, site: bytes, warehouse: bytes | None) -> tuple[str, int] | None:
    """The last month of a warehouse that is closed, and the first moment after it."""
    sql = f"SELECT month, ends_at FROM stock_closing WHERE {_STANDING} ORDER BY ends_at DESC LIMIT 1"
    found = read.row(sql, site, warehouse)
    return (str(found[0]), int(found[1])) if found else None


def checks(read: Reader, site: bytes, warehouse: bytes | None, period: Period) -> list[Check]:
    """What of a warehouse is still open before a month is closed."""
    found = {code: int(read.value(sql, site, warehouse, period.ends_at)) for code, sql in _CHECKS.items()}
    found["counts"] = sum(
        _counts_in(read, site, warehouse, kind, bins)
        for kind, bins in read.rows(_COUNTS, site, period.ends_at)
    )
    return [Check(code, words, found[code]) for code, words in CHECKS.items()]


def _counts_in(read: Reader, site: bytes, warehouse: bytes | None, kind: str, bins: str | None) -> bool:
    """Whether a stock-take concerns a warehouse: it counts all of the site, or a bin that lies in it."""
    places = [bytes.fromhex(place) for place in from_json(bins) or ()] if kind == "bins" else []
    return not places or any(warehouse_above(read, place, site) == warehouse for place in places)


def close_month(
    desk: Desk, period: Period, *, warehouse: bytes | None = None, reason: str = "", anyway: str = ""
) -> Done:
    """Close a month of a warehouse of the site in view; what is open must be accepted with a reason."""
    site, reason = _site(desk), reason.strip() or anyway.strip()
    with desk.read() as read:
        found = {check.code: check.count for check in checks(read, site, warehouse, period) if check.count}
    op = CloseMonth(
        id=new_id(), number=desk.number(SERIES), site=site, warehouse=warehouse, month=period.month,
        starts_at=period.starts_at, ends_at=period.ends_at, closed_at=desk.now(), accepted=found,
        reason=reason or None,
    )  # fmt: skip
    return desk.perform(op, reason=reason)


def reopen_month(desk: Desk, closing: bytes, *, reason: str) -> Done:
    """Open the last closed month again."""
    return desk.perform(ReopenMonth(closing=closing, reason=reason.strip(), at=desk.now()))


def closings(read: Reader, site: bytes | None) -> list[ClosingRow]:
    """The closed months, the newest first; reopened ones stand among them."""
    here, params = (" AND c.site_id = ?", [site]) if site else ("", [])
    return read.as_(
        ClosingRow,
        "SELECT c.id, c.code, c.month, coalesce((SELECT code FROM site WHERE id = c.site_id), ''), "
        f"{store_code('coalesce(c.warehouse_id, c.site_id)')}, {store_name('coalesce(c.warehouse_id, c.site_id)')}, c.closed_at, "
        f"coalesce({person('c.closed_by')}, ''), count(l.id), coalesce(sum(l.value), 0), coalesce(c.reason, ''), "
        f"c.reopened_at, coalesce({person('c.reopened_by')}, ''), coalesce(c.reopen_reason, ''), coalesce(c.accepted, '{{}}') FROM stock_closing c "
        f"LEFT JOIN stock_closing_line l ON l.closing_id = c.id WHERE c.deleted = 0{here} GROUP BY c.id "
        "ORDER BY c.ends_at DESC, 5, c.reopened_at IS NOT NULL, c.closed_at DESC",
        *params,
    )


def closing_lines(read: Reader, closing: bytes) -> list[ClosingLine]:
    """The sheet of a closed month, by part number."""
    return read.as_(
        ClosingLine,
        f"SELECT l.part_id, p.part_no, {named('p')}, p.unit, coalesce(p.abc_class, ''), l.in_qty, l.in_value, l.out_qty, "
        "l.out_value, l.on_hand, l.value FROM stock_closing_line l JOIN part p ON p.id = l.part_id "
        "WHERE l.closing_id = ? ORDER BY p.part_no",
        closing,
    )


def _site(desk: Desk) -> bytes:
    if desk.site is None:
        raise AppError(N_("Choose one site first: each store is closed by itself."))
    return desk.site.id
