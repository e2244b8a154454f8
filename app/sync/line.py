"""The line to the hub: every request is signed, every answer proved to be our hub's, to exactly this request."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import sleep as wait
from typing import Any, TypeVar

from app.errors import AppError
from app.profile import Profile
from app.sync.joining import WRONG_HUB, key_of
from app.sync.keys import Key, verifies
from app.sync.protocol import (
    BUSY,
    CALL_OF,
    CLIENT_TOO_OLD,
    FORK,
    GAP,
    HISTORY,
    HUB_TOO_OLD,
    RESYNC_REQUIRED,
    REVOKED,
    SCOPE_CHANGED,
    STRANGER,
    STUCK,
    BadBytesError,
    Message,
    Refusal,
    answer_bytes,
    pack,
    request_bytes,
    unpack,
)
from app.sync.transport import Frame, Http, Later, Lost, Transport
from app.words import N_

BUSY_TURNS = 3
_SENTENCES = {
    REVOKED: N_(
        "The administrator has ended this laptop's part in the hub. Your work was sent and is kept there."
    ),
    STRANGER: N_(
        "The hub does not know this laptop. Ask for an invitation and type: sitewright sync --join INVITATION"
    ),
    STUCK: N_(
        "The hub cannot write: its disk is full or broken. Your work is kept here; tell the administrator."
    ),
    BUSY: N_("The hub is busy. Nothing was lost; try again in a minute."),
    CLIENT_TOO_OLD: N_(
        "This program is too old for the hub. Install the newest version; until then your work is kept here."
    ),
    HUB_TOO_OLD: N_("The hub is older than this program. Your work is kept here until the hub is updated."),
}
ALONE = N_("This laptop takes part in no hub. Type: sitewright sync --join INVITATION")


class HistoryError(Exception):
    """The hub's history is not the one that this laptop has seen."""


class ScopeError(Exception):
    """The laptop has other sites now."""


class ResyncError(Exception):
    """The laptop was away for longer than deleted rows are kept: it must read all rows anew."""


class Revoked(AppError):
    """The laptop's part in the hub has ended."""

    def __init__(self) -> None:
        super().__init__(_SENTENCES[REVOKED])


class ForkError(Exception):
    """The chain here and the chain there are not the same any more."""


class BusyError(AppError):
    """The hub's database is held by others."""

    def __init__(self, seconds: int) -> None:
        super().__init__(_SENTENCES[BUSY])
        self.seconds = min(max(seconds, 1), 30)


#: What the exchange itself deals with.
_EXCHANGE: dict[str, type[Exception]] = {
    HISTORY: HistoryError,
    FORK: ForkError,
    SCOPE_CHANGED: ScopeError,
    RESYNC_REQUIRED: ResyncError,
    REVOKED: Revoked,
}


class GapError(Exception):
    def __init__(self, expected: int) -> None:
        super().__init__(expected)
        self.expected = expected


Some = TypeVar("Some", bound=Message)


@dataclass(frozen=True)
class Line:
    """The way to one hub and what proves both ends."""

    way: Transport
    key: Key
    device: bytes
    hub_id: bytes
    hub_key: bytes
    address: str

    def ask(self, message: Message, kind: type[Some]) -> Some:
        """The hub's answer; a busy hub is asked again a few times, each laptop after a time of its own."""
        for turn in range(BUSY_TURNS):
            try:
                return self._ask(message, kind)
            except (BusyError, Later) as busy:
                wait(busy.seconds * 2**turn * random.uniform(0.5, 1.5))  # noqa: S311 - not a secret
        return self._ask(message, kind)

    def _ask(self, message: Message, kind: type[Some]) -> Some:
        """The hub's answer, proved to be its own and to this request."""
        call, packed = CALL_OF[type(message)], pack(message)
        signed = request_bytes(call, packed)
        frame = self.way.send(call, Frame(packed, self.key.sign(signed), self.device))
        if not verifies(self.hub_key, frame.signature, answer_bytes(signed, frame.body)):
            raise Lost(
                N_("What answers at {address} is not our hub. Nothing was changed."), address=self.address
            )
        try:
            answer: Any = unpack(frame.body, kind | Refusal)  # type: ignore[arg-type]  # a union is a type to msgspec
        except BadBytesError as error:
            raise Lost from error
        if isinstance(answer, Refusal):
            self._refused(answer)
        if getattr(answer, "hub_id", self.hub_id) != self.hub_id:
            raise AppError(WRONG_HUB, address=self.address)
        return answer  # type: ignore[no-any-return]  # decoded as `kind`

    def _refused(self, refusal: Refusal) -> None:
        if refusal.code in _EXCHANGE:
            raise _EXCHANGE[refusal.code]
        if refusal.code == GAP:
            raise GapError(refusal.number)
        if refusal.code == BUSY:
            raise BusyError(refusal.number)
        raise AppError(_SENTENCES.get(refusal.code, N_("The hub refuses: {code}")), code=refusal.code)


@contextmanager
def line_to(profile: Profile, hub: "str | Transport | None" = None) -> Iterator[Line]:
    """The line to the profile's hub: at the address it knows, at another one, or by any other way. Raises AppError for none."""
    with profile.store.read() as read:
        meta = dict(read.rows("SELECT key, value FROM meta"))
    if "hub_id" not in meta:
        raise AppError(ALONE)
    hub_id, hub_key, device = (bytes.fromhex(meta[name]) for name in ("hub_id", "hub_key", "hub_device"))
    address = hub if isinstance(hub, str) else meta["hub_url"]
    if hub is not None and not isinstance(hub, str):
        yield Line(hub, key_of(profile), device, hub_id, hub_key, address)
        return
    way = Http(address, meta.get("hub_ca"))
    try:
        yield Line(way, key_of(profile), device, hub_id, hub_key, address)
    finally:
        way.close()
