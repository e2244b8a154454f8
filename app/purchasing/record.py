"""What a supplier is worth: on time, complete, quarter by quarter, what is open, the last prices (R-4.4-i).

on time    lines that were whole on their day / lines that were due          complete    what came, less what went back / what was ordered
A line counts in the quarter of the day on which it was due.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from app import values
from app.inventory.purchases import EXPECTED
from app.inventory.signs import signed
from app.names import named
from app.purchasing.currency import at_home
from app.purchasing.prices import net_of
from app.tx import Reader
from db.models.money import HOME

#: Orders that the supplier was given, and that were not cancelled whole.
PLACED = "('ordered', 'part_received', 'received', 'closed')"
_VALUE = net_of("l")
_QUARTERS = 8


@dataclass(frozen=True)
class LastPrice:
    """What a part cost when it was ordered last, and the time before (None for the first and after another currency)."""

    part_no: str
    name: str
    price: int
    ordered_on: str
    before: int | None
    currency: str = HOME


@dataclass(frozen=True)
class Quarter:
    """How the lines went that were due in three months; shares in per mille, None where nothing was due."""

    label: str
    lines: int
    on_time: int | None
    complete: int | None


@dataclass(frozen=True)
class SupplierRecord:
    """Shares in per mille of the lines that were due; None before the first. Money in hundredths of the site's currency."""

    orders: int
    open_orders: int
    open_value: int
    due_lines: int
    on_time: int | None
    complete: int | None
    prices: list[LastPrice]
    quarters: tuple[Quarter, ...] = ()


@dataclass
class _Line:
    qty: int
    due: str
    ended: bool
    zone: str
    received: int = 0
    filled_on: str = ""

    def take(self, qty: int, at: int) -> None:
        """A movement of the line; the day on which it was first whole stands."""
        self.received += qty
        if not self.filled_on and self.received >= self.qty:
            self.filled_on = values.day_of(at, self.zone)

    def judged(self, today: str) -> bool:
        """Whether it can be said how the line went: it is whole, over, or its day has passed."""
        return bool(self.filled_on) or self.ended or self.due < today

    @property
    def on_time(self) -> bool:
        return bool(self.filled_on) and self.filled_on <= self.due

    @property
    def complete(self) -> int:
        """The share that came and stayed, in per mille."""
        return 1000 * max(min(self.received, self.qty), 0) // self.qty


def supplier_record(read: Reader, supplier: bytes, today: str) -> SupplierRecord:
    """How a supplier has delivered so far."""
    lines = [line for line in _lines(read, supplier) if line.judged(today)]
    counted = (
        f"SELECT count(*), coalesce(sum(CASE WHEN status IN {EXPECTED} THEN 1 ELSE 0 END), 0) FROM purchase_order "
        "WHERE supplier_id = ? AND deleted = 0 AND status NOT IN ('draft', 'submitted', 'cancelled')"
    )
    orders, open_orders = read.row(counted, supplier) or (0, 0)
    return SupplierRecord(
        orders, open_orders, open_value(read, supplier), len(lines), _on_time(lines), _complete(lines),
        last_prices(read, supplier), tuple(_quarters(lines, today)),
    )  # fmt: skip


def open_value(read: Reader, supplier: bytes) -> int:
    """What is on order there, without tax, in hundredths of the site's currency; an order without a rate is left out."""
    rows = read.rows(
        f"SELECT coalesce(sum({_VALUE}), 0), o.currency IS NOT NULL AND o.currency <> coalesce(t.currency, ?), o.rate "
        "FROM purchase_line l JOIN purchase_order o ON o.id = l.order_id LEFT JOIN site t ON t.id = o.site_id "
        f"WHERE o.supplier_id = ? AND l.deleted = 0 AND o.deleted = 0 AND o.status IN {EXPECTED} GROUP BY o.id",
        HOME, supplier,
    )  # fmt: skip
    return sum((at_home(value, rate) or 0) if foreign else value for value, foreign, rate in rows)


def shares(read: Reader, supplier: bytes, today: str) -> tuple[int, int | None, int | None]:
    """How many lines were due, and which shares of them were on time and complete: for a list."""
    lines = [line for line in _lines(read, supplier) if line.judged(today)]
    return len(lines), _on_time(lines), _complete(lines)


def _on_time(lines: Sequence["_Line"]) -> int | None:
    return _mean(1000 * line.on_time for line in lines)


def _complete(lines: Sequence["_Line"]) -> int | None:
    return _mean(line.complete for line in lines)


def _quarters(lines: Sequence["_Line"], today: str) -> Iterator[Quarter]:
    """The last eight quarters, the present one last."""
    number = _quarter(today)
    for at in range(number - _QUARTERS + 1, number + 1):
        mine = [line for line in lines if _quarter(line.due) == at]
        label = f"{at // 4} Q{at % 4 + 1}"
        yield Quarter(label, len(mine), _on_time(mine), _complete(mine))


def _quarter(day: str) -> int:
    return int(day[:4]) * 4 + (int(day[5:7]) - 1) // 3


def _mean(shares: Iterable[int]) -> int | None:
    found = list(shares)
    return (sum(found) + len(found) // 2) // len(found) if found else None


def _lines(read: Reader, supplier: bytes) -> Iterable[_Line]:
    where = (
        "FROM purchase_line l JOIN purchase_order o ON o.id = l.order_id JOIN site s ON s.id = o.site_id "
        f"WHERE o.supplier_id = ? AND o.status IN {PLACED} AND o.deleted = 0 AND l.deleted = 0 AND l.qty > 0 "
        "AND coalesce(l.due_on, o.due_on) IS NOT NULL"
    )
    lines = {
        row: _Line(qty, due, status in {"received", "closed"}, zone)
        for row, qty, due, status, zone in read.rows(
            f"SELECT l.id, l.qty, coalesce(l.due_on, o.due_on), o.status, s.timezone {where}", supplier
        )
    }
    moves = read.rows(
        f"SELECT m.purchase_line_id, {signed('m')}, m.happened_at FROM stock_movement m "
        f"WHERE m.purchase_line_id IN (SELECT l.id {where}) ORDER BY m.happened_at, m.n",
        supplier,
    )
    for row, qty, at in moves:
        lines[row].take(qty, at)
    return lines.values()


def last_prices(read: Reader, supplier: bytes, limit: int = 6) -> list[LastPrice]:
    """The last price of each part that was ordered there, the newest orders first."""
    rows = read.rows(
        f"SELECT p.part_no, {named('p')}, l.unit_price, o.ordered_on, coalesce(o.currency, t.currency, ?) FROM purchase_line l "
        "JOIN purchase_order o ON o.id = l.order_id LEFT JOIN site t ON t.id = o.site_id JOIN part p ON p.id = l.part_id "
        f"WHERE o.supplier_id = ? AND o.status IN {PLACED} AND o.ordered_on IS NOT NULL "
        "AND l.unit_price IS NOT NULL AND l.deleted = 0 AND o.deleted = 0 ORDER BY o.ordered_on DESC, l.n DESC",
        HOME, supplier,
    )  # fmt: skip
    found: dict[str, LastPrice] = {}
    closed = set[str]()
    for part_no, name, price, day, currency in rows:
        known = found.get(part_no)
        if known is None:
            found[part_no] = LastPrice(part_no, name, price, day, None, currency)
        elif part_no not in closed:
            closed.add(part_no)
            if known.currency == currency:
                found[part_no] = replace(known, before=price)
    return list(found.values())[:limit]
