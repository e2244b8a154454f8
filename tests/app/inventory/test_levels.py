"""A balance is the sum of its movements; the state of a part, its alert and its proposal follow at once."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.errors import Refused
from app.generic import create, patch
from app.inventory import levels, warnings
from app.inventory.booking import issue_part, reverse_movement
from app.inventory.figures import proposals, summary
from db.ids import new_id
from db.models.inventory import MOVEMENT_SIGNS

MOVES = st.lists(
    st.tuples(
        st.sampled_from(sorted(MOVEMENT_SIGNS)),
        st.integers(1, 50_000),
        st.sampled_from(["A01", "A02"]),
        st.sampled_from([None, "B1", "B2"]),
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=MOVES, seed=st.randoms(use_true_random=False))
def test_any_order_of_movements_gives_the_same_balance(shop, moves, seed):
    """Two parts get the same movements in different orders, one by one and all at once."""
    one, other = new_id().hex(), new_id().hex()
    shop.part(one, policy=None)
    shop.part(other, policy=None)
    for kind, qty, place, batch in moves:
        shop.move(kind, one, qty, place, batch=batch, reason="x")
    shuffled = list(moves)
    seed.shuffle(shuffled)
    ops = [shop.op(kind, other, qty, place, batch=batch, reason="x") for kind, qty, place, batch in shuffled]
    shop.desk.perform(*ops, reason="test")
    levels = {}
    with shop.desk.read() as read:
        for code in (one, other):
            sql = "SELECT bin_id, batch, on_hand FROM stock_level WHERE part_id = ? ORDER BY 1, 2"
            levels[code] = read.rows(sql, shop.ids[code])
    assert levels[one] == levels[other]
    wanted: dict[tuple[bytes, str], int] = {}
    for kind, qty, place, batch in moves:
        key = (shop.ids[place], batch or "")
        wanted[key] = wanted.get(key, 0) + MOVEMENT_SIGNS[kind] * qty
    assert {(place, batch): n for place, batch, n in levels[one]} == wanted
    assert shop.stock(one)[0] == sum(wanted.values())


@pytest.mark.parametrize(
    ("stock", "state", "rule"),
    [
        (0, "out_of_stock", "stock.out"),
        (1, "below_safety", "stock.safety"),
        (2, "at_reorder", "stock.reorder"),
        (3, "ok", None),
        (6, "ok", None),
        (7, "above_max", "stock.max"),
    ],
)
def test_state_and_alert_follow_the_balance(shop, stock, state, rule):
    shop.part("P", stock)
    assert shop.stock("P")[3] == state
    assert shop.alerts("P") == ([rule] if rule else [])
    assert shop.stock("P")[4] == ((6 - stock) * 1000 if stock <= 2 else 0)


def test_reserved_stock_is_not_available_until_its_order_takes_it(shop):
    shop.part("P", 4)
    shop.desk.perform(
        create("reservation", new_id(), part_id=shop.ids["P"], site_id=shop.ids["S1"], qty=2000,
               work_order_id=shop.ids["WO"])
    )  # fmt: skip
    assert shop.stock("P") == (4000, 2000, 0, "at_reorder", 4000)
    shop.move("issue", "P", 1000, work_order=shop.ids["WO"])
    assert shop.stock("P")[:2] == (3000, 1000)
    with shop.desk.read() as read:
        order = read.get("work_order", shop.ids["WO"])
    shop.desk.perform(patch("work_order", order, status="closed"))
    assert shop.stock("P")[:4] == (3000, 0, 0, "ok")


def test_what_is_on_order_covers_the_need(shop):
    shop.part("P", 2)
    order, line = new_id(), new_id()
    shop.desk.perform(
        create("purchase_order", order, code="PO-1", site_id=shop.ids["S1"], status="draft"),
        create(
            "purchase_line", line, order_id=order, site_id=shop.ids["S1"], part_id=shop.ids["P"], qty=4000
        ),
    )
    assert shop.stock("P")[2:] == (0, "at_reorder", 4000)
    with shop.desk.read() as read:
        row = read.get("purchase_order", order)
    shop.desk.perform(patch("purchase_order", row, status="ordered"))
    assert shop.stock("P")[2:] == (4000, "at_reorder", 0)
    shop.move("receipt", "P", 1000, purchase_line=line)
    assert shop.stock("P") == (3000, 0, 3000, "ok", 0)


def test_a_purchase_is_rounded_up_to_whole_packs(shop):
    shop.part("P", 2)
    with shop.desk.read() as read:
        policy = read.get("stock_policy", read.find("stock_policy", part_id=shop.ids["P"]))
    shop.desk.perform(patch("stock_policy", policy, order_multiple=3000))
    assert shop.stock("P")[4] == 6000


def test_parts_that_are_no_longer_used_warn_of_nothing(shop):
    shop.part("P", 0, status="obsolete")
    assert shop.stock("P")[3:] == ("inactive", 0)
    assert shop.alerts("P") == []


def test_one_situation_is_one_alert(shop):
    shop.part("P", 3)
    for _ in range(3):
        shop.move("issue", "P", 1000, reason="x")
    with shop.desk.read() as read:
        assert read.value("SELECT count(*) FROM alert WHERE rule LIKE 'stock%'") == 1
    assert shop.alerts("P") == ["stock.out"]
    shop.move("receipt", "P", 5000)
    assert shop.alerts("P") == []
    with shop.desk.read() as read:
        assert read.value("SELECT state FROM alert") == "cleared"


def test_a_negative_balance_is_shown_and_told(shop):
    shop.part("P", 1)
    with pytest.raises(Refused) as refused:
        issue_part(shop.desk, shop.ids["P"], None, 3000, reason="x")
    assert [o.code for o in refused.value.objections] == ["stock.short"]
    issue_part(shop.desk, shop.ids["P"], None, 3000, reason="x", anyway="counted again")
    assert shop.stock("P")[0] == -2000
    assert shop.alerts("P") == ["stock.negative", "stock.out"]


def test_issuing_takes_a_part_to_its_reorder_point_and_undo_takes_it_back(shop):
    """HVAC-015 of the story: three on hand, reorder point two."""
    shop.part("HVAC-015", 3)
    site = shop.ids["S1"]
    done = issue_part(shop.desk, shop.ids["HVAC-015"], None, 1000, work_order=shop.ids["WO"])
    assert {"stock", "alerts"} <= done.topics
    assert shop.stock("HVAC-015") == (2000, 0, 0, "at_reorder", 4000)
    assert shop.alerts("HVAC-015") == ["stock.reorder"]
    with shop.desk.read() as read:
        assert [row.part_no for row in proposals(read, site)] == ["HVAC-015"]
        assert summary(read, site).states["at_reorder"] == 1
        events = read.rows("SELECT event_type, cost, equipment_id FROM equipment_event")
        assert events == [("part_change", 10_000, shop.ids["EQ"])]
    shop.desk.undo(done.action_id)
    assert shop.stock("HVAC-015") == (3000, 0, 0, "ok", 0)
    assert shop.alerts("HVAC-015") == []
    with shop.desk.read() as read:
        assert read.value("SELECT sum(cost) FROM equipment_event") == 0
        assert read.value("SELECT count(*) FROM stock_movement") == 3


def test_a_movement_is_reversed_once(shop):
    shop.part("P", 3)
    done = issue_part(shop.desk, shop.ids["P"], None, 1000, reason="x")
    reverse_movement(shop.desk, done.op_ids[0])
    assert shop.stock("P")[0] == 3000
    with pytest.raises(Refused):
        reverse_movement(shop.desk, done.op_ids[0])
    assert shop.stock("P")[0] == 3000


def test_a_rebuild_changes_nothing(shop):
    shop.part("P", 2)
    shop.part("Q", 9)
    tables = "part_stock", "stock_level", "alert"

    def seen():
        with shop.desk.read() as read:
            return [read.rows(f"SELECT * FROM {table} ORDER BY n") for table in tables]

    before = seen()
    shop.desk.profile.store.rebuild()
    assert seen() == before


def test_all_sites_in_view_sum_up(shop):
    shop.part("P", 2)
    everywhere = replace(shop.desk, site=None)
    with everywhere.read() as read:
        assert summary(read, None).states["at_reorder"] == 1


def test_the_figures_of_a_part_are_read_by_its_index_never_by_that_of_the_site(shop):
    """A site's index holds every row of the store: a settle of many parts would read it once for each of them."""
    shop.part("P", 2)
    with shop.desk.read() as read:
        read.rows("SELECT 1")
        connection = read._connection
        connection.execute(
            "CREATE TEMP TABLE IF NOT EXISTS concerned (part_id BLOB, site_id BLOB, PRIMARY KEY (part_id, site_id)) "
            "WITHOUT ROWID"
        )
        for sql in (levels._FIGURES, warnings._READ):
            plan = " ".join(str(row[3]) for row in read.rows("EXPLAIN QUERY PLAN " + sql))
            assert "site_id (site_id" not in plan
            assert "(site_id=?)" not in plan
