"""Loading the sample site: the registers by the importer, then its history in the order of time."""

from app.inspections.actions import mark_missed
from app.profile import Profile
from app.sample.people import SAMPLE_ACCOUNTS, SAMPLE_PASSWORD, make_accounts
from app.sample.registers import load_registers
from app.sample.rounds import round_events
from app.sample.site import AS_OF, Event, Site, sample_id
from app.sample.stock import Move, history, net, reserve_and_order, stock_events
from app.sample.work import work_events
from app.values import day_of

__all__ = ["AS_OF", "SAMPLE_ACCOUNTS", "SAMPLE_PASSWORD", "load", "sample_id"]


def load(profile: Profile, as_of: str | None = None) -> None:
    """Fill an empty profile with the sample site; the as-of day of its files becomes today (or `as_of`)."""
    now = profile.clock.now()
    site = Site.of(profile, as_of or day_of(now), now)
    moves = history()
    load_registers(site, net(moves))
    make_accounts(site)
    reserve_and_order(site)
    for at, happens in sorted(_events(site, moves), key=lambda event: event[0]):
        site.go_to(at)
        happens()
    site.profile.store.close()
    mark_missed(profile)
    profile.store.rebuild()


def _events(site: Site, moves: list[Move]) -> list[Event]:
    return [*work_events(site), *stock_events(site, moves), *round_events(site)]
