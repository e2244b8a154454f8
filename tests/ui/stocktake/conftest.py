"""A shelf to count, and the worker of a window."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtWidgets import QApplication, QWidget
from shelf import Shelf, shelf_on

from app import words
from app.desk import Desk
from ui.kit import theme
from ui.kit.tasks import Tasks


@pytest.fixture
def shelf(desk: Desk) -> Shelf:
    """HVAC-1 (4) and HVAC-2 (7) in A01, PWR-1 (10) in A02."""
    made = shelf_on(desk, desk.now())
    made.part("HVAC-1", 4)
    made.part("HVAC-2", 7, unit_price=20_0000)
    made.part("PWR-1", 10, "A02", abc_class="C")
    made.later()
    return made


@pytest.fixture
def shown(qtbot) -> Iterator[Callable[[QWidget], QWidget]]:
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
