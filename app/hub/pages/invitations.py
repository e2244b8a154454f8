"""Invitations at the hub's page: made here and shown once, listed without their codes, withdrawn; also the one that replaces a laptop."""

import re
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from starlette.responses import Response

from app.errors import AppError
from app.hub.addresses import mark_for, remember_addresses
from app.hub.enrol import Origin, invite, revoke
from app.hub.pages import journal
from app.hub.pages.addresses import form_facts
from app.hub.pages.frame import Page, Visit
from app.hub.pages.laptops import chosen_scope, one_of, show_one, site_names, sites_said
from app.tx import Reader
from app.words import N_, _

ADDRESS = N_("This is no address of a hub. It looks like https://hub.example:8437")


@dataclass(frozen=True)
class Open:
    """An invitation as it can be told without its code."""

    code_hash: bytes
    scope: str
    uses_left: int
    made_at: int
    expires_at: int
    machines: int | None
    remark: str | None
    made_by: str | None
    sites: str = ""

    @property
    def id(self) -> str:
        """What stands for it in a form."""
        return self.code_hash.hex()


def invitations(read: Reader, now: int) -> list[Open]:
    """Those that still let somebody in, the newest first."""
    found = read.as_(
        Open,
        "SELECT code_hash, scope, uses_left, made_at, expires_at, machines, remark, made_by FROM hub_invitation "
        "WHERE uses_left > 0 AND expires_at >= ? ORDER BY made_at DESC",
        now,
    )
    names = site_names(read)
    return [replace(one, sites=sites_said(one.scope, names)) for one in found]


def show(visit: Visit) -> Response:
    """The list, and the form for a new one."""
    with visit.hub.reading() as read:
        found, names = invitations(read, visit.hub.clock.now()), site_names(read)
    return visit.show(
        "invitations.html", here="invitations", invitations=found, names=names,
        **form_facts(visit),
    )  # fmt: skip


def _address(visit: Visit) -> str:
    text = visit.form.text("address", 200).rstrip("/")
    try:
        parts = urlsplit(text)
        fine = (
            parts.scheme in {"http", "https"}
            and parts.hostname
            and not (parts.query or parts.fragment or parts.username)
        )
        fine = fine and parts.port != 0
    except ValueError:
        fine = False
    if not fine or re.search(r"\s", text):
        raise AppError(ADDRESS)
    return text


def make(visit: Visit) -> Response:
    """A new one, shown once."""
    form = visit.form
    machines, days = form.number("machines", 1, 1000), form.number("days", 1, 366)
    return _made(visit, chosen_scope(visit), form.text("remark", 100), machines, days)


def replacement(visit: Visit) -> Response:
    """An invitation for the machine that takes a lost laptop's place: the same sites; the lost one may be revoked with it."""
    laptop = one_of(visit)
    if laptop is None:
        raise AppError(N_("No laptop with the code {code} takes part."), code=visit.params["code"])
    remark = _("in place of {code} ({machine})").format(code=laptop.code, machine=laptop.machine)
    response = _made(visit, laptop.scope, remark[:100], 1, 7)
    if visit.form.raw("revoke") and laptop.revoked_at is None:
        revoke(visit.hub, laptop.code)
        visit.note("laptop revoked", laptop.code)
    return response


def _made(visit: Visit, scope: str, remark: str, machines: int, days: int) -> Response:
    address, form_id = _address(visit), visit.form.raw("form")
    if not re.fullmatch(r"[0-9a-f]{32}", form_id):
        raise AppError(N_("The form could not be read. Load the page again and fill it in once more."))
    with visit.hub.reading() as read:
        if read.value("SELECT 1 FROM hub_invitation WHERE form = ?", form_id):
            raise AppError(N_("This invitation was made and shown already. Withdraw it and make a new one if it was lost."))  # fmt: skip
        said = sites_said(scope, site_names(read))
    origin = Origin(visit.name, remark or None, form_id)
    made = invite(visit.hub, address, machines=machines, days=days, scope=scope, origin=origin)
    made = replace(made, authority=mark_for(visit.hub, address))
    remember_addresses(visit.hub, [address])
    visit.note("invited", remark or said, f"{machines} × {days} d, {said}")
    return visit.show(
        "invitation.html", here="invitations", invitation=str(made), made=made, by_file=f"{made.code}.{made.fingerprint}",
        machines=machines, days=days, sites=said, remark=remark,
    )  # fmt: skip


def withdraw(visit: Visit) -> Response:
    """An invitation lets nobody in any more."""
    text = visit.form.raw("invitation")
    code_hash = bytes.fromhex(text) if re.fullmatch(r"[0-9a-f]{64}", text) else b""
    with visit.hub.writing() as connection:
        done = connection.execute("UPDATE hub_invitation SET uses_left = 0 WHERE code_hash = ? AND uses_left > 0", (code_hash,))  # fmt: skip
        if not done.rowcount:
            raise AppError(N_("This invitation has been used or has run out."))
        journal.write(visit.hub, visit.who, "withdrawn", text[:8], connection=connection)
    return visit.go("/invitations", _("The invitation lets nobody in any more."))


PAGES = {
    "/invitations": Page(show, make),
    "/invitations/withdraw": Page(do=withdraw, again=show),
    "/laptops/{code}/replacement": Page(do=replacement, again=show_one),
}
