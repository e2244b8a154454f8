"""Both databases derive the same from the same ops: the sample site, taken in by a hub on a file and by one on PostgreSQL."""

import shutil
from pathlib import Path

import pytest
from fleet import Fleet
from stores import ServerStore

from app.bootstrap import start
from app.clock import Clock
from app.hub.enrol import invite
from app.hub.hub import Hub
from app.settle import everything, settle
from app.sync.joining import join
from app.tx import Reader
from db.models import BY_TABLE

STORY_NOW = 1_795_318_860_000
#: People search on their laptops: FTS5 is SQLite's, and a hub on PostgreSQL keeps no index of words.
NOT_THERE = {"search_row"}
DERIVED = sorted(
    name
    for name, cls in BY_TABLE.items()
    if (cls.__doc__ or "").startswith("Derived") and name not in NOT_THERE
)


def test_every_derived_table_is_looked_at():
    assert {"stock_level", "part_stock", "alert", "due_round"} <= set(DERIVED)


def derived(read: Reader, table: str) -> list[tuple]:
    columns = ", ".join(f'"{name}"' for name in BY_TABLE[table].columns if name not in {"n", "last_n"})
    return sorted(read.rows(f'SELECT {columns} FROM "{table}"'), key=repr)


@pytest.fixture
def hubs(tmp_path: Path, blank: Path, server_store: ServerStore, sample_folder: Path) -> list[Hub]:
    """Two hubs that the sample site has founded."""
    made = []
    for name, store in (("file", None), ("server", server_store)):
        folder = tmp_path / name
        folder.mkdir()
        fleet = Fleet(folder, blank, store)
        fleet.hub.clock = Clock.pinned(STORY_NOW)
        founder = fleet.fresh("founder")
        founder.profile.close()
        founder.folder = Path(shutil.copytree(sample_folder, folder / "site"))
        founder.profile = start(founder.folder, Clock.pinned(STORY_NOW))
        join(founder.profile, invite(fleet.hub, "http://hub"), founder.way)
        founder.sync()
        founder.profile.close()
        made.append(fleet.hub)
    return made


def test_both_databases_derive_the_same(hubs):
    for again in (False, True):
        if again:  # all of it once more, with the time that has passed
            for hub in hubs:
                with hub.writing() as connection:
                    settle(connection, everything(connection), STORY_NOW + 40 * 86_400_000, tick=True)
        found: list[dict[str, list]] = []
        for hub in hubs:
            with hub.reading() as read:
                found.append({table: derived(read, table) for table in DERIVED})
        for table in DERIVED:
            assert found[0][table] == found[1][table], table
        assert found[0]["stock_level"]
        assert found[0]["alert"]
    for hub in hubs:
        hub.close()
