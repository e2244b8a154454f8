"""The warnings of the store (预警): raised once per situation, worse or better with it, cleared when it is cured (R-4.4-c)."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.changes import ALERTS
from app.fields import to_json
from app.inventory.since import since_high, since_low, since_negative
from app.settle import settles
from app.tx import Derive, Reader
from db.ids import made_id

#: State of a part -> the rule that it breaks and the level of the alert.
RULES = {
    "out_of_stock": ("stock.out", 2),
    "below_safety": ("stock.safety", 2),
    "at_reorder": ("stock.reorder", 3),
    "above_max": ("stock.max", 3),
}
NEGATIVE = "stock.negative"


@dataclass(frozen=True)
class _Figures:
    part: bytes
    site: bytes
    state: str
    on_hand: int
    reserved: int
    on_order: int
    lowest: int | None
    part_no: str
    name: str
    unit: str
    safety: int | None
    reorder: int | None
    most: int | None
    #: When its limits were set last.
    limits_at: int | None

    def since(self, read: Reader, rule: str) -> int:
        """Since when it is so: a moment of the records, alike on every laptop."""
        if rule == NEGATIVE:
            return since_negative(read, self.part, self.site)
        if rule == "stock.max":
            began = since_high(read, self.part, self.site, self.most or 0)
        else:
            limit = {"stock.out": 0, "stock.safety": self.safety, "stock.reorder": self.reorder}[rule] or 0
            began = since_low(read, self.part, self.site, limit + self.reserved)
        return max(began, self.limits_at or 0)

    def wrong(self) -> Iterator[tuple[bytes, str, int]]:
        """What is wrong with the stock of this part: id of the situation, rule, level."""
        if self.state in RULES:
            yield made_id("stock", self.part, self.site), *RULES[self.state]
        if (self.lowest or 0) < 0:
            yield made_id("stock.negative", self.part, self.site), NEGATIVE, 2

    def facts(self) -> str:
        """What the sentence of the alert is made of."""
        return to_json(
            {
                "code": self.part_no, "name": self.name, "unit": self.unit, "on_hand": self.on_hand,
                "available": self.on_hand - self.reserved, "on_order": self.on_order,
                "safety": self.safety, "reorder": self.reorder, "maximum": self.most, "lowest": self.lowest,
            }
        )  # fmt: skip


# CROSS JOIN: SQLite would rather read the stock of every part.
_READ = """
SELECT s.part_id, s.site_id, s.state, s.on_hand, s.reserved, s.on_order,
  (SELECT min(on_hand) FROM stock_level l WHERE l.part_id = s.part_id AND +l.site_id = s.site_id),
  p.part_no, p.name, p.unit, y.safety_stock, y.reorder_point, y.max_stock, y.updated_at
FROM temp.concerned c CROSS JOIN part_stock s JOIN part p ON p.id = s.part_id
LEFT JOIN stock_policy y ON y.id = (SELECT id FROM stock_policy
  WHERE part_id = c.part_id AND +site_id = c.site_id AND deleted = 0 ORDER BY id DESC LIMIT 1)
WHERE s.part_id = c.part_id AND s.site_id = c.site_id"""
_OPEN = """
SELECT id, rule, facts, raised_at FROM alert WHERE cleared_at IS NULL AND subject_table = 'part' AND rule LIKE 'stock.%'
  AND (subject_id, site_id) IN (SELECT part_id, site_id FROM temp.concerned)"""
_RAISE = """
INSERT INTO alert (id, rule, site_id, level, subject_table, subject_id, facts, raised_at, state)
VALUES (?, ?, ?, ?, 'part', ?, ?, ?, 'raised')
ON CONFLICT (id) DO UPDATE SET rule = excluded.rule, level = excluded.level, facts = excluded.facts,
  raised_at = excluded.raised_at, cleared_at = NULL, state = 'raised'"""


@settles(
    "stock alerts",
    {
        "stock_movement",
        "stock_policy",
        "reservation",
        "purchase_line",
        "part",
        "purchase_order",
        "work_order",
    },
    ALERTS,
    order=21,
)
def settle_alerts(derive: Derive) -> bool:
    """Raise, change and clear the alerts of the parts that `settle_stock` has just looked at."""
    opened = {row[0]: row[1:] for row in derive.rows(_OPEN)}
    raised, told, standing = [], [], set()
    for found in derive.as_(_Figures, _READ):
        for alert, rule, level in found.wrong():
            standing.add(alert)
            before, facts = opened.get(alert), found.facts()
            # Asked anew each time: movements that come late may move the beginning and leave every figure as it was.
            since = found.since(derive, rule)
            if before is None or before[0] != rule:
                raised.append((alert, rule, found.site, level, found.part, facts, since))
            elif before[1:] != (facts, since):
                told.append((facts, since, alert))
    cured = [(derive.now, alert) for alert in opened.keys() - standing]
    derive.run_many(_RAISE, raised)
    derive.run_many("UPDATE alert SET facts = ?, raised_at = ? WHERE id = ?", told)
    derive.run_many("UPDATE alert SET state = 'cleared', cleared_at = ? WHERE id = ?", cured)
    return bool(raised or told or cured)
