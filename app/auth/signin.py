"""Signing in by password or PIN. Wrong entries only delay, 30 seconds at most: nobody is locked out in a tunnel."""

import sqlite3
from dataclasses import dataclass

from app.access import Actor, Permission
from app.auth import secret
from app.auth.people import actor_of, desk_of
from app.auth.record import NOBODY, AuthNote, note
from app.desk import Desk
from app.errors import AppError, Denied
from app.profile import Profile
from app.tx import Reader
from app.words import N_
from db.ids import made_id

LONGEST_DELAY = 30
#: After this calm the count of wrong entries begins anew.
CALM_MS = 15 * 60_000
#: Wrong names share one delay; what was typed as a name (it may be a password) is kept nowhere.
UNKNOWN = made_id("auth", "unknown account")

WRONG_PASSWORD = N_("The user name or the password is not right.")
LOCKED = N_(
    "The administrator has ended this laptop's part in the hub, so its records are locked. What was recorded here is kept and is "
    "still sent: sitewright sync. To go on, ask for a new invitation and type: sitewright sync --join INVITATION"
)
WRONG_PIN = N_("The PIN is not right.")


class Wait(AppError):
    """A wrong entry was made a moment ago; the next one is looked at after `seconds`."""

    def __init__(self, seconds: int) -> None:
        super().__init__(N_("Please wait {seconds} s before the next try."), seconds=seconds)
        self.seconds = seconds


class Wrong(AppError):
    """The secret does not match; the next try is possible in `seconds`."""

    def __init__(self, message: str, seconds: int) -> None:
        super().__init__(message)
        self.seconds = seconds


@dataclass(frozen=True)
class Kept:
    """What this laptop keeps of an account's secrets."""

    password: str | None = None
    pin: str | None = None
    unlocked_at: int | None = None
    failures: int = 0
    last_failure_at: int | None = None


def _kept(read: Reader, user_id: bytes) -> Kept:
    found = read.as_(
        Kept,
        "SELECT password, pin, unlocked_at, failures, last_failure_at FROM credential WHERE user_id = ?",
        user_id,
    )
    return found[0] if found else Kept()


def _put(connection: sqlite3.Connection, user_id: bytes, **values: object) -> None:
    connection.execute("INSERT OR IGNORE INTO credential (user_id, failures) VALUES (?, 0)", (user_id,))
    names = ", ".join(f"{name} = ?" for name in values)
    connection.execute(f"UPDATE credential SET {names} WHERE user_id = ?", (*values.values(), user_id))


def _store(profile: Profile, user_id: bytes, **values: object) -> None:
    with profile.store.local() as connection:
        _put(connection, user_id, **values)


def delay(failures: int) -> int:
    """Seconds to wait after so many wrong entries: 1, 2, 4 ... 30."""
    return min(2 ** min(failures - 1, 10), LONGEST_DELAY) if failures > 0 else 0


def wait_left(profile: Profile, user_id: bytes) -> int:
    """Seconds until the next try of an account; others are not concerned.

    The clock decides, but it cannot lengthen the wait: set back, the delay starts again from now.
    """
    with profile.store.read() as read:
        kept = _kept(read, user_id)
    if not kept.failures or kept.last_failure_at is None:
        return 0
    now = profile.clock.now()
    if now < kept.last_failure_at:
        _store(profile, user_id, last_failure_at=now)
        return delay(kept.failures)
    left = kept.last_failure_at + delay(kept.failures) * 1000 - now
    return max(0, -(-left // 1000))


def _demand_turn(profile: Profile, user_id: bytes) -> None:
    if seconds := wait_left(profile, user_id):
        raise Wait(seconds)


def _failed(profile: Profile, user_id: bytes, account: bytes | None, message: str) -> Wrong:
    """Count a wrong entry, write it down, and say how long to wait."""
    now = profile.clock.now()
    with profile.store.read() as read:
        kept = _kept(read, user_id)
    calm = kept.last_failure_at is not None and now - kept.last_failure_at > CALM_MS
    failures = 1 if calm else kept.failures + 1
    _store(profile, user_id, failures=failures, last_failure_at=now)
    note(profile, NOBODY, account, "failed", count=failures)
    return Wrong(message, delay(failures))


def _account(read: Reader, username: str) -> tuple[bytes | None, bool]:
    """The account of a name and whether it is in use; capitals do not count."""
    found = read.row(
        "SELECT id, active FROM user_account WHERE lower(username) = lower(?) AND deleted = 0 ORDER BY active DESC, n",
        username.strip(),
    )
    return (found[0], bool(found[1])) if found else (None, False)


def demand_part(profile: Profile) -> None:
    """Raise Denied where the administrator has ended this laptop's part in the hub: its data stays, but is locked."""
    if profile.meta.get("hub_revoked"):
        raise Denied(LOCKED)


def sign_in(profile: Profile, username: str, password: str) -> Desk:
    """Sign in with user name and password; this unlocks the PIN of the account on this laptop.

    Raises Wait during a delay, Wrong for a wrong entry, Denied for an account that is closed.
    """
    demand_part(profile)
    with profile.store.read() as read:
        user_id, active = _account(read, username)
    key = user_id or UNKNOWN
    _demand_turn(profile, key)
    with profile.store.read() as read:
        kept = _kept(read, key)
    if not secret.matches(kept.password, password) or user_id is None:
        raise _failed(profile, key, user_id, WRONG_PASSWORD)
    if not active:
        raise Denied(N_("This account is closed. Ask the administrator."))
    _welcome(profile, user_id, kept, password)
    return _arrive(profile, user_id, "signed_in")


def _welcome(profile: Profile, user_id: bytes, kept: Kept, password: str) -> None:
    values: dict[str, object] = {"unlocked_at": profile.clock.now(), "failures": 0, "last_failure_at": None}
    if kept.password and secret.outdated(kept.password):
        values["password"] = secret.verifier(password)
    _store(profile, user_id, **values)


def sign_in_by_pin(profile: Profile, user_id: bytes, pin: str) -> Desk:
    """Switch to a colleague whom a password sign-in has unlocked on this laptop."""
    demand_part(profile)
    _demand_turn(profile, user_id)
    with profile.store.read() as read:
        kept = _kept(read, user_id)
        active = read.value("SELECT active FROM user_account WHERE id = ? AND deleted = 0", user_id)
    usable = kept.pin if kept.unlocked_at is not None else None
    if not secret.matches(usable, pin, secret.PINS):
        raise _failed(profile, user_id, user_id if active is not None else None, WRONG_PIN)
    if not active:
        raise Denied(N_("This account is closed. Ask the administrator."))
    _store(profile, user_id, failures=0, last_failure_at=None)
    return _arrive(profile, user_id, "signed_in_pin")


def _arrive(profile: Profile, user_id: bytes, what: str) -> Desk:
    desk = desk_of(profile, user_id)
    desk.perform(AuthNote(user_id, what))
    return desk


def sign_out(desk: Desk) -> None:
    """Leave; the colleague list stays."""
    if desk.actor.user_id:
        desk.perform(AuthNote(desk.actor.user_id, "signed_out"))


def has_pin(profile: Profile, user_id: bytes) -> bool:
    """Whether the account has a PIN on this laptop."""
    with profile.store.read() as read:
        return _kept(read, user_id).pin is not None


def must_change_password(profile: Profile, user_id: bytes) -> bool:
    """Whether somebody else chose the password of this account, so that the person is to change it now."""
    with profile.store.read() as read:
        return bool(read.value("SELECT must_change_password FROM user_account WHERE id = ?", user_id))


def set_pin(desk: Desk, user_id: bytes, pin: str) -> None:
    """Set one's own PIN, or as a supervisor that of a colleague; it never leaves this laptop.

    Nobody sets the PIN of somebody who may do more than they themselves.
    """
    with desk.read() as read:
        kept, target = _kept(read, user_id), actor_of(read, user_id)
    if desk.actor.user_id != user_id:
        demand_rank(desk, target, Permission.SET_PIN)
    if kept.unlocked_at is None:
        raise AppError(
            N_("{name} has not signed in with a password on this laptop yet. After that a PIN can be set."),
            name=target.name,
        )
    secret.check_pin(pin)
    now = desk.now()
    values = {
        "pin": secret.verifier(pin, secret.PINS),
        "pin_set_at": now,
        "failures": 0,
        "last_failure_at": None,
    }
    _store(desk.profile, user_id, **values)
    desk.perform(AuthNote(user_id, "pin_set"))


def demand_rank(desk: Desk, target: Actor, needed: Permission) -> None:
    """Raise Denied unless the person may do this to somebody, and may do all that this somebody may."""
    desk.actor.demand(needed)
    if not target.permissions <= desk.actor.permissions:
        raise Denied(N_("{name} has more rights than you. Ask the administrator."), name=target.name)


def set_password(desk: Desk, user_id: bytes, password: str, *, must_change: bool = True) -> None:
    """The administrator gives an account a new password; its PIN on this laptop ends with it."""
    from app.generic import patch

    with desk.read() as read:
        row, target = read.get("user_account", user_id), actor_of(read, user_id)
    if row is None:
        raise KeyError(user_id.hex())
    demand_rank(desk, target, Permission.ADMINISTER)
    secret.check_password(password, row["username"])
    store_password(desk.profile, user_id, password, by=desk.actor.user_id)
    desk.perform(
        AuthNote(user_id, "password_set"),
        patch("user_account", row, must_change_password=int(must_change)),
    )


def set_password_here(desk: Desk, username: str, password: str) -> None:
    """The administrator gives an account a password without asking for a change (the command line); sync carries it on."""
    with desk.read() as read:
        user_id = read.find("user_account", username=username)
    if user_id is None:
        raise AppError(N_("There is no account {user}."), user=username)
    desk.actor.demand(Permission.ADMINISTER)
    secret.check_password(password, username)
    store_password(desk.profile, user_id, password, by=desk.actor.user_id)
    desk.perform(AuthNote(user_id, "password_set"))


def store_password(profile: Profile, user_id: bytes, password: str, *, by: bytes | None = None) -> None:
    """Keep the verifier of a password without any rule (the sample's accounts); no PIN survives it.

    `by`: who set it; it goes to the hub with the next exchange (app.sync.verifiers).
    """
    values = {"password": secret.verifier(password), "password_set_at": profile.clock.now()}
    values |= {"set_by": by, "unsent": 1, "version": None}
    cleared = {"pin": None, "pin_set_at": None, "unlocked_at": None, "failures": 0, "last_failure_at": None}
    _store(profile, user_id, **values, **cleared)


def change_password(desk: Desk, old: str, new: str) -> None:
    """Change one's own password; the old one is asked, and wrong entries delay here, too."""
    user_id = desk.actor.user_id
    if user_id is None:
        raise Denied
    _demand_turn(desk.profile, user_id)
    with desk.read() as read:
        kept = _kept(read, user_id)
        username = str(read.value("SELECT username FROM user_account WHERE id = ?", user_id))
    if not secret.matches(kept.password, old):
        raise _failed(desk.profile, user_id, user_id, N_("The old password is not right."))
    secret.check_password(new, username)
    if secret.normal(old) == secret.normal(new):
        raise AppError(N_("The new password is the old one. Choose another one."))
    values = {"password": secret.verifier(new), "password_set_at": desk.now(), "set_by": user_id}
    values |= {"unsent": 1, "version": None}
    _store(desk.profile, user_id, **values, failures=0, last_failure_at=None)
    desk.perform(AuthNote(user_id, "password_changed"))
