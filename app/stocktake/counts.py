"""The list of stock-takes (盘点单), how exact the books were over time, and what is due to be counted by class."""

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.inventory.parts import Word
from app.inventory.rules import rules_of
from app.names import named, person
from app.stocktake.lines import exact_share, signed_value
from app.tx import Reader

DAY = 86_400_000


@dataclass(frozen=True)
class CountRow:
    """A stock-take as the list shows it; money in hundredths."""

    n: int
    id: bytes
    code: str
    kind: str
    scope: str
    blind: bool
    status: str
    opened_at: int
    counted_at: int | None
    approved_at: int | None
    opened_by: str
    approved_by: str
    remark: str
    lines: int
    different: int
    value: int

    @property
    def accuracy(self) -> int | None:
        """Share of counted lines without a difference, in tenths of a per cent."""
        return exact_share(self.lines, self.different)


@dataclass(frozen=True)
class Due:
    """A class of the cycle: how many parts it has in stock, how many are due, and how often it is counted."""

    abc: str
    parts: int
    due: int
    days: int


_STATUS_RANK = "CASE c.status WHEN 'open' THEN 0 WHEN 'counted' THEN 1 ELSE 2 END"
_ORDERS = {
    "": f"{_STATUS_RANK}, c.opened_at DESC",
    "code": "c.code",
    "kind": "c.kind",
    "status": _STATUS_RANK,
    "opened_at": "c.opened_at",
}


def count_ids(
    read: Reader,
    site: bytes | None,
    sort: str = "",
    *,
    descending: bool = False,
    filters: Mapping[str, Any] | None = None,
    text: str = "",
) -> "array[int]":
    """The stock-takes that fit: those under way first, then the newest."""
    terms, params = ["c.deleted = 0"], []
    for term, value in (
        ("c.site_id = ?", site),
        ("c.status = ?", (filters or {}).get("status")),
        ("c.kind = ?", (filters or {}).get("kind")),
    ):
        if value is not None:
            terms.append(term)
            params.append(value)
    if text.strip():
        terms.append("instr(lower(c.code || ' ' || c.scope), lower(?))")
        params.append(text.strip())
    order = _ORDERS.get(sort, _ORDERS[""]) + (" DESC" if descending and sort else "")
    sql = f"SELECT c.n FROM stock_count c WHERE {' AND '.join(terms)} ORDER BY {order}, c.n DESC"
    return array("q", (row[0] for row in read.rows(sql, *params)))


def count_rows(read: Reader, ids: Sequence[int]) -> list[CountRow | None]:
    """The rows of a page, in the order of the ids."""
    marks = ", ".join("?" * len(ids))
    rows = read.rows(
        f"SELECT c.n, c.id, c.code, c.kind, c.scope, c.blind, c.status, c.opened_at, c.counted_at, c.approved_at, "
        f"coalesce({person('c.created_by')}, ''), coalesce({person('c.approved_by')}, ''), coalesce(c.remark, '') "
        f"FROM stock_count c WHERE c.n IN ({marks})",
        *ids,
    )
    found = {}
    for row in rows:
        values = (*row[:5], bool(row[5]), *row[6:], *_totals(read, row[1]))
        found[row[0]] = CountRow(*values)
    return [found.get(n) for n in ids]


_STANDING = """
SELECT l.counted - l.seen_balance, l.unit_price, max(l.n), l.part_id FROM count_line l
WHERE l.count_id = ? AND l.deleted = 0 AND lower(hex(l.id)) NOT IN (
  SELECT e.value FROM count_line r, json_each(r.replaces) e WHERE r.count_id = ? AND r.deleted = 0)
GROUP BY l.part_id, l.bin_id, coalesce(l.batch, '')"""


def _totals(read: Reader, count: bytes) -> tuple[int, int, int]:
    """Counted lines, those that differ, and the money of the differences."""
    found = read.rows(_STANDING, count, count)
    return (
        len(found),
        sum(1 for difference, _price, _n, _part in found if difference),
        sum(signed_value(difference, price) for difference, price, _n, _part in found),
    )


def count_row(read: Reader, count: bytes) -> CountRow | None:
    """One stock-take."""
    n = read.value("SELECT n FROM stock_count WHERE id = ?", count)
    return count_rows(read, [n])[0] if n is not None else None


def accuracy(
    read: Reader, site: bytes | None, limit: int = 12, *, since: int = 0, until: int | None = None
) -> list[CountRow]:
    """The last approved stock-takes, the oldest first: how exact the books were over time."""
    terms = ["status = 'approved'", "deleted = 0", "approved_at >= ?"]
    params: list[Any] = [since]
    for term, value in (("site_id = ?", site), ("approved_at < ?", until)):
        if value is not None:
            terms.append(term)
            params.append(value)
    sql = f"SELECT n FROM stock_count WHERE {' AND '.join(terms)} ORDER BY approved_at DESC, n DESC LIMIT ?"
    ids = [row[0] for row in read.rows(sql, *params, limit)]
    return [row for row in reversed(count_rows(read, ids)) if row] if ids else []


@dataclass(frozen=True)
class Exact:
    """Counted lines of a class: how many there were, how many differed, surplus and shortage in hundredths."""

    abc: str
    lines: int
    different: int
    gain: int
    loss: int

    @property
    def accuracy(self) -> int | None:
        """Share of lines without a difference, in tenths of a per cent."""
        return exact_share(self.lines, self.different)


def exact_by_class(read: Reader, counts: Sequence[CountRow]) -> list[Exact]:
    """How exact the books were by the class of the parts, over these stock-takes; those without a class last."""
    found: dict[str, list[tuple[int, int]]] = {}
    for count in counts:
        for difference, price, _n, part in read.rows(_STANDING, count.id, count.id):
            abc = (read.get("part", part) or {}).get("abc_class") or ""
            found.setdefault(abc, []).append((difference, signed_value(difference, price)))
    return [
        Exact(
            abc, len(lines), sum(1 for difference, _value in lines if difference),
            sum(value for _difference, value in lines if value > 0), sum(value for _difference, value in lines if value < 0),
        )
        for abc, lines in sorted(found.items(), key=lambda one: (not one[0], one[0]))
    ]  # fmt: skip


def open_counts(read: Reader, site: bytes | None) -> list[CountRow]:
    """The stock-takes that are being counted."""
    ids = count_ids(read, site, filters={"status": "open"})
    return [row for row in count_rows(read, ids) if row] if ids else []


@dataclass(frozen=True)
class DuePart:
    """A part that is to be counted: when it was counted last, and for how many days it has been due."""

    part_id: bytes
    part_no: str
    name: str
    abc: str
    last: int | None
    over: int
    #: The bins where it lies, and how many days its class is counted in.
    bins: str = ""
    every: int = 0


def _cycle_parts(read: Reader, site: bytes | None, now: int) -> list[DuePart]:
    """Every classified part in stock, with the days since its time was up (negative: days that are left)."""
    here, params = (" AND s.site_id = ?", [site]) if site else ("", [])
    rows = read.rows(
        f"SELECT p.id, p.part_no, {named('p')}, p.abc_class, (SELECT max(l.counted_at) FROM count_line l "
        "JOIN stock_count c ON c.id = l.count_id WHERE l.part_id = p.id AND l.deleted = 0 AND c.deleted = 0 "
        f"AND c.status <> 'cancelled'{' AND l.site_id = ?' if site else ''}), coalesce((SELECT group_concat(code, ' ') FROM "
        "(SELECT DISTINCT b.code FROM stock_level v JOIN location b ON b.id = v.bin_id WHERE v.part_id = p.id AND v.on_hand <> 0"
        f"{' AND v.site_id = ?' if site else ''} ORDER BY b.code)), '') FROM part p WHERE p.deleted = 0 "
        f"AND p.abc_class IS NOT NULL AND EXISTS (SELECT 1 FROM part_stock s WHERE s.part_id = p.id AND s.on_hand <> 0{here})",
        *params, *params, *params,
    )  # fmt: skip
    days = rules_of(read).count_days()
    return [
        DuePart(
            part,
            number,
            name,
            abc,
            last,
            (now - (last or 0)) // DAY - days.get(abc, 0),
            bins,
            days.get(abc, 0),
        )
        for part, number, name, abc, last, bins in rows
    ]


def cycle(read: Reader, site: bytes | None, now: int) -> list[Due]:
    """Per class: the parts in stock, and those that were not counted within their time (循环盘点)."""
    found, days = _cycle_parts(read, site, now), rules_of(read).count_days()
    made = []
    for abc, every in days.items():
        mine = [part for part in found if part.abc == abc]
        made.append(Due(abc, len(mine), sum(part.over > 0 for part in mine), every))
    return made


def due_parts(read: Reader, site: bytes | None, now: int, classes: Sequence[str] = ()) -> list[DuePart]:
    """What is due to be counted, of these classes or of all: the most valuable class first, in it the longest overdue."""
    found = [
        part
        for part in _cycle_parts(read, site, now)
        if part.over > 0 and (not classes or part.abc in classes)
    ]
    return sorted(found, key=lambda part: (part.abc, -part.over, part.part_no))


def stocked_bins(read: Reader, site: bytes | None) -> list[Word]:
    """The bins that hold something, by code."""
    here, params = (" AND s.site_id = ?", [site]) if site else ("", [])
    return read.as_(
        Word,
        "SELECT l.id, l.code FROM location l WHERE l.id IN "
        f"(SELECT s.bin_id FROM stock_level s WHERE s.on_hand <> 0{here}) ORDER BY l.code",
        *params,
    )
