"""What only the hub may conclude: a round was missed (漏检), once nobody can still bring it.

A laptop that was away may hold the round. So the hub waits until every laptop that holds the site has synced after the
round's last moment, or for some days; what comes later still takes the place of the record.
"""

from collections.abc import Iterator

from app.hub.hub import Hub
from app.hub.own import perform
from app.inspections.ops import TASK, Miss
from app.inspections.planned import BACK_MS, Planned, planned
from app.sync.protocol import ALL
from app.tx import Reader

DAY = 86_400_000
#: A laptop that has not been heard of for so long after a round's last moment holds nobody up any more.
WAIT_DAYS = 7


def miss_rounds(hub: Hub) -> int:
    """Record the rounds that nobody did and nobody can still bring; returns how many."""
    now = hub.clock.now()
    with hub.reading() as read:
        missed = [Miss(found.round, now) for found in _missed(read, now)]
    if missed:
        perform(hub, *missed)
    return len(missed)


def _missed(read: Reader, now: int) -> Iterator[Planned]:
    laptops = read.rows("SELECT scope, enrolled_at, seen_at FROM hub_device WHERE revoked_at IS NULL")
    for found in planned(read, now - BACK_MS, now):
        last = found.window.last
        if last > now or read.get(TASK, found.round.id) is not None:
            continue
        if now >= last + WAIT_DAYS * DAY or _all_heard(laptops, f"site:{found.round.site_id.hex()}", last):
            yield found


def _all_heard(laptops: list[tuple[str, int, int | None]], bucket: str, last: int) -> bool:
    """Whether every laptop that holds a site, and held it then, has begun an exchange after that moment."""
    return all(
        (seen or 0) > last
        for scope, enrolled, seen in laptops
        if enrolled <= last and (ALL in scope.split() or bucket in scope.split())
    )
