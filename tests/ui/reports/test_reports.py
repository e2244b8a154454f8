"""The report page and the preview: choose, fill in, see, save, print."""

import subprocess
from dataclasses import replace

import pytest
from PIL import Image, ImageChops
from PySide6.QtCore import Qt
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QDialog, QFileDialog, QWidget
from shiboken6 import isValid

from app import words
from app.access import Actor, Permission
from app.reports.catalogue import REPORTS, make_bytes
from app.reports.record import recent_runs
from ui.kit import theme
from ui.kit.tasks import Tasks
from ui.reports import PreviewDialog, ReportsPage, save_report
from ui.reports.paper import ask_file, print_pdf
from ui.reports.viewer import Viewer


@pytest.fixture
def tasks(qapp):
    words.use("zh_CN")
    theme.apply(qapp, "light")
    tasks = Tasks()
    yield tasks
    tasks.stop()
    words.use("zh_CN")


@pytest.fixture
def page(qtbot, sample_desk, tasks):
    made = ReportsPage(sample_desk.at(sample_desk.sites()[0]), tasks)
    made.resize(1286, 716)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitUntil(tasks.idle)
    return made


@pytest.fixture
def window(qtbot):
    made = QWidget()
    made.resize(1000, 700)
    qtbot.addWidget(made)
    made.show()
    return made


def text_of(path) -> str:
    return subprocess.run(["pdftotext", str(path), "-"], capture_output=True, check=True).stdout.decode()


def test_a_pdf_is_shown_from_memory(qtbot, sample_desk):
    viewer = Viewer()
    qtbot.addWidget(viewer)
    viewer.resize(700, 500)
    viewer.show()
    viewer.show_pdf(make_bytes(sample_desk, "low-stock", {}))
    assert viewer.count == 2
    assert viewer.pages.text() == "第 1 页，共 2 页"
    viewer.forth.click()
    assert viewer.page == 1
    assert not viewer.forth.isEnabled()
    before = viewer.zoom.text()
    viewer.larger.click()
    assert viewer.zoom.text() != before
    viewer.fit.click()
    assert viewer.zoom.text() == before
    viewer.show_pdf(make_bytes(sample_desk, "low-stock", {}))
    assert viewer.page == 1
    viewer.show_reason("error", "x")
    assert (viewer.count, viewer.pages.text()) == (0, "")


def test_every_report_of_the_role_stands_in_the_list(page):
    assert list(page.chooser.entries) == [*REPORTS, "recent"]
    assert page.chooser.key == "recent"


def test_choosing_shows_the_pages_at_once(qtbot, page):
    page.chooser.choose("low-stock")
    assert page.panel.parameters() == {"site": "DC1"}
    assert not page.panel.print.isEnabled()
    qtbot.waitUntil(lambda: page.panel.viewer.count > 0)
    assert page.panel.print.isEnabled()
    page.panel.form.set_values({"site": "*"})
    qtbot.waitUntil(lambda: page.panel.viewer.count == 2)


def test_what_is_missing_is_asked_for_and_a_wrong_one_refused(qtbot, page, tasks):
    page.chooser.choose("equipment-file")
    panel = page.panel
    assert panel.form.editor("code").hasFocus() or not page.isActiveWindow()
    assert panel.viewer.count == 0
    panel.form.set_values({"code": "NIX"})
    qtbot.waitUntil(lambda: not panel._wait.isActive() and tasks.idle())
    assert not panel.print.isEnabled()
    panel.form.set_values({"code": "DC1-UPS-001"})
    qtbot.waitUntil(lambda: panel.viewer.count > 0)
    assert panel.pdf.isEnabled()


def test_saving_logs_it_and_the_log_makes_it_again(qtbot, page, tasks, tmp_path, monkeypatch):
    panel = page.show_report("training-record", {"staff": "SW-0006"})
    qtbot.waitUntil(lambda: panel.viewer.count > 0)
    asked = []
    monkeypatch.setattr(
        QFileDialog, "getSaveFileName", lambda *told: (asked.append(told[2]), (str(tmp_path / "档案"), ""))[1]
    )
    panel.form.set_values({"language": "en"})
    with qtbot.waitSignal(page.said) as said:
        panel.pdf.click()
    assert "员工培训记录 SW-0006 2026-11-22.pdf" in asked[0]
    assert "Training record" in text_of(tmp_path / "档案.pdf")
    with page._desk.read() as read:
        (run,) = recent_runs(read)
    assert run.number in said.args[0]
    page.refresh({"reports"})
    page.chooser.choose("recent")
    qtbot.waitUntil(tasks.idle)
    page.recent.opened.emit(run.n)
    assert page.chooser.key == "training-record"
    assert page.panel.parameters() == {"staff": "SW-0006"}


def test_saving_a_workbook(qtbot, page, tasks, tmp_path, monkeypatch):
    panel = page.show_report("low-stock")
    qtbot.waitUntil(lambda: panel.viewer.count > 0)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_told: (str(tmp_path / "a.xlsx"), ""))
    with qtbot.waitSignal(panel.done):
        panel.excel.click()
    assert (tmp_path / "a.xlsx").read_bytes().startswith(b"PK")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_told: ("", ""))
    panel.excel.click()
    assert tasks.idle()


def test_printing_at_true_size(qtbot, page, tasks, tmp_path, monkeypatch):
    panel = page.show_report("equipment-register", {"size": "A3"})
    qtbot.waitUntil(lambda: panel.viewer.count > 0)

    def accept(dialog):
        dialog.printer().setOutputFormat(QPrinter.OutputFormat.PdfFormat)
        dialog.printer().setOutputFileName(str(tmp_path / "paper.pdf"))
        dialog.printer().setResolution(75)
        return QDialog.DialogCode.Accepted

    monkeypatch.setattr(QPrintDialog, "exec", accept)
    with qtbot.waitSignal(panel.done, timeout=20_000):
        page.print_page()
    said = subprocess.run(
        ["pdfinfo", str(tmp_path / "paper.pdf")], capture_output=True, check=True
    ).stdout.decode()
    width, height = next(line for line in said.splitlines() if "Page size" in line).split()[2:5:2]
    assert (round(float(width)), round(float(height))) == (1191, 842)
    with page._desk.read() as read:
        assert [run.format for run in recent_runs(read)] == ["print"]
    monkeypatch.setattr(QPrintDialog, "exec", lambda _dialog: QDialog.DialogCode.Rejected)
    page.print_page()
    assert tasks.idle()


@pytest.mark.usefixtures("qapp")
def test_a_page_is_printed_where_it_stands_on_paper(sample_desk, tmp_path):
    raw = make_bytes(sample_desk, "low-stock", {})
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "p.pdf"))
    printer.setResolution(100)
    (tmp_path / "o.pdf").write_bytes(raw)
    assert print_pdf(raw, printer) == 2
    boxes = []
    for name in ("o", "p"):
        subprocess.run(
            [
                "pdftoppm",
                "-gray",
                "-r",
                "50",
                "-f",
                "1",
                "-l",
                "1",
                "-singlefile",
                str(tmp_path / f"{name}.pdf"),
                str(tmp_path / name),
            ],
            check=True,
        )
        picture = Image.open(tmp_path / f"{name}.pgm")
        picture = picture.crop((20, 0, *picture.size))  # without the marks for the punch
        boxes.append(ImageChops.invert(picture).point(lambda v: 255 if v > 60 else 0).getbbox())
    assert max(abs(a - b) for a, b in zip(*boxes, strict=True)) <= 2, boxes


def test_a_small_window_shows_list_and_report_in_turn(page):
    page.resize(635, 332)
    assert page.chooser.isVisible()
    page.show_report("low-stock")
    assert not page.chooser.isVisible()
    page.back.click()
    assert page.chooser.isVisible()


def test_who_may_not_print_sees_no_button(qtbot, sample_desk, tasks):
    actor = Actor(None, "x", frozenset({Permission.SEE, Permission.SEE_STOCK}))
    page = ReportsPage(replace(sample_desk, actor=actor), tasks)
    qtbot.addWidget(page)
    panel = page.show_report("low-stock")
    assert panel.print.isHidden()
    assert "training-matrix" not in page.chooser.entries


def test_the_preview_over_a_page(qtbot, window, sample_desk, tasks):
    with sample_desk.read() as read:
        staff = read.find("staff", staff_no="SW-0006")
    dialog = PreviewDialog(window, sample_desk, tasks, "training-record", {"staff": staff})
    dialog.open()
    qtbot.waitUntil(lambda: dialog.panel.viewer.count > 0)
    assert dialog.panel.parameters() == {"staff": "SW-0006"}
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not isValid(dialog))


def test_the_page_in_english(qtbot, sample_desk, tasks):
    words.use("en")
    page = ReportsPage(sample_desk, tasks)
    qtbot.addWidget(page)
    assert page.title == "Reports"
    panel = page.show_report("low-stock")
    qtbot.waitUntil(lambda: panel.viewer.count > 0)
    assert panel.viewer.pages.text().startswith("Page 1")


def test_a_name_is_made_fit_for_a_file(window, monkeypatch, tmp_path):
    seen = []
    monkeypatch.setattr(
        QFileDialog, "getSaveFileName", lambda *told: (seen.append(told[2]), (str(tmp_path / "x.pdf"), ""))[1]
    )
    assert ask_file(window, "a/b:c", "pdf") == tmp_path / "x.pdf"
    assert seen[0].endswith("a b c.pdf")


def test_a_workbook_is_saved_without_a_preview(*, qtbot, window, sample_desk, tasks, tmp_path, monkeypatch):
    target = tmp_path / "proposal.xlsx"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_a: (str(target), ""))
    said = []
    save_report(window, sample_desk, tasks, "low-stock", parameters={"site": "DC1"}, said=said.append)
    qtbot.waitUntil(tasks.idle)
    assert target.stat().st_size > 5000
    assert "proposal.xlsx" in said[0]
    with sample_desk.read() as read:
        assert [(run.report, run.format) for run in recent_runs(read)] == [("low-stock", "xlsx")]
