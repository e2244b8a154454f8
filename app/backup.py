"""Copies of the site file that are proved by opening them, and the way back (R-8.4-a).

A copy is made by VACUUM INTO, never by copying the open file; a restore keeps the file that it replaces.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from app.anchor import renumber
from app.damage import read_only
from app.errors import AppError
from app.files import said, sync_folder
from app.trouble import translated
from app.words import N_

if TYPE_CHECKING:
    from app.profile import Profile

KEPT = 14
COUNTED = ("op", "equipment", "part", "stock_movement", "inspection_result", "work_order")


@dataclass(frozen=True)
class Backup:
    """A verified copy: where, how large, and how many rows of the main tables it holds."""

    path: Path
    size: int
    counts: dict[str, int]


def back_up(profile: Profile, to: Path | None = None) -> Backup:
    """A verified copy of the open site file; in the profile's own folder the newest 14 are kept.

    Raises AppError where the target exists, cannot be written to, or the copy is not whole.
    """
    stamp = datetime.fromtimestamp(profile.clock.now() / 1000, UTC).strftime("%Y%m%d-%H%M%S")
    target = to or free_name(profile.backups / f"site-{stamp}.db")
    if target.exists():
        raise AppError(N_("There is already a file {path}. Choose another name."), path=str(target))
    if not target.parent.is_dir():
        raise AppError(
            N_("There is no folder {path}. Make it, or choose another one."), path=str(target.parent)
        )
    part = target.with_name(target.name + ".part")
    try:
        part.unlink(missing_ok=True)
        with profile.store.read() as read:
            read.rows("VACUUM INTO ?", str(part))
        made = verify(part)
        _flush(part)
        part.replace(target)
        sync_folder(target.parent)
    except OSError as error:
        raise said(error, target) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    if to is None:
        _thin(profile.backups, target)
    return Backup(target, made.size, made.counts)


def free_name(path: Path) -> Path:
    """The path itself, or with a number where there is such a file already."""
    number, stem = 1, path.stem
    while path.exists():
        number += 1
        path = path.with_name(f"{stem}_{number}{path.suffix}")
    return path


def _flush(path: Path) -> None:
    with path.open("rb+") as stream:
        os.fsync(stream.fileno())


def _thin(folder: Path, newest: Path) -> None:
    """Keep the newest copies; the one just made stays even when the clock went back meanwhile."""
    copies = sorted(folder.glob("site-*.db"), key=lambda p: p.stat().st_mtime)
    for old in copies[:-KEPT]:
        if old != newest:
            with suppress(OSError):
                old.unlink()


def backups_of(profile: Profile) -> list[Path]:
    """The copies in the profile's folder, newest first."""
    return _copies(profile.folder)


def _copies(folder: Path) -> list[Path]:
    return sorted((folder / "backups").glob("*.db"), key=lambda p: p.stat().st_mtime, reverse=True)


def newest_good(folder: Path) -> Path | None:
    """The newest copy in the folder of a profile that opens and is whole."""
    for path in _copies(folder):
        try:
            verify(path)
        except AppError:
            continue
        return path
    return None


def verify(path: Path) -> Backup:
    """Prove a copy by opening it: whole, references right, rows counted. Raises AppError with a sentence."""
    refused = AppError(
        N_("The backup {path} cannot be used: it is damaged or not a site file. Choose another one."),
        path=str(path),
    )
    if not path.is_file():
        raise AppError(N_("There is no backup {path}. Choose another one."), path=str(path))
    try:
        with closing(_opened(path)) as connection:
            whole = connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
            if not whole or connection.execute("PRAGMA foreign_key_check").fetchone():
                raise refused
            there = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
            if not {"op", "meta", "alembic_version"} <= there:
                raise refused
            counts = {
                t: int(connection.execute(f"SELECT count(*) FROM {t}").fetchone()[0])
                for t in COUNTED
                if t in there  # a copy of an older version has fewer
            }
    except (sqlite3.Error, OSError):
        raise refused from None
    return Backup(path, path.stat().st_size, counts)


def _opened(path: Path) -> sqlite3.Connection:
    """A copy as it lies there; one that was replaced in a crash has its write-ahead log beside it."""
    return read_only(path, alone=not path.with_name(path.name + "-wal").exists())


def restore(folder: Path, copy: Path, stamp: int) -> Path:
    """Put a verified copy in the place of a closed site file; returns where the replaced file is kept.

    The chain of the restored file ends where the copy was made: at the next start a new chain begins (sync.md 3.7).
    """
    verify(copy)
    part, fresh = folder / "site.db.part", folder / "site.db.new"
    try:
        part.unlink(missing_ok=True)
        with translated(), closing(_opened(copy)) as connection:
            connection.execute("VACUUM INTO ?", (str(part),))
        with translated(), closing(sqlite3.connect(part)) as connection:
            connection.execute("UPDATE meta SET value = lower(hex(randomblob(16))) WHERE key = 'chain_id'")
            renumber(connection)
            connection.commit()
        _flush(part)
        part.replace(fresh)  # from here on the restore is finished at the next start, if it is stopped
        sync_folder(folder)
        return finish_restore(folder, stamp) or folder / "backups"
    except OSError as error:
        raise said(error, folder / "site.db") from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def finish_restore(folder: Path, stamp: int = 0) -> Path | None:
    """Put the restored file that waits beside the site file in its place; returns where the replaced one is kept."""
    fresh = folder / "site.db.new"
    if not fresh.exists():
        return None
    kept = free_name(folder / "backups" / f"replaced-{stamp or fresh.stat().st_mtime_ns // 1_000_000}.db")
    kept.parent.mkdir(parents=True, exist_ok=True)
    for suffix in ("", "-wal", "-shm"):
        old = folder / f"site.db{suffix}"
        if old.exists():
            shutil.move(old, kept.with_name(kept.name + suffix))
    fresh.replace(folder / "site.db")
    sync_folder(folder)
    return kept
