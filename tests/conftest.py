"""What all tests share: no display, no home, no stray log line, the house's Hypothesis profile, a PostgreSQL on demand."""

import logging
import os
import shutil
from collections.abc import Generator, Iterator
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stores import ServerStore

ROOT = Path(__file__).resolve().parent.parent

# Before anything imports Qt: a platform plugin that is missing aborts the process, and the pictures need our fonts.
os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["QT_QPA_FONTDIR"] = str(ROOT / "resources" / "fonts")
for _name in ("QT_SCALE_FACTOR", "QT_FONT_DPI", "QT_STYLE_OVERRIDE", "QT_QPA_PLATFORMTHEME"):
    os.environ.pop(_name, None)

import psycopg
import pytest
from hypothesis import settings
from pg_server import running

from app.bootstrap import found, start
from app.clock import Clock
from app.desk import Desk
from app.words import use

settings.register_profile("house", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "house")

_numbers = count(1)
#: 2026-11-22 11:41:00 in Shanghai, the as-of time of the sample site.
STORY_NOW = 1_795_318_860_000


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "logs(*parts): warnings and errors that hold one of these parts are expected"
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """What hostile tests log goes from one process to another in words that every line can carry."""
    report = yield
    report.sections = [
        (title, text.encode("utf-8", "backslashreplace").decode("utf-8")) for title, text in report.sections
    ]
    return report


class _Listener(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.levelname} {record.name}: {record.getMessage()}")


@pytest.fixture(autouse=True)
def _quiet_log(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that logs a warning or an error it did not announce with `@pytest.mark.logs("part of the line")`."""
    listener = _Listener()
    logging.getLogger().addHandler(listener)
    yield
    logging.getLogger().removeHandler(listener)
    expected = [part for mark in request.node.iter_markers("logs") for part in mark.args]
    stray = [line for line in listener.lines if not any(part in line for part in expected)]
    assert not stray, "logged, but not expected:\n" + "\n".join(stray)


@pytest.fixture(autouse=True)
def _one_language() -> Iterator[None]:
    """Whatever language a test chose, the next one begins in Chinese."""
    use("zh_CN")
    yield
    use("zh_CN")


@pytest.fixture(autouse=True, scope="session")
def _no_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A user's settings and data are neither read nor touched."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "APPDATA", "LOCALAPPDATA"):
            patch.setenv(name, str(home / name.lower()))
        yield


@pytest.fixture
def tmp_profile(tmp_path: Path) -> Path:
    """An empty folder for one profile; Chinese and a space are in its name, as they are at the users'."""
    folder = tmp_path / "站点 profile"
    folder.mkdir()
    return folder


@pytest.fixture(scope="session")
def _pg_server() -> Iterator[str]:
    with running() as address:
        yield address


@pytest.fixture
def pg_url(_pg_server: str) -> Iterator[str]:
    """The SQLAlchemy address of a new, empty PostgreSQL database; the server starts with the first test that asks."""
    database = f"test_{next(_numbers)}"
    door = _pg_server.format(database="postgres").replace("+psycopg", "")
    with psycopg.connect(door, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{database}"')
    yield _pg_server.format(database=database)
    with psycopg.connect(door, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{database}" WITH (FORCE)')


@pytest.fixture(scope="session")
def _hub_template(_pg_server: str) -> str:
    from stores import template

    return template(_pg_server)


@pytest.fixture
def server_store(_pg_server: str, _hub_template: str) -> Iterator["ServerStore"]:
    """A PostgreSQL database for a hub, in which the tables are and no hub yet."""
    from stores import ServerStore

    made = ServerStore(_pg_server, _hub_template)
    yield made
    made.drop()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """The local administrator's desk on an empty profile; the clock stands at 2026-11-22 11:41 in Shanghai."""
    profile = found(tmp_path / "profile", clock=Clock.pinned(STORY_NOW), device="T01")
    yield Desk.of_administrator(profile)
    profile.close()


@pytest.fixture(scope="session")
def _sample_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from app.sample import load

    folder = tmp_path_factory.mktemp("sample") / "profile"
    profile = found(folder, clock=Clock.pinned(STORY_NOW), sample=True, device="T01")
    load(profile)
    profile.close()
    return folder


@pytest.fixture
def sample_folder(_sample_folder: Path, tmp_path: Path) -> Path:
    """A copy of the sample site as of 2026-11-22."""
    return Path(shutil.copytree(_sample_folder, tmp_path / "sample"))


@pytest.fixture
def sample_desk(sample_folder: Path) -> Iterator[Desk]:
    """The local administrator's desk on a copy of the sample site as of 2026-11-22 11:41 in Shanghai."""
    profile = start(sample_folder, Clock.pinned(STORY_NOW))
    yield Desk.of_administrator(profile)
    profile.close()
