"""What a scanned or typed code means in the store: a part, a bin, a machine, an order - or a sentence that says what to do (R-4.4-g)."""

from dataclasses import dataclass

from app.desk import Desk
from app.fields import about
from app.labels.actions import action_of
from app.labels.codes import blank_code, named_by
from app.labels.payload import Kind, Scan, Sort, read_scan
from app.names import named
from app.tx import Reader
from app.words import N_, _

_ENGLISH = frozenset({"part", "location", "equipment", "staff"})


@dataclass(frozen=True)
class Meaning:
    """The record that a code names; `kind`: part, bin, place, equipment, work_order, purchase_order, staff, action,
    or "" with a sentence.
    """

    kind: str
    id: bytes = b""
    code: str = ""
    title: str = ""
    sentence: str = ""
    #: A maker's, foreign or blank code that can be bound to a record.
    foreign: str = ""
    #: The records that share the code.
    choices: tuple["Meaning", ...] = ()


def resolve_scan(desk: Desk, text: str) -> Meaning:
    """Say what a scanned text means; never raises for what was scanned."""
    with desk.read() as read:
        return meaning_of(read, text)


def meaning_of(read: Reader, text: str) -> Meaning:
    """The same with rows that are being read."""
    scan = read_scan(text)
    return _found(read, scan) or _unknown(scan)


def _found(read: Reader, scan: Scan) -> Meaning | None:
    payload = scan.payload
    if payload and payload.kind is Kind.AC and (action := action_of(payload.code)):
        return Meaning("action", code=action.code, title=_(action.word))
    named = named_by(read, scan)
    found = [one for name in named if (one := _meaning(read, name.table, name.id))]
    if len(found) > 1:
        text = _("{code} is bound to several records: {records}. Choose one, the others let go of it.")
        records = "; ".join(f"{one.code} {one.title}" for one in found)
        said = text.format(code=scan.text[:40], records=records)
        return Meaning("", sentence=said, foreign=_bindable(scan), choices=tuple(found))
    return found[0] if found else None


def _bindable(scan: Scan) -> str:
    """What a binding of this code would be called."""
    if scan.payload and scan.payload.kind is Kind.BL:
        return blank_code(scan.payload.code)
    # What is called like a blank label, and is none, would take that label away from whoever sticks it on.
    return "" if scan.text.upper().startswith(blank_code("")) else scan.ean or scan.text


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
    if scan.payload and scan.payload.kind is Kind.BL:
        text = _("The blank label {code} belongs to nothing yet. Bind it to a part, a machine or a place.")
        return Meaning("", sentence=text.format(code=scan.payload.code), foreign=_bindable(scan))
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
    if scan.text.isdigit() and len(scan.text) >= 10 and scan.text[0] in "123456789":
        text = _(
            "The label could not be read whole: {code}. Scan it again, or type the number under the code."
        )
        return Meaning("", sentence=text.format(code=shown), foreign=_bindable(scan))
    text = _("{code} is not a code of this system. Scan our own label, or type the part number.")
    return Meaning("", sentence=text.format(code=shown), foreign=_bindable(scan))


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
