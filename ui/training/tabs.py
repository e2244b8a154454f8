"""The lists of training: certificates, courses, people."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from PySide6.QtWidgets import QPushButton

from app.access import Permission
from app.desk import Desk
from app.fields import fields_of, show
from app.signs import sign
from app.training import actions
from app.training.certificates import CertificateView, certificate_types, certificates
from app.training.matrix import CourseHead, courses
from app.training.people import Person, mentions, people, post_word, posts, teams
from app.training.rules import CERTIFICATE_STATES
from app.values import show_quantity
from app.words import N_, _, pgettext
from ui.kit.buttons import button
from ui.kit.dialogs import ask
from ui.kit.empty import EmptyState
from ui.kit.filters import Choice, Filter
from ui.kit.lazy import Column
from ui.kit.tasks import Tasks
from ui.training.dialogs import (
    Place,
    certificate_dialog,
    course_dialog,
    person_dialog,
    review_dialog,
    type_dialog,
)
from ui.training.person import course_facts, fill_certificate, fill_person
from ui.training.register import RegisterTab


def _primary(words: str, tab: RegisterTab) -> QPushButton:
    made = button(words, "plus", "primary")
    made.clicked.connect(tab.new)
    return made


def _small(words: str, icon: str, slot: Any, kind: str = "default") -> QPushButton:
    made = button(words, icon, kind, scale="small")
    made.clicked.connect(slot)
    return made


def _days(row: CertificateView) -> str:
    return "" if row.days is None else str(row.days).replace("-", "−")


class CertificatesTab(RegisterTab):
    """Certificates and permits, the most urgent first."""

    title = N_("Certificates")
    register = "staff_certificate"

    def __init__(self, desk: Desk, tasks: Tasks, prefs: Any = None) -> None:
        columns = (
            Column("state", N_("Status"), "status", 136),
            Column("days", N_("Days left"), "number", 84, value=_days),
            Column("person", N_("Staff member"), width=120, second=lambda c: c.type),
            Column("type", N_("Certificate"), width=150, stretch=True, compact=False),
            Column("until", N_("Valid until"), "date", 100),
            Column("review_due", N_("Review due"), "date", 100, compact=False),
            Column("number", N_("Certificate number"), "code", 144, compact=False),
            Column("staff_no", N_("Staff number"), "code", 92, compact=False),
            Column("issued", N_("Issued on"), "date", 100, compact=False, hidden=True),
        )
        filters = (
            Filter("state", N_("Status"), self._states),
            Filter("type", N_("Certificate type"), self._types),
            Filter("post", N_("Post"), self._posts),
            Filter("replaced", N_("Renewed ones, too")),
        )
        self._desk = desk
        empty = EmptyState("nothing_yet", _("No certificates yet"), _("Add the first one, or import a list."))
        super().__init__(desk, tasks, columns, filters, empty=empty, prefs=prefs)
        if desk.may(Permission.EDIT_TRAINING):
            self.primary = lambda: _primary(_("Add certificate"), self)
            self.buttons.append(button(_("New certificate type"), "plus"))
            self.buttons[0].clicked.connect(lambda: type_dialog(self._place(_("The type is saved."))).open())
        self.reload()

    @staticmethod
    def _states() -> Sequence[Choice]:
        return [Choice(state, sign(state).text) for state in CERTIFICATE_STATES]

    def _types(self) -> Sequence[Choice]:
        with self._desk.read() as read:
            return [Choice(row_id, name) for row_id, _code, name in certificate_types(read)]

    def _posts(self) -> Sequence[Choice]:
        with self._desk.read() as read:
            return [Choice(word.value, word.words) for word in posts(read)]

    def load(self, filters: Mapping[str, Any], text: str) -> Sequence[CertificateView]:
        with self.desk.read() as read:
            found = certificates(read, self.desk.actor, self.desk.today(), filters, text)
        count = sum(c.state == "expiring" for c in found)
        lost = sum(c.state in {"expired", "review_overdue"} for c in found)
        text = _("{count} certificates·{expiring} run out within 90 days·{lost} expired or without review")
        self.facts = text.format(count=len(found), expiring=count, lost=lost)
        return found

    def fill(self, row: CertificateView) -> None:
        buttons = []
        editable = self.desk.may(Permission.EDIT_TRAINING) and not row.replaced
        if editable:
            buttons.append(_small(_("Renew"), "refresh-cw", lambda: self._renew(row)))
        if editable and row.review_due:
            buttons.append(_small(_("Review passed"), "badge-check", lambda: self._review(row)))
        fill_certificate(self.inspector, row, buttons, lambda: self.open_person(row.staff_id))
        if editable and row.revoked:
            self.inspector.add_tool("undo-2", _("Give back"), lambda: self._revoke(row, revoked=False))
        elif editable:
            self.inspector.add_tool("circle-slash", _("Revoke"), lambda: self._revoke(row, revoked=True))

    def open_person(self, staff: bytes) -> None:
        """The file of the person who holds the certificate."""
        fill_person(self.inspector, self.desk, staff, [])

    def new(self) -> None:
        if self.primary:
            certificate_dialog(self._place(_("The certificate is filed."))).open()

    def _renew(self, row: CertificateView) -> None:
        certificate_dialog(self._place(_("The certificate is renewed.")), row).open()

    def _review(self, row: CertificateView) -> None:
        review_dialog(self._place(_("The review is recorded.")), row).open()

    def _revoke(self, row: CertificateView, *, revoked: bool) -> None:
        words = f"{row.person}  {row.type}  {row.number}"
        text = _("It no longer counts. It can be given back later.")
        if revoked and not ask(self, _("Revoke this certificate?"), f"{words}\n{text}", do=_("Revoke")):
            return
        self.tasks.run(
            lambda: actions.revoke_certificate(self.desk, row.id, revoked=revoked),
            lambda _done: self.on_saved(_("The certificate is changed."))(),
            owner=self,
        )

    def _place(self, said: str) -> Place:
        return Place(self, self.desk, self.tasks, self.on_saved(said))


def _wanted_by(course: CourseHead) -> str:
    if "*" in course.posts:
        return _("Everybody")
    return pgettext("list", ", ").join(post_word(post) for post in course.posts)


class CoursesTab(RegisterTab):
    """The register of courses: basic, special, continuing."""

    title = N_("Courses")
    register = "course"

    def __init__(self, desk: Desk, tasks: Tasks, prefs: Any = None) -> None:
        kinds = fields_of("course")["category"]
        columns = (
            Column("code", N_("Course code"), "code", 92),
            Column("name", N_("Course"), width=200, stretch=True, second=lambda c: show(kinds, c.category)),
            Column(
                "category", N_("Category"), width=140, value=lambda c: show(kinds, c.category), compact=False
            ),
            Column("hours", N_("Hours"), "number", 70, value=lambda c: show_quantity(c.hours)),
            Column("months", N_("Valid for (months)"), "number", 116, compact=False),
            Column(
                "pass_score",
                N_("Pass mark"),
                "number",
                80,
                value=lambda c: show_quantity(c.pass_score),
                compact=False,
            ),
            Column("required_for", N_("Required for posts"), width=220, value=_wanted_by, compact=False),
        )
        choices = [Choice(code, _(word)) for code, word in kinds.choices]
        empty = EmptyState("nothing_yet", _("No courses yet"), _("Add courses first: who needs which one."))
        filters = (Filter("category", N_("Category"), lambda: choices),)
        super().__init__(desk, tasks, columns, filters, empty=empty, prefs=prefs)
        if desk.may(Permission.EDIT_TRAINING):
            self.primary = lambda: _primary(_("New course"), self)
        self.reload()

    def load(self, filters: Mapping[str, Any], text: str) -> Sequence[CourseHead]:
        with self.desk.read() as read:
            found = courses(read, filters.get("category"))
        self.facts = _("{count} courses").format(count=len(found))
        return [c for c in found if mentions(text, c.code, c.name)]

    def fill(self, row: CourseHead) -> None:
        self.inspector.start(row.code, row.name)
        self.inspector.add_facts(
            [*course_facts(row), (_("Required for posts"), _wanted_by(row) or _("Nobody"))]
        )
        if self.desk.may(Permission.EDIT_TRAINING):
            place = Place(self, self.desk, self.tasks, self.on_saved(_("The course is saved.")))
            edit = _small(_("Edit"), "pencil", lambda: course_dialog(place, row.id).open())
            self.inspector.set_actions([edit])

    def new(self) -> None:
        if self.primary:
            course_dialog(Place(self, self.desk, self.tasks, self.on_saved(_("The course is saved.")))).open()


class PeopleTab(RegisterTab):
    """The staff register with the training file of each person."""

    title = N_("Staff")
    register = "staff"

    def __init__(self, desk: Desk, tasks: Tasks, prefs: Any = None) -> None:
        status = fields_of("staff")["status"]
        columns = (
            Column("staff_no", N_("Staff number"), "code", 92),
            Column("name", N_("Person"), width=120, second=lambda p: p.job),
            Column("post", N_("Post"), width=120, value=lambda p: post_word(p.post), compact=False),
            Column("title", N_("Job title"), width=130, compact=False),
            Column("team", N_("Team"), width=150, stretch=True, compact=False),
            Column("status", N_("Status"), width=80, value=lambda p: show(status, p.status)),
            Column("experience", N_("Experience (years)"), "number", 110, compact=False),
            Column("hired", N_("Hired on"), "date", 100, compact=False),
            Column("site", N_("Site"), width=160, compact=False),
        )
        self._desk = desk
        filters = (
            Filter("site", N_("Site"), lambda: [Choice(s.id, s.name) for s in desk.sites()]),
            Filter("team", N_("Team"), partial(self._choices, teams)),
            Filter("post", N_("Post"), partial(self._choices, posts)),
        )
        empty = EmptyState("nothing_yet", _("Nobody yet"), _("Add the first person, or import a list."))
        super().__init__(desk, tasks, columns, filters, empty=empty, prefs=prefs)
        if desk.may(Permission.EDIT_STAFF):
            self.primary = lambda: _primary(_("New person"), self)
        if desk.site and len(desk.sites()) > 1:
            self.filters.set_values({"site": desk.site.id})
        self.reload()

    def _choices(self, words: Any) -> Sequence[Choice]:
        with self._desk.read() as read:
            return [Choice(word.value, word.words) for word in words(read)]

    def load(self, filters: Mapping[str, Any], text: str) -> Sequence[Person]:
        with self.desk.read() as read:
            found = people(read, self.desk.actor, filters, text)
        self.facts = _("{count} people").format(count=len(found))
        return found

    def fill(self, row: Person) -> None:
        buttons = []
        if self.desk.may(Permission.EDIT_STAFF):
            buttons.append(_small(_("Edit"), "pencil", lambda: person_dialog(self._place(), row.id).open()))
        if self.desk.may(Permission.EDIT_TRAINING):
            filed = Place(self, self.desk, self.tasks, self.on_saved(_("The certificate is filed.")))
            buttons.append(
                _small(_("Add certificate"), "plus", lambda: certificate_dialog(filed, who=row).open())
            )
        if self.desk.may(Permission.PRINT_REPORTS):
            params = {"staff": row.staff_no}
            buttons.append(
                _small(_("Print"), "printer", lambda: self.report_wanted.emit("training-record", params))
            )
        fill_person(self.inspector, self.desk, row.id, buttons)

    def new(self) -> None:
        if self.primary:
            person_dialog(self._place()).open()

    def _place(self) -> Place:
        return Place(self, self.desk, self.tasks, self.on_saved(_("The staff file is saved.")))
