"""Price lists, kits and parts lists of machines come in as tables; what is wrong in them is named row by row."""

import pytest

from app.exchange.commit import commit
from app.exchange.dryrun import dry_run
from app.exchange.mapping import guess
from app.exchange.read import read_table
from app.exchange.targets import targets
from app.inventory.fitted import parts_of_machine
from app.inventory.kits import kit_lines
from app.purchasing.prices import keep_terms, terms_of
from app.sample import sample_id

LISTS = {
    "price_break": ("供应商料号,起始数量,单价\nB-17,24,90.4\nB-17,60,面议\nB-99,10,1\nB-17,120,５０\n", 2),
    "kit_part": ("套件编号,备件编号,数量\nSRV-012,HVAC-003,1\nSRV-012,HVAC-001,2\nSRV-012,NO-SUCH,2\n", 1),
    "equipment_part": (
        "备件编号,设备编号,设备类别,数量,部位\nHVAC-003,DC1-CRA-001,,2,风机\nHVAC-001,,CRA,4,\nHVAC-001,,CRA,-1,\n",
        1,
    ),
}


def plan_of(desk, tmp_path, name):
    path = tmp_path / f"{name}.csv"
    path.write_text(LISTS[name][0], encoding="utf-8")
    sheet = read_table(path)
    return dry_run(desk, sheet, guess(targets()[name], sheet.header))


@pytest.fixture
def priced(sample_desk):
    """HVAC-003 at SUP-04 under the number B-17."""
    keep_terms(
        sample_desk, sample_id("part", "HVAC-003"), sample_id("supplier", "SUP-04"), {"sku": "B-17"}, []
    )
    return sample_desk


@pytest.mark.parametrize("name", sorted(LISTS))
def test_the_good_rows_go_in_and_the_bad_ones_are_named(priced, tmp_path, name):
    plan = plan_of(priced, tmp_path, name)
    assert plan.count("error") == LISTS[name][1], [str(problem) for problem in plan.problems]
    commit(priced, plan, only_good=True)
    again = plan_of(priced, tmp_path, name)
    assert again.changes == 0


def test_what_came_in_is_used(priced, tmp_path):
    for name in LISTS:
        commit(priced, plan_of(priced, tmp_path, name), only_good=True)
    with priced.read() as read:
        terms = terms_of(read, sample_id("part", "HVAC-003"), sample_id("supplier", "SUP-04"), None)
        assert terms.breaks == ((24_000, 90_4000), (120_000, 50_0000))
        assert [line.qty for line in kit_lines(read, sample_id("part", "SRV-012"), None)] == [2000, 1000]
        fitted = parts_of_machine(read, sample_id("equipment", "DC1-CRA-001"))
        assert {(row.part_no, row.qty, row.position) for row in fitted} >= {("HVAC-003", 2000, "风机")}
