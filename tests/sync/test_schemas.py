"""Programs of different ages: every released op is understood for ever, and what a newer one says is not damaged (faults 39-42)."""

from pathlib import Path

import msgspec
import pytest
from fleet import Fleet, supplier

import app.conflicts.held  # noqa: F401 - registers the ops of the hub alone
from app import ops as operations
from app.errors import AppError
from app.generic import patch
from app.hub import enrol
from app.sync import client, upcast
from app.sync.protocol import Page
from app.sync.reducer import apply_alone
from app.tx import Tx

GOLDEN = Path(__file__).parents[1] / "golden"
BODIES = sorted(GOLDEN.glob("v*/*.json"))


def test_every_kind_has_a_body_of_this_schema():
    there = {path.stem for path in GOLDEN.glob(f"v{operations.SCHEMA_VERSION}/*.json")}
    assert operations.BY_KIND.keys() == there, "python -m tests.golden.make"


@pytest.mark.parametrize("path", BODIES, ids=lambda p: f"{p.parent.name} {p.stem}")
def test_a_body_of_any_release_is_read(path):
    envelope, op = operations.decode(path.read_bytes())
    assert envelope.kind == path.stem
    assert isinstance(op, operations.BY_KIND[operations.current_form(envelope)[0]].cls)


def test_bodies_of_all_releases_are_applied_or_wait_for_their_record(fleet):
    profile = fleet.laptops["a"].profile
    outcomes = {}
    with profile.store.local("op") as connection:
        for path in BODIES:
            envelope, op = operations.decode(path.read_bytes())
            tx = Tx(connection, device="GLD", keep_shadow=True)
            outcomes[path.stem] = apply_alone(tx, envelope, op)
            tx.flush()
    wrong = {kind: said for kind, said in outcomes.items() if said[0] == "rejected" and kind not in ODD}
    assert not wrong
    assert sum(outcome == "applied" for outcome, _said in outcomes.values()) > len(outcomes) // 3


#: They carry the values of a record as a mapping, which is empty in a made-up body.
ODD = frozenset({"inspection.raise", "inspection.version"})


@pytest.fixture
def two(monkeypatch):
    """The next schema: a supplier's patch names its table otherwise there."""
    monkeypatch.setattr(operations, "SCHEMA_VERSION", 2)
    monkeypatch.setattr(operations, "UPCASTS", {})
    monkeypatch.setattr(upcast, "UPCASTS", operations.UPCASTS)

    @upcast.up("patch", 1)
    def up_1_to_2(fields):
        return "patch", {**fields, "rows": [*fields["rows"]]}

    with pytest.raises(ValueError, match="two ways"):
        upcast.up("patch", 1)(up_1_to_2)
    return up_1_to_2


def test_a_pending_op_of_the_former_schema_is_sent_and_understood(fleet, monkeypatch, request):
    a = fleet.laptops["a"]
    made, op = supplier("S1")
    a.desk.perform(op)
    a.desk.perform(patch("supplier", a.row("supplier", made), phone="1"))
    bodies = a.value("SELECT group_concat(hex(body)) FROM op")
    request.getfixturevalue("two")
    monkeypatch.setattr(enrol, "SCHEMA_VERSION", 2)
    assert a.sync().rejected == 0
    assert a.row("supplier", made)["phone"] == "1"
    assert a.value("SELECT group_concat(hex(body)) FROM op") == bodies


def test_a_broken_old_op_is_malformed(two):
    body = (GOLDEN / "v1" / "patch.json").read_bytes().replace(b'"rows"', b'"rwos"')
    with pytest.raises(operations.MalformedError):
        operations.decode(body)
    assert two is not None


def test_a_newer_laptop_keeps_its_work_until_the_hub_is_updated(fleet, monkeypatch):
    a = fleet.laptops["a"]
    monkeypatch.setattr(operations, "SCHEMA_VERSION", 2)
    a.desk.perform(supplier("S1")[1])
    with pytest.raises(AppError, match="The hub is older"):
        a.sync()
    assert a.value("SELECT count(*) FROM op WHERE acked = 0") == 1
    monkeypatch.undo()
    body = a.value("SELECT body FROM op ORDER BY n DESC LIMIT 1")
    with pytest.raises(operations.NewerOpError):
        operations.decode(body)


def test_a_laptop_that_is_too_old_is_told_so(fleet, monkeypatch):
    monkeypatch.setattr(enrol, "OLDEST_SCHEMA", 2)
    with pytest.raises(AppError, match="too old for the hub"):
        fleet.laptops["a"].sync()


def test_what_a_newer_hub_adds_stays_and_survives_patches(fleet: Fleet, monkeypatch):
    a, b = fleet.laptops["a"], fleet.laptops["b"]
    made, op = supplier("S1")
    a.desk.perform(op)
    a.sync()
    ask = client.Line.ask

    def newer(self, message, kind):
        answer = ask(self, message, kind)
        if not isinstance(answer, Page):
            return answer
        rows = [
            msgspec.structs.replace(
                sent, columns=[*sent.columns, "halo"], rows=[[*row, "AAA"] for row in sent.rows]
            )
            for sent in answer.rows
        ]
        strange = msgspec.structs.replace(rows[0], table="of_tomorrow") if rows else None
        return msgspec.structs.replace(answer, rows=[*rows, strange] if strange else rows)

    monkeypatch.setattr(client.Line, "ask", newer)
    monkeypatch.setattr(client.Exchange, "prove", lambda _self: None)
    b.sync()
    assert b.row("supplier", made)["extra"] == '{"halo":"AAA"}'
    b.desk.perform(patch("supplier", b.row("supplier", made), phone="1"))
    assert b.row("supplier", made)["extra"] == '{"halo":"AAA"}'
    monkeypatch.undo()
    b.sync()
    a.sync()
    assert a.row("supplier", made)["phone"] == "1"
    monkeypatch.setattr(operations, "SCHEMA_VERSION", 2)
    monkeypatch.setattr(enrol, "SCHEMA_VERSION", 2)
    b.sync()  # the updated program reads everything anew
    assert b.row("supplier", made)["extra"] is None
