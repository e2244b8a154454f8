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

from app.clock import Clock
from app.errors import AppError, Busy
from app.hub import pg_backup
from app.hub.addresses import (
    COMPANY,
    OWN,
    PLAIN,
    authority_of,
    known_addresses,
    now_utc,
    remember,
    remember_addresses,
)
from app.hub.backup import Copy, bring_files, note, put_back
from app.hub.checkpoints import begin_epoch
from app.hub.hub import Hub
from app.hub.listen import Listening
from app.hub.tls import Certificates, names_of, write_secret
from app.sync.protocol import Point
from app.words import N_

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
    #: Where the page for administrators is, if not at the same port.
    admin: tuple[str, int] | None = None

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


def listening(
    hub: Hub,
    door: Door,
    database: str,
    backups: Path | None,
    metrics: tuple[str, int] | None,
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
    remember(hub, {"hub_door": kind, "hub_port": str(door.port)})
    return Listening(door.host, door.port, database, shown, backups, metrics, door.admin)


def certificate_for_proxy(hub: Hub, names: list[str], to: Path) -> None:
    """A certificate of the hub's own authority with its key, in one file, for a reverse proxy before the hub."""
    issued = authority_of(hub).issue(names_of("localhost", [f"//{name}" for name in names]), now_utc(hub))
    write_secret(to, issued.chain + issued.key)
    remember(hub, {"hub_proxy": OWN})


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
