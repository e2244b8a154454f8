"""The sample's people, courses and certificates behind real widgets."""

import pytest
from school import fill

from app import words
from ui.kit import theme
from ui.kit.tasks import Tasks


@pytest.fixture
def school(desk):
    """The desk of the sample's people, courses and certificates, as of 2026-11-22."""
    fill(desk)
    return desk


@pytest.fixture
def tasks(qapp):
    words.use("zh_CN")
    theme.apply(qapp, "light")
    tasks = Tasks()
    yield tasks
    tasks.stop()
