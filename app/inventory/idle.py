"""Stock that stands still or grows old (呆滞 / 临期): derived, with time as with movements (R-4.4-c).

slow      on hand, and no movement for 12 months      dead      for 24 months
expiring  shelf life ends within 90 days              soon      within 30 days              expired   has ended

The shelf life ends on the day that stands on the pack; where none was noted, it counts from the receipt. What lies there
came last: first in, first out, batch by batch.
"""

from dataclasses import dataclass

from app.changes import ALERTS
from app.fields import to_json
from app.settle import settles
from app.tx import Derive, Reader
from app.values import day_of, instant_of, local
from db.ids import made_id

#: Rule -> the sign of its state; the gravest of each kind last.
IDLE = {
    "idle.slow": "slow", "idle.dead": "dead", "idle.expiring": "shelf_expiring", "idle.soon": "expiring_soon",
    "idle.expired": "shelf_expired",
}  # fmt: skip
LEVEL = 3
DAY = 86_400_000
_SLOW_MONTHS, _DEAD_MONTHS = 12, 24
_AHEAD, _SOON = 90, 30
#: How many days before the end of the shelf life each rule begins.
_EARLIER = {"idle.expiring": _AHEAD, "idle.soon": _SOON, "idle.expired": -1}


@dataclass(frozen=True)
class _Still:
    part: bytes
    site: bytes
    on_hand: int
    last_move_at: int
    part_no: str
    name: str
    unit: str
    price: int | None
    timezone: str


@dataclass(frozen=True)
class Lying:
    """Pieces of one batch at a site whose shelf life runs."""

    part: bytes
    site: bytes
    batch: str
    on_hand: int
    months: int | None
    part_no: str
    name: str
    unit: str
    price: int | None
    timezone: str


_NAMES = "p.part_no, p.name, p.unit, p.unit_price, coalesce(t.timezone, 'Asia/Shanghai')"
_STILL = f"""
SELECT s.part_id, s.site_id, s.on_hand, coalesce(s.last_move_at, 0), {_NAMES}
FROM part_stock s JOIN part p ON p.id = s.part_id LEFT JOIN site t ON t.id = s.site_id
WHERE s.on_hand > 0 AND p.deleted = 0 AND coalesce(s.last_move_at, 0) < ?{{here}}"""
_BATCHES = f"""
SELECT l.part_id, l.site_id, l.batch, sum(l.on_hand), p.shelf_life_months, {_NAMES}
FROM part p JOIN stock_level l ON l.part_id = p.id LEFT JOIN site t ON t.id = l.site_id
WHERE p.deleted = 0 AND l.on_hand > 0 AND (p.shelf_life_months IS NOT NULL OR EXISTS (
  SELECT 1 FROM stock_movement m WHERE m.part_id = p.id AND m.expires_on IS NOT NULL)){{here}}
GROUP BY 1, 2, 3, 5, 6, 7, 8, 9, 10"""
_RECEIPTS = """
SELECT happened_at, qty, expires_on FROM stock_movement WHERE part_id = ? AND +site_id = ? AND coalesce(batch, '') = ?
AND type IN ('opening', 'receipt', 'adjust_gain') ORDER BY happened_at DESC"""
_OPEN = "SELECT id, rule, facts FROM alert WHERE cleared_at IS NULL AND rule LIKE 'idle.%'{here}"
_RAISE = """
INSERT INTO alert (id, rule, site_id, level, subject_table, subject_id, facts, raised_at, state)
VALUES (?, ?, ?, ?, 'part', ?, ?, ?, 'raised')
ON CONFLICT (id) DO UPDATE SET rule = excluded.rule, level = excluded.level, facts = excluded.facts,
  raised_at = excluded.raised_at, cleared_at = NULL, state = 'raised'"""


@settles("idle stock", {"stock_movement", "part"}, ALERTS, order=22, timed=True)
def settle_idle(derive: Derive) -> bool:
    """Raise, change and clear the alerts of stock that stands still or grows old."""
    # With a movement only its parts; as time passes, all of them.
    among = " AND ({}) IN (SELECT part_id, site_id FROM temp.concerned)" if derive.touched else ""
    found = _wanted(derive, among)
    wanted = {alert: (rule, site, part, facts) for alert, rule, site, part, facts, _at in found}
    began = {situation[0]: situation[5] for situation in found}
    opened = {row[0]: row[1:] for row in derive.rows(_OPEN.format(here=among.format("subject_id, site_id")))}
    raised = [
        (alert, rule, site, LEVEL, part, facts, began[alert])
        for alert, (rule, site, part, facts) in wanted.items()
        if alert not in opened or opened[alert][0] != rule
    ]
    told = [
        (facts, alert)
        for alert, (rule, _site, _part, facts) in wanted.items()
        if alert in opened and opened[alert][0] == rule and opened[alert][1] != facts
    ]
    cured = [(derive.now, alert) for alert in opened.keys() - wanted.keys()]
    derive.run_many(_RAISE, raised)
    derive.run_many("UPDATE alert SET facts = ? WHERE id = ?", told)
    derive.run_many("UPDATE alert SET state = 'cleared', cleared_at = ? WHERE id = ?", cured)
    return bool(raised or told or cured)


#: Id of the alert, rule, site, part, facts, and since when it holds by the records.
Situation = tuple[bytes, str, bytes, bytes, str, int]


def _wanted(derive: Derive, among: str) -> list[Situation]:
    """What stands still or grows old now."""
    slow = months_before(derive.now, _SLOW_MONTHS)
    dead = months_before(derive.now, _DEAD_MONTHS)
    found = []
    for row in derive.as_(_Still, _STILL.format(here=among.format("s.part_id, s.site_id")), slow):
        rule = "idle.dead" if row.last_move_at < dead else "idle.slow"
        facts = _facts(row, row.on_hand) | {"since": day_of(row.last_move_at, row.timezone)}
        months = _DEAD_MONTHS if rule == "idle.dead" else _SLOW_MONTHS
        since = instant_of(months_after(str(facts["since"]), months), timezone=row.timezone)
        alert = made_id("idle", row.part, row.site)
        found.append((alert, rule, row.site, row.part, to_json(facts), since))
    worst: dict[tuple[bytes, bytes], tuple[str, Situation]] = {}
    for batch in derive.as_(Lying, _BATCHES.format(here=among.format("l.part_id, l.site_id"))):
        ends = shelf_end(derive, batch)
        rule = _shelf_rule(ends, derive.now, batch.timezone)
        before = worst.get((batch.part, batch.site))
        if rule and (before is None or ends < before[0]):
            facts = _facts(batch, batch.on_hand) | {"ends": ends, "batch": batch.batch}
            alert = made_id("idle.shelf", batch.part, batch.site)
            since = instant_of(ends, timezone=batch.timezone) - _EARLIER[rule] * DAY
            worst[batch.part, batch.site] = (
                ends,
                (alert, rule, batch.site, batch.part, to_json(facts), since),
            )
    return found + [situation for _ends, situation in worst.values()]


def _facts(row: _Still | Lying, on_hand: int) -> dict[str, object]:
    return {"code": row.part_no, "name": row.name, "unit": row.unit, "on_hand": on_hand, "price": row.price}


def _shelf_rule(ends: str, now: int, timezone: str) -> str:
    """The rule that a shelf life breaks today; none while there is time."""
    for days, rule in ((0, "idle.expired"), (_SOON, "idle.soon"), (_AHEAD, "idle.expiring")):
        if ends and ends <= day_of(now + days * DAY, timezone):
            return rule
    return ""


def shelf_end(read: Reader, lying: Lying) -> str:
    """The day on which the first of the pieces that lie there loses its shelf life, ISO; empty where none is known."""
    left, ends = lying.on_hand, list[str]()
    for happened_at, qty, expires in read.rows(_RECEIPTS, lying.part, lying.site, lying.batch):
        if expires:
            ends.append(expires)
        elif lying.months:
            ends.append(months_after(day_of(happened_at, lying.timezone), lying.months))
        left -= qty
        if left <= 0:
            break
    return min(ends, default="")


def months_after(day: str, months: int) -> str:
    """The same day so many months later, the last of the month where there is none."""
    year, month, number = map(int, day.split("-"))
    year, month = year + (month - 1 + months) // 12, (month - 1 + months) % 12 + 1
    last = 31 if month in {1, 3, 5, 7, 8, 10, 12} else 30
    if month == 2:
        last = 29 if year % 4 == 0 and (year % 100 or not year % 400) else 28
    return f"{year:04}-{month:02}-{min(number, last):02}"


def months_before(instant: int, months: int) -> int:
    """The instant so many months ago."""
    moment = local(instant, "UTC")
    year, month = divmod(moment.year * 12 + moment.month - 1 - months, 12)
    return int(moment.replace(year=year, month=month + 1, day=min(moment.day, 28)).timestamp()) * 1000


@dataclass(frozen=True)
class Idle:
    """How many parts are in a state of standing still or growing old, and what lies there of them (hundredths)."""

    rule: str
    parts: int
    value: int


def idle_value(read: Reader, site: bytes | None) -> list[Idle]:
    """Per rule: parts and the value of their stock at today's prices."""
    here, params = (" AND a.site_id = ?", [site]) if site else ("", [])
    found = {
        row[0]: Idle(*row)
        for row in read.rows(
            "SELECT a.rule, count(*), coalesce(sum((s.on_hand * coalesce(p.unit_price, 0) + 50000) / 100000), 0) "
            "FROM alert a JOIN part p ON p.id = a.subject_id JOIN part_stock s ON s.part_id = p.id "
            f"AND s.site_id = a.site_id WHERE a.cleared_at IS NULL AND a.rule LIKE 'idle.%'{here} GROUP BY 1",
            *params,
        )
    }
    return [found.get(rule) or Idle(rule, 0, 0) for rule in IDLE]
