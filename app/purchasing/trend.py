"""How the price of a part at a supplier went: what was quoted, ordered and received, in one currency (价格走势)."""

from collections.abc import Iterator
from dataclasses import dataclass

from app import values
from app.fields import from_json
from app.inventory.value import half_up
from app.purchasing.record import PLACED
from app.tx import Reader
from db.models.money import HOME

#: Where a price comes from, in the order in which one day's are told.
QUOTED, ORDERED, RECEIVED = "quoted", "ordered", "received"


@dataclass(frozen=True)
class PricePoint:
    """A price on a day: ten-thousandths of the currency; where it comes from, and the order."""

    day: str
    price: int
    kind: str
    currency: str
    order: str = ""


def price_trend(read: Reader, part: bytes, supplier: bytes) -> list[PricePoint]:
    """All that is known of the price of a part at a supplier, the oldest first, in the currency that it asks for now."""
    found = [
        *_quoted(read, part, supplier),
        *_ordered(read, part, supplier),
        *_received(read, part, supplier),
    ]
    if not found:
        return []
    now = next((point.currency for point in found if point.kind == QUOTED), found[-1].currency)
    rank = {QUOTED: 0, ORDERED: 1, RECEIVED: 2}
    return sorted(
        (point for point in found if point.currency == now),
        key=lambda one: (one.day, rank[one.kind], one.order),
    )


def _quoted(read: Reader, part: bytes, supplier: bytes) -> Iterator[PricePoint]:
    """What the supplier's entry said, and from when: the entry as it was made, and every change of its price."""
    rows = read.rows(
        "SELECT s.id, s.unit_price, s.created_at, coalesce(s.currency, u.currency, ?) FROM part_supplier s "
        "JOIN supplier u ON u.id = s.supplier_id WHERE s.part_id = ? AND s.supplier_id = ? AND s.deleted = 0 ORDER BY s.n",
        HOME, part, supplier,
    )  # fmt: skip
    for sale, price, made_at, currency in rows:
        changes = [
            (at, *pair)
            for at, text in read.rows(
                "SELECT at, changes FROM audit WHERE tbl = 'part_supplier' AND row_id = ? AND changes IS NOT NULL ORDER BY n",
                sale,
            )
            if (pair := (from_json(text) or {}).get("unit_price"))
        ]
        told = [(made_at, changes[0][1] if changes else price), *((at, new) for at, _old, new in changes)]
        for at, said in told:
            if said is not None:
                yield PricePoint(values.day_of(at), said, QUOTED, currency)


def _ordered(read: Reader, part: bytes, supplier: bytes) -> Iterator[PricePoint]:
    rows = read.rows(
        "SELECT o.ordered_on, l.unit_price, coalesce(o.currency, t.currency, ?), o.code FROM purchase_line l "
        "JOIN purchase_order o ON o.id = l.order_id LEFT JOIN site t ON t.id = o.site_id WHERE l.part_id = ? AND o.supplier_id = ? "
        f"AND o.status IN {PLACED} AND o.ordered_on IS NOT NULL AND l.unit_price IS NOT NULL AND l.deleted = 0 AND o.deleted = 0",
        HOME, part, supplier,
    )  # fmt: skip
    for day, price, currency, code in rows:
        yield PricePoint(day, price, ORDERED, currency, code)


def _received(read: Reader, part: bytes, supplier: bytes) -> Iterator[PricePoint]:
    """What came and was not taken back; a movement is in the site's currency, so it is turned back at the order's rate."""
    rows = read.rows(
        "SELECT m.happened_at, m.unit_price, coalesce(o.currency, t.currency, ?), o.code, coalesce(t.timezone, 'Asia/Shanghai'), "
        "CASE WHEN o.currency IS NULL OR o.currency = coalesce(t.currency, ?) THEN ? ELSE o.rate END FROM stock_movement m "
        "JOIN purchase_line l ON l.id = m.purchase_line_id JOIN purchase_order o ON o.id = l.order_id "
        "LEFT JOIN site t ON t.id = o.site_id WHERE m.part_id = ? AND o.supplier_id = ? AND m.type = 'receipt' "
        "AND m.unit_price IS NOT NULL AND NOT EXISTS (SELECT 1 FROM stock_movement r WHERE r.reversal_of_id = m.id)",
        HOME, HOME, values.RATE, part, supplier,
    )  # fmt: skip
    for at, price, currency, code, zone, rate in rows:
        if rate:
            yield PricePoint(
                values.day_of(at, zone), half_up(price * values.RATE, rate), RECEIVED, currency, code
            )
