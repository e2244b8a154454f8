"""The stores that a site keeps books of: each warehouse (仓库), and the site's own store for bins that lie in no warehouse.

A store is a valuation area and is closed by itself. A movement names its store when it is applied, for ever; None stands for the
site's own one. In derived rows the store is one id: that of the warehouse, or of the site.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from app.inventory.signs import signed
from app.names import named
from app.tx import Reader, Tx

#: The store of a movement `m` as one id.
STORE = "coalesce(m.warehouse_id, m.site_id)"
#: The nearest warehouse at or above a place of a site.
_ABOVE = """
WITH RECURSIVE up (id, parent_id, kind, far) AS (
  SELECT id, parent_id, location_type, 0 FROM location WHERE id = ? AND site_id = ?
  UNION ALL SELECT l.id, l.parent_id, l.location_type, up.far + 1 FROM up JOIN location l ON l.id = up.parent_id
  WHERE up.kind <> 'warehouse' AND up.far < 40 AND l.site_id = ?)
SELECT id FROM up WHERE kind = 'warehouse'"""
#: What lies below a place, down to warehouses of their own, by the store in whose books it counts.
_STRAYS = f"""
WITH RECURSIVE below (id) AS (
  SELECT id FROM location WHERE id = ?
  UNION SELECT l.id FROM below b JOIN location l ON l.parent_id = b.id WHERE l.location_type <> 'warehouse')
SELECT m.part_id, m.bin_id, coalesce(m.batch, ''), coalesce(m.serial, ''), m.warehouse_id, CAST(sum({signed("m")}) AS bigint),
  max(m.expires_on)
FROM stock_movement m WHERE m.bin_id IN (SELECT id FROM below) AND m.site_id = ? AND m.warehouse_id IS DISTINCT FROM ?
GROUP BY 1, 2, 3, 4, 5 HAVING sum({signed("m")}) <> 0 ORDER BY 1, 2, 3, 4, 5"""


@dataclass(frozen=True)
class Stray:
    """Stock of a bin that counts in the books of another store than the one that the bin hangs in; `qty` below nothing, too."""

    part: bytes
    bin: bytes
    batch: str
    serial: str
    warehouse: bytes | None
    qty: int
    expires: str | None


@dataclass(frozen=True)
class Store:
    """A store of a site; `warehouse` is None for the site's own one, `gone` for one that was merged or deleted."""

    id: bytes
    site: bytes
    warehouse: bytes | None
    code: str
    name: str
    gone: bool = False


def warehouse_above(read: Reader, place: bytes | None, site: bytes) -> bytes | None:
    """The warehouse that a bin lies in as the places hang now; None where it lies in none."""
    if place is None:
        return None
    params = (place, site, site)
    found = read.asked("location", _ABOVE, *params) if isinstance(read, Tx) else read.value(_ABOVE, *params)
    return found if isinstance(found, bytes) else None


def strays(read: Reader, place: bytes, site: bytes, warehouse: bytes | None) -> list[Stray]:
    """What lies at or below a place and is in other books than those of the warehouse it hangs in."""
    return read.as_(Stray, _STRAYS, place, site, warehouse)


def stores(read: Reader, site: bytes | None) -> list[Store]:
    """The stores of a site, or of all: its warehouses by code, and its own store where that ever held something."""
    here, params = (" WHERE s.id = ?", [site]) if site else ("", [])
    return list(_stores(read, here, params))


def _stores(read: Reader, here: str, params: list[bytes]) -> Iterator[Store]:
    booked = set(read.rows("SELECT DISTINCT store_id FROM stock_worth"))
    for site, code, name in read.rows(
        f"SELECT s.id, s.code, {named('s')} FROM site s{here} ORDER BY s.code", *params
    ):
        for place, own, words, gone in read.rows(
            f"SELECT l.id, l.code, {named('l')}, l.deleted = 1 OR l.location_type <> 'warehouse' FROM location l "
            "WHERE l.site_id = ? AND (l.location_type = 'warehouse' AND l.deleted = 0 OR l.id IN "
            "(SELECT store_id FROM stock_worth WHERE site_id = ?)) ORDER BY l.code",
            site, site,
        ):  # fmt: skip
            yield Store(place, site, place, own, words, bool(gone))
        if (site,) in booked:
            yield Store(site, site, None, code, name)


def store_code(store: str) -> str:
    """SQL for the code of a store by its one id."""
    return f"coalesce((SELECT code FROM location WHERE id = {store}), (SELECT code FROM site WHERE id = {store}), '')"


def store_name(store: str) -> str:
    """SQL for the name of a store by its one id."""
    place, site = (
        f"(SELECT {named('x')} FROM {table} x WHERE x.id = {store})" for table in ("location", "site")
    )
    return f"coalesce({place}, {site}, '')"


def strays_anywhere(read: Reader) -> Iterator[tuple[str, int]]:
    """Bins with stock in other books than those of the warehouse they hang in, and how many items (`sitewright check`)."""
    here: dict[tuple[bytes, bytes], bytes | None] = {}
    found: dict[bytes, int] = {}
    for place, site, warehouse in read.rows(
        "SELECT m.bin_id, m.site_id, m.warehouse_id FROM stock_movement m "
        "GROUP BY m.part_id, m.bin_id, m.site_id, m.warehouse_id, coalesce(m.batch, ''), coalesce(m.serial, '') "
        f"HAVING sum({signed('m')}) <> 0"
    ):
        if (place, site) not in here:
            here[place, site] = warehouse_above(read, place, site)
        if here[place, site] != warehouse:
            found[place] = found.get(place, 0) + 1
    for place, count in sorted(found.items()):
        yield str(read.value("SELECT code FROM location WHERE id = ?", place) or "?"), count
