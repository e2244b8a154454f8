"""A stock-take while parts come and go, here and at a desk that is not heard of until later: the books end right."""

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from shelf import shelf_on

from app.bootstrap import found
from app.clock import Clock
from app.desk import Desk
from app.stocktake import counting
from app.stocktake.lines import lines_of

START = 1_795_318_860_000
STEPS = st.lists(
    st.tuples(st.sampled_from(["here", "elsewhere", "heard", "count"]), st.integers(1, 3), st.booleans()),
    min_size=1,
    max_size=14,
)


class Truth:
    """What really lies there, whatever the books say."""

    def __init__(self, shelf, wrong: int) -> None:
        self.shelf, self.pieces, self.unheard = shelf, 40 + wrong, []
        self.count = counting.open_count(shelf.keeper, "full")[0]

    def step(self, what: str, pieces: int, *, goes: bool) -> None:
        shelf, kind = self.shelf, "issue" if goes else "return"
        shelf.later()
        if what in {"here", "elsewhere"}:
            self.pieces += -pieces if goes else pieces
        if what == "here":
            shelf.move(kind, "P-1", pieces)
        elif what == "elsewhere":
            self.unheard.append(shelf.op(kind, "P-1", pieces, happened_at=shelf.now, reason="order"))
        elif what == "heard" and self.unheard:
            shelf.arrive(self.unheard.pop())
        elif what == "count":
            self.look()

    def look(self) -> None:
        counting.count_line(
            self.shelf.keeper, self.count, self.shelf.key("P-1"), self.pieces * 1000, how="replace"
        )

    def finish(self) -> None:
        """Everything is heard of, what asks for a recount is counted again, a second person approves."""
        shelf = self.shelf
        for op in self.unheard:
            shelf.arrive(op)
        shelf.later()
        line = shelf.line(self.count, "P-1")
        if line.moved or not line.counts:
            self.look()
        with shelf.desk.read() as read:
            different = lines_of(read, self.count).different
        if different:
            counting.explain(shelf.keeper, self.count, different, "lost")
        counting.close_count(shelf.keeper, self.count)
        counting.approve_count(shelf.boss, self.count)


@settings(max_examples=12)
@given(wrong=st.integers(-5, 5), steps=STEPS)
def test_counting_while_movements_happen_elsewhere_ends_with_the_truth(wrong, steps):
    with tempfile.TemporaryDirectory() as folder:
        profile = found(Path(folder) / "p", clock=Clock.pinned(START), device="T01")
        shelf = shelf_on(Desk.of_administrator(profile), START)
        shelf.part("P-1", 40)
        truth = Truth(shelf, wrong)
        for what, pieces, goes in steps:
            truth.step(what, pieces, goes=goes)
        truth.finish()
        assert shelf.on_hand("P-1") == truth.pieces
        with shelf.desk.read() as read:
            summed = read.value(
                "SELECT sum(CASE WHEN type IN ('opening', 'return', 'adjust_gain') THEN qty ELSE -qty END) "
                "FROM stock_movement"
            )
        assert summed == truth.pieces * 1000
        profile.close()


def test_a_movement_seen_before_the_count_asks_for_nothing(shelf):
    count = counting.open_count(shelf.keeper, "full")[0]
    shelf.move("issue", "HVAC-1", 1)
    shelf.later()
    counting.count_line(shelf.keeper, count, shelf.key("HVAC-1"), 3000)
    line = shelf.line(count, "HVAC-1")
    assert (line.moved, line.difference) == (False, 0)
