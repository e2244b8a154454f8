"""How fast the stock turns, each variant by its name; stock-outs; value by class (R-4.4-j).

closing  value of a year's use (register) / stock value now
mean     value issued in 12 months, less what came back unused / mean of the stock value at 13 month ends
bought   value received in 12 months, less what went back to suppliers / stock value now (SMRP 5.5.31)
A reversal takes back what it reverses. Returns to suppliers, scrap, losses, transfers and loans are no use.
days of supply = 365 / turns. Stock, issues and receipts by moving average; the register's use at today's prices.
"""

from dataclasses import dataclass

from app.inventory.figures import stock_value
from app.inventory.idle import months_before
from app.inventory.signs import BOUGHT, REQUESTED, USED, signed
from app.inventory.stores import Store, stores
from app.inventory.value import cents, half_up
from app.names import named
from app.tx import Reader

MONTHS = 13


@dataclass(frozen=True)
class Turns:
    """One variant: use and stock in hundredths of the currency; turns in hundredths, None without stock or use."""

    code: str
    use: int
    stock: int

    @property
    def turns(self) -> int | None:
        if self.use <= 0 or self.stock <= 0:
            return None
        return (self.use * 200 + self.stock) // (2 * self.stock)

    @property
    def days(self) -> int | None:
        """Days of supply."""
        if self.use <= 0 or self.stock <= 0:
            return None
        return (self.stock * 730 + self.use) // (2 * self.use)


@dataclass(frozen=True)
class StockOuts:
    """Active parts with none available now, and issues of 12 months that the bin could not fill by the books."""

    out: int
    active: int
    short: int
    issues: int


@dataclass(frozen=True)
class ClassValue:
    """A class with its parts in view and their stock value in hundredths."""

    abc: str
    parts: int
    value: int


def _here(site: bytes | None, store: bytes | None = None) -> tuple[str, list[bytes]]:
    if store:
        return " AND s.store_id = ?", [store]
    return (" AND +m.site_id = ?", [site]) if site else ("", [])


def turns(read: Reader, site: bytes | None, now: int) -> list[Turns]:
    """The three variants."""
    worth, since = stock_value(read, site), months_before(now, 12)
    return [
        Turns("closing", worth.year_use, worth.value),
        Turns("mean", -_moved(read, site, since, USED), _mean_stock(read, site, now)),
        Turns("bought", _moved(read, site, since, BOUGHT), worth.value),
    ]


def turns_by_store(read: Reader, site: bytes | None, now: int) -> list[tuple[Store, Turns]]:
    """Each warehouse by what was used of it and its mean stock; a transfer between warehouses is no use."""
    since, found = months_before(now, 12), []
    for store in stores(read, site):
        used = -_moved(read, site, since, USED, store.id)
        found.append((store, Turns("mean", used, _mean_stock(read, site, now, store.id))))
    return [(store, row) for store, row in found if row.use or row.stock]


def _moved(read: Reader, site: bytes | None, since: int, which: str, store: bytes | None = None) -> int:
    """What these movements changed the value of the stock by, in hundredths of the currency."""
    here, params = _here(site, store)
    found = read.value(
        "SELECT coalesce(sum(s.value), 0) FROM stock_movement m JOIN stock_step s ON s.movement_id = m.id "
        f"JOIN part p ON p.id = m.part_id WHERE m.happened_at >= ? AND {which} AND p.deleted = 0{here}",
        since, *params,
    )  # fmt: skip
    return cents(int(found))


def _mean_stock(read: Reader, site: bytes | None, now: int, store: bytes | None = None) -> int:
    """The mean of the stock values of the last 13 month ends (today counts as one); months before the first movement do not."""
    here, params = _here(site, store)
    ends = [months_before(now, back) for back in range(MONTHS)]
    sums = ", ".join("sum(CASE WHEN m.happened_at <= ? THEN s.value ELSE 0 END)" for _end in ends)
    sql = (
        f"SELECT min(m.happened_at), {sums} FROM stock_movement m JOIN stock_step s ON s.movement_id = m.id "
        f"JOIN part p ON p.id = m.part_id WHERE p.deleted = 0{here}"
    )
    row = read.row(sql, *ends, *params)
    if row is None or row[0] is None:
        return 0
    known = [value for end, value in zip(ends, row[1:], strict=True) if end >= row[0]]
    return cents(half_up(sum(known), len(known))) if known else 0


def stock_outs(read: Reader, site: bytes | None, now: int) -> StockOuts:
    """What could not be had, now and over the year."""
    here, params = (" AND s.site_id = ?", [site]) if site else ("", [])
    out, active = read.row(
        "SELECT coalesce(sum(s.on_hand - s.reserved <= 0), 0), count(*) FROM part_stock s JOIN part p ON p.id = s.part_id "
        f"WHERE p.deleted = 0 AND p.status = 'active'{here}",
        *params,
    ) or (0, 0)  # fmt: skip
    mine, more = (" WHERE m.site_id = ?", [site]) if site else ("", [])
    sql = (
        f"SELECT coalesce(sum(balance < 0), 0), count(*) FROM (SELECT m.happened_at, {REQUESTED} AS requested, "
        f"sum({signed('m')}) OVER (PARTITION BY m.part_id, m.bin_id, coalesce(m.batch, '') ORDER BY m.happened_at, m.n) "
        f"AS balance FROM stock_movement m{mine}) WHERE requested AND happened_at >= ?"
    )
    short, issues = read.row(sql, *more, months_before(now, 12)) or (0, 0)
    return StockOuts(out, active, short, issues)


def value_by_class(read: Reader, site: bytes | None) -> list[ClassValue]:
    """Parts and stock value of each class; those without a class last."""
    here, params = (" AND s.site_id = ?", [site]) if site else ("", [])
    return read.as_(
        ClassValue,
        "SELECT coalesce(p.abc_class, ''), count(DISTINCT p.id), "
        "(coalesce(sum(s.worth), 0) + 50000) / 100000 FROM stock_worth s "
        f"JOIN part p ON p.id = s.part_id WHERE p.deleted = 0{here} GROUP BY 1 ORDER BY p.abc_class IS NULL, 1",
        *params,
    )


@dataclass(frozen=True)
class PartWorth:
    """A part with its classes, what a year's use of it is worth by the register, and its stock value; hundredths."""

    part_no: str
    name: str
    abc: str
    ved: str
    use: int
    value: int


def part_worths(read: Reader, site: bytes | None) -> list[PartWorth]:
    """The parts in view, those whose use is worth most first."""
    here, params = (" AND s.site_id = ?", [site]) if site else ("", [])
    return read.as_(
        PartWorth,
        f"SELECT p.part_no, {named('p')}, coalesce(p.abc_class, ''), coalesce(p.ved_class, ''), "
        "coalesce((p.annual_usage * p.unit_price + 50000) / 100000, 0), "
        f"coalesce((SELECT (sum(s.worth) + 50000) / 100000 FROM stock_worth s WHERE s.part_id = p.id{here}), 0) FROM part p "
        f"WHERE p.deleted = 0 AND EXISTS (SELECT 1 FROM part_stock s WHERE s.part_id = p.id{here}) ORDER BY 5 DESC, p.part_no",
        *params, *params,
    )  # fmt: skip


def turns_by_class(worths: list[PartWorth]) -> list[tuple[str, int, Turns]]:
    """Class, number of parts, and the turns of it on the closing stock."""
    found = {row.abc for row in worths}
    made = []
    for abc in sorted(found, key=lambda one: (not one, one)):
        mine = [row for row in worths if row.abc == abc]
        made.append(
            (abc, len(mine), Turns("closing", sum(row.use for row in mine), sum(row.value for row in mine)))
        )
    return made
