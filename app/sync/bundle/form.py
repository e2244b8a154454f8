"""The batch file itself: magic, header (JSON), content (packed by zstd, sealed by age), Ed25519 signature over all of it.

A file is proved whole and its sender's before a byte of its content is read. It is written beside its place, flushed, renamed,
then read back from the disk and compared with what was written.
"""

import hashlib
import os
import struct
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader, RawIOBase
from pathlib import Path
from typing import IO, Annotated, Any

import msgspec
import zstandard

from app.contents import LARGEST_CONTENT
from app.errors import AppError
from app.files import said, write_safely
from app.ops import Id
from app.sync.bundle.lines import Content, End, message_of
from app.sync.bundle.sealing import UnsealedError, is_recipient, seal, unseal
from app.sync.keys import Key, verifies
from app.sync.protocol import MAX_ANSWER, Count, Hash, Message
from app.words import N_

SUFFIX = ".swb"
#: Line ends of both kinds: a mail program that “repairs” them breaks the magic, not the content.
MAGIC = b"SWB\x01\r\n\x1a\n"
FORMAT = 1
SIGNED = b"sitewright batch file\0"
MAX_HEADER = 1024 * 1024
SIGNATURE = 64
#: What a file holds unpacked at most; a part has a gigabyte.
MOST_UNPACKED = 16 * 1024**3
#: Named in each file, so that others (国密: SM2, SM3, SM4) can come beside them.
ALGORITHMS = {"sign": "ed25519", "digest": "sha256", "seal": "age-x25519", "pack": "zstd"}
OPEN = ALGORITHMS | {"seal": "none"}

NOT_OURS = N_("“{name}” is no batch file of Sitewright. Choose a file whose name ends in .swb.")
BROKEN = N_(
    "“{name}” is damaged or was cut short. Nothing of it was taken in; copy it again, or export anew."
)
FORGED = N_("“{name}” was not written by who it names: its signature is wrong. Nothing of it was taken in.")
NEWER = N_("“{name}” was written by a newer Sitewright. Install the newest version here first.")
NOT_FOR_US = N_(
    "“{name}” was sealed for somebody else and cannot be read here. Ask its sender for a new one."
)
UNREADABLE = N_("“{name}” cannot be read: {reason}. Try again, or copy it to another place.")
UNPROVED = N_(
    "“{name}” could not be read back as it was written. It was removed; use another stick or folder."
)

Short = Annotated[str, msgspec.Meta(max_length=80)]


class Header(msgspec.Struct, frozen=True):
    """What stands at the head for everybody to read: who sends what to whom, and where it belongs."""

    bundle_id: Id
    kind: Short
    #: The device is the laptop that sends, or the one that the file is for.
    device: Annotated[bytes, msgspec.Meta(max_length=16)]
    device_code: Short
    made_at: Count
    #: The hub, and the epoch of its history; empty where a laptop does not know them yet.
    hub_id: Annotated[bytes, msgspec.Meta(max_length=16)] = b""
    epoch: Annotated[bytes, msgspec.Meta(max_length=16)] = b""
    #: The laptop's files are counted; the answer names the one that it answers.
    number: Count = 0
    part: Annotated[int, msgspec.Meta(ge=1, le=9999)] = 1
    parts: Annotated[int, msgspec.Meta(ge=1, le=9999)] = 1
    #: Chain, first and last seq.
    ranges: Annotated[list[tuple[Id, Count, Count]], msgspec.Meta(max_length=1000)] = []
    #: SHA-256 of the laptop's file before this one.
    previous: Annotated[bytes, msgspec.Meta(max_length=32)] = b""
    counts: dict[Short, Count] = {}
    schema_v: int = 0
    version: Short = ""
    #: The public key that signs, and whom an answer is to be sealed for.
    key: Hash = bytes(32)
    recipient: Annotated[str, msgspec.Meta(max_length=200)] = ""
    algorithms: dict[Short, Short] = msgspec.field(default_factory=ALGORITHMS.copy)
    format: int = FORMAT


_headers = msgspec.json.Decoder(Header)


# --- writing ---


class _Hashed(RawIOBase):
    """A stream that hashes what goes through."""

    def __init__(self, target: Any) -> None:
        super().__init__()
        self._target = target
        self.hash = hashlib.sha256()

    def write(self, content: Any) -> int:
        self._target.write(content)
        self.hash.update(content)
        return len(content)


def write_bundle(path: Path, header: Header, content: IO[bytes], key: Key, recipient: str) -> bytes:
    """Write a file and prove it by reading it back; returns its SHA-256. Without a recipient it is signed, not sealed.

    Raises AppError where the disk refuses or gives back something else.
    """
    head = msgspec.json.encode(header)
    with write_safely(path) as stream:
        hashed = _Hashed(stream)
        hashed.write(MAGIC + struct.pack(">I", len(head)) + head)
        packed = zstandard.ZstdCompressor(level=3).stream_reader(content)
        if recipient:
            seal(packed, hashed, recipient)  # type: ignore[arg-type]  # it is written to, no more
        else:
            while some := packed.read(1024 * 1024):
                hashed.write(some)
        hashed.write(key.sign(SIGNED + hashed.hash.digest()))
    try:
        if _digest_from_disk(path) == hashed.hash.digest():
            return hashed.hash.digest()
        path.unlink()
    except OSError as error:
        raise said(error, path) from error
    raise AppError(UNPROVED, name=path.name)


def _digest_from_disk(path: Path) -> bytes:
    with path.open("rb") as stream:
        if hasattr(os, "posix_fadvise"):  # what lies in memory proves nothing about the stick
            os.posix_fadvise(stream.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        return hashlib.file_digest(stream, "sha256").digest()


# --- reading ---


@dataclass(frozen=True)
class Opened:
    """A file whose signature is right: by the key that its header names."""

    path: Path
    header: Header
    start: int
    end: int
    sha256: bytes

    @property
    def name(self) -> str:
        return self.path.name


def read_header(path: Path) -> Header:
    """What a file says about itself, unproved. Raises AppError."""
    with _reading(path) as stream:
        return _header(stream, path)[0]


def open_bundle(path: Path) -> Opened:
    """Prove that a file is whole and signed by the key that it names. Raises AppError with what to do."""
    with _reading(path) as stream:
        header, start = _header(stream, path)
        end = os.fstat(stream.fileno()).st_size - SIGNATURE
        if end <= start:
            raise AppError(BROKEN, name=path.name)
        stream.seek(0)
        digest, left = hashlib.sha256(), end
        while left and (some := stream.read(min(left, 1024 * 1024))):
            digest.update(some)
            left -= len(some)
        signature = stream.read(SIGNATURE)
        if not verifies(header.key, signature, SIGNED + digest.digest()):
            raise AppError(BROKEN, name=path.name)
        digest.update(signature)
    return Opened(path, header, start, end, digest.digest())


@contextmanager
def _reading(path: Path) -> Iterator[BufferedReader]:
    try:
        with path.open("rb") as stream:
            yield stream
    except OSError as error:
        raise AppError(UNREADABLE, name=path.name, reason=error.strerror or str(error)) from error


def _header(stream: BufferedReader, path: Path) -> tuple[Header, int]:
    start = stream.read(len(MAGIC) + 4)
    if start[: len(MAGIC)] != MAGIC:
        begun = start[:3] == MAGIC[:3] or (start and MAGIC.startswith(start))
        raise AppError(BROKEN if begun else NOT_OURS, name=path.name)
    if len(start) < len(MAGIC) + 4 or not 0 < (size := struct.unpack(">I", start[-4:])[0]) <= MAX_HEADER:
        raise AppError(BROKEN, name=path.name)
    raw = stream.read(size)
    try:
        if int(msgspec.json.decode(raw).get("format", FORMAT)) > FORMAT:
            raise AppError(NEWER, name=path.name)
        header = _headers.decode(raw)
    except (msgspec.MsgspecError, UnicodeError, RecursionError, AttributeError, TypeError, ValueError):
        raise AppError(BROKEN, name=path.name) from None
    if header.algorithms not in (ALGORITHMS, OPEN):
        raise AppError(NEWER, name=path.name)
    if header.recipient and not is_recipient(header.recipient):
        raise AppError(BROKEN, name=path.name)
    return header, len(MAGIC) + 4 + size


class _Slice(RawIOBase):
    """The bytes of a file from here to there."""

    def __init__(self, stream: BufferedReader, start: int, end: int) -> None:
        super().__init__()
        stream.seek(start)
        self._stream, self._left = stream, end - start

    def readable(self) -> bool:
        return True

    def readinto(self, target: Any) -> int:
        some = self._stream.read(min(len(target), self._left))
        target[: len(some)] = some
        self._left -= len(some)
        return len(some)


@contextmanager
def unsealed(opened: Opened, key: Key) -> Iterator["Lines"]:
    """The content of a file; nothing of it is given out before all of it is open. Raises AppError."""
    with _reading(opened.path) as stream, tempfile.TemporaryFile() as plain:
        source = BufferedReader(_Slice(stream, opened.start, opened.end))
        try:
            if opened.header.algorithms == OPEN:
                while some := source.read(1024 * 1024):
                    plain.write(some)
            else:
                unseal(source, plain, key)
        except UnsealedError:
            raise AppError(NOT_FOR_US, name=opened.name) from None
        yield Lines(opened, plain)


class Lines:
    """The lines of a file, which can be read as often as one likes."""

    def __init__(self, opened: Opened, packed: IO[bytes]) -> None:
        self._opened, self._packed = opened, packed

    def __iter__(self) -> Iterator[tuple[Message, "Bytes | None"]]:
        """Each message, and the bytes behind a `Content`. Raises AppError where the content is not what it should be."""
        self._packed.seek(0)
        unpacked: Any = zstandard.ZstdDecompressor(max_window_size=2**23).stream_reader(
            self._packed, closefd=False
        )
        stream = BufferedReader(unpacked, 1024 * 1024)
        try:
            yield from self._read(stream)
        except (zstandard.ZstdError, msgspec.MsgspecError, UnicodeError, RecursionError, ValueError) as error:
            raise AppError(BROKEN, name=self._opened.name) from error

    def _read(self, stream: BufferedReader) -> Iterator[tuple[Message, "Bytes | None"]]:
        count = total = 0
        while True:
            line = stream.readline(MAX_ANSWER)
            message = message_of(line)
            total += len(line)
            if isinstance(message, End):
                if message.lines != count:
                    raise ValueError(message.lines)
                return
            count += 1
            if isinstance(message, Content):
                if message.size > LARGEST_CONTENT:
                    raise ValueError(message.size)
                total += message.size
                content = Bytes(stream, message)
                yield message, content
                content.skip()
            else:
                yield message, None
            if total > MOST_UNPACKED:
                raise ValueError(total)

    def check(self) -> None:
        """Read everything once: all messages, and the hash of every file. Raises AppError."""
        try:
            right = all(content is None or content.is_right() for _message, content in self)
        except ValueError:  # it ends early
            right = False
        if not right:
            raise AppError(BROKEN, name=self._opened.name)


class Bytes:
    """The bytes of one file inside a batch file, to be read once."""

    def __init__(self, stream: BufferedReader, said_: Content) -> None:
        self._stream, self._left, self._hash = stream, said_.size, hashlib.sha256()
        self._said = said_

    def pieces(self) -> Iterator[bytes]:
        """What there is. Raises ValueError where it ends early."""
        while self._left:
            some = self._stream.read(min(self._left, 1024 * 1024))
            if not some:
                raise ValueError(self._left)
            self._left -= len(some)
            self._hash.update(some)
            yield some

    def is_right(self) -> bool:
        """Whether the bytes are those of the hash."""
        for _piece in self.pieces():
            pass
        return self._hash.digest() == self._said.sha256

    def skip(self) -> None:
        """Go to the end of the line."""
        for _piece in self.pieces():
            pass
        if self._stream.read(1) != b"\n":
            raise ValueError(self._said.size)
