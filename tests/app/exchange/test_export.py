"""What an export says: the neighbouring row of the site in view, forms of numbers, progress."""

import pytest
from openpyxl import load_workbook

from app.exchange.export import export_register
from app.exchange.plan import Cancelled
from app.generic import create
from app.words import speaking
from db.ids import new_id


@pytest.fixture
def two_stores(sample_desk):
    """A part with a rule at each of two sites, the later one of the second."""
    with sample_desk.read() as read:
        part, number, first = read.row(
            "SELECT p.id, p.part_no, y.site_id FROM part p JOIN stock_policy y ON y.part_id = p.id ORDER BY p.n"
        )
    other = next(site for site in sample_desk.sites() if site.id != first)
    given = {
        "part_id": part,
        "site_id": other.id,
        "safety_stock": 7000,
        "reorder_point": 9000,
        "method": "manual",
    }
    sample_desk.perform(create("stock_policy", new_id(), **given))
    here = next(site for site in sample_desk.sites() if site.id == first)
    return number, here, other


def exported(desk, path, number):
    with speaking("en"):
        export_register(desk, "part", path)
    rows = load_workbook(path).worksheets[0].iter_rows()
    heads = [cell.value for cell in next(rows)]
    return next(dict(zip(heads, row, strict=True)) for row in rows if row[0].value == number)


def test_the_rule_of_the_site_in_view_is_written(sample_desk, two_stores, tmp_path):
    number, here, other = two_stores
    for site, code in ((None, here.code), (here, here.code), (other, other.code)):
        row = exported(sample_desk.at(site), tmp_path / "parts.xlsx", number)
        assert row["Site"].value == code
        assert (row["Safety stock"].value == 7) == (site is other)


def test_numbers_look_like_what_they_are(sample_desk, two_stores, tmp_path):
    row = exported(sample_desk, tmp_path / "parts.xlsx", two_stores[0])
    assert row["Unit price"].number_format == "#,##0.00##"
    assert isinstance(row["Unit price"].value, (int, float))
    assert row["Safety stock"].number_format == "General"
    assert row["Part number"].number_format == "@"


def test_progress_is_told_and_stopping_leaves_no_file(sample_desk, tmp_path):
    plain = {"unit": "个", "kind": "spare", "status": "active", "serialised": 0, "batch_tracked": 0}
    parts = [(new_id(), f"Z-{n:04}") for n in range(1100)]
    sample_desk.perform(*(create("part", i, part_no=c, name="x", **plain) for i, c in parts))
    told = []
    count = export_register(sample_desk, "part", tmp_path / "a.csv", progress=lambda *now: told.append(now))
    assert told == [(500, count), (1000, count)]

    def stop(_done, _total):
        raise Cancelled

    for name in ("b.csv", "b.xlsx"):
        with pytest.raises(Cancelled):
            export_register(sample_desk, "part", tmp_path / name, progress=stop)
    assert [path.name for path in tmp_path.glob("[ab]*")] == ["a.csv"]
