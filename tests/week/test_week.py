"""A day of five laptops, as `make week` plays seven of twenty: what held is counted, and the report says it."""

import pytest
from fleet import blank_files
from week import SHORT, Week


@pytest.fixture(scope="module")
def blank(tmp_path_factory):
    return blank_files(tmp_path_factory.mktemp("blank"))


@pytest.mark.logs("")
@pytest.mark.parametrize("seed", [1, 2])
def test_a_day_ends_with_everybody_equal(seed, tmp_path, blank):
    week = Week(seed, tmp_path, blank, SHORT)
    week.run()
    told = week.report()
    assert [name for name, _told in week.checks] == [
        "No operation is lost",
        "The history is whole",
        "Refused work is in front of a person",
        "Nothing waits",
        "Equal bucket by bucket",
        "Stock is exact",
        "Merged by the rules",
        "Every conflict has its person",
    ]
    for word in ("cloned", "restored from its backup", "the hub is restored", "files carried"):
        assert word in told
