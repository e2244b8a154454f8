"""The rules of training and certificates (R-3.1-b, R-3.2-c, SM-12): pure functions of dates and results.

A day counts to its end: what is valid until 2026-11-22 still holds on that day.
"""

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from app.fields import from_json

#: A training that ends within so many days shows as expiring: on the screen, on paper and in the expected results.
DAYS_AHEAD = 30
#: Days before the end of a certificate -> the level of the alert, the nearest first (R-3.1-b).
WARNINGS = ((7, 1), (30, 2), (90, 3))
CERTIFICATE_DAYS = WARNINGS[-1][0]
#: A mid-term review (复审) passed up to so many days before it is due counts for that due date.
REVIEW_EARLY_DAYS = 180
#: The years of experience asked for (N-15); fewer are pointed out, never refused.
EXPERIENCE_YEARS = 2
#: What everybody must have passed before taking up the job (上岗前培训).
PRE_JOB = ("B01", "B02")

#: The states of a person in a course, the most urgent first.
STATES = ("expired", "not_passed", "missing", "expiring", "valid", "not_required")
GAPS = frozenset({"expired", "not_passed", "missing"})
HOLDS = frozenset({"valid", "expiring"})
#: The states of a certificate, the most urgent first.
CERTIFICATE_STATES = ("expired", "review_overdue", "expiring", "valid", "revoked")
CERTIFICATE_HOLDS = frozenset({"valid", "expiring"})


def add_months(day: str, months: int) -> str:
    """The same day so many months later, or the last day of that month: 2024-01-31 and 1 give 2024-02-29."""
    start = date.fromisoformat(day)
    years, month = divmod(start.month - 1 + months, 12)
    year, month = start.year + years, month + 1
    return date(year, month, min(start.day, calendar.monthrange(year, month)[1])).isoformat()


def days_between(start: str, end: str) -> int:
    """Days from one date to another; negative where the end lies before."""
    return (date.fromisoformat(end) - date.fromisoformat(start)).days


def day_before(day: str, days: int) -> str:
    """The date so many days earlier."""
    return (date.fromisoformat(day) - timedelta(days=days)).isoformat()


def valid_until(train_date: str, months: int | None) -> str | None:
    """How long a pass holds: the date plus the course's months; None is for good."""
    return add_months(train_date, months) if months else None


def requires(required_for: str | None, post: str) -> bool:
    """Whether a course is required of a post; `*` stands for everybody."""
    wanted = from_json(required_for) or ()
    return "*" in wanted or post in wanted


def by_date(until: str | None, today: str, days: int) -> str:
    """valid, expiring (within so many days) or expired."""
    if until is None:
        return "valid"
    # Dates of one form compare as texts: a matrix asks this ten thousand times.
    return "expired" if until < today else "expiring" if until <= _day_after(today, days) else "valid"


@lru_cache(maxsize=64)
def _day_after(day: str, days: int) -> str:
    return day_before(day, -days)


def record_state(passed: int, until: str | None, today: str, days: int = DAYS_AHEAD) -> str:
    """The state of one record by itself."""
    return by_date(until, today, days) if passed else "not_passed"


class Result(NamedTuple):
    """What the rules need of a training record."""

    id: bytes
    day: str
    passed: int
    until: str | None


class Standing(NamedTuple):
    """How a person stands in a course; `record` is the one that decides it."""

    state: str
    until: str = ""
    record: bytes | None = None
    required: bool = False


_NOTHING = {True: Standing("missing", required=True), False: Standing("not_required")}


def standing(results: Iterable[Result], today: str, *, required: bool, days: int = DAYS_AHEAD) -> Standing:
    """The latest record decides, but a fail after a pass leaves the pass its validity.

    `results` come in the order of their dates, those of one day in the order in which they were recorded.
    """
    last = passed = None
    for result in results:
        last, passed = result, result if result.passed else passed
    if last is None:
        return _NOTHING[required]
    state = by_date(passed.until, today, days) if passed else "not_passed"
    if state == "expired" and not last.passed:
        state = "not_passed"
    deciding = last if state == "not_passed" or passed is None else passed
    return Standing(state, deciding.until or "", deciding.id, required)


@dataclass(frozen=True)
class CertificateState:
    """The state of a certificate; `due` is the date that makes it so, `by` is review or expiry."""

    state: str
    due: str = ""
    by: str = ""
    days: int | None = None


def review_open(review_due: str | None, review_passed: str | None) -> bool:
    """Whether the mid-term review is still to be passed. A review long before the due date was the one before."""
    if not review_due:
        return False
    return not review_passed or review_passed < day_before(review_due, REVIEW_EARLY_DAYS)


def certificate_state(
    until: str | None, review_due: str | None, review_passed: str | None, revoked: int, today: str
) -> CertificateState:
    """valid, expiring within 90 days (its end or its review), review_overdue, expired or revoked."""
    if revoked:
        return CertificateState("revoked")
    left = days_between(today, until) if until else None
    if until and left is not None and left < 0:
        return CertificateState("expired", until, "expiry", left)
    dates = [(until, "expiry")] if until else []
    if review_due and review_open(review_due, review_passed):
        if review_due < today:
            return CertificateState("review_overdue", review_due, "review", days_between(today, review_due))
        dates.append((review_due, "review"))
    if not dates:
        return CertificateState("valid")
    due, by = min(dates)
    days = days_between(today, due)
    return CertificateState("expiring" if days <= CERTIFICATE_DAYS else "valid", due, by, days)


def level_of(days: int) -> int:
    """The level of the warning so many days before the end: 1 urgent, 2 important, 3 general."""
    return next(level for limit, level in WARNINGS if days <= limit)
