"""Taking part without a network: a request file goes to the hub, its answer comes back with the first rows.

The code of the invitation (told on paper or by phone) is in no file: the request proves that its writer knows it, and the answer
must be signed by the key whose fingerprint stands in the invitation.
"""

import hashlib
import hmac
from dataclasses import dataclass
from pathlib import Path

from app import ops as operations
from app.errors import AppError
from app.profile import Profile
from app.sync.bundle.form import FORGED, OPEN, Header, open_bundle, unsealed
from app.sync.bundle.incoming import FOR_THE_HUB, FOREIGN_DEVICE, all_parts
from app.sync.bundle.lines import JOIN, JOINED, OPS
from app.sync.bundle.sealing import recipient_of
from app.sync.bundle.spool import Place, spool
from app.sync.joining import asking, become_part, fingerprint, key_of, read_invitation
from app.sync.protocol import Enrolled
from app.version import VERSION
from app.words import N_
from db.ids import new_id

NO_CODE = N_(
    "This is no code of an invitation. It looks like CODE.FINGERPRINT: twelve letters, a dot, and sixteen more."
)
NO_REQUEST = N_(
    "This laptop has not asked to take part by a file. Write a request first: sitewright join --request FILE --code CODE"
)
NO_ANSWER = N_(
    "“{name}” is no answer to a request to take part. Bring it in by: sitewright sync --import FILE"
)


@dataclass(frozen=True)
class Ticket:
    """What an invitation says to a laptop that reaches no network."""

    code: str
    fingerprint: str
    address: str = ""


def read_ticket(text: str) -> Ticket:
    """The invitation as it was told: whole, or only CODE.FINGERPRINT. Spaces and dashes may stand between. Raises AppError."""
    if "#" in text:
        made = read_invitation(text)
        return Ticket(made.code, made.fingerprint, made.address)
    code, _dot, mark = "".join(text.upper().replace("-", "").split()).partition(".")
    mark = mark.partition(".")[0]
    if not (code.isalnum() and code.isascii() and len(mark) == 16):
        raise AppError(NO_CODE)
    return Ticket(code, mark)


def proof_of_code(code_hash: bytes, public: bytes, recipient: str) -> str:
    """What only somebody who knows the code can write for a key: of no use for another key."""
    return hmac.new(code_hash, public + recipient.encode(), hashlib.sha256).hexdigest()


def request(profile: Profile, target: Path, ticket: Ticket) -> Path:
    """Write the file that asks the hub to take this laptop in. Raises AppError."""
    key, now = key_of(profile), profile.clock.now()
    recipient = recipient_of(key)
    proof = proof_of_code(hashlib.sha256(ticket.code.encode()).digest(), key.public, recipient)
    bundle = new_id()
    header = Header(
        bundle,
        JOIN,
        b"",
        profile.meta["device_code"],
        now,
        schema_v=operations.SCHEMA_VERSION,
        version=VERSION,
        key=key.public,
        recipient=recipient,
        algorithms=dict(OPEN),
    )
    with spool() as spooled:
        spooled.add(asking(profile, proof))
        place = Place(target, "join", profile.meta["device_code"], now)
        ((path, _digest),) = spooled.write(place, header, key, "")
    for name, value in (("mark", ticket.fingerprint), ("address", ticket.address)):
        profile.remember(f"join_{name}", value)
    return path


def accept(profile: Profile, path: Path) -> Enrolled:
    """The hub has taken this laptop in: write that down. The rows come by `bring_in` of the same file, after opening anew.

    Raises AppError for the answer of another hub than the invitation's, or to another laptop.
    """
    path = all_parts(path)[0]
    opened = open_bundle(path)
    header, key = opened.header, key_of(profile)
    if header.kind in (OPS, JOIN):
        raise AppError(FOR_THE_HUB, name=opened.name)
    if header.kind != JOINED:
        raise AppError(NO_ANSWER, name=opened.name)
    mark = profile.meta.get("join_mark", "")
    if not mark:
        raise AppError(NO_REQUEST)
    if fingerprint(header.key) != mark:
        raise AppError(FORGED, name=opened.name)
    if header.recipient != recipient_of(key):
        raise AppError(FOREIGN_DEVICE, name=opened.name, code=header.device_code)
    with unsealed(opened, key) as lines:
        lines.check()
        answer = next((message for message, _bytes in lines if isinstance(message, Enrolled)), None)
    if answer is None or answer.hub_key != header.key:
        raise AppError(FORGED, name=opened.name)
    become_part(profile, answer, profile.meta.get("join_address", ""))
    return answer
