"""What a picky reader of the store's papers looks for: no page of signatures alone, signs told apart, the method named."""

import io

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from app.reports.catalogue import make_bytes
from app.reports.document import Col, Group, Issue, Report, Row, Signature, Signatures, Status, Table, Text
from app.reports.pdf import render_pdf
from app.reports.show import shown

ISSUE = Issue("R-1", "", "S1", "X", 0, 0, "T01")


def pages(report: Report) -> list[str]:
    stream = io.BytesIO()
    render_pdf(report, stream)
    return [page.extract_text() for page in PdfReader(stream).pages]


@pytest.mark.parametrize("landscape", [False, True])
@pytest.mark.parametrize("count", range(12, 48, 3))
def test_the_method_and_the_signatures_take_rows_with_them(count, landscape):
    rows = tuple(Row({"code": f"ROW-{n:03}", "value": 100}) for n in range(count))
    columns = (Col("code", "Code", "code"), Col("value", "Amount", "money", 30))
    table = Table(
        columns, (Group("", rows),), title="1 Rows", sums=("value",), total_label="Total", label_column="code"
    )
    tail = (Text("Method: as agreed.", small=True), Signatures((Signature("Approved by"),)))
    last = pages(Report("x", "X", "", ISSUE, blocks=(table, *tail), landscape=landscape))[-1]
    assert last.count("ROW-") >= 3
    assert "Method" in last
    assert "Approved" in last


def test_three_degrees_of_low_stock_look_different_on_paper():
    found = [Status.of(state) for state in ("out_of_stock", "below_safety", "at_reorder")]
    assert [(one.level, one.glyph) for one in found] == [("danger", "×"), ("warn", "△"), ("info", "○")]


def test_a_surplus_shows_its_plus():
    col = Col("difference", "Difference", "quantity", signed=True)
    assert [shown(value, col, 0, "UTC") for value in (2000, 0, -2000)] == ["+2", "0", "−2"]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("stock-on", {}),
        ("stock-card", {"part": "HVAC-001"}),
        ("consumption", {}),
        ("abc-ved", {}),
        ("stock-turns", {}),
        ("idle-stock", {}),
    ],
)
@pytest.mark.parametrize(("spoken", "word"), [("en", "Method:"), ("zh_CN", "方法：")])
def test_workbook_and_paper_name_the_method(*, sample_desk, name, told, spoken, word):
    book = load_workbook(
        io.BytesIO(make_bytes(sample_desk, name, told | {"site": "*"}, "xlsx", spoken=spoken))
    )
    said = [str(cell.value) for row in book.worksheets[-1].iter_rows() for cell in row]
    assert any(word in text for text in said)
    paper = PdfReader(io.BytesIO(make_bytes(sample_desk, name, told | {"site": "*"}, spoken=spoken)))
    assert word in "".join("".join(page.extract_text().split()) for page in paper.pages)


@pytest.mark.parametrize("spoken", ["en", "zh_CN"])
def test_the_names_of_the_ledger_have_room(sample_desk, spoken):
    raw = make_bytes(sample_desk, "movement-ledger", {"site": "*"}, spoken=spoken)
    count = len(PdfReader(io.BytesIO(raw)).pages)
    assert count <= 201 // 12, "a column is so narrow that its words stand one below the other"
