"""What a stock-take finds (盘点明细): expected, counted, missing, unexpected, counted twice, moved since - line by line.

A line is a part in a bin (and batch). Its difference is counted - seen: what the books said at the moment of counting.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from app import values
from app.fields import from_json
from app.inventory.signs import signed
from app.inventory.value import half_up
from app.names import named, person
from app.tx import Reader
from app.words import N_

Key = tuple[bytes, bytes, str]
#: What a line is: the code of its sign in `app.signs`.
STATES = ("twice", "not_counted", "not_found", "loss", "gain", "unexpected", "agrees")
#: Ways to look at a stock-take: what the books expect, what of it was found, what is missing, what nobody expected.
VIEWS = {
    "expected": N_("Expected"),
    "found": N_("Found"),
    "missing": N_("Not found"),
    "unexpected": N_("Unexpected"),
    "open": N_("Not counted yet"),
}


@dataclass(frozen=True)
class Counted:
    """One count of a line that stands."""

    id: bytes
    counted: int
    seen: int
    at: int
    by_id: bytes | None
    by: str
    price: int | None
    reason: str
    #: How it came in: "" by scan, "paper" typed in later, "file" from Excel; who counted on paper, when it was typed in.
    entry: str = ""
    paper_name: str = ""
    typed_at: int | None = None


@dataclass(frozen=True)
class Line:
    """A part in a bin: what the books say, what was counted, and what follows; quantities in thousandths."""

    n: int
    part_id: bytes
    bin_id: bytes
    batch: str
    part_no: str
    name: str
    spec: str
    unit: str
    abc: str
    bin: str
    price: int | None
    #: What the books say (of a counted line: what they said when it was counted).
    book: int
    counts: tuple[Counted, ...] = ()
    #: Something was booked since the count, or was not yet known then.
    moved: bool = False

    @property
    def key(self) -> Key:
        return self.part_id, self.bin_id, self.batch

    @property
    def last(self) -> Counted | None:
        """The newest count that stands."""
        return self.counts[-1] if self.counts else None

    @property
    def counted(self) -> int | None:
        return self.counts[-1].counted if self.counts else None

    @property
    def difference(self) -> int | None:
        """Counted - seen; None while nothing was counted."""
        return self.counts[-1].counted - self.counts[-1].seen if self.counts else None

    @property
    def twice(self) -> bool:
        """Two people counted it, neither saw the other's count, and the results differ."""
        return len({count.counted - count.seen for count in self.counts}) > 1

    @property
    def value(self) -> int:
        """The money of the difference, in hundredths."""
        return signed_value(self.difference or 0, self.price)

    @property
    def reason(self) -> str:
        return self.counts[-1].reason if self.counts else ""

    @property
    def views(self) -> set[str]:
        """The VIEWS that this line belongs to."""
        if not self.counts:
            return {"expected", "open"}
        if not self.book:
            return {"unexpected"} if self.counted else set()
        return {"expected", "found" if self.counted else "missing"}

    @property
    def state(self) -> str:
        """One of STATES."""
        difference = self.difference
        if difference is None:
            return "not_counted"
        if self.twice:
            return "twice"
        if not difference:
            return "agrees"
        if difference < 0:
            return "loss" if self.counted else "not_found"
        return "gain" if self.book else "unexpected"


def signed_value(quantity: int, price: int | None) -> int:
    """Quantity x price with its sign, in hundredths."""
    worth = values.line_value(abs(quantity), price)
    return worth if quantity >= 0 else -worth


@dataclass(frozen=True)
class Lines:
    """All lines of a stock-take, by bin and part number."""

    count: dict[str, Any]
    rows: tuple[Line, ...] = field(default=())

    @cached_property
    def counted(self) -> list[Line]:
        return [line for line in self.rows if line.counts]

    @cached_property
    def open(self) -> list[Line]:
        """Expected, but not counted yet."""
        return [line for line in self.rows if not line.counts]

    @cached_property
    def twice(self) -> list[Line]:
        return [line for line in self.rows if line.twice]

    @cached_property
    def different(self) -> list[Line]:
        return [line for line in self.rows if line.difference]

    @cached_property
    def recount(self) -> list[Line]:
        """Counted, but something moved since: "recount?"."""
        return [line for line in self.counted if line.moved]

    @cached_property
    def people(self) -> set[bytes | None]:
        """Who counted or typed it in, and who closed the counting: none of them may approve."""
        counted = {count.by_id for line in self.rows for count in line.counts}
        return counted | ({self.count["counted_by"]} if self.count["counted_at"] else set())

    @cached_property
    def on_paper(self) -> set[str]:
        """Who counted on paper, by the names on the sheets."""
        return {c.paper_name.casefold() for line in self.rows for c in line.counts if c.paper_name}

    @property
    def gain(self) -> int:
        return sum(line.value for line in self.different if line.value > 0)

    @property
    def loss(self) -> int:
        return sum(line.value for line in self.different if line.value < 0)

    @property
    def at_stake(self) -> int:
        """Surplus and shortage added up, in hundredths: what the limit of approval is compared with."""
        return self.gain - self.loss

    @cached_property
    def unpriced(self) -> list[Line]:
        """Differences whose money nobody knows."""
        return [line for line in self.different if not line.price]

    def by_view(self) -> dict[str, int]:
        """How many lines each of the VIEWS has."""
        return {view: sum(view in line.views for line in self.rows) for view in VIEWS}

    @property
    def accuracy(self) -> int | None:
        """The share of counted lines without a difference, in tenths of a per cent."""
        return exact_share(len(self.counted), len(self.different))

    def of_bin(self, place: bytes) -> list[Line]:
        return [line for line in self.rows if line.bin_id == place]


def exact_share(lines: int, different: int) -> int | None:
    """Lines without a difference, in tenths of a per cent, rounded half up; 100 % only where nothing differs."""
    if not lines:
        return None
    share = half_up((lines - different) * 1000, lines)
    return min(share, 999) if different else share


_COUNTS = f"""
SELECT l.part_id, l.bin_id, coalesce(l.batch, ''), l.id, l.counted, l.seen_balance, l.counted_at, l.counted_by,
  coalesce({{by}}, ''), l.unit_price, coalesce(l.reason, ''), coalesce(l.entry, ''), coalesce(l.paper_name, ''), l.typed_at,
  (SELECT coalesce(sum({signed("m")}), 0) FROM stock_movement m WHERE m.part_id = l.part_id AND m.bin_id = l.bin_id
   AND coalesce(m.batch, '') = coalesce(l.batch, '') AND m.count_id IS NOT l.count_id),
  coalesce((SELECT max(m.happened_at) FROM stock_movement m WHERE m.part_id = l.part_id AND m.bin_id = l.bin_id
   AND coalesce(m.batch, '') = coalesce(l.batch, '') AND m.count_id IS NOT l.count_id), 0)
FROM count_line l WHERE l.count_id = ? AND l.deleted = 0 AND lower(hex(l.id)) NOT IN (
  SELECT e.value FROM count_line r, json_each(r.replaces) e WHERE r.count_id = ? AND r.deleted = 0)"""
_OF_LINE = " AND l.part_id = ? AND l.bin_id = ? AND coalesce(l.batch, '') = ?"
_ORDER = " ORDER BY l.counted_at, l.n"


def lines_of(read: Reader, count: bytes) -> Lines:
    """Everything that a stock-take knows; the books of what was not counted are those of now, or of its closing."""
    row = read.get("stock_count", count)
    if row is None:
        raise KeyError(count.hex())
    counts, moved = _counts(read, row)
    books = _books(read, row)
    for key, found in counts.items():
        books[key] = found[-1].seen
    rows = list(_named(read, books))
    rows = [
        replace(
            line,
            counts=tuple(counts.get(line.key, ())),
            moved=line.key in moved,
            price=counts[line.key][-1].price if line.key in counts else line.price,
        )
        for line in rows
    ]
    rows.sort(key=lambda line: (line.bin, line.part_no, line.batch))
    return Lines(row, tuple(replace(line, n=n) for n, line in enumerate(rows, 1)))


def standing(read: Reader, count: bytes, key: Key) -> tuple[Counted, ...]:
    """The counts of one line that stand; none for one that was never counted."""
    sql = _COUNTS.format(by=person("l.counted_by")) + _OF_LINE + _ORDER
    return tuple(Counted(*found[3:-2]) for found in read.rows(sql, count, count, *key))


def _counts(read: Reader, row: dict[str, Any]) -> tuple[dict[Key, list[Counted]], set[Key]]:
    """The counts that stand by line, and the lines that moved since."""
    counts: dict[Key, list[Counted]] = {}
    moved: set[Key] = set()
    sql = _COUNTS.format(by=person("l.counted_by")) + _ORDER
    for part, place, batch, *rest, balance, newest in read.rows(sql, row["id"], row["id"]):
        found, key = Counted(*rest), (part, place, batch)
        counts.setdefault(key, []).append(found)
        moved.discard(key)
        if row["status"] != "approved" and (balance != found.seen or newest > found.at):
            moved.add(key)
    return counts, moved


def in_scope(row: dict[str, Any]) -> tuple[str, list[Any]]:
    """The part (p) and bin (l.bin_id) terms of what a stock-take expects, in SQL."""
    if row["kind"] == "bins":
        bins = [bytes.fromhex(place) for place in from_json(row["bins"]) or ()]
        return f" AND l.bin_id IN ({', '.join('?' * len(bins))})", bins
    if row["kind"] == "classes":
        classes = list(from_json(row["classes"]) or ())
        return f" AND p.abc_class IN ({', '.join('?' * len(classes))})", classes
    if row["kind"] == "cycle":
        return " AND lower(hex(p.id)) IN (SELECT value FROM json_each(?))", [row["parts"] or "[]"]
    return "", []


def _books(read: Reader, row: dict[str, Any]) -> dict[Key, int]:
    """What the books expect: now while it is being counted, else at the moment of the closing."""
    scope, params = in_scope(row)
    if row["counted_at"] is None:
        sql = (
            "SELECT l.part_id, l.bin_id, l.batch, l.on_hand FROM stock_level l JOIN part p ON p.id = l.part_id "
            f"WHERE l.site_id = ? AND l.on_hand <> 0 AND p.deleted = 0{scope}"
        )
        found = read.rows(sql, row["site_id"], *params)
    else:
        sql = (
            f"SELECT l.part_id, l.bin_id, coalesce(l.batch, ''), sum({signed('l')}) AS book FROM stock_movement l "
            f"JOIN part p ON p.id = l.part_id WHERE l.site_id = ? AND l.happened_at <= ?{scope} "
            "GROUP BY 1, 2, 3 HAVING book <> 0"
        )
        found = read.rows(sql, row["site_id"], row["counted_at"], *params)
    return {(part, place, batch): book for part, place, batch, book in found}


def _named(read: Reader, books: dict[Key, int]) -> Iterable[Line]:
    """The lines with the names of their parts and bins."""
    parts = {
        found[0]: found[1:]
        for found in _chosen(
            read,
            f"SELECT p.id, p.part_no, {named('p')}, coalesce(p.spec, ''), p.unit, coalesce(p.abc_class, ''), "
            "p.unit_price FROM part p WHERE p.id IN ({marks})",
            {part for part, _place, _batch in books},
        )
    }
    bins = dict(
        _chosen(
            read,
            "SELECT id, code FROM location WHERE id IN ({marks})",
            {place for _part, place, _batch in books},
        )
    )
    for (part, place, batch), book in books.items():
        number, name, spec, unit, abc, price = parts.get(part, ("?", "?", "", "", "", None))
        code = bins.get(place, "?")
        yield Line(0, part, place, batch, number, name, spec, unit, abc, code, price, book)


def _chosen(read: Reader, sql: str, ids: set[bytes], size: int = 500) -> Iterable[tuple[Any, ...]]:
    every = sorted(ids)
    for start in range(0, len(every), size):
        some = every[start : start + size]
        yield from read.rows(sql.format(marks=", ".join("?" * len(some))), *some)
