"""Calibrations of tools, what was used as a chart, and scans that were skipped, on the page of the books."""

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from app.inventory import loans
from app.inventory.scan_queue import Failed
from app.inventory.skipped import note_skipped
from app.inventory.tools import calibrations_of, tools
from ui.inventory.analysis import AnalysisPage
from ui.inventory.books import BooksPage
from ui.kit.bars_chart import BarChart, BarOf
from ui.kit.dialogs import FormDialog


@pytest.fixture
def books(shown, store, tasks, settled) -> BooksPage:
    page = shown(BooksPage(store, tasks))
    settled()
    return page


def fill(values: dict, wrong: list | None = None) -> None:
    """Fill the next form that opens; `wrong` gets the sentences where it does not agree."""

    def work() -> None:
        dialog = QApplication.activeModalWidget()
        if not isinstance(dialog, FormDialog):
            QTimer.singleShot(10, work)
            return
        dialog.form.set_values(values)
        dialog.on_save()
        if dialog.isVisible():
            if wrong is not None:
                wrong.extend(box.editor.toolTip() for box in dialog.form.boxes.values())
            dialog.reject()

    QTimer.singleShot(0, work)


def rows(page: BooksPage, key: str) -> list:
    model = page.tables[key].model
    return [model.row(n) for n in range(len(model.ids))]


def test_a_calibration_is_recorded_and_renewed(books, settled, store, id_of):
    part = id_of("part", "SRV-012")
    day = {"done_on": "2025-11-01", "valid_until": "2026-11-01", "certificate": "C-1"}
    fill({"part_id": part, "serial": "SN-7", **day})
    books.calibrate()
    settled()
    settled()
    (row,) = rows(books, "tools")
    assert (row.serial, row.valid_until, row.row.state(store.today()), row.days(store.today())) == (
        "SN-7",
        "2026-11-01",
        "ended",
        -21,
    )
    with store.read() as read:
        assert (
            read.value("SELECT count(*) FROM alert WHERE rule = 'calibration.due' AND cleared_at IS NULL")
            == 1
        )
    books.tables["tools"].select([row.n])
    wrong: list = []
    fill({"done_on": "2026-11-20", "valid_until": "2026-11-20"}, wrong)
    books.act("tools", "renew")
    assert "valid until a day after" in "".join(wrong)
    fill({"done_on": "2026-11-20", "valid_until": "2027-11-19", "certificate": "C-2"})
    books.act("tools", "renew")
    settled()
    settled()
    (row,) = rows(books, "tools")
    assert row.row.state(store.today()) == "valid"
    with store.read() as read:
        assert (
            read.value("SELECT count(*) FROM alert WHERE rule = 'calibration.due' AND cleared_at IS NULL")
            == 0
        )
        assert [one.certificate for one in calibrations_of(read, part, "SN-7")] == ["C-2", "C-1"]


def test_the_list_says_who_has_the_tool(store, id_of):
    part = id_of("part", "SRV-012")
    loans.calibrate(store, part, "2026-11-01", "2026-12-01")
    loans.lend(store, part, None, 1000, loans.Terms("2026-11-30", party="Firm X"))
    with store.read() as read:
        (row,) = tools(read)
    assert (row.lent_to, row.state(store.today())) == ("Firm X", "ending")


def test_what_was_used_is_drawn_in_four_ways(shown, store, tasks, settled):
    page = shown(AnalysisPage(store, tasks))
    settled()
    asked: list = []
    page.report_requested.connect(lambda name, told: asked.append((name, told)))
    months = page.used.chart.bars
    assert len(months) == 12
    assert months[-1].words == "2026-11"
    total = sum(bar.value for bar in months)
    for by in ("class", "machine", "part"):
        page.used.choose(by)
        settled()
        bars = page.used.chart.bars
        assert sum(bar.value for bar in bars) == total
        figures = [bar.value for bar in bars if "more" not in bar.words]
        assert figures == sorted(figures, reverse=True)
    page.used.print_report()
    assert asked == [("consumption", {"site": "DC1", "from": "2025-12-01", "to": "2026-11-22"})]


def test_bars_are_drawn_whatever_they_hold(qtbot):
    chart = BarChart()
    qtbot.addWidget(chart)
    chart.resize(300, 200)
    for bars in ([], [BarOf("a", 0, "0")], [BarOf("a", -5, "-5"), BarOf("b" * 90, 10, "10")]):
        for upright in (True, False):
            chart.set(bars, upright=upright)
            assert not chart.grab().isNull()
    assert "10" in chart.accessibleName()


def test_skipped_scans_are_listed(store, shown, tasks, settled):
    note_skipped(store, [Failed(text="4711", sentence="unknown", at=store.now())], "label torn")
    page = shown(BooksPage(store, tasks))
    settled()
    (row,) = rows(page, "skipped")
    assert (row.code, row.reason, row.refusal) == ("4711", "label torn", "unknown")
