"""The role matrix: every kind of op and every register against every role (R-1.2-b)."""

import msgspec
import pytest

from app import bootstrap, generic
from app.access import ROLES, Actor, Permission, creator_of, editor_of
from app.errors import Denied
from app.ops import BY_KIND
from db.ids import new_id
from db.models import SYNCED

assert bootstrap.FEATURES
P = Permission
#: Ops whose permission is that of the table they name.
GENERIC = {"create", "patch", "retire", "merge", "transition", "file.detach"}
#: Ops that everybody may make: they speak of the person who makes them.
OPEN = {"auth.note"}


def actor(role) -> Actor:
    return Actor(new_id(), role.code, role.permissions, (role.code,))


def blank(cls):
    """An op with nothing in it: who may not make it never gets further than that."""
    return cls(**{field.name: None for field in msgspec.structs.fields(cls)})


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.code)
def test_what_a_role_may_not_is_denied_before_anything_is_looked_at(desk, role):
    person = actor(role)
    for kind, spec in BY_KIND.items():
        if kind in GENERIC or person.may(spec.needs):
            continue
        with pytest.raises(Denied):
            desk.profile.store.perform(person, blank(spec.cls))
    with desk.read() as read:
        assert read.value("SELECT count(*) FROM op") == 0


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.code)
def test_registers_open_only_to_their_editors(desk, role):
    person = actor(role)
    for table in SYNCED:
        for op in (generic.Create(table, ()), generic.Patch(table, ()), generic.Retire(table, ())):
            needed = editor_of(table) if isinstance(op, generic.Patch) else creator_of(table)
            if not person.may(needed):
                with pytest.raises(Denied):
                    desk.profile.store.perform(person, op)


def test_every_kind_of_op_names_its_permission():
    assert {kind for kind, spec in BY_KIND.items() if spec.needs is None} <= GENERIC | OPEN


@pytest.mark.parametrize(
    ("code", "may", "may_not"),
    [
        (
            "technician",
            {P.DO_ROUNDS, P.DO_WORK, P.TAKE_PARTS, P.REPORT_FAULTS},
            {
                P.APPROVE_STOCK,
                P.REVIEW_ROUNDS,
                P.VERIFY_WORK,
                P.SEE_PRIVATE,
                P.SEE_AUDIT,
                P.SET_PIN,
                P.PLAN_ROUNDS,
            },
        ),
        ("storekeeper", {P.MOVE_STOCK, P.BUY, P.EDIT_PARTS}, {P.APPROVE_STOCK, P.SEE_PRIVATE, P.ADMINISTER}),
        ("supervisor", {P.REVIEW_ROUNDS, P.APPROVE_STOCK, P.SET_PIN, P.SEE_AUDIT}, {P.ADMINISTER}),
        ("planner", {P.PLAN_ROUNDS, P.PLAN_WORK}, {P.REVIEW_ROUNDS, P.SEE_PRIVATE}),
        ("training_admin", {P.EDIT_TRAINING, P.EDIT_STAFF}, {P.MOVE_STOCK, P.SEE_AUDIT}),
        ("auditor", {P.SEE_AUDIT, P.EXPORT}, {P.EDIT_PARTS, P.DO_ROUNDS, P.SEE_PRIVATE, P.MOVE_STOCK}),
        ("administrator", set(P), set()),
    ],
)
def test_roles_are_those_of_the_requirements(code, may, may_not):
    permissions = next(role.permissions for role in ROLES if role.code == code)
    assert may <= permissions
    assert not may_not & permissions
