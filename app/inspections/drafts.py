"""What somebody has typed and not confirmed (草稿): it stays with its author, on this laptop, and is no op."""

from typing import Any

from app.desk import Desk
from app.fields import from_json, to_json

#: The local administrator has no account.
_NOBODY = bytes(16)


def save_draft(desk: Desk, key: str, body: dict[str, Any]) -> None:
    """Keep what is typed; an empty body forgets it."""
    user = desk.actor.user_id or _NOBODY
    with desk.profile.store.local() as connection:
        if not body:
            connection.execute("DELETE FROM draft WHERE user_id = ? AND key = ?", (user, key))
            return
        connection.execute(
            "INSERT INTO draft (user_id, key, body, at) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (user_id, key) DO UPDATE SET body = excluded.body, at = excluded.at",
            (user, key, to_json(body), desk.now()),
        )


def draft(desk: Desk, key: str) -> dict[str, Any]:
    """What this person had typed under a key; empty where nothing waits."""
    with desk.read() as read:
        found = read.value(
            "SELECT body FROM draft WHERE user_id = ? AND key = ?", desk.actor.user_id or _NOBODY, key
        )
    return from_json(found) or {}


def round_key(task_id: bytes) -> str:
    """The key of the draft of a round."""
    return f"round:{task_id.hex()}"
