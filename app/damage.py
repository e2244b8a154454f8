"""Looking at a site file before it is opened: a damaged, foreign or newer one is refused and not written to.

A file that was left well is only read at its head; after a crash the whole file is checked.
"""

import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from app.errors import AppError, Damaged
from app.trouble import UNWRITABLE, translated
from app.words import N_
from db.migrations import HEAD

LOST_WAL = N_(
    "The window was not closed properly, and the file site.db-wal that belongs to the site file is missing. "
    "The newest records may be lost: compare with the newest backup."
)
_MAGIC = b"SQLite format 3\0"


def examine(folder: Path, *, crashed: bool, in_use: bool) -> list[AppError]:
    """Demand a site file that this program may open. Returns what the user should know; raises Damaged or AppError."""
    path, wal = folder / "site.db", folder / "site.db-wal"
    if not path.exists():
        return []
    if path.is_dir():
        raise damaged(folder, N_("it is a folder"))
    head = _head(path)
    if not head and not (folder / "device.json").exists():
        return []  # the program was stopped while it made a new site
    if head[:16] != _MAGIC:
        raise damaged(folder, N_("it is not a database") if head else N_("it is empty"))
    if not wal.exists() and _said_size(head) > path.stat().st_size:
        raise damaged(folder, N_("it was cut off"))
    if not all(os.access(p, os.W_OK) for p in (folder, *folder.glob("site.db*"))):
        raise AppError(UNWRITABLE)  # before SQLite puts files beside it that nobody may write to either
    left = wal.exists() and wal.stat().st_size > 0
    with refusing_damage(folder), closing(read_only(path, alone=not wal.exists())) as connection:
        _demand_ours(connection)
        if crashed or (left and not in_use):
            found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
            if found != "ok":
                raise damaged(folder, str(found).splitlines()[-1])
    return [AppError(LOST_WAL)] if crashed and not wal.exists() else []


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(100)
    except OSError as error:
        raise AppError(
            N_("The site file {path} cannot be read. Ask for the right to read and write it."), path=str(path)
        ) from error


def _said_size(head: bytes) -> int:
    """The size in bytes that the head of a database speaks of; it holds where both its change counters agree."""
    if len(head) < 100:
        return 100
    page = int.from_bytes(head[16:18], "big")
    count = int.from_bytes(head[28:32], "big") if head[24:28] == head[92:96] else 0
    return (65_536 if page == 1 else page) * count


def read_only(path: Path, *, alone: bool = False) -> sqlite3.Connection:
    """A connection that never writes; `alone`: nobody else has the file, so nothing is put beside it either."""
    address = path.absolute().as_uri() + ("?mode=ro&immutable=1" if alone else "?mode=ro")
    return sqlite3.connect(address, uri=True, timeout=5)


def _demand_ours(connection: sqlite3.Connection) -> None:
    names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    if not names:
        return
    row = (
        connection.execute("SELECT version_num FROM alembic_version").fetchone()
        if "alembic_version" in names
        else None
    )
    version = str(row[0]) if row else ""
    if not re.fullmatch(r"r\d{4}", version) or "op" not in names:
        raise AppError(
            N_("The file site.db is not a site of Sitewright. Choose another folder; it was not touched.")
        )
    if version > HEAD:
        raise newer()


def newer() -> AppError:
    """The refusal of a file that a newer program wrote."""
    return AppError(
        N_(
            "This site was opened by a newer Sitewright. Install the newest version; the file was not touched."
        )
    )


@contextmanager
def refusing_damage(folder: Path) -> Iterator[None]:
    """Say which backup is good where the site file turns out to be damaged."""
    try:
        with translated():
            yield
    except Damaged as error:
        if error.params:
            raise
        raise damaged(folder, str(error.__cause__ or N_("it cannot be read"))) from error
    except (
        sqlite3.DatabaseError,
        UnicodeDecodeError,
    ) as error:  # a table or a name that is not there any more
        raise damaged(folder, str(error)) from error


def damaged(folder: Path, reason: str) -> Damaged:
    """The sentence for a damaged site file: what is wrong, and the newest backup that opens."""
    from app.backup import newest_good

    path, good = folder / "site.db", newest_good(folder)
    if good is None:
        return Damaged(
            N_(
                "The site file {path} is damaged ({reason}), and there is no good backup in its folder. It was left as it "
                "is: keep it, and restore a backup from another place (sitewright restore)."
            ),
            path=str(path),
            reason=reason,
        )
    return Damaged(
        N_(
            "The site file {path} is damaged ({reason}). It was left as it is. The newest good backup is {backup}. "
            "Put it back with: sitewright restore"
        ),
        path=str(path),
        reason=reason,
        backup=str(good),
    )
