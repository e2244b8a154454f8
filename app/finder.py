"""What the jump box finds: a scanned label's record, another code's record, or what fits the words."""

from collections.abc import Sequence
from typing import Any

from app.labels.codes import named_by
from app.labels.payload import Kind, read_scan
from app.search import SEARCHED, Found, find
from app.tx import Reader
from app.words import N_, language

#: Kind on a label -> table of its record.
TABLES = {
    Kind.EQ: "equipment",
    Kind.LC: "location",
    Kind.PT: "part",
    Kind.BN: "location",
    Kind.WO: "work_order",
}
WORDS = {
    "equipment": N_("Equipment"),
    "part": N_("Spare part"),
    "location": N_("Location"),
    "work_order": N_("Work order"),
    "fault": N_("Fault"),
    "inspection_template": N_("Inspection template"),
    "staff": N_("Staff member"),
    "supplier": N_("Supplier"),
    "course": N_("Course"),
    "site": N_("Site"),
    "purchase_order": N_("Purchase order"),
}


def found_by(read: Reader, table: str, row_id: bytes) -> Found | None:
    """A record as the jump box shows it."""
    sql = "SELECT tbl, row_id, code, title, place FROM search_row WHERE tbl = ? AND row_id = ?"
    found = read.as_(Found, sql, table, row_id)
    return found[0] if found else None


def look_up(read: Reader, text: str) -> list[Found]:
    """Records for what was typed or scanned, the likeliest first, named in the language of the reader."""
    found = _look_up(read, text)
    return _in_english(read, found) if language() == "en" else found


def _in_english(read: Reader, found: list[Found]) -> list[Found]:
    """The records with their English names and places, where the register has them."""
    titles: dict[bytes, str] = {}
    for table in {record.table for record in found if "name_en" in SEARCHED[record.table]}:
        titles |= _names(read, table, "id", [record.id for record in found if record.table == table])
    places = _names(read, "location", "name", list({record.place for record in found if record.place}))
    return [
        record._replace(
            title=titles.get(record.id, record.title), place=places.get(record.place, record.place)
        )
        for record in found
    ]


def _names(read: Reader, table: str, by: str, wanted: Sequence[Any]) -> dict[Any, str]:
    marks = ", ".join("?" * len(wanted))
    sql = f"SELECT {by}, name_en FROM {table} WHERE {by} IN ({marks}) AND name_en <> ''"
    return dict(read.rows(sql, *wanted))


def _look_up(read: Reader, text: str) -> list[Found]:
    scan = read_scan(text)
    named = [found for one in named_by(read, scan) if (found := found_by(read, one.table, one.id))]
    if scan.payload and scan.payload.kind in TABLES:
        return named[:1]
    if named and (scan.payload or scan.ean):
        return named
    # A typed number is a search, too: the record that bears it stands first.
    known = {(one.table, one.id) for one in named}
    return named + [one for one in find(read, scan.text, SEARCHED) if (one.table, one.id) not in known]
