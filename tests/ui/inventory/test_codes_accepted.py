"""What the requirements ask of codes (R-X-qr-a to d), at the scan station of a storekeeper."""

import subprocess
import sys

import pytest
import zxingcpp
from paper import printed
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from storekeeper import EAN, ORDER, part, station

from app.labels.jobs import labels_of, print_labels
from app.labels.layouts import LAYOUTS
from app.labels.payload import Kind, decode, encode
from ui.kit.wedge import Wedge

__all__ = ["station"]


@pytest.fixture
def heard(station, qapp):
    """The station with the keys of the whole program watched."""
    wedge = Wedge()
    wedge.claim(station, station.on_scan)
    yield station
    qapp.removeEventFilter(wedge)


def strike(station, text: str) -> None:
    """A scanner: no time between the keys."""
    for sign in text:
        QTest.keyClick(station.windowHandle(), sign)


def typed(station, text: str) -> None:
    """A person: a key every 45 ms."""
    for sign in text:
        for pressed in (True, False):
            QTest.simulateEvent(
                station.entry, pressed, ord(sign), Qt.KeyboardModifier.NoModifier, sign, False
            )
        QTest.qWait(45)


@pytest.mark.parametrize("layout", ["L7160", "L7651", "tiny30x20", "roll100x70"])
def test_a_label_from_the_pdf_is_read_by_another_library_and_finds_its_part(station, store, tmp_path, layout):
    assert layout in LAYOUTS
    labels = labels_of(store, "part")[:3]
    print_labels(store, labels, layout, tmp_path / "l.pdf")
    codes = [code.text for page in printed(tmp_path / "l.pdf", 200) for code in zxingcpp.read_barcodes(page)]
    assert len(codes) == len(labels)
    found = set()
    for code in codes:
        station.on_scan(code)
        found.add(station.station.part.part_no)
        station.drop()
    assert found == {label.code for label in labels}


def test_typed_at_human_speed_is_typing_and_at_scanner_speed_is_a_scan(heard, qtbot):
    typed(heard, "HVAC-015")
    qtbot.waitUntil(lambda: heard.entry.text() == "HVAC-015")
    assert heard.station.part is None
    QTest.keyClick(heard.windowHandle(), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: heard.station.part is not None)
    heard.drop()
    strike(heard, encode(Kind.PT, "HVAC-009"))
    QTest.keyClick(heard.windowHandle(), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: heard.station.part is not None)
    assert heard.station.part.part_no == "HVAC-009"
    assert heard.entry.text() == ""


@pytest.mark.parametrize("full_width", [False, True])
def test_a_chinese_input_method_makes_no_difference(heard, qtbot, full_width):
    assert not heard.entry.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)
    for sign in encode(Kind.PT, "HVAC-015"):
        event = QInputMethodEvent("", [])
        event.setCommitString(chr(ord(sign) + 0xFEE0) if full_width else sign)
        QApplication.sendEvent(heard.entry, event)
    QTest.keyClick(heard.windowHandle(), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: heard.station.part is not None)
    assert heard.station.part.part_no == "HVAC-015"


OURS = encode(Kind.PT, "HVAC-015")


@pytest.mark.parametrize(
    "code",
    [
        OURS[:-1],  # damaged: a digit is missing
        OURS[:-1] + str((int(OURS[-1]) + 1) % 10),  # a wrong check digit
        OURS[1:],
        OURS[:5] + OURS[6] + OURS[5] + OURS[7:],  # two digits swapped
        encode(Kind.PT, "NO-SUCH-PART"),
        encode(Kind.AC, "OF-A-LATER-PROGRAM"),
        encode(Kind.BL, "Z9-0001"),
        encode(Kind.LC, "DC1-F1"),  # a place where a bin is wanted
        EAN,
        "https://example.com/?q=1",
        '{"id": 7, "type": "part"}',
        "=HYPERLINK(1)",
        "\x1b[A\x00",
        "\u202eSW-0815",
        "9" * 400,
        "",
    ],
)
def test_a_bad_code_is_one_clear_sentence_and_no_action(station, settled, store, code):
    with store.read() as read:
        before = read.value("SELECT count(*) FROM op")
    station.on_scan(code)
    settled()
    shown = station.band.result
    assert shown.level == "danger"
    assert shown.name[:1].isupper() or shown.name[:1].isdigit() or code[:1] in shown.name
    assert station.station.part is None
    assert not station.station.contexts
    assert len(station.queue.failed) == 1
    with store.read() as read:
        assert read.value("SELECT count(*) FROM op") == before


def test_a_code_holds_kind_number_and_check_digits_alone(store):
    with store.read() as read:
        people = read.rows("SELECT staff_no, name FROM staff WHERE deleted = 0 LIMIT 5")
    for number, name in people:
        digits = encode(Kind.ST, number)
        assert digits.isdigit()
        assert int(digits) % 97 == 1
        found = decode(digits)
        assert (found.kind, found.code) == (Kind.ST, number)
        assert name not in found.code
    for label in labels_of(store, "part")[:20]:
        assert decode(encode(label.kind, label.code)).code == label.code
        assert encode(label.kind, label.code) == encode(label.kind, label.code)  # nothing of the day in it


def test_without_the_reader_of_pictures_the_station_works_and_the_camera_says_so(tmp_path):
    code = (
        "import sys; sys.modules['zxingcpp'] = None\n"
        "from pathlib import Path\n"
        "from PySide6.QtWidgets import QApplication, QWidget\n"
        "from PySide6.QtTest import QTest\n"
        "qt = QApplication([])\n"
        "from app.words import use; use('en')\n"
        "import PIL.Image; PIL.Image.new('L', (90, 90)).save(sys.argv[1])\n"
        "import ui.inventory.station\n"
        "from ui.camera import CameraPanel\n"
        "window = QWidget(); window.resize(900, 700); window.show()\n"
        "panel = CameraPanel(window)\n"
        "print(panel.picture.words)\n"
        "panel.read_picture(Path(sys.argv[1]))\n"
        "for _turn in range(200):\n"
        "    QTest.qWait(10)\n"
        "    if 'Reading' not in panel.said.text(): break\n"
        "print(panel.said.text())\n"
        "panel.leave()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "p.png")], capture_output=True, text=True, check=True
    )
    first, second = done.stdout.splitlines()
    assert "USB scanner" in first
    assert "USB scanner" in second


def test_the_whole_day_goes_on_after_bad_codes(station, settled, figures):
    for code in (EAN, "nonsense"):
        station.on_scan(code)
    station.on_scan(ORDER)
    part(station, "HVAC-015")
    station.on_enter()
    settled()
    assert figures("HVAC-015")[0] == 2000
