"""A hub restored from a backup, a laptop set back, a cloned disk: each named fault, and nothing is lost."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from fleet import Fleet, Laptop, Way, supplier
from judge import judge

from app.backup import back_up, restore
from app.bootstrap import start
from app.errors import AppError
from app.generic import Retire, patch
from app.hub.enrol import invite
from app.hub.hub import Hub
from app.sync import pull
from app.sync.joining import join
from app.sync.protocol import Pull


def copy_of(fleet: Fleet) -> Path:
    copy = fleet.folder / "copy.db"
    copy.unlink(missing_ok=True)
    with closing(sqlite3.connect(fleet.hub_path)) as connection:
        connection.execute("VACUUM INTO ?", (str(copy),))
    return copy


def put_back(fleet: Fleet, copy: Path, *, bump: bool = False) -> None:
    fleet.hub.close()
    for suffix in ("-wal", "-shm"):
        fleet.hub_path.with_name(fleet.hub_path.name + suffix).unlink(missing_ok=True)
    shutil.copy(copy, fleet.hub_path)
    if bump:
        with closing(sqlite3.connect(fleet.hub_path)) as connection:
            connection.execute("UPDATE meta SET value = lower(hex(randomblob(16))) WHERE key = 'hub_epoch'")
            connection.commit()
    fleet.hub = Hub(fleet.hub_path, fleet.clock)


def rest(fleet: Fleet) -> None:
    for _turn in range(3):
        for laptop in fleet:
            laptop.sync()
    judge(fleet)


def make(laptop: Laptop, *codes: str) -> None:
    for code in codes:
        laptop.desk.perform(supplier(code)[1])


@pytest.fixture
def a(fleet: Fleet) -> Laptop:
    return fleet.laptops["a"]


@pytest.fixture
def b(fleet: Fleet) -> Laptop:
    return fleet.laptops["b"]


@pytest.mark.parametrize("bump", [True, False])
def test_what_a_restored_hub_lost_is_sent_again(fleet, a, b, bump):
    make(a, "A1")
    a.sync()
    copy = copy_of(fleet)
    make(a, "A2")
    make(b, "B2")
    a.sync()
    b.sync()
    put_back(fleet, copy, bump=bump)
    assert b.sync().history
    assert a.sync().history
    rest(fleet)
    assert a.value("SELECT count(*) FROM supplier") == 3
    assert list((a.folder / "backups").glob("*.db")), "before rows are given up, a copy is made"


def test_a_mere_roll_back_is_seen_by_a_laptop_without_news(fleet, a, b):
    copy = copy_of(fleet)
    make(a, "A1")
    a.sync()
    b.sync()
    put_back(fleet, copy)
    assert b.sync().history
    assert b.value("SELECT count(*) FROM supplier") == 0
    rest(fleet)
    assert b.value("SELECT count(*) FROM supplier") == 1


def test_a_hub_restored_several_times(fleet, a, b):
    first = copy_of(fleet)
    for turn in range(3):
        make(a, f"A{turn}")
        make(b, f"B{turn}")
        a.sync()
        b.sync()
        put_back(fleet, first)
    rest(fleet)
    assert a.value("SELECT count(*) FROM supplier") == 6


def test_a_hub_restored_between_two_pages(fleet, a, b, monkeypatch):
    """Checked in hello alone, a row would be missing for ever: the cursor has passed it."""
    monkeypatch.setattr(pull, "Pull", lambda proof, cursors, _limit, *more: Pull(proof, cursors, 2, *more))
    copy = copy_of(fleet)
    make(a, "A1", "A2", "A3", "A4")
    a.sync()

    def strike() -> None:
        put_back(fleet, copy)
        make(a, "A5", "A6")
        a.sync()

    b.way.before["pull"] = lambda: b.way.before.update(pull=strike)
    b.sync()
    rest(fleet)
    assert b.value("SELECT count(*) FROM supplier") == 6


def test_a_hub_restored_between_a_receipt_and_the_pull(fleet, a, b):
    """The receipt is of a history that is gone; others have filled its numbers meanwhile."""
    make(a, "A1")
    copy = copy_of(fleet)

    def strike() -> None:
        put_back(fleet, copy)
        make(b, "B1", "B2", "B3")
        b.sync()

    a.way.before["pull"] = strike
    assert a.sync().history
    rest(fleet)
    assert b.value("SELECT count(*) FROM supplier") == 4


def test_a_hub_restored_between_known_and_the_pull(fleet, a, b):
    make(a, "A1")
    older = copy_of(fleet)
    a.sync()
    newer = fleet.folder / "newer.db"
    shutil.copy(copy_of(fleet), newer)
    make(a, "A2")
    a.sync()
    put_back(fleet, newer)

    def strike() -> None:
        put_back(fleet, older)
        make(b, "B1", "B2", "B3")
        b.sync()

    a.way.before["known"] = lambda: a.way.before.update(pull=strike)
    a.sync()
    rest(fleet)
    assert b.value("SELECT count(*) FROM supplier") == 5


def test_a_hub_restored_to_before_the_laptop_was_known(tmp_path, blank):
    fleet = Fleet(tmp_path, blank)
    empty = copy_of(fleet)
    a = fleet.open("a")
    make(a, "A1", "A2")
    a.sync()
    put_back(fleet, empty)
    with pytest.raises(AppError, match="does not know this laptop"):
        a.sync()
    assert a.value("SELECT count(*) FROM supplier") == 2
    join(a.profile, invite(fleet.hub, "http://hub"), a.way)
    rest(fleet)
    assert a.value("SELECT count(*) FROM supplier") == 2
    fleet.close()


def test_a_fresh_hub_with_the_same_key_is_not_the_hub(fleet, a):
    make(a, "A1")
    fleet.hub.close()
    for path in fleet.folder.glob("hub.db*"):
        if path.suffix != ".key":
            path.unlink()
    fleet.hub = Hub(fleet.hub_path, fleet.clock)
    with pytest.raises(AppError, match="does not know this laptop"):
        a.sync()
    with pytest.raises(AppError, match="another hub already"):
        join(a.profile, invite(fleet.hub, "http://hub"), a.way)
    assert a.value("SELECT count(*) FROM supplier") == 1


def clone(fleet: Fleet, laptop: Laptop, name: str) -> Laptop:
    laptop.profile.close()
    folder = Path(shutil.copytree(laptop.folder, fleet.folder / name))
    laptop.profile = start(laptop.folder, fleet.clock)
    fleet.laptops[name] = Laptop(name, folder, Way(fleet), start(folder, fleet.clock))
    return fleet.laptops[name]


def test_two_clones_of_one_disk_both_work_on(fleet, a):
    first, second = clone(fleet, a, "x"), clone(fleet, a, "y")
    for laptop in (a, first, second):
        make(laptop, f"{laptop.name}1")
    assert not a.sync().forked
    assert first.sync().forked
    assert second.sync().forked
    rest(fleet)
    chains = {laptop.profile.meta["chain_id"] for laptop in (a, first, second)}
    assert len(chains) == 3


def test_a_clone_made_with_unsent_ops_sends_them_once(fleet, a):
    make(a, "A1", "A2")
    other = clone(fleet, a, "x")
    make(other, "X1")
    a.sync()
    other.sync()
    rest(fleet)
    assert a.value("SELECT count(*) FROM supplier") == 3


def test_equal_ops_of_two_clones_are_two_ops(fleet, a):
    """The hash covers the op's id: the same movement booked on both is no replay."""
    other = clone(fleet, a, "x")
    for laptop in (a, other):
        laptop.desk.perform(laptop.moved("receipt", 2))
    a.sync()
    other.sync()
    rest(fleet)
    assert a.value("SELECT on_hand FROM stock_level") == 4000


@pytest.mark.parametrize("told", [True, False], ids=["by the program", "behind its back"])
def test_a_laptop_set_back_to_an_old_copy(fleet, a, told):
    make(a, "A1")
    copy = back_up(a.profile).path
    make(a, "A2")
    a.sync()
    a.profile.close()
    (a.folder / "device.json").unlink()
    if told:
        restore(a.folder, copy, 0)
    else:
        shutil.copy(copy, a.folder / "site.db")
    a.profile = start(a.folder, fleet.clock)
    make(a, "A3")
    a.sync()
    rest(fleet)
    assert a.value("SELECT count(*) FROM supplier") == 3


def test_edits_of_both_sides_of_a_deletion_are_kept(fleet, a, b):
    made, op = supplier("S1")
    a.desk.perform(op)
    a.sync()
    b.sync()
    a.desk.perform(Retire("supplier", (made,)))
    b.desk.perform(patch("supplier", b.row("supplier", made), phone="1"))
    rest(fleet)
    for laptop in (a, b):
        assert laptop.row("supplier", made)["deleted"] == 1
        assert laptop.value("SELECT mine FROM conflict") == '"1"'
