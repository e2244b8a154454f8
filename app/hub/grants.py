"""What each laptop may hold: its buckets, how they change, and what it recorded before it heard of a change (sync.md, 3.8)."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.errors import AppError
from app.hub.hub import DeviceRow, Hub
from app.sync.protocol import ALL, ChainHead
from app.tx import Reader
from app.words import N_

DAY = 86_400_000
#: So long work is still let in that was recorded while its site was granted.
GRACE_DAYS = 30


def scope_text(read: Reader, codes: Sequence[str]) -> str:
    """The buckets of these sites, as a grant keeps them; no site: everything. Raises AppError for an unknown code."""
    if not codes:
        return ALL
    found = ["global"]
    for code in codes:
        site = read.value("SELECT id FROM site WHERE code = ? AND deleted = 0", code)
        if site is None:
            raise AppError(N_("The hub knows no site {code}."), code=code)
        found.append(f"site:{site.hex()}")
    return " ".join(dict.fromkeys(found))


def change_scope(hub: Hub, code: str, scope: str) -> bool:
    """Give a laptop other sites; False where they are the same. Raises AppError for a laptop that takes no part."""
    with hub.writing() as connection:
        read = Reader(connection)
        found = read.row(
            "SELECT device_id, scope, grant_v FROM hub_device WHERE code = ? AND revoked_at IS NULL", code
        )
        if found is None:
            raise AppError(N_("No laptop with the code {code} takes part."), code=code)
        device, former, version = found
        if set(former.split()) == set(scope.split()):
            return False
        connection.execute(
            "INSERT INTO hub_grant (device_id, version, scope, ended_at) VALUES (?, ?, ?, ?)",
            (device, version, former, hub.clock.now()),
        )
        connection.execute(
            "UPDATE hub_device SET scope = ?, grant_v = ? WHERE device_id = ?", (scope, version + 1, device)
        )
    return True


def told(read: Reader, device: DeviceRow, heads: Sequence[ChainHead]) -> None:
    """Keep how far each chain went when the laptop first heard of its present grant: the hashes bind what lies before."""
    if device.grant and not read.value(
        "SELECT 1 FROM hub_told WHERE device_id = ? AND version = ?", device.device_id, device.grant
    ):
        read.connection.executemany(
            "INSERT INTO hub_told (device_id, version, chain_id, seq) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
            [(device.device_id, device.grant, head.chain, head.seq) for head in heads],
        )


@dataclass(frozen=True)
class Place:
    """Where an op stands: the chain and its seq there."""

    chain: bytes
    seq: int


def granted_then(read: Reader, device: DeviceRow, bucket: str, place: Place, now: int) -> bool:
    """Whether the op was recorded before the laptop heard that this bucket is no longer its own, not too long ago."""
    for version, scope, _ended in read.rows(
        "SELECT version, scope, ended_at FROM hub_grant WHERE device_id = ? AND ended_at >= ? ORDER BY version",
        device.device_id,
        now - GRACE_DAYS * DAY,
    ):
        if not {ALL, bucket} & set(scope.split()):
            continue
        heard = read.value(
            "SELECT min(version) FROM hub_told WHERE device_id = ? AND version > ?", device.device_id, version
        )
        if heard is None or _before(read, device, heard, place):
            return True
    return False


def _before(read: Reader, device: DeviceRow, version: int, place: Place) -> bool:
    """Whether a place lies within what the laptop had when it heard of a version."""
    seq = read.value(
        "SELECT seq FROM hub_told WHERE device_id = ? AND version = ? AND chain_id = ?",
        device.device_id,
        version,
        place.chain,
    )
    return seq is not None and place.seq <= seq
