"""The dialogs of training: a result, a certificate and its review, a course, a person."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtWidgets import QWidget

from app.desk import Desk
from app.training import actions
from app.training.certificates import CertificateView, certificate_types
from app.training.matrix import CourseHead, courses
from app.training.people import Person, find_people, mentions, teams
from app.tx import Reader
from app.words import _
from ui.kit.editors import Find
from ui.kit.forms import FormField
from ui.kit.tasks import Tasks
from ui.training.forms import WriteDialog, form_field, physical, shown


@dataclass(frozen=True)
class Place:
    """Where a dialog stands: over which page, for whom, and what follows when it has saved."""

    parent: QWidget
    desk: Desk
    tasks: Tasks
    done: Callable[[], object]


def people_finder(desk: Desk) -> Find:
    """People by number, name or initials."""

    def find(text: str) -> list[tuple[Any, str]]:
        with desk.read() as read:
            return list(find_people(read, desk.actor, text))

    return find


def course_finder(desk: Desk) -> Find:
    """Courses by code, name or initials."""

    def find(text: str) -> list[tuple[Any, str]]:
        with desk.read() as read:
            found = courses(read)
        return [(c.id, f"{c.code} {c.name}") for c in found if mentions(text, c.code, c.name)]

    return find


def type_finder(desk: Desk) -> Find:
    """Certificate types by code or name."""

    def find(text: str) -> list[tuple[Any, str]]:
        with desk.read() as read:
            found = certificate_types(read)
        return [(row_id, f"{code} {name}") for row_id, code, name in found if mentions(text, code, name)]

    return find


def result_dialog(
    at: Place,
    who: Person | None = None,
    course: CourseHead | None = None,
) -> WriteDialog:
    """Record the result of one person in one course."""
    table = "training_record"
    fields = [
        form_field(table, "staff_id", people_finder(at.desk)),
        form_field(table, "course_id", course_finder(at.desk)),
        form_field(table, "train_date"),
        FormField(
            "score", _("Score"), "number", _("points"), required=True,
            help=_("From 0 to 100; the pass mark of the course decides who has passed."),
        ),
        form_field(table, "hours", help_text=_("Empty: the hours of the course.")),
        form_field(table, "trainer_id", people_finder(at.desk)),
        form_field(table, "remark"),
    ]  # fmt: skip
    fields[4] = FormField("hours", fields[4].label, "number", fields[4].unit, help=fields[4].help)

    def work(typed: dict[str, Any]) -> object:
        outcome = actions.Outcome(typed["staff_id"], typed["score"], remark=typed["remark"] or "")
        return actions.record_result(
            at.desk, outcome, typed["course_id"], typed["train_date"],
            hours=typed["hours"], trainer=typed["trainer_id"],
        )  # fmt: skip

    given: dict[str, Any] = {"train_date": at.desk.today()}
    if who:
        given["staff_id"] = (who.id, who.words)
    if course:
        given["course_id"] = (course.id, f"{course.code} {course.name}")
    made = WriteDialog(
        at.parent,
        _("Record training"),
        fields,
        given,
        tasks=at.tasks,
        work=work,
        done=at.done,
        do=_("Record training"),
    )
    made.form.editor("score" if who and course else "course_id" if who else "staff_id").setFocus()
    return made


def certificate_dialog(
    at: Place,
    old: CertificateView | None = None,
    who: Person | None = None,
) -> WriteDialog:
    """File a certificate, or the one that renews an old one."""
    table = "staff_certificate"
    fields = [
        form_field(table, "staff_id", people_finder(at.desk)),
        form_field(table, "cert_type_id", type_finder(at.desk)),
        form_field(table, "certificate_no"),
        form_field(table, "issue_date"),
        form_field(table, "review_due_date", help_text=_("Only for permits with a mid-term review.")),
        form_field(table, "valid_until", help_text=_("Empty: without an end.")),
    ]
    given: dict[str, Any] = {"issue_date": at.desk.today()}
    if who:
        given["staff_id"] = (who.id, who.words)
    if old:
        given |= {
            "staff_id": (old.staff_id, f"{old.staff_no} {old.person}"),
            "cert_type_id": (old.type_id, f"{old.type_code} {old.type}"),
        }
    made = WriteDialog(
        at.parent,
        _("Renew certificate") if old else _("Add certificate"),
        fields,
        given,
        tasks=at.tasks,
        work=lambda typed: actions.add_certificate(at.desk, typed),
        done=at.done,
        text=_("The old certificate stays in the history.") if old else "",
    )
    _propose_dates(made, at.desk)
    made.form.editor("certificate_no" if old else "cert_type_id" if who else "staff_id").setFocus()
    return made


def _propose_dates(dialog: WriteDialog, desk: Desk) -> None:
    """Review and end follow from the type and the date of issue until somebody types them."""
    typed: set[str] = set()
    ours = {"busy": False}

    def propose() -> None:
        given = dialog.form.values()
        if not given["cert_type_id"] or not given["issue_date"]:
            return
        with desk.read() as read:
            review, until = actions.proposed_dates(read, given["cert_type_id"], given["issue_date"])
        ours["busy"] = True
        for name, day in (("review_due_date", review), ("valid_until", until)):
            if name not in typed:
                dialog.form.editor(name).set_value(day)
        ours["busy"] = False

    for name in ("review_due_date", "valid_until"):
        dialog.form.editor(name).edited.connect(lambda name=name: None if ours["busy"] else typed.add(name))
    for name in ("cert_type_id", "issue_date"):
        dialog.form.editor(name).edited.connect(propose)
    propose()


def review_dialog(at: Place, old: CertificateView) -> WriteDialog:
    """The mid-term review of a certificate was passed."""
    fields = [
        FormField("passed_on", _("Review passed on"), "date", required=True),
        FormField(
            "next_due", _("Next review due"), "date", help=_("Empty: no further review before the end.")
        ),
    ]
    return WriteDialog(
        at.parent,
        _("Record the review"),
        fields,
        {"passed_on": at.desk.today()},
        tasks=at.tasks,
        work=lambda typed: actions.review_certificate(at.desk, old.id, typed["passed_on"], typed["next_due"]),
        done=at.done,
        text=f"{old.person}  {old.type}",
    )


def type_dialog(at: Place) -> WriteDialog:
    """A new kind of certificate."""
    names = ("code", "name", "name_en", "validity_months", "review_months", "issuer")
    return _register(at, "cert_type", names, _("New certificate type"))


def course_dialog(at: Place, course: bytes | None = None) -> WriteDialog:
    """A course: hours, pass mark, validity, who needs it."""
    names = (
        "code", "name", "name_en", "category", "hours", "validity_months", "assessments", "pass_score", "required_for",
    )  # fmt: skip
    title = _("Edit course") if course else _("New course")
    return _register(at, "course", names, title, course)


def person_dialog(at: Place, person: bytes | None = None) -> WriteDialog:
    """The staff file: number, name, team, post, education, experience, status."""
    names = (
        "staff_no", "name", "name_en", "site_id", "org_unit_id", "role_code", "job_title", "education", "major",
        "experience_years", "hire_date", "status", "phone", "email",
    )  # fmt: skip
    title = _("Edit person") if person else _("New person")
    return _register(at, "staff", names, title, person)


def _finders(desk: Desk) -> dict[str, Find]:
    def find_team(text: str) -> list[tuple[Any, str]]:
        with desk.read() as read:
            return [(team.value, team.words) for team in teams(read) if mentions(text, team.words)]

    def find_site(text: str) -> list[tuple[Any, str]]:
        return [(s.id, f"{s.code} {s.name}") for s in desk.sites() if mentions(text, s.code, s.name)]

    return {"org_unit_id": find_team, "site_id": find_site}


def _register(
    at: Place,
    table: str,
    names: tuple[str, ...],
    title: str,
    row_id: bytes | None = None,
) -> WriteDialog:
    with at.desk.read() as read:
        given = _given(read, table, names, row_id)
    if row_id is None:
        given |= {"status": "active"} if table == "staff" else {}
    finders = _finders(at.desk)
    return WriteDialog(
        at.parent,
        title,
        [form_field(table, name, finders.get(name)) for name in names],
        given,
        tasks=at.tasks,
        work=lambda typed: actions.save(at.desk, table, row_id, physical(table, typed)),
        done=at.done,
    )


def _given(read: Reader, table: str, names: tuple[str, ...], row_id: bytes | None) -> dict[str, Any]:
    row = read.get(table, row_id) or {}
    return shown(table, {name: row[name] for name in names if name in row})
