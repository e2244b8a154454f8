"""The main job, played with the real widgets: keys, scans and clicks, as a person would. The demo and the tests share it.

Every step is a method; it drives the window and returns what it found, so that a test can hold it against the expectation.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from app.inspections import queries
from app.labels.payload import Kind, encode
from app.sample import SAMPLE_ACCOUNTS
from app.words import _
from ui.inspections.entry import ChoiceEntry, NumberEntry
from ui.inspections.round_page import RoundPage
from ui.inventory.station import ScanStation
from ui.program import Program

Key = Qt.Key
PATIENCE = 30.0
#: The answers of the story that are not the first choice: item -> what is typed. 27.9 is out of 18-27; the air conditioner is abnormal.
ANSWERS = {
    "IT-DC-D-01": "27.9",
    "IT-DC-D-02": "48",
    "IT-DC-D-03": "2",
    "IT-DC-D-04": "23.5",
    "IT-DC-D-05": "41",
    "IT-DC-D-06": "40,5",
    "IT-DC-D-11": "2",
    "IT-UPS-M-01": "392",
    "IT-UPS-M-02": "388",
    "IT-UPS-M-03": "46",
    "IT-UPS-M-06": "541",
    "IT-UPS-M-07": "0.2",
}
REMARK = "2 号精密空调出风口有滤网脏堵，已通知清洗"


class Story:
    """One play on the sample site. `say` is told each step, `picture` gets a name when there is something to see."""

    def __init__(
        self,
        program: Program,
        *,
        say: Callable[[str], None] = lambda _text: None,
        picture: Callable[[str], None] = lambda _name: None,
    ) -> None:
        self.program, self.say, self.picture = program, say, picture

    # hands

    def settle(self) -> None:
        """Until the worker and the window have come to rest. Raises TimeoutError when they don't."""
        end, calm = time.monotonic() + PATIENCE, 0
        while calm < 4:
            QTest.qWait(2)
            calm = calm + 1 if self.program.tasks.idle() else 0
            if time.monotonic() > end:
                raise TimeoutError("the window does not come to rest")

    def until(self, condition: Callable[[], bool], what: str) -> None:
        """Wait for something that must come."""
        end = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > end:
                raise TimeoutError(what)
            QTest.qWait(5)
        self.settle()

    def focus(self) -> QWidget:
        """The widget that has the keyboard."""
        found = QApplication.focusWidget()
        if found is None:
            raise RuntimeError("nothing has the keyboard")
        return found

    def write(self, text: str) -> None:
        """Type at the keyboard; Chinese comes from an input method."""
        self.program.wedge.enabled = False
        if text.isascii():
            QTest.keyClicks(self.focus(), text)
        else:
            event = QInputMethodEvent("", [])
            event.setCommitString(text)
            QCoreApplication.sendEvent(self.focus(), event)
        self.program.wedge.enabled = True

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press one key."""
        self.program.wedge.enabled = False
        QTest.keyClick(self.focus(), key, modifier)
        self.program.wedge.enabled = True
        self.settle()

    def scan(self, kind: Kind, code: str) -> None:
        """What a USB scanner does: a burst of digits and Enter into whatever has the keyboard."""
        target = QApplication.focusWidget() or self.window
        QTest.keyClicks(target, encode(kind, code))
        QTest.keyClick(target, Key.Key_Return)
        QTest.qWait(60)
        self.settle()

    @property
    def window(self) -> Any:
        """The window of whoever is signed in."""
        return self.program.window

    def activate(self, widget: QWidget) -> None:
        """Bring a window to the front, as a click on it does."""
        widget.activateWindow()
        self.until(widget.isActiveWindow, "the window is not in front")

    # step 2: sign in

    def sign_in(self, user: str, pin: str = "") -> None:
        """At the sign-in page, by name and password; the offered PIN is set or left for later."""
        page: Any = self.program.door.centralWidget() if self.program.door else self.program.screen.page  # type: ignore[union-attr]  # one of both is there
        self.activate(page.window())
        account = next(a for a in SAMPLE_ACCOUNTS if a[0] == user)
        self._choose_person(page, user)
        if hasattr(page.card, "password"):
            page.card.password.setFocus()
            page.card.password.selectAll()
            self.write(account[1])
            self.press(Key.Key_Return)
            self.until(lambda: self._arrived(user) or hasattr(page.card, "skipped"), f"{user} cannot sign in")
            if not self._arrived(user):
                self._choose_pin(page, pin)
        else:
            page.card.pin.setFocus()
            self.write(pin)
            self.press(Key.Key_Return)
        self.until(lambda: self._arrived(user), f"{user} did not arrive")
        self.activate(self.window)
        self.say(_("{user} has signed in.").format(user=user))

    def _choose_person(self, page: Any, user: str) -> None:
        """By the list of who was here before; somebody new types the user name."""
        row = next((r for r in page.list.rows if r.person.username in {user, ""}), None)
        if row is not None:
            QTest.mouseClick(row, Qt.MouseButton.LeftButton)
            self.settle()
        if row is None or not row.person.username:
            page.card.name.setFocus()
            self.write(user)

    def _choose_pin(self, page: Any, pin: str) -> None:
        if not pin:
            page.card.skipped.emit()
            return
        for field in (page.card.pin, page.card.again):
            field.setFocus()
            self.write(pin)
        self.press(Key.Key_Return)

    def _arrived(self, user: str) -> bool:
        desk = self.program.desk
        if (
            desk is None
            or self.program.window is None
            or (self.program.screen and self.program.screen.engaged)
        ):
            return False
        with desk.read() as read:
            return bool(
                read.value("SELECT username FROM user_account WHERE id = ?", desk.actor.user_id) == user
            )

    def switch_to(self, user: str, pin: str = "") -> None:
        """Lock the window and let a colleague take over."""
        self.program.lock()
        self.settle()
        self.sign_in(user, pin)

    # steps 3 and 4: the round and what a deviation becomes

    def begin_round(self) -> RoundPage:
        """Scan the label of hall A: the daily round that is due there opens."""
        self.scan(Kind.LC, "DC1-F2-HA")
        self.until(lambda: isinstance(self.window.current(), RoundPage), "the round did not open")
        page: RoundPage = self.window.current()
        self.say(_("The round “{name}” was opened by its place label.").format(name=page.sheet.name))
        self.picture("round-begun")
        return page

    def answer(self, page: RoundPage, photo: Path) -> None:
        """Answer the item in hand by keyboard; a deviation gets its remark, a required photo is added from a file."""
        item, number = page.view.item, page.number  # type: ignore[union-attr]  # an item is in hand
        if item.photo_required:
            page.choose_files = lambda: [photo]
            self.press(Key.Key_F8)
        if isinstance(page.view.entry, NumberEntry):  # type: ignore[union-attr]  # as above
            self.write(ANSWERS.get(item.code, "20"))
        elif isinstance(page.view.entry, ChoiceEntry):  # type: ignore[union-attr]  # as above
            self.write(ANSWERS.get(item.code, "1"))
        if item.code == "IT-DC-D-01":
            self.picture("round-out-of-limits")
        self.press(Key.Key_Return)
        if page.number == number and not self.finished(page) and item.required:
            self.write(REMARK)
            self.press(Key.Key_Return)

    def finished(self, page: RoundPage) -> bool:
        """Whether all items are through and the summary is shown."""
        return page._stack.currentIndex() != 0  # noqa: SLF001 - the page and its story are one

    def answer_all(self, page: RoundPage, photo: Path) -> None:
        """Every item by keyboard alone."""
        while not self.finished(page):
            self.answer(page, photo)
        self.say(_("All items are answered by keyboard."))
        self.picture("round-summary")

    def submit(self, page: RoundPage) -> bytes:
        """Hand the round in; returns its id."""
        task = page._task  # noqa: SLF001 - the page and its story are one
        self.until(lambda: isinstance(self.focus(), QPushButton), "the submit button has not the keyboard")
        self.press(Key.Key_Return)
        self.until(lambda: not isinstance(self.window.current(), RoundPage), "the round was not handed in")
        self.say(_("The round was submitted for review."))
        return task

    def raised(self, task: bytes) -> Sequence[Any]:
        """What the deviations of a round have raised: alerts by level, faults and orders by number."""
        with self.program.desk.read() as read:  # type: ignore[union-attr]  # somebody is signed in
            return queries.follow_ups(read, task)

    # step 5: a part is issued

    def issue(self, part: str, order: str, quantity: str) -> ScanStation:
        """At the scan station: part, order, quantity, Enter."""
        self.program.links.station()  # type: ignore[union-attr]  # somebody is signed in
        self.settle()
        station: ScanStation = self.window.current()
        self.scan(Kind.PT, part)
        self.scan(Kind.WO, order)
        station.entry.setFocus()
        self.write(quantity)
        self.press(Key.Key_Return)
        self.say(
            _("{part} was issued to {order}: {word}").format(
                part=part, order=order, word=station.band.result.word
            )
        )
        self.picture("part-issued")
        return station

    def dialog(self, kind: type[QWidget]) -> Any:
        """The dialog of this kind that is open over the window."""
        self.settle()
        return next(d for d in self.window.findChildren(kind) if d.isVisible())

    def leave(self) -> None:
        """Esc leaves a whole-window page."""
        page = self.window.current()
        for _attempt in range(3):
            if self.window.current() is not page:
                return
            page.setFocus()
            self.press(Key.Key_Escape)

    # step 6: the supervisor answers for it

    def approve(self, task: bytes) -> None:
        """Open the round that was handed in and approve it."""
        self.program.links.review(task)  # type: ignore[union-attr]  # somebody is signed in
        self.settle()
        page = self.window.current()
        self.picture("review")
        QTest.mouseClick(page.approve, Qt.MouseButton.LeftButton)
        self.until(lambda: self.window.current() is not page, "the round was not approved")
        if isinstance(self.window.current(), type(page)):  # the next one that waits
            self.leave()
        self.say(_("The supervisor has approved the round."))

    def open(self, page: str, picture: str = "") -> Any:
        """A page of the rail, at rest."""
        made = self.window.open(page)
        self.settle()
        if picture:
            self.picture(picture)
        return made
