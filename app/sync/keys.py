"""The Ed25519 key of a laptop or hub, in a file of its own beside the database: a copied site file cannot sign."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.errors import AppError
from app.files import said, sync_folder
from app.words import N_

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

BROKEN = N_("The key file {path} cannot be read. Put it back from a backup, or join the hub anew.")


@dataclass(frozen=True)
class Key:
    """A key pair that signs."""

    private: Ed25519PrivateKey

    @property
    def public(self) -> bytes:
        """The 32 bytes that others verify with."""
        return self.private.public_key().public_bytes_raw()

    def sign(self, content: bytes) -> bytes:
        """The signature of 64 bytes."""
        return self.private.sign(content)


def verifies(public: bytes, signature: bytes, content: bytes) -> bool:
    """Whether the owner of a public key signed this."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, content)
    except (InvalidSignature, ValueError):
        return False
    return True


def key_at(path: Path) -> Key:
    """The key in a file that only its owner may read; made where there is none. Raises AppError for a broken one."""
    if not path.exists():
        _make(path)
    try:
        raw = bytes.fromhex(path.read_text(encoding="ascii").strip())
        return key_of_bytes(raw)
    except (OSError, ValueError):
        raise AppError(BROKEN, path=str(path)) from None


def new_key() -> bytes:
    """The 32 secret bytes of a new key pair."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.generate().private_bytes_raw()


def key_of_bytes(raw: bytes) -> Key:
    """The key pair of its secret bytes. Raises ValueError."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Key(Ed25519PrivateKey.from_private_bytes(raw))


def _make(path: Path) -> None:
    raw = new_key()
    part = path.with_name(path.name + ".part")
    try:
        part.unlink(missing_ok=True)
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as stream:
            stream.write(raw.hex() + "\n")
            stream.flush()
            os.fsync(handle)
        part.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise said(error, path) from error
