"""Stock that costs and does not serve, part by part: slow, dead, growing old, expired, above its maximum (呆滞, 临期, 超储)."""

from dataclasses import dataclass
from typing import Any

from app.fields import from_json
from app.inventory.idle import IDLE, Idle
from app.names import named
from app.tx import Reader
from app.values import line_value

#: The sign of what lies above its maximum.
EXCESS = "above_max"
#: The states in the order of the report: what is lost first, what only lies there last.
ORDER = ("idle.expired", "idle.soon", "idle.expiring", "idle.dead", "idle.slow", EXCESS)

_STANDING = f"""
SELECT a.rule, p.part_no, {named("p")}, coalesce(p.spec, ''), p.unit, coalesce(p.abc_class, ''), t.code, s.on_hand, p.unit_price, a.facts
FROM alert a JOIN part p ON p.id = a.subject_id JOIN part_stock s ON s.part_id = p.id AND s.site_id = a.site_id
JOIN site t ON t.id = a.site_id WHERE a.cleared_at IS NULL AND a.rule LIKE 'idle.%' AND p.deleted = 0{{here}}"""
_ABOVE = f"""
SELECT '{EXCESS}', p.part_no, {named("p")}, coalesce(p.spec, ''), p.unit, coalesce(p.abc_class, ''), t.code, s.on_hand - (SELECT max_stock
  FROM stock_policy y WHERE y.part_id = p.id AND y.site_id = s.site_id AND y.deleted = 0 AND y.max_stock IS NOT NULL
  ORDER BY y.id DESC LIMIT 1), p.unit_price, NULL
FROM part_stock s JOIN part p ON p.id = s.part_id JOIN site t ON t.id = s.site_id
WHERE s.state = '{EXCESS}' AND p.deleted = 0{{here}}"""


@dataclass(frozen=True)
class Standing:
    """A part at a site in one of the states: how much of it (thousandths), since or until when, worth in hundredths."""

    rule: str
    part_no: str
    name: str
    spec: str
    unit: str
    abc: str
    site: str
    qty: int
    price: int | None
    #: The day of the last movement, or the one on which the shelf life ends; empty above the maximum.
    day: str
    batch: str

    @property
    def value(self) -> int:
        """What it is worth at the register's price."""
        return line_value(self.qty, self.price)


def standing(read: Reader, site: bytes | None) -> list[Standing]:
    """Every part in one of the states, state by state, the most valuable first; a part may be in several."""
    found = [
        _row(row)
        for row in _rows(read, _STANDING, "a.site_id", site) + _rows(read, _ABOVE, "s.site_id", site)
    ]
    return sorted(found, key=lambda row: (ORDER.index(row.rule), -row.value, row.part_no, row.site))


def excess_value(read: Reader, site: bytes | None) -> Idle:
    """How many parts lie above their maximum, and what is too much of them is worth."""
    found = [_row(row) for row in _rows(read, _ABOVE, "s.site_id", site)]
    return Idle(EXCESS, len(found), sum(row.value for row in found))


def _rows(read: Reader, sql: str, column: str, site: bytes | None) -> list[tuple[Any, ...]]:
    here, params = (f" AND {column} = ?", [site]) if site else ("", [])
    return read.rows(sql.format(here=here), *params)


def _row(row: tuple[Any, ...]) -> Standing:
    rule, part_no, name, spec, unit, abc, site, qty, price, told = row
    facts = from_json(told) or {}
    day = str(facts.get("ends") or facts.get("since") or "")
    return Standing(
        rule, part_no, name, spec, unit, abc, site, qty, price, day, str(facts.get("batch") or "")
    )


#: State -> its sign.
SIGNS = IDLE | {EXCESS: EXCESS}
