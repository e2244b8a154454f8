"""Other currencies (外币): at which rate a supplier's money is reckoned in that of the site, and how it is written.

worth at the site = amount x rate, rounded half up          rate: what one unit costs in the site's currency, in millionths
The last known rate is the one typed last on an order, by its day.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app import values
from app.inventory.purchases import home_of
from app.inventory.value import half_up
from app.tx import Reader
from app.words import _
from db.models.money import CURRENCIES, HOME

#: How an amount is signed; a currency whose sign our fonts do not have goes by its code.
_SIGNS = {"CNY": "¥", "GBP": "£", "USD": "US$", "HKD": "HK$", "SGD": "S$"}


@dataclass(frozen=True)
class Rate:
    """What one unit of a currency costs in that of the site, in millionths; its day, and the order it was typed on."""

    millionths: int
    day: str = ""
    order: str = ""


#: A currency in itself.
SAME = Rate(values.RATE)


def supplier_currency(read: Reader, supplier: bytes | None, site: bytes | None) -> str:
    """What a supplier asks for, the site's currency where nothing is said."""
    found = read.value("SELECT currency FROM supplier WHERE id = ?", supplier) if supplier else None
    return str(found) if found else home_of(read, site)


def last_rate(read: Reader, currency: str, home: str) -> Rate | None:
    """The rate that was typed last for a currency; None where none ever was."""
    if currency == home:
        return SAME
    found = read.row(
        "SELECT o.rate, coalesce(o.rate_on, o.ordered_on, ''), o.code FROM purchase_order o LEFT JOIN site s ON s.id = o.site_id "
        "WHERE o.currency = ? AND o.rate > 0 AND o.deleted = 0 AND coalesce(s.currency, ?) = ? "
        "ORDER BY coalesce(o.rate_on, o.ordered_on, '') DESC, o.n DESC LIMIT 1",
        currency, HOME, home,
    )  # fmt: skip
    return Rate(*found) if found else None


def order_rate(read: Reader, order: Mapping[str, Any]) -> tuple[str, int | None]:
    """The currency of an order, and its rate to that of its site; None where none was typed."""
    home = home_of(read, order["site_id"])
    currency = order["currency"] or home
    return currency, values.RATE if currency == home else order["rate"]


def at_home(amount: int, rate: int | None) -> int | None:
    """An amount of another currency in that of the site; None where the rate is not known."""
    return None if rate is None else half_up(amount * rate, values.RATE)


def sign_of(currency: str) -> str:
    """`¥`, `EUR `: what stands before an amount."""
    return _SIGNS.get(currency, f"{currency} ")


def money(hundredths: int | None, currency: str = HOME) -> str:
    """An amount with the sign of its currency; empty for None."""
    return "" if hundredths is None else sign_of(currency) + values.show_money(hundredths)


def unit_price(price: int | None, currency: str = HOME) -> str:
    """A unit price with the sign of its currency; empty for None."""
    return "" if price is None else sign_of(currency) + values.show_price(price, grouped=True)


def said_rate(rate: Rate, currency: str, home: str = HOME) -> str:
    """`EUR 1 = ¥7.8200 (2026-11-20, PO-DC1-0004)`: which rate was taken, and where it comes from."""
    text = f"{sign_of(currency)}1 = {sign_of(home)}{values.show_rate(rate.millionths)}"
    known = _(", ").join(filter(None, [rate.day, rate.order]))
    return _("{rate} ({known})").format(rate=text, known=known) if known else text


def choices() -> list[tuple[str, str]]:
    """The currencies of a form."""
    return [(code, _(word)) for code, word in CURRENCIES]
