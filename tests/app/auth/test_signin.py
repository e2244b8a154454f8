"""Signing in: passwords, PINs, delays that never lock out, and no secret anywhere."""

import logging
from dataclasses import dataclass

import pytest

from app import auth, words
from app.access import Permission
from app.auth import secret, signin
from app.bootstrap import found, start
from app.clock import Clock
from app.desk import Desk
from app.errors import AppError, Denied, Refused

NOW = 1_795_318_860_000
PASSWORD = "站点 Blue-kettle 7"
PIN = "739105"


@dataclass
class Moving:
    """A clock that the test moves by hand."""

    at: int = NOW

    def __call__(self) -> int:
        return self.at

    def go(self, seconds: float) -> None:
        self.at += int(seconds * 1000)


@pytest.fixture
def clock():
    return Moving()


@pytest.fixture
def profile(tmp_path, clock):
    made = found(tmp_path / "p", clock=Clock(clock), device="T01")
    auth.first_administrator(
        made, "admin", PASSWORD, name="系统管理员", site_code="DC1", site_name="样例站点"
    )
    yield made
    made.close()


@pytest.fixture
def admin(profile) -> Desk:
    return auth.sign_in(profile, "admin", PASSWORD)


def person(admin: Desk, name: str, role: str) -> bytes:
    return auth.create_account(admin, name, f"{PASSWORD} {name}", roles=[role], must_change=False)


def enter(profile, name: str) -> Desk:
    return auth.sign_in(profile, name, f"{PASSWORD} {name}")


def events(profile) -> list[tuple[str, int | None]]:
    with profile.store.read() as read:
        return read.rows("SELECT what, count FROM auth_event ORDER BY n")


def test_an_empty_site_begins_with_its_administrator(profile, admin):
    assert not auth.is_empty(profile)
    assert admin.actor.name == "系统管理员"
    assert admin.actor.permissions == frozenset(Permission)
    assert admin.site is not None
    assert admin.site.code == "DC1"
    with pytest.raises(AppError):
        auth.first_administrator(profile, "eve", PASSWORD, name="", site_code="X", site_name="X")


def test_there_is_no_way_in_without_a_first_administrator(tmp_path):
    empty = found(tmp_path / "q", device="T02")
    for name in ("admin", "administrator", ""):
        with pytest.raises(AppError):
            auth.sign_in(empty, name, "admin")
        with empty.store.local() as connection:
            connection.execute("UPDATE credential SET failures = 0")
    empty.close()


def test_capitals_of_the_name_do_not_count_those_of_the_password_do(profile):
    assert auth.sign_in(profile, " ADMIN ", PASSWORD).actor.roles == ("administrator",)
    with pytest.raises(signin.Wrong):
        auth.sign_in(profile, "admin", PASSWORD.lower())


def test_full_width_letters_of_an_input_method_are_the_plain_ones(profile):
    assert auth.sign_in(profile, "admin", "站点 Ｂlue-kettle ７").actor.user_id


def test_known_and_unknown_names_go_the_same_way(profile, monkeypatch):
    verified = []
    plain = secret.PASSWORDS.verify
    monkeypatch.setattr(
        type(secret.PASSWORDS), "verify", lambda _self, kept, text: verified.append(kept) or plain(kept, text)
    )
    said = []
    for name in ("admin", "nobody"):
        with pytest.raises(signin.Wrong) as wrong:
            auth.sign_in(profile, name, "not the password")
        said.append(str(wrong.value))
    assert said[0] == said[1]
    assert len(verified) == 2
    costs = {kept.split("$")[3] for kept in verified}
    assert costs == {"m=19456,t=2,p=1"}


def test_passwords_are_argon2id_and_get_the_cost_of_today(profile, monkeypatch):
    from argon2 import PasswordHasher

    def kept() -> str:
        with profile.store.read() as read:
            return str(read.value("SELECT password FROM credential WHERE password IS NOT NULL"))

    assert kept().startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    monkeypatch.setattr(secret, "PASSWORDS", PasswordHasher(time_cost=3, memory_cost=20_480, parallelism=1))
    monkeypatch.setattr(
        signin.secret, "outdated", lambda kept, hasher=secret.PASSWORDS: hasher.check_needs_rehash(kept)
    )
    monkeypatch.setattr(
        signin.secret, "verifier", lambda text, hasher=secret.PASSWORDS: hasher.hash(secret.normal(text))
    )
    auth.sign_in(profile, "admin", PASSWORD)
    assert "m=20480,t=3" in kept()


def test_wrong_entries_delay_and_never_lock_out(profile, clock):
    waits = []
    for _try in range(8):
        with pytest.raises(signin.Wrong) as wrong:
            auth.sign_in(profile, "admin", "wrong")
        waits.append(wrong.value.seconds)
        with pytest.raises(auth.Wait):
            auth.sign_in(profile, "admin", PASSWORD)
        clock.go(wrong.value.seconds)
    assert waits == [1, 2, 4, 8, 16, 30, 30, 30]
    assert auth.sign_in(profile, "admin", PASSWORD).actor.user_id
    assert events(profile)[-2:] == [("failed", 8), ("signed_in", None)]


def test_a_delay_survives_a_restart_and_concerns_one_account(profile, admin, clock, tmp_path):
    person(admin, "leng", "technician")
    for _try in range(3):
        with pytest.raises(signin.Wrong) as wrong:
            auth.sign_in(profile, "admin", "wrong")
        clock.go(wrong.value.seconds)
    clock.go(-4)
    profile.close()
    again = start(tmp_path / "p", Clock(clock))
    with pytest.raises(auth.Wait) as wait:
        auth.sign_in(again, "admin", PASSWORD)
    assert wait.value.seconds == 4
    assert enter(again, "leng").actor.user_id
    again.close()


def test_a_clock_set_back_does_not_lengthen_the_wait(profile, admin, clock):
    user = admin.actor.user_id
    for _try in range(6):
        with pytest.raises(signin.Wrong):
            auth.sign_in(profile, "admin", "wrong")
        clock.go(30)
    with pytest.raises(signin.Wrong):
        auth.sign_in(profile, "admin", "wrong")
    clock.go(-86_400)
    assert auth.wait_left(profile, user) == 30
    clock.go(10)
    assert auth.wait_left(profile, user) == 20
    clock.go(20)
    assert auth.wait_left(profile, user) == 0


def test_after_a_calm_the_count_begins_anew(profile, clock):
    for _try in range(4):
        with pytest.raises(signin.Wrong):
            auth.sign_in(profile, "nobody", "wrong")
        clock.go(30)
    clock.go(16 * 60)
    with pytest.raises(signin.Wrong) as wrong:
        auth.sign_in(profile, "nobody", "wrong")
    assert wrong.value.seconds == 1


def test_a_pin_opens_only_what_a_password_has_unlocked(profile, admin):
    leng = person(admin, "leng", "technician")
    with pytest.raises(AppError, match="leng"):
        auth.set_pin(admin, leng, PIN)
    desk = enter(profile, "leng")
    with words.speaking("zh_CN"):
        found_people = _people(profile)
    assert {(c.name, c.post, c.has_pin) for c in found_people} == {
        ("leng", "技术员", False),
        ("系统管理员", "系统管理员", False),
    }
    auth.set_pin(desk, leng, PIN)
    assert auth.sign_in_by_pin(profile, leng, PIN).actor.user_id == leng
    with pytest.raises(signin.Wrong):
        auth.sign_in_by_pin(profile, leng, "739106")


def _people(profile):
    with profile.store.read() as read:
        return auth.colleagues(read)


def test_an_account_without_a_pin_cannot_be_opened_by_an_empty_one(profile, admin):
    with pytest.raises(signin.Wrong):
        auth.sign_in_by_pin(profile, admin.actor.user_id, "")
    assert auth.wait_left(profile, admin.actor.user_id) == 1


@pytest.mark.parametrize(
    "pin",
    ["0000", "1234", "4321", "7890", "9876", "1212", "383838", "123", "123456789", "12a4", "", "１２３４"],
)
def test_easy_pins_are_refused_with_a_sentence(admin, pin):
    with pytest.raises(AppError) as refused:
        auth.set_pin(admin, admin.actor.user_id, pin)
    assert len(str(refused.value)) > 8


@pytest.mark.parametrize(
    "password", ["short", "12345678", "Password1", "aaaaaaaaaa", "abcdefghij", "Admin 123", "x" * 129]
)
def test_easy_passwords_are_refused_with_a_sentence(password):
    with pytest.raises(AppError) as refused:
        secret.check_password(password, "admin")
    assert len(str(refused.value)) > 8


def test_a_supervisor_sets_a_pin_but_not_for_somebody_above(profile, admin):
    person(admin, "guan", "supervisor")
    leng = person(admin, "leng", "technician")
    enter(profile, "leng")
    guan = enter(profile, "guan")
    auth.set_pin(guan, leng, PIN)
    assert events(profile)[-1] == ("pin_set", None)
    with profile.store.read() as read:
        kind, actor = read.row("SELECT kind, actor FROM op ORDER BY n DESC LIMIT 1")
    assert (kind, actor) == ("auth.note", guan.actor.user_id)
    with pytest.raises(Denied):
        auth.set_pin(guan, admin.actor.user_id, PIN)
    with pytest.raises(Denied):
        auth.set_pin(enter(profile, "leng"), guan.actor.user_id, PIN)
    with pytest.raises(Denied):
        auth.set_password(guan, leng, "another Kettle 9")


def test_a_new_password_of_the_administrator_ends_the_pin_and_must_be_changed(profile, admin):
    leng = person(admin, "leng", "technician")
    auth.set_pin(enter(profile, "leng"), leng, PIN)
    auth.set_password(admin, leng, "another Kettle 9")
    assert not auth.has_pin(profile, leng)
    with pytest.raises(signin.Wrong):
        auth.sign_in_by_pin(profile, leng, PIN)
    with profile.store.local() as connection:
        connection.execute("UPDATE credential SET failures = 0")
    desk = auth.sign_in(profile, "leng", "another Kettle 9")
    assert auth.must_change_password(profile, leng)
    with pytest.raises(signin.Wrong):
        auth.change_password(desk, "wrong", "my own Kettle 3")
    with profile.store.local() as connection:
        connection.execute("UPDATE credential SET failures = 0")
    with pytest.raises(AppError):
        auth.change_password(desk, "another Kettle 9", "another Kettle 9")
    auth.change_password(desk, "another Kettle 9", "my own Kettle 3")
    assert not auth.must_change_password(profile, leng)
    assert auth.sign_in(profile, "leng", "my own Kettle 3").actor.user_id == leng


def test_a_closed_account_stays_out(profile, admin):
    leng = person(admin, "leng", "technician")
    auth.set_pin(enter(profile, "leng"), leng, PIN)
    auth.save_account(admin, leng, roles=["technician"], sites=[], staff_id=None, active=False)
    with pytest.raises(Denied):
        enter(profile, "leng")
    with pytest.raises(Denied):
        auth.sign_in_by_pin(profile, leng, PIN)
    assert leng not in {c.user_id for c in _people(profile)}


def test_the_site_scope_limits_what_is_seen(profile, admin):
    from app.generic import create
    from db.ids import new_id

    other = new_id()
    admin.perform(
        create(
            "site",
            other,
            code="M2",
            name="地铁站",
            site_type="metro_station",
            timezone="Asia/Shanghai",
            active=1,
        )
    )
    leng = person(admin, "leng", "technician")
    assert len(enter(profile, "leng").sites()) == 2
    auth.save_account(admin, leng, roles=["technician"], sites=[other], staff_id=None, active=True)
    desk = enter(profile, "leng")
    assert [site.code for site in desk.sites()] == ["M2"]
    assert desk.site.code == "M2"
    auth.save_account(admin, leng, roles=["technician"], sites=[], staff_id=None, active=True)
    auth.save_account(admin, leng, roles=["technician"], sites=[other], staff_id=None, active=True)
    assert [site.code for site in enter(profile, "leng").sites()] == ["M2"]


def test_one_administrator_remains(admin):
    user = admin.actor.user_id
    for roles, active in ((["technician"], True), (["administrator"], False)):
        with pytest.raises(Refused):
            auth.save_account(admin, user, roles=roles, sites=[], staff_id=None, active=active)
    person(admin, "second", "administrator")
    auth.save_account(admin, user, roles=["technician"], sites=[], staff_id=None, active=True)


@pytest.mark.parametrize(("name", "field"), [("ADMIN", "username"), ("a b", "username"), ("-x", "username")])
def test_odd_and_taken_user_names_are_refused_at_their_field(admin, name, field):
    with pytest.raises(Refused) as refused:
        auth.create_account(admin, name, PASSWORD + "!", roles=["technician"])
    assert refused.value.objections[0].field == field


def test_a_role_can_be_changed_and_the_administrator_keeps_the_key(profile, admin):
    person(admin, "leng", "technician")
    with profile.store.read() as read:
        found_roles = {role.code: role for role in auth.roles(read)}
    auth.save_role(admin, found_roles["technician"], {Permission.SEE})
    auth.save_role(admin, found_roles["administrator"], {Permission.SEE, Permission.SET_PIN})
    assert enter(profile, "leng").actor.permissions == {Permission.SEE}
    again = auth.sign_in(profile, "admin", PASSWORD)
    assert again.actor.permissions == {Permission.SEE, Permission.SET_PIN, Permission.ADMINISTER}


def test_no_secret_is_in_the_file_the_logs_or_the_folder(profile, admin, clock, caplog):
    caplog.set_level(logging.DEBUG)
    leng = person(admin, "leng", "technician")
    desk = enter(profile, "leng")
    auth.set_pin(desk, leng, PIN)
    auth.sign_in_by_pin(profile, leng, PIN)
    for attempt in ("TYPED-as-a-name-77", "leng"):
        with pytest.raises(signin.Wrong):
            auth.sign_in(profile, attempt, "WRONG-entry-55")
    clock.go(30)
    auth.change_password(desk, f"{PASSWORD} leng", "my own Kettle 3")
    auth.sign_out(desk)
    profile.engine.dispose()
    secrets = [PASSWORD, PIN, "my own Kettle 3", "TYPED-as-a-name-77", "WRONG-entry-55"]
    files = [path for path in profile.folder.rglob("*") if path.is_file()]
    assert files
    for text in secrets:
        assert not [path.name for path in files if text.encode() in path.read_bytes()], text
        assert text not in caplog.text


def test_only_the_owner_may_say_that_the_password_was_changed(admin):
    leng = person(admin, "leng", "technician")
    with pytest.raises(Refused):
        admin.perform(auth.AuthNote(leng, "password_changed"))


def test_signing_in_is_no_action_to_undo(profile, admin):
    assert profile.store.undoable(admin.actor) is None
