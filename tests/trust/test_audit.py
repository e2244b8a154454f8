"""A4: what was changed behind the door is found by `check`: bytes and rows of the log, of the audit trail and of the records."""

import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from app.bootstrap import start
from app.health import check


@pytest.fixture
def tamper(folder: Path) -> Callable[..., list[str]]:
    """Run SQL on the closed file, past the guards, and return what `check` says."""

    def run(*statements: str, **params: object) -> list[str]:
        with closing(sqlite3.connect(folder / "site.db")) as raw:
            guards = raw.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
            for name, _sql in guards:
                raw.execute(f'DROP TRIGGER "{name}"')
            for statement in statements:
                assert raw.execute(statement, params).rowcount, statement
            for _name, sql in guards:
                raw.execute(sql)
            raw.commit()
        profile = start(folder)
        try:
            return [str(n) for n in profile.notices] + check(profile)
        finally:
            profile.close()

    return run


CHANGES = {
    "a row deleted": ["DELETE FROM op WHERE seq = 20"],
    "the tail cut off": ["DELETE FROM op WHERE seq > 70"],
    "everything cut off": ["DELETE FROM op"],
    "rows swapped": [
        "UPDATE op SET seq = -1 WHERE seq = 20",
        "UPDATE op SET seq = 20 WHERE seq = 21",
        "UPDATE op SET seq = 21 WHERE seq = -1",
    ],
    "another actor": ["UPDATE op SET actor = randomblob(16) WHERE seq = 20"],
    "another time": ["UPDATE op SET wall = wall + 1 WHERE seq = 20"],
    "another kind": ["UPDATE op SET kind = 'retire' WHERE seq = 20"],
    "another subject": ["UPDATE op SET row_id = randomblob(16) WHERE seq = 20"],
    "another outcome": ["UPDATE op SET outcome = 'conflict' WHERE seq = 20"],
    "another chain": ["UPDATE op SET chain_id = randomblob(16) WHERE seq = 20"],
    "an audit row deleted": ["DELETE FROM audit WHERE n = 20"],
    "an audit row forged": [
        "UPDATE audit SET changes = replace(changes, '改名', '别名') WHERE verb = 'update'"
    ],
    "an audit row by another": ["UPDATE audit SET actor = randomblob(16) WHERE n = 20"],
    "a record changed": ["UPDATE stock_movement SET qty = qty + 1 WHERE n = 5"],
    "a record deleted": ["DELETE FROM supplier WHERE n = 5"],
    "a record added": [
        "INSERT INTO supplier (id, code, name, active, created_at, updated_at, bucket, deleted) SELECT randomblob(16), 'FORGED', name, 1, 1, 1, bucket, 0 FROM supplier WHERE n = 1"
    ],
    "a level changed": ["UPDATE stock_level SET on_hand = on_hand + 1000"],
}


@pytest.mark.parametrize("what", CHANGES)
def test_tampering_is_found(tamper, what):
    assert tamper(*CHANGES[what])


def test_an_untouched_file_is_in_order(folder):
    profile = start(folder)
    assert check(profile) == []
    profile.close()


def test_a_hundred_changed_bytes_of_the_log_are_all_found(folder):
    chance = random.Random(4)
    profile = start(folder)
    missed = []
    for _ in range(100):
        seq, column = chance.randint(1, 78), chance.choice(["body", "hash", "op_id"])
        with profile.store.local() as connection:
            (old,) = connection.execute(f"SELECT {column} FROM op WHERE seq = ?", (seq,)).fetchone()
            at, mask = chance.randrange(len(old)), chance.randint(1, 255)
            new = old[:at] + bytes([old[at] ^ mask]) + old[at + 1 :]
            connection.execute(f"UPDATE op SET {column} = ? WHERE seq = ?", (new, seq))
        if not any(str(seq) in fault for fault in check(profile)):
            missed.append((seq, column, at))
        with profile.store.local() as connection:
            connection.execute(f"UPDATE op SET {column} = ? WHERE seq = ?", (old, seq))
    assert missed == []
    assert check(profile) == []
    profile.close()
