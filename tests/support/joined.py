"""The fixtures of a fleet: a hub and laptops that have joined it, in one process; sentences in English."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fleet import Fleet, blank_files, furnish
from stores import ServerStore

from app.words import speaking


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty site file and an empty hub, to be copied."""
    return blank_files(tmp_path_factory.mktemp("blank"))


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """Sentences are compared in English."""
    with speaking("en"):
        yield


@pytest.fixture
def store(request: pytest.FixtureRequest) -> ServerStore | None:
    """Where the hub keeps its rows: a file, or PostgreSQL where a test is parametrised with "server"."""
    return request.getfixturevalue("server_store") if getattr(request, "param", "") == "server" else None


@pytest.fixture
def fleet(tmp_path: Path, blank: Path, store: ServerStore | None) -> Iterator[Fleet]:
    """A hub and two laptops, a and b, that both have the same small site."""
    made = Fleet(tmp_path, blank, store)
    furnish(made.open("a").desk)
    made.open("b")
    made.laptops["a"].sync()
    made.laptops["b"].sync()
    yield made
    made.close()
