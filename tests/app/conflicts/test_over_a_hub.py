"""A conflict between two real laptops and a hub: both see it, one settles it, two who settle it lose nothing."""

import pytest
from fleet import PART, Fleet, blank_files, furnish

from app import conflicts
from app.generic import Retire, patch
from app.sync.wire import added_up, rows_of
from db.models import SYNCED

ZONE = "Asia/Shanghai"


@pytest.fixture(scope="module")
def blank(tmp_path_factory):
    return blank_files(tmp_path_factory.mktemp("blank"))


@pytest.fixture
def fleet(tmp_path, blank):
    """Laptop a calls the part 甲, laptop b calls it 乙; a was first at the hub."""
    made = Fleet(tmp_path, blank)
    furnish(made.open("a").desk)
    made.open("b")
    rounds(made)
    for name, called in (("a", "甲"), ("b", "乙")):
        laptop = made.laptops[name]
        laptop.desk.perform(patch("part", laptop.row("part", PART), name=called))
    rounds(made)
    yield made
    made.close()


def rounds(fleet):
    """Everybody syncs until all have everything."""
    for _turn in range(2):
        for laptop in fleet:
            laptop.sync()


def open_cases(laptop):
    desk = laptop.desk
    with desk.read() as read:
        return [conflicts.case(read, desk.actor, line.id, ZONE) for line in conflicts.lines(read, desk.actor)]


def settle(laptop, decision, **values):
    (case,) = open_cases(laptop)
    return conflicts.settle(laptop.desk, case, decision, values)


def equal(fleet):
    """The rows of all laptops are the hub's."""
    with fleet.hub.reading() as read:
        wanted = {table: added_up(table, rows_of(read, table)) for table in SYNCED}
    for laptop in fleet:
        with laptop.desk.read() as read:
            assert {table: added_up(table, rows_of(read, table)) for table in SYNCED} == wanted


def names(fleet):
    return {laptop.row("part", PART)["name"] for laptop in fleet}


def test_both_see_the_same_conflict(fleet):
    for laptop in fleet:
        (case,) = open_cases(laptop)
        assert (case.base.texts, case.theirs.texts, case.mine.texts) == (("传感器",), ("甲",), ("乙",))
        assert [case.theirs.here, case.mine.here] == [laptop.name == "a", laptop.name == "b"]
        assert case.theirs.known
        assert case.mine.device
    assert names(fleet) == {"甲"}


@pytest.mark.parametrize(("decision", "name"), [("mine", "乙"), ("theirs", "甲"), ("other", "丙")])
def test_one_settles_and_both_have_it(fleet, decision, name):
    settle(fleet.laptops["a"], decision, name="丙")
    rounds(fleet)
    assert [open_cases(laptop) for laptop in fleet] == [[], []]
    assert names(fleet) == {name}
    equal(fleet)
    for laptop in fleet:
        with laptop.desk.read() as read:
            (line,) = conflicts.lines(read, laptop.desk.actor, decided=True)
            assert conflicts.case(read, laptop.desk.actor, line.id, ZONE).chosen == (name,)


@pytest.mark.parametrize(
    ("first", "second", "stays", "lost"), [("mine", "theirs", "乙", "甲"), ("theirs", "mine", "甲", "乙")]
)
def test_two_settle_it_at_once(fleet, first, second, stays, lost):
    a, b = fleet.laptops.values()
    settle(a, first)
    settle(b, second)
    rounds(fleet)
    assert names(fleet) == {stays}
    for laptop in fleet:
        (case,) = open_cases(laptop)
        assert (case.theirs.texts, case.mine.texts) == ((stays,), (lost,))
    equal(fleet)
    settle(b, "mine")
    rounds(fleet)
    assert names(fleet) == {lost}
    assert [open_cases(laptop) for laptop in fleet] == [[], []]
    equal(fleet)


def test_a_decision_taken_back_opens_it_for_both(fleet):
    done = settle(fleet.laptops["a"], "mine")
    rounds(fleet)
    fleet.laptops["a"].desk.undo(done.action_id)
    rounds(fleet)
    assert names(fleet) == {"甲"}
    assert [len(open_cases(laptop)) for laptop in fleet] == [1, 1]
    equal(fleet)


def test_a_deleted_record_comes_back(fleet):
    settle(fleet.laptops["a"], "theirs")
    rounds(fleet)
    a, b = fleet.laptops.values()
    a.desk.perform(Retire("part", (PART,)))
    b.desk.perform(patch("part", b.row("part", PART), name="丁"))
    rounds(fleet)
    (case,) = open_cases(b)
    assert case.gone
    settle(b, "mine")
    rounds(fleet)
    assert names(fleet) == {"丁"}
    assert {laptop.row("part", PART)["deleted"] for laptop in fleet} == {0}
    equal(fleet)


def test_settled_before_the_conflict_reached_the_hub(fleet):
    """Laptop b meets the conflict while it pulls, and settles it offline before its own op was ever sent."""
    settle(fleet.laptops["a"], "theirs")
    rounds(fleet)
    a, b = fleet.laptops.values()
    a.desk.perform(patch("part", a.row("part", PART), name="一"))
    a.sync()
    b.way.before["pull"] = lambda: b.desk.perform(patch("part", b.row("part", PART), name="二"))
    b.sync()
    settle(b, "mine")
    rounds(fleet)
    assert names(fleet) == {"二"}
    assert [open_cases(laptop) for laptop in fleet] == [[], []]
    equal(fleet)


def test_after_all_is_sent_nothing_waits(fleet):
    for laptop in fleet:
        with laptop.desk.read() as read:
            found = conflicts.standing(read, laptop.desk.actor)
        assert (found.joined, found.waiting, found.conflicts, found.offline) == (True, 0, 1, False)
        assert found.synced_at
        assert found.sent > 0
