"""The camera's panel: frames through a real sink, pictures from files and the clipboard, and a code is a scan like any other."""

from collections.abc import Iterator
from pathlib import Path

import PIL.Image
import pytest
import zxingcpp
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtMultimedia import QVideoFrame
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.words import use
from ui.camera import CameraPanel
from ui.camera.panel import AGAIN_AFTER


def sheet(*texts: str, width: int = 1280) -> PIL.Image.Image:
    made = PIL.Image.new("L", (width, 720), 200)
    for number, text in enumerate(texts):
        code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode)
        drawn = PIL.Image.fromarray(zxingcpp.write_barcode_to_image(code, scale=7))
        room = width // len(texts)
        made.paste(drawn, (number * room + (room - drawn.width) // 2, (720 - drawn.height) // 2))
    return made


def frame(*texts: str) -> QImage:
    made = sheet(*texts)
    return QImage(made.tobytes(), made.width, made.height, made.width, QImage.Format.Format_Grayscale8).copy()


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    made = QWidget()
    made.resize(1366, 768)
    qtbot.addWidget(made)
    made.show()
    return made


@pytest.fixture
def panel(window: QWidget) -> Iterator[CameraPanel]:
    made = CameraPanel(window, {"stay": True})
    yield made
    if made.isVisible():
        made.leave()


def test_without_a_camera_a_sentence_stands_where_the_picture_would(panel: CameraPanel) -> None:
    assert "摄像头" in panel.picture.words
    assert panel.which.isHidden()


@pytest.mark.qt_log_ignore("No RHI backend")  # no graphics card here
def test_a_frame_of_the_sink_becomes_a_scan(panel: CameraPanel, qtbot: QtBot) -> None:
    assert panel.live is not None
    with qtbot.waitSignal(panel.scanned) as said:
        panel.live.sink.setVideoFrame(QVideoFrame(frame("PN-0001")))
    assert said.args == ["PN-0001"]
    assert panel.said.text() == "PN-0001"


def test_the_same_code_counts_once_until_it_has_been_away(panel: CameraPanel, qtbot: QtBot) -> None:
    clock, heard = [100.0], []
    panel.now = lambda: clock[0]
    panel.scanned.connect(heard.append)
    for step in (0.0, 1.5, 1.5, AGAIN_AFTER + 0.1):
        clock[0] += step
        with qtbot.waitSignal(panel._eye.seen):
            panel._eye.look(frame("PN-0001"))
    assert heard == ["PN-0001", "PN-0001"]


def test_of_several_codes_the_aimed_one_is_taken_or_a_click_chooses(panel: CameraPanel, qtbot: QtBot) -> None:
    with qtbot.waitSignal(panel.scanned) as said:
        panel._eye.look(frame("LEFT", "MIDDLE", "RIGHT"))
    assert said.args == ["MIDDLE"]
    with qtbot.waitSignal(panel._eye.seen):
        panel._eye.look(frame("EAST", "WEST"))
    assert panel.said.text() == "有 2 个码：请点选正确的一个，或按它的序号。"
    place = panel.picture._place()
    spot = QPoint(round(place.x() + place.width() * 0.75), round(place.center().y()))
    with qtbot.waitSignal(panel.scanned) as said:
        qtbot.mouseClick(panel.picture, Qt.MouseButton.LeftButton, pos=spot)
    assert said.args == ["WEST"]


def test_a_picture_file_and_the_clipboard_are_read(panel: CameraPanel, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "聊天截图.png"
    sheet("FROM-A-FILE").save(path)
    with qtbot.waitSignal(panel.scanned) as said:
        panel.read_picture(path)
    assert said.args == ["FROM-A-FILE"]
    QGuiApplication.clipboard().setImage(frame("FROM-A-CHAT"))
    with qtbot.waitSignal(panel.scanned) as said:
        panel.paste()
    assert said.args == ["FROM-A-CHAT"]
    held = QMimeData()
    held.setUrls([QUrl.fromLocalFile(str(path))])
    QGuiApplication.clipboard().setMimeData(held)
    panel.now = lambda: 10**9
    with qtbot.waitSignal(panel.scanned) as said:
        panel.paste()
    assert said.args == ["FROM-A-FILE"]


def test_what_cannot_be_read_is_said_and_the_panel_stays(
    panel: CameraPanel, qtbot: QtBot, tmp_path: Path
) -> None:
    use("en")
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"no picture")
    with qtbot.waitSignal(panel._eye.seen):
        panel.read_picture(broken)
    assert "broken.jpg" in panel.said.text()
    with qtbot.waitSignal(panel._eye.seen):
        panel._eye.study(lambda: PIL.Image.new("L", (300, 300), 128))
    assert "No code can be read" in panel.said.text()
    QGuiApplication.clipboard().setText("only words")
    panel.paste()
    assert panel.said.text() == "There is no picture on the clipboard."


def test_after_one_code_the_panel_goes_unless_it_is_to_stay(window: QWidget, qtbot: QtBot) -> None:
    memory: dict[str, object] = {}
    panel = CameraPanel(window, memory)
    with qtbot.waitSignals([panel.scanned, panel.closed]):
        panel._eye.look(frame("PN-0001"))
    assert panel.isHidden()
    again = CameraPanel(window, memory)
    again.stay.setChecked(True)
    assert memory["stay"] is True
    qtbot.keyClick(again, Qt.Key.Key_Escape)
    assert again.isHidden()


def test_the_panel_keeps_to_its_corner(panel: CameraPanel, window: QWidget, qtbot: QtBot) -> None:
    for size in ((683, 384), (1366, 768)):
        window.resize(*size)
        qtbot.waitUntil(lambda: panel.geometry().right() == window.width() - 17)
        assert window.rect().contains(panel.geometry())


def test_a_number_key_chooses_between_several_codes(panel: CameraPanel, qtbot: QtBot) -> None:
    with qtbot.waitSignal(panel._eye.seen):
        panel._eye.look(frame("EAST", "WEST"))
    first = panel.picture.numbered(1)
    assert first is not None
    assert panel.picture.numbered(3) is None
    with qtbot.waitSignal(panel.scanned) as said:
        qtbot.keyClick(panel, "1")
    assert said.args == [first.text]


def test_the_eye_closes_with_the_window(window: QWidget, qtbot: QtBot) -> None:
    made = CameraPanel(window)
    thread = made._eye._thread
    made.deleteLater()
    qtbot.waitUntil(lambda: not thread.is_alive())


def test_the_panel_follows_the_field_that_it_stays_below(panel: CameraPanel, window: QWidget) -> None:
    field = QWidget(window)
    field.setGeometry(0, 300, 200, 40)
    field.show()
    window.resize(1366, 768)
    panel.stay_below(field)
    assert panel.y() > 340
    field.move(0, 380)
    assert panel.y() > 420


def test_in_a_narrow_window_the_panel_leaves_the_context_in_sight(panel: CameraPanel) -> None:
    panel.window().resize(683, 384)
    assert panel.width() <= 683 * 9 // 20
    assert not [made.text() for made in panel._words if made.text()]
    panel.window().resize(1366, 768)
    assert all(made.text() for made in panel._words)
