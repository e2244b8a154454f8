"""Dates and states: month-ends, windows to the day, the latest record, the review apart from the expiry."""

import pytest

from app.training.rules import (
    Result,
    add_months,
    certificate_state,
    level_of,
    record_state,
    requires,
    standing,
)

TODAY = "2026-11-22"


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        ("2024-01-31", 1, "2024-02-29"),
        ("2025-01-31", 1, "2025-02-28"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2024-02-29", 48, "2028-02-29"),
        ("2025-12-15", 1, "2026-01-15"),
        ("2025-03-29", 24, "2027-03-29"),
        ("2025-08-31", 6, "2026-02-28"),
    ],
)
def test_months_end_on_the_same_day_or_the_last(day, months, expected):
    assert add_months(day, months) == expected


@pytest.mark.parametrize(
    ("until", "expected"),
    [
        ("2026-11-21", "expired"),
        ("2026-11-22", "expiring"),
        ("2026-12-22", "expiring"),
        ("2026-12-23", "valid"),
        (None, "valid"),
    ],
)
def test_a_pass_holds_to_the_end_of_its_day(until, expected):
    assert record_state(1, until, TODAY) == expected


def test_a_fail_is_not_passed_whatever_its_date():
    assert record_state(0, "2030-01-01", TODAY) == "not_passed"


@pytest.mark.parametrize(
    ("results", "state", "record"),
    [
        ([], "missing", None),
        ([("a", "2026-01-01", 1, "2027-01-01")], "valid", "a"),
        ([("a", "2026-01-01", 1, "2027-01-01"), ("b", "2026-06-01", 0, None)], "valid", "a"),
        ([("a", "2024-01-01", 1, "2025-01-01"), ("b", "2026-06-01", 0, None)], "not_passed", "b"),
        ([("a", "2026-01-01", 0, None), ("b", "2026-02-01", 1, "2028-02-01")], "valid", "b"),
        ([("a", "2024-01-01", 1, "2026-01-01"), ("b", "2026-01-05", 1, "2026-12-01")], "expiring", "b"),
        ([("a", "2024-01-01", 1, "2026-01-01")], "expired", "a"),
        ([("a", "2024-01-01", 0, None)], "not_passed", "a"),
    ],
)
def test_the_latest_decides_but_a_fail_leaves_a_pass(results, state, record):
    found = standing([Result(*r) for r in results], TODAY, required=True)
    assert (found.state, found.record) == (state, record)


def test_what_nobody_asked_for_is_not_missing():
    assert standing([], TODAY, required=False).state == "not_required"


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        (("2029-11-28", "2026-11-28", None), ("expiring", "review", 6)),
        (("2028-04-20", "2025-04-20", None), ("review_overdue", "review", -581)),
        (("2028-07-08", "2025-07-08", "2025-07-08"), ("valid", "expiry", 594)),
        (("2026-11-12", "2023-11-12", "2023-11-01"), ("expired", "expiry", -10)),
        (("2026-11-12", "2023-11-12", None), ("expired", "expiry", -10)),
        (("2027-02-20", None, None), ("expiring", "expiry", 90)),
        (("2027-02-21", None, None), ("valid", "expiry", 91)),
        ((None, None, None), ("valid", "", None)),
        (("2029-11-28", "2027-01-10", "2026-01-10"), ("expiring", "review", 49)),
        (("2029-11-28", "2026-11-22", None), ("expiring", "review", 0)),
    ],
)
def test_the_review_is_not_the_expiry(dates, expected):
    found = certificate_state(*dates, 0, TODAY)
    assert (found.state, found.by, found.days) == expected


def test_a_revoked_certificate_is_neither():
    assert certificate_state("2030-01-01", None, None, 1, TODAY).state == "revoked"


@pytest.mark.parametrize(("days", "level"), [(0, 1), (7, 1), (8, 2), (30, 2), (31, 3), (90, 3)])
def test_warnings_become_urgent(days, level):
    assert level_of(days) == level


def test_a_star_is_everybody():
    assert requires('["*"]', "auditor")
    assert requires('["technician","engineer"]', "engineer")
    assert not requires('["technician"]', "engineer")
    assert not requires(None, "engineer")
