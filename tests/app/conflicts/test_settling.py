"""A conflict is settled once, by a person, and nothing that somebody wrote is lost."""

import disputes
import msgspec
import pytest
from disputes import carry, change, differ, newest, stale

from app import conflicts
from app.access import Permission
from app.errors import AppError, Denied, Refused
from app.generic import Retire, Transition, create
from app.tx import Tx
from db.ids import new_id

ZONE = "Asia/Shanghai"


def open_cases(desk):
    with desk.read() as read:
        found = conflicts.lines(read, desk.actor)
        return [conflicts.case(read, desk.actor, line.id, ZONE) for line in found]


def only(desk):
    (found,) = open_cases(desk)
    return found


def value(desk, table, row_id, field):
    with desk.read() as read:
        return read.get(table, row_id)[field]


@pytest.fixture
def disputed(people, site):
    differ(
        people,
        "equipment",
        site.server,
        "responsible_id",
        theirs=people.staff["technician"],
        mine=people.staff["nangong"],
    )
    return people


@pytest.mark.parametrize(("decision", "who"), [("mine", "nangong"), ("theirs", "technician")])
def test_a_side_is_taken(disputed, site, decision, who):
    conflicts.settle(disputed.chief, only(disputed.chief), decision)
    assert value(disputed.chief, "equipment", site.server, "responsible_id") == disputed.staff[who]
    assert open_cases(disputed.chief) == []
    with disputed.chief.read() as read:
        (line,) = conflicts.lines(read, disputed.chief.actor, decided=True)
        found = conflicts.case(read, disputed.chief.actor, line.id, ZONE)
    assert (line.decision, line.decided_by, line.decided_at) == (decision, "欧阳小管", disputed.chief.now())
    assert found.chosen == (found.mine if decision == "mine" else found.theirs).texts


def test_another_value_is_written(disputed, site):
    chief = disputed.chief
    conflicts.settle(chief, only(chief), "other", {"responsible_id": disputed.staff["planner"]})
    assert value(chief, "equipment", site.server, "responsible_id") == disputed.staff["planner"]
    with chief.read() as read:
        line = conflicts.lines(read, chief.actor, decided=True)[0]
        assert conflicts.case(read, chief.actor, line.id, ZONE).chosen == ("司马小划",)


def test_another_value_must_be_given(disputed):
    with pytest.raises(AppError):
        conflicts.settle(disputed.chief, only(disputed.chief), "other")


def test_a_wrong_value_is_refused(people, site):
    differ(people, "equipment", site.server, "name", theirs="甲", mine="乙")
    with pytest.raises(Refused):
        conflicts.settle(people.chief, only(people.chief), "other", {"name": ""})
    assert len(open_cases(people.chief)) == 1


def test_a_second_decision_on_one_laptop_is_refused(disputed):
    found = only(disputed.chief)
    conflicts.settle(disputed.chief, found, "mine")
    with pytest.raises(Refused) as refused:
        conflicts.settle(disputed.chief, found, "theirs")
    assert refused.value.objections[0].code == "settled"


@pytest.mark.parametrize("first", ["mine", "theirs"])
def test_two_laptops_settle_one_conflict_and_the_second_waits(disputed, site, laptop, first):
    chief, other = disputed.chief, laptop(disputed.chief)
    since = newest(chief)
    conflicts.settle(chief, only(chief), first)
    conflicts.settle(other, only(other), "theirs" if first == "mine" else "mine")
    stands = value(chief, "equipment", site.server, "responsible_id")
    assert carry(other, chief, since) == ["conflict"]
    assert value(chief, "equipment", site.server, "responsible_id") == stands
    again = only(chief)
    wanted = {"mine": ("诸葛小服",), "theirs": ("南宫小冷",)}[first]
    assert (again.theirs.texts, again.mine.texts) != (wanted, wanted)
    assert again.mine.texts == wanted
    conflicts.settle(chief, again, "mine")
    assert value(chief, "equipment", site.server, "responsible_id") != stands
    assert open_cases(chief) == []


def test_two_laptops_that_decide_alike_agree(disputed, laptop):
    chief, other = disputed.chief, laptop(disputed.chief)
    since = newest(chief)
    for desk in (chief, other):
        conflicts.settle(desk, only(desk), "mine")
    assert carry(other, chief, since) == ["applied"]
    assert open_cases(chief) == []


def test_a_change_behind_the_decision_is_a_new_conflict(disputed, site, laptop):
    chief, other = disputed.chief, laptop(disputed.chief)
    since = newest(chief)
    change(disputed.planner, "equipment", site.server, responsible_id=disputed.staff["planner"])
    conflicts.settle(other, only(other), "mine")
    assert carry(other, chief, since) == ["conflict"]
    assert value(chief, "equipment", site.server, "responsible_id") == disputed.staff["planner"]
    assert only(chief).mine.texts == ("南宫小冷",)


def test_three_people_disagree(disputed, site):
    late = stale(disputed.chief, "equipment", site.server, responsible_id=disputed.staff["planner"])
    change(disputed.planner, "equipment", site.server, responsible_id=disputed.staff["chief"])
    disputed.chief.perform(late)
    first, second = open_cases(disputed.chief)
    assert first.theirs.texts == second.theirs.texts == ("欧阳小管",)
    conflicts.settle(disputed.chief, first, "mine")
    again = only(disputed.chief)
    assert (again.theirs.texts, again.mine.texts) == (("南宫小冷",), ("司马小划",))


def test_fields_of_a_group_are_settled_together(people, site):
    late = stale(people.chief, "equipment_class", site.clazz, design_life_min=6000, design_life_max=9000)
    change(people.planner, "equipment_class", site.clazz, design_life_min=4000, design_life_max=7000)
    people.chief.perform(late)
    found = only(people.chief)
    assert found.names == ("design_life_min", "design_life_max")
    assert (found.base.texts, found.theirs.texts, found.mine.texts) == (
        ("5 年", "8 年"),
        ("4 年", "7 年"),
        ("6 年", "9 年"),
    )
    conflicts.settle(people.chief, found, "mine")
    assert value(people.chief, "equipment_class", site.clazz, "design_life_max") == 9000
    assert open_cases(people.chief) == []


@pytest.mark.parametrize(("decision", "deleted"), [("mine", 0), ("theirs", 1), ("other", 0)])
def test_a_deleted_record_is_brought_back_or_left(people, site, decision, deleted):
    late = stale(people.chief, "equipment", site.door, name="乙")
    people.chief.perform(Retire("equipment", (site.door,)))
    people.chief.perform(late)
    found = only(people.chief)
    assert found.gone
    done = conflicts.settle(people.chief, found, decision, {"name": "丙"})
    named = {"mine": "乙", "theirs": "机器 BD1-ACS-001", "other": "丙"}[decision]
    assert value(people.chief, "equipment", site.door, "deleted") == deleted
    assert value(people.chief, "equipment", site.door, "name") == named
    people.chief.undo(done.action_id)
    assert value(people.chief, "equipment", site.door, "deleted") == 1
    assert only(people.chief).gone


def test_leaving_and_bringing_back_is_a_conflict_again(people, site, laptop):
    late = stale(people.chief, "equipment", site.door, name="乙")
    people.chief.perform(Retire("equipment", (site.door,)))
    people.chief.perform(late)
    chief, other = people.chief, laptop(people.chief)
    since = newest(chief)
    conflicts.settle(chief, only(chief), "theirs")
    conflicts.settle(other, only(other), "mine")
    assert carry(other, chief, since) == ["conflict"]
    assert only(chief).gone


def test_states_offer_both(people, site):
    move = Transition(
        table="equipment", id=site.server, source="in_service", target="under_repair", remark="异响"
    )
    with people.chief.profile.store.local("pull") as connection:
        connection.execute("UPDATE equipment SET status = 'standby' WHERE id = ?", (site.server,))
        tx = Tx(connection, device="T02", keep_shadow=False)
        tx.begin(disputes.operations.Envelope(b"o" * 16, "transition", 1, people.technician.actor.user_id, None, people.chief.now(), 2, b"a" * 16, (), disputes.operations.encode_op(move)))  # fmt: skip
        move.apply(tx)
        tx.flush()
    found = only(people.chief)
    assert found.state
    assert not conflicts.other_values(found)
    assert (found.theirs.texts, found.mine.texts) == (("备用",), ("维修中",))
    conflicts.settle(people.chief, found, "mine")
    assert value(people.chief, "equipment", site.server, "status") == "under_repair"
    with people.chief.read() as read:
        last = read.row("SELECT from_state, to_state FROM equipment_event ORDER BY n DESC")
    assert last == ("standby", "under_repair")


def test_undo_opens_it_again(disputed, site):
    chief = disputed.chief
    before = value(chief, "equipment", site.server, "responsible_id")
    done = conflicts.settle(chief, only(chief), "mine")
    chief.undo(done.action_id)
    assert value(chief, "equipment", site.server, "responsible_id") == before
    assert only(chief).line.decision == ""
    conflicts.settle(chief, only(chief), "theirs")
    assert open_cases(chief) == []


def test_undo_leaves_what_others_changed(disputed, site):
    chief = disputed.chief
    done = conflicts.settle(chief, only(chief), "mine")
    change(disputed.planner, "equipment", site.server, responsible_id=disputed.staff["planner"])
    with pytest.raises(AppError):
        chief.undo(done.action_id)
    assert value(chief, "equipment", site.server, "responsible_id") == disputed.staff["planner"]


def test_only_who_may_settles(disputed):
    found = only(disputed.chief)
    assert not disputed.planner.may(Permission.SETTLE_CONFLICTS)
    with pytest.raises(Denied):
        conflicts.settle(disputed.planner, found, "mine")


def test_an_unknown_conflict_and_other_fields_are_refused(disputed, site):
    chief, found = disputed.chief, only(disputed.chief)
    made = conflicts.Settle(
        table="equipment", row_id=site.server, conflicts=(new_id(),), decision="mine", fields={}
    )
    with pytest.raises(Refused) as refused:
        chief.perform(made)
    assert refused.value.objections[0].code == "conflict"
    alien = msgspec.structs.replace(made, conflicts=found.line.ids, row_id=site.door)
    with pytest.raises(Refused):
        chief.perform(alien)


def test_a_decision_cannot_change_other_fields(disputed, site):
    """A hostile op that names a field without a conflict changes nothing: the values wait for a person."""
    chief, found = disputed.chief, only(disputed.chief)
    smuggled = {"responsible_id": (None, disputed.staff["chief"]), "name": ("x", "黑")}
    chief.perform(
        conflicts.Settle(
            table="equipment", row_id=site.server, conflicts=found.line.ids, decision="other", fields=smuggled
        )
    )
    assert value(chief, "equipment", site.server, "name") == "机器 DC1-SRV-005"
    assert value(chief, "equipment", site.server, "responsible_id") == disputed.staff["technician"]


def test_what_was_written_with_a_move_that_came_too_late_is_kept(people, site):
    """Two close one order: the state agrees, what each wrote down waits for a person; a cancelled one keeps what was done."""
    order = new_id()
    row = {"code": "WO-1", "site_id": site.site, "kind": "corrective", "title": "换风扇", "priority": "general", "status": "in_progress"}  # fmt: skip
    people.chief.perform(create("work_order", order, **row))
    done = Transition(
        table="work_order", id=order, source="in_progress", target="done",
        fields={"done_text": (None, "换了风扇"), "hours": (None, 1500)},
    )  # fmt: skip
    with people.chief.profile.store.local("pull") as connection:
        connection.execute("UPDATE work_order SET status = 'cancelled', hours = 500 WHERE id = ?", (order,))
        tx = Tx(connection, device="T02", keep_shadow=False)
        tx.begin(disputes.operations.Envelope(b"p" * 16, "transition", 1, people.technician.actor.user_id, None, people.chief.now(), 2, b"a" * 16, (), disputes.operations.encode_op(done)))  # fmt: skip
        done.apply(tx)
        tx.flush()
    assert value(people.chief, "work_order", order, "done_text") == "换了风扇"
    found = {case.names: (case.theirs.texts, case.mine.texts) for case in open_cases(people.chief)}
    assert found == {("status",): (("已取消",), ("已完成",)), ("hours",): (("0.5 h",), ("1.5 h",))}


def test_a_move_of_a_deleted_record_waits(people, site):
    move = Transition(table="equipment", id=site.server, source="in_service", target="standby")
    people.chief.perform(Retire("equipment", (site.server,)))
    people.chief.perform(move)
    found = only(people.chief)
    assert (found.gone, found.state) == (True, True)
    conflicts.settle(people.chief, found, "mine")
    assert value(people.chief, "equipment", site.server, "status") == "standby"
    assert value(people.chief, "equipment", site.server, "deleted") == 0
