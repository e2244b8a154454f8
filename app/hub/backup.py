"""Backups of the hub: made by itself every six hours, proved by opening the copy, kept for two weeks (trust.md, R15 and R16).

A copy counts only when its history adds up from the first decision to its head, and that head is part of the hub's own history.
Until a verified backup reaches an op, laptops keep it (`durable_seq`, sync.md 3.6): without backups nothing is ever given up.
"""

import platform
import shutil
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from app.backup import free_name
from app.damage import read_only
from app.errors import AppError
from app.files import said, sync_folder
from app.hub import pg_backup
from app.hub.blobs import back_up_files
from app.hub.hub import Hub, head_of, link_at
from app.hub.tls import write_secret
from app.sync.protocol import START, Point, next_link
from app.trouble import translated
from app.tx import Reader
from app.words import N_, _

HOUR = 3_600_000
EVERY, LATE = 6 * HOUR, 13 * HOUR
#: The newest four, and of each of the last fourteen days the newest.
NEWEST, DAYS = 4, 14
DAMAGED = N_("The backup {path} cannot be used: it is damaged or not of a hub. Choose another one.")
ASTRAY = N_(
    "The copy {path} does not hold the hub's history. It was not taken as a backup; look after the disk."
)
_SUFFIXES = {True: ".db", False: ".dump"}
_KEYS = (".key", ".ca.key", ".ca.pem")


@dataclass(frozen=True)
class Copy:
    """A verified copy: where, how large, and the head of the history that it holds."""

    path: Path
    size: int
    head: Point
    made_at: int


def folder_of(hub: Hub) -> Path:
    """Where backups go unless another folder is named: beside the database, or in the user's data; better is another disk."""
    return hub.backups


def back_up(hub: Hub, address: str, folder: Path) -> Copy:
    """Make, prove and note a backup; copies that are too old go. Raises AppError, and then nothing counts as a backup."""
    now = hub.clock.now()
    stamp = datetime.fromtimestamp(now / 1000, UTC).strftime("%Y%m%d-%H%M%S")
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        target = free_name(folder / f"hub-{stamp}{_SUFFIXES[hub.path is not None]}")
        part = target.with_name(target.name + ".part")
        try:
            head = _copied(hub, address, part)
            _demand_ours(hub, head, target)
            part.chmod(0o600)
            part.replace(target)
            sync_folder(folder)
        finally:
            part.unlink(missing_ok=True)
        _keep_keys(hub, folder)
        back_up_files(hub, folder / "files")
    except OSError as error:
        raise said(error, folder / "hub") from error
    made = Copy(target, target.stat().st_size, head, now)
    note(hub, made)
    _thin(folder, target)
    _forget_lost(hub)
    return made


def _copied(hub: Hub, address: str, part: Path) -> Point:
    if hub.path is None:
        return pg_backup.dump(address, part)
    part.unlink(missing_ok=True)
    with translated(), closing(sqlite3.connect(hub.path, timeout=30)) as connection:
        connection.execute("VACUUM INTO ?", (str(part),))
    return verify(part)


def _demand_ours(hub: Hub, head: Point, target: Path) -> None:
    with hub.reading() as read:
        if head.epoch != head_of(read).epoch or link_at(read, head.seq) != head.hash:
            raise AppError(ASTRAY, path=str(target))


def verify(path: Path) -> Point:
    """Prove a copy of a hub's file by opening it: whole, its history without a gap; returns the head. Raises AppError."""
    if not path.is_file():
        raise AppError(N_("There is no backup {path}. Choose another one."), path=str(path))
    try:
        with closing(read_only(path, alone=True)) as connection:
            whole = connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
            if whole and not connection.execute("PRAGMA foreign_key_check").fetchone():
                head = head_of(Reader(connection))
                if (head.seq, head.hash) == _replayed(connection):
                    return head
    except (sqlite3.Error, OSError, TypeError, ValueError):
        pass
    raise AppError(DAMAGED, path=str(path))


def _replayed(connection: sqlite3.Connection) -> tuple[int, bytes]:
    """Number and hash of the last decision when all are chained again from the first; every op that counts is there."""
    last, link = 0, START
    for seq, op_id, outcome, kept in connection.execute(
        "SELECT h.hub_seq, o.op_id, h.outcome, h.hash FROM hub_history h LEFT JOIN op o ON o.op_id = h.op_id ORDER BY 1"
    ):
        link = next_link(link, op_id, outcome)
        if seq != last + 1 or link != kept:
            raise ValueError(seq)
        last = seq
    return last, link


def _keep_keys(hub: Hub, folder: Path) -> None:
    """The hub's keys go along: without them every laptop would have to join again."""
    if hub.path is None:
        return  # they lie in the database
    keys = folder / "keys"
    keys.mkdir(exist_ok=True, mode=0o700)
    for suffix in _KEYS:
        source = hub.path.with_name(hub.path.name + suffix)
        target = keys / f"hub{suffix}"
        if source.exists() and not (target.exists() and target.read_bytes() == source.read_bytes()):
            write_secret(target, source.read_bytes())


def note(hub: Hub, made: Copy) -> None:
    """Remember a verified copy: from now on laptops need not keep what it holds."""
    with hub.writing() as connection:
        connection.execute(
            "INSERT INTO hub_backup (made_at, epoch, seq, hash, size, path, host) VALUES (?, ?, ?, ?, ?, ?, ?) "
            "ON CONFLICT (made_at) DO NOTHING",
            (made.made_at, made.head.epoch, made.head.seq, made.head.hash, made.size, str(made.path.resolve()), platform.node()),
        )  # fmt: skip


def _thin(folder: Path, newest: Path) -> None:
    copies = sorted(
        (*folder.glob("hub-*.db"), *folder.glob("hub-*.dump")), key=lambda p: p.name, reverse=True
    )
    days: dict[str, Path] = {}
    for path in copies:
        days.setdefault(path.name[4:12], path)
    kept = {newest, *copies[:NEWEST], *list(days.values())[:DAYS]}
    for path in set(copies) - kept:
        with suppress(OSError):
            path.unlink()


def _forget_lost(hub: Hub) -> None:
    """A copy of this machine that is not there any more proves nothing."""
    with hub.reading() as read:
        found = read.rows("SELECT made_at, path FROM hub_backup WHERE host = ?", platform.node())
    lost = [(made_at,) for made_at, path in found if not Path(path).exists()]
    if lost:
        with hub.writing() as connection:
            connection.executemany("DELETE FROM hub_backup WHERE made_at = ?", lost)


# --- how it stands ---


@dataclass(frozen=True)
class BackupState:
    """How far the newest verified backup reaches, how old it is, and what is wrong."""

    seq: int
    made_at: int | None
    age_seconds: int | None
    error: str | None

    def red_line(self) -> str | None:
        """The sentence for the hub's page where backups are not as they should be."""
        if self.error:
            return _("The last backup failed: {reason}").format(reason=self.error)
        if self.age_seconds is None:
            return _(
                "The hub has no verified backup. Laptops keep everything, but nothing else would survive."
            )
        if self.age_seconds * 1000 > LATE:
            return _("The last verified backup is {hours} hours old.").format(hours=self.age_seconds // 3600)
        return None


def backup_state(read: Reader, now: int) -> BackupState:
    """How the hub's backups stand now."""
    epoch = head_of(read).epoch
    newest = read.row(
        "SELECT seq, made_at FROM hub_backup WHERE epoch = ? ORDER BY seq DESC, made_at DESC LIMIT 1", epoch
    )
    error = read.value("SELECT error FROM hub_job WHERE name = 'backup'")
    if newest is None:
        return BackupState(0, None, None, error)
    return BackupState(newest[0], newest[1], max(now - newest[1], 0) // 1000, error)


def durable_seq(read: Reader) -> int:
    """Up to this decision the hub would survive the loss of its disk."""
    sql = "SELECT coalesce(max(seq), 0) FROM hub_backup WHERE epoch = ?"
    return int(read.value(sql, head_of(read).epoch))


# --- the way back ---


def put_back(path: Path, copy: Path, stamp: int) -> Path | None:
    """Put a verified copy in the place of the hub's file, which no process may have open; returns where the replaced one is kept."""
    verify(copy)
    part = path.with_name(path.name + ".part")
    try:
        part.unlink(missing_ok=True)
        with translated(), closing(read_only(copy, alone=True)) as connection:
            connection.execute("VACUUM INTO ?", (str(part),))
        kept = _set_aside(path, stamp)
        part.replace(path)
        _bring_keys(path, copy.parent / "keys")
        sync_folder(path.parent)
    except OSError as error:
        raise said(error, path) from error
    return kept


def _set_aside(path: Path, stamp: int) -> Path | None:
    if not path.exists():
        return None
    kept = free_name(path.with_name(f"{path.name}.replaced-{stamp}"))
    for suffix in ("", "-wal", "-shm"):
        old = path.with_name(path.name + suffix)
        if old.exists():
            shutil.move(old, kept.with_name(kept.name + suffix))
    return kept


def _bring_keys(path: Path, keys: Path) -> None:
    for suffix in _KEYS:
        target, source = path.with_name(path.name + suffix), keys / f"hub{suffix}"
        if source.exists() and not target.exists():
            write_secret(target, source.read_bytes())


def bring_files(hub: Hub, copies: Path) -> None:
    """Photos and documents that the hub's folder lacks come back from the backup. Raises AppError."""
    if copies.is_dir():
        try:
            for source in copies.rglob("*"):
                target = hub.files.folder / source.relative_to(copies)
                if source.is_file() and not target.exists():
                    target.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(source, target)
        except OSError as error:
            raise said(error, hub.files.folder) from error
