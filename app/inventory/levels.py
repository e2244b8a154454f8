"""What derives from the movements: what lies in each bin, each part's state, and what is to be bought (R-4.4-b, c, d).

available = on hand - reserved          position = available + on order
out of stock: available <= 0            below safety: available <= safety stock
at reorder point: available <= it       above maximum: on hand > maximum
A purchase is proposed while position <= reorder point: up to the maximum, rounded up to whole order multiples.
"""

from app.changes import STOCK
from app.inventory.purchases import EXPECTED
from app.inventory.signs import signed
from app.settle import settles
from app.tx import Derive

# A + before a column keeps SQLite from its index: that of the site holds every row of the store, that of the part a few.
_PAIRED = ("stock_movement", "stock_policy", "reservation", "purchase_line")
_EXPECTED = ", ".join(f"'{state}'" for state in EXPECTED)

_TOUCHED = "m.id IN (SELECT id FROM temp.touched WHERE tbl = 'stock_movement') AND m.bin_id IS NOT NULL"
#: Bins whose movements are added up again: those that have none yet, and those of which a row was touched that may be counted
#: already (one that a pull or a merge has changed, one that another transaction was quicker with).
_RECOUNTED = f"""
INSERT INTO temp.recounted (part_id, bin_id)
SELECT DISTINCT m.part_id, m.bin_id FROM stock_movement m
WHERE {_TOUCHED} AND m.n <= coalesce((SELECT max(l.last_n) FROM stock_level l
  WHERE l.part_id = m.part_id AND l.bin_id = m.bin_id), m.n)"""
_SUM = f"""
INSERT INTO stock_level (part_id, bin_id, batch, site_id, on_hand, last_move_at, last_n)
SELECT m.part_id, m.bin_id, coalesce(m.batch, ''), max(m.site_id), sum({signed("m")}), max(m.happened_at), max(m.n)"""
_ANEW = f"""{_SUM}
FROM temp.recounted t CROSS JOIN stock_movement m WHERE m.part_id = t.part_id AND m.bin_id = t.bin_id GROUP BY 1, 2, 3
ON CONFLICT (part_id, bin_id, batch) DO UPDATE SET site_id = excluded.site_id, on_hand = excluded.on_hand,
  last_move_at = excluded.last_move_at, last_n = excluded.last_n"""
#: The other bins take in what came: the cost of a movement does not grow with the years.
_ON_TOP = f"""{_SUM}
FROM stock_movement m WHERE {_TOUCHED} AND NOT EXISTS (
  SELECT 1 FROM temp.recounted t WHERE t.part_id = m.part_id AND t.bin_id = m.bin_id) GROUP BY 1, 2, 3
ON CONFLICT (part_id, bin_id, batch) DO UPDATE SET site_id = excluded.site_id,
  on_hand = stock_level.on_hand + excluded.on_hand,
  last_move_at = max(stock_level.last_move_at, excluded.last_move_at), last_n = excluded.last_n"""

#: A reservation is used up by what its work order took, and falls when the order is over.
_RESERVED = f"""
SELECT coalesce(sum(max(r.qty - CASE WHEN r.work_order_id IS NULL THEN 0 ELSE max(coalesce((
    SELECT -sum({signed("m")}) FROM stock_movement m
    WHERE m.work_order_id = r.work_order_id AND m.part_id = r.part_id AND +m.site_id = r.site_id), 0), 0) END, 0)), 0)
FROM reservation r LEFT JOIN work_order w ON w.id = r.work_order_id
WHERE r.part_id = c.part_id AND +r.site_id = c.site_id AND r.deleted = 0
  AND (w.id IS NULL OR w.status NOT IN ('done', 'verified', 'closed', 'cancelled'))"""
_ON_ORDER = f"""
SELECT coalesce(sum(max(l.qty - coalesce((
    SELECT sum({signed("m")}) FROM stock_movement m WHERE m.purchase_line_id = l.id), 0), 0)), 0)
FROM purchase_line l JOIN purchase_order o ON o.id = l.order_id
WHERE l.part_id = c.part_id AND +l.site_id = c.site_id AND l.deleted = 0 AND o.deleted = 0
  AND o.status IN ({_EXPECTED})"""
_HERE = "FROM stock_level l WHERE l.part_id = c.part_id AND +l.site_id = c.site_id"
_FIGURES = f"""
SELECT c.part_id, c.site_id, CASE p.deleted WHEN 0 THEN p.status ELSE 'deleted' END AS status, y.safety_stock AS safety, y.reorder_point AS reorder,
  coalesce(y.max_stock, y.reorder_point + y.safety_stock) AS upto, y.max_stock AS most,
  max(coalesce(y.order_multiple, 1), 1) AS pack,
  CAST(coalesce((SELECT sum(l.on_hand) {_HERE}), 0) AS bigint) AS on_hand,
  (SELECT max(l.last_move_at) {_HERE}) AS last_move_at, CAST(({_RESERVED}) AS bigint) AS reserved, CAST(({_ON_ORDER}) AS bigint) AS on_order
FROM temp.concerned c JOIN part p ON p.id = c.part_id
LEFT JOIN stock_policy y ON y.id = (SELECT id FROM stock_policy
  WHERE part_id = c.part_id AND +site_id = c.site_id AND deleted = 0 ORDER BY id DESC LIMIT 1)"""
_STATE = """
CASE WHEN status <> 'active' THEN 'inactive' WHEN reorder IS NULL THEN 'ok'
  WHEN on_hand - reserved <= 0 THEN 'out_of_stock' WHEN on_hand - reserved <= safety THEN 'below_safety'
  WHEN on_hand - reserved <= reorder THEN 'at_reorder' WHEN on_hand > most THEN 'above_max' ELSE 'ok' END"""
_PROPOSAL = """
CASE WHEN status = 'active' AND on_hand - reserved + on_order <= reorder
  THEN (max(upto - (on_hand - reserved + on_order), 0) + pack - 1) / pack * pack ELSE 0 END"""
# Materialized, since the state and the proposal name each figure several times.
_STOCK = f"""
INSERT INTO part_stock (part_id, site_id, on_hand, reserved, on_order, state, proposal, last_move_at)
WITH f AS MATERIALIZED ({_FIGURES})
SELECT part_id, site_id, on_hand, reserved, on_order, {_STATE}, {_PROPOSAL}, last_move_at FROM f WHERE true
ON CONFLICT (part_id, site_id) DO UPDATE SET on_hand = excluded.on_hand, reserved = excluded.reserved,
  on_order = excluded.on_order, state = excluded.state, proposal = excluded.proposal,
  last_move_at = excluded.last_move_at"""


@settles("stock", {*_PAIRED, "part", "purchase_order", "work_order"}, STOCK, order=20)
def settle_stock(derive: Derive) -> bool:
    """Bring the levels of the touched bins and the figures of the parts concerned up to date."""
    if "stock_movement" in derive.touched:
        derive.scratch("recounted", "part_id", "bin_id")
        for sql in (_RECOUNTED, _ANEW, _ON_TOP):
            derive.run(sql)
    if not concern(derive):
        return False
    derive.run(_STOCK)
    return True


def concern(derive: Derive) -> bool:
    """Fill `temp.concerned (part_id, site_id)` with whose figures may have changed; False for nothing."""
    derive.scratch("concerned", "part_id", "site_id")
    for table in _PAIRED:
        if table in derive.touched:
            _add(derive, table, "id", table)
        if "part" in derive.touched:
            _add(derive, table, "part_id", "part")
    if "purchase_order" in derive.touched:
        _add(derive, "purchase_line", "order_id", "purchase_order")
    if "work_order" in derive.touched:
        _add(derive, "reservation", "work_order_id", "work_order")
    return bool(derive.value("SELECT 1 FROM temp.concerned LIMIT 1"))


def _add(derive: Derive, table: str, column: str, touched: str) -> None:
    derive.run(
        f"INSERT INTO temp.concerned (part_id, site_id) SELECT part_id, site_id FROM {table} "
        f"WHERE {column} IN (SELECT id FROM temp.touched WHERE tbl = ?) AND part_id IS NOT NULL AND site_id IS NOT NULL "
        "ON CONFLICT DO NOTHING",
        touched,
    )
