"""Requests for files by their content: what a laptop asks of a hub, and what that answers (docs/hub.md).

A request is a call "blobs/METHOD/SHA256/OFFSET/SIZE/NONCE" with at most one piece of bytes. Both sides sign as they do
elsewhere: the signature covers method, content, offset, size and bytes; the nonce keeps an old answer from passing for a new one.
"""

import re
import secrets
from dataclasses import dataclass, field

from app.sync.protocol import BadBytesError

PREFIX = "blobs/"
#: A piece; the usual limit of a proxy before the hub is one megabyte, too.
PIECE = 1024 * 1024
HEAD, PUT, GET = "HEAD", "PUT", "GET"

#: The hub has all of it; so much of what this laptop sends; these bytes; it has them not; they were not what they should be.
WHOLE, PART, BYTES, NONE, WRONG = "WHOLE", "PART", "BYTES", "NONE", "WRONG"
#: No record that this laptop may see names it; the hub's disk is full.
UNWANTED, FULL = "UNWANTED", "FULL"

_CALL = re.compile(r"blobs/(HEAD|PUT|GET)/([0-9a-f]{64})/(\d{1,12})/(\d{1,12})/([0-9a-f]{16,32})")
_FACTS = re.compile(rb"([A-Z_]{2,20}) (\d{1,12}) (\d{1,12}) ([01])")


@dataclass(frozen=True)
class FileCall:
    """One request for a file."""

    method: str
    sha256: bytes
    offset: int = 0
    size: int = 0
    nonce: str = field(default_factory=lambda: secrets.token_hex(16))

    def __str__(self) -> str:
        return f"{PREFIX}{self.method}/{self.sha256.hex()}/{self.offset}/{self.size}/{self.nonce}"


def read_call(text: str) -> FileCall:
    """The request in this text. Raises BadBytesError."""
    found = _CALL.fullmatch(text)
    if found is None:
        raise BadBytesError("no request for a file")
    method, content, offset, size, nonce = found.groups()
    return FileCall(method, bytes.fromhex(content), int(offset), int(size), nonce)


@dataclass(frozen=True)
class FileAnswer:
    """What the hub says about a file: a code, how many bytes it has of how many, whether a verified backup holds them."""

    code: str
    have: int = 0
    size: int = 0
    safe: bool = False
    body: bytes = b""

    @property
    def facts(self) -> bytes:
        """All but the bytes, as they stand in the header."""
        return f"{self.code} {self.have} {self.size} {int(self.safe)}".encode()

    def packed(self) -> bytes:
        """What is signed."""
        return self.facts + b"\n" + self.body


def read_answer(packed: bytes) -> FileAnswer:
    """The answer in these bytes. Raises BadBytesError."""
    facts, line, body = packed.partition(b"\n")
    found = _FACTS.fullmatch(facts)
    if found is None or not line or len(body) > PIECE:
        raise BadBytesError("no answer about a file")
    code, have, size, safe = found.groups()
    return FileAnswer(code.decode(), int(have), int(size), safe == b"1", body)


def http_of(address: str) -> tuple[str, str]:
    """Method and address by which a call travels: a file is asked for by HEAD, PUT or GET, everything else is posted."""
    hub, call, rest = address.partition(f"/v1/{PREFIX}")
    if not call:
        return "POST", address
    method, content, offset, size, nonce = rest.split("/")
    return method, f"{hub}{call}{content}?offset={offset}&size={size}&nonce={nonce}"
