"""The months of all warehouses side by side: which is to be closed next, what is still open in it, and the sheet of the whole site."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.inventory.closing import (
    Check,
    ClosingLine,
    ClosingRow,
    Period,
    checks,
    closing_lines,
    closings,
    last_closed,
    next_month,
)
from app.inventory.stores import Store, stores
from app.tx import Reader


@dataclass(frozen=True)
class OpenMonth:
    """A store with the last month that is closed and the one to close next; `value` now, in ten-millionths of the currency."""

    store: Store
    closed: str
    period: Period | None
    checks: tuple[Check, ...]
    value: int

    @property
    def open_items(self) -> int:
        """How many things are still open in the month to close."""
        return sum(check.count for check in self.checks)

    def state(self, now: int) -> str:
        """`due` where the month is over, `running`, or `none` where nothing was ever booked."""
        if self.period is None:
            return "none"
        return "due" if self.period.ends_at <= now else "running"


@dataclass(frozen=True)
class SiteSheet:
    """A month of all warehouses of a site: their closings, the lines added up by part, and which are not closed yet."""

    month: str
    closed: list[ClosingRow]
    lines: list[ClosingLine]
    open: list[Store]


def open_months(read: Reader, site: bytes | None) -> list[OpenMonth]:
    """Each store of a site, or of all, with the month to close next; one that is given up as long as a month is to be closed."""
    return [
        _open_month(read, store) for store in stores(read, site) if not store.gone or _is_needed(read, store)
    ]


def _open_month(read: Reader, store: Store) -> OpenMonth:
    site, warehouse = store.site, store.warehouse
    zone = str(read.value("SELECT timezone FROM site WHERE id = ?", site))
    closed, period = last_closed(read, site, warehouse), next_month(read, site, warehouse, zone)
    sql = "SELECT coalesce(sum(worth), 0) FROM stock_worth WHERE site_id = ? AND store_id = ?"
    waits = tuple(checks(read, site, warehouse, period)) if period else ()
    return OpenMonth(store, closed[0] if closed else "", period, waits, int(read.value(sql, site, store.id)))


def _is_needed(read: Reader, store: Store) -> bool:
    """Whether a warehouse that is given up still has a month with movements to close."""
    closed = last_closed(read, store.site, store.warehouse)
    found = read.value(
        "SELECT 1 FROM stock_movement WHERE site_id = ? AND warehouse_id = ? "
        "AND coalesce(posted_at, happened_at) >= ? LIMIT 1",
        store.site, store.warehouse, closed[1] if closed else 0,
    )  # fmt: skip
    return found is not None


def site_sheet(read: Reader, site: bytes, month: str) -> SiteSheet:
    """The closed sheets of a month added up over the warehouses of a site."""
    closed = [row for row in closings(read, site) if row.month == month and row.reopened_at is None]
    there = {row.store for row in closed}
    lines = _added(line for row in closed for line in closing_lines(read, row.id))
    left = [store for store in stores(read, site) if not store.gone and store.code not in there]
    return SiteSheet(month, sorted(closed, key=lambda row: row.store), lines, left)


def _added(lines: Iterable[ClosingLine]) -> list[ClosingLine]:
    found: dict[bytes, ClosingLine] = {}
    for line in lines:
        found[line.part_id] = found[line.part_id].with_(line) if line.part_id in found else line
    return sorted(found.values(), key=lambda line: line.part_no)
