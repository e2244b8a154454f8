"""Stock that stands still or grows old warns with time, once, and is cured by a movement (R-4.4-c)."""

import pytest

from app.inventory.idle import idle_value, months_after
from app.inventory.parts import part_ids

DAY = 24 * 60


def rules(shelf, code) -> list[str]:
    with shelf.desk.read() as read:
        return [
            rule
            for (rule,) in read.rows(
                "SELECT rule FROM alert WHERE subject_id = ? AND cleared_at IS NULL AND rule LIKE 'idle.%' ORDER BY rule",
                shelf.ids[code],
            )
        ]


def wait(shelf, days: int) -> None:
    shelf.later(days * DAY)
    shelf.desk.profile.store.tick()


def test_no_movement_for_a_year_and_for_two(shelf):
    wait(shelf, 360)
    assert rules(shelf, "HVAC-1") == []
    wait(shelf, 10)
    assert rules(shelf, "HVAC-1") == ["idle.slow"]
    with shelf.desk.read() as read:
        slow = idle_value(read, shelf.ids["S1"])[0]
        assert (slow.rule, slow.parts, slow.value) == ("idle.slow", 3, 1540_00)
        assert len(part_ids(read, shelf.ids["S1"], filters={"idle": "idle.slow"})) == 3
    shelf.move("issue", "HVAC-1", 1)
    assert rules(shelf, "HVAC-1") == []
    wait(shelf, 370)
    assert rules(shelf, "HVAC-2") == ["idle.dead"]
    assert rules(shelf, "HVAC-1") == ["idle.slow"]


def test_an_empty_place_is_not_idle(shelf):
    shelf.move("issue", "HVAC-1", 4)
    wait(shelf, 800)
    assert rules(shelf, "HVAC-1") == []


def test_shelf_life_counts_from_the_oldest_pieces_that_still_lie_there(shelf):
    shelf.part("BAT-1", 2, shelf_life_months=6)
    wait(shelf, 60)
    shelf.move("receipt", "BAT-1", 3)
    wait(shelf, 35)
    assert rules(shelf, "BAT-1") == ["idle.expiring"]
    shelf.move("issue", "BAT-1", 2)  # the two old ones are gone
    assert rules(shelf, "BAT-1") == []
    wait(shelf, 130)
    assert rules(shelf, "BAT-1") == ["idle.soon"]
    wait(shelf, 30)
    assert rules(shelf, "BAT-1") == ["idle.expired"]
    shelf.move("scrap", "BAT-1", 3)
    assert rules(shelf, "BAT-1") == []


def test_the_oldest_batch_warns(shelf):
    shelf.part("OIL-1", shelf_life_months=12, batch_tracked=1)
    shelf.move("receipt", "OIL-1", 5, batch="B1")
    wait(shelf, 200)
    shelf.move("receipt", "OIL-1", 5, batch="B2")
    wait(shelf, 150)
    assert rules(shelf, "OIL-1") == ["idle.soon"]


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [("2026-11-30", 3, "2027-02-28"), ("2024-02-29", 12, "2025-02-28"), ("2026-01-31", 1, "2026-02-28")],
)
def test_months_end_on_their_last_day(day, months, then):
    assert months_after(day, months) == then
