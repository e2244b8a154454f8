"""A profile: the folder of one laptop with its site file, photos, backups and identity.

site.db       the site file           files/    photos and documents by content
device.json   who this laptop is      backups/  copies of the site file
open.lock     held by the window      logs/
"""

import hashlib
import json
import logging
import secrets
import sqlite3
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from sqlalchemy import Engine

from app.clock import Clock
from app.errors import AppError, Busy, Damaged
from app.files import write_safely
from app.store import Store, translated
from app.words import N_
from db.engine import on_network_drive, sqlite_engine
from db.migrate import NewerSchemaError, migrate

log = logging.getLogger(__name__)
#: Letters and digits that cannot be taken for one another.
_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


@dataclass
class Profile:
    """An open profile: the store and where its files lie."""

    folder: Path
    engine: Engine
    store: Store
    clock: Clock
    meta: dict[str, str]
    _lock: "IO[str] | None" = field(default=None, repr=False)

    @property
    def database(self) -> Path:
        return self.folder / "site.db"

    @property
    def files(self) -> Path:
        return self.folder / "files"

    @property
    def backups(self) -> Path:
        return self.folder / "backups"

    @property
    def is_sample(self) -> bool:
        """Whether this is the invented sample site, whose passwords are shown."""
        return self.meta.get("sample") == "1"

    def remember(self, key: str, value: str) -> None:
        """Keep a fact about this file."""
        with self.store.local() as connection:
            connection.execute(
                "INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                (key, value),
            )
        self.meta[key] = value

    def hold(self) -> None:
        """Take the profile for the window. Raises Busy when another window has it."""
        self._lock = _hold(self.folder)

    def close(self) -> None:
        """Leave the profile; the write-ahead log is folded into the site file."""
        if self._lock:
            self._lock.close()
            self._lock = None
        self.store.close()
        self.engine.dispose()


def _hold(folder: Path) -> "IO[str]":
    stream = (folder / "open.lock").open("a+")
    try:
        _lock(stream)
    except OSError:
        stream.close()
        raise Busy(
            N_("Sitewright is already open on this site. Use the window that is open, or close it first.")
        ) from None
    return stream


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """A folder while no window has it open (a restore). Raises Busy where one has."""
    with _hold(folder):
        yield


def create_profile(
    folder: Path, *, clock: Clock | None = None, sample: bool = False, device: str | None = None
) -> Profile:
    """A new profile in an empty or missing folder. Raises AppError where one is there already."""
    if (folder / "site.db").exists():
        raise AppError(
            N_("There is already a site in the folder {folder}. Choose another folder."), folder=str(folder)
        )
    _make_folders(folder)
    return _open(folder, clock or Clock(), sample=sample, device=device)


def open_profile(folder: Path, *, clock: Clock | None = None) -> Profile:
    """Open an existing profile; an older site file is copied, then migrated.

    Raises AppError (missing, on a network drive, written by a newer program), Damaged or Busy.
    """
    if not (folder / "site.db").exists():
        raise AppError(
            N_("There is no site in the folder {folder}. Start with: sitewright init --sample"),
            folder=str(folder),
        )
    _make_folders(folder)
    return _open(folder, clock or Clock())


def _make_folders(folder: Path) -> None:
    try:
        for part in (folder, folder / "files", folder / "backups", folder / "logs"):
            part.mkdir(parents=True, exist_ok=True)
    except OSError:
        raise AppError(
            N_("The folder {folder} cannot be written to. Ask for write permission or choose another one."),
            folder=str(folder),
        ) from None
    if on_network_drive(folder):
        raise AppError(
            N_("The folder {folder} lies on a network drive, where a site file breaks. Choose a local one."),
            folder=str(folder),
        )


def _open(folder: Path, clock: Clock, *, sample: bool = False, device: str | None = None) -> Profile:
    path = folder / "site.db"
    _demand_sqlite(path)
    engine = sqlite_engine(path)
    try:
        with translated():
            migrate_safely(engine, folder, clock)
        meta = _identity(engine, folder, clock, sample=sample, device=device)
    except BaseException:
        engine.dispose()
        raise
    store = Store(engine, clock=clock, device=meta["device_code"], keep_shadow="hub_id" in meta)
    return Profile(folder, engine, store, clock, meta)


def _demand_sqlite(path: Path) -> None:
    """A file that is no site file is refused before SQLite writes beside it."""
    if not path.exists() or path.stat().st_size == 0:
        return
    with path.open("rb") as stream:
        if stream.read(16) != b"SQLite format 3\0":
            raise Damaged(
                N_(
                    "The site file is damaged. Close the program and restore the newest backup (sitewright restore)."
                )
            )


def migrate_safely(engine: Engine, folder: Path, clock: Clock) -> None:
    """Migrate after a copy. Raises AppError for a file of a newer program, which is left untouched."""
    from sqlalchemy.exc import DatabaseError

    copy = folder / "backups" / f"before-upgrade-{clock.now()}.db"
    try:
        migrate(engine, copy)
    except NewerSchemaError:
        raise AppError(
            N_(
                "This site was opened by a newer Sitewright. Install the newest version; the file was not touched."
            )
        ) from None
    except DatabaseError as error:
        if isinstance(error.orig, sqlite3.DatabaseError):
            raise error.orig from error
        raise


def _identity(
    engine: Engine, folder: Path, clock: Clock, *, sample: bool, device: str | None
) -> dict[str, str]:
    pooled = engine.raw_connection()
    try:
        connection = pooled.driver_connection
        if not isinstance(connection, sqlite3.Connection):
            raise TypeError("a profile is a SQLite file")
        with translated():
            meta = dict(connection.execute("SELECT key, value FROM meta").fetchall())
            if "chain_id" not in meta:
                meta |= {
                    "profile_id": uuid.uuid4().hex,
                    "device_id": uuid.uuid4().hex,
                    "device_code": device or "".join(secrets.choice(_ALPHABET) for _ in range(3)),
                    "chain_id": uuid.uuid4().hex,
                    "created_at": str(clock.now()),
                    "sample": "1" if sample else "0",
                }
                connection.executemany("INSERT INTO meta VALUES (?, ?)", meta.items())
    finally:
        pooled.close()
    anchor = folder / "device.json"
    if not anchor.exists():
        _write_anchor(anchor, meta)
    return meta


def _write_anchor(path: Path, meta: dict[str, str]) -> None:
    machine = hashlib.sha256(str(uuid.getnode()).encode()).hexdigest()
    known = {"device_id": meta["device_id"], "nonce": secrets.token_hex(16), "machine": machine}
    with write_safely(path) as stream:
        stream.write(json.dumps(known).encode())


def _lock(stream: "IO[str]") -> None:
    """Hold an OS lock on a file; it goes with the process, so none is ever stale."""
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
