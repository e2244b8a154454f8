"""S2 and S3: a scanner is a keyboard that an attacker can print for; a person who types fast is no scanner (trust.md)."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from app import words
from app.inventory.scans import resolve_scan
from app.labels.payload import Kind, encode, read_scan
from app.labels.scanner import LEAST_SLOW, WIDEST
from ui.inventory.station import ScanStation
from ui.kit.tasks import Tasks
from ui.kit.wedge import BurstDetector, Replay, Scan, Wedge

PAYLOADS = [
    "<b>bold</b>", "<img src=http://example.invalid/x.png>", "<a href='file:///etc/passwd'>x</a>", "<script>alert(1)</script>",
    "javascript:alert(1)", "data:text/html,<b>x", "file:///etc/passwd", "http://example.invalid/a?b=c", "\\\\host\\share\\x",
    "=cmd|' /C calc'!A0", "+1+cmd", "@SUM(1)", "-2+3", "'; DROP TABLE part; --", "' OR '1'='1", '" OR ""="', "%' --", "\\' OR 1=1 --",
    "../../etc/passwd", "..\\..\\windows", "{code} %s %n {0.__class__}", "${jndi:ldap://x}", "{{7*7}}", "$(reboot)", "`reboot`", "| rm -rf x",
    "\x1b[A\x1b[B0000", "\x08\x08\x08\x7f1234", "\x01\x03\x16\x1a12", "\x0e\x11\x17qqqq", "\x00\x00\x00\x00\x00", "a\x00b\x00c\x00d",
    "12\n34\n56789\n", "a\tb\tc\td\te", "\r\r\r\r\r", "\u202e0001\u202d", "\ufeff\ufeff1234", "\u200b\u200b\u200b\u200b1", "\ud800abcd",
    "１２３４５６", "😀😀😀😀", "e\u0301" * 40, "A" * 5000, "9" * 300, "1" + "0" * 60, encode(Kind.PT, "NO-SUCH"), encode(Kind.AC, "FORMAT"),
    '{"part": 10}', "]C1010690123456789",
]  # fmt: skip
KEYS = {"\n": Qt.Key.Key_Return, "\r": Qt.Key.Key_Return, "\t": Qt.Key.Key_Tab, "\x1b": Qt.Key.Key_Escape, "\x08": Qt.Key.Key_Backspace,
        "\x7f": Qt.Key.Key_Delete}  # fmt: skip
SHORTCUTS = (
    "Ctrl+N",
    "Ctrl+Q",
    "Ctrl+W",
    "Ctrl+A",
    "Ctrl+Z",
    "Ctrl+V",
    "Ctrl+P",
    "Ctrl+C",
    "Del",
    "F5",
    "1",
    "q",
)


def test_there_are_forty_nine():
    assert len(PAYLOADS) == len(set(PAYLOADS)) == 49


@pytest.fixture
def page(qtbot, sample_desk):
    words.use("en")
    tasks, wedge = Tasks(), Wedge()
    made = ScanStation(sample_desk, tasks, wedge=wedge)
    wedge.claim(made, made.on_scan)
    qtbot.addWidget(made)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(lambda: made.isActiveWindow() and tasks.idle())
    made.fired = []
    for key in SHORTCUTS:
        QShortcut(QKeySequence(key), made).activated.connect(lambda key=key: made.fired.append(key))
    made.gone = []
    made.left.connect(lambda: made.gone.append(1))
    yield made
    qtbot.waitUntil(tasks.idle)
    tasks.stop()
    from PySide6.QtWidgets import QApplication

    QApplication.instance().removeEventFilter(wedge)


def press(page, sign):
    window = page.windowHandle()
    if sign in KEYS:
        QTest.keyClick(window, KEYS[sign])
    elif ord(sign) < 32:
        QTest.keyClick(window, Qt.Key(ord(sign) + 64), Qt.KeyboardModifier.ControlModifier)
    elif sign.isascii():
        QTest.keyClick(window, sign)


def counts(desk) -> tuple[int, ...]:
    with desk.read() as read:
        return tuple(
            read.value(f"SELECT count(*) FROM {table}")
            for table in ("op", "stock_movement", "part", "code_alias")
        )


@pytest.mark.parametrize("payload", PAYLOADS, ids=lambda text: ascii(text[:20]))
def test_a_hostile_code_by_wedge_does_nothing(page, qtbot, sample_desk, payload):
    before = counts(sample_desk)
    for sign in payload[:600]:
        press(page, sign)
    press(page, "\n")
    QTest.qWait(70)
    qtbot.waitUntil(page._tasks.idle)
    assert counts(sample_desk) == before
    if sum(sign.isascii() for sign in payload) >= 4:  # fewer keys are a person's
        assert page.fired == []
    assert page.gone == []
    assert page.isVisible()
    assert page.station.part is None
    for shown in page.findChildren(QLabel):
        assert shown.textFormat() == Qt.TextFormat.PlainText or not any(sign in shown.text() for sign in "<&")


@pytest.mark.parametrize("payload", PAYLOADS, ids=lambda text: ascii(text[:20]))
def test_a_hostile_code_by_camera_is_one_record_or_a_sentence(sample_desk, payload):
    before = counts(sample_desk)
    found = resolve_scan(sample_desk, payload)
    assert bool(found.kind) != bool(found.sentence)
    assert found.kind in {"", "part", "bin", "place", "equipment", "work_order"}
    assert all(sign.isprintable() for sign in found.sentence if sign != "\n")
    assert len(found.sentence) < 400
    assert counts(sample_desk) == before


@given(st.text(max_size=300))
def test_reading_never_raises_and_is_clean(text):
    scan = read_scan(text)
    assert all(sign.isprintable() or sign.isspace() for sign in scan.text)


# typing


def typed(dice: random.Random, keys: int, mean: float) -> list[float]:
    """Times between the keys of a typist: log-normal around the mean, one in sixteen a roll of two fingers (15-45 ms)."""
    return [
        dice.uniform(15, 45) if dice.random() < 0.06 else dice.lognormvariate(0, 0.4) * mean
        for _key in range(keys)
    ]


@pytest.mark.parametrize(
    ("words_a_minute", "gap", "least"),
    [
        (40, 30, 4),
        (90, 30, 4),
        (130, 30, 4),
        (160, 30, 4),
        (40, WIDEST, LEAST_SLOW),
        (90, WIDEST, LEAST_SLOW),
    ],
)
def test_human_typing_is_never_taken_for_a_scan(words_a_minute, gap, least):
    """A hundred thousand keys at each speed, fast typists among them: every one goes where it was typed, in order."""
    dice = random.Random(words_a_minute)
    mean = 60_000 / (words_a_minute * 5)
    detector: BurstDetector[int] = BurstDetector(gap, least)
    now, out, keys = 0.0, [], 100_000
    for number, step in enumerate(typed(dice, keys, mean)):
        now += step
        out += detector.feed(now, "a", number, end=dice.random() < 0.02)
    out += detector.expire(now + 1000)
    assert not [one for one in out if isinstance(one, Scan)]
    assert [key for one in out if isinstance(one, Replay) for key in one.keys] == list(range(keys))


@given(st.lists(st.integers(1, 20), min_size=8, max_size=40), st.integers(0, 3), st.booleans())
def test_a_scanner_is_always_told_from_a_person(steps, ends, control):
    """Whatever its suffix: none, one, two or three; with a control character before the code or without."""
    detector: BurstDetector[int] = BurstDetector(30)
    now, out = 0.0, []
    if control:
        out += detector.feed(now, "", -1, control=True)
    for number, step in enumerate(steps):
        now += step
        out += detector.feed(now, "7", number)
    for _end in range(ends):
        now += 5
        out += detector.feed(now, "", -2, end=True)
    out += detector.expire(now + 1000)
    assert [one.code for one in out if isinstance(one, Scan)] == ["7" * len(steps)]
    assert not [one for one in out if isinstance(one, Replay)]
