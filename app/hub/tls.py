"""The hub speaks TLS by itself: an authority of its own made at the first start, and certificates that it renews alone.

Closed networks have no public authority: the authority's fingerprint travels with the invitation, and the laptop pins it at joining.
A certificate ends after a year and is renewed from four months before; the authority lasts as long as the hub.
"""

import datetime as dt
import ipaddress
import os
import platform
import socket
import ssl
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from app.errors import AppError
from app.files import said, sync_folder, write_safely
from app.sync.trust import mark_of
from app.words import N_

DAY = dt.timedelta(days=1)
LASTS, RENEWED = 365 * DAY, 120 * DAY
AUTHORITY_LASTS = 30 * 365 * DAY
#: A laptop whose clock is a little behind takes a new certificate all the same.
BEFORE = 2 * DAY
BROKEN = N_(
    "The files of the hub's own authority ({path}) cannot be read. Put both back from a backup; without them every laptop must join again."
)
COMPANY = N_(
    "The certificate {path} cannot be used: {reason}. Name a PEM file with the whole chain, and its key."
)


@dataclass(frozen=True)
class Issued:
    """A certificate with its key, as PEM, and the moment from which it is to be renewed."""

    chain: bytes
    key: bytes
    renew_at: dt.datetime


@dataclass(frozen=True)
class Authority:
    """The hub's own certificate authority."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def pem(self) -> str:
        """What laptops pin."""
        return self.certificate.public_bytes(Encoding.PEM).decode()

    @property
    def mark(self) -> str:
        """Its fingerprint in the invitation."""
        return mark_of(self.pem)

    def issue(self, names: list[str], now: dt.datetime) -> Issued:
        """A certificate for the names and addresses by which laptops find the hub."""
        key = ec.generate_private_key(ec.SECP256R1())
        end = min(now + LASTS, self.certificate.not_valid_after_utc)
        made = (
            _begun(_name("sitewright-hub"), self.certificate.subject, key, now - BEFORE, end)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(
                x509.SubjectAlternativeName([_alternative(name) for name in names]), critical=False
            )
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(_usage(signs=False), critical=True)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False
            )
            .sign(self.key, hashes.SHA256())
        )
        return Issued(made.public_bytes(Encoding.PEM) + self.pem.encode(), _key_pem(key), end - RENEWED)


def authority_at(stem: Path, now: dt.datetime) -> Authority:
    """The authority whose files lie beside the database; made where there is none. Raises AppError for broken files."""
    key_file, file = _files(stem)
    if not key_file.exists() and not file.exists():
        _make(stem, now)
    try:
        key = load_pem_private_key(key_file.read_bytes(), None)
        certificate = x509.load_pem_x509_certificate(file.read_bytes())
    except (OSError, ValueError):
        raise AppError(BROKEN, path=str(file)) from None
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.public_key() != certificate.public_key():
        raise AppError(BROKEN, path=str(file))
    return Authority(certificate, key)


def authority_there(stem: Path) -> bool:
    """Whether the hub has an authority of its own."""
    return all(file.exists() for file in _files(stem))


def _files(stem: Path) -> tuple[Path, Path]:
    return stem.with_name(stem.name + ".ca.key"), stem.with_name(stem.name + ".ca.pem")


def _make(stem: Path, now: dt.datetime) -> None:
    key, certificate = _new(now)
    key_file, file = _files(stem)
    write_secret(key_file, key)
    with write_safely(file) as stream:
        stream.write(certificate)


def new_authority(now: dt.datetime) -> bytes:
    """Key and certificate of a new authority, as PEM, for a hub whose machines share a database."""
    return b"".join(_new(now))


def _new(now: dt.datetime) -> tuple[bytes, bytes]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name(f"sitewright-hub-authority {platform.node()}"[:64])
    made = (
        _begun(name, name, key, now - BEFORE, now + AUTHORITY_LASTS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs=True), critical=True)
        .sign(key, hashes.SHA256())
    )
    return _key_pem(key), made.public_bytes(Encoding.PEM)


def _begun(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    start: dt.datetime,
    end: dt.datetime,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs,
        key_cert_sign=signs,
        crl_sign=signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name.encode("idna").decode())


def write_secret(path: Path, content: bytes) -> None:
    """A file that only its owner may read, whole or not there. Raises AppError."""
    part = path.with_name(path.name + ".part")
    try:
        part.unlink(missing_ok=True)
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(handle)
        part.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise said(error, path) from error


def names_of(host: str, addresses: list[str]) -> list[str]:
    """The names and addresses that a certificate must hold: of the listening end, of the invitations, of this machine."""
    found = ["localhost", "127.0.0.1", "::1"]
    found += [urlsplit(address).hostname or "" for address in addresses]
    if host not in {"0.0.0.0", "::"}:  # noqa: S104 - compared, not bound to
        found.append(host)
    else:
        found += [platform.node(), *_own_addresses()]
    return sorted({name.lower() for name in found if _sayable(name)})


def _sayable(name: str) -> bool:
    if not name:
        return False
    try:
        _alternative(name)
    except (ValueError, UnicodeError):
        return False
    return True


def _own_addresses() -> list[str]:
    with suppress(OSError):
        found = socket.getaddrinfo(socket.gethostname(), None, type=socket.SOCK_STREAM)
        return [str(where[0]).partition("%")[0] for *_rest, where in found]
    return []


def _end_of(chain: bytes) -> dt.datetime:
    """When the first certificate of a chain ends."""
    return x509.load_pem_x509_certificates(chain)[0].not_valid_after_utc


class Certificates:
    """What the listening end shows: a certificate of the own authority, renewed in time, or the company's files, read anew."""

    def __init__(
        self,
        authority: Authority | None = None,
        names: list[str] | None = None,
        company: tuple[Path, Path] | None = None,
    ) -> None:
        self.authority = authority
        self.names = names or []
        self._company = company
        self._renew_at: dt.datetime | None = None
        self._seen: tuple[int, ...] = ()
        #: Until when what is shown now holds.
        self.ends_at: dt.datetime | None = None
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.minimum_version = ssl.TLSVersion.TLSv1_2

    def refresh(self, now: dt.datetime, names: list[str] | None = None) -> bool:
        """Show a new certificate to whoever comes from now on, where the old one nears its end or lacks a name.

        Connections that are open stay. Raises AppError for files of the company that cannot be used.
        """
        if self._company:
            return self._read_company(*self._company)
        if self.authority is None:
            return False
        fresh = names is None or set(names) <= set(self.names)
        if self._renew_at and now < self._renew_at and fresh:
            return False
        self.names = sorted({*self.names, *(names or [])})
        issued = self.authority.issue(self.names, now)
        self._load(issued)
        self._renew_at = issued.renew_at
        return True

    def _load(self, issued: Issued) -> None:
        with tempfile.TemporaryDirectory(prefix="sitewright-") as folder:  # only its owner may enter
            chain, key = Path(folder) / "chain.pem", Path(folder) / "key.pem"
            chain.write_bytes(issued.chain)
            write_secret(key, issued.key)
            self.context.load_cert_chain(chain, key)
        self.ends_at = _end_of(issued.chain)

    def _read_company(self, chain: Path, key: Path) -> bool:
        try:
            seen = (chain.stat().st_mtime_ns, key.stat().st_mtime_ns)
            if seen == self._seen:
                return False
            self.context.load_cert_chain(chain, key)
            self.ends_at = _end_of(chain.read_bytes())
        except (OSError, ssl.SSLError, ValueError) as error:
            raise AppError(COMPANY, path=str(chain), reason=str(error)) from None
        self._seen = seen
        return True
