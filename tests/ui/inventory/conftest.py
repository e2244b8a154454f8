"""The sample site with one work order, and the worker of a window."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from paged import settled, shown, tasks

from app.desk import Desk
from app.generic import create
from db.ids import new_id

__all__ = ["settled", "shown", "tasks"]


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
