"""R11-R13, R15, R16: two windows, two processes, two threads, and a backup in the middle of it."""

import json
import sqlite3
import threading
import time
from contextlib import closing

import pytest

from app.backup import KEPT, back_up, backups_of, restore, verify
from app.bootstrap import start
from app.clock import Clock
from app.desk import Desk
from app.errors import AppError, Busy
from app.generic import create
from app.health import check
from db.ids import new_id


def supplier(name: str = "供应商"):
    return create("supplier", new_id(), code=new_id().hex(), name=name, active=1)


def test_a_second_window_is_refused_at_once_and_a_killed_one_is_followed(folder, run_victim):
    process = run_victim("hold", folder)
    assert process.stdout.readline() == "ready\n"
    begun = time.monotonic()
    second = start(folder)
    with pytest.raises(Busy):
        second.hold()
    assert time.monotonic() - begun < 2
    second.close()
    process.kill()
    process.wait()
    third = start(folder)
    third.hold()
    third.close()


@pytest.mark.parametrize("seconds", [0.1, 1.0])
def test_a_short_lock_is_waited_for(site, run_victim, seconds):
    process = run_victim("lock", site.profile.folder, seconds)
    assert process.stdout.readline() == "ready\n"
    site.perform(supplier())


def test_a_long_lock_ends_in_a_sentence_and_nothing_is_lost(site, run_victim):
    process = run_victim("lock", site.profile.folder, 7.0)
    assert process.stdout.readline() == "ready\n"
    begun = time.monotonic()
    with pytest.raises(Busy):
        site.perform(supplier())
    assert time.monotonic() - begun < 6.5
    process.wait()
    site.perform(supplier())
    assert check(site.profile) == []


def test_the_program_starts_while_another_writes(folder, run_victim):
    process = run_victim("lock", folder, 1.0)
    assert process.stdout.readline() == "ready\n"
    profile = start(folder)
    assert profile.notices == []
    profile.close()


def test_two_threads_and_a_process_write_one_whole_chain(site, run_victim):
    faults: list[Exception] = []

    def writing() -> None:
        for _ in range(40):
            try:
                site.perform(supplier(), supplier())
            except Exception as error:  # noqa: BLE001 - every error counts here
                faults.append(error)

    process = run_victim("write", site.profile.folder, 40)
    threads = [threading.Thread(target=writing) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert json.loads(process.communicate(timeout=60)[0]) == {"written": 40}
    assert faults == []
    assert check(site.profile) == []
    with site.read() as read:
        assert read.value("SELECT count(*) FROM op") == 78 + 2 * 40 * 2 + 40 * 3


def test_a_backup_during_writes_is_a_state_that_was_committed(site):
    stop, backups = threading.Event(), []

    def writing() -> None:
        while not stop.is_set():
            site.perform(supplier(), supplier())

    thread = threading.Thread(target=writing)
    thread.start()
    try:
        backups += [back_up(site.profile) for _ in range(8)]
    finally:
        stop.set()
        thread.join()
    for made in backups:
        with closing(sqlite3.connect(made.path)) as copy:
            sums = copy.execute("SELECT count(*) FROM op GROUP BY action_id").fetchall()
            assert {n for (n,) in sums} <= {2, 3}
            assert copy.execute("SELECT count(*) FROM sync_ctx").fetchone() == (0,)
            rows = copy.execute("SELECT count(*) FROM supplier").fetchone()[0]
            creates = copy.execute("SELECT count(*) FROM op WHERE kind = 'create' AND entity = 'supplier'")
            assert rows == creates.fetchone()[0]


def test_every_kept_backup_can_be_restored(site):
    for _ in range(3):
        site.perform(supplier())
        back_up(site.profile)
    folder = site.profile.folder
    copies = backups_of(site.profile)
    site.profile.close()
    counts = []
    for number, path in enumerate(copies):
        expected = verify(path).counts
        restore(folder, path, number + 1)
        again = start(folder)
        assert again.notices == []
        assert check(again) == []
        with again.store.read() as read:
            counts.append(read.value("SELECT count(*) FROM op"))
        Desk.of_administrator(again).perform(supplier())
        again.close()
        assert expected["op"] == counts[-1]
    assert counts == [81, 80, 79]


def test_the_newest_backup_stays_when_the_clock_went_back(site):
    import os

    for _ in range(KEPT + 2):
        made = back_up(site.profile)
        os.utime(made.path, (4e9, 4e9))
    last = back_up(site.profile)
    assert last.path.exists()
    assert len(backups_of(site.profile)) <= KEPT + 1


def test_a_backup_where_it_cannot_be_written_is_told(site, tmp_path):
    for target in (tmp_path / "absent" / "x.db", site.profile.database):
        with pytest.raises(AppError):
            back_up(site.profile, target)
    assert not list(tmp_path.rglob("*.part"))


def test_a_write_inside_a_write_is_refused_and_undone_whole(site):
    def nested():
        yield supplier()
        site.number("WO")

    with pytest.raises(RuntimeError):
        site.perform(more=nested())
    site.perform(supplier())
    with site.read() as read:
        assert read.value("SELECT count(*) FROM op") == 79


@pytest.mark.logs("a listener failed")
def test_a_listener_that_fails_does_not_make_the_action_fail(site):
    heard = []

    def failing(_done):
        raise ValueError("deaf")

    site.profile.store.listen(failing)
    site.profile.store.listen(heard.append)
    assert heard == [site.perform(supplier())]


# --- R17: the clock ---


def test_the_order_of_ops_survives_every_jump_of_the_clock(folder):
    now = [1_795_318_860_000]
    profile = start(folder, Clock(lambda: now[0]))
    desk = Desk.of_administrator(profile)
    hour = 3_600_000
    for jump in (0, -hour, -24 * hour, -8760 * hour, 2 * 8760 * hour, -hour, 0, -8760 * hour):
        now[0] += jump
        desk.perform(supplier(), supplier())
    with desk.read() as read:
        times = [
            hlc for (hlc,) in read.rows("SELECT hlc FROM op WHERE kind = 'create' AND n > 78 ORDER BY n")
        ]
        assert times == sorted(set(times))
    assert profile.store.clock_behind() > 0
    assert profile.store.tick() is None
    assert desk.clock_notice()
    profile.close()


def test_a_clock_that_ran_ahead_once_is_confirmed_and_forgotten(folder):
    now = [1_900_000_000_000]
    profile = start(folder, Clock(lambda: now[0]))
    desk = Desk.of_administrator(profile)
    desk.perform(supplier())
    now[0] -= 86_400_000
    assert profile.store.clock_behind() == 86_400_000
    profile.store.trust_clock()
    assert profile.store.clock_behind() == 0
    assert desk.clock_notice() == ""
    desk.perform(supplier())
    now[0] -= 3_600_000
    assert profile.store.clock_behind() == 3_600_000
    profile.close()
