"""Invitations, and the laptops that came by them."""

import hashlib
import re
import secrets
from dataclasses import dataclass

from app.errors import AppError
from app.hub.collect import collected_to
from app.hub.grants import told
from app.hub.hub import DeviceRow, Hub, RefusedError, demand_history, head_of
from app.hub.verifiers import allowed, sum_of
from app.ops import OLDEST_SCHEMA, SCHEMA_VERSION
from app.sync.joining import Invitation, fingerprint
from app.sync.protocol import (
    ALL,
    BAD_CODE,
    CLIENT_TOO_OLD,
    HUB_TOO_OLD,
    NOT_EMPTY,
    START,
    ChainHead,
    Enrol,
    Enrolled,
    Hello,
    Welcome,
)
from app.tx import Reader
from app.words import N_
from db.ids import new_id

_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
#: What begins numbers and stands on slips: nothing that looks like another laptop's, or like the hub's own.
_CODE = re.compile("[A-Z0-9]{1,8}")
DAY = 86_400_000


@dataclass(frozen=True)
class Origin:
    """What the hub's page notes of an invitation: who made it, whom it is for, and by which form, sent once or twice."""

    made_by: str | None = None
    remark: str | None = None
    form: str | None = None


def invite(
    hub: Hub,
    address: str,
    *,
    machines: int = 1,
    days: int = 7,
    scope: str = ALL,
    origin: Origin | None = None,
) -> Invitation:
    """A code for so many machines until a day; only its hash is kept. Raises AppError for nonsense."""
    if not (1 <= machines <= 1000 and 1 <= days <= 366):
        raise AppError(N_("An invitation is for 1 to 1000 machines and 1 to 366 days."))
    code, origin = "".join(secrets.choice(_ALPHABET) for _ in range(12)), origin or Origin()
    now = hub.clock.now()
    with hub.writing() as connection:
        connection.execute("DELETE FROM hub_invitation WHERE expires_at < ?", (now,))
        connection.execute(
            "INSERT INTO hub_invitation (code_hash, scope, uses_left, made_at, expires_at, machines, made_by, remark, form) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (_hash(code), scope, machines, now, now + days * DAY, machines, origin.made_by, origin.remark, origin.form),
        )  # fmt: skip
    return Invitation(address, code, fingerprint(hub.key.public))


def _hash(code: str) -> bytes:
    return hashlib.sha256(code.encode()).digest()


def enrol(hub: Hub, _nobody: None, asked: Enrol) -> Enrolled:
    """Take a laptop in. The same key again gets the same answer, so that a lost one can be asked for again."""
    return enrol_by(hub, asked, _hash(asked.code))


def enrol_by(hub: Hub, asked: Enrol, code_hash: bytes) -> Enrolled:
    """Take a laptop in by the invitation of this hash. Raises RefusedError."""
    from app.sync.bundle.sealing import recipient_of

    with hub.writing() as connection:
        read = Reader(connection)
        known = read.row(
            "SELECT device_id, code, scope, revoked_at FROM hub_device WHERE public_key = ?", asked.public_key
        )
        if known is None or known[3] is not None:
            known = _take_in(hub, read, asked, code_hash)
        device_id, code, scope, _revoked = known
        epoch = head_of(read).epoch
    return Enrolled(device_id, hub.hub_id, hub.key.public, epoch, scope.split(), code, recipient_of(hub.key))


def _take_in(hub: Hub, read: Reader, asked: Enrol, code_hash: bytes) -> tuple[bytes, str, str, None]:
    now = hub.clock.now()
    scope = read.value(
        "SELECT scope FROM hub_invitation WHERE code_hash = ? AND uses_left > 0 AND expires_at >= ?",
        code_hash,
        now,
    )
    if scope is None:
        raise RefusedError(BAD_CODE)
    if asked.founding and (read.value("SELECT 1 FROM hub_device") or head_of(read).seq):
        raise RefusedError(NOT_EMPTY)
    device_id, code = new_id(), _free_code(read, asked.device_code)
    run = read.connection.execute
    run("UPDATE hub_invitation SET uses_left = uses_left - 1 WHERE code_hash = ?", (code_hash,))
    run("DELETE FROM hub_device WHERE public_key = ?", (asked.public_key,))
    run(
        "INSERT INTO hub_device (device_id, public_key, code, machine, scope, enrolled_at) VALUES (?, ?, ?, ?, ?, ?)",
        (device_id, asked.public_key, code, asked.machine, scope, now),
    )
    return device_id, code, scope, None


def _free_code(read: Reader, wanted: str) -> str:
    """The code that begins the laptop's numbers: its own where nobody has it."""
    while (
        wanted == "HUB"
        or not _CODE.fullmatch(wanted)
        or read.value("SELECT 1 FROM hub_device WHERE code = ?", wanted)
    ):
        wanted = "".join(secrets.choice(_ALPHABET) for _ in range(3))
    return wanted


def hello(hub: Hub, device: DeviceRow, asked: Hello) -> Welcome:
    """How far each chain of the laptop has come here."""
    if asked.schema_v > SCHEMA_VERSION:
        raise RefusedError(HUB_TOO_OLD, SCHEMA_VERSION)
    if asked.schema_v < OLDEST_SCHEMA:
        raise RefusedError(CLIENT_TOO_OLD, OLDEST_SCHEMA)
    now = hub.clock.now()
    with hub.writing() as connection:
        read = Reader(connection)
        head = demand_history(read, asked.proof).seq
        connection.execute(
            "UPDATE hub_device SET seen_at = ?, clock_offset = ?, version = ?, cursor_seq = ?, schema_v = ?, "
            "heads = coalesce(?, heads) WHERE device_id = ?",
            (now, asked.wall - now, asked.version, _least(device, asked), asked.schema_v, _heads(asked), device.device_id),
        )  # fmt: skip
        told(read, device, asked.heads)
        heads = [ChainHead(chain, *chain_head(read, chain)[1:]) for chain in asked.chains]
        shown = () if device.revoked else device.scope
        sums = 0 if device.revoked else sum_of(allowed(read, device))
        collected = collected_to(read)
    return Welcome(
        hub.hub_id, heads, asked.wall - now, 0, list(shown), device.grant, sums, collected, head=head
    )


def _least(device: DeviceRow, asked: Hello) -> int:
    """Up to here the laptop has every bucket of its own."""
    return min((asked.cursors.get(bucket, 0) for bucket in device.scope), default=0)


def _heads(asked: Hello) -> str | None:
    """How far the laptop's chains go there, to be shown; None where it does not say (a batch file)."""
    return " ".join(f"{head.chain.hex()}:{head.seq}" for head in asked.heads[-20:]) or None


def chain_head(read: Reader, chain: bytes) -> tuple[bytes | None, int, bytes]:
    """Whose chain it is, and its last seq and hash here."""
    found = read.row("SELECT device_id, seq, hash FROM hub_chain_head WHERE chain_id = ?", chain)
    return (found[0], found[1], found[2]) if found else (None, 0, START)


@dataclass(frozen=True)
class Device:
    """A laptop as the administrator sees it."""

    code: str
    machine: str
    scope: str
    seen_at: int | None
    clock_offset: int | None
    revoked_at: int | None


def devices(read: Reader) -> list[Device]:
    """All laptops that take part or did."""
    return read.as_(
        Device,
        "SELECT code, machine, scope, seen_at, clock_offset, revoked_at FROM hub_device ORDER BY enrolled_at",
    )


def revoke(hub: Hub, code: str) -> None:
    """A laptop is lost or leaves: it gets no more data; what it still sends is quarantined. Raises AppError."""
    with hub.writing() as connection:
        done = connection.execute(
            "UPDATE hub_device SET revoked_at = ? WHERE code = ? AND revoked_at IS NULL",
            (hub.clock.now(), code),
        )
        if not done.rowcount:
            raise AppError(N_("No laptop with the code {code} takes part."), code=code)
