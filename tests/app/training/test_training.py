"""Training on the sample site: the results that the requirements expect, and what people do."""

from collections import Counter

import pytest

from app.access import ROLES, Actor, Permission
from app.clock import Clock
from app.errors import Denied, Refused
from app.generic import create
from app.training import actions
from app.training.actions import Outcome
from app.training.assign import may_be_assigned
from app.training.certificates import certificates, certificates_of
from app.training.figures import training_figures
from app.training.file import person_file, records_of
from app.training.fitness import fitness_due, fitness_of
from app.training.matrix import matrix, record_counts
from app.training.report_data import matrix_data, record_data
from app.training.sessions import session, sessions, taken
from db.ids import new_id

TODAY = "2026-11-22"


def cell(desk, number, code):
    with desk.read() as read:
        found = matrix(read, desk.actor, desk.today())
    place = [head.code for head in found.courses].index(code)
    return next(line for line in found.lines if line.person.staff_no == number).cells[place]


def alerts(desk):
    with desk.read() as read:
        return read.rows(
            "SELECT rule, level, facts FROM alert WHERE cleared_at IS NULL AND (rule LIKE 'certificate.%' OR rule LIKE 'training.%')"
        )


# what the requirements expect as of 2026-11-22


def test_certificates_of_the_sample(school):
    with school.read() as read:
        found = certificates(read, school.actor, TODAY)
    assert Counter(c.state for c in found) == {"valid": 13, "expiring": 9, "review_overdue": 1, "expired": 1}
    assert (found[0].staff_no, found[0].type_code) == ("SW-0020", "REF")
    assert found[1].state == "review_overdue"
    assert [c.standing.days for c in found if c.state == "expiring"] == [6, 8, 8, 13, 23, 26, 28, 30, 51]


def test_records_of_the_sample(school):
    with school.read() as read:
        counts = record_counts(read, TODAY)
    assert counts == {"valid": 108, "expiring": 6, "expired": 2, "not_passed": 2}


def test_the_matrix_of_the_sample(school):
    with school.read() as read:
        found = matrix(read, school.actor, TODAY)
    assert (len(found.lines), len(found.courses)) == (25, 17)
    place = [head.code for head in found.courses].index("C01")
    missing = [line.person.staff_no for line in found.lines if line.cells[place].state == "missing"]
    assert missing == ["SW-0013", "SW-0016"]
    # Two records were not passed, but SW-0004 passed the retake.
    assert (found.counts["expired"], found.counts["not_passed"]) == (2, 1)
    assert found.held == found.counts["valid"] + found.counts["expiring"]
    assert found.required == sum(found.counts.values())
    assert [head.code for head in found.courses][:2] == ["B01", "B02"]


def test_the_print_and_the_screen_are_one_query(school):
    with school.read() as read:
        shown, printed = matrix(read, school.actor, TODAY), matrix_data(read, school.actor, TODAY)
    states = Counter(c.state for row in printed.rows for c in row.cells.values())
    assert states == {state: count for state, count in shown.counts.items() if count}
    assert (printed.days_ahead, printed.as_of) == (30, TODAY)


def test_filters_leave_lines_out_but_not_the_counts_of_a_state(school):
    with school.read() as read:
        whole = matrix(read, school.actor, TODAY)
        expired = matrix(read, school.actor, TODAY, {"state": ("expired", "not_passed")})
        stores = matrix(read, school.actor, TODAY, {"post": "storekeeper", "category": "special"})
        named = matrix(read, school.actor, TODAY, {}, "hfxl")
    assert expired.counts == whole.counts
    assert {line.person.staff_no for line in expired.lines} == {"SW-0010", "SW-0014", "SW-0017"}
    assert [line.person.staff_no for line in stores.lines] == ["SW-0003", "SW-0016", "SW-0019"]
    assert {head.category for head in stores.courses} == {"special"}
    assert len(named.lines) == 0


def test_fitness_of_the_sample_is_read_by_few_and_logged(school, staff_id):
    assert [(f.staff_no, f.state) for f in fitness_due(school)] == [
        ("SW-0021", "expired"),
        ("SW-0012", "expiring"),
        ("SW-0005", "expiring"),
    ]
    with school.read() as read:
        assert read.value("SELECT what FROM auth_event ORDER BY n DESC") == "read_private"
    technician = next(r for r in ROLES if r.code == "technician")
    worker = Actor(None, "worker", technician.permissions, staff_id=staff_id("SW-0012"))
    theirs = type(school)(school.profile, worker)
    with pytest.raises(Denied):
        fitness_due(theirs)
    with pytest.raises(Denied):
        fitness_of(theirs, staff_id("SW-0021"))
    assert fitness_of(theirs, staff_id("SW-0012")).until == "2026-11-30"


def test_figures_have_their_basis(school):
    with school.read() as read:
        found = training_figures(read, school.actor, TODAY)
        whole = matrix(read, school.actor, TODAY)
    assert (found.coverage.part, found.coverage.whole) == (whole.held, whole.required)
    assert found.coverage.percent == f"{round(whole.held * 1000 / whole.required) / 10:.1f}"
    assert (found.certificates.part, found.certificates.whole) == (16, 18)
    assert (found.expired, found.not_passed, found.certificates_due) == (2, 1, 9)


def test_alerts_once_per_situation_and_only_for_people_at_work(school):
    counts = Counter(rule for rule, _level, _facts in alerts(school))
    assert counts == {
        "certificate.expiring": 8,
        "certificate.expired": 1,
        "certificate.review_overdue": 1,
        "training.expired": 2,
    }
    levels = Counter(level for rule, level, _facts in alerts(school) if rule == "certificate.expiring")
    assert levels == {1: 1, 2: 7}
    school.profile.store.rebuild()
    assert Counter(rule for rule, _level, _facts in alerts(school)) == counts


def test_time_alone_makes_it_urgent(school):
    pinned = Clock.pinned(school.now() + 3 * 86_400_000)
    school.profile.store._clock = pinned
    assert school.profile.store.tick() is not None
    levels = Counter(level for rule, level, _facts in alerts(school) if rule == "certificate.expiring")
    assert levels == {1: 3, 2: 5}


# what people do


def test_a_retake_keeps_both_rows(school, staff_id, course_id):
    assert cell(school, "SW-0017", "S05").state == "not_passed"
    actions.record_result(school, Outcome(staff_id("SW-0017"), 85_000), course_id("S05"), "2026-11-20")
    assert cell(school, "SW-0017", "S05").until == "2027-11-20"
    with school.read() as read:
        rows = records_of(read, staff_id("SW-0017"), TODAY, course_id("S05"))
    assert [(r.passed, r.retake, r.state) for r in rows] == [(1, 1, "valid"), (0, 0, "not_passed")]
    assert rows[0].number == "TR-T01-0001"
    assert rows[0].pass_score == 80_000


def test_the_pass_mark_decides(school, staff_id, course_id):
    actions.record_result(school, Outcome(staff_id("SW-0013"), 79_999), course_id("C01"), TODAY)
    assert cell(school, "SW-0013", "C01").state == "not_passed"
    actions.record_result(school, Outcome(staff_id("SW-0013"), 80_000), course_id("C01"), TODAY)
    assert cell(school, "SW-0013", "C01").state == "valid"


def test_a_fail_after_a_pass_leaves_the_validity(school, staff_id, course_id):
    actions.record_result(school, Outcome(staff_id("SW-0001"), 10_000), course_id("B02"), TODAY)
    found = cell(school, "SW-0001", "B02")
    assert (found.state, found.until) == ("valid", "2027-03-17")


def test_a_new_result_clears_the_alert_and_undo_brings_it_back(school, staff_id, course_id):
    done = actions.record_result(school, Outcome(staff_id("SW-0010"), 95_000), course_id("S05"), TODAY)
    assert [r for r, *_rest in alerts(school)].count("training.expired") == 1
    school.undo(done.action_id)
    assert [r for r, *_rest in alerts(school)].count("training.expired") == 2
    assert cell(school, "SW-0010", "S05").state == "expired"


@pytest.mark.parametrize(
    ("score", "day"), [(101_000, TODAY), (-1, TODAY), (None, TODAY), (80_000, "2026-11-23")]
)
def test_a_bad_result_is_refused_whole(school, staff_id, course_id, score, day):
    with pytest.raises(Refused):
        actions.record_result(school, Outcome(staff_id("SW-0001"), score), course_id("B01"), day)
    with school.read() as read:
        assert read.value("SELECT count(*) FROM training_record") == 118


def test_who_may_not_edit_is_denied(school, staff_id, course_id):
    auditor = next(r for r in ROLES if r.code == "auditor")
    desk = type(school)(school.profile, Actor(None, "auditor", auditor.permissions))
    assert not desk.may(Permission.EDIT_TRAINING)
    with pytest.raises(Denied):
        actions.record_result(desk, Outcome(staff_id("SW-0001"), 90_000), course_id("B01"), TODAY)


def test_a_voided_record_no_longer_counts(school, staff_id, course_id):
    with school.read() as read:
        (record,) = records_of(read, staff_id("SW-0001"), TODAY, course_id("B02"))
    with pytest.raises(Refused):
        actions.void_record(school, record.id, " ")
    actions.void_record(school, record.id, "录错人")
    assert cell(school, "SW-0001", "B02").state == "missing"


def test_a_session_is_planned_held_and_its_results_are_one_action(school, staff_id, course_id):
    people = tuple(staff_id(n) for n in ("SW-0013", "SW-0016", "SW-0001"))
    start = actions.local_instant(school, TODAY, "09:00")
    planned = {
        "course_id": course_id("C01"),
        "planned_start": start,
        "place": "会议室",
        "participants": people,
    }
    made = actions.save_session(school, None, planned | {"capacity": 10})
    with school.read() as read:
        view = session(read, made)
        assert (view.code, view.state, view.end - view.start) == ("TS-T01-0001", "planned", 4 * 3_600_000)
        assert [t.staff_no for t in taken(read, view)] == ["SW-0013", "SW-0016", "SW-0001"]
    done = actions.enter_results(
        school, made, [Outcome(people[0], 90_000), Outcome(people[1], 60_000)], TODAY
    )
    with school.read() as read:
        view = session(read, made)
        assert (view.state, view.results) == ("held", 2)
        assert [t.passed for t in taken(read, view)] == [1, 0, None]
        assert [s.code for s in sessions(read, {"state": "held"})] == ["TS-T01-0001"]
    assert cell(school, "SW-0013", "C01").state == "valid"
    assert done.topics >= {"training"}


def test_a_full_session_is_refused(school, staff_id, course_id):
    people = tuple(staff_id(n) for n in ("SW-0013", "SW-0016"))
    start = actions.local_instant(school, TODAY, "09:00")
    with pytest.raises(Refused, match="2"):
        actions.save_session(
            school, None,
            {"course_id": course_id("C01"), "planned_start": start, "participants": people, "capacity": 1},
        )  # fmt: skip


def test_a_session_is_cancelled_with_a_reason(school, course_id):
    start = actions.local_instant(school, TODAY, "09:00")
    made = actions.save_session(school, None, {"course_id": course_id("C01"), "planned_start": start})
    with pytest.raises(Refused):
        actions.move_session(school, made, "cancelled")
    actions.move_session(school, made, "cancelled", "讲师生病")
    with school.read() as read:
        assert session(read, made).state == "cancelled"


def test_a_renewed_certificate_replaces_the_old_one(school, staff_id):
    with school.read() as read:
        old = certificates_of(read, staff_id("SW-0020"), TODAY)[0]
    assert old.state == "expired"
    new = {
        "staff_id": old.staff_id, "cert_type_id": old.type_id, "certificate_no": "DEMO-REF-0099",
        "issue_date": TODAY, "review_due_date": "2029-11-22", "valid_until": "2032-11-22",
    }  # fmt: skip
    actions.add_certificate(school, new)
    with school.read() as read:
        assert [c.state for c in certificates(read, school.actor, TODAY)].count("expired") == 0
        assert [(c.state, c.replaced) for c in certificates_of(read, old.staff_id, TODAY)][-1] == (
            "expired",
            1,
        )
    assert "certificate.expired" not in [r for r, *_rest in alerts(school)]


def test_dates_of_a_certificate_are_checked(school, staff_id):
    with school.read() as read:
        old = certificates_of(read, staff_id("SW-0020"), TODAY)[0]
    new = {
        "staff_id": old.staff_id, "cert_type_id": old.type_id, "certificate_no": "X",
        "issue_date": "2027-01-01", "review_due_date": "2026-01-01", "valid_until": "2026-12-01",
    }  # fmt: skip
    with pytest.raises(Refused) as refused:
        actions.add_certificate(school, new)
    assert {o.field for o in refused.value.objections} == {"issue_date", "valid_until", "review_due_date"}


def test_a_review_is_passed(school, staff_id):
    with school.read() as read:
        due = next(
            c for c in certificates_of(read, staff_id("SW-0006"), TODAY) if c.state == "review_overdue"
        )
    actions.review_certificate(school, due.id, TODAY)
    with school.read() as read:
        states = {c.id: c.state for c in certificates_of(read, staff_id("SW-0006"), TODAY)}
    assert states[due.id] == "valid"
    with pytest.raises(Refused):
        actions.review_certificate(school, due.id, "2026-11-23")


def test_the_file_of_a_person(school, staff_id):
    with school.read() as read:
        found = person_file(read, staff_id("SW-0017"), TODAY)
        printed = record_data(read, staff_id("SW-0017"), TODAY)
    assert found.short_of_experience
    assert [head.code for head, cell in found.required if cell.state == "not_passed"] == ["S05"]
    assert printed.courses[-1].day == max(c.day for c in printed.courses)
    assert printed.staff_no == "SW-0017"


# who may be assigned


def test_only_little_experience_speaks_against_the_sample_probationer(school, staff_id):
    with school.read() as read:
        found = may_be_assigned(read, staff_id("SW-0017"), TODAY)
    assert [(o.code, o.may_override) for o in found] == [("experience", True)]


def test_probation_without_pre_job_training_cannot_be_assigned(school, staff_id):
    newcomer = new_id()
    school.perform(
        create("staff", newcomer, staff_no="SW-0099", name="新人", role_code="technician", status="probation")
    )
    with school.read() as read:
        found = may_be_assigned(read, newcomer, TODAY)
        assert [(o.code, o.may_override) for o in found] == [("pre_job", False)] * 2
        assert may_be_assigned(read, staff_id("SW-0006"), TODAY) == []


def test_an_expired_permit_is_pointed_out(school, staff_id):
    with school.read() as read:
        permit = next(c for c in certificates_of(read, staff_id("SW-0020"), TODAY) if c.type_code == "REF")
    cooling = new_id()
    school.perform(
        create(
            "competency_rule",
            new_id(),
            equipment_class_id=cooling,
            cert_type_id=permit.type_id,
            enforcement="warn",
        )
    )
    with school.read() as read:
        assert may_be_assigned(read, staff_id("SW-0020"), TODAY) == []
        (found,) = may_be_assigned(read, staff_id("SW-0020"), TODAY, equipment_class=cooling)
        assert may_be_assigned(read, staff_id("SW-0007"), TODAY, equipment_class=cooling) == []
    assert "制冷" in str(found)
    assert found.may_override
