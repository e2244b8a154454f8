"""The sync page and the pill: what waits, what was sent, what the hub refused; calm without a hub and without a network."""

from dataclasses import replace

import disputes
import pytest
from PySide6.QtWidgets import QLabel

from app.conflicts import Standing
from app.desk import Desk
from app.sync.transport import Lost
from ui.face import Face
from ui.sync.join_dialog import JoinDialog
from ui.sync.page import SyncPage
from ui.sync.saying import pill
from ui.sync.strip import ALONE, Ways

NOW = 1_795_318_860_000
HUB = Standing(True, "http://hub.example:8437", NOW - 60_000, False, 0, 10, 0, 0, 0, 0, 0)


@pytest.fixture
def joined(people, site):
    """A laptop with a hub: one op waits, one is held back, one refused, the rest is sent."""
    disputes.change(people.planner, "equipment", site.server, name="甲")
    profile = people.chief.profile
    for key, value in (
        ("hub_id", "00" * 16),
        ("hub_url", "http://hub.example:8437"),
        ("synced_at", str(NOW)),
    ):
        profile.remember(key, value)
    with profile.store.local() as connection:
        connection.execute("UPDATE op SET acked = 2 WHERE n < (SELECT max(n) FROM op)")
        for back, outcome, reason in (
            (1, "quarantined", "not allowed to this account"),
            (2, "rejected", "odd"),
        ):
            connection.execute(
                "UPDATE op SET outcome = ?, reason = ? WHERE n = (SELECT max(n) - ? FROM op)",
                (outcome, reason, back),
            )
    return people


@pytest.fixture
def show(qtbot, tasks):
    def made(desk, ways=ALONE):
        page = SyncPage(desk, tasks, ways)
        qtbot.addWidget(page)
        page.resize(1286, 716)
        page.show()
        qtbot.waitUntil(lambda: tasks.idle() and len(page.table.model.ids) > 0)
        return page

    return made


def said(page) -> str:
    return " ".join(label.text() for label in page.findChildren(QLabel) if label.isVisibleTo(page))


def test_without_a_hub(show, people):
    page = show(people.chief)
    assert page.strip.title.text() == "仅本机"
    assert not page.strip.sync.isVisibleTo(page)
    assert not page.strip.bundle.isVisibleTo(page)
    assert "本机未接入中心服务" in page.join.text()
    row = page.table.model.source.rows(page.table.model.ids[:1])[0]
    assert page._state(row).text == "本机保存"


def test_refused_ones_come_first_with_the_reason(qtbot, show, joined, tasks):
    page = show(joined.chief, Ways(sync=lambda: None))
    assert page.standing.refused == page.standing.held == page.standing.waiting == 1
    assert [op.reason for op in page.table.model.source.rows(page.table.model.ids)] == ["odd"]
    page.filters.set_values({"state": "quarantined"})
    qtbot.waitUntil(lambda: tasks.idle() and page._filters() is not None)
    (held,) = page.table.model.source.rows(page.table.model.ids)
    assert held.reason == "该账号无权执行此操作。"
    page.filters.set_values({"state": "waiting"}, "DC1-SRV")
    qtbot.waitUntil(tasks.idle)
    (waits,) = page.table.model.source.rows(page.table.model.ids)
    assert (waits.what, waits.name) == ("设备：修改", "甲")
    assert "设备：修改 1" in said(page)


def test_sync_now(qtbot, show, joined, tasks):
    done = []
    page = show(joined.chief, Ways(sync=lambda: done.append(1)))
    assert page.strip.sync.isVisibleTo(page)
    assert not page.strip.bundle.isVisibleTo(page)
    page.strip.sync.click()
    qtbot.waitUntil(lambda: done == [1] and tasks.idle() and page.strip.sync.isEnabled())
    assert "上次同步" in page.strip.line.text()


def test_a_failure_is_told_calmly(qtbot, show, joined, tasks):
    def fail():
        raise Lost

    joined.chief.profile.remember("synced_at", str(NOW - 1))
    page = show(joined.chief, Ways(sync=fail))
    page.strip.sync.click()
    qtbot.waitUntil(lambda: page.note.isVisible() and tasks.idle())
    assert page.note.level == "warn"
    assert page.strip.title.text() == "离线"
    assert Face(joined.chief, lambda _desk: 0).exchange().words == "离线·待上传 1 条"


def test_a_batch_file_is_made_where_there_is_a_way(show, joined):
    made = []
    page = show(joined.chief, Ways(bundle=lambda: made.append(1)))
    page.strip.bundle.click()
    assert made == [1]


def test_the_way_to_the_conflicts(show, joined, site):
    staff = joined.staff
    disputes.differ(
        joined, "equipment", site.door, "responsible_id", theirs=staff["technician"], mine=staff["nangong"]
    )
    page, wanted = show(joined.chief), []
    page.page_wanted.connect(wanted.append)
    page.settle.click()
    assert wanted == ["conflicts"]


@pytest.mark.parametrize(
    ("change", "level", "words"),
    [
        ({"joined": False}, "neutral", "仅本机"),
        ({}, "ok", "已同步 11:40"),
        ({"synced_at": NOW - 2 * 86_400_000}, "ok", "已同步 11-20 11:41"),
        ({"waiting": 7}, "info", "待上传 7 条"),
        ({"offline": True, "waiting": 7}, "warn", "离线·待上传 7 条"),
        ({"offline": True}, "warn", "离线"),
        ({"offline": True, "why": "no way", "waiting": 7}, "warn", "未同步·待上传 7 条"),
        ({"conflicts": 3, "offline": True}, "danger", "3 处冲突"),
    ],
)
def test_the_pill(change, level, words):
    found = pill(replace(HUB, **change), NOW, "Asia/Shanghai")
    assert (found.level, found.words) == (level, words)


def test_why_nothing_goes_stands_on_the_page_until_something_does(show, joined):
    profile = joined.chief.profile
    profile.remember("sync_failed_why", "no way")
    profile.remember("sync_failed_at", str(NOW + 1))
    page = show(joined.chief)
    assert (page.note.text(), page.strip.title.text()) == ("no way", "未同步")
    page._on_told("ok", "written")
    assert page.note.text() == "written"
    profile.remember("synced_at", str(NOW + 2))
    page.refresh({"sync"})
    assert page.note.isHidden()


def test_all_is_listed_where_nothing_waits_until_somebody_chooses(qtbot, show, joined, tasks):
    page = show(joined.chief)
    assert page.filters.values() == {"state": "rejected"}
    with joined.chief.profile.store.local() as connection:
        connection.execute("UPDATE op SET acked = 2, outcome = 'applied'")
    page.refresh({"sync"})
    qtbot.waitUntil(tasks.idle)
    assert page.filters.values() == {}
    page.filters.set_values({"state": "waiting"})
    page.refresh({"sync"})
    assert page.filters.values() == {"state": "waiting"}


def test_an_administrator_joins_a_hub_here(qtbot, show, people, site):
    started = []
    ways = Ways(start=lambda *_a, **_n: started.append(1))
    chief = Desk.of_administrator(site.desk.profile)
    page = show(chief, ways)
    assert page.join_hub.isVisibleTo(page)
    assert not page.strip.sync.isVisibleTo(page)
    dialog = JoinDialog(page, chief, page._tasks)
    dialog.form.set_values({"invitation": "nonsense"})
    dialog.on_join()
    qtbot.waitUntil(page._tasks.second().idle)
    assert "https://hub:8437" in dialog.note.text()
    assert dialog.go.isEnabled()
    dialog.reject()
    assert not show(people.technician, ways).join_hub.isVisible()
