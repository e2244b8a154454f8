"""Opening the site file: SQLite in WAL mode with full durability (design: trust, section 1)."""

import sqlite3
import sys
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event
from sqlalchemy.pool import QueuePool

NETWORK_SYSTEMS = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "afs", "9p", "ncpfs"})
WAIT_MS = 5000


def sqlite_engine(path: Path) -> Engine:
    """An engine on a site file; transactions are begun by hand (`BEGIN IMMEDIATE` for the one writer)."""
    engine = create_engine(
        URL.create("sqlite", database=str(path)),  # a folder's name may hold ? and #
        poolclass=QueuePool,
        pool_size=6,
        connect_args={
            "isolation_level": None,
            "check_same_thread": False,
            "timeout": WAIT_MS / 1000,
            "cached_statements": 512,
        },
    )
    event.listen(engine, "connect", _prepare)
    return engine


def _prepare(connection: sqlite3.Connection, _record: Any) -> None:
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "temp_store=MEMORY",
        "cache_size=-16000",
        "trusted_schema=OFF",
    ):
        connection.execute(f"PRAGMA {pragma}")


def on_network_drive(path: Path) -> bool:
    """Whether the folder lies on a network drive, where SQLite corrupts."""
    if sys.platform == "win32":
        import ctypes

        return int(ctypes.windll.kernel32.GetDriveTypeW(str(path.resolve().anchor))) == 4
    mounts = Path("/proc/mounts")
    if not mounts.exists():
        return False
    real, best, kind = str(path.resolve()), "", ""
    for line in mounts.read_text(errors="replace").splitlines():
        _device, point, system, *_rest = line.split(" ")
        inside = real == point or real.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(best):
            best, kind = point, system
    return kind in NETWORK_SYSTEMS
