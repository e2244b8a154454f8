"""Every report of the sample in both languages: what stands on paper and in the workbook is what the queries say."""

import io
import subprocess
from dataclasses import replace
from datetime import date

import pytest
from python_calamine import CalamineWorkbook

from app.access import ROLES, Actor
from app.equipment import five_facts, history, machine_ids
from app.errors import AppError, Denied
from app.fields import from_json
from app.inspections.queries import sheet
from app.inventory import figures
from app.inventory.closing import close_month, next_period
from app.inventory.taking import Taken, issue_slip
from app.reports import catalogue
from app.reports.catalogue import REPORTS, make, make_bytes, make_for_printer, reports_for
from app.reports.parameters import told_by_page
from app.reports.record import recent_runs
from app.stocktake.counting import count_line, open_count
from app.stocktake.lines import lines_of as lines_counted
from app.training.matrix import matrix
from app.values import show_money
from app.words import _, speaking

TOLD = {
    "inspection": {"round": "BD1-D-20261121"},
    "blank-inspection": {"template": "IT-DC-D", "site": "DC1"},
    "equipment-file": {"code": "DC1-UPS-001"},
    "training-record": {"staff": "SW-0006"},
    "purchase-order": {"code": "PO-T01-0001"},
    "receipt-list": {"code": "PO-T01-0001"},
    "supplier-return": {"code": "PO-T01-0001"},
    "count-sheet": {"count": "PD-T01-0001"},
    "count-variance": {"count": "PD-T01-0001"},
    "issue-slip": {"slip": "IS-T01-0001"},
    "month-closing": {"closing": "SC-T01-0001"},
    "site-month": {"month": "2026-07", "site": "DC1"},
    "stock-card": {"part": "SRV-012"},
}
OUT = ["CONS-003", "LIFT-002", "PWR-007", "SRV-006"]
BELOW = ["FIRE-001", "HVAC-003", "METRO-003", "PWR-001"]
AT = ["ELE-003", "GEN-001", "HVAC-001", "METRO-007", "NET-001"]
BUY = {"SRV-006", "NET-001", "PWR-007", "HVAC-001", "HVAC-003", "ELE-003", "METRO-003", "METRO-007", "FIRE-001", "CONS-003"}  # fmt: skip


def text_of(raw: bytes) -> str:
    done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=raw, capture_output=True, check=True)
    return done.stdout.decode()


def sheets_of(raw: bytes) -> dict[str, list[list[object]]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(raw))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def lines_of(raw: bytes, first: str) -> list[list[object]]:
    """The lines under the head that begins with this word, up to the first empty one."""
    rows = next(iter(sheets_of(raw).values()))
    start = next(n for n, row in enumerate(rows) if row and row[0] == first)
    return [row for row in rows[start + 1 :] if row[0]]


def a_count(desk) -> None:
    """A stock-take of class A with one line counted: PD-T01-0001."""
    site = next(site for site in desk.sites() if site.code == "DC1")
    count, _done = open_count(replace(desk, site=site), "classes", classes=["A"], blind=False)
    with desk.read() as read:
        line = lines_counted(read, count).rows[0]
    count_line(desk, count, line.key, line.book + 1000)


def the_books(desk) -> None:
    """A slip IS-T01-0001 and a closed month SC-T01-0001 of the data centre."""
    desk = desk.at(next(site for site in desk.sites() if site.code == "DC1"))
    with desk.read() as read:
        part = read.find("part", part_no="SRV-012")
        warehouse = read.find("location", code="DC1-WH")
    issue_slip(desk, [Taken(part, None, 1000)], reason="test")
    close_month(desk, next_period(desk, warehouse), warehouse=warehouse, reason="test")


@pytest.mark.parametrize("code", ["zh_CN", "en"])
@pytest.mark.parametrize("name", REPORTS)
def test_every_report_can_be_read_back(sample_desk, name, code):
    if name.startswith("count-"):
        a_count(sample_desk)
    if name in {"issue-slip", "month-closing", "site-month"}:
        the_books(sample_desk)
    raw = make_bytes(sample_desk, name, TOLD.get(name, {}), spoken=code)
    text = text_of(raw)
    with speaking(code):
        declared = REPORTS[name].build(sample_desk, TOLD.get(name, {}))
    assert declared.title in text
    assert "2026-11-22 11:41" in text
    assert ("第1页共" if code == "zh_CN" else "Page1of") in text.replace(" ", "")
    assert not {"�", "〔"} & set(text)
    book = sheets_of(make_bytes(sample_desk, name, TOLD.get(name, {}), "xlsx", spoken=code))
    assert len(book) >= 2


def test_low_stock_is_the_expected_one_to_the_unit(sample_desk):
    report = REPORTS["low-stock"].build(sample_desk, {"site": "*"})
    low, buy = report.tables
    assert [row.values["part_no"] for row in low.rows] == OUT + BELOW + AT
    assert {row.values["part_no"] for row in buy.rows} == BUY
    with sample_desk.read() as read:
        rows = figures.proposals(read, None)
        active, inactive = figures.scope(read, None)
    assert buy.total(buy.rows)["amount"] == sum(row.amount for row in rows)
    assert (active, inactive) == (118, 2)
    text = text_of(make_bytes(sample_desk, "low-stock", {"site": "*"}))
    assert show_money(sum(row.amount for row in rows)) in text
    assert all(part in text for part in OUT + BELOW + AT)


def test_low_stock_of_one_site_is_that_sites(sample_desk):
    low, _buy = REPORTS["low-stock"].build(sample_desk, {"site": "DC1"}).tables
    site = next(site for site in sample_desk.sites() if site.code == "DC1")
    with sample_desk.read() as read:
        assert [row.values["part_no"] for row in low.rows] == [
            r.part_no for r in figures.low_stock(read, site.id)
        ]
    assert REPORTS["low-stock"].build(sample_desk.at(site), {}).issue.site == "样例滨河数据中心（DC1）"


def test_workbooks_hold_numbers_and_dates(sample_desk):
    with speaking("en"):
        stock = lines_of(make_bytes(sample_desk, "low-stock", {}, "xlsx"), "Part no.")
        register = lines_of(make_bytes(sample_desk, "equipment-register", {}, "xlsx"), "Code")
    parts = [row for row in stock if row[1]]
    assert [row[0] for row in parts] == OUT + BELOW + AT
    assert all(isinstance(cell, float | int) for row in parts for cell in row[5:12])
    assert len(register) >= 40
    dates = [cell for row in register for cell in row if isinstance(cell, date)]
    assert len(dates) > 80


def test_the_register_holds_the_machines_of_the_list(sample_desk):
    (table,) = REPORTS["equipment-register"].build(sample_desk, {}).tables
    with sample_desk.read() as read:
        ids = machine_ids(read, "code", {}, "", descending=False, today=sample_desk.today())
        codes = [read.value("SELECT code FROM equipment WHERE n = ?", n) for n in ids]
    assert [row.values["code"] for row in table.rows] == codes


def test_the_cost_of_a_machine_is_its_cost(sample_desk):
    report = REPORTS["equipment-file"].build(sample_desk, TOLD["equipment-file"])
    (table,) = report.tables
    with sample_desk.read() as read:
        machine = read.find("equipment", code="DC1-UPS-001")
        five = five_facts(read, machine, sample_desk.today())
        assert len(table.rows) == len(history(read, machine))
    assert table.total(table.rows)["cost"] == five.cost > 0


def test_an_inspection_says_what_was_answered(sample_desk):
    report = REPORTS["inspection"].build(sample_desk, TOLD["inspection"])
    checks, corrections = report.tables
    with sample_desk.read() as read:
        found = sheet(read, read.find("inspection_task", code="BD1-D-20261121"))
    assert len(checks.rows) == len(found.items)
    assert sum(row.mark for row in checks.rows) == found.failed == len(corrections.rows) == 1
    assert "28.6 ℃" in text_of(make_bytes(sample_desk, "inspection", TOLD["inspection"]))


def test_the_matrix_counts_as_the_page_does(sample_desk):
    report = REPORTS["training-matrix"].build(sample_desk, {"as-of": "2026-11-22"})
    cells = [cell for row in report.tables[0].rows for cell in row.values.values()]
    with sample_desk.read() as read:
        found = matrix(read, sample_desk.actor, "2026-11-22")
    assert (
        f"({found.held} / {found.required})" in report.legend
        or f"（{found.held} / {found.required}）" in report.legend
    )
    assert sum(getattr(cell, "glyph", "") == "△" for cell in cells) == found.counts["expiring"]


def test_a_saved_report_is_logged_and_a_preview_is_not(sample_desk, tmp_path):
    make_bytes(sample_desk, "low-stock", {"site": "DC1"})
    with sample_desk.read() as read:
        assert recent_runs(read) == []
    number = make(sample_desk, "low-stock", {"site": "DC1"}, tmp_path / "a.PDF", spoken="en")
    make(sample_desk, "low-stock", {}, tmp_path / "b.xlsx")
    paper = make_for_printer(sample_desk, "inspection", TOLD["inspection"])
    assert number.startswith("R-T01-")
    assert number in text_of((tmp_path / "a.PDF").read_bytes())
    with sample_desk.read() as read:
        runs = recent_runs(read)
        row = read.row("SELECT parameters, data_as_of, made_at FROM report_run WHERE number = ?", number)
    assert [(run.report, run.format) for run in runs] == [("inspection", "print"), ("low-stock", "xlsx"), ("low-stock", "pdf")]  # fmt: skip
    assert (from_json(row[0]), row[1], row[2]) == ({"site": "DC1"}, sample_desk.now(), sample_desk.now())
    assert runs[0].number in text_of(paper)


def test_a_report_is_nothing_to_undo(sample_desk, tmp_path):
    store, actor = sample_desk.profile.store, sample_desk.actor
    before = store.undoable(actor)
    make(sample_desk, "low-stock", {}, tmp_path / "a.pdf")
    assert store.undoable(actor) == before


@pytest.mark.parametrize(
    ("name", "told", "part"),
    [
        ("nix", {}, "low-stock"),
        ("inspection", {}, "(round)"),
        ("inspection", {"round": "NO-1"}, "NO-1"),
        ("equipment-file", {"code": "X"}, "“X”"),
        ("training-record", {"staff": "X"}, "“X”"),
        ("training-matrix", {"team": "X"}, "“X”"),
        ("training-matrix", {"as-of": "tomorrow"}, "2026-11-22"),
        ("equipment-register", {"size": "A5"}, "A4, A3"),
        ("low-stock", {"site": "XX"}, "DC1"),
        ("low-stock", {"sight": "DC1"}, "sight"),
        ("blank-inspection", {"template": "X"}, "IT-DC-D"),
    ],
)
def test_a_wrong_parameter_is_a_sentence(sample_desk, tmp_path, name, told, part):
    with speaking("en"), pytest.raises(AppError) as refused:
        make(sample_desk, name, told, tmp_path / "a.pdf")
    with speaking("en"):
        assert part in str(refused.value)
    assert not list(tmp_path.glob("*.pdf"))


def test_a_report_is_a_pdf_or_a_workbook(sample_desk, tmp_path):
    with pytest.raises(AppError, match="xlsx"):
        make(sample_desk, "low-stock", {}, tmp_path / "a.docx")


def test_a_role_sees_its_reports_only(sample_desk):
    nobody = replace(sample_desk, actor=Actor(None, "x", frozenset()))
    assert reports_for(nobody) == []
    with pytest.raises(Denied):
        make_bytes(nobody, "low-stock", {})
    technician = next(role for role in ROLES if role.code == "technician")
    known = replace(sample_desk, actor=Actor(None, "x", technician.permissions))
    assert len(reports_for(known)) == len(REPORTS)


def test_who_sees_one_site_gets_that_one(sample_desk):
    first = sample_desk.sites()[0]
    actor = replace(sample_desk.actor, sites=frozenset({first.id}))
    report = REPORTS["equipment-register"].build(replace(sample_desk, actor=actor), {})
    assert {row.values["site"] for row in report.tables[0].rows} == {first.code}
    two = replace(sample_desk, actor=replace(actor, sites=frozenset(s.id for s in sample_desk.sites()[:2])))
    with pytest.raises(AppError):
        REPORTS["equipment-register"].build(two, {})


def test_pages_say_records_by_their_ids(sample_desk):
    with sample_desk.read() as read:
        staff, site = read.find("staff", staff_no="SW-0006"), read.find("site", code="MT1")
    assert told_by_page(sample_desk, REPORTS["training-record"].parameters, {"staff": staff}) == {
        "staff": "SW-0006"
    }
    matrix_told = REPORTS["training-matrix"].parameters
    assert told_by_page(sample_desk, matrix_told, {"filters": {"site": site, "gaps": True}}) == {
        "site": "MT1"
    }
    assert told_by_page(sample_desk, matrix_told, {"filters": {}, "text": ""}) == {"site": "*"}


def test_titles_are_said_in_both_languages():
    for spec in REPORTS.values():
        with speaking("zh_CN"):
            assert not {_(spec.title), _(spec.purpose)} & {spec.title, spec.purpose}
    assert {spec.area for spec in REPORTS.values()} == {code for code, _title, _icon in catalogue.AREAS}
