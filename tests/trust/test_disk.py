"""R7, R8, R10, R18: a full disk, a folder that may not be written to, files cut off anywhere."""

import ctypes
import json
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from app.anchor import FILE, REMADE
from app.bootstrap import start
from app.errors import AppError
from app.files import write_safely
from app.generic import create
from app.health import check
from db.ids import new_id

VICTIM = Path(__file__).with_name("victim.py")
OWN_DISK = ["unshare", "--user", "--map-root-user", "--mount"]
CAPABILITIES = (1, 2, 3)  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_FOWNER: what lets root ignore modes


def own_disk_allowed() -> bool:
    if not shutil.which("unshare"):
        return False
    probe = [*OWN_DISK, "mount", "-t", "tmpfs", "none", "/mnt"]
    return subprocess.run(probe, capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(not own_disk_allowed(), reason="no disk of our own can be mounted here")
def test_a_full_disk_is_told_wherever_it_strikes_and_hurts_nothing(tmp_path):
    command = [*OWN_DISK, sys.executable, str(VICTIM), "fill", str(tmp_path)]
    out = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout
    found = json.loads(out)
    assert found["faults"] == []
    assert found["count"] > 10
    for sentence in found["told"]:
        assert "disk is full" in sentence or "磁盘已满" in sentence or "空间" in sentence, found["told"]


def test_a_file_that_may_not_grow_is_told_and_works_again(site):
    """The same without a disk of our own, page by page, through SQLite's limit on the size of a file."""
    refused = 0
    with site.profile.store.local() as connection:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
    for more in range(200):
        with site.profile.store.local() as connection:
            connection.execute(f"PRAGMA max_page_count = {pages + more}")
        rows = [
            create("supplier", new_id(), code=new_id().hex(), name="长" * 60, active=1) for _ in range(60)
        ]
        try:
            site.perform(*rows)
            break
        except AppError as error:
            sentence = error.message
        refused += 1
        assert "full" in sentence
        with site.read() as read:
            assert read.value("SELECT count(*) FROM op") == 78
    assert refused > 5
    assert check(site.profile) == []


# --- rights ---


def without_privileges() -> None:
    """In the child, before it starts: the modes of files hold for root, too."""
    libc = ctypes.CDLL(None, use_errno=True)
    for number in CAPABILITIES:
        libc.prctl(24, number, 0, 0, 0)


def attempt(folder: Path) -> dict[str, str]:
    done = subprocess.run(
        [sys.executable, str(VICTIM), "attempt", str(folder)],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=without_privileges,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="root's privileges are dropped as Linux has it"
)
@pytest.mark.parametrize(
    ("closed", "mode", "step"),
    [
        (".", 0o555, "start"),
        ("site.db", 0o444, "start"),
        ("site.db", 0o000, "start"),
        ("backups", 0o555, "back up"),
        ("device.json", 0o000, "notices"),
        ("open.lock", 0o000, "hold"),
    ],
)
def test_what_may_not_be_written_is_told(folder, closed, mode, step):
    (folder / "open.lock").touch()
    path, before = folder / closed, (folder / "site.db").read_bytes()
    path.chmod(mode)
    try:
        told = attempt(folder)
    finally:
        path.chmod(0o755)
    assert told.get(step), told
    if step == "start":
        assert (folder / "site.db").read_bytes() == before
    assert not attempt(folder).get(step)


# --- files cut off ---


def test_device_json_cut_off_anywhere_is_made_again(folder):
    whole = (folder / FILE).read_bytes()
    device = json.loads(whole)["device_id"]
    for size in range(len(whole)):
        (folder / FILE).write_bytes(whole[:size])
        profile = start(folder)
        assert [n.message for n in profile.notices] == [REMADE], size
        profile.close()
        assert json.loads((folder / FILE).read_bytes())["device_id"] == device
    (folder / FILE).unlink()
    profile = start(folder)
    assert str(profile.notices[0])
    assert check(profile) == []
    profile.close()


@pytest.mark.parametrize("data", [b"[]", b"null", b'{"device_id": 5}', b"[" * 100_000, b"\xff\xfe", b"{}"])
def test_a_strange_device_json_never_keeps_the_program_from_starting(folder, data):
    (folder / FILE).write_bytes(data)
    profile = start(folder)
    assert [n.message for n in profile.notices] == [REMADE]
    profile.close()


@pytest.mark.parametrize("change", [{"seq": "x"}, {"seq": 10**30}, {"seq": -1}, {"chain": None}, {"hash": 7}])
def test_strange_values_in_device_json_are_borne(folder, change):
    known = json.loads((folder / FILE).read_bytes())
    (folder / FILE).write_text(json.dumps(known | change))
    profile = start(folder)
    check(profile)
    profile.close()


def _fail_after(path: Path, size: int) -> None:
    with write_safely(path) as stream:
        stream.write(bytes(size))
        raise ZeroDivisionError


def test_a_file_that_fails_in_the_middle_leaves_the_old_one(tmp_path):
    path = tmp_path / "报告.pdf"
    path.write_bytes(b"old")
    for size in (0, 1, 100_000):
        with pytest.raises(ZeroDivisionError):
            _fail_after(path, size)
        assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_the_bytes_reach_the_disk_before_the_name(tmp_path):
    """What a power cut demands: write, fsync of the file, rename, fsync of the folder, in this order."""
    if not shutil.which("strace"):
        pytest.skip("strace is not installed: the order of the calls cannot be watched")
    code = "import sys; from pathlib import Path; from app.files import write_safely\nwith write_safely(Path(sys.argv[1])) as s: s.write(b'x' * 9)"
    trace = tmp_path / "trace"
    subprocess.run(
        [
            "strace",
            "-f",
            "-e",
            "trace=write,fsync,rename,renameat,renameat2",
            "-o",
            str(trace),
            sys.executable,
            "-c",
            code,
            str(tmp_path / "f"),
        ],
        check=True,
        cwd=VICTIM.parents[2],
    )
    calls = [line.split("(")[0].split()[-1] for line in trace.read_text().splitlines() if "(" in line]
    last = calls[-4:]
    assert [c.removesuffix("at2").removesuffix("at") for c in last] == ["write", "fsync", "rename", "fsync"]


def test_the_site_file_is_kept_as_durably_as_decided(site):
    with site.profile.store.local() as connection:
        found = {
            p: connection.execute(f"PRAGMA {p}").fetchone()[0]
            for p in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    with sqlite3.connect(site.profile.database) as raw:
        assert raw.execute("PRAGMA page_size").fetchone() == (4096,)
    raw.close()
