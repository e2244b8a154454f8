import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.labels.symbol import matrix, outlines

squares = st.integers(1, 8).flatmap(
    lambda side: st.lists(st.lists(st.booleans(), min_size=side, max_size=side), min_size=side, max_size=side)
)


def inside(loops, x, y):
    """Even-odd rule: how many vertical edges lie to the left of the middle of the module."""
    crossings = 0
    for loop in loops:
        for (x1, y1), (x2, y2) in zip(loop, [*loop[1:], loop[0]], strict=True):
            crossings += x1 == x2 and x1 <= x and min(y1, y2) <= y < max(y1, y2)
    return crossings % 2 == 1


@given(squares)
def test_the_outlines_enclose_exactly_the_dark_modules(modules):
    loops = outlines(modules)
    for y, row in enumerate(modules):
        for x, dark in enumerate(row):
            assert inside(loops, x, y) == dark


@given(squares)
def test_an_outline_turns_at_each_corner(modules):
    for loop in outlines(modules):
        steps = list(zip(loop, [*loop[1:], loop[0]], strict=True))
        assert all((x1 == x2) != (y1 == y2) for (x1, y1), (x2, y2) in steps)
        upright = [x1 == x2 for (x1, _y1), (x2, _y2) in steps]
        assert all(a != b for a, b in zip(upright, [*upright[1:], upright[0]], strict=True))


# Digits that versions 1 and 2 hold at the levels H, Q and M.
@pytest.mark.parametrize(
    ("digits", "side", "level"),
    [(17, 21, "H"), (18, 21, "Q"), (27, 21, "Q"), (28, 21, "M"), (34, 21, "M"), (35, 25, "Q")],
)
def test_the_highest_level_that_the_version_holds(digits, side, level):
    modules = matrix("7" * digits)
    assert len(modules) == side
    # The two level bits beside the upper left finder, with the mask 101010000010010 taken off.
    bits = (modules[8][0] ^ 1, modules[8][1] ^ 0)
    assert {(0, 0): "M", (1, 1): "Q", (1, 0): "H"}[bits] == level
