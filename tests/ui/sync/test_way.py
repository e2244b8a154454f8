"""In the running window: the pill says the conflicts and leads to them; the sync page stands at the foot of the rail."""

import disputes
import pytest

from app.bootstrap import start
from app.settings import Settings
from ui.program import Program
from ui.sync.conflicts_page import ConflictsPage
from ui.sync.page import SyncPage


@pytest.fixture
def window(qapp, qtbot, disputed):
    """The supervisor's window on the small site."""
    old = disputed.chief.profile
    clock, folder = old.clock, old.folder
    old.close()
    profile = start(folder, clock)
    program = Program(profile, Settings(folder), qapp)
    program.start("zh_CN")
    made = program.enter(disputes.moved(disputed.chief, profile))
    qtbot.waitUntil(lambda: program.tasks.idle() and made.bar.pill.lines == ("2 处冲突",))
    yield made, program
    qtbot.waitUntil(program.tasks.idle)
    program.stop()


def test_the_pill_leads_to_the_conflicts_and_then_to_the_exchange(qtbot, window):
    made, program = window
    made.bar.pill.click()
    page = made.current()
    assert isinstance(page, ConflictsPage)
    for left in (1, 0):
        page.view.choose_key(1)
        page.view.confirm()
        qtbot.waitUntil(lambda left=left: program.tasks.idle() and len(page.lines) == left)
    qtbot.waitUntil(lambda: made.bar.pill.lines == ("仅本机",))
    made.bar.pill.click()
    assert isinstance(made.current(), SyncPage)
    assert made.toast.isVisible()
