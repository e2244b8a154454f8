"""Stock value by moving average (移动加权平均), exact in whole numbers.

Values are in ten-millionths of the currency: thousandths of a unit times ten-thousandths of its price. What does not come out
even is rounded half away from zero (四舍五入) to one ten-millionth; the last piece takes what is left, so that nothing on hand is worth nothing.

receipt, opening      at the net price of the document: (quantity x price) / (1 + tax rate) where the price holds the tax
issue, loss, scrap    at the average: worth x quantity / on hand
return, gain          at the average; where there never was one, at the price in the document
reversal              exactly what it takes back; what the stock cannot bear is a price difference
transfer in a site    in at exactly what went out; from another site at the price in its document
loan                  comes back at what it went out at
below nothing         at the last average; the receipt that fills the hole sets the average anew, the rest is a price difference
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from db.models.inventory import MOVEMENT_SIGNS

#: Ten-millionths of the currency in one hundredth of it.
CENT = 100_000
#: 100 % in thousandths of a per cent.
WHOLE = 100_000
#: No movement is worth more (ten billions), no stock more than fits both databases: a hostile price cannot break the books.
MOST, FULL = 10**17, 9 * 10**18
_PRICED = frozenset({"opening", "receipt"})


@dataclass(frozen=True, slots=True)
class Move:
    """A movement as its value is reckoned; `pair` names what went out before it comes in: a transfer or a loan."""

    id: bytes
    type: str
    qty: int
    unit_price: int | None = None
    price_tax: str | None = None
    tax_rate: int | None = None
    #: The movement that it takes back, or the reversal whose effect it brings back.
    reversal_of: bytes | None = None
    pair: bytes | None = None

    @property
    def gains(self) -> bool:
        return MOVEMENT_SIGNS.get(self.type, 1) > 0


class State(NamedTuple):
    """A part at a site: on hand, what it is worth, and the last stock above nothing with its worth."""

    on_hand: int = 0
    worth: int = 0
    base_qty: int = 0
    base_worth: int = 0


class Step(NamedTuple):
    """What a movement did: the signed change of value, what its document says more than that, and the state afterwards."""

    value: int
    difference: int
    after: State


#: The change of value and the quantity of an earlier movement: by its own id, or by the pair that it began.
Known = Callable[[bytes], tuple[int, int] | None]


def half_up(number: int, divisor: int) -> int:
    """The quotient rounded half away from zero."""
    if divisor < 0:
        number, divisor = -number, -divisor
    found = (2 * abs(number) + divisor) // (2 * divisor)
    return found if number >= 0 else -found


def net_value(qty: int, price: int | None, tax: str | None = None, rate: int | None = None) -> int:
    """Quantity times price without its tax, in ten-millionths."""
    value = qty * (price or 0)
    if tax == "gross" and 0 < (rate or 0) <= 10 * WHOLE:
        value = half_up(value * WHOLE, WHOLE + (rate or 0))
    return max(-MOST, min(value, MOST))


def cents(value: int) -> int:
    """A value in hundredths of the currency, rounded half away from zero: as it is shown."""
    return half_up(value, CENT)


def average(state: State) -> int | None:
    """The moving average as a unit price in ten-thousandths; None where there never was any."""
    if state.on_hand > 0:
        return half_up(state.worth, state.on_hand)
    return half_up(state.base_worth, state.base_qty) if state.base_qty > 0 else None


def step(state: State, move: Move, known: Known) -> Step:
    """What a movement does to the value of its part, by the rule of this module."""
    made = _gain(state, move, known) if move.gains else _loss(state, move, known)
    value, difference, (on_hand, worth, base_qty, base_worth) = made
    if on_hand > 0:
        base_qty, base_worth = on_hand, worth
    elif state.on_hand > 0:
        base_qty, base_worth = state.on_hand, state.worth
    elif move.gains and not state.base_qty and move.qty and (stated := value + difference) > 0:
        base_qty, base_worth = move.qty, stated
    return Step(value, difference, State(on_hand, worth, base_qty, base_worth))


def _at_average(state: State, move: Move, qty: int) -> int:
    if state.on_hand > 0:
        return half_up(state.worth * qty, state.on_hand)
    if state.base_qty > 0:
        return half_up(state.base_worth * qty, state.base_qty)
    return net_value(qty, move.unit_price, move.price_tax, move.tax_rate)


def _gain(state: State, move: Move, known: Known) -> Step:
    value = _brought(state, move, known)
    on_hand = state.on_hand + move.qty
    if state.on_hand >= 0:
        worth = state.worth + value
    elif on_hand <= 0:
        worth = half_up(state.worth * on_hand, state.on_hand)
    else:
        worth = half_up(value * on_hand, move.qty)
    return _made(state, on_hand, worth, value)


def _brought(state: State, move: Move, known: Known) -> int:
    """The value that a movement into the store brings with it."""
    if move.reversal_of and (taken := known(move.reversal_of)):
        return -taken[0]
    if move.pair and (sent := known(move.pair)) and sent[1] > 0:
        return half_up(-sent[0] * move.qty, sent[1])
    stated = move.unit_price is not None and (move.type in _PRICED or move.type == "transfer_in")
    if stated:
        return net_value(move.qty, move.unit_price, move.price_tax, move.tax_rate)
    return _at_average(state, move, move.qty)


def _loss(state: State, move: Move, known: Known) -> Step:
    on_hand = state.on_hand - move.qty
    brought = known(move.reversal_of) if move.reversal_of else None
    if brought and on_hand >= 0:
        worth = max(state.worth - brought[0], 0) if on_hand else 0
        return _made(state, on_hand, worth, -brought[0])
    if 0 < state.on_hand <= move.qty:  # all of it goes, and what is missing at the same average
        value = state.worth + half_up(state.worth * (move.qty - state.on_hand), state.on_hand)
    else:
        value = _at_average(state, move, move.qty)
    return _made(state, on_hand, state.worth - value, -value)


def _made(state: State, on_hand: int, worth: int, stated: int) -> Step:
    worth = max(-FULL, min(worth, FULL))
    value = worth - state.worth
    return Step(value, stated - value, State(on_hand, worth, state.base_qty, state.base_worth))
