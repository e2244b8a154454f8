"""Purchase orders as they are read: the list, an order with its lines and deliveries, who took it on when."""

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app import values
from app.inventory.booking import Price
from app.inventory.ledger import MovementRow, movement_rows
from app.inventory.purchases import EXPECTED, received_of
from app.inventory.value import half_up
from app.names import named, person
from app.purchasing.currency import at_home
from app.purchasing.prices import net_amount, net_of, tax_amount
from app.search import normal
from app.tx import Reader
from app.work import StepTaken, steps_taken
from db.models.money import HOME

#: Orders that somebody has still to do something about.
OPEN = ("draft", "submitted", "approved", "ordered", "part_received")
_LATE = f"o.due_on < ? AND o.status IN ({', '.join(repr(s) for s in EXPECTED)})"
_LINES = "FROM purchase_line l WHERE l.order_id = o.id AND l.deleted = 0"
_VALUE = f"(SELECT coalesce(sum({net_of('l')}), 0) {_LINES})"
_RANK = (
    "CASE o.status "
    + " ".join(f"WHEN '{state}' THEN {rank}" for rank, state in enumerate(("part_received", "ordered", "approved", "submitted", "draft", "received")))
    + " ELSE 9 END"
)  # fmt: skip


@dataclass(frozen=True)
class OrderRow:
    """An order as the list shows it; `value` in hundredths of its currency without tax, `whole` lines have arrived in full."""

    n: int
    id: bytes
    code: str
    status: str
    supplier: str
    lines: int
    whole: int
    over: int
    value: int
    ordered_on: str | None
    due_on: str | None
    site: str
    late: bool
    currency: str = HOME
    rate: int | None = None
    home: str = HOME

    @property
    def foreign(self) -> bool:
        """Whether it is paid in another currency than the site's."""
        return self.currency != self.home

    @property
    def worth(self) -> int | None:
        """Its value in hundredths of the site's currency; None where no rate was typed."""
        return at_home(self.value, self.rate) if self.foreign else self.value


@dataclass(frozen=True)
class LineRow:
    """A line of an order: quantities in thousandths, price in ten-thousandths of its currency; `received` is less what went back."""

    n: int
    id: bytes
    part_id: bytes
    part_no: str
    name: str
    spec: str
    unit: str
    sku: str
    qty: int
    received: int
    returned: int
    price: int | None
    due_on: str | None
    batches: int
    serials: int = 0
    shelf_months: int | None = None
    tax: str | None = None
    rate: int | None = None

    @property
    def rest(self) -> int:
        """What is still to come."""
        return max(self.qty - self.received, 0)

    @property
    def over(self) -> int:
        """What has come beyond the order."""
        return max(self.received - self.qty, 0)

    @property
    def amount(self) -> int:
        """What the line costs without tax, in hundredths."""
        return net_amount(self.qty, Price(self.price, self.tax, self.rate))

    @property
    def taxed(self) -> int:
        """The tax on it, in hundredths."""
        return tax_amount(self.qty, Price(self.price, self.tax, self.rate))


@dataclass(frozen=True)
class OrderCard:
    """An order with all that belongs to it; `row` holds the columns of its table, `supplier` those of the supplier."""

    order: OrderRow
    row: dict[str, Any]
    supplier: dict[str, Any]
    lines: list[LineRow]
    receipts: list[MovementRow]
    taken: list[StepTaken]
    #: Who typed the exchange rate.
    rated_by: str = ""
    #: Movement -> the serial number of its piece.
    serials: Mapping[bytes, str] = field(default_factory=dict)

    @property
    def returned_with(self) -> StepTaken | None:
        """The step by which a draft came back from whoever was to approve it."""
        last = self.taken[-1] if self.taken else None
        return last if last and (last.source, last.target) == ("submitted", "draft") else None

    def paid_otherwise(self, move: MovementRow) -> int | None:
        """The price of what came, in the currency of the order, where it is not the ordered one (ten-thousandths)."""
        line = next((one for one in self.lines if one.part_id == move.part_id), None)
        if line is None or line.price is None or move.type != "receipt" or move.unit_price is None:
            return None
        rate = self.order.rate if self.order.foreign else values.RATE
        if not rate or at_home(line.price, rate) == move.unit_price:
            return None
        return half_up(move.unit_price * values.RATE, rate)

    def who(self, state: str) -> str:
        """Who brought the order to a state last."""
        return next((step.who or "" for step in reversed(self.taken) if step.target == state), "")


_ORDERS = {
    "": f"{_RANK}, o.due_on IS NULL, o.due_on, o.n DESC",
    "code": "o.code",
    "new": "o.n",
    "status": _RANK,
    "supplier": "u.code IS NULL, u.name",
    "value": f"{_VALUE} * coalesce(o.rate, 1000000)",
    "ordered_on": "o.ordered_on",
    "due_on": "o.due_on IS NULL, o.due_on",
}


def order_ids(
    read: Reader,
    site: bytes | None,
    today: str,
    sort: str = "",
    *,
    descending: bool = False,
    filters: Mapping[str, Any] | None = None,
    text: str = "",
) -> "array[int]":
    """The orders that fit: what is awaited first, the nearest due day first, unless another column is asked for."""
    wanted, terms, params = filters or {}, ["o.deleted = 0"], list[Any]()
    if site:
        terms.append("o.site_id = ?")
        params.append(site)
    if "state" in wanted:
        terms.append("o.status = ?")
        params.append(wanted["state"])
    if "supplier" in wanted:
        terms.append("o.supplier_id = ?")
        params.append(wanted["supplier"])
    if "part" in wanted:
        terms.append(f"EXISTS (SELECT 1 {_LINES} AND l.part_id = ?)")
        params.append(wanted["part"])
    if wanted.get("open"):
        terms.append(f"o.status IN ({', '.join(repr(state) for state in OPEN)})")
    if wanted.get("late"):
        terms.append(_LATE)
        params.append(today)
    if sought := normal(text).strip():
        terms.append(
            "(instr(lower(o.code), ?) OR instr(lower(coalesce(u.name, '') || ' ' || coalesce(u.name_en, '')), ?) OR EXISTS "
            "(SELECT 1 FROM part p, purchase_line l WHERE l.order_id = o.id AND l.deleted = 0 AND p.id = l.part_id "
            "AND (instr(lower(p.part_no), ?) OR instr(lower(p.name), ?) OR instr(lower(coalesce(p.name_en, '')), ?))))"
        )
        params += [sought] * 5
    order = _ORDERS[sort] + (" DESC" if descending and sort else "") + (", o.n DESC" if sort else "")
    sql = (
        "SELECT o.n FROM purchase_order o LEFT JOIN supplier u ON u.id = o.supplier_id "
        f"WHERE {' AND '.join(terms)} ORDER BY {order}"
    )
    return array("q", (row[0] for row in read.rows(sql, *params)))


def order_rows(read: Reader, ids: Sequence[int], today: str) -> list[OrderRow | None]:
    """The rows of a page, in the order of the ids."""
    marks = ", ".join("?" * len(ids))
    received = received_of("l")
    rows = read.as_(
        OrderRow,
        f"SELECT o.n, o.id, o.code, o.status, coalesce({named('u')}, ''), (SELECT count(*) {_LINES}), "
        f"(SELECT count(*) {_LINES} AND {received} >= l.qty), (SELECT count(*) {_LINES} AND {received} > l.qty), {_VALUE}, "
        "o.ordered_on, o.due_on, coalesce((SELECT code FROM site WHERE id = o.site_id), ''), "
        f"coalesce({_LATE}, 0), coalesce(o.currency, t.currency, ?), o.rate, coalesce(t.currency, ?) FROM purchase_order o "
        "LEFT JOIN supplier u ON u.id = o.supplier_id LEFT JOIN site t ON t.id = o.site_id "
        f"WHERE o.n IN ({marks})",
        today, HOME, HOME, *ids,
    )  # fmt: skip
    found = {row.n: row for row in rows}
    return [found.get(n) for n in ids]


def order_count(read: Reader, site: bytes | None) -> int:
    """How many orders there are."""
    here, params = (" AND site_id = ?", [site]) if site else ("", [])
    return int(read.value(f"SELECT count(*) FROM purchase_order WHERE deleted = 0{here}", *params))


def order_card(read: Reader, order: bytes, today: str) -> OrderCard | None:
    """An order with its lines, deliveries and steps; None for an unknown one."""
    row = read.get("purchase_order", order)
    shown = order_rows(read, [row["n"]], today)[0] if row else None
    if row is None or shown is None:
        return None
    supplier = read.get("supplier", row["supplier_id"]) or {}
    return OrderCard(
        shown,
        row,
        supplier,
        lines_of(read, order),
        receipts_of(read, order),
        steps_taken(read, "purchase_order", order),
        read.value(f"SELECT {person('?')}", row["rate_by"]) or "",
        _serials(read, order),
    )


def lines_of(read: Reader, order: bytes) -> list[LineRow]:
    """The lines of an order with what has come of each."""
    back = "CASE m.type WHEN 'issue' THEN m.qty WHEN 'return' THEN -m.qty ELSE 0 END"
    return read.as_(
        LineRow,
        f"SELECT l.n, l.id, p.id, p.part_no, {named('p')}, coalesce(p.spec, ''), p.unit, coalesce((SELECT sku FROM part_supplier "
        "WHERE part_id = p.id AND supplier_id = o.supplier_id AND deleted = 0 LIMIT 1), ''), l.qty, "
        f"{received_of('l')}, coalesce((SELECT sum({back}) FROM stock_movement m WHERE m.purchase_line_id = l.id), 0), "
        "l.unit_price, coalesce(l.due_on, o.due_on), p.batch_tracked, p.serialised, p.shelf_life_months, l.price_tax, l.tax_rate FROM purchase_line l JOIN purchase_order o ON o.id = l.order_id "
        "JOIN part p ON p.id = l.part_id WHERE l.order_id = ? AND l.deleted = 0 ORDER BY p.part_no, l.n",
        order,
    )


def receipts_of(read: Reader, order: bytes) -> list[MovementRow]:
    """What came and went for an order, the oldest first."""
    sql = (
        "SELECT m.n FROM stock_movement m JOIN purchase_line l ON l.id = m.purchase_line_id WHERE l.order_id = ? "
        "ORDER BY m.happened_at, m.n"
    )
    return [row for row in movement_rows(read, [n for (n,) in read.rows(sql, order)]) if row]


def _serials(read: Reader, order: bytes) -> dict[bytes, str]:
    return dict(
        read.rows(
            "SELECT m.id, m.serial FROM stock_movement m JOIN purchase_line l ON l.id = m.purchase_line_id "
            "WHERE l.order_id = ? AND m.serial IS NOT NULL",
            order,
        )
    )


def suppliers(read: Reader, text: str = "") -> list[tuple[bytes, str]]:
    """Suppliers by code or name, for a field and a filter."""
    like = normal(text).strip()
    return [
        (row, f"{code}  {name}")
        for row, code, name in read.rows(
            f"SELECT u.id, u.code, {named('u')} FROM supplier u WHERE u.deleted = 0 AND u.active = 1 "
            "AND (instr(lower(u.code), ?1) OR instr(lower(u.name || ' ' || coalesce(u.name_en, '')), ?1)) "
            "ORDER BY u.code LIMIT 60",
            like,
        )
    ]
