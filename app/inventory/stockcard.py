"""The ledger read as accounts: the stock card of a part (库存卡), the stock on a past day, value by class, consumption.

Quantity and value count from the day that a movement is posted on: its own, or the first of the open month where its own month
was closed already. Values are by moving average, in ten-millionths of the currency.
"""

from dataclasses import dataclass, replace
from typing import Literal

from app.inventory.ledger import MovementRow, movement_rows
from app.inventory.signs import signed
from app.inventory.stores import STORE, store_code
from app.inventory.value import State
from app.inventory.value import average as _average
from app.names import named
from app.tx import Reader
from app.values import day_of

POSTED = "coalesce(m.posted_at, m.happened_at)"
By = Literal["month", "machine", "class", "part"]


@dataclass(frozen=True)
class CardRow:
    """A movement on the stock card, with what was left after it."""

    movement: MovementRow
    posted_at: int
    late: bool
    entry: str
    slip: str
    value: int
    difference: int
    on_hand: int
    worth: int
    provisional: bool


@dataclass(frozen=True)
class StockCard:
    """A part over a span of time: what there was before, the movements, what is left."""

    part_no: str
    name: str
    unit: str
    before: tuple[int, int]
    rows: list[CardRow]

    @property
    def after(self) -> tuple[int, int]:
        """Quantity and value at the end."""
        return (self.rows[-1].on_hand, self.rows[-1].worth) if self.rows else self.before


@dataclass(frozen=True)
class StockOn:
    """A part in a store on a day: quantity in thousandths, value in ten-millionths."""

    part_id: bytes
    part_no: str
    name: str
    spec: str
    unit: str
    abc: str
    site: str
    #: The warehouse, or the site for its own store.
    store: str
    on_hand: int
    value: int

    @property
    def mean(self) -> int | None:
        """The average price in ten-thousandths."""
        return _average(State(self.on_hand, self.value))


@dataclass(frozen=True)
class Used:
    """What was used: by month, machine, class or part; `key` sorts, `words` is shown."""

    key: str
    words: str
    issues: int
    qty: int
    value: int


def _here(site: bytes | None, store: bytes | None) -> tuple[str, list[bytes]]:
    """The rest of a condition on movements `m`: those of a store, of a site, or all."""
    if store:
        return f" AND {STORE} = ?", [store]
    return (" AND m.site_id = ?", [site]) if site else ("", [])


def stock_card(
    read: Reader, part: bytes, site: bytes | None, since: int, until: int, *, store: bytes | None = None
) -> StockCard:
    """The movements of a part from one moment to another, with the running balance: in a store, at a site, or everywhere."""
    here, params = _here(site, store)
    sql = f"SELECT p.part_no, {named('p')}, p.unit FROM part p WHERE p.id = ?"
    no, name, unit = read.row(sql, part) or ("", "", "")
    sql = (
        f"SELECT coalesce(sum({signed('m')}), 0), coalesce(sum(s.value), 0) FROM stock_movement m "
        f"LEFT JOIN stock_step s ON s.movement_id = m.id WHERE m.part_id = ? AND {POSTED} < ?{here}"
    )
    before = read.row(sql, part, since, *params) or (0, 0)
    found = read.rows(
        f"SELECT m.n, {POSTED}, m.posted_at IS NOT NULL, coalesce(m.entry, ''), coalesce(m.slip_no, ''), coalesce(s.value, 0), "
        "coalesce(s.difference, 0), m.hub_seq IS NULL AND EXISTS (SELECT 1 FROM meta WHERE key = 'hub_id') "
        "FROM stock_movement m LEFT JOIN stock_step s ON s.movement_id = m.id "
        f"WHERE m.part_id = ? AND {POSTED} >= ? AND {POSTED} < ?{here} ORDER BY 2, s.place, m.n",
        part, since, until, *params,
    )  # fmt: skip
    shown = {row.n: row for row in movement_rows(read, [row[0] for row in found]) if row} if found else {}
    rows, (qty, worth) = [], before
    for n, posted, late, entry, slip, value, difference, provisional in found:
        qty, worth = qty + shown[n].qty, worth + value
        rows.append(
            CardRow(
                shown[n], posted, bool(late), entry, slip, value, difference, qty, worth, bool(provisional)
            )
        )
    return StockCard(no, name, unit, (int(before[0]), int(before[1])), rows)


def stock_on(read: Reader, site: bytes | None, moment: int, store: bytes | None = None) -> list[StockOn]:
    """What there was before a moment in each store, and its value."""
    here, params = _here(site, store)
    return read.as_(
        StockOn,
        f"SELECT p.id, p.part_no, {named('p')}, coalesce(p.spec, ''), p.unit, coalesce(p.abc_class, ''), "
        f"coalesce((SELECT code FROM site WHERE id = m.site_id), ''), {store_code(STORE)}, sum({signed('m')}), "
        "coalesce(sum(s.value), 0) "
        "FROM stock_movement m JOIN part p ON p.id = m.part_id LEFT JOIN stock_step s ON s.movement_id = m.id "
        f"WHERE {POSTED} < ?{here} GROUP BY p.id, m.site_id, {STORE} HAVING sum({signed('m')}) <> 0 OR coalesce(sum(s.value), 0) <> 0 "
        "ORDER BY p.part_no, 7, 8",
        moment, *params,
    )  # fmt: skip


def consumption(
    read: Reader,
    site: bytes | None,
    since: int,
    until: int,
    *,
    by: By,
    timezone: str = "Asia/Shanghai",
    store: bytes | None = None,
) -> list[Used]:
    """What was issued less what came back, by value; months in order, the rest the most valuable first."""
    here, params = _here(site, store)
    rows = read.rows(
        f"SELECT {POSTED}, {signed('m')}, coalesce(s.value, 0), m.type, coalesce(e.code, ''), coalesce({named('e')}, ''), "
        f"coalesce(c.code, ''), coalesce({named('c')}, ''), p.part_no, {named('p')} FROM stock_movement m "
        "JOIN part p ON p.id = m.part_id LEFT JOIN stock_step s ON s.movement_id = m.id "
        "LEFT JOIN equipment e ON e.id = m.equipment_id LEFT JOIN equipment_class c ON c.id = e.class_id "
        f"WHERE m.type IN ('issue', 'return') AND m.purchase_line_id IS NULL AND {POSTED} >= ? AND {POSTED} < ?{here}",
        since, until, *params,
    )  # fmt: skip
    place = {"machine": 4, "class": 6, "part": 8}.get(by)
    used: dict[str, Used] = {}
    for row in rows:
        key, words = (row[place], row[place + 1]) if place else (day_of(row[0], timezone)[:7],) * 2
        old = used.get(key, Used(key, words, 0, 0, 0))
        used[key] = replace(
            old, issues=old.issues + (row[3] == "issue"), qty=old.qty - row[1], value=old.value - row[2]
        )
    if by == "month":
        return (
            [used.get(key, Used(key, key, 0, 0, 0)) for key in months_of(min(used), max(used))]
            if used
            else []
        )
    return sorted(used.values(), key=lambda row: (-row.value, row.key))


def months_of(first: str, last: str) -> list[str]:
    """The months from the one of a day to that of another, `2026-01` each; also of months."""
    found = [first[:7]]
    while found[-1] < last[:7]:
        year, month = map(int, found[-1].split("-"))
        found.append(f"{year + month // 12}-{month % 12 + 1:02}")
    return found


def worth_of(read: Reader, part: bytes, site: bytes | None) -> tuple[int, int]:
    """Quantity and value of a part now, at a site or everywhere."""
    here, params = (" AND +site_id = ?", [site]) if site else ("", [])
    sql = (
        f"SELECT coalesce(sum(on_hand), 0), coalesce(sum(worth), 0) FROM stock_worth WHERE part_id = ?{here}"
    )
    qty, value = read.row(sql, part, *params) or (0, 0)
    return int(qty), int(value)


def worths_of(read: Reader, part: bytes, site: bytes | None) -> list[tuple[str, int, int]]:
    """Code of the store, quantity and value of a part now, for each store at a site (or everywhere) that holds it."""
    here, params = (" AND +w.site_id = ?", [site]) if site else ("", [])
    found = read.rows(
        f"SELECT {store_code('w.store_id')}, w.on_hand, w.worth FROM stock_worth w WHERE w.part_id = ? "
        f"AND (w.on_hand <> 0 OR w.worth <> 0){here} ORDER BY 1",
        part, *params,
    )  # fmt: skip
    return [(str(code), int(qty), int(worth)) for code, qty, worth in found]


def is_provisional(read: Reader, part: bytes | None = None) -> bool:
    """Whether a value here waits for the hub's order: of one part, or of any."""
    if not read.value("SELECT 1 FROM meta WHERE key = 'hub_id'"):
        return False
    here, params = (" AND part_id = ?", [part]) if part else ("", [])
    return bool(read.value(f"SELECT 1 FROM stock_movement WHERE hub_seq IS NULL{here} LIMIT 1", *params))
