import disputes
import pytest
from machines import small
from PySide6.QtWidgets import QApplication

from app import words
from app.conflicts import lines
from ui.kit import theme
from ui.kit.tasks import Tasks
from ui.sync.conflicts_page import ConflictsPage


@pytest.fixture(params=["zh_CN"])
def spoken(request):
    words.use(request.param)
    yield request.param
    words.use("zh_CN")


@pytest.fixture
def tasks(qtbot):
    made = Tasks()
    yield made
    qtbot.waitUntil(made.idle)
    made.stop()


@pytest.fixture
def site(desk):
    return small(desk)


@pytest.fixture
def people(site):
    disputes.name_devices(site.desk)
    return disputes.people(site)


@pytest.fixture
def disputed(people, site):
    """Two conflicts: who is responsible for the server, and what the door's host is called."""
    staff = people.staff
    disputes.differ(
        people, "equipment", site.server, "responsible_id", theirs=staff["technician"], mine=staff["nangong"]
    )
    disputes.differ(people, "equipment", site.door, "name", theirs="门禁主机甲", mine="门禁主机乙")
    return people


@pytest.fixture
def show(qtbot, tasks):
    """Show the conflict page of a desk and wait until it has the keyboard."""

    def made(desk, *, width=1286, height=716):
        theme.apply(QApplication.instance(), "light")
        page = ConflictsPage(desk, tasks)
        qtbot.addWidget(page)
        page.resize(width, height)
        page.show()
        page.activateWindow()
        qtbot.waitUntil(page.isActiveWindow)
        page.take_focus()
        return page

    return made


@pytest.fixture
def waiting():
    """How many conflicts wait for somebody."""

    def count(desk):
        with desk.read() as read:
            return len(lines(read, desk.actor))

    return count
