"""Copies of the site file that are proved by opening them, and the way back (R-8.4-a).

A copy is made by VACUUM INTO, never by copying the open file; a restore keeps the file that it replaces.
"""

import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from app.errors import AppError
from app.profile import Profile
from app.store import translated
from app.words import N_

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
    target = to or _free(profile.backups / f"site-{stamp}.db")
    if target.exists():
        raise AppError(N_("There is already a file {path}. Choose another name."), path=str(target))
    if not target.parent.is_dir():
        raise AppError(
            N_("There is no folder {path}. Make it, or choose another one."), path=str(target.parent)
        )
    part = target.with_name(target.name + ".part")
    part.unlink(missing_ok=True)
    try:
        with profile.store.read() as read, translated():
            read.rows("VACUUM INTO ?", str(part))
        made = verify(part)
        _flush(part)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    if to is None:
        _thin(profile.backups)
    return Backup(target, made.size, made.counts)


def _free(path: Path) -> Path:
    number = 1
    while path.exists():
        number += 1
        path = path.with_name(f"{path.stem.split('_')[0]}_{number}.db")
    return path


def _flush(path: Path) -> None:
    with path.open("rb+") as stream:
        os.fsync(stream.fileno())


def _thin(folder: Path) -> None:
    copies = sorted(folder.glob("site-*.db"), key=lambda p: p.stat().st_mtime)
    for old in copies[:-KEPT]:
        old.unlink()


def backups_of(profile: Profile) -> list[Path]:
    """The copies in the profile's folder, newest first."""
    return sorted(profile.backups.glob("*.db"), key=lambda p: p.stat().st_mtime, reverse=True)


def verify(path: Path) -> Backup:
    """Prove a copy by opening it: whole, references right, rows counted. Raises AppError with a sentence."""
    refused = AppError(
        N_("The backup {path} cannot be used: it is damaged or not a site file. Choose another one."),
        path=str(path),
    )
    if not path.is_file():
        raise AppError(N_("There is no backup {path}. Choose another one."), path=str(path))
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            whole = connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
            if not whole or connection.execute("PRAGMA foreign_key_check").fetchone():
                raise refused
            counts = {t: int(connection.execute(f"SELECT count(*) FROM {t}").fetchone()[0]) for t in COUNTED}
    except sqlite3.Error:
        raise refused from None
    return Backup(path, path.stat().st_size, counts)


def restore(folder: Path, copy: Path, stamp: int) -> Path:
    """Put a verified copy in the place of a closed site file; returns where the replaced file is kept.

    The chain of the restored file ends where the copy was made: at the next start a new chain begins (sync.md 3.7).
    """
    verify(copy)
    target, fresh = folder / "site.db", folder / "site.db.new"
    fresh.unlink(missing_ok=True)
    with closing(sqlite3.connect(f"file:{copy}?mode=ro", uri=True)) as connection:
        connection.execute("VACUUM INTO ?", (str(fresh),))
    with closing(sqlite3.connect(fresh)) as connection:
        connection.execute("UPDATE meta SET value = lower(hex(randomblob(16))) WHERE key = 'chain_id'")
        connection.commit()
    _flush(fresh)
    kept = folder / "backups" / f"replaced-{stamp}.db"
    kept.parent.mkdir(parents=True, exist_ok=True)
    for suffix in ("", "-wal", "-shm"):
        old = folder / f"site.db{suffix}"
        if old.exists():
            old.replace(kept.with_name(kept.name + suffix))
    fresh.replace(target)
    return kept
