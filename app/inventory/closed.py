"""Whether closed months still are what their movements give (`sitewright check`), and what the books count at a moment."""

from collections.abc import Iterator, Mapping

from app.inventory.closing import Sums, closing_lines, summed
from app.inventory.signs import signed
from app.inventory.stores import store_code
from app.tx import Reader


def moved_closings(read: Reader) -> Iterator[tuple[str, str, str]]:
    """Standing closings whose sheet is not what the numbered movements give: number, store and month (`sitewright check`)."""
    joined = read.value("SELECT 1 FROM meta WHERE key = 'hub_id'")
    numbered = "hub_seq IS NOT NULL" if joined else "true"
    merged = dict(
        read.rows("SELECT old_id, target_id FROM code_alias WHERE old_id IS NOT NULL AND deleted = 0")
    )
    for closing, code, store, site, warehouse, starts, ends, month in read.rows(
        f"SELECT id, code, {store_code('coalesce(warehouse_id, site_id)')}, site_id, warehouse_id, starts_at, ends_at, month "
        f"FROM stock_closing WHERE reopened_at IS NULL AND deleted = 0 AND {numbered} ORDER BY ends_at, code"
    ):
        sheet = {
            line.part_id: (line.in_qty, line.in_value, line.out_qty, line.out_value, line.on_hand, line.value)
            for line in closing_lines(read, closing)
        }
        if not _agree(sheet, summed(read, site, warehouse, (starts, ends), numbered), merged):
            yield code, store, month


def _agree(sheet: Mapping[bytes, tuple[int, ...]], now: Sums, merged: Mapping[bytes, bytes]) -> bool:
    """Whether a sheet is what its movements give; of parts that were merged since, which are valued as one now, the quantities."""
    kept: dict[bytes, tuple[int, ...]] = {}
    one_now = set(
        merged.values()
    )  # also where the other part lay in another warehouse: a transfer brought its value along
    for part, figures in sheet.items():
        found = merged.get(part, part)
        kept[found] = tuple(map(sum, zip(kept.get(found, (0,) * len(figures)), figures, strict=True)))
    apart = {part for part in kept.keys() | now.keys() if kept.get(part) != now.get(part)}
    return all(
        part in one_now and kept.get(part, (0,) * 6)[::2] == now.get(part, (0,) * 6)[::2] for part in apart
    )


def closing_balance(
    read: Reader, site: bytes, warehouse: bytes | None, moment: int
) -> dict[bytes, tuple[int, int]]:
    """Quantity and value of each part of a warehouse at a moment, as the books count them now."""
    sql = (
        f"SELECT m.part_id, sum({signed('m')}), coalesce(sum(s.value), 0) FROM stock_movement m "
        "LEFT JOIN stock_step s ON s.movement_id = m.id WHERE m.site_id = ? "
        "AND m.warehouse_id IS NOT DISTINCT FROM ? AND coalesce(m.posted_at, m.happened_at) < ? GROUP BY 1"
    )
    return {part: (int(qty), int(value)) for part, qty, value in read.rows(sql, site, warehouse, moment)}
