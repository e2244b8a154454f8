"""The life of a purchase of spares (采购单): SM-11, in order, approved by the supervisor."""

from app.access import Permission
from app.generic import Transition, move_on
from app.inventory.signs import signed
from app.tx import Reader
from app.words import N_
from app.workflow import Machine, Step, declare

#: Orders in these states bring parts that count as on order.
EXPECTED = ("approved", "ordered", "part_received")

PURCHASE = declare(
    Machine(
        id="SM-11",
        table="purchase_order",
        line=("draft", "submitted", "approved", "ordered", "part_received", "received", "closed"),
        steps=(
            Step("draft", "submitted", N_("Submit"), Permission.BUY, must=("supplier_id",)),
            Step("submitted", "draft", N_("Return"), Permission.APPROVE_STOCK, remark=True),
            Step("submitted", "approved", N_("Approve"), Permission.APPROVE_STOCK),
            Step("approved", "ordered", N_("Place order"), Permission.BUY, must=("ordered_on",)),
            Step("ordered", "part_received", N_("Receive in part"), Permission.MOVE_STOCK),
            Step("ordered", "received", N_("Receive in full"), Permission.MOVE_STOCK),
            Step("part_received", "received", N_("Receive in full"), Permission.MOVE_STOCK),
            Step("received", "closed", N_("Close"), Permission.BUY),
            *(
                Step(source, "cancelled", N_("Cancel order"), Permission.BUY, remark=True, grave=True)
                for source in ("draft", "submitted", "approved", "ordered")
            ),
            Step(
                "part_received", "closed", N_("Close with rest open"), Permission.BUY, remark=True, grave=True
            ),
        ),
    )
)


def arrived(read: Reader, line: bytes, qty: int) -> Transition | None:
    """The step of a purchase order of which `qty` of a line arrives now: partly received, or all of it."""
    order = read.get("purchase_order", (read.get("purchase_line", line) or {}).get("order_id"))
    if order is None or order["status"] not in {"ordered", "part_received"}:
        return None
    open_lines = read.rows(
        f"SELECT l.id, l.qty - coalesce((SELECT sum({signed('m')}) FROM stock_movement m WHERE m.purchase_line_id = l.id), 0) "
        "FROM purchase_line l WHERE l.order_id = ? AND l.deleted = 0",
        order["id"],
    )
    complete = all(rest - (qty if row == line else 0) <= 0 for row, rest in open_lines)
    target = "received" if complete else "part_received"
    return move_on(PURCHASE, order, target) if target != order["status"] else None
