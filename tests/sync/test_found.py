"""What the simulator has found, each by its shortest story."""

from dataclasses import replace

import pytest
from fleet import AWAY, AWAY_ALONE, BOTH, HERE_ALONE, MACHINES, SITE, YARD, furnish_away, supplier
from judge import judge

from app import conflicts
from app.access import Permission, local_administrator
from app.conflicts.held import decide, held
from app.desk import Desk
from app.generic import Merge, create, patch
from app.hub.bundles import take_in
from app.hub.grants import change_scope
from app.hub.returns import request_of, write_return
from app.sync import pull
from app.sync.bundle.incoming import bring_in
from app.sync.bundle.outgoing import export
from app.sync.transport import Lost
from db.ids import new_id


def rest(fleet):
    for laptop in [*fleet, *fleet]:
        laptop.sync()
    judge(fleet)


@pytest.fixture
def moved_away(fleet):
    """A machine of the first site that was moved to the second."""
    a = fleet.laptops["a"]
    furnish_away(a.desk)
    a.sync()
    return lambda: a.desk.perform(
        patch("equipment", a.row("equipment", MACHINES[0]), site_id=AWAY, location_id=YARD)
    )


@pytest.mark.parametrize("before", [AWAY_ALONE, HERE_ALONE])
@pytest.mark.parametrize("page", [2, 2000])
def test_a_site_that_is_granted_too_takes_nothing_of_the_others_away(
    fleet, moved_away, monkeypatch, before, page
):
    """The word that a machine has left the new site is old: it came to the one that the laptop holds."""
    monkeypatch.setattr(pull, "MAX_PAGE", page)
    monkeypatch.setattr(pull, "next_limit", lambda *_: page)
    s = fleet.open("s", before)
    s.sync()
    moved_away()
    fleet.laptops["a"].sync()
    if before == AWAY_ALONE:
        s.sync()
    s.scope = BOTH
    change_scope(fleet.hub, s.profile.meta["device_code"], BOTH)
    s.sync()
    assert s.row("equipment", MACHINES[0])["site_id"] == AWAY
    rest(fleet)


def test_what_waits_of_a_pull_that_was_cut_off_survives_a_file_of_the_hub(fleet, monkeypatch, tmp_path):
    a, b = fleet.laptops["a"], fleet.laptops["b"]
    monkeypatch.setattr(pull, "MAX_PAGE", 2)
    monkeypatch.setattr(pull, "next_limit", lambda *_: 2)
    made, op = supplier("B1")
    b.desk.perform(op)
    b.way.before["pull"] = _lost
    with pytest.raises(Lost):
        b.sync()
    for number in range(6):
        a.desk.perform(supplier(f"A{number}")[1])
    a.sync()
    b.way.before["pull"] = lambda: b.way.before.update(pull=_lost)
    with pytest.raises(Lost):
        b.sync()
    assert b.value("SELECT count(*) FROM inbox") == 1
    there, back = tmp_path / "there", tmp_path / "back"
    there.mkdir()
    back.mkdir()
    received = take_in(fleet.hub, export(b.profile, there).paths[0])
    bring_in(b.profile, write_return(fleet.hub, request_of(received), back)[0])
    assert b.row("supplier", made)["code"] == "B1"
    rest(fleet)


def _lost():
    raise Lost


@pytest.fixture
def closed(fleet):
    """A storekeeper's desk at laptop b, whose account was closed while b was away."""
    a, b = fleet.laptops["a"], fleet.laptops["b"]
    who, account = new_id(), new_id()
    a.desk.perform(
        create("staff", who, staff_no="SW-1", name="诸葛小服", site_id=SITE, role_code="storekeeper", status="active"),
        create("user_account", account, username="zhuge", staff_id=who, roles='["storekeeper"]', active=1, must_change_password=0),
    )  # fmt: skip
    rest(fleet)
    a.desk.perform(patch("user_account", a.row("user_account", account), active=0))
    a.sync()
    allowed = frozenset({Permission.EDIT_PARTS, Permission.MOVE_STOCK, Permission.TAKE_PARTS})
    actor = replace(local_administrator(), user_id=account, name="诸葛小服", permissions=allowed)
    return replace(Desk.of_administrator(b.profile), actor=actor)


def test_an_alert_goes_with_the_movement_that_the_hub_keeps_back(fleet, closed):
    b = fleet.laptops["b"]
    closed.perform(b.moved("issue", 2), reason="急用")
    open_alerts = "SELECT count(*) FROM alert WHERE rule = 'stock.negative' AND cleared_at IS NULL"
    assert b.value(open_alerts) == 1
    b.sync()
    assert b.value("SELECT count(*) FROM stock_movement") == 0
    assert b.value(open_alerts) == 0
    rest(fleet)


def test_work_let_in_before_it_was_pulled_is_told_of_once(fleet, closed):
    """In one pull come the word that it was kept back and the word that it was let in."""
    a, b = fleet.laptops["a"], fleet.laptops["b"]
    closed.perform(b.moved("issue", 2), reason="急用")
    b.way.before["pull"] = _lost
    with pytest.raises(Lost):
        b.sync()
    a.sync()
    with a.profile.store.read() as read:
        (entry,) = held(read, a.desk.actor)
    decide(a.desk, entry.id, accepted=True)
    a.sync()
    b.sync()
    rest(fleet)


def test_a_decision_about_what_a_merge_turned_meanwhile_is_not_lost(fleet):
    """The hub was put back, and came to the same conflict about the record that was kept: the decision asks again."""
    a, b = fleet.laptops["a"], fleet.laptops["b"]
    (kept, add_kept), (old, add_old) = supplier("K"), supplier("O")
    a.desk.perform(add_kept, add_old)
    a.desk.perform(patch("supplier", a.row("supplier", kept), phone="k"))
    rest(fleet)
    copy = fleet.store.copy(fleet.hub)
    a.desk.perform(patch("supplier", a.row("supplier", old), phone="a"))
    b.desk.perform(patch("supplier", b.row("supplier", old), phone="b"))
    a.sync()
    b.sync()
    with b.profile.store.read() as read:
        (line,) = conflicts.lines(read, b.desk.actor)
        case = conflicts.case(read, b.desk.actor, line.id, "Asia/Shanghai")
    conflicts.settle(b.desk, case, "mine")
    a.desk.perform(Merge("supplier", old, kept))
    fleet.hub.close()
    fleet.store.put_back(copy)
    fleet.hub = fleet.open_hub()
    rest(fleet)
    with fleet.hub.reading() as read:
        assert read.value("SELECT count(*) FROM op WHERE outcome NOT IN ('applied', 'conflict')") == 0
