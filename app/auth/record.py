"""What happened to an account, in the log: that it happened, never the secret."""

from collections.abc import Iterator

from app.access import Actor
from app.errors import Objection
from app.ops import Op, Subject, operation
from app.profile import Profile
from app.tx import Reader, Tx
from app.words import N_

#: The one who stands at the sign-in page: nobody yet.
NOBODY = Actor(None, N_("Nobody signed in"), frozenset())


@operation("auth.note", None, {"access"})
class AuthNote(Op, frozen=True):
    """An event of an account: signed in, a wrong entry (by its count), a PIN or password set, protected data read."""

    user: bytes | None
    what: str
    count: int | None = None
    #: What protected data or export it was, in a few words.
    concerns: str | None = None

    def check(self, read: Reader, actor: Actor) -> Iterator[Objection]:
        if self.what == "password_changed" and actor.user_id != self.user:
            yield Objection("own", N_("Only the person who uses an account changes its password."))

    def apply(self, tx: Tx) -> None:
        values = {"user_id": self.user, "what": self.what, "count": self.count, "subject": self.concerns}
        tx.insert("auth_event", tx.made("event"), {**values, "at": tx.op.wall})
        if (
            self.what == "password_changed"
            and self.user
            and self.user == tx.op.actor
            and tx.has("user_account", self.user)
        ):
            tx.update("user_account", self.user, {"must_change_password": 0})

    def subject(self) -> Subject | None:
        return ("user_account", self.user) if self.user else None


def note(
    profile: Profile,
    actor: Actor,
    user: bytes | None,
    what: str,
    *,
    count: int | None = None,
    concerns: str = "",
) -> None:
    """Record an event of an account."""
    profile.store.perform(actor, AuthNote(user, what, count, concerns or None))
