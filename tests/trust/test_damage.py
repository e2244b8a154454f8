"""R14: whatever is wrong with the site file is told in a sentence at the start or by `check`; a damaged file is not written to."""

import random
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from app.backup import back_up, restore, verify
from app.bootstrap import start
from app.damage import LOST_WAL
from app.desk import Desk
from app.errors import AppError, Damaged
from app.generic import create
from app.health import check
from db.ids import new_id

PAGE = 4096


@pytest.fixture
def backed_up(folder: Path) -> Path:
    """A closed profile with one good backup."""
    profile = start(folder)
    back_up(profile)
    profile.close()
    return folder


def told(folder: Path) -> list[str]:
    """What the user hears of this file, at the start or from `check`; anything raw fails the test."""
    before = (folder / "site.db").read_bytes()
    try:
        profile = start(folder)
    except AppError as error:
        assert (folder / "site.db").read_bytes() == before, "a refused file was written to"
        return [str(error)]
    try:
        return [str(notice) for notice in profile.notices] + check(profile)
    except AppError as error:
        return [str(error)]
    finally:
        profile.close()


def spoil(folder: Path, data: bytes) -> None:
    for old in folder.glob("site.db-*"):
        old.unlink()
    (folder / "site.db").write_bytes(data)


def test_flipped_bytes_are_found_or_hurt_nothing(backed_up):
    whole = (backed_up / "site.db").read_bytes()
    chance = random.Random(14)
    unseen = []
    for _ in range(40):
        at, mask = chance.randrange(len(whole)), 1 << chance.randrange(8)
        spoil(backed_up, whole[:at] + bytes([whole[at] ^ mask]) + whole[at + 1 :])
        if not told(backed_up) and logical(backed_up) != logical_of(whole, backed_up):
            unseen.append((at // PAGE, at % PAGE))
    assert unseen == []


def logical(folder: Path) -> list[str]:
    """All rows that an op made, as text, without what only this laptop notes on them."""
    from db.models import SYNCED

    with closing(sqlite3.connect(folder / "site.db")) as raw:
        raw.text_factory = bytes
        op = "SELECT op_id, chain_id, seq, hash, kind, entity, row_id, site, body, hlc, wall, actor, action_id, outcome FROM op"
        rows = [f'SELECT * FROM "{t}" ORDER BY n' for t in (*SYNCED, "audit")]
        return [str(raw.execute(sql).fetchall()) for sql in (op, *rows)]


def logical_of(data: bytes, folder: Path) -> list[str]:
    aside = folder.parent / "aside"
    aside.mkdir(exist_ok=True)
    (aside / "site.db").write_bytes(data)
    return logical(aside)


@pytest.mark.parametrize("size", [0, 1, 15, 16, 99, 100, 512, 4095, 4096, 4097, 40_000, 500_000, -4096, -1])
def test_a_file_that_was_cut_off_is_found(backed_up, size):
    spoil(backed_up, (backed_up / "site.db").read_bytes()[:size])
    faults = told(backed_up)
    assert faults
    assert "backups" in faults[0] or size in {-4096, -1} or size > 4096, faults[0]


@pytest.mark.parametrize(
    "data", [bytes(100_000), b"\x89PNG" * 5000, b"SQLite format 3\0" + b"x" * 9000], ids=str
)
def test_what_is_no_database_is_refused_and_a_backup_offered(backed_up, data):
    spoil(backed_up, data)
    with pytest.raises(Damaged, match=r"site-.*\.db"):
        start(backed_up)
    assert (backed_up / "site.db").read_bytes() == data


def test_overwritten_pages_are_found(backed_up):
    whole = (backed_up / "site.db").read_bytes()
    for page in range(1, len(whole) // PAGE, len(whole) // PAGE // 8):
        spoil(
            backed_up, whole[: page * PAGE] + random.Random(page).randbytes(PAGE) + whole[(page + 1) * PAGE :]
        )
        assert told(backed_up) or logical(backed_up) == logical_of(whole, backed_up), page


def test_a_folder_in_the_place_of_the_file_is_told(backed_up):
    (backed_up / "site.db").unlink()
    (backed_up / "site.db").mkdir()
    with pytest.raises(Damaged, match=r"site-.*\.db"):
        start(backed_up)
    kept = restore(backed_up, next((backed_up / "backups").glob("site-*.db")), 7)
    assert kept.is_dir()
    profile = start(backed_up)
    assert check(profile) == []
    profile.close()


def test_with_no_good_backup_the_sentence_says_so(folder):
    (folder / "backups" / "site-20260101-000000.db").write_bytes(b"no backup either")
    spoil(folder, b"nothing at all, and long enough to be looked at")
    with pytest.raises(Damaged) as refused:
        start(folder)
    assert "{backup}" not in refused.value.message


def test_another_programs_database_is_not_made_ours(tmp_path):
    (tmp_path / "p").mkdir()
    with closing(sqlite3.connect(tmp_path / "p" / "site.db")) as raw:
        raw.execute("CREATE TABLE cookies (name TEXT)")
        raw.commit()
    before = (tmp_path / "p" / "site.db").read_bytes()
    with pytest.raises(AppError):
        start(tmp_path / "p")
    assert (tmp_path / "p" / "site.db").read_bytes() == before


def crash(folder: Path, run_victim) -> None:
    """A window that is killed with records still in the write-ahead log."""
    process = run_victim("hold", folder)
    assert process.stdout.readline() == "ready\n"
    process.kill()
    process.wait()


def test_a_missing_write_ahead_log_after_a_crash_is_told_once(folder, run_victim):
    crash(folder, run_victim)
    assert (folder / "site.db-wal").exists()
    (folder / "site.db-wal").unlink()
    profile = start(folder)
    assert [n.message for n in profile.notices] == [LOST_WAL]
    profile.close()
    profile = start(folder)
    assert profile.notices == []
    profile.close()


def test_a_crash_alone_is_no_damage(folder, run_victim):
    crash(folder, run_victim)
    assert told(folder) == []


def test_a_foreign_write_ahead_log_is_found(backed_up, tmp_path):
    other = shutil.copytree(backed_up, tmp_path / "other")
    profile = start(other)
    desk = Desk.of_administrator(profile)
    for number in range(30):
        desk.perform(create("supplier", new_id(), code=f"X{number}", name="别处" * 20, active=1))
    foreign = (other / "site.db-wal").read_bytes()
    profile.close()
    here = start(backed_up)
    for number in range(40):
        Desk.of_administrator(here).perform(create("part", new_id(), part_no=f"Q{number}", name="这里" * 20, unit="个", kind="spare", serialised=0, batch_tracked=0, status="active"))  # fmt: skip
    here.close()
    (backed_up / "site.db-wal").write_bytes(foreign)
    assert told(backed_up)


def test_a_copy_of_another_site_is_noticed(folder, tmp_path):
    from app.bootstrap import found

    other = found(tmp_path / "other")
    other.close()
    shutil.copy(tmp_path / "other" / "site.db", folder / "site.db")
    assert len(told(folder)) == 1


def test_an_older_copy_in_the_place_of_the_file_is_noticed(folder):
    shutil.copy(folder / "site.db", folder / "older.db")
    profile = start(folder)
    Desk.of_administrator(profile).perform(create("supplier", new_id(), code="N", name="新的", active=1))
    profile.close()
    shutil.copy(folder / "older.db", folder / "site.db")
    for _ in range(2):  # opening it does not make it forgotten
        assert "79" in told(folder)[0]


def test_a_replaced_file_with_its_log_beside_it_is_a_backup_that_opens(folder, run_victim):
    crash(folder, run_victim)
    for suffix in ("", "-wal", "-shm"):
        (folder / f"site.db{suffix}").replace(folder / "backups" / f"replaced-1.db{suffix}")
    assert verify(folder / "backups" / "replaced-1.db").counts["op"] == 78
