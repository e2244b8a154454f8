"""A profile: the folder of one laptop with its site file, photos, backups and identity.

site.db       the site file           files/    photos and documents by content
device.json   who this laptop is      backups/  copies of the site file
open.lock     held by the window      logs/
"""

import logging
import secrets
import sqlite3
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from app.anchor import CUT, misfit, write_anchor
from app.backup import finish_restore, free_name
from app.clock import Clock
from app.damage import examine, newer, refusing_damage
from app.errors import AppError, Busy
from app.store import Store
from app.trouble import UNWRITABLE, translated
from app.words import N_
from db.drives import on_network_drive
from db.migrate import NewerSchemaError, migrate
from db.pool import Pool

log = logging.getLogger(__name__)
#: Letters and digits that cannot be taken for one another.
_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


REVOKED = N_(
    "This laptop no longer takes part in the hub; its records are locked. What waits is still sent by: sitewright sync"
)


@dataclass
class Profile:
    """An open profile: the store and where its files lie."""

    folder: Path
    engine: Pool
    store: Store
    clock: Clock
    meta: dict[str, str]
    #: What the user should know about how the files were found; `str()` gives the sentence.
    notices: list[AppError] = field(default_factory=list)
    _lock: "IO[str] | None" = field(default=None, repr=False)
    _closed: bool = field(default=False, repr=False)

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
        self._lock.write("open\n")
        self._lock.flush()

    def close(self) -> None:
        """Leave the profile; the write-ahead log is folded into the site file."""
        if self._closed:
            return
        self._closed = True
        if all(notice.message != CUT for notice in self.notices):
            with suppress(AppError), self.store.read() as read:
                write_anchor(self.folder, self.meta, read.connection)
        self.store.close()
        self.engine.dispose()
        if self._lock:
            with suppress(OSError):
                self._lock.truncate(0)
            self._lock.close()
            self._lock = None


def _hold(folder: Path) -> "IO[str]":
    try:
        stream = (folder / "open.lock").open("a+")
    except OSError:
        raise AppError(UNWRITABLE) from None
    try:
        _lock(stream)
    except OSError:
        stream.close()
        raise Busy(
            N_("Sitewright is already open on this site. Use the window that is open, or close it first.")
        ) from None
    return stream


def _left_open(folder: Path) -> tuple[bool, bool]:
    """Whether the last window went without closing the profile (its mark is there, nobody holds the lock); whether one is open."""
    mark = folder / "open.lock"
    if not mark.exists():
        return False, False
    try:
        with _hold(folder):
            return mark.stat().st_size > 0, False
    except (AppError, OSError) as error:
        return False, isinstance(error, Busy)


def _forget_crash(folder: Path) -> None:
    with suppress(AppError, OSError), _hold(folder) as stream:
        stream.truncate(0)


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Hold a lock file for a while. Raises BlockingIOError where another program has it."""
    with path.open("a+") as stream:
        try:
            _lock(stream)
        except OSError as error:
            raise BlockingIOError(*error.args) from error
        yield


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """A folder while no window has it open (a restore). Raises Busy where one has."""
    with _hold(folder) as stream:
        yield
        stream.truncate(0)


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
    if (folder / "site.db.new").exists():
        with suppress(Busy), held(folder):
            finish_restore(folder)
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
    crashed, in_use = _left_open(folder)
    notices = examine(folder, crashed=crashed, in_use=in_use)
    engine = Pool(folder / "site.db")
    try:
        with refusing_damage(folder):
            migrate_safely(engine, folder, clock)
            meta, made = _identity(engine, clock, sample=sample, device=device)
            notices += _compare(engine, folder, meta, made=made)
    except BaseException:
        engine.dispose()
        raise
    if meta.get("hub_revoked"):
        notices.append(AppError(REVOKED))
    if crashed:
        _forget_crash(folder)
    store = Store(engine, clock=clock, device=meta["device_code"])
    store.take_prefix(meta.get("number_code") or meta["device_code"])
    return Profile(folder, engine, store, clock, meta, notices)


def migrate_safely(engine: Pool, folder: Path, clock: Clock) -> None:
    """Migrate after a copy. Raises AppError for a file of a newer program, which is left untouched."""
    copy = free_name(folder / "backups" / f"before-upgrade-{clock.now()}.db")
    try:
        with translated():
            migrate(engine, copy)
    except NewerSchemaError:
        raise newer() from None
    except BaseException:
        copy.unlink(missing_ok=True)  # the file is as it was, and each start would add a copy
        raise


@contextmanager
def _driver(engine: Pool) -> Iterator[sqlite3.Connection]:
    pooled = engine.raw_connection()
    try:
        yield pooled.driver_connection
    finally:
        pooled.close()


def _identity(engine: Pool, clock: Clock, *, sample: bool, device: str | None) -> tuple[dict[str, str], bool]:
    """The facts about the file, and whether they were made just now: all of them in one transaction, or none."""
    with _driver(engine) as connection:
        meta = dict(connection.execute("SELECT key, value FROM meta").fetchall())
        if "chain_id" in meta:
            return meta, False
        new = {
            "profile_id": uuid.uuid4().hex,
            "device_id": uuid.uuid4().hex,
            "device_code": device or "".join(secrets.choice(_ALPHABET) for _ in range(3)),
            "chain_id": uuid.uuid4().hex,
            "created_at": str(clock.now()),
            "sample": "1" if sample else "0",
        }
        connection.execute("BEGIN IMMEDIATE")
        try:
            connection.executemany("INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO NOTHING", new.items())
            connection.execute("COMMIT")
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
        return dict(connection.execute("SELECT key, value FROM meta").fetchall()), True


def _compare(engine: Pool, folder: Path, meta: dict[str, str], *, made: bool) -> list[AppError]:
    with _driver(engine) as connection:
        found = misfit(folder, meta, connection)
        if found is None or found.message == CUT:
            return [found] if found else []
        with suppress(AppError):
            write_anchor(folder, meta, connection)
        return [] if made else [found]


def _lock(stream: "IO[str]") -> None:
    """Hold an OS lock on a file; it goes with the process, so none is ever stale."""
    stream.seek(0)
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
