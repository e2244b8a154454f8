"""Backups of the hub: made by itself, proved, kept for two weeks; laptops learn how far they reach; the way back."""

import datetime as dt
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from fleet import NOW, Fleet, supplier
from service import ROOT, Service, command
from sqlalchemy import event

from app.clock import Clock
from app.errors import AppError, Busy
from app.hub.backup import DAYS, NEWEST, back_up, backup_state, durable_seq, folder_of, verify
from app.hub.hub import Hub, head_of
from app.hub.jobs import AGAIN, Job, jobs_of, run_due
from app.hub.running import in_use, restore
from app.sync.client import differing_tables

HOUR = 3_600_000


class Moving(Clock):
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.at = NOW
        super().__init__(lambda: self.at)


def kept_durable(laptop) -> int:
    return int(laptop.value("SELECT value FROM meta WHERE key = 'hub_durable'"))


def head(hub: Hub):
    with hub.reading() as read:
        return head_of(read)


def durable(hub: Hub) -> int:
    with hub.reading() as read:
        return durable_seq(read)


# --- made and proved ---


def test_a_backup_holds_the_hubs_head_and_its_keys(fleet: Fleet, tmp_path):
    folder = tmp_path / "backups"
    made = back_up(fleet.hub, str(fleet.hub_path), folder)
    assert made.head == head(fleet.hub) == verify(made.path)
    assert made.path.stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "keys" / "hub.key").read_bytes() == fleet.hub_path.with_name("hub.db.key").read_bytes()
    assert durable(fleet.hub) == made.head.seq
    assert not list(folder.glob("*.part"))


def test_laptops_learn_how_far_the_hub_is_safe(fleet: Fleet, tmp_path):
    """By hello and by each page; without backups it never moves, and no op is given up."""
    laptop = fleet.laptops["a"]
    laptop.sync()
    assert kept_durable(laptop) == 0
    made = back_up(fleet.hub, str(fleet.hub_path), tmp_path / "backups")
    laptop.sync()
    assert kept_durable(laptop) == made.head.seq
    laptop.desk.perform(supplier("later")[1])
    laptop.sync()
    assert kept_durable(laptop) == made.head.seq < head(fleet.hub).seq
    assert laptop.value("SELECT count(*) FROM op WHERE acked = 2") == head(fleet.hub).seq


def test_a_damaged_copy_does_not_count(fleet: Fleet, tmp_path, monkeypatch):
    folder = tmp_path / "backups"

    def spoil(part: Path) -> None:
        with part.open("r+b") as stream:
            stream.seek(part.stat().st_size // 2)
            stream.write(os.urandom(8192))

    real = verify
    monkeypatch.setattr("app.hub.backup.verify", lambda path: (spoil(path), real(path))[1])
    with pytest.raises(AppError, match="damaged"):
        back_up(fleet.hub, str(fleet.hub_path), folder)
    assert durable(fleet.hub) == 0
    assert list(folder.glob("hub-*")) == []


TAMPERED = {
    "a decision": "UPDATE hub_history SET outcome = 'rejected' WHERE hub_seq = 3",
    "a gap": "DELETE FROM hub_history WHERE hub_seq = 3",
    "a lost op": "DELETE FROM op WHERE hub_seq = 3",
    "another head": "UPDATE hub_counter SET value = value + 1",
}


@pytest.mark.parametrize("how", TAMPERED)
def test_a_copy_with_another_history_is_found_out(fleet: Fleet, tmp_path, how):
    made = back_up(fleet.hub, str(fleet.hub_path), tmp_path / "backups")
    connection = sqlite3.connect(made.path)
    connection.execute(TAMPERED[how])
    connection.commit()
    connection.close()
    with pytest.raises(AppError, match="damaged or not of a hub"):
        verify(made.path)


@pytest.mark.parametrize(
    "content", [b"", b"SQLite format 3\0", os.urandom(9000)], ids=["empty", "head", "noise"]
)
def test_what_is_no_backup_gets_a_sentence(tmp_path, content):
    (tmp_path / "x.db").write_bytes(content)
    with pytest.raises(AppError, match="cannot be used"):
        verify(tmp_path / "x.db")
    with pytest.raises(AppError, match="There is no backup"):
        verify(tmp_path / "missing.db")


def test_the_newest_four_and_two_weeks_are_kept(tmp_path):
    clock = Moving()
    hub = Hub(tmp_path / "hub.db", clock)
    folder = tmp_path / "backups"
    for _turn in range(4 * 17):
        back_up(hub, str(hub.path), folder)
        clock.at += 6 * HOUR
    names = sorted(path.name for path in folder.glob("hub-*.db"))
    days = {name[4:12] for name in names}
    assert len(days) == DAYS
    assert DAYS <= len(names) <= DAYS + NEWEST
    newest = dt.datetime.fromtimestamp((clock.at - 6 * HOUR) / 1000, dt.UTC)
    assert names[-1] == f"hub-{newest:%Y%m%d-%H%M%S}.db"
    hub.close()


def test_a_backup_that_was_deleted_proves_nothing(fleet: Fleet, tmp_path):
    first = back_up(fleet.hub, str(fleet.hub_path), tmp_path / "one")
    first.path.unlink()
    fleet.laptops["a"].desk.perform(supplier("x")[1])
    with fleet.hub.writing() as connection:
        connection.execute("UPDATE hub_backup SET seq = seq + 1000")  # as if it had reached further
    back_up(fleet.hub, str(fleet.hub_path), tmp_path / "two")
    assert durable(fleet.hub) == head(fleet.hub).seq


# --- by itself ---


def test_a_job_is_done_when_it_is_due_and_by_one_process(tmp_path):
    clock = Moving()
    hub, other = Hub(tmp_path / "hub.db", clock), Hub(tmp_path / "hub.db", clock)
    jobs = jobs_of(hub, str(hub.path), folder_of(hub))
    assert "backup" in run_due(hub, jobs)
    assert run_due(other, jobs) == run_due(hub, jobs) == []
    clock.at += 6 * HOUR
    assert "backup" in run_due(other, jobs)
    assert "backup" not in run_due(hub, jobs)
    assert len(list(folder_of(hub).glob("hub-*.db"))) == 2
    hub.close()
    other.close()


@pytest.mark.logs("backup failed")
def test_a_failed_backup_is_a_red_line_and_is_tried_again_soon(tmp_path):
    clock = Moving()
    hub = Hub(tmp_path / "hub.db", clock)
    (tmp_path / "blocked").write_text("a file where a folder should be")
    blocked = jobs_of(hub, str(hub.path), tmp_path / "blocked")
    assert "backup" not in run_due(hub, blocked)
    assert "could not be written" in red_line(hub) or "failed" in red_line(hub)
    clock.at += AGAIN
    assert run_due(hub, jobs_of(hub, str(hub.path), tmp_path / "good"))[-1:] == ["backup"]
    assert red_line(hub) == ""
    clock.at += 14 * HOUR
    assert "14 hours old" in red_line(hub)
    hub.close()


@pytest.mark.logs("broken failed")
def test_a_bug_in_one_job_does_not_stop_the_others(tmp_path):
    hub = Hub(tmp_path / "hub.db", Moving())
    jobs = [Job("broken", HOUR, lambda: 1 / 0), Job("good", HOUR, lambda: None)]
    assert run_due(hub, jobs) == ["good"]
    with hub.reading() as read:
        assert read.value("SELECT error FROM hub_job WHERE name = 'broken'") == "ZeroDivisionError"
    hub.close()


def test_a_hub_without_backups_says_so(tmp_path):
    hub = Hub(tmp_path / "hub.db", Moving())
    assert "no verified backup" in red_line(hub)
    hub.close()


def red_line(hub: Hub) -> str:
    with hub.reading() as read:
        return backup_state(read, hub.clock.now()).red_line() or ""


# --- the way back ---


def test_a_restored_hub_gets_everything_again(fleet: Fleet, tmp_path):
    a, b = fleet.laptops["a"], fleet.laptops["b"]
    made = back_up(fleet.hub, str(fleet.hub_path), tmp_path / "backups")
    for number in range(3):
        a.desk.perform(supplier(f"lost-{number}")[1])
    a.sync()
    b.sync()
    former = head(fleet.hub)
    fleet.hub.close()
    done = restore(fleet.hub_path, made.path, None, fleet.clock)
    assert done.seq == made.head.seq
    assert done.kept is not None
    assert done.kept.exists()
    fleet.hub = Hub(fleet.hub_path, fleet.clock)
    assert head(fleet.hub).epoch != former.epoch
    assert durable(fleet.hub) == made.head.seq
    for laptop in (a, b, a):
        laptop.sync()
    for laptop in (a, b):
        assert laptop.value("SELECT count(*) FROM supplier WHERE code LIKE 'lost-%'") == 3
        assert differing_tables(laptop.profile, laptop.way) == []
        assert kept_durable(laptop) == made.head.seq


def test_keys_come_back_with_a_backup(fleet: Fleet, tmp_path):
    """The machine is gone; on a new one laptops go on without an invitation."""
    made = back_up(fleet.hub, str(fleet.hub_path), tmp_path / "backups")
    fleet.hub.close()
    fleet.hub_path = tmp_path / "new machine" / "hub.db"
    fleet.hub_path.parent.mkdir()
    restore(fleet.hub_path, made.path, None, fleet.clock)
    fleet.hub = Hub(fleet.hub_path, fleet.clock)
    fleet.laptops["a"].desk.perform(supplier("after")[1])
    assert fleet.laptops["a"].sync().sent


def test_a_hub_that_runs_is_not_restored(fleet: Fleet, tmp_path):
    made = back_up(fleet.hub, str(fleet.hub_path), tmp_path / "backups")
    with in_use(fleet.hub_path), in_use(fleet.hub_path), pytest.raises(Busy, match="The hub runs"):
        restore(fleet.hub_path, made.path, None)
    assert head(fleet.hub) == made.head


def test_a_damaged_backup_leaves_the_hub_as_it_was(fleet: Fleet, tmp_path):
    made = back_up(fleet.hub, str(fleet.hub_path), tmp_path / "backups")
    made.path.write_bytes(made.path.read_bytes()[:50_000])
    before = head(fleet.hub)
    fleet.hub.close()
    with pytest.raises(AppError, match="cannot be used"):
        restore(fleet.hub_path, made.path, None)
    fleet.hub = Hub(fleet.hub_path, fleet.clock)
    assert head(fleet.hub) == before


@pytest.mark.logs("the database does not take it")
def test_a_full_disk_refuses_whole_pushes_and_loses_nothing(fleet: Fleet):
    """Fault 8: rolled back, a sentence on the laptop, which goes on; the next exchange brings everything."""
    laptop = fleet.laptops["a"]
    for number in range(200):
        laptop.desk.perform(*(supplier(f"D-{number}-{n}")[1] for n in range(10)))
    with sqlite3.connect(fleet.hub_path) as connection:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.close()
    before = head(fleet.hub)
    with little_room(fleet.hub, pages + 20), pytest.raises(AppError, match="its disk is full or broken"):
        laptop.sync()
    assert head(fleet.hub) == before
    laptop.desk.perform(supplier("D-offline")[1])
    laptop.sync()
    assert laptop.value("SELECT count(*) FROM op WHERE acked = 0") == 0
    assert head(fleet.hub).seq == before.seq + 2001
    assert differing_tables(laptop.profile, laptop.way) == []


@contextmanager
def little_room(hub: Hub, pages: int) -> Iterator[None]:
    """The hub's disk takes so many pages meanwhile."""

    def limit(connection: sqlite3.Connection, *_: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages}")

    def lift(connection: sqlite3.Connection, *_: object) -> None:
        connection.execute("PRAGMA max_page_count = 1073741823")

    engine = hub._database._engine
    event.listen(engine, "checkout", limit)
    event.listen(engine, "checkin", lift)
    yield
    event.remove(engine, "checkout", limit)
    event.remove(engine, "checkin", lift)


# --- as it is started by command ---


def test_a_hub_makes_backups_by_itself_and_is_restored_by_command(tmp_path):
    service = Service(tmp_path)
    service.begin()
    folder = tmp_path / "hub.db.backups"
    try:
        ask = command("hub", "backup", "--database", service.database)
        done = subprocess.run(ask, cwd=ROOT, check=True, capture_output=True, text=True)
        assert "is proved" in done.stdout
        refused = subprocess.run(
            command("hub", "restore", next(folder.glob("hub-*.db")), "--database", service.database),
            cwd=ROOT, check=False, capture_output=True, text=True,
        )  # fmt: skip
        assert (refused.returncode, "The hub runs" in refused.stderr) == (3, True)
    finally:
        service.kill()
    copy = max(folder.glob("hub-*.db"))
    shutil.rmtree(tmp_path / "hub.db.files", ignore_errors=True)
    ask = command("hub", "restore", copy, "--database", service.database)
    done = subprocess.run(ask, cwd=ROOT, check=True, capture_output=True, text=True)
    assert "The hub stands where it stood after 0 decisions" in done.stdout
    assert "is kept as" in done.stdout


def test_a_hub_told_to_make_no_backups_makes_none(tmp_path):
    service = Service(tmp_path, "--no-backups")
    service.begin()
    service.kill()
    assert not (tmp_path / "hub.db.backups").exists()
