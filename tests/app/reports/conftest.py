"""A shelf to count."""

import pytest
from shelf import Shelf, shelf_on

from app.desk import Desk


@pytest.fixture
def shelf(desk: Desk) -> Shelf:
    """Two bins: HVAC-1 (4) in A01, PWR-1 (10) in A02, and HVAC-2 (7)."""
    made = shelf_on(desk, desk.now())
    made.part("HVAC-1", 4)
    made.part("HVAC-2", 7, unit_price=20_0000)
    made.part("PWR-1", 10, "A02", abc_class="C")
    made.later()
    return made
