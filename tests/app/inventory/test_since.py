"""Since when a warning holds follows from the movements alone, in whatever order and company they arrive."""

from itertools import permutations

#: Minutes after the opening -> what moved: the bin is empty after the second, and below nothing since the third.
HISTORY = ((5, "receipt", 5), (10, "issue", 5), (20, "issue", 5), (30, "issue", 1))
BEGINS = 20


def raised_at(shop, code):
    with shop.desk.read() as read:
        return read.value(
            "SELECT raised_at FROM alert WHERE rule = 'stock.negative' AND cleared_at IS NULL AND subject_id = ?",
            shop.ids[code],
        )


def moves(shop, code, order):
    now = shop.desk.now()
    for at, kind, pieces in order:
        reason = "test" if kind == "issue" else None
        made = shop.op(kind, code, pieces * 1000, reason=reason)
        yield type(made)(**{n: getattr(made, n) for n in made.__struct_fields__} | {"happened_at": now + at})


def test_late_movements_that_change_no_figure_move_the_beginning(shop):
    shop.part("P")
    first, *late = moves(shop, "P", [HISTORY[1], HISTORY[0], HISTORY[2]])
    shop.desk.perform(first, reason="test")
    assert raised_at(shop, "P") == shop.desk.now() + 10
    shop.desk.perform(*late, reason="test")  # on hand is what it was
    assert raised_at(shop, "P") == shop.desk.now() + BEGINS


def test_any_order_tells_the_same_moment(shop):
    for number, order in enumerate(permutations(HISTORY)):
        shop.part(code := f"P{number}")
        for move in moves(shop, code, order):
            shop.desk.perform(move, reason="test")
        assert raised_at(shop, code) == shop.desk.now() + BEGINS, order
