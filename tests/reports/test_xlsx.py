"""The same reports as workbooks, read back by another library and by LibreOffice."""

from __future__ import annotations

import io
import os
import re
import subprocess
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from app.reports.document import Col, Group, Issue, Measure, Report, Row, Table
from app.reports.pdf import draw
from app.reports.xlsx import render_xlsx
from app.words import speaking

Maker = Callable[[], Report]


def workbook(report: Report) -> io.BytesIO:
    stream = io.BytesIO()
    render_xlsx(report, stream)
    stream.seek(0)
    return stream


@pytest.mark.usefixtures("spoken")
def test_every_table_is_a_sheet_with_its_rows(maker: Maker) -> None:
    report = maker()
    book = openpyxl.load_workbook(workbook(report))
    tables = [table for table in report.tables if table.in_workbook]
    assert len(book.sheetnames) == len(tables) + 1
    for table, sheet in zip(tables, book.worksheets, strict=False):
        assert sheet.print_title_rows == "$4:$4"
        assert sheet.sheet_properties.pageSetUpPr
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.page_setup.fitToHeight == 0
        assert str(sheet.freeze_panes).endswith("5")
        first = [sheet.cell(row, 1).value for row in range(5, 5 + len(table.rows))]
        assert None not in first
        assert {sheet.cell(5, c).font.name for c in range(1, sheet.max_column + 1)} == {"DengXian"}


@pytest.mark.usefixtures("spoken")
def test_same_bytes_twice(maker: Maker) -> None:
    assert workbook(maker()).getvalue() == workbook(maker()).getvalue()


def test_figures_are_those_of_the_paper(makers: dict[str, Maker]) -> None:
    with speaking("zh_CN"):
        report = makers["low_stock"]()
        _pages, pen = draw(report, io.BytesIO())
        stream = workbook(report)
    proposal = report.tables[1]
    cells = CalamineWorkbook.from_filelike(stream).get_sheet_by_name("采购建议").to_python()
    total = cells[4 + len(proposal.rows)]
    assert 41391.0 in total
    assert "41,391.00" in pen.drawn
    formulas = openpyxl.load_workbook(stream)["采购建议"]
    assert any(str(c.value).startswith("=SUBTOTAL(109,") for row in formulas.iter_rows() for c in row)


def test_dates_are_dates_numbers_numbers_codes_text(makers: dict[str, Maker]) -> None:
    with speaking("zh_CN"):
        stream = workbook(makers["register"]())
    row = CalamineWorkbook.from_filelike(stream).get_sheet_by_name("设备台账").to_python()[4]
    assert row[0] == "DC1-SRV-001"
    assert date(2022, 4, 5) in row
    assert 86000.0 in row
    cell = openpyxl.load_workbook(stream).worksheets[0]["A5"]
    assert cell.number_format == "@"


def test_a_text_like_a_formula_stays_a_text(issue: Callable[[str], Issue]) -> None:
    columns = (
        Col("code", "Code", "code"),
        Col("text", "=Text"),
        Col("n", "N", "quantity"),
        Col("v", "V"),
        Col("at", "At", "instant"),
    )
    rows = (
        Row(
            {
                "code": "=1+1",
                "text": "+cmd|' /C calc'!A0",
                "n": 1500,
                "v": Measure(52_500, "%", 1),
                "at": issue("N").printed_at,
            }
        ),
        Row({"code": "0012", "text": "@SUM(A1)\x07 " + "x" * 40_000, "n": 2250, "v": "-2-3"}),
    )
    stream = workbook(
        Report(
            "t",
            "=Title & more",
            "",
            issue("N-1"),
            blocks=(Table(columns, (Group("", rows),), name="a/b[c]"),),
        )
    )
    sheet = openpyxl.load_workbook(stream).worksheets[0]
    assert {sheet.cell(r, c).data_type for r in (1, 4, 5, 6) for c in (1, 2)} <= {"s", "n"}
    assert sheet["A5"].value == "=1+1"
    assert sheet["A5"].data_type == "s"
    assert sheet["A6"].value == "0012"
    assert sheet["C5"].value == 1.5
    assert sheet["C5"].number_format == "#,##0.00"
    assert sheet["D5"].value == 52.5
    assert sheet["D5"].number_format == '#,##0.0" %"'
    assert sheet["E5"].value == datetime(2026, 11, 22, 14, 30)  # noqa: DTZ001 - a workbook has wall-clock times
    assert len(sheet["B6"].value) == 32_767
    assert sheet.title == "a b c"


def test_libreoffice_opens_it_and_finds_the_same_total(makers: dict[str, Maker], tmp_path: Path) -> None:
    with speaking("zh_CN"):
        render_xlsx(makers["low_stock"](), tmp_path / "stock.xlsx")
    command = [
        "soffice",
        "--headless",
        f"-env:UserInstallation=file://{tmp_path}/profile",
        "--convert-to",
        "pdf",
        "--outdir",
        str(tmp_path),
        str(tmp_path / "stock.xlsx"),
    ]
    subprocess.run(
        command, check=True, capture_output=True, timeout=180, env={**os.environ, "HOME": str(tmp_path)}
    )
    text = subprocess.run(
        ["pdftotext", "-raw", str(tmp_path / "stock.pdf"), "-"], check=True, capture_output=True, text=True
    ).stdout
    assert "41,391.00" in text
    assert "#REF!" not in text
    assert "#NAME?" not in text
    assert len(re.findall("METRO-003", text)) == 2
