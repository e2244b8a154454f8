"""The sample's time and people: a profile whose clock moves through the past while its history is written."""

import csv
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from importlib.resources import files
from typing import Any

from app.access import ROLES, Actor
from app.clock import Clock
from app.desk import Desk
from app.profile import Profile
from app.store import Store
from app.values import instant_of
from db.ids import made_id

#: The day of the files; it becomes today.
AS_OF = "2026-11-22"
#: So many days before it, the site began with its opening balances.
FOUNDED = 120
_PERMISSIONS = {role.code: role.permissions for role in ROLES}


def sample_id(table: str, key: str) -> bytes:
    """The id of a sample row, alike on every laptop, so that it can be told from real data."""
    return made_id("sample", table, key)


def rows_of(name: str) -> list[dict[str, str]]:
    """The rows of one of the sample's files."""
    text = (files("resources") / "sample" / f"{name}.csv").read_text("utf-8-sig")
    return list(csv.DictReader(text.splitlines()))


@dataclass
class Site:
    """The sample site while it is loaded: its past is walked through with a clock of its own."""

    profile: Profile
    today: str
    now: int
    shift: int
    _at: int = 0

    @classmethod
    def of(cls, profile: Profile, today: str, now: int) -> "Site":
        """The same site file, with a clock that this loader moves."""
        made = cls(profile, today, now, (date.fromisoformat(today) - date.fromisoformat(AS_OF)).days)
        clock = Clock(lambda: made._at)
        store = Store(profile.engine, clock=clock, device=profile.store.device)
        made.profile = replace(profile, store=store, clock=clock)
        made.go(FOUNDED, "08:00")
        return made

    def instant(self, days_ago: int, clock: str) -> int:
        """The moment so many days before today at a time of day, never in the future."""
        day = (date.fromisoformat(self.today) - timedelta(days=days_ago)).isoformat()
        return instant_of(day, clock)

    def go(self, days_ago: int, clock: str) -> None:
        """Move the clock there, but never beyond now."""
        self._at = min(self.instant(days_ago, clock), self.now)

    def go_to(self, instant: int) -> None:
        """Move the clock to a moment, but never beyond now."""
        self._at = min(instant, self.now)

    def desk(self) -> Desk:
        """The desk of the local administrator."""
        return Desk.of_administrator(self.profile)

    def desk_of(self, username: str, role: str, staff_no: str) -> Desk:
        """The desk of a person of the sample."""
        actor = Actor(
            sample_id("user_account", username),
            staff_no,
            _PERMISSIONS[role],
            (role,),
            sample_id("staff", staff_no),
            staff_no,
        )
        return Desk(self.profile, actor)


Event = tuple[int, Callable[[], Any]]
