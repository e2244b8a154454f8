"""The alerts (预警): the worst first; what it is, why, what to do, who did what about it."""

from array import array
from collections.abc import Mapping, MutableMapping, Sequence
from functools import partial
from typing import Any

from PySide6.QtWidgets import QPushButton

from app import alerts, values
from app.alerts import AlertRow
from app.desk import Desk
from app.fields import fields_of, from_json
from app.signs import Sign, sign
from app.words import N_, _, ngettext
from app.workflow import Step
from ui.kit.buttons import button
from ui.kit.chips import Chip
from ui.kit.dialogs import FormDialog
from ui.kit.empty import EmptyState
from ui.kit.filters import Choice, Filter, FilterRow
from ui.kit.forms import FormField
from ui.kit.labels import label
from ui.kit.lazy import Column
from ui.kit.table import Table
from ui.kit.tasks import Tasks
from ui.kit.timeline import Event
from ui.work.base import ListPage
from ui.work.process import said_step
from ui.work.tables import short_time

LEVELS = {
    1: Sign("danger", "octagon-alert", "×", N_("Level 1 (urgent)")),
    2: Sign("warn", "triangle-alert", "△", N_("Level 2 (important)")),
    3: Sign("info", "info", "○", N_("Level 3 (general)")),
}
#: A fact of an alert that names the record to be opened: the table of that record.
_HOMES = {"movement": "stock_movement", "count": "stock_count"}
OPENS = {
    "equipment": N_("Open the machine"),
    "part": N_("Open the part"),
    "inspection_task": N_("Open the round"),
    "staff": N_("Open the person"),
    "staff_certificate": N_("Open the person"),
    "purchase_order": N_("Open the order"),
    "stock_count": N_("Open the stocktake"),
}


def state_sign(row: AlertRow) -> Sign:
    """The state of an alert: what the program says, or what a person did."""
    if row.state == "cleared":
        return Sign("ok", "circle-check", "", alerts.state_word("cleared"))
    found = sign(row.state)
    if row.state == "raised":  # as urgent as the alert itself: a red word in every line would be noise
        return Sign(LEVELS[row.level].level, found.icon, "", alerts.state_word(row.state))
    return Sign(found.level, found.icon, "", alerts.state_word(row.state))


def columns(desk: Desk) -> tuple[Column, ...]:
    """The columns of the list."""
    return (
        Column("level", N_("Alert level"), "status", 156, value=lambda row: LEVELS[row.level]),
        Column("title", N_("Kind"), width=156, compact=False),
        Column("what", N_("What"), width=180, stretch=True, sortable=False, second=lambda row: row.title),
        Column("code", N_("Code"), "code", 112, sortable=False, compact=False),
        Column("state", N_("Status"), "status", 112, value=state_sign),
        Column("raised_at", N_("Since"), "date", 104, value=lambda row: short_time(row.raised_at, desk)),
    )


class AlertSource:
    """The alerts as the table asks them."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def ids(self, sort: str, descending: bool, filters: Mapping[str, Any], text: str) -> "array[int]":
        site = {"site": self._desk.site.id} if self._desk.site else {}
        with self._desk.read() as read:
            return alerts.alert_ids(
                read, sort, site | dict(filters), text, descending=descending, actor=self._desk.actor
            )

    def rows(self, ids: Sequence[int]) -> Sequence[AlertRow | None]:
        with self._desk.read() as read:
            return alerts.alert_rows(read, ids)

    def total(self) -> int:
        """How many are open at the site in view."""
        return len(self.ids("", False, {}, ""))


class AlertsPage(ListPage):
    """Every open situation once."""

    topics = frozenset({"alerts"})

    def __init__(self, desk: Desk, tasks: Tasks, prefs: MutableMapping[str, Any] | None = None) -> None:
        super().__init__(_("Alerts"), desk, tasks)
        self.row: AlertRow | None = None
        source = AlertSource(desk)
        empty = EmptyState("nothing_to_do", _("No alert is open"), _("Values, stock, certificates and equipment are within their limits."))  # fmt: skip
        self.table = Table(
            columns(desk),
            source,
            tasks=tasks,
            prefs=prefs,
            total=source.total,
            empty=empty,
            first=("level", False),
        )
        self.filters = FilterRow(
            [
                Filter("mine", N_("For me")),
                Filter("level", N_("Alert level"), lambda: [Choice(n, s.text) for n, s in LEVELS.items()]),
                Filter("rule", N_("Kind"), lambda: [Choice(c, _(r.title)) for c, r in alerts.rules().items()]),
                Filter("state", N_("Status"), lambda: [Choice(s, alerts.state_word(s)) for s in alerts.LINE[:-1]]),
                Filter("all", N_("Closed ones, too")),
            ],
            self.table,
            _("Code or name"),
        )  # fmt: skip
        self.lay_out()
        self.table.refresh()
        self.refreshed()

    def refreshed(self) -> None:
        with self.desk.read() as read:
            by_level = alerts.levels(read, self.desk.site.id if self.desk.site else None)
        count = sum(by_level.values())
        parts = [ngettext("{count} open", "{count} open", count).format(count=count)]
        parts += [f"{LEVELS[level].text} {by_level[level]}" for level in sorted(by_level)]
        self.set_facts("·".join(parts))

    def fill(self, record: bytes) -> bool:
        with self.desk.read() as read:
            self.row = alerts.alert_row(read, record)
            acted = alerts.acted(read, record)
        row, view = self.row, self.inspector
        if row is None:
            return False
        view.start(row.code, row.what)
        if row.table in OPENS:
            view.add_tool("external-link", _(OPENS[row.table]), self.open_subject)
        found, level = state_sign(row), LEVELS[row.level]
        view.add_chips([Chip(level.text, level.level, level.icon), Chip(found.text, found.level, found.icon)])
        facts = [(_("Kind"), row.title)]
        facts += [(_("About"), row.name)] if row.name else []
        facts.append((_("Since"), values.show_instant(row.raised_at, self.desk.timezone)))
        facts += (
            [(_("Cleared"), values.show_instant(row.cleared_at, self.desk.timezone))]
            if row.cleared_at
            else []
        )
        view.add_facts(facts)
        for title, words in ((_("Why"), row.why), (_("What to do"), row.todo)):
            if words:
                view.add_section(title)
                view.add(label(words, "dense", wrap=True))
        if acted:
            view.add_section(_("Handling so far"))
            view.add_timeline([self._event(done) for done in acted])
        view.set_actions(self._buttons_of(row))
        return True

    def _event(self, done: alerts.Acted) -> Event:
        look = sign(done.action)
        said = "·".join(filter(None, [done.who, done.reason, done.cause, done.measure]))
        time = short_time(done.at, self.desk) or ""
        return Event(look.icon, look.level, alerts.state_word(done.action), time, said)

    def _buttons_of(self, row: AlertRow) -> list[QPushButton]:
        made: list[QPushButton] = []
        for step in alerts.steps_from(row.state, self.desk.actor):
            one = button(_(step.word), kind="default" if made else "primary")
            one.clicked.connect(partial(self.act, step))
            made.append(one)
        return made

    def open_subject(self) -> None:
        """Go to the record that the alert is about; a withdrawal in the books, a recount in its stock-take, a certificate with its holder."""
        if self.row is None:
            return
        table, record = self.row.table, self.row.subject
        facts = from_json(self.row.facts) or {}
        for name, home in _HOMES.items():
            if isinstance(facts.get(name), str):
                table, record = home, bytes.fromhex(facts[name])
        if table == "staff_certificate":
            with self.desk.read() as read:
                table, record = "staff", (read.get(table, record) or {}).get("staff_id", record)
        self.record_wanted.emit(table, record)

    def act(self, step: Step, _checked: bool = False) -> None:
        """Do the next thing; cause, measure or reason are asked for where they are needed."""
        assert self.row is not None
        row, fields = self.row, fields_of("alert_action")
        names = [*step.must, *(["reason"] if step.remark else [])]
        asked = [FormField(n, _(fields[n].label), "lines", required=True) for n in names]
        typed = (
            FormDialog.ask(self, f"{_(step.word)}·{row.title}", asked, do=_(step.word), text=row.what)
            if asked
            else {}
        )
        if typed is not None:
            words = said_step(alerts.state_word(step.target))
            self.do(partial(alerts.act, self.desk, row.id, step.target, **typed), words)

    def open_target(self, record: bytes) -> None:
        """Open an alert from elsewhere."""
        with self.desk.read() as read:
            found = alerts.alert_row(read, record)
        self.show_record(record, found.n if found else None)

    def keys(self) -> list[tuple[str, str]]:
        """The keys of this page."""
        return [("Enter", _("Open the alert"))]
