"""R-4.2-b: due days by cycle, and the window around each on the site's clock."""

from datetime import date

import pytest

from app.inspections.schedule import Timing, due_days, window_of, windows
from app.values import instant_of


def days(cycle: str, first: str, start: str, end: str, interval: int = 1) -> list[str]:
    timing = Timing(cycle, interval, first)
    return [d.isoformat() for d in due_days(timing, date.fromisoformat(start), date.fromisoformat(end))]


def test_a_quarterly_plan_makes_four_rounds_a_year():
    assert days("quarterly", "2026-01-01", "2026-01-01", "2026-12-31") == [
        "2026-01-01", "2026-04-01", "2026-07-01", "2026-10-01",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        ("2026-01-31", ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"]),
        ("2026-01-30", ["2026-01-30", "2026-02-28", "2026-03-30", "2026-04-30"]),
        ("2026-01-29", ["2026-01-29", "2026-02-28", "2026-03-29", "2026-04-29"]),
        ("2026-02-28", ["2026-02-28", "2026-03-31", "2026-04-30"]),
        ("2026-01-15", ["2026-01-15", "2026-02-15", "2026-03-15", "2026-04-15"]),
    ],
)
def test_month_ends_stay_month_ends(first, expected):
    assert days("monthly", first, "2026-01-01", "2026-04-30") == expected


def test_the_29th_of_february_comes_every_year_at_the_end_of_the_month():
    assert days("year", "2028-02-29", "2028-01-01", "2032-12-31") == [
        "2028-02-29", "2029-02-28", "2030-02-28", "2031-02-28", "2032-02-29",
    ]  # fmt: skip
    assert days("monthly", "2028-01-31", "2028-02-01", "2028-02-29") == ["2028-02-29"]


def test_days_and_weeks_are_counted_from_the_first():
    assert days("daily", "2026-01-01", "2026-11-22", "2026-11-24") == [
        "2026-11-22",
        "2026-11-23",
        "2026-11-24",
    ]
    assert days("daily", "2026-11-21", "2026-11-22", "2026-11-26", 2) == ["2026-11-23", "2026-11-25"]
    assert days("weekly", "2026-11-02", "2026-11-10", "2026-11-30") == [
        "2026-11-16",
        "2026-11-23",
        "2026-11-30",
    ]
    assert days("daily", "2026-11-25", "2026-11-22", "2026-11-25") == ["2026-11-25"]
    assert days("once", "2026-11-25", "2026-11-22", "2026-11-30") == ["2026-11-25"]
    assert days("half_year", "2026-01-31", "2026-01-01", "2026-12-31") == ["2026-01-31", "2026-07-31"]


def test_the_window_stands_on_the_sites_clock():
    timing = Timing("daily", 1, "2026-11-22", "08:00-10:00", 0, 0)
    window = window_of(timing, date(2026, 11, 22))
    assert window.due_from == instant_of("2026-11-22", "08:00")
    assert window.due_to == instant_of("2026-11-22", "10:00")
    assert window.last == instant_of("2026-11-23")
    elsewhere = window_of(
        Timing("daily", 1, "2026-11-22", "08:00-10:00", timezone="Asia/Urumqi"), date(2026, 11, 22)
    )
    assert elsewhere.due_from - window.due_from == 2 * 3_600_000


def test_days_before_and_days_of_grace_widen_the_window():
    window = window_of(Timing("monthly", 1, "2026-11-20", "", 2, 3), date(2026, 11, 20))
    assert window.due_from == instant_of("2026-11-18")
    assert window.due_to == instant_of("2026-11-21")
    assert window.last == instant_of("2026-11-24")


def test_windows_are_found_by_the_time_that_they_touch():
    timing = Timing("monthly", 1, "2026-01-20", "", 2, 3)
    at = instant_of("2026-11-23", "12:00")
    assert [w.day for w in windows(timing, at, at)] == ["2026-11-20"]
    late = instant_of("2026-11-24", "00:00")
    assert [w.day for w in windows(timing, late, late)] == []


@pytest.mark.parametrize("typed", ["", "all day", "25:00", "8-10"])
def test_a_time_that_is_none_means_the_whole_day(typed):
    window = window_of(Timing("daily", 1, "2026-11-22", typed), date(2026, 11, 22))
    assert (window.due_from, window.due_to) == (instant_of("2026-11-22"), instant_of("2026-11-23"))
