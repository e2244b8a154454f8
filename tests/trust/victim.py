"""A process to be killed, or to stand in the way: `victim.py MODE FOLDER [NUMBERS]`. It does its work with nothing of a test.

kill N     forks N children that act on the profile, kills each at a random moment, and judges what is left
import N   the same while 10,000 rows are imported
write N    performs N actions
furnish N  makes the profile: a site, a bin, a part, N actions
hold       takes the profile for a window and waits
lock S     holds the write lock of the site file for S seconds
attempt    opens, writes and backs up, and says what it is told
fill       fills a small disk of its own page by page
"""

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from app.backup import back_up
from app.bootstrap import found, start
from app.desk import Desk
from app.errors import AppError
from app.files import write_safely
from app.generic import create, creates, patch
from app.health import check
from app.inventory.ops import MoveStock
from app.profile import Profile
from db.ids import made_id, new_id

SITE, BIN, PART = made_id("trust", "site"), made_id("trust", "bin"), made_id("trust", "part")
ROWS = 10_000


def say(line: str) -> None:
    """A line for the test that started this process."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def furnish(folder: Path, times: int = 0) -> None:
    """A site with one bin and one part, and some actions."""
    profile = found(folder, device="T01")
    Desk.of_administrator(profile).perform(
        create("site", SITE, code="S1", name="样例站点", site_type="data_centre", timezone="Asia/Shanghai", active=1),
        create("location", BIN, code="B1", site_id=SITE, name="货架", location_type="bin", qr_label=1),
        create("part", PART, part_no="P1", name="传感器", unit="个", kind="spare", serialised=0, batch_tracked=0, status="active"),
    )  # fmt: skip
    for number in range(times):
        act(Desk.of_administrator(profile), number)
    profile.close()


def act(desk: Desk, number: int) -> bytes:
    """One action: a supplier is made, changed in the same action, and a movement booked. Returns its id."""
    made = create("supplier", new_id(), code=f"C{os.getpid()}-{number}", name=f"供应商 {number}", active=1)
    old = {"id": made.rows[0].id, "name": f"供应商 {number}"}
    move = MoveStock(
        number=f"M-{os.getpid()}-{number}", type="receipt", part=PART, site=SITE, bin=BIN, qty=1000,
        happened_at=desk.now(), unit_price=100,
    )  # fmt: skip
    return desk.perform(made, patch("supplier", old, name="改名"), move, reason="test").action_id


def acting(folder: Path, out: int) -> None:
    profile = start(folder)
    profile.hold()
    desk = Desk.of_administrator(profile)
    os.write(out, b"ready\n")
    for number in count():
        os.write(out, act(desk, number).hex().encode() + b"\n")


def importing(folder: Path, out: int) -> None:
    profile = start(folder)
    os.write(out, b"ready\n")
    rows = ((new_id(), {"code": f"I{os.getpid()}-{n}", "name": f"行 {n}", "active": 1}) for n in range(ROWS))
    done = Desk.of_administrator(profile).perform(more=creates("supplier", rows))
    os.write(out, done.action_id.hex().encode() + b"\n")
    time.sleep(60)


def killed(work: Callable[[Path, int], None], folder: Path, delay: float) -> list[str]:
    """Fork a child, kill it some time after it is ready, and return what it acknowledged."""
    inlet, outlet = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(inlet)
        work(folder, outlet)
        os._exit(0)
    os.close(outlet)
    with os.fdopen(inlet) as said:
        assert said.readline() == "ready\n"
        time.sleep(delay)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        return said.read().splitlines()


def faults_after(folder: Path, acknowledged: list[str], sizes: set[int]) -> list[str]:
    """What is wrong after the kill: lost or half actions, and whatever `check` finds."""
    profile = start(folder)
    try:
        faults = [f"notice: {notice}" for notice in profile.notices] + check(profile)
        with profile.store.read() as read:
            sums = dict(read.rows("SELECT hex(action_id), count(*) FROM op GROUP BY 1"))
            faults += [f"lost: {a}" for a in acknowledged if a.upper() not in sums]
            faults += [f"half: {a} has {n} ops" for a, n in sums.items() if n not in sizes]
            strays = read.value("SELECT count(*) FROM audit WHERE op_id NOT IN (SELECT op_id FROM op)")
            faults += [f"{strays} audit rows without their op"] if strays else []
        Desk.of_administrator(profile).perform(
            create("supplier", new_id(), code=f"AFTER{time.time_ns()}", name="再来", active=1)
        )
    finally:
        profile.close()
    return faults


def kill(folder: Path, times: int) -> None:
    furnish(folder)
    chance, faults, acknowledged = random.Random(times), [], 0
    for _ in range(times):
        said = killed(acting, folder, chance.uniform(0, 0.05))
        acknowledged += len(said)
        faults += faults_after(folder, said, {1, 3})
    say(json.dumps({"faults": faults, "acknowledged": acknowledged}))


def kill_import(folder: Path, times: int) -> None:
    furnish(folder)
    faults, whole = [], 0
    for turn in range(times):
        said = killed(importing, folder, 1.2 * (turn + 0.5) / times)
        whole += len(said)
        faults += faults_after(folder, said, {1, 3, ROWS // 500})
    profile: Profile = start(folder)
    with profile.store.read() as read:
        rows = read.value("SELECT count(*) FROM supplier WHERE code LIKE 'I%'")
    profile.close()
    say(json.dumps({"faults": faults, "rows": rows, "whole": whole}))


def write(folder: Path, times: int) -> None:
    profile = start(folder)
    desk = Desk.of_administrator(profile)
    for number in range(times):
        act(desk, number)
    profile.close()
    say(json.dumps({"written": times}))


def hold(folder: Path, _number: float) -> None:
    profile = start(folder)
    profile.hold()
    say("ready")
    time.sleep(60)


def lock(folder: Path, seconds: float) -> None:
    connection = sqlite3.connect(folder / "site.db", isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    say("ready")
    time.sleep(seconds)
    connection.execute("ROLLBACK")


def attempt(folder: Path, _number: int) -> None:
    """Open, write and back up as a person would; say what each step tells."""
    told: dict[str, str] = {}
    try:
        profile = start(folder)
        told["notices"] = " ".join(map(str, profile.notices))
        steps: dict[str, Callable[[], object]] = {
            "hold": profile.hold,
            "write": lambda: act(Desk.of_administrator(profile), 1),
            "back up": lambda: back_up(profile),
        }
        for name, step in steps.items():
            try:
                step()
            except AppError as error:
                told[name] = str(error)
        profile.close()
    except AppError as error:
        told["start"] = str(error)
    say(json.dumps(told))


def fill(folder: Path, _number: int) -> None:
    """On a disk of 12 MB: act with 0, 1, 2 ... free pages until it succeeds; then the same for backups and files."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12m", "none", str(folder)], check=True)
    furnish(folder / "site")
    profile = start(folder / "site")
    desk, ballast, told, faults = Desk.of_administrator(profile), folder / "ballast", [], []
    jobs: dict[str, Callable[[], object]] = {
        "act": lambda: act(desk, new_number()),
        "number": lambda: desk.number("WO"),
        "back up": lambda: back_up(profile),
        "file": lambda: _write(folder / "report.pdf"),
    }
    for name, job in jobs.items():
        for pages in range(0, 600, 1 if name in {"act", "number"} else 40):
            before = _count(profile)
            leave_free(folder, ballast, pages * 4096)
            try:
                job()
            except AppError as error:
                told.append(str(error))
                ballast.unlink()
                faults += [f"{name} with {pages} pages"] if _count(profile) != before else []
            else:
                ballast.unlink()
                break
        faults += [f"{name} never succeeded"] if pages > 550 else []
        job()
    faults += check(profile) + [p.name for p in folder.rglob("*.part")]
    profile.close()
    say(json.dumps({"told": sorted(set(told)), "count": len(told), "faults": faults}))


def _count(profile: Profile) -> int:
    with profile.store.read() as read:
        return int(read.value("SELECT count(*) FROM op"))


def _write(path: Path) -> None:
    with write_safely(path) as stream:
        stream.write(bytes(300_000))


def new_number() -> int:
    return time.monotonic_ns()


def leave_free(folder: Path, ballast: Path, size: int) -> None:
    """Fill the disk up to so many bytes."""
    with ballast.open("wb", buffering=0) as stream:
        space = os.statvfs(folder)
        os.posix_fallocate(stream.fileno(), 0, max(space.f_bavail * space.f_frsize - size, 1))


MODES = {
    "attempt": attempt,
    "fill": fill,
    "furnish": furnish,
    "kill": kill,
    "import": kill_import,
    "write": write,
    "hold": hold,
    "lock": lock,
}

if __name__ == "__main__":
    mode, folder, *numbers = sys.argv[1:]
    MODES[mode](Path(folder), *(float(n) if "." in n else int(n) for n in numbers or ["0"]))
