"""Photos that are not here yet say so and are replaced when they come; documents are added, opened safely, removed."""

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from fleet import Fleet, blank_files, supplier
from machines import as_role, small
from PIL import Image
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QDropEvent
from PySide6.QtWidgets import QLabel

from app import conflicts
from app.contents import AT_HUB, HERE, TO_COME, give_up, path_of
from app.photos import attach_photo, photos_of
from app.sync import blobs
from app.sync.blobs import Moved
from app.words import speaking
from ui.kit import documents as documents_part
from ui.kit.documents import DocumentsPart
from ui.kit.photo import PhotoButton, PhotoDialog
from ui.kit.tasks import Tasks
from ui.sync.saying import pill
from ui.sync.strip import StandingStrip, Ways


@pytest.fixture
def tasks(qtbot):
    made = Tasks()
    yield made
    qtbot.waitUntil(made.idle)
    made.stop()


@pytest.fixture(autouse=True)
def _english():
    with speaking("en"):
        yield


@pytest.fixture
def other(tmp_path):
    """A laptop that knows a photo of another, which has not come."""
    folder = tmp_path / "fleet"
    folder.mkdir()
    fleet = Fleet(folder, blank_files(tmp_path / "blank"))
    a, b = fleet.open("a"), fleet.open("b")
    made, op = supplier("S1")
    a.desk.perform(op)
    path = tmp_path / "铭牌.jpg"
    Image.effect_noise((400, 300), 90).convert("RGB").save(path)
    attach_photo(a.desk, path, "supplier", made, caption="铭牌")
    from app.sync.client import sync_once

    a.sync()
    sync_once(b.profile, b.way, files=False)
    with b.profile.store.read() as read:
        (kept,) = photos_of(read, "supplier", made)
    yield a, b, kept
    fleet.close()


def test_a_photo_that_is_not_here_says_so_and_is_replaced_when_it_comes(qtbot, tasks, other, monkeypatch):
    _a, b, kept = other
    shown = PhotoButton(b.desk, tasks, kept)
    qtbot.addWidget(shown)
    assert shown.state == TO_COME
    assert "not here yet" in shown.accessibleName()
    dialog = PhotoDialog(None, b.desk, tasks, kept)
    qtbot.addWidget(dialog)
    dialog.show()
    assert dialog.get.isVisible()
    small_width = dialog._shown.pixmap().width()
    fetch = blobs.fetch
    monkeypatch.setattr(blobs, "fetch", lambda profile, sha256: fetch(profile, sha256, b.way))
    qtbot.mouseClick(dialog.get, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not dialog.get.isVisible())
    assert not dialog.note.isVisible()
    assert dialog._shown.pixmap().width() >= small_width
    again = PhotoButton(b.desk, tasks, kept)
    qtbot.addWidget(again)
    assert again.state == HERE
    assert again.accessibleName() == "铭牌"
    give_up(b.profile, kept.sha256)
    assert not path_of(b.profile, kept.sha256).exists()
    third = PhotoButton(b.desk, tasks, kept)
    qtbot.addWidget(third)
    assert third.state == AT_HUB


def test_documents_are_dropped_opened_and_removed(qtbot, tasks, desk, tmp_path, monkeypatch):
    site = small(desk)
    part = DocumentsPart(site.desk, tasks, "equipment", site.server)
    qtbot.addWidget(part)
    part.show()
    good, empty = tmp_path / "说明书.pdf", tmp_path / "空.txt"
    good.write_bytes(b"%PDF-1.7\n")
    empty.write_bytes(b"")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in (good, empty, tmp_path)])
    event = QDropEvent(
        QPointF(5, 5),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    part.dropEvent(event)
    qtbot.waitUntil(tasks.idle)
    assert [found.name for found in part.found] == ["说明书.pdf"]
    assert "is empty" in part._note.text()
    opened: list[Path] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(Path(url.toLocalFile())))
    part.open_document(part.found[0])
    qtbot.waitUntil(lambda: bool(opened))
    assert opened[0].read_bytes() == b"%PDF-1.7\n"
    monkeypatch.setattr(documents_part, "ask", lambda *_a, **_k: True)
    part.remove(part.found[0])
    qtbot.waitUntil(lambda: part.found == [])
    auditor = DocumentsPart(as_role(site.desk, "auditor"), tasks, "equipment", site.server)
    qtbot.addWidget(auditor)
    assert auditor.acceptDrops() == auditor.may_add


def test_photos_follow_the_records_on_a_worker_of_their_own(qtbot, tasks, desk):
    """A write is not held up by photos that go slowly, and the window that closes stops them."""
    desk.profile.remember("hub_id", "00")
    begun, told = threading.Event(), []

    def carry(stop):
        begun.set()
        while not stop():
            threading.Event().wait(0.01)
        return Moved(note="stopped")

    strip = StandingStrip(desk, tasks, Ways(sync=lambda: None, files=carry), primary=True)
    qtbot.addWidget(strip)
    strip.show_standing(conflicts.Standing(True, "", 1, False, 0, 0, 0, 0, 0, 5, 2, 7))
    said = {text.text() for text in strip.findChildren(QLabel)}
    assert {"2 / 5", "7"} <= said
    qtbot.mouseClick(strip.sync, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(begun.is_set)
    tasks.run(lambda: told.append("written"), lambda _done: None, owner=strip)
    qtbot.waitUntil(lambda: told == ["written"])
    assert not tasks.second().idle()
    tasks.stop()
    assert tasks.second().idle()


def test_the_pill_counts_photos_only_when_no_record_waits():
    standing = conflicts.Standing(True, "", 1, False, 0, 3, 0, 0, 0, 5, 2)
    assert pill(standing, 2, "Asia/Shanghai").words == "Photos 2/5 sent"
    assert pill(replace(standing, waiting=4), 2, "Asia/Shanghai").words == "4 to send"
    assert pill(replace(standing, photos_sent=5), 2, "Asia/Shanghai").words.startswith("Synced")
