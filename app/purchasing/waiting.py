"""What waits for somebody's word or is late: orders to approve, orders past their day, stock-takes to approve (预警)."""

from collections.abc import Iterator

from app import values
from app.alerts.rules import Rule, declare
from app.alerts.situations import Situation, keep
from app.changes import ALERTS
from app.inventory.purchases import EXPECTED
from app.settle import settles
from app.tx import Derive
from app.words import N_

APPROVAL = declare(
    Rule(
        "purchase.approval",
        N_("Purchase order to approve"),
        N_("{code} of {supplier} waits for approval"),
        N_("It was submitted; another person than who wrote it has to approve it."),
        N_("Open the order, look at its lines, and approve or return it."),
    )
)
LATE = declare(
    Rule(
        "purchase.late",
        N_("Delivery is late"),
        N_("{code} of {supplier} was due on {day}"),
        N_("The day of delivery has passed and not everything has come."),
        N_("Ask the supplier, and write down the new day."),
    )
)
COUNT = declare(
    Rule(
        "count.approval",
        N_("Stocktake to approve"),
        N_("{code} is counted and waits for approval"),
        N_("The counting was handed in; another person has to approve its differences."),
        N_("Look at the differences, have them counted again, or approve them."),
    )
)
_ORDERS = """
SELECT o.id, o.site_id, o.code, coalesce(u.name, ''), o.status, o.due_on, o.updated_at, coalesce(t.timezone, 'Asia/Shanghai')
FROM purchase_order o LEFT JOIN supplier u ON u.id = o.supplier_id LEFT JOIN site t ON t.id = o.site_id
WHERE o.deleted = 0 AND o.status IN ({})"""
_COUNTS = """
SELECT id, site_id, code, coalesce(counted_at, updated_at) FROM stock_count WHERE deleted = 0 AND status = 'counted'"""


@settles("orders to approve", {"purchase_order", "supplier"}, ALERTS, order=67)
def warn_of_approvals(derive: Derive) -> bool:
    """One alert for each order that was submitted; approval and return clear it."""
    rows = derive.rows(_ORDERS.format("'submitted'"))
    found = [
        Situation(
            APPROVAL.code,
            (order,),
            3,
            "purchase_order",
            order,
            site,
            at,
            {"code": code, "supplier": supplier},
        )
        for order, site, code, supplier, _state, _due, at, _zone in rows
    ]
    return keep(derive, APPROVAL.code, found)


@settles("late deliveries", {"purchase_order", "supplier"}, ALERTS, order=68, timed=True)
def warn_of_late_orders(derive: Derive) -> bool:
    """One alert for each order and due day that has passed; another day or the delivery clears it."""
    return keep(derive, LATE.code, _late(derive))


def _late(derive: Derive) -> Iterator[Situation]:
    states = ", ".join(f"'{state}'" for state in EXPECTED)
    for order, site, code, supplier, _state, due, _at, zone in derive.rows(_ORDERS.format(states)):
        if due and due < values.day_of(derive.now, zone):
            began = values.instant_of(due, timezone=zone) + 86_400_000
            facts = {"code": code, "supplier": supplier, "day": due}
            yield Situation(LATE.code, (order, due), 3, "purchase_order", order, site, began, facts)


@settles("counts to approve", {"stock_count"}, ALERTS, order=69)
def warn_of_counts(derive: Derive) -> bool:
    """One alert for each stock-take that was handed in; approval, counting on and cancelling clear it."""
    found = [
        Situation(COUNT.code, (count,), 3, "stock_count", count, site, at, {"code": code})
        for count, site, code, at in derive.rows(_COUNTS)
    ]
    return keep(derive, COUNT.code, found)
