"""The audit page: filters, old and new values, the history of one record, the proof of the log."""

import pytest
from PySide6.QtWidgets import QLabel

from app.generic import create, patch
from db.ids import new_id
from ui.audit import AuditPage
from ui.kit.tasks import Tasks


@pytest.fixture
def worked(desk):
    first = new_id()
    desk.perform(create("supplier", first, code="SUP-1", name="样例水泵", active=1))
    desk.perform(create("supplier", new_id(), code="SUP-2", name="样例电气", active=1))
    with desk.read() as read:
        row = read.get("supplier", first)
    desk.perform(patch("supplier", row, name="样例泵业"))
    return desk


@pytest.fixture
def page(qtbot, worked):
    tasks = Tasks()
    made = AuditPage(worked, tasks)
    qtbot.addWidget(made)
    made.resize(1286, 716)
    made.show()
    qtbot.waitUntil(lambda: len(made.table.model.ids) == 3)
    yield made
    tasks.stop()


def said(page) -> list[str]:
    return [found.text() for found in page.inspector.findChildren(QLabel)]


def test_old_and_new_stand_in_the_inspector(qtbot, page):
    page.table.select(list(page.table.model.ids[:1]))
    qtbot.waitUntil(page.inspector.isVisible)
    assert {"样例水泵", "→ 样例泵业"} <= set(said(page))


def test_filters_and_search(qtbot, page):
    page.filters.set_values({"verb": "update"})
    qtbot.waitUntil(lambda: len(page.table.model.ids) == 1)
    page.filters.set_values({}, "SUP-2")
    qtbot.waitUntil(lambda: len(page.table.model.ids) == 1)
    page.filters.set_values({"period": "today", "table": "supplier"})
    qtbot.waitUntil(lambda: len(page.table.model.ids) == 3)
    assert [choice.value for choice in page._tables()] == ["supplier"]


def test_the_history_of_one_record(qtbot, page, worked):
    with worked.read() as read:
        page.show_record("supplier", read.find("supplier", code="SUP-1"))
    qtbot.waitUntil(lambda: len(page.table.model.ids) == 2)
    page._forget_record()
    qtbot.waitUntil(lambda: len(page.table.model.ids) == 3)


def test_the_log_is_proved(qtbot, page):
    page.on_check()
    qtbot.waitUntil(page.note.isVisible)
    assert page.note.level == "ok", page.note.text()
