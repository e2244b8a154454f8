"""What a supplier is worth: on time, complete, what is open, the last prices (R-4.4-i)."""

from collections.abc import Iterable
from dataclasses import dataclass

from app import values
from app.inventory.purchases import EXPECTED
from app.inventory.signs import signed
from app.names import named
from app.purchasing.prices import net_of
from app.tx import Reader

_PLACED = "('ordered', 'part_received', 'received', 'closed')"
_VALUE = net_of("l")


@dataclass(frozen=True)
class LastPrice:
    """What a part cost when it was ordered last, and the time before (None for the first)."""

    part_no: str
    name: str
    price: int
    ordered_on: str
    before: int | None


@dataclass(frozen=True)
class SupplierRecord:
    """Shares in per mille of the lines that were due; None before the first. Money in hundredths."""

    orders: int
    open_orders: int
    open_value: int
    due_lines: int
    on_time: int | None
    complete: int | None
    prices: list[LastPrice]


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


def supplier_record(read: Reader, supplier: bytes, today: str) -> SupplierRecord:
    """How a supplier has delivered so far."""
    lines = [line for line in _lines(read, supplier) if line.judged(today)]
    counted = (
        f"SELECT count(*), coalesce(sum(status IN {EXPECTED}), 0) FROM purchase_order "
        "WHERE supplier_id = ? AND deleted = 0 AND status NOT IN ('draft', 'submitted', 'cancelled')"
    )
    orders, open_orders = read.row(counted, supplier) or (0, 0)
    open_value = read.value(
        f"SELECT coalesce(sum({_VALUE}), 0) FROM purchase_line l JOIN purchase_order o ON o.id = l.order_id "
        f"WHERE o.supplier_id = ? AND l.deleted = 0 AND o.deleted = 0 AND o.status IN {EXPECTED}",
        supplier,
    )
    on_time = [bool(line.filled_on) and line.filled_on <= line.due for line in lines]
    complete = [1000 * max(min(line.received, line.qty), 0) // line.qty for line in lines]
    return SupplierRecord(
        orders, open_orders, open_value, len(lines), _mean(1000 * kept for kept in on_time), _mean(complete),
        last_prices(read, supplier),
    )  # fmt: skip


def _mean(shares: Iterable[int]) -> int | None:
    found = list(shares)
    return (sum(found) + len(found) // 2) // len(found) if found else None


def _lines(read: Reader, supplier: bytes) -> Iterable[_Line]:
    where = (
        "FROM purchase_line l JOIN purchase_order o ON o.id = l.order_id JOIN site s ON s.id = o.site_id "
        f"WHERE o.supplier_id = ? AND o.status IN {_PLACED} AND o.deleted = 0 AND l.deleted = 0 AND l.qty > 0 "
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
        f"SELECT p.part_no, {named('p')}, l.unit_price, o.ordered_on FROM purchase_line l JOIN purchase_order o ON o.id = l.order_id "
        f"JOIN part p ON p.id = l.part_id WHERE o.supplier_id = ? AND o.status IN {_PLACED} AND o.ordered_on IS NOT NULL "
        "AND l.unit_price IS NOT NULL AND l.deleted = 0 AND o.deleted = 0 ORDER BY o.ordered_on DESC, l.n DESC",
        supplier,
    )
    found: dict[str, LastPrice] = {}
    for part_no, name, price, day in rows:
        known = found.get(part_no)
        if known is None:
            found[part_no] = LastPrice(part_no, name, price, day, None)
        elif known.before is None:
            found[part_no] = LastPrice(part_no, name, known.price, known.ordered_on, price)
    return list(found.values())[:limit]
