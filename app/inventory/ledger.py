"""The ledger of movements (出入库流水): append-only, newest first."""

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.inventory.signs import signed
from app.inventory.stores import STORE, store_code
from app.names import named, person
from app.search import IN_SEARCH, match
from app.tx import Reader


@dataclass(frozen=True)
class MovementRow:
    """A movement as people read it. `qty` is signed; `what_for` names the order, the machine, the purchase or the reason."""

    n: int
    id: bytes
    number: str
    type: str
    part_id: bytes
    part_no: str
    name: str
    unit: str
    bin: str
    batch: str
    qty: int
    unit_price: int | None
    happened_at: int
    what_for: str
    reason: str
    taken_by: str
    booked_by: str
    reverses: str
    reversed_by: str
    site_id: bytes
    #: When it was typed in, how (self, paper; else at the store), on which slip; where it counts if its month was closed.
    booked_at: int = 0
    entry: str = ""
    slip: str = ""
    posted_at: int | None = None
    #: The change of value by moving average in ten-millionths; a provisional one waits for the hub's order.
    value: int | None = None
    provisional: int = 0
    #: The warehouse in whose books it counts, or the site for its own store.
    store: str = ""

    @property
    def state(self) -> str:
        """How it stands: `reversed`, `reversal`, or `booked`."""
        return "reversed" if self.reversed_by else "reversal" if self.reverses else "booked"


STORE_OF_OTHER = "coalesce(t.warehouse_id, t.site_id)"
_WHAT_FOR = f"""coalesce((SELECT code FROM work_order WHERE id = m.work_order_id),
  (SELECT code FROM equipment WHERE id = m.equipment_id),
  (SELECT o.code FROM purchase_line l JOIN purchase_order o ON o.id = l.order_id WHERE l.id = m.purchase_line_id),
  (SELECT code FROM stock_count WHERE id = m.count_id),
  (SELECT CASE WHEN t.bin_id = m.bin_id THEN {store_code(STORE_OF_OTHER)} ELSE l.code END
   FROM stock_movement t JOIN location l ON l.id = t.bin_id
   WHERE t.transfer_id = m.transfer_id AND t.id <> m.id AND t.type <> m.type LIMIT 1), (SELECT s.code FROM stock_transfer x JOIN site s ON s.id = CASE WHEN m.type = 'transfer_out' THEN x.to_site ELSE x.from_site END
   WHERE x.id = m.transfer_id), (SELECT coalesce(x.party, x.code) FROM loan x WHERE x.id = m.loan_id), m.reason, '')"""


def _columns() -> str:
    return f"""m.n, m.id, m.movement_no, m.type, m.part_id, p.part_no, {named("p")}, p.unit,
  coalesce((SELECT code FROM location WHERE id = m.bin_id), ''), coalesce(m.batch, ''), {signed("m")}, m.unit_price,
  m.happened_at, {_WHAT_FOR}, coalesce(m.reason, ''), coalesce((SELECT {named("t")} FROM staff t WHERE t.id = m.taken_by_id), ''),
  coalesce({person("m.by_id")}, ''),
  coalesce((SELECT movement_no FROM stock_movement r WHERE r.id = m.reversal_of_id), ''),
  coalesce((SELECT movement_no FROM stock_movement r WHERE r.reversal_of_id = m.id LIMIT 1), ''), m.site_id,
  m.created_at, coalesce(m.entry, ''), coalesce(m.slip_no, ''), m.posted_at, (SELECT value FROM stock_step WHERE movement_id = m.id),
  m.hub_seq IS NULL AND EXISTS (SELECT 1 FROM meta WHERE key = 'hub_id'), {store_code(STORE)}
FROM stock_movement m JOIN part p ON p.id = m.part_id"""


_ORDERS = {
    "": "m.happened_at DESC, m.n DESC",
    "happened_at": "m.happened_at, m.n",
    "number": "m.movement_no",
    "type": "m.type",
    "part_no": "p.part_no",
    "name": "p.name",
    "qty": signed("m"),
}
_BY_PART = frozenset({"part_no", "name"})


def movement_ids(
    read: Reader,
    site: bytes | None,
    sort: str = "",
    *,
    descending: bool = False,
    filters: Mapping[str, Any] | None = None,
    text: str = "",
) -> "array[int]":
    """The movements that fit, newest first unless another column is asked for."""
    wanted, terms, params = filters or {}, ["true"], []
    for key, sql in {
        "type": "m.type = ?",
        "part": "m.part_id = ?",
        "bin": "m.bin_id = ?",
        "since": "m.happened_at >= ?",
        "until": "m.happened_at < ?",
        "entry": "m.entry = ?",
        "work_order": "m.work_order_id = ?",
        "store": f"{STORE} = ?",
    }.items():
        if key in wanted:
            terms.append(sql)
            params.append(wanted[key])
    if site:
        terms.append("m.site_id = ?")
        params.append(site)
    if query := match(text):
        terms.append(f"(p.{IN_SEARCH} OR m.movement_no LIKE ? ESCAPE '\\')")
        params += ["part", query, "%" + _literal(text) + "%"]
    order = _ORDERS[sort] + (" DESC" if descending and sort else "")
    if sort and sort != "happened_at":
        order += ", m.n DESC"
    # The index of the time alone gives the list as it opens; the parts are joined only where they are asked for.
    joined = " JOIN part p ON p.id = m.part_id" if query or sort in _BY_PART else ""
    sql = f"SELECT m.n FROM stock_movement m{joined} WHERE {' AND '.join(terms)} ORDER BY {order}"
    return array("q", (row[0] for row in read.rows(sql, *params)))


def _literal(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def movement_rows(read: Reader, ids: Sequence[int]) -> list[MovementRow | None]:
    """The rows of a page, in the order of the ids."""
    marks = ", ".join("?" * len(ids))
    rows = {row.n: row for row in read.as_(MovementRow, f"SELECT {_columns()} WHERE m.n IN ({marks})", *ids)}
    return [rows.get(n) for n in ids]


def movements_of(read: Reader, part: bytes, limit: int = 6) -> list[MovementRow]:
    """The newest movements of a part."""
    sql = f"SELECT {_columns()} WHERE m.part_id = ? ORDER BY m.happened_at DESC, m.n DESC LIMIT ?"
    return read.as_(MovementRow, sql, part, limit)


def last_movements(read: Reader, site: bytes | None, limit: int = 10) -> list[MovementRow]:
    """The newest movements of the site in view."""
    here, params = ("WHERE site_id = ? ", [site]) if site else ("", [])
    sql = f"SELECT n FROM stock_movement {here}ORDER BY happened_at DESC, n DESC LIMIT ?"
    ids = [row[0] for row in read.rows(sql, *params, limit)]
    return [row for row in movement_rows(read, ids) if row]


def movement(read: Reader, movement_id: bytes) -> MovementRow | None:
    """One movement."""
    found = read.as_(MovementRow, f"SELECT {_columns()} WHERE m.id = ?", movement_id)
    return found[0] if found else None
