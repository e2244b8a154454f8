"""A hub with two laptops, served over real HTTP in this process, and administrators at its page."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fleet import Fleet, blank_files, furnish
from hub_place import Place
from stores import ServerStore
from visitor import PASSWORD, Visitor

from app.hub.pages.accounts import put_admin
from app.words import speaking


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty site file and an empty hub, to be copied."""
    return blank_files(tmp_path_factory.mktemp("blank"))


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with speaking("en"):
        yield


@pytest.fixture
def store(request: pytest.FixtureRequest) -> ServerStore | None:
    """A file, or PostgreSQL where a test is parametrised with "server"."""
    return request.getfixturevalue("server_store") if getattr(request, "param", "") == "server" else None


@pytest.fixture
def place(tmp_path: Path, blank: Path, store: ServerStore | None) -> Iterator[Place]:
    """The hub with the laptops a and b, and the administrator chen."""
    fleet = Fleet(tmp_path, blank, store)
    furnish(fleet.open("a").desk)
    fleet.open("b")
    for name in "ab":
        fleet.laptops[name].sync()
    put_admin(fleet.hub, "chen", PASSWORD, None)
    made = Place(fleet)
    yield made
    made.close()
    fleet.close()


@pytest.fixture
def visit(place: Place) -> Iterator[Callable[..., Visitor]]:
    """Somebody new at a browser."""
    found: list[Visitor] = []

    def one(language: str = "en") -> Visitor:
        found.append(Visitor(place.address, language))
        return found[-1]

    yield one
    for visitor in found:
        visitor.close()


@pytest.fixture
def chen(visit: Callable[..., Visitor]) -> Visitor:
    """The administrator, signed in."""
    made = visit()
    made.sign_in()
    return made
