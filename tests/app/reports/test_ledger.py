"""The store's books on paper and in Excel: every sheet names its method, and its figures are those of the ledger."""

import io
from dataclasses import replace

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from app.desk import Desk
from app.errors import AppError
from app.generic import create
from app.inventory.booking import transfer_part
from app.inventory.closing import close_month, closings, next_period
from app.inventory.taking import Taken, issue_slip
from app.reports.catalogue import make_bytes
from app.words import speaking
from db.ids import new_id

EVER = {"from": "2020-01-01", "to": "2026-11-22"}


@pytest.fixture
def store(sample_desk) -> Desk:
    return replace(sample_desk, site=next(site for site in sample_desk.sites() if site.code == "DC1"))


def paper(desk: Desk, name: str, told: dict[str, str], spoken: str) -> str:
    pages = PdfReader(io.BytesIO(make_bytes(desk, name, told, spoken=spoken))).pages
    return "".join("".join(page.extract_text().split()) for page in pages)


def book(desk: Desk, name: str, told: dict[str, str]) -> list[tuple]:
    with speaking("en"):
        sheet = load_workbook(io.BytesIO(make_bytes(desk, name, told, "xlsx", spoken="en")))
    return [row for page in sheet.worksheets for row in page.iter_rows(values_only=True)]


def shelf(desk: Desk) -> list[tuple[bytes, bytes, str]]:
    with desk.read() as read:
        return read.rows(
            "SELECT s.part_id, s.bin_id, p.part_no FROM stock_level s JOIN part p ON p.id = s.part_id "
            "WHERE s.on_hand > 3000 AND s.site_id = ? ORDER BY p.part_no LIMIT 3",
            desk.site.id,
        )


@pytest.mark.parametrize(
    ("spoken", "title", "method"), [("zh_CN", "领用单", "移动加权平均"), ("en", "Issueslip", "movingaverage")]
)
def test_an_issue_slip_names_parts_and_taker(store, spoken: str, title: str, method: str) -> None:
    with store.read() as read:
        staff, name, name_en = read.row("SELECT id, name, name_en FROM staff LIMIT 1")
    there = shelf(store)
    lines = [Taken(part, place, 1000) for part, place, _no in there]
    _done, slip = issue_slip(store, lines, taken_by=staff, taken_how="badge", reason="x")
    text = paper(store, "issue-slip", {"slip": slip}, spoken)
    assert title in text
    assert method in text
    assert slip in text
    assert (name_en if spoken == "en" else name).replace(" ", "") in text
    assert all(no in text for _part, _bin, no in there)
    with pytest.raises(AppError):
        make_bytes(store, "issue-slip", {"slip": "IS-0"})


def test_the_stock_of_a_day_adds_up_to_the_figure_of_the_catalogue(sample_desk) -> None:
    rows = book(sample_desk, "stock-on", {"site": "*"})
    assert sum(row[9] for row in rows if len(row) > 9 and isinstance(row[9], int | float)) == 463_564
    assert "移动加权平均" in paper(sample_desk, "stock-on", {"site": "*"}, "zh_CN")


def test_a_card_ends_with_what_there_is(store) -> None:
    _part, _bin, no = shelf(store)[0]
    rows = book(store, "stock-card", {"part": no, **EVER})
    with store.read() as read:
        held = read.value(
            "SELECT sum(on_hand) FROM stock_level l JOIN part p ON p.id = l.part_id WHERE part_no = ? AND site_id = ?",
            no,
            store.site.id,
        )
    lines = [row for row in rows if str(row[1]).startswith("SM-")]
    assert lines[-1][6] == held // 1000
    with pytest.raises(AppError):
        make_bytes(store, "stock-card", {"part": "nothing"})
    with pytest.raises(AppError):
        make_bytes(store, "stock-card", {"part": no, "from": "2026-02-01", "to": "2026-01-01"})


def test_a_closed_month_and_its_consumption(store) -> None:
    with store.read() as read:
        warehouse = read.find("location", code="DC1-WH")
    close_month(store, next_period(store, warehouse), warehouse=warehouse, reason="counted")
    with store.read() as read:
        code, month = closings(read, None)[0].code, closings(read, None)[0].month
    assert "DC1-WH" in paper(store, "month-closing", {"closing": code}, "en")
    assert "DC1-WH" in paper(store, "site-month", {"month": month, "site": "DC1"}, "en")
    with pytest.raises(AppError):
        make_bytes(store, "site-month", {"month": "1999-01", "site": "DC1"})
    with pytest.raises(AppError):
        make_bytes(store, "site-month", {"month": month, "site": "*"})
    assert month in paper(store, "month-closing", {"closing": code}, "en")
    assert "收发存月报" in paper(store, "month-closing", {"closing": code}, "zh_CN")
    assert "备件消耗" in paper(store, "consumption", EVER, "zh_CN")
    with pytest.raises(AppError):
        make_bytes(store, "month-closing", {"closing": "SC-0"})


def test_the_books_of_one_warehouse(store) -> None:
    """Another warehouse gets two pieces; every report shows them where they are, and all of it adds up."""
    hall, shelf_id = new_id(), new_id()
    place = {"site_id": store.site.id, "qr_label": 0}
    store.perform(
        create("location", hall, code="DC1-W2", name="二号库", name_en="Second store", location_type="warehouse", **place),
        create("location", shelf_id, code="DC1-W2-A", name="架", location_type="bin", parent_id=hall, **place),
    )  # fmt: skip
    part, bin_id, no = shelf(store)[0]
    transfer_part(store, part, bin_id, shelf_id, 2000)
    there = {"warehouse": "DC1-W2"}
    (line,) = [row for row in book(store, "stock-on", {"site": "DC1", **there}) if row[0] == no]
    assert (line[5], line[6]) == ("DC1-W2", 2)
    whole = [row[6] for row in book(store, "stock-on", {"site": "DC1"}) if row[0] == no]
    with store.read() as read:
        assert sum(whole) * 1000 == read.value(
            "SELECT sum(on_hand) FROM stock_level WHERE part_id = ? AND site_id = ?", part, store.site.id
        )
    card = [
        row
        for row in book(store, "stock-card", {"part": no, **EVER, **there})
        if str(row[1]).startswith("SM-")
    ]
    assert [(row[3], row[4]) for row in card] == [(card[0][3], 2)]
    moves = [
        row for row in book(store, "movement-ledger", {**EVER, **there}) if str(row[0]).startswith("SM-")
    ]
    assert len(moves) == 1
    assert "DC1-W2" in paper(store, "stock-turns", {"site": "DC1"}, "en")
    assert "DC1-W2" in paper(store, "consumption", {**EVER, **there}, "en")
    with pytest.raises(AppError):
        make_bytes(store, "stock-on", {"site": "BD1", **there})


def test_the_ledger_as_a_workbook_holds_every_movement(store) -> None:
    rows = book(store, "movement-ledger", EVER)
    with store.read() as read:
        count = read.value("SELECT count(*) FROM stock_movement WHERE site_id = ?", store.site.id)
    assert sum(str(row[0]).startswith("SM-") for row in rows) == count
