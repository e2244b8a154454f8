"""One hub and two honest laptops for a whole page of hostile tests, on a file and on PostgreSQL."""

from collections.abc import Iterator

import pytest
from enemy import OLD, THEIRS, Enemy, numbers
from fleet import (
    AWAY,
    CLASS,
    SITE,
    YARD,
    Fleet,
    Laptop,
    furnish,
    furnish_away,
)
from judge import nothing_waits, rows_are_equal
from stores import ServerStore

from app import auth
from app.generic import create


@pytest.fixture(scope="module", params=["file", "server"])
def fleet(request, tmp_path_factory, blank, _pg_server, _hub_template) -> Iterator[Fleet]:
    """One hub and two honest laptops for the whole page: what one enemy spoils, the next ones and they live with."""
    store = ServerStore(_pg_server, _hub_template) if request.param == "server" else None
    made = Fleet(tmp_path_factory.mktemp("hostile"), blank, store)
    desk = made.open("a").desk
    furnish(desk)
    furnish_away(desk)
    for role in auth.role_ops():
        desk.perform(role)
    desk.perform(
        create(
            "equipment", THEIRS, code="F1", name="彼机", class_id=CLASS, site_id=AWAY, location_id=YARD,
            serial_no="SECRET-77", status="in_service", criticality="A",
        )
    )  # fmt: skip
    made.laptops["a"].sync()
    made.open("b").sync()
    yield made
    for honest in (*made, *made):
        honest.sync()
    with made.hub.reading() as read:
        for honest in made:
            nothing_waits(honest)
            rows_are_equal(honest, read.connection)
    made.close()
    if store:
        store.drop()


@pytest.fixture(scope="module")
def people(fleet: Fleet) -> dict[str, bytes]:
    """An administrator, a technician of each site, and a supervisor."""
    a = fleet.laptops["a"]
    made = {
        name: auth.create_account(a.desk, name, OLD, roles=[role], sites=sites, must_change=False)
        for name, role, sites in (
            ("chief", "administrator", ()), ("here", "technician", (SITE,)), ("away", "technician", (AWAY,)),
            ("boss", "supervisor", (SITE,)),
        )
    }  # fmt: skip
    a.sync()
    return made


@pytest.fixture
def a(fleet: Fleet, people: dict[str, bytes]) -> Iterator[Laptop]:
    """An honest laptop, whose work is taken in whatever was done beside it."""
    assert people
    laptop = fleet.laptops["a"]
    yield laptop
    laptop.desk.perform(laptop.moved("receipt", 1))
    report = laptop.sync()
    assert (report.rejected, report.quarantined) == (0, 0)
    nothing_waits(laptop)


@pytest.fixture
def enemy(fleet: Fleet, a: Laptop) -> Enemy:
    assert a
    return Enemy(fleet, code=f"E{next(numbers)}")


@pytest.fixture
def insider(fleet: Fleet, a: Laptop) -> Enemy:
    """One with a laptop that may do everything: the worst that the front door lets through."""
    assert a
    return Enemy(fleet, scope="*", code=f"I{next(numbers)}")
