"""The whole sample site founds a hub, and a second laptop ends with every row of it."""

import sqlite3
from contextlib import closing
from pathlib import Path

from fleet import Fleet
from judge import nothing_waits, rows_are_equal, the_history_is_whole, what_derives_is_alike

from app.bootstrap import start
from app.health import check
from app.hub.enrol import invite
from app.sync.client import differing_tables
from app.sync.joining import join


def test_the_sample_site_travels_whole(sample_folder: Path, tmp_path: Path, blank: Path):
    fleet = Fleet(tmp_path, blank)
    founder = fleet.fresh("founder")
    founder.profile.close()
    founder.folder = sample_folder
    founder.profile = start(sample_folder, fleet.clock)
    join(founder.profile, invite(fleet.hub, "http://hub"), founder.way)
    sent = founder.sync()
    second = fleet.open("second")
    second.sync()
    with closing(sqlite3.connect(fleet.hub_path)) as hub:
        outcomes = dict(hub.execute("SELECT outcome, count(*) FROM op GROUP BY outcome"))
        assert outcomes == {"applied": sent.sent}
        the_history_is_whole(hub)
        for laptop in (founder, second):
            nothing_waits(laptop)
            rows_are_equal(laptop, hub)
            assert differing_tables(laptop.profile, laptop.way) == []
            assert check(laptop.profile) == []
    what_derives_is_alike(fleet)
    fleet.close()
