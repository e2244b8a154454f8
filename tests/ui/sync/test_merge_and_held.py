"""From the conflict page: two records of one number are compared and merged; what the hub keeps back is decided."""

import pytest

from app import duplicates
from app.conflicts.held import HELD
from app.generic import Create, NewRow
from db.ids import new_id
from ui.sync.held_dialog import HeldDialog
from ui.sync.merge_dialog import MergeDialog, PairsDialog


@pytest.fixture
def doubled(site):
    """Two suppliers of one number, as two laptops made them; one has a phone, the other a mail address and another name."""
    ids = tuple(sorted((new_id(), new_id())))
    rows = [
        {"code": "GY-001", "name": "华东备件", "phone": "0571-1", "active": 1},
        {"code": "GY-001", "name": "华东备件公司", "email": "a@example.com", "active": 1},
    ]
    for number, (row_id, row) in enumerate(zip(ids, rows, strict=True)):
        row["code"] = f"GY-00{number}"
        site.desk.perform(Create("supplier", (NewRow(row_id, row),)))
    with site.desk.profile.store.local("pull") as connection:
        connection.execute("UPDATE supplier SET code = 'GY-001' WHERE id = ?", (ids[0],))
    site.desk.profile.store.rebuild()
    return ids


def test_the_first_page_is_told_of_two_records_of_one_number(doubled, site):
    with site.desk.read() as read:
        found = read.rows("SELECT rule, level FROM alert WHERE cleared_at IS NULL AND rule = 'duplicate.key'")
        assert duplicates.pairs(read) == [("supplier", "GY-001", doubled)]
    assert found == [("duplicate.key", 2)]


def test_two_records_are_compared_and_merged(doubled, people, show, qtbot):
    page = show(people.chief)
    assert page.double.isVisible()
    assert page.double.text().strip() == "两条记录同号（1）"
    asked = PairsDialog(page, people.chief)
    qtbot.addWidget(asked)
    with people.chief.read() as read:
        found = duplicates.pair(read, "supplier", *doubled, people.chief.timezone)
    dialog = MergeDialog(page, people.chief, found)
    qtbot.addWidget(dialog)
    dialog.show()
    assert dialog.kept == doubled[0]
    assert dialog.chosen["email"] == "a@example.com", "an empty field takes the other's value"
    dialog.choose("name", 1)
    page.merge(dialog)
    qtbot.waitUntil(lambda: not page.double.isVisible())
    with people.chief.read() as read:
        row = read.get("supplier", doubled[0])
        assert (row["name"], row["phone"], row["email"]) == ("华东备件公司", "0571-1", "a@example.com")
        assert read.get("supplier", doubled[1])["deleted"] == 1
        assert (
            read.value("SELECT count(*) FROM alert WHERE cleared_at IS NULL AND rule = 'duplicate.key'") == 0
        )


def test_the_other_side_can_stay(doubled, people, show, qtbot):
    page = show(people.chief)
    with people.chief.read() as read:
        found = duplicates.pair(read, "supplier", *doubled, people.chief.timezone)
    dialog = MergeDialog(page, people.chief, found)
    qtbot.addWidget(dialog)
    dialog.choose("", 1)
    assert (dialog.kept, dialog.given_up) == (doubled[1], doubled[0])
    assert dialog.chosen["name"] == "华东备件公司"


@pytest.mark.usefixtures("doubled")
def test_who_may_not_decide_sees_no_buttons(people, show):
    page = show(people.technician)
    assert not page.double.isVisible()
    assert not page.held.isVisible()


@pytest.fixture
def kept_back(site):
    """An entry that the hub kept back, as the pull brings it."""
    envelope_op = new_id()
    with site.desk.profile.store.local("pull") as connection:
        connection.execute(
            f"INSERT INTO {HELD} (id, op_id, kind, tbl, row_id, needs, reason, content, created_at, updated_at, bucket, deleted) "
            "VALUES (?, ?, 'patch', 'equipment', ?, 'equipment.edit', 'account unknown or closed', '{\"name\": \"A\"}', 1, 1, 'global', 0)",
            (new_id(), envelope_op, site.server),
        )
    return envelope_op


@pytest.mark.usefixtures("kept_back")
def test_what_is_kept_back_is_read_and_let_in(people, show, qtbot):
    page = show(people.chief)
    assert page.held.isVisible()
    dialog = HeldDialog(page, people.chief, page._held[0], 0)
    qtbot.addWidget(dialog)
    assert not dialog.refuse.isEnabled(), "a refusal needs a reason"
    dialog.reason.setText("重复")
    assert dialog.refuse.isEnabled()
    dialog.let_in.click()
    assert dialog.decision is True
    page.decide(dialog.entry, accepted=True, reason="")
    qtbot.waitUntil(lambda: not page.held.isVisible())
    with people.chief.read() as read:
        assert read.value(f"SELECT decision FROM {HELD}") == "accepted"
