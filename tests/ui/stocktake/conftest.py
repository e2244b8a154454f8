"""A shelf to count, and the worker of a window."""

import pytest
from paged import settled, shown, tasks
from shelf import Shelf, shelf_on

from app.desk import Desk

__all__ = ["settled", "shown", "tasks"]


@pytest.fixture
def shelf(desk: Desk) -> Shelf:
    """HVAC-1 (4) and HVAC-2 (7) in A01, PWR-1 (10) in A02."""
    made = shelf_on(desk, desk.now())
    made.part("HVAC-1", 4)
    made.part("HVAC-2", 7, unit_price=20_0000)
    made.part("PWR-1", 10, "A02", abc_class="C")
    made.later()
    return made
