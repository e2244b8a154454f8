"""The list of spare parts: which ones, in what order, and the rows of a page (R-4.4-a, c)."""

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.names import named
from app.search import IN_SEARCH, match
from app.tx import Reader

#: The states of a part's stock, most urgent first; the first four ask for something to be done.
STATES = ("out_of_stock", "below_safety", "at_reorder", "above_max", "ok", "inactive")
URGENT = 4
_RANK = (
    "CASE {0} " + " ".join(f"WHEN '{state}' THEN {rank}" for rank, state in enumerate(STATES)) + " ELSE 4 END"
)


@dataclass(frozen=True)
class PartRow:
    """A part as the list shows it; quantities in thousandths, sums over the sites in view."""

    n: int
    id: bytes
    part_no: str
    name: str
    spec: str
    unit: str
    category: str
    abc: str
    ved: str
    status: str
    price: int | None
    rank: int
    on_hand: int
    reserved: int
    on_order: int
    proposal: int
    safety: int | None
    reorder: int | None
    maximum: int | None
    bin: str

    @property
    def state(self) -> str:
        """The state of the stock by its code."""
        return STATES[self.rank]

    @property
    def available(self) -> int:
        return self.on_hand - self.reserved


@dataclass(frozen=True)
class Word:
    """A value of a filter and how it is called."""

    value: Any
    words: str


def _stock(site: bytes | None) -> tuple[str, list[Any]]:
    """The figures of each part over the sites in view, as a subquery."""
    where, params = (" WHERE site_id = ?", [site]) if site else ("", [])
    return (
        (
            f"(SELECT part_id, min({_RANK.format('state')}) AS rank, sum(on_hand) AS on_hand, "
            "sum(reserved) AS reserved, sum(on_order) AS on_order, sum(proposal) AS proposal "
            f"FROM part_stock{where} GROUP BY part_id)"
        ),
        params,
    )


_ORDERS = {
    "": "rank, p.part_no",
    "part_no": "p.part_no",
    "name": "p.name",
    "spec": "p.spec",
    "state": "rank",
    "available": "coalesce(s.on_hand, 0) - coalesce(s.reserved, 0)",
    "on_hand": "s.on_hand",
    "on_order": "s.on_order",
    "proposal": "s.proposal",
    "price": "p.unit_price",
    "category": "p.category",
    "abc": "p.abc_class",
    "bin": "bin",
    "bar": "(coalesce(s.on_hand, 0) - coalesce(s.reserved, 0)) * 1000 / max(coalesce(y.max_stock, 1), 1)",
}
#: The bin where a part usually lies, or else one where some of it lies now.
_BIN = """(SELECT l.code FROM location l WHERE l.id = coalesce(y.bin_id, (SELECT bin_id FROM stock_level
  WHERE part_id = p.id AND on_hand <> 0 ORDER BY n LIMIT 1)))"""


def _from(site: bytes | None) -> tuple[str, list[Any]]:
    stock, params = _stock(site)
    here = " AND +site_id = ?" if site else ""
    return (
        (
            f"FROM part p LEFT JOIN {stock} s ON s.part_id = p.id LEFT JOIN stock_policy y ON y.id = "
            f"(SELECT id FROM stock_policy WHERE part_id = p.id AND deleted = 0{here} ORDER BY id DESC LIMIT 1)"
        ),
        [*params, *([site] if site else [])],
    )


def _where(site: bytes | None, filters: Mapping[str, Any], text: str) -> tuple[str, list[Any]]:
    terms, params = ["p.deleted = 0"], []
    if site:
        terms.append("(s.part_id IS NOT NULL OR NOT EXISTS (SELECT 1 FROM part_stock WHERE part_id = p.id))")
    if filters.get("urgent"):
        terms.append(f"s.rank < {URGENT}")
    for key, sql in {
        "category": "p.category = ?",
        "abc": "p.abc_class = ?",
        "ved": "p.ved_class = ?",
        "state": f"{_RANK.format('?')} = coalesce(s.rank, 4)",
        "supplier": "p.preferred_supplier_id = ?",
    }.items():
        if key in filters:
            terms.append(sql)
            params.append(filters[key])
    if "bin" in filters:
        terms.append(
            "(y.bin_id = ? OR EXISTS (SELECT 1 FROM stock_level WHERE part_id = p.id AND bin_id = ? AND on_hand <> 0))"
        )
        params += [filters["bin"]] * 2
    if "idle" in filters:
        terms.append(
            "EXISTS (SELECT 1 FROM alert a WHERE a.subject_id = p.id AND a.cleared_at IS NULL AND a.rule = ?)"
        )
        params.append(filters["idle"])
    if "proposed" in filters:
        terms.append("s.proposal > 0")
    if query := match(text):
        terms.append("p." + IN_SEARCH)
        params += ["part", query]
    return " AND ".join(terms), params


def part_ids(
    read: Reader,
    site: bytes | None,
    sort: str = "",
    *,
    descending: bool = False,
    filters: Mapping[str, Any] | None = None,
    text: str = "",
) -> "array[int]":
    """The parts that fit, most urgent first unless another column is asked for."""
    source, joined = _from(site)
    where, params = _where(site, filters or {}, text)
    way = " DESC" if descending else ""
    order = f"{_ORDERS[sort]}{way}, p.part_no" if sort else _ORDERS[""]
    wanted = f", {_BIN} AS bin" if sort == "bin" else ""
    sql = f"SELECT p.n, coalesce(s.rank, 4) AS rank{wanted} {source} WHERE {where} ORDER BY {order}"
    return array("q", (row[0] for row in read.rows(sql, *joined, *params)))


def part_rows(read: Reader, ids: Sequence[int], site: bytes | None) -> list[PartRow | None]:
    """The rows of a page, in the order of the ids; None for one that has gone."""
    source, params = _from(site)
    marks = ", ".join("?" * len(ids))
    found = read.as_(
        PartRow,
        f"SELECT p.n, p.id, p.part_no, {named('p')}, coalesce(p.spec, ''), p.unit, coalesce(p.category, ''), "
        "coalesce(p.abc_class, ''), coalesce(p.ved_class, ''), p.status, p.unit_price, coalesce(s.rank, 4), "
        "coalesce(s.on_hand, 0), coalesce(s.reserved, 0), coalesce(s.on_order, 0), coalesce(s.proposal, 0), "
        f"y.safety_stock, y.reorder_point, y.max_stock, coalesce({_BIN}, '') {source} WHERE p.n IN ({marks})",
        *params, *ids,
    )  # fmt: skip
    rows = {row.n: row for row in found}
    return [rows.get(n) for n in ids]


def part_count(read: Reader, site: bytes | None) -> int:
    """How many parts the list holds without filters."""
    source, joined = _from(site)
    where, params = _where(site, {}, "")
    return int(read.value(f"SELECT count(*) {source} WHERE {where}", *joined, *params))


def categories(read: Reader) -> list[Word]:
    """The categories in use, with the word of the equipment class of the same code where there is one."""
    return read.as_(
        Word,
        f"SELECT p.category, coalesce((SELECT {named('c')} FROM equipment_class c WHERE c.code = p.category), "
        "p.category) FROM part p WHERE p.deleted = 0 AND p.category <> '' GROUP BY 1 ORDER BY 1",
    )


def bins(read: Reader, site: bytes | None) -> list[Word]:
    """The bins of the sites in view."""
    here = " AND site_id = ?" if site else ""
    return read.as_(
        Word,
        f"SELECT id, location.code || ' ' || {named('location')} FROM location WHERE location_type = 'bin' AND deleted = 0{here} ORDER BY code",
        *([site] if site else []),
    )


def suppliers(read: Reader) -> list[Word]:
    """The suppliers that can be chosen."""
    return read.as_(
        Word,
        f"SELECT u.id, u.code || ' ' || {named('u')} FROM supplier u WHERE u.deleted = 0 AND u.active = 1 ORDER BY u.code",
    )
