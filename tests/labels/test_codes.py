"""Codes are stable for ever: changed, merged, foreign, blank ones; hostile ones do nothing."""

from dataclasses import replace

import pytest

from app.access import local_administrator
from app.errors import AppError
from app.generic import Merge, create, patch
from app.inventory.scans import resolve_scan
from app.labels.bindings import MOST_BLANKS, bind_code, bindings_of, blanks, codes_of, unbind_code
from app.labels.codes import folded, stored
from app.labels.payload import Kind, encode, read_scan
from db.ids import new_id

EAN = "6901234567892"
JSON = (
    '{"part": 10, "company": "别家", "url": "https://inventree.example/part/10/?a=1&b=2", "note": "'
    + "x" * 60
    + '"}'
)
URL = "https://qr.example/aB3x"


@pytest.fixture
def two(desk) -> tuple[bytes, bytes]:
    """Two parts of an empty site."""
    ids = new_id(), new_id()
    for row, code in zip(ids, ("P-1", "P-2"), strict=True):
        desk.perform(
            create(
                "part",
                row,
                part_no=code,
                name="轴承",
                unit="个",
                kind="spare",
                status="active",
                serialised=0,
                batch_tracked=0,
            )
        )
    return ids


def kind(desk, code):
    found = resolve_scan(desk, code)
    return found.kind, found.id


def change(desk, table, row_id, **new):
    with desk.read() as read:
        row = read.get(table, row_id)
    return desk.perform(patch(table, row, **new))


def test_the_label_of_a_changed_number_still_works(desk, two):
    for number in ("P-9", "Q-1", "Q-2"):
        change(desk, "part", two[0], part_no=number)
    for number in ("P-1", "P-9", "Q-1", "Q-2"):
        assert kind(desk, encode(Kind.PT, number)) == ("part", two[0])
        assert kind(desk, number.lower()) == ("part", two[0])


def test_a_number_that_came_back_leads_to_who_has_it_now(desk, two):
    change(desk, "part", two[0], part_no="P-9")
    change(desk, "part", two[1], part_no="P-1")
    assert kind(desk, encode(Kind.PT, "P-1")) == ("part", two[1])
    assert kind(desk, encode(Kind.PT, "P-2")) == ("part", two[1])


def test_labels_and_bindings_of_merged_records_lead_to_the_kept_one(desk, two):
    third = new_id()
    desk.perform(create("part", third, part_no="P-3", name="轴承", unit="个", kind="spare", status="active", serialised=0, batch_tracked=0,
                        barcode_alias=f'["{EAN}"]'))  # fmt: skip
    bind_code(desk, URL, "part", third)
    desk.perform(Merge("part", third, two[1]))
    desk.perform(Merge("part", two[1], two[0]))
    for code in (encode(Kind.PT, "P-3"), encode(Kind.PT, "P-2"), "P-2", EAN, URL):
        assert kind(desk, code) == ("part", two[0]), code


@pytest.mark.parametrize("code", [EAN, JSON, URL, "ABC-123/x", "零件 7", "http://x/" + "y" * 200])
def test_a_foreign_code_is_bound_once_and_works_from_then_on(desk, two, code):
    unknown = resolve_scan(desk, code)
    assert not unknown.kind
    assert unknown.foreign
    bind_code(desk, unknown.foreign, "part", two[0])
    assert kind(desk, code) == ("part", two[0])
    assert kind(desk, code.swapcase()) == ("part", two[0])
    assert bind_code(desk, unknown.foreign, "part", two[0]) is None


def test_addresses_that_differ_by_case_are_different(desk, two):
    bind_code(desk, "https://qr.example/aB3x", "part", two[0])
    assert not resolve_scan(desk, "https://qr.example/ab3X").kind
    bind_code(desk, "https://qr.example/ab3X", "part", two[1])
    assert kind(desk, "https://qr.example/aB3x") == ("part", two[0])
    assert kind(desk, "https://qr.example/ab3X") == ("part", two[1])


def test_a_code_of_another_record_is_bound_anew_only_when_asked(desk, two):
    bind_code(desk, URL, "part", two[0])
    with pytest.raises(AppError, match=URL):
        bind_code(desk, URL, "part", two[1])
    done = bind_code(desk, URL, "part", two[1], instead=True)
    assert kind(desk, URL) == ("part", two[1])
    desk.undo(done.action_id)
    assert kind(desk, URL) == ("part", two[0])


def test_a_number_of_our_own_is_not_bound_to_something_else(desk, two):
    with pytest.raises(AppError):
        bind_code(desk, "P-2", "part", two[0], instead=True)
    with pytest.raises(AppError):
        bind_code(desk, "x", "user_account", two[0])
    with pytest.raises(AppError):
        bind_code(desk, "x", "part", new_id())


def test_the_same_code_bound_on_two_laptops_is_a_choice(desk, two):
    bind_code(desk, URL, "part", two[0])
    desk.perform(create("code_alias", new_id(), code=URL + "2", target_table="part", target_id=two[1]))
    with desk.read() as read:
        other = read.rows("SELECT id FROM code_alias WHERE code = ?", URL + "2")[0][0]
    change(desk, "code_alias", other, code=URL)  # as it comes by a sync: the check is the laptop's own
    found = resolve_scan(desk, URL)
    assert not found.kind
    assert {one.id for one in found.choices} == set(two)
    assert "P-1" in found.sentence
    assert "P-2" in found.sentence
    bind_code(desk, found.foreign, "part", two[1], instead=True)
    assert kind(desk, URL) == ("part", two[1])
    with desk.read() as read:
        assert len(bindings_of(read, URL)) == 1


def test_a_blank_is_bound_by_its_first_scan(desk):
    made = blanks(desk, 5)
    assert len({digits for _number, digits in made}) == 5
    assert all(digits.isdigit() for _number, digits in made)
    unknown = resolve_scan(desk, made[3][1])
    assert made[3][0] in unknown.sentence
    place, site = new_id(), new_id()
    desk.perform(
        create("site", site, code="S", name="站", site_type="plant", timezone="Asia/Shanghai", active=1),
        create("location", place, code="S-A1", site_id=site, name="货位", location_type="bin", qr_label=1),
    )
    bind_code(desk, unknown.foreign, "location", place)
    assert kind(desk, made[3][1]) == ("bin", place)
    assert not resolve_scan(desk, made[2][1]).kind
    with desk.read() as read:
        (binding, code), *_rest = codes_of(read, "location", place)
    assert code.startswith("BL:")
    unbind_code(desk, binding)
    assert not resolve_scan(desk, made[3][1]).kind
    for count in (0, -1, MOST_BLANKS + 1):
        with pytest.raises(AppError):
            blanks(desk, count)


def test_binding_needs_the_right(desk, two):
    actor = replace(local_administrator(), permissions=frozenset())
    with pytest.raises(AppError):
        bind_code(replace(desk, actor=actor), URL, "part", two[0])


def test_the_index_follows_and_rebuilds(desk, two):
    bind_code(desk, URL, "part", two[0])
    change(desk, "part", two[0], maker_part_no="6205-2RS")
    assert kind(desk, "6205-2rs") == ("part", two[0])
    with desk.read() as read:
        before = sorted(read.rows("SELECT folded, code, tbl, row_id, target, how FROM scan_code"))
    desk.profile.store.rebuild()
    with desk.read() as read:
        assert sorted(read.rows("SELECT folded, code, tbl, row_id, target, how FROM scan_code")) == before
        plan = read.rows(
            "EXPLAIN QUERY PLAN SELECT code FROM scan_code WHERE folded = 'X' ORDER BY n DESC LIMIT 64"
        )
    assert any("ix_scan_code_folded" in str(row) for row in plan)


def test_two_parts_with_one_makers_number_are_a_choice(desk, two):
    for row in two:
        change(desk, "part", row, maker_part_no="6205-2RS")
    assert len(resolve_scan(desk, "6205-2RS").choices) == 2


def test_long_codes_are_kept_by_their_digest():
    assert len(stored(JSON)) <= 80
    assert stored(JSON) != stored(JSON + "1")
    assert folded("ａｂｃ") == "ABC"


@pytest.mark.parametrize(
    "code",
    [encode(Kind.AC, "BOOK"), encode(Kind.PT, "NOT-YET"), encode(Kind.ST, "007"), encode(Kind.LC, "X")],
)
def test_codes_of_our_own_are_bound_to_nothing(desk, two, code):
    with pytest.raises(AppError):
        bind_code(desk, code, "part", two[0])
    with desk.read() as read:
        assert bindings_of(read, code) == []


def test_a_text_that_looks_like_a_blank_label_does_not_take_it_away(desk):
    found = resolve_scan(desk, "BL:T01-0001")
    assert found.sentence
    assert found.foreign == "", "it is not offered for binding"
    blank = blanks(desk, 1)[0][1]
    assert resolve_scan(desk, blank).foreign == "BL:T01-0001"


def test_a_makers_number_that_looks_like_our_own_is_bound(desk, two):
    both = next(
        number
        for number in (f"{n:012}" for n in range(690_000_000_000, 690_000_400_000))
        if (scan := read_scan(number)).payload and scan.ean
    )
    bind_code(desk, both, "part", two[1])
    assert resolve_scan(desk, both).code == "P-2"
