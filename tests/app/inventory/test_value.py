"""Moving average (移动加权平均): the written rule by examples, and what holds whatever is booked."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.inventory.value import (
    CENT,
    Move,
    State,
    average,
    cents,
    half_up,
    net_value,
    step,
)
from app.inventory.worth import Fold

KINDS = (
    "opening",
    "receipt",
    "issue",
    "return",
    "adjust_gain",
    "adjust_loss",
    "scrap",
    "transfer_out",
    "loan_out",
)


STORE = b"store"


def booked(*moves: Move) -> Fold:
    fold = Fold()
    for n, move in enumerate(moves, 1):
        row = (
            move.id,
            move.type,
            move.qty,
            move.unit_price,
            move.price_tax,
            move.tax_rate,
            move.reversal_of,
            move.pair,
            n,
            STORE,
        )
        fold.take(row)
    return fold


def left(fold: Fold, store: bytes = STORE) -> State:
    return fold.state(store)


def move(name: str, kind: str, pieces: float, yuan: float | None = None, **more: Any) -> Move:
    price = None if yuan is None else round(yuan * 10_000)
    return Move(name.encode(), kind, round(pieces * 1000), price, **more)


def test_receipts_make_the_average_and_issues_take_it() -> None:
    fold = booked(move("a", "receipt", 10, 10), move("b", "receipt", 10, 13), move("c", "issue", 5))
    assert average(left(fold)) == 115_000
    assert cents(left(fold).worth) == 172_50
    assert fold.values[b"c"][0] == -575 * CENT * 10


def test_what_does_not_come_out_even_goes_with_the_last_piece() -> None:
    fold = booked(move("a", "receipt", 3, 1), *(move(f"i{n}", "issue", 1) for n in range(3)))
    assert left(fold).worth == 0
    odd = booked(
        move("a", "opening", 0.003, 0.0001), move("b", "receipt", 0.004, 0.0002), move("c", "issue", 0.002)
    )
    assert odd.values[b"c"][0] == -3  # 11 x 2 / 7 = 3.14
    assert half_up(5, 2) == 3
    assert half_up(-5, 2) == -3


def test_a_price_with_tax_is_valued_without_it() -> None:
    assert net_value(1000, 1_130_000, "gross", 13_000) == 1000 * 1_000_000
    assert net_value(3000, 10_000, "gross", 13_000) == 26_548_673  # 3 / 1.13 = 2.6548672566
    assert net_value(3000, 10_000, "net", 13_000) == net_value(3000, 10_000) == 30_000_000


def test_a_reversal_takes_back_exactly_what_was_booked() -> None:
    fold = booked(
        move("a", "receipt", 7, 3.3333), move("b", "issue", 2), move("c", "receipt", 10, 8),
        move("d", "return", 2, reversal_of=b"b"), move("e", "adjust_loss", 10, reversal_of=b"c"),
    )  # fmt: skip
    assert left(fold).worth == left(booked(move("a", "receipt", 7, 3.3333))).worth
    assert left(fold).on_hand == 7000


def test_below_nothing_the_last_average_counts_and_the_receipt_sets_it_anew() -> None:
    fold = booked(move("a", "receipt", 2, 10), move("b", "issue", 5))
    assert (left(fold).on_hand, cents(left(fold).worth)) == (-3000, -30_00)
    made = step(left(fold), move("c", "receipt", 10, 12), lambda _key: None)
    assert (made.after.on_hand, cents(made.after.worth)) == (7000, 84_00)
    assert cents(made.difference) == 6_00  # 120.00 by the document, 114.00 more in the stock
    assert average(made.after) == 120_000


def test_a_transfer_within_the_site_changes_no_value() -> None:
    fold = booked(
        move("a", "receipt", 3, 1), move("b", "issue", 1), move("c", "transfer_out", 1, pair=b"t"),
        move("d", "transfer_in", 1, 99, pair=b"t"),
    )  # fmt: skip
    assert fold.values[b"c"][0] == -fold.values[b"d"][0]
    assert fold.values[b"d"][0] > 0


def test_a_loan_comes_back_at_what_it_went_out_at() -> None:
    fold = booked(
        move("a", "receipt", 4, 10), move("b", "loan_out", 2, pair=b"l"), move("c", "receipt", 10, 20),
        move("d", "loan_back", 1, pair=b"l"),
    )  # fmt: skip
    assert cents(fold.values[b"d"][0]) == 10_00


moves = st.lists(
    st.tuples(
        st.sampled_from(KINDS), st.integers(1, 10**9), st.none() | st.integers(0, 10**9),
        st.sampled_from([None, "net", "gross"]), st.integers(-5, 200_000), st.booleans(),
    ),
    max_size=24,
)  # fmt: skip


@given(moves)
def test_quantity_and_value_always_add_up(
    rows: list[tuple[str, int, int | None, str | None, int, bool]],
) -> None:
    fold, quantity, total, last = Fold(), 0, 0, None
    for n, (kind, qty, price, tax, rate, back) in enumerate(rows, 1):
        reversal = last.id if back and last else None
        made_kind = ("adjust_loss" if last.gains else "adjust_gain") if reversal and last else kind
        one = Move(bytes([n]), made_kind, last.qty if reversal and last else qty, price, tax, rate, reversal)
        _move, done = fold.take((one.id, one.type, one.qty, price, tax, rate, reversal, None, n, STORE))
        quantity += one.qty if one.gains else -one.qty
        total += done.value
        last = one
        state = done.after
        assert (state.on_hand, state.worth) == (quantity, total)
        assert state.on_hand or not state.worth
        assert state.worth * state.on_hand >= 0


@given(st.integers(-(10**9), 10**9), st.integers(0, 10**12))
def test_an_average_lies_between_its_prices(first: int, second: int) -> None:
    low, high = sorted((abs(first), second))
    state = left(booked(Move(b"a", "receipt", 3000, low), Move(b"b", "receipt", 5000, high)))
    found = average(state)
    assert found is not None
    assert low <= found <= high


def test_nothing_is_worth_nothing() -> None:
    assert average(State()) is None
