"""Sessions of the hub's page, in the database: any process of the hub knows them, and a sign-out ends them everywhere at once."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from app.hub.hub import Hub
from app.hub.pages import journal
from app.tx import Reader

#: Without a request a session ends after half an hour, in any case after ten.
IDLE_MS, LONGEST_MS, NOTED_MS = 30 * 60_000, 10 * 3_600_000, 60_000


@dataclass(frozen=True)
class Session:
    """Who is signed in, from where, since when."""

    token_hash: bytes
    name: str
    made_at: int
    seen_at: int
    peer: str
    agent: str
    notice: str | None

    @property
    def id(self) -> str:
        """What stands for it on a page; nobody gets in with it."""
        return hashlib.sha256(self.token_hash).hexdigest()[:16]


def hash_of(token: str) -> bytes:
    """What is kept of a token."""
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


def proof_of(token: str) -> str:
    """What a form of this visitor carries, so that no other page can send one in the visitor's name (CSRF)."""
    return hmac.new(token.encode("utf-8", "replace"), b"form", "sha256").hexdigest()


def new_token() -> str:
    """A secret that nobody guesses."""
    return secrets.token_urlsafe(32)


def begin(hub: Hub, name: str, peer: str, agent: str) -> str:
    """A new session; the token goes into the cookie, only its hash is kept."""
    token, now = new_token(), hub.clock.now()
    with hub.writing() as connection:
        run = connection.execute
        run("DELETE FROM hub_admin_session WHERE ends_at < ? OR seen_at < ?", (now, now - IDLE_MS))
        run(
            "INSERT INTO hub_admin_session (token_hash, name, made_at, seen_at, ends_at, peer, agent) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (hash_of(token), name, now, now, now + LONGEST_MS, peer[:100], agent[:200]),
        )
        journal.write(hub, (name, peer), "signed in", connection=connection)
    return token


_FOUND = (
    "SELECT s.token_hash, s.name, s.made_at, s.seen_at, s.peer, s.agent, s.notice FROM hub_admin_session s "
    "JOIN hub_admin a ON a.name = s.name AND a.closed_at IS NULL WHERE s.ends_at >= ? AND s.seen_at >= ? AND "
)


def find(hub: Hub, token: str) -> Session | None:
    """The session of a token, if it still holds; noted as seen once a minute."""
    now = hub.clock.now()
    with hub.reading() as read:
        found = read.as_(Session, _FOUND + "s.token_hash = ?", now, now - IDLE_MS, hash_of(token))
    if not found:
        return None
    if now - found[0].seen_at > NOTED_MS:
        with hub.writing() as connection:
            connection.execute(
                "UPDATE hub_admin_session SET seen_at = ? WHERE token_hash = ?", (now, found[0].token_hash)
            )
    return found[0]


def of_name(read: Reader, name: str, now: int) -> list[Session]:
    """Where an administrator is signed in."""
    return read.as_(Session, _FOUND + "s.name = ? ORDER BY s.seen_at DESC", now, now - IDLE_MS, name)


def end(hub: Hub, session: Session) -> None:
    """Sign out here."""
    with hub.writing() as connection:
        connection.execute("DELETE FROM hub_admin_session WHERE token_hash = ?", (session.token_hash,))
        journal.write(hub, (session.name, session.peer), "signed out", connection=connection)


def end_all(hub: Hub, session: Session) -> None:
    """Sign out everywhere."""
    with hub.writing() as connection:
        connection.execute("DELETE FROM hub_admin_session WHERE name = ?", (session.name,))
        journal.write(hub, (session.name, session.peer), "signed out everywhere", connection=connection)


def leave_notice(hub: Hub, session: Session, notice: str) -> None:
    """A sentence for the session's next page."""
    with hub.writing() as connection:
        connection.execute(
            "UPDATE hub_admin_session SET notice = ? WHERE token_hash = ?",
            (notice[:4000], session.token_hash),
        )


def take_notice(hub: Hub, session: Session) -> str:
    """The sentence that waits, once."""
    if session.notice is None:
        return ""
    with hub.writing() as connection:
        connection.execute(
            "UPDATE hub_admin_session SET notice = NULL WHERE token_hash = ?", (session.token_hash,)
        )
    return session.notice
