"""Rules 12, 17-19: no way around the door, and nothing in a synced table that two databases would keep differently."""

import shutil
import sqlite3
import subprocess
from contextlib import closing

import pytest
from sqlalchemy import Float, Integer, LargeBinary, Numeric, Text, delete, insert, text, update
from sqlalchemy.exc import IntegrityError

from app.generic import create
from app.health import check
from db.guard import VERBS, trigger_name
from db.ids import new_id
from db.models import SYNCED
from db.schema import metadata

TABLES = [metadata().tables[name] for name in SYNCED]


@pytest.mark.parametrize("table", TABLES, ids=lambda t: t.name)
def test_columns_hold_one_physical_form(table):
    for column in table.columns:
        assert isinstance(column.type, Integer | LargeBinary | Text), column
        assert not isinstance(column.type, Float | Numeric), column
        for name in ("default", "onupdate", "server_default", "server_onupdate", "computed"):
            # PostgreSQL numbers `n` itself; it is local and never travels.
            assert getattr(column, name) is None or column.name == "n", (column, name)
        for key in column.foreign_keys:
            assert key.ondelete in {None, "RESTRICT", "NO ACTION"}, column
            assert key.onupdate is None, column


def test_nothing_cascades_in_the_file_itself(desk):
    with desk.read() as read:
        for table in SYNCED:
            for key in read.rows(f'PRAGMA foreign_key_list("{table}")'):
                assert key[5:7] == ("NO ACTION", "NO ACTION"), (table, key)
            kinds = {kind for _n, _name, kind, *_rest in read.rows(f'PRAGMA table_info("{table}")')}
            assert kinds <= {"INTEGER", "BIGINT", "TEXT", "BLOB"}, (table, kinds)


def test_every_synced_table_has_its_three_guards(desk):
    wanted = {trigger_name(table, verb) for table in SYNCED for verb in VERBS}
    with desk.read() as read:
        found = read.rows("SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'guard_%'")
    assert {name for (name,) in found} == wanted


def statements(table):
    values = {c.name: b"1" * 16 if isinstance(c.type, LargeBinary) else 1 for c in table.columns}
    return insert(table).values(values), update(table).values(deleted=0), delete(table)


@pytest.fixture
def filled(desk):
    """A profile with a row in a few tables; guards of empty tables are tried by inserts."""
    desk.perform(
        create("supplier", new_id(), code="S", name="供应商", active=1),
        create("site", new_id(), code="S1", name="站", site_type="other", timezone="Asia/Shanghai", active=1),
    )
    return desk


def test_raw_sql_and_orm_bulk_are_refused_on_every_table(filled):
    for table in TABLES:
        added, changed, removed = statements(table)
        with filled.read() as read:
            rows = read.value(f'SELECT count(*) FROM "{table.name}"')
        for statement in (added, changed, removed) if rows else (added,):
            with filled.profile.engine.connect() as connection:
                connection.execute(text("PRAGMA foreign_keys = OFF"))
                with pytest.raises(IntegrityError, match="changes only by operations"):
                    connection.execute(statement)
                connection.execute(text("PRAGMA foreign_keys = ON"))
    assert check(filled.profile) == []


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT OR REPLACE INTO supplier SELECT * FROM supplier",
        "REPLACE INTO supplier SELECT * FROM supplier",
        "INSERT OR IGNORE INTO supplier SELECT * FROM supplier",
        "UPDATE OR IGNORE supplier SET name = 'x'",
        "DELETE FROM supplier",
        "DELETE FROM supplier WHERE n IN (SELECT n FROM supplier)",
        "WITH x AS (SELECT n FROM supplier) UPDATE supplier SET deleted = 1 WHERE n IN x",
    ],
)
def test_every_spelling_is_refused(filled, sql):
    with closing(sqlite3.connect(filled.profile.database)) as raw, pytest.raises(sqlite3.IntegrityError):
        raw.execute(sql)
    assert check(filled.profile) == []


def test_the_shell_of_sqlite_is_refused(filled):
    shell = shutil.which("sqlite3")
    if shell is None:
        pytest.skip("the program sqlite3 is not installed; its statements are tried through the driver")
    done = subprocess.run([shell, str(filled.profile.database), "UPDATE supplier SET name = 'x'"], capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode != 0
    assert "changes only by operations" in done.stderr
