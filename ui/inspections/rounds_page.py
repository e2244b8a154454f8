"""All rounds (巡检): due, under way, handed in, missed; filters, an inspector, and the way into each."""

from collections.abc import MutableMapping
from functools import partial
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QWidget

from app.access import Permission
from app.desk import Desk
from app.fields import fields_of
from app.generic import Transition
from app.inspections import queries
from app.inspections.lists import RoundLine, RoundSource, line_of, rates, templates_in_use, to_review
from app.inspections.rules import FAIL, value_said
from app.signs import sign
from app.values import instant_of, show_instant
from app.words import N_, _, ngettext
from ui.inspections.saying import due_said, state_sign, window_said
from ui.kit.buttons import button
from ui.kit.chips import Chip
from ui.kit.dialogs import FormDialog
from ui.kit.empty import EmptyState
from ui.kit.filters import Choice, Filter, FilterRow
from ui.kit.forms import FormField
from ui.kit.labels import label
from ui.kit.table import Column, Table
from ui.kit.tasks import Tasks
from ui.work.base import ListPage

PERIODS = ((7, N_("7 days")), (30, N_("30 days")), (90, N_("90 days")), (366, N_("1 year")))


class RoundsPage(ListPage):
    """The list of rounds at the site in view."""

    round_wanted = Signal(object)
    """A RoundLine that is to be begun or gone on with."""

    review_wanted = Signal(bytes)
    """A round that is to be looked at or reviewed."""

    templates_wanted = Signal()

    topics = frozenset({"inspections", "rounds", "files"})

    def __init__(self, desk: Desk, tasks: Tasks, prefs: MutableMapping[str, Any] | None = None) -> None:
        super().__init__(_("Rounds"), desk, tasks)
        empty = EmptyState(
            "nothing_yet", _("No rounds yet"), _("A plan makes them due; the planner writes plans.")
        )
        self.table = Table(self._columns(), RoundSource(desk), tasks=tasks, prefs=prefs, empty=empty)
        self.filters = FilterRow(self._filters(), self.table, _("Round, template or place"))
        self.lay_out()
        if desk.may(Permission.REVIEW_ROUNDS):
            self._review = button(_("Review one by one"), "user-check")
            self._review.clicked.connect(self._on_review)
            self.add_action(self._review)
        templates = button(_("Templates"), "clipboard-list")
        templates.clicked.connect(self.templates_wanted)
        self.add_action(templates)
        self.table.refresh()
        self.refreshed()

    def _columns(self) -> list[Column]:
        desk = self.desk
        today, zone = desk.today(), desk.timezone

        def due(line: RoundLine) -> str:
            return window_said(line, zone)

        columns = [
            Column("state", N_("Status"), "status", 176, value=state_sign),
            Column("name", N_("Round"), width=160, stretch=True, second=due),
            Column("place", N_("Place"), width=110, compact=False),
            Column("code", N_("Number"), "code", 160, hidden=True, compact=False),
            Column("due_to", N_("Due by"), "date", 100, value=lambda r: due_said(r, today, zone), compact=False),
            Column("done", N_("Items"), "number", 70, sortable=False, value=lambda r: f"{r.done} / {r.total}"),
            Column("failed", N_("Deviations"), "number", 66, sortable=False, value=lambda r: r.failed or "", compact=False),
            Column("submitted_by", N_("Submitted by"), width=92, compact=False),
        ]  # fmt: skip
        if desk.site is None:
            columns.insert(3, Column("site", N_("Site"), width=130, sortable=False, compact=False))
        return columns

    def _filters(self) -> list[Filter]:
        states = fields_of("inspection_task")["status"].choices

        def templates() -> list[Choice]:
            with self.desk.read() as read:
                return [Choice(code, name) for code, name in templates_in_use(read)]

        return [
            Filter("state", N_("Status"), lambda: [Choice("overdue", sign("overdue").text), *(Choice(c, _(w)) for c, w in states)]),
            Filter("template", N_("Template"), templates),
            Filter("period", N_("Time"), lambda: [Choice(days, _(words)) for days, words in PERIODS]),
        ]  # fmt: skip

    def refreshed(self) -> None:
        """The rates of the month, with what they are based on."""
        desk = self.desk
        start = instant_of(desk.today()[:8] + "01", timezone=desk.timezone)
        with desk.read() as read:
            found = rates(read, start, desk.now(), desk.site.id if desk.site else None)
        if found.completion is None:
            self.set_facts(_("No round was due this month yet"))
            return
        words = _("This month {done} of {due} done ({rate} %)·{missed} missed ({missed_rate} %)")
        self.set_facts(
            words.format(
                done=found.done,
                due=found.due,
                rate=f"{found.completion / 10:.1f}",
                missed=found.missed,
                missed_rate=f"{(found.missed_rate or 0) / 10:.1f}",
            )
        )

    # the inspector

    def fill(self, record: bytes) -> bool:
        """A round: where it stands, its deviations, who did what, and what can be done next."""
        line = line_of(self.desk, record)
        if line is None:
            return False
        shown, zone = state_sign(line), self.desk.timezone
        self.inspector.start(line.code, line.name)
        chips: list[QWidget] = [Chip(shown.text, shown.level, shown.icon)]
        if line.failed:
            words = ngettext("{count} deviation", "{count} deviations", line.failed).format(count=line.failed)
            chips.append(Chip(words, "danger"))
        self.inspector.add_chips(chips)
        facts = [
            (_("Template"), line.template_code),
            (_("Place"), line.place or line.site),
            (_("Window"), window_said(line, zone)),
            (_("Due by"), due_said(line, self.desk.today(), zone)),
            (_("Items"), f"{line.done} / {line.total}"),
        ]
        if line.n > 0:
            facts += self._done_by(record)
        self.inspector.add_facts([(word, value) for word, value in facts if value])
        if line.n > 0:
            self._add_deviations(record)
        self.inspector.set_actions(self._steps(line))
        return True

    def _done_by(self, record: bytes) -> list[tuple[str, str]]:
        zone = self.desk.timezone
        with self.desk.read() as read:
            found = queries.sheet(read, record)
        return [
            (_("Done by"), found.people),
            (_("Started"), show_instant(found.started_at, zone)),
            (_("Submitted"), show_instant(found.submitted_at, zone)),
            (_("Label scanned"), found.scanned_label),
            (_("Late because"), found.late_reason),
            (_("Review remark"), found.review_remark),
        ]

    def _add_deviations(self, record: bytes) -> None:
        with self.desk.read() as read:
            items = [
                found
                for found in queries.sheet(read, record).items
                if found.given and found.given.state == FAIL
            ]
        if not items:
            return
        self.inspector.add_section(_("Deviations"))
        for found in items:
            if found.given:
                said = value_said(found.item, found.given.value_num, found.given.value_text)
                self.inspector.add(label(f"{found.item.text}  {said}", "dense", "danger_text", wrap=True))
                self.inspector.add(label(found.given.remark, "caption", "text_2", wrap=True))

    def _steps(self, line: RoundLine) -> list[QPushButton]:
        made: list[QPushButton] = []
        if line.can_start and self.desk.may(Permission.DO_ROUNDS):
            word = {"in_progress": _("Continue"), "returned": _("Correct"), "missed": _("Do it late")}.get(
                line.status
            )
            go = button(word or _("Start"), "arrow-right", "primary")
            go.clicked.connect(lambda: self.round_wanted.emit(line))
            made.append(go)
        if line.status == "submitted" and self.desk.may(Permission.REVIEW_ROUNDS):
            review = button(_("Review"), "user-check", "primary")
            review.clicked.connect(lambda: self.review_wanted.emit(line.id))
            made.append(review)
        elif line.n > 0 and line.done:
            look = button(_("Show sheet"), "clipboard-list")
            look.clicked.connect(lambda: self.review_wanted.emit(line.id))
            made.append(look)
        if line.n > 0 and line.status == "in_progress" and self.desk.may(Permission.PLAN_ROUNDS):
            cancel = button(_("Cancel round"), kind="danger")
            cancel.clicked.connect(lambda: self._cancel(line))
            made.append(cancel)
        return made

    def _cancel(self, line: RoundLine) -> None:
        values = FormDialog.ask(
            self,
            _("Cancel round {code}").format(code=line.code),
            [FormField("reason", _("Reason"), "lines", required=True)],
            do=_("Cancel round"),
        )
        if values:
            gone = Transition(
                table="inspection_task",
                id=line.id,
                source=line.status,
                target="cancelled",
                remark=values["reason"],
            )
            self.do(partial(self.desk.perform, gone), _("Round {code} was cancelled").format(code=line.code))

    def _on_review(self) -> None:
        waiting = to_review(self.desk)
        if waiting:
            self.review_wanted.emit(waiting[0].id)
        else:
            self.said.emit(_("No round waits for a review."), None)

    def keys(self) -> list[tuple[str, str]]:
        """The keys of this page, for F1."""
        return [
            ("Enter", _("open the inspector")),
            ("F6", _("list, inspector, filters")),
            ("Ctrl F", _("search")),
        ]
