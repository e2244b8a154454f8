"""What a part costs at a supplier: price breaks, packs, minimum order, tax, and the quantity that is cheapest in total (R-4.4-d).

The price of a quantity is that of the highest break that it reaches, else the supplier's, else the register's. Where a larger
quantity costs less in total than the one that is needed, it is proposed - as long as it is used up within a year and keeps.
A price is in the currency that its entry names, else its supplier's, else the site's; the register's is in the site's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import lcm
from typing import Any

from app import values
from app.changes import Done
from app.desk import Desk
from app.errors import AppError, Objection, Refused
from app.generic import Retire, create, patch
from app.inventory.booking import Price
from app.inventory.purchases import home_of
from app.inventory.value import WHOLE, cents, half_up, net_value
from app.names import named
from app.ops import Op
from app.purchasing.currency import SAME, Rate, at_home, last_rate, supplier_currency
from app.tx import Reader
from app.words import N_
from db.ids import new_id
from db.models.money import HOME


def net_of(line: str) -> str:
    """The value of a purchase line without tax in hundredths: SQL on the line's alias, exact like `net_value`."""
    worth, rate = f"({line}.qty * coalesce({line}.unit_price, 0))", f"({WHOLE} + {line}.tax_rate)"
    net = f"({worth} / {rate} * {WHOLE} + (2 * ({worth} % {rate}) * {WHOLE} + {rate}) / (2 * {rate}))"
    return f"((CASE WHEN {line}.price_tax = 'gross' AND {line}.tax_rate > 0 THEN {net} ELSE {worth} END + 50000) / 100000)"


def net_amount(qty: int, price: Price) -> int:
    """What a quantity costs without tax, in hundredths."""
    return cents(net_value(qty, price.price, price.tax, price.rate))


def tax_amount(qty: int, price: Price) -> int:
    """The tax on it, in hundredths."""
    value, rate = qty * (price.price or 0), price.rate or 0
    if price.tax == "gross":
        return cents(value) - net_amount(qty, price)
    return cents(half_up(value * rate, WHOLE))


@dataclass(frozen=True)
class Choice:
    """A quantity to order, what it costs without tax, and the smaller one that would cost more (0: none)."""

    qty: int
    cost: int
    instead: int = 0
    instead_cost: int = 0


@dataclass(frozen=True)
class Terms:
    """On which terms a part is bought: quantities in thousandths, prices in ten-thousandths of `currency`."""

    price: Price
    pack: int = 1
    minimum: int = 0
    breaks: tuple[tuple[int, int], ...] = ()
    lead_days: int | None = None
    sku: str = ""
    currency: str = HOME
    #: At which the prices are compared with others; None where none is known.
    rate: Rate | None = SAME

    def whole(self, qty: int) -> int:
        """A quantity rounded up to the minimum order and whole packs."""
        return -(-max(qty, self.minimum if qty > 0 else 0) // self.pack) * self.pack

    def price_of(self, qty: int) -> Price:
        """The price of a unit at a quantity."""
        reached = [price for least, price in self.breaks if least <= qty]
        return Price(reached[-1], self.price.tax, self.price.rate) if reached else self.price

    def cost(self, qty: int) -> int:
        """What a quantity costs without tax, in hundredths of its currency."""
        return net_amount(qty, self.price_of(qty))

    def worth(self, qty: int) -> int | None:
        """What a quantity costs without tax, in hundredths of the site's currency; None where no rate is known."""
        return at_home(self.cost(qty), self.rate.millionths if self.rate else None)

    def cheapest(self, need: int, most: int | None = None) -> Choice:
        """The quantity that covers a need and costs least in total; none beyond `most` is bought for its price alone."""
        qty = self.whole(need)
        if qty <= 0 or self.price_of(qty).price is None:
            return Choice(qty, 0)
        cost = self.cost(qty)
        larger = [self.whole(least) for least, _price in self.breaks if least > qty]
        fitting = [(self.cost(found), found) for found in larger if most is None or found <= most]
        best = min(fitting, default=(cost, qty))
        return Choice(best[1], best[0], qty, cost) if best[0] < cost else Choice(qty, cost)


def terms_of(read: Reader, part: bytes, supplier: bytes | None, site: bytes | None) -> Terms:
    """On which terms a supplier sells a part; without an entry of its own, the register's price."""
    own = _own(read, part, supplier) or {}
    row, home = read.get("part", part) or {}, home_of(read, site)
    currency = own.get("currency") or supplier_currency(read, supplier, site)
    multiple = read.value(
        "SELECT order_multiple FROM stock_policy WHERE part_id = ? AND +site_id IS ? AND deleted = 0 ORDER BY id DESC LIMIT 1",
        part, site,
    )  # fmt: skip
    breaks = [step[1:] for step in _steps_of(read, own["id"])] if own else []
    return Terms(
        _base_price(own, row if currency == home else {}, taxed=bool(breaks)),
        lcm(own.get("pack_qty") or 1, multiple or 1),
        own.get("min_qty") or 0,
        tuple(dict(breaks).items()),
        own.get("lead_time_days"),
        own.get("sku") or "",
        currency,
        last_rate(read, currency, home),
    )


def _base_price(own: Mapping[str, Any], register: Mapping[str, Any], *, taxed: bool) -> Price:
    """The supplier's price, else the register's; `taxed`: the supplier's breaks follow, so that its tax holds."""
    if own and own["unit_price"] is not None:
        return Price.of(own)
    price = Price.of(register) if register else Price(None)
    if own and taxed:
        return Price(price.price, own["price_tax"] or price.tax, own["tax_rate"] or price.rate)
    return price


def _own(read: Reader, part: bytes, supplier: bytes | None) -> dict[str, Any] | None:
    found = read.value(
        "SELECT id FROM part_supplier WHERE part_id = ? AND supplier_id IS ? AND deleted = 0 "
        "ORDER BY unit_price IS NULL, n DESC LIMIT 1",
        part, supplier,
    )  # fmt: skip
    return read.get("part_supplier", found)


def limit_of(read: Reader, part: bytes) -> int | None:
    """So many are used in a year, or within the shelf life; None where the use is not known."""
    row = read.get("part", part) or {}
    year = row.get("annual_usage")
    months = row.get("shelf_life_months")
    return year * min(months or 12, 12) // 12 if year else None


def sellers(read: Reader, part: bytes) -> list[tuple[bytes, str]]:
    """The suppliers that sell a part: the preferred one first."""
    return read.rows(
        f"SELECT u.id, {named('u')} FROM supplier u WHERE u.deleted = 0 AND u.active = 1 AND (u.id IN (SELECT supplier_id FROM part_supplier "
        "WHERE part_id = ?1 AND deleted = 0) OR u.id = (SELECT preferred_supplier_id FROM part WHERE id = ?1)) "
        "ORDER BY u.id = (SELECT preferred_supplier_id FROM part WHERE id = ?1) DESC, u.code",
        part,
    )


# the terms are kept

#: The columns of the terms, and the steps of the price: from which quantity, at which price.
FIELDS = (
    "sku", "pack_qty", "min_qty", "lead_time_days", "unit_price", "currency", "price_tax", "tax_rate", "link",
)  # fmt: skip
Steps = Sequence[tuple[int, int]]


@dataclass(frozen=True)
class Sale:
    """A supplier's entry of a part with its price breaks (ids, quantity, price), and the currency of both."""

    row: dict[str, Any]
    supplier: str
    breaks: list[tuple[bytes, int, int]]
    currency: str = HOME


def sales_of(read: Reader, part: bytes) -> list[Sale]:
    """At whom a part can be bought, and on which terms."""
    rows = read.rows(
        f"SELECT s.id, {named('u')}, coalesce(s.currency, u.currency, ?) FROM part_supplier s JOIN supplier u ON u.id = s.supplier_id "
        "WHERE s.part_id = ? AND s.deleted = 0 AND u.deleted = 0 ORDER BY u.code, s.n",
        HOME, part,
    )  # fmt: skip
    return [
        Sale(row, name, _steps_of(read, sale), currency)
        for sale, name, currency in rows
        if (row := read.get("part_supplier", sale))
    ]


def _steps_of(read: Reader, sale: bytes) -> list[tuple[bytes, int, int]]:
    return read.rows(
        "SELECT id, from_qty, unit_price FROM price_break WHERE part_supplier_id = ? AND deleted = 0 ORDER BY from_qty, n",
        sale,
    )


def keep_terms(
    desk: Desk,
    part: bytes,
    supplier: bytes,
    terms: Mapping[str, Any],
    steps: Steps,
    *,
    preferred: bool = False,
) -> Done | None:
    """Add or change the terms of a supplier, with its price breaks; None where nothing changes."""
    _weigh_steps(steps)
    with desk.read() as read:
        old = next((sale for sale in sales_of(read, part) if sale.row["supplier_id"] == supplier), None)
        row = read.get("part", part) or {}
    ops: list[Op | None] = []
    sale = old.row["id"] if old else new_id()
    if old:
        ops.append(patch("part_supplier", old.row, **terms))
    else:
        ops.append(
            create(
                "part_supplier",
                sale,
                part_id=part,
                supplier_id=supplier,
                **({"sku": row["part_no"]} | dict(terms)),
            )
        )
    ops += _step_ops(sale, old.breaks if old else [], steps)
    if preferred:
        ops.append(patch("part", row, preferred_supplier_id=supplier))
    made = [op for op in ops if op is not None]
    return desk.perform(*made) if made else None


def _step_ops(sale: bytes, old: Sequence[tuple[bytes, int, int]], steps: Steps) -> list[Op | None]:
    """What makes the kept breaks these: a changed one goes, another comes."""
    wanted, kept = set(steps), {(qty, price) for _id, qty, price in old}
    gone = tuple(step for step, qty, price in old if (qty, price) not in wanted)
    ops: list[Op | None] = [Retire("price_break", gone) if gone else None]
    for qty, price in sorted(wanted - kept):
        ops.append(create("price_break", new_id(), part_supplier_id=sale, from_qty=qty, unit_price=price))
    return ops


def _weigh_steps(steps: Steps) -> None:
    if len({qty for qty, _price in steps}) < len(steps):
        raise AppError(N_("Two price breaks begin at the same quantity. Give each its own."))
    for qty, price in steps:
        if qty <= 0 or price < 0:
            said = {"quantity": values.show_quantity(qty)}
            raise Refused([Objection("break", N_("A price break from {quantity} on makes no sense."), said)])


def drop_terms(desk: Desk, sale: bytes) -> Done:
    """A supplier does not sell the part any more."""
    return desk.perform(Retire("part_supplier", (sale,)))


def read_steps(text: str) -> list[tuple[int, int]]:
    """Price breaks as they are typed, one a line: `10 = 9.5` is from 10 pieces on at 9.50. Raises AppError."""
    found = []
    for line in filter(
        None, (one.strip() for one in text.replace(";", "\n").replace("；", "\n").splitlines())
    ):
        least, sign, price = line.replace("＝", "=").partition("=")
        if not sign:
            raise AppError(N_("“{line}” is no price break. Type it like 10 = 9.5, one a line."), line=line)
        found.append((values.parse_quantity(least), values.parse_price(price)))
    _weigh_steps(found)
    return sorted(found)


def show_steps(steps: Steps, between: str = "\n") -> str:
    """Price breaks as `read_steps` understands them."""
    return between.join(f"{values.show_quantity(qty)} = {values.show_price(price)}" for qty, price in steps)
