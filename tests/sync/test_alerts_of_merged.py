"""An alert about a record that is merged with another speaks of the one that stays, and is cleared when its situation is over."""

from dataclasses import replace

import msgspec
import pytest
from fleet import AWAY, BIN, PART, SITE, Fleet, Laptop, furnish_away

from app.desk import Desk
from app.generic import Merge, create
from app.inventory import transit
from app.inventory.checking import Verdict, decide
from db.ids import made_id

OTHER = made_id("merged", "part")


@pytest.fixture
def pair(fleet: Fleet) -> tuple[Laptop, Laptop]:
    """Two laptops that know two parts, which are one in truth, and a second site."""
    a, b = fleet.laptops["a"], fleet.laptops["b"]
    furnish_away(a.desk)
    a.desk.perform(
        create("part", OTHER, part_no="P2", name="传感器", unit="个", kind="spare", serialised=0, batch_tracked=0, status="active")
    )  # fmt: skip
    a.desk.perform(a.moved("opening", 9), msgspec.structs.replace(a.moved("opening", 9), part=OTHER))
    sync(fleet)
    return a, b


def sync(fleet: Fleet) -> None:
    for _round in range(2):
        for laptop in fleet:
            laptop.sync()


def here(laptop: Laptop) -> Desk:
    return replace(laptop.desk, site=next(site for site in laptop.desk.sites() if site.id == SITE))


def standing(laptop: Laptop, rule: str) -> list[tuple[bytes, ...]]:
    with laptop.desk.read() as read:
        return read.rows("SELECT subject_id FROM alert WHERE rule = ? AND cleared_at IS NULL", rule)


def test_a_withdrawal_of_a_merged_part_waits_until_it_is_decided(fleet, pair):
    a, b = pair
    a.desk.perform(msgspec.structs.replace(a.moved("issue", 2), part=OTHER, entry="self"))
    taken = a.value("SELECT id FROM stock_movement WHERE entry = 'self'")
    sync(fleet)
    assert standing(b, "withdrawal.waits") == [(OTHER,)]
    a.desk.perform(Merge("part", OTHER, PART))
    assert standing(a, "withdrawal.waits") == [(PART,)]
    decide(here(a), taken, Verdict("confirmed"))
    assert standing(a, "withdrawal.waits") == []
    sync(fleet)  # b hears of both at once
    assert standing(b, "withdrawal.waits") == []


def test_a_late_transfer_of_a_merged_part_stays_an_alert(fleet, pair):
    a, _b = pair
    transit.send_to_site(here(a), OTHER, BIN, AWAY, 3000)
    fleet.clock._at += 8 * 86_400_000
    a.profile.store.tick()
    a.desk.perform(Merge("part", OTHER, PART))
    assert standing(a, "transit.late") == [(PART,)]
    a.profile.store.rebuild()
    assert standing(a, "transit.late") == [(PART,)]
