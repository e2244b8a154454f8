"""The faults of sync.md, section 7, that are about two people and one record: each is played on the real client and hub."""

from fleet import BIN, MACHINES, PART, SITE, Laptop, furnish_away, supplier
from judge import judge
from msgspec.structs import replace

from app import conflicts
from app import ops as operations
from app.generic import Merge, Patch, PatchRow, Retire, create, patch
from app.inventory.ops import MoveStock
from db.ids import new_id


def pair(fleet) -> tuple[Laptop, Laptop]:
    return fleet.laptops["a"], fleet.laptops["b"]


def sync_all(*laptops: Laptop) -> None:
    for laptop in (*laptops, *laptops):
        laptop.sync()


def shared(first: Laptop, *others: Laptop) -> bytes:
    made, op = supplier("S1")
    first.desk.perform(op)
    sync_all(first, *others)
    return made


def cases(laptop: Laptop) -> list:
    with laptop.profile.store.read() as read:
        actor = laptop.desk.actor
        found = [
            conflicts.case(read, actor, line.id, "Asia/Shanghai") for line in conflicts.lines(read, actor)
        ]
    return [case for case in found if case]


def a_part(laptop: Laptop, number: str) -> bytes:
    made = new_id()
    laptop.desk.perform(
        create("part", made, part_no=number, name=f"滤芯 {number}", unit="个", kind="spare", serialised=0, batch_tracked=0, status="active")
    )  # fmt: skip
    return made


def received(laptop: Laptop, part: bytes, quantity: int) -> None:
    laptop.desk.perform(
        MoveStock(
            number=laptop.desk.number("M"), type="receipt", part=part, site=SITE, bin=BIN, qty=quantity * 1000,
            happened_at=laptop.desk.now(), reason="到货", unit_price=100,
        )
    )  # fmt: skip


def on_hand(laptop: Laptop, part: bytes) -> int:
    return int(laptop.value("SELECT coalesce(sum(on_hand), 0) FROM stock_level WHERE part_id = ?", part) or 0)


def test_fault_24_an_edit_of_a_deleted_record_is_kept_and_one_decision_brings_both_back(fleet):
    a, b = pair(fleet)
    made = shared(a, b)
    a.desk.perform(Retire("supplier", (made,)))
    b.desk.perform(patch("supplier", b.row("supplier", made), phone="0571"))
    sync_all(a, b)
    assert all(one.row("supplier", made)["deleted"] for one in (a, b))
    (case,) = cases(a)
    assert case.gone
    assert case.mine.texts == ("0571",)
    conflicts.settle(a.desk, case, "mine")
    sync_all(a, b)
    for one in (a, b):
        row = one.row("supplier", made)
        assert (row["deleted"], row["phone"]) == (0, "0571")
    judge(fleet)


def test_fault_25_a_deletion_of_a_record_edited_meanwhile_is_asked_about(fleet):
    a, b = pair(fleet)
    made = shared(a, b)
    a.desk.perform(patch("supplier", a.row("supplier", made), phone="0571"))
    b.desk.perform(Retire("supplier", (made,)))
    sync_all(a, b)
    for one in (a, b):
        assert not one.row("supplier", made)["deleted"]
        (case,) = cases(one)
        assert case.theirs.texts == ("Stays; changed: Phone",)
        assert case.mine.texts == ("Deleted",)
    judge(fleet)
    conflicts.settle(b.desk, cases(b)[0], "mine")
    sync_all(a, b)
    assert a.row("supplier", made)["deleted"] == 1
    assert not cases(a)
    judge(fleet)


def test_fault_25_the_record_stays_where_the_deletion_is_given_up(fleet):
    a, b = pair(fleet)
    made = shared(a, b)
    a.desk.perform(patch("supplier", a.row("supplier", made), phone="0571"))
    b.desk.perform(Retire("supplier", (made,)))
    sync_all(a, b)
    done = conflicts.settle(a.desk, cases(a)[0], "theirs")
    sync_all(a, b)
    assert not b.row("supplier", made)["deleted"]
    assert not cases(b)
    a.desk.profile.store.undo(a.desk.actor, done.action_id)
    sync_all(a, b)
    assert len(cases(b)) == 1
    judge(fleet)


def test_fault_26_two_deletions_are_one(fleet):
    a, b = pair(fleet)
    made = shared(a, b)
    for one in (a, b):
        one.desk.perform(Retire("supplier", (made,)))
    sync_all(a, b)
    assert a.row("supplier", made)["deleted"] == 1
    assert a.value("SELECT count(*) FROM audit WHERE row_id = ? AND verb = 'retire'", made) == 1
    assert not cases(a)
    judge(fleet)


def test_fault_29_two_parts_of_one_number_become_one_and_their_movements_follow(fleet):
    a, b = pair(fleet)
    mine, theirs = a_part(a, "FX-1"), a_part(b, "FX-1")
    received(a, mine, 3)
    received(b, theirs, 5)
    sync_all(a, b)
    assert {a.row("part", one)["part_no"] for one in (mine, theirs)} == {"FX-1"}, (
        "a business key refused a record"
    )
    a.desk.perform(Merge("part", theirs, mine))
    sync_all(a, b)
    for one in (a, b):
        assert (on_hand(one, mine), on_hand(one, theirs)) == (8000, 0)
        assert one.row("part", theirs)["deleted"] == 1
    judge(fleet)


def test_fault_30_what_a_third_laptop_still_names_is_done_to_the_kept_one(fleet):
    a, b = pair(fleet)
    c = fleet.open("c")
    kept, old = a_part(a, "FX-1"), a_part(a, "FX-2")
    sync_all(a, b, c)
    received(c, old, 4)
    c.desk.perform(patch("part", c.row("part", old), spec="G4"))
    c.desk.perform(patch("part", c.row("part", old), name="板式滤芯"))
    a.desk.perform(Merge("part", old, kept))
    a.sync()
    sync_all(c, b, a)
    for one in (a, b, c):
        assert (on_hand(one, kept), on_hand(one, old)) == (4000, 0)
        assert one.row("part", kept)["spec"] == "G4", "the field that nobody else changed is merged"
        assert one.row("part", kept)["name"] == "滤芯 FX-1"
        assert [case.mine.texts for case in cases(one)] == [("板式滤芯",)], (
            "the name differs: a person decides"
        )
    judge(fleet)


def test_fault_30_what_waits_here_is_turned_before_it_is_sent(fleet):
    a, b = pair(fleet)
    kept, old = a_part(a, "FX-1"), a_part(a, "FX-2")
    sync_all(a, b)
    a.desk.perform(Merge("part", old, kept))
    a.sync()
    b.way.before["pull"] = lambda: received(b, old, 4)
    b.sync()
    assert (on_hand(b, kept), on_hand(b, old)) == (4000, 0)
    sync_all(b, a)
    judge(fleet)


def test_fault_30_a_deletion_of_the_one_that_was_given_up_deletes_nothing_else(fleet):
    a, b = pair(fleet)
    kept, old = a_part(a, "FX-1"), a_part(a, "FX-2")
    sync_all(a, b)
    a.desk.perform(Merge("part", old, kept))
    b.desk.perform(Retire("part", (old,)))
    sync_all(a, b)
    assert not b.row("part", kept)["deleted"]
    judge(fleet)


def test_fault_30_two_merge_one_record_with_different_ones(fleet):
    a, b = pair(fleet)
    first, second, old = (a_part(a, f"FX-{n}") for n in range(3))
    sync_all(a, b)
    a.desk.perform(Merge("part", old, first))
    b.desk.perform(Merge("part", old, second))
    sync_all(a, b)
    (case,) = cases(b)
    assert case.mine.texts == ("FX-1 滤芯 FX-1",)
    assert case.theirs.texts == ("FX-0 滤芯 FX-0",)
    judge(fleet)
    conflicts.settle(b.desk, case, "theirs")
    sync_all(a, b)
    assert not cases(a)
    assert not a.row("part", second)["deleted"]
    judge(fleet)


def test_fault_58_two_moves_that_close_a_ring(fleet):
    a, b = pair(fleet)
    furnish_away(a.desk)
    sync_all(a, b)
    one, two, _three = MACHINES
    for laptop, below, above in ((a, one, two), (b, two, one)):
        laptop.desk.perform(Patch("equipment", (PatchRow(below, {"parent_id": (None, above)}),)))
    sync_all(a, b)
    for laptop in (a, b):
        assert laptop.row("equipment", one)["parent_id"] == two
        assert laptop.row("equipment", two)["parent_id"] is None, "a ring was closed"
        assert len(cases(laptop)) == 1
    judge(fleet)


def test_fault_58_two_moves_of_places_that_close_a_ring(fleet):
    a, b = pair(fleet)
    rooms = [new_id(), new_id()]
    a.desk.perform(
        *(create("location", room, code=f"R{n}", site_id=SITE, name=f"房间 {n}", location_type="room", qr_label=1) for n, room in enumerate(rooms))
    )  # fmt: skip
    sync_all(a, b)
    for laptop, below, above in ((a, *rooms), (b, *reversed(rooms))):
        laptop.desk.perform(Patch("location", (PatchRow(below, {"parent_id": (None, above)}),)))
    sync_all(a, b)
    assert [a.row("location", room)["parent_id"] for room in rooms] == [rooms[1], None]
    judge(fleet)


def test_fault_27_two_issues_of_more_than_there_is_are_both_booked(fleet):
    a, b = pair(fleet)
    a.desk.perform(a.moved("receipt", 3))
    sync_all(a, b)
    for one in (a, b):
        one.desk.perform(one.moved("issue", 2))
    sync_all(a, b)
    for one in (a, b):
        assert on_hand(one, PART) == -1000
        assert one.value("SELECT level FROM alert WHERE rule = 'stock.negative' AND cleared_at IS NULL") == 2
    judge(fleet)


def test_a_second_issue_of_one_serial_number_is_kept_and_flagged(fleet):
    a, b = pair(fleet)
    a.desk.perform(
        replace(a.moved("receipt", 1), serial="SN-1"), replace(a.moved("receipt", 1), serial="SN-2")
    )
    sync_all(a, b)
    for one in (a, b):
        one.desk.perform(replace(one.moved("issue", 1), serial="SN-1"))
    sync_all(a, b)
    for one in (a, b):
        found = one.value("SELECT facts FROM alert WHERE rule = 'stock.serial' AND cleared_at IS NULL")
        assert '"serial":"SN-1"' in found
        assert one.value("SELECT count(*) FROM stock_movement WHERE serial = 'SN-1' AND type = 'issue'") == 2
    judge(fleet)
    wrong = b.value(
        "SELECT id FROM stock_movement WHERE serial = 'SN-1' AND type = 'issue' ORDER BY id DESC LIMIT 1"
    )
    b.desk.perform(replace(b.moved("return", 1), serial="SN-1", reversal_of=wrong))
    sync_all(a, b)
    for one in (a, b):
        assert one.value("SELECT count(*) FROM alert WHERE rule = 'stock.serial' AND cleared_at IS NULL") == 0
    judge(fleet)


def test_fault_57_a_part_whose_head_was_refused_is_kept_and_let_in_when_the_head_comes(fleet):
    a, b = pair(fleet)
    template, item = new_id(), new_id()
    part = create(
        "inspection_item", item, code="X-1", template_id=template, seq=1, section="环境", name="温度", value_type="number", unit="℃",
        required=1, photo_required=0, on_fail="record",
    )  # fmt: skip
    head = create(
        "inspection_template",
        template,
        code="X",
        name="新",
        version=1,
        kind="room_round",
        cycle="daily",
        status="draft",
    )
    a.desk.perform(head, part)
    _lose_first(a)
    a.sync()
    assert b.sync().received == 0 or not b.row("inspection_item", item)
    assert a.value("SELECT count(*) FROM op WHERE outcome = 'quarantined'") == 1, (
        "the part waits, it is not lost"
    )
    b.desk.perform(head)
    sync_all(b, a, b)
    for one in (a, b):
        assert one.row("inspection_item", item)["name"] == "温度"
    with one.profile.store.read() as read:
        assert read.value("SELECT count(*) FROM inspection_template WHERE id = ?", template) == 1


def _lose_first(laptop: Laptop) -> None:
    """The body of the head's op was spoilt on the disk: the hub will reject it."""
    with laptop.profile.store.local("op") as connection:
        rows = connection.execute(
            "SELECT n, op_id, body, kind, chain_id FROM op WHERE acked = 0 ORDER BY n"
        ).fetchall()
        link = connection.execute(
            "SELECT hash FROM op WHERE chain_id = ? AND acked > 0 ORDER BY seq DESC LIMIT 1", (rows[0][4],)
        ).fetchone()[0]
        for number, (n, op_id, body, _kind, _chain) in enumerate(rows):
            sent = b'{"kind":"spoilt"}' if number == 0 else body
            link = operations.link(link, op_id, sent)
            connection.execute("UPDATE op SET body = ?, hash = ? WHERE n = ?", (sent, link, n))
