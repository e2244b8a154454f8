"""A desk with a site, a bin, a part and some history; processes that stand in the way; damage by hand."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.bootstrap import start
from app.desk import Desk

VICTIM = Path(__file__).with_name("victim.py")


def victim(*arguments: object) -> "subprocess.Popen[str]":
    command = [sys.executable, str(VICTIM), *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


@pytest.fixture
def run_victim() -> Iterator[Callable[..., "subprocess.Popen[str]"]]:
    """Start tests/trust/victim.py in a process of its own; it ends with the test."""
    running = []

    def begin(*arguments: object) -> "subprocess.Popen[str]":
        running.append(victim(*arguments))
        return running[-1]

    yield begin
    for process in running:
        process.kill()
        process.communicate()


@pytest.fixture(scope="session")
def _furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("trust") / "site"
    subprocess.run([sys.executable, str(VICTIM), "furnish", str(folder), "25"], check=True)
    return folder


@pytest.fixture
def folder(_furnished: Path, tmp_path: Path) -> Path:
    """A closed profile with 78 ops in its log; its name is one that addresses and shells trip over."""
    import shutil

    return Path(shutil.copytree(_furnished, tmp_path / "站点 50% ?#1"))


@pytest.fixture
def site(folder: Path) -> Iterator[Desk]:
    """The local administrator's desk on that profile, open."""
    profile = start(folder)
    yield Desk.of_administrator(profile)
    profile.close()
