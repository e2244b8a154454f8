"""The sample site goes in by the importer, gives the expected results to the unit, and goes away in one step."""

import csv
import time
from collections import Counter
from importlib.resources import files

import pytest

from app.auth import sign_in
from app.bootstrap import found
from app.clock import Clock
from app.errors import AppError
from app.inventory.figures import proposals, stock_value
from app.sample import SAMPLE_ACCOUNTS, load, remove, sample_id

PROPOSED = "SRV-006 NET-001 PWR-007 HVAC-001 HVAC-003 ELE-003 METRO-003 METRO-007 FIRE-001 CONS-003"
DAY = 86_400_000


def rows(name):
    return list(
        csv.DictReader((files("resources") / "sample" / f"{name}.csv").read_text("utf-8-sig").splitlines())
    )


def test_registers_are_whole(sample_desk):
    counts = {
        "site": 3, "location": 45, "supplier": 12, "equipment_class": 25, "equipment": 40, "part": 120, "staff": 25,
        "staff_certificate": 24, "course": 17, "training_record": 118, "inspection_template": 14, "inspection_item": 138,
        "inspection_plan": 21, "org_unit": 7, "staff_private": 25, "stock_policy": 120,
    }  # fmt: skip
    with sample_desk.read() as read:
        assert {t: read.value(f'SELECT count(*) FROM "{t}" WHERE deleted = 0') for t in counts} == counts
        assert read.value("SELECT count(*) FROM site WHERE manager_id IS NOT NULL") == 3
        assert read.value("SELECT id FROM part WHERE part_no = 'HVAC-015'") == sample_id("part", "HVAC-015")
        assert read.value("SELECT count(*) FROM conflict") == 0


def test_stock_rules_hold_to_the_unit(sample_desk):
    with sample_desk.read() as read:
        states = Counter(dict(read.rows("SELECT state, count(*) FROM part_stock GROUP BY 1")))
        assert (
            states["out_of_stock"],
            states["below_safety"],
            states["at_reorder"],
            states["above_max"],
        ) == (4, 4, 5, 3)
        assert {row.part_no for row in proposals(read, None)} == set(PROPOSED.split())
        assert stock_value(read, None).value == 463_564_00


def test_history_leads_to_the_balances(sample_desk):
    wanted = {p["part_no"]: int(float(p["stock_qty"]) * 1000) for p in rows("parts")}
    with sample_desk.read() as read:
        balances = dict(
            read.rows(
                "SELECT p.part_no, coalesce(sum(l.on_hand), 0) FROM part p LEFT JOIN stock_level l ON l.part_id = p.id GROUP BY 1"
            )
        )
        moves = read.value("SELECT count(*) FROM stock_movement WHERE type <> 'opening'")
        lowest = read.value(
            "SELECT min(running) FROM (SELECT sum(CASE WHEN type IN ('issue') THEN -qty ELSE qty END) OVER "
            "(PARTITION BY part_id ORDER BY happened_at, n) AS running FROM stock_movement)"
        )
    assert balances == wanted
    assert moves > 50
    assert lowest >= 0


def test_rounds_and_work_look_alive(sample_desk):
    with sample_desk.read() as read:
        rounds = dict(read.rows("SELECT status, count(*) FROM inspection_task GROUP BY 1"))
        assert rounds == {"reviewed": 29, "submitted": 4, "returned": 1, "missed": 1}
        assert read.value("SELECT count(*) FROM work_order") == 12
        assert read.value("SELECT count(*) FROM due_round WHERE due_to < ?", sample_desk.now()) >= 2
        drift = read.rows(
            "SELECT value_num FROM inspection_result r JOIN inspection_item i ON i.id = r.item_id WHERE i.code = 'IT-DC-D-01' ORDER BY measured_at DESC LIMIT 5"
        )
        assert (
            read.value(
                "SELECT count(*) FROM inspection_result r JOIN inspection_item i ON i.id = r.item_id WHERE i.photo_required = 1 AND NOT EXISTS "
                "(SELECT 1 FROM attachment a WHERE a.owner_id = r.task_id AND a.item_id = r.item_id)"
            )
            == 0
        )
    assert [value for (value,) in drift] == [24_600, 25_100, 24_200, 23_800, 24_000]


def test_everybody_can_sign_in(sample_desk):
    for username, password, staff_no, role in SAMPLE_ACCOUNTS:
        actor = sign_in(sample_desk.profile, username, password).actor
        assert (actor.staff_no, actor.roles) == (staff_no, (role,))


def test_dates_are_shifted_to_today(tmp_path, sample_desk):
    later = sample_desk.now() + 100 * DAY
    profile = found(tmp_path / "later", clock=Clock.pinned(later), sample=True)
    started = time.perf_counter()
    load(profile)
    assert time.perf_counter() - started < 10
    with profile.store.read() as read, sample_desk.read() as then:
        state = "SELECT state, count(*) FROM part_stock GROUP BY 1 ORDER BY 1"
        assert read.rows(state) == then.rows(state)
        assert (
            read.value("SELECT valid_until FROM staff_certificate WHERE certificate_id = 'CERT-006'")
            == "2030-03-08"
        )
        assert read.value("SELECT max(wall) FROM op") <= later
    profile.close()


def test_it_goes_away_in_one_step(sample_desk):
    fresh = remove(sample_desk.profile)
    with fresh.store.read() as read:
        assert read.value("SELECT count(*) FROM part") == 0
        assert read.value("SELECT count(*) FROM op") == 0
    assert not fresh.is_sample
    with pytest.raises(AppError):
        remove(fresh)
    fresh.close()
