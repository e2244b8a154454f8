"""A PostgreSQL server of our own for the tests that ask for one: Debian's binaries, a socket in its own folder."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PATTERNS = ("lib/postgresql/*/bin", "pgsql-*/bin")  # Debian's place, then the postgresql.org packages'
# The tests may lose their data, so nothing waits for the disk.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "32MB"}
PATIENCE = 30


def binaries() -> Path | None:
    """The folder of the newest PostgreSQL on this machine."""
    found = [
        folder
        for pattern in PATTERNS
        for folder in Path("/usr").glob(pattern)
        if (folder / "initdb").exists()
    ]
    return max(found, key=lambda folder: [int(part) for part in folder.parts if part.isdigit()], default=None)


@contextmanager
def running() -> Iterator[str]:
    """The address of a running server with `{database}` left open; the server is gone afterwards."""
    programs = binaries()
    assert programs, "the tests need PostgreSQL: make test-system installs it or says how"
    folder = Path(tempfile.mkdtemp(prefix="sw-pg-", dir="/tmp"))  # a socket's path may have 107 letters
    somebody = _unprivileged(folder)
    try:
        subprocess.run(
            [programs / "initdb", "-D", folder / "data", "-U", "tester", "-A", "trust", "-E", "UTF8", "--no-sync", "--locale=C"],
            check=True, capture_output=True, cwd=folder, **somebody,
        )  # fmt: skip
        options = [word for name, value in FAST.items() for word in ("-c", f"{name}={value}")]
        command = [
            programs / "postgres",
            "-D",
            folder / "data",
            "-k",
            folder,
            "-c",
            "listen_addresses=",
            *options,
        ]
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(
                [str(word) for word in command], cwd=folder, stdout=log, stderr=log, **somebody
            )
        try:
            _await(programs / "pg_isready", folder, server)
            yield f"postgresql+psycopg://tester@/{{database}}?host={folder}"
        finally:
            server.terminate()
            _stop(server)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _unprivileged(folder: Path) -> dict[str, Any]:
    """PostgreSQL refuses root: who runs it instead, and may write to the folder."""
    if os.geteuid() != 0:
        return {}
    shutil.chown(folder, "nobody")
    return {"user": "nobody", "group": "nogroup", "extra_groups": []}


def _await(pg_isready: Path, folder: Path, server: "subprocess.Popen[str]") -> None:
    deadline = time.monotonic() + PATIENCE
    while subprocess.run([pg_isready, "-q", "-h", folder], check=False).returncode:
        if server.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError((folder / "log").read_text(encoding="utf-8", errors="replace"))
        time.sleep(0.05)


def _stop(server: "subprocess.Popen[str]") -> None:
    try:
        server.wait(5)
    except subprocess.TimeoutExpired:  # a test left a connection open
        server.kill()
        server.wait()
