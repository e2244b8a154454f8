"""Faults of sync.md, section 7, that are about who decides, how much comes at once, and what a program's update touches."""

from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest
from fleet import Fleet, Laptop, supplier
from judge import judge
from senders import Sender

from app import conflicts
from app.generic import create, creates, patch
from app.hub.hub import head_of
from app.sync.client import differing_tables
from app.sync.protocol import MAX_PUSH, Receipts
from db.ids import new_id


def sync_all(*laptops: Laptop) -> None:
    for laptop in (*laptops, *laptops):
        laptop.sync()


def cases(laptop: Laptop) -> list:
    with laptop.profile.store.read() as read:
        actor = laptop.desk.actor
        found = [
            conflicts.case(read, actor, line.id, "Asia/Shanghai") for line in conflicts.lines(read, actor)
        ]
    return [case for case in found if case]


@pytest.fixture
def three(fleet: Fleet) -> tuple[Laptop, Laptop, Laptop]:
    return fleet.laptops["a"], fleet.laptops["b"], fleet.open("c")


def shared(*laptops: Laptop) -> bytes:
    made, op = supplier("S1")
    laptops[0].desk.perform(op)
    sync_all(*laptops)
    return made


def test_fault_21_different_fields_of_one_record_are_both_kept(fleet, three):
    made = shared(*three)
    for laptop, field in zip(three, ("name", "phone", "email"), strict=True):
        laptop.desk.perform(patch("supplier", laptop.row("supplier", made), **{field: laptop.name}))
    sync_all(*three)
    for laptop in three:
        row = laptop.row("supplier", made)
        assert (row["name"], row["phone"], row["email"]) == ("a", "b", "c")
        assert not cases(laptop)
    judge(fleet)


def test_fault_22_the_same_field_stays_as_it_came_first_and_both_see_the_other(fleet, three):
    a, b, _c = three
    made = shared(*three)
    for laptop in (a, b):
        laptop.desk.perform(patch("supplier", laptop.row("supplier", made), phone=laptop.name))
    sync_all(*three)
    for laptop in three:
        assert laptop.row("supplier", made)["phone"] == "a"
        (case,) = cases(laptop)
        assert (case.mine.texts, case.theirs.texts) == (("b",), ("a",))
    judge(fleet)


def test_fault_23_three_values_are_two_questions(fleet, three):
    made = shared(*three)
    for laptop in three:
        laptop.desk.perform(patch("supplier", laptop.row("supplier", made), phone=laptop.name))
    sync_all(*three)
    for laptop in three:
        assert laptop.row("supplier", made)["phone"] == "a"
        waiting = laptop.value("SELECT count(*) FROM conflict WHERE field = 'phone' AND decision IS NULL")
        assert waiting == 2, "nobody's value was dropped"
    judge(fleet)


def test_fault_23_settled_on_two_laptops_at_once_there_is_one_decision_and_a_new_question(fleet, three):
    a, b, c = three
    made = shared(*three)
    for laptop in (a, b):
        laptop.desk.perform(patch("supplier", laptop.row("supplier", made), phone=laptop.name))
    sync_all(*three)
    for laptop, decision in ((a, "mine"), (c, "theirs")):
        conflicts.settle(laptop.desk, cases(laptop)[0], decision)
    sync_all(*three)
    for laptop in three:
        assert laptop.row("supplier", made)["phone"] == "b", "the first decision stands"
        assert laptop.value("SELECT count(*) FROM conflict WHERE decision IS NOT NULL") == 1
        (case,) = cases(laptop)
        assert (case.mine.texts, case.theirs.texts) == (("a",), ("b",)), "the other one asks again"
    judge(fleet)
    conflicts.settle(b.desk, cases(b)[0], "theirs")
    sync_all(*three)
    assert not cases(a)
    judge(fleet)


def test_fault_23_the_same_decision_twice_asks_nobody(fleet, three):
    a, b, c = three
    made = shared(*three)
    for laptop in (a, b):
        laptop.desk.perform(patch("supplier", laptop.row("supplier", made), phone=laptop.name))
    sync_all(*three)
    for laptop in (a, c):
        conflicts.settle(laptop.desk, cases(laptop)[0], "mine")
    sync_all(*three)
    for laptop in three:
        assert laptop.row("supplier", made)["phone"] == "b"
        assert not cases(laptop)
    judge(fleet)


def test_fault_38_an_import_of_thousands_of_rows_travels_in_whole_ops(three):
    a, b, _c = three
    a.desk.perform(
        more=creates("supplier", ((new_id(), {"code": f"I{n}", "name": f"行 {n} " + "长" * 105, "active": 1}) for n in range(3000)))
    )  # fmt: skip
    a.way.calls.clear()
    a.sync()
    assert a.way.calls.count("ops") > 1, f"more than {MAX_PUSH} bytes go in several requests"
    b.sync()
    assert b.value("SELECT count(*) FROM supplier") == 3000
    assert differing_tables(b.profile, b.way) == []


def test_fault_38_a_text_beyond_all_measure_is_refused_before_there_is_an_op(three):
    a, _b, _c = three
    before = a.value("SELECT count(*) FROM op")
    with pytest.raises(Exception, match="at most 120"):
        a.desk.perform(create("supplier", new_id(), code="L", name="长" * 20_000_000, active=1))
    assert a.value("SELECT count(*) FROM op") == before


def test_fault_59_texts_and_numbers_are_byte_equal_on_the_other_laptop(fleet, three):
    a, b, _c = three
    texts = [
        "设备" * 60,
        "🧯👩‍🔧",
        "０１２ ａｂｃ",
        "a\u0301é",
        "'; DROP TABLE op; --",
        "\u202eabc",
        "0.1",
        "1e5",
        "9007199254740993",
    ]
    made = {new_id(): text for text in texts}
    for number, (row_id, text) in enumerate(made.items()):
        a.desk.perform(create("supplier", row_id, code=f"T{number}", name=text, active=1))
    a.desk.perform(msgspec.structs.replace(a.moved("receipt", 1), qty=1_234_000, unit_price=1))
    sync_all(*three)
    for row_id, text in made.items():
        assert b.row("supplier", row_id)["name"] == text
    assert b.value("SELECT sum(qty) FROM stock_movement") == 1_234_000
    judge(fleet)


def test_fault_60_two_hundred_laptops_come_back_in_the_same_minute(fleet):
    senders = [Sender(fleet.hub, f"{number:03}") for number in range(200)]

    def come(sender: Sender) -> bool:
        return isinstance(sender.asked(sender.push([supplier(sender.code)[1]])), Receipts)

    with ThreadPoolExecutor(16) as pool:
        done = list(pool.map(come, senders))
    assert all(done)
    with fleet.hub.reading() as read:
        assert read.value("SELECT count(*) FROM supplier") == 200
        assert head_of(read).seq == read.value("SELECT count(*) FROM hub_history")
