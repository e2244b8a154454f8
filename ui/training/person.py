"""What the inspector shows: a person's file, a standing in a course, a certificate."""

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QPushButton, QWidget

from app.access import Permission
from app.desk import Desk
from app.fields import fields_of, show
from app.signs import sign
from app.training.certificates import CertificateView
from app.training.file import PersonFile, RecordView, person_file, records_of
from app.training.fitness import fitness_of
from app.training.matrix import CourseHead, MatrixLine
from app.training.people import Person, post_word
from app.training.report_data import assessment_words
from app.training.rules import EXPERIENCE_YEARS, GAPS, Standing
from app.values import show_quantity
from app.words import _, ngettext
from ui.kit.buttons import button
from ui.kit.chips import Chip
from ui.kit.inspector import Inspector
from ui.kit.labels import label
from ui.kit.timeline import Event


def days_left(days: int | None) -> str:
    """How long it still holds, or since when it does not."""
    if days is None:
        return ""
    if days < 0:
        return ngettext("{days} day overdue", "{days} days overdue", -days).format(days=-days)
    return ngettext("{days} day left", "{days} days left", days).format(days=days)


def due_words(found: CertificateView) -> str:
    """Which date of a certificate comes next."""
    if not found.standing.due:
        return _("without an end")
    text = _("Review due {day}") if found.standing.by == "review" else _("Valid until {day}")
    return text.format(day=found.standing.due)


def certificate_chip(found: CertificateView) -> Chip:
    """The state of a certificate; where it runs out, the days that are left."""
    look = sign(found.state)
    word = days_left(found.standing.days) if found.state == "expiring" else look.text
    return Chip(word, look.level, look.icon)


def record_event(record: RecordView, *, course: bool = True) -> Event:
    """A record as a line of the time line."""
    look = sign(record.state)
    title = f"{record.code} {record.course}" if course else look.text
    if record.retake:
        title = _("{what} (retake)").format(what=title)
    score = (
        _("{score} points (pass mark {mark})").format(
            score=show_quantity(record.score), mark=show_quantity(record.pass_score)
        )
        if record.score is not None
        else ""
    )
    until = _("until {day}").format(day=record.until) if record.until else ""
    more = "·".join(filter(None, [look.text if course else "", score, until, record.remark, record.number]))
    return Event(look.icon, look.level, title, record.day, more)


def fill_standing(
    inspector: Inspector,
    desk: Desk,
    line: MatrixLine,
    place: tuple[CourseHead, Standing],
    buttons: Sequence[QPushButton],
) -> None:
    """How a person stands in a course, with all records of it."""
    head, cell = place
    with desk.read() as read:
        records = records_of(read, line.person.id, desk.today(), head.id)
    inspector.start(line.person.words, f"{head.code} {head.name}")
    inspector.add_chips([Chip.of(cell.state)])
    required = _("Required for {post}") if cell.required else _("Not required for {post}")
    facts: list[tuple[str, str | QWidget]] = [(_("Post"), required.format(post=post_word(line.person.post)))]
    if cell.until:
        facts.append((_("Valid until"), cell.until))
    facts += course_facts(head)
    inspector.add_facts(facts)
    inspector.add_section(_("Training records"))
    if records:
        inspector.add_timeline([record_event(record, course=False) for record in records])
    else:
        inspector.add(label(_("No training recorded."), "dense", "text_2"))
    inspector.set_actions(buttons)


def course_facts(head: CourseHead) -> list[tuple[str, str | QWidget]]:
    """What a course asks for."""
    months = head.months
    valid = (
        ngettext("{months} month", "{months} months", months).format(months=months)
        if months
        else _("for good")
    )
    return [
        (_("Category"), show(fields_of("course")["category"], head.category)),
        (_("Hours"), f"{show_quantity(head.hours)} h"),
        (_("Assessment"), assessment_words(head.assessments)),
        (_("Pass mark"), show_quantity(head.pass_score)),
        (_("Valid for"), valid),
    ]


def fill_person(inspector: Inspector, desk: Desk, staff: bytes, buttons: Sequence[QPushButton]) -> None:
    """The training file of a person; fitness only on demand, since its reading is logged."""
    with desk.read() as read:
        found = person_file(read, staff, desk.today())
    if found is None:
        return
    who = found.person
    inspector.start(who.staff_no, who.name)
    inspector.add_chips(_person_chips(found))
    inspector.add_facts(person_facts(who))
    if desk.may(Permission.SEE_PRIVATE) or desk.actor.staff_id == staff:
        inspector.add_chips([_fitness_button(inspector, desk, staff)])
    inspector.add_section(_("Certificates"))
    _certificates(inspector, found.certificates)
    gaps = [(head, cell) for head, cell in found.required if cell.state in GAPS]
    if gaps:
        inspector.add_section(_("Still to do") + f"  {len(gaps)}")
        inspector.add_timeline([_gap(head, cell) for head, cell in gaps])
    inspector.add_section(_("Training records") + f"  {len(found.records)}")
    inspector.add_timeline([record_event(record) for record in found.records])
    inspector.set_actions(buttons)


def _person_chips(found: PersonFile) -> list[QWidget]:
    status = show(fields_of("staff")["status"], found.person.status)
    level = "info" if found.person.status == "probation" else "neutral"
    chips: list[QWidget] = [Chip(status, level, "user")]
    if found.short_of_experience:
        text = _("Less than {years} years of experience").format(years=EXPERIENCE_YEARS)
        chips.append(Chip(text, "warn"))
    return chips


def person_facts(who: Person) -> list[tuple[str, str | QWidget]]:
    """The staff file in a few lines."""
    years = who.experience
    experience = "" if years is None else ngettext("{years} year", "{years} years", years).format(years=years)
    studies = " / ".join(
        filter(None, [show(fields_of("staff")["education"], who.education or None), who.major])
    )
    facts = [
        (_("Post"), post_word(who.post)),
        (_("Job title"), who.title),
        (_("Team"), who.team),
        (_("Site"), who.site),
        (_("Hired on"), who.hired),
        (_("Experience"), experience),
        (_("Education"), studies),
    ]
    return [(word, value) for word, value in facts if value]


def _certificates(inspector: Inspector, found: Sequence[CertificateView]) -> None:
    if not found:
        inspector.add(label(_("No certificate recorded."), "dense", "text_2"))
        return
    events = []
    for held in found:
        look = sign(held.state)
        left = days_left(held.standing.days) if held.state not in {"valid", "revoked"} else ""
        word = _("renewed") if held.replaced else left or look.text
        events.append(Event(look.icon, look.level, held.type, word, f"{held.number}·{due_words(held)}"))
    inspector.add_timeline(events)


def _gap(head: CourseHead, cell: Standing) -> Event:
    look = sign(cell.state)
    return Event(look.icon, look.level, f"{head.code} {head.name}", look.text, cell.until)


def _fitness_button(inspector: Inspector, desk: Desk, staff: bytes) -> QWidget:
    tip = _("Reading it is logged.")
    shown = button(_("Show fitness for work"), "lock", scale="small", tip=tip)

    def on_clicked() -> None:
        found = fitness_of(desk, staff)
        shown.setEnabled(False)
        if found is None or not found.until:
            shown.setText(" " + _("No fitness date recorded"))
            return
        word = show(fields_of("staff_private")["fit_status"], found.status)
        text = _("{word} until {day}").format(word=word, day=found.until)
        look = sign(found.state)
        shown.setText(" " + text)
        inspector.add_chips([Chip(f"{text}·{days_left(found.days)}", look.level, look.icon)])

    shown.clicked.connect(on_clicked)
    return shown


def fill_certificate(
    inspector: Inspector, found: CertificateView, buttons: Sequence[QPushButton], person: Callable[[], object]
) -> None:
    """One certificate with its dates; the review apart from the end."""
    inspector.start(found.record_no, found.type)
    inspector.add_tool("user", _("Open the person's file"), person)
    inspector.add_chips(
        [certificate_chip(found), *([Chip(_("renewed"), "neutral", "history")] if found.replaced else [])]
    )
    review = found.review_due or ""
    if review and found.review_passed:
        review = _("{due}, passed {day}").format(due=review, day=found.review_passed)
    facts = [
        (_("Staff member"), f"{found.staff_no} {found.person}"),
        (_("Certificate number"), found.number),
        (_("Issued on"), found.issued),
        (_("Review due"), review),
        (_("Valid until"), found.until or _("without an end")),
    ]
    inspector.add_facts([(word, value) for word, value in facts if value])
    inspector.set_actions(buttons)
