"""The one door: ops are logged, chained, applied, settled, undone, or refused as a whole."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import ops as operations
from app.access import Actor, local_administrator
from app.bootstrap import found, start
from app.clock import Clock
from app.desk import Desk
from app.errors import AppError, Denied, Refused
from app.generic import Create, Merge, NewRow, Patch, PatchRow, Retire, create, patch
from app.profile import Profile
from app.search import find
from app.store import NO_HASH
from db.ids import new_id

NOW = 1_795_318_860_000


def supplier(code: str = "SUP-1", name: str = "样例水泵") -> Create:
    return create("supplier", new_id(), code=code, name=name, active=1)


def chain_is_whole(profile: Profile) -> bool:
    head = NO_HASH
    with profile.store.read() as read:
        for seq, (op_id, number, link, body) in enumerate(
            read.rows("SELECT op_id, seq, hash, body FROM op ORDER BY n"), 1
        ):
            head = operations.link(head, op_id, body)
            if (seq, link) != (number, head):
                return False
    return True


def test_a_write_is_logged_applied_and_told(desk):
    heard = []
    desk.profile.store.listen(heard.append)
    made = supplier()
    done = desk.perform(made)
    assert heard == [done]
    assert "inventory" in done.topics
    with desk.read() as read:
        row = read.get("supplier", made.rows[0].id)
        assert (row["name"], row["created_at"], row["bucket"]) == ("样例水泵", NOW, "global")
        assert read.value("SELECT count(*) FROM sync_ctx") == 0
        assert read.value("SELECT verb FROM audit WHERE row_id = ?", row["id"]) == "insert"
    assert chain_is_whole(desk.profile)


def test_raw_writes_are_refused(desk):
    desk.perform(supplier())
    with (
        pytest.raises(Exception, match="changes only by operations"),
        desk.profile.store.local() as connection,
    ):
        connection.execute("UPDATE supplier SET name = 'x'")


def test_an_action_happens_whole_or_not_at_all(desk):
    with pytest.raises(Refused) as refused:
        desk.perform(supplier(), supplier())
    assert refused.value.objections[0].field == "code"
    with desk.read() as read:
        assert read.value("SELECT count(*) FROM supplier") == 0
        assert read.value("SELECT count(*) FROM op") == 0


def test_roles_decide(desk):
    nobody = Actor(new_id(), "nobody", frozenset())
    with pytest.raises(Denied):
        desk.profile.store.perform(nobody, supplier())


def test_fields_merge_one_by_one_and_clashes_are_kept(desk):
    made = supplier()
    desk.perform(made)
    row_id = made.rows[0].id
    with desk.read() as read:
        base = read.get("supplier", row_id)
    desk.perform(patch("supplier", base, name="新名", phone="1"))
    stale = Patch(
        "supplier", (PatchRow(row_id, {"name": (base["name"], "别名"), "email": (None, "a@example.com")}),)
    )
    desk.perform(stale)
    with desk.read() as read:
        row = read.get("supplier", row_id)
        assert (row["name"], row["phone"], row["email"]) == ("新名", "1", "a@example.com")
        assert read.rows("SELECT field, theirs, mine FROM conflict") == [("name", '"新名"', '"别名"')]
        assert read.value("SELECT outcome FROM op ORDER BY n DESC") == "conflict"


def test_undo_is_a_new_op_and_leaves_what_others_changed(desk):
    first, second = supplier("A", "甲"), supplier("B", "乙")
    done = desk.perform(Create("supplier", first.rows + second.rows))
    with desk.read() as read:
        row = read.get("supplier", second.rows[0].id)
    desk.perform(patch("supplier", row, phone="123"))
    undone = desk.undo(done.action_id)
    assert undone.skipped == (("supplier", second.rows[0].id),)
    with desk.read() as read:
        assert read.rows("SELECT code, deleted FROM supplier ORDER BY code") == [("A", 1), ("B", 0)]
    assert chain_is_whole(desk.profile)


def test_retire_and_merge_keep_history(desk):
    first, second = supplier("A", "甲"), supplier("B", "乙")
    desk.perform(first, second)
    desk.perform(Merge("supplier", first.rows[0].id, second.rows[0].id))
    with desk.read() as read:
        assert read.value("SELECT target_id FROM code_alias WHERE code = 'A'") == second.rows[0].id
        assert read.value("SELECT deleted FROM supplier WHERE code = 'A'") == 1
    done = desk.perform(Retire("supplier", (second.rows[0].id,)))
    desk.undo(done.action_id)
    with desk.read() as read:
        assert read.value("SELECT deleted FROM supplier WHERE code = 'B'") == 0


def test_required_long_and_wrong_values_are_named(desk):
    bad = Create("supplier", (NewRow(new_id(), {"code": "", "name": "x" * 200, "rating": "Z", "active": 1}),))
    with pytest.raises(Refused) as refused:
        desk.perform(bad)
    assert {o.field for o in refused.value.objections} == {"code", "name", "rating"}


def test_malformed_values_do_not_reach_the_tables(desk):
    with pytest.raises(operations.MalformedError):
        desk.perform(
            Create("supplier", (NewRow(new_id(), {"code": "A", "name": "甲", "active": 1, "nonsense": 2}),))
        )
    with desk.read() as read:
        assert read.value("SELECT count(*) FROM op") == 0


def test_search_finds_one_character_pairs_codes_and_initials(desk):
    desk.perform(supplier("SUP-77", "循环水泵厂"))
    with desk.read() as read:
        for text in ("水", "水泵", "循环水泵", "sup-77", "77", "xhsb", "ＳＵＰ"):
            assert [f.code for f in find(read, text)] == ["SUP-77"], text
        assert find(read, "电梯") == []
        assert find(read, "' OR 1=1 --") == []


def test_numbers_count_up_and_a_profile_opens_again(tmp_path):
    profile = found(tmp_path / "p", device="T01")
    assert [profile.store.number("WO") for _ in range(2)] == ["WO-T01-0001", "WO-T01-0002"]
    profile.close()
    again = start(tmp_path / "p")
    assert again.store.number("WO") == "WO-T01-0003"
    again.close()


def test_second_window_and_foreign_files_are_refused(tmp_path):
    profile = found(tmp_path / "p")
    profile.hold()
    other = start(tmp_path / "p")
    with pytest.raises(AppError):
        other.hold()
    other.close()
    profile.close()
    (tmp_path / "q").mkdir()
    (tmp_path / "q" / "site.db").write_bytes(b"PNG not a database at all")
    with pytest.raises(AppError):
        start(tmp_path / "q")


def test_a_clock_behind_the_newest_record_is_seen(tmp_path):
    profile = found(tmp_path / "p", clock=Clock.pinned(NOW))
    Desk.of_administrator(profile).perform(supplier())
    profile.close()
    late = start(tmp_path / "p", Clock.pinned(NOW - 3_600_000))
    assert late.store.clock_behind() == 3_600_000
    assert late.store.tick() is None
    late.close()


@given(st.text(max_size=200), st.integers(-(2**62), 2**62))
def test_bodies_are_byte_equal_after_a_round_trip(text, number):
    if "\0" in text or any(0xD800 <= ord(c) <= 0xDFFF for c in text):
        return
    op = Create("supplier", (NewRow(b"\x01" * 16, {"name": text, "default_lead_days": number}),))
    envelope = operations.Envelope(
        b"o" * 16, "create", 1, None, None, 1, 2, b"a" * 16, (), operations.encode_op(op)
    )
    body = operations.encode(envelope)
    again, same = operations.decode(body)
    assert operations.encode(again) == body
    assert same.rows[0].values == {"name": text, "default_lead_days": number}


def test_the_local_administrator_may_everything():
    actor = local_administrator()
    assert all(actor.may(p) for p in actor.permissions)
