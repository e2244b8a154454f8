"""Work that is kept back, and rounds that nobody knows of: only the hub concludes, and nothing of it is lost (faults 34, 35, 61, 63)."""

import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest
from fleet import ITEMS, SITE, TEMPLATE, Laptop, supplier
from judge import nothing_waits, rows_are_equal

from app.access import Permission, local_administrator
from app.conflicts.held import Decide, decide, held
from app.desk import Desk
from app.errors import AppError
from app.generic import create, patch
from app.hub.own import perform
from app.hub.scheduler import DAY, WAIT_DAYS, miss_rounds
from app.inspections import actions
from app.inspections.lists import rounds_to_do
from app.inspections.ops import TASK, Answer, Miss, Round, Start, Submit
from app.values import day_of
from db.ids import new_id


def pair(fleet) -> tuple[Laptop, Laptop]:
    return fleet.laptops["a"], fleet.laptops["b"]


def sync_all(*laptops: Laptop) -> None:
    for laptop in (*laptops, *laptops):
        laptop.sync()


def equal(fleet) -> None:
    with closing(sqlite3.connect(fleet.hub_path)) as hub:
        for laptop in fleet:
            nothing_waits(laptop)
            rows_are_equal(laptop, hub)


def waiting(laptop: Laptop) -> list:
    with laptop.profile.store.read() as read:
        return held(read, laptop.desk.actor)


@pytest.fixture
def person(fleet):
    """A storekeeper who works at laptop b, whose account is closed while b is away."""
    a, b = pair(fleet)
    who, account = new_id(), new_id()
    made, op = supplier("S1")
    a.desk.perform(
        op,
        create("staff", who, staff_no="SW-1", name="诸葛小服", site_id=SITE, role_code="storekeeper", status="active"),
        create("user_account", account, username="zhuge", staff_id=who, roles='["storekeeper"]', active=1, must_change_password=0),
    )  # fmt: skip
    sync_all(a, b)
    actor = replace(
        local_administrator(),
        user_id=account,
        name="诸葛小服",
        permissions=frozenset({Permission.EDIT_PARTS}),
    )
    desk = replace(Desk.of_administrator(b.profile), actor=actor)
    a.desk.perform(patch("user_account", a.row("user_account", account), active=0))
    a.sync()
    desk.perform(patch("supplier", b.row("supplier", made), phone="0571", email="x@example.com"))
    sync_all(b, a)
    return made


def test_fault_34_what_is_kept_back_is_seen_with_its_content(fleet, person):
    a, b = pair(fleet)
    for laptop in (a, b):
        assert laptop.row("supplier", person)["phone"] is None
        (entry,) = waiting(laptop)
        assert entry.who == "诸葛小服"
        assert entry.about == "S1 供应商 S1"
        assert "0571" in entry.content
        assert entry.why == "The hub does not know the account, or it was closed."
    equal(fleet)


def test_fault_35_what_is_let_in_merges_as_of_now(fleet, person):
    a, b = pair(fleet)
    a.desk.perform(patch("supplier", a.row("supplier", person), phone="010"))
    a.sync()
    decide(a.desk, waiting(a)[0].id, accepted=True)
    sync_all(a, b)
    for laptop in (a, b):
        row = laptop.row("supplier", person)
        assert (row["phone"], row["email"]) == ("010", "x@example.com"), (
            "the later edit stays, the free field merges"
        )
        assert laptop.value("SELECT mine FROM conflict WHERE field = 'phone'") == '"0571"'
        assert not waiting(laptop)
    assert b.value("SELECT count(*) FROM op WHERE outcome = 'quarantined'") == 0
    equal(fleet)


def test_a_refused_entry_stays_refused_and_needs_a_reason(fleet, person):
    a, b = pair(fleet)
    with pytest.raises(AppError, match="reason"):
        decide(a.desk, waiting(a)[0].id, accepted=False)
    decide(a.desk, waiting(a)[0].id, accepted=False, remark="账号已停用")
    sync_all(a, b)
    assert not waiting(b)
    assert b.row("supplier", person)["phone"] is None
    equal(fleet)


@pytest.mark.usefixtures("person")
def test_nobody_lets_in_what_he_may_not_do(fleet):
    a, _b = pair(fleet)
    weak = replace(a.desk.actor, permissions=frozenset({Permission.SETTLE_CONFLICTS}))
    with pytest.raises(AppError, match="role"):
        decide(replace(a.desk, actor=weak), waiting(a)[0].id, accepted=True)


def test_the_hub_lets_in_by_its_own_command(fleet, person):
    a, b = pair(fleet)
    (done,) = perform(fleet.hub, Decide(held=waiting(a)[0].id, accepted=True))
    assert done.outcome == "applied"
    sync_all(a, b)
    assert a.row("supplier", person)["phone"] == "0571"
    equal(fleet)


@pytest.fixture
def plan(fleet):
    """A daily round whose first window is the day of the start."""
    a, b = pair(fleet)
    made = new_id()
    a.desk.perform(
        create(
            "inspection_plan", made, code="P1", name="日检", template_code="T1", site_id=SITE, cycle="once", interval=1,
            first_due=day_of(a.desk.now(), "Asia/Shanghai"), window_before_days=0, grace_days=0, active=1,
        )
    )  # fmt: skip
    sync_all(a, b)
    return made


def later(fleet, days: float) -> None:
    fleet.clock._at += int(days * DAY)


def due(laptop: Laptop, plan: bytes) -> bytes:
    laptop.profile.store.rebuild()
    return laptop.value("SELECT id FROM due_round WHERE plan_id = ?", plan)


def test_fault_61_only_the_hub_calls_a_round_missed_and_only_when_all_were_heard(fleet, plan):
    a, b = pair(fleet)
    round_id = due(a, plan)
    later(fleet, 1)
    assert actions.mark_missed(a.profile) == 0, "a laptop with a hub does not conclude alone"
    assert due(a, plan) == round_id, "it is still shown, as not known here"
    a.sync()
    assert miss_rounds(fleet.hub) == 0, "laptop b may still bring it"
    b.sync()
    assert miss_rounds(fleet.hub) == 1
    sync_all(a, b)
    assert a.row(TASK, round_id)["status"] == "missed"
    assert miss_rounds(fleet.hub) == 0
    equal(fleet)


def test_fault_61_a_laptop_that_never_comes_holds_nobody_up_for_ever(fleet, plan):
    due(pair(fleet)[0], plan)
    later(fleet, WAIT_DAYS + 2)
    assert miss_rounds(fleet.hub) == 1


def test_fault_61_a_round_done_in_its_window_takes_the_place_of_the_missed_record(fleet, plan):
    a, b = pair(fleet)
    round_id = due(b, plan)
    actions.start_round(b.desk, round_id)
    for item in ITEMS:
        actions.answer_item(b.desk, round_id, item, 20_000)
    actions.submit_round(b.desk, round_id)
    later(fleet, WAIT_DAYS + 3)
    a.sync()
    assert miss_rounds(fleet.hub) == 1
    a.sync()
    assert a.row(TASK, round_id)["status"] == "missed"
    sync_all(b, a)
    for laptop in (a, b):
        row = laptop.row(TASK, round_id)
        assert (row["status"], row["result"], row["late_reason"]) == ("submitted", "pass", None)
        said = laptop.value(
            "SELECT count(*) FROM audit WHERE row_id = ? AND kind = 'inspection.miss'", round_id
        )
        assert said == 1, "the history keeps that it was called missed"
    equal(fleet)


def begun(laptop: Laptop) -> bytes:
    task, at = new_id(), laptop.desk.now()
    laptop.desk.perform(Start(Round(task, "R1", TEMPLATE, SITE, at, at + DAY), at))
    return task


def answered(laptop: Laptop, task: bytes, item: bytes, value: int) -> None:
    laptop.desk.perform(
        Answer(
            task_id=task,
            item_id=item,
            site_id=SITE,
            state="ok",
            measured_at=laptop.desk.now(),
            value_num=value,
        )
    )


def test_fault_63_a_colleague_goes_on_where_a_laptop_died(fleet):
    a, b = pair(fleet)
    task = begun(a)
    answered(a, task, ITEMS[0], 1)
    sync_all(a, b)
    answered(a, task, ITEMS[1], 2)  # never synced: lost with the laptop
    for item in ITEMS[1:]:
        answered(b, task, item, 3)
    actions.submit_round(b.desk, task)
    b.sync()
    found = b.value("SELECT count(*) FROM inspection_result WHERE task_id = ?", task)
    assert (b.row(TASK, task)["status"], found) == ("submitted", 3)


def test_two_answers_to_one_item_are_both_kept(fleet):
    a, b = pair(fleet)
    task = begun(a)
    sync_all(a, b)
    for laptop, value in ((a, 1), (b, 2)):
        answered(laptop, task, ITEMS[0], value)
    sync_all(a, b)
    for laptop in (a, b):
        assert laptop.value("SELECT count(*) FROM inspection_result WHERE task_id = ?", task) == 2
    equal(fleet)


def test_two_submissions_of_one_round_are_both_kept_and_the_second_is_flagged(fleet):
    a, b = pair(fleet)
    task = begun(a)
    sync_all(a, b)
    for laptop, seal in ((a, b"1"), (b, b"2")):
        laptop.desk.perform(Submit(task, laptop.desk.now(), (), seal * 32, "pass"))
    sync_all(a, b)
    for laptop in (a, b):
        assert laptop.row(TASK, task)["sealed"] == b"1" * 32
        assert laptop.value("SELECT count(*) FROM conflict WHERE field = 'sealed'") == 1
    equal(fleet)


def test_the_hub_never_takes_a_begun_round_away(fleet):
    a, _b = pair(fleet)
    task = begun(a)
    a.sync()
    row = a.row(TASK, task)
    round_ = Round(**{name: row[name] for name in Round.__struct_fields__})
    perform(fleet.hub, Miss(round_, fleet.clock.now()))
    a.sync()
    assert a.row(TASK, task)["status"] == "in_progress"


def test_fault_61_the_list_says_that_a_round_is_not_known_here(fleet, plan):
    a, _b = pair(fleet)
    due(a, plan)
    later(fleet, 1)
    a.profile.store.rebuild()
    (line,) = rounds_to_do(a.desk)
    assert line.unknown_since == "11-23 00:00"
    assert line.can_start, "whoever did not do it may still do it late"


def test_fault_62_what_is_recorded_by_a_wrong_clock_is_marked_on_every_laptop(fleet):
    a, b = pair(fleet)
    made, op = supplier("S9")
    a.desk.perform(op)
    fleet.clock._at -= DAY
    a.desk.perform(patch("supplier", a.row("supplier", made), phone="1"))
    fleet.clock._at += DAY
    a.desk.perform(patch("supplier", a.row("supplier", made), phone="2"))
    sync_all(a, b)
    for laptop in (a, b):
        with laptop.profile.store.read() as read:
            said = read.rows("SELECT changes, doubt FROM audit WHERE row_id = ?", made)
        assert [changes for changes, doubt in said if doubt == "clock"] == ['{"phone":[null,"1"]}']
        assert sum(doubt is not None for _changes, doubt in said) == 1
    equal(fleet)
