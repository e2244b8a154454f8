"""A purchasing clerk's day in the whole window: proposal, two suppliers (one paid in euro), approval, paper, deliveries, the rest
cancelled, broken pieces sent back, and what the record says of both. In both languages."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from app.labels.payload import Kind
from app.purchasing.lists import OrderCard, order_card
from app.purchasing.suppliers import supplier_card
from app.sample import sample_id
from app.words import _
from ui.kit.dialogs import Dialog, FormDialog
from ui.purchasing.draft import DraftDialog
from ui.purchasing.receive import ReceivingDesk
from ui.reports import PreviewDialog
from ui.story import Story

Key = Qt.Key
EURO, HOME, BELT = (
    sample_id("supplier", "SUP-01"),
    sample_id("supplier", "SUP-04"),
    sample_id("part", "HVAC-003"),
)


#: Dialogs that are worked in by hand.
_HANDLED = (DraftDialog, PreviewDialog)


class Clerk:
    """Hands at the window; what dialogs ask is answered by those who were told so before."""

    def __init__(self, story: Story) -> None:
        self.story, self.said, self.unasked = story, list[str](), list[str]()
        self._answers: list[dict[str, Any]] = []
        self._timer = QTimer(interval=5)
        self._timer.timeout.connect(self._answer)
        self._timer.start()

    def stop(self) -> None:
        """No dialog was left without its answer, and no answer without its dialog."""
        self._timer.stop()
        assert not self._answers
        assert not self.unasked

    def will_answer(self, **typed: Any) -> None:
        """The next dialog is filled in so and confirmed; one that only says something is read."""
        self._answers.append(typed)

    def _answer(self) -> None:
        dialog = QApplication.activeModalWidget()
        if not isinstance(dialog, Dialog) or isinstance(dialog, _HANDLED) or not dialog.isVisible():
            return
        typed = self._answers.pop(0) if self._answers else None
        if typed is None:
            self.unasked.append(words_in(dialog))
            dialog.reject()
        elif isinstance(dialog, FormDialog):
            dialog.form.set_values(dialog.form.values() | typed)
            QTest.mouseClick(dialog.save, Qt.MouseButton.LeftButton)
        else:
            self.said.append(words_in(dialog))
            dialog.reject()

    def click(self, page: Any, words: str) -> None:
        """The button of the page or its inspector with these words."""
        self.story.settle()
        shown = [b for b in page.findChildren(QPushButton) if b.isVisible()]
        found = next(
            b
            for b in [*filter(lambda b: not b.text(), shown), *shown]
            if words in (b.text().strip(), b.toolTip())
        )
        QTest.mouseClick(found, Qt.MouseButton.LeftButton)
        self.story.settle()
        assert not self.unasked

    def order(self, code: str) -> OrderCard:
        """An order as the books have it."""
        with self.story.program.desk.read() as read:
            found = order_card(
                read, read.value("SELECT id FROM purchase_order WHERE code = ?", code), "2026-11-22"
            )
        assert found
        return found

    def show(self, code: str) -> Any:
        """The page of purchase orders with an order open."""
        page = self.story.open("purchasing")
        page.open_target(self.order(code).row["id"])
        page.panes.open_inspector()
        self.story.settle()
        return page


def words_in(dialog: QWidget) -> str:
    return " ".join(
        one.text() for one in dialog.findChildren(QWidget) if hasattr(one, "text") and callable(one.text)
    )


@pytest.fixture
def clerk(story: Story) -> Iterator[Clerk]:
    made = Clerk(story)
    yield made
    made.stop()


def quote_in_euro(clerk: Clerk) -> None:
    """The first supplier quotes the belt in euro and is asked first from now on."""
    clerk.story.program.links.open_record("supplier", EURO)
    page = clerk.story.window.current()
    clerk.will_answer(currency="EUR", payment_terms="30 days net")
    clerk.click(page.inspector, _("Change"))
    clerk.will_answer(part_id=(BELT, "HVAC-003"), unit_price=9_5000, sku="B-7", preferred=1)
    clerk.click(page.inspector, _("Add a part"))
    assert [one.part_no for one in page.card.sold] == ["HVAC-003"]


def two_drafts(clerk: Clerk) -> tuple[str, str]:
    """From the proposal: the belt in euro, the filter at home; gives their numbers."""
    area = clerk.story.open("spares")
    area.open("proposal")
    clerk.story.settle()
    area.current().new()
    clerk.story.settle()
    dialog = clerk.story.dialog(DraftDialog)
    for row in dialog.rows:
        row.tick.setChecked(row.offer.row.part_no in {"HVAC-003", "HVAC-001"})
    QTest.mouseClick(dialog.save, Qt.MouseButton.LeftButton)
    clerk.story.settle()
    with clerk.story.program.desk.read() as read:
        found = dict(read.rows("SELECT supplier_id, code FROM purchase_order WHERE status = 'draft'"))
    assert set(found) == {EURO, HOME}
    return found[EURO], found[HOME]


def submit(clerk: Clerk, euro: str, home: str) -> None:
    """The euro order is not taken before its rate is typed."""
    page = clerk.show(euro)
    clerk.will_answer()
    clerk.click(page.inspector, _("Submit"))
    assert "EUR" in clerk.said[-1]
    assert clerk.order(euro).order.status == "draft"
    clerk.will_answer(rate=7_800_000, rate_on="2026-11-22")
    clerk.click(page.inspector, _("Change"))
    for code in (euro, home):
        clerk.click(clerk.show(code).inspector, _("Submit"))
        assert clerk.order(code).order.status == "submitted"


def approve(clerk: Clerk, *codes: str) -> None:
    """The supervisor does, the clerk has no button for it."""
    words = [
        b.text().strip() for b in clerk.show(codes[0]).inspector.findChildren(QPushButton) if b.isVisible()
    ]
    assert _("Approve") not in words
    clerk.story.switch_to("super")
    for code in codes:
        clerk.click(clerk.show(code).inspector, _("Approve"))
        assert clerk.order(code).order.status == "approved"
    clerk.story.switch_to("store")


def place(clerk: Clerk, code: str, folder: Path) -> str:
    """Placed to be there on the first of December; gives what stands on its paper."""
    page = clerk.show(code)
    clerk.will_answer(ordered_on="2026-11-22", due_on="2026-12-01")
    clerk.click(page.inspector, _("Place order"))
    assert clerk.order(code).order.status == "ordered"
    page.print_page()
    dialog = clerk.story.dialog(PreviewDialog)
    clerk.story.until(lambda: dialog.panel.viewer.document.pageCount() > 0, "no preview")
    dialog.panel.save_to(folder / f"{code}.pdf")
    clerk.story.settle()
    dialog.reject()
    done = subprocess.run(
        ["pdftotext", "-layout", str(folder / f"{code}.pdf"), "-"], capture_output=True, text=True, check=True
    )
    return done.stdout


def receive(clerk: Clerk, code: str, part: str, pieces: str = "") -> None:
    """By scan: the part of the order; a number where not all of it came; Enter."""
    clerk.click(clerk.show(code).inspector, _("Receive"))
    desk = clerk.story.window.current()
    assert isinstance(desk, ReceivingDesk)
    clerk.story.activate(clerk.story.window)
    desk.entry.setFocus()
    clerk.story.scan(Kind.PT, part)
    desk.entry.setFocus()
    if pieces:
        clerk.story.write(pieces)
        clerk.story.press(Key.Key_Return)
    clerk.story.press(Key.Key_Return)
    assert desk.band.result.level == "ok", desk.band.result
    clerk.story.leave()


def test_a_purchasing_clerks_day(clerk: Clerk, story: Story, tmp_path: Path) -> None:
    story.sign_in("store")
    quote_in_euro(clerk)
    euro, home = two_drafts(clerk)
    submit(clerk, euro, home)
    approve(clerk, euro, home)
    paper = place(clerk, euro, tmp_path)
    assert "EUR" in paper
    assert "47.50" in paper
    assert "CNY" not in paper
    assert "CNY" in place(clerk, home, tmp_path)
    assert [clerk.order(code).order.worth for code in (euro, home)] == [370_50, 520_00]

    receive(clerk, euro, "HVAC-003", "3")
    receive(clerk, home, "HVAC-001")
    assert [clerk.order(code).order.status for code in (euro, home)] == ["part_received", "received"]
    with story.program.desk.read() as read:
        price = read.value(
            "SELECT unit_price FROM stock_movement WHERE part_id = ? AND type = 'receipt' ORDER BY n DESC",
            BELT,
        )
    assert price == 74_1000

    clerk.will_answer(remark="no longer made")
    clerk.click(clerk.show(euro).inspector, _("Close with rest open"))
    assert clerk.order(euro).order.status == "closed"
    clerk.will_answer(qty=1000, reason="cracked")
    page = clerk.show(euro)
    clerk.click(page.inspector, _("Return to the supplier"))
    (line,) = clerk.order(euro).lines
    assert (line.received, line.returned) == (2000, 1000)

    with story.program.desk.read() as read:
        records = [supplier_card(read, one, "2026-11-22").record for one in (EURO, HOME)]
    assert (records[0].on_time, records[0].complete) == (0, 400)
    assert records[1].on_time == 1000
    assert records[1].complete == 1000
    story.program.links.open_record("supplier", EURO)
    story.settle()
    shown = words_in(story.window.current().inspector)
    assert "40 %" in shown
    assert euro in story.window.current().card.orders[0].code
