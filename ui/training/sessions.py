"""The sessions tab: plan a session with its participants, hold it, enter the results."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QPushButton

from app.access import Permission
from app.desk import Desk
from app.errors import AppError
from app.fields import fields_of
from app.signs import sign
from app.training import actions
from app.training.matrix import Matrix, matrix
from app.training.rules import HOLDS, Standing
from app.training.sessions import SESSION, SessionView, sessions, taken
from app.values import THOUSAND, clean, local, show_instant, show_quantity
from app.words import N_, _, ngettext
from ui.kit import icons, theme
from ui.kit.buttons import button
from ui.kit.chips import Chip
from ui.kit.dialogs import FormDialog
from ui.kit.empty import EmptyState
from ui.kit.filters import Choice, Filter
from ui.kit.forms import FormField
from ui.kit.labels import label
from ui.kit.lazy import Column
from ui.kit.tasks import Tasks
from ui.kit.timeline import Event
from ui.training.dialogs import Place, course_finder, people_finder
from ui.training.forms import WriteDialog, form_field
from ui.training.register import RegisterTab
from ui.training.results import ResultsDialog

_STAFF = Qt.ItemDataRole.UserRole


class SessionDialog(WriteDialog):
    """Course, day and place, and the people: those with a gap come first and are ticked."""

    def __init__(self, at: Place, view: SessionView | None = None, course: bytes | None = None) -> None:
        self._desk, self._view = at.desk, view
        super().__init__(
            at.parent,
            _("Change session") if view else _("Plan a session"),
            _session_fields(at.desk),
            _session_values(at.desk, view, course),
            tasks=at.tasks,
            work=lambda typed: actions.save_session(at.desk, view.id if view else None, typed),
            done=at.done,
        )
        with at.desk.read() as read:
            self._matrix: Matrix = matrix(read, at.desk.actor, at.desk.today())
        self.people = QListWidget()
        self.people.setFont(theme.font("dense"))
        self.people.setIconSize(QSize(16, 16))
        self.people.setMinimumHeight(170)
        self.people.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.people.setAccessibleName(_("Participants"))
        self.count = label("", "dense", "text_2")
        self.add_below(self.count, self.people)
        self.people.itemChanged.connect(lambda _item: self._counted())
        self.form.editor("course_id").edited.connect(self._list)
        self._listed: bytes | None = None
        self._list()

    def _list(self) -> None:
        course = self.form.values()["course_id"]
        places = [n for n, head in enumerate(self._matrix.courses) if head.id == course]
        if not places or course == self._listed:
            return
        self._listed = course
        chosen = set(self._view.participants) if self._view and self._view.course_id == course else None
        lines = sorted(self._matrix.lines, key=lambda line: _need(line.cells[places[0]]))
        self.people.blockSignals(True)
        self.people.clear()
        for line in lines:
            cell = line.cells[places[0]]
            look = sign(cell.state)
            text = f"{line.person.words}  {line.person.job}  {look.text} {cell.until}".strip()
            item = QListWidgetItem(icons.icon(look.icon, f"{look.level}_sign", 16), text)
            ticked = line.person.id in chosen if chosen is not None else _need(cell) == 0
            item.setCheckState(Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked)
            item.setData(_STAFF, line.person.id)
            self.people.addItem(item)
        self.people.blockSignals(False)
        self._counted()

    def _counted(self) -> None:
        count = len(self.participants())
        words = ngettext("{count} participant", "{count} participants", count).format(count=count)
        self.count.setText(words + "·" + _("Space ticks; who has a gap is ticked already."))

    def participants(self) -> tuple[bytes, ...]:
        """Who is ticked."""
        items = [self.people.item(n) for n in range(self.people.count())]
        return tuple(i.data(_STAFF) for i in items if i.checkState() == Qt.CheckState.Checked)

    def values(self) -> dict[str, Any]:
        typed = self.form.values()
        made = {name: typed[name] for name in ("course_id", "place", "trainer_id", "trainer")}
        made["capacity"] = typed["capacity"] // THOUSAND if typed["capacity"] else None
        made["planned_start"] = actions.local_instant(self._desk, typed["day"], _clock(typed["begin"]))
        end = typed["end"]
        made["planned_end"] = actions.local_instant(self._desk, typed["day"], _clock(end)) if end else None
        return made | {"participants": self.participants()}

    def on_save(self) -> None:
        wrong = self.form.problems()
        typed = self.form.values()
        for name in ("begin", "end"):
            try:
                if typed[name]:
                    _clock(typed[name])
            except AppError as error:
                wrong[name] = str(error)
        if wrong:
            self.form.show_errors(wrong)
        else:
            super().on_save()


def _state(view: SessionView, now: int) -> str:
    """Its state; one that is over and has no results yet is overdue."""
    return "overdue" if view.state == "planned" and view.end < now else view.state


def _need(cell: Standing) -> int:
    """Who needs the course: gaps first, then what runs out, then the others who need it."""
    if not cell.required:
        return 3
    return 0 if cell.state not in HOLDS else 1 if cell.state == "expiring" else 2


def _clock(text: str) -> str:
    """A typed time of day as 09:30; 9:30, 930 and full-width digits are understood."""
    plain = unicodedata.normalize("NFKC", clean(text))
    found = re.fullmatch(r"(\d{1,2})[:.]?(\d{2})", plain)
    if not found or int(found[1]) > 23 or int(found[2]) > 59:
        raise AppError(N_("“{text}” is not a time. Type it like 09:30."), text=text)
    return f"{int(found[1]):02}:{found[2]}"


def _session_fields(desk: Desk) -> list[FormField]:
    table = "training_session"
    return [
        form_field(table, "course_id", course_finder(desk)),
        FormField("day", _("Date"), "date", required=True),
        FormField("begin", _("Begins at"), required=True, placeholder="09:00"),
        FormField("end", _("Ends at"), placeholder="17:00", help=_("Empty: by the hours of the course.")),
        form_field(table, "place"),
        form_field(table, "trainer_id", people_finder(desk)),
        form_field(table, "trainer"),
        form_field(table, "capacity"),
    ]


def _session_values(desk: Desk, view: SessionView | None, course: bytes | None) -> dict[str, Any]:
    if view is None:
        given: dict[str, Any] = {"day": desk.today(), "begin": "09:00"}
        if course:
            given["course_id"] = course
        return given
    start, end = local(view.start, desk.timezone), local(view.end, desk.timezone)
    return {
        "course_id": (view.course_id, f"{view.course_code} {view.course}"),
        "day": start.date().isoformat(),
        "begin": start.strftime("%H:%M"),
        "end": end.strftime("%H:%M"),
        "place": view.place,
        "trainer_id": (view.trainer_id, view.trainer) if view.trainer_id else None,
        "trainer": "" if view.trainer_id else view.trainer,
        "capacity": view.capacity * THOUSAND if view.capacity else None,
    }


class SessionsTab(RegisterTab):
    """Planned sessions by their date, then those that were held."""

    title = N_("Sessions")
    register = "training_session"

    def __init__(self, desk: Desk, tasks: Tasks, prefs: Any = None) -> None:
        columns = (
            Column("state", N_("Status"), "status", 110, value=lambda s: _state(s, desk.now())),
            Column("start", N_("Begins"), "date", 140, value=lambda s: show_instant(s.start, desk.timezone)),
            Column(
                "course", N_("Course"), width=220, stretch=True, value=lambda s: f"{s.course_code} {s.course}"
            ),
            Column("place", N_("Place"), width=130, compact=False),
            Column("trainer", N_("Trainer"), width=120, compact=False),
            Column(
                "people", N_("Participants"), "number", 90, value=lambda s: len(s.participants), compact=False
            ),
            Column("results", N_("Results"), "number", 80, compact=False),
            Column("code", N_("Session number"), "code", 130, compact=False),
        )
        choices = [Choice(code, _(word)) for code, word in fields_of("training_session")["status"].choices]
        filters = (Filter("state", N_("Status"), lambda: choices),)
        empty = EmptyState(
            "nothing_yet",
            _("No sessions yet"),
            _("Plan one: who has a gap in the course is proposed as participant."),
        )
        super().__init__(desk, tasks, columns, filters, empty=empty, prefs=prefs)
        if desk.may(Permission.EDIT_TRAINING):
            self.primary = self._primary
        self.reload()

    def _primary(self) -> QPushButton:
        made = button(_("Plan a session"), "calendar-clock", "primary")
        made.clicked.connect(self.new)
        return made

    def load(self, filters: Mapping[str, Any], text: str) -> Sequence[SessionView]:
        with self.desk.read() as read:
            found = sessions(read, filters, text)
        planned = sum(s.state == "planned" for s in found)
        self.facts = _("{count} sessions·{planned} planned").format(count=len(found), planned=planned)
        return found

    def fill(self, row: SessionView) -> None:
        with self.desk.read() as read:
            people = taken(read, row)
        self.inspector.start(row.code, f"{row.course_code} {row.course}")
        self.inspector.add_chips([Chip.of(_state(row, self.desk.now()))])
        when = f"{show_instant(row.start, self.desk.timezone)} – {show_instant(row.end, self.desk.timezone)[11:]}"
        facts = [
            (_("Date"), when),
            (_("Place"), row.place),
            (_("Trainer"), row.trainer),
            (_("Places"), str(row.capacity or "")),
            (_("Hours"), f"{show_quantity(row.hours)} h"),
        ]
        self.inspector.add_facts([(word, value) for word, value in facts if value])
        self.inspector.add_section(_("Participants") + f"  {len(people)}")
        events = []
        for who in people:
            look = sign("not_checked" if who.passed is None else "pass" if who.passed else "not_passed")
            word = show_quantity(who.score) if who.score is not None else ""
            events.append(Event(look.icon, look.level, who.name, word, who.staff_no))
        self.inspector.add_timeline(events)
        if self.desk.may(Permission.EDIT_TRAINING):
            self.inspector.set_actions(self._actions(row))

    def _actions(self, row: SessionView) -> list[QPushButton]:
        made = []
        if row.state != "cancelled":
            made.append(self._button(_("Enter results"), "pencil", lambda: self._results(row)))
        if row.state == "planned":
            made.append(self._button(_("Change"), "calendar-clock", lambda: self._plan(row)))
        for step in SESSION.steps_from(row.state, self.desk.actor):
            if step.target != "held":
                kind = "danger" if step.grave else "default"
                slot = self._mover(row, step.target, step.word, remark=step.remark)
                made.append(
                    self._button(_(step.word), "circle-slash" if step.grave else "undo-2", slot, kind)
                )
        return made

    @staticmethod
    def _button(words: str, icon: str, slot: Callable[[], object], kind: str = "default") -> QPushButton:
        made = button(words, icon, kind, scale="small")
        made.clicked.connect(lambda _checked: slot())
        return made

    def _mover(self, row: SessionView, target: str, word: str, *, remark: bool) -> Callable[[], None]:
        def move() -> None:
            reason = ""
            if remark:
                fields = [FormField("remark", _("Reason"), "lines", required=True)]
                typed = FormDialog.ask(self, f"{_(word)}  {row.code}", fields, do=_(word))
                if typed is None:
                    return
                reason = typed["remark"]
            self.tasks.run(
                lambda: actions.move_session(self.desk, row.id, target, reason),
                lambda _done: self.on_saved(_("The session is changed."))(),
                owner=self,
            )

        return move

    def _results(self, row: SessionView) -> None:
        with self.desk.read() as read:
            people = taken(read, row)
        ResultsDialog(self._place(_("The results are recorded.")), row, people).open()

    def _plan(self, row: SessionView) -> None:
        SessionDialog(self._place(_("The session is changed.")), row).open()

    def new(self) -> None:
        self.plan(None)

    def plan(self, course: bytes | None) -> SessionDialog | None:
        """Plan a session, of this course if it is known already."""
        if not self.primary:
            return None
        dialog = SessionDialog(self._place(_("The session is planned.")), course=course)
        dialog.open()
        return dialog

    def _place(self, said: str) -> Place:
        return Place(self, self.desk, self.tasks, self.on_saved(said))
