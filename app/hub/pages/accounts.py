"""Administrators of the hub: their own sign-in, apart from the accounts of any site; wrong entries delay (trust.md, H1 and H2).

An address has ten wrong entries, then one in ten seconds. An account has two, then waits 1, 2, 4 ... 60 seconds; an address from
which its owner has signed in before has a count of its own, so that a stranger cannot keep the owner out.
"""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from app.auth import secret
from app.errors import AppError, Busy
from app.hub.hub import TRIES, Hub
from app.hub.pages import journal
from app.tx import Reader
from app.values import clean
from app.words import N_
from db.driver import Connection

Some = TypeVar("Some")
#: Wrong entries of an address: so many at once, then one in so many milliseconds.
PEER_SIZE, PEER_EVERY = 10, 10_000
#: Wrong entries of an account that cost nothing, the longest delay, and the calm after which they are forgotten.
FREE, LONGEST_MS, CALM_MS = 2, 60_000, 15 * 60_000
#: A code of the first administrator holds so long.
SETUP_MS = 24 * 3_600_000
WRONG = N_("The user name or the password is not right.")
WAIT = N_("Please wait {seconds} s before the next try.")
_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


class WaitError(AppError):
    """Too many wrong entries; the next one is looked at after `seconds`."""

    def __init__(self, seconds: int) -> None:
        super().__init__(WAIT, seconds=seconds)
        self.seconds = seconds


@dataclass(frozen=True)
class Admin:
    """An administrator as the others see one."""

    name: str
    made_at: int
    made_by: str | None
    closed_at: int | None
    seen_at: int | None


def admins(read: Reader) -> list[Admin]:
    """All administrators, with their last sign-in."""
    return read.as_(
        Admin,
        "SELECT a.name, a.made_at, a.made_by, a.closed_at, "
        "(SELECT max(l.at) FROM hub_admin_log l WHERE l.name = a.name AND l.action = 'signed in') "
        "FROM hub_admin a ORDER BY a.closed_at IS NOT NULL, a.name",
    )


def folded(name: str) -> str:
    """A name as it is kept: capitals do not count. Raises AppError for one that cannot be."""
    plain = clean(name).casefold()
    if not 1 <= len(plain) <= 40 or not plain.isprintable():
        raise AppError(N_("A user name has 1 to 40 letters and digits."))
    return plain


def put_admin(hub: Hub, name: str, password: str, by: str | None, peer: str = "") -> bool:
    """Make an administrator, or give one a new password; ends that one's sessions. Returns whether the account is new."""
    plain = folded(name)
    secret.check_password(password, plain)
    kept, now = secret.verifier(password), hub.clock.now()
    with hub.writing() as connection:
        new = Reader(connection).value("SELECT 1 FROM hub_admin WHERE name = ?", plain) is None
        connection.execute(
            "INSERT INTO hub_admin (name, verifier, made_at, made_by, password_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT (name) "
            "DO UPDATE SET verifier = excluded.verifier, password_at = excluded.password_at, closed_at = NULL",
            (plain, kept, now, by, now),
        )
        connection.execute("DELETE FROM hub_admin_session WHERE name = ?", (plain,))
        connection.execute("DELETE FROM hub_admin_setup")
        journal.write(hub, (by, peer), "admin added" if new else "password set", plain, connection=connection)
    return new


def change_password(hub: Hub, name: str, former: str, password: str, peer: str) -> None:
    """The administrator's own new password; the sessions of that account end. Raises AppError."""
    demand_password(hub, name, former, peer)
    secret.check_password(password, name)
    kept, now = secret.verifier(password), hub.clock.now()
    with hub.writing() as connection:
        connection.execute(
            "UPDATE hub_admin SET verifier = ?, password_at = ? WHERE name = ?", (kept, now, name)
        )
        connection.execute("DELETE FROM hub_admin_session WHERE name = ?", (name,))
        journal.write(hub, (name, peer), "password changed", name, connection=connection)


def add_admin(hub: Hub, name: str, password: str, by: str, peer: str) -> None:
    """A further administrator, made by one. Raises AppError for a name that is taken, even by a closed account."""
    plain = folded(name)
    with hub.reading() as read:
        if read.value("SELECT 1 FROM hub_admin WHERE name = ?", plain):
            raise AppError(N_("There is an administrator {user} already. Choose another name."), user=plain)
    put_admin(hub, plain, password, by, peer)


def close_admin(hub: Hub, name: str, by: str | None, peer: str = "") -> None:
    """End an administrator's account and sessions. Raises AppError where nobody would be left."""
    with hub.writing() as connection:
        read = Reader(connection)
        if not read.value("SELECT 1 FROM hub_admin WHERE name = ? AND closed_at IS NULL", name):
            raise AppError(N_("There is no administrator {user}."), user=name)
        if not read.value("SELECT 1 FROM hub_admin WHERE name <> ? AND closed_at IS NULL", name):
            raise AppError(N_("The last administrator's account cannot be closed."))
        connection.execute("UPDATE hub_admin SET closed_at = ? WHERE name = ?", (hub.clock.now(), name))
        connection.execute("DELETE FROM hub_admin_session WHERE name = ?", (name,))
        journal.write(hub, (by, peer), "admin closed", name, connection=connection)


# --- the first one ---


def setup_code(hub: Hub) -> str | None:
    """A code by which the first administrator makes the own account; None where there is one already."""
    code = "-".join("".join(secrets.choice(_ALPHABET) for _ in range(5)) for _ in range(4))
    with hub.writing() as connection:
        if _has_admin(Reader(connection)):
            return None
        now = hub.clock.now()
        connection.execute("DELETE FROM hub_admin_setup WHERE expires_at < ?", (now,))
        connection.execute(
            "INSERT INTO hub_admin_setup (code_hash, expires_at) VALUES (?, ?)", (_code(code), now + SETUP_MS)
        )
    return code


def wants_setup(read: Reader) -> bool:
    """Whether nobody administers the hub yet."""
    return not _has_admin(read)


def _has_admin(read: Reader) -> bool:
    return bool(read.value("SELECT 1 FROM hub_admin WHERE closed_at IS NULL"))


def _code(code: str) -> bytes:
    plain = "".join(sign for sign in code.upper() if sign.isalnum())
    return hashlib.sha256(plain.encode("utf-8", "replace")).digest()


def set_up(hub: Hub, code: str, name: str, password: str, peer: str) -> str:
    """The first administrator, by the code that the hub printed at its start. Raises AppError, WaitError."""
    plain = folded(name)
    secret.check_password(password, plain)
    _turn(hub, [_key("peer", peer)])
    with hub.reading() as read:
        right = wants_setup(read) and read.value(
            "SELECT 1 FROM hub_admin_setup WHERE code_hash = ? AND expires_at >= ?",
            _code(code),
            hub.clock.now(),
        )
    if not right:
        raise AppError(
            N_("This code is not right any more. Start the hub again and use the code that it prints, or type: sitewright hub admin NAME")
        )  # fmt: skip
    _forgive(hub, [_key("peer", peer)])
    put_admin(hub, plain, password, None, peer)
    return plain


# --- signing in ---


def sign_in(hub: Hub, name: str, password: str, peer: str) -> str:
    """The administrator of this name and password. Raises WaitError, or AppError for a wrong entry; known or not takes alike time."""
    plain = name.strip().casefold()[:200]
    keys = _keys(hub, plain, peer)
    _turn(hub, keys)
    with hub.reading() as read:
        kept = read.value("SELECT verifier FROM hub_admin WHERE name = ? AND closed_at IS NULL", plain)
        known = read.value("SELECT 1 FROM hub_admin WHERE name = ?", plain)
    if not secret.matches(kept, password):
        journal.write(hub, (plain if known else None, peer), "failed")
        raise AppError(WRONG)
    _forgive(hub, keys)
    if secret.outdated(kept):
        with hub.writing() as connection:
            connection.execute(
                "UPDATE hub_admin SET verifier = ? WHERE name = ?", (secret.verifier(password), plain)
            )
    return plain


def demand_password(hub: Hub, name: str, password: str, peer: str) -> None:
    """Whoever does something grave says the own password again. Raises WaitError, AppError."""
    sign_in(hub, name, password, peer)


def _keys(hub: Hub, name: str, peer: str) -> list[bytes]:
    with hub.reading() as read:
        usual = read.value(
            "SELECT 1 FROM hub_admin_log WHERE name = ? AND peer = ? AND action = 'signed in'", name, peer
        )
    return [_key("peer", peer), _key("name at", name, peer) if usual else _key("name", name)]


def _key(*parts: str) -> bytes:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).digest()


def _turn(hub: Hub, keys: list[bytes]) -> None:
    """Take one try of an address (the first key) and of an account, before anything is looked at. Raises WaitError."""
    _again(lambda: _taken(hub, keys))


def _taken(hub: Hub, keys: list[bytes]) -> None:
    with hub.writing() as connection:
        now, found = hub.clock.now(), [_locked(connection, key) for key in sorted(keys)]
        spent = dict(zip(sorted(keys), found, strict=True))
        waits = [_wait_of(place, *spent[key], now) for place, key in enumerate(keys)]
        if max(waits) > 0:
            raise WaitError(-(-max(waits) // 1000))
        for place, key in enumerate(keys):
            left = _left(place, *spent[key], now)
            connection.execute(
                "UPDATE hub_admin_try SET spent = ?, last_at = ? WHERE key = ?", (left + 1000, now, key)
            )
        connection.execute("DELETE FROM hub_admin_try WHERE last_at < ?", (now - 86_400_000,))


def _locked(connection: Connection, key: bytes) -> tuple[int, int]:
    """What was spent, in thousandths of a try, and when; nobody else changes it until the end of the transaction."""
    connection.execute(
        "INSERT INTO hub_admin_try (key, spent, last_at) VALUES (?, 0, 0) ON CONFLICT (key) DO UPDATE SET last_at = hub_admin_try.last_at",
        (key,),
    )
    found = connection.execute("SELECT spent, last_at FROM hub_admin_try WHERE key = ?", (key,)).fetchone()
    return int(found[0]), int(found[1])


def _left(place: int, spent: int, last_at: int, now: int) -> int:
    """What still counts of it: an address gets a try back every ten seconds, an account all of them after a calm."""
    passed = max(now - last_at, 0)
    if place == 0:
        return max(spent - passed * 1000 // PEER_EVERY, 0)
    return 0 if passed > CALM_MS else spent


def _wait_of(place: int, spent: int, last_at: int, now: int) -> int:
    left = _left(place, spent, last_at, now)
    if place == 0:
        over = left - (PEER_SIZE - 1) * 1000
        return max(over * PEER_EVERY // 1000, 0)
    wrong = left // 1000
    if wrong <= FREE:
        return 0
    delay = min(1000 << min(wrong - FREE - 1, 10), LONGEST_MS)
    return max(min(last_at, now) + delay - now, 0)


def _forgive(hub: Hub, keys: list[bytes]) -> None:
    """It was right: the account begins anew, the address gets its try back."""
    with hub.writing() as connection:
        for place, key in enumerate(keys):
            sql = "UPDATE hub_admin_try SET spent = CASE WHEN spent > 1000 THEN spent - 1000 ELSE 0 END WHERE key = ?"
            connection.execute(sql if place == 0 else "DELETE FROM hub_admin_try WHERE key = ?", (key,))


def _again(do: Callable[[], Some]) -> Some:
    """Two requests may meet in the database."""
    for _turn in range(1, TRIES):
        try:
            return do()
        except Busy:
            continue
    return do()
