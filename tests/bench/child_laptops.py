"""Some of the laptops of B13: joins them, lets them work offline, and syncs them one after the other or in a crowd."""

import json
import logging
import os
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent.parent)]

from app.bootstrap import start
from app.clock import Clock
from app.desk import Desk
from app.errors import AppError
from app.inventory.ops import MoveStock
from app.profile import Profile
from app.sync.client import sync_once
from app.sync.joining import join, read_invitation
from db.ids import made_id

NOW, ACTIONS, PARTS = 1_795_318_860_000, 30, 200
laptops: list[tuple[Profile, int, int]] = []


def main() -> None:
    does = {
        "join": take_part,
        "one after the other": in_turn,
        "once more": once_more,
        "all at once": in_a_crowd,
    }
    for line in sys.stdin:
        what, words = json.loads(line)
        sys.stdout.write(json.dumps(does[what](words)) + "\n")
        sys.stdout.flush()
    for profile, _number, _site in laptops:
        profile.close()


def take_part(told: list[tuple[str, int, int, str]]) -> list[float | None]:
    for folder, number, site, invitation in told:
        clock = Clock.pinned(NOW)
        profile = start(Path(folder), clock)
        join(profile, read_invitation(invitation))
        profile.close()
        laptops.append((start(Path(folder), clock), number, site))
        sync_once(laptops[-1][0])
    work()
    return []


def work() -> None:
    """Each laptop books some movements at its site while it is offline."""
    for profile, number, site in laptops:
        desk = Desk.of_administrator(profile)
        for n in range(ACTIONS):
            desk.perform(
                MoveStock(
                    number=desk.number("M"), type="receipt", part=made_id("many", "part", (number * 7 + n) % PARTS),
                    site=made_id("many", "site", site), bin=made_id("many", "bin", site), qty=1000, happened_at=NOW, unit_price=100,
                )
            )  # fmt: skip


def in_turn(_nothing: object) -> list[float | None]:
    return [synced(profile) for profile, _number, _site in laptops]


def once_more(_nothing: object) -> list[float | None]:
    """All are at the same point again, with new work."""
    found = in_turn(None)
    work()
    return found


def in_a_crowd(delays: list[float]) -> list[float | None]:
    begun = time.monotonic()

    def come(profile: Profile, delay: float) -> float | None:
        threading.Event().wait(max(0.0, begun + delay - time.monotonic()))
        return synced(profile)

    with ThreadPoolExecutor(len(laptops)) as threads:
        return list(threads.map(come, [profile for profile, _number, _site in laptops], delays))


def synced(profile: Profile) -> float | None:
    """Seconds of a sync; None where a person would see an error."""
    begun = time.perf_counter()
    try:
        sync_once(profile)
    except AppError:
        logging.getLogger(__name__).exception("a laptop is left out")
        return None
    return time.perf_counter() - begun


main()
os._exit(0)
