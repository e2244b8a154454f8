"""The purchase proposal as orders would have it: from whom, how many in whole packs, on which terms, and why (R-4.4-d).

Suppliers are compared by what the need costs in the currency of the site, without tax, at the last known rate.
"""

from dataclasses import dataclass, replace
from typing import NamedTuple

from app import values
from app.inventory.figures import ProposalRow, proposals
from app.inventory.fitted import successor
from app.inventory.purchases import home_of
from app.purchasing import currency
from app.purchasing.prices import Choice, Terms, limit_of, sellers, terms_of
from app.tx import Reader
from app.words import _


class Seller(NamedTuple):
    """A supplier that sells a part, and on which terms."""

    id: bytes
    name: str
    terms: Terms


@dataclass(frozen=True)
class Offer:
    """A proposed part as it would be ordered: from whom and on which terms, less what waits in drafts."""

    row: ProposalRow
    supplier_id: bytes | None
    supplier: str
    terms: Terms
    drafted: int
    #: No more than this is bought for a lower price alone.
    most: int | None = None
    #: Another supplier at whom the need would cost less, and how much (hundredths of the site's currency, without tax).
    cheaper: tuple[str, int] | None = None
    #: Suppliers whose price cannot be compared, since no rate of their currency is known: name, price and currency.
    unknown: tuple[tuple[str, int, str], ...] = ()
    #: The part that takes its place, in words.
    follows: str = ""
    #: What the books of the site are kept in.
    home: str = "CNY"

    @property
    def n(self) -> int:
        """The number of the part's row, for a list."""
        return self.row.n

    @property
    def choice(self) -> Choice:
        """What is best ordered: the need in whole packs, or more of it where that costs less in total."""
        return self.terms.cheapest(max(self.row.quantity - self.drafted, 0), self.most)

    @property
    def quantity(self) -> int:
        """What is still to be ordered."""
        return self.choice.qty

    @property
    def lead_days(self) -> int | None:
        """How long it takes to come: by the supplier's terms of the part, else as usual."""
        return self.row.lead_days if self.terms.lead_days is None else self.terms.lead_days

    @property
    def pack(self) -> int:
        return self.terms.pack

    @property
    def currency(self) -> str:
        """What the supplier asks for."""
        return self.terms.currency

    @property
    def foreign(self) -> bool:
        """Whether it is paid in another currency than the site's."""
        return self.terms.currency != self.home

    def whole(self, quantity: int) -> int:
        """A quantity rounded up to the minimum and whole packs."""
        return self.terms.whole(quantity)

    def price_of(self, quantity: int) -> int | None:
        """The unit price at a quantity, in ten-thousandths of the supplier's currency."""
        return self.terms.price_of(quantity).price

    def cost(self, quantity: int) -> int:
        """What a quantity costs without tax, in hundredths of the supplier's currency."""
        return self.terms.cost(quantity)

    def amount(self, quantity: int) -> int:
        """The same in hundredths of the site's currency; nothing where no rate is known."""
        return self.terms.worth(quantity) or 0


def said_of(offer: Offer) -> str:
    """Why so many, in words: packs, minimum order, a lower price, the rate, and who would be cheaper or cannot be compared."""
    said = [_why(offer)]
    if offer.foreign:
        said.append(_said_rate(offer))
    if offer.follows:
        said.append(_("replaced by {part}").format(part=offer.follows))
    if offer.cheaper:
        name, cost = offer.cheaper
        text = _("{cost} at {supplier}")
        said.append(text.format(cost=currency.money(cost, offer.home), supplier=name))
    for name, price, code in offer.unknown:
        text = _("{supplier} asks {price}: not compared, no rate of {currency} is known")
        said.append(text.format(supplier=name, price=currency.unit_price(price, code), currency=code))
    return _("; ").join(filter(None, said))


def _why(offer: Offer) -> str:
    terms, unit, need = offer.terms, offer.row.unit, offer.row.quantity
    found = terms.cheapest(need, offer.most)
    if found.instead:
        text = _("{more} cost less than {less}: {cost} instead of {instead}")
        return text.format(
            more=_amount(found.qty, unit), less=_amount(found.instead, unit),
            cost=currency.money(found.cost, terms.currency), instead=currency.money(found.instead_cost, terms.currency),
        )  # fmt: skip
    if found.qty != need and terms.minimum > need:
        return _("minimum order {quantity}").format(quantity=_amount(terms.minimum, unit))
    if found.qty != need:
        return _("packs of {quantity}").format(quantity=values.show_quantity(terms.pack))
    return ""


def _said_rate(offer: Offer) -> str:
    if offer.terms.rate is None:
        text = _("no rate of {currency} is known yet: type it on the order")
        return text.format(currency=offer.currency)
    return currency.said_rate(offer.terms.rate, offer.currency, offer.home)


def _amount(quantity: int, unit: str) -> str:
    return f"{values.show_quantity(quantity)} {unit}"


def offers(read: Reader, site: bytes | None) -> list[Offer]:
    """The purchase proposal as orders would have it, by supplier."""
    found = [_offer(read, row) for row in proposals(read, site)]
    found = [replace(o, follows=after[1]) if (after := successor(read, o.row.part_id)) else o for o in found]
    return sorted(
        found, key=lambda o: (not o.supplier_id, o.supplier, o.currency, o.row.site_id, o.row.part_no)
    )


def _offer(read: Reader, row: ProposalRow) -> Offer:
    """From the preferred supplier; without one that is in use, from whom it costs least."""
    sold = [
        Seller(u, name, terms_of(read, row.part_id, u, row.site_id)) for u, name in sellers(read, row.part_id)
    ]
    most, home = limit_of(read, row.part_id), home_of(read, row.site_id)
    priced = [one for one in sold if one.terms.price_of(one.terms.whole(row.quantity)).price is not None]
    worths = [(one.terms.worth(one.terms.cheapest(row.quantity, most).qty), one.name, one) for one in priced]
    ranked = sorted(
        ((worth, name, one) for worth, name, one in worths if worth is not None), key=lambda found: found[:2]
    )
    own = next((one for one in sold if one.id == row.supplier_id), None)
    taken = own or (ranked[0][2] if ranked else None) or (priced[0] if priced else None)
    terms = taken.terms if taken else terms_of(read, row.part_id, None, row.site_id)
    offer = Offer(
        row, taken.id if taken else None, taken.name if taken else "", terms, _drafted(read, row.part_id, row.site_id), most,
        _cheaper(taken, ranked), home=home,
    )  # fmt: skip
    unknown = [one for one in priced if one.terms.rate is None and one is not taken]
    return replace(offer, unknown=tuple(_asked(one, row.quantity) for one in unknown))


def _cheaper(taken: Seller | None, ranked: list[tuple[int, str, Seller]]) -> tuple[str, int] | None:
    """Who would be cheaper than the one that is taken; nobody where its own price cannot be compared."""
    own = next((worth for worth, _name, one in ranked if taken and one.id == taken.id), None)
    best = ranked[0] if ranked else None
    return (best[1], best[0]) if own and best and 0 < best[0] < own else None


def _asked(seller: Seller, need: int) -> tuple[str, int, str]:
    price = seller.terms.price_of(seller.terms.whole(need)).price or 0
    return seller.name, price, seller.terms.currency


def _drafted(read: Reader, part: bytes, site: bytes) -> int:
    """What waits in orders that are not approved yet and so does not count as on order."""
    return int(
        read.value(
            "SELECT coalesce(sum(l.qty), 0) FROM purchase_line l JOIN purchase_order o ON o.id = l.order_id WHERE l.part_id = ? "
            "AND +l.site_id = ? AND l.deleted = 0 AND o.deleted = 0 AND o.status IN ('draft', 'submitted')",
            part, site,
        )
    )  # fmt: skip
