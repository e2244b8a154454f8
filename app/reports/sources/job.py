"""One report in the making: whose desk, which rows, which parameters, which number; and what stands in its head and foot."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from app.desk import Desk, SiteView
from app.errors import AppError
from app.inspections.queries import manager_of
from app.names import named
from app.reports.document import Issue
from app.reports.rows import Signer
from app.tx import Reader
from app.version import VERSION
from app.words import N_, _

#: The value of the parameter `site` that means every site of the file.
ALL = "*"


@dataclass(frozen=True)
class Job:
    """What the source of a report works with; `given` holds every declared parameter, "" where nothing was said."""

    desk: Desk
    read: Reader
    given: Mapping[str, str]
    number: str = ""

    @property
    def today(self) -> str:
        """The day that the report is about: `as-of`, or today."""
        return self.given.get("as-of") or self.desk.today()

    @property
    def size(self) -> Any:
        """The paper, A4 or A3."""
        return self.given["size"]

    @cached_property
    def site(self) -> SiteView | None:
        """The site of the report; None for all of them."""
        code = self.given.get("site") or (self.desk.site.code if self.desk.site else ALL)
        sites = self.desk.sites()
        if code != ALL:
            return next((site for site in sites if site.code.casefold() == code.casefold()), None) or _absent(
                code
            )
        if self.desk.actor.sites:
            if len(sites) == 1:
                return sites[0]
            raise AppError(N_("You see some of the sites only. Choose one of them for this report."))
        return None

    @property
    def site_id(self) -> bytes | None:
        return self.site.id if self.site else None

    def sees(self, site: bytes | None) -> bool:
        """Whether the person may see records of this site."""
        return not self.desk.actor.sites or site is None or site in self.desk.actor.sites

    def issue(self, site: SiteView | bytes | None) -> Issue:
        """Who prints what when, from which data; None for all sites."""
        if isinstance(site, bytes):
            site = next((found for found in self.desk.sites() if found.id == site), None)
        now = self.desk.now()
        return Issue(
            number=self.number or _("(preview)"),
            organisation=self._organisation(),
            site=self._named(site) if site else _("All sites"),
            printed_by=self.printed_by,
            printed_at=now,
            data_as_of=now,
            device=self.desk.profile.store.device,
            program=f"Sitewright {VERSION}",
            timezone=site.timezone if site else self.desk.timezone,
        )

    def _organisation(self) -> str:
        """The topmost unit of the organisation, where one is recorded."""
        sql = "SELECT name FROM org_unit WHERE level = 'strategic' AND parent_id IS NULL AND deleted = 0 ORDER BY n"
        return self.read.value(sql) or ""

    def _named(self, site: SiteView) -> str:
        name = self.read.value(f"SELECT {named('s')} FROM site s WHERE s.id = ?", site.id)
        return bracketed(name or site.name, site.code)

    @property
    def printed_by(self) -> str:
        """Name and staff number of who is at the desk."""
        actor = self.desk.actor
        sql = f"SELECT {named('s')}, s.staff_no FROM staff s WHERE s.id = ? OR s.staff_no = ?"
        staff = self.read.row(sql, actor.staff_id, actor.staff_no)
        return bracketed(*staff) if staff else _(actor.name)

    def signers(self, site: bytes | None) -> Signer:
        """Prepared by who prints it, approved by who answers for the site."""
        actor = self.desk.actor
        prepared = self.read.value(f"SELECT {named('s')} FROM staff s WHERE s.staff_no = ?", actor.staff_no)
        return Signer(prepared or "", "", manager_of(self.read, site) if site else "")


def _absent(code: str) -> Any:
    raise AppError(N_("There is no site “{code}” here. Choose another one."), code=code)


def bracketed(text: str, more: str | None) -> str:
    """`name (code)`."""
    return _("{text} ({reference})").format(text=text, reference=more) if more else text
