"""Several hub processes on one PostgreSQL database, over real HTTP: laptops go to either, one is killed at its work."""

import subprocess
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from fleet import NOW, furnish, supplier
from service import Service, command
from stores import ServerStore

from app.bootstrap import found, start
from app.clock import Clock
from app.desk import Desk
from app.hub.hub import Hub
from app.profile import Profile
from app.sync.client import differing_tables, sync_once
from app.sync.joining import join, read_invitation
from app.sync.transport import Http, Lost


@pytest.fixture
def pair(tmp_path: Path, server_store: ServerStore) -> Iterator[tuple[Service, Service]]:
    """Two processes; they begin at the same moment."""
    made = Service(tmp_path, database=server_store.address), Service(tmp_path, database=server_store.address)
    starting = [threading.Thread(target=one.begin) for one in made]
    for thread in starting:
        thread.start()
    for thread in starting:
        thread.join()
    yield made
    for one in made:
        one.kill()


def joined(service: Service, folder: Path) -> Profile:
    profile = found(folder, clock=Clock.pinned(NOW))
    join(profile, read_invitation(service.invite()))
    profile.close()
    return start(folder, Clock.pinned(NOW))


def test_laptops_go_to_either_process_and_one_is_killed(pair, tmp_path, server_store):
    a, b = joined(pair[0], tmp_path / "a"), joined(pair[1], tmp_path / "b")
    furnish(Desk.of_administrator(a))
    for turn in range(3):
        for profile in (a, b):
            for number in range(10):
                name = f"{profile.folder.name}-{turn}-{number}"
                Desk.of_administrator(profile).perform(*(supplier(f"{name}-{n}")[1] for n in range(20)))
        killer = threading.Timer(0.03 + turn * 0.05, pair[turn % 2].kill)
        killer.start()
        for place, profile in enumerate((a, b)):
            way = Http(pair[(turn + place) % 2].address)
            with suppress(Lost):
                sync_once(profile, way)
            way.close()
        killer.join()
        pair[turn % 2].begin()
    for profile, service in ((a, pair[1]), (b, pair[0]), (a, pair[0])):
        way = Http(service.address)
        sync_once(profile, way)
        way.close()
    hub = Hub(server_store.address)
    with hub.reading() as read:
        assert read.value("SELECT count(*) FROM supplier") == 1200
        assert read.value("SELECT count(DISTINCT code) FROM supplier") == 1200
        assert read.value("SELECT count(*) FROM op WHERE outcome <> 'applied'") == 0
    hub.close()
    for profile in (a, b):
        way = Http(pair[0].address)
        assert differing_tables(profile, way) == []
        way.close()
        with profile.store.read() as read:
            assert read.value("SELECT count(*) FROM supplier") == 1200
            assert read.value("SELECT count(*) FROM op WHERE acked < 2") == 0
        profile.close()


def test_the_commands_speak_to_the_same_hub(pair, server_store):
    listed = subprocess.run(
        command("hub", "devices", "--database", server_store.address, "--json"),
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert listed.stdout.strip() == "[]"
    assert read_invitation(pair[0].invite()).fingerprint == read_invitation(pair[1].invite()).fingerprint
