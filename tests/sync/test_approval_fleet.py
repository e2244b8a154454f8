"""An approval of a stock-take is weighed where it arrives: the hub holds back what who counted, or who may not so much, has approved."""

from dataclasses import replace

import msgspec
import pytest
from fleet import BIN, PART, SITE, Fleet, Laptop

from app.access import ROLES, Actor
from app.conflicts import held
from app.conflicts.words import reason_word
from app.desk import Desk
from app.errors import Denied, Refused
from app.generic import create, patch
from app.inventory.rules import change_rules, limit_of
from app.stocktake import counting
from app.stocktake.lines import lines_of
from app.stocktake.ops import ApproveCount
from db.ids import made_id

PEOPLE = {"ann": "storekeeper", "ben": "storekeeper", "eva": "supervisor"}
KEY = (PART, BIN, "")


def desk_of(laptop: Laptop, name: str) -> Desk:
    role = next(spec for spec in ROLES if spec.code == PEOPLE[name])
    site = next(site for site in laptop.desk.sites() if site.id == SITE)
    actor = Actor(made_id("fleet", name), name, role.permissions, (role.code,))
    return replace(laptop.desk, actor=actor, site=site)


def on_hand(laptop: Laptop) -> int:
    return laptop.value("SELECT coalesce(sum(on_hand), 0) FROM stock_level WHERE part_id = ?", PART) // 1000


def sync(fleet: Fleet) -> None:
    for _round in range(2):
        for laptop in fleet:
            laptop.sync()


@pytest.fixture
def counted(fleet: Fleet) -> tuple[Fleet, bytes]:
    """Of twenty pieces at 0.01 Ann found eighteen, and closed the counting; storekeepers may approve up to 100.00."""
    a = fleet.laptops["a"]
    a.desk.perform(
        *(
            create("user_account", made_id("fleet", name), username=name, roles=f'["{role}"]', active=1, must_change_password=0)
            for name, role in PEOPLE.items()
        ),
        msgspec.structs.replace(a.moved("opening", 20), unit_price=10_0000),
    )  # fmt: skip
    change_rules(desk_of(a, "eva"), {"count_limit": 100_00})
    keeper = desk_of(a, "ann")
    count = counting.open_count(keeper, "full", blind=False)[0]
    counting.count_line(keeper, count, KEY, 18_000)
    counting.close_count(keeper, count, "yes")
    with a.desk.read() as read:
        different = lines_of(read, count).different
    counting.explain(keeper, count, different, "lost")
    sync(fleet)
    return fleet, count


def status(laptop: Laptop, count: bytes) -> str:
    return laptop.row("stock_count", count)["status"]


def reasons(laptop: Laptop) -> list[str]:
    with laptop.desk.read() as read:
        return [
            row[0] for row in read.rows("SELECT reason FROM held_op WHERE deleted = 0 AND decision IS NULL")
        ]


def forge(laptop: Laptop, count: bytes, name: str, monkeypatch) -> None:
    """An approval by a program that does not ask its own rules."""
    with monkeypatch.context() as patched:
        patched.setattr(ApproveCount, "check", lambda *_asked: ())
        patched.setattr("app.stocktake.ops.demand_second", lambda *_told, **_more: None)
        counting.approve_count(desk_of(laptop, name), count)


def test_the_second_storekeeper_approves_within_the_limit(counted):
    fleet, count = counted
    counting.approve_count(desk_of(fleet.laptops["b"], "ben"), count)
    sync(fleet)
    for laptop in fleet:
        assert (status(laptop, count), on_hand(laptop), reasons(laptop)) == ("approved", 18, [])


def test_who_counted_is_refused_by_his_laptop_and_held_back_by_the_hub(counted, monkeypatch):
    fleet, count = counted
    a = fleet.laptops["a"]
    with pytest.raises(Refused) as refused:
        counting.approve_count(desk_of(a, "ann"), count)
    assert refused.value.objections[0].code == "count.same"
    forge(a, count, "ann", monkeypatch)
    assert on_hand(a) == 18, "his own laptop believes him until the hub has spoken"
    sync(fleet)
    for laptop in fleet:
        assert (status(laptop, count), on_hand(laptop), reasons(laptop)) == (
            "counted",
            20,
            ["approved by who counted"],
        )
    counting.approve_count(desk_of(fleet.laptops["b"], "ben"), count)
    sync(fleet)
    assert {on_hand(laptop) for laptop in fleet} == {18}


def test_the_hub_asks_the_limit_that_holds_there_not_the_one_that_was_seen(counted):
    fleet, count = counted
    a, b = fleet.laptops["a"], fleet.laptops["b"]
    change_rules(desk_of(a, "eva"), {}, 10_00, here=True)
    a.sync()  # b is offline and does not know
    counting.approve_count(desk_of(b, "ben"), count)
    sync(fleet)
    for laptop in fleet:
        with laptop.desk.read() as read:
            assert limit_of(read, SITE) == 10_00
        assert (status(laptop, count), on_hand(laptop)) == ("counted", 20)
        assert reasons(laptop) == ["differences above the limit of the site"]
    with pytest.raises(Refused, match=r"20\.00"):
        counting.approve_count(desk_of(b, "ben"), count)
    counting.approve_count(desk_of(b, "eva"), count)
    sync(fleet)
    assert {on_hand(laptop) for laptop in fleet} == {18}


def test_it_cannot_be_let_in_but_refused_with_a_reason(counted, monkeypatch):
    fleet, count = counted
    a, b = fleet.laptops["a"], fleet.laptops["b"]
    forge(a, count, "ann", monkeypatch)
    sync(fleet)
    eva = desk_of(b, "eva")
    with b.desk.read() as read:
        (waiting,) = held.held(read, eva.actor)
    assert waiting.why == reason_word("approved by who counted") != "approved by who counted"
    with pytest.raises(Refused) as refused:
        held.decide(eva, waiting.id, accepted=True)
    assert refused.value.objections[0].code == "anew"
    held.decide(eva, waiting.id, accepted=False, remark="she counted herself")
    sync(fleet)
    for laptop in fleet:
        assert (status(laptop, count), on_hand(laptop), reasons(laptop)) == ("counted", 20, [])


def test_nobody_edits_a_stocktake_into_the_approved_state(counted):
    fleet, count = counted
    a = fleet.laptops["a"]
    with pytest.raises(Denied):
        desk_of(a, "ben").perform(patch("stock_count", a.row("stock_count", count), status="approved"))


def test_a_count_that_came_late_makes_the_approval_one_above_the_limit(counted):
    fleet, count = counted
    a, b = fleet.laptops["a"], fleet.laptops["b"]
    keeper = desk_of(a, "ann")
    counting.reopen_count(keeper, count)
    counting.count_line(keeper, count, KEY, 0, how="replace", reason="lost")
    counting.close_count(keeper, count, "yes")
    a.sync()
    counting.approve_count(desk_of(b, "ben"), count)
    sync(fleet)
    for laptop in fleet:
        assert (status(laptop, count), on_hand(laptop)) == ("counted", 20)
        assert reasons(laptop) == ["differences above the limit of the site"]
