"""Any table file is read by its content, within limits; what is none is refused with a sentence."""

import csv
import datetime as dt
import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from app.errors import AppError
from app.exchange import workbooks
from app.exchange.read import read_table
from app.exchange.texts import separator_of
from app.words import speaking

HEAD = ("工号", "姓名", "部门", "数量")
ROWS = [(f"00123456789012345{n:03d}", f"张{'三四五六'[n % 4]}", "动力班；二组", f"{n}.5") for n in range(40)]
TEXT = "\n".join(",".join(row) for row in (HEAD, *ROWS)) + "\n"

TRADITIONAL = TEXT.translate(str.maketrans("动张组号数门", "動張組號數門"))


def write(tmp_path, data, name="t.csv"):
    path = tmp_path / name
    path.write_bytes(data)
    return path


def cells(sheet):
    return [row.cells for row in sheet.rows]


@pytest.mark.parametrize(
    ("data", "form"),
    [
        (TEXT.encode(), "UTF-8"),
        (TEXT.encode("utf-8-sig"), "UTF-8"),
        (TEXT.encode("utf-16"), "UTF-16"),
        (b"\xfe\xff" + TEXT.encode("utf-16-be"), "UTF-16"),
        (TEXT.encode("utf-16-le"), "UTF-16"),
        (TEXT.encode("gb18030"), "GB18030"),
        (TEXT.encode("gbk"), "GB18030"),
        (TRADITIONAL.encode("big5"), "Big5"),
        (TEXT.replace(",", ";").encode(), "UTF-8"),
        (TEXT.replace(",", "\t").encode(), "UTF-8"),
        (TEXT.replace(",", "|").encode(), "UTF-8"),
        (TEXT.replace("\n", "\r").encode(), "UTF-8"),
        (TEXT.replace("\n", "\r\n").encode(), "UTF-8"),
        (b"sep=;\r\n" + TEXT.replace(",", ";").encode(), "UTF-8"),
    ],
)
def test_one_table_in_many_encodings(tmp_path, data, form):
    sheet = read_table(write(tmp_path, data))
    assert sheet.form == form
    assert len(sheet.rows) == 40
    assert sheet.lost == 0
    assert sheet.rows[7].cells[0] == ROWS[7][0]
    if form != "Big5":
        assert (sheet.header, cells(sheet)) == (HEAD, ROWS)


def test_lost_characters_are_counted(tmp_path):
    data = TEXT.encode("gb18030").replace("张三".encode("gb18030"), b"\xd5\xff\xff\xfd", 2)
    assert read_table(write(tmp_path, data)).lost > 0


def test_a_workbook_keeps_text_and_gives_dates(tmp_path):
    book = Workbook()
    sheet = book.active
    sheet.append(["编号", "日期", "数量", "在用", "代码"])
    sheet.append(["00012345678901234567", dt.date(2025, 3, 7), 12.50, True, "1E5"])
    sheet.append(["=1+1", dt.datetime.fromisoformat("2025-03-07 08:30"), 3, False, 100000])
    sheet["A3"].data_type = "s"
    path = tmp_path / "t.csv"  # named csv, is a workbook
    book.save(path)
    found = read_table(path)
    assert found.form == "Excel"
    assert cells(found) == [
        ("00012345678901234567", "2025-03-07", "12.5", "True", "1E5"),
        ("=1+1", "2025-03-07 08:30:00", "3", "False", "100000"),
    ]


def test_disguises_are_seen_through(tmp_path):
    assert cells(read_table(write(tmp_path, TEXT.encode("gbk"), "t.xlsx"))) == ROWS
    page = (
        "<html><table>"
        + "".join("<tr>" + "".join(f"<td>{c}</td>" for c in r) + "</tr>" for r in (HEAD, *ROWS))
        + "</table></html>"
    )
    assert cells(read_table(write(tmp_path, page.encode("gbk"), "t.xls"))) == ROWS


def test_titles_blank_rows_and_row_numbers(tmp_path):
    text = "\n备件台账\n制表：张三,,2026年\n\n编号,名称,名称,单位\nA-1,轴承,,个\n\nA-2,皮带,V,条\n"
    sheet = read_table(write(tmp_path, text.encode()))
    assert sheet.header == ("编号", "名称", "名称 (2)", "单位")
    assert [(r.number, r.cells[0]) for r in sheet.rows] == [(6, "A-1"), (8, "A-2")]
    assert read_table(sheet.path, header_row=6).header == ("A-1", "轴承", "#3", "个")


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\xef\xbb\xbf", b"\0" * 5000, b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4, b"%PDF-1.7\n" + bytes(range(256)),
        b"PK\x03\x04" + b"\0" * 100, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "工号,姓名\n".encode(),
        '工号,姓名\n1,"张三\n2,李四\n'.encode(), bytes(range(128, 256)) * 50, b"\n\n\n",
        ("工号,姓名\n1," + "长" * 40_000).encode(),
    ],
    ids=range(12),
)  # fmt: skip
def test_what_is_no_table_is_refused_with_a_sentence(tmp_path, data):
    with pytest.raises(AppError) as refused:
        read_table(write(tmp_path, data, "表.xlsx"))
    assert len(str(refused.value)) > 10


def archive(tmp_path, parts, name="t.xlsx"):
    path = tmp_path / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for part, data in parts.items():
            made.writestr(part, data)
    return path


def test_bombs_and_tricks_are_refused_before_they_are_opened(tmp_path, monkeypatch):
    bomb = archive(
        tmp_path, {"xl/workbook.xml": b"<x/>", "xl/sharedStrings.xml": b"0" * 60_000_000}, "bomb.xlsx"
    )
    many = archive(
        tmp_path, {"xl/workbook.xml": b"<x/>", **{f"xl/{n}": b"" for n in range(10_050)}}, "many.xlsx"
    )
    entity = archive(
        tmp_path,
        {"xl/workbook.xml": b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hosts">]><a>&b;</a>'},
        "entity.xlsx",
    )
    other = archive(tmp_path, {"../evil.txt": b"x", "a.zip": b"PK"}, "other.xlsx")
    for path in (bomb, many, entity, other):
        with pytest.raises(AppError):
            read_table(path)
    monkeypatch.setattr(workbooks, "MAX_UNPACKED", 10)
    with pytest.raises(AppError):
        read_table(archive(tmp_path, {"xl/workbook.xml": b"<workbook></workbook>"}, "small.xlsx"))


def test_a_locked_workbook_is_called_so(tmp_path):
    data = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + b"\0" * 2000
        + "EncryptedPackage".encode("utf-16-le")
        + b"\0" * 2000
    )
    with speaking("en"), pytest.raises(AppError) as refused:
        read_table(write(tmp_path, data, "locked.xlsx"))
    assert "password" in refused.value.message


def test_a_truncated_workbook_is_refused_at_every_cut(tmp_path):
    book = Workbook()
    for row in (HEAD, *ROWS):
        book.active.append(row)
    whole = io.BytesIO()
    book.save(whole)
    data = whole.getvalue()
    for cut in range(30, len(data) - 1, len(data) // 25):
        with pytest.raises(AppError):
            read_table(write(tmp_path, data[:cut], "cut.xlsx"))


def test_too_many_rows_and_columns_are_refused(tmp_path, monkeypatch):
    with pytest.raises(AppError):
        read_table(write(tmp_path, (",".join(f"k{n}" for n in range(1200)) + "\n" + "," * 1199).encode()))
    monkeypatch.setattr("app.exchange.read.MAX_ROWS", 10)
    with pytest.raises(AppError):
        read_table(write(tmp_path, TEXT.encode()))
    monkeypatch.setattr("app.exchange.read.MAX_BYTES", 10)
    with pytest.raises(AppError):
        read_table(write(tmp_path, TEXT.encode()))


CELL = (
    st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=12)
    .map(str.strip)
    .filter(lambda t: not t.startswith(("'", "sep=")))
)


@given(st.lists(st.tuples(CELL, CELL, CELL), min_size=1, max_size=8), st.sampled_from([",", ";", "\t", "|"]))
def test_whatever_is_written_as_csv_is_read_back(tmp_path_factory, rows, separator):
    path = tmp_path_factory.mktemp("csv") / "t.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, delimiter=separator)
        writer.writerow(["编号", "名称", "备注"])
        writer.writerows([("x" + a, "y" + b, c) for a, b, c in rows])
    text = path.read_text("utf-8")
    if separator_of(text) != separator:  # as many of another sign in every row: nobody could tell
        return
    sheet = read_table(path)
    assert [row.cells for row in sheet.rows] == [(f"x{a}", f"y{b}", c) for a, b, c in rows]
