"""Times of rounds in words: how long overdue, from when to when, which day."""

from datetime import date

from app.inspections.actions import Answered
from app.inspections.lists import RoundLine
from app.inspections.queries import Sheet
from app.signs import Sign, sign
from app.values import day_of, local
from app.words import N_, _, ngettext, pgettext

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
WEEKDAYS = (
    N_("Monday"),
    N_("Tuesday"),
    N_("Wednesday"),
    N_("Thursday"),
    N_("Friday"),
    N_("Saturday"),
    N_("Sunday"),
)


def duration_said(ms: int) -> str:
    """How long: days alone from one day on, hours and minutes below."""
    if ms >= DAY:
        days = ms // DAY
        return ngettext("{count} day", "{count} days", days).format(count=days)
    hours, minutes = ms // HOUR, ms % HOUR // MINUTE
    if not hours:
        return _("{minutes} min").format(minutes=minutes)
    return _("{hours} h {minutes} min").format(hours=hours, minutes=minutes)


def day_words(day: str) -> str:
    """A date with its weekday."""
    year, month, number = day.split("-")
    weekday = _(WEEKDAYS[date.fromisoformat(day).weekday()])
    return _("{year}-{month}-{day}, {weekday}").format(year=year, month=month, day=number, weekday=weekday)


def moment_said(instant: int, today: str, timezone: str) -> str:
    """A moment in a list: `today 11:46`, else `11-21 10:20`."""
    at = local(instant, timezone)
    if at.date().isoformat() == today:
        return _("today {time}").format(time=at.strftime("%H:%M"))
    return at.strftime("%m-%d %H:%M" if at.date().isoformat()[:4] == today[:4] else "%Y-%m-%d")


def due_said(line: RoundLine, today: str, timezone: str) -> str:
    """When a round is due: a day, or a time of day; midnight belongs to the day before."""
    at = local(line.due_to, timezone)
    if (at.hour, at.minute) != (0, 0):
        return moment_said(line.due_to, today, timezone)
    day = day_of(line.due_to - 1, timezone)
    return _("today") if day == today else day[5:] if day[:4] == today[:4] else day


def window_said(line: RoundLine, timezone: str) -> str:
    """The window of a round: hours within a day, days otherwise; midnight belongs to the day before."""
    start, end = local(line.due_from, timezone), local(line.due_to, timezone)
    last = day_of(line.due_to - 1, timezone)
    if start.date().isoformat() == last:
        until = "24:00" if end.date().isoformat() != last else end.strftime("%H:%M")
        return f"{start:%H:%M} – {until}"
    return f"{start:%m-%d} – {last[5:]}"


def more_said(line: RoundLine, today: str, timezone: str) -> str:
    """The second line of the window: the day, the standard time, the days of grace."""
    said = []
    first, last = day_of(line.due_from, timezone), day_of(line.due_to - 1, timezone)
    if first == last:
        said.append(_("today") if first == today else first[5:])
    if line.grace_days:
        said.append(
            ngettext("{count} day of grace", "{count} days of grace", line.grace_days).format(
                count=line.grace_days
            )
        )
    elif line.minutes:
        said.append(_("standard {minutes} min").format(minutes=line.minutes))
    return "·".join(said)


def state_sign(line: RoundLine) -> Sign:
    """The chip of a round: how long it is overdue, or its state."""
    found = sign(line.state)
    if line.unknown_since:
        return found._replace(word=_("Not known here since {time}").format(time=line.unknown_since))
    if line.state == "overdue":
        return found._replace(word=_("Overdue {time}").format(time=duration_said(line.overdue_ms)))
    if line.state == "scheduled":
        return found._replace(word=N_("To do"))
    if line.state == "reviewed" and line.result == "fail":
        return sign("failed_open")
    return found


def level_word(level: int) -> str:
    """The level of an alert as a sentence has it: 2, in Chinese 二."""
    words = (pgettext("alert level", "1"), pgettext("alert level", "2"), pgettext("alert level", "3"))
    return words[level - 1] if 0 < level <= len(words) else str(level)


def answer_said(name: str, done: Answered) -> tuple[str, str, str | None] | None:
    """What a confirmed answer has set going or taken back, with its level and sign; None when nothing."""
    if done.raised:
        text = _("{item}: fault {fault} and work order {order} were opened.")
        return text.format(item=name, fault=done.raised[0], order=done.raised[-1]), "danger", "hammer"
    if done.alert:
        return (
            _("{item}: a level {level} alert was raised.").format(item=name, level=level_word(done.alert)),
            "danger",
            "siren",
        )
    if done.withdrawn:
        text = _("{item}: corrected; fault {fault} and work order {order} were withdrawn.")
        return text.format(item=name, fault=done.withdrawn[0], order=done.withdrawn[-1]), "ok", None
    if done.alert_withdrawn:
        return _("{item}: corrected; its alert was withdrawn.").format(item=name), "ok", None
    if done.kept:
        text = _("{item}: corrected. {codes} stay open since somebody has taken them up; tell them.")
        return text.format(item=name, codes=", ".join(done.kept)), "warn", None
    return None


def scan_said(sheet: Sheet, timezone: str) -> str:
    """When which label was scanned at the place; empty when none was."""
    if not sheet.scanned_at:
        return ""
    clock = local(sheet.scanned_at, timezone).strftime("%H:%M")
    return _("{time} scanned {label}").format(time=clock, label=sheet.scanned_label)


def round_keys() -> list[tuple[str, str]]:
    """The keys of the round page, for F1."""
    return [
        ("Enter", _("confirm, next item")),
        ("PgUp", _("previous item")),
        ("PgDn", _("next item without an answer")),
        ("1 2 3", _("choose an answer")),
        ("F8 / Ctrl I", _("add a photo")),
        ("F9 / Ctrl D", _("not applicable")),
        ("F2 / Ctrl G", _("go to an item")),
        ("Shift Enter", _("new line in a remark")),
        ("Ctrl Enter", _("Submit round")),
        ("Esc", _("leave; all is saved")),
    ]
