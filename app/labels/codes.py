"""Which record a scanned text names: its number, a number it once had, a maker's barcode, a foreign or a blank label.

`scan_code` holds every such text folded, so that one indexed look-up answers, whatever the size of the register.
"""

import hashlib
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import msgspec

from app.changes import SEARCH
from app.fields import about, from_json
from app.labels.payload import Kind, Scan, Sort
from app.settle import settles
from app.tx import Derive, Reader

#: Tables whose records are scanned, the nearest to a storekeeper first.
TABLES = ("part", "location", "work_order", "equipment", "purchase_order", "staff")
OF_KIND = {
    Kind.EQ: "equipment",
    Kind.LC: "location",
    Kind.PT: "part",
    Kind.BN: "location",
    Kind.WO: "work_order",
    Kind.ST: "staff",
}
#: A document's code stands in its head: the order itself is meant.
_ON_PAPER = {Kind.DC: ("purchase_order", "work_order")}
#: How a code names its record, the surest first.
OWN, ALIAS, BARCODE, MAKER = "own", "alias", "barcode", "maker"
_RANK = {OWN: 0, ALIAS: 1, BARCODE: 2, MAKER: 3}
LONGEST = 80
_DEEPEST = 8


@dataclass(frozen=True)
class Named:
    """A record that a code names, and how."""

    table: str
    id: bytes
    how: str


def stored(code: str) -> str:
    """The code as it is kept: foreign codes that are too long for a column by their digest."""
    code = unicodedata.normalize("NFKC", code).strip()
    return code if len(code) <= LONGEST else f"sha256:{hashlib.sha256(code.encode()).hexdigest()[:48]}"


def folded(code: str) -> str:
    """The code as it is compared: half-width, in capitals."""
    return stored(code).upper()


def blank_code(code: str) -> str:
    """What a pre-printed blank label is called in the register of codes."""
    return f"{Kind.BL}:{code}"


def named_by(read: Reader, scan: Scan) -> list[Named]:
    """The records that a scan may mean: none, one, or several that a person has to choose from; the surest alone."""
    if scan.sort is Sort.HOSTILE or not scan.text:
        return []
    if scan.ean and (found := _best(read, scan.ean, hows=(ALIAS, BARCODE, MAKER))):
        return found
    payload = scan.payload
    if payload and payload.kind is Kind.BL:
        return _best(read, blank_code(payload.code))
    if payload:
        tables = (OF_KIND[payload.kind],) if payload.kind in OF_KIND else _ON_PAPER.get(payload.kind, ())
        return _best(read, payload.code, tables=tables, hows=(OWN, ALIAS)) if tables else []
    return _nearest(_best(read, scan.text))


def _nearest(found: list[Named]) -> list[Named]:
    """Of records that carry the same number of their own, the nearest to a storekeeper's work."""
    own = sorted((one for one in found if one.how == OWN), key=lambda one: TABLES.index(one.table))
    return own[:1] or found


def _best(
    read: Reader, code: str, *, tables: Sequence[str] = TABLES, hows: Sequence[str] = tuple(_RANK)
) -> list[Named]:
    # CapsLock turns small and capital letters round, also those of a code that is kept by its digest.
    kept, turned = stored(code), stored(code.swapcase())
    rows = read.rows(
        # A part that is there and not merged, which most scans mean, needs no look-up of its own.
        "SELECT code, target_table, target, how, (SELECT 1 FROM part p WHERE s.target_table = 'part' AND p.id = s.target "
        "AND p.deleted = 0) FROM scan_code s WHERE folded IN (?, ?) ORDER BY n DESC LIMIT 64",
        kept.upper(), turned.upper(),
    )  # fmt: skip
    live = [
        (there, said == kept)
        for said, table, target, how, plain in rows
        if how in hows
        and (said in {kept, turned} or not _cased(said))
        and (there := Named(table, target, how) if plain else _living(read, table, target, how))
        and there.table in tables
    ]
    if not live:
        return []
    best = min(_RANK[one.how] for one, _exact in live)
    first = [(one, exact) for one, exact in live if _RANK[one.how] == best]
    chosen = [one for one, exact in first if exact] or [one for one, _exact in first]
    return list({(one.table, one.id): one for one in chosen}.values())


def _cased(code: str) -> bool:
    """Addresses and foreign data differ by small and capital letters."""
    return "://" in code or "{" in code


def _living(read: Reader, table: str, target: bytes, how: str) -> Named | None:
    """The record, or what it was merged into."""
    sql = f"SELECT {about(table).key}, deleted FROM {table} WHERE id = ?"
    for _step in range(_DEEPEST):
        row = read.row(sql, target)
        if row is None:
            return None
        if not row[1]:
            return Named(table, target, how)
        kept = read.value(
            "SELECT target_id FROM code_alias WHERE code = ? AND target_table = ? AND target_id <> ? AND deleted = 0 "
            "ORDER BY n DESC LIMIT 1",
            row[0], table, target,
        )  # fmt: skip
        how = ALIAS if how == OWN else how
        if kept is None:
            return None
        target = kept
    return None


# the derived table


@settles("scan codes", {*TABLES, "code_alias"}, SEARCH, order=85)
def index(derive: Derive) -> bool:
    """Keep the codes in step with the touched records."""
    for table in derive.touched.keys() & {*TABLES, "code_alias"}:
        derive.run(
            "DELETE FROM scan_code WHERE tbl = ? AND row_id IN (SELECT id FROM temp.touched WHERE tbl = ?)",
            table,
            table,
        )
        derive.run_many(
            "INSERT INTO scan_code (folded, code, tbl, row_id, target_table, target, how) VALUES (?, ?, ?, ?, ?, ?, ?)",
            _aliases(derive) if table == "code_alias" else list(_codes(derive, table)),
        )
    return True


_TOUCHED = "JOIN temp.touched x ON x.tbl = ? AND x.id = t.id"


def _aliases(derive: Derive) -> list[tuple[object, ...]]:
    rows = derive.rows(
        f"SELECT t.code, t.id, t.target_table, t.target_id FROM code_alias t {_TOUCHED} WHERE t.deleted = 0",
        "code_alias",
    )
    return [
        (folded(code), code, "code_alias", row, table, target, ALIAS)
        for code, row, table, target in rows
        if table in TABLES
    ]


def _codes(derive: Derive, table: str) -> Iterator[tuple[object, ...]]:
    # The codes of records that were merged stay: they lead on to the one that was kept.
    more = ", t.barcode_alias, t.maker_part_no" if table == "part" else ", NULL, NULL"
    for row, code, barcodes, maker in derive.rows(
        f"SELECT t.id, t.{about(table).key}{more} FROM {table} t {_TOUCHED}", table
    ):
        for said, how in _said(code, barcodes, maker):
            yield folded(said), stored(said), table, row, table, row, how


def _said(code: str | None, barcodes: str | None, maker: str | None) -> Iterable[tuple[str, str]]:
    if code:
        yield code, OWN
    for one in _list(barcodes):
        yield one, BARCODE
    if maker and maker.strip():
        yield maker, MAKER


def _list(text: str | None) -> list[str]:
    try:
        return [str(one) for one in from_json(text or "[]") or () if str(one).strip()]
    except (msgspec.MsgspecError, TypeError):
        return []
