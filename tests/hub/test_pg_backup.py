"""Backups of a hub on PostgreSQL, with its own pg_dump and pg_restore."""

import os

import pytest
from fleet import NOW, furnish, supplier
from pg_server import binaries

from app.bootstrap import found, start
from app.clock import Clock
from app.desk import Desk
from app.errors import AppError
from app.hub import pg_backup
from app.hub.backup import back_up, durable_seq
from app.hub.enrol import invite
from app.hub.hub import Hub, head_of
from app.hub.jobs import Job, jobs_of, run_due
from app.hub.running import restore
from app.sync.client import differing_tables, sync_once
from app.sync.joining import join

HOUR = 3_600_000


class Moving(Clock):
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.at = NOW
        super().__init__(lambda: self.at)


def head(hub: Hub):
    with hub.reading() as read:
        return head_of(read)


def durable(hub: Hub) -> int:
    with hub.reading() as read:
        return durable_seq(read)


@pytest.fixture
def _programs(monkeypatch) -> None:
    monkeypatch.setenv("PATH", str(binaries()), prepend=os.pathsep)


@pytest.mark.usefixtures("_programs")
def test_postgresql_is_dumped_proved_and_restored(pg_url, tmp_path):
    hub = Hub(pg_url, files=tmp_path / "files")
    profile = found(tmp_path / "a", clock=Clock.pinned(NOW))

    class Way:
        def send(self, call, request):
            return hub.handle(call, request)

    join(profile, invite(hub, "http://hub"), Way())
    profile.close()
    profile = start(tmp_path / "a", Clock.pinned(NOW))
    furnish(Desk.of_administrator(profile))
    sync_once(profile, Way())
    made = back_up(hub, pg_url, tmp_path / "backups")
    assert made.path.suffix == ".dump"
    assert made.head == head(hub)
    assert durable(hub) == made.head.seq
    Desk.of_administrator(profile).perform(supplier("lost")[1])
    sync_once(profile, Way())
    with pytest.raises(AppError, match="Stop every hub process"):
        restore(pg_url, made.path, tmp_path / "files")
    hub.close()
    assert restore(pg_url, made.path, tmp_path / "files").seq == made.head.seq
    hub = Hub(pg_url, files=tmp_path / "files")
    assert head(hub).epoch != made.head.epoch
    sync_once(profile, Way())
    assert differing_tables(profile, Way()) == []
    with hub.reading() as read:
        assert read.value("SELECT count(*) FROM supplier WHERE code = 'lost'") == 1
    profile.close()
    hub.close()


@pytest.mark.usefixtures("_programs")
@pytest.mark.logs("blocked failed")
def test_two_processes_share_the_jobs_on_postgresql(pg_url, tmp_path):
    clock = Moving()
    hubs = [Hub(pg_url, clock, tmp_path / "files") for _turn in range(2)]
    jobs = [
        *jobs_of(hubs[0], pg_url, tmp_path / "backups"),
        Job("blocked", HOUR, lambda: back_up(hubs[0], pg_url, tmp_path / "files" / "x" / "y")),
    ]
    (tmp_path / "files").mkdir(exist_ok=True)
    (tmp_path / "files" / "x").write_text("no folder")
    done = run_due(hubs[0], jobs)
    assert {"backup", "checkpoint", "files"} <= set(done)
    assert "blocked" not in done
    assert run_due(hubs[1], jobs) == []
    clock.at += 6 * HOUR
    assert "backup" in run_due(hubs[1], jobs)
    assert len(list((tmp_path / "backups").glob("hub-*.dump"))) == 2
    for hub in hubs:
        hub.close()


@pytest.mark.usefixtures("_programs")
def test_a_damaged_dump_is_found_out(pg_url, tmp_path):
    hub = Hub(pg_url, files=tmp_path / "files")
    made = back_up(hub, pg_url, tmp_path / "backups")
    whole = made.path.read_bytes()
    for damaged in (b"", whole[:1000], whole[: len(whole) * 2 // 3], os.urandom(5000)):
        made.path.write_bytes(damaged)
        with pytest.raises(AppError, match="cannot be used"):
            pg_backup.verify(made.path)
    hub.close()


def test_without_pg_dump_there_is_a_sentence_and_no_backup(pg_url, tmp_path, monkeypatch):
    hub = Hub(pg_url, files=tmp_path / "files")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(AppError, match="not on the PATH"):
        back_up(hub, pg_url, tmp_path / "backups")
    assert durable(hub) == 0
    hub.close()


def test_a_password_is_not_shown_among_the_processes():
    where, environment = pg_backup._where(
        "postgresql+psycopg://me:s3cret@db.example:5433/hub?sslmode=require"
    )
    assert where == "postgresql://me@db.example:5433/hub?sslmode=require"
    assert environment["PGPASSWORD"] == "s3cret"
