"""The count sheet and the variance list: every code on paper is read back, a blind sheet tells nothing of the books."""

import io
import subprocess
from pathlib import Path

import openpyxl
import pytest
import zxingcpp
from PIL import Image

from app.errors import AppError
from app.labels.payload import decode
from app.reports.catalogue import make_bytes
from app.stocktake import counting
from app.words import speaking


@pytest.fixture
def code_of(shelf):
    def found(count: bytes) -> str:
        with shelf.desk.read() as read:
            return read.get("stock_count", count)["code"]

    return found


def text_of(raw: bytes, folder: Path) -> str:
    path = folder / "sheet.pdf"
    path.write_bytes(raw)
    return subprocess.run(
        ["pdftotext", "-layout", path, "-"], check=True, capture_output=True, text=True
    ).stdout


def codes_of(folder: Path) -> set[str]:
    """Every code on the pages of the sheet, read at 200 dpi by another library than the one that drew it."""
    subprocess.run(["pdftoppm", "-r", "200", "-png", folder / "sheet.pdf", folder / "page"], check=True)
    found = set()
    for page in sorted(folder.glob("page*.png")):
        for result in zxingcpp.read_barcodes(Image.open(page)):
            payload = decode(result.text)
            assert payload is not None
            found.add(f"{payload.kind.name} {payload.code}")
    return found


def test_every_code_of_the_sheet_is_read_back(shelf, code_of, tmp_path):
    count = counting.open_count(shelf.keeper, "full", blind=True)[0]
    code = code_of(count)
    with speaking("en"):
        text = text_of(make_bytes(shelf.desk, "count-sheet", {"count": code}), tmp_path)
    assert codes_of(tmp_path) == {f"DC {code}", "PT HVAC-1", "PT HVAC-2", "PT PWR-1"}
    assert "Stock count sheet (blind)" in text
    assert "S1-WH-A02" in text
    assert "Books\n" not in text.replace("Books as of", "")
    assert "Difference" not in text


@pytest.mark.parametrize("spoken", ["en", "zh_CN"])
def test_a_sheet_with_the_books_shows_them_on_paper_and_in_the_workbook(shelf, code_of, tmp_path, spoken):
    count = counting.open_count(shelf.keeper, "bins", bins=[shelf.ids["A02"]], blind=False)[0]
    given = {"count": code_of(count)}
    text = text_of(make_bytes(shelf.desk, "count-sheet", given, spoken=spoken), tmp_path)
    assert ("账面" if spoken == "zh_CN" else "Books") in text
    book = openpyxl.load_workbook(
        io.BytesIO(make_bytes(shelf.desk, "count-sheet", given, "xlsx", spoken=spoken))
    )
    cells = [cell.value for row in book.worksheets[0].iter_rows() for cell in row]
    assert "PWR-1" in cells
    assert 10 in cells


def test_the_variance_list_gives_reasons_and_money(shelf, code_of, tmp_path):
    count = counting.open_count(shelf.keeper, "full", blind=True)[0]
    counting.count_line(shelf.keeper, count, shelf.key("HVAC-1"), 3000)
    given = {"count": code_of(count)}
    with pytest.raises(AppError):
        make_bytes(shelf.desk, "count-variance", given)
    counting.explain(shelf.keeper, count, [shelf.line(count, "HVAC-1")], "lost")
    counting.close_count(shelf.keeper, count, "yes")
    text = text_of(make_bytes(shelf.desk, "count-variance", given, spoken="zh_CN"), tmp_path)
    for word in ("盘点差异表", "HVAC-1", "丢失", "−100.00", "应盘未盘", "PWR-1"):
        assert word in text, word
    with pytest.raises(AppError):
        make_bytes(shelf.desk, "count-sheet", {"count": "PD-NONE"})


@pytest.mark.parametrize(
    ("spoken", "words"), [("zh_CN", ("补录", "移动加权平均")), ("en", ("Typed in later", "moving average"))]
)
def test_what_was_typed_in_later_says_so(shelf, code_of, tmp_path, spoken, words):
    count = counting.open_count(shelf.keeper, "full", blind=True)[0]
    paper = counting.Paper(shelf.now, "老周")
    counting.count_line(shelf.keeper, count, shelf.key("HVAC-1"), 3000, paper=paper, reason="lost")
    counting.close_count(shelf.keeper, count, "yes")
    given = {"count": code_of(count)}
    text = text_of(make_bytes(shelf.desk, "count-variance", given, spoken=spoken), tmp_path)
    for word in (*words, "老周"):
        assert word in text, word
    book = openpyxl.load_workbook(
        io.BytesIO(make_bytes(shelf.desk, "count-variance", given, "xlsx", spoken=spoken))
    )
    head, row = ([cell.value for cell in line] for line in book.worksheets[0].iter_rows(min_row=4, max_row=5))
    told = dict(zip(head, row, strict=True))
    assert words[0] in told.values()
    assert "老周" in told.values()
