"""The alerts of training: certificates running out 90, 30 and 7 days ahead, reviews that are overdue, training that expired."""

from collections.abc import Iterator
from dataclasses import dataclass

from app import values
from app.alerts.rules import Rule, declare
from app.alerts.situations import Situation, keep
from app.changes import ALERTS
from app.settle import settles
from app.training.matrix import CourseHead, courses, results
from app.training.people import WORKING
from app.training.rules import CERTIFICATE_DAYS, certificate_state, day_before, level_of, standing
from app.tx import Derive
from app.words import N_

EXPIRING = declare(
    Rule(
        "certificate.expiring",
        N_("Certificate is running out"),
        N_("{person}: {name} is due on {day}"),
        N_("The certificate or its mid-term review is due within 90 days."),
        N_("Register for the renewal or the review in time."),
    )
)
EXPIRED = declare(
    Rule(
        "certificate.expired",
        N_("Certificate has expired"),
        N_("{person}: {name} expired on {day}"),
        N_("The last day of the certificate has gone."),
        N_("Give no job that needs it; renew the certificate."),
    )
)
OVERDUE = declare(
    Rule(
        "certificate.review_overdue",
        N_("Review of a certificate is overdue"),
        N_("{person}: review of {name} was due on {day}"),
        N_("The mid-term review was not recorded as passed by its date."),
        N_("Give no job that needs it; have the review done and record it."),
    )
)
TRAINING = declare(
    Rule(
        "training.expired",
        N_("Training has expired"),
        N_("{person}: {course} expired on {day}"),
        N_("The post requires the course, and the last pass is no longer valid."),
        N_("Plan a session or record the new result."),
    )
)
_RULES = {"expiring": EXPIRING, "expired": EXPIRED, "review_overdue": OVERDUE}
_MARKS = ", ".join(f"'{state}'" for state in WORKING)
_CERTIFICATES = f"""
SELECT c.id, s.site_id, coalesce(i.timezone, 'Asia/Shanghai'), s.staff_no, s.name, t.name, c.certificate_no,
  c.valid_until, c.review_due_date, c.review_passed_on, c.revoked
FROM staff_certificate c JOIN staff s ON s.id = c.staff_id JOIN cert_type t ON t.id = c.cert_type_id
LEFT JOIN site i ON i.id = s.site_id
WHERE c.deleted = 0 AND c.revoked = 0 AND s.deleted = 0 AND s.status IN ({_MARKS})
  AND NOT EXISTS (SELECT 1 FROM staff_certificate l WHERE l.staff_id = c.staff_id AND l.deleted = 0 AND l.revoked = 0
    AND l.cert_type_id = c.cert_type_id AND (l.issue_date, l.n) > (c.issue_date, c.n))"""
_STAFF = f"""
SELECT s.id, s.site_id, coalesce(i.timezone, 'Asia/Shanghai'), s.staff_no, s.name, s.role_code
FROM staff s LEFT JOIN site i ON i.id = s.site_id WHERE s.deleted = 0 AND s.status IN ({_MARKS})"""


@dataclass(frozen=True)
class _Held:
    """A certificate of somebody at work."""

    id: bytes
    site: bytes | None
    zone: str
    staff_no: str
    person: str
    name: str
    number: str
    until: str | None
    review_due: str | None
    review_passed: str | None
    revoked: int

    def situation(self, now: int) -> Situation | None:
        """What is wrong with it, if anything."""
        today = values.day_of(now, self.zone)
        found = certificate_state(self.until, self.review_due, self.review_passed, self.revoked, today)
        rule = _RULES.get(found.state)
        if rule is None or found.days is None:
            return None
        facts = {
            "code": self.staff_no, "person": self.person, "name": self.name,
            "number": self.number, "day": found.due, "by": found.by,
        }  # fmt: skip
        ahead = CERTIFICATE_DAYS if found.state == "expiring" else -1
        return Situation(
            rule.code,
            (self.id, found.by, found.due),
            level_of(found.days) if found.state == "expiring" else 1,
            "staff_certificate",
            self.id,
            self.site,
            values.instant_of(day_before(found.due, ahead), timezone=self.zone),
            facts,
        )


@settles("training.certificates", {"staff_certificate", "cert_type", "staff"}, ALERTS, order=61, timed=True)
def warn_of_certificates(derive: Derive) -> bool:
    """One alert per certificate and date; it becomes more urgent at 30 and at 7 days."""
    found = [s for held in derive.as_(_Held, _CERTIFICATES) if (s := held.situation(derive.now))]
    changed = False
    for rule in _RULES.values():
        changed |= keep(derive, rule.code, [s for s in found if s.rule == rule.code])
    return changed


@settles("training.courses", {"training_record", "course", "staff"}, ALERTS, order=62, timed=True)
def warn_of_training(derive: Derive) -> bool:
    """One alert per person, required course and the date on which the last pass expired."""
    return keep(derive, TRAINING.code, _expired(derive))


def _expired(derive: Derive) -> Iterator[Situation]:
    held, heads = results(derive), {head.id: head for head in courses(derive)}
    people = {row[0]: row[1:] for row in derive.rows(_STAFF)}
    for (staff, course), found in held.items():
        head = heads.get(course)
        if staff not in people or head is None or not head.wants(people[staff][4]):
            continue
        site, zone, number, name, _post = people[staff]
        now = standing(found, values.day_of(derive.now, zone), required=True)
        if now.state == "expired":
            said = {"code": number, "person": name, "course": _said(derive, head), "day": now.until}
            since = values.instant_of(day_before(now.until, -1), timezone=zone)
            parts = (staff, course, now.until)
            yield Situation(TRAINING.code, parts, 2, "staff", staff, site, since, said)


def _said(derive: Derive, head: CourseHead) -> str:
    # Facts travel: they are written in the language of the register, not of who happens to be signed in.
    return f"{head.code} {derive.value('SELECT name FROM course WHERE id = ?', head.id)}"
