import pytest
from machines import small

from ui.kit.tasks import Tasks


@pytest.fixture
def tasks(qtbot):
    made = Tasks()
    yield made
    qtbot.waitUntil(made.idle)
    made.stop()


@pytest.fixture
def site(desk):
    return small(desk)
