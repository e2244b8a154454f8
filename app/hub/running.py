"""How the hub's process is begun, and what is done to a hub that stands still: the door it shows, backup, restore."""

import ipaddress
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from app.clock import Clock
from app.errors import AppError, Busy
from app.hub import pg_backup
from app.hub.backup import Copy, bring_files, note, put_back
from app.hub.checkpoints import begin_epoch
from app.hub.hub import Hub
from app.hub.listen import Listening, known_addresses, now_utc
from app.hub.tls import (
    Authority,
    Certificates,
    authority_at,
    names_of,
    new_authority,
    write_secret,
)
from app.sync.protocol import Point
from app.words import N_

OWN, COMPANY, PLAIN = "own", "company", "plain"
BOTH = N_(
    "--tls-cert and --tls-key belong together, and not with --plain. Name both files, or leave them out."
)
RUNNING = N_("The hub runs. Stop every process of it first, then restore.")


@dataclass(frozen=True)
class Door:
    """How laptops are to come in."""

    host: str
    port: int
    addresses: tuple[str, ...] = ()
    plain: bool = False
    company: tuple[Path | None, Path | None] = (None, None)

    @property
    def kind(self) -> str:
        """TLS by the hub's own authority; plain only where that was asked for, or nobody else can listen."""
        given = [path for path in self.company if path is not None]
        if len(given) == 1 or (given and self.plain):
            raise AppError(BOTH)
        if given:
            return COMPANY
        secret = any(urlsplit(address).scheme == "https" for address in self.addresses)
        return PLAIN if self.plain or (_is_loopback(self.host) and not secret) else OWN


def _is_loopback(host: str) -> bool:
    with suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost"


def authority_of(hub: Hub) -> Authority:
    """The hub's own authority: in files beside the database, or in the database where several machines share it."""
    now = now_utc(hub)
    if hub.path is not None:
        return authority_at(hub.path, now)
    with hub.writing() as connection:
        connection.execute(
            "INSERT INTO hub_secret (name, value) VALUES ('authority', ?) ON CONFLICT (name) DO NOTHING",
            (new_authority(now),),
        )
        pem = bytes(connection.execute("SELECT value FROM hub_secret WHERE name = 'authority'").fetchone()[0])
    key = load_pem_private_key(pem, None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return Authority(x509.load_pem_x509_certificate(pem), key)


def listening(
    hub: Hub, door: Door, database: str, backups: Path | None, metrics: tuple[str, int] | None
) -> Listening:
    """What is to be served. Raises AppError for certificates that cannot be used."""
    kind = door.kind
    shown = None
    remember_addresses(hub, door.addresses)
    if kind == OWN:
        own = authority_of(hub)
        shown = Certificates(own, names_of(door.host, known_addresses(hub)))
    elif kind == COMPANY:
        chain, key = door.company
        shown = Certificates(company=(chain or Path(), key or Path()))
    if shown is not None:
        shown.refresh(now_utc(hub))
    _remember(hub, {"hub_door": kind, "hub_port": str(door.port)})
    return Listening(door.host, door.port, database, shown, backups, metrics)


def authority_to_pin(hub: Hub) -> str | None:
    """The certificate that laptops pin where the hub, or the proxy before it, shows one of the hub's own authority."""
    return authority_of(hub).pem if _is_own(hub) else None


def _is_own(hub: Hub) -> bool:
    kind = _meta(hub, "hub_door")
    return kind in {None, OWN} or (kind == PLAIN and _meta(hub, "hub_proxy") == OWN)


def mark_for(hub: Hub, address: str) -> str:
    """The fingerprint of the authority that an invitation to this address must carry; none where others vouch for it."""
    return authority_of(hub).mark if _is_own(hub) and urlsplit(address).scheme == "https" else ""


def usual_address(hub: Hub, machine: str, port: int) -> str:
    """Where laptops find the hub unless somebody knows better."""
    scheme = "http" if _meta(hub, "hub_door") == PLAIN else "https"
    return f"{scheme}://{machine}:{_meta(hub, 'hub_port') or port}"


def certificate_for_proxy(hub: Hub, names: list[str], to: Path) -> None:
    """A certificate of the hub's own authority with its key, in one file, for a reverse proxy before the hub."""
    issued = authority_of(hub).issue(names_of("localhost", [f"//{name}" for name in names]), now_utc(hub))
    write_secret(to, issued.chain + issued.key)
    _remember(hub, {"hub_proxy": OWN})


def remember_addresses(hub: Hub, addresses: "tuple[str, ...] | list[str]") -> None:
    """Names that invitations use stand in the certificate, from the next look at it on."""
    known = known_addresses(hub)
    new = [address for address in addresses if address not in known]
    if new:
        _remember(hub, {"hub_addresses": " ".join([*known, *new][-40:])})


def _meta(hub: Hub, key: str) -> str | None:
    with hub.reading() as read:
        found = read.value("SELECT value FROM meta WHERE key = ?", key)
    return None if found is None else str(found)


def _remember(hub: Hub, facts: dict[str, str]) -> None:
    with hub.writing() as connection:
        connection.executemany(
            "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            facts.items(),
        )


# --- who has the database open ---


@contextmanager
def in_use(database: str | Path, *, alone: bool = False) -> Iterator[None]:
    """Hold a hub's file as one of its processes, or alone (a restore). Raises Busy; a server knows by itself who is there."""
    if not isinstance(database, Path):
        yield
        return
    path = database.with_name(database.name + ".lock")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as stream:
        try:
            _lock(stream, alone=alone)
        except OSError:
            raise Busy(RUNNING) from None
        yield


def _lock(stream: IO[str], *, alone: bool) -> None:
    if os.name == "posix":
        import fcntl

        fcntl.flock(stream, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    else:
        import msvcrt

        msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]  # Windows only


# --- the way back ---


@dataclass(frozen=True)
class Restored:
    """A restored hub: where its history stands, and where what was there before is kept."""

    seq: int
    kept: Path | None


def restore(database: str | Path, copy: Path, files: Path | None, clock: Clock | None = None) -> Restored:
    """Put a verified backup in the place of a hub that stands still; a new epoch tells every laptop. Raises AppError, Busy."""
    now = (clock or Clock()).now()
    kept = None
    with in_use(database, alone=True):
        if isinstance(database, Path):
            kept = put_back(database, copy, now)
        else:
            pg_backup.restore(database, copy)
        hub = Hub(database, clock, files)
        try:
            said = begin_epoch(hub, uuid.uuid4().bytes)
            size = copy.stat().st_size
            note(hub, Copy(copy, size, Point(said.epoch, said.seq, said.hash), now))
            bring_files(hub, copy.parent / "files")
        finally:
            hub.close()
    return Restored(said.seq, kept)
