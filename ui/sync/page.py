"""The sync page: how the exchange with the hub stands, and where every record of this laptop is."""

from array import array
from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from app import conflicts
from app.access import Permission
from app.conflicts import OpLine, Standing
from app.desk import Desk
from app.settings import Preferences
from app.sync.status import waits_for_a_person
from app.values import show_instant
from app.words import N_, _
from ui.kit.buttons import button
from ui.kit.empty import EmptyState
from ui.kit.filters import Choice, Filter, FilterRow
from ui.kit.layout import Page
from ui.kit.notes import NoteStrip
from ui.kit.table import Column, Table
from ui.kit.tasks import Tasks
from ui.sync.files_row import FilesRow
from ui.sync.join_dialog import JoinDialog
from ui.sync.saying import SAVED, STATES, why_not
from ui.sync.strip import ALONE, StandingStrip, Ways

KINDS_SHOWN = 4
#: A lower page keeps its height for the list.
ROOM_FOR_FILES, LOW = 480, 420


class Ops:
    """The ops of this laptop as rows of a table."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def ids(self, sort: str, descending: bool, filters: Mapping[str, Any], text: str) -> "array[int]":
        oldest = sort == "at" and not descending
        with self._desk.read() as read:
            return conflicts.op_ids(read, self._desk.actor, filters, text, oldest_first=oldest)

    def rows(self, ids: Sequence[int]) -> Sequence[OpLine | None]:
        with self._desk.read() as read:
            return conflicts.op_lines(read, ids)


class SyncPage(Page):
    """Waiting, sent, held back, refused and why; works without a hub, too."""

    page_wanted = Signal(str)
    record_wanted = Signal(str, object)

    def __init__(self, desk: Desk, tasks: Tasks, ways: Ways = ALONE) -> None:
        super().__init__(_("Sync"), table=True)
        self._desk, self._tasks = desk, tasks
        self.strip = StandingStrip(desk, tasks, ways, primary=True)
        self.strip.synced.connect(self._on_synced)
        self.strip.failed.connect(self._on_failed)
        self.settle = button(_("Settle conflicts"), "git-compare-arrows")
        self.settle.clicked.connect(lambda: self.page_wanted.emit("conflicts"))
        self.add_action(self.settle)
        self.files = FilesRow(desk, tasks)
        self.files.told.connect(self._on_told)
        self._by_file = self._file_buttons()
        self.accept = button(_("Let the hub remove them"), "check")
        self.accept.clicked.connect(lambda: self.strip.begin(accept=True))
        self.accept.hide()
        self.add_action(self.accept)
        self._may_join = ways.start is not None and desk.may(Permission.ADMINISTER)
        self.join_hub = button(_("Join a hub"), "cloud", "primary")
        self.join_hub.clicked.connect(self.ask_join)
        self.set_primary(self.join_hub)
        self.join = NoteStrip(
            _("This laptop takes part in no hub; everything works and is saved here."),
            "info",
            more=_("To exchange with other laptops, an administrator joins it to a hub on this page."),
        )
        self.note, self._why = NoteStrip("", "warn"), ""
        self.note.hide()
        prefs = Preferences(desk.profile, desk.actor.user_id).part("sync")
        empty = EmptyState(
            "nothing_to_do", _("Nothing waits"), _("Everything that was recorded here is with the hub.")
        )
        self.table = Table(self._columns(), Ops(desk), tasks=tasks, prefs=prefs, empty=empty)
        self.filters = FilterRow(self._filters(), self.table, _("Code or name"))
        self._lay_out()
        self.table.opened.connect(self._on_opened)
        self.standing = self._read()
        self._chosen: dict[str, Any] = {}
        self._show_first()

    def _file_buttons(self) -> list[QPushButton]:
        """The same as in the row of files, for a page that is too low for it."""
        made = [button(_("Export batch file"), "upload"), button(_("Bring in the answer"), "download")]
        for one, asked in zip(made, (self.files.ask_export, self.files.ask_answer), strict=True):
            one.clicked.connect(asked)
            self.add_action(one)
        return made

    def _lay_out(self) -> None:
        top = QWidget()
        self._top = QVBoxLayout(top)
        self._top.setContentsMargins(20, 10, 20, 10)
        self._top.setSpacing(10)
        for part in (self.strip, self.files, self.join, self.note):
            self._top.addWidget(part)
        self.body.addWidget(top)
        self.body.addWidget(self.filters)
        self.body.addWidget(self.table, 1)
        self.setFocusProxy(self.table)

    def _columns(self) -> list[Column]:
        zone = self._desk.timezone
        return [
            Column(
                "at",
                N_("Time"),
                "date",
                132,
                value=lambda op: show_instant(op.at, zone),
                second=lambda op: op.who,
            ),
            Column("state", N_("Status"), "status", 132, sortable=False, value=self._state),
            Column("what", N_("Action"), width=190, sortable=False, second=lambda op: op.reason or op.name),
            Column("code", N_("Code"), "code", 120, sortable=False, compact=False),
            Column("name", N_("Record"), width=160, sortable=False, compact=False, stretch=True),
            Column("who", N_("Person"), width=100, sortable=False, compact=False),
            Column("reason", N_("Reason"), width=240, sortable=False, compact=False),
        ]

    def _state(self, op: OpLine) -> Any:
        return STATES[op.state] if self.standing.joined else SAVED

    def _filters(self) -> list[Filter]:
        return [
            Filter("state", N_("Status"), lambda: [Choice(code, sign.text) for code, sign in STATES.items()]),
            Filter("kind", N_("Kind"), self._kinds),
        ]

    def _kinds(self) -> list[Choice]:
        with self._desk.read() as read:
            return [Choice(kind, word) for kind, word in conflicts.kinds_here(read)]

    def _first(self) -> str | None:
        """What is to be looked at first: what the hub refused or holds back, else what waits, else all that was recorded."""
        if self.standing.refused:
            return "rejected"
        if self.standing.held:
            return "quarantined"
        return "waiting" if self.standing.waiting else None

    def _read(self) -> Standing:
        with self._desk.read() as read:
            found = conflicts.standing(read, self._desk.actor)
            kinds = conflicts.kinds(read) if found.joined else []
        self.strip.show_standing(found)
        self.join.setVisible(not found.joined and self.height() >= LOW)
        self.join_hub.setVisible(self._may_join and not found.joined)
        self._offer_files(joined=found.joined)
        self.files.refresh()
        self.settle.setVisible(found.conflicts > 0)
        self.accept.setVisible(self._may_accept())
        self._say_why(found)
        shown = [f"{word} {count}" for word, count in kinds[:KINDS_SHOWN]]
        if rest := sum(count for _word, count in kinds[KINDS_SHOWN:]):
            shown.append(_("others {count}").format(count=rest))
        self.set_facts(_("To be sent: {kinds}").format(kinds="·".join(shown)) if shown else "")
        return found

    def _say_why(self, found: Standing) -> None:
        """Why nothing goes stands on the page until something does; what is told later takes its place."""
        why = why_not(found) if found.offline else ""
        if why and why != self._why:
            self.note.set(why, "warn", "triangle-alert" if found.why else "cloud-off")
        if why != self._why:
            self.note.setVisible(bool(why))
        self._why = why

    def ask_join(self) -> None:
        """Take part in a hub, and exchange at once."""
        if JoinDialog(self, self._desk, self._tasks).exec():
            self.refresh({"sync"})
            self.strip.begin()

    def _on_synced(self) -> None:
        self.note.hide()
        self.refresh({"sync"})

    def _may_accept(self) -> bool:
        """Whether a pull waits for a person since very much would go, and this person may let it."""
        with self._desk.read() as read:
            return waits_for_a_person(read) and self._desk.may(Permission.ADMINISTER)

    def _on_failed(self, sentence: str) -> None:
        self.note.set(sentence, "warn", "cloud-off")
        self.note.show()
        self.standing = self._read()

    def _offer_files(self, *, joined: bool) -> None:
        """A row of its own where there is room, else two buttons beside the title."""
        roomy = self.height() >= ROOM_FOR_FILES
        self.files.setVisible(joined and roomy)
        for made in self._by_file:
            made.setVisible(joined and not roomy)

    def _on_told(self, level: str, sentence: str) -> None:
        """What became of a batch file."""
        self.note.set(sentence, level)
        self.note.show()
        self.refresh({"sync"})

    def _on_opened(self, n: int) -> None:
        with self._desk.read() as read:
            found = conflicts.op_lines(read, [n])[0]
        if found is not None and found.row_id is not None:
            self.record_wanted.emit(found.table, found.row_id)

    def refresh(self, topics: set[str]) -> None:
        """Anything that was written is to be sent; where nobody chose what to see, it is what needs looking at."""
        self.standing = self._read()
        self._show_first()

    def _show_first(self) -> None:
        wanted = {"state": self._first()} if self.standing.joined and self._first() else {}
        if self.filters.values() == self._chosen != wanted and not self.filters.search.text():
            self._chosen = wanted
            self.filters.set_values(wanted)
        else:
            self.table.refresh()

    def take_focus(self) -> None:
        """The list has the keyboard."""
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def keys(self) -> list[tuple[str, str]]:
        """For F1."""
        return [("Enter", _("Open the record"))]

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.strip.fit(self.width())
        low = self.height() < LOW
        self.join.setVisible(not low and not self.standing.joined)
        self._offer_files(joined=self.standing.joined)
        self.files.fit(self.width())
        self._top.setContentsMargins(20, 2 if low else 10, 20, 4 if low else 10)
