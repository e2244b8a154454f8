"""The hub's files: photos and documents by their content, in a folder that several hub processes may share.

A laptop sends pieces into a part of its own, so that nobody can spoil what another sends; when the last byte has come, the
bytes are proved by their hash and take their place by a rename. A file is taken in and given out only where a record in the
laptop's scope names it. Files that no record names any more are kept for 90 days: a batch file that names them may be on its way.
"""

import errno
import logging
import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.contents import LARGEST_CONTENT, digest_of
from app.errors import AppError, Busy
from app.files import sync_folder
from app.profile import alone
from app.sync.file_call import (
    BYTES,
    FULL,
    GET,
    NONE,
    PART,
    PIECE,
    PUT,
    UNWANTED,
    WHOLE,
    WRONG,
    FileAnswer,
    FileCall,
    read_call,
)
from app.sync.keys import verifies
from app.sync.protocol import ALL, BUSY, MALFORMED, REVOKED, STRANGER, TOO_LARGE, BadBytesError, request_bytes
from app.sync.transport import Frame
from app.tx import Reader

if TYPE_CHECKING:
    from app.hub.hub import DeviceRow, Hub

log = logging.getLogger(__name__)
DAY = 86_400_000
#: A file without a record stays so long, a part that nobody goes on with so long.
KEPT_DAYS, PART_DAYS = 90, 30
#: What one laptop may have begun and not ended.
MOST_PARTS = 200
#: A hub that fills its disk to the last byte cannot write its database.
LEAST_ROOM = 1024**3
_FULL = {errno.ENOSPC, errno.EDQUOT}


#: A record bears the id of the op that made it.
_BROUGHT = "JOIN hub_position p ON p.op_id = a.id JOIN hub_chain_head c ON c.chain_id = p.chain_id"
_OWN = (
    f"SELECT a.size FROM attachment a {_BROUGHT} WHERE a.sha256 = ? AND c.device_id = ? "
    f"UNION SELECT a.original_size FROM attachment a {_BROUGHT} WHERE a.original_sha256 = ? AND c.device_id = ?"
)


class _No(Exception):
    def __init__(self, answer: FileAnswer) -> None:
        super().__init__(answer.code)
        self.answer = answer


@dataclass(frozen=True)
class BlobStore:
    """Where the files of a hub lie."""

    folder: Path

    def path(self, sha256: bytes) -> Path:
        """The place of a whole file."""
        name = sha256.hex()
        return self.folder / name[:2] / name

    def parts(self, device: bytes) -> Path:
        """What a laptop has begun to send."""
        return self.folder / "parts" / device.hex()

    def keep(self, sha256: bytes, part: Path) -> bool:
        """Put a part in its place if its bytes are the right ones; wrong ones are thrown away. Raises OSError."""
        if digest_of(part) != sha256:
            part.unlink()
            return False
        path = self.path(sha256)
        path.parent.mkdir(parents=True, exist_ok=True)
        part.replace(path)
        sync_folder(path.parent)
        return True


# --- one request ---


def answer(hub: "Hub", call: str, request: Frame) -> bytes:
    """The packed answer to a request for a file; whatever is wrong with it is an answer, never an exception."""
    try:
        asked, device = _judged(hub, call, request)
        return _answered(hub, device, asked, request.body).packed()
    except _No as no:
        return no.answer.packed()
    except BadBytesError:
        return FileAnswer(MALFORMED).packed()
    except (Busy, BlockingIOError):
        return FileAnswer(BUSY).packed()
    except OSError as error:
        log.exception("the folder of the files does not take or give a file")
        return FileAnswer(FULL if error.errno in _FULL else BUSY).packed()
    except AppError:
        log.exception("the hub's database does not answer")
        return FileAnswer(BUSY).packed()


def _judged(hub: "Hub", call: str, request: Frame) -> "tuple[FileCall, DeviceRow]":
    if len(request.body) > PIECE:
        raise _No(FileAnswer(TOO_LARGE, size=PIECE))
    asked = read_call(call)
    device = hub.device(request.device)
    if device is None or not verifies(
        device.public_key, request.signature, request_bytes(call, request.body)
    ):
        raise _No(FileAnswer(STRANGER))
    if device.revoked:
        raise _No(FileAnswer(REVOKED))
    return asked, device


def _answered(hub: "Hub", device: "DeviceRow", asked: FileCall, body: bytes) -> FileAnswer:
    with hub.reading() as read:
        sizes = _sizes(read, device, asked.sha256)
    if not sizes:
        return FileAnswer(UNWANTED)
    whole = _whole(hub, asked.sha256)
    if asked.method == GET:
        return _given(hub, asked, whole)
    if whole:
        return whole
    part = hub.files.parts(device.device_id) / f"{asked.sha256.hex()}.part"
    if asked.method == PUT:
        _demand_fit(asked, body, sizes)
        return _taken(hub, device, asked, body, part)
    return FileAnswer(PART, _size(part))


def _sizes(read: Reader, device: "DeviceRow", sha256: bytes) -> set[int]:
    """How large a content is, as the records say that the laptop may see; none: it has no business with it."""
    where, params = "", device.scope
    if ALL in device.scope:
        params = ()
    else:
        where = f"AND bucket IN ({', '.join('?' * len(params))})"
    found = read.rows(
        f"SELECT size FROM attachment WHERE sha256 = ? {where} "
        f"UNION SELECT original_size FROM attachment WHERE original_sha256 = ? {where}",
        sha256, *params, sha256, *params,
    )  # fmt: skip
    sizes = {size for (size,) in found if size}
    if not sizes:  # a record that went out of its scope meanwhile: who brought it may still bring its bytes
        found = read.rows(_OWN, sha256, device.device_id, sha256, device.device_id)
        sizes = {size for (size,) in found if size}
    return sizes


def _whole(hub: "Hub", sha256: bytes) -> FileAnswer | None:
    """What is known of a file that is all here. A file without its row, or a row without its file, is put right."""
    path = hub.files.path(sha256)
    there = _size(path)
    with hub.reading() as read:
        row = read.row("SELECT size, backed_up_at FROM hub_blob WHERE sha256 = ?", sha256)
    if row and row[0] == there:
        return FileAnswer(WHOLE, there, there, row[1] is not None)
    if row:
        log.error("the file %s is not what it was: it is asked for again", sha256.hex())
        _forget(hub, sha256)
    if there and digest_of(path) == sha256:  # stopped between the rename and the row
        _note(hub, sha256, there, None)
        return FileAnswer(WHOLE, there, there)
    return None


def _given(hub: "Hub", asked: FileCall, whole: FileAnswer | None) -> FileAnswer:
    """The next piece; the first one only of a file that is still what it was."""
    if whole is None:
        return FileAnswer(NONE)
    path = hub.files.path(asked.sha256)
    if asked.offset == 0 and digest_of(path) != asked.sha256:
        log.error("the file %s was changed on the disk: it is asked for again", asked.sha256.hex())
        path.replace(path.with_name(path.name + ".damaged"))
        _forget(hub, asked.sha256)
        return FileAnswer(NONE)
    with path.open("rb") as stream:
        stream.seek(asked.offset)
        return FileAnswer(BYTES, asked.offset, whole.size, whole.safe, stream.read(PIECE))


def _demand_fit(asked: FileCall, body: bytes, sizes: set[int]) -> None:
    """A piece lies inside the size that a record says, and no record makes a hub take what is too large."""
    if asked.size > LARGEST_CONTENT:
        raise _No(FileAnswer(TOO_LARGE, size=LARGEST_CONTENT))
    if asked.size not in sizes or not body or asked.offset + len(body) > asked.size:
        raise _No(FileAnswer(MALFORMED))


def _taken(hub: "Hub", device: "DeviceRow", asked: FileCall, body: bytes, part: Path) -> FileAnswer:
    """Put a piece behind those that have come; one that came already, or too early, changes nothing."""
    part.parent.mkdir(parents=True, exist_ok=True)
    with alone(part.parent / "lock"):
        have = _size(part)
        if asked.offset != have:
            return FileAnswer(PART, have, asked.size)
        if not have:
            _demand_room(hub.files, part.parent)
        have = _append(part, have, body)
        if have < asked.size:
            return FileAnswer(PART, have, asked.size)
        if not hub.files.keep(asked.sha256, part):
            return FileAnswer(WRONG, 0, asked.size)
        _note(hub, asked.sha256, have, device.device_id)
    return FileAnswer(WHOLE, have, have)


def _append(part: Path, have: int, body: bytes) -> int:
    """Write and flush a piece; what a full disk took of it is taken back. Raises OSError."""
    with part.open("ab") as stream:
        try:
            stream.write(body)
            stream.flush()
            os.fsync(stream.fileno())
        except OSError:
            with suppress(OSError):
                os.truncate(part, have)
            raise
    return have + len(body)


def _demand_room(files: BlobStore, parts: Path) -> None:
    if shutil.disk_usage(files.folder).free < LEAST_ROOM:
        raise _No(FileAnswer(FULL))
    if sum(1 for _part in parts.glob("*.part")) >= MOST_PARTS:
        raise _No(FileAnswer(TOO_LARGE))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _note(hub: "Hub", sha256: bytes, size: int, device: bytes | None) -> None:
    with hub.writing() as connection:
        connection.execute(
            "INSERT INTO hub_blob (sha256, size, stored_at, stored_by) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (sha256) DO NOTHING",
            (sha256, size, hub.clock.now(), device),
        )


def _forget(hub: "Hub", sha256: bytes) -> None:
    with hub.writing() as connection:
        connection.execute("DELETE FROM hub_blob WHERE sha256 = ?", (sha256,))


def take_file(hub: "Hub", sha256: bytes, part: Path) -> bool:
    """A file that came another way (a batch file), if its bytes are right; one that is here already is thrown away.

    Raises OSError where the disk refuses.
    """
    if _whole(hub, sha256):
        part.unlink()
        return True
    size = _size(part)
    if not hub.files.keep(sha256, part):
        return False
    _note(hub, sha256, size, None)
    return True


# --- keeping house ---


@dataclass(frozen=True)
class Swept:
    """What a sweep did: files deleted, files that nobody names and that wait, parts given up."""

    deleted: int
    waiting: int
    parts: int


_NAMED = (
    "EXISTS (SELECT 1 FROM attachment a WHERE a.sha256 = hub_blob.sha256 AND a.deleted = 0) OR "
    "EXISTS (SELECT 1 FROM attachment a WHERE a.original_sha256 = hub_blob.sha256 AND a.deleted = 0)"
)


def sweep(hub: "Hub") -> Swept:
    """Delete what no record has named for 90 days, and parts that nobody has gone on with for 30. Harmless twice at once."""
    now = hub.clock.now()
    with hub.writing() as connection:
        run = connection.execute
        run(f"UPDATE hub_blob SET unnamed_since = NULL WHERE unnamed_since IS NOT NULL AND ({_NAMED})")
        run(f"UPDATE hub_blob SET unnamed_since = ? WHERE unnamed_since IS NULL AND NOT ({_NAMED})", (now,))
        limit = now - KEPT_DAYS * DAY
        old = run(
            f"DELETE FROM hub_blob WHERE unnamed_since <= ? AND NOT ({_NAMED}) RETURNING sha256", (limit,)
        )
        gone = [sha256 for (sha256,) in old.fetchall()]
        waiting = Reader(connection).value("SELECT count(*) FROM hub_blob WHERE unnamed_since IS NOT NULL")
    for sha256 in gone:
        with suppress(OSError):
            hub.files.path(bytes(sha256)).unlink()
    return Swept(len(gone), waiting, _sweep_parts(hub.files, now))


def _sweep_parts(files: BlobStore, now: int) -> int:
    count = 0
    for part in files.folder.glob("parts/*/*.part"):
        with suppress(OSError):
            if part.stat().st_mtime * 1000 < now - PART_DAYS * DAY:
                part.unlink()
                count += 1
    return count


def back_up_files(hub: "Hub", to: Path) -> int:
    """Copy the files that the folder `to` has not yet, prove each copy by its hash, and remember that it is safe.

    Part of every backup of the hub: laptops give up their own copies of such files only. Raises OSError.
    """
    copies, count = BlobStore(to), 0
    with hub.reading() as read:
        found = read.rows("SELECT sha256, size, backed_up_at FROM hub_blob ORDER BY stored_at")
    for sha256, size, backed_up_at in found:
        copied = _size(copies.path(sha256)) != size
        if copied and not _copied(hub.files.path(sha256), copies, sha256):
            continue
        count += copied
        if backed_up_at is None:
            with hub.writing() as connection:
                connection.execute(
                    "UPDATE hub_blob SET backed_up_at = ? WHERE sha256 = ?", (hub.clock.now(), sha256)
                )
    return count


def _copied(source: Path, copies: BlobStore, sha256: bytes) -> bool:
    """Whether a proved copy lies there now. Raises OSError."""
    if not source.exists():
        return False
    target = copies.path(sha256)
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    shutil.copyfile(source, part)
    with part.open("rb+") as stream:
        os.fsync(stream.fileno())
    if not copies.keep(sha256, part):
        log.error("the file %s was not copied: it is damaged", sha256.hex())
        return False
    return True


@dataclass(frozen=True)
class Stored:
    """The hub's files for its page: how many, how large, how many safe in a backup, how many that records name have not come."""

    count: int
    size: int
    safe: int
    missing: int


def stored(read: Reader) -> Stored:
    """The figures of the hub's files."""
    count, size, safe = read.row(
        "SELECT count(*), coalesce(sum(size), 0), count(backed_up_at) FROM hub_blob"
    ) or (0, 0, 0)
    missing = read.value(
        "SELECT count(DISTINCT a.sha256) FROM attachment a WHERE a.deleted = 0 "
        "AND NOT EXISTS (SELECT 1 FROM hub_blob b WHERE b.sha256 = a.sha256)"
    )
    return Stored(count, int(size), safe, missing)
