"""A night and a morning at the store, at the real window in both languages, without a hub: taken alone, looked at, decided, seen."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton

from app.health import check
from app.inventory.taking import waiting
from app.labels.payload import Kind
from app.words import N_, _
from ui.inventory.books import BooksPage
from ui.inventory.books_checks import WithdrawalDialog
from ui.inventory.today import StorePage
from ui.kit.dialogs import FormDialog
from ui.story import Story

PART = "SRV-012"


def value(story: Story, sql: str, *params: object) -> object:
    with story.program.profile.store.read() as read:
        return read.value(sql, *params)


def on_hand(story: Story) -> int:
    sql = "SELECT sum(on_hand) FROM stock_level WHERE part_id = (SELECT id FROM part WHERE part_no = ?)"
    return int(str(value(story, sql, PART))) // 1000


def words(widget) -> str:
    return "\n".join(found.text() for found in widget.findChildren(QLabel) if found.isVisible())


def press(story: Story, widget, text: str) -> None:
    """Click the button that says this."""
    made = next(b for b in widget.findChildren(QPushButton) if b.text().strip() == text and b.isVisible())
    QTest.mouseClick(made, Qt.MouseButton.LeftButton)
    story.settle()


def fill(**typed: object) -> None:
    """Fill in the next form that opens over the window, and press its button."""

    def work() -> None:
        dialog = QApplication.activeModalWidget()
        if not isinstance(dialog, FormDialog):
            QTimer.singleShot(10, work)
            return
        dialog.form.set_values({**dialog.form.values(), **typed})
        dialog.on_save()

    QTimer.singleShot(0, work)


def take(story: Story, quantity: str, photo: Path | None = None) -> None:
    """A technician takes a part: its form, the order by scan, the quantity, a photo, Enter."""
    order = str(
        value(
            story,
            "SELECT w.code FROM work_order w JOIN site s ON s.id = w.site_id WHERE s.code = 'DC1' "
            "AND w.status NOT IN ('done', 'verified', 'closed', 'cancelled') ORDER BY w.n LIMIT 1",
        )
    )
    area = story.open("spares")
    area.show_part(value(story, "SELECT id FROM part WHERE part_no = ?", PART))
    dialog = area.spares.book("issue")
    story.activate(dialog)
    story.scan(Kind.WO, order)
    assert dialog.form.editor("purpose").text().startswith(order)
    dialog.form.editor("qty").setFocus()
    dialog.form.editor("qty").selectAll()
    story.write(quantity)
    if photo:
        dialog.take_photo(photo)
    story.press(Qt.Key.Key_Return)
    story.settle()
    assert area.spares.dialog is None, words(dialog)


def books(story: Story) -> BooksPage:
    area = story.open("spares")
    area.open("books")
    story.settle()
    return area.current()


def row(page: BooksPage, key: str, place: int = 0):
    model = page.tables[key].model
    page.tables[key].select([model.ids[place]])
    return model.row(place)


@pytest.fixture
def night(story: Story, photo: Path) -> Story:
    """Three withdrawals with nobody there."""
    story.sign_in("tech", pin="7391")
    before = on_hand(story)
    for number, quantity in enumerate(("1", "2", "3")):
        take(story, quantity, photo if number == 0 else None)
        assert on_hand(story) == before - sum(range(1, number + 2)), (
            "the stock is counted from the first moment"
        )
    story.before = before
    return story


def test_a_night_at_the_store_and_the_morning_after(night: Story) -> None:
    story, before = night, night.before
    page = books(story)
    assert {row(page, "decided", n).state for n in range(3)} == {"waiting"}
    assert "waiting" not in page.tables, "deciding is the storekeeper's"

    story.switch_to("store")
    with story.program.desk.read() as read:
        assert len(waiting(read, story.program.desk.site.id)) == 3
    assert (
        value(story, "SELECT count(*) FROM alert WHERE rule = 'withdrawal.waits' AND cleared_at IS NULL") == 3
    )
    today = story.open("today")
    store = today if isinstance(today, StorePage) else today.findChild(StorePage)
    assert store.waiting.isVisible()
    assert "3" in store.waiting.text()
    press(story, store.waiting, _("Look at them"))
    page = story.program.window.current().current()
    assert isinstance(page, BooksPage)

    _decide_all(story, page)
    assert on_hand(story) == before - 1 - 1
    assert not value(
        story, "SELECT count(*) FROM alert WHERE rule = 'withdrawal.waits' AND cleared_at IS NULL"
    )
    assert not store.waiting.isVisible()
    _change_ones_mind(story, page)

    story.switch_to("tech", pin="7391")
    page = books(story)
    told = [row(page, "decided", n) for n in range(3)]
    assert sorted(one.state for one in told) == ["confirmed", "confirmed", "refused"]
    refused = next(one for one in told if one.state == "refused")
    assert refused.reason == "they are there, I looked twice"
    assert check(story.program.profile) == []


def _decide_all(story: Story, page: BooksPage) -> None:
    """The storekeeper finds the first right, corrects the second and refuses the third."""
    assert row(page, "waiting").photo, "the first was taken with a photo"
    press(story, page, _("Look at it"))
    looked = story.dialog(WithdrawalDialog)
    assert len(looked.photos) == 1
    looked.reject()
    for act, typed, state in (
        (N_("Found right"), None, "confirmed"),
        (N_("Correct it"), {"qty": 1000, "reason": "one lies there still"}, "corrected"),
        (N_("Refuse"), {"reason": "all three lie there still"}, "refused"),
    ):
        movement = row(page, "waiting").movement_id
        if typed:
            fill(**typed)
        press(story, page, _(act))
        assert (
            next(r for n in range(3) if (r := row(page, "decided", n)).movement_id == movement).state == state
        )


def _change_ones_mind(story: Story, page: BooksPage) -> None:
    """The refusal is taken back by a key and said again with its reason; the correction is decided anew."""
    before = story.before
    story.activate(story.window)
    page.tables["waiting"].setFocus()
    story.press(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert on_hand(story) == before - 1 - 1 - 3, "one key, and the refused one waits again"
    assert row(page, "waiting").qty == 3000
    fill(reason="they are there, I looked twice")
    press(story, page, _("Refuse"))

    mind = next(n for n in range(3) if row(page, "decided", n).state == "corrected")
    row(page, "decided", mind)
    fill(decision="confirmed", reason="the second one was found fitted")
    press(story, page, _("Decide anew"))
    assert on_hand(story) == before - 1 - 2


def test_the_alert_leads_to_the_withdrawal(night: Story) -> None:
    night.switch_to("store")
    alerts = night.open("alerts")
    alert = value(
        night,
        "SELECT id FROM alert WHERE rule = 'withdrawal.waits' AND cleared_at IS NULL ORDER BY raised_at, id LIMIT 1",
    )
    alerts.open_target(alert)
    night.settle()
    alerts.open_subject()
    night.settle()
    page = night.program.window.current().current()
    assert isinstance(page, BooksPage)
    assert page.chosen("waiting") is not None
