"""What a scanned or typed code means in the store: a part, a bin, a machine, an order - or a sentence that says what to do (R-4.4-g)."""

from dataclasses import dataclass

from app.desk import Desk
from app.fields import about
from app.labels.payload import Kind, Scan, Sort, read_scan
from app.names import named
from app.tx import Reader
from app.words import N_, _

_TABLES = {
    Kind.EQ: "equipment",
    Kind.LC: "location",
    Kind.PT: "part",
    Kind.BN: "location",
    Kind.WO: "work_order",
}
#: Where a code that somebody typed may come from, the nearest first.
_TYPED = ("part", "location", "work_order", "equipment", "purchase_order", "staff")
_ENGLISH = frozenset({"part", "location", "equipment", "staff"})


@dataclass(frozen=True)
class Meaning:
    """The record that a code names; `kind`: part, bin, place, equipment, work_order, purchase_order, staff, or "" with a
    sentence.
    """

    kind: str
    id: bytes = b""
    code: str = ""
    title: str = ""
    sentence: str = ""
    #: A maker's or foreign code that can be bound to a part.
    foreign: str = ""


def resolve_scan(desk: Desk, text: str) -> Meaning:
    """Say what a scanned text means; never raises for what was scanned."""
    scan = read_scan(text)
    with desk.read() as read:
        return _found(read, scan) or _unknown(scan)


def _found(read: Reader, scan: Scan) -> Meaning | None:
    if scan.sort is Sort.HOSTILE or not scan.text:
        return None
    if scan.ean and (part := _by_barcode(read, scan.ean)):
        return part
    if scan.payload and scan.payload.kind in _TABLES:
        found = _by_code(read, _TABLES[scan.payload.kind], scan.payload.code)
        return found or _by_alias(read, scan.payload.code)
    for table in _TYPED:
        if found := _by_code(read, table, scan.text):
            return found
    return _by_alias(read, scan.text) or _by_barcode(read, scan.text)


def _by_code(read: Reader, table: str, code: str) -> Meaning | None:
    key = about(table).key
    row = read.find(table, **{key: code}) or read.value(
        f"SELECT id FROM {table} WHERE upper({key}) = upper(?) AND deleted = 0 ORDER BY n LIMIT 1", code
    )
    return _meaning(read, table, row) if row else None


def _by_alias(read: Reader, code: str) -> Meaning | None:
    found = read.row(
        "SELECT target_table, target_id FROM code_alias WHERE upper(code) = upper(?) AND deleted = 0 ORDER BY n DESC",
        code,
    )
    return _meaning(read, *found) if found and found[0] in _TYPED else None


def _by_barcode(read: Reader, number: str) -> Meaning | None:
    row = read.value(
        "SELECT p.id FROM part p JOIN json_each(p.barcode_alias) b WHERE b.value = ? AND p.deleted = 0 ORDER BY p.n",
        number,
    )
    return _meaning(read, "part", row) if row else None


def _meaning(read: Reader, table: str, row: bytes) -> Meaning | None:
    declared = about(table)
    title = named("t") if table in _ENGLISH else f"t.{declared.name}" if declared.name else "''"
    kind = "t.location_type" if table == "location" else "''"
    sql = f"SELECT t.{declared.key}, {title}, {kind} FROM {table} t WHERE t.id = ?"
    found = read.row(sql, row)
    if found is None:
        return None
    place = "bin" if found[2] == "bin" else "place"
    return Meaning(place if table == "location" else table, row, found[0], found[1] or "")


def _unknown(scan: Scan) -> Meaning:
    shown = scan.text[:40]
    if not shown:
        return Meaning("", sentence=_("Nothing could be read. Scan the label again."))
    if scan.sort is Sort.HOSTILE:
        return Meaning(
            "", sentence=_("This code holds hidden characters and was not used. Type the number instead.")
        )
    if scan.payload:
        text = _(
            "{kind} {code} is on the label but not in the register. Look for it by name, or register it."
        )
        return Meaning("", sentence=text.format(kind=scan.payload.kind.word, code=scan.payload.code))
    if scan.ean:
        text = _(
            "{code} is a maker's barcode that no part knows yet. Enter it at the part, or scan our own label."
        )
        return Meaning("", sentence=text.format(code=scan.ean), foreign=scan.ean)
    if scan.text.isdigit() and len(scan.text) >= 10 and scan.text[0] in "123456":
        text = _(
            "The label could not be read whole: {code}. Scan it again, or type the number under the code."
        )
        return Meaning("", sentence=text.format(code=shown), foreign=shown)
    text = _("{code} is not a code of this system. Scan our own label, or type the part number.")
    return Meaning("", sentence=text.format(code=shown), foreign=shown)


#: What the kinds are called, for the prompt of the scan station.
KIND_WORDS = {
    "part": N_("Spare part"),
    "bin": N_("Bin"),
    "place": N_("Location"),
    "equipment": N_("Equipment"),
    "work_order": N_("Work order"),
    "purchase_order": N_("Purchase order"),
    "staff": N_("Staff member"),
}
