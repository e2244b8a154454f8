"""The store's figures on paper and in Excel agree with the lists of the sample, read with other libraries than those that wrote."""

import csv
import io
from collections import Counter
from pathlib import Path

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from app.desk import Desk
from app.inventory.availability import DAY, availability, service_of
from app.reports.catalogue import make_bytes
from app.stocktake import counting

LIST = Path(__file__).parents[3] / "resources" / "sample" / "parts.csv"
ALL = {"site": "*"}


@pytest.fixture(scope="module")
def parts() -> list[dict[str, str]]:
    with LIST.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def worth(row: dict[str, str], quantity: str = "stock_qty") -> float:
    return float(row[quantity] or 0) * float(row["unit_price_cny"] or 0)


def paper(desk: Desk, name: str, told: dict[str, str], spoken: str) -> str:
    pages = PdfReader(io.BytesIO(make_bytes(desk, name, told, spoken=spoken))).pages
    return "".join("".join(page.extract_text().split()) for page in pages)


def table(desk: Desk, name: str, told: dict[str, str], sheet: int = 0) -> list[dict[str, object]]:
    """The rows of a sheet between its head and its total, by the words of the head."""
    book = load_workbook(io.BytesIO(make_bytes(desk, name, told, "xlsx", spoken="en")))
    rows = list(book.worksheets[sheet].iter_rows(min_row=4, values_only=True))
    end = next((i for i, row in enumerate(rows) if row[0] in {"Total", None}), len(rows))
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:end]]


def test_the_matrix_counts_what_the_list_says(sample_desk, parts) -> None:
    counts, values = table(sample_desk, "abc-ved", ALL), table(sample_desk, "abc-ved", ALL, 1)
    wanted = Counter((row["abc_class"], row["ved_class"]) for row in parts)
    heads = {"V": "V Vital", "E": "E Essential", "D": "D Desirable"}
    assert {row["ABC class"]: row["Total"] for row in counts} == {"A": 30, "B": 50, "C": 40}
    assert [sum(row[heads[v]] for row in counts) for v in "VED"] == [47, 47, 26]
    for row, value in zip(counts, values, strict=True):
        for ved, head in heads.items():
            assert row[head] == wanted[row["ABC class"], ved]
            cell = [
                part for part in parts if (part["abc_class"], part["ved_class"]) == (row["ABC class"], ved)
            ]
            assert value[head] == pytest.approx(sum(map(worth, cell)), abs=0.01)
    listed = table(sample_desk, "abc-ved", ALL, 2)
    assert {row["Part no."] for row in listed} == {part["part_no"] for part in parts}


def test_turns_name_their_variants_and_agree_with_the_list(sample_desk, parts) -> None:
    rows = table(sample_desk, "stock-turns", ALL)
    closing = rows[0]
    assert (closing["Turns"], closing["Days"]) == (0.8, 454)
    assert closing["Stock (CNY)"] == pytest.approx(sum(map(worth, parts))) == 463_564
    assert (
        closing["Use (CNY)"]
        == pytest.approx(sum(worth(part, "annual_usage_qty") for part in parts))
        == 372_924
    )
    assert [row["Variant"] for row in rows] == [
        "Turns, closing stock",
        "Turns, mean stock",
        "Turns, purchased",
    ]
    for row in table(sample_desk, "stock-turns", ALL, 1):
        mine = [part for part in parts if part["abc_class"] == row["ABC class"]]
        assert row["Spare parts"] == len(mine)
        assert row["Stock (CNY)"] == pytest.approx(sum(map(worth, mine)), abs=0.01)


def test_value_by_warehouse_and_class_agrees_with_the_list(sample_desk, parts) -> None:
    rows = table(sample_desk, "stock-on", ALL)
    assert {row["Site"] for row in rows} == {"DC1", "MT1", "BD1"}
    for row in rows:
        for abc in "ABC":
            mine = [part for part in parts if (part["abc_class"], part["site_code"]) == (abc, row["Site"])]
            assert row[abc] == pytest.approx(sum(map(worth, mine)), abs=0.01)


def test_what_is_out_now_is_what_the_list_says(sample_desk, parts) -> None:
    rows = table(sample_desk, "stock-outs", ALL)
    active = [part for part in parts if part["status"] == "active"]
    wanted = {part["part_no"] for part in active if not float(part["stock_qty"])}
    assert wanted == {"SRV-006", "PWR-007", "LIFT-002", "CONS-003"}
    assert {row["Part no."] for row in rows if row["On hand"] <= 0} == wanted


@pytest.mark.parametrize("name", ["abc-ved", "stock-turns", "stock-outs", "count-accuracy", "consumption"])
@pytest.mark.parametrize("spoken", ["zh_CN", "en"])
def test_every_figure_names_method_and_period(sample_desk, name, spoken) -> None:
    text = paper(sample_desk, name, ALL, spoken)
    assert ("方法" if spoken == "zh_CN" else "Method:") in text
    assert "2026-11-22" in text


def test_days_events_and_fill_rate_are_those_of_the_movements(shelf) -> None:
    start = shelf.now
    day = 24 * 60
    shelf.later(10 * day)
    shelf.move("issue", "HVAC-1", 4)  # all of it: out
    shelf.later(5 * day)
    shelf.move("issue", "HVAC-1", 2)  # nothing was there
    shelf.later(day)
    shelf.move("receipt", "HVAC-1", 5)  # 3 left
    shelf.later(day)
    shelf.move("issue", "HVAC-1", 5)  # 3 of 5
    shelf.later(2 * day)
    with shelf.desk.read() as read:
        rows = availability(read, shelf.ids["S1"], start, shelf.now)
        later = availability(read, shelf.ids["S1"], start + 12 * DAY, shelf.now)
    found = next(row for row in rows if row.part_no == "HVAC-1")
    assert (found.events, found.out_days, found.is_out) == (2, 8000, True)
    assert (found.issues, found.short, found.asked, found.covered) == (3, 2, 11_000, 7000)
    service = service_of(rows)
    assert (service.parts, service.out_now, service.by_issues, service.by_quantity) == (3, 1, 333, 636)
    cut = next(row for row in later if row.part_no == "HVAC-1")
    assert (cut.events, cut.out_days, cut.issues) == (2, 6000, 2)


def test_accuracy_over_time_adds_up(shelf) -> None:
    for pieces in (3, 4, 4):
        count = counting.open_count(shelf.keeper, "full")[0]
        there = shelf.on_hand("HVAC-1")
        counting.count_line(
            shelf.keeper, count, shelf.key("HVAC-1"), pieces * 1000, reason="" if there == pieces else "lost"
        )
        counting.count_line(shelf.keeper, count, shelf.key("PWR-1", "A02"), 10_000)
        shelf.later()
        counting.close_count(shelf.keeper, count, "yes")
        counting.approve_count(shelf.boss, count, "yes")
        shelf.later(24 * 60)
    rows = table(shelf.boss, "count-accuracy", {})
    assert [row["Accuracy"] for row in rows] == ["50.0 %", "50.0 %", "100.0 %"]
    assert [row["Differences"] for row in rows] == [1, 1, 0]
    assert [row["Amount (CNY)"] for row in rows] == [-100, 100, 0]
    classes = table(shelf.boss, "count-accuracy", {}, 1)
    assert [(row["ABC class"], row["Counted"], row["Accuracy"]) for row in classes] == [
        ("A", 3, "33.3 %"),
        ("C", 3, "100.0 %"),
    ]


def test_the_due_list_follows_the_cycle(shelf) -> None:
    count = counting.open_count(shelf.keeper, "full")[0]
    counting.count_line(shelf.keeper, count, shelf.key("HVAC-1"), 4000)
    shelf.later(91 * 24 * 60)
    counting.count_line(shelf.keeper, count, shelf.key("HVAC-2"), 7000)
    rows = table(shelf.boss, "count-due", {})
    assert [(row["Part no."], row["Bins"], row["Overdue (days)"]) for row in rows] == [
        ("HVAC-1", "S1-WH-A01", 1), ("PWR-1", "S1-WH-A02", None),
    ]  # fmt: skip
    assert rows[1]["Counted last"] == "never"
    assert "循环盘点" in paper(shelf.boss, "count-due", {}, "zh_CN")
