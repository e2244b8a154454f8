"""Who changed what, old and new; and any tampering with the log is found (A4, R-7.4-a)."""

import random
import sqlite3
from contextlib import closing

import pytest

from app import audit, auth, words
from app.access import ROLES, Actor
from app.audit import Filter
from app.desk import Desk
from app.errors import Denied
from app.generic import Retire, create, patch
from db.ids import new_id


def row_of(desk, table, row_id):
    with desk.read() as read:
        return read.get(table, row_id)


@pytest.fixture
def worked(desk) -> Desk:
    """A desk with some history: two suppliers, a site, an account, changes."""
    site, first, second = new_id(), new_id(), new_id()
    desk.perform(
        create(
            "site",
            site,
            code="DC1",
            name="样例站点",
            site_type="building",
            timezone="Asia/Shanghai",
            active=1,
        )
    )
    desk.perform(create("supplier", first, code="SUP-1", name="样例水泵", active=1))
    desk.perform(create("supplier", second, code="SUP-2", name="样例电气", active=1))
    desk.perform(patch("supplier", row_of(desk, "supplier", first), name="样例泵业", rating="A"))
    desk.perform(patch("supplier", row_of(desk, "supplier", first), phone="010-1", active=0))
    desk.perform(Retire("supplier", (second,)))
    desk.perform(
        create(
            "staff",
            new_id(),
            staff_no="T-01",
            name="样例甲",
            role_code="technician",
            status="active",
            site_id=site,
        )
    )
    return desk


def entries(desk, actor=None, **wanted) -> list[audit.Entry]:
    with desk.read() as read:
        return [e for e in audit.rows(read, audit.ids(read, actor or desk.actor, Filter(**wanted))) if e]


def test_old_and_new_are_said_with_the_words_of_the_fields(worked):
    newest, older = entries(worked, text="SUP-1")[:2]
    assert (newest.code, newest.title, newest.verb, newest.actor) == (
        "SUP-1",
        "样例泵业",
        "update",
        "本机管理员",
    )
    with words.speaking("en"):
        changes = audit.changes_of(worked, older.n)
        assert [(c.label, c.old, c.new) for c in changes] == [
            ("Name", "样例水泵", "样例泵业"),
            ("Rating", "", "A"),
        ]
        flags = audit.changes_of(worked, newest.n)
        assert ("Active", "Yes", "No") in [(c.label, c.old, c.new) for c in flags]


def test_a_new_record_is_shown_as_it_was_made(worked):
    made = entries(worked, text="SUP-1", verb="insert")[0]
    said = {c.new for c in audit.changes_of(worked, made.n)}
    assert "样例水泵" in said
    assert "样例泵业" not in said


def test_references_are_said_by_name(worked):
    made = entries(worked, table="staff")[0]
    assert "DC1 样例站点" in {c.new for c in audit.changes_of(worked, made.n)}
    staff = made.row_id
    with worked.read() as read:
        other = read.find("staff", staff_no="T-01")
    assert other == staff
    site2 = new_id()
    worked.perform(
        create(
            "site",
            site2,
            code="M2",
            name="地铁站",
            site_type="metro_station",
            timezone="Asia/Shanghai",
            active=1,
        )
    )
    worked.perform(patch("staff", row_of(worked, "staff", staff), site_id=site2))
    newest = entries(worked, table="staff")[0]
    assert [(c.old, c.new) for c in audit.changes_of(worked, newest.n)] == [("DC1 样例站点", "M2 地铁站")]


def test_filters(worked):
    assert len(entries(worked)) == 7
    assert len(entries(worked, table="supplier")) == 5
    assert len(entries(worked, verb="retire")) == 1
    assert len(entries(worked, since=worked.now() + 1)) == 0
    assert len(entries(worked, until=worked.now() + 1)) == 7
    assert len(entries(worked, text="泵业")) == 3
    assert len(entries(worked, text="100%_'")) == 0
    assert len(entries(worked, actor=None, row_id=row_of_first(worked))) == 3


def row_of_first(desk):
    with desk.read() as read:
        return read.find("supplier", code="SUP-1")


def test_protected_data_only_for_who_may_and_reading_is_written_down(worked):
    with worked.read() as read:
        staff, site = read.find("staff", staff_no="T-01"), read.find("site", code="DC1")
    worked.perform(create("staff_private", new_id(), staff_id=staff, site_id=site, fit_status="fit"))
    supervisor = next(r for r in ROLES if r.code == "auditor")
    auditor = Actor(new_id(), "x", supervisor.permissions)
    assert not entries(worked, auditor, table="staff_private")
    found = entries(worked, table="staff_private")[0]
    with pytest.raises(Denied):
        audit.changes_of(Desk(worked.profile, auditor), found.n)
    assert audit.changes_of(worked, found.n)
    with worked.read() as read:
        assert read.value("SELECT what FROM auth_event ORDER BY n DESC") == "read_private"


def test_other_sites_are_not_shown(worked):
    limited = Actor(new_id(), "x", worked.actor.permissions, sites=frozenset({new_id()}))
    assert all(
        entry.table != "staff" or False for entry in entries(worked, limited) if entry.table == "location"
    )
    with worked.read() as read:
        buckets = {b for (b,) in read.rows("SELECT DISTINCT bucket FROM audit")}
        shown = audit.ids(read, limited)
        hidden = read.value("SELECT count(*) FROM audit WHERE instr(bucket, ':') > 0")
    assert len(shown) == 7 - hidden
    assert "global" in buckets


# --- tampering ---


def faults(desk) -> list[str]:
    with desk.read() as read:
        return audit.verify_chain(read, desk.profile.folder) + audit.verify_rows(read)


def tampered(desk, *statements) -> list[str]:
    """What is found after raw writes into the file, which are taken back afterwards."""
    path = desk.profile.database
    desk.profile.engine.dispose()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = path.read_bytes()
    with closing(sqlite3.connect(path)) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f'DROP TRIGGER "{name}"')
        for sql, *params in statements:
            assert connection.execute(sql, params).rowcount
        connection.commit()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    found = faults(desk)
    desk.profile.engine.dispose()
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    path.write_bytes(before)
    return found


def test_an_honest_log_is_whole(worked):
    audit.record_head(worked.profile)
    assert faults(worked) == []


def test_a_hundred_changed_bytes_are_all_found(worked):
    dice = random.Random(20261122)
    with worked.read() as read:
        rows = read.rows("SELECT n, body, hash, op_id, action_id FROM op ORDER BY n")
    with worked.read() as read:
        for _try in range(100):
            n, *cells = dice.choice(rows)
            place = dice.randrange(4)
            cell = bytearray(cells[place])
            cell[dice.randrange(len(cell))] ^= 1 << dice.randrange(8)
            column = ("body", "hash", "op_id", "action_id")[place]
            read.rows("SAVEPOINT tamper")
            read.rows(f"UPDATE op SET {column} = ? WHERE n = ?", bytes(cell), n)
            found = audit.verify_chain(read)
            read.rows("ROLLBACK TO tamper")
            read.rows("RELEASE tamper")
            assert found, (n, column)
        assert audit.verify_chain(read) == []


@pytest.mark.parametrize(
    "statement",
    [
        ("DELETE FROM op WHERE seq = 3",),
        ("DELETE FROM op WHERE seq = 1",),
        ("UPDATE op SET wall = wall + 1 WHERE seq = 2",),
        ("UPDATE op SET actor = zeroblob(16) WHERE seq = 2",),
        ("UPDATE op SET kind = 'patch' WHERE seq = 2",),
        ("UPDATE op SET body = NULL WHERE seq = 4",),
        ("UPDATE op SET row_id = zeroblob(16) WHERE seq = 4",),
        ("UPDATE op SET seq = 99 WHERE seq = 7",),
        ("UPDATE audit SET changes = replace(changes, '010-1', '010-2') WHERE changes LIKE '%010-1%'",),
        ("UPDATE audit SET actor = zeroblob(16) WHERE n = 2",),
        ("UPDATE audit SET at = at - 86400000 WHERE n = 2",),
        ("UPDATE audit SET tbl = 'part' WHERE n = 2",),
        ("DELETE FROM audit WHERE n = 4",),
        ("UPDATE supplier SET name = '别家' WHERE code = 'SUP-1'",),
        ("DELETE FROM supplier WHERE code = 'SUP-2'",),
    ],
    ids=lambda statement: statement[0][:60],
)
def test_a_changed_or_deleted_row_is_found(worked, statement):
    assert tampered(worked, statement)
    assert faults(worked) == []


def test_swapped_rows_are_found(worked):
    swap = [
        ("UPDATE op SET seq = -1 WHERE seq = 2",),
        ("UPDATE op SET seq = 2 WHERE seq = 3",),
        ("UPDATE op SET seq = 3 WHERE seq = -1",),
    ]
    assert tampered(worked, *swap)


def test_swapped_bodies_are_found(worked):
    with worked.read() as read:
        (first,), (second,) = read.rows("SELECT body FROM op WHERE seq IN (2, 3) ORDER BY seq")
    swap = [("UPDATE op SET body = ? WHERE seq = 2", second), ("UPDATE op SET body = ? WHERE seq = 3", first)]
    assert tampered(worked, *swap)


def test_a_log_that_was_cut_off_is_found(worked):
    audit.record_head(worked.profile)
    cut = [
        ("DELETE FROM op WHERE seq = 7",),
        ("DELETE FROM audit WHERE n = 7",),
        ("DELETE FROM staff WHERE staff_no = 'T-01'",),
    ]
    found = tampered(worked, *cut)
    assert len(found) == 1
    assert "7" in found[0]


def test_sign_ins_are_entries_with_their_event(tmp_path):
    from app.bootstrap import found

    profile = found(tmp_path / "p", device="T01")
    auth.first_administrator(
        profile, "admin", "Blue kettle 7!", name="管理员", site_code="DC1", site_name="样例"
    )
    desk = auth.sign_in(profile, "admin", "Blue kettle 7!")
    newest = entries(desk, table="auth_event")[0]
    assert (newest.code, newest.title, newest.actor) == ("admin", "用密码登录", "管理员")
    with desk.read() as read, words.speaking("zh_CN"):
        assert audit.people(read) == [(desk.actor.user_id, "管理员")]
        assert "auth_event" in audit.tables(read, desk.actor)
        assert audit.word_of("site") == "站点"
    profile.close()
