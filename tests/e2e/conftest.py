"""The running program on a copy of the sample site, its clock at 2026-11-22 11:41."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtWidgets import QApplication

from app.bootstrap import start
from app.clock import Clock
from app.settings import Settings
from app.words import use
from ui.program import Program
from ui.story import Story

NOW = 1_795_318_860_000


@pytest.fixture(params=["zh_CN", "en"])
def language(request) -> Iterator[str]:
    yield request.param
    use("zh_CN")


@pytest.fixture
def program(qapp: QApplication, sample_folder: Path, language: str) -> Iterator[Program]:
    profile = start(sample_folder, Clock.pinned(NOW))
    made = Program(profile, Settings(profile.folder), qapp)
    made.start(language)
    yield made
    made.stop()


@pytest.fixture
def story(program: Program) -> Story:
    return Story(program)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "现场 1.jpg"
    Image.new("RGB", (800, 600), "#336699").save(path)
    return path
