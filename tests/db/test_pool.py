"""The connections to a site file: lent, given back clean, closed when the file is let go."""

import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from db.migrate import migrate
from db.migrations import HEAD
from db.pool import KEPT, Pool


@pytest.fixture
def pool(tmp_path: Path):
    made = Pool(tmp_path / "a ?#.db")
    yield made
    made.dispose()


def test_a_connection_is_durable_and_used_again(pool):
    first = pool.raw_connection()
    kept = first.driver_connection
    modes = [
        kept.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("journal_mode", "synchronous", "foreign_keys")
    ]
    assert modes == ["wal", 2, 1]
    first.close()
    again = pool.raw_connection()
    assert again.driver_connection is kept
    again.close()


def test_what_was_not_ended_is_undone(pool):
    lent = pool.raw_connection()
    lent.driver_connection.execute("CREATE TABLE t (x)")
    lent.driver_connection.execute("BEGIN IMMEDIATE")
    lent.driver_connection.execute("INSERT INTO t VALUES (1)")
    lent.close()
    other = pool.raw_connection()
    assert not other.driver_connection.in_transaction
    assert other.driver_connection.execute("SELECT count(*) FROM t").fetchone() == (0,)
    other.close()


def test_a_file_that_was_let_go_is_opened_anew(pool):
    idle, lent = pool.raw_connection(), pool.raw_connection()
    first, second = idle.driver_connection, lent.driver_connection
    idle.close()
    pool.dispose()
    lent.close()
    for connection in (first, second):
        with pytest.raises(sqlite3.ProgrammingError, match="closed"):
            connection.execute("SELECT 1")
    anew = pool.raw_connection()
    assert anew.driver_connection.execute("SELECT 1").fetchone() == (1,)
    anew.close()


def test_few_stay_open_when_many_were_lent(pool):
    lent = [pool.raw_connection() for _n in range(KEPT + 3)]
    raw = [one.driver_connection for one in lent]
    for one in lent:
        one.close()
    closed = 0
    for connection in raw:
        try:
            connection.execute("SELECT 1")
        except sqlite3.ProgrammingError:
            closed += 1
    assert closed == 3


def test_threads_never_share_a_connection(pool):
    def borrow(_n: int) -> int:
        lent = pool.raw_connection()
        try:
            lent.driver_connection.execute("BEGIN")
            return lent.driver_connection.execute("SELECT 1").fetchone()[0]
        finally:
            lent.close()

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(borrow, range(200))) == [1] * 200


def test_statements_are_told(pool):
    said: list[str] = []
    pool.raw_connection().close()
    pool.trace(said.append)
    for _n in range(2):
        lent = pool.raw_connection()
        lent.driver_connection.execute("SELECT 1")
        lent.close()
    pool.trace(None)
    assert said == ["SELECT 1", "SELECT 1"]


def test_a_new_file_is_migrated_and_then_known_as_current(pool):
    assert not pool.is_current()
    migrate(pool)
    assert pool.is_current()
    assert migrate(pool) == HEAD


def test_a_start_loads_no_program_that_it_does_not_need():
    """SQLAlchemy, httpx and cryptography took half of the start; they come with the first migration or exchange."""
    heavy = "'sqlalchemy', 'httpx', 'cryptography', 'rich', 'openpyxl', 'reportlab', 'alembic'"
    script = f"import sys, app.bootstrap, ui.program, ui.inventory.area; print(sorted({{{heavy}}} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
