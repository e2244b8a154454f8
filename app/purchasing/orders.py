"""Purchase orders are written: from the proposal, by supplier, or by hand; and taken on step by step (R-4.4-d, i; SM-11)."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from app import values
from app.changes import Done
from app.desk import Desk
from app.errors import AppError, Objection, Refused
from app.generic import Retire, create, creates, move_on, patch
from app.inventory.booking import Price
from app.inventory.ops import ABSURD
from app.inventory.purchases import PURCHASE, home_of
from app.inventory.signs import is_piece
from app.ops import Op
from app.purchasing.currency import last_rate, supplier_currency
from app.purchasing.offers import Offer
from app.purchasing.prices import Terms, terms_of
from app.tx import Reader
from app.words import N_
from db.ids import new_id

#: The series of order numbers.
SERIES = "PO"
_GONE = N_("This purchase order is not in the register any more. Look it up again.")


def draft_orders(desk: Desk, chosen: Sequence[tuple[Offer, int]]) -> tuple[list[bytes], Done]:
    """One draft for each supplier, currency and site from the chosen offers and quantities, as one action; gives their ids."""
    wanted = [(offer, offer.whole(qty)) for offer, qty in chosen]
    if not wanted:
        raise AppError(N_("Choose at least one part to order."))
    with desk.read() as read:
        for offer, qty in wanted:
            check_line(read, offer.row.part_id, qty)
    groups = [list(found) for _key, found in groupby(sorted(wanted, key=_key), _key)]
    ids, ops = [new_id() for _group in groups], list[Op]()
    for order, number, lines in zip(ids, desk.numbers(SERIES, len(groups)), groups, strict=True):
        first = lines[0][0]
        lead = max((offer.lead_days or 0 for offer, _qty in lines), default=0)
        ops.append(
            create("purchase_order", order, code=number, site_id=first.row.site_id, supplier_id=first.supplier_id,
                   status="draft", due_on=_after(desk, lead), **_reckoned(desk, first.terms, foreign=first.foreign))
        )  # fmt: skip
        rows = (
            (new_id(), _line(order, o.row.site_id, o.row.part_id, qty, o.terms.price_of(qty)))
            for o, qty in lines
        )
        ops += creates("purchase_line", rows)
    return ids, desk.perform(*ops)


def _reckoned(desk: Desk, terms: Terms, *, foreign: bool) -> dict[str, Any]:
    """Currency and rate of an order in another currency: the last known rate with its day, until somebody types another."""
    if not foreign:
        return {}
    found: dict[str, Any] = {"currency": terms.currency}
    if terms.rate:
        found |= {
            "rate": terms.rate.millionths,
            "rate_on": terms.rate.day or None,
            "rate_by": desk.actor.user_id,
        }
    return found


def _key(chosen: tuple[Offer, int]) -> tuple[bytes, bytes, str]:
    return chosen[0].supplier_id or b"", chosen[0].row.site_id, chosen[0].currency


def _line(order: bytes, site: bytes, part: bytes, qty: int, price: Price) -> dict[str, Any]:
    made = {
        "order_id": order, "site_id": site, "part_id": part, "qty": qty, "unit_price": price.price,
        "price_tax": price.tax, "tax_rate": price.rate,
    }  # fmt: skip
    return {name: value for name, value in made.items() if value is not None}


def _after(desk: Desk, days: int) -> str | None:
    return (date.fromisoformat(desk.today()) + timedelta(days=days)).isoformat() if days else None


def check_line(read: Reader, part: bytes, qty: int | None) -> None:
    """Raise Refused where a quantity of a part cannot be ordered."""
    row = read.get("part", part)
    found = list(_objections(row, qty)) if row else [_unknown()]
    if found:
        raise Refused(found)


def _unknown() -> Objection:
    return Objection("part", N_("This spare part is not in the register."), field="part_id")


def _objections(part: dict[str, Any], qty: int | None) -> Iterator[Objection]:
    said = {"part": part["part_no"], "quantity": values.show_quantity(qty)}
    if not qty or qty <= 0:
        yield Objection("none", N_("The quantity must be more than nothing."), field="qty")
    elif qty > ABSURD:
        yield Objection(
            "absurd", N_("{quantity} cannot be right. Type the quantity again."), said, field="qty"
        )
    elif qty % values.THOUSAND and is_piece(part["unit"]):
        text = N_("{part} is counted in whole pieces: {quantity} cannot be ordered.")
        yield Objection("fraction", text, said, field="qty")
    if part["status"] == "obsolete":
        yield Objection(
            "obsolete", N_("{part} is obsolete and is not bought any more."), said, field="part_id"
        )


def new_order(
    desk: Desk,
    supplier: bytes | None,
    *,
    due_on: str | None = None,
    remark: str = "",
    currency: str | None = None,
    rate: int | None = None,
    rate_on: str | None = None,
) -> tuple[bytes, Done]:
    """An empty draft at the site in view, in the supplier's currency unless another is named; gives its id."""
    if desk.site is None:
        raise AppError(N_("Choose a site first: a purchase order belongs to a site."))
    order, site = new_id(), desk.site.id
    with desk.read() as read:
        home = home_of(read, site)
        currency = currency or supplier_currency(read, supplier, site)
        known = last_rate(read, currency, home) if rate is None and currency != home else None
    told: dict[str, Any] = {}
    if currency != home:
        told = {"currency": currency}
        if rate or known:
            day = (rate_on or desk.today()) if rate else (known.day if known else None)
            told |= {
                "rate": rate or (known and known.millionths),
                "rate_on": day or None,
                "rate_by": desk.actor.user_id,
            }
    return order, desk.perform(
        create("purchase_order", order, code=desk.number(SERIES), site_id=site, supplier_id=supplier,
               status="draft", due_on=due_on, remark=remark or None, **told)
    )  # fmt: skip


def edit_order(desk: Desk, order: bytes, **fields: Any) -> Done | None:
    """Change supplier, currency, rate, due day or remark of a draft (of an order that is placed, all but the first two)."""
    with desk.read() as read:
        row = _known(read, order)
        home = home_of(read, row["site_id"])
        if fields.get("currency") == home:
            fields["currency"] = None
        _weigh_head(read, row, fields)
    currency = fields.get("currency", row["currency"])
    told = fields | (rate_fields(desk, row, fields, foreign=bool(currency)))
    op = patch("purchase_order", row, **told)
    return desk.perform(op) if op else None


def _weigh_head(read: Reader, row: dict[str, Any], fields: dict[str, Any]) -> None:
    other = "supplier_id" in fields and fields["supplier_id"] != row["supplier_id"]
    if other and row["status"] != "draft":
        raise AppError(N_("The supplier stands fast once the order is submitted."))
    if "currency" not in fields or fields["currency"] == row["currency"]:
        return
    if row["status"] != "draft":
        raise AppError(N_("The currency stands fast once the order is submitted."))
    priced = (
        "SELECT 1 FROM purchase_line WHERE order_id = ? AND deleted = 0 AND unit_price IS NOT NULL LIMIT 1"
    )
    if read.value(priced, row["id"]):
        text = N_("The lines have prices in {currency}. Remove them first, or write another order.")
        raise AppError(text, currency=row["currency"] or home_of(read, row["site_id"]))


def rate_fields(
    desk: Desk, row: dict[str, Any], typed: dict[str, Any], *, foreign: bool = True
) -> dict[str, Any]:
    """Rate, its day and who typed it, as an order keeps them; an order in the site's own currency has none."""
    if not foreign:
        return dict.fromkeys(("rate", "rate_on", "rate_by")) if row["rate"] else {}
    rate, day = typed.get("rate", row["rate"]), typed.get("rate_on", row["rate_on"])
    if (rate, day) == (row["rate"], row["rate_on"]):
        return {}
    if not rate:
        return dict.fromkeys(("rate", "rate_on", "rate_by"))
    return {"rate": rate, "rate_on": day or desk.today(), "rate_by": desk.actor.user_id}


def add_line(
    desk: Desk,
    order: bytes,
    part: bytes,
    qty: int,
    price: int | None = None,
    *,
    tax: str | None = None,
    rate: int | None = None,
) -> Done:
    """Another line of a draft; the quantity is rounded up to whole packs, the price is the supplier's at that quantity."""
    with desk.read() as read:
        row = _draft(read, order)
        terms = terms_of(read, part, row["supplier_id"], row["site_id"])
        if price is None:
            _weigh_currency(read, row, terms, qty)
        qty = terms.whole(qty)
        check_line(read, part, qty)
        twice = "SELECT 1 FROM purchase_line WHERE order_id = ? AND part_id = ? AND deleted = 0"
        if read.value(twice, order, part):
            raise AppError(N_("This part is in the order already. Change its quantity instead."))
    typed = terms.price_of(qty) if price is None else Price(price, tax, rate)
    return desk.perform(create("purchase_line", new_id(), **_line(order, row["site_id"], part, qty, typed)))


def _weigh_currency(read: Reader, order: dict[str, Any], terms: Terms, qty: int) -> None:
    """A supplier's price in one currency does not go into an order in another."""
    currency = order["currency"] or home_of(read, order["site_id"])
    if terms.currency != currency and terms.price_of(terms.whole(qty)).price is not None:
        text = N_(
            "The supplier's price is in {other}, the order in {currency}. Type the price in {currency}, or write another order."
        )
        raise AppError(text, other=terms.currency, currency=currency)


def change_line(desk: Desk, line: bytes, **fields: Any) -> Done | None:
    """Another quantity, price or due day of a draft's line."""
    with desk.read() as read:
        row = read.get("purchase_line", line)
        if row is None:
            raise AppError(_GONE)
        _draft(read, row["order_id"])
        check_line(read, row["part_id"], fields.get("qty", row["qty"]))
    op = patch("purchase_line", row, **fields)
    return desk.perform(op) if op else None


def drop_lines(desk: Desk, order: bytes, lines: Iterable[bytes]) -> Done:
    """Lines leave a draft."""
    with desk.read() as read:
        _draft(read, order)
    return desk.perform(Retire("purchase_line", tuple(lines)))


def take_step(
    desk: Desk, order: bytes, target: str, remark: str = "", *, anyway: str = "", **new: Any
) -> Done:
    """Move an order on in its life (SM-11), with what the step must have; `anyway` overrides what may be overridden."""
    with desk.read() as read:
        row = _known(read, order)
    if "rate" in new:
        new |= rate_fields(desk, row, new, foreign=bool(row["currency"]))
    return desk.perform(move_on(PURCHASE, row, target, remark, **new), reason=anyway)


def proposed_due(read: Reader, desk: Desk, order: bytes) -> str | None:
    """When an order that is placed today should be there: after the longest lead time of its lines."""
    days = read.value(
        "SELECT max(coalesce(p.lead_time_days, u.default_lead_days, 0)) FROM purchase_line l JOIN purchase_order o "
        "ON o.id = l.order_id JOIN part p ON p.id = l.part_id LEFT JOIN supplier u ON u.id = o.supplier_id "
        "WHERE o.id = ? AND l.deleted = 0",
        order,
    )
    return _after(desk, days or 0)


def _known(read: Reader, order: bytes) -> dict[str, Any]:
    row = read.get("purchase_order", order)
    if row is None or row["deleted"]:
        raise AppError(_GONE)
    return row


def _draft(read: Reader, order: bytes) -> dict[str, Any]:
    row = _known(read, order)
    if row["status"] != "draft":
        raise AppError(N_("Lines are changed in a draft only. Let the order be returned first."))
    return row
