"""The matrix counts by a short way and makes its cells when they are looked at: both say what the pure rule says."""

import sqlite3
from collections import Counter
from contextlib import closing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.access import local_administrator
from app.training.matrix import matrix, results
from app.training.rules import standing
from app.tx import Reader

TODAY = "2026-11-22"
DAYS = st.sampled_from(["2024-05-01", "2025-11-22", "2026-11-21", TODAY])
ENDS = st.sampled_from([None, "2026-11-21", TODAY, "2026-12-22", "2026-12-23", "2028-01-01"])
#: Person, course, day, passed, end of validity: few of each, so that records meet.
RECORDS = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 2), DAYS, st.integers(0, 1), ENDS), max_size=25
)


@pytest.fixture(scope="module")
def site(_school_folder):
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as made:
        with closing(sqlite3.connect(_school_folder / "site.db")) as source:
            source.backup(made)
        made.execute("INSERT INTO sync_ctx VALUES ('pull')")
        yield Reader(made)


def _keep(read, records):
    """Only these records: of the first people in the first courses."""
    staff = [row[0] for row in read.rows("SELECT id FROM staff WHERE deleted = 0 ORDER BY n LIMIT 4")]
    courses = [row[0] for row in read.rows("SELECT id FROM course WHERE deleted = 0 ORDER BY n LIMIT 3")]
    form = next(read.dicts("SELECT * FROM training_record LIMIT 1"))
    read.rows("DELETE FROM training_record")
    for n, (person, course, day, passed, until) in enumerate(records, 1):
        row = form | {
            "n": n, "id": n.to_bytes(16, "big"), "record_no": f"T-{n}", "staff_id": staff[person], "course_id": courses[course],
            "train_date": day, "passed": passed, "valid_until": until, "deleted": 0,
        }  # fmt: skip
        marks = ", ".join("?" * len(row))
        read.rows(f"INSERT INTO training_record ({', '.join(row)}) VALUES ({marks})", *row.values())


@settings(max_examples=60, deadline=None)
@given(records=RECORDS)
def test_counts_states_and_cells_are_those_of_the_rule(site, records):
    site.rows("SAVEPOINT example")
    try:
        _keep(site, records)
        found = matrix(site, local_administrator(), TODAY)
        held = results(site)
        counted = Counter()
        for line in found.lines:
            ruled = tuple(
                standing(
                    held.get((line.person.id, head.id), ()), TODAY, required=head.wants(line.person.post)
                )
                for head in found.courses
            )
            assert line.cells == ruled
            assert line.required == [cell.state for cell in ruled if cell.required]
            assert line.states == {cell.state for cell in ruled if cell.required}
            counted.update(line.required)
        assert {state: count for state, count in found.counts.items() if count} == counted
    finally:
        site.rows("ROLLBACK TO example")
        site.rows("RELEASE example")
