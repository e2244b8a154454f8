"""Every report of the sample site on paper: nothing lost, nothing cut, nothing outside, the same bytes twice."""

from __future__ import annotations

import dataclasses
import io
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from app.errors import AppError
from app.files import write_safely
from app.reports.document import (
    Col,
    Fact,
    Group,
    Issue,
    Moment,
    Photo,
    Photos,
    Report,
    Row,
    Signature,
    Signatures,
    Status,
    Table,
    Text,
    Timeline,
)
from app.reports.pdf import draw, render_pdf
from app.reports.xlsx import render_xlsx

Maker = Callable[[], Report]
pytestmark = pytest.mark.usefixtures("spoken")


def tool(*words: str) -> str:
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def printed(report: Report, path: Path) -> tuple[int, Any]:
    with path.open("wb") as stream:
        return draw(report, stream)


def long_list(count: int, issue: Issue, *, words: str = "风机轴承温度") -> Report:
    columns = (
        Col("code", "Code", "code", 40),
        Col("name", "Name", width=60),
        Col("n", "Figure", "quantity", 30),
        Col("note", "Note"),
    )
    rows = tuple(
        Row({"code": f"DC1-{i:05}", "name": f"{words} {i}", "n": i * 1000, "note": "ok"})
        for i in range(count)
    )
    signatures = Signatures((Signature("A"), Signature("B")))
    return Report(
        "list",
        "List",
        "",
        issue,
        blocks=(Table(columns, (Group("", rows),), sums=("n",), total_label="Total"), signatures),
    )


def test_every_string_is_found_again(maker: Maker, tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    pages, pen = printed(maker(), path)
    found = squeezed(tool("pdftotext", "-raw", str(path), "-"))
    lost = [text for text in pen.drawn if squeezed(text) not in found]
    assert not lost
    assert not pen.cut
    assert not pen.missing
    assert not re.search("[\u2e80-\u2fdf]", found)
    info = tool("pdfinfo", str(path))
    assert re.search(rf"Pages:\s+{pages}\b", info)


def test_pages_are_numbered(maker: Maker, tmp_path: Path, spoken: str) -> None:
    path = tmp_path / "report.pdf"
    pages, _pen = printed(maker(), path)
    texts = tool("pdftotext", "-layout", str(path), "-").split("\f")
    for number, text in enumerate(texts[:pages], 1):
        said = f"第{number}页共{pages}页" if spoken == "zh_CN" else f"Page{number}of{pages}"
        assert said in squeezed(text)


def test_fonts_are_embedded(maker: Maker, tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    printed(maker(), path)
    lines = tool("pdffonts", str(path)).splitlines()[2:]
    assert lines
    assert all("NotoSansSC" in line.replace("-", "") or "Noto" in line for line in lines)
    assert all(re.search(r"\byes\s+yes\s+yes\b", line) for line in lines)


def test_same_bytes_twice(maker: Maker) -> None:
    first, second = io.BytesIO(), io.BytesIO()
    render_pdf(maker(), first)
    render_pdf(maker(), second)
    assert first.getvalue() == second.getvalue()


def test_nothing_stands_outside_the_margins(maker: Maker, tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    printed(maker(), path)
    boxes = tool("pdftotext", "-bbox", str(path), "-")
    mm = 72 / 25.4
    for page in boxes.split("<page ")[1:]:
        width, height = (float(n) for n in re.findall(r'(?:width|height)="([\d.]+)"', page)[:2])
        for x1, y1, x2, y2 in re.findall(
            r'xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)"', page
        ):
            assert float(x1) >= 4.5 * mm
            assert float(y1) >= 5 * mm
            assert float(x2) <= width - 8 * mm
            assert float(y2) <= height - 5 * mm


def test_last_page_has_rows_with_the_signatures(tmp_path: Path, issue: Callable[[str], Issue]) -> None:
    for count in range(30, 52):
        path = tmp_path / f"{count}.pdf"
        pages, _pen = printed(long_list(count, issue("L-1")), path)
        last = tool("pdftotext", "-raw", "-f", str(pages), str(path), "-")
        assert len(re.findall(r"DC1-\d{5}", last)) >= 3
        whole = tool("pdftotext", "-raw", str(path), "-")
        assert len(set(re.findall(r"DC1-\d{5}", whole))) == count


def test_ten_thousand_rows(tmp_path: Path, issue: Callable[[str], Issue]) -> None:
    path = tmp_path / "long.pdf"
    pages, pen = printed(long_list(10_000, issue("L-1")), path)
    assert pages > 200
    assert sum(text.startswith("DC1-") for text in pen.drawn) == 10_000
    total = "49,995,000"
    assert total in pen.drawn


FIXED = {
    Report: {"code", "subtitle", "retention", "size", "issue"},
    Table: {"columns", "title", "aside", "sums", "group_sums", "label_column"},
    Signature: {"role", "note"},
}


def stretched(value: Any) -> Any:
    """All names and texts of the data three times as long; codes, figures and our own captions as they are."""
    if isinstance(value, str):
        return value if re.fullmatch(r"[-\dA-Z .:/~✓△×○—%h]*", value) else f"{value} {value} {value}"
    if isinstance(value, tuple):
        return tuple(map(stretched, value))
    if isinstance(value, Row):
        return dataclasses.replace(value, values={k: stretched(v) for k, v in value.values.items()})
    if isinstance(value, (Report, Table, Group, Fact, Signature, Signatures, Text, Photos, Photo, Status)):
        names = (
            {f.name for f in dataclasses.fields(value)} - FIXED.get(type(value), set()) - {"level", "glyph"}
        )
        return dataclasses.replace(value, **{n: stretched(getattr(value, n)) for n in names})
    return value


def test_stretched_names_stay_whole(maker: Maker, tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    _pages, pen = printed(stretched(maker()), path)
    assert not pen.cut
    found = squeezed(tool("pdftotext", "-raw", str(path), "-"))
    assert not [text for text in pen.drawn if squeezed(text) not in found]


def test_a_time_line_goes_over_pages_and_into_the_workbook(
    issue: Callable[[str], Issue], tmp_path: Path
) -> None:
    kinds: tuple[Any, ...] = ("recorded", "step", "broken")
    moments = tuple(
        Moment(
            f"2026-11-22 {i // 60:02}:{i % 60:02}", f"第 {i} 步处理 " * (1 + i % 4), "独孤小电", kinds[i % 3]
        )
        for i in range(60)
    )
    signatures = Signatures((Signature("A"), Signature("B")))
    report = Report("t", "故障处理报告", "", issue("GZ-1"), blocks=(Timeline(moments, "时间线"), signatures))
    pages, pen = printed(report, tmp_path / "t.pdf")
    assert pages >= 2
    assert not pen.cut
    assert sum(text.startswith("2026-11-22 0") for text in pen.drawn) == 60
    assert "步处理" in tool("pdftotext", "-raw", "-f", str(pages), str(tmp_path / "t.pdf"), "-")
    stream = io.BytesIO()
    render_xlsx(report, stream)
    stream.seek(0)
    assert "第 59 步处理" in str(CalamineWorkbook.from_filelike(stream).get_sheet_by_index(0).to_python())


def test_a_code_of_forty_characters_and_a_text_of_five_pages(
    tmp_path: Path, issue: Callable[[str], Issue]
) -> None:
    code, text = "X" * 40, "这是一条很长的备注。" * 2000
    columns = (Col("code", "Code", "code", 30), Col("text", "Text", width=80), Col("n", "N", "int", 65))
    report = Report(
        "long",
        "Long",
        "",
        issue("L-2"),
        blocks=(Table(columns, (Group("G" * 300, (Row({"code": code, "text": text, "n": 1}),)),)),),
    )
    pages, _pen = printed(report, tmp_path / "long.pdf")
    assert pages > 3
    found = squeezed(tool("pdftotext", "-raw", str(tmp_path / "long.pdf"), "-"))
    assert found.count("备注") >= 1990
    assert found.count("这是") + found.count("这") >= 2000


@pytest.mark.logs("missing glyphs")
def test_a_character_without_glyph_is_shown_as_its_code_point(
    issue: Callable[[str], Issue], tmp_path: Path
) -> None:
    report = Report(
        "t", "𠮷野家", "", issue("L-3"), head=(Fact("A", "𠮷"),), blocks=(Text("Kangxi ⼀ and 👷 \x07"),)
    )
    result = render_pdf(report, tmp_path / "t.pdf")
    assert set(result.missing) == {"20BB7", "1F477"}
    assert "〔U+20BB7〕" in tool("pdftotext", "-raw", str(tmp_path / "t.pdf"), "-")


def test_a_refused_target_becomes_a_sentence(tmp_path: Path, maker: Maker) -> None:
    with pytest.raises(AppError, match=r"report\.pdf"):
        render_pdf(maker(), tmp_path / "nowhere" / "report.pdf")


def fail_in(path: Path) -> None:
    with write_safely(path) as stream:
        stream.write(b"new")
        _ = 1 / 0


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "kept.txt"
    path.write_bytes(b"old")
    with pytest.raises(ZeroDivisionError):
        fail_in(path)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]
    with write_safely(path) as stream:
        stream.write(b"new")
    assert path.read_bytes() == b"new"


def test_a_full_disk_becomes_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(AppError, match=r"full\.txt"), write_safely(tmp_path / "full.txt"):
        raise OSError(28, "No space left on device")
    assert not list(tmp_path.iterdir())
