"""The pad: mouse, finger and pen write, Delete wipes, and what was written becomes a picture."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage, QPointingDevice
from PySide6.QtTest import QTest

from app.errors import AppError
from app.inventory.slips import SMALL, read_signature
from ui.kit import theme
from ui.kit.signature import SignaturePad


@pytest.fixture
def pad(qtbot, qapp) -> SignaturePad:
    theme.apply(qapp, "light")
    made = SignaturePad()
    qtbot.addWidget(made)
    made.resize(400, 160)
    made.show()
    return made


def write(pad: SignaturePad) -> None:
    QTest.mousePress(pad, Qt.MouseButton.LeftButton, pos=QPoint(40, 40))
    for step in range(1, 20):
        QTest.mouseMove(pad, QPoint(40 + step * 10, 40 + step * 3))
    QTest.mouseRelease(pad, Qt.MouseButton.LeftButton, pos=QPoint(250, 100))


def test_the_mouse_writes_and_delete_wipes(pad, qtbot):
    assert pad.is_empty()
    assert pad.png() == b""
    with qtbot.waitSignal(pad.changed):
        write(pad)
    image = QImage.fromData(pad.png())
    assert (image.width(), image.height()) == (444, 144)  # cut to the ink, twice as fine
    assert image.pixelColor(0, 143).lightness() == 255
    found = read_signature(pad.png())
    small = QImage.fromData(found.small)
    assert small.width() <= SMALL[0]
    assert len(found.small) < 4000
    qtbot.keyClick(pad, Qt.Key.Key_Delete)
    assert pad.is_empty()


def test_a_finger_writes(pad):
    finger = QTest.createTouchDevice()
    assert isinstance(finger, QPointingDevice)
    QTest.touchEvent(pad, finger).press(1, QPoint(20, 20)).commit()
    for step in range(1, 5):
        QTest.touchEvent(pad, finger).move(1, QPoint(20 + 9 * step, 30)).commit()
    QTest.touchEvent(pad, finger).release(1, QPoint(60, 30)).commit()
    assert not pad.is_empty()
    assert len(pad.strokes) == 1


def test_a_dot_or_no_picture_is_no_signature(pad):
    QTest.mouseClick(pad, Qt.MouseButton.LeftButton, pos=QPoint(40, 40))
    assert pad.is_empty()
    for wrong in (b"", b"GIF89a", pad.png(), b"\x89PNG\r\n\x1a\n" + b"0" * 50):
        with pytest.raises(AppError):
            read_signature(wrong)
