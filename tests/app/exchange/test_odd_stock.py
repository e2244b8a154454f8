"""Odd files of stock: each row has its sentence, what cannot be seen turns no sentence round, names of files lie."""

import pytest
from openpyxl import Workbook

from app.errors import AppError
from app.exchange.commit import commit
from app.exchange.dryrun import dry_run
from app.exchange.mapping import guess
from app.exchange.read import read_table
from app.exchange.targets import targets
from app.fields import fields_of, parse
from app.values import parse_quantity
from app.words import use

HEADS = ("备件编号", "货位", "数量")
ROWS = (
    ("HVAC-001", "DC1-WH-A01", "0.3333"),
    ("HVAC-002", "DC1-WH-A01", "2.5"),
    ("HVAC-003", "DC1-WH-A01", "１２"),
    ("HVAC-004", "DC1-WH-A01", "1e9"),
    ("HVAC-005", "DC1-WH-A01", "2000001"),
    ("HVAC-006", "DC1-WH-A01", "-1"),
)


def planned(desk, path):
    sheet = read_table(path)
    return dry_run(desk, sheet, guess(targets()["stock"], sheet.header))


def book(path, rows):
    made = Workbook()
    for row in rows:
        made.active.append(row)
    made.save(path)
    return path


def test_quantities_that_cannot_be(sample_desk, tmp_path):
    plan = planned(sample_desk, book(tmp_path / "盘点.xlsx", (HEADS, *ROWS)))
    said = {problem.row: problem.said for problem in plan.problems if problem.level == "error"}
    assert said == {
        2: "该备件按整件计数。",
        3: "该备件按整件计数。",
        5: "“1e9”不是数字。请输入数字，例如 12.5。",
        6: "这个数量不合理。",
        7: "库存不能小于零。",
    }
    commit(sample_desk, plan, only_good=True)
    with sample_desk.read() as read:
        assert read.value("SELECT count(*) FROM stock_movement WHERE qty = 12000 AND type = 'opening'") == 1


@pytest.mark.parametrize("name", ["改名.xls", "改名.csv", "改名.ods", "改名"])
def test_a_workbook_is_read_whatever_it_is_called(tmp_path, name):
    book(tmp_path / "made.xlsx", (HEADS, *ROWS)).rename(tmp_path / name)
    assert [row.cells for row in read_table(tmp_path / name).rows] == [tuple(row) for row in ROWS]


@pytest.mark.parametrize("text", ["x" * 100_000, "\u202e12", "\u200b5", "1" * 400, "abc\x07"])
def test_a_sentence_repeats_no_more_than_fits_and_nothing_hidden(text):
    use("en")
    with pytest.raises(AppError) as error:
        parse_quantity(text)
    said = str(error.value)
    assert len(said) < 120
    assert said.isprintable()


@pytest.mark.parametrize("rate", ["-1", "101"])
def test_a_rate_of_tax_is_a_share(sample_desk, tmp_path, rate):
    path = book(tmp_path / "税率.xlsx", (("备件编号", "税率"), ("HVAC-001", rate)))
    sheet = read_table(path)
    plan = dry_run(sample_desk, sheet, guess(targets()["part"], sheet.header))
    assert [problem.row for problem in plan.problems if problem.level == "error"] == [2]
    assert parse(fields_of("part")["tax_rate"], "13") == 13_000
