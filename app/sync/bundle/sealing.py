"""For whom a batch file can be read: age (X25519) keys that follow from the Ed25519 key, so that there is one secret to keep.

The files inside are ordinary age files: `age --decrypt -i KEY` reads them with the text of `identity_of`.
"""

from collections.abc import Iterable
from typing import IO, Any, Protocol

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyrage import DecryptError, EncryptError, RecipientError, decrypt_io, encrypt_io
from pyrage.x25519 import Identity, Recipient

from app.sync.keys import Key

_LETTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_STEPS = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_KIND = "age-secret-key-"


class UnsealedError(Exception):
    """The content cannot be read: it was changed, cut short, or sealed for somebody else."""


class _Readable(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...


def identity_of(key: Key) -> Identity:
    """The secret that opens what was sealed for the owner of a key."""
    raw = key.private.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
    secret = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"sitewright age identity").derive(raw)
    return Identity.from_str(_bech32(_KIND, secret).upper())


def recipient_of(key: Key) -> str:
    """What others seal for: “age1…”."""
    return str(identity_of(key).to_public())


def is_recipient(text: str) -> bool:
    """Whether something can be sealed for this."""
    try:
        Recipient.from_str(text)
    except RecipientError:
        return False
    return True


def seal(source: _Readable, target: IO[bytes], recipient: str) -> None:
    """Encrypt a stream. Raises OSError as the streams do."""
    kept = _Keeping(target)
    try:
        encrypt_io(source, kept, [Recipient.from_str(recipient)])
    except EncryptError as error:
        raise (kept.error or OSError(str(error))) from error


def unseal(source: _Readable, target: IO[bytes], key: Key) -> None:
    """Decrypt a stream. Raises UnsealedError."""
    kept = _Keeping(target)
    try:
        decrypt_io(source, kept, [identity_of(key)])
    except (DecryptError, OSError) as error:
        if kept.error is not None:
            raise kept.error from None
        raise UnsealedError(str(error)) from error


class _Keeping:
    """A stream that keeps the failure of the disk, which the library would swallow."""

    def __init__(self, target: Any) -> None:
        self._target = target
        self.error: OSError | None = None

    def write(self, content: bytes) -> int:
        try:
            self._target.write(content)
        except OSError as error:
            self.error = error
            raise
        return len(content)

    def flush(self) -> None:
        self._target.flush()


def _bech32(kind: str, content: bytes) -> str:
    """The text form of a key with its check letters (BIP 173)."""
    bits = int.from_bytes(content, "big") << (-len(content) * 8) % 5
    count = -(-len(content) * 8 // 5)
    values = [bits >> 5 * (count - 1 - n) & 31 for n in range(count)]
    head = [ord(letter) >> 5 for letter in kind] + [0] + [ord(letter) & 31 for letter in kind]
    check = _checked([*head, *values, 0, 0, 0, 0, 0, 0]) ^ 1
    values += [check >> 5 * (5 - n) & 31 for n in range(6)]
    return f"{kind}1" + "".join(_LETTERS[value] for value in values)


def _checked(values: Iterable[int]) -> int:
    check = 1
    for value in values:
        top, check = check >> 25, (check & 0x1FFFFFF) << 5 ^ value
        for place, step in enumerate(_STEPS):
            check ^= step if top >> place & 1 else 0
    return check


__all__ = ["UnsealedError", "identity_of", "is_recipient", "recipient_of", "seal", "unseal"]
