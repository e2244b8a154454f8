"""How the exchange stands, in words: the pill of the top bar, the strip over the pages, the names of the two sides."""

from collections.abc import Sequence

from app.conflicts import Case, Side, Standing
from app.desk import Desk
from app.signs import Sign
from app.values import day_of, local, show_instant
from app.words import N_, _, language, ngettext
from ui.shell.top_bar import Pill

#: Where an op is -> its sign.
STATES = {
    "waiting": Sign("info", "cloud-upload", "", N_("To be sent")),
    "sent": Sign("ok", "cloud-check", "", N_("Sent")),
    "quarantined": Sign("warn", "circle-pause", "", N_("Held back at the hub")),
    "rejected": Sign("danger", "octagon-x", "", N_("Refused")),
}
#: On a laptop without a hub every record is where it belongs.
SAVED = Sign("ok", "save", "", N_("Saved here"))


def pill(found: Standing, now: int, timezone: str) -> Pill:
    """The one place that speaks of the network; being offline is normal here and never red."""
    return _pill(found, now, timezone)._replace(tip=_tip(found, timezone))


def _tip(found: Standing, timezone: str) -> str:
    """Why nothing goes, what waits, and when all was exchanged last."""
    if not found.joined:
        return ""
    words = [why_not(found)] if found.offline else []
    if found.waiting:
        words.append(_("{count} to send").format(count=found.waiting))
    last = show_instant(found.synced_at, timezone) if found.synced_at else ""
    words.append(_("last synced {time}").format(time=last) if last else _("not synced yet"))
    return "\n".join(words)


def why_not(found: Standing) -> str:
    """Why the last exchange failed."""
    return _(found.why) if found.why else _("The hub cannot be reached. Nothing was lost; try again later.")


def _pill(found: Standing, now: int, timezone: str) -> Pill:
    if found.conflicts:
        words = ngettext("{count} conflict", "{count} conflicts", found.conflicts)
        return Pill("danger", "git-compare-arrows", words.format(count=found.conflicts), str(found.conflicts))
    if not found.joined:
        return Pill("neutral", "hard-drive", _("This laptop only"), _("Local"))
    if found.offline and found.why:
        words = _("Not synced, {count} to send") if found.waiting else _("Not synced")
        return Pill("warn", "triangle-alert", words.format(count=found.waiting), str(found.waiting or ""))
    if found.offline:
        words = _("Offline, {count} to send") if found.waiting else _("Offline")
        return Pill("warn", "cloud-off", words.format(count=found.waiting), str(found.waiting or ""))
    if found.photos_sent < found.photos and not found.waiting and found.synced_at:
        words = _("Photos {sent}/{total} sent")
        short = f"{found.photos_sent}/{found.photos}"
        return Pill("info", "cloud-upload", words.format(sent=found.photos_sent, total=found.photos), short)
    if found.waiting or not found.synced_at:
        words = _("{count} to send").format(count=found.waiting)
        return Pill("info", "cloud-upload", words, str(found.waiting))
    clock = local(found.synced_at, timezone).strftime("%H:%M")
    if day_of(found.synced_at, timezone) != day_of(now, timezone):
        clock = show_instant(found.synced_at, timezone)[5:]
    return Pill("ok", "cloud-check", _("Synced {time}").format(time=clock), clock)


def title(found: Standing) -> tuple[str, str, str]:
    """Level, sign and words of the exchange as a whole."""
    if not found.joined:
        return "neutral", "hard-drive", _("This laptop only")
    if found.offline and found.why:
        return "warn", "triangle-alert", _("Not synced")
    if found.offline:
        return "warn", "cloud-off", _("Offline")
    if not found.synced_at:
        return "info", "cloud-upload", _("Not synced yet")
    return "ok", "cloud-check", _("The hub is connected")


def moment(at: int | None, desk: Desk) -> str:
    """A time to the second: “today 09:14:02”, else with its date."""
    if at is None:
        return ""
    shown = show_instant(at, desk.timezone, seconds=True)
    return _("today {time}").format(time=shown[11:]) if shown[:10] == desk.today() else shown[:16]


def last_success(found: Standing, desk: Desk) -> str:
    """Where the hub is and when all was exchanged last."""
    if not found.joined:
        return _("Everything is saved on this laptop.")
    last = moment(found.synced_at, desk)
    said = _("last synced {time}").format(time=last) if last else _("not synced yet")
    return "·".join(filter(None, [found.address.partition("://")[2], said]))


def order(case: Case, desk: Desk) -> tuple[tuple[str, Side, str], tuple[str, Side, str]]:
    """The two sides as the keys 1 and 2 take them: decision, side, title. Who is concerned finds the own value first."""
    me, mine, theirs = desk.actor.user_id, ("mine", case.mine), ("theirs", case.theirs)
    own = [side.known and side.account == me for _code, side in (mine, theirs)]
    if own == [True, False]:
        return (*mine, _("Mine")), (*theirs, _("Theirs"))
    if own == [False, True]:
        return (*theirs, _("Mine")), (*mine, _("Theirs"))
    if case.gone:
        return (*mine, _("The change")), (*theirs, _("The deletion"))
    return (*mine, _("Came later")), (*theirs, _("Came first"))


def explained(case: Case) -> str:
    """What happened to the record, and that nothing is lost."""
    kept = _("Both values stay in the history; nothing is lost whichever you choose.")
    if case.gone:
        said = _("The record was deleted while somebody else changed it. Bring it back, or leave it deleted.")
    elif case.names == ("sealed",):
        said = _("Two people handed in the same round. Both sheets are kept; choose the one that counts.")
    elif case.state:
        said = _("Two people moved the record to different states.")
    else:
        said = _("“{field}” was changed to different values by two people.").format(field=case.line.fields)
    return said + kept if language().startswith("zh") else f"{said} {kept}"


def merged_said(case: Case, titles: Sequence[str]) -> str:
    """The fields that were merged without asking, each with its value and whose it is; `titles`: of mine, of theirs."""
    parts = [
        _("{field} {value} ({whose})").format(
            field=m.label, value=m.text or _("empty"), whose=titles[not m.mine]
        )
        for m in case.merged
    ]
    words = ngettext(
        "{count} other field of this record had no conflict and was merged: {fields}.",
        "{count} other fields of this record had no conflict and were merged: {fields}.",
        len(parts),
    )
    return words.format(count=len(parts), fields=_(", ").join(parts))
