"""The labels of the sample site."""

import csv
from importlib.resources import files

import pytest

from app.labels.face import Label
from app.labels.payload import Kind


def _rows(table: str) -> csv.DictReader:
    text = files("resources").joinpath("sample", f"{table}.csv").read_text("utf-8-sig")
    return csv.DictReader(text.splitlines())


@pytest.fixture(scope="session")
def labels() -> list[Label]:
    """Equipment, parts and locations, mixed so that each page has all kinds."""
    found = [
        *(
            Label(Kind.EQ, r["equipment_code"], r["name_zh"], r["name_en"], r["location_code"])
            for r in _rows("equipment")
        ),
        *(
            Label(Kind.PT, r["part_no"], f"{r['name_zh']} {r['spec']}", r["name_en"], r["bin_location_code"])
            for r in _rows("parts")
        ),
        *(
            Label(Kind.LC, r["location_code"], r["name_zh"], r["name_en"], r["parent_code"])
            for r in _rows("locations")
        ),
    ]
    return [label for start in range(5) for label in found[start::5]]
