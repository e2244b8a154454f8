"""The alerts in the window: worst first, what and why and what to do, handled in order."""

import pytest
from answering import answer, fill
from PySide6.QtWidgets import QPushButton

from app import alerts
from app.alerts.actions import STEPS
from ui.alerts import AlertsPage


@pytest.fixture
def page(qtbot, site, tasks):
    made = AlertsPage(site.desk, tasks)
    qtbot.addWidget(made)
    made.resize(1366, 768)
    made.show()
    qtbot.waitUntil(lambda: len(made.table.model.ids) == 2 and tasks.idle())
    return made


def step(source, target):
    return next(s for s in STEPS if (s.source, s.target) == (source, target))


def state(site, alert):
    with site.desk.read() as read:
        return alerts.alert_row(read, alert).state


def test_the_list_is_a_sound_model(page, qtmodeltester):
    qtmodeltester.check(page.table.model)


def test_an_alert_says_what_to_do_and_leads_to_its_record(page, site, qtbot):
    wanted = []
    page.record_wanted.connect(lambda table, record: wanted.append((table, record)))

    def words():
        return [
            b.text().strip()
            for b in page.inspector.findChildren(QPushButton)
            if b.text() and b.isVisibleTo(page)
        ]

    qtbot.waitUntil(lambda: words() == ["确认", "误报"])
    page.open_subject()
    assert wanted == [("equipment", site.server)]


def test_it_is_acknowledged_handled_and_closed(page, site, qtbot, tasks):
    one = page.shown
    page.act(step("raised", "acknowledged"))
    qtbot.waitUntil(lambda: state(site, one) == "acknowledged" and tasks.idle())
    page.act(step("acknowledged", "handling"))
    qtbot.waitUntil(lambda: state(site, one) == "handling" and tasks.idle())
    answer(fill(cause="老化", measure="立项"))
    page.act(step("handling", "verified"))
    qtbot.waitUntil(lambda: state(site, one) == "verified" and tasks.idle())
    page.act(step("verified", "closed"))
    qtbot.waitUntil(lambda: len(page.table.model.ids) == 1 and tasks.idle())


def test_a_false_alarm_is_closed_with_its_reason(page, site, qtbot, tasks):
    one = page.shown
    answer(fill(reason="日期录错"))
    page.act(step("raised", "closed"))
    qtbot.waitUntil(lambda: state(site, one) == "closed" and tasks.idle())
    page.filters.set_values({"all": True})
    qtbot.waitUntil(lambda: len(page.table.model.ids) == 2 and tasks.idle())


def test_a_double_click_acknowledges_once_and_is_not_refused(page, site, qtbot, tasks):
    one, refused = page.shown, []
    tasks.refused.connect(refused.append)
    page.act(step("raised", "acknowledged"))
    page.act(step("raised", "acknowledged"))
    qtbot.waitUntil(lambda: state(site, one) == "acknowledged" and tasks.idle())
    assert refused == []
