"""The sign-in page of the sample site names the accounts and their password."""

from PySide6.QtCore import Qt

from app.settings import Settings
from ui.kit.tasks import Tasks
from ui.signin import SignInPage


def test_a_click_fills_in_the_password(qtbot, sample_desk):
    tasks = Tasks()
    page = SignInPage(sample_desk.profile, tasks, Settings(sample_desk.profile.folder))
    qtbot.addWidget(page)
    page.show()
    posts = [row.person.post for row in page.list.rows[:4]]
    assert posts == ["技术员", "仓库管理员", "主管", "系统管理员"]
    qtbot.mouseClick(page.list.rows[0], Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(page.signed_in, raising=False, timeout=100):
        page._card.submit()
    qtbot.waitUntil(lambda: hasattr(page._card, "skipped"))
    with qtbot.waitSignal(page.signed_in) as signed:
        page._card.skipped.emit()
    assert signed.args[0].actor.roles == ("technician",)
    tasks.stop()
