"""The fixtures of a page in a window: shown in English, with a worker, and a way to wait for it."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtWidgets import QApplication, QWidget

from app import words
from ui.kit import theme
from ui.kit.tasks import Tasks


@pytest.fixture
def shown(qtbot) -> Iterator[Callable[..., QWidget]]:
    """Show a page in English, as large as the window leaves it."""
    theme.apply(QApplication.instance(), "light")
    words.use("en")

    def show(page: QWidget, width: int = 1286, height: int = 716) -> QWidget:
        qtbot.addWidget(page)
        page.resize(width, height)
        page.show()
        page.activateWindow()
        return page

    yield show
    words.use("zh_CN")


@pytest.fixture
def tasks(qapp) -> Iterator[Tasks]:
    assert qapp
    made = Tasks()
    yield made
    made.stop()


@pytest.fixture
def settled(qtbot, tasks) -> Callable[[], None]:
    """Wait until the worker has answered."""
    return lambda: qtbot.waitUntil(tasks.idle, timeout=15_000)
