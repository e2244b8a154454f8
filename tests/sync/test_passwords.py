"""Passwords go to the laptops where a person may sign in, and to no others; in no op, no feed, no audit (rule 27)."""

import sqlite3
from contextlib import closing

import pytest
from fleet import AWAY, HERE_ALONE, SITE, Fleet, furnish_away

from app import auth
from app.auth import secret
from app.errors import AppError
from app.hub.enrol import devices
from app.sync.line import line_to
from app.sync.log import proof_of
from app.sync.protocol import Auth, Secret, Verifiers
from db.ids import new_id

OLD, NEW, NEWER = "Kestrel-river-7", "Heron-meadow-8", "Osprey-valley-9"


@pytest.fixture
def a(fleet: Fleet):
    laptop = fleet.laptops["a"]
    furnish_away(laptop.desk)
    for role in auth.role_ops():
        laptop.desk.perform(role)
    return laptop


def account(laptop, name, *sites, roles=("technician",)):
    return auth.create_account(laptop.desk, name, OLD, roles=list(roles), sites=sites, must_change=False)


def opens(laptop, name, password):
    laptop.profile.clock.now()
    with laptop.profile.store.local() as connection:
        connection.execute("UPDATE credential SET failures = 0")
    try:
        auth.sign_in(laptop.profile, name, password)
    except AppError:
        return False
    return True


def test_a_password_is_typed_once_in_the_fleet(fleet, a):
    account(a, "wang")
    b = fleet.laptops["b"]
    a.sync()
    b.sync()
    assert opens(b, "wang", OLD)
    auth.change_password(auth.sign_in(b.profile, "wang", OLD), OLD, NEW)
    b.sync()
    a.sync()
    assert not opens(a, "wang", OLD)
    assert opens(a, "wang", NEW)


def test_the_later_one_at_the_hub_wins_and_the_pin_ends(fleet, a):
    user = account(a, "wang")
    b = fleet.laptops["b"]
    a.sync()
    b.sync()
    desk = auth.sign_in(b.profile, "wang", OLD)
    auth.set_pin(desk, user, "8264")
    auth.change_password(auth.sign_in(a.profile, "wang", OLD), OLD, NEW)
    auth.set_password(a.desk, user, NEWER, must_change=False)
    a.sync()
    b.sync()
    assert opens(b, "wang", NEWER)
    assert not auth.has_pin(b.profile, user)


def test_a_closed_account_vanishes(fleet, a):
    user = account(a, "wang")
    keeper = account(a, "chef", roles=("administrator",))
    b = fleet.laptops["b"]
    for laptop in (a, b):
        laptop.sync()
    auth.save_account(a.desk, user, roles=["technician"], sites=(), staff_id=None, active=False)
    for laptop in (a, b):
        laptop.sync()
    a.sync()
    for laptop in (a, b):
        held = {row[0] for row in _held(laptop)}
        assert held == {keeper}


def _held(laptop):
    with laptop.profile.store.read() as read:
        return read.rows("SELECT user_id FROM credential WHERE password IS NOT NULL")


def test_only_who_may_see_a_site_of_the_laptop(fleet, a):
    here, away, everywhere = account(a, "here", SITE), account(a, "away", AWAY), account(a, "all")
    a.sync()
    s = fleet.open("s", HERE_ALONE)
    s.sync()
    s.sync()
    assert {row[0] for row in _held(s)} == {here, everywhere}
    assert away not in {row[0] for row in _held(s)}


def test_nobody_sets_the_password_of_somebody_with_more_rights(fleet, a):
    worker, chief = account(a, "worker"), account(a, "chief", roles=("administrator",))
    a.sync()
    b = fleet.laptops["b"]
    b.sync()
    forged = secret.verifier(NEW)
    with line_to(b.profile, b.way) as line, b.profile.store.read() as read:
        asked = [
            Secret(chief, forged, 0, worker),
            Secret(new_id(), forged, 0),
            Secret(worker, forged, 0, worker),
        ]
        answer = line.ask(Auth(proof_of(read), asked), Verifiers)
    taken = {one.user_id for one in answer.secrets if one.verifier == forged}
    assert taken == {worker}


def test_no_verifier_is_in_an_op_a_row_or_the_audit_trail(fleet, a):
    account(a, "wang")
    a.sync()
    with closing(sqlite3.connect(fleet.hub_path)) as hub:
        tables = [name for (name,) in hub.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        found = {
            table
            for table in tables
            if any(b"argon2" in repr(row).encode() for row in hub.execute(f'SELECT * FROM "{table}"'))
        }
    assert found == {"hub_verifier"}
    with fleet.hub.reading() as read:
        assert "argon2" not in repr(devices(read))


def test_a_restored_hub_gets_its_passwords_back(fleet, a):
    account(a, "wang")
    a.sync()
    with fleet.hub.writing() as connection:
        connection.execute("DELETE FROM hub_verifier")
        connection.execute("UPDATE meta SET value = ? WHERE key = 'hub_epoch'", (new_id().hex(),))
    a.sync()
    fleet.laptops["b"].sync()
    assert opens(a, "wang", OLD)
    assert opens(fleet.laptops["b"], "wang", OLD)
