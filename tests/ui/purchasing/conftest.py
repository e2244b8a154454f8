"""The sample site with a storekeeper and a supervisor, and the worker of a window."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
from paged import settled, shown, tasks
from PySide6.QtWidgets import QWidget

from app.access import ROLES, Actor
from app.desk import Desk
from app.purchasing import orders
from app.purchasing.lists import OrderCard, order_card
from app.sample import sample_id
from ui.kit.tasks import Tasks

__all__ = ["settled", "shown", "tasks"]


@pytest.fixture
def person(sample_desk) -> Callable[[str, str, str], Desk]:
    """Somebody of the sample at the data centre."""
    site = next(site for site in sample_desk.sites() if site.code == "DC1")
    permissions = {role.code: role.permissions for role in ROLES}

    def made(account: str, role: str, staff: str) -> Desk:
        actor = Actor(
            sample_id("user_account", account), account, permissions[role], (role,),
            sample_id("staff", staff), staff,
        )  # fmt: skip
        return replace(sample_desk, actor=actor, site=site)

    return made


@pytest.fixture
def keeper(person) -> Desk:
    return person("store", "storekeeper", "SW-0003")


@pytest.fixture
def boss(person) -> Desk:
    return person("super", "supervisor", "SW-0001")


@pytest.fixture
def placed(keeper, boss) -> bytes:
    """Four belts (HVAC-003) and two filters (HVAC-001) are on their way."""
    order, _done = orders.new_order(keeper, sample_id("supplier", "SUP-04"))
    orders.add_line(keeper, order, sample_id("part", "HVAC-003"), 4000)
    orders.add_line(keeper, order, sample_id("part", "HVAC-001"), 2000)
    orders.take_step(keeper, order, "submitted")
    orders.take_step(boss, order, "approved")
    orders.take_step(keeper, order, "ordered", ordered_on="2026-11-22", due_on="2026-12-01")
    return order


@dataclass
class Office:
    """Who works, what is on order, and how a page is shown and waited for."""

    keeper: Desk
    boss: Desk
    placed: bytes
    tasks: Tasks
    show: Callable[..., QWidget]
    settle: Callable[[], None]

    def card(self, order: bytes | None = None) -> OrderCard:
        """An order as it stands; without one, the one that is on its way."""
        with self.keeper.read() as read:
            found = order_card(read, order or self.placed, self.keeper.today())
        assert found
        return found


@pytest.fixture
def office(request, shown, settled, tasks) -> Office:
    people = [request.getfixturevalue(name) for name in ("keeper", "boss", "placed")]
    return Office(*people, tasks, shown, settled)
