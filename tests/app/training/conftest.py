"""The sample's people, courses and certificates."""

import pytest
from school import fill, key

from app import words


@pytest.fixture
def school(desk):
    """The desk of the sample's people, courses and certificates, as of 2026-11-22."""
    fill(desk)
    words.use("zh_CN")
    return desk


@pytest.fixture
def staff_id():
    return lambda number: key("staff", number)


@pytest.fixture
def course_id():
    return lambda code: key("course", code)
