"""One piece that left twice (序列号重复出库): both movements are kept, and somebody is told to look."""

from collections.abc import Iterator
from typing import Any

from app.alerts.rules import Rule, declare
from app.alerts.situations import Situation, keep
from app.changes import ALERTS
from app.fields import from_json
from app.inventory.signs import signed
from app.settle import settles
from app.tx import Derive
from app.words import N_

RULE = "stock.serial"

declare(
    Rule(
        RULE,
        N_("One serial number, two movements"),
        N_("{name}: {serial} was booked out or in twice"),
        N_(
            "A piece with a serial number can leave only once before it comes back. Both movements were kept."
        ),
        N_("Look at both slips and the piece itself; take the wrong one back."),
    )
)

_LINES = f"""
SELECT m.part_id, m.serial, m.site_id, m.happened_at, {signed("m")}, p.part_no, p.name
FROM (SELECT DISTINCT x.part_id, x.serial FROM temp.touched t JOIN stock_movement x ON x.id = t.id
      WHERE t.tbl = 'stock_movement' AND x.serial IS NOT NULL) w
JOIN stock_movement m ON m.part_id = w.part_id AND m.serial = w.serial AND m.deleted = 0
JOIN part p ON p.id = m.part_id
ORDER BY m.part_id, m.serial, m.happened_at, m.id"""


@settles("serial numbers", {"stock_movement"}, ALERTS, order=23)
def twice_moved(derive: Derive) -> bool:
    """Raise an alert for a piece that was issued, or received, twice; it is over when one of the two was taken back."""
    pieces: dict[tuple[bytes, str], list[tuple[Any, ...]]] = {}
    for row in derive.rows(_LINES):
        pieces.setdefault((row[0], row[1]), []).append(row)
    if not pieces:
        return False
    others = _standing(derive, pieces.keys())
    return keep(derive, RULE, [*_wrong(pieces), *others], subjects={part for part, _serial in pieces})


def _wrong(pieces: dict[tuple[bytes, str], list[tuple[Any, ...]]]) -> Iterator[Situation]:
    for (part, serial), rows in pieces.items():
        # What was here before the first record shows by that record: what goes out first was here.
        here = (rows[0][4] < 0) + sum(1 if row[4] > 0 else -1 for row in rows)
        if here not in {0, 1}:
            facts = {"code": rows[0][5], "name": rows[0][6], "serial": serial}
            yield Situation(RULE, (part, serial), 2, "part", part, rows[-1][2], rows[-1][3], facts)


def _standing(derive: Derive, looked_at: Any) -> Iterator[Situation]:
    """The alerts of other pieces of the same parts stay as they are."""
    parts = {part for part, _serial in looked_at}
    marks = ", ".join("?" * len(parts))
    for part, site, level, raised_at, text in derive.rows(
        f"SELECT subject_id, site_id, level, raised_at, facts FROM alert WHERE rule = ? AND cleared_at IS NULL AND subject_id IN ({marks})",
        RULE, *parts,
    ):  # fmt: skip
        facts = from_json(text)
        if (part, facts["serial"]) not in looked_at:
            yield Situation(RULE, (part, facts["serial"]), level, "part", part, site, raised_at, facts)
