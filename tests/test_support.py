"""The tests' own tools do what they promise."""

import logging
import os
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text


def test_each_test_gets_an_empty_postgresql_database(pg_url: str) -> None:
    engine = create_engine(pg_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE part (name text)"))
        connection.execute(text("INSERT INTO part VALUES ('温湿度传感器')"))
        assert connection.scalar(text("SELECT name FROM part")) == "温湿度传感器"
    engine.dispose()


def test_another_test_sees_nothing_of_it(pg_url: str) -> None:
    engine = create_engine(pg_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE part (name text)"))
    engine.dispose()


@pytest.mark.logs("a stray line")  # the inner run shares our log
def test_stray_log_line_fails_a_test(pytester: pytest.Pytester) -> None:
    conftest = Path(__file__).with_name("conftest.py").read_text(encoding="utf-8")
    support = Path(__file__).with_name("support")
    pytester.makeconftest(f"import sys\nsys.path.insert(0, {str(support)!r})\n" + conftest)
    pytester.makepyfile(
        "import logging\ndef test_it():\n    logging.getLogger('x').warning('a stray line')\n"
    )
    pytester.runpytest("-p", "no:randomly").stdout.fnmatch_lines(["*logged, but not expected*"])


@pytest.mark.logs("announced")
def test_announced_log_line_is_fine() -> None:
    logging.getLogger("house").warning("announced")


def test_profile_is_an_empty_folder(tmp_profile: Path) -> None:
    assert list(tmp_profile.iterdir()) == []


def test_no_home_of_the_user_is_in_reach(tmp_path_factory: pytest.TempPathFactory) -> None:
    assert Path(os.environ["XDG_DATA_HOME"]).is_relative_to(tmp_path_factory.getbasetemp())
