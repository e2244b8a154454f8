"""A laptop's batch file for the hub: everything that the hub has not said it has, so that a lost file needs no other."""

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from app import ops as operations
from app.contents import path_of
from app.errors import AppError
from app.profile import Profile
from app.sync.bundle.form import ALGORITHMS, Header
from app.sync.bundle.lines import OPS
from app.sync.bundle.sealing import recipient_of
from app.sync.bundle.spool import PART_SIZE, Place, Spool, spool
from app.sync.joining import key_of
from app.sync.keys import Key
from app.sync.log import chains_to_send, next_batch, proof_of
from app.sync.protocol import ChainHead, Hello, Point, Pull, Push
from app.tx import Reader
from app.version import VERSION
from app.words import N_
from db.ids import new_id

NOT_JOINED = N_(
    "This laptop takes part in no hub. Join one first, by an invitation or by a join request file."
)
NO_RECIPIENT = N_(
    "This laptop does not know yet whom to seal files for. Join the hub once more: sitewright sync --join INVITATION"
)
MEGABYTE = 1024 * 1024
#: Photos that go along where nobody says how many.
PHOTO_BYTES = 200 * MEGABYTE
Range = tuple[bytes, int, int]


@dataclass(frozen=True)
class Exported:
    """What was written, for the sentence of the outcome."""

    paths: list[Path]
    ops: int
    photos: int
    #: Photos that found no room this time and wait for the next file.
    photos_left: int
    size: int


def export(
    profile: Profile, target: Path, *, photos: int = PHOTO_BYTES, part_size: int = PART_SIZE
) -> Exported:
    """Write what waits, with photos up to so many bytes, to a folder or a file. Raises AppError.

    The hub answers each file; until its answer is brought in, the next file holds the same again, and harms nothing.
    """
    hub, recipient = _hub_of(profile)
    key, now = key_of(profile), profile.clock.now()
    with spool() as spooled:
        with profile.store.read() as read:
            proof = proof_of(read)
            ranges, count = _put_ops(read, spooled, proof)
            waiting = list(
                read.rows(
                    "SELECT sha256, size FROM blob WHERE own = 1 AND sent_to < size AND state = 'whole'"
                )
            )
        taken = _put_photos(profile, spooled, waiting, photos)
        counts = {"ops": count, "files": taken}
        header = _header(profile, key, _Sent(hub, proof, ranges, counts, now, _number(profile)))
        place = Place(target, OPS, profile.meta["device_code"], now, part_size)
        written = spooled.write(place, header, key, recipient)
    paths = [path for path, _digest in written]
    _remember(profile, paths, written[-1][1], now)
    return Exported(paths, count, taken, len(waiting) - taken, sum(path.stat().st_size for path in paths))


@dataclass(frozen=True)
class _Sent:
    hub: bytes
    proof: Point
    ranges: list[Range]
    counts: dict[str, int]
    at: int
    number: int


def _header(profile: Profile, key: Key, sent: _Sent) -> Header:
    meta = profile.meta
    return Header(
        new_id(),
        OPS,
        bytes.fromhex(meta["hub_device"]),
        meta["device_code"],
        sent.at,
        hub_id=sent.hub,
        epoch=sent.proof.epoch,
        number=sent.number,
        ranges=sent.ranges,
        previous=bytes.fromhex(meta.get("bundle_hash", "")),
        counts=sent.counts,
        schema_v=operations.SCHEMA_VERSION,
        version=VERSION,
        key=key.public,
        recipient=recipient_of(key),
        algorithms=dict(ALGORITHMS),
    )


def _hub_of(profile: Profile) -> tuple[bytes, str]:
    """The hub's id and whom to seal for. Raises AppError."""
    with profile.store.read() as read:
        meta = dict(read.rows("SELECT key, value FROM meta WHERE key IN ('hub_id', 'hub_recipient')"))
    if "hub_id" not in meta:
        raise AppError(NOT_JOINED)
    if not meta.get("hub_recipient"):
        raise AppError(NO_RECIPIENT)
    return bytes.fromhex(meta["hub_id"]), meta["hub_recipient"]


def _put_ops(read: Reader, spooled: Spool, proof: Point) -> tuple[list[Range], int]:
    """The ops of all chains from the first on that has no receipt; the questions stand at the head of each part."""
    chains = chains_to_send(read)
    cursors = dict(read.rows("SELECT bucket, seq FROM cursor"))
    if read.value("SELECT 1 FROM meta WHERE key = 'hub_resync'"):
        cursors = {}
    wall = read.value("SELECT max(wall) FROM op") or 0
    heads = [ChainHead(chain, *found) for chain in chains if (found := _head(read, chain))]
    hello = Hello(proof, chains, wall, VERSION, operations.SCHEMA_VERSION, heads, cursors)
    spooled.head = [hello, Pull(proof, cursors, schema_v=operations.SCHEMA_VERSION)]
    ranges, count = [], 0
    for chain in chains:
        first = read.value("SELECT min(seq) FROM op WHERE chain_id = ? AND acked = 0", chain)
        if first is None:
            continue
        last = first - 1
        while batch := next_batch(read, chain, last):
            spooled.add(Push(proof, chain, batch))
            count, last = count + len(batch), batch[-1].seq
        ranges.append((chain, first, last))
    return ranges, count


def _head(read: Reader, chain: bytes) -> tuple[int, bytes] | None:
    found = read.row("SELECT seq, hash FROM op WHERE chain_id = ? ORDER BY seq DESC LIMIT 1", chain)
    return (found[0], found[1]) if found else None


def _put_photos(profile: Profile, spooled: Spool, waiting: list[tuple[bytes, int]], limit: int) -> int:
    """The photos that the hub does not have, the oldest first, as long as they fit."""
    taken = 0
    for sha256, size in waiting:
        path = path_of(profile, sha256)
        if size <= limit and path.is_file() and path.stat().st_size == size:
            spooled.add_content(sha256, path)
            limit, taken = limit - size, taken + 1
    return taken


def _number(profile: Profile) -> int:
    """Files are counted, so that an answer can be told from a former one."""
    with profile.store.local() as connection:
        return add_one(connection, "bundle_number")


def add_one(connection: sqlite3.Connection, key: str) -> int:
    """Count one up in the facts about this file."""
    found = connection.execute(
        "INSERT INTO meta VALUES (?, '1') ON CONFLICT (key) DO UPDATE SET value = CAST(value AS INTEGER) + 1 "
        "RETURNING value",
        (key,),
    ).fetchone()
    return int(found[0])


def _remember(profile: Profile, paths: list[Path], digest: bytes, now: int) -> None:
    for key, value in (
        ("bundle_at", str(now)),
        ("bundle_name", paths[0].name),
        ("bundle_hash", digest.hex()),
    ):
        profile.remember(key, value)


@dataclass(frozen=True)
class LastFile:
    """The file that was exported last, and the answer that was brought in last."""

    exported_at: int | None
    name: str
    answered_at: int | None


def last_file(profile: Profile) -> LastFile:
    """For the sync page."""
    with profile.store.read() as read:
        meta = dict(read.rows("SELECT key, value FROM meta WHERE key LIKE 'bundle_%'"))
    at, answered = meta.get("bundle_at"), meta.get("bundle_answered_at")
    return LastFile(int(at) if at else None, meta.get("bundle_name", ""), int(answered) if answered else None)
