"""Purchase orders are written: from the proposal, by supplier, or by hand; and taken on step by step (R-4.4-d, i; SM-11)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from math import lcm
from typing import Any

from app import values
from app.changes import Done
from app.desk import Desk
from app.errors import AppError, Objection, Refused
from app.generic import Retire, create, creates, move_on, patch
from app.inventory.figures import ProposalRow, proposals
from app.inventory.ops import ABSURD
from app.inventory.purchases import PURCHASE
from app.inventory.signs import is_piece
from app.ops import Op
from app.tx import Reader
from app.words import N_
from db.ids import new_id

#: The series of order numbers.
SERIES = "PO"
_GONE = N_("This purchase order is not in the register any more. Look it up again.")


@dataclass(frozen=True)
class Offer:
    """A proposed part as it would be ordered: from whom, in which packs, at which price, less what waits in drafts."""

    row: ProposalRow
    supplier_id: bytes | None
    supplier: str
    price: int | None
    pack: int
    drafted: int

    @property
    def quantity(self) -> int:
        """What is still to be ordered, in whole packs."""
        return self.whole(max(self.row.quantity - self.drafted, 0))

    def whole(self, quantity: int) -> int:
        """A quantity rounded up to whole packs."""
        return -(-quantity // self.pack) * self.pack

    def amount(self, quantity: int) -> int:
        """What a quantity costs, in hundredths."""
        return values.line_value(quantity, self.price)


def offers(read: Reader, site: bytes | None) -> list[Offer]:
    """The purchase proposal as orders would have it, by supplier."""
    found = [_offer(read, row) for row in proposals(read, site)]
    return sorted(found, key=lambda o: (not o.supplier_id, o.supplier, o.row.site_id, o.row.part_no))


def _offer(read: Reader, row: ProposalRow) -> Offer:
    supplier, name = row.supplier_id, row.supplier
    if supplier is None:
        other = read.row(
            "SELECT s.supplier_id, u.name FROM part_supplier s JOIN supplier u ON u.id = s.supplier_id WHERE s.part_id = ? "
            "AND s.deleted = 0 AND u.deleted = 0 ORDER BY s.unit_price IS NULL, s.unit_price, s.n LIMIT 1",
            row.part_id,
        )
        supplier, name = other or (None, "")
    price, pack = terms(read, row.part_id, supplier, row.site_id)
    return Offer(row, supplier, name, price, pack, _drafted(read, row.part_id, row.site_id))


def terms(read: Reader, part: bytes, supplier: bytes | None, site: bytes | None) -> tuple[int | None, int]:
    """Unit price and the quantity that an order is a multiple of: the supplier's pack and the policy's order multiple."""
    price, pack = read.row(
        "SELECT unit_price, pack_qty FROM part_supplier WHERE part_id = ? AND supplier_id IS ? AND deleted = 0 "
        "ORDER BY unit_price IS NULL, n DESC LIMIT 1",
        part, supplier,
    ) or (None, None)  # fmt: skip
    if price is None:
        price = read.value("SELECT unit_price FROM part WHERE id = ?", part)
    multiple = read.value(
        "SELECT order_multiple FROM stock_policy WHERE part_id = ? AND +site_id IS ? AND deleted = 0 ORDER BY id DESC LIMIT 1",
        part, site,
    )  # fmt: skip
    return price, lcm(pack or 1, multiple or 1)


def _drafted(read: Reader, part: bytes, site: bytes) -> int:
    """What waits in orders that are not approved yet and so does not count as on order."""
    return int(
        read.value(
            "SELECT coalesce(sum(l.qty), 0) FROM purchase_line l JOIN purchase_order o ON o.id = l.order_id WHERE l.part_id = ? "
            "AND +l.site_id = ? AND l.deleted = 0 AND o.deleted = 0 AND o.status IN ('draft', 'submitted')",
            part, site,
        )
    )  # fmt: skip


def draft_orders(desk: Desk, chosen: Sequence[tuple[Offer, int]]) -> tuple[list[bytes], Done]:
    """One draft for each supplier (and site) from the chosen offers and quantities, as one action; gives their ids."""
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
        lead = max((offer.row.lead_days or 0 for offer, _qty in lines), default=0)
        ops.append(
            create("purchase_order", order, code=number, site_id=first.row.site_id, supplier_id=first.supplier_id,
                   status="draft", due_on=_after(desk, lead))
        )  # fmt: skip
        rows = ((new_id(), _line(order, o.row.site_id, o.row.part_id, qty, o.price)) for o, qty in lines)
        ops += creates("purchase_line", rows)
    return ids, desk.perform(*ops)


def _key(chosen: tuple[Offer, int]) -> tuple[bytes, bytes]:
    return chosen[0].supplier_id or b"", chosen[0].row.site_id


def _line(order: bytes, site: bytes, part: bytes, qty: int, price: int | None) -> dict[str, Any]:
    made = {"order_id": order, "site_id": site, "part_id": part, "qty": qty, "unit_price": price}
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
    desk: Desk, supplier: bytes | None, *, due_on: str | None = None, remark: str = ""
) -> tuple[bytes, Done]:
    """An empty draft at the site in view; gives its id."""
    if desk.site is None:
        raise AppError(N_("Choose a site first: a purchase order belongs to a site."))
    order = new_id()
    return order, desk.perform(
        create("purchase_order", order, code=desk.number(SERIES), site_id=desk.site.id, supplier_id=supplier,
               status="draft", due_on=due_on, remark=remark or None)
    )  # fmt: skip


def edit_order(desk: Desk, order: bytes, **fields: Any) -> Done | None:
    """Change supplier, due day or remark of a draft (of an order that is placed, the due day and the remark)."""
    with desk.read() as read:
        row = _known(read, order)
    if "supplier_id" in fields and row["status"] != "draft" and fields["supplier_id"] != row["supplier_id"]:
        raise AppError(N_("The supplier stands fast once the order is submitted."))
    op = patch("purchase_order", row, **fields)
    return desk.perform(op) if op else None


def add_line(desk: Desk, order: bytes, part: bytes, qty: int, price: int | None = None) -> Done:
    """Another line of a draft; the quantity is rounded up to whole packs, the price is the supplier's."""
    with desk.read() as read:
        row = _draft(read, order)
        usual, pack = terms(read, part, row["supplier_id"], row["site_id"])
        qty = -(-qty // pack) * pack
        check_line(read, part, qty)
        twice = "SELECT 1 FROM purchase_line WHERE order_id = ? AND part_id = ? AND deleted = 0"
        if read.value(twice, order, part):
            raise AppError(N_("This part is in the order already. Change its quantity instead."))
    values_ = _line(order, row["site_id"], part, qty, usual if price is None else price)
    return desk.perform(create("purchase_line", new_id(), **values_))


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
