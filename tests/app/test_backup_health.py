"""Copies that open again, restores that keep the old file, and a check that finds what was tampered with."""

import sqlite3
from contextlib import closing

import pytest

from app.backup import back_up, restore, verify
from app.bootstrap import start
from app.errors import AppError
from app.generic import create
from app.health import check
from db.ids import new_id


def fill(desk):
    desk.perform(
        *(create("supplier", new_id(), code=f"S{i}", name=f"供应商 {i}", active=1) for i in range(20))
    )


def test_a_backup_opens_and_a_restore_brings_it_back(desk):
    fill(desk)
    made = back_up(desk.profile)
    assert made.counts["op"] == 20
    desk.perform(create("supplier", new_id(), code="LATER", name="后来", active=1))
    folder = desk.profile.folder
    desk.profile.close()
    kept = restore(folder, made.path, 1)
    assert kept.exists()
    again = start(folder)
    with again.store.read() as read:
        assert read.value("SELECT count(*) FROM supplier") == 20
    assert check(again) == []
    again.close()


def test_a_damaged_or_foreign_backup_is_refused(desk, tmp_path):
    fill(desk)
    made = back_up(desk.profile)
    data = bytearray(made.path.read_bytes())
    data[5000:9000] = bytes(4000)
    broken = tmp_path / "broken.db"
    broken.write_bytes(data)
    picture = tmp_path / "picture.db"
    picture.write_bytes(b"\x89PNG" * 100)
    for path in (broken, picture, tmp_path / "missing.db"):
        with pytest.raises(AppError):
            verify(path)


def test_check_finds_what_was_changed_behind_the_door(desk):
    fill(desk)
    assert check(desk.profile) == []
    with closing(sqlite3.connect(desk.profile.database)) as raw:
        raw.execute("UPDATE op SET body = replace(body, 'S3', 'S4') WHERE seq = 4")
        raw.execute("DELETE FROM search_row WHERE n = 1")
        raw.commit()
    faults = check(desk.profile)
    assert len(faults) == 3, faults


def test_check_finds_a_hole_in_the_log(desk):
    fill(desk)
    with closing(sqlite3.connect(desk.profile.database)) as raw:
        raw.execute("DELETE FROM op WHERE seq = 4")
        raw.commit()
    assert len(check(desk.profile)) == 1
