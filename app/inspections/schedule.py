"""When a plan makes a round due (巡检计划): days by cycle, and the window around each, on the site's wall clock."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from dateutil.rrule import MONTHLY, rrule

from app.values import day_of, instant_of

MONTHS = {"monthly": 1, "quarterly": 3, "half_year": 6, "year": 12}
DAYS = {"daily": 1, "weekly": 7}


@dataclass(frozen=True)
class Timing:
    """What of a plan says when."""

    cycle: str
    interval: int
    first_due: str
    due_time: str = ""
    window_before_days: int = 0
    grace_days: int = 0
    timezone: str = "Asia/Shanghai"


@dataclass(frozen=True)
class Window:
    """One due round: may be begun from `due_from`, is due by `due_to`, and missed after `last` (all ms UTC)."""

    day: str
    due_from: int
    due_to: int
    last: int


def due_days(timing: Timing, start: date, end: date) -> Iterator[date]:
    """The days on which a plan is due, both ends included.

    A plan that begins at the end of a month stays at the ends of months; one on the 29th or 30th takes the last day of a
    shorter month.
    """
    first, every = date.fromisoformat(timing.first_due), max(timing.interval, 1)
    if timing.cycle in DAYS:
        step = DAYS[timing.cycle] * every
        skipped = max(-((first - start).days // step) if first < start else 0, 0)
        day = first + timedelta(days=skipped * step)
        while day <= end:
            if day >= start:
                yield day
            day += timedelta(days=step)
    elif timing.cycle in MONTHS:
        rule = _monthly(first, MONTHS[timing.cycle] * every)
        found = rule.between(_midnight(max(first, start)), _midnight(end), inc=True)
        yield from (moment.date() for moment in found)
    elif timing.cycle == "once" and start <= first <= end:
        yield first


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)  # noqa: DTZ001 - a calendar day; the zone comes with the window


def _monthly(first: date, months: int) -> rrule:
    start = _midnight(first)
    if first.day == monthrange(first.year, first.month)[1]:
        return rrule(MONTHLY, dtstart=start, interval=months, bymonthday=-1)
    if first.day > 28:
        days = tuple(range(28, first.day + 1))
        return rrule(MONTHLY, dtstart=start, interval=months, bymonthday=days, bysetpos=-1)
    return rrule(MONTHLY, dtstart=start, interval=months)


def window_of(timing: Timing, day: date) -> Window:
    """The window of a due day: from some days before until the time of day, with days of grace to its midnight."""
    begin, until = _times(timing.due_time)
    opens = day - timedelta(days=timing.window_before_days)
    due_to = _instant(day, until, timing) if until else _instant(day + timedelta(days=1), "00:00", timing)
    last = _instant(day + timedelta(days=timing.grace_days + 1), "00:00", timing)
    return Window(day.isoformat(), _instant(opens, begin, timing), due_to, last)


def _instant(day: date, clock: str, timing: Timing) -> int:
    return instant_of(day.isoformat(), clock, timing.timezone)


def _times(due_time: str) -> tuple[str, str]:
    begin, _dash, until = due_time.replace("–", "-").replace(" ", "").partition("-")
    begin, until = (begin, until) if until else ("", begin)
    try:
        return _clock(begin) or "00:00", _clock(until)
    except ValueError:
        return "00:00", ""


def _clock(text: str) -> str:
    """`8:00` as `08:00`; raises ValueError for what is no time."""
    return time.fromisoformat(text.zfill(5)).strftime("%H:%M") if text else ""


def windows(timing: Timing, start: int, end: int) -> Iterator[Window]:
    """The windows that touch the time from `start` to `end` (ms UTC), in order."""
    slack = timedelta(days=timing.window_before_days + 1)
    first = date.fromisoformat(day_of(start, timing.timezone)) - timedelta(days=timing.grace_days + 1)
    final = date.fromisoformat(day_of(end, timing.timezone)) + slack
    for day in due_days(timing, first, final):
        window = window_of(timing, day)
        if window.last > start and window.due_from <= end:
            yield window
