"""A USB scanner types like a keyboard, only faster: its bursts are taken out before a field or a shortcut sees them.

`BurstDetector` decides and knows nothing of Qt; `Wedge` holds each key back for as long as the decision takes (one gap,
30 ms). Keys typed by a person arrive in their order, none lost; autorepeat and the modifier keys are never held.
"""

import time
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, NamedTuple, TypeVar

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QThread, QTimer, Signal
from PySide6.QtGui import QInputEvent, QInputMethodEvent, QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

from app.labels.scanner import Reading, Scanner

K = TypeVar("K")
GAP = 30  # ms: scanners type every 1-20 ms; the fastest typists strike two keys, never four, within this
LEAST = 4
SURE = 8  # so many keys in a row within the gap are a scan, Enter or not
BRISK, EVEN = 16, 12  # ms: fewer ones must be faster than this and differ by no more than this
SLACK = 9  # ms more are allowed where Enter follows, or where the keys are as even as only a machine's
LONGEST = 4096
REST = 300  # ms: what a machine types so soon after a code without its Enter is the rest of that code
STALL = 120  # ms: a busy laptop or radio may hold a scanner up in the middle of a code; its Enter is waited for so long


class Scan(NamedTuple):
    """A whole code was read: its text, the times between its keys, and how many keys were none of a code."""

    code: str
    steps: tuple[float, ...] = ()
    controls: int = 0


class Tail(NamedTuple):
    """A scan is over: so many suffix keys came with it."""

    ends: int


class Replay(NamedTuple, Generic[K]):
    """A person typed these keys: they go on to where they were typed."""

    keys: list[K]


@dataclass
class BurstDetector(Generic[K]):
    """Tells a scanner's burst from typing, from the times of the keys alone. Times are milliseconds."""

    gap: float = GAP
    least: int = LEAST
    #: The scanner sends nothing after a code: short codes are believed all the same.
    bare: bool = False
    _held: list[K] = field(default_factory=list)
    _text: str = ""
    _last: float = float("-inf")
    _control: bool = False
    _machine: bool = False
    _scanned: bool = False
    _count: int = 0
    _ends: int = 0
    _strange: int = 0
    _steps: list[float] = field(default_factory=list)
    _first: float = 0.0
    _broken: float = float("-inf")

    @property
    def waiting(self) -> bool:
        """Something is to be decided when the gap has passed."""
        return bool(self._held) or self._machine

    @property
    def patience(self) -> float:
        """How long to wait for the next key: longer in the middle of a code whose Enter has not come."""
        middle = not self.bare and not self._machine and self._count >= SURE and not self._control
        return STALL if middle and self._is_burst() else self.gap

    def goes_on(self, now: float) -> bool:
        """Whether a key struck now would belong to those that are held."""
        return bool(self._held) and now - self._last <= self.gap

    def feed(
        self, now: float, text: str, key: K, *, end: bool = False, control: bool = False
    ) -> list[Scan | Tail | Replay[K]]:
        """A key was pressed and is held. `text` is its character, "" for others; `end` is Enter or Tab;
        `control` is a letter with Ctrl or Alt, by which scanners type control characters.
        """
        decided = self.expire(now)
        if self._held and len(self._steps) < LONGEST and now - self._last <= self.gap:
            self._steps.append(now - self._last)
        self._first = self._first if self._held else now
        self._last = now
        self._held.append(key)
        self._control |= control
        self._count += max(len(text), 1)
        self._ends += end
        self._strange += control or not (text.isprintable() or end)
        if len(self._text) < LONGEST:
            self._text += text if text.isprintable() else ""
        if end and (self._is_burst() or self._is_rest()):
            decided += self.flush()
            self._machine = True
        return decided

    def expire(self, now: float) -> list[Scan | Tail | Replay[K]]:
        """Decide what is held if the gap has passed without a key."""
        if now - self._last <= self.patience:
            return []
        decided: list[Scan | Tail | Replay[K]] = self.flush()
        if self._scanned:
            decided.append(Tail(self._ends))
        self._machine, self._scanned, self._ends = False, False, 0
        return decided

    def flush(self) -> list[Scan | Tail | Replay[K]]:
        """Decide what is held at once: the burst has ended, or something happened that no scanner does."""
        keys, text, burst = self._held, self._text, self._is_burst() or self._is_rest()
        steps, strange = tuple(self._steps), self._strange
        self._held, self._text, self._control = [], "", False
        self._count, self._strange, self._steps = 0, 0, []
        if burst:
            whole = len(text) >= self.least
            self._scanned |= whole
            if whole and not self._ends and not self.bare:
                self._broken = self._last
            return [Scan(text, steps, strange)] if whole else []
        self._ends = 0
        return [Replay(keys)] if keys else []

    def _is_burst(self) -> bool:
        """No person types so many keys so fast, or anything within a gap of a shortcut or of a scan's end."""
        if self._machine or (self._control and len(self._held) > 1):
            return True
        # An input method may hand over several digits at once; a lone commit is a person's.
        return self._count >= self.least and len(self._held) > 1 and self._is_machine()

    def _is_rest(self) -> bool:
        """The end of a code that was held up too long: it is no quantity, and its Enter books nothing."""
        soon = self._first - self._broken <= REST and bool(self._ends)
        return soon and max(self._steps, default=0.0) <= BRISK

    def _is_machine(self) -> bool:
        """A few keys that no Enter follows may be a roll of the fingers: only a machine is that fast and that even."""
        slowest = max(self._steps, default=0.0)
        spread = slowest - min(self._steps, default=0.0)
        if self.gap > GAP:  # a slow scanner is nearly as slow as a fast typist
            return bool(self._ends) and spread <= EVEN
        if self.bare or self._count >= SURE:
            return True
        room = SLACK if self._ends or spread <= 2 else 0
        return slowest <= BRISK + room and spread <= EVEN + room


@dataclass
class _Key:
    """A key that is held back, and where it was typed."""

    target: QObject
    code: int
    modifiers: Qt.KeyboardModifier
    text: str
    committed: bool = False  # it came from an input method
    released: bool = False

    def is_control(self) -> bool:
        """Struck with Ctrl or Alt alone; both together are AltGr and type a character."""
        held = self.modifiers & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
        return bool(held) and not (len(self.text) == 1 and self.text.isprintable() and held == _ALT_GR)


_ALT_GR = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
_MODIFIERS = {
    Qt.Key.Key_Shift,
    Qt.Key.Key_Control,
    Qt.Key.Key_Alt,
    Qt.Key.Key_AltGr,
    Qt.Key.Key_Meta,
    Qt.Key.Key_CapsLock,
    Qt.Key.Key_NumLock,
    Qt.Key.Key_ScrollLock,
}
_ENDS = {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab}
_POINTING = {QEvent.Type.MouseButtonPress, QEvent.Type.TouchBegin, QEvent.Type.Wheel}
_TYPING = {
    QEvent.Type.KeyPress,
    QEvent.Type.KeyRelease,
    QEvent.Type.ShortcutOverride,
    QEvent.Type.InputMethod,
}
_WATCHED = _POINTING | _TYPING
_OF_HANDS = (QInputEvent, QInputMethodEvent)


class Wedge(QObject):
    """Watches every key of the program and tells the codes that a scanner typed."""

    scanned = Signal(str)
    """A code that no visible widget claims."""

    measured = Signal(object)
    """A burst as it came (app.labels.scanner.Reading), once its suffix is known; for the test of a scanner."""

    _read = Signal(str)

    def __init__(self, parent: QObject | None = None, gap: int = GAP) -> None:
        super().__init__(parent)
        self.enabled = True
        self._burst: BurstDetector[_Key] = BurstDetector(gap)
        self._claims: list[tuple[QWidget, Callable[[str], object]]] = []
        self._swallowed: set[int] = set()
        self._down: dict[int, _Key] = {}
        self._level = -1
        self._scan: Scan | None = None
        #: What the scanner meant by what arrived (Scanner.meant); learnt by the test of the scanner.
        self.meant: Callable[[str], str] = lambda code: code
        self._skew = float("inf")
        self._timer = QTimer(self, singleShot=True, interval=gap + 1, timerType=Qt.TimerType.PreciseTimer)
        # When the loop was busy, keys wait in the system's queue: they come before the second timer, with their times.
        self._drained = QTimer(self, singleShot=True, interval=0)
        self._timer.timeout.connect(self._drained.start)
        self._drained.timeout.connect(self._on_gap)
        self._read.connect(self._on_read, Qt.ConnectionType.QueuedConnection)
        instance = QCoreApplication.instance()
        if instance is not None:
            instance.installEventFilter(self)

    def claim(self, widget: QWidget, slot: Callable[[str], object]) -> None:
        """Give the scans to this widget while it is visible; the one with the focus wins, then the newest."""
        self.release(widget)
        self._claims.append((widget, slot))
        widget.destroyed.connect(self._on_claimant_destroyed)

    def release(self, widget: QWidget) -> None:
        """Take a claim back."""
        self._claims = [c for c in self._claims if isValid(c[0]) and c[0] is not widget]

    def _on_claimant_destroyed(self) -> None:
        self._claims = [c for c in self._claims if isValid(c[0])]

    def _on_read(self, code: str) -> None:
        code = self.meant(code)
        visible = [
            c for c in self._claims if isValid(c[0]) and c[0].isVisible() and c[0].window().isActiveWindow()
        ]
        focus = QApplication.focusWidget()
        focused = [c for c in visible if focus is not None and (c[0] is focus or c[0].isAncestorOf(focus))]
        if found := focused or visible:
            found[-1][1](code)
        else:
            self.scanned.emit(code)

    def _on_gap(self) -> None:
        if not self._timer.isActive():
            self._act(self._burst.expire(float("inf")))

    def _act(self, decisions: list[Scan | Tail | Replay[_Key]]) -> None:
        for decision in decisions:
            if isinstance(decision, Scan):
                self._swallowed |= {code for code, key in self._down.items() if not key.released}
                self._down.clear()
                self._scan = decision
                self._read.emit(decision.code)
            elif isinstance(decision, Tail):
                self._tell(decision)
            else:
                for key in decision.keys:
                    self._replay(key)

    def _tell(self, tail: Tail) -> None:
        scan, self._scan = self._scan, None
        if scan is not None:
            self.measured.emit(Reading(scan.code, scan.steps, tail.ends, scan.controls))

    def adapt(self, scanner: Scanner) -> None:
        """Listen as the scanner of this laptop needs it."""
        self._burst.gap, self._burst.least, self._burst.bare = (
            scanner.gap,
            scanner.least,
            not scanner.suffixes,
        )
        self._timer.setInterval(round(scanner.gap) + 1)
        self.meant = scanner.meant

    def _replay(self, key: _Key) -> None:
        self._down.pop(key.code, None)
        target = key.target if isValid(key.target) else _target()
        if target is None:
            return
        outer, self._level = self._level, QThread.currentThread().loopLevel()
        try:
            if key.committed:
                event = QInputMethodEvent("", [])
                event.setCommitString(key.text)
                QCoreApplication.sendEvent(target, event)
            elif isinstance(target, QWidget):
                _type(target, key)
        finally:
            self._level = outer

    def _is_replay(self) -> bool:
        """Whether the event is one of ours; one in the loop of a dialog that a replayed key has opened is not."""
        return self._level >= 0 and QThread.currentThread().loopLevel() == self._level

    def _now(self, event: QKeyEvent | None) -> float:
        """When the key was struck: the system's time if it gives one, on the clock of this process."""
        now = time.monotonic() * 1000
        if event is None or not event.timestamp():
            return now
        delay = now - event.timestamp()
        self._skew = delay if delay - self._skew > 1000 else min(self._skew, delay)  # its clock began anew
        return event.timestamp() + self._skew

    def _hold(self, now: float, key: _Key, *, end: bool = False) -> bool:
        if not key.committed:
            self._swallowed.discard(key.code)
            self._down[key.code] = key
        control = key.is_control()
        self._act(self._burst.feed(now, "" if control else key.text, key, end=end, control=control))
        if self._burst.waiting:
            self._timer.start(round(self._burst.patience) + 1)
        return True

    def _on_press(self, receiver: QObject, event: QKeyEvent) -> bool:
        if event.key() in _MODIFIERS:
            return False
        now = self._now(event)
        # No key that is held down repeats so soon: two equal signs of a scanner in one millisecond look like it.
        if event.isAutoRepeat() and not self._burst.goes_on(now):
            self._act(self._burst.flush())
            return event.key() in self._swallowed
        typed = receiver if isinstance(receiver, QWidget) else _target()
        if typed is None:
            return False
        key = _Key(typed, event.key(), event.modifiers(), event.text())
        return self._hold(now, key, end=event.key() in _ENDS)

    def _on_release(self, event: QKeyEvent) -> bool:
        if event.isAutoRepeat() or event.key() in _MODIFIERS:
            return False
        if event.key() in self._swallowed:
            self._swallowed.discard(event.key())
            return True
        if (key := self._down.get(event.key())) is not None:
            key.released = True
            return True
        return False

    def _on_commit(self, receiver: QObject, event: QInputMethodEvent) -> bool:
        text = event.commitString()
        digits = unicodedata.normalize("NFKC", text).isdecimal() and len(text) < LONGEST
        if (len(text) == 1 or digits) and not event.preeditString() and not event.replacementLength():
            return self._hold(
                self._now(None), _Key(receiver, 0, Qt.KeyboardModifier.NoModifier, text, committed=True)
            )
        self._act(self._burst.flush())
        return False

    def eventFilter(self, receiver: QObject, event: QEvent) -> bool:
        # Every event of the program comes here, and asking for its type takes longer than this.
        if not isinstance(event, _OF_HANDS) or (kind := event.type()) not in _WATCHED:
            return False
        if kind in _POINTING:
            self._act(self._burst.flush())
            return False
        if not self.enabled or self._is_replay():
            return False
        if isinstance(event, QKeyEvent):
            if kind == QEvent.Type.KeyPress:
                return self._on_press(receiver, event)
            if kind == QEvent.Type.KeyRelease:
                return self._on_release(event)
            if event.key() not in _MODIFIERS and not event.isAutoRepeat():
                event.accept()  # no shortcut yet: the press follows and is held
                return True
        elif isinstance(event, QInputMethodEvent):
            return self._on_commit(receiver, event)
        return False


def _target() -> QWidget | None:
    """The widget that a key goes to now."""
    popup = QApplication.activePopupWidget()
    if popup is not None:
        return popup.focusWidget() or popup
    return QApplication.focusWidget() or QApplication.activeWindow()


def _type(target: QWidget, key: _Key) -> None:
    """Give a key to a widget as the system does, shortcuts included: only QTest reaches the table of shortcuts."""
    from PySide6.QtTest import QTest  # loaded with the first key that is given back, not at the start

    QTest.simulateEvent(target, True, key.code, key.modifiers, key.text, False)
    if key.released and isValid(target):
        QTest.simulateEvent(target, False, key.code, key.modifiers, key.text, False)
