"""The technician and the supervisor of the sample site, and a page in a window, in one language."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from PySide6.QtWidgets import QApplication, QWidget

from app import words
from app.access import ROLES, Actor
from app.desk import Desk
from app.fields import from_json
from app.inspections import actions, lists
from ui.inspections.round_page import RoundPage
from ui.kit import theme
from ui.kit.tasks import Tasks


@pytest.fixture(autouse=True)
def _dressed(qapp: QApplication) -> None:
    theme.apply(qapp, "light")


@pytest.fixture(params=["zh_CN", "en"])
def spoken(request: pytest.FixtureRequest) -> Iterator[str]:
    """Both languages, one after the other."""
    before = words.language()
    words.use(request.param)
    yield request.param
    words.use(before)


@pytest.fixture
def tasks(qapp: QApplication) -> Iterator[Tasks]:
    assert qapp
    made = Tasks()
    yield made
    made.stop()


@pytest.fixture
def person(sample_desk: Desk) -> Callable[[str], Desk]:
    """The desk of an account of the sample at DC1."""
    site = next(s for s in sample_desk.sites() if s.code == "DC1")

    def of(username: str) -> Desk:
        with sample_desk.read() as read:
            user, roles = read.row("SELECT id, roles FROM user_account WHERE username = ?", username)
        codes = tuple(from_json(roles))
        allowed = frozenset().union(*(spec.permissions for spec in ROLES if spec.code in codes))
        return replace(sample_desk, actor=Actor(user, username, allowed, codes, site_id=site.id), site=site)

    return of


@pytest.fixture
def show(qtbot) -> Callable[[QWidget], QWidget]:
    """Put a page into a window of its own, with the focus."""

    def shown(page: QWidget, size: tuple[int, int] = (1366, 768)) -> QWidget:
        qtbot.addWidget(page)
        page.resize(*size)
        page.show()
        page.activateWindow()
        qtbot.waitUntil(lambda: page.isActiveWindow() and QApplication.focusWidget() is not None)
        return page

    return shown


@pytest.fixture
def daily(person, tasks, show) -> RoundPage:
    """The page of the data centre's daily round of today."""
    desk = person("tech")
    line = next(found for found in lists.rounds_to_do(desk) if found.template_code == "IT-DC-D")
    return show(RoundPage(desk, tasks, actions.start_round(desk, line.id), keypad="always"))
