"""Deliveries that nobody ordered so: two laptops received one line, or goods came for an order that was cancelled meanwhile (预警)."""

from collections.abc import Iterator

from app import values
from app.alerts.rules import Rule, declare
from app.alerts.situations import Situation, keep
from app.changes import ALERTS
from app.inventory.purchases import RECEIVING, received_of
from app.settle import settles
from app.tx import Derive
from app.words import N_

MORE = declare(
    Rule(
        "purchase.more",
        N_("More received than ordered"),
        N_("{code}: {received} {unit} {part} received, {ordered} ordered"),
        N_("The supplier brought more, or two people booked one delivery on two laptops."),
        N_(
            "Look in the bin. Take back a receipt that was booked twice; send back what came too much, or close the order."
        ),
    )
)
UNWANTED = declare(
    Rule(
        "purchase.unwanted",
        N_("Delivery for a cancelled order"),
        N_("{code}: {received} {unit} {part} received, the order is cancelled"),
        N_("The order was cancelled while its goods were booked in."),
        N_("Tell who buys, and send the goods back or keep them by a new order."),
    )
)
_RULES = (MORE, UNWANTED)
_TOUCHED = "SELECT id FROM temp.touched WHERE tbl = '{table}'"
#: The orders that were touched, by themselves, by a line, or by what was received or sent back for one.
_CONCERNED = f"""
SELECT id FROM purchase_order WHERE id IN ({_TOUCHED.format(table="purchase_order")})
UNION SELECT order_id FROM purchase_line WHERE id IN ({_TOUCHED.format(table="purchase_line")})
UNION SELECT l.order_id FROM stock_movement m JOIN purchase_line l ON l.id = m.purchase_line_id
  WHERE m.id IN ({_TOUCHED.format(table="stock_movement")})"""
_LINES = f"""
SELECT l.id, o.site_id, o.code, o.status, p.part_no, p.unit, l.qty, {received_of("l")}, coalesce(u.over_percent, 0),
  coalesce((SELECT max(m.happened_at) FROM stock_movement m WHERE m.purchase_line_id = l.id), 0)
FROM purchase_line l JOIN purchase_order o ON o.id = l.order_id JOIN part p ON p.id = l.part_id
LEFT JOIN supplier u ON u.id = o.supplier_id WHERE l.order_id = ? AND l.deleted = 0 ORDER BY l.id"""


@settles("deliveries", {"purchase_order", "purchase_line", "stock_movement"}, ALERTS, order=69)
def warn_of_deliveries(derive: Derive) -> bool:
    """One alert for each line of which too much came, or anything although the order is cancelled; closing the order clears it."""
    orders = {order for (order,) in derive.rows(_CONCERNED)}
    if not orders:
        return False
    found = [one for order in sorted(orders) for one in _odd(derive, order)]
    changed = [
        keep(derive, rule.code, [one for one in found if one.rule == rule.code], subjects=orders)
        for rule in _RULES
    ]
    return any(changed)


def _odd(derive: Derive, order: bytes) -> Iterator[Situation]:
    for line, site, code, status, part, unit, ordered, got, allowed, at in derive.rows(_LINES, order):
        received = int(got)
        over = status in RECEIVING and received - ordered > ordered * allowed // 100_000
        if over or (status == "cancelled" and received > 0):
            rule = MORE if over else UNWANTED
            facts = {
                "code": code, "part": part, "unit": unit, "ordered": values.show_quantity(ordered),
                "received": values.show_quantity(received),
            }  # fmt: skip
            yield Situation(rule.code, (line,), 2, "purchase_order", order, site, at, facts)
