"""Files by their content: photos, documents and originals lie in the profile's `files` folder under their SHA-256.

The same bytes are kept once, however many records name them. A file that the hub holds in a verified backup may be given up
here and comes back when somebody asks for it; what was taken in here and is not there yet is never given up.
"""

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from app.errors import AppError
from app.files import said, sync_folder, write_safely
from app.profile import Profile
from app.tx import Reader
from app.words import N_, _

#: What a laptop takes in, and a hub: photos are small, a document is at most so large.
LARGEST_CONTENT = 64 * 1024 * 1024
#: Below this a person is warned, and nothing comes that nobody asked for.
ENOUGH_ROOM = 5 * 1024**3
#: Below this no photo or document is taken in; answers always are.
LEAST_ROOM = 500 * 1024**2
WHOLE, WANTED, ASKED, GIVEN_UP, DAMAGED = "whole", "wanted", "asked", "given_up", "damaged"


def path_of(profile: Profile, sha256: bytes) -> Path:
    """Where the bytes of this content lie."""
    name = sha256.hex()
    return profile.files / name[:2] / name


def part_of(profile: Profile, sha256: bytes) -> Path:
    """Where what has come of a content lies until it is whole."""
    return profile.files / "parts" / f"{sha256.hex()}.part"


def bytes_of(profile: Profile, sha256: bytes) -> bytes | None:
    """The bytes of a content; None where they are on another device or are not what they were."""
    try:
        found = path_of(profile, sha256).read_bytes()
    except OSError:
        return None
    return found if hashlib.sha256(found).digest() == sha256 else None


def digest_of(path: Path) -> bytes:
    """The SHA-256 of a file. Raises OSError."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").digest()


# --- room on the disk ---


def free_room(profile: Profile) -> int:
    """The bytes that are free where the files lie."""
    return shutil.disk_usage(profile.folder).free


def demand_room(profile: Profile) -> None:
    """Raises AppError where the disk is too full for another photo or document."""
    free = free_room(profile)
    if free < LEAST_ROOM:
        raise AppError(
            N_(
                "Only {free} MB are free on this disk: photos and documents are not taken in until there is room. "
                "Answers are saved as always. Free some space or sync, then try again."
            ),
            free=free // 1024**2,
        )


def room_notice(profile: Profile) -> str:
    """The warning while the disk runs full; empty where there is room."""
    free = free_room(profile)
    if free >= ENOUGH_ROOM:
        return ""
    return _("Only {free} GB are free on this disk. Photos stop at {least} MB; answers are always saved.").format(
        free=f"{free / 1024**3:.1f}", least=LEAST_ROOM // 1024**2
    )  # fmt: skip


# --- taking in ---


def keep_content(profile: Profile, content: bytes, sha256: bytes) -> None:
    """Keep bytes that were taken in here, whole or not at all, and put them into the queue to the hub.

    Raises AppError where the disk is too full.
    """
    path = path_of(profile, sha256)
    if not path.exists():
        demand_room(profile)
        path.parent.mkdir(parents=True, exist_ok=True)
        with write_safely(path) as stream:
            stream.write(content)
    with profile.store.local() as connection:
        if not _queued(Reader(connection)):  # a new batch begins: “2/5” counts from here
            connection.execute(
                "INSERT INTO meta VALUES ('files_base', (SELECT count(*) FROM blob WHERE own = 1)) "
                "ON CONFLICT (key) DO UPDATE SET value = excluded.value"
            )
        connection.execute(
            "INSERT INTO blob (sha256, size, have, sent_to, state, own) VALUES (?1, ?2, ?2, 0, 'whole', 1) "
            "ON CONFLICT (sha256) DO UPDATE SET state = 'whole', have = excluded.size, sent_to = 0",
            (sha256, len(content)),
        )


def _queued(read: Reader) -> int:
    return int(read.value("SELECT count(*) FROM blob WHERE own = 1 AND sent_to < size AND state = 'whole'"))


def arrived(profile: Profile, sha256: bytes, part: Path) -> bool:
    """Put a file that has come in its place, if its bytes are the right ones; wrong ones are thrown away.

    Raises AppError where the disk refuses. For what comes from the hub, by the line or by a batch file.
    """
    try:
        if digest_of(part) != sha256:
            part.unlink()
            return False
        with part.open("rb+") as stream:
            os.fsync(stream.fileno())
        size, path = part.stat().st_size, path_of(profile, sha256)
        path.parent.mkdir(parents=True, exist_ok=True)
        part.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise said(error, part) from error
    note_whole(profile, sha256, size)
    return True


def note_whole(profile: Profile, sha256: bytes, size: int) -> None:
    """The bytes of a content that the hub has are here."""
    with profile.store.local() as connection:
        connection.execute(
            "INSERT INTO blob (sha256, size, have, sent_to, state, own, checked_at) VALUES (?1, ?2, ?2, ?2, 'whole', 0, ?3) "
            "ON CONFLICT (sha256) DO UPDATE SET state = 'whole', size = ?2, have = ?2, sent_to = ?2, checked_at = ?3",
            (sha256, size, profile.clock.now()),
        )


def ask_for(profile: Profile, sha256: bytes) -> None:
    """Somebody wants to see a content that is not here: it comes first at the next exchange."""
    with profile.store.local() as connection:
        connection.execute(
            "INSERT INTO blob (sha256, size, have, sent_to, state, own) VALUES (?, 0, 0, 0, 'asked', 0) "
            "ON CONFLICT (sha256) DO UPDATE SET state = 'asked', have = 0 WHERE state <> 'whole'",
            (sha256,),
        )


def give_up(profile: Profile, sha256: bytes) -> None:
    """Remove the bytes from this laptop: the hub has them in a verified backup. First the row, then the file."""
    with profile.store.local() as connection:
        connection.execute(
            "UPDATE blob SET state = 'given_up', have = 0 WHERE sha256 = ? AND sent_to >= size", (sha256,)
        )
    with suppress(OSError):
        path_of(profile, sha256).unlink()


# --- how it stands ---


@dataclass(frozen=True)
class Queue:
    """The files of this laptop on their way: how many of the present batch, how many of those the hub has, how many are to come."""

    total: int
    sent: int
    to_come: int


def queue(read: Reader, *, brief: bool = False) -> Queue:
    """“Photos 2/5 sent”: counted from the moment when the queue was empty last; `brief`: without those that are to come."""
    base = int(read.value("SELECT value FROM meta WHERE key = 'files_base'") or 0)
    total, sent = read.row("SELECT count(*), coalesce(sum(sent_to >= size), 0) FROM blob WHERE own = 1") or (
        0,
        0,
    )
    base = base if sent >= base else 0
    if brief:
        return Queue(total - base, sent - base, 0)
    coming = read.value(
        "SELECT count(DISTINCT a.sha256) FROM attachment a LEFT JOIN blob b ON b.sha256 = a.sha256 "
        "WHERE a.deleted = 0 AND coalesce(b.state, 'wanted') IN ('wanted', 'asked')"
    )
    return Queue(total - base, sent - base, coming)


HERE, TO_COME, AT_HUB = "here", "to_come", "at_hub"


def whereabouts(profile: Profile, sha256: bytes) -> str:
    """Whether a content is here, still on its way from the laptop that took it in, or at the hub alone."""
    if path_of(profile, sha256).exists():
        return HERE
    with profile.store.read() as read:
        state = read.value("SELECT state FROM blob WHERE sha256 = ?", sha256)
    return AT_HUB if state == GIVEN_UP else TO_COME


def damaged(profile: Profile) -> Iterator[bytes]:
    """The contents whose bytes on this disk are not what they were; the next exchange fetches those that the hub has."""
    with profile.store.read() as read:
        kept = [sha for (sha,) in read.rows("SELECT sha256 FROM blob WHERE state = 'whole' ORDER BY sha256")]
    for sha256 in kept:
        try:
            right = digest_of(path_of(profile, sha256)) == sha256
        except OSError:
            right = False
        if not right:
            with profile.store.local() as connection:
                connection.execute(
                    "UPDATE blob SET state = 'damaged', checked_at = NULL WHERE sha256 = ?", (sha256,)
                )
            yield sha256
