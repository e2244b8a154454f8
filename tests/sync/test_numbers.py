"""Numbers reserved ahead: never the same twice; where none is left, provisional or a sentence (fault 31)."""

import pytest
from fleet import Fleet, furnish_away, supplier

from app.errors import AppError
from app.generic import create
from app.hub.blocks import BLOCK_DAYS, DAY
from app.numbers import MANY, certificate_number, propose, provisional, replace_provisional
from db.ids import new_id


@pytest.fixture
def pair(fleet: Fleet):
    return fleet.laptops["a"], fleet.laptops["b"]


def filed(laptop, code):
    _made, op = supplier(code)
    laptop.desk.perform(op)


def test_two_laptops_never_give_the_same(pair):
    given = [certificate_number(laptop.desk, "CT") for laptop in pair for _n in range(MANY)]
    assert len(set(given)) == 2 * MANY
    assert given[0].startswith("CT-")


def test_without_a_reserved_number_a_certificate_waits(pair):
    a, _b = pair
    for _n in range(MANY):
        certificate_number(a.desk, "CT")
    with pytest.raises(AppError, match="Sync with the hub once"):
        certificate_number(a.desk, "CT")
    a.sync()
    assert certificate_number(a.desk, "CT")


def test_an_expired_block_gives_nothing_more(fleet, pair):
    a, _b = pair
    fleet.clock._at += (BLOCK_DAYS + 1) * DAY
    with pytest.raises(AppError, match="Sync with the hub once"):
        certificate_number(a.desk, "CT")


def test_a_register_goes_on_after_its_highest_number(pair):
    a, b = pair
    filed(a, "SUP-0041")
    a.sync()
    first = propose(a.desk, "supplier", "SUP-")
    assert first == f"SUP-{a.profile.meta['device_code']}-0001"  # nothing was reserved yet
    for laptop in pair:
        propose(laptop.desk, "supplier", "SUP-")
        laptop.sync()
    given = {propose(laptop.desk, "supplier", "SUP-") for laptop in pair for _n in range(5)}
    assert len(given) == 10
    assert min(given) == "SUP-0042"
    assert b.value("SELECT count(*) FROM number_block WHERE series = 'supplier:SUP-'") == 1


def test_a_provisional_code_is_replaced_and_still_scans(pair):
    a, b = pair
    code = propose(a.desk, "supplier", "SUP-")
    filed(a, code)
    assert [found for _id, found in provisional(a.desk, "supplier", "SUP-")] == [code]
    assert replace_provisional(a.desk) is None  # still offline
    a.sync()
    assert replace_provisional(a.desk) is not None
    assert replace_provisional(a.desk) is None
    for laptop in (a, b):
        laptop.sync()
    assert b.value("SELECT code FROM supplier") == "SUP-0001"
    assert b.value("SELECT code FROM code_alias WHERE target_table = 'supplier'") == code


def test_a_laptop_without_a_hub_counts_by_itself(fleet):
    lone = fleet.fresh("lone")
    assert propose(lone.desk, "part", "P-") == "P-0001"
    lone.desk.perform(
        create(
            "part", new_id(), part_no="P-00009", name="件", unit="个", kind="spare", serialised=0, batch_tracked=0,
            status="active",
        )
    )  # fmt: skip
    assert propose(lone.desk, "part", "P-") == "P-00010"
    assert certificate_number(lone.desk, "CT").startswith(f"CT-{lone.profile.meta['device_code']}-")
    lone.profile.close()
    del fleet.laptops["lone"]


def test_a_clone_gives_other_numbers(fleet, pair):
    """Both copies work on: the one that comes second begins a chain and numbers of its own."""
    import shutil

    from fleet import Laptop, Way

    from app.bootstrap import start

    a, _b = pair
    furnish_away(a.desk)
    a.profile.close()
    folder = shutil.copytree(a.folder, a.folder.with_name("twin"))
    a.profile = start(a.folder, fleet.clock)
    twin = Laptop("twin", folder, Way(fleet), start(folder, fleet.clock))
    fleet.laptops["twin"] = twin
    for laptop in (a, twin):
        laptop.desk.perform(supplier(f"of {laptop.name}")[1])
        laptop.sync()
    assert twin.sync().forked is False
    assert a.desk.number("WO") != twin.desk.number("WO")
    assert certificate_number(a.desk, "CT") != certificate_number(twin.desk, "CT")
    twin.reopen()
    assert twin.profile.meta["number_code"] in twin.desk.number("WO")
