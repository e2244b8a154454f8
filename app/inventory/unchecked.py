"""The alert of parts that were taken without the storekeeper: raised as they are taken, cleared by the storekeeper's word."""

from collections.abc import Mapping
from typing import Any

from app import values
from app.alerts.rules import Rule, declare
from app.alerts.situations import Situation, keep
from app.changes import ALERTS
from app.inventory.checking import WAITS
from app.settle import settles
from app.tx import Derive
from app.words import N_, language


def _spoken(facts: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"who": (language() == "en" and facts.get("who_en")) or facts.get("who") or "\N{EM DASH}"}


WAITING = declare(
    Rule(
        "withdrawal.waits",
        N_("Taken without the storekeeper"),
        N_("{who} took {quantity} {unit} {name}"),
        N_("The parts count as gone since then; nobody has looked at it yet."),
        N_("Look in the bin, then find it right, correct it or refuse it in the books of the store."),
        _spoken,
    )
)
_TOUCHED = "SELECT id FROM temp.touched WHERE tbl = '{table}'"
#: The parts of the movements and decisions that were touched, as far as anything of them was taken without the storekeeper.
_PARTS = f"""
SELECT DISTINCT part_id FROM stock_movement WHERE id IN ({_TOUCHED.format(table="stock_movement")})
  AND (entry = 'self' OR reversal_of_id IS NOT NULL)
UNION SELECT m.part_id FROM movement_check c JOIN stock_movement m ON m.id = c.movement_id
  WHERE c.id IN ({_TOUCHED.format(table="movement_check")})"""
_WAITING = f"""
SELECT m.id, m.part_id, m.site_id, m.happened_at, m.qty, p.name, p.unit, coalesce(s.name, ''), coalesce(s.name_en, '')
FROM stock_movement m JOIN part p ON p.id = m.part_id LEFT JOIN staff s ON s.id = m.taken_by_id
WHERE m.part_id = ? AND {WAITS}"""


@settles("withdrawals", {"stock_movement", "movement_check"}, ALERTS, order=67)
def warn_of_withdrawals(derive: Derive) -> bool:
    """One alert for each withdrawal that waits."""
    parts = {part for (part,) in derive.rows(_PARTS)}
    if not parts:
        return False
    found = [
        Situation(
            WAITING.code, (movement,), 3, "part", part, site, at,
            {"movement": movement.hex(), "name": name, "unit": unit, "who": who, "who_en": who_en,
             "quantity": values.show_quantity(qty)},
        )
        for one in sorted(parts)
        for movement, part, site, at, qty, name, unit, who, who_en in derive.rows(_WAITING, one)
    ]  # fmt: skip
    return keep(derive, WAITING.code, found, subjects=parts)
