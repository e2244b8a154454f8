"""The issue form and the return form by real widgets: scans, search, signature, what is refused, the printed slip."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from app.access import Actor, Permission
from app.inventory.taking import waiting
from app.labels.actions import quantity_action
from app.labels.payload import Kind, encode
from app.reports.catalogue import make_bytes
from ui.inventory.area import SparesArea
from ui.inventory.slip import SlipPage


@pytest.fixture
def slip(shown, store, tasks) -> SlipPage:
    return shown(SlipPage(store, tasks))


@pytest.fixture
def printed(slip) -> list:
    asked: list = []
    slip.report_requested.connect(lambda name, told: asked.append((name, told)))
    return asked


def badge(store) -> str:
    with store.read() as read:
        return encode(
            Kind.ST, read.value("SELECT staff_no FROM staff WHERE status = 'active' ORDER BY n LIMIT 1")
        )


def test_a_slip_is_scanned_and_booked_without_a_mouse(*, slip, qtbot, printed, settled, figures, store):
    slip.on_scan(encode(Kind.PT, "HVAC-015"))
    slip.on_scan(encode(Kind.PT, "SRV-012"))
    slip.on_scan(encode(Kind.PT, "SRV-012"))
    slip.on_scan(encode(Kind.WO, "WO-T01-0900"))
    slip.on_scan(badge(store))
    assert [line.qty.text() for line in slip.lines.lines] == ["1", "2"]
    assert slip._how() == "By badge"
    before = figures("SRV-012")[0]
    qtbot.keyClick(slip.search, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    settled()
    assert figures("SRV-012")[0] == before - 2000
    ((name, told),) = printed
    assert name == "issue-slip"
    assert make_bytes(store, name, told).startswith(b"%PDF")
    assert not slip.lines.lines
    assert slip.form.values()["taken_by"] is None
    with store.read() as read:
        rows = read.rows(
            "SELECT DISTINCT slip_no, taken_how FROM stock_movement WHERE slip_no = ?", told["slip"]
        )
    assert rows == [(told["slip"], "badge")]


def test_parts_are_found_by_typing_and_bins_by_scan(slip, qtbot):
    slip.search.setText("srv-012")
    qtbot.keyClick(slip.search, Qt.Key.Key_Return)
    (line,) = slip.lines.lines
    assert line.part.part_no == "SRV-012"
    assert slip.search.text() == ""
    slip.on_scan(encode(Kind.BN, "DC1-WH-A03"))
    assert line.bin.text().startswith("DC1-WH-A03")
    slip.on_scan(quantity_action(5).digits)
    assert line.qty.text() == "5"
    qtbot.keyClick(line.qty, Qt.Key.Key_Return)
    assert slip.search.hasFocus()
    slip.on_scan("NOBODY-KNOWS")
    assert "not a code of this system" in slip.note.text()
    line.off.click()
    assert not slip.lines.lines
    assert not slip.save.isEnabled()


def test_the_receiver_signs_on_the_pad(*, slip, printed, settled, store):
    slip.on_scan(encode(Kind.PT, "SRV-012"))
    slip.on_scan(badge(store))
    slip.form.set_values({"reason": "night"})
    dialog = slip.open_pad()
    assert not dialog.take.isEnabled()
    QTest.mousePress(dialog.pad, Qt.MouseButton.LeftButton, pos=QPoint(40, 40))
    for step in range(12):
        QTest.mouseMove(dialog.pad, QPoint(40 + step * 9, 40 + step * 4))
    QTest.mouseRelease(dialog.pad, Qt.MouseButton.LeftButton, pos=QPoint(160, 90))
    dialog.on_take()
    assert slip._signed.isVisible()
    slip.on_save()
    settled()
    with store.read() as read:
        assert (
            read.value("SELECT taken_how FROM stock_movement WHERE slip_no = ?", printed[0][1]["slip"])
            == "signature"
        )
        assert read.value("SELECT count(*) FROM attachment WHERE kind = 'signature'") == 1


def test_what_a_rule_objects_to_stands_at_its_line(*, slip, settled, figures, store):
    slip.on_scan(encode(Kind.PT, "SRV-012"))
    slip.on_save()
    assert slip.form.boxes["taken_by"].editor.property("state") == "error"
    slip.on_scan(badge(store))
    slip.lines.lines[0].qty.set_value(900_000)
    slip.on_save()
    settled()
    assert "what it is for" in slip.note.text()
    slip.form.set_values({"reason": "flood"})
    slip.on_save()
    settled()
    assert "on hand in this bin" in slip.lines.lines[0].note.text()
    assert slip.save.text().strip() == "Book anyway"
    before = figures("SRV-012")[0]
    slip.on_save()
    settled()
    assert figures("SRV-012")[0] == before - 900_000


def test_a_technician_takes_several_parts_and_it_waits(*, shown, store, tasks, settled):
    actor = Actor(None, "technician", frozenset({Permission.TAKE_PARTS, Permission.SEE_STOCK}))
    night = replace(store, actor=actor)
    page = shown(SlipPage(night, tasks))
    page.on_scan(encode(Kind.PT, "SRV-012"))
    page.on_scan(encode(Kind.PT, "HVAC-009"))
    page.on_scan(encode(Kind.WO, "WO-T01-0900"))
    page.on_save()
    settled()
    with store.read() as read:
        assert [row.part_no for row in waiting(read, None)] == ["SRV-012", "HVAC-009"]


def test_who_brings_parts_back_stands_on_the_slip_at_once(shown, store, tasks):
    with store.read() as read:
        staff = read.value("SELECT id FROM staff WHERE status = 'active' ORDER BY n LIMIT 1")
    page = shown(SlipPage(replace(store, actor=replace(store.actor, staff_id=staff)), tasks, "return"))
    assert page.form.values()["taken_by"] == staff
    assert not page.save.isEnabled()


def test_the_store_leads_to_both_slips_and_scans_go_there(shown, store, tasks, settled):
    area = shown(SparesArea(store, tasks))
    settled()
    area.open("return")
    page = area.current()
    assert page.title == "Return slip"
    assert area.on_scan(encode(Kind.PT, "SRV-012"))
    assert len(page.lines.lines) == 1
    page.form.set_values({"reason": "left over"})
    page.on_save()
    settled()
    with store.read() as read:
        assert read.value("SELECT count(*) FROM stock_movement WHERE slip_no LIKE 'RS-%'") == 1
    page.back_wanted.emit()
    assert area.current() is area.spares
