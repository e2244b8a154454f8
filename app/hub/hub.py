"""The open hub: its database, its key, and the one place where a signed request becomes a signed answer."""

import logging
import random
import sqlite3
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import sleep
from typing import Any

import app.bootstrap  # noqa: F401 - registers every op, machine and settler
from app.clock import Clock
from app.errors import AppError, Busy
from app.hub import blobs
from app.hub.blobs import BlobStore
from app.hub.database import open_database
from app.sync.file_call import PREFIX, FileAnswer
from app.sync.keys import Key, verifies
from app.sync.protocol import (
    BUSY,
    CALLS,
    HISTORY,
    MALFORMED,
    MAX_PACKED,
    MAX_REQUEST,
    REVOKED,
    START,
    STRANGER,
    STUCK,
    TOO_LARGE,
    BadBytesError,
    Enrol,
    Message,
    Point,
    Refusal,
    answer_bytes,
    pack,
    request_bytes,
    unpack,
)
from app.sync.transport import Frame
from app.trouble import translated
from app.tx import Reader
from db.driver import CollisionError, Connection, TakenError, moment, transaction

#: How often a request is worked out where it meets another in the database (serialization, deadlock).
TRIES = 5

log = logging.getLogger(__name__)


class RefusedError(Exception):
    """A request that cannot be answered; nothing of it was kept."""

    def __init__(self, code: str, number: int = 0, reason: str = "") -> None:
        super().__init__(code)
        self.refusal = Refusal(code, number, reason)


@dataclass(frozen=True)
class DeviceRow:
    """A laptop that takes part."""

    device_id: bytes
    public_key: bytes
    code: str
    scope: tuple[str, ...]
    revoked: bool
    #: The version of its scope.
    grant: int = 0


_DEVICE = "SELECT device_id, public_key, code, scope, revoked_at, grant_v FROM hub_device WHERE device_id = ?"


class Hub:
    """A hub on a SQLite file or on a PostgreSQL database; any number of threads (there: and processes) may ask it."""

    def __init__(self, database: str | Path, clock: Clock | None = None, files: Path | None = None) -> None:
        self.clock = clock or Clock()
        self._database = open_database(database)
        #: The hub's file; None where its rows lie on a server.
        self.path = self._database.path
        self.files, self.backups = BlobStore(files or self._database.files), self._database.backups
        try:
            self.key: Key = self._database.key()
            self.hub_id, self._began = self._identity()
        except BaseException:
            self._database.close()
            raise

    def _identity(self) -> tuple[bytes, int]:
        with self.writing() as connection:
            new = {
                "hub_id": uuid.uuid4().hex,
                "hub_epoch": uuid.uuid4().hex,
                "hub_began": str(self.clock.now()),
            }
            connection.executemany(
                "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO NOTHING", new.items()
            )
            connection.execute(
                "INSERT INTO hub_counter (id, value, hash) VALUES (1, 0, ?) ON CONFLICT (id) DO NOTHING",
                (START,),
            )
            meta = dict(connection.execute("SELECT key, value FROM meta").fetchall())
        return bytes.fromhex(meta["hub_id"]), int(meta["hub_began"])

    def close(self) -> None:
        """Give up the database."""
        self._database.close()

    @contextmanager
    def reading(self) -> Iterator[Reader]:
        """One moment of the hub: everything read inside belongs together."""
        with translated(), self._database.connected() as connection, moment(connection):
            yield Reader(connection)

    @contextmanager
    def writing(self, context: str | None = None) -> Iterator[Connection]:
        """A transaction that writes; the context "ingest" opens the synced tables."""
        with translated(), self._database.connected() as connection, transaction(connection, context):
            yield connection

    def handle(self, call: str, request: Frame) -> Frame:
        """The signed answer to a request; whatever is wrong with it is a refusal, never an exception."""
        return self.sealed(call, request, self.answer(call, request))

    def sealed(self, call: str, request: Frame, answer: Message | bytes) -> Frame:
        """An answer with the signature that proves it to be ours, to exactly this request."""
        packed = answer if isinstance(answer, bytes) else pack(answer)
        return Frame(packed, self.key.sign(answer_bytes(request_bytes(call, request.body), packed)))

    def busy(self, call: str, seconds: int) -> Message | bytes:
        """The answer that asks to come back later; nothing was done."""
        return FileAnswer(BUSY).packed() if call.startswith(PREFIX) else Refusal(BUSY, seconds)

    def answer(self, call: str, request: Frame) -> Message | bytes:
        """What there is to say to a request; whatever is wrong with it is a refusal, never an exception."""
        if call.startswith(PREFIX):
            return blobs.answer(self, call, request)
        try:
            message, device = self._judged(call, request)
            return self._tried(_answerers()[type(message)], device, message)
        except RefusedError as refused:
            return refused.refusal
        except BadBytesError as error:
            return Refusal(MALFORMED, reason=str(error)[:200])
        except Busy:
            return Refusal(BUSY, 1)
        except AppError:
            log.exception("the database does not take it")
            return Refusal(STUCK)
        except TakenError:
            return Refusal(BUSY, 1)
        except (OverflowError, UnicodeError, sqlite3.Error):
            log.warning("a request that no database can take", exc_info=True)
            return Refusal(MALFORMED, reason="a value that cannot be stored")

    def _tried(self, answerer: "Answerer", device: DeviceRow | None, message: Any) -> Message:
        """An answer; where two requests met in the database, it is worked out again from the start, a few times."""
        for turn in range(1, TRIES):
            try:
                return answerer(self, device, message)
            except TakenError:
                log.info("two requests made the same row (turn %d)", turn)
            except Busy as busy:
                if not isinstance(busy.__cause__, CollisionError):
                    raise
                log.info("two requests met (turn %d)", turn)
            sleep(random.uniform(0.005, 0.05) * turn)  # noqa: S311 - no secret
        return answerer(self, device, message)

    def size(self) -> int:
        """Bytes of the database."""
        if self.path is not None:
            parts = (self.path, self.path.with_name(f"{self.path.name}-wal"))
            return sum(part.stat().st_size for part in parts if part.exists())
        with self.reading() as read:
            return int(read.value("SELECT pg_database_size(current_database())"))

    def _judged(self, call: str, request: Frame) -> tuple[Any, DeviceRow | None]:
        """The message, from a device that we know and that signed it."""
        kind = CALLS.get(call)
        if kind is None:
            raise RefusedError(MALFORMED, reason="unknown call")
        if len(request.body) > MAX_PACKED:
            raise RefusedError(TOO_LARGE, MAX_PACKED)
        signed = request_bytes(call, request.body)
        if kind is Enrol:
            asked = unpack(request.body, Enrol, MAX_REQUEST)
            if not verifies(asked.public_key, request.signature, signed):
                raise RefusedError(STRANGER)
            return asked, None
        device = self.device(request.device)
        if device is None or not verifies(device.public_key, request.signature, signed):
            raise RefusedError(STRANGER)
        if device.revoked and call not in {"hello", "ops"}:
            raise RefusedError(REVOKED)
        return unpack(request.body, kind, MAX_REQUEST), device

    def device(self, device_id: bytes) -> DeviceRow | None:
        """A laptop that takes part, by its id."""
        with self.reading() as read:
            return device_row(read, device_id)


def device_row(read: Reader, device_id: bytes) -> DeviceRow | None:
    """A laptop that takes part or did."""
    found = read.row(_DEVICE, device_id)
    if found is None:
        return None
    known, public, code, scope, revoked, grant = found
    return DeviceRow(known, public, code, tuple(scope.split()), revoked is not None, grant)


Answerer = Callable[[Hub, Any, Any], Message]


def _answerers() -> dict[type[Message], Answerer]:
    from app.hub import blocks, checkpoints, enrol, feed, ingest, verifiers
    from app.sync import protocol

    return {
        protocol.Enrol: enrol.enrol,
        protocol.Hello: checkpoints.welcome,
        protocol.Push: ingest.ingest,
        protocol.Known: ingest.known,
        protocol.Pull: checkpoints.page,
        protocol.AskDigest: feed.digest,
        protocol.Auth: verifiers.auth,
        protocol.Reserve: blocks.reserve,
    }


def head_of(read: Reader) -> Point:
    """Where the hub's history stands."""
    epoch = bytes.fromhex(read.value("SELECT value FROM meta WHERE key = 'hub_epoch'"))
    seq, link = read.row("SELECT value, hash FROM hub_counter WHERE id = 1") or (0, START)
    return Point(epoch, seq, link)


def demand_history(read: Reader, proof: Point) -> Point:
    """The hub's head, if what the laptop has seen is part of this history. Raises RefusedError(HISTORY) if not."""
    head = head_of(read)
    if proof.epoch != head.epoch or link_at(read, proof.seq) != proof.hash:
        raise RefusedError(HISTORY)
    return head


def link_at(read: Reader, seq: int) -> bytes | None:
    """The hub's hash at a point of its history; None past its end."""
    if seq == 0:
        return START
    found = read.value("SELECT hash FROM hub_history WHERE hub_seq = ?", seq)
    return found if isinstance(found, bytes) else None
