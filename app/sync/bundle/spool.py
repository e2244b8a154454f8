"""Content laid out in parts that fit on any stick (FAT32 holds 4 GB a file, mail less): each part is a file of its own."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BufferedReader, RawIOBase
from pathlib import Path
from typing import IO, Any

import msgspec

from app.errors import AppError
from app.sync.bundle.form import SUFFIX, Header, write_bundle
from app.sync.bundle.lines import Content, End, line_of
from app.sync.keys import Key
from app.sync.protocol import Message
from app.values import local
from app.words import N_

#: A part of a file, in bytes before packing.
PART_SIZE = 1024**3
NO_FOLDER = N_("The folder “{name}” is not there. Choose one that is, or name a file that ends in .swb.")


@dataclass
class _Item:
    """A line in the spool, and the file whose bytes go behind it."""

    start: int
    size: int
    content: Path | None = None
    weight: int = 0


@dataclass
class Spool:
    """Lines on their way into files: on the disk, since there may be many."""

    _stream: IO[bytes]
    #: The lines that stand at the head of each part.
    head: list[Message] = field(default_factory=list)
    _items: list[_Item] = field(default_factory=list)

    def add(self, message: Message) -> None:
        """One more line."""
        line = line_of(message)
        self._items.append(_Item(self._stream.seek(0, 2), self._stream.write(line), None, len(line)))

    def add_content(self, sha256: bytes, path: Path) -> None:
        """The bytes of a file, read when they are written."""
        size = path.stat().st_size
        self.add(Content(sha256, size))
        self._items[-1].content = path
        self._items[-1].weight += size

    def write(self, place: "Place", header: Header, key: Key, recipient: str) -> list[tuple[Path, bytes]]:
        """Write all parts; their paths and hashes. Raises AppError; what was written before is left, and does no harm."""
        parts = self._parts(place.part_size)
        written = []
        for number, items in enumerate(parts, 1):
            path = place.path(number, len(parts))
            content = BufferedReader(_Joined(self._chunks(items)), 1024 * 1024)
            digest = write_bundle(
                path, msgspec.structs.replace(header, part=number, parts=len(parts)), content, key, recipient
            )
            written.append((path, digest))
        return written

    def _parts(self, limit: int) -> list[list[_Item]]:
        parts: list[list[_Item]] = [[]]
        size = 0
        for item in self._items:
            if parts[-1] and size + item.weight > limit:
                parts.append([])
                size = 0
            parts[-1].append(item)
            size += item.weight
        return parts

    def _chunks(self, items: Sequence[_Item]) -> Iterator[bytes]:
        for message in self.head:
            yield line_of(message)
        for item in items:
            self._stream.seek(item.start)
            yield self._stream.read(item.size)
            if item.content is not None:
                with item.content.open("rb") as stream:
                    while some := stream.read(1024 * 1024):
                        yield some
                yield b"\n"
        yield line_of(End(len(self.head) + len(items)))


@contextmanager
def spool() -> Iterator[Spool]:
    """A place for lines until they are written."""
    with tempfile.TemporaryFile() as stream:
        yield Spool(stream)


class _Joined(RawIOBase):
    """Chunks as one stream."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        super().__init__()
        self._chunks, self._rest = chunks, b""

    def readable(self) -> bool:
        return True

    def readinto(self, target: Any) -> int:
        while not self._rest:
            some = next(self._chunks, None)
            if some is None:
                return 0
            self._rest = some
        taken, self._rest = self._rest[: len(target)], self._rest[len(target) :]
        target[: len(taken)] = taken
        return len(taken)


@dataclass(frozen=True)
class Place:
    """Where the parts go: a folder, where they get names that sort by laptop and time, or a file of that name."""

    target: Path
    kind: str
    code: str
    at: int
    part_size: int = PART_SIZE

    def path(self, part: int, parts: int) -> Path:
        """Where a part goes. Raises AppError for a folder that is not there."""
        folder, stem = self._stem()
        if not folder.is_dir():
            raise AppError(NO_FOLDER, name=str(folder))
        some = f"-{part:03}of{parts:03}" if parts > 1 else ""
        return folder / f"{stem}{some}{SUFFIX}"

    def _stem(self) -> tuple[Path, str]:
        if self.target.suffix.lower() == SUFFIX and not self.target.is_dir():
            return self.target.parent, self.target.stem
        code = "".join(c for c in self.code if c.isascii() and c.isalnum()) or "NEW"
        moment = local(self.at, "UTC").strftime("%Y%m%d-%H%M%S")
        return self.target, f"sitewright-{self.kind}-{code}-{moment}Z"
