"""Bodies and values made to hurt: refused as malformed, at once, with nothing left open."""

import base64
import json
import time

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app import ops as operations
from app.errors import AppError
from app.generic import Create, Merge, NewRow, Patch, PatchRow, Retire, Transition
from app.inventory.ops import MoveStock
from app.ops import MalformedError
from db.ids import new_id

ID = base64.b64encode(bytes(16)).decode()
ENVELOPE = {
    "op_id": ID, "kind": "create", "schema_v": 1, "actor": None, "site": None, "wall": 1, "hlc": 1,
    "action_id": ID, "overrides": [], "op": {"table": "supplier", "rows": []},
}  # fmt: skip
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def refused(body: bytes) -> bool:
    """Decode; anything but an op of ours or MalformedError fails the test."""
    begun = time.monotonic()
    try:
        operations.decode(body)
    except MalformedError:
        return True
    finally:
        assert time.monotonic() - begun < 0.5
    return False


@given(st.binary(max_size=300))
def test_random_bytes_are_malformed(body):
    assert refused(body)


@given(st.sampled_from(sorted(ENVELOPE)), ANYTHING)
def test_an_envelope_with_any_value_is_ours_or_malformed(key, value):
    try:
        body = json.dumps(ENVELOPE | {key: value}).encode()
    except (ValueError, UnicodeEncodeError):
        return
    refused(body)


@given(st.integers(0, 200), st.binary(min_size=1, max_size=6))
def test_a_body_with_spoiled_bytes_is_ours_or_malformed(at, junk):
    whole = json.dumps(ENVELOPE).encode()
    refused(whole[:at] + junk + whole[at + len(junk) :])


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[" * 100_000,
        b'{"a":' * 50_000,
        json.dumps(ENVELOPE | {"kind": "no.such"}).encode(),
        json.dumps(ENVELOPE | {"kind": "create\n"}).encode(),
        json.dumps(ENVELOPE | {"op_id": ""}).encode(),
        json.dumps(ENVELOPE | {"op_id": base64.b64encode(bytes(17)).decode()}).encode(),
        json.dumps(ENVELOPE | {"wall": 10**30}).encode(),
        json.dumps(ENVELOPE | {"hlc": 2**63}).encode(),
        json.dumps(ENVELOPE | {"schema_v": -(2**64)}).encode(),
        json.dumps(ENVELOPE | {"wall": 1.5}).encode(),
        json.dumps(ENVELOPE | {"op": {"table": "a\0b", "rows": []}}).encode(),
        json.dumps(ENVELOPE | {"op": {"table": "\ud800", "rows": []}}).encode(),
        json.dumps(ENVELOPE | {"op": [[[[]]]]}).encode(),
        json.dumps(ENVELOPE)[:-1].encode() + b',"op":' + b"[" * 100_000 + b"}",
        json.dumps(ENVELOPE | {"op": {"table": "x" * 300_000, "rows": []}}).encode(),
        json.dumps(ENVELOPE).encode("utf-16"),
        b"\xef\xbb\xbf" + json.dumps(ENVELOPE).encode(),
        json.dumps(ENVELOPE | {"kind": "stock.move", "op": {"number": "1", "type": "receipt", "part": ID, "site": ID, "bin": ID, "qty": 2**64, "happened_at": 1}}).encode(),
    ],
    ids=lambda body: body[:30].decode(errors="replace"),
)  # fmt: skip
def test_what_is_no_op_is_malformed(body):
    assert refused(body)


def test_a_backslash_before_u0000_is_text():
    assert not refused(json.dumps(ENVELOPE | {"op": {"table": "\\u0000", "rows": []}}).encode())


VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=30), st.binary(max_size=20),
    st.sampled_from(["\0", "a\0b", "\ud800", "x" * 70_000, 2**63, -(2**70), [1], {"a": 1}, "'; DROP TABLE op;--"]),
)  # fmt: skip
TABLES = st.sampled_from(
    [
        "supplier",
        "part",
        "op",
        "meta",
        "credential",
        "audit",
        "alert",
        "stock_movement",
        "x",
        '"',
        "sqlite_master",
    ]
)
NAMES = st.sampled_from(
    ["code", "name", "active", "rating", "id", "deleted", "bucket", "n", 'x"y', "", "default_lead_days"]
)
ROWS = st.dictionaries(NAMES, VALUES, max_size=4)
IDS = st.sampled_from([b"", b"1" * 16, b"x" * 40])
OPS = st.one_of(
    st.builds(lambda t, i, v: Create(t, (NewRow(i, v),)), TABLES, IDS, ROWS),
    st.builds(lambda t, v: Create(t, (NewRow(b"2" * 16, v), NewRow(b"2" * 16, v))), TABLES, ROWS),
    st.builds(lambda t, i, n, a, b: Patch(t, (PatchRow(i, {n: (a, b)}),)), TABLES, IDS, NAMES, VALUES, VALUES),
    st.builds(lambda t, i: Retire(t, (i,)), TABLES, IDS),
    st.builds(Merge, TABLES, IDS, IDS),
    st.builds(lambda t, i, a, b, r: Transition(table=t, id=i, source=a, target=b, remark=r), TABLES, IDS, VALUES, VALUES, VALUES),
    st.builds(
        lambda a, b, c: MoveStock(number=a, type="receipt", part=b, site=b"1" * 16, bin=b"1" * 16, qty=c, happened_at=1),
        VALUES, VALUES, VALUES,
    ),
)  # fmt: skip


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(OPS)
def test_hostile_values_are_refused_whole_and_leave_nothing_open(site, op):
    with site.read() as read:
        before = read.value("SELECT count(*) FROM op")
    try:
        site.perform(op, reason="test")
    except (AppError, MalformedError) as error:
        str(error)
        with site.read() as read:
            assert read.value("SELECT count(*) FROM op") == before
            assert read.value("SELECT count(*) FROM sync_ctx") == 0
    with site.profile.store.local() as connection:
        assert connection.in_transaction


def test_a_wrong_type_in_an_op_of_a_feature_does_not_reach_the_table(site):
    with site.read() as read:
        part, place, where = read.row("SELECT part_id, bin_id, site_id FROM stock_movement LIMIT 1")
    for wrong in ("5", 1.5, 2**63, None):
        with pytest.raises((MalformedError, AppError)):
            site.perform(MoveStock(number="1", type="receipt", part=part, site=where, bin=place, qty=wrong, happened_at=1))  # fmt: skip


def test_texts_that_cannot_be_stored_are_told_in_a_sentence(site):
    for text in ("a\0b", "\ud800", "x\udfffy"):
        with pytest.raises(AppError):
            site.perform(Create("supplier", (NewRow(new_id(), {"code": "Z", "name": text, "active": 1}),)))


def test_a_body_that_is_stored_can_always_be_read_again(site):
    with site.read() as read:
        for (body,) in read.rows("SELECT body FROM op"):
            envelope, op = operations.decode(body)
            assert operations.encode_op(op) == envelope.op
            assert msgspec.json.decode(body)["kind"] == envelope.kind
