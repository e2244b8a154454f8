"""Who sees which conflicts, what each side says, and where every op is."""

from dataclasses import replace

import disputes
import pytest
from disputes import change, differ, stale
from machines import as_role

from app import conflicts
from app.access import Actor, Permission
from app.conflicts.kinds import KINDS
from app.errors import AppError, Busy
from app.fields import fields_of
from app.generic import create
from app.inspections.ops import Submit
from app.ops import BY_KIND, Envelope, encode_op
from app.sync.transport import Lost
from app.tx import Tx
from app.words import speaking
from db.ids import new_id

ZONE = "Asia/Shanghai"


def first(desk):
    with desk.read() as read:
        (line,) = conflicts.lines(read, desk.actor)
        return conflicts.case(read, desk.actor, line.id, ZONE)


def test_both_sides_say_who_when_where(people, site):
    clock = people.chief.now()
    differ(
        people,
        "equipment",
        site.server,
        "responsible_id",
        theirs=people.staff["technician"],
        mine=people.staff["nangong"],
    )
    found = first(people.chief)
    assert (found.line.code, found.line.name, found.line.word) == ("DC1-SRV-005", "机器 DC1-SRV-005", "设备")
    assert (found.labels, found.base.texts) == (("责任人",), ("",))
    assert (found.theirs.texts, found.theirs.who, found.theirs.at) == (("诸葛小服",), "司马小划", clock)
    assert (found.mine.texts, found.mine.who, found.mine.device, found.mine.here) == (("南宫小冷",), "欧阳小管", "DC1-值班-01", True)  # fmt: skip
    assert found.base.who == "本机管理员"
    with speaking("en"):
        assert first(people.chief).mine.texts == ("Nangong Xiaoleng",)


def test_what_merged_by_itself_is_told(people, site):
    late = stale(
        people.chief, "equipment", site.server, responsible_id=people.staff["nangong"], manufacturer="样例厂"
    )
    change(
        people.planner,
        "equipment",
        site.server,
        responsible_id=people.staff["technician"],
        run_hours=61_340_000,
    )
    people.chief.perform(late)
    told = {(m.text, m.mine) for m in first(people.chief).merged}
    assert told == {("样例厂", True), ("61340 h", False)}


def test_the_reason_for_an_override_is_told(people, site):
    late = stale(people.chief, "equipment", site.server, name="乙")
    change(people.planner, "equipment", site.server, name="甲")
    people.chief.perform(late, reason="现场核对过")
    assert first(people.chief).mine.why == ""  # nothing had to be overridden


def test_the_persons_concerned_and_supervisors_see_it(people, site):
    differ(people, "equipment", site.server, "name", theirs="甲", mine="乙")
    stranger = as_role(site.desk, "technician", user=new_id())
    elsewhere = replace(people.chief, actor=replace(people.chief.actor, sites=frozenset({new_id()})))
    seen = {}
    for name, desk in (("chief", people.chief), ("planner", people.planner), ("stranger", stranger), ("away", elsewhere)):  # fmt: skip
        with desk.read() as read:
            seen[name] = conflicts.count_open(read, desk.actor)
    assert seen == {"chief": 1, "planner": 1, "stranger": 0, "away": 0}
    with stranger.read() as read:
        (one,) = [row for (row,) in read.rows("SELECT id FROM conflict")]
        assert conflicts.case(read, stranger.actor, one, ZONE) is None


def test_protected_records_stay_protected(site):
    with site.desk.read() as read:
        assert conflicts.count_open(read, site.desk.actor) == 0
    with site.desk.profile.store.local("pull") as connection:
        connection.execute(
            "INSERT INTO conflict (id, created_at, updated_at, bucket, deleted, tbl, row_id, field, op_id, mine) "
            "VALUES (?, 1, 1, 'global', 0, 'staff_private', ?, 'phone', ?, '\"1\"')",
            (new_id(), new_id(), new_id()),
        )
    settler = Actor(new_id(), "x", frozenset({Permission.SETTLE_CONFLICTS}))
    with site.desk.read() as read:
        assert conflicts.count_open(read, settler) == 0
        assert conflicts.count_open(read, site.desk.actor) == 1


def test_without_a_hub_nothing_waits(people):
    with people.chief.read() as read:
        found = conflicts.standing(read, people.chief.actor)
    assert (found.joined, found.waiting, found.offline, found.synced_at) == (False, 0, False, None)


def test_every_op_has_its_place(people, site):
    disputes.change(people.planner, "equipment", site.server, name="甲")
    profile = people.chief.profile
    profile.remember("hub_id", "00" * 16)
    profile.remember("hub_url", "http://hub.example:8437")
    with profile.store.local() as connection:
        newest = [n for (n,) in connection.execute("SELECT n FROM op ORDER BY n DESC LIMIT 4")]
        connection.execute("UPDATE op SET acked = 1 WHERE n = ?", (newest[0],))
        connection.execute(
            "UPDATE op SET acked = 1, outcome = 'quarantined', reason = 'not allowed to this account' WHERE n = ?",
            (newest[1],),
        )
        connection.execute(
            "UPDATE op SET acked = 1, outcome = 'rejected', reason = 'odd' WHERE n = ?", (newest[2],)
        )
    with people.chief.read() as read:
        found = conflicts.standing(read, people.chief.actor)
        total = read.value("SELECT count(*) FROM op")
        held = conflicts.op_lines(read, conflicts.op_ids(read, people.chief.actor, {"state": "quarantined"}))
        refused = conflicts.op_lines(read, conflicts.op_ids(read, people.chief.actor, {"state": "rejected"}))
        sent = conflicts.op_lines(read, conflicts.op_ids(read, people.chief.actor, {"state": "sent"}))
        assert sum(count for _word, count in conflicts.kinds(read)) == found.waiting
    assert (found.joined, found.sent, found.held, found.refused, found.waiting) == (True, 1, 1, 1, total - 3)
    assert [line.reason for line in held] == ["该账号无权执行此操作。"]
    assert [line.reason for line in refused] == ["odd"]
    assert [(line.what, line.code, line.who) for line in sent] == [("设备：修改", "DC1-SRV-005", "司马小划")]


def test_a_failed_attempt_is_remembered(people):
    profile = people.chief.profile
    profile.remember("hub_id", "00" * 16)

    def fail():
        raise AppError("no way")

    with pytest.raises(AppError):
        conflicts.attempt(profile, fail)
    with people.chief.read() as read:
        assert conflicts.standing(read, people.chief.actor).offline
    profile.remember("synced_at", str(people.chief.now()))
    with people.chief.read() as read:
        assert not conflicts.standing(read, people.chief.actor).offline
    assert conflicts.attempt(profile, lambda: 7) == 7


def test_why_it_failed_is_remembered_unless_it_was_the_network(people):
    profile = people.chief.profile
    profile.remember("hub_id", "00" * 16)
    for error, why in ((AppError("no way"), "no way"), (Lost(), ""), (Busy("another program"), "")):

        def fail(error=error):
            raise error

        with pytest.raises(AppError):
            conflicts.attempt(profile, fail)
        with people.chief.read() as read:
            assert conflicts.standing(read, people.chief.actor).why == why


def test_that_another_program_syncs_is_no_failure(people):
    profile = people.chief.profile
    profile.remember("hub_id", "00" * 16)

    def fail():
        raise Busy("another program")

    with pytest.raises(Busy):
        conflicts.attempt(profile, fail)
    with people.chief.read() as read:
        assert not conflicts.standing(read, people.chief.actor).offline


def test_every_kind_has_its_words():
    assert not set(BY_KIND) - set(KINDS)


def test_two_sheets_of_one_round(people, site):
    """The second submission of a round is kept as a conflict of seals; the one that is chosen stands."""
    task, first_seal, second_seal = new_id(), b"\x01" * 32, b"\x02" * 32
    values = {"code": "R-1", "site_id": site.site, "status": "in_progress"}
    people.chief.perform(create("inspection_task", task, **values | required(site)))
    seal = {"task_id": task, "at": 1, "answers": (), "result": "normal"}
    people.technician.perform(Submit(seal=first_seal, **seal))
    with people.chief.profile.store.local("pull") as connection:
        tx = Tx(connection, device="T02", keep_shadow=False)
        op = Submit(seal=second_seal, **seal)
        tx.begin(Envelope(b"s" * 16, "inspection.submit", 1, people.chief.actor.user_id, None, people.chief.now(), 2, b"a" * 16, (), encode_op(op)))  # fmt: skip
        op.apply(tx)
        tx.flush()
    found = first(people.chief)
    assert found.names == ("sealed",)
    assert (found.theirs.texts, found.theirs.who) == (("#01010101",), "诸葛小服")
    assert (found.mine.texts, found.mine.who) == (("#02020202",), "欧阳小管")
    assert not conflicts.other_values(found)
    conflicts.settle(people.chief, found, "mine")
    with people.chief.read() as read:
        assert read.get("inspection_task", task)["sealed"] == second_seal


def required(site):
    """What a round must have besides."""
    return {
        name: {"ref": site.site, "instant": 1, "int": 1, "flag": 0, "text": "x", "day": "2026-11-22"}[
            field.kind
        ]
        for name, field in fields_of("inspection_task").items()
        if field.required and name not in {"code", "site_id", "status"} and field.kind != "choice"
    }
