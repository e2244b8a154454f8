"""A storekeeper in gloves: a quantity typed or scanned first counts, nothing that is in hand is lost."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from storekeeper import EAN, ORDER, act, part, people, station

from app.access import Permission
from app.inventory.station import Station
from app.labels.actions import digit_action
from app.labels.payload import Kind, encode

__all__ = ["station"]
PURCHASE = "PO-T01-0001"


# the quantity


def test_a_quantity_typed_without_enter_counts_for_the_part_in_hand(station, qtbot, settled, figures):
    before = figures("HVAC-009")[0]
    station.on_scan(ORDER)
    part(station, "HVAC-009")
    qtbot.keyClicks(station.entry, "2")
    part(station, "HVAC-015")
    settled()
    assert figures("HVAC-009")[0] == before - 2000
    assert station.station.part.part_no == "HVAC-015"
    assert station.entry.text() == ""


@pytest.mark.parametrize("enter", [True, False])
def test_a_number_typed_first_is_the_quantity_of_the_next_part(station, qtbot, enter):
    station.on_scan(ORDER)
    station.entry.insert("３")
    if enter:
        qtbot.keyClick(station.entry, Qt.Key.Key_Return)
        assert "× 3" in station.context.action.text.text()
    part(station, "HVAC-015")
    assert station.band.result.quantity == "−3"
    assert not station.queue.failed


def test_half_a_code_that_was_typed_when_a_scan_came_stays_in_sight(station, qtbot):
    qtbot.keyClicks(station.entry, "HVA")
    part(station, "HVAC-015")
    assert [one.text for one in station.queue.failed] == ["HVA"]
    assert station.station.part.part_no == "HVAC-015"


def test_digits_are_scanned_one_after_the_other(station):
    act(station, "RETURN")
    for digit in (3, 7):
        station.on_scan(digit_action(digit).digits)
    assert "× 37" in station.context.action.text.text()
    part(station, "HVAC-015")
    assert station.band.result.quantity == "+37"
    for digit in (1, 0):
        station.on_scan(digit_action(digit).digits)
    assert station.band.result.quantity == "+10"
    act(station, "MORE")
    assert station.band.result.quantity == "+11"
    for _more in range(5):
        station.on_scan(digit_action(9).digits)
    assert station.band.result.level == "danger"


def test_one_more_takes_the_last_part_again(station, settled, figures):
    act(station, "MORE")
    assert station.band.result.level == "danger"
    act(station, "SKIP", "EACH")
    station.on_scan(ORDER)
    part(station, "HVAC-015")
    act(station, "MORE")
    settled()
    assert figures("HVAC-015")[0] == 1000
    assert station.band.result.word.startswith("×2")


# nothing in hand is lost


def test_the_next_action_books_the_part_before_it(station, settled, figures):
    station.on_scan(ORDER)
    part(station, "HVAC-015")
    act(station, "RECEIPT")
    settled()
    assert figures("HVAC-015")[0] == 2000
    assert station.station.action == "receipt"
    assert station.station.part is None


@pytest.mark.parametrize("code", ["RETURN", "CLEAR", "EACH"])
def test_a_part_that_is_not_complete_stays_in_hand(station, code):
    part(station, "HVAC-015")
    act(station, code)
    assert station.station.part.part_no == "HVAC-015"
    assert station.band.result.name == "Temp/RH sensor"
    assert not station.queue.failed


def test_after_some_minutes_the_part_in_hand_is_still_there(station):
    station.on_scan(ORDER)
    part(station, "HVAC-015")
    station.station._used_at -= 6 * 60_000
    station._on_time()
    assert not station.station.contexts
    assert station.station.part.part_no == "HVAC-015"
    assert "cleared" in station.band.result.word
    assert "work order" in station.prompt.text()


def test_binding_puts_the_part_in_hand_into_sight(station, settled):
    station.on_scan(EAN)
    part(station, "HVAC-009")
    act(station, "BIND")
    assert [one.text for one in station.queue.failed] == [EAN, "HVAC-009"]
    part(station, "HVAC-015")
    settled()
    assert [one.text for one in station.queue.failed] == ["HVAC-009"]
    station.on_scan(EAN)
    assert station.station.part.part_no == "HVAC-015"


def test_a_part_that_an_order_does_not_bring_is_said_at_its_scan(station, settled, figures):
    before = figures("HVAC-003")[0]
    act(station, "RECEIPT")
    station.on_scan(encode(Kind.DC, PURCHASE))  # the code in the head of the printed order
    assert station.context.slots[0].text.text() == PURCHASE
    part(station, "HVAC-003")
    assert station.band.result.level == "danger"
    assert station.queue.failed[0].text == "HVAC-003"
    part(station, "PWR-001")
    act(station, "BOOK", "ANYWAY")
    settled()
    assert figures("HVAC-003")[0] == before + 1000
    assert not station.queue.failed
    part(station, "HVAC-003")
    act(station, "CANCEL", "SKIP", "CLEAR")
    part(station, "HVAC-003")
    station.on_scan(PURCHASE)
    assert "does not bring" in station.band.result.name
    assert "purchase" not in station.station.contexts


def test_a_transfer_asks_for_both_bins_and_is_one_line(station, settled):
    act(station, "TRANSFER")
    part(station, "HVAC-015")
    assert "comes from" in station.prompt.text()
    station.on_scan("DC1-WH-A03")
    assert "goes into" in station.prompt.text()
    station.on_scan("DC1-WH-A02")
    assert station.band.result.quantity == "1"
    assert station.context.slots[1].text.text() == "DC1-WH-A03  →  DC1-WH-A02"
    act(station, "BOOK")
    settled()
    settled()
    first, second = station.log.lines[:2]
    assert first.what == "A03 → A02"
    assert second.part != first.part


def test_a_person_alone_may_be_issued_to(station, settled, store):
    (person, _other) = people(store)
    station.on_scan(encode(Kind.ST, person))
    part(station, "HVAC-015")
    assert "order" in station.prompt.text()
    act(station, "BOOK")
    settled()
    with store.read() as read:
        assert read.row(
            "SELECT t.staff_no, m.reason FROM stock_movement m JOIN staff t ON t.id = m.taken_by_id ORDER BY m.n DESC LIMIT 1"
        ) == (person, "Issued to a person")


def test_a_technician_alone_names_an_order_or_a_machine(store):
    actor = replace(store.actor, permissions=store.actor.permissions - {Permission.MOVE_STOCK})
    station = Station(replace(store, actor=actor))
    station.take(encode(Kind.ST, people(store)[0]))
    station.take("HVAC-015")
    assert station.wanted() == "purpose"


def test_a_badge_after_a_booking_is_another_person(station, settled, store):
    first, second = people(store)
    station.on_scan(ORDER)
    station.on_scan(encode(Kind.ST, first))  # still the same errand: order, person, parts
    part(station, "HVAC-015")
    act(station, "BOOK")
    settled()
    assert set(station.station.contexts) == {"purpose", "taken_by"}
    station.on_scan(encode(Kind.ST, second))
    assert set(station.station.contexts) == {"taken_by"}
    assert "Another person" in station.band.result.word
    act(station, "CLEAR")
    station.on_scan(ORDER)
    part(station, "HVAC-015")
    act(station, "BOOK")
    settled()
    station.on_scan(encode(Kind.ST, first))
    assert set(station.station.contexts) == {"taken_by"}
