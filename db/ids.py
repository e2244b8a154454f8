"""Identifiers of 16 bytes, made on the device (operations.md, rule 16)."""

import os
import time
import uuid
from hashlib import sha1

NAMESPACE = uuid.UUID("6b1f6a52-5a7e-5d0c-9d7e-2f6f1f0a9c11")
_SPACE = NAMESPACE.bytes


def new_id() -> bytes:
    """A UUIDv7 for what a person makes: sorts by the time of making."""
    stamp = time.time_ns() // 1_000_000
    raw = bytearray(stamp.to_bytes(6, "big") + os.urandom(10))
    raw[6] = (raw[6] & 0x0F) | 0x70
    raw[8] = (raw[8] & 0x3F) | 0x80
    return bytes(raw)


def made_id(*parts: str | bytes | int) -> bytes:
    """A UUIDv5 for what several devices make alike: the same parts give the same id everywhere."""
    name = "\x1f".join(p.hex() if isinstance(p, bytes) else str(p) for p in parts)
    # As uuid.uuid5 does it, without an object: settling makes several ids for each action.
    raw = bytearray(sha1(_SPACE + name.encode(), usedforsecurity=False).digest()[:16])
    raw[6] = (raw[6] & 0x0F) | 0x50
    raw[8] = (raw[8] & 0x3F) | 0x80
    return bytes(raw)
