"""The life of a purchase of spares (采购单): SM-11, in order, approved by a second person, moved on by its receipts."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from app import values
from app.access import Actor, Permission
from app.errors import Objection
from app.inventory.signs import signed
from app.inventory.value import cents, half_up, net_value
from app.tx import Reader, Tx
from app.words import N_
from app.workflow import Machine, Step, declare, remarked
from db.models.money import HOME

#: Orders in these states bring parts that count as on order.
EXPECTED = ("approved", "ordered", "part_received")
#: Between these states the receipts alone move an order, forth and back.
RECEIVING = ("ordered", "part_received", "received")
_FOLLOWS = frozenset(RECEIVING[1:])
_WRITTEN = """
SELECT 1 FROM purchase_order WHERE id = ? AND created_by IS NOT DISTINCT FROM ?
UNION ALL SELECT 1 FROM purchase_line WHERE order_id = ? AND (created_by IS NOT DISTINCT FROM ?
  OR updated_by IS NOT DISTINCT FROM ?) LIMIT 1"""
#: Steps that bind the firm: before them everything that the order is reckoned by has to stand on it.
_BINDING = frozenset({"submitted", "approved", "ordered"})


def received_of(line: str) -> str:
    """What has arrived of a purchase line, less what went back to the supplier: SQL on the line's alias."""
    return (
        f"coalesce((SELECT sum({signed('m')}) FROM stock_movement m WHERE m.purchase_line_id = {line}.id), 0)"
    )


def home_of(read: Reader, site: bytes | None) -> str:
    """The currency that the books of a site are kept in."""
    return str(read.value("SELECT currency FROM site WHERE id = ?", site) or HOME)


def price_at_home(read: Reader, line: Mapping[str, Any]) -> int | None:
    """The unit price of a purchase line in the currency of the site, at the rate of its order; None where it is not known.

    What is received is worth that much (ten-thousandths, rounded half up).
    """
    return priced_at_home(read, line, line["unit_price"])


def priced_at_home(read: Reader, line: Mapping[str, Any], price: int | None) -> int | None:
    """Another price of the line, as the delivery note says it, in the currency of the site."""
    order = read.get("purchase_order", line["order_id"]) or {}
    currency, rate = order.get("currency"), order.get("rate")
    if price is None or not currency or currency == home_of(read, line["site_id"]):
        return price
    return half_up(price * rate, values.RATE) if rate else None


def _weigh(read: Reader, order: Mapping[str, Any], target: str, actor: Actor) -> Iterator[Objection]:
    said = {"order": order["code"]}
    if target in _FOLLOWS:
        yield Objection("purchase.receipts", N_("Book what has arrived: {order} follows its receipts."), said)
    if target == "submitted" and not read.value(
        "SELECT 1 FROM purchase_line WHERE order_id = ? AND deleted = 0", order["id"]
    ):
        yield Objection("purchase.empty", N_("{order} has no lines yet. Add a part first."), said)
    if target in _BINDING:
        yield from _weigh_rate(read, order)
    if target == "submitted":
        yield from _weigh_minimum(read, order)
    if target == "approved":
        yield from _weigh_writer(read, order, actor)


def _weigh_rate(read: Reader, order: Mapping[str, Any]) -> Iterator[Objection]:
    """An order in another currency says at which rate it is reckoned."""
    currency, home = order["currency"], home_of(read, order["site_id"])
    if currency and currency != home and not order["rate"]:
        text = N_("Type the exchange rate of {order} first: what one {currency} costs in {home}.")
        said = {"order": order["code"], "currency": currency, "home": home}
        yield Objection("purchase.rate", text, said, field="rate")


def _weigh_minimum(read: Reader, order: Mapping[str, Any]) -> Iterator[Objection]:
    """Some suppliers take no order below a value; only one in their own currency can be compared with it."""
    supplier = read.get("supplier", order["supplier_id"]) or {}
    least, home = supplier.get("min_order"), home_of(read, order["site_id"])
    currency = order["currency"] or home
    if not least or (supplier["currency"] or home) != currency:
        return
    lines = read.rows(
        "SELECT qty, unit_price, price_tax, tax_rate FROM purchase_line WHERE order_id = ? AND deleted = 0",
        order["id"],
    )
    if (total := sum(cents(net_value(*line)) for line in lines)) < least:
        text = N_(
            "{order} comes to {total} {currency}; {supplier} takes orders from {least} on. Submit it anyway?"
        )
        said = {
            "order": order["code"], "total": values.show_money(total), "currency": currency,
            "supplier": supplier["name"], "least": values.show_money(least),
        }  # fmt: skip
        yield Objection("purchase.minimum", text, said, may_override=True)


def _weigh_writer(read: Reader, order: Mapping[str, Any], actor: Actor) -> Iterator[Objection]:
    """Four eyes, unless the site lets the writer approve."""
    site = read.get("site", order["site_id"]) or {}
    me = actor.user_id
    if site.get("order_approval") != "writer" and read.value(_WRITTEN, order["id"], me, order["id"], me, me):
        text = N_("{order} was written by you: another person has to approve it.")
        yield Objection(
            "purchase.own", text, {"order": order["code"]}, may_override="administrator" in actor.roles
        )


PURCHASE = declare(
    Machine(
        id="SM-11",
        table="purchase_order",
        line=("draft", "submitted", "approved", "ordered", "part_received", "received", "closed"),
        weigh=_weigh,
        record=partial(remarked, "purchase_order"),
        undoable=True,
        steps=(
            Step("draft", "submitted", N_("Submit"), Permission.BUY, must=("supplier_id",)),
            Step("submitted", "approved", N_("Approve"), Permission.APPROVE_STOCK),
            Step("submitted", "draft", N_("Return"), Permission.APPROVE_STOCK, remark=True),
            Step("approved", "ordered", N_("Place order"), Permission.BUY, must=("ordered_on",)),
            Step("ordered", "part_received", N_("Receive in part"), Permission.MOVE_STOCK),
            Step("ordered", "received", N_("Receive in full"), Permission.MOVE_STOCK),
            Step("part_received", "received", N_("Receive in full"), Permission.MOVE_STOCK),
            Step("received", "closed", N_("Close"), Permission.BUY),
            *(
                Step(source, "cancelled", N_("Cancel the purchase"), Permission.BUY, remark=True, grave=True)
                for source in ("draft", "submitted", "approved", "ordered")
            ),
            Step(
                "part_received", "closed", N_("Close with rest open"), Permission.BUY, remark=True, grave=True
            ),
        ),
    )
)


def weigh_delivery(read: Reader, line: bytes, part: bytes, kind: str, qty: int) -> Iterator[Objection]:
    """What speaks against booking a quantity of a part for a purchase line, in or back out."""
    sql = (
        f"SELECT l.part_id, l.qty, o.code, o.status, {received_of('l')}, coalesce(u.over_percent, 0) FROM purchase_line l "
        "JOIN purchase_order o ON o.id = l.order_id LEFT JOIN supplier u ON u.id = o.supplier_id WHERE l.id = ?"
    )
    found = read.row(sql, line)
    if found is None or found[0] != part:
        yield Objection("purchase.line", N_("This line of the purchase order does not bring this part."))
        return
    _part, ordered, code, status, received, allowed = found
    if kind == "receipt":
        over = received + qty - ordered
        yield from _weigh_receipt(code, status)
        if (
            over > ordered * allowed // 100_000
        ):  # what the supplier may bring beyond the order comes without a question
            yield _excess(ordered, received + qty)
    elif kind == "issue" and qty > received:
        text = N_("Only {received} of this line have been received; no more can go back.")
        yield Objection("purchase.back", text, {"received": values.show_quantity(received)}, field="qty")


def _weigh_receipt(code: str, status: str) -> Iterator[Objection]:
    if status in {"draft", "submitted", "approved"}:
        yield Objection(
            "purchase.unplaced", N_("{order} is not ordered yet. Place the order first."), {"order": code}
        )
    elif status not in RECEIVING:
        yield Objection(
            "purchase.ended",
            N_("{order} is closed or cancelled. Receive it anyway?"),
            {"order": code},
            may_override=True,
        )


def _excess(ordered: int, received: int) -> Objection:
    text = N_("Ordered {ordered}, with this {received}: {over} too many. Receive it anyway?")
    figures = {"ordered": ordered, "received": received, "over": received - ordered}
    said = {name: values.show_quantity(value) for name, value in figures.items()}
    return Objection("purchase.excess", text, said, may_override=True, field="qty")


def follow_receipts(tx: Tx, line: bytes) -> None:
    """Let the order of a line stand where its receipts stand: ordered, partly received or received.

    The receipts say it, so that two laptops that receive the same line do not quarrel about the state.
    """
    order = tx.get("purchase_order", (tx.get("purchase_line", line) or {}).get("order_id"))
    if order is None or order["status"] not in RECEIVING:
        return
    lines = tx.rows(
        f"SELECT l.qty, {received_of('l')} FROM purchase_line l WHERE l.order_id = ? AND l.deleted = 0",
        order["id"],
    )
    whole = bool(lines) and all(received >= qty for qty, received in lines)
    begun = any(received > 0 for _qty, received in lines)
    tx.update(
        "purchase_order",
        order["id"],
        {"status": RECEIVING[2] if whole else RECEIVING[1] if begun else RECEIVING[0]},
    )
