"""Other sites for a laptop: rows come and go, what was recorded never does (faults 32-34, 36)."""

import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest
from fleet import AWAY, BIN, HERE_ALONE, MACHINES, SITE, YARD, Fleet, furnish_away
from judge import judge, rows_are_equal

from app.access import local_administrator
from app.errors import AppError
from app.generic import patch
from app.hub.enrol import invite, revoke
from app.hub.grants import DAY, GRACE_DAYS, change_scope
from app.sync.joining import join

BOTH = f"{HERE_ALONE} site:{AWAY.hex()}"
AWAY_ALONE = f"global site:{AWAY.hex()}"


@pytest.fixture
def s(fleet: Fleet):
    """A laptop that holds one site of two."""
    furnish_away(fleet.laptops["a"].desk)
    fleet.laptops["a"].sync()
    made = fleet.open("s", HERE_ALONE)
    made.sync()
    return made


def give(fleet, laptop, scope):
    laptop.scope = scope
    assert change_scope(fleet.hub, laptop.profile.meta["device_code"], scope)


def equal(fleet, laptop):
    with closing(sqlite3.connect(fleet.hub_path)) as hub:
        rows_are_equal(laptop, hub)


def renamed(laptop, machine, name, site=SITE):
    actor = replace(local_administrator(), site_id=site)
    laptop.profile.store.perform(actor, patch("equipment", laptop.row("equipment", machine), name=name))


@pytest.mark.parametrize(
    "scopes", [(BOTH, HERE_ALONE), (AWAY_ALONE, HERE_ALONE), ("*", AWAY_ALONE), (BOTH, "*", BOTH)]
)
def test_rows_follow_the_sites_that_are_granted(fleet, s, scopes):
    a = fleet.laptops["a"]
    for number, scope in enumerate(scopes):
        a.desk.perform(patch("equipment", a.row("equipment", MACHINES[0]), name=f"名 {number}"))
        a.desk.perform(patch("location", a.row("location", YARD), name=f"院 {number}"))
        a.sync()
        give(fleet, s, scope)
        s.sync()
        equal(fleet, s)
    fleet.laptops["b"].sync()
    judge(fleet)


def test_a_site_that_is_given_back_is_read_from_its_beginning(fleet, s):
    for scope in (AWAY_ALONE, HERE_ALONE):
        give(fleet, s, scope)
        s.sync()
    assert s.row("location", BIN)["name"] == "货架"
    equal(fleet, s)


def test_work_of_a_site_that_was_taken_away_reaches_the_hub(fleet, s):
    renamed(s, MACHINES[1], "未知情时改名")
    give(fleet, s, AWAY_ALONE)
    report = s.sync()
    assert (report.sent, report.quarantined) == (1, 0)
    assert s.row("equipment", MACHINES[1]) == {}
    fleet.laptops["a"].sync()
    assert fleet.laptops["a"].row("equipment", MACHINES[1])["name"] == "未知情时改名"
    equal(fleet, s)


def test_a_machine_that_a_refused_move_brought_into_the_new_site_goes(fleet, s):
    s.desk.perform(patch("equipment", s.row("equipment", MACHINES[1]), site_id=AWAY, location_id=YARD))
    give(fleet, s, AWAY_ALONE)
    fleet.clock._at += (GRACE_DAYS + 1) * DAY
    assert s.sync().quarantined == 1
    assert not s.row("equipment", MACHINES[1])
    equal(fleet, s)


def test_a_laptop_that_joins_once_more_hears_which_sites_it_has(fleet, s):
    with fleet.hub.writing() as connection:
        connection.execute("DELETE FROM hub_device WHERE code = ?", (s.profile.meta["device_code"],))
    s.scope = AWAY_ALONE
    join(s.profile, invite(fleet.hub, "http://hub", scope=AWAY_ALONE), s.way)
    s.sync()
    equal(fleet, s)


def test_work_recorded_after_hearing_of_it_is_kept_apart(fleet, s):
    before = s.row("equipment", MACHINES[1])
    give(fleet, s, AWAY_ALONE)
    s.sync()
    op = patch("equipment", before, name="事后改名")
    with s.profile.store.local("pull") as connection:  # it has the record still, by whatever trick
        names = ", ".join(f'"{name}"' for name in before)
        connection.execute(
            f"INSERT INTO equipment ({names}) VALUES ({', '.join('?' * len(before))})", [*before.values()]
        )
    s.profile.store.perform(replace(local_administrator(), site_id=SITE), op)
    assert s.sync().quarantined == 1
    assert s.value("SELECT count(*) FROM op WHERE outcome = 'quarantined'") == 1


def test_the_grace_ends(fleet, s):
    renamed(s, MACHINES[1], "太晚")
    give(fleet, s, AWAY_ALONE)
    fleet.clock._at += (GRACE_DAYS + 1) * DAY
    assert s.sync().quarantined == 1


def test_leave_markers_work_both_ways(fleet, s):
    a = fleet.laptops["a"]
    other = fleet.open("o", AWAY_ALONE)
    for site, place in ((AWAY, YARD), (SITE, BIN)):
        a.desk.perform(patch("equipment", a.row("equipment", MACHINES[2]), site_id=site, location_id=place))
        for laptop in (a, s, other):
            laptop.sync()
        held = [bool(laptop.row("equipment", MACHINES[2])) for laptop in (s, other)]
        assert held == [site == SITE, site == AWAY]


def test_a_revoked_laptop_is_locked_and_still_sends(fleet, s):
    renamed(s, MACHINES[0], "被撤销前")
    revoke(fleet.hub, s.profile.meta["device_code"])
    with pytest.raises(AppError, match="ended"):
        s.sync()
    assert s.profile.meta["hub_revoked"]
    s.reopen()
    assert "locked" in str(s.profile.notices[-1])
    assert s.value("SELECT count(*) FROM equipment") == 3  # the data stays
    from app.auth import sign_in

    with pytest.raises(AppError, match="ended"):
        sign_in(s.profile, "anybody", "whatever it is")
    join(s.profile, invite(fleet.hub, "http://hub", scope=HERE_ALONE), s.way)
    s.reopen()
    assert not s.profile.notices
    s.sync()
