"""The store at night on several laptops without a network: withdrawals, the morning's decisions, and who was first at the hub."""

from dataclasses import replace

import pytest
from fleet import BIN, PART, SITE, Fleet, Laptop

from app.access import ROLES, Actor
from app.desk import Desk
from app.generic import create
from app.inventory.booking import issue_part, reverse_movement
from app.inventory.checking import Verdict, decide
from app.inventory.taking import Withdrawal, decided, waiting
from db.ids import made_id

PEOPLE = {"tang": "technician", "tom": "technician", "ann": "storekeeper", "ben": "storekeeper"}
RIGHT, NONE = Verdict("confirmed"), Verdict("refused", reason="it lies there still")


def desk_of(laptop: Laptop, name: str) -> Desk:
    role = next(spec for spec in ROLES if spec.code == PEOPLE[name])
    site = next(site for site in laptop.desk.sites() if site.id == SITE)
    return replace(
        laptop.desk,
        actor=Actor(made_id("fleet", name), name, role.permissions, (role.code,)),
        site=site,
    )


def on_hand(laptop: Laptop) -> int:
    return laptop.value("SELECT coalesce(sum(on_hand), 0) FROM stock_level WHERE part_id = ?", PART) // 1000


def worth(laptop: Laptop) -> int:
    return laptop.value("SELECT sum(worth) FROM stock_worth WHERE part_id = ?", PART)


def the_one(laptop: Laptop) -> Withdrawal:
    with laptop.desk.read() as read:
        return decided(read, SITE, laptop.desk)[0]


def waits(laptop: Laptop) -> int:
    with laptop.desk.read() as read:
        return len(waiting(read, SITE))


def rules(laptop: Laptop) -> set[str]:
    with laptop.desk.read() as read:
        return {rule for (rule,) in read.rows("SELECT rule FROM alert WHERE cleared_at IS NULL")}


def sync(fleet: Fleet) -> None:
    for _round in range(2):
        for laptop in fleet:
            laptop.sync()


def say(laptop: Laptop, name: str, verdict: Verdict) -> bytes:
    found = the_one(laptop)
    return decide(desk_of(laptop, name), found.movement_id, verdict, seen=found.check_id).action_id


@pytest.fixture
def night(fleet: Fleet) -> tuple[Fleet, Laptop, Laptop]:
    """Five pieces; at night Tang takes two with nobody there, and both laptops know by the morning."""
    a, b = fleet.laptops["a"], fleet.laptops["b"]
    a.desk.perform(
        *(
            create("user_account", made_id("fleet", name), username=name, roles=f'["{role}"]', active=1, must_change_password=0)
            for name, role in PEOPLE.items()
        ),
        a.moved("receipt", 5),
    )  # fmt: skip
    sync(fleet)
    issue_part(desk_of(a, "tang"), PART, BIN, 2000, reason="night")
    sync(fleet)
    return fleet, a, b


def test_the_stock_is_counted_from_the_first_moment_everywhere(night):
    _fleet, a, b = night
    for laptop in (a, b):
        assert (on_hand(laptop), waits(laptop)) == (3, 1)
        assert "withdrawal.waits" in rules(laptop)


def test_two_who_say_the_same_offline_move_the_stock_once(night):
    fleet, a, b = night
    say(a, "ann", NONE)
    say(b, "ben", NONE)
    sync(fleet)
    for laptop in fleet:
        assert (on_hand(laptop), waits(laptop), the_one(laptop).state) == (5, 0, "refused")


def test_two_who_say_otherwise_offline_are_asked_and_one_word_more_settles_it(night):
    fleet, a, b = night
    say(a, "ann", Verdict("corrected", 1000, "one came back"))
    say(b, "ben", NONE)
    sync(fleet)
    for laptop in fleet:
        found = the_one(laptop)
        assert (found.state, found.decision, found.other, found.other_by) == (
            "disputed",
            "corrected",
            "refused",
            "ben",
        )
        assert (on_hand(laptop), waits(laptop)) == (4, 1)
        assert "withdrawal.waits" in rules(laptop)
    say(b, "ben", Verdict("corrected", 1000, "Ann is right"))
    sync(fleet)
    for laptop in fleet:
        assert (on_hand(laptop), waits(laptop), the_one(laptop).state) == (4, 0, "corrected")
        assert "withdrawal.waits" not in rules(laptop)
    assert len({worth(laptop) for laptop in fleet}) == 1


def test_an_undo_of_what_somebody_has_decided_anew_does_nothing_to_the_stock(night):
    fleet, a, b = night
    action = say(a, "ann", Verdict("corrected", 1000, "one came back"))
    sync(fleet)
    say(b, "ben", NONE)
    desk_of(a, "ann").undo(action)
    b.sync()
    sync(fleet)
    for laptop in fleet:
        assert (on_hand(laptop), the_one(laptop).decision) == (5, "refused")


@pytest.mark.parametrize("first", ["ann", "tang"])
def test_a_withdrawal_taken_back_and_refused_offline_comes_back_once(night, first):
    fleet, a, b = night
    reverse_movement(desk_of(a, "tang"), the_one(a).movement_id)
    say(b, "ben", NONE)
    for laptop in (a, b) if first == "tang" else (b, a):
        laptop.sync()
    sync(fleet)
    for laptop in fleet:
        assert (on_hand(laptop), waits(laptop)) == (5, 0)


def test_two_who_take_the_last_piece_leave_a_task_and_no_booking_is_dropped(night):
    fleet, a, b = night
    for laptop, name in ((a, "tang"), (b, "tom")):
        issue_part(desk_of(laptop, name), PART, BIN, 3000, reason="night")
    sync(fleet)
    for laptop in fleet:
        assert (on_hand(laptop), waits(laptop)) == (-3, 3)
        assert {"stock.negative", "withdrawal.waits"} <= rules(laptop)
