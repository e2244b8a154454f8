"""The order document and the delivery list: what stands on paper and in the workbook is what was ordered and received."""

import io
import subprocess

import pytest
from python_calamine import CalamineWorkbook

from app.errors import AppError
from app.inventory.booking import receive_part, send_back
from app.purchasing import orders
from app.purchasing.lists import lines_of
from app.purchasing.prices import keep_terms
from app.purchasing.suppliers import edit_supplier
from app.reports.capitals import capitals
from app.reports.catalogue import make_bytes
from app.sample import sample_id


def text_of(raw: bytes) -> str:
    done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=raw, capture_output=True, check=True)
    return done.stdout.decode()


def rows_of(raw: bytes, sheet: int = 0) -> list[list[object]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(raw))
    return book.get_sheet_by_name(book.sheet_names[sheet]).to_python()


@pytest.fixture
def ordered(sample_desk):
    """An order of two parts, of which one came and in part went back: its number and id."""
    desk = sample_desk.at(next(site for site in sample_desk.sites() if site.code == "DC1"))
    order, _done = orders.new_order(
        desk, sample_id("supplier", "SUP-04"), due_on="2026-12-01", remark="送到后门"
    )
    orders.add_line(desk, order, sample_id("part", "HVAC-003"), 4000)
    orders.add_line(desk, order, sample_id("part", "HVAC-001"), 2000)
    orders.take_step(desk, order, "submitted")
    orders.take_step(desk, order, "approved", anyway="alone here")
    orders.take_step(desk, order, "ordered", ordered_on="2026-11-22")
    with desk.read() as read:
        line = next(line for line in lines_of(read, order) if line.part_no == "HVAC-003")
        code = read.get("purchase_order", order)["code"]
    receive_part(desk, line.part_id, None, 3000, purchase_line=line.id)
    send_back(desk, line.id, None, 1000, reason="开裂")
    return code


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("zh_CN", ("采购单", "样例制冷设备有限公司", "样例滨河数据中心（DC1）", "样例省样例市滨河路 1 号", "空调风机皮带", "300.00", "430.00", "合计", "供应商确认", "送到后门")),
        ("en", ("Purchase order", "Riverside Data Centre (sample) (DC1)", "Fan belt", "300.00", "430.00", "Total", "Confirmed by the supplier", "2026-12-01")),
    ],
)  # fmt: skip
def test_the_order_on_paper(sample_desk, ordered, code, expected):
    text = text_of(make_bytes(sample_desk, "purchase-order", {"code": ordered.lower()}, spoken=code))
    assert [word for word in expected if word not in text] == []
    assert ordered in text


def test_the_order_as_a_workbook(sample_desk, ordered):
    rows = rows_of(make_bytes(sample_desk, "purchase-order", {"code": ordered}, "xlsx", spoken="en"))
    belt = next(row for row in rows if "HVAC-003" in row)
    assert {4.0, 75.0, 300.0} <= set(belt)
    assert str(belt[-1]) == "2026-12-01"


def test_the_slip_of_a_day(sample_desk, ordered):
    told = {"code": ordered, "day": "2026-11-22"}
    text = text_of(make_bytes(sample_desk, "receipt-list", told, spoken="zh_CN"))
    assert [word for word in ("入库单", "HVAC-003", "−1", "开裂", "未到", "退货") if word not in text] == []
    other = text_of(make_bytes(sample_desk, "receipt-list", told | {"day": "2026-11-20"}, spoken="en"))
    assert "Nothing was received." in other
    rows = rows_of(make_bytes(sample_desk, "receipt-list", {"code": ordered}, "xlsx", spoken="en"))
    assert [row for row in rows if -1.0 in row]


def test_an_unknown_order_is_refused(sample_desk):
    with pytest.raises(AppError):
        make_bytes(sample_desk, "purchase-order", {"code": "PO-0"})


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("zh_CN", ("采购退货单", "开裂", "HVAC-003", "75.00", "取货地点", "承运人签收", "请予换货")),
        (
            "en",
            ("Return to supplier", "开裂", "Fan belt", "75.00", "Collect at", "Taken over by the carrier"),
        ),
    ],
)
def test_the_return_slip(sample_desk, ordered, code, expected):
    told = {"code": ordered, "day": "2026-11-22"}
    text = text_of(make_bytes(sample_desk, "supplier-return", told, spoken=code))
    assert [word for word in expected if word not in text] == []
    assert "HVAC-001" not in text
    other = text_of(make_bytes(sample_desk, "supplier-return", told | {"day": "2026-11-20"}, spoken="en"))
    assert "Nothing went back." in other


def test_an_order_in_yuan_says_its_sum_in_capitals(sample_desk, ordered):
    assert "人民币肆佰叁拾元整（430.00 CNY）" in text_of(
        make_bytes(sample_desk, "purchase-order", {"code": ordered}, spoken="zh_CN")
    )
    assert "430.00" in text_of(make_bytes(sample_desk, "purchase-order", {"code": ordered}, spoken="en"))


@pytest.mark.parametrize("code", ["zh_CN", "en"])
def test_an_order_in_euro_stands_in_euro(sample_desk, code):
    desk = sample_desk.at(next(site for site in sample_desk.sites() if site.code == "DC1"))
    edit_supplier(
        desk, sample_id("supplier", "SUP-01"), {"payment_terms": "30 days net", "address": "Harbour Road 1"}
    )
    order, _done = orders.new_order(desk, sample_id("supplier", "SUP-01"), currency="EUR", rate=7_800_000)
    orders.add_line(desk, order, sample_id("part", "SRV-006"), 4000, 90_0000)
    with desk.read() as read:
        number = read.get("purchase_order", order)["code"]
    text = text_of(make_bytes(sample_desk, "purchase-order", {"code": number}, spoken=code))
    assert [word for word in ("EUR", "360.00", "30 days net", "Harbour Road 1") if word not in text] == []
    assert [word for word in ("CNY", "人民币", "7.8") if word in text] == []


@pytest.mark.parametrize(
    ("cents", "words"),
    [
        (0, "零元整"), (5, "伍分"), (1005, "壹拾元零伍分"), (10050, "壹佰元伍角整"), (123456, "壹仟贰佰叁拾肆元伍角陆分"),
        (1050000000, "壹仟零伍拾万元整"), (100000100, "壹佰万零壹元整"), (1000000000000, "壹佰亿元整"), (-150, "负壹元伍角整"),
    ],
)  # fmt: skip
def test_amounts_in_capital_figures(cents, words):
    assert capitals(cents) == f"人民币{words}"


def test_the_buy_list_names_the_currency_of_its_prices(sample_desk):
    desk = sample_desk.at(next(site for site in sample_desk.sites() if site.code == "DC1"))
    supplier, part = sample_id("supplier", "SUP-01"), sample_id("part", "HVAC-003")
    edit_supplier(desk, supplier, {"currency": "EUR"})
    keep_terms(desk, part, supplier, {"unit_price": 9_5000, "sku": "B-7"}, [], preferred=True)

    def belt() -> list[str]:
        rows = rows_of(make_bytes(desk, "buy-list", {"site": "DC1"}, "xlsx", spoken="en"))
        return [str(cell) for cell in next(row for row in rows if "HVAC-003" in row)]

    assert "no rate of EUR is known yet" in " ".join(belt())
    orders.new_order(desk, supplier, rate=7_800_000)
    assert "EUR 1 = ¥7.8000" in " ".join(belt())
    assert "EUR" in text_of(make_bytes(desk, "buy-list", {"site": "DC1"}, spoken="en"))
