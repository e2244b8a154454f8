"""The quarantine at the hub's page: what is kept back, in words, and the decision about it, in the hub's own name."""

import re

from starlette.responses import Response

from app.access import local_administrator
from app.conflicts.held import Decide, Held, held
from app.errors import AppError
from app.hub.own import perform
from app.hub.pages.frame import Page, Visit
from app.tx import Reader
from app.words import N_, _, ngettext

LIMIT = 100
#: A person presses a button at most for so many at once.
MOST = 200
DECIDED = N_("Somebody has decided about this meanwhile. Look at it again.")


def entries(read: Reader) -> list[Held]:
    """What waits, the oldest first."""
    return held(read, local_administrator())


def show(visit: Visit) -> Response:
    """The list."""
    with visit.hub.reading() as read:
        found = entries(read)
    return visit.show("quarantine.html", here="quarantine", entries=found[:LIMIT], count=len(found))


def decide(visit: Visit) -> Response:
    """Accept or refuse the chosen entries; a refusal needs its reason."""
    form = visit.form
    accepted, reason = form.raw("decision") == "accept", form.text("reason", 300)
    if form.raw("decision") not in {"accept", "refuse"}:
        raise AppError(N_("The form could not be read. Load the page again and fill it in once more."))
    if not accepted and not reason:
        raise AppError(N_("Please give the reason."))
    wanted = {one for one in form.all("entry") if re.fullmatch(r"[0-9a-f]{32}", one)}
    if not 1 <= len(wanted) <= MOST:
        raise AppError(N_("Choose an entry first."))
    with visit.hub.reading() as read:
        found = {entry.id.hex(): entry for entry in entries(read)}
    if wanted - found.keys():
        raise AppError(DECIDED)
    remark = _remark(reason, visit.name)
    chosen = [found[one] for one in sorted(wanted)]
    perform(visit.hub, *(Decide(held=entry.id, accepted=accepted, remark=remark) for entry in chosen))
    for entry in chosen:
        visit.note("accepted" if accepted else "refused", f"{entry.what} {entry.about}".strip(), f"{entry.device} {entry.who}: {reason}")  # fmt: skip
    said = ngettext("{count} entry was accepted.", "{count} entries were accepted.", len(chosen))
    if not accepted:
        said = ngettext("{count} entry was refused.", "{count} entries were refused.", len(chosen))
    return visit.go(
        "/quarantine", _kept_back(visit, chosen, accepted=accepted) or said.format(count=len(chosen))
    )


def _remark(reason: str, name: str) -> str:
    """The reason with the name of the hub's administrator, who has no account at a site."""
    return _("{reason} (at the hub: {name})").format(reason=reason, name=name) if reason else _("At the hub: {name}").format(name=name)  # fmt: skip


def _kept_back(visit: Visit, chosen: list[Held], *, accepted: bool) -> str:
    """The sentence where an accepted entry still could not be done."""
    if not accepted:
        return ""
    with visit.hub.reading() as read:
        still = [entry for entry in chosen if read.value("SELECT outcome FROM op WHERE op_id = ?", entry.op_id) == "quarantined"]  # fmt: skip
    if not still:
        return ""
    return ngettext(
        "{count} entry was accepted, but does not fit what is there now. It stays kept back.",
        "{count} entries were accepted, but do not fit what is there now. They stay kept back.",
        len(still),
    ).format(count=len(still))


PAGES = {"/quarantine": Page(show, decide)}
