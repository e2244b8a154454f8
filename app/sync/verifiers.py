"""The laptop's side of passwords: what was set here goes to the hub, what is valid comes back (operations.md, rule 27)."""

import sqlite3

from app.sync.protocol import MAX_SECRETS, Secret, Verifiers
from app.tx import Reader


def unsent(read: Reader) -> list[Secret]:
    """The verifiers that the hub does not have yet."""
    return read.as_(
        Secret,
        "SELECT user_id, password, coalesce(version, 0), set_by FROM credential "
        f"WHERE unsent = 1 AND password IS NOT NULL ORDER BY user_id LIMIT {MAX_SECRETS}",
    )


def known_sum(read: Reader) -> int:
    """The number that stands for the hub's verifiers as this laptop has them."""
    return int(read.value("SELECT value FROM meta WHERE key = 'hub_verifiers'") or 0)


def take(connection: sqlite3.Connection, answer: Verifiers, sent: list[Secret]) -> None:
    """Have what the hub has; a password that was set here meanwhile stays and goes with the next exchange."""
    run = connection.execute
    for one in sent:
        run(
            "UPDATE credential SET unsent = 0 WHERE user_id = ? AND password = ?", (one.user_id, one.verifier)
        )
    held = dict(connection.execute("SELECT user_id, unsent FROM credential").fetchall())
    for one in answer.secrets:
        if held.get(one.user_id) != 1:
            _have(connection, one)
    kept = {one.user_id for one in answer.secrets}
    for user_id, waits in held.items():
        if user_id not in kept and waits != 1:  # closed, or not of this laptop's sites any more
            run(
                "DELETE FROM credential WHERE user_id = ? AND (password IS NOT NULL OR pin IS NOT NULL)",
                (user_id,),
            )
    run(
        "INSERT INTO meta VALUES ('hub_verifiers', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        (str(answer.verifiers),),
    )


def _have(connection: sqlite3.Connection, one: Secret) -> None:
    """A password that was changed elsewhere ends the PIN here: it opens only what a password has unlocked."""
    connection.execute(
        "INSERT INTO credential (user_id, failures) VALUES (?, 0) ON CONFLICT (user_id) DO NOTHING",
        (one.user_id,),
    )
    connection.execute(
        "UPDATE credential SET password = ?, pin = NULL, pin_set_at = NULL, unlocked_at = NULL "
        "WHERE user_id = ? AND password IS DISTINCT FROM ?",
        (one.verifier, one.user_id, one.verifier),
    )
    connection.execute(
        "UPDATE credential SET version = ?, set_by = ?, unsent = 0 WHERE user_id = ?",
        (one.version, one.by, one.user_id),
    )


def send_again(connection: sqlite3.Connection) -> None:
    """The hub was restored: it may have lost passwords, which get their own versions back."""
    connection.execute("UPDATE credential SET unsent = 1 WHERE password IS NOT NULL")
    connection.execute("DELETE FROM meta WHERE key = 'hub_verifiers'")
