"""The sample site with one work order, and the worker of a window."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from PySide6.QtWidgets import QApplication, QWidget

from app import words
from app.desk import Desk
from app.generic import create
from db.ids import new_id
from ui.kit import theme
from ui.kit.tasks import Tasks


@pytest.fixture
def shown(qtbot) -> Iterator[Callable[[QWidget], QWidget]]:
    """Show a page in English, as large as the window leaves it."""
    qt = QApplication.instance()
    theme.apply(qt, "light")
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
    return lambda: qtbot.waitUntil(tasks.idle)


@pytest.fixture
def store(sample_desk) -> Desk:
    """The data centre of the sample, where an order waits for a sensor."""
    site = next(site for site in sample_desk.sites() if site.code == "DC1")
    with sample_desk.read() as read:
        machine = read.find("equipment", code="DC1-CRA-001")
    sample_desk.perform(
        create("work_order", new_id(), code="WO-T01-0900", title="更换温湿度传感器", site_id=site.id, kind="corrective",
               equipment_id=machine, priority="important", status="assigned")
    )  # fmt: skip
    return replace(sample_desk, site=site)


@pytest.fixture
def id_of(store) -> Callable[[str, str], bytes]:
    """The id of a record by its code."""

    def found(table: str, code: str) -> bytes:
        with store.read() as read:
            key = {"part": "part_no", "staff": "staff_no"}.get(table, "code")
            return read.find(table, **{key: code})

    return found


@pytest.fixture
def figures(store) -> Callable[[str], tuple[int, str]]:
    """On hand and state of a part."""

    def found(code: str) -> tuple[int, str]:
        with store.read() as read:
            return read.row(
                "SELECT s.on_hand, s.state FROM part_stock s JOIN part p ON p.id = s.part_id WHERE p.part_no = ?",
                code,
            )

    return found
