"""Backups of a hub on PostgreSQL, by its own pg_dump and pg_restore; the head is read in the very snapshot that is dumped."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from app.errors import AppError
from app.sync.protocol import Point
from app.words import N_

MISSING = N_(
    "Backups of PostgreSQL need {program}, which is not on the PATH here. Install the postgresql-client of the server's version."
)
FAILED = N_("{program} failed: {said}")
DAMAGED = N_("The backup {path} cannot be used: it is damaged or not of a hub. Choose another one.")
IN_USE = N_("Other programs use the database. Stop every hub process first, then restore.")
SERVER = "PostgreSQL"
_HEAD = "SELECT m.value, c.value, c.hash FROM hub_counter c, meta m WHERE c.id = 1 AND m.key = 'hub_epoch'"


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise AppError(MISSING, program=name)
    return found


def _where(address: str) -> tuple[str, dict[str, str]]:
    """The address as PostgreSQL's programs take it; the password goes by the environment, where `ps` does not show it."""
    from sqlalchemy.engine import make_url

    url = make_url(address).set(drivername="postgresql")
    environment = dict(os.environ)
    if url.password:
        environment["PGPASSWORD"] = str(url.password)
    return url._replace(password=None).render_as_string(hide_password=False), environment


def _connected(address: str) -> Any:
    import psycopg
    from sqlalchemy.engine import make_url

    plain = make_url(address).set(drivername="postgresql").render_as_string(hide_password=False)
    try:
        return psycopg.connect(plain, application_name="sitewright backup")
    except psycopg.Error as error:
        raise AppError(FAILED, program=SERVER, said=_last(str(error))) from None


def _run(program: str, *arguments: str, environment: dict[str, str]) -> str:
    done = subprocess.run(  # noqa: S603 - our own arguments, no shell
        [_program(program), *arguments], env=environment, check=False, capture_output=True, text=True
    )
    if done.returncode:
        raise AppError(FAILED, program=program, said=_last(done.stderr))
    return done.stdout


def _last(text: str) -> str:
    lines = [line for line in text.strip().splitlines() if line]
    return lines[0][:300] if lines else "?"


def dump(address: str, part: Path) -> Point:
    """Dump the database into a file and prove it; returns the head that the dump holds. Raises AppError."""
    import psycopg

    _program("pg_restore")  # a dump that cannot be proved is not begun
    where, environment = _where(address)
    with _connected(address) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        snapshot = connection.execute("SELECT pg_export_snapshot()").fetchone()[0]
        epoch, seq, link = connection.execute(_HEAD).fetchone()
        _run("pg_dump", "--format=custom", "--no-owner", f"--snapshot={snapshot}", f"--file={part}", where, environment=environment)  # fmt: skip
    with part.open("rb+") as stream:
        os.fsync(stream.fileno())
    head = Point(bytes.fromhex(epoch), seq, bytes(link))
    if verify(part) != (head.seq, head.hash):
        raise AppError(DAMAGED, path=str(part))
    return head


def verify(path: Path) -> tuple[int, bytes]:
    """Prove that a dump can be read and holds a hub's tables; returns number and hash of its head. Raises AppError."""
    if not path.is_file():
        raise AppError(N_("There is no backup {path}. Choose another one."), path=str(path))
    environment = dict(os.environ)
    try:
        listed = _run("pg_restore", "--list", str(path), environment=environment)
        rows = _run("pg_restore", "--data-only", "--table=hub_counter", "--file=-", str(path), environment=environment)  # fmt: skip
        # The whole dump is read once more: a byte that was lost in the middle shows now, not at the restore.
        _run("pg_restore", "--file=" + os.devnull, str(path), environment=environment)
    except AppError as error:
        raise (error if error.message == MISSING else AppError(DAMAGED, path=str(path))) from None
    whole = all(f" TABLE DATA public {table} " in listed for table in ("op", "hub_history", "hub_counter"))
    for line in rows.splitlines() if whole else ():
        fields = line.split("\t")
        if len(fields) == 3 and fields[0] == "1" and fields[2].startswith("\\\\x"):
            return int(fields[1]), bytes.fromhex(fields[2][3:])
    raise AppError(DAMAGED, path=str(path))


def restore(address: str, path: Path) -> None:
    """Replace the database's tables by those of a dump, all at once or not at all. Raises AppError."""
    verify(path)
    where, environment = _where(address)
    with _connected(address) as connection:
        others = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ).fetchone()[0]
    if others:
        raise AppError(IN_USE)
    _run(
        "pg_restore", "--clean", "--if-exists", "--no-owner", "--single-transaction", "--exit-on-error",
        f"--dbname={where}", str(path), environment=environment,
    )  # fmt: skip
