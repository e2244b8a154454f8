"""Two laptops and a hub: what people did apart arrives once and merges field by field."""

import random

import pytest
from fleet import (
    AWAY,
    BIN,
    HERE_ALONE,
    ITEMS,
    MACHINES,
    NOW,
    PART,
    SITE,
    TEMPLATE,
    YARD,
    Fleet,
    Laptop,
    furnish_away,
    supplier,
)
from judge import judge

from app.generic import Patch, PatchRow, create, patch
from app.health import check
from app.inspections.ops import Answer, Round, Start, Submit
from app.sync import pull
from app.sync.client import differing_tables
from app.sync.protocol import Pull
from app.sync.status import waiting
from app.sync.transport import Lost
from db.ids import made_id, new_id


def pair(fleet: Fleet) -> tuple[Laptop, Laptop]:
    return fleet.laptops["a"], fleet.laptops["b"]


def sync_all(*laptops: Laptop) -> None:
    for laptop in (*laptops, *laptops):
        laptop.sync()


def shared_supplier(first: Laptop, second: Laptop) -> bytes:
    made, op = supplier("S1")
    first.desk.perform(op)
    sync_all(first, second)
    return made


def test_different_fields_of_one_record_are_merged(fleet):
    a, b = pair(fleet)
    made = shared_supplier(a, b)
    a.desk.perform(patch("supplier", a.row("supplier", made), phone="123"))
    b.desk.perform(patch("supplier", b.row("supplier", made), email="x@example.com"))
    sync_all(a, b)
    for laptop in (a, b):
        row = laptop.row("supplier", made)
        assert (row["phone"], row["email"]) == ("123", "x@example.com")
        assert laptop.value("SELECT count(*) FROM conflict") == 0
    judge(fleet)


def test_the_same_field_stays_as_first_committed_and_both_see_the_other_value(fleet):
    a, b = pair(fleet)
    made = shared_supplier(a, b)
    for laptop, name in ((a, "甲"), (b, "乙")):
        laptop.desk.perform(patch("supplier", laptop.row("supplier", made), name=name, phone=f"1{name}"))
    a.sync()
    assert b.sync().conflicts == 1
    a.sync()
    for laptop in (a, b):
        assert laptop.row("supplier", made)["name"] == "甲"
        with laptop.profile.store.read() as read:
            kept = read.rows("SELECT field, theirs, mine FROM conflict ORDER BY field")
            assert kept == [("name", '"甲"', '"乙"'), ("phone", '"1甲"', '"1乙"')]
            assert waiting(read).conflicts == 2
    judge(fleet)


def test_two_issues_of_the_last_part_show_a_negative_balance(fleet):
    a, b = pair(fleet)
    a.desk.perform(a.moved("receipt", 1))
    sync_all(a, b)
    for laptop in (a, b):
        laptop.desk.perform(laptop.moved("issue", 1))
    sync_all(a, b)
    for laptop in (a, b):
        assert (
            laptop.value("SELECT on_hand FROM stock_level WHERE part_id = ? AND bin_id = ?", PART, BIN)
            == -1000
        )
        assert (
            laptop.value("SELECT count(*) FROM alert WHERE rule = 'stock.negative' AND cleared_at IS NULL")
            == 1
        )
    judge(fleet)


def test_a_round_begun_on_one_laptop_is_finished_on_the_other(fleet):
    a, b = pair(fleet)
    task = made_id("test", "round")

    def answer(laptop: Laptop, item: bytes) -> Answer:
        return Answer(
            task_id=task,
            item_id=item,
            site_id=SITE,
            state="ok",
            measured_at=laptop.desk.now(),
            value_num=21_000,
        )

    a.desk.perform(Start(Round(task, "R1", TEMPLATE, SITE, NOW, NOW + 86_400_000), NOW))
    a.desk.perform(answer(a, ITEMS[0]))
    sync_all(a, b)
    for item in ITEMS[1:]:
        b.desk.perform(answer(b, item))
    b.desk.perform(Submit(task, b.desk.now(), (), bytes(32), "ok"))
    sync_all(b, a)
    assert a.row("inspection_task", task)["status"] == "submitted"
    assert a.value("SELECT count(*) FROM inspection_result WHERE task_id = ?", task) == 3
    judge(fleet)


def test_work_done_while_a_pull_runs_stays_pending_and_visible(fleet):
    a, b = pair(fleet)
    made = shared_supplier(a, b)
    a.desk.perform(patch("supplier", a.row("supplier", made), phone="1", name="甲"))
    a.sync()
    b.way.before["pull"] = lambda: b.desk.perform(
        patch("supplier", b.row("supplier", made), name="乙", email="b@x")
    )
    report = b.sync()
    row = b.row("supplier", made)
    assert (row["name"], row["phone"], row["email"]) == ("甲", "1", "b@x")
    assert report.redone == 1
    with b.profile.store.read() as read:
        assert waiting(read).unsent == 1
    sync_all(b, a)
    judge(fleet)


def test_an_empty_exchange_writes_no_row(fleet):
    a, _b = pair(fleet)
    a.sync()
    heard = []
    a.profile.store.listen(heard.append)
    report = a.sync()
    assert (report.sent, report.received, heard) == (0, 0, [])


def test_an_exchange_with_nothing_new_is_one_request(fleet):
    a, b = pair(fleet)
    sync_all(a, b)
    asked = len(a.way.calls)
    a.sync()
    assert a.way.calls[asked:] == ["hello"]
    b.desk.perform(supplier("S1")[1])
    b.sync()
    assert a.sync().received == 1
    assert a.way.calls[asked:] == ["hello", "hello", "pull"]


def test_a_page_may_end_anywhere_between_ops(fleet, monkeypatch):
    monkeypatch.setattr(pull, "Pull", lambda proof, cursors, _limit, *more: Pull(proof, cursors, 3, *more))
    a, b = pair(fleet)
    for number in range(12):
        a.desk.perform(supplier(f"A{number}")[1], supplier(f"B{number}")[1])
    a.sync()
    b.sync()
    assert b.way.calls.count("pull") > 5
    judge(fleet)


def test_a_lost_way_only_delays(fleet):
    a, b = pair(fleet)
    a.way.dice = b.way.dice = random.Random(7)
    a.way.chance = b.way.chance = 0.6
    for number in range(20):
        for laptop in (a, b):
            laptop.desk.perform(supplier(f"{laptop.name}{number}")[1], laptop.moved("receipt", 1))
            try:
                laptop.sync()
            except Lost:
                continue
    a.way.chance = b.way.chance = 0.0
    sync_all(a, b)
    judge(fleet)


def test_a_scoped_laptop_holds_its_site_alone_and_rows_leave_it(fleet):
    a, _b = pair(fleet)
    other = new_id()
    a.desk.perform(
        create(
            "site", other, code="S2", name="二", site_type="data_centre", timezone="Asia/Shanghai", active=1
        )
    )
    machine, clazz, place = new_id(), new_id(), new_id()
    a.desk.perform(
        create("location", place, code="B2", site_id=other, name="二", location_type="bin", qr_label=1),
        create("equipment_class", clazz, code="K", name="类", group="facility", statutory_inspection=0),
        create("equipment", machine, code="E1", name="机", class_id=clazz, site_id=SITE, location_id=BIN, status="in_service", criticality="A"),
    )  # fmt: skip
    a.sync()
    here = fleet.open("here", scope=f"global site:{SITE.hex()}")
    there = fleet.open("there", scope=f"global site:{other.hex()}")
    for laptop in (here, there):
        laptop.sync()
    assert (bool(here.row("equipment", machine)), bool(there.row("equipment", machine))) == (True, False)
    a.desk.perform(patch("equipment", a.row("equipment", machine), site_id=other, location_id=place))
    a.sync()
    for laptop in (here, there):
        laptop.sync()
        assert differing_tables(laptop.profile, laptop.way) == []
        assert check(laptop.profile) == []
    assert (bool(here.row("equipment", machine)), bool(there.row("equipment", machine))) == (False, True)
    assert here.value("SELECT count(*) FROM search_row WHERE row_id = ?", machine) == 0


def test_an_action_that_was_synced_is_undone_everywhere(fleet):
    a, b = pair(fleet)
    made = shared_supplier(a, b)
    done = a.desk.perform(patch("supplier", a.row("supplier", made), name="改"), a.moved("receipt", 3))
    sync_all(a, b)
    assert b.row("supplier", made)["name"] == "改"
    a.desk.undo(done.action_id)
    sync_all(a, b)
    assert b.row("supplier", made)["name"] == "供应商 S1"
    assert b.value("SELECT on_hand FROM stock_level") == 0
    judge(fleet)


def test_a_round_seen_by_the_listeners_of_the_other_laptop(fleet):
    a, b = pair(fleet)
    made, op = supplier("S1")
    a.desk.perform(op)
    a.sync()
    heard = []
    b.profile.store.listen(heard.append)
    b.sync()
    assert made in heard[0].touched["supplier"]
    assert "inventory" in heard[0].topics


@pytest.mark.logs("left out")
def test_a_line_whose_order_is_at_another_site_does_not_stop_a_pull(fleet):
    """A hostile or careless op must not block the laptops of its site."""
    a, _b = pair(fleet)
    other, order = new_id(), new_id()
    a.desk.perform(
        create("site", other, code="S2", name="二", site_type="data_centre", timezone="Asia/Shanghai", active=1),
        create("supplier", made_id("s"), code="S", name="供", active=1),
        create("purchase_order", order, code="P1", site_id=SITE, supplier_id=made_id("s"), status="draft", ordered_on="2026-11-22"),
        create("purchase_line", new_id(), order_id=order, site_id=other, part_id=PART, qty=1000),
        reason="careless",
    )  # fmt: skip
    a.sync()
    there = fleet.open("there", scope=f"global site:{other.hex()}")
    there.sync()
    a.desk.perform(supplier("S3")[1])
    a.sync()
    assert there.sync().received == 1
    assert there.value("SELECT count(*) FROM purchase_line") == 0


def test_the_parts_of_a_pending_record_stay_with_it(fleet):
    """A pull that touches the head of a pending aggregate does its parts again, too."""
    a, b = pair(fleet)
    made = shared_supplier(a, b)
    a.desk.perform(patch("supplier", a.row("supplier", made), phone="1"))
    a.sync()
    template, item = new_id(), new_id()

    def work() -> None:
        b.desk.perform(
            create("inspection_template", template, code="N", name="新", version=1, kind="room_round", cycle="daily", status="draft"),
            patch("supplier", b.row("supplier", made), email="b@x"),
        )  # fmt: skip
        rows = b.row("supplier", made), b.row("inspection_template", template)
        changed = (PatchRow(rows[0]["id"], {"name": (rows[0]["name"], "二")}),)
        b.desk.perform(Patch("supplier", changed), patch("inspection_template", rows[1], name="改"))
        b.desk.perform(
            create(
                "inspection_item", item, code="N-1", template_id=template, seq=1, section="环境", name="温度", value_type="number",
                unit="℃", required=1, photo_required=0, on_fail="record",
            )
        )  # fmt: skip

    b.way.before["pull"] = work
    assert b.sync().redone >= 2
    assert b.row("inspection_item", item)["template_id"] == template
    assert (b.row("supplier", made)["phone"], b.row("supplier", made)["name"]) == ("1", "二")
    sync_all(b, a)
    judge(fleet)


@pytest.mark.parametrize("back", [False, True], ids=["leaves", "leaves and comes back"])
def test_a_row_that_leaves_between_two_pages(fleet, monkeypatch, back):
    """It came on the first page; the marker on the second is younger, and the row after that younger still."""
    a, _b = pair(fleet)
    furnish_away(a.desk)
    a.sync()
    here = fleet.open("here", HERE_ALONE)
    here.sync()
    machine = MACHINES[0]
    a.desk.perform(patch("equipment", a.row("equipment", machine), name="新"))
    for number in range(4):
        a.desk.perform(supplier(f"S{number}")[1])
    a.sync()
    monkeypatch.setattr(pull, "Pull", lambda proof, cursors, _limit, *more: Pull(proof, cursors, 2, *more))

    def move() -> None:
        a.desk.perform(patch("equipment", a.row("equipment", machine), site_id=AWAY, location_id=YARD))
        if back:
            a.desk.perform(patch("equipment", a.row("equipment", machine), site_id=SITE, location_id=BIN))
        a.sync()

    here.way.before["pull"] = lambda: here.way.before.update(pull=move)
    here.sync()
    assert bool(here.row("equipment", machine)) == back
    assert differing_tables(here.profile, here.way) == []
    sync_all(*fleet)
    judge(fleet)
