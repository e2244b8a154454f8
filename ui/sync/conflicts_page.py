"""The conflict page: the list at the left, one conflict at the right; a person decides, nobody else."""

from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QScrollArea, QWidget

from app import conflicts, duplicates
from app.access import Permission
from app.changes import Done
from app.conflicts import Case, Line
from app.conflicts.held import Held, decide, held
from app.desk import Desk
from app.words import _
from ui.kit import theme
from ui.kit.buttons import button
from ui.kit.empty import EmptyState
from ui.kit.layout import Card, Page
from ui.kit.notes import NoteStrip
from ui.kit.tasks import Tasks
from ui.sync.case_list import CaseList
from ui.sync.case_view import CaseView
from ui.sync.held_dialog import HeldDialog
from ui.sync.merge_dialog import MergeDialog, PairsDialog
from ui.sync.strip import ALONE, StandingStrip, Ways

LATELY = 7 * 86_400_000
LISTED = 30
_ENTER = {Qt.Key.Key_Return, Qt.Key.Key_Enter}


class ConflictsPage(Page):
    """Two values of one field: was, mine, theirs; keys 1, 2 and 3; Enter is dead until a side is chosen."""

    said = Signal(str, object)
    """A line for the toast, and the Done that takes the decision back."""

    record_wanted = Signal(str, object)
    page_wanted = Signal(str)

    def __init__(self, desk: Desk, tasks: Tasks, ways: Ways = ALONE) -> None:
        super().__init__(_("Sync and conflicts"))
        self._desk, self._tasks = desk, tasks
        self.lines: list[Line] = []
        self.settled: list[Line] = []
        self.shown: Case | None = None
        self.view: CaseView | None = None
        self._held: list[Held] = []
        self.set_facts(_("Every change keeps its history."))
        log = button(_("Sync log"), "history")
        log.clicked.connect(lambda: self.page_wanted.emit("sync"))
        self.add_action(log)
        self.double = button(_("Two records, one number"), "copy")
        self.double.clicked.connect(self.show_pairs)
        self.held = button(_("Kept back by the hub"), "circle-pause")
        self.held.clicked.connect(self.show_held)
        for one in (self.double, self.held):
            one.hide()
            self.add_action(one)
        self.strip = StandingStrip(desk, tasks, ways, primary=False)
        self.strip.synced.connect(lambda: self.refresh({"sync"}))
        self.strip.failed.connect(self._on_failed)
        self.trouble = NoteStrip("", "warn")
        self.list = CaseList()
        self.list.chosen.connect(self.show_case)
        self._side = Card(_("Conflicts"), margins=False)
        self._side.body.addWidget(self._scrolling(self.list))
        self._main = Card(margins=False)
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._row.setSpacing(12)
        self._row.addWidget(self._side)
        self._row.addWidget(self._main, 1)
        self.body.addWidget(self.strip)
        self.body.addWidget(self.trouble)
        self.trouble.hide()
        self.body.addLayout(self._row, 1)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.reload()

    @staticmethod
    def _scrolling(inner: QWidget) -> QScrollArea:
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.viewport().setAutoFillBackground(False)
        area.setWidget(inner)
        inner.setAutoFillBackground(False)
        return area

    # what is shown

    def reload(self) -> None:
        """Read the conflicts again; the one that is shown stays, with what was chosen and typed."""
        desk = self._desk
        with desk.read() as read:
            self.lines = conflicts.lines(read, desk.actor)
            self.settled = conflicts.lines(
                read, desk.actor, decided=True, since=desk.now() - LATELY, most=LISTED
            )
            self.strip.show_standing(conflicts.standing(read, desk.actor))
        self._offer()
        ids = [line.id for line in (*self.lines, *self.settled)]
        wanted = self.list.current if self.list.current in ids else next(iter(ids), None)
        self._side.set_facts(str(len(self.lines)) if self.lines else "")
        self.list.show_lines(self.lines, self.settled, wanted)
        self.show_case(wanted)

    def _offer(self) -> None:
        """The buttons for what a supervisor decides besides conflicts stand here only while there is something."""
        may = self._desk.may(Permission.SETTLE_CONFLICTS)
        with self._desk.read() as read:
            self._held = held(read, self._desk.actor)
            doubled = len(duplicates.pairs(read)) if may else 0
        for one, words, count in (
            (self.double, _("Two records, one number ({count})"), doubled),
            (self.held, _("Kept back by the hub ({count})"), len(self._held)),
        ):
            one.setVisible(bool(count))
            one.set_text(words.format(count=count))  # type: ignore[attr-defined]  # a Button

    def show_pairs(self) -> None:
        """Choose a number that several records bear, compare two of them, and merge."""
        asked = PairsDialog(self, self._desk)
        if asked.exec() and asked.wanted:
            table, left, right = asked.wanted
            with self._desk.read() as read:
                found = duplicates.pair(read, table, left, right, self._desk.timezone)
            if found is not None and (dialog := MergeDialog(self, self._desk, found)).exec():
                self.merge(dialog)

    def merge(self, dialog: MergeDialog) -> None:
        """Make the two records one, as was chosen."""
        table, old, kept, chosen = dialog.pair.table, dialog.given_up, dialog.kept, dialog.chosen
        said = _("Merged: {code}").format(code=dialog.pair.code)
        self._tasks.run(
            lambda: duplicates.merge_records(self._desk, table, old, kept, chosen),
            lambda done: self._on_decided(said, done),
            self._on_refused,
            owner=self,
        )

    def show_held(self) -> None:
        """Read the oldest entry that the hub keeps back, and decide."""
        if not self._held:
            return
        dialog = HeldDialog(self, self._desk, self._held[0], len(self._held) - 1)
        if dialog.exec() and dialog.decision is not None:
            self.decide(dialog.entry, accepted=dialog.decision, reason=dialog.reason.text())

    def decide(self, entry: Held, *, accepted: bool, reason: str) -> None:
        """Let an entry in, or refuse it."""
        said = _("Let in: {what}") if accepted else _("Refused: {what}")
        self._tasks.run(
            lambda: decide(self._desk, entry.id, accepted=accepted, remark=reason),
            lambda done: self._on_decided(said.format(what=entry.what), done),
            self._on_refused,
            owner=self,
        )

    def _on_decided(self, sentence: str, _done: Done) -> None:
        self.said.emit(sentence, None)
        self.reload()

    def show_case(self, wanted: bytes | None) -> None:
        """One conflict at the right."""
        found = None
        if wanted is not None:
            with self._desk.read() as read:
                found = conflicts.case(read, self._desk.actor, wanted, self._desk.timezone)
        if found is not None and found == self.shown and self.view is not None:
            self.view.place(self._position(found))
            return
        typed = (
            self.view.typed()
            if self.view and self.shown and found and self.shown.line.id == found.line.id
            else {}
        )
        self.shown = found
        had = self.view is not None and self.view.isAncestorOf(self.focusWidget() or self)
        self._clear()
        if found is None:
            self._main.body.addWidget(self._empty())
            return
        self.view = CaseView(self._desk, found)
        self.view.type_again(typed)
        self.view.place(self._position(found))
        self.view.confirmed.connect(self.settle)
        self.view.later.connect(self.next_case)
        self.view.back.connect(partial(self.list.step, -1))
        self.view.record_wanted.connect(self.record_wanted)
        self.view.list_wanted.connect(self.take_focus)
        self._main.body.addWidget(self.view)
        self.view.fit(self.width())
        if had:
            self.take_focus()

    def _clear(self) -> None:
        self.view = None
        while item := self._main.body.takeAt(0):
            if (made := item.widget()) is not None:
                made.hide()
                made.deleteLater()

    def _empty(self) -> EmptyState:
        return EmptyState(
            "nothing_to_do",
            _("No conflict waits"),
            _(
                "Where two people change different fields of a record, both changes stand. Only the same field is asked about."
            ),
        )

    def _position(self, found: Case) -> tuple[int, int]:
        """The how-manieth of how many; 0 for a settled one."""
        ids = [line.id for line in self.lines]
        return (ids.index(found.line.id) + 1 if found.line.id in ids else 0), len(ids)

    # deciding

    def settle(self, decision: Any, values: Any) -> None:
        """Decide, say so with the way back, and go on to the next one."""
        found = self.shown
        if found is None:
            return
        self._tasks.run(
            lambda: conflicts.settle(self._desk, found, decision, values),
            partial(self._on_settled, found),
            self._on_refused,
            owner=self,
        )

    def _on_settled(self, found: Case, done: Done) -> None:
        name = found.line.name or found.line.code
        self.said.emit(_("Settled: {name}, {field}").format(name=name, field=found.line.fields), done)
        ids = [line.id for line in self.lines]
        place = ids.index(found.line.id) if found.line.id in ids else 0
        rest = [one for one in ids if one != found.line.id]
        self.list.current = rest[min(place, len(rest) - 1)] if rest else None
        self.take_focus()
        self.reload()

    def _on_refused(self, error: Exception) -> None:
        self.trouble.set(str(error), "warn")
        self.trouble.show()
        self.reload()

    def _on_failed(self, sentence: str) -> None:
        self.trouble.set(sentence, "warn", "cloud-off")
        self.trouble.show()
        self.reload()

    def next_case(self) -> None:
        """Leave this one for later: the next that waits, after the last one the first."""
        ids = [line.id for line in self.lines]
        if ids:
            now = self.list.current
            place = (ids.index(now) + 1) % len(ids) if now in ids else 0
            self.list.current = ids[place]
            self.list.update()
            self.show_case(ids[place])
            self.take_focus()

    # the window

    def refresh(self, topics: set[str]) -> None:
        """A conflict may come with any change, and be closed by any."""
        self.trouble.setVisible(self.trouble.isVisible() and "sync" not in topics)
        self.reload()

    def open_target(self, conflict: bytes) -> None:
        """Show one conflict, from elsewhere."""
        self.list.current = conflict
        self.reload()

    def take_focus(self) -> None:
        """The list has the keyboard; where there is no room for it, the page itself."""
        (self if self._side.isHidden() else self.list).setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = event.modifiers() in {Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier}
        if self.view is None or not (plain or event.key() in _ENTER):
            super().keyPressEvent(event)
        elif event.key() in _ENTER:
            self.view.confirm()
        elif event.key() == Qt.Key.Key_Escape:
            self.take_focus()
        elif event.text() in {"1", "2", "3"}:
            self.view.choose_key(int(event.text()))
        elif event.key() in {Qt.Key.Key_Up, Qt.Key.Key_Down}:
            self.list.step(1 if event.key() == Qt.Key.Key_Down else -1)
        else:
            super().keyPressEvent(event)

    def keys(self) -> list[tuple[str, str]]:
        """For F1."""
        return [
            ("1", _("Choose the first value")),
            ("2", _("Choose the second value")),
            ("3", _("Write another value")),
            ("Enter", _("Confirm what was chosen")),
            ("↑ ↓", _("Another conflict")),
            ("Esc", _("Back to the list")),
        ]

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        compact = self.width() < theme.size("breakpoint.compact_below")
        self._side.setVisible(not compact)
        self._side.setFixedWidth(
            300 if self.width() >= theme.size("breakpoint.inspector_overlay_below") else 236
        )
        self.strip.setVisible(not compact)
        self.strip.fit(self.width())
        if self.view is not None:
            self.view.fit(self.width())
