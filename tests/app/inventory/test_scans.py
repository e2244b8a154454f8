"""What scanned and typed codes mean in the store, and what is said where they mean nothing."""

import pytest

from app.fields import to_json
from app.generic import create
from app.inventory.register import bind_barcode
from app.inventory.scans import resolve_scan
from app.labels.payload import Kind, encode
from app.words import speaking
from db.ids import new_id

EAN = "6901234567892"


@pytest.mark.parametrize(
    ("kind", "code", "meaning"),
    [
        (Kind.PT, "HVAC-015", "part"),
        (Kind.BN, "S1-WH-A01", "bin"),
        (Kind.LC, "S1-WH", "place"),
        (Kind.EQ, "S1-CRA-001", "equipment"),
        (Kind.WO, "WO-1", "work_order"),
    ],
)
def test_our_labels_and_typed_codes_lead_to_their_record(shop, kind, code, meaning):
    shop.part("HVAC-015", 3)
    for text in (encode(kind, code), code, code.lower()):
        found = resolve_scan(shop.desk, text)
        assert (found.kind, found.code) == (meaning, code), text
        assert not found.sentence


def test_a_makers_barcode_finds_its_part_once_it_is_bound(shop):
    part = shop.part("P", 1)
    unknown = resolve_scan(shop.desk, EAN)
    assert (unknown.kind, unknown.foreign) == ("", EAN)
    bind_barcode(shop.desk, part, EAN)
    assert bind_barcode(shop.desk, part, EAN) is None
    assert resolve_scan(shop.desk, EAN).id == part


def test_other_codes_of_a_part_find_it(shop):
    part = shop.part("P", 1, barcode_alias=to_json(["VENDOR/77"]))
    shop.desk.perform(create("code_alias", new_id(), code="OLD-1", target_table="part", target_id=part))
    for text in ("OLD-1", "old-1", encode(Kind.PT, "OLD-1"), "VENDOR/77"):
        assert resolve_scan(shop.desk, text).id == part, text


def test_a_purchase_order_is_found_by_its_number(shop):
    shop.desk.perform(
        create("purchase_order", new_id(), code="PO-9", site_id=shop.ids["S1"], status="ordered")
    )
    assert resolve_scan(shop.desk, "po-9").kind == "purchase_order"


@pytest.mark.parametrize(
    "text",
    ["", " \n", "http://example.com/?a=<b>", encode(Kind.PT, "NOT-HERE"), encode(Kind.PT, "HVAC-015")[:-1],
     EAN, "x" * 5000, "P\x00\x07\u202eX", "' OR 1=1 --", encode(Kind.DC, "D-1")],
)  # fmt: skip
def test_everything_else_gets_a_sentence(shop, text):
    shop.part("HVAC-015", 3)
    for language in ("zh_CN", "en"):
        with speaking(language):
            found = resolve_scan(shop.desk, text)
        assert found.kind == ""
        assert found.sentence
