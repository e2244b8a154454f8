"""Purchasing by keyboard and scanner: drafts from the proposal, the moves of an order, the receiving desk."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton

from app import words
from app.access import Permission
from app.inventory.booking import receive_part
from app.labels.payload import Kind, encode
from app.purchasing import orders
from app.purchasing.lists import order_ids
from app.sample import sample_id
from ui.inventory.area import SparesArea
from ui.inventory.proposal import ProposalPage
from ui.kit import theme
from ui.kit.dialogs import FormDialog
from ui.purchasing import dialogs
from ui.purchasing.page import PurchasingPage
from ui.purchasing.receive import ReceivingDesk


def foot(page: PurchasingPage) -> list[str]:
    """The words on the buttons at the foot of the inspector."""
    return [b.text().strip() for b in page.inspector._foot.findChildren(QPushButton)]


def press(page: PurchasingPage, words_: str) -> None:
    next(b for b in page.inspector._foot.findChildren(QPushButton) if b.text().strip() == words_).click()


@pytest.fixture
def page(office) -> PurchasingPage:
    made = office.show(PurchasingPage(office.keeper, office.tasks))
    office.settle()
    made.open_target(office.placed)
    return made


def test_drafts_come_from_the_proposal_by_keyboard(office, qtbot):
    proposal = office.show(ProposalPage(office.keeper, office.tasks))
    office.settle()
    asked, said = [], []
    proposal.page_wanted.connect(asked.append)
    proposal.said.connect(lambda text, done: said.append((text, done)))
    proposal.new()
    office.settle()
    dialog = proposal.dialog
    assert all(row.tick.isChecked() for row in dialog.rows)
    first = dialog.rows[0]
    qtbot.keyClicks(first.entry, "70")
    assert dialog.chosen()[0][1] == 70_000
    dialog.rows[1].tick.setChecked(False)
    last = dialog.rows[2]
    last.entry.clear()
    dialog.on_save()
    assert last.offer.row.part_no in dialog.note.text()
    qtbot.keyClicks(last.entry, "30")
    qtbot.keyClick(last.entry, Qt.Key.Key_Return)
    office.settle()
    assert asked == ["purchasing"]
    with office.keeper.read() as read:
        drafts = order_ids(read, office.keeper.site.id, office.keeper.today(), filters={"state": "draft"})
    assert str(len(drafts)) in said[0][0]
    proposal.new()
    office.settle()
    assert "in drafts already" in str(
        [label.text() for label in proposal.dialog.findChildren(type(proposal._facts))]
    )
    assert sum(row.tick.isChecked() for row in proposal.dialog.rows) == 1
    proposal.dialog.reject()


def test_the_buttons_are_those_of_the_machine(page, office):
    assert foot(page) == ["Receive"]
    order, _done = orders.new_order(office.keeper, sample_id("supplier", "SUP-04"))
    orders.add_line(office.keeper, order, sample_id("part", "HVAC-003"), 1000)
    page.open_target(order)
    assert foot(page) == ["Submit"]
    press(page, "Submit")
    office.settle()
    assert foot(page) == []
    other = office.show(PurchasingPage(office.boss, office.tasks))
    office.settle()
    other.open_target(order)
    assert foot(other) == ["Approve", "Return"]
    press(other, "Approve")
    office.settle()
    assert foot(other) == ["Place order"]


def test_the_place_of_order_asks_for_both_days(page, office, monkeypatch):
    order, _done = orders.new_order(office.keeper, sample_id("supplier", "SUP-04"))
    orders.add_line(office.keeper, order, sample_id("part", "HVAC-003"), 1000)
    orders.take_step(office.keeper, order, "submitted")
    orders.take_step(office.boss, order, "approved")
    page.open_target(order)
    asked = {}

    def answer(dialog):
        asked.update(dialog.form.values())
        dialog.form.set_values({"due_on": "2026-11-01"})
        dialog.on_save()
        assert not dialog.result()
        dialog.form.set_values({"due_on": "2026-12-24"})
        dialog.on_save()
        return dialog.result()

    monkeypatch.setattr(FormDialog, "exec", answer)
    press(page, "Place order")
    office.settle()
    assert asked["ordered_on"] == office.keeper.today()
    assert asked["due_on"] > office.keeper.today()
    assert (office.card(order).row["due_on"], office.card(order).order.status) == ("2026-12-24", "ordered")


def test_a_delivery_of_two_parts_with_the_scanner_alone(office, qtbot):
    desk = office.show(ReceivingDesk(office.keeper, office.tasks), 1366, 768)
    desk.on_scan(office.card().order.code)
    assert desk.band.result.word == office.card().order.code
    desk.on_scan(encode(Kind.PT, "HVAC-003"))
    assert desk.band.result.quantity == "+4"
    qtbot.keyClicks(desk.entry, "3")
    qtbot.keyClick(desk.entry, Qt.Key.Key_Return)
    assert desk.band.result.quantity == "+3"
    qtbot.keyClick(desk.entry, Qt.Key.Key_Return)
    office.settle()
    assert (desk.band.result.level, desk.band.result.left) == ("ok", "1 根")
    desk.on_scan("HVAC-001")
    qtbot.keyClick(desk.entry, Qt.Key.Key_Return)
    office.settle()
    assert office.card().order.status == "part_received"
    desk.on_scan("HVAC-003")
    qtbot.keyClick(desk.entry, Qt.Key.Key_Return)
    office.settle()
    assert office.card().order.status == "received"
    qtbot.keyClick(desk.entry, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    office.settle()
    assert (office.card().order.status, desk.band.result.icon) == ("part_received", "undo-2")


def test_too_many_asks_and_takes_the_reason(office, qtbot):
    desk = office.show(ReceivingDesk(office.keeper, office.tasks, office.placed), 1366, 768)
    desk.on_scan("HVAC-001")
    for text in ("5", ""):
        qtbot.keyClicks(desk.entry, text)
        qtbot.keyClick(desk.entry, Qt.Key.Key_Return)
    office.settle()
    assert desk.band.result.level == "warn"
    assert office.card().receipts == []
    qtbot.keyClicks(desk.entry, "sent by mistake")
    qtbot.keyClick(desk.entry, Qt.Key.Key_Return)
    office.settle()
    assert "3" in desk.band.result.warning
    with office.keeper.read() as read:
        assert read.value("SELECT count(*) FROM op WHERE instr(CAST(body AS TEXT), 'sent by mistake')") == 1


def test_bad_scans_and_escape(office, qtbot):
    desk = office.show(ReceivingDesk(office.keeper, office.tasks, office.placed), 1366, 768)
    left = []
    desk.left.connect(lambda: left.append(1))
    for code in ("nothing", "DC1-CRA-001", "NET-001"):
        desk.on_scan(code)
        assert desk.band.result.level == "danger"
    desk.on_scan("HVAC-001")
    qtbot.keyClick(desk, Qt.Key.Key_Escape)
    assert not left
    qtbot.keyClick(desk, Qt.Key.Key_Escape)
    assert left
    desk.table.opened.emit(office.card().lines[0].n)
    assert desk.receiving.line is not None


def test_what_another_laptop_received_shows_at_once(office):
    desk = office.show(ReceivingDesk(office.keeper, office.tasks, office.placed), 1366, 768)
    line = office.card().lines[0]
    done = receive_part(office.keeper, line.part_id, None, 1000, purchase_line=line.id)
    desk.refresh(set(done.topics))
    assert desk.receiving.card.lines[0].received == 1000


def test_a_return_to_the_supplier(page, office, monkeypatch):
    line = next(line for line in office.card().lines if line.part_no == "HVAC-003")
    receive_part(office.keeper, line.part_id, None, 4000, purchase_line=line.id)
    page.refresh({"stock"})
    office.settle()
    page.open_target(office.placed)
    page.lines.select([line.n])
    monkeypatch.setattr(dialogs, "ask_return", lambda *_a: {"qty": 1000, "bin_id": None, "reason": "cracked"})
    page.work.open_line()
    office.settle()
    assert office.card().lines[-1].received == 3000
    assert "cracked" in office.card().receipts[-1].reason


def test_scans_and_links_lead_here(page, office):
    asked = []
    page.receiving_wanted.connect(asked.append)
    page.report_requested.connect(lambda name, more: asked.append((name, more)))
    assert page.on_scan(office.card().order.code)
    assert page.on_scan("HVAC-003")
    office.settle()
    assert not page.on_scan("DC1-CRA-001")
    press(page, "Receive")
    page.print_page()
    assert asked == [office.placed, ("purchase-order", {"code": office.card().order.code})]


def test_a_reader_gets_no_buttons(office, person):
    reader = person("tech", "technician", "SW-0007")
    assert not reader.may(Permission.BUY)
    page = office.show(PurchasingPage(reader, office.tasks))
    office.settle()
    page.open_target(office.placed)
    assert (foot(page), page._primary) == ([], None)


def test_spares_leads_to_purchasing(office):
    area = office.show(SparesArea(office.keeper, office.tasks))
    office.settle()
    asked = []
    area.page_wanted.connect(asked.append)
    area.open("purchasing")
    assert asked == ["purchasing"]


@pytest.mark.parametrize("code", ["zh_CN", "en"])
@pytest.mark.parametrize("mode", ["light", "dark"])
def test_pages_fit_a_small_window(office, code, mode):
    words.use(code)
    theme.apply(QApplication.instance(), mode)
    page = office.show(PurchasingPage(office.keeper, office.tasks), 627, 332)
    office.settle()
    page.open_target(office.placed)
    assert page.minimumSizeHint().width() <= 627
    desk = office.show(ReceivingDesk(office.keeper, office.tasks, office.placed), 683, 384)
    assert desk.minimumSizeHint().width() <= 683


def test_what_was_received_gets_as_many_labels_as_pieces_came(office):
    desk = office.show(ReceivingDesk(office.keeper, office.tasks, office.placed), 1366, 768)
    assert not desk.labels.isVisible()
    desk.use("HVAC-003")
    desk.on_enter()
    office.settle()
    assert desk.labels.isVisible()
    assert desk._came == {sample_id("part", "HVAC-003"): 4}
    desk.print_labels()
    assert desk.dialog._counts == {sample_id("part", "HVAC-003"): 4}
    desk.dialog.reject()
