"""Counting by scan: bin, part, quantity; every scan counts; what does not belong is said."""

import pytest

from app.errors import Refused
from app.labels.payload import Kind, encode
from app.stocktake import counting
from app.stocktake.session import Session
from app.words import speaking


@pytest.fixture
def session(shelf):
    count = counting.open_count(shelf.keeper, "bins", bins=[shelf.ids["A01"]], blind=False)[0]
    return Session(shelf.keeper, count)


def test_bin_part_quantity(shelf, session):
    assert session.take(encode(Kind.PT, "HVAC-1")).kind == "refused", "the bin comes first"
    assert session.take(encode(Kind.BN, "S1-WH-A01")).kind == "bin"
    assert [line.part_no for line in session.shown()] == ["HVAC-1", "HVAC-2"]
    assert session.take(encode(Kind.PT, "HVAC-1")).kind == "part"
    assert session.take(encode(Kind.PT, "HVAC-2")).kind == "refused", "the first one is not entered yet"
    assert session.quantity("3") == 3000
    assert session.quantity("S1-WH-A02") is None
    session.enter(3000)
    assert shelf.line(session.count, "HVAC-1").counted == 3000


def test_every_scan_adds_one_in_the_mode_for_it(shelf, session):
    session.each = True
    session.take(encode(Kind.BN, "S1-WH-A01"))
    for _n in range(5):
        assert session.take(encode(Kind.PT, "HVAC-1")).kind == "one"
        session.add_one(session.hand.key)
    assert shelf.line(session.count, "HVAC-1").counted == 5000
    assert session.counted_of(shelf.key("HVAC-1")) == 5000


def test_foreign_bins_unknown_codes_and_machines_are_told(shelf, session):
    with speaking("en"):
        assert "not part of this stocktake" in session.take(encode(Kind.BN, "S1-WH-A02")).sentence
    assert session.take("XYZ-999").kind == "refused"
    session.take(encode(Kind.BN, "S1-WH-A01"))
    shelf.part("NEW-1")
    assert session.take("NEW-1").kind == "part"
    session.enter(1000)
    assert shelf.line(session.count, "NEW-1").state == "unexpected"


def test_a_blind_count_lists_nothing_that_was_not_counted(shelf):
    count = counting.open_count(shelf.keeper, "full", blind=True)[0]
    session = Session(shelf.keeper, count)
    session.take(encode(Kind.BN, "S1-WH-A01"))
    assert session.shown() == []
    session.take("HVAC-1")
    session.enter(4000)
    session.reload()
    assert [line.part_no for line in session.shown()] == ["HVAC-1"]


def test_a_line_that_was_counted_asks_until_somebody_chooses(shelf, session):
    session.take("S1-WH-A01")
    session.take("HVAC-1")
    session.enter(4000)
    session.drop()
    session.reload()
    session.take("HVAC-1")
    with pytest.raises(Refused):
        session.enter(1000)
    session.how = "add"
    session.enter(1000)
    assert shelf.line(session.count, "HVAC-1").counted == 5000
    session.reload()
    session.nothing_left()
    assert shelf.line(session.count, "HVAC-2").counted == 0
