"""R1, R2, R5: whatever moment the process is killed at, what was acknowledged is there and nothing is half done."""

import json
import os

import pytest

from app.backup import back_up, finish_restore, restore
from app.bootstrap import start
from app.health import check

#: More points by hand: SITEWRIGHT_KILLS=2000.
POINTS = int(os.environ.get("SITEWRIGHT_KILLS", "40"))


def test_a_kill_while_saving_loses_nothing_acknowledged(run_victim, tmp_path):
    out, _err = run_victim("kill", tmp_path / "站点", POINTS).communicate(timeout=60 + POINTS)
    found = json.loads(out)
    assert found["faults"] == []
    assert found["acknowledged"] > POINTS


def test_a_kill_while_importing_leaves_all_rows_or_none(run_victim, tmp_path):
    found = json.loads(run_victim("import", tmp_path / "站点", 4).communicate(timeout=120)[0])
    assert found["faults"] == []
    assert found["rows"] % 10_000 == 0


@pytest.mark.parametrize("moved", ["nothing", "main", "main and log"])
def test_a_restore_that_was_stopped_is_finished_at_the_next_start(folder, moved):
    profile = start(folder)
    made = back_up(profile)
    profile.close()
    restore(folder, made.path, 1)
    # As it lies when the process dies after the point of no return: the new file waits, some old ones may be aside.
    (folder / "site.db").replace(folder / "site.db.new")
    if moved == "nothing":
        (folder / "site.db").write_bytes(b"the old file")
    if moved != "main and log":
        (folder / "site.db-wal").write_bytes(b"the old file's log")
    profile = start(folder)
    assert check(profile) == []
    profile.close()
    assert not (folder / "site.db.new").exists()
    assert finish_restore(folder) is None
    if moved != "main and log":
        kept = [p for p in (folder / "backups").iterdir() if p.name.endswith(".db-wal")]
        assert [p.read_bytes() for p in kept] == [b"the old file's log"]


def test_a_profile_whose_making_was_stopped_opens(tmp_path):
    (tmp_path / "half").mkdir()
    (tmp_path / "half" / "site.db").touch()
    profile = start(tmp_path / "half")
    assert check(profile) == []
    with profile.store.local() as connection:
        connection.execute("DELETE FROM meta WHERE key = 'chain_id'")
    profile.close()
    again = start(tmp_path / "half")
    assert "chain_id" in again.meta
    again.close()
