"""Before printing: a paper that the printer lacks, a printer that is gone; and a page in the middle of another paper."""

import io
import subprocess
from functools import partial

import pytest
import zxingcpp
from PIL import Image
from PySide6.QtCore import QTimer
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QWidget

from app import words
from app.labels.jobs import labels_of
from app.labels.layouts import LAYOUTS
from app.labels.render import render_labels
from app.paper import Offer, Paper
from app.reports.catalogue import spec_of
from app.settings import printers
from ui.kit import theme
from ui.kit.tasks import Tasks
from ui.labels import LabelDialog
from ui.reports.lacking import MIDDLE, OTHER, SAVE, WaysDialog
from ui.reports.panel import ReportPanel
from ui.reports.paper import ask_printer, offer_of, print_pdf

A4 = Paper("A4", 210, 297)
OFFICE = Offer("HP LaserJet", (A4, Paper("A5", 148, 210)), A4)
LABELLER = Offer("TSC", (Paper("60 x 40", 40, 60),))
ROLL = [(60.0, 40.0)]
KEPT = ["Gone Printer", 0, 0]


@pytest.fixture
def window(qtbot, qapp):
    words.use("en")
    theme.apply(qapp, "light")
    made = QWidget()
    made.resize(1100, 760)
    qtbot.addWidget(made)
    made.show()
    yield made
    words.use("zh_CN")


@pytest.fixture
def tasks():
    tasks = Tasks()
    yield tasks
    tasks.stop()


@pytest.fixture
def system(monkeypatch):
    """The system's dialog: Print is pressed each time; how often it was shown."""
    shown = []

    def press(dialog):
        shown.append(dialog)
        return QDialog.DialogCode.Accepted

    monkeypatch.setattr(QPrintDialog, "exec", press)
    return shown


def answer(*steps):
    """Press these in the questions that come, one after the other; "" is Esc. What was asked is kept."""
    asked = []

    def wait():
        dialog = QApplication.activeModalWidget()
        if not isinstance(dialog, WaysDialog) or dialog in asked:
            QTimer.singleShot(5, wait)
            return
        asked.append(dialog)
        step = steps[len(asked) - 1]
        if len(asked) < len(steps):
            QTimer.singleShot(5, wait)
        if step:
            dialog.buttons[step].click()
        else:
            dialog.reject()

    QTimer.singleShot(0, wait)
    return asked


def test_a_paper_that_is_there_raises_no_question(window, system):
    memory = {}
    chosen = ask_printer(window, "t", memory, "labels.x", pages=ROLL, offers=lambda _printer: LABELLER)
    assert chosen.offer is LABELLER
    assert list(memory) == ["labels.x"]
    assert len(system) == 1


def test_another_printer_is_chosen_and_remembered(window, system):
    offers = iter([Offer(), OFFICE, LABELLER])
    asked = answer(OTHER)
    memory = {}
    chosen = ask_printer(window, "t", memory, "k", pages=ROLL, offers=lambda _printer: next(offers))
    assert chosen.offer is LABELLER
    assert (len(asked), len(system)) == (1, 2)
    assert "k" in memory


def test_a_file_is_saved_instead_and_nothing_is_remembered(window, system):
    saved, memory = [], {}
    answer(SAVE)
    told = {"pages": ROLL, "save": partial(saved.append, 1), "offers": lambda _printer: OFFICE}
    assert ask_printer(window, "t", memory, "k", **told) is None
    assert (saved, memory, len(system)) == ([1], {}, 1)


def test_esc_prints_nothing(window, system):
    answer("")
    assert ask_printer(window, "t", {}, "k", pages=ROLL, offers=lambda _p: OFFICE) is None
    assert len(system) == 1


@pytest.mark.usefixtures("system")
def test_printing_all_the_same_goes_to_the_middle(window):
    answer(MIDDLE)
    chosen = ask_printer(window, "t", {}, "k", pages=ROLL, offers=lambda _p: OFFICE)
    assert chosen.offer is OFFICE


@pytest.mark.usefixtures("system")
def test_without_a_way_to_save_there_is_no_such_button(window):
    asked = answer("")
    ask_printer(window, "t", {}, "k", pages=ROLL, offers=lambda _p: OFFICE)
    assert list(asked[0].buttons) == [OTHER, MIDDLE]


def test_a_printer_that_is_gone_is_told_before_labels_are_printed(qtbot, window, sample_desk, tasks, system):
    memory = printers(sample_desk)
    memory["labels.L7160"] = KEPT
    dialog = LabelDialog(
        window, sample_desk, tasks, "part", [label.record for label in labels_of(sample_desk, "part")[:2]]
    )
    dialog.kind.set_values({"layout": "L7160"})
    dialog.show()
    qtbot.waitUntil(dialog.print.isEnabled)
    asked = answer("")
    dialog.print.click()
    assert "Gone Printer" in asked[0].windowTitle()
    assert asked[0].back.text() == "Choose another sheet or roll"
    assert (system, memory["labels.L7160"]) == ([], KEPT)
    dialog.reject()


@pytest.fixture
def panel(qtbot, window, sample_desk, tasks):
    made = ReportPanel(sample_desk, tasks, spec_of("low-stock"))
    made.setParent(window)
    made.show()
    qtbot.waitUntil(made.print.isEnabled)
    return made


def test_a_report_is_saved_where_its_printer_is_gone(qtbot, panel, sample_desk, monkeypatch, tmp_path):
    memory = printers(sample_desk)
    memory["report.low-stock"] = KEPT
    assert panel.viewer.papers == [pytest.approx((210, 297), abs=0.2)]
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_told: (str(tmp_path / "a.pdf"), ""))
    answer(SAVE)
    with qtbot.waitSignal(panel.done):
        panel.print_report()
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")
    assert memory["report.low-stock"] == KEPT


@pytest.mark.usefixtures("system")
def test_what_is_kept_from_another_release_is_passed_over(window):
    for kept in ("HP", ["HP"], ["HP", "x", 0], 7):
        assert ask_printer(window, "t", {"k": kept}, "k") is not None


@pytest.mark.usefixtures("qapp")
def test_a_file_takes_any_paper():
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    assert offer_of(printer) == Offer()


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize("offer", [None, LABELLER, OFFICE])
def test_a_label_lies_in_the_middle_of_the_paper_at_its_size(sample_desk, tmp_path, offer):
    stream = io.BytesIO()
    render_labels(labels_of(sample_desk, "part")[:2], LAYOUTS["roll60x40"], stream)
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "p.pdf"))
    printer.setResolution(300)
    assert print_pdf(stream.getvalue(), printer, offer) == 2
    subprocess.run(["pdftoppm", "-r", "254", "-gray", "-singlefile", "p.pdf", "p"], cwd=tmp_path, check=True)
    picture = Image.open(tmp_path / "p.pgm")
    (code,) = zxingcpp.read_barcodes(picture)
    corner = code.position.top_left
    paper = (2970, 2100) if offer is OFFICE else (600, 400)
    assert picture.size == pytest.approx(paper, abs=3)
    left, top = ((paper[0] - 600) // 2, (paper[1] - 400) // 2)
    side = code.position.top_right.x - corner.x
    assert (left < corner.x < left + 100, top < corner.y < top + 150) == (True, True)
    assert side == pytest.approx(220, abs=25)
