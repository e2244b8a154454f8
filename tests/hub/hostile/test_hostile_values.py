"""A hostile laptop: values that no database, calendar or figure can take stop nobody else."""

import json

import msgspec
import pytest
import zstandard
from enemy import movement
from fleet import (
    AWAY,
    BIN,
    CLASS,
    MACHINES,
    PART,
    SITE,
    supplier,
)

from app.generic import Create, Merge, NewRow, Patch, PatchRow, Retire, create, patch
from app.hub import admit
from app.inventory.ops import MoveStock
from app.ops import Op
from app.sync.guard import Guarded
from app.sync.protocol import (
    Block,
    Hello,
    Refusal,
    Reserve,
    Welcome,
    pack,
)
from db.ids import new_id

#: The hub says what it could not take.
pytestmark = pytest.mark.logs("a request that no database can take", "figures that cannot be worked out")


# --- numbers ---


def test_numbers_are_not_used_up(enemy):
    assert enemy.ask("reserve", Reserve(enemy.proof, "CERT", 1, 2**63 - 1)).code == "MALFORMED"
    first = enemy.ask("reserve", Reserve(enemy.proof, "CERT", 500, 10**12))
    assert isinstance(first, Block)
    assert first.last <= 200_000
    codes = [enemy.ask("reserve", Reserve(enemy.proof, "CERT", 500)) for _ in range(25)]
    assert [one.code for one in codes if isinstance(one, Refusal)] == ["BUSY"] * 6
    for n in range(120):
        last = enemy.ask("reserve", Reserve(enemy.proof, f"S{n}", 1))
    assert last.code == "BUSY"


@pytest.mark.parametrize("series", ["", "\0", "x" * 33, "' OR 1=1 --", "%"])
def test_odd_series_harm_nobody(enemy, series):
    answer = enemy.ask("reserve", pack(Reserve(enemy.proof, series, 1)))
    assert isinstance(answer, Block | Refusal)


# --- values that no database, calendar or figure can take ---

HUGE = [2**64, -(2**70), 10**400]


@pytest.mark.parametrize("number", HUGE, ids=["2**64", "-2**70", "10**400"])
def test_huge_numbers_in_a_request_are_malformed(enemy, number):
    plain = json.loads(msgspec.json.encode(Hello(enemy.proof, [], 0, "1", 1)))
    for field in ("wall", "schema_v", "checkpoint_at"):
        text = json.dumps(plain | {field: number}).encode()
        answer = enemy.ask("hello", zstandard.ZstdCompressor().compress(text))
        assert answer.code in {"MALFORMED", "HUB_TOO_OLD", "CLIENT_TOO_OLD"}


@pytest.mark.parametrize("text", ["\0", "a\0b"])
def test_texts_that_cannot_be_stored_are_malformed(enemy, text):
    answer = enemy.ask("hello", Hello(enemy.proof, [], 0, text, 1))
    assert isinstance(answer, Welcome | Refusal)


#: The largest number that the door lets in.
MOST = 10**15 - 1
POISON: dict[str, object] = {
    "quantity": {"qty": MOST}, "price": {"qty": MOST, "unit_price": MOST},
    "negative price": {"qty": MOST, "unit_price": -MOST}, "time": {"happened_at": MOST},
    "time before Christ": {"happened_at": -MOST}, "nothing": {"qty": 0, "unit_price": 0}, "kind": {"type": "no such"},
    "text": {"reason": "%_\\'\"<b>\u202e" * 200}, "part": {"part": bytes(16)}, "loan": {"type": "loan_out", "loan": bytes(16)},
}  # fmt: skip


@pytest.mark.parametrize("name", POISON)
def test_odd_movements_stop_nobody(insider, name):
    part, more = (
        new_id(),
        {key: value for key, value in POISON[name].items() if key in MoveStock.__struct_fields__},
    )
    made = create(
        "part",
        part,
        part_no="PX",
        name="x",
        unit="个",
        kind="spare",
        serialised=0,
        batch_tracked=0,
        status="active",
    )
    odd = [movement(**{"part": part} | more) for _ in range(12)]
    outcomes = [one.outcome for one in insider.push(*map(insider.sent, (made, movement(), *odd, movement())))]
    assert {outcomes[0], outcomes[1], outcomes[-1]} == {"applied"}


def test_sums_that_overflow_reject_the_one_op_too_many(insider, monkeypatch):
    """What spoils the figures of all is found by halves and rejected (9,224 of the largest movements, here three)."""
    monkeypatch.setattr(admit, "LARGEST", 2**62)
    part, large = new_id(), 2**62 - 1
    made = create(
        "part",
        part,
        part_no="PY",
        name="x",
        unit="个",
        kind="spare",
        serialised=0,
        batch_tracked=0,
        status="active",
    )
    sizes = [1, large, 1, large, 1, large, 1, large]
    receipts = insider.push(
        insider.sent(made), *(insider.sent(movement(part=part, qty=qty)) for qty in sizes)
    )
    assert [one.outcome for one in receipts[1:]].count("rejected") == 3
    assert insider.value("SELECT sum(on_hand) FROM stock_level WHERE part_id = ?", part) == large + 4


def odd_rows() -> dict[str, Op]:
    plan = {"name": "x", "template_code": "T1", "cycle": "daily", "interval": 1, "first_due": "2026-11-22", "window_before_days": 0, "grace_days": 0, "active": 1}  # fmt: skip

    def planned(**more: object) -> Op:
        return create("inspection_plan", new_id(), code="PX", site_id=SITE, **plan | more)

    return {
        "a day that is none": planned(first_due="2026-99-99"),
        "a day of far away": planned(first_due="9999-12-31", window_before_days=10**9),
        "no days between": planned(interval=0),
        "days of centuries": planned(interval=10**12, grace_days=10**12),
        "a list that is none": planned(equipment="[[[", cycle="meter"),
        "a list of lists": planned(equipment='[[1],{"a":2}]', cycle="meter"),
        "a zone that is none": Patch("site", (PatchRow(SITE, {"timezone": ("Asia/Shanghai", "../../etc/passwd")}),)),
        "roles that are none": create("user_account", new_id(), username="y", roles="{{", active=1, must_change_password=0),
        "permissions that are none": create("role", new_id(), code="z", name="z", permissions='{"a":1}'),
        "a machine under itself": Patch("equipment", (PatchRow(MACHINES[0], {"parent_id": (None, MACHINES[0])}),)),
        "a machine of another century": Patch("equipment", (PatchRow(MACHINES[0], {"installed_on": (None, "0000-00-00")}),)),
        "a merge with itself": Merge("equipment", MACHINES[0], MACHINES[0]),
        "an alias of everything": create("code_alias", new_id(), code="%", target_table="x' OR 1=1", target_id=PART, old_id=PART),
        "an id that is none": Create("part", (NewRow(b"", {"part_no": "x", "name": "x"}),)),
        "a giant id": Create("part", (NewRow(b"x" * 100_000, {"part_no": "x", "name": "x"}),)),
        "a table of the hub": Create("hub_device", (NewRow(new_id(), {"scope": "*"}),)),
        "a column that is none": Create("part", (NewRow(new_id(), {"part_no": "x", 'x" = 1; --': 1}),)),
        "a system column": Create("supplier", (NewRow(new_id(), {"code": "x", "name": "x", "hub_seq": 1, "created_by": PART, "bucket": "hr"}),)),
        "quoted search": create("part", new_id(), part_no='" OR * NEAR(', name="')--" * 100, unit="个", kind="spare", serialised=0, batch_tracked=0, status="active"),
    }  # fmt: skip


@pytest.mark.parametrize("name", list(odd_rows()))
def test_odd_rows_stop_nobody(insider, name):
    (before, one), (after, two) = supplier(f"B{name}"), supplier(f"A{name}")
    outcomes = [got.outcome for got in insider.push(*map(insider.sent, (one, odd_rows()[name], two)))]
    assert (outcomes[0], outcomes[2]) == ("applied", "applied")
    assert insider.row("supplier", before)
    assert insider.row("supplier", after)


def test_merges_in_a_ring_end(insider):
    enemy, rows = insider, [new_id() for _ in range(3)]
    plain = {
        "class_id": CLASS,
        "site_id": SITE,
        "location_id": BIN,
        "status": "in_service",
        "criticality": "A",
    }
    enemy.push(
        *(enemy.sent(create("equipment", row, code=f"R{n}", name="x", **plain)) for n, row in enumerate(rows))
    )
    ring = [enemy.sent(Merge("equipment", rows[n], rows[(n + 1) % 3])) for n in range(3)]
    back = [enemy.sent(Merge("equipment", rows[(n + 1) % 3], rows[n])) for n in range(3)]
    forged = [
        enemy.sent(create("code_alias", new_id(), code=f"R{n}", target_table="equipment", target_id=rows[(n + 1) % 3], old_id=rows[n]))
        for n in range(3)
    ]  # fmt: skip
    enemy.push(*ring, *back, *forged)
    assert enemy.tries(Patch("equipment", (PatchRow(rows[0], {"name": ("x", "y")}),))) in {
        "applied",
        "conflict",
    }


NONSENSE = [
    b"null", b"{}", b"[]", b"1e999", b"NaN", b'"x"', b'{"table":"part"}', b'{"table":"part","rows":' + b"[" * 10_000 + b"]" * 10_000 + b"}",
    b'{"table":"part","rows":[],"extra":' + b'{"a":' * 10_000 + b"1" + b"}" * 10_001, b'{"table":"sqlite_master","rows":[]}',
    b'{"table":"part\\u0000","rows":[]}', b'{"table":"\\ud800","rows":[]}', b'{"table":"role","rows":[{"id":"AA","values":{"permissions":[1]}}]}',
]  # fmt: skip


@pytest.mark.parametrize(
    "kind", ["create", "patch", "merge", "stock.move", "no.such", "\ufffd", "transition", "file.attach"]
)
def test_nonsense_in_an_op_is_rejected_and_the_next_one_comes_in(enemy, kind):
    ops = []
    for raw in NONSENSE:
        op_id = new_id()
        head = msgspec.json.encode(
            {"op_id": op_id, "kind": kind, "schema_v": 1, "actor": None, "site": SITE, "wall": 1, "hlc": 1, "action_id": op_id, "overrides": []}
        )  # fmt: skip
        ops.append(enemy.placed(op_id, head[:-1] + b',"op":' + raw + b"}"))
    outcomes = [one.outcome for one in enemy.push(*ops, enemy.sent(movement()))]
    assert outcomes[-1] == "applied"
    assert set(outcomes[:-1]) <= {"rejected", "quarantined", "applied"}
    assert outcomes[7] == outcomes[0] == "rejected"


@pytest.mark.parametrize("wall", [0, -(2**62), 2**62, 2**63 - 1, 253_402_300_800_000])
def test_a_clock_far_off_orders_nothing(enemy, a, wall):
    assert enemy.tries(movement(happened_at=1_795_318_860_000), wall=wall, hlc=abs(wall)) in {
        "applied",
        "rejected",
    }
    a.desk.perform(a.moved("receipt", 1))
    assert a.sync().rejected == 0


def test_fields_that_nobody_asked_for_are_ignored(enemy, people):
    """Mass assignment (H11): what is not a field of the op has no effect."""
    plain = json.loads(msgspec.json.encode(movement(number="X2", type="issue")))
    extra = plain | {
        "role": "administrator",
        "site_id": AWAY.hex(),
        "created_by": "x",
        "is_admin": True,
        "hub_seq": 1,
        "bucket": "*",
    }
    assert enemy.tries(json.dumps(extra).encode(), "stock.move", actor=people["here"]) == "applied"
    made = enemy.value("SELECT bucket FROM stock_movement WHERE movement_no = 'X2'")
    assert made == f"site:{SITE.hex()}"


def test_much_deleted_at_once_waits_for_a_person(fleet, a, insider):
    enemy, b = insider, fleet.laptops["b"]
    made = [supplier(f"M{n}") for n in range(80)]
    a.desk.perform(*(op for _id, op in made))
    for laptop in (a, b):
        laptop.sync()
    enemy.tries(Retire("supplier", tuple(row for row, _op in made)))
    with pytest.raises(Guarded):
        b.sync()
    assert b.value("SELECT count(*) FROM supplier WHERE deleted = 0") >= 80
    enemy.tries(Retire("supplier", tuple(row for row, _op in made), back=True))


def test_a_patch_is_still_a_patch(enemy):
    """The honest ways still work for a laptop of one site."""
    own = enemy.row("equipment", MACHINES[2])
    assert enemy.tries(patch("equipment", own, name="新名")) == "applied"
