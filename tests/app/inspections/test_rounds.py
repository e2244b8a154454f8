"""A round from its due line to the review (SM-07), and what its deviations raise (R-2.1-e, R-4.2-f, -h, -i)."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from app import ops as operations
from app.bootstrap import start as open_profile
from app.clock import Clock
from app.errors import AppError, Denied, Refused
from app.generic import Transition, create
from app.inspections import actions, lists, queries
from app.inspections.machine import ROUNDS
from app.inspections.ops import Miss, Start, Submit
from app.inspections.planned import find_planned
from app.inspections.settle import RULE
from app.photos import attach_photo
from app.words import speaking
from app.work.actions import assign, start
from db.ids import made_id, new_id

DAY = 86_400_000


@pytest.fixture
def at_work(room):
    return room.person("technician")


def begin(desk):
    (line,) = lists.rounds_to_do(desk)
    return actions.start_round(desk, line.id)


def fill(room, desk, task, jpeg, **values):
    """Answer every required item; `values` replace the good answers."""
    good = {"temp": 24_000, "leak": "否", "crac": "正常"} | values
    for name, value in good.items():
        actions.answer_item(
            desk, task, room.items[name], value, "滤网脏堵" if value in (27_900, "异常", "是") else ""
        )
    attach_photo(desk, jpeg, "inspection_task", task, item_id=room.items["leak"])


@pytest.fixture
def jpeg(tmp_path):
    from PIL import Image

    path = tmp_path / "现场.jpg"
    Image.new("RGB", (640, 480), "#336699").save(path)
    return path


def test_a_due_round_stands_in_the_list_until_it_is_begun(room, at_work):
    (line,) = lists.rounds_to_do(at_work)
    assert (line.template_code, line.state, line.total, line.done) == ("T", "overdue", 4, 0)
    assert line.overdue_ms == 101 * 60_000  # 10:00 until 11:41
    task = begin(at_work)
    assert task == line.id == made_id("round", room.plan, line.due_from)
    (line,) = lists.rounds_to_do(at_work)
    assert (line.status, line.n > 0, line.code) == ("in_progress", True, "P-1-20261122")


def test_a_deviation_raises_its_alert_and_a_correction_withdraws_it(room, at_work):
    task = begin(at_work)
    with pytest.raises(Refused):
        actions.answer_item(at_work, task, room.items["temp"], 27_900)
    found = actions.answer_item(at_work, task, room.items["temp"], 27_900, "滤网脏堵")
    assert (found.state, found.alert, found.raised) == ("fail", 2, ())
    with room.desk.read() as read:
        alert = made_id(RULE, task, room.items["temp"])
        assert read.row("SELECT level, state, subject_id FROM alert WHERE id = ?", alert) == (2, "open", task)
        facts = read.value("SELECT facts FROM alert WHERE id = ?", alert)
        assert all(
            part in facts for part in ('"value_num":27900', '"low":18000', '"high":27000', "冷通道温度")
        )
    assert actions.answer_item(at_work, task, room.items["temp"], 26_900).alert_withdrawn
    with room.desk.read() as read:
        assert read.value("SELECT state FROM alert WHERE id = ?", alert) == "withdrawn"
    room.desk.profile.store.rebuild()
    with room.desk.read() as read:
        assert read.value("SELECT state FROM alert WHERE id = ?", alert) == "withdrawn"
        assert read.value("SELECT count(*) FROM inspection_result") == 2


def test_an_abnormal_machine_gets_a_fault_and_an_order_with_everything_filled_in(room, at_work):
    task = begin(at_work)
    found = actions.answer_item(at_work, task, room.items["crac"], "异常", "压缩机 2 停机")
    assert (found.alert, len(found.raised)) == (None, 2)
    with room.desk.read() as read:
        fault = read.get("fault", made_id("fault", task, room.items["crac"]))
        order = read.get("work_order", made_id("order", task, room.items["crac"]))
    assert [fault["code"], order["code"]] == list(found.raised)
    assert (fault["equipment_id"], fault["location_id"], fault["item_id"]) == (
        room.cra,
        room.hall,
        room.items["crac"],
    )
    assert (fault["severity"], fault["status"], order["priority"], order["status"]) == (
        2,
        "reported",
        "important",
        "planned",
    )
    assert "精密空调运行状态" in fault["symptom"]
    assert "压缩机 2 停机" in order["objective"]
    # The same answer again raises nothing more.
    assert actions.answer_item(at_work, task, room.items["crac"], "异常", "压缩机 2 停机").raised == ()


def test_a_corrected_slip_withdraws_fault_and_order_and_a_new_one_raises_new_ones(room, at_work):
    task, item = begin(at_work), room.items["crac"]
    raised = actions.answer_item(at_work, task, item, "异常", "误报").raised
    assert actions.answer_item(at_work, task, item, "正常").withdrawn == raised
    with room.desk.read() as read:
        assert read.value("SELECT status FROM fault WHERE code = ?", raised[0]) == "withdrawn"
        assert read.value("SELECT status FROM work_order WHERE code = ?", raised[1]) == "cancelled"
    again = actions.answer_item(at_work, task, item, "异常", "又停机").raised
    assert len(again) == 2
    assert not set(again) & set(raised)


def test_work_that_somebody_has_taken_up_is_kept_and_told(room, at_work):
    task, item = begin(at_work), room.items["crac"]
    raised = actions.answer_item(at_work, task, item, "异常", "停机").raised
    order = made_id("order", task, item)
    with room.desk.read() as read:
        person = read.value("SELECT id FROM staff")
    assign(room.desk, order, person)
    start(room.desk, order)
    found = actions.answer_item(at_work, task, item, "正常")
    assert (found.withdrawn, found.kept) == ((), raised)


def test_submission_names_what_is_open_and_seals_the_rest(room, at_work, jpeg):
    task = begin(at_work)
    with pytest.raises(actions.NotComplete) as refused:
        actions.submit_round(at_work, task)
    assert [p.seq for p in refused.value.points] == [1, 2, 3]
    actions.answer_item(at_work, task, room.items["leak"], "否")
    fill(room, at_work, task, jpeg)
    actions.submit_round(at_work, task)
    with room.desk.read() as read:
        row = queries.task_of(read, task)
        assert (row["status"], row["result"]) == ("submitted", "pass")
        assert row["sealed"] == actions.sealed(read, task)[1]
    with pytest.raises(Refused):
        actions.answer_item(at_work, task, room.items["temp"], 20_000)


def test_a_photo_that_is_asked_for_is_an_open_point(room, at_work):
    task = begin(at_work)
    for name, value in (("temp", 24_000), ("leak", "否"), ("crac", "不适用")):
        actions.answer_item(at_work, task, room.items[name], value, "停用" if value == "不适用" else "")
    with room.desk.read() as read, speaking("en"):
        assert [(p.seq, p.why) for p in queries.open_points(read, task)] == [(2, "A photo is needed")]


def test_the_supervisor_returns_and_then_approves(room, at_work, jpeg):
    supervisor, task = room.person("supervisor"), begin(at_work)
    fill(room, at_work, task, jpeg, temp=27_900)
    actions.submit_round(at_work, task)
    assert [line.id for line in lists.to_review(supervisor)] == [task]
    with pytest.raises(Denied):
        actions.approve_round(at_work, task)
    with pytest.raises(Refused):
        actions.return_round(supervisor, task, " ")
    actions.return_round(supervisor, task, "第 2 项照片不清楚")
    (line,) = lists.rounds_to_do(at_work)
    assert (line.state, line.remark) == ("returned", "第 2 项照片不清楚")
    actions.start_round(at_work, task)
    actions.answer_item(at_work, task, room.items["temp"], 26_000)
    actions.submit_round(at_work, task)
    with room.desk.read() as read:
        assert queries.task_of(read, task)["result"] == "conditional"
    actions.approve_round(supervisor, task)
    with pytest.raises(Refused):
        actions.approve_round(supervisor, task)
    assert lists.to_review(supervisor) == []


def test_the_machine_knows_every_step_of_the_catalogue():
    steps = {(s.source, s.target) for s in ROUNDS.steps}
    assert steps >= {
        ("scheduled", "in_progress"), ("in_progress", "submitted"), ("submitted", "reviewed"), ("submitted", "returned"),
        ("returned", "in_progress"), ("scheduled", "missed"), ("missed", "in_progress"),
    }  # fmt: skip
    assert ("reviewed", "in_progress") not in steps
    assert ROUNDS.step("submitted", "returned").remark
    assert ROUNDS.step("missed", "in_progress").must == ("late_reason",)


def test_a_planner_may_cancel_a_round_with_a_reason(room, at_work):
    task = begin(at_work)
    gone = Transition(
        table="inspection_task", id=task, source="in_progress", target="cancelled", remark="机房停用"
    )
    with pytest.raises(Denied):
        at_work.perform(gone)
    room.desk.perform(gone)
    with pytest.raises(Refused):
        actions.start_round(at_work, task)


def test_a_round_is_missed_when_window_and_grace_have_passed(room, at_work):
    assert actions.mark_missed(room.desk.profile) == 0
    later = open_profile(room.desk.profile.folder, Clock.pinned(room.desk.now() + DAY))
    desk = replace(at_work, profile=later)
    later.store.tick()
    assert actions.mark_missed(later) == 1
    assert actions.mark_missed(later) == 0
    with desk.read() as read:
        task = read.value("SELECT id FROM inspection_task WHERE status = 'missed'")
        counted = lists.rates(read, room.desk.now() - DAY, room.desk.now() + DAY, room.site)
    assert (counted.due, counted.missed, counted.completion) == (2, 1, 0)
    with pytest.raises(Refused):
        actions.start_round(desk, task)
    actions.start_round(desk, task, late_reason="值班人手不足")
    with desk.read() as read:
        row = queries.task_of(read, task)
    assert (row["status"], row["late_reason"]) == ("in_progress", "值班人手不足")
    later.close()


def test_a_late_start_replaces_what_another_laptop_recorded_as_missed(room, at_work):
    (line,) = lists.rounds_to_do(at_work)
    with room.desk.read() as read:
        found = find_planned(read, line.id)
    room.desk.perform(Miss(found.round, room.desk.now()))
    at_work.perform(Start(found.round, room.desk.now(), "网络中断"))
    room.desk.perform(Miss(found.round, room.desk.now()))
    with room.desk.read() as read:
        assert queries.task_of(read, line.id)["status"] == "in_progress"


def test_a_colleague_may_go_on_with_a_round(room, at_work):
    colleague, task = room.person("supervisor"), begin(at_work)
    actions.answer_item(at_work, task, room.items["temp"], 24_000)
    assert actions.start_round(colleague, task) == task
    actions.answer_item(colleague, task, room.items["crac"], "正常")
    with room.desk.read() as read:
        sheet = queries.sheet(read, task)
        assert sheet.people == "某technician, 某supervisor"
        assert sheet.done == 2


def test_two_submissions_are_both_kept_and_the_second_is_flagged(room, at_work, jpeg):
    task = begin(at_work)
    fill(room, at_work, task, jpeg)
    actions.submit_round(at_work, task)
    other = Submit(task, at_work.now(), (), b"\x07" * 32, "pass")

    class Arriving(Submit, frozen=True):  # what comes from another laptop has passed its check there
        def check(self, read, actor):
            return ()

    operations.BY_CLASS[Arriving] = operations.BY_CLASS[Submit]
    at_work.perform(Arriving(other.task_id, other.at, other.answers, other.seal, other.result))
    with room.desk.read() as read:
        assert read.value("SELECT count(*) FROM op WHERE kind = 'inspection.submit'") == 2
        assert read.value("SELECT count(*) FROM conflict WHERE row_id = ?", task) == 1
        assert queries.task_of(read, task)["sealed"] == actions.sealed(read, task)[1]


def test_a_round_before_its_window_is_refused_in_a_sentence(room, at_work):
    plan = new_id()
    room.desk.perform(
        create("inspection_plan", plan, code="P-M", name="月检", template_code="T", site_id=room.site, cycle="monthly",
               interval=1, first_due="2026-11-27", window_before_days=3, grace_days=2, active=1)
    )  # fmt: skip
    (_today, ahead) = lists.rounds_to_do(at_work)
    assert (ahead.can_start, ahead.state, ahead.grace_days) == (False, "scheduled", 2)
    with pytest.raises(AppError, match="2026-11-24 00:00"):
        actions.start_round(at_work, ahead.id)


def test_two_laptops_name_a_round_and_its_work_alike(room, at_work, tmp_path):
    room.desk.profile.close()
    copy = Path(shutil.copytree(room.desk.profile.folder, tmp_path / "second"))
    made = []
    for folder in (room.desk.profile.folder, copy):
        profile = open_profile(folder, Clock.pinned(room.desk.now()))
        desk = replace(at_work, profile=profile)
        task = begin(desk)
        actions.answer_item(desk, task, room.items["crac"], "异常", "停机")
        actions.answer_item(desk, task, room.items["temp"], 29_000, "过热")
        with desk.read() as read:
            made.append(
                [
                    read.rows("SELECT id, code FROM inspection_task"),
                    read.rows("SELECT id FROM fault"),
                    read.rows("SELECT id FROM work_order"),
                    read.rows("SELECT id, level FROM alert WHERE rule = ?", RULE),
                ]
            )
        profile.close()
    assert made[0] == made[1]
    assert all(len(rows) == 1 for rows in made[0])


def test_running_hours_make_a_round_due(room, at_work):
    reading = {
        "equipment_id": room.cra,
        "site_id": room.site,
        "meter": "run_hours",
        "source": "manual",
        "replaced": 0,
    }
    now = room.desk.now()
    room.desk.perform(
        create("inspection_plan", new_id(), code="P-H", name="每 500 小时", template_code="T", site_id=room.site,
               cycle="by_hours", interval=500, first_due="2026-11-01", window_before_days=0, grace_days=5, active=1,
               equipment='["DC1-CRA-003"]'),
        create("meter_reading", new_id(), value=1_480_000, read_at=now - 3 * DAY, **reading),
    )  # fmt: skip
    assert [line.code for line in lists.rounds_to_do(at_work)] == ["P-1"]
    room.desk.perform(create("meter_reading", new_id(), value=1_503_000, read_at=now, **reading))
    assert sorted(line.code for line in lists.rounds_to_do(at_work)) == ["P-1", "P-H"]
