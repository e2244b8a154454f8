"""A supplier's Excel price list as they come: words in the price column, a currency per row, numbers kept as text."""

import pytest
from openpyxl import Workbook

from app.exchange.commit import commit
from app.exchange.dryrun import dry_run
from app.exchange.mapping import guess
from app.exchange.read import read_table
from app.exchange.targets import targets
from app.purchasing.prices import terms_of
from app.sample import sample_id
from app.words import use

HEADS = ("备件编号", "供应商编码", "供应商料号", "单价", "币种", "包装数量", "最小起订量")
ROWS = (
    ("HVAC-003", "SUP-04", "B-17", 75.5, "EUR", 10, 20),
    ("HVAC-001", "SUP-04", "F-1", "面议", None, None, None),
    ("HVAC-002", "SUP-04", "F-2", "见附件 2026", None, None, None),
    ("HVAC-005", "SUP-04", "F-5", "¥1,234.50", "CNY", None, None),
    ("HVAC-006", "SUP-04", "F-6", "１２．５", None, None, None),
    ("HVAC-007", "SUP-04", "F-7", 10, "doubloons", None, None),
    ("HVAC-008", "SUP-04", "F-8", -3, None, None, None),
)


@pytest.fixture
def plan(sample_desk, tmp_path):
    book = Workbook()
    for row in (HEADS, *ROWS):
        book.active.append(row)
    book.save(tmp_path / "价格表.xlsx")
    sheet = read_table(tmp_path / "价格表.xlsx")
    return dry_run(sample_desk, sheet, guess(targets()["part_supplier"], sheet.header))


@pytest.mark.parametrize(
    ("code", "said", "mend"),
    [
        ("zh_CN", "“面议”不是数字。请输入数字，例如 12.5。", "12.50"),
        ("en", "“面议” is not a number. Type digits, for example 12.5.", "12.50"),
    ],
)
def test_text_in_the_price_column_has_its_sentence(plan, code, said, mend):
    use(code)
    found = {problem.row: problem for problem in plan.problems if problem.level != "note"}
    assert sorted(found) == [3, 4, 7, 8], [(p.row, p.column, p.said) for p in found.values()]
    assert (found[3].column, found[3].said) == ("单价", said)
    assert mend in str(found[3].mend) or mend in found[3].said
    assert "2026" in found[4].said
    assert found[7].column == "币种"


def test_the_good_rows_of_a_price_list_go_in(sample_desk, plan):
    commit(sample_desk, plan, only_good=True)
    with sample_desk.read() as read:
        terms = [
            terms_of(read, sample_id("part", part), sample_id("supplier", "SUP-04"), None)
            for part in ("HVAC-003", "HVAC-005", "HVAC-006", "HVAC-001")
        ]
    belt = terms[0]
    assert (belt.price.price, belt.currency, belt.pack, belt.minimum, belt.rate) == (
        75_5000,
        "EUR",
        10_000,
        20_000,
        None,
    )
    assert [one.price.price for one in terms[1:3]] == [1234_5000, 12_5000]
    assert terms[3].sku == ""
