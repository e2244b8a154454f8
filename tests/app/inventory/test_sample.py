"""What the sample site must say, to the unit (requirements.md, section 6)."""

from app.inventory.figures import classes, covered, low_stock, proposals, stock_value, summary
from app.inventory.parts import part_count, part_ids, part_rows

LOW = {
    "out_of_stock": {"SRV-006", "PWR-007", "LIFT-002", "CONS-003"},
    "below_safety": {"PWR-001", "HVAC-003", "METRO-003", "FIRE-001"},
    "at_reorder": {"NET-001", "GEN-001", "HVAC-001", "ELE-003", "METRO-007"},
}
BUY = [
    "SRV-006", "NET-001", "PWR-007", "HVAC-001", "HVAC-003", "ELE-003", "METRO-003", "METRO-007", "FIRE-001",
    "CONS-003",
]  # fmt: skip


def test_states_and_proposals(sample_desk):
    with sample_desk.read() as read:
        found = {state: {row.part_no for row in low_stock(read, None) if row.state == state} for state in LOW}
        assert found == LOW
        told = summary(read, None)
        assert [told.states[s] for s in ("out_of_stock", "below_safety", "at_reorder", "above_max")] == [
            4,
            4,
            5,
            3,
        ]
        assert sorted(row.part_no for row in proposals(read, None)) == sorted(BUY)
        assert told.proposals == 10
        assert told.suppliers == 9
        assert covered(read, None) == ["GEN-001", "LIFT-002", "PWR-001"]
        assert read.value("SELECT count(*) FROM alert WHERE rule LIKE 'stock.%' AND cleared_at IS NULL") == 16


def test_values(sample_desk):
    with sample_desk.read() as read:
        worth = stock_value(read, None)
    assert (worth.value, worth.year_use, worth.turnover, worth.days) == (463_564_00, 372_924_00, 80, 454)


def test_the_list_begins_with_what_is_urgent(sample_desk):
    with sample_desk.read() as read:
        assert part_count(read, None) == 120
        ids = part_ids(read, None)
        rows = part_rows(read, ids, None)
        assert [row.state for row in rows[:16]] == (
            ["out_of_stock"] * 4 + ["below_safety"] * 4 + ["at_reorder"] * 5 + ["above_max"] * 3
        )
        assert len(part_ids(read, None, filters={"urgent": True})) == 16
        assert {row.part_no for row in rows if row.state == "inactive"} == {"METRO-010", "METRO-012"}


def test_the_matrix_of_value_and_criticality(sample_desk):
    with sample_desk.read() as read:
        found = classes(read, None)
    assert [sum(n for (a, _v), n in found.items() if a == letter) for letter in "ABC"] == [30, 50, 40]
    assert [sum(n for (_a, v), n in found.items() if v == letter) for letter in "VED"] == [47, 47, 26]
