"""The first page, the list, the review and the templates, on the sample site."""

import pytest
from PySide6.QtCore import Qt

from app.inspections import actions, lists, queries
from app.inspections.templates import templates
from app.labels.payload import Kind, encode
from ui.inspections import review_page, templates_page
from ui.inspections.opening import RoundOpener
from ui.inspections.review_page import ReviewPage
from ui.inspections.rounds_page import RoundsPage
from ui.inspections.templates_page import TemplatesPage
from ui.kit.dialogs import FormDialog
from ui.today.page import TodayPage


@pytest.mark.usefixtures("spoken")
def test_the_first_page_lists_rounds_overdue_ones_first(qtbot, person, tasks, show):
    page = show(TodayPage(person("tech"), tasks))
    states = [row.line.state for row in page.rows]
    assert states[:2] == ["overdue", "overdue"]
    assert states == sorted(
        states, key=["overdue", "returned", "due_today", "in_progress", "scheduled"].index
    )
    assert "IT-DC-D" in {row.line.template_code for row in page.rows}
    wanted = []
    page.round_wanted.connect(wanted.append)
    page.rows[0].act.setFocus()
    qtbot.keyClick(page.rows[0].act, Qt.Key.Key_Return)
    assert wanted == [page.rows[0].line]


def test_a_place_label_on_the_first_page_opens_the_daily_round(qtbot, person, tasks, show):
    desk = person("tech")
    page = show(TodayPage(desk, tasks))
    opener, opened = RoundOpener(desk, tasks, page), []
    opener.opened.connect(opened.append)
    page.scanned.connect(opener.scan)
    assert page.on_scan(encode(Kind.LC, "DC1-F2-HA"))
    qtbot.waitUntil(lambda: bool(opened))
    qtbot.addWidget(opened[0])
    assert (opened[0].sheet.template_code, opened[0].sheet.scanned_label) == ("IT-DC-D", "DC1-F2-HA")
    assert not page.on_scan(encode(Kind.PT, "HVAC-015"))


def test_the_first_page_follows_the_store(person, tasks, show):
    desk = person("tech")
    page = show(TodayPage(desk, tasks))
    row = next(r for r in page.rows if r.line.template_code == "IT-DC-D")
    actions.start_round(desk, row.line.id)
    page.refresh({"rounds"})
    row = next(r for r in page.rows if r.line.template_code == "IT-DC-D")
    assert row.line.status == "in_progress"


@pytest.mark.usefixtures("spoken")
def test_the_list_filters_and_shows_a_round(qtbot, person, tasks, show):
    page = show(RoundsPage(person("super"), tasks))
    qtbot.waitUntil(lambda: tasks.idle() and bool(page.table.model.ids))
    everything = len(page.table.model.ids)
    page.filters.set_values({"template": "IT-DC-D"})
    qtbot.waitUntil(tasks.idle)
    assert 0 < len(page.table.model.ids) < everything
    page.filters.set_values({"state": "overdue"})
    qtbot.waitUntil(tasks.idle)
    assert {line.state for line in page.table.model.source.rows(page.table.model.ids)} == {"overdue"}
    page.filters.set_values({}, "DC1-D-20261121")
    qtbot.waitUntil(tasks.idle)
    assert len(page.table.model.ids) == 1
    for key in ("state", "name", "place", "code", "due_to", "submitted_by"):
        page.table.sort_by(key)
        qtbot.waitUntil(tasks.idle)


@pytest.fixture
def waiting(person):
    """The sample's rounds that wait for a review, with the station's in view."""
    desk = person("super").at(None)
    return desk, lists.to_review(desk)


@pytest.mark.usefixtures("spoken")
def test_the_supervisor_approves_and_goes_on_to_the_next(qtbot, waiting, tasks, show):
    desk, lines = waiting
    page = show(ReviewPage(desk, tasks, lines[0].id))
    left, following = [], []
    page.left.connect(lambda: left.append(1))
    page.review_wanted.connect(following.append)
    page.approve.click()
    page.approve.click()  # a double click is one decision
    qtbot.waitUntil(lambda: bool(left) and tasks.idle())
    assert left == [1]
    with desk.read() as read:
        assert queries.task_of(read, lines[0].id)["status"] == "reviewed"
    assert following == [line.id for line in lines[1:2]]


def test_a_return_needs_its_remark(qtbot, waiting, tasks, show, monkeypatch):
    desk, lines = waiting
    page = show(ReviewPage(desk, tasks, lines[0].id))
    monkeypatch.setattr(
        review_page.FormDialog, "ask", classmethod(lambda *_a, **_k: {"remark": "照片不清楚"})
    )
    page.back_to_sender.click()
    qtbot.waitUntil(tasks.idle)
    with desk.read() as read:
        row = queries.task_of(read, lines[0].id)
    assert (row["status"], row["review_remark"]) == ("returned", "照片不清楚")


def test_who_may_not_review_sees_no_decision(person, waiting, tasks, show):
    _desk, lines = waiting
    page = show(ReviewPage(person("tech"), tasks, lines[0].id))
    assert not hasattr(page, "approve")


@pytest.mark.usefixtures("spoken")
def test_changing_an_item_publishes_the_next_version(qtbot, person, tasks, show, monkeypatch):
    desk = person("super")
    page = show(TemplatesPage(desk, tasks))
    code = page._chosen.code
    now = page._items[1]
    monkeypatch.setattr(
        templates_page.FormDialog, "ask", classmethod(lambda *_a, **_k: {"name": now.name + "（改）"})
    )
    assert FormDialog is templates_page.FormDialog
    page.items.opened.emit(1)
    qtbot.waitUntil(tasks.idle)
    with desk.read() as read:
        assert next(line.version for line in templates(read) if line.code == code) == 2
    assert page._chosen.version == 2
