"""Joining a hub: what an invitation says, and what becomes of the site file when the laptop is taken in (operations.md, rule 26)."""

import hashlib
import platform
import sqlite3
from base64 import b32encode
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from urllib.parse import urlsplit

from app.errors import AppError
from app.profile import Profile
from app.sync.keys import Key, key_at, verifies
from app.sync.protocol import (
    BAD_CODE,
    NOT_EMPTY,
    BadBytesError,
    Enrol,
    Enrolled,
    Refusal,
    answer_bytes,
    pack,
    request_bytes,
    unpack,
)
from app.sync.transport import Frame, Http, Lost, Transport, fetch_authority
from app.words import N_
from db.models import SYNCED

REFUSALS = {
    BAD_CODE: N_("The invitation has been used or has run out. Ask for a new one: sitewright hub invite"),
    NOT_EMPTY: N_(
        "This site has records of its own, but the hub is not empty. Join with a new profile: sitewright init --join"
    ),
}
WRONG_HUB = N_(
    "Another hub answers at {address} than the one that sent the invitation. Nothing was sent to it."
)


@dataclass(frozen=True)
class Invitation:
    """Where the hub is, the code, and the fingerprint of the key that its answers must be signed with.

    `authority` is the fingerprint of the hub's own certificate authority, where it has one and speaks TLS by it.
    """

    address: str
    code: str
    fingerprint: str
    authority: str = ""

    def __str__(self) -> str:
        end = f".{self.authority}" if self.authority else ""
        return f"{self.address}#{self.code}.{self.fingerprint}{end}"


def read_invitation(text: str) -> Invitation:
    """The invitation as it was typed or pasted. Raises AppError."""
    address, _sign, rest = text.strip().partition("#")
    code, dot, mark = rest.partition(".")
    mark, second, authority = mark.partition(".")
    try:
        parts = urlsplit(address)
        whole = parts.scheme in {"http", "https"} and parts.hostname and code and dot and len(mark) == 16
        whole = whole and (not second or (len(authority) == 16 and parts.scheme == "https"))
    except ValueError:
        whole = False
    if not whole:
        raise AppError(
            N_(
                "This is no invitation. It looks like https://hub:8437#CODE.FINGERPRINT.AUTHORITY: copy it whole."
            )
        )
    return Invitation(address.rstrip("/"), code.upper(), mark.upper(), authority.upper())


def fingerprint(public: bytes) -> str:
    """Sixteen letters and digits that stand for a hub's key."""
    return b32encode(hashlib.sha256(public).digest()[:10]).decode()


def key_of(profile: Profile) -> Key:
    """The laptop's own key, beside the site file."""
    return key_at(profile.folder / "device.key")


def join(profile: Profile, invitation: Invitation, transport: Transport | None = None) -> Enrolled:
    """Take part in a hub. A profile with records of its own founds an empty hub; any other must be new.

    A laptop that belongs to this very hub already (which was restored to a time before it knew the laptop) keeps everything.
    Raises AppError where the hub refuses, Lost where it cannot be reached; joining again is harmless.
    """
    if transport is None:
        mark = invitation.authority
        pinned = fetch_authority(invitation.address, mark) if mark else ""
        with closing(Http(invitation.address, pinned or None)) as way:
            return _join(profile, invitation, way, pinned)
    return _join(profile, invitation, transport, "")


def begin_part(profile: Profile, work: Callable[[], object], *, new: bool) -> None:
    """Join with a profile that was made for it; where that fails, no empty site is left to be opened by mistake.

    The key stays: with it a lost answer can be asked for again.
    """
    try:
        work()
    except AppError:
        profile.close()
        for name in ("site.db", "site.db-wal", "site.db-shm", "device.json") if new else ():
            (profile.folder / name).unlink(missing_ok=True)
        raise


def _join(profile: Profile, invitation: Invitation, transport: Transport, pinned: str) -> Enrolled:
    answer = _ask(profile, invitation, transport)
    become_part(profile, answer, invitation.address, pinned)
    return answer


def become_part(profile: Profile, answer: Enrolled, address: str, pinned: str = "") -> None:
    """Write down that the laptop was taken in. Raises AppError where it belongs to another hub."""
    hub_id = answer.hub_id.hex()
    with profile.store.local() as connection:
        known = connection.execute("SELECT value FROM meta WHERE key = 'hub_id'").fetchone()
        if known and known[0] != hub_id:
            raise AppError(N_("This laptop takes part in another hub already. Join with a new profile."))
        new = {
            "hub_id": hub_id,
            "hub_key": answer.hub_key.hex(),
            "hub_url": address,
            "hub_recipient": answer.recipient,
            "hub_device": answer.device_id.hex(),
            "hub_ca": pinned,
            "hub_revoked": "",
        }
        if not known:
            new |= {"hub_epoch": answer.epoch.hex(), "device_code": answer.device_code}
            _everything_is_ours(connection)
        connection.executemany(
            "INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            new.items(),
        )
        # The versions of its scope are counted from the beginning again: the next welcome says which sites it has.
        connection.execute("DELETE FROM meta WHERE key = 'hub_grant'")
    profile.meta |= new


def asking(profile: Profile, code: str) -> Enrol:
    """What the laptop says of itself when it asks to take part."""
    with profile.store.read() as read:
        mine = bool(read.value("SELECT 1 FROM op LIMIT 1"))
        founding = mine and not read.value("SELECT 1 FROM meta WHERE key = 'hub_id'")
    return Enrol(
        code, key_of(profile).public, platform.node()[:120], profile.meta["device_code"][:8], founding
    )


def _ask(profile: Profile, invitation: Invitation, way: Transport) -> Enrolled:
    key = key_of(profile)
    packed = pack(asking(profile, invitation.code))
    signed = request_bytes("enrol", packed)
    frame = way.send("enrol", Frame(packed, key.sign(signed)))
    try:
        answer: Enrolled | Refusal = unpack(frame.body, Enrolled | Refusal)  # type: ignore[arg-type]  # a union is a type to msgspec
    except BadBytesError as error:
        raise Lost from error
    if isinstance(answer, Refusal):
        raise AppError(REFUSALS.get(answer.code, N_("The hub refuses: {code}")), code=answer.code)
    right = fingerprint(answer.hub_key) == invitation.fingerprint
    if not right or not verifies(answer.hub_key, frame.signature, answer_bytes(signed, frame.body)):
        raise AppError(WRONG_HUB, address=invitation.address)
    return answer


def _everything_is_ours(connection: sqlite3.Connection) -> None:
    """Until now every row was made here: the hub's state of each is "absent" (docs/decisions, 0003)."""
    for table in SYNCED:
        connection.execute(
            f'INSERT INTO srv_shadow (tbl, id, "row") SELECT ?, id, NULL FROM "{table}" WHERE true '
            "ON CONFLICT (tbl, id) DO NOTHING",
            (table,),
        )
