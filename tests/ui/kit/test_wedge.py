import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QElapsedTimer, Qt, QTimer
from PySide6.QtGui import QInputMethodEvent, QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QVBoxLayout, QWidget

from ui.kit.wedge import REST, STALL, BurstDetector, Replay, Scan, Wedge

GAP = 30


def play(events, gap=GAP):
    """Feed (wait, text, end) and say what came out, with everything decided at the end."""
    detector, now, out = BurstDetector(gap), 0.0, []
    for number, (wait, text, end) in enumerate(events):
        now += wait
        out += detector.feed(now, text, number, end=end)
    return out + detector.expire(now + STALL + 1)


def scans(decisions):
    return [d.code for d in decisions if isinstance(d, Scan)]


def replayed(decisions):
    return [key for d in decisions if isinstance(d, Replay) for key in d.keys]


@given(st.lists(st.tuples(st.floats(GAP + 1, 5000), st.text(max_size=1), st.booleans())))
def test_human_typing_is_given_back_whole_and_in_order(events):
    out = play(events)
    assert not scans(out)
    assert replayed(out) == list(range(len(events)))


@given(st.lists(st.tuples(st.integers(1, 3), st.floats(0, GAP)), max_size=30))
def test_a_few_keys_rolled_together_are_still_a_person(groups):
    events = [(200 if n == 0 else quick, "a", False) for size, quick in groups for n in range(size)]
    out = play(events)
    assert not scans(out)
    assert replayed(out) == list(range(len(events)))


code = st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=4, max_size=40)


@given(st.lists(st.tuples(code, st.floats(0, 20), st.booleans()), max_size=12))
@settings(max_examples=60)
def test_each_burst_is_one_code(bursts):
    events = []
    for text, step, suffix in bursts:
        events += [(step if n else STALL + 50, sign, False) for n, sign in enumerate(text)]
        events += [(step, "", True)] if suffix else []
    out = play(events)
    assert scans(out) == [text for text, _, _ in bursts]
    assert not replayed(out)


@given(st.integers(8, 20), st.floats(GAP + 1, STALL - 1), st.floats(1, 20))
def test_a_code_that_is_held_up_in_the_middle_is_one_code(place, stall, step):
    sent = "32651960904000240123\r"
    events = [(stall if n == place else step, sign, sign == "\r") for n, sign in enumerate(sent)]
    out = play(events)
    assert scans(out) == [sent.strip()]
    assert not replayed(out)


@given(st.integers(8, 20), st.floats(STALL + 1, REST), st.floats(1, 16))
def test_the_rest_of_a_code_that_was_held_up_too_long_is_no_typing(place, stall, step):
    sent = "32651960904000240123\r"
    events = [(stall if n == place else step, sign, sign == "\r") for n, sign in enumerate(sent)]
    out = play(events)
    assert "".join(scans(out)) in {sent[:place], sent[:-1]}  # a long rest is a code that nobody knows
    assert not replayed(out)


def test_codes_that_follow_without_a_pause():
    events = [(5, sign, sign == "\r") for n in range(200) for sign in f"{1000 + n}\r"]
    assert scans(play(events)) == [str(1000 + n) for n in range(200)]


def test_control_characters_stay_out_and_the_tail_after_a_line_is_no_typing():
    events = [(5, s, s == "\r") for s in "12\x1b34\x0056\r"] + [(5, s, s == "\r") for s in "\nab\r"]
    out = play(events)
    assert scans(out) == ["123456"]
    assert not replayed(out)


def test_a_shortcut_typed_by_a_machine_is_dropped():
    detector = BurstDetector(GAP)
    assert detector.feed(0, "", "Ctrl+N", control=True) == []
    assert detector.feed(5, "", "Enter", end=True) == []
    assert detector.expire(100) == []
    assert detector.feed(200, "", "Ctrl+N", control=True) == []
    assert detector.expire(300) == [Replay(["Ctrl+N"])]


@pytest.fixture
def page(qtbot):
    widget = QWidget()
    widget.first, widget.second = QLineEdit(widget), QLineEdit(widget)
    layout = QVBoxLayout(widget)
    layout.addWidget(widget.first)
    layout.addWidget(widget.second)
    qtbot.addWidget(widget)
    widget.show()
    widget.activateWindow()
    widget.first.setFocus()
    qtbot.waitUntil(widget.first.hasFocus)
    return widget


@pytest.fixture
def wedge(qapp):
    made = Wedge()
    made.codes = []
    made.scanned.connect(made.codes.append)
    yield made
    qapp.removeEventFilter(made)


def press(page, sign, modifiers=Qt.KeyboardModifier.NoModifier):
    """A key as the platform delivers it: through the window, shortcuts first."""
    QTest.keyClick(page.windowHandle(), sign, modifiers)


def wait(qtbot, ms):
    clock = QElapsedTimer()
    clock.start()
    qtbot.waitUntil(lambda: clock.elapsed() > ms)


def test_two_hundred_codes_at_five_milliseconds_across_focus_changes(qtbot, page, wedge):
    codes = [str(1602217 + 13 * n) for n in range(200)]
    for n, text in enumerate(codes):
        for place, sign in enumerate(text):
            if place == 3:
                (page.first, page.second)[n % 2].setFocus()
            press(page, sign)
        press(page, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(wedge.codes) == 200)
    assert wedge.codes == codes
    assert page.first.text() == page.second.text() == ""


def test_typing_reaches_the_field_in_order(qtbot, page, wedge):
    for sign in "Hvac-7":
        press(page, sign)
        wait(qtbot, 40)
    press(page, Qt.Key.Key_Backspace)
    wait(qtbot, 40)
    assert page.first.text() == "Hvac-"
    assert not wedge.codes


@pytest.mark.usefixtures("wedge")
def test_keys_go_where_they_were_typed(qtbot, page):
    press(page, "a")
    page.second.setFocus()
    press(page, "b")
    qtbot.waitUntil(lambda: page.second.text() == "b")
    assert page.first.text() == "a"


@pytest.mark.usefixtures("wedge")
def test_a_click_lets_go_at_once(page):
    press(page, "a")
    QTest.mouseClick(page.second, Qt.MouseButton.LeftButton)
    assert page.first.text() == "a"


def test_shortcuts_still_work_but_not_from_a_code(qtbot, page, wedge):
    fired = []
    QShortcut(QKeySequence("Ctrl+N"), page).activated.connect(lambda: fired.append("new"))
    QShortcut(QKeySequence("1"), page).activated.connect(lambda: fired.append("one"))
    page.setFocus()
    press(page, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: fired == ["new"])
    for sign in "11":
        press(page, sign)
        wait(qtbot, 40)
    assert fired == ["new", "one", "one"]
    for sign in (Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_3, Qt.Key.Key_4):
        press(page, sign)
        press(page, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    press(page, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: wedge.codes == ["1234"])
    wait(qtbot, 80)
    assert fired == ["new", "one", "one"]


def test_an_input_method_that_commits_digits(qtbot, page, wedge):
    def commit(text):
        event = QInputMethodEvent("", [])
        event.setCommitString(text)
        QApplication.sendEvent(page.first, event)

    for sign in "１６０２２":
        commit(sign)
    press(page, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: wedge.codes == ["１６０２２"])
    wait(qtbot, 80)
    commit("泵房")
    commit("好")
    qtbot.waitUntil(lambda: page.first.text() == "泵房好")


def test_a_visible_claim_takes_the_scan(qtbot, page, wedge):
    claimed = []
    wedge.claim(page, claimed.append)
    wedge.claim(page.second, lambda code: claimed.append("second " + code))
    page.second.setFocus()
    for sign in "12345\r":
        press(page, sign if sign != "\r" else Qt.Key.Key_Tab)
    qtbot.waitUntil(lambda: claimed == ["second 12345"])
    assert page.second.hasFocus()
    wedge.release(page.second)
    for sign in "98765":
        press(page, sign)
    qtbot.waitUntil(lambda: claimed[1:] == ["98765"])
    wedge.release(page)
    for sign in "24680":
        press(page, sign)
    qtbot.waitUntil(lambda: wedge.codes == ["24680"])


def test_a_held_key_repeats(page, wedge, qtbot):
    press(page, "a")
    wait(qtbot, 2 * GAP)  # no keyboard repeats sooner
    for _ in range(6):
        QTest.simulateEvent(page.first, True, Qt.Key.Key_A, Qt.KeyboardModifier.NoModifier, "a", True)
    assert page.first.text() == "aaaaaaa"
    assert not wedge.codes


def test_two_equal_signs_in_one_millisecond_are_no_held_key(page, wedge, qtbot):
    for text, again in (("1", False), ("0", False), ("0", True), ("0", True), ("2", False), ("4", False)):
        QTest.simulateEvent(page.first, True, ord(text), Qt.KeyboardModifier.NoModifier, text, again)
        QTest.simulateEvent(page.first, False, ord(text), Qt.KeyboardModifier.NoModifier, text, again)
    press(page, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: wedge.codes == ["100024"])
    assert page.first.text() == ""


NASTY = [
    "<img src=http://example.invalid/x.png>",
    "javascript:alert(1)",
    "=cmd|' /C calc'!A0",
    "'; DROP TABLE part; --",
    "\x1b[A\x1b[B0000",
    "\x08\x08\x08\x7f1234",
    "\x01\x03\x16\x1a12",
    "\x0e\x11\x17qqqq",
    "12\n34\n56789\n",
    "a\tb\tc\td\te",
    "../../etc/passwd",
    "{code} %s %n",
]
KEYS = {
    "\n": Qt.Key.Key_Return,
    "\t": Qt.Key.Key_Tab,
    "\x1b": Qt.Key.Key_Escape,
    "\x08": Qt.Key.Key_Backspace,
}


@pytest.mark.parametrize("payload", NASTY)
def test_a_hostile_code_does_nothing_but_be_read(qtbot, page, wedge, payload):
    fired = []
    for key in ("Ctrl+N", "Ctrl+Q", "Ctrl+W", "Ctrl+A", "Ctrl+Z", "Ctrl+V", "Esc", "Del", "1", "q"):
        QShortcut(QKeySequence(key), page).activated.connect(lambda key=key: fired.append(key))
    page.first.setText("kept")
    for sign in payload:
        if sign in KEYS:
            press(page, KEYS[sign])
        elif ord(sign) < 32:
            press(page, Qt.Key(ord(sign) + 64), Qt.KeyboardModifier.ControlModifier)
        elif sign == "\x7f":
            press(page, Qt.Key.Key_Delete)
        else:
            press(page, sign)
    press(page, Qt.Key.Key_Return)
    wait(qtbot, 90)
    assert fired == []
    assert page.first.text() == "kept"
    assert page.second.text() == ""
    assert page.first.hasFocus()
    assert all(code.isprintable() for code in wedge.codes)


def test_a_dialog_that_a_key_opens_takes_keys_and_scans(qtbot, page, wedge):
    dialog = QDialog(page)
    field = QLineEdit(dialog)
    steps = iter(["type", "scan", "shut"])

    def step():
        match next(steps):
            case "type":
                press(dialog, "a")
            case "scan":
                for sign in "13579":
                    press(dialog, sign)
                press(dialog, Qt.Key.Key_Return)
            case "shut":
                dialog.close()

    timer = QTimer(page, interval=120)
    timer.timeout.connect(step)
    shortcut = QShortcut(QKeySequence("Ctrl+N"), page)
    shortcut.activated.connect(lambda: (timer.start(), dialog.exec(), timer.stop()))
    press(page, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: wedge.codes == ["13579"] and not dialog.isVisible())
    assert field.text() == "a"
    press(page, "b")
    qtbot.waitUntil(lambda: page.first.text() == "b")
