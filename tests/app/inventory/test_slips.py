"""Slips of many lines: numbers, who was there, the signature on paper, and at which line a rule objects."""

import hashlib
from io import BytesIO

import PIL.Image
import PIL.ImageDraw
import pytest

from app.contents import bytes_of
from app.errors import AppError
from app.generic import create
from app.health import check
from app.inventory.corrections import correct_booking
from app.inventory.ledger import last_movements
from app.inventory.slips import LinesRefused, Receiver, Slip, Taken, book_slip, read_signature, signature_of
from app.reports.catalogue import make_bytes
from db.ids import new_id


def drawing() -> bytes:
    made = PIL.Image.new("L", (300, 120), 255)
    PIL.ImageDraw.Draw(made).line([(10, 100), (80, 20), (200, 90), (290, 30)], fill=0, width=4)
    stream = BytesIO()
    made.save(stream, "PNG")
    return stream.getvalue()


@pytest.fixture
def person(shop) -> bytes:
    made = new_id()
    site = shop.desk.site.id
    shop.desk.perform(
        create(
            "staff",
            made,
            staff_no="E-1",
            name="王师傅",
            site_id=site,
            role_code="technician",
            status="active",
        )
    )
    return made


def test_many_lines_are_one_slip_and_one_undo(shop, person):
    shop.part("P", 5)
    shop.part("Q", 5)
    lines = [Taken(shop.ids["P"], None, 2000), Taken(shop.ids["Q"], None, 1000)]
    signature = read_signature(drawing())
    who = Receiver(person, signature=signature)
    done, number = book_slip(shop.desk, Slip(lines, work_order=shop.ids["WO"], receiver=who))
    with shop.desk.read() as read:
        rows = read.rows("SELECT slip_no, taken_how, taken_by_id FROM stock_movement WHERE type = 'issue'")
        assert rows == [(number, "signature", person)] * 2
        assert signature_of(shop.desk, read, number) == drawing()
        (kind, sha256, owner, size) = read.row("SELECT kind, sha256, owner_id, size FROM attachment")
    assert (kind, sha256, owner) == ("signature", hashlib.sha256(drawing()).digest(), done.op_ids[0])
    assert bytes_of(shop.desk.profile, sha256) == drawing()
    assert size == len(drawing())
    shop.desk.undo(done.action_id)
    assert shop.stock("P")[0] == shop.stock("Q")[0] == 5000
    assert check(shop.desk.profile) == []


def test_parts_come_back_on_a_slip_of_their_own(shop, person):
    shop.part("P", 5)
    slip = Slip(
        [Taken(shop.ids["P"], None, 1000)], "return", receiver=Receiver(person, "badge"), reason="left over"
    )
    _done, number = book_slip(shop.desk, slip)
    assert number.startswith("RS-")
    assert shop.stock("P")[0] == 6000
    assert make_bytes(shop.desk, "issue-slip", {"slip": number}).startswith(b"%PDF")


def test_the_line_that_a_rule_objects_to_is_named(shop):
    shop.part("P", 5)
    shop.part("Q", 1)
    shop.part("R", 1)
    lines = [Taken(shop.ids[code], None, 3000) for code in ("P", "Q", "R")]
    with pytest.raises(LinesRefused) as found:
        book_slip(shop.desk, Slip(lines, work_order=shop.ids["WO"]))
    assert sorted(found.value.by_line) == [1, 2]
    assert found.value.may_override
    assert shop.stock("P")[0] == 5000
    book_slip(shop.desk, Slip(lines, work_order=shop.ids["WO"]), anyway="checked")
    assert shop.stock("Q")[0] == -2000
    with pytest.raises(LinesRefused) as found:
        book_slip(shop.desk, Slip([Taken(shop.ids["P"], None, 0)], reason="x"), anyway="x")
    assert not found.value.may_override
    with pytest.raises(AppError):
        book_slip(shop.desk, Slip([], reason="x"))


def test_two_lines_that_only_together_take_too_much_are_said_too(shop):
    shop.part("P", 5)
    lines = [Taken(shop.ids["P"], None, 3000)] * 2
    with pytest.raises(AppError, match="2"):
        book_slip(shop.desk, Slip(lines, reason="x"))
    assert shop.stock("P")[0] == 5000


def test_a_corrected_line_stays_on_its_slip(shop, person):
    shop.part("P", 5)
    slip = Slip([Taken(shop.ids["P"], None, 2000)], reason="x", receiver=Receiver(person))
    done, number = book_slip(shop.desk, slip)
    correct_booking(shop.desk, done.op_ids[0], qty=1000)
    with shop.desk.read() as read:
        standing = [
            row for row in last_movements(read, None) if row.state == "booked" and row.type == "issue"
        ]
    assert [(row.qty, row.slip) for row in standing] == [(-1000, number)]
