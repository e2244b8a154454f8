"""The audit page (审计日志): a list of what was done, and at the right each field with its old and new value."""

from array import array
from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from app import audit
from app.audit import Change, Entry
from app.desk import Desk
from app.settings import Preferences
from app.values import instant_of, show_instant
from app.words import N_, _, ngettext
from ui.kit.buttons import button
from ui.kit.empty import EmptyState
from ui.kit.filters import Choice, Filter, FilterRow
from ui.kit.inspector import Inspector, Panes
from ui.kit.labels import label
from ui.kit.layout import Page
from ui.kit.notes import NoteStrip
from ui.kit.table import Column, Table
from ui.kit.tasks import Tasks

DAY = 86_400_000
PERIODS = (("today", N_("Today"), 0), ("week", N_("7 days"), 6), ("month", N_("30 days"), 29))


class Entries:
    """The audit log as rows of a table."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        #: One record whose history is wanted, from another page.
        self.record: tuple[str, bytes] | None = None

    def ids(self, sort: str, descending: bool, filters: Mapping[str, Any], text: str) -> "array[int]":
        table, row_id = self.record or (filters.get("table", ""), None)
        wanted = audit.Filter(
            table=table,
            row_id=row_id,
            actor=filters.get("person"),
            verb=filters.get("verb", ""),
            since=self._since(filters.get("period")),
            text=text,
        )
        with self._desk.read() as read:
            return audit.ids(read, self._desk.actor, wanted, oldest_first=sort == "at" and not descending)

    def rows(self, ids: Sequence[int]) -> Sequence[Entry | None]:
        with self._desk.read() as read:
            return audit.rows(read, ids)

    def _since(self, period: str | None) -> int | None:
        days = next((days for code, _word, days in PERIODS if code == period), None)
        if days is None:
            return None
        return instant_of(self._desk.today(), timezone=self._desk.timezone) - days * DAY


class AuditPage(Page):
    """Filters, the list, and what an entry changed."""

    record_wanted = Signal(str, bytes)
    """Table and id of a record that is to be opened."""

    def __init__(self, desk: Desk, tasks: Tasks) -> None:
        super().__init__(_("Audit log"), table=True)
        self._desk, self._tasks = desk, tasks
        self._source = Entries(desk)
        prefs = Preferences(desk.profile, desk.actor.user_id).part("audit")
        self.table = Table(
            self._columns(),
            self._source,
            tasks=tasks,
            prefs=prefs,
            empty=EmptyState("nothing_yet", _("Nothing was recorded yet")),
        )
        self.filters = FilterRow(self._filters(), self.table, _("Code, name or value"))
        self.inspector = Inspector()
        self.panes = Panes(self.table, self.inspector, filters=self.filters)
        self.note = NoteStrip("", "ok")
        self.note.hide()
        self.check = button(_("Check the log"), "badge-check")
        self.check.clicked.connect(self.on_check)
        self.add_action(self.check)
        self.body.addWidget(self.filters)
        self.body.addWidget(self.note)
        self.body.addWidget(self.panes, 1)
        self.set_facts(_("Who changed what, old and new. Nobody can change the log."))
        self.table.selected.connect(self._on_selected)
        self.table.opened.connect(self._on_opened)
        self.table.clear_wanted.connect(self._forget_record)
        self.table.refresh()

    def _columns(self) -> list[Column]:
        zone = self._desk.timezone
        return [
            Column(
                "at",
                N_("Time"),
                "date",
                140,
                value=lambda e: show_instant(e.at, zone),
                second=lambda e: e.actor,
            ),
            Column("actor", N_("Person"), width=100, sortable=False, compact=False),
            Column("verb", N_("Action"), width=90, sortable=False, compact=False, value=_verb),
            Column(
                "table",
                N_("Register"),
                width=110,
                sortable=False,
                compact=False,
                value=lambda e: audit.word_of(e.table),
            ),
            Column("code", N_("Code"), "code", 120, sortable=False, compact=False),
            Column(
                "title", N_("Record"), width=150, sortable=False, stretch=True, value=_record, second=_what
            ),
            Column("fields", N_("Changed fields"), width=180, sortable=False, compact=False),
            Column("device", N_("Laptop"), "code", 70, sortable=False, compact=False, hidden=True),
        ]

    def _filters(self) -> list[Filter]:
        return [
            Filter(
                "period", N_("Time span"), lambda: [Choice(code, _(word)) for code, word, _days in PERIODS]
            ),
            Filter("person", N_("Person"), self._people),
            Filter("table", N_("Register"), self._tables),
            Filter(
                "verb",
                N_("Action"),
                lambda: [Choice(code, _(word)) for code, word in audit.VERBS.items()],
            ),
        ]

    def _people(self) -> list[Choice]:
        with self._desk.read() as read:
            return [Choice(user, name) for user, name in audit.people(read)]

    def _tables(self) -> list[Choice]:
        with self._desk.read() as read:
            found = audit.tables(read, self._desk.actor)
        return sorted((Choice(table, audit.word_of(table)) for table in found), key=lambda c: c.words)

    # one record

    def show_record(self, table: str, row_id: bytes) -> None:
        """The history of one record only, for its own page."""
        self._source.record = (table, row_id)
        with self._desk.read() as read:
            code, name = audit.name_of(read, table, row_id)
        said = _("Only {record}").format(record=" ".join(filter(None, (audit.word_of(table), code, name))))
        self.set_facts(said)
        self.table.refresh()

    def _forget_record(self) -> None:
        self._source.record = None
        self.table.refresh()

    # inspector

    def _entry(self, n: int) -> Entry | None:
        return next(iter(self._source.rows([n])), None)

    def _on_selected(self, n: int | None) -> None:
        if n is not None and not self.panes.narrow:
            self._fill(n)
            self.panes.offer()

    def _on_opened(self, n: int) -> None:
        self._fill(n)
        self.panes.open_inspector()

    def _fill(self, n: int) -> None:
        found = self._entry(n)
        if found is None:
            return
        self.inspector.start(found.code, found.title or audit.word_of(found.table))
        self.inspector.add_facts(
            [
                (_("Time"), show_instant(found.at, self._desk.timezone, seconds=True)),
                (_("Person"), found.actor),
                (_("Action"), _verb(found)),
                (_("Register"), audit.word_of(found.table)),
                (_("Laptop"), found.device),
            ]
        )
        changes = audit.changes_of(self._desk, n)
        self.inspector.add_section(
            ngettext("{count} field", "{count} fields", len(changes)).format(count=len(changes))
        )
        self.inspector.add(changes_grid(changes, fresh=found.verb == "insert"))
        history = button(_("History of this record"), "history")
        history.clicked.connect(lambda: self.show_record(found.table, found.row_id))
        self.inspector.set_actions([history])

    # the log itself

    def on_check(self) -> None:
        """Prove that the log is as it was written."""
        self.check.setEnabled(False)
        self._tasks.run(self._faults, self._on_checked, owner=self, ended=lambda: self.check.setEnabled(True))

    def _faults(self) -> list[str]:
        profile = self._desk.profile
        with profile.store.read() as read:
            found = audit.verify_chain(read, profile.folder)
            found += audit.verify_rows(read)
        return list(dict.fromkeys(found))

    def _on_checked(self, faults: list[str]) -> None:
        if faults:
            self.note.set("\n".join(faults[:6]), "danger")
        else:
            self.note.set(_("The log is as it was written."), "ok")
        self.note.show()

    def find(self) -> None:  # type: ignore[override]  # the window asks pages by this name
        """Ctrl F."""
        self.filters.search.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def refresh(self, topics: set[str]) -> None:
        """Anything that was written is in the log."""
        self.table.refresh()

    def keys(self) -> list[tuple[str, str]]:
        """For F1."""
        return [("Enter", _("Old and new values")), ("Ctrl F", _("Search the log"))]


def _verb(found: Entry) -> str:
    return audit.verb_of(found)


def _record(found: Entry) -> str:
    return found.title or audit.word_of(found.table)


def _what(found: Entry) -> str:
    return " ".join(filter(None, (_verb(found), found.code, found.fields)))


def changes_grid(changes: Sequence[Change], *, fresh: bool) -> QWidget:
    """Each field with its old value, then the new one."""
    holder = QWidget()
    grid = QGridLayout(holder)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(10)
    grid.setVerticalSpacing(2)
    grid.setColumnStretch(0, 1)
    row = 0
    for change in changes:
        grid.addWidget(label(change.label, "caption", "text_3", wrap=True), row, 0)
        if not fresh:
            old = label(change.old or _("empty"), "dense", "text_2", wrap=True)
            grid.addWidget(old, row + 1, 0)
            grid.addWidget(label(f"→ {change.new or _('empty')}", "dense", wrap=True), row + 2, 0)
        else:
            grid.addWidget(label(change.new, "dense", wrap=True), row + 1, 0)
        grid.setRowMinimumHeight(row + 3, 6)
        row += 4
    return holder
