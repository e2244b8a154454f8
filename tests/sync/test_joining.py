"""Joining a hub, and what is no answer of it: nothing that is not our hub's changes a laptop."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
from fleet import (
    Fleet,
    Laptop,
    supplier,
)
from judge import judge

from app.errors import AppError, Busy
from app.generic import create, patch
from app.health import check
from app.hub.enrol import invite
from app.profile import alone
from app.replay import differences
from app.sync import line
from app.sync.client import differing_tables, sync_once
from app.sync.joining import Invitation, join, read_invitation
from app.sync.status import waiting
from app.sync.transport import Frame, Lost


def pair(fleet: Fleet) -> tuple[Laptop, Laptop]:
    return fleet.laptops["a"], fleet.laptops["b"]


def test_a_hostile_answer_changes_nothing(fleet):
    a, _b = pair(fleet)
    a.desk.perform(supplier("S9")[1])

    class Portal:
        def send(self, _call: str, _request: Frame) -> Frame:
            return Frame(b"<html>Please sign in</html>", b"")

    with pytest.raises(Lost, match="not our hub"):
        sync_once(a.profile, Portal())
    with a.profile.store.read() as read:
        assert waiting(read).unsent == 1


def test_an_old_answer_is_no_answer(fleet):
    a, _b = pair(fleet)
    a.sync()
    answer = fleet.hub.handle(*a.way.former[-1])

    class Replay:
        def send(self, _call: str, _request: Frame) -> Frame:
            return answer

    with pytest.raises(Lost, match="not our hub"):
        sync_once(a.profile, Replay())


def test_only_one_exchange_at_a_time(fleet):
    a, _b = pair(fleet)
    with alone(a.folder / "sync.lock"), pytest.raises(Busy):
        a.sync()
    a.sync()


def test_a_profile_with_records_founds_an_empty_hub_and_no_other(tmp_path, blank):
    fleet = Fleet(tmp_path, blank)
    founder = fleet.fresh("founder")
    founder.desk.perform(supplier("S1")[1])
    made = supplier("S2")[0]
    founder.desk.perform(create("supplier", made, code="S2", name="二", active=1))
    join(founder.profile, invite(fleet.hub, "http://hub"), founder.way)
    founder.desk.perform(patch("supplier", founder.row("supplier", made), name="三"))
    assert founder.sync().sent == 3
    other = fleet.fresh("other")
    other.desk.perform(supplier("S3")[1])
    with pytest.raises(AppError, match="not empty"):
        join(other.profile, invite(fleet.hub, "http://hub"), other.way)
    del fleet.laptops["other"]
    new = fleet.open("new")
    assert new.sync().received == 2
    judge(fleet)
    for laptop in (founder, new):
        assert check(laptop.profile) == []
        assert list(differences(laptop.profile)) == []
        assert differing_tables(laptop.profile, laptop.way) == []
    other.profile.close()
    fleet.close()


def test_an_invitation_is_used_once_but_may_be_asked_for_twice(fleet):
    made = invite(fleet.hub, "http://hub")
    laptop = fleet.fresh("c")
    first = join(laptop.profile, made, laptop.way)
    assert join(laptop.profile, made, laptop.way).device_id == first.device_id
    other = fleet.fresh("d")
    with pytest.raises(AppError, match="used or has run out"):
        join(other.profile, made, other.way)


def test_another_hub_cannot_pass_for_the_invited_one(fleet):
    laptop = fleet.fresh("c")
    made = invite(fleet.hub, "http://hub")
    with pytest.raises(AppError, match="Another hub"):
        join(laptop.profile, Invitation(made.address, made.code, "A" * 16), laptop.way)
    assert laptop.value("SELECT count(*) FROM meta WHERE key = 'hub_id'") == 0


@pytest.mark.parametrize(
    "text",
    [
        "",
        "http://hub",
        "hub#A.B",
        "http://hub#CODE.SHORT",
        "ftp://hub#C.AAAAAAAAAAAAAAAA",
        "http://[#C.AAAAAAAAAAAAAAAA",
    ],
)
def test_what_is_no_invitation_is_said_to_be_none(text):
    with pytest.raises(AppError, match="no invitation"):
        read_invitation(text)


def test_an_invitation_reads_as_it_was_written():
    made = Invitation("https://hub.example:8437", "ABCDEF", "ABCDEFGHIJKLMNOP")
    assert read_invitation(f"  {made}\n") == made


def test_the_key_lies_beside_the_site_file_for_its_owner_alone(fleet):
    a, _b = pair(fleet)
    assert (a.folder / "device.key").stat().st_mode & 0o777 == 0o600
    secret = (a.folder / "device.key").read_text().strip()
    with closing(sqlite3.connect(a.folder / "site.db")) as connection:
        assert not any(secret in str(row) for row in connection.execute("SELECT value FROM meta"))


def test_a_busy_hub_is_asked_again_and_then_said_to_be_busy(fleet, monkeypatch):
    a, _b = pair(fleet)
    waits: list[float] = []
    monkeypatch.setattr(line, "wait", waits.append)
    monkeypatch.setattr(type(fleet.hub), "writing", _held)
    with pytest.raises(AppError, match="busy"):
        a.sync()
    assert len(waits) == line.BUSY_TURNS
    assert waits[-1] > waits[0]


@contextmanager
def _held(*_: object) -> Iterator[None]:
    raise Busy("held")
    yield
