"""The sample site with two people who buy: a storekeeper who writes, a supervisor who approves."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from app.access import ROLES, Actor
from app.desk import Desk
from app.inventory.purchases import EXPECTED
from app.purchasing import orders
from app.purchasing.lists import OrderCard, order_card
from app.sample import sample_id

_PERMISSIONS = {role.code: role.permissions for role in ROLES}


@dataclass
class Office:
    """The desks of the people, and what the books say."""

    keeper: Desk
    boss: Desk
    admin: Desk

    def card(self, order: bytes) -> OrderCard:
        with self.keeper.read() as read:
            found = order_card(read, order, self.keeper.today())
        assert found
        return found

    def status(self, order: bytes) -> str:
        return self.card(order).order.status

    def stock(self, part: str) -> tuple[int, int, str, int]:
        """On hand and on order in pieces, the state, and the proposal in pieces."""
        with self.keeper.read() as read:
            on_hand, on_order, state, proposal = read.row(
                "SELECT on_hand, on_order, state, proposal FROM part_stock WHERE part_id = ?",
                sample_id("part", part),
            )
        return on_hand // 1000, on_order // 1000, state, proposal // 1000

    def alerts(self, part: str) -> list[str]:
        with self.keeper.read() as read:
            sql = "SELECT rule FROM alert WHERE subject_id = ? AND cleared_at IS NULL"
            return [rule for (rule,) in read.rows(sql, sample_id("part", part))]

    def line(self, order: bytes, part: str):
        return next(line for line in self.card(order).lines if line.part_no == part)

    def draft(self, part: str, pieces: int) -> bytes:
        """A draft by hand of one part."""
        with self.keeper.read() as read:
            supplier = read.get("part", sample_id("part", part))["preferred_supplier_id"]
        order, _done = orders.new_order(self.keeper, supplier)
        orders.add_line(self.keeper, order, sample_id("part", part), pieces * 1000)
        return order

    def placed(self, part: str, pieces: int, due: str = "2026-12-01") -> bytes:
        """An order that is on its way."""
        order = self.draft(part, pieces)
        orders.take_step(self.keeper, order, "submitted")
        orders.take_step(self.boss, order, "approved")
        orders.take_step(self.keeper, order, "ordered", ordered_on=self.keeper.today(), due_on=due)
        assert self.status(order) in EXPECTED
        return order


@pytest.fixture
def person(sample_desk) -> Callable[..., Desk]:
    def made(account: str, role: str, staff: str) -> Desk:
        actor = Actor(
            sample_id("user_account", account),
            account,
            _PERMISSIONS[role],
            (role,),
            sample_id("staff", staff),
            staff,
        )
        return replace(sample_desk, actor=actor)

    return made


@pytest.fixture
def office(person) -> Office:
    site = next(site for site in person("store", "storekeeper", "SW-0003").sites() if site.code == "DC1")
    people = (
        ("store", "storekeeper", "SW-0003"),
        ("super", "supervisor", "SW-0001"),
        ("admin", "administrator", "SW-0004"),
    )
    return Office(*(person(*who).at(site) for who in people))
