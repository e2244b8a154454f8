"""Undo: of every generic op, of a large import, twice, of an undo, by another person; and the shadow that sync will need."""

from dataclasses import replace

import msgspec
import pytest

from app.access import Actor, Permission
from app.bootstrap import start
from app.desk import Desk
from app.errors import AppError, Denied
from app.generic import Create, Merge, NewRow, Patch, PatchRow, Retire, Transition, create, creates, patch
from app.health import check
from app.workflow import machines
from db.ids import new_id


def supplier(code: str) -> Create:
    return create("supplier", new_id(), code=code, name=f"供应商 {code}", active=1)


def row_of(desk: Desk, op: Create) -> dict:
    with desk.read() as read:
        return read.get(op.table, op.rows[0].id) or {}


def plain(row: dict) -> dict:
    """A row without the stamps of its last change."""
    return {k: v for k, v in row.items() if k not in {"updated_at", "updated_by"}}


def test_a_creation_is_undone(site):
    made = supplier("A")
    site.undo(site.perform(made).action_id)
    assert row_of(site, made)["deleted"] == 1
    assert check(site.profile) == []


def test_a_change_is_undone_field_by_field(site):
    made = supplier("A")
    site.perform(made)
    before = row_of(site, made)
    done = site.perform(patch("supplier", before, name="新名", phone="1"))
    site.undo(done.action_id)
    assert plain(row_of(site, made)) == plain(before)


@pytest.mark.parametrize("again", [False, True])
def test_a_retirement_is_undone_unless_others_brought_the_row_back(site, again):
    made = supplier("A")
    site.perform(made)
    done = site.perform(Retire("supplier", (made.rows[0].id,)))
    if again:
        site.perform(Retire("supplier", (made.rows[0].id,), back=True))
        site.perform(Retire("supplier", (made.rows[0].id,)))
        with pytest.raises(AppError):
            site.undo(done.action_id)
        assert row_of(site, made)["deleted"] == 1
    else:
        site.undo(done.action_id)
        assert row_of(site, made)["deleted"] == 0


def test_a_step_is_undone_with_what_it_set():
    found = [
        (machine, step)
        for machine in machines().values()
        for step in machine.steps
        if machine.step(step.target, step.source) and "remark" in columns(machine.table)
    ]
    for machine, step in found:
        old = {"id": b"i" * 16, machine.column: step.source, "remark": "a"}
        op = Transition(
            table=machine.table, id=old["id"], source=step.source, target=step.target, remark="因为",
            fields={"remark": ("a", "b")},
        )  # fmt: skip
        now = old | {machine.column: step.target, "remark": "b"}
        assert op.inverse(Rows(now), None).ops[0].fields == {"remark": ("b", "a")}
        moved = op.inverse(Rows(now | {machine.column: "elsewhere"}), None)
        assert moved.skipped == ((machine.table, old["id"]),)
    assert found


def columns(table: str):
    from app.fields import fields_of

    return fields_of(table)


class Rows:
    """A reader that knows one row."""

    def __init__(self, row: dict) -> None:
        self._row = row

    def get(self, _table: str, _row_id: bytes) -> dict:
        return self._row


def test_a_merge_cannot_be_undone_and_says_so(site):
    first, second = supplier("A"), supplier("B")
    site.perform(first, second)
    done = site.perform(Merge("supplier", first.rows[0].id, second.rows[0].id))
    with pytest.raises(AppError):
        site.undo(done.action_id)
    with site.read() as read:
        assert read.value("SELECT count(*) FROM code_alias") == 1


def test_an_import_of_several_ops_is_undone_at_once(site):
    rows = [(new_id(), {"code": f"I{n}", "name": f"行 {n}", "active": 1}) for n in range(1_200)]
    done = site.perform(more=creates("supplier", rows))
    assert len(done.op_ids) == 3
    undone = site.undo(done.action_id)
    assert undone.skipped == ()
    with site.read() as read:
        assert read.value("SELECT count(*) FROM supplier WHERE code LIKE 'I%' AND deleted = 0") == 0
        assert read.value("SELECT count(DISTINCT action_id) FROM op WHERE n > 78") == 2
    assert check(site.profile) == []


def test_twice_and_the_undo_itself_are_refused_and_not_offered(site):
    actor = site.actor
    before = site.profile.store.undoable(actor)
    done = site.perform(supplier("A"))
    assert site.profile.store.undoable(actor) == (done.action_id, "create")
    undone = site.undo(done.action_id)
    said = set()
    for action in (done.action_id, undone.action_id):
        with pytest.raises(AppError) as refused:
            site.undo(action)
        said.add(refused.value.message)
    assert len(said) == 2
    assert site.profile.store.undoable(actor) == before


def test_another_person_needs_the_right_and_is_named(site):
    made = supplier("A")
    done = site.perform(made)
    with pytest.raises(Denied):
        site.profile.store.undo(Actor(new_id(), "nobody", frozenset()), done.action_id)
    assert row_of(site, made)["deleted"] == 0
    other = Actor(new_id(), "other", frozenset(Permission))
    assert site.profile.store.undoable(other) is None
    site.profile.store.undo(other, done.action_id)
    with site.read() as read:
        assert read.value("SELECT actor FROM op ORDER BY n DESC LIMIT 1") == other.user_id


def test_an_undo_that_fails_leaves_the_action_as_it_was(site):
    first, second = supplier("A"), supplier("B")
    site.perform(first, second)
    rows = [row_of(site, first), row_of(site, second)]
    done = site.perform(patch("supplier", rows[0], code="A2"), patch("supplier", rows[1], name="新"))
    short = replace(site, actor=Actor(new_id(), "short", frozenset({Permission.SEE})))
    with pytest.raises(Denied):
        short.undo(done.action_id)
    with site.read() as read:
        assert read.rows("SELECT DISTINCT reason FROM op WHERE action_id = ?", done.action_id) == [(None,)]
    site.undo(done.action_id)


def test_facts_are_not_patched(site):
    with site.read() as read:
        row = read.row("SELECT id, qty FROM stock_movement LIMIT 1")
    from app.ops import MalformedError

    with pytest.raises(MalformedError):
        site.perform(Patch("stock_movement", (PatchRow(row[0], {"qty": (row[1], 1)}),)))


def test_rows_that_arrive_twice_stand_once(site):
    rows = tuple(NewRow(new_id(), {"code": f"T{n}", "name": "一", "active": 1}) for n in range(3))
    site.perform(Create("supplier", rows[:1]))
    retold = (
        NewRow(rows[0].id, {"code": "T9", "name": "二", "active": 1}),
        *rows[1:],
        NewRow(rows[2].id, {"code": "T8", "name": "三", "active": 1}),
    )
    site.perform(Create("supplier", retold))
    with site.read() as read:
        assert read.rows("SELECT code, name FROM supplier WHERE code LIKE 'T%' ORDER BY code") == [
            ("T0", "一"),
            ("T1", "一"),
            ("T2", "一"),
        ]


# --- the shadow (operations.md, rule 21) ---


def test_the_shadow_holds_the_former_state_once_per_row(folder):
    profile = start(folder)
    profile.remember("hub_id", bytes(16).hex())
    desk = Desk.of_administrator(profile)
    with desk.read() as read:
        before = read.get("supplier", read.value("SELECT id FROM supplier ORDER BY n LIMIT 1"))
        part = read.get("part", read.value("SELECT id FROM part"))
    made = supplier("NEW")
    desk.perform(made)
    desk.perform(patch("supplier", before, name="一"))
    with desk.read() as read:
        now = read.get("supplier", before["id"])
    desk.perform(patch("supplier", now, name="二"), Retire("supplier", (made.rows[0].id, before["id"])))
    desk.perform(patch("supplier", row_of(desk, made), phone="1"))
    with desk.read() as read:
        kept = {
            (table, row_id): None if row is None else msgspec.msgpack.decode(row)
            for table, row_id, row in read.rows('SELECT tbl, id, "row" FROM srv_shadow')
        }
    assert kept.pop(("supplier", before["id"])) == before
    assert kept.pop(("supplier", made.rows[0].id)) is None
    assert {table for table, _id in kept} <= {"conflict"}
    assert ("part", part["id"]) not in kept
    profile.close()
