"""Two laptops and a hub, played with the real widgets: they join, work while the hub is away, sync, and a person settles.

The demo and the tests share it. Each step says what happened; the hub is a process of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from app.bootstrap import start
from app.inspections.lists import rounds_to_do
from app.settings import SYNC_BY_ITSELF, Settings
from app.sync.proof import differing_tables
from app.values import show_quantity
from app.words import _
from ui.hub_process import HubProcess
from ui.inspections.round_page import RoundPage
from ui.kit.dialogs import FormDialog
from ui.program import Program
from ui.running import begin
from ui.signin.first import FirstStart
from ui.story import Story
from ui.sync.conflicts_page import ConflictsPage
from ui.sync.join_dialog import JoinDialog
from ui.sync.page import SyncPage

#: The round that is begun on one laptop and finished on the other; so many of its items are answered on the first.
TEMPLATE, BEGUN = "IT-UPS-M", 3
#: The part of which one is left, what it is taken for, the order that is started, the machine that two people change.
LAST_PART, TAKEN_FOR, ORDER, MACHINE = "HVAC-003", "WO-T01-0012", "WO-T01-0011", "DC1-SRV-003"
#: What is changed on each laptop: a field of its own, and one that both change.
HERE = {"serial_no": "SN-2026-0117", "remark": "电源模块 1 已更换"}
THERE = {"manufacturer": "样例服务器厂", "remark": "电源模块 2 待更换"}
#: Of the technician, on the first laptop; it never leaves it.
PIN = "7391"
Album = Callable[[QWidget, str], None]


class TwoLaptops:
    """The first laptop with its site, the hub, and the second laptop as soon as it has joined."""

    def __init__(self, first: Story, folder: Path, photo: Path, album: Album = lambda _w, _n: None) -> None:
        self.first, self._folder, self._photo, self._album = first, folder, photo, album
        self.hub = HubProcess(folder)
        self.second: Story | None = None

    def play(self, lang: str | None = None) -> None:
        """All of it; raises where a step does not come to its end. `stop` ends what it started."""
        self.hub.begin()
        self.found()
        round_ = self.begin_round()
        self.join(lang)
        self.hub.stop()
        self.first.say(_("The hub is away; both laptops work on."))
        self.work_here()
        self.work_there(round_)
        self.hub.begin()
        self.meet()
        self.settle()
        self.compare()

    def stop(self) -> None:
        """End the second laptop's program and the hub's process."""
        self.hub.stop()
        if self.second is not None:
            self.second.program.stop()
            self.second = None

    @property
    def other(self) -> Story:
        """The second laptop."""
        if self.second is None:
            raise RuntimeError("the second laptop has not joined")
        return self.second

    # joining

    def found(self) -> None:
        """The administrator joins the laptop that has the site; its records go to the hub."""
        story = self.first
        story.program.settings.set(SYNC_BY_ITSELF, "off")
        story.switch_to("admin")
        page: SyncPage = story.open("sync")
        with _meanwhile(JoinDialog, self._paste):
            QTest.mouseClick(page.join_hub, Qt.MouseButton.LeftButton)
        if not page.standing.joined:
            raise RuntimeError("the first laptop could not join")
        self._rest(story)
        story.say(_("The first laptop has founded a hub, with TLS by the hub's own authority."))

    def _paste(self, page: Any) -> None:
        page.form.set_values({"invitation": self.hub.invite()})
        self._album(page.window(), "second-joins" if isinstance(page, FirstStart) else "join-the-hub")
        page.go.click()
        _close_when_refused(page)

    def join(self, lang: str | None = None) -> None:
        """A new profile asks how to begin, joins, and gets the records; whoever works there signs in as everywhere."""
        story, folder, qt = self.first, self._folder / "second", _qt()
        story.program.wedge.enabled = False
        story.window.hide()  # another laptop's screen

        def choose(page: FirstStart) -> None:
            page.hub.clicked.emit()
            QTest.qWait(50)
            self._paste(page)

        with _meanwhile(FirstStart, choose):
            if not begin(qt, folder):
                raise RuntimeError("the second laptop could not join")
        story.window.show()
        program = Program(start(folder, story.program.profile.clock), Settings(folder), qt)
        program.settings.set(SYNC_BY_ITSELF, "off")
        program.start(lang, tick_after=0)
        self.second = Story(program, say=story.say, picture=lambda name: self._take(program, name))
        story.say(_("A second laptop has joined by an invitation and holds the same records."))

    def _take(self, program: Program, name: str) -> None:
        if (window := program.window or program.door) is not None:
            self._album(window, f"second-{name}")

    # working

    def begin_round(self) -> bytes:
        """On the first laptop: three items of a round, then it is left and sent; returns its id."""
        story = self._at(self.first)
        story.switch_to("tech", PIN)
        page = self._open_round(story)
        while page.number <= BEGUN:
            story.answer(page, self._photo)
        task = page._task  # noqa: SLF001 - the page and its story are one
        story.leave()
        self.sync(story)
        story.say(_("A round was begun on the first laptop."))
        return task

    def _open_round(self, story: Story) -> RoundPage:
        line = next(r for r in rounds_to_do(story.program.desk) if r.template_code == TEMPLATE)  # type: ignore[arg-type]  # somebody is signed in
        story.program.links.open_round(line)  # type: ignore[union-attr]  # as above
        story.until(lambda: isinstance(story.window.current(), RoundPage), "the round did not open")
        page: RoundPage = story.window.current()
        return page

    def work_here(self) -> None:
        """On the first laptop, without the hub: the last part is issued, an order started, a machine changed."""
        story = self._at(self.first)
        story.switch_to("store")
        story.issue(LAST_PART, TAKEN_FOR, "1")
        story.leave()
        story.switch_to("super")
        self._start_order(story)
        self._change(story, HERE)
        self.sync(story)
        page: SyncPage = story.open("sync", "sync-offline")
        story.say(
            _("The first laptop cannot reach the hub: {count} records wait.").format(
                count=page.standing.waiting
            )
        )

    def work_there(self, task: bytes) -> None:
        """On the second laptop: the round is finished, the last part issued once more, the same machine changed."""
        story = self._at(self.other)
        story.sign_in("tech")
        page = self._open_round(story)
        if page._task != task:  # noqa: SLF001 - as above
            raise RuntimeError("another round was opened")
        story.answer_all(page, self._photo)
        story.submit(page)
        story.switch_to("store")
        story.issue(LAST_PART, TAKEN_FOR, "1")
        story.leave()
        story.switch_to("plan")
        self._change(story, THERE)

    def _start_order(self, story: Story) -> None:
        record = _id(story, "work_order", "code", ORDER)
        story.program.links.open_record("work_order", record)  # type: ignore[union-attr]  # as above
        story.settle()
        button = next(b for b in story.window.current().findChildren(QPushButton) if b.text() == _("Start"))
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        story.settle()
        story.say(_("{order} was started.").format(order=ORDER))

    def _change(self, story: Story, values: Mapping[str, str]) -> None:
        page = story.open("equipment")
        page.open_target(_id(story, "equipment", "code", MACHINE))
        story.settle()

        def fill(dialog: FormDialog) -> None:
            dialog.form.set_values(values)
            dialog.save.click()

        with _meanwhile(FormDialog, fill):
            page.edit()
        story.settle()
        story.say(_("{machine} was changed: {what}").format(machine=MACHINE, what=", ".join(values.values())))

    # meeting

    def meet(self) -> None:
        """The hub is back: both sync from their windows, and the first one hears what the second had."""
        for story, name in ((self.first, ""), (self.other, "sync"), (self.first, "")):
            self.sync(self._at(story))
            if name:
                story.open("sync", name)
        self.first.say(_("Both have synced: each has the other's round, movements and work order."))
        self.first.open("alerts", "stock-below-nothing")
        self.first.say(
            _("Two people issued the last {part}: {count} on hand, and a warning says so.").format(
                part=LAST_PART, count=on_hand(self.first)
            )
        )

    def settle(self) -> None:
        """On the second laptop a supervisor sees both values of the field and takes one of them."""
        story = self._at(self.other)
        story.switch_to("super")
        page: ConflictsPage = story.open("conflicts", "conflict")
        QTest.keyClick(page, Qt.Key.Key_1)
        QTest.keyClick(page, Qt.Key.Key_Return)
        story.until(lambda: not page.lines, "the conflict was not settled")
        story.say(_("A supervisor has settled the conflict on the second laptop."))
        for one in (self.other, self.first):
            self.sync(self._at(one))
        self.first.open("conflicts", "conflict-settled")

    def compare(self) -> None:
        """Raises RuntimeError where a laptop's rows are not the hub's."""
        for story in (self.first, self.other):
            if wrong := differing_tables(story.program.profile):
                raise RuntimeError(f"these rows differ: {wrong}")
        self.first.say(_("Both laptops and the hub hold the same rows, proved by their digests."))

    def sync(self, story: Story) -> None:
        """“Sync now” on the sync page, until it is over."""
        page: SyncPage = story.open("sync")
        QTest.mouseClick(page.strip.sync, Qt.MouseButton.LeftButton)
        self._rest(story)

    def _rest(self, story: Story) -> None:
        story.until(lambda: not story.program.background.busy, "the exchange does not end")

    def _at(self, story: Story) -> Story:
        """Sit down at one of the two laptops."""
        for one in (self.first, self.second):
            if one is not None:
                one.program.wedge.enabled = one is story
        if (window := story.program.window or story.program.door) is not None:
            story.activate(window)
        return story


def _qt() -> QApplication:
    found = QApplication.instance()
    if not isinstance(found, QApplication):
        raise TypeError("no window can be shown")
    return found


def on_hand(story: Story) -> str:
    """How much of the last part a laptop says is there."""
    with story.program.profile.store.read() as read:
        return show_quantity(
            read.value(
                "SELECT s.on_hand FROM part_stock s JOIN part p ON p.id = s.part_id WHERE p.part_no = ?",
                LAST_PART,
            )
        )


def _id(story: Story, table: str, column: str, value: str) -> bytes:
    with story.program.profile.store.read() as read:
        found: bytes = read.value(f"SELECT id FROM {table} WHERE {column} = ? AND deleted = 0", value)
    return found


@contextmanager
def _meanwhile(kind: type[QWidget], act: Callable[[Any], object]) -> Iterator[None]:
    """While a dialog or another loop holds the play up: once a widget of this kind is there, do something in it."""
    timer = QTimer(interval=20)

    def look() -> None:
        found = next((w for w in QApplication.allWidgets() if isinstance(w, kind) and w.isVisible()), None)
        if found is not None:
            timer.stop()
            act(found)

    timer.timeout.connect(look)
    timer.start()
    try:
        yield
    finally:
        timer.stop()


def _close_when_refused(page: Any) -> None:
    """The page of an invitation offers its button again when the hub refused: the play ends there."""
    timer = QTimer(page, interval=50)
    timer.timeout.connect(lambda: page.go.isEnabled() and page.window().close())
    timer.start()


__all__ = ["TwoLaptops", "on_hand"]
