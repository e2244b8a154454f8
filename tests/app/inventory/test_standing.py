"""What costs and does not serve: above its maximum, expired, and its report with sums that agree."""

import pytest

from app.alerts import rules
from app.inventory.idle import IDLE
from app.inventory.standing import EXCESS, ORDER, SIGNS, excess_value, standing
from app.reports.sources.job import Job
from app.reports.sources.standing import standing_still
from app.signs import sign


def test_every_state_has_its_place_and_sign():
    assert set(ORDER) == set(IDLE) | {EXCESS} == set(SIGNS)
    assert all(sign(found).text for found in SIGNS.values())
    assert set(IDLE) <= set(rules())


def test_only_the_excess_of_the_sample_counts(sample_desk):
    with sample_desk.read() as read:
        rows = standing(read, None)
        told = excess_value(read, None)
        for row in rows:
            on_hand, most = read.row(
                "SELECT s.on_hand, y.max_stock FROM part_stock s JOIN part p ON p.id = s.part_id JOIN stock_policy y "
                "ON y.part_id = p.id AND y.site_id = s.site_id JOIN site t ON t.id = s.site_id WHERE p.part_no = ? AND t.code = ?",
                row.part_no,
                row.site,
            )
            assert row.qty == on_hand - most > 0
    assert {row.part_no for row in rows} == {"NET-012", "PWR-009", "SRV-012"}
    assert told.parts == 3
    assert told.value == sum(row.value for row in rows) > 0


@pytest.mark.parametrize("site", [None, "DC1", "MT1"])
def test_the_report_shows_what_the_list_holds(sample_desk, site):
    found = next((one for one in sample_desk.sites() if one.code == site), None)
    with sample_desk.read() as read:
        report = standing_still(Job(sample_desk, read, {"site": site or "*"}))
        rows = standing(read, found and found.id)
    (table,) = report.tables
    assert [row.values["part_no"] for row in table.rows] == [row.part_no for row in rows]
    assert sum(row.values["value"] for row in table.rows) == sum(row.value for row in rows)
    assert bool(rows) == (site != "MT1")
