"""Batch files on the sync page: written into a folder, answered by the hub, brought in; each with a sentence."""

from pathlib import Path

import pytest
from fleet import Way
from PySide6.QtWidgets import QFileDialog

from app.hub.bundles import take_in
from app.hub.enrol import invite
from app.hub.hub import Hub
from app.hub.returns import request_of, write_return
from app.sync.joining import join
from ui.sync.page import SyncPage


class Only:
    """A hub that a way leads to."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub


@pytest.fixture
def hub(tmp_path: Path, desk):
    made = Hub(tmp_path / "hub.db", desk.profile.clock)
    yield made
    made.close()


@pytest.fixture
def page(qtbot, tasks, people, hub):
    desk = people.chief
    join(desk.profile, invite(hub, "http://hub.example:8437"), Way(Only(hub)))
    made = SyncPage(desk, tasks)
    qtbot.addWidget(made)
    made.resize(1286, 716)
    made.show()
    qtbot.waitUntil(lambda: tasks.idle() and len(made.table.model.ids) > 0)
    return made


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    made = tmp_path / "stick"
    made.mkdir()
    return made


def test_a_file_goes_out_and_its_answer_comes_in(page, qtbot, hub, stick, monkeypatch):
    tasks = page._tasks
    assert "移动存储" in page.files.line.text()
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(stick))
    page.files.out.click()
    qtbot.waitUntil(tasks.idle)
    (path,) = stick.glob("*.swb")
    assert "条记录" in page.note.text()
    assert page.note.level == "ok"
    assert "回执尚未导入" in page.files.line.text()
    (answer,) = write_return(hub, request_of(take_in(hub, path)), stick)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(answer), ""))
    page.files.back.click()
    qtbot.waitUntil(tasks.idle)
    assert page.note.text().startswith("中心服务已收到本机的")
    assert "已收到回执" in page.files.line.text()
    assert page.standing.waiting == 0


def test_a_wrong_file_gets_a_sentence(page, qtbot, tasks, tmp_path):
    page.files.bring(tmp_path / "none.swb")
    qtbot.waitUntil(tasks.idle)
    assert page.note.level == "warn"
    assert "none.swb" in page.note.text()
    assert page.files.out.isEnabled()


def test_a_cancelled_dialog_does_nothing(page, tasks, monkeypatch):
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: "")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: ("", ""))
    page.files.out.click()
    page.files.back.click()
    assert tasks.idle()
    assert not page.note.isVisible()


def test_in_a_small_window_the_buttons_stay(page):
    page.resize(683, 500)
    assert page.files.out.isVisible()
    assert not page.files.photos.isVisible()
    page.resize(683, 470)
    assert not page.files.isVisible()
    assert all(one.isVisible() for one in page._by_file)


def test_without_a_hub_there_is_no_row(qtbot, tasks, people):
    made = SyncPage(people.chief, tasks)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitUntil(tasks.idle)
    assert not made.files.isVisible()
