"""The sample's people, courses and certificates."""

import shutil

import pytest
from school import NOW, key, made

from app import words
from app.bootstrap import start
from app.clock import Clock
from app.desk import Desk


@pytest.fixture(scope="session")
def _school_folder(tmp_path_factory):
    return made(tmp_path_factory.mktemp("school") / "profile")


@pytest.fixture
def school(_school_folder, tmp_path):
    """The desk of the sample's people, courses and certificates, as of 2026-11-22."""
    words.use("zh_CN")
    profile = start(shutil.copytree(_school_folder, tmp_path / "school"), Clock.pinned(NOW))
    yield Desk.of_administrator(profile)
    profile.close()


@pytest.fixture
def staff_id():
    return lambda number: key("staff", number)


@pytest.fixture
def course_id():
    return lambda code: key("course", code)
