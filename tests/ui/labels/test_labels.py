"""The label dialog: which sheet, where it begins, what follows; printed sheets are read back."""

import pytest
import zxingcpp
from paper import printed
from PySide6.QtCore import QPoint, Qt
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QDialog, QWidget
from shiboken6 import isValid

from app import words
from app.labels.jobs import labels_of, print_labels
from app.labels.payload import Kind, decode
from app.labels.sizes import Printer, Tuning, layouts, printer, remember, tune, tuning
from ui.kit import theme
from ui.kit.dialogs import FormDialog
from ui.kit.forms import Form
from ui.kit.tasks import Tasks
from ui.labels import LabelDialog
from ui.labels.history import HistoryDialog
from ui.labels.own_size import OwnSizeDialog
from ui.labels.ruler import RulerDialog


@pytest.fixture
def tasks(qapp):
    words.use("zh_CN")
    theme.apply(qapp, "light")
    tasks = Tasks()
    yield tasks
    tasks.stop()


@pytest.fixture
def window(qtbot):
    made = QWidget()
    made.resize(1100, 760)
    qtbot.addWidget(made)
    made.show()
    return made


@pytest.fixture
def dialog(qtbot, window, sample_desk, tasks):
    with sample_desk.read() as read:
        ids = [
            row[0] for row in read.rows("SELECT id FROM equipment WHERE deleted = 0 ORDER BY code LIMIT 6")
        ]
    made = LabelDialog(window, sample_desk, tasks, "equipment", ids)
    made.show()
    qtbot.waitUntil(lambda: made.viewer.count > 0)
    return made


def codes_in(path) -> list[str]:
    found = [code for page in printed(path, 150) for code in zxingcpp.read_barcodes(page)]
    return sorted(decode(code.text).code for code in found)


def test_the_first_free_place_is_clicked(qtbot, dialog):
    place = dialog.sheet._area(5).center().toPoint()
    qtbot.mouseClick(dialog.sheet, Qt.MouseButton.LeftButton, pos=place)
    assert dialog.job().first == 5
    dialog.sheet.setFocus()
    qtbot.keyClick(dialog.sheet, Qt.Key.Key_Down)
    assert dialog.job().first == 8
    qtbot.mouseClick(dialog.sheet, Qt.MouseButton.LeftButton, pos=QPoint(1, 1))
    assert dialog.job().first == 8
    assert "8" in dialog.first.text()


def test_copies_fill_more_sheets(qtbot, dialog):
    dialog.form.set_values({"copies": 10_000})
    qtbot.waitUntil(lambda: dialog.viewer.count == 3)
    assert "3" in dialog.first.text()


def test_a_roll_has_no_places(qtbot, dialog):
    dialog.kind.set_values({"layout": "roll50x30"})
    qtbot.waitUntil(lambda: dialog.viewer.count == 6)
    assert dialog.sheet.isHidden()


def test_warnings_are_told(qtbot, dialog):
    dialog.kind.set_values({"layout": "tiny30x20"})
    qtbot.waitUntil(lambda: dialog.viewer.count == 6 and not dialog.note.isHidden())
    assert dialog.note.text()


def test_a_wrong_wish_is_told_and_nothing_can_be_printed(qtbot, dialog):
    dialog.form.set_values({"right": 20_000})
    qtbot.waitUntil(lambda: dialog.viewer.count == 0)
    assert not dialog.print.isEnabled()
    dialog.form.set_values({"right": 500})
    qtbot.waitUntil(lambda: dialog.viewer.count > 0)
    assert dialog.print.isEnabled()


def test_a_saved_sheet_is_read_back_and_logged(qtbot, dialog, sample_desk, tmp_path):
    dialog.form.set_values({"down": 1000, "outlines": 1})
    with qtbot.waitSignal(dialog.printed):
        dialog.save_to(tmp_path / "l.pdf")
    qtbot.waitUntil(lambda: not isValid(dialog))
    with sample_desk.read() as read:
        wanted = [
            row[0] for row in read.rows("SELECT code FROM equipment WHERE deleted = 0 ORDER BY code LIMIT 6")
        ]
        assert read.value("SELECT count(*) FROM qr_label") == 6
    assert codes_in(tmp_path / "l.pdf") == wanted
    assert tuning(sample_desk, "L7160").offset == (0, 1.0)


def test_a_spoilt_place_is_passed_over(qtbot, dialog):
    place = dialog.sheet._area(2).center().toPoint()
    qtbot.mouseClick(dialog.sheet, Qt.MouseButton.RightButton, pos=place)
    assert dialog.job().spoilt == {2}
    qtbot.mouseClick(dialog.sheet, Qt.MouseButton.RightButton, pos=place)
    assert dialog.job().spoilt == frozenset()
    dialog.sheet.pick(21)
    dialog.sheet.spoil(21)
    assert dialog.job().spoilt == frozenset()


def test_each_layout_has_its_own_shift(dialog, sample_desk):
    tune(sample_desk, "L7163", Tuning(7, -2))
    dialog.kind.set_values({"layout": "L7163"})
    assert dialog.job().offset == (0.7, -0.2)
    dialog.kind.set_values({"layout": "L7160"})
    assert dialog.job().offset == (0, 0)


def test_a_label_printer_gets_the_labels_and_is_remembered(qtbot, dialog, sample_desk, monkeypatch, tmp_path):
    dialog.kind.set_values({"layout": "roll50x30"})
    assert dialog.raw.isVisible()
    target = tmp_path / "roll.prn"
    monkeypatch.setattr(FormDialog, "exec", lambda _self: QDialog.DialogCode.Accepted)
    monkeypatch.setattr(
        Form,
        "values",
        lambda self, old=Form.values: old(self) | ({"target": str(target)} if "target" in self.boxes else {}),
    )
    with qtbot.waitSignal(dialog.printed):
        dialog.raw.click()
    assert target.read_bytes().count(b"PRINT 1,1") == 6
    assert printer(sample_desk, "roll50x30").target == str(target)
    remember(sample_desk, Printer("tcp://10.0.0.7:9100", "zpl", "300"), "roll100x70")
    targets = [printer(sample_desk, roll).target for roll in ("roll50x30", "roll100x70", "roll60x40")]
    assert targets == [str(target), "tcp://10.0.0.7:9100", "tcp://10.0.0.7:9100"]
    with sample_desk.read() as read:
        assert read.value("SELECT count(*) FROM qr_label") == 6


def test_a_size_of_ones_own_is_made_with_a_preview(qtbot, window, sample_desk):
    made = OwnSizeDialog(window, sample_desk)
    made.show()
    qtbot.waitUntil(lambda: made.viewer.count == 1)
    made.form.set_values({"name": "货架长条", "width": 90_000, "height": 25_000, "columns": 3000})
    assert not made.save.isEnabled()
    assert made.note.text()
    made.form.set_values({"columns": 2000, "rows": 9000})
    assert made.save.isEnabled()
    made.save.click()
    assert made.chosen == "货架长条"
    assert layouts(sample_desk)["货架长条"].per_page == 18


def test_what_was_printed_before_is_printed_again(window, sample_desk, tmp_path):
    print_labels(sample_desk, labels_of(sample_desk, "part")[:2], "L7651", tmp_path / "first.pdf")
    history = HistoryDialog(window, sample_desk)
    assert history.list.model.rowCount() == 1
    assert "L7651" in history.list.model.columns[4].of(history._line(0, history._prints[0]))
    history.again.click()
    assert [label.kind for label in history.labels] == [Kind.PT, Kind.PT]
    assert history.chosen.layout == "L7651"


def test_the_ruler_refuses_what_cannot_be(window, sample_desk):
    ruler = RulerDialog(window, layouts(sample_desk)["L7160"], Tuning())
    ruler.form.set_values({"across": 30_000})
    ruler.on_save()
    assert ruler.made is None
    ruler.form.set_values({"across": 49_800})
    ruler.on_save()
    assert ruler.made == Tuning(0, 0, (49.8, 50.0))


def test_a_printed_sheet_is_read_back_and_logged(qtbot, dialog, sample_desk, monkeypatch, tmp_path):
    def accept(asking):
        asking.printer().setOutputFormat(QPrinter.OutputFormat.PdfFormat)
        asking.printer().setOutputFileName(str(tmp_path / "p.pdf"))
        asking.printer().setResolution(200)
        return QDialog.DialogCode.Accepted

    monkeypatch.setattr(QPrintDialog, "exec", accept)
    with qtbot.waitSignal(dialog.printed):
        dialog.print.click()
    assert len(codes_in(tmp_path / "p.pdf")) == 6
    with sample_desk.read() as read:
        assert read.value("SELECT count(*) FROM qr_label") == 6
