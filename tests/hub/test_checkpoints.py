"""The hub signs where its history stands; laptops keep that and find out a hub whose history was rewritten."""

import shutil
import sqlite3
from itertools import count

from fleet import Fleet, supplier

from app.health import check
from app.hub.backup import back_up
from app.hub.checkpoints import sign, sign_daily
from app.hub.hub import Hub, head_of
from app.hub.jobs import jobs_of, run_due
from app.hub.running import restore
from app.sync.keys import verifies
from app.sync.protocol import Checkpoint, Point, next_link
from app.sync.witness import contradictions, kept_marks
from app.tx import Reader

DAY = 86_400_000
_numbers = count()
KEPT = "SELECT count(*) FROM checkpoint"


def said(laptop) -> list[str]:
    with laptop.profile.store.read() as read:
        return list(contradictions(read))


def signed_days(fleet: Fleet, days: int) -> None:
    """Work and a checkpoint on each of these days."""
    for _day in range(days):
        fleet.laptops["a"].desk.perform(supplier(f"day-{next(_numbers)}")[1])
        fleet.laptops["a"].sync()
        sign_daily(fleet.hub)


def test_a_day_with_work_is_signed_once(fleet: Fleet):
    jobs = [job for job in jobs_of(fleet.hub, str(fleet.hub_path), None) if job.name == "checkpoint"]
    assert run_due(fleet.hub, jobs) == ["checkpoint"]
    sign_daily(fleet.hub)  # nothing was decided since
    with fleet.hub.reading() as read:
        rows = read.rows("SELECT at, epoch, seq, hash, former, signature FROM checkpoint")
        head = head_of(read)
    assert len(rows) == 1
    made = Checkpoint(*rows[0])
    assert (made.epoch, made.seq, made.hash) == (head.epoch, head.seq, head.hash)
    assert verifies(fleet.hub.key.public, made.signature, made.signed(fleet.hub.hub_id))
    assert not verifies(fleet.hub.key.public, made.signature, made.signed(bytes(16)))


def test_laptops_keep_what_was_signed(fleet: Fleet):
    signed_days(fleet, 3)
    for laptop in fleet:
        laptop.sync()
        assert laptop.value(KEPT) == 3
        laptop.sync()
        assert laptop.value(KEPT) == 3
        assert said(laptop) == []


def test_few_of_many_are_asked_about(fleet: Fleet):
    signed_days(fleet, 40)
    laptop = fleet.laptops["b"]
    laptop.sync()
    with laptop.profile.store.read() as read:
        newest, marks = kept_marks(read)
    seqs = [mark.seq for mark in marks]
    assert newest == marks[0].at
    assert len(set(seqs)) == len(seqs) <= 20
    assert min(seqs) < 15
    assert laptop.sync().sent == 0


def test_a_forged_checkpoint_is_not_kept(fleet: Fleet):
    with fleet.hub.writing() as connection:
        sign(fleet.hub, connection, Point(bytes(16), 3, bytes(32)))
        connection.execute("UPDATE checkpoint SET seq = seq + 1")
    fleet.laptops["a"].sync()
    assert fleet.laptops["a"].value(KEPT) == 0


def rewrite(path, seq: int) -> None:
    """Somebody with the hub's file changes a decision and chains everything behind it anew."""
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE hub_history SET outcome = 'rejected' WHERE hub_seq = ?", (seq,))
        link = bytes(32)
        for number, op_id, outcome in connection.execute(
            "SELECT hub_seq, op_id, outcome FROM hub_history ORDER BY hub_seq"
        ).fetchall():
            link = next_link(link, op_id, outcome)
            connection.execute("UPDATE hub_history SET hash = ? WHERE hub_seq = ?", (link, number))
        connection.execute("UPDATE hub_counter SET hash = ?", (link,))
    connection.close()


def test_a_rewritten_hub_is_found_out_by_each_laptop(fleet: Fleet):
    signed_days(fleet, 3)
    for laptop in fleet:
        laptop.sync()
    rewrite(fleet.hub_path, 2)
    for laptop in fleet:
        laptop.sync()
        assert "it was rewritten" in said(laptop)[0]
        assert said(laptop)[0] in check(laptop.profile)
    signed_days(fleet, 30)
    for laptop in fleet:
        laptop.sync()
        assert "it was rewritten" in said(laptop)[0], "a month later it is still told"


def test_a_hub_restored_by_command_is_excused(fleet: Fleet, tmp_path):
    signed_days(fleet, 2)
    made = back_up(fleet.hub, str(fleet.hub_path), tmp_path / "backups")
    signed_days(fleet, 3)
    for laptop in fleet:
        laptop.sync()
        assert laptop.value(KEPT) == 5
    fleet.hub.close()
    restore(fleet.hub_path, made.path, None, fleet.clock)
    fleet.hub = Hub(fleet.hub_path, fleet.clock)
    for laptop in (*fleet, *fleet):
        laptop.sync()
        assert said(laptop) == []
    rewrite(fleet.hub_path, 2)
    fleet.laptops["a"].sync()
    assert said(fleet.laptops["a"]), "what was signed before the restore is still held against it"


def test_a_hub_put_back_without_a_word_is_told_of(fleet: Fleet, tmp_path):
    """Its file was copied back: nobody loses anything, but people shall know."""
    signed_days(fleet, 1)
    fleet.hub.close()
    shutil.copy(fleet.hub_path, tmp_path / "old.db")
    fleet.hub = Hub(fleet.hub_path, fleet.clock)
    signed_days(fleet, 2)
    a = fleet.laptops["a"]
    a.sync()
    fleet.hub.close()
    for path in fleet.hub_path.parent.glob("hub.db-*"):
        path.unlink()
    shutil.copy(tmp_path / "old.db", fleet.hub_path)
    fleet.hub = Hub(fleet.hub_path, fleet.clock)
    a.sync()
    assert "without “hub restore”" in said(a)[0]
    assert a.value("SELECT count(*) FROM supplier WHERE code LIKE 'day-%'") == 3


def test_a_clock_that_went_back_does_not_stop_the_hub(fleet: Fleet):
    with fleet.hub.writing() as connection:
        first = sign(fleet.hub, connection, head_of(Reader(connection)))
        connection.execute("UPDATE checkpoint SET at = at + ?", (400 * DAY,))
        second = sign(fleet.hub, connection, head_of(Reader(connection)))
    assert second.at == first.at + 400 * DAY + 1
