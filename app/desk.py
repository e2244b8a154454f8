"""The desk of a signed-in person: what pages and commands work with. It carries the store, the actor and the site in view."""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

from app import values
from app.access import Actor, Permission, local_administrator
from app.changes import Done
from app.names import named
from app.ops import Op
from app.profile import Profile
from app.store import Progress
from app.tx import Reader
from app.words import _

DEFAULT_ZONE = "Asia/Shanghai"


@dataclass(frozen=True)
class SiteView:
    """The site in view: id, code, name, time zone."""

    id: bytes
    code: str
    name: str
    timezone: str


@dataclass(frozen=True)
class Desk:
    """One person at work on one profile; `site` is None where all sites are in view."""

    profile: Profile
    actor: Actor
    site: SiteView | None = None

    @classmethod
    def of_administrator(cls, profile: Profile) -> "Desk":
        """The desk of the command line: the profile's local administrator, on the first site of the file."""
        desk = cls(profile, local_administrator())
        sites = desk.sites()
        return replace(desk, site=sites[0]) if len(sites) == 1 else desk

    @property
    def timezone(self) -> str:
        """The time zone of the site in view."""
        return self.site.timezone if self.site else DEFAULT_ZONE

    def now(self) -> int:
        """Milliseconds UTC."""
        return self.profile.clock.now()

    def today(self) -> str:
        """The ISO date at the site."""
        return values.day_of(self.now(), self.timezone)

    def clock_notice(self) -> str:
        """The sentence of the banner while the laptop's clock is behind the newest record; empty where it is right.

        `profile.store.trust_clock()` is the banner's button “The clock is right”.
        """
        behind = self.profile.store.clock_behind()
        if not behind:
            return ""
        newest = values.show_instant(self.now() + behind, self.timezone)
        return _(
            "The clock of this laptop shows {now}, but the newest record is of {newest}. "
            "Set the clock right; until then nothing is reckoned as overdue."
        ).format(now=values.show_instant(self.now(), self.timezone), newest=newest)

    def may(self, permission: Permission | None) -> bool:
        """Whether the person may do this."""
        return self.actor.may(permission)

    def read(self) -> AbstractContextManager[Reader]:
        """Rows as of now."""
        return self.profile.store.read()

    def perform(
        self, *ops: Op | None, reason: str = "", more: Iterable[Op] = (), progress: Progress | None = None
    ) -> Done:
        """Do one action through the one door; Nones (nothing changed) are left out."""
        done = [op for op in ops if op is not None]
        actor = self.actor
        if self.site and self.site.id != actor.site_id:
            actor = replace(actor, site_id=self.site.id)
        return self.profile.store.perform(actor, *done, reason=reason, more=more, progress=progress)

    def number(self, series: str) -> str:
        """The next number of a series on this laptop."""
        return self.profile.store.number(series)

    def numbers(self, series: str, count: int) -> list[str]:
        """The next numbers of a series on this laptop, drawn at once."""
        return self.profile.store.numbers(series, count) if count else []

    def undo(self, action_id: bytes) -> Done:
        """Take back an action."""
        return self.profile.store.undo(self.actor, action_id)

    def sites(self) -> list[SiteView]:
        """The sites that the person may see."""
        with self.read() as read:
            found = read.as_(
                SiteView,
                f"SELECT id, code, {named('site')}, timezone FROM site WHERE deleted = 0 AND active = 1 ORDER BY n",
            )
        return [site for site in found if not self.actor.sites or site.id in self.actor.sites]

    def at(self, site: SiteView | None) -> "Desk":
        """The same person with another site in view."""
        return replace(self, site=site)
