"""What a browser sends: fields of a form, and files in pieces as they come, so that a large one never lies in memory."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote

from app.errors import AppError
from app.values import clean
from app.words import N_

#: A form without a file; the head of a part.
MOST, MOST_HEAD, MOST_FIELDS = 64 * 1024, 4096, 200
BAD = N_("The form could not be read. Load the page again and fill it in once more.")
TOO_LONG = N_("This text is too long: at most {count} characters.")
_NAME = re.compile(rb'[ ;]name="([^"\r\n]*)"')
_FILE = re.compile(rb'[ ;]filename="([^"\r\n]*)"')
_BOUNDARY = re.compile(r'boundary="?([0-9A-Za-z\'()+_,./:=?-]{1,70})"?', re.IGNORECASE)


class Fields:
    """The fields of a form or an address, cleaned; only those that a page asks for are ever looked at."""

    def __init__(self, pairs: Mapping[str, list[str]] | None = None) -> None:
        self._pairs = dict(pairs or {})

    @classmethod
    def of(cls, body: bytes) -> "Fields":
        """The fields of an urlencoded body. Raises AppError."""
        try:
            pairs = parse_qsl(
                body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS
            )
        except ValueError:
            raise AppError(BAD) from None
        found: dict[str, list[str]] = {}
        for name, value in pairs:
            found.setdefault(name, []).append(value)
        return cls(found)

    def text(self, name: str, most: int = 200) -> str:
        """A text without blanks at its ends. Raises AppError for one that is too long or cannot be stored."""
        value = clean(self.raw(name))
        if len(value) > most:
            raise AppError(TOO_LONG, count=most)
        return value

    def raw(self, name: str) -> str:
        """A text as it was typed, for a password."""
        return (self._pairs.get(name) or [""])[0]

    def all(self, name: str) -> list[str]:
        """The texts of a field that may stand several times."""
        return [clean(value)[:200] for value in self._pairs.get(name, [])]

    def number(self, name: str, least: int, most: int) -> int:
        """A whole number within bounds. Raises AppError."""
        text = self.raw(name).strip()
        if re.fullmatch(r"[0-9]{1,15}", text) and least <= int(text) <= most:
            return int(text)
        raise AppError(N_("Type a whole number from {low} to {high}."), low=least, high=most)


@dataclass(frozen=True)
class Begun:
    """A part of a form begins: a field, or a file with the name that it had there."""

    name: str
    file: str | None


Piece = Begun | bytes


def boundary_of(content_type: str) -> bytes:
    """What stands between the parts. Raises AppError where it is no form with files."""
    found = _BOUNDARY.search(content_type)
    if not content_type.lower().startswith("multipart/form-data") or found is None:
        raise AppError(BAD)
    return found[1].encode("ascii")


class Parts:
    """A form with files as it comes in, wherever the network cut it."""

    def __init__(self, boundary: bytes) -> None:
        self._mark = b"\r\n--" + boundary
        self._held = b"\r\n"  # the first boundary stands at the very beginning
        self._inside = False
        #: Whether the last boundary has come.
        self.whole = False

    def feed(self, data: bytes) -> Iterator[Piece]:
        """The parts that have begun and what came of the last one. Raises AppError for what is no form."""
        self._held += data
        while not self.whole:
            piece = self._content() if self._inside else self._head()
            if piece is None:
                return
            if piece:
                yield piece

    def _content(self) -> bytes | None:
        at = self._held.find(self._mark)
        if at >= 0:
            piece, self._held, self._inside = self._held[:at], self._held[at:], False
            return piece
        keep = len(self._mark) - 1
        if len(self._held) <= keep:
            return None
        piece, self._held = self._held[:-keep], self._held[-keep:]
        return piece

    def _head(self) -> Begun | None:
        if self._held.startswith(self._mark + b"--"):
            self.whole, self._held = True, b""
            return None
        end = self._held.find(b"\r\n\r\n", len(self._mark))
        if len(self._held) > MOST_HEAD + len(self._mark) and (end < 0 or end > MOST_HEAD):
            raise AppError(BAD)
        start = self._mark + b"\r\n"
        if (self._mark + b"--").startswith(self._held):
            return None
        if not self._held.startswith(start[: len(self._held)]):
            raise AppError(BAD)
        if end < 0:
            return None
        head, self._held, self._inside = self._held[len(self._mark) : end], self._held[end + 4 :], True
        name, file = _NAME.search(head), _FILE.search(head)
        if name is None:
            raise AppError(BAD)
        return Begun(_said(name[1]), _said(file[1]) if file else None)


def _said(name: bytes) -> str:
    return unquote(name.decode("utf-8", "replace"))


def safe_name(name: str) -> str:
    """The name of a file that somebody sent, as a name in a folder of ours: no path, no odd signs, no hidden file."""
    last = re.split(r"[\\/]", name)[-1]
    plain = re.sub(r"[^\w.\-()\[\] ]", "_", last).strip(" .")[-120:]
    return plain or "file"
