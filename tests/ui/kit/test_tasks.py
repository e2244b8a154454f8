import sys
import threading

import pytest
import shiboken6
from PySide6.QtCore import QObject

from app.errors import AppError
from ui.bus import Bus
from ui.kit.tasks import Progress, Tasks


@pytest.fixture
def tasks(qapp):  # noqa: ARG001 - signals need an application
    made = Tasks()
    yield made
    made.stop()


def test_work_runs_on_the_worker_and_answers_on_the_gui_thread(qtbot, tasks):
    where, owner = [], QObject()
    tasks.run(threading.current_thread, lambda t: where.extend([t, threading.current_thread()]), owner=owner)
    assert not tasks.idle()
    qtbot.waitUntil(tasks.idle)
    assert where[0].name == "tasks"
    assert where[1] is threading.main_thread()


def test_tasks_keep_their_order(qtbot, tasks):
    done, owner = [], QObject()
    for n in range(50):
        tasks.run(lambda n=n: n, done.append, owner=owner)
    qtbot.waitUntil(tasks.idle)
    assert done == list(range(50))


def test_busy_is_told_at_the_beginning_and_the_end(qtbot, tasks):
    told, owner = [], QObject()
    tasks.busy.connect(told.append)
    tasks.run(lambda: 1, print, owner=owner, failed=None)
    tasks.run(lambda: 2, lambda _: None, owner=owner)
    qtbot.waitUntil(tasks.idle)
    assert told == [True, False]


def test_nothing_is_delivered_to_an_owner_that_is_gone_but_the_work_is_done(qtbot, tasks):
    gate, written, done, owner = threading.Event(), [], [], QObject()
    tasks.run(lambda: gate.wait(5), done.append, owner=owner)
    tasks.run(lambda: written.append("row"), done.append, owner=owner, ended=lambda: done.append("ended"))
    shiboken6.delete(owner)
    gate.set()
    qtbot.waitUntil(tasks.idle)
    assert written == ["row"]
    assert done == []


def test_an_error_of_the_user_goes_to_its_owner_or_is_told(qtbot, tasks):
    took, told, ended, owner = [], [], [], QObject()
    tasks.refused.connect(told.append)

    def refuse():
        raise AppError("Not today")

    tasks.run(refuse, print, took.append, owner=owner, ended=lambda: ended.append(1))
    tasks.run(refuse, print, owner=owner, ended=lambda: ended.append(2))
    qtbot.waitUntil(tasks.idle)
    assert [str(e) for e in took + told] == ["Not today", "Not today"]
    assert ended == [1, 2]


def test_a_bug_goes_to_the_except_hook(qtbot, tasks, monkeypatch):
    seen, ended, owner = [], [], QObject()
    monkeypatch.setattr(sys, "excepthook", lambda kind, _error, trace: seen.append((kind, trace is not None)))
    tasks.run(lambda: 1 / 0, print, print, owner=owner, ended=lambda: ended.append(1))
    qtbot.waitUntil(tasks.idle)
    assert seen == [(ZeroDivisionError, True)]
    assert ended == [1]


def test_only_the_latest_answer_to_a_question_arrives(qtbot, tasks):
    gate, asked, done, owner = threading.Event(), [], [], QObject()
    tasks.run(lambda: gate.wait(5), lambda _: done.append("first"), owner=owner, latest="find")
    for word in ("h", "hv", "hva"):
        tasks.run(lambda word=word: asked.append(word) or word, done.append, owner=owner, latest="find")
    gate.set()
    qtbot.waitUntil(tasks.idle)
    assert asked == ["hva"]
    assert done == ["hva"]


def test_progress_is_told_and_can_be_cancelled(qtbot, tasks):
    told, result, owner, progress = [], [], QObject(), Progress()
    progress.reported.connect(lambda done, total: (told.append((done, total)), progress.cancel()))

    def work(progress):
        progress.report(1, 9)
        while not progress.cancelled:
            pass
        return "stopped"

    tasks.run(work, result.append, owner=owner, progress=progress)
    qtbot.waitUntil(tasks.idle)
    assert told == [(1, 9)]
    assert result == ["stopped"]


@pytest.mark.usefixtures("qapp")
def test_stop_finishes_what_was_given():
    tasks, written, owner = Tasks(), [], QObject()
    for n in range(3):
        tasks.run(lambda n=n: written.append(n), print, owner=owner)
    tasks.stop()
    assert written == [0, 1, 2]
    assert tasks.idle()


def test_topics_come_from_any_thread_to_the_gui_thread(qtbot):
    bus, heard = Bus(), []
    bus.changed.connect(lambda topics: heard.append((topics, threading.current_thread())))
    threading.Thread(target=bus.post, args=({"parts"},)).start()
    qtbot.waitUntil(lambda: bool(heard))
    assert heard == [(frozenset({"parts"}), threading.main_thread())]
